"""What changed between two scenarios, field by field, and how the changes of two people come together.

Members of a list go by their names, so that a queue stays the same queue when another is put before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["mine", "theirs"]


class _Absent:
    """There is no such value on this side."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
ORDER = "[order]"
"""Stands behind the path of a list whose members changed places; no name holds a bracket."""


@dataclass(frozen=True)
class Change:
    """One field that differs: its dotted path, and the value before and after; ABSENT where there is none."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Clash:
    """One field that both have changed, each in a way of its own."""

    path: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merge:
    """Two people's changes to the same version, together. What clashes stands in `document` as they saved it, until somebody chooses."""

    document: dict[str, Any]
    clashes: tuple[Clash, ...]
    mine: tuple[Change, ...]
    theirs: tuple[Change, ...]


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Every field that differs.

    >>> changes({"queues": [{"name": "calls", "aht_s": 300}]}, {"queues": [{"name": "calls", "aht_s": 320}]})
    (Change(path='queues.calls.aht_s', before=300, after=320),)
    """
    return tuple(_changes(_tree(before), _tree(after), ""))


def _changes(before: Any, after: Any, path: str) -> Iterator[Change]:
    before, after = _alike(before, after)
    if not _open(before, after):
        if before != after:
            yield Change(path, _plain(before), _plain(after))
        return
    for key in _keys(before, after):
        yield from _changes(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}" if path else key)
    if isinstance(before, _Named):
        one, other = [key for key in before if key in after], [key for key in after if key in before]
        yield from _changes(one, other, path + ORDER)


def merged(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], chosen: dict[str, Side] | None = None) -> Merge:
    """The changes of both. `chosen` says for a path that clashes whose value is taken; without a choice it is theirs, and the clash is told.

    >>> found = merged({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3})
    >>> found.document, found.clashes
    ({'a': 2, 'b': 3}, ())
    """
    work = _Work(chosen or {})
    tree = work.together(_tree(base), _tree(mine), _tree(theirs), "")
    return Merge(_plain(tree), tuple(work.clashes), changes(base, mine), changes(base, theirs))


@dataclass
class _Work:
    chosen: dict[str, Side]
    clashes: list[Clash] = field(default_factory=list)

    def together(self, base: Any, mine: Any, theirs: Any, path: str) -> Any:
        base, mine, theirs = _alike(base, mine, theirs)
        if mine == theirs or theirs == base:
            return mine
        if mine == base:
            return theirs
        if _open(mine, theirs) and (_open(base, mine) or base is ABSENT):
            return self._members({} if base is ABSENT else base, mine, theirs, path)
        return self._one(base, mine, theirs, path)

    def _members(self, base: Any, mine: Any, theirs: Any, path: str) -> Any:
        found = {
            key: self.together(base.get(key, ABSENT), mine.get(key, ABSENT), theirs.get(key, ABSENT), f"{path}.{key}" if path else key)
            for key in _keys(theirs, mine)
        }
        kept = {key: value for key, value in found.items() if value is not ABSENT}
        return self._ordered(kept, base, mine, theirs, path) if isinstance(mine, _Named) else kept

    def _ordered(self, kept: dict[str, Any], base: Any, mine: Any, theirs: Any, path: str) -> "_Named":
        """Members in the order of whoever changed it; those that only the other has come last."""
        common = [key for key in base if key in mine and key in theirs]
        before, own, other = ([key for key in side if key in common] for side in (base, mine, theirs))
        lead = mine if self.together(before, own, other, path + ORDER) == own != other else theirs
        names = [*(key for key in lead if key in kept), *(key for key in kept if key not in lead)]
        return _Named((name, kept[name]) for name in names)

    def _one(self, base: Any, mine: Any, theirs: Any, path: str) -> Any:
        if path not in self.chosen:
            self.clashes.append(Clash(path, _plain(base), _plain(mine), _plain(theirs)))
        return mine if self.chosen.get(path) == "mine" else theirs


class _Named(dict[str, Any]):
    """A list whose members go by their names. Their order counts."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and list(self.items()) == list(other.items())

    __hash__ = None

    def __ne__(self, other: object) -> bool:
        return not self == other


def _alike(*sides: Any) -> tuple[Any, ...]:
    """An empty list beside one of named members is one of named members, too."""
    named = any(isinstance(side, _Named) for side in sides)
    return tuple(_Named() if named and side == [] else side for side in sides)


def _tree(value: Any) -> Any:
    """Plain data with lists of named groups as tables by name."""
    if isinstance(value, dict):
        return {key: _tree(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value):
        names = [item["name"] for item in value]
        if len(set(names)) == len(names):
            return _Named((item["name"], _tree(item)) for item in value)
    return value


def _plain(value: Any) -> Any:
    """The plain data again."""
    if isinstance(value, _Named):
        return [_plain(item) for item in value.values()]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _open(one: Any, other: Any) -> bool:
    """Whether two values are compared part by part: groups of the same kind."""
    if not isinstance(one, dict) or not isinstance(other, dict) or isinstance(one, _Named) != isinstance(other, _Named):
        return False
    return one.get("kind") == other.get("kind") if not isinstance(one, _Named) else True


def _keys(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [*one, *(key for key in other if key not in one)]
