"""What a form has to show for a parameter group: single fields, series, tables and parts, all read from the declarations. Nothing is drawn here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from planner.channels import CHANNELS
from planner.horizon import DAYS, month_labels
from planner.parameters import Parameter, Parameters, describe, members
from planner.report import words
from planner.scenario import Scenario

Axis = Literal["months", "calendar", "weekdays", "day", "count"]
CALENDAR = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = tuple(day[:3] for day in DAYS)
EVERY_DAY = "Every day"


@dataclass(frozen=True)
class Table:
    """A tuple of small groups: one row each."""

    parameter: Parameter
    kind: type[Parameters]
    members: tuple[Parameters, ...]

    @property
    def columns(self) -> tuple[Parameter, ...]:
        """The declaration of each column."""
        return tuple(describe(name, name, None, info) for name, info in self.kind.model_fields.items())


@dataclass(frozen=True)
class Section:
    """Everything below one parameter group. `lists` are families whose members are picked one by one: field name -> sections."""

    path: str
    singles: tuple[Parameter, ...]
    series: tuple[tuple[Axis, Parameter], ...]
    tables: tuple[Table, ...]
    parts: tuple["Section", ...]
    lists: tuple[tuple[str, tuple["Section", ...]], ...]

    def everything(self) -> Iterator["Section"]:
        """This section and all below it."""
        yield self
        for part in (*self.parts, *(member for _, family in self.lists for member in family)):
            yield from part.everything()

    def paths(self) -> Iterator[str]:
        """The path of every parameter that a field, a series or a table cell of this section shows."""
        for section in self.everything():
            yield from (parameter.path for parameter in section.singles)
            yield from (parameter.path for _, parameter in section.series)
            yield from (path for table in section.tables for path in _table_paths(table))
            yield from (f"{section.path}.{name}".lstrip(".") for name, family in section.lists if not family)


def _table_paths(table: Table) -> Iterator[str]:
    if not table.members:
        yield table.parameter.path
    for key, _ in members(table.members):
        yield from (f"{table.parameter.path}.{key}.{column.name}" for column in table.columns)


def section(model: Parameters, path: str = "") -> Section:
    """What the form of a parameter group shows."""
    prefix = f"{path}." if path else ""
    found: dict[str, list[Any]] = {"singles": [], "series": [], "tables": [], "parts": [], "lists": []}
    for name, info in type(model).model_fields.items():
        value, parameter = getattr(model, name), describe(prefix + name, name, getattr(model, name), info)
        kind = member_kind(type(model), name)
        if isinstance(value, Parameters):
            found["parts"].append(section(value, parameter.path))
        elif kind and _is_flat(kind):
            found["tables"].append(Table(parameter, kind, value))
        elif kind:
            found["lists"].append((name, tuple(section(member, f"{parameter.path}.{key}") for key, member in members(value))))
        elif axis := axis_of(type(model), name):
            found["series"].append((axis, parameter))
        else:
            found["singles"].append(parameter)
    return Section(path, *(tuple(part) for part in found.values()))


def member_kind(owner: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of the members of a field that holds a tuple of parameter groups."""
    annotation = owner.model_fields[name].annotation
    item = get_args(annotation)[0] if get_args(annotation) else None
    return item if str(annotation).startswith("tuple") and isinstance(item, type) and issubclass(item, Parameters) else None


def _is_flat(kind: type[Parameters]) -> bool:
    """Whether a row can show a whole member: single values and factors by calendar month only."""
    fields = kind.model_fields.items()
    return not any(member_kind(kind, name) or _holds_group(info.annotation) or axis_of(kind, name) not in (None, "calendar") for name, info in fields)


def _holds_group(annotation: Any) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, Parameters) for kind in (annotation, *get_args(annotation)))


@cache
def _schema(owner: type[Parameters]) -> dict[str, Any]:
    schema = owner.model_json_schema()
    properties: dict[str, Any] = schema["properties"]
    return properties


