"""What the columns of a table stand for, as one frozen value, and the reading of a table by it: what the layouts of other tools have in common."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np

from planner.intake.cells import Floats, Ints, Times, days, months, numbers, starts
from planner.intake.findings import Findings, Question
from planner.intake.raw import Flags
from planner.intake.rows import LONGEST_AHT_S, Grain, Rows, queue_names, repeated, summed
from planner.intake.table import Table, distinct, fault_rows

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
CHOICES = {
    "grain": ("month", "day", "interval"),
    "handle_is": ("average", "total"),
    "handle_unit": ("s", "min", "h"),
    "clock_is": ("local", "utc"),
}


@dataclass(frozen=True)
class ColumnMap:
    """Columns of a table by what they stand for; empty for what the table does not have. JSON both ways."""

    time: str
    """Month, date or start."""
    grain: Grain
    """What a row is: a month, a day or an interval."""
    contacts: str
    """Contacts offered."""
    also: str = ""
    """Contacts that count on top, as calls that overflowed in from other queues."""
    clock: str = ""
    """Time of day, where it stands apart from the date."""
    queue: str = ""
    queue_name: str = ""
    """The queue, where no column names it."""
    media: str = ""
    """Media type: a queue on several is read as several queues."""
    splits: tuple[str, ...] = ()
    """Columns by which a queue's contacts are divided further, as skill and language; they are added up."""
    handle: tuple[str, ...] = ()
    """Handle time; several columns are added up, as talk and wrap-up."""
    handle_is: Literal["average", "total"] = "average"
    """Whether that is the time of one contact or of all contacts of the row."""
    handled: str = ""
    """Contacts that a total is divided by; empty: the contacts offered."""
    handle_unit: Literal["s", "min", "h"] = "s"
    clock_is: Literal["local", "utc"] = "local"
    """What the times show where they carry no offset."""

    def roles(self) -> dict[str, str]:
        """The file's column of each role."""
        single = {role: getattr(self, role) for role in ("contacts", "also", "clock", "queue", "media", "handled")}
        many = {f"{role} {number}": name for role in ("splits", "handle") for number, name in enumerate(getattr(self, role), 1)}
        return {"start": self.time} | {role: name for role, name in single.items() if name} | many

    def to_json(self) -> str:
        """The map as one line of JSON, without what the table does not have.

        >>> ColumnMap(time="date", grain="day", contacts="offered").to_json()
        '{"time": "date", "grain": "day", "contacts": "offered"}'
        """
        defaults = {field.name: field.default for field in fields(self)}
        return json.dumps({name: value for name, value in asdict(self).items() if value != defaults[name]}, ensure_ascii=False)


def from_json(text: str) -> ColumnMap:
    """A map from its JSON. Raises ValueError with what is wrong.

    >>> from_json('{"time": "date", "grain": "day", "contacts": "offered"}').grain
    'day'
    """
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError, ValueError):
        raise ValueError("it is not JSON") from None
    return from_document(document)


def from_document(document: Any) -> ColumnMap:
    """A map from plain data. Raises ValueError with what is wrong."""
    if not isinstance(document, dict):
        raise ValueError("it is not an object of columns by role")
    known = {field.name for field in fields(ColumnMap)}
    unknown = sorted(set(document) - known)
    missing = sorted({"time", "grain", "contacts"} - set(document))
    if unknown or missing:
        raise ValueError("; ".join([*(f"there is no role '{name}'" for name in unknown), *(f"the role '{name}' is missing" for name in missing)]))
    return ColumnMap(**{name: _checked_role(name, value) for name, value in document.items()})


def _checked_role(name: str, value: Any) -> Any:
    if name in ("splits", "handle"):
        if not (isinstance(value, list | tuple) and all(isinstance(part, str) and part for part in value)):
            raise ValueError(f"'{name}' takes a list of columns")
        return tuple(value)
    if not isinstance(value, str) or (name in CHOICES and value not in CHOICES[name]):
        raise ValueError(f"'{name}' takes {' or '.join(CHOICES.get(name, ('a column',)))}")
    return value


def rows_of(table: Table, columns: ColumnMap, findings: Findings) -> Rows:
    """Rows of a table by what its columns stand for; what cannot be read is noted as faults. The table's columns are named by `ColumnMap.roles`."""
    table = _joined_clock(table) if "clock" in table.columns else table
    time, utc = _times(table, columns, findings)
    found = numbers(table, tuple(role for role in table.columns if role in ("contacts", "also", "handled") or role.startswith("handle ")), findings)
    for role in [role for role in ("contacts", "also") if role in found]:
        fault_rows(findings, table, table.blank(role), role, ("the cell is blank", "Write the contacts, 0 where there were none."))
    found["contacts"] = found["contacts"] + found.get("also", 0.0)
    contacts, aht_s = found["contacts"], _aht_s(table, columns, found, findings)
    names, queue = _queues(table, columns, findings)
    rows = Rows(table, names, queue, time, utc, contacts, aht_s, columns.grain)
    return _added_up(rows, found, columns, findings) if columns.splits else rows


