"""The library itself: everything that is done with saved scenarios. Each change is one transaction with its line in the audit trail."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from planner import decisions as decided
from planner.decisions import Decisions
from planner.errors import Fault
from planner.program import PROGRAM
from planner.scenario import Scenario
from planner.store import differences, discretion, documents, tables
from planner.store.differences import Change, Merge, Side
from planner.store.engine import reading, writing
from planner.store.faults import LibraryError, Missing, Refused, Stale, is_gone, told, unsure
from planner.store.people import Person, Right, require, require_pay

Result = TypeVar("Result")

READ_TRIES, CHANGE_TRIES = 3, 6
PAUSE_S = 0.25
"""Pause before the second try; each is twice as long as the one before it: a change waits 8 s for a server to come back, a look not 1 s."""
LONGEST_NAME, LONGEST_LABEL, LONGEST_NOTE = 120, 40, 2_000

DRAFT, PROPOSED, APPROVED, LOCKED = "draft", "proposed", "approved", "locked"
MOVES: dict[tuple[str, str], tuple[Right, str]] = {
    (DRAFT, PROPOSED): ("edit", "proposed"),
    (PROPOSED, DRAFT): ("edit", "taken back"),
    (DRAFT, APPROVED): ("approve", "approved"),
    (PROPOSED, APPROVED): ("approve", "approved"),
    (APPROVED, DRAFT): ("approve", "approval withdrawn"),
    (APPROVED, LOCKED): ("approve", "locked"),
    (LOCKED, APPROVED): ("approve", "unlocked"),
}
"""From which standing to which, who may, and what it is called in the audit trail."""


@dataclass(frozen=True)
class Entry:
    """A scenario in the list: its newest version, and how that stands."""

    key: str
    name: str
    labels: tuple[str, ...]
    head: int
    standing: str
    standing_by: str
    standing_at: datetime
    saved_by: str
    saved_at: datetime
    archived_by: str | None = None
    archived_at: datetime | None = None


@dataclass(frozen=True)
class Version:
    """One version of a scenario: who saved it, when and why, how it stands, and the hash of its content."""

    key: str
    no: int
    sha256: str
    author: str
    at: datetime
    note: str
    program: str
    standing: str
    standing_by: str
    standing_at: datetime


@dataclass(frozen=True)
class Opened:
    """A version with its scenario."""

    version: Version
    scenario: Scenario


@dataclass(frozen=True)
class Kept:
    """A hiring plan that is kept: which version of the scenario and which program made it."""

    id: int
    key: str
    no: int
    name: str
    person: str
    at: datetime
    program: str


@dataclass(frozen=True)
class Line:
    """One line of the audit trail."""

    at: datetime
    person: str
    action: str
    key: str
    no: int | None
    detail: str


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


class Library:
    """Saved scenarios in one database. `place` is what people are told of where it is; `now` is the clock."""

    def __init__(self, engine: Engine, place: str, now: Callable[[], datetime] = utc_now) -> None:
        self.engine, self.place, self.now = engine, place, now

    # Transactions

    def _read(self, work: Callable[[Connection], Result]) -> Result:
        """Reads at one moment; on a new connection where the server went away meanwhile."""

        def once() -> Result:
            with reading(self.engine) as connection:
                return work(connection)

        return self._tried(once, READ_TRIES)

    def _change(self, person: Person, action: str, key: str, no: int | None, detail: str, work: Callable[[Connection, str], None]) -> str:
        """Carries a change out with its line in the audit trail, and returns the moment it carries.

        Where the answer of the server is lost, the line tells whether it was carried out.
        """
        token, at = secrets.token_hex(16), written(self.now())
        done: list[bool] = []

        def once() -> None:
            with writing(self.engine) as connection:
                if connection.execute(select(tables.audit.c.id).where(tables.audit.c.token == token)).first():
                    return
                work(connection, at)
                line = {"at": at, "person": person.name, "action": action, "key": key, "no": no, "detail": detail, "token": token}
                connection.execute(insert(tables.audit), line)
                done.append(True)

        try:
            self._tried(once, CHANGE_TRIES)
        except LibraryError as error:
            raise unsure(error) if done and is_gone(error.__cause__) else error from None
        return at

    def _tried(self, work: Callable[[], Result], tries: int) -> Result:
        """What the work answers; tried again where the server went away."""
        with told(self.place):
            for attempt in range(tries):
                try:
                    return work()
                except DBAPIError as error:
                    if attempt == tries - 1 or not is_gone(error):
                        raise
                    time.sleep(PAUSE_S * 2**attempt)
        raise AssertionError("unreachable")

    # Reading

    def list(self, person: Person, text: str = "", archived: bool = False) -> tuple[Entry, ...]:
        """The scenarios whose name or labels have every word of a text, the last saved first."""
        require(person, "read")
        scenario = tables.scenario
        away: ColumnElement[bool] = scenario.c.archived_at.is_not(None) if archived else scenario.c.archived_at.is_(None)
        wanted = [scenario.c.search.contains(word, autoescape=True) for word in text.casefold().split()]
        query = select(*_ENTRY).where(and_(away, *wanted)).order_by(scenario.c.saved_at.desc(), scenario.c.key)
        return self._read(lambda connection: tuple(_entry(row) for row in connection.execute(query).mappings()))

    def entry(self, person: Person, key: str) -> Entry:
        """One scenario. Raises Missing."""
        require(person, "read")
        return self._read(lambda connection: _entry_of(connection, key))

    def version(self, person: Person, key: str, no: int) -> Version:
        """One version without its scenario. Raises Missing."""
        require(person, "read")
        return self._read(lambda connection: _version_of(connection, key, no))

    def whole(self, person: Person, key: str, no: int | None = None) -> Opened:
        """A version, the newest without a number, with its scenario whole: for planning only. The caller keeps amounts from those who may not see them."""
        require(person, "read")
        return self._read(lambda connection: opened_in(connection, key, no))

    def open(self, person: Person, key: str, no: int | None = None) -> Opened:
        """A version, the newest without a number, as the person may see it. Raises Missing."""
        found = self.whole(person, key, no)
        return found if person.sees_pay else Opened(found.version, discretion.without_pay(found.scenario))

    def history(self, person: Person, key: str) -> tuple[Version, ...]:
        """Every version, the newest first. Raises Missing."""
        require(person, "read")

        def work(connection: Connection) -> tuple[Version, ...]:
            _entry_of(connection, key)
            return tuple(_version(row) for row in connection.execute(_versions(key).order_by(tables.version.c.no.desc())).mappings())

        return self._read(work)

    def changes(self, person: Person, key: str, old: int, new: int) -> tuple[Change, ...]:
        """What changed from one version to another, field by field; amounts are hidden from those who may not see them."""
        before, after = self.whole(person, key, old), self.whole(person, key, new)
        return self.differences(person, before.scenario, after.scenario)

    def differences(self, person: Person, before: Scenario, after: Scenario) -> tuple[Change, ...]:
        """What differs between two scenarios, field by field; amounts are hidden from those who may not see them."""
        found = differences.changes(documents.document_of(before), documents.document_of(after))
        if person.sees_pay:
            return found
        pay = discretion.pay_paths(before) | discretion.pay_paths(after)
        return tuple(_hidden(change) if discretion.holds_pay(change.path, pay) else change for change in found)

    def export(self, person: Person, key: str, no: int | None = None) -> str:
        """A version as a JSON file, volume series and defaults in it. Raises Refused for those who may not see amounts."""
        require_pay(person)
        return json.dumps(documents.document_of(self.whole(person, key, no).scenario), indent=1, ensure_ascii=False)

    def audit(self, person: Person) -> tuple[Line, ...]:
        """Every change that was ever made, the oldest first. It tells what was done and names no amount."""
        require(person, "read")
        columns = [tables.audit.c[name] for name in ("at", "person", "action", "key", "no", "detail")]
        query = select(*columns).order_by(tables.audit.c.id)
        return self._read(lambda connection: tuple(Line(moment(row.at), *row[1:]) for row in connection.execute(query).all()))

    # Saving

    def create(self, person: Person, scenario: Scenario, note: str = "", labels: Sequence[str] = (), action: str = "saved as new") -> Version:
        """A new scenario in the library, its first version a draft. A scenario read from a JSON file comes in this way, too."""
        require(person, "edit")
        key, kept, parts = new_key(), _labels(labels), documents.taken_apart(documents.document_of(scenario))

        def work(connection: Connection, at: str) -> None:
            values = {"name": scenario.name, "labels": json.dumps(kept), "search": _search(scenario.name, kept), "head": 1, "saved_by": person.name}
            stands = {"standing": DRAFT, "standing_by": person.name, "standing_at": at}
            connection.execute(insert(tables.scenario), {"key": key, "saved_at": at} | values | stands)
            _add_version(connection, fresh(at), parts)

        def fresh(at: str) -> Version:
            return _draft(person, key, 1, parts[0], note, at)

        return fresh(self._change(person, action, key, 1, scenario.name, work))

    def save(self, person: Person, key: str, expected: int, scenario: Scenario, note: str = "", action: str = "saved") -> Version:
        """The next version of a scenario. Raises Stale where `expected` is no longer the newest, Refused where the scenario is locked."""
        require(person, "edit")
        no, parts = expected + 1, documents.taken_apart(documents.document_of(scenario))

        def work(connection: Connection, at: str) -> None:
            labels = _entry_of(connection, key).labels
            stands = {"standing": DRAFT, "standing_by": person.name, "standing_at": at}
            values = {"name": scenario.name, "search": _search(scenario.name, labels), "head": no, "saved_by": person.name, "saved_at": at} | stands
            _move_head(connection, key, expected, values, tables.scenario.c.standing != LOCKED)
            _add_version(connection, fresh(at), parts)

        def fresh(at: str) -> Version:
            return _draft(person, key, no, parts[0], note, at)

        return fresh(self._change(person, action, key, no, scenario.name, work))

    def merged(self, person: Person, key: str, expected: int, scenario: Scenario, chosen: dict[str, Side] | None = None) -> tuple[Merge, Version]:
        """Changes made on version `expected` and those saved since, together, and the version to save the result upon."""
        base, newest = self.whole(person, key, expected), self.whole(person, key)
        before, mine, theirs = (documents.document_of(each) for each in (base.scenario, scenario, newest.scenario))
        return differences.merged(before, mine, theirs, chosen), newest.version

    def restore(self, person: Person, key: str, no: int, expected: int) -> Version:
        """An earlier version as the newest one. Nothing is taken away. Raises as `save` does."""
        earlier = self.whole(person, key, no)
        return self.save(person, key, expected, earlier.scenario, f"Version {no} restored", "restored")

    def duplicate(self, person: Person, key: str, no: int | None = None, name: str = "") -> Version:
        """A copy of a version under a name of its own."""
        found = self.whole(person, key, no)
        copy = found.scenario.but(name=name.strip() or f"{found.scenario.name[: LONGEST_NAME - 7]} (copy)")
        return self.create(person, copy, f"Copied from {found.scenario.name}, version {found.version.no}", self.entry(person, key).labels, "duplicated")

    def rename(self, person: Person, key: str, expected: int, name: str) -> Version:
        """The same scenario under another name, as its next version: links and history stay."""
        now = self.whole(person, key, expected).scenario
        return self.save(person, key, expected, now.but(name=name.strip()), f"Renamed from {now.name}", "renamed")

    # Heads

    def label(self, person: Person, key: str, labels: Sequence[str]) -> Entry:
        """Other labels in place of those before."""
        require(person, "edit")
        kept = _labels(labels)

        def work(connection: Connection, _: str) -> None:
            values = {"labels": json.dumps(kept), "search": _search(_entry_of(connection, key).name, kept)}
            connection.execute(update(tables.scenario).where(tables.scenario.c.key == key).values(values))

        self._change(person, "labelled", key, None, ", ".join(kept), work)
        return self.entry(person, key)

    def archive(self, person: Person, key: str) -> Entry:
        """Out of the list; nothing is taken away, and links still open it."""
        return self._put_away(person, key, True)

    def bring_back(self, person: Person, key: str) -> Entry:
        """Into the list again."""
        return self._put_away(person, key, False)

    def _put_away(self, person: Person, key: str, away: bool) -> Entry:
        require(person, "edit")

        def work(connection: Connection, at: str) -> None:
            _entry_of(connection, key)
            values = {"archived_by": person.name if away else None, "archived_at": at if away else None}
            connection.execute(update(tables.scenario).where(tables.scenario.c.key == key).values(values))

        self._change(person, "archived" if away else "brought back", key, None, "", work)
        return self.entry(person, key)

    def move(self, person: Person, key: str, no: int, to: str, note: str = "") -> Version:
        """The newest version, which must be `no`, stands otherwise: draft, proposed, approved, locked. Raises Stale, or Refused where that is no step."""
        before = self.version(person, key, no)
        stands = before.standing
        right, action = MOVES.get((stands, to), ("edit", ""))
        require(person, right)
        if not action:
            raise Refused([Fault(f"Version {no}", f"it is {stands} and cannot become {to}", "Propose it first, then approve, then lock.")])

        def work(connection: Connection, at: str) -> None:
            values = {"standing": to, "standing_by": person.name, "standing_at": at}
            _move_head(connection, key, no, values, tables.scenario.c.standing == stands)
            line = {"key": key, "no": no, "standing": to, "person": person.name, "at": at, "note": _note(note)}
            connection.execute(insert(tables.standing), line)

        at = self._change(person, action, key, no, _note(note), work)
        return replace(before, standing=to, standing_by=person.name, standing_at=moment(at))

    # Hiring plans

    def keep(self, person: Person, key: str, no: int, name: str, decisions: Decisions) -> Kept:
        """Decisions, kept with the version that they were made for and with this program."""
        require(person, "edit")
        text = documents.canonical(json.loads(decided.to_json(decisions, self.whole(person, key, no).scenario)))
        called = name.strip()[:LONGEST_NAME] or "Hiring plan"

        def work(connection: Connection, at: str) -> None:
            _keep_content(connection, "decisions", {documents.sha256(text): text})
            line = {"key": key, "no": no, "name": called, "sha256": documents.sha256(text), "person": person.name, "at": at, "program": PROGRAM}
            connection.execute(insert(tables.decisions), line)

        self._change(person, "hiring plan kept", key, no, called, work)
        return self.plans(person, key)[0]

    def plans(self, person: Person, key: str) -> tuple[Kept, ...]:
        """The hiring plans of a scenario, the newest first."""
        require(person, "read")
        query = select(*_KEPT).where(tables.decisions.c.key == key).order_by(tables.decisions.c.id.desc())
        return self._read(lambda connection: tuple(_kept(row) for row in connection.execute(query).all()))

    def plan(self, person: Person, number: int) -> tuple[Kept, str]:
        """A hiring plan and its decisions as JSON. Raises Missing."""
        require(person, "read")
        own = tables.decisions
        query = select(*_KEPT, tables.content.c.text).join(tables.content, tables.content.c.sha256 == own.c.sha256).where(own.c.id == number)
        row = self._read(lambda connection: connection.execute(query).first())
        if row is None:
            raise Missing([Fault(f"Hiring plan {number}", "there is none of that number", "Look them up in the library.")])
        return _kept(row), str(row.text)

    # The one local user

    def local_name(self, place: str) -> str:
        """The name of the local user of a machine; empty until it was asked."""
        query = select(tables.person.c.name).where(tables.person.c.place == place)
        return str(self._read(lambda connection: connection.execute(query).scalar()) or "")

    def remember_name(self, place: str, name: str) -> None:
        """Keeps the name of the local user of a machine."""

        def once() -> None:
            with writing(self.engine) as connection:
                given = _insert(connection, tables.person).values(place=place, name=name)
                connection.execute(given.on_conflict_do_update(index_elements=["place"], set_={"name": name}))

        self._tried(once, CHANGE_TRIES)


# Rows ----------------------------------------------------------------------------------------------------------------------------------------

_ENTRY = [column for column in tables.scenario.c if column.name != "search"]
_KEPT = [tables.decisions.c[name] for name in ("id", "key", "no", "name", "person", "at", "program")]


def written(at: datetime) -> str:
    """A moment as text that sorts."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment again."""
    return datetime.fromisoformat(text)