def axis_of(owner: type[Parameters], name: str) -> Axis | None:
    """Along what the values of a field run; None for a field that holds no series."""
    schema = _schema(owner)[name]
    arrays = [part for part in (schema, *schema.get("anyOf", ())) if part.get("type") == "array"]
    if not arrays or "$ref" in arrays[0]["items"]:
        return None
    if arrays[0]["items"].get("type") == "array":
        return "day"
    lengths: dict[int | None, Axis] = {12: "calendar", 7: "weekdays", None: "months"}
    return lengths.get(arrays[0].get("maxItems"), "count")


# Words ---------------------------------------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_OWN_NAMES = {"sites", "queues", "groups", "sources", "serves", "shrinkage", "contracts", "events"}
"""Families whose members the user named: their names are left as they are."""
_STEP = re.compile(r"(?<=[a-z*])\.(?=[a-z*])")


def in_words(text: str) -> str:
    """A text without the names of the program in it.

    >>> in_words("Empty: finance.frontline_monthly_pay.")
    'Empty: finance, frontline pay a month.'
    """
    return _NAME.sub(lambda match: words.title(match[0]).lower(), _STEP.sub(", ", text).replace(", *,", ","))


def place_in_words(path: str) -> str:
    """A dotted path as a reader says it.

    >>> place_in_words("queues.service calls.base_contacts")
    'Queues › service calls › Base contacts'
    """
    steps = path.split(".") if path else []
    own = ["", *(step if step in _OWN_NAMES else "" for step in steps)]
    return " › ".join(words.title(step) if not above and re.fullmatch(r"[a-z_0-9]+", step) else step for step, above in zip(steps, own, strict=False))


def unit(parameter: Parameter, currency: str) -> str:
    """The unit on screen; money in the currency of the plan."""
    return currency if parameter.unit.symbol == "money" else parameter.unit.symbol


def named(parameter: Parameter, currency: str) -> str:
    """Name in words with its unit, unless the name says it already."""
    name, symbol = words.title(parameter.name), unit(parameter, currency)
    return f"{name} ({symbol})" if symbol and not _says(name, symbol) else name


SPELT = {"s": "seconds", "h": "hours"}
"""Units as names say them."""


def _says(name: str, symbol: str) -> bool:
    """Whether a name holds a unit as a word: the s of a plural is no unit.

    >>> _says("Hours a week", "h"), _says("FTE of the contract", "FTE"), _says("Longest average speed of answer", "s")
    (True, True, False)
    """
    return any(f" {told.lower()} " in f" {name.lower()} " for told in (symbol, SPELT.get(symbol, symbol)))


def is_assumption(parameter: Parameter) -> bool:
    """Whether the help of a parameter calls its default, or a part of it, an assumption."""
    return parameter.basis == "assumption" or "assumption" in parameter.help.lower()


def bounds(parameter: Parameter, currency: str) -> str:
    """The allowed range in the unit on screen; empty where there is none.

    >>> from planner.training import Training
    >>> bounds(describe("rooms", "mentor_loss", 0.35, Training.model_fields["mentor_loss"]), "USD")
    '0 to 100 %'
    """
    ends = [None if end is None else short(screen(end, parameter)) for end in (parameter.lower, parameter.upper)]
    if ends == [None, None]:
        return ""
    span = f"{ends[0]} to {ends[1]}" if None not in ends else f"at least {ends[0]}" if ends[1] is None else f"at most {ends[1]}"
    return f"{span} {unit(parameter, currency)}".strip()


def short(value: float) -> str:
    """A number as people write it, with thousands separated and no needless decimals.

    >>> short(4425.0), short(0.05), short(1 / 3)
    ('4,425', '0.05', '0.3333')
    """
    return words.restyled(f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}")


def default_in_words(parameter: Parameter, currency: str) -> str:
    """The default as text; empty where there is none to tell."""
    value = parameter.default
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{short(screen(value, parameter))} {unit(parameter, currency)}".strip()
    return words.title(value).lower() if isinstance(value, str) and value else ""


