"""The base of every parameter class, the unit types, and the one walk over a scenario's parameters.

A parameter is one line in one class: type with unit and bounds, default, and a docstring that is the help text. The help ends with where the
default comes from: `Source: ...`, `Assumption: ...` or `Yours: ...` (a figure that only the user can know). Forms, the command line, the
method page, sensitivity and tests read all of it from here.
"""

import difflib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Field
from pydantic.fields import FieldInfo

from planner.errors import Fault, InvalidScenario


class Parameters(BaseModel):
    """A frozen, closed group of parameters: an unknown name is an error, and nothing changes in place."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, revalidate_instances="never", use_attribute_docstrings=True, allow_inf_nan=False
    )

    def but(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated anew."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return build(type(self), values | changes)


@dataclass(frozen=True)
class Unit:
    """How a number is shown: its unit, and the factor between the value inside and the value on screen."""

    symbol: str
    screen_factor: float = 1.0


M = TypeVar("M", bound=Parameters)

Fraction = Annotated[float, Field(ge=0, le=1), Unit("%", 100)]
Change = Annotated[float, Field(ge=-0.9, le=10), Unit("%", 100)]
Growth = Annotated[float, Field(ge=-0.5, le=1), Unit("% a month", 100)]
AnnualChange = Annotated[float, Field(ge=-0.5, le=2), Unit("% a year", 100)]
Seconds = Annotated[float, Field(gt=0, le=86_400), Unit("s")]
Hours = Annotated[float, Field(ge=0, le=10_000), Unit("h")]
Weeks = Annotated[float, Field(ge=0, le=104), Unit("weeks")]
Months = Annotated[float, Field(ge=0, le=600), Unit("months")]
Days = Annotated[float, Field(gt=0, le=1_000), Unit("days")]
Heads = Annotated[float, Field(ge=0, le=1_000_000), Unit("people")]
WholeHeads = Annotated[int, Field(ge=0, le=1_000_000), Unit("people")]
Fte = Annotated[float, Field(ge=0, le=1_000_000), Unit("FTE")]
Money = Annotated[float, Field(ge=0, le=1e12), Unit("money")]
Contacts = Annotated[float, Field(ge=0, le=1e9), Unit("contacts")]
Ratio = Annotated[float, Field(ge=0.01, le=100_000), Unit("to 1")]
Multiple = Annotated[float, Field(ge=0, le=100), Unit("times")]
Count = Annotated[int, Field(ge=0, le=100_000), Unit("")]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^.\[\]=\x00-\x1f]+$")]
MonthLabel = Annotated[str, Field(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"), Unit("month")]


Basis = Literal["source", "assumption", "yours"]
_BASES: dict[str, Basis] = {"Source:": "source", "Assumption:": "assumption", "Yours:": "yours"}


@dataclass(frozen=True)
class Parameter:
    """One parameter as the form, the command line and the tests see it."""

    path: str
    name: str
    value: Any
    default: Any
    annotation: Any
    unit: Unit
    lower: float | None
    upper: float | None
    help: str
    basis: Basis
    optional: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the value is a single number."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


def walk(model: Parameters, prefix: str = "") -> Iterator[Parameter]:
    """Every parameter below `model`, in order of declaration, with its dotted path.

    Groups inside tuples are named by their `name`, else by their position.
    """
    for name, info in type(model).model_fields.items():
        value, path = getattr(model, name), f"{prefix}{name}"
        if isinstance(value, Parameters):
            yield from walk(value, path + ".")
        elif isinstance(value, tuple) and value and isinstance(value[0], Parameters):
            for key, member in members(value):
                yield from walk(member, f"{path}.{key}.")
        else:
            yield describe(path, name, value, info)


def members(group: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """The members of a tuple of parameter groups with the key that a path uses for each."""
    for position, member in enumerate(group):
        yield str(getattr(member, "name", position)), member


def describe(path: str, name: str, value: Any, info: FieldInfo) -> Parameter:
    """The declaration of one field: unit, bounds, help and basis."""
    annotation, metadata = _unwrap(info)
    help_text = " ".join((info.description or "").split())
    return Parameter(
        path=path,
        name=name,
        value=value,
        default=None if info.is_required() else info.get_default(call_default_factory=True, validated_data={}),
        annotation=annotation,
        unit=next((item for item in metadata if isinstance(item, Unit)), Unit("")),
        lower=_bound(metadata, "ge", "gt"),
        upper=_bound(metadata, "le", "lt"),
        help=help_text,
        basis=next((basis for mark, basis in _BASES.items() if mark in help_text), "yours"),
        optional=type(None) in get_args(info.annotation),
    )


def _unwrap(info: FieldInfo) -> tuple[Any, list[Any]]:
    """A field's bare type and the metadata of the field, of the alternative in `X | None`, or of a tuple's items."""
    annotation, metadata = info.annotation, _flat(info.metadata)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *extra = get_args(annotation)
            metadata += _flat(extra)
        elif origin in (Union, types.UnionType):
            annotation = next(item for item in get_args(annotation) if item is not type(None))
        elif origin is tuple:
            inner = get_args(annotation)[0]
            if get_origin(inner) is Annotated:
                metadata += _flat(get_args(inner)[1:])
            return annotation, metadata
        else:
            return annotation, metadata


def _flat(metadata: Any) -> list[Any]:
    flat: list[Any] = []
    for item in metadata:
        flat += item.metadata if isinstance(item, FieldInfo) else [item]
    return flat


def _bound(metadata: list[Any], *kinds: str) -> float | None:
    found = [getattr(item, kind) for item in metadata for kind in kinds if isinstance(item, annotated_types.BaseMetadata) and hasattr(item, kind)]
    return found[0] if found else None


def get(model: Parameters, path: str) -> Any:
    """The value at a dotted path. Raises InvalidScenario naming the nearest path."""
    here: Any = model
    for depth, key in enumerate(path.split(".")):
        here = _step(here, key, path, depth)
    return here


def put(model: M, path: str, value: Any) -> M:
    """A copy of `model` with the value at a dotted path replaced, validated anew. Raises as `put_all` does."""
    return put_all(model, {path: value})


def put_all(model: M, changes: dict[str, Any]) -> M:
    """A copy of `model` with the values at dotted paths replaced together, validated anew.

    Raises InvalidScenario with every fault: the nearest name for an unknown path, the bounds for a value out of range.
    """
    document = model.model_dump(mode="python", warnings=False)
    faults: list[Fault] = []
    for path, value in changes.items():
        try:
            get(model, path)
            _write(document, path.split("."), value)
        except InvalidScenario as error:
            faults += error.faults
        except (KeyError, IndexError, TypeError, ValueError):
            faults.append(Fault(path, "another change has replaced what lies above it", "Put both into one value."))
    try:
        return _without(faults, build(type(model), document))
    except InvalidScenario as error:
        raise InvalidScenario([*faults, *(fault for fault in error.faults if fault not in faults)]) from None


def _without(faults: list[Fault], built: M) -> M:
    if faults:
        raise InvalidScenario(faults)
    return built


def _write(document: Any, keys: list[str], value: Any) -> None:
    """Puts a value at a path of plain data; members of a tuple go by their name, else by their position."""
    here = keys[0] if isinstance(document, dict) else _position(document, keys[0])
    if len(keys) == 1:
        document[here] = value
        return
    if isinstance(document[here], tuple):
        document[here] = list(document[here])
    _write(document[here], keys[1:], value)


def _position(members_here: list[Any], key: str) -> int:
    names = [str(member.get("name", place)) if isinstance(member, dict) else str(place) for place, member in enumerate(members_here)]
    return names.index(key) if key in names else int(key)


def _step(here: Any, key: str, path: str, depth: int) -> Any:
    if isinstance(here, Parameters):
        known = list(type(here).model_fields)
        if key in known:
            return getattr(here, key)
    elif isinstance(here, tuple):
        named = dict(members(here))
        if key in named:
            return named[key]
        known = list(named)
        if key.isdecimal() and int(key) < len(here):
            return here[int(key)]
    else:
        known = []
    raise InvalidScenario([Fault(path, f"there is no parameter '{key}' here", _nearest(key, known, path, depth))])


def _nearest(key: str, known: list[str], path: str, depth: int) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    if not close:
        return "Nothing lies below this value."
    keys = path.split(".")
    nearest = ".".join([*keys[:depth], close[0], *keys[depth + 1 :]])
    return f"Did you mean '{nearest}'?"


def build(kind: type[M], document: Any) -> M:
    """A parameter group from plain data. Raises InvalidScenario with every fault, each with its path and remedy."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise InvalidScenario(faults_of(error, document)) from None