def new_key() -> str:
    """A key that nobody guesses, and that an address carries as it is.

    >>> len(new_key()), new_key().islower() or new_key().isalnum()
    (12, True)
    """
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))


def _entry(row: Mapping[Any, Any]) -> Entry:
    values = {str(name): value for name, value in row.items()}
    values["labels"] = tuple(json.loads(values["labels"]))
    for name in ("standing_at", "saved_at", "archived_at"):
        values[name] = moment(values[name]) if values[name] else None
    return Entry(**values)


def _version(row: Mapping[Any, Any]) -> Version:
    values = {str(name): value for name, value in row.items()}
    return Version(**values | {"at": moment(values["at"]), "standing_at": moment(values["standing_at"])})


def _kept(row: Any) -> Kept:
    return Kept(row.id, row.key, row.no, row.name, row.person, moment(row.at), row.program)


def _entry_of(connection: Connection, key: str) -> Entry:
    row = connection.execute(select(*_ENTRY).where(tables.scenario.c.key == key)).mappings().first()
    if row is None:
        raise Missing([Fault("The scenario", "it is not in the library, or may not be seen", "Look it up in the library.", key[:40])])
    return _entry(row)


def _versions(key: str) -> Select[Any]:
    """Versions of a scenario, each with how it stands now."""
    own, stands = tables.version, tables.standing
    newest = select(func.max(stands.c.id).label("id")).where(stands.c.key == key).group_by(stands.c.no).subquery()
    last = select(stands.c.no, stands.c.standing, stands.c.person, stands.c.at).join(newest, newest.c.id == stands.c.id).subquery()
    told_of = [last.c.standing, last.c.person.label("standing_by"), last.c.at.label("standing_at")]
    return select(*own.c, *told_of).join(last, last.c.no == own.c.no).where(own.c.key == key)