def help_text(parameter: Parameter, currency: str) -> str:
    """Help, allowed range and default of a parameter."""
    allowed, default = bounds(parameter, currency), default_in_words(parameter, currency)
    parts = [in_words(parameter.help), f"Allowed: {allowed}." if allowed else "", f"Default: {default}." if default else ""]
    return " ".join(part for part in parts if part).replace("$", r"\$")


def empty_means(parameter: Parameter) -> str | None:
    """What an empty field means; None where the parameter must have a value."""
    match = re.search(r"[Ee]mpty(?:: | for )(.+?)[.;](?:\s|$)", parameter.help)
    return None if not parameter.optional else in_words(match[1]) if match else "not set"


# Values --------------------------------------------------------------------------------------------------------------------------------------


def screen(value: float, parameter: Parameter) -> float:
    """A number inside as the number on screen: 0.07 is 7 where the unit is percent."""
    return value if parameter.unit.screen_factor == 1 else float(f"{value * parameter.unit.screen_factor:.12g}")


def inside(value: float, parameter: Parameter) -> float:
    """A number on screen as the number inside."""
    return value if parameter.unit.screen_factor == 1 else float(f"{value / parameter.unit.screen_factor:.14g}")


def choices(parameter: Parameter, scenario: Scenario) -> tuple[Any, ...]:
    """The values that a parameter may take where they are known one by one: those of its type, or names in the scenario."""
    if parameter.path.endswith(".channel.kind"):
        return tuple(get_args(kind.model_fields["kind"].annotation)[0] for kind in CHANNELS)
    if "Literal" in str(parameter.annotation):
        return tuple(get_args(parameter.annotation))
    groups, sites = tuple(group.name for group in scenario.groups), tuple(site.name for site in scenario.sites)
    roles = tuple(role.name for role in scenario.organisation.roles)
    named: dict[str, tuple[Any, ...]] = {"site": sites, "leads": ("frontline", *roles), "feeder": (None, "frontline", *roles), "unit": ("all", *sites, *groups)}
    return roles if parameter.name.endswith("_role") else named.get(parameter.name, ())


def frame_of(table: Table) -> pd.DataFrame:
    """A table as the editor shows it: screen units, one column for each calendar month of a season."""
    columns: dict[str, Any] = {}
    for column in table.columns:
        values = [getattr(member, column.name) for member in table.members]
        if axis_of(table.kind, column.name):
            columns |= {month: [float(row[position]) for row in values] for position, month in enumerate(CALENDAR)}
        elif is_number(column):
            columns[column.name] = np.array([np.nan if value is None else screen(value, column) for value in values], dtype=float)
        else:
            columns[column.name] = pd.Series(["" if value is None else str(value) for value in values], dtype=object)
    return pd.DataFrame(columns)


def is_number(parameter: Parameter) -> bool:
    """Whether a parameter is declared as a number."""
    return parameter.annotation in (int, float)