def _joined_clock(table: Table) -> Table:
    """Date and time of day as one column."""
    pairs = zip(table.columns["start"], table.columns["clock"], strict=True)
    joined = tuple(f"{_day_text(day)} {_clock_text(clock)}" if day and clock else "" for day, clock in pairs)
    titles = {**table.titles, "start": f"{table.title('start')} + {table.title('clock')}"}
    return replace(table, columns={**table.columns, "start": joined}, titles=titles)


def _day_text(day: str) -> str:
    return day.removesuffix(" 00:00:00").removesuffix("T00:00:00")


def _clock_text(clock: str) -> str:
    """A time of day, from a workbook with the day on which it counts from.

    >>> _clock_text("1899-12-31 08:30:00"), _clock_text("8:30")
    ('08:30:00', '8:30')
    """
    return clock.rpartition(" ")[2] if clock.startswith(("1899-", "1900-", "1904-")) else clock


def _times(table: Table, columns: ColumnMap, findings: Findings) -> tuple[Times, Times]:
    if columns.grain == "interval":
        local, utc = starts(table, "start", findings)
        return (local, np.where(np.isnat(utc), local, utc)) if columns.clock_is == "utc" else (local, utc)
    time = months(table, "start", findings) if columns.grain == "month" else days(table, "start", findings)
    return time, np.full_like(time, np.datetime64("NaT"))


# Handle time


def _aht_s(table: Table, columns: ColumnMap, found: Mapping[str, Floats], findings: Findings) -> Floats:
    """Seconds a contact; NaN where nothing was handled, and where the table has no handle time."""
    parts = [role for role in found if role.startswith("handle ")]
    contacts = found["contacts"]
    if not parts:
        return np.full(len(contacts), np.nan)
    handled = found.get("handled", contacts) if columns.handle_is == "total" else contacts
    for role in parts:
        words = ("the cell is blank although there are contacts", "Write the handle time, 0 where there was none.")
        fault_rows(findings, table, table.blank(role) & (handled > 0), role, words)
    if "handled" in found:
        words = ("the cell is blank although there are contacts", "Write the contacts handled.")
        fault_rows(findings, table, table.blank("handled") & (contacts > 0), "handled", words)
    summed = np.sum([found[role] for role in parts], axis=0) * SECONDS[columns.handle_unit]
    aht_s = np.divide(summed, handled, out=np.full(len(contacts), np.nan), where=handled > 0) if columns.handle_is == "total" else summed
    _implausible(table, parts, (handled, contacts, aht_s), findings)
    return np.where((aht_s > 0) & (contacts > 0), aht_s, np.nan)


def _implausible(table: Table, parts: list[str], found: tuple[Floats, Floats, Floats], findings: Findings) -> None:
    handled, contacts, aht_s = found
    nothing = (aht_s == 0) & (handled > 0)
    fault_rows(findings, table, nothing, parts[0], ("the handle time is 0 although there are contacts", "Write the handle time in seconds."))
    long = (aht_s > LONGEST_AHT_S) & (contacts > 0)
    words = ("the handle time of a contact is longer than a day", "Check whether the column holds averages or totals, and its unit.")
    fault_rows(findings, table, long, parts[0], words)


# Queues


def _queues(table: Table, columns: ColumnMap, findings: Findings) -> tuple[tuple[str, ...], Ints]:
    if not columns.queue:
        return (columns.queue_name,), np.zeros(len(table.lines), dtype=np.int64)
    names, queue = queue_names(table, "queue", findings)
    return _by_media(table, names, queue, findings) if columns.media else (names, queue)


def _by_media(table: Table, names: tuple[str, ...], queue: Ints, findings: Findings) -> tuple[tuple[str, ...], Ints]:
    """A queue on several media is several queues, as 'Help (Voice)': what is asked of them differs."""
    fault_rows(findings, table, table.blank("media"), "media", ("the cell is blank", "Name the media type."))
    media, medium = distinct(cell.casefold() for cell in table.columns["media"])
    spelled = dict(zip((cell.casefold() for cell in table.columns["media"]), table.columns["media"], strict=True))
    several = [name for number, name in enumerate(names) if name and len(np.unique(medium[queue == number])) > 1]
    if not several:
        findings.note("No queue stands there on more than one media type; queues keep their names.")
        return names, queue
    findings.note(f"Queues on more than one media type are read as one queue for each, named with it in brackets: {', '.join(several)}.")
    full = [f"{names[q]} ({spelled[media[m]]})" if names[q] in several else names[q] for q, m in zip(queue.tolist(), medium.tolist(), strict=True)]
    for text in sorted({text for text, q in zip(full, queue.tolist(), strict=True) if names[q] in several and text in names}):
        findings.fault(table.place, f"there is also a queue named '{text}'", "Rename one of the two.")
    texts, codes = distinct(full)
    return tuple(texts), codes