def _version_of(connection: Connection, key: str, no: int | None) -> Version:
    head = _entry_of(connection, key).head
    row = connection.execute(_versions(key).where(tables.version.c.no == (head if no is None else no))).mappings().first()
    if row is None:
        raise Missing([Fault("The version", f"there is no version {no}; the newest is {head}", "Take one of the history.")])
    return _version(row)


def opened_in(connection: Connection, key: str, no: int | None) -> Opened:
    """A version with its scenario whole, within a transaction. Raises Missing."""
    found = _version_of(connection, key, no)
    text = connection.execute(select(tables.content.c.text).where(tables.content.c.sha256 == found.sha256)).scalar_one()
    named = documents.named_series(json.loads(text))
    query = select(tables.content.c.sha256, tables.content.c.text).where(tables.content.c.sha256.in_(named))
    series = {row.sha256: row.text for row in connection.execute(query)} if named else {}
    return Opened(found, documents.scenario_of(documents.put_together(text, series)))


def _draft(person: Person, key: str, no: int, text: str, note: str, at: str) -> Version:
    """A version as it is just saved."""
    return Version(key, no, documents.sha256(text), person.name, moment(at), _note(note), PROGRAM, DRAFT, person.name, moment(at))


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _keep_content(connection: Connection, kind: str, texts: dict[str, str]) -> None:
    """Texts that are not there yet."""
    rows = [{"sha256": sha, "kind": kind, "text": text} for sha, text in sorted(texts.items())]
    if rows:
        connection.execute(_insert(connection, tables.content).on_conflict_do_nothing(), rows)