def rows_of(table: Table, frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """An edited table as plain data. A cell left empty is left out, so that its default, or the fault of its absence, shows."""
    return tuple(dict(_cells(table, row)) for row in frame.to_dict("records"))


def _cells(table: Table, row: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        if axis_of(table.kind, column.name):
            season = [row.get(month) for month in CALENDAR]
            if not all(map(_empty, season)):
                yield column.name, tuple(season)
        elif not _empty(row.get(column.name)):
            value = row[column.name]
            yield column.name, _whole(inside(value, column), column) if is_number(column) else value
        elif column.optional:
            yield column.name, None


def _empty(value: Any) -> bool:
    return value is None or value == "" or value != value


def _whole(value: float, parameter: Parameter) -> float:
    return int(value) if parameter.annotation is int and float(value).is_integer() else value


def series_frame(axis: Axis, parameters: tuple[Parameter, ...], scenario: Scenario) -> pd.DataFrame:
    """Series as the editor shows them: months and intervals run down, calendar months and weekdays across."""
    if axis == "months":
        labels = [words.month_name(label) for label in month_labels(scenario.horizon)]
        return pd.DataFrame({p.name: _padded(p.value or (), p, len(labels)) for p in parameters}, index=pd.Index(labels, name="Month"))
    (parameter,) = parameters
    value = parameter.value
    if axis == "day":
        return _day_frame(value)
    if axis == "count":
        return pd.DataFrame({parameter.name: [screen(item, parameter) for item in value or ()]})
    columns = CALENDAR if axis == "calendar" else WEEKDAYS
    text = parameter.unit.symbol == "hh:mm-hh:mm"
    cells = ["" if text else np.nan] * len(columns) if value is None else [item if text else float(screen(item, parameter)) for item in value]
    return pd.DataFrame([cells], columns=list(columns))


def _padded(values: tuple[float, ...], parameter: Parameter, length: int) -> list[float]:
    return [screen(float(value), parameter) for value in values] + [np.nan] * (length - len(values))


def _day_frame(value: tuple[tuple[float, ...], ...] | None) -> pd.DataFrame:
    slots = len(value[0]) if value else 48
    clock = [f"{slot * 1440 // slots // 60:02d}:{slot * 1440 // slots % 60:02d}" for slot in range(slots)]
    columns = {name: np.full(slots, np.nan) for name in (EVERY_DAY, *WEEKDAYS)}
    for name, row in zip((EVERY_DAY,) if value and len(value) == 1 else WEEKDAYS, value or (), strict=False):
        columns[name] = np.array(row, dtype=float)
    return pd.DataFrame(columns, index=pd.Index(clock, name="From"))


DECIMALS = {"contacts": 0, "people": 0, "money": 0, "s": 1}
"""How exactly a series by month is shown and typed, by its unit: contacts and people whole, money without cents, handle time to the tenth of a second."""


def steps(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """The smallest step of each column of a table by month, which is how Streamlit is told its decimals; columns of other units are left out."""
    known = {name: DECIMALS.get(parameter.unit.symbol) for name, parameter in parameters.items()}
    return {name: 10.0**-places if places else 1 for name, places in known.items() if places is not None}


def rounded(frame: pd.DataFrame, parameters: Mapping[str, Parameter]) -> pd.DataFrame:
    """A table by month with the decimals of each column's unit, so that one column has one way of writing numbers."""
    return frame.round({name: DECIMALS[parameter.unit.symbol] for name, parameter in parameters.items() if parameter.unit.symbol in DECIMALS})


def as_stored(edited: pd.DataFrame, shown: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """An edited table in which every cell that was left as it was shown has its stored value, decimals and all.

    >>> stored = pd.DataFrame({"calls": [294_642.7, 301_200.0]})
    >>> as_stored(pd.DataFrame({"calls": [294_643.0, 5.0]}), stored.round(), stored)["calls"].tolist()
    [294642.7, 5.0]
    """
    return edited.where(edited != shown, stored)


def series_value(axis: Axis, parameter: Parameter, frame: pd.DataFrame) -> Any:
    """An edited series as plain data; None where every cell is empty and that is allowed. Cells missing in between stay None and are refused."""
    if axis == "day":
        filled = [name for name in frame if frame[name].notna().any()]
        return tuple(tuple(None if _empty(x) else x for x in frame[name]) for name in filled) or None
    cells = list(frame[parameter.name]) if axis in ("months", "count") else list(frame.iloc[0])
    while axis in ("months", "count") and cells and _empty(cells[-1]):
        cells.pop()
    if all(map(_empty, cells)):
        return None if parameter.optional else ()
    return tuple(cell if isinstance(cell, str) else None if _empty(cell) else _series_cell(cell, parameter) for cell in cells)


def _series_cell(cell: float, parameter: Parameter) -> float:
    value = inside(cell, parameter)
    return int(value) if "int" in str(parameter.annotation) and float(value).is_integer() else value
