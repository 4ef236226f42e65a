"""Any other table: what its columns stand for is suggested from names and content, shown, confirmed, and known again by the shape of the header."""

import hashlib
import json
import re
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from planner.intake.cells import COMMA, NEVER, POINT, day_of_text, month_of, numbers, start_of
from planner.intake.columns import CHOICES, ColumnMap, from_document, from_json, rows_of
from planner.intake.findings import Findings, Question
from planner.intake.raw import HEADER_ROWS, Flags, RawTable, normal
from planner.intake.rows import Grain, Rows
from planner.intake.table import Match, mapped_below
from planner.intake.verint import grain_of_rows

NAMES: Mapping[str, tuple[str, ...]] = {
    "time": ("interval start", "start time", "start", "timestamp", "date time", "datetime", "date", "day", "month", "period", "interval",
             "time", "datum", "monat"),
    "clock": ("time of day", "clock", "start time", "time", "hour", "interval", "uhrzeit"),
    "queue": ("queue name", "queue", "planning group", "skill name", "skill", "work queue name", "workgroup", "service", "line", "department",
              "queue id", "lob", "team", "group"),
    "media": ("media type", "media", "channel type", "channel"),
    "contacts": (
        "contacts offered", "calls offered", "offered", "contacts", "forecast volume", "volume",
        "calls received", "received", "calls", "incoming", "inbound",
        "interactions", "tickets", "conversations", "total calls", "count", "handled", "answered",
    ),
    "handled": ("interactions handled", "contacts handled", "calls handled", "handled", "calls answered", "answered"),
    "handle": ("aht", "average handle time", "avg handle time", "average handling time", "handle time", "handling time", "total handle time",
               "talk time", "duration"),
}  # fmt: skip
AVERAGE, TOTAL = re.compile(r"\b(aht|avg|average|mean|per)\b"), re.compile(r"\b(total|sum|dur|durations?)\b")
Unit = Literal["s", "min", "h"]
UNITS: Mapping[Unit, re.Pattern[str]] = {
    "s": re.compile(r"\b(s|sec|secs|seconds?)\b"),
    "min": re.compile(r"\b(min|mins|minutes?)\b"),
    "h": re.compile(r"\b(h|hrs?|hours?)\b"),
}
CLOCK_TEXT = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?")
SAMPLE = 400