def _add_version(connection: Connection, new: Version, parts: tuple[str, dict[str, str]]) -> None:
    text, series = parts
    _keep_content(connection, "series", series)
    _keep_content(connection, "scenario", {new.sha256: text})
    at = written(new.at)
    line = {"key": new.key, "no": new.no, "sha256": new.sha256, "author": new.author, "at": at, "note": new.note, "program": new.program}
    connection.execute(insert(tables.version), line)
    connection.execute(insert(tables.standing), {"key": new.key, "no": new.no, "standing": DRAFT, "person": new.author, "at": at, "note": ""})


def _move_head(connection: Connection, key: str, expected: int, values: dict[str, Any], allowed: Any) -> None:
    """Changes a head that is still at `expected`. Raises Missing, Stale or Refused."""
    own = tables.scenario
    done = connection.execute(update(own).where(own.c.key == key, own.c.head == expected, allowed).values(values))
    if done.rowcount == 1:
        return
    now = _entry_of(connection, key)
    if now.head != expected:
        raise Stale(key, expected, now.head, now.saved_by)
    problem = f"it is {now.standing} by {now.standing_by} since {now.standing_at:%Y-%m-%d}"
    raise Refused([Fault(f"Version {now.head}", problem, "Save a copy, or ask an approver to unlock it.")])


def _search(name: str, labels: Sequence[str]) -> str:
    return "\n".join([name, *labels]).casefold()


def _labels(labels: Sequence[str]) -> list[str]:
    given = (" ".join(label.split())[:LONGEST_LABEL] for label in labels)
    return sorted({label for label in given if label}, key=str.casefold)


def _note(note: str) -> str:
    return note.strip()[:LONGEST_NOTE]


def _hidden(change: Change) -> Change:
    return Change(change.path, discretion.HIDDEN, discretion.HIDDEN)