def faults_of(error: ValidationError, document: Any) -> list[Fault]:
    """Every fault of a validation error in the words of the form."""
    faults: list[Fault] = []
    told = error.errors(include_url=False)
    for item in told:
        if _only_echoes(item, told):
            continue
        context = item.get("ctx", {})
        inner = context.get("error")
        if isinstance(inner, InvalidScenario):
            faults += inner.faults
            continue
        place = _place(item["loc"], document)
        faults.append(Fault(place or "scenario", _problem(item), _remedy(item, context), _found(item)))
    return faults


def _only_echoes(item: Any, told: list[Any]) -> bool:
    """Whether a list is called too short only because its members are at fault themselves."""
    here = item["loc"]
    return item["type"] == "too_short" and any(len(other["loc"]) > len(here) and other["loc"][: len(here)] == here for other in told)


def _place(location: tuple[Any, ...], document: Any) -> str:
    parts: list[str] = []
    here = document
    for key in location:
        if isinstance(here, dict) and key not in here and isinstance(key, str) and len(parts) > 0 and here.get("kind") == key:
            continue
        member = None
        if isinstance(key, int) and isinstance(here, list | tuple) and key < len(here):
            member = here[key]
        elif isinstance(here, dict):
            member = here.get(key)
        elif isinstance(here, Parameters):
            member = getattr(here, str(key), None)
        name = member.get("name") if isinstance(member, dict) else getattr(member, "name", None)
        parts.append(str(name) if isinstance(key, int) and isinstance(name, str) else str(key))
        here = member
    return ".".join(parts)


def _problem(item: Any) -> str:
    words = {
        "missing": "a value is missing",
        "extra_forbidden": "there is no such parameter",
        "string_pattern_mismatch": "the text does not have the right form",
    }
    text = words.get(item["type"], item["msg"].removeprefix("Value error, ").removeprefix("Input should be "))
    return text if item["type"] in words or item["type"] == "value_error" else f"must be {text}"


def _remedy(item: Any, context: dict[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "Remove it, or correct its name."
    if item["type"] == "missing":
        return "Give one."
    if "pattern" in context:
        return f"It must match {context['pattern']}."
    return ""


def _found(item: Any) -> str:
    value = item.get("input")
    text = "" if item["type"] == "missing" or isinstance(value, dict | Parameters) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