def shape_of(header: Iterable[str]) -> str:
    """The shape of a header: the same for the same column names in the same order.

    >>> shape_of(["Date", " offered"]) == shape_of(["date", "Offered"])
    True
    """
    return hashlib.sha256(json.dumps([normal(cell) for cell in header]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class AnyTable:
    """A table of no known layout, read by a map of its columns that the planner confirms."""

    name: str = "table"
    title: str = "Any other table"
    columns: tuple[str, ...] = ()

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of some table stands; None where there is none with times and numbers below."""
        header = find_header(raw)
        if header is None or not _can_be_mapped(raw, header):
            return None
        return Match(header, f"row {raw.lines[header]} is a header above times and numbers")

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a table by the map that was confirmed for it; what cannot be read is noted as faults."""
        columns = confirmed(raw, header, findings)
        return read_mapped(raw, header, columns, findings)


def find_header(raw: RawTable) -> int | None:
    """The first row of names, without a number or date among them, above a row of the same width that has one."""
    for position, row in enumerate(raw.rows[: min(HEADER_ROWS, len(raw.rows) - 1)]):
        names, below = [normal(cell) for cell in row if cell.strip()], raw.rows[position + 1]
        if len(names) >= 2 and len(set(names)) == len(names) and not any(map(_is_value, names)) and len(below) == len(row) and any(map(_is_value, below)):
            return position
    return None


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return any(map(str.isdigit, text)) and (_is_number(text.removesuffix("%")) or _is_time(text) or CLOCK_TEXT.fullmatch(text) is not None)


# Suggestion


class Contents(NamedTuple):
    """What stands below the names of a header."""

    cells: dict[str, list[str]]
    """The first cells of each column that are not blank."""
    times: set[str]
    numeric: set[str]


def _contents(raw: RawTable, header: int) -> Contents:
    names = [normal(cell) for cell in raw.rows[header]]
    rows = [row for row in raw.rows[header + 1 : header + 1 + SAMPLE] if len(row) == len(names)]
    cells = {name: [row[number].strip() for row in rows if row[number].strip()] for number, name in enumerate(names) if name and names.count(name) == 1}
    numeric = {name for name, column in cells.items() if _share(column, _is_number) > 0.8}
    compact = {name for name in numeric if _share(cells[name], _is_compact_day) > 0.8}
    times = {name for name in set(cells) - numeric | compact if _share(cells[name], _is_time) > 0.8}
    return Contents(cells, times, numeric - times)


def _can_be_mapped(raw: RawTable, header: int) -> bool:
    found = _contents(raw, header)
    return bool(found.times and found.numeric)


def suggest(raw: RawTable, header: int) -> ColumnMap | None:
    """A map of the columns by their names and by what stands below them; None where no column is plainly the time, or none the contacts."""
    cells, times, numeric = _contents(raw, header)
    time = _best("time", times) or _only(times)
    contacts = _best("contacts", numeric) or _only(numeric)
    if not time or not contacts:
        return None
    clock = _best("clock", {name for name in cells if name != time and _share(cells[name], CLOCK_TEXT.fullmatch) > 0.8})
    texts = set(cells) - numeric - {time, clock}
    numbered = {name for name in numeric if {"queue", "skill"} & set(_words(name).split())}
    queue = _best("queue", texts) or _best("queue", numbered)
    grain = _grain(cells[time], clock)
    found = ColumnMap(time=time, grain=grain, contacts=contacts, clock=clock, queue=queue, media=_best("media", texts - {queue}) if queue else "")
    return _with_handle_time(replace(found, clock_is="utc" if re.search(r"\b(utc|gmt)\b", _words(time)) else "local"), numeric - {time, contacts})


def _with_handle_time(found: ColumnMap, numeric: set[str]) -> ColumnMap:
    handle = _best("handle", numeric - {found.queue})
    if not handle:
        return found
    words = _words(handle)
    unit: Unit = next((unit for unit, form in UNITS.items() if form.search(words)), "s")
    total = TOTAL.search(words) is not None and AVERAGE.search(words) is None
    handled = _best("handled", numeric - {handle, found.queue}) if total else ""
    return replace(found, handle=(handle,), handle_is="total" if total else "average", handled=handled, handle_unit=unit)


def _words(name: str) -> str:
    """A column name as words.

    >>> _words("avg_handle-time (s)")
    'avg handle time s'
    """
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()).strip()


def _best(role: str, among: set[str]) -> str:
    """The column whose name says a role most plainly: alone, else at the begin or end of a longer name; empty for none."""
    ranks: dict[str, tuple[int, int]] = {}
    for name in sorted(among):
        words = _words(name)
        for rank, synonym in enumerate(NAMES[role]):
            if words == synonym or f" {synonym} " in f" {words} ":
                ranks[name] = min(ranks.get(name, (9, 99)), (int(words != synonym), rank))
    return min(ranks, key=lambda name: ranks[name]) if ranks else ""


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def _share(cells: list[str], fits: Callable[[str], Any]) -> float:
    return statistics.fmean(bool(fits(cell)) for cell in cells) if cells else 0.0


def _is_number(cell: str) -> bool:
    return POINT.fullmatch(cell) is not None or COMMA.fullmatch(cell) is not None


def _is_time(cell: str) -> bool:
    return start_of(cell) != NEVER or month_of(cell) != NEVER


def _is_compact_day(cell: str) -> bool:
    return re.fullmatch(r"(19|20|21)[0-9]{6}", cell) is not None and day_of_text(cell) != NEVER


def _grain(cells: list[str], clock: str) -> Grain:
    if clock:
        return "interval"
    if _share(cells, lambda cell: month_of(cell).is_month) > 0.5:
        return "month"
    return "day" if _share(cells, lambda cell: day_of_text(cell) != NEVER) > 0.5 else "interval"


# Confirmation


def confirmed(raw: RawTable, header: int, findings: Findings) -> ColumnMap:
    """The map that the planner gave, confirmed now, or confirmed before for a header of this shape. Raises with the question where there is none."""
    suggestion, before = suggest(raw, header), findings.maps.get(shape_of(raw.rows[header]))
    given = findings.answer("columns")
    if given is None and before is not None:
        findings.note(f"The columns stand for what you confirmed before for a header of this shape: {before.to_json()}")
        return _existing(before, raw, header, findings)
    shown = suggestion.to_json() if suggestion else ""
    text = f"this is no known layout; do its columns stand for this: {shown or 'nothing could be suggested'}?"
    given = findings.ask(Question("columns", text, (*(("suggested",) if suggestion else ()), "<columns by role as JSON>")))
    findings.settle()
    if given == "suggested" and suggestion is not None:
        findings.note(f"The columns stand for what was suggested and confirmed: {shown}")
        return _existing(suggestion, raw, header, findings)
    return _existing(_given(str(given), findings), raw, header, findings)


def _given(text: str, findings: Findings) -> ColumnMap:
    try:
        return from_json(text)
    except ValueError as error:
        remedy = 'Write it as {"time": "date", "grain": "day", "contacts": "offered"}.'
        findings.stop(findings.file_name, f"the map of columns cannot be used: {error}", remedy, text)


def _existing(columns: ColumnMap, raw: RawTable, header: int, findings: Findings) -> ColumnMap:
    """The map, if all its columns stand in the header and none stands for two things."""
    names = [normal(cell) for cell in raw.rows[header]]
    used = [normal(name) for name in columns.roles().values()]
    for name in columns.roles().values():
        if normal(name) not in names:
            findings.fault(f"{raw.place}, row {raw.lines[header]}", f"there is no column '{name}'", f"Use one of: {', '.join(filter(None, names))}.")
    for name in sorted({name for name in used if used.count(name) > 1} - {normal(columns.contacts)} - {normal(columns.handled)}):
        findings.fault(f"{raw.place}, row {raw.lines[header]}", f"the column '{name}' stands for two things", "Name each column once.")
    findings.settle()
    return columns


def read_mapped(raw: RawTable, header: int, columns: ColumnMap, findings: Findings) -> Rows:
    """Rows of a table by a map of its columns. What the map leaves open is asked: the queue, months or days, averages or totals."""
    table = mapped_below(raw, header, columns.roles(), findings)
    if not columns.queue and not columns.queue_name:
        columns = replace(columns, queue_name=findings.queue_name())
    is_suggested = findings.answer("columns") == "suggested"
    if columns.grain == "day" and is_suggested:
        columns = replace(columns, grain=grain_of_rows(table, "start", "queue" if columns.queue else "", findings) or "day")
    if columns.handle and _is_vague(columns) and is_suggested:
        columns = _asked_kind(table, columns, findings)
    findings.columns = (shape_of(raw.rows[header]), columns)
    return rows_of(table, columns, findings)


def _is_vague(columns: ColumnMap) -> bool:
    """Whether the name of the handle time does not say if it is an average or a total."""
    words = _words(" ".join(columns.handle))
    return AVERAGE.search(words) is None and TOTAL.search(words) is None


def _asked_kind(table: Any, columns: ColumnMap, findings: Findings) -> ColumnMap:
    apart = Findings(findings.file_name, findings.answers)
    found = numbers(table, ("contacts", "handle 1"), apart)
    both: Flags = (found["contacts"] > 0) & (found["handle 1"] > 0)
    average = float(np.mean(found["handle 1"][both])) if both.any() else 0.0
    total = float(found["handle 1"][both].sum() / found["contacts"][both].sum()) if both.any() else 0.0
    text = f"is {table.title('handle 1')} the average of a contact (mean {average:,.0f}), or the total of its row (mean {total:,.1f} a contact)?"
    answer = findings.ask(Question("handle_is", text, CHOICES["handle_is"]))
    return replace(columns, handle_is="total" if answer == "total" else "average")


__all__ = ["AnyTable", "confirmed", "find_header", "from_document", "read_mapped", "shape_of", "suggest"]