# Rows that divide a queue and time further


def _added_up(rows: Rows, found: Mapping[str, Floats], columns: ColumnMap, findings: Findings) -> Rows:
    """One row for each queue and time; handle time weighted by the contacts that it was measured on. The same row twice is a fault."""
    if findings.has_faults:
        return rows
    table = rows.table
    keys = [tuple(table.columns[f"splits {number}"][row] for number in range(1, len(columns.splits) + 1)) for row in range(len(rows.time))]
    _, split = distinct(f"{queue}\0{chr(0).join(key)}" for queue, key in zip(rows.queue.tolist(), keys, strict=True))
    names = tuple(rows.names[rows.queue[int((split == number).argmax())]] for number in range(int(split.max(initial=-1)) + 1))
    repeated(replace(rows, names=names, queue=split), np.zeros(len(split), dtype=bool), findings)
    moment = np.where(np.isnat(rows.utc), rows.time, rows.utc).astype(np.int64)
    _, first, of_row = np.unique(np.stack([rows.queue, moment]), axis=1, return_index=True, return_inverse=True)
    if len(first) == len(moment):
        return rows
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return _collapsed(rows, found, (place[np.ravel(of_row)], np.sort(first)), columns, findings)


def _collapsed(rows: Rows, found: Mapping[str, Floats], groups: tuple[Ints, Ints], columns: ColumnMap, findings: Findings) -> Rows:
    group, first = groups
    weight = found.get("handled", rows.contacts) if columns.handle_is == "total" else rows.contacts
    known = ~np.isnan(rows.aht_s) & (weight > 0)
    contacts = summed(group, rows.contacts)
    measured = summed(group, np.where(known, weight, 0.0))
    seconds = summed(group, np.where(known, weight * np.where(known, rows.aht_s, 0.0), 0.0))
    aht_s = np.divide(seconds, measured, out=np.full(len(first), np.nan), where=measured > 0)
    splits = ", ".join(columns.splits)
    findings.note(f"{len(group):,} rows are added up to {len(first):,}, one for each queue and time: {splits} divide a queue no further here.")
    return Rows(rows.table.take(first), rows.names, rows.queue[first], rows.time[first], rows.utc[first], contacts, aht_s, rows.grain)


# Contacts without a handle time


def with_handle_time(rows: Rows, findings: Findings) -> Rows:
    """Rows whose contacts all have a handle time, or none of them: what the file does not tell is asked for, never filled in unasked."""
    missing = np.isnan(rows.aht_s) & (rows.contacts > 0)
    if not missing.any() or findings.has_faults:
        return rows
    if np.isnan(rows.aht_s).all():
        return _without_any(rows, missing, findings)
    count = int(missing.sum())
    text = f"{count:,} rows have contacts but nothing was handled in them, so they have no handle time ({rows.table.at(int(missing.argmax()))} the first)"
    if findings.ask(Question("no_handle_time", f"{text}; give them the mean of their queue and month?", ("month_mean",))) is None:
        return rows
    findings.note(f"{text}; they take the mean of their queue and month, as agreed.")
    return replace(rows, aht_s=_month_means(rows, missing, findings))


def _without_any(rows: Rows, missing: Flags, findings: Findings) -> Rows:
    text = "the file has no handle time; which one holds, in seconds, or none, so that the scenario keeps its own?"
    given = findings.ask(Question("aht_s", text, ("none", "<seconds, as 300>")))
    if given in (None, "none"):
        if given:
            findings.note("The file has no handle time; the scenario's queues keep their own.")
        return rows
    try:
        seconds = float(str(given))
    except ValueError:
        seconds = float("nan")
    if not 0 < seconds <= LONGEST_AHT_S:
        findings.fault(findings.file_name, f"'{given}' is no handle time in seconds", "Answer with --assume aht_s=300.")
        return rows
    findings.note(f"The file has no handle time; {seconds:g} s are assumed, as agreed.")
    return replace(rows, aht_s=np.where(missing, seconds, np.nan))


def _month_means(rows: Rows, missing: Flags, findings: Findings) -> Floats:
    month = rows.time.astype("datetime64[M]").astype(np.int64)
    aht_s = rows.aht_s.copy()
    known = ~np.isnan(rows.aht_s) & (rows.contacts > 0)
    for number, name in enumerate(rows.names):
        for wanted in np.unique(month[missing & (rows.queue == number)]):
            mine = (rows.queue == number) & (month == wanted)
            if not (mine & known).any():
                findings.fault(rows.table.place, f"queue '{name}' has contacts in {np.datetime64(int(wanted), 'M')} but no handle time at all", "Add it.")
                continue
            aht_s[mine & missing] = np.average(rows.aht_s[mine & known], weights=rows.contacts[mine & known])
    return aht_s
