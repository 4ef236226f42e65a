"""What every layout is read into: one row per queue and month, or per queue and interval, in the queue's local time."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from planner.intake.cells import Floats, Ints, Times, numbers
from planner.intake.findings import Findings, Question
from planner.intake.raw import Flags
from planner.intake.table import Coded, Codes, Table, distinct, fault_rows

INTERVALS_MINUTES = (15, 30, 60)
SHORTER_MINUTES = (1, 2, 3, 5, 6, 10)
"""Intervals that are too short to plan in, and add up to one that is not."""
MOST_QUEUES = 1_000
LONGEST_AHT_S = 86_400
Grain = Literal["month", "day", "interval"]
_NAME = re.compile(r"[^\x00-\x1f]{1,80}")
_SHIELD = re.compile(r"^'(?=[=+\-@])")


@dataclass(frozen=True)
class Rows:
    """Rows of one file. `queue` numbers the names; `time` is local: the first of the month, the day, or the start of the interval."""

    table: Table
    names: tuple[str, ...]
    queue: Codes
    time: Times
    utc: Times
    """Start in UTC where the file tells it, else NaT."""
    contacts: Floats
    aht_s: Floats
    """Handle time; NaN where there are no contacts, or where the file tells none."""
    grain: Grain
    minutes: int | None = None
    """Length of the intervals where the layout fixes it."""

    @property
    def has_intervals(self) -> bool:
        """Whether a row is an interval of a day."""
        return self.grain == "interval"

    def by_queue(self) -> Iterator[tuple[str, Flags]]:
        """Each queue's name and which rows are its own."""
        for number, name in enumerate(self.names):
            yield name, self.queue == number


def queue_names(table: Table, column: str, findings: Findings) -> tuple[tuple[str, ...], Ints]:
    """Names of queues, exactly as written, and the number of each row's. An apostrophe that shields a name from a spreadsheet ('+49) is no part of it."""
    texts, codes = distinct(table.columns[column])
    names, queue = distinct(Coded(shielded(texts), codes).joined())
    wrong = np.array([bool(name) and not _NAME.fullmatch(name) for name in names], dtype=bool)[queue]
    fault_rows(findings, table, table.blank(column), column, ("the cell is blank", "Name the queue."))
    fault_rows(findings, table, wrong, column, ("this cannot be the name of a queue", "Use one line of at most 80 characters."))
    if len(names) > MOST_QUEUES:
        findings.stop(table.place, f"the file names {len(names):,} queues, more than {MOST_QUEUES:,}", "Check the column queue, or split the file.")
    return tuple(names), queue


def shielded(names: list[str]) -> list[str]:
    """Names without the apostrophe that keeps a spreadsheet from running them as formulas.

    >>> shielded(["'+49", "'s Hertogenbosch"])
    ['+49', "'s Hertogenbosch"]
    """
    return [_SHIELD.sub("", name) for name in names]


def contacts_and_aht(table: Table, findings: Findings) -> tuple[Floats, Floats]:
    """Contacts, and handle time in seconds, which may be blank or 0 where there are no contacts (NaN then)."""
    found = numbers(table, ("contacts", "aht_s"), findings)
    contacts, aht_s = found["contacts"], found["aht_s"]
    remedy = "Write the handle time in seconds."
    fault_rows(findings, table, table.blank("contacts"), "contacts", ("the cell is blank", "Write the contacts, 0 where there were none."))
    fault_rows(findings, table, table.blank("aht_s") & (contacts > 0), "aht_s", ("the cell is blank although there are contacts", remedy))
    fault_rows(findings, table, (aht_s == 0) & (contacts > 0), "aht_s", ("the handle time is 0 although there are contacts", remedy))
    fault_rows(findings, table, aht_s > LONGEST_AHT_S, "aht_s", ("the handle time is longer than a day", remedy))
    return contacts, np.where((aht_s > 0) & (contacts > 0), aht_s, np.nan)


def is_name(text: str) -> bool:
    """Whether a queue can have that name.

    >>> is_name("Sales, north"), is_name("")
    (True, False)
    """
    return _NAME.fullmatch(text) is not None


def is_zone(name: str) -> bool:
    """Whether a time zone of that name is known.

    >>> is_zone("Europe/Berlin"), is_zone("Europe/Bertlin")
    (True, False)
    """
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def in_local_time(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Rows:
    """Starts with an offset as the clock of the queue's zone shows them. `zones` names the zone of each queue, None where it is not known."""
    given = ~np.isnat(rows.utc)
    if not given.any():
        return rows
    bare = ~given & ~np.isnat(rows.time)
    fault_rows(findings, rows.table, bare, "start", ("the start has no offset from UTC although others have", "Write all starts in one way."))
    local = rows.time.copy()
    for name, mine in rows.by_queue():
        zone = zones.get(name) or _asked_zone(findings)
        if zone not in (None, "as_written"):
            import pandas as pd  # it takes long to load, and few files need it

            index = pd.DatetimeIndex(rows.utc[mine & given]).tz_localize("UTC").tz_convert(zone)
            local[mine & given] = index.tz_localize(None).to_numpy(dtype="datetime64[s]")
    return replace(rows, time=local)


def _asked_zone(findings: Findings) -> str | None:
    text = "the starts carry an offset from UTC, and the queue's own zone is not known; keep the clock times as written, or convert them to which zone?"
    return findings.ask(Question("zone", text, ("as_written", "<zone, as Europe/Berlin>")))


def clock_doubled(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Flags:
    """Rows whose local start the clock shows twice in autumn. A start that the clock skips in spring is a fault."""
    doubled = np.zeros(len(rows.time), dtype=bool)
    bare = np.isnat(rows.utc) & ~np.isnat(rows.time)
    for name, mine in rows.by_queue() if rows.has_intervals else ():
        zone = zones.get(name)
        if zone and (mine & bare).any():
            skipped, doubled[mine & bare] = _clock(rows.time[mine & bare], zone)
            wrong = np.zeros_like(mine)
            wrong[mine & bare] = skipped
            remedy = "Write the start in local time, or with its offset from UTC."
            fault_rows(findings, rows.table, wrong, "start", (f"the clock of {zone} skips this hour", remedy))
    return doubled


def _clock(local: Times, zone: str) -> tuple[Flags, Flags]:
    """Whether each local time is skipped, and whether it comes twice. Only days on which the clock changes are looked at."""
    days = np.arange(local.min().astype("datetime64[D]"), local.max().astype("datetime64[D]") + 2)
    changing = days[:-1][np.diff(instants(days.astype("datetime64[s]"), zone)) != 86_400]
    near = np.isin(local.astype("datetime64[D]"), changing)
    skipped, doubled = np.zeros(len(local), dtype=bool), np.zeros(len(local), dtype=bool)
    import pandas as pd

    index = pd.DatetimeIndex(local[near])
    summer = index.tz_localize(zone, nonexistent="NaT", ambiguous=np.ones(len(index), dtype=bool))
    winter = index.tz_localize(zone, nonexistent="NaT", ambiguous=np.zeros(len(index), dtype=bool))
    skipped[near] = np.asarray(summer.isna())
    doubled[near] = np.asarray(summer != winter) & ~skipped[near]
    return skipped, doubled


def instants(local: Times, zone: str) -> Ints:
    """Seconds since 1970 in UTC; of two moments that the clock shows alike, the first."""
    import pandas as pd

    index = pd.DatetimeIndex(local).tz_localize(zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    return index.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[s]").astype(np.int64)


def any_twice(queue: Codes, moment: Ints) -> bool:
    """Whether a queue and moment stand there twice."""
    if queue.any():
        moment = (moment - moment.min()) * (int(queue.max()) + 1) + queue
    if (moment[1:] > moment[:-1]).all():
        return False
    moment = np.sort(moment)
    return bool((moment[1:] == moment[:-1]).any())


def repeated(rows: Rows, doubled: Flags, findings: Findings) -> None:
    """Rows of a queue and time that stand in the file already are faults; an hour that the clock shows twice may stand there twice."""
    moment = np.where(np.isnat(rows.utc), rows.time, rows.utc).astype(np.int64)
    known = np.flatnonzero(~np.isnat(rows.time))
    if not any_twice(rows.queue[known], moment[known]):
        return
    order = known[np.lexsort((known, moment[known], rows.queue[known]))]
    same = np.concatenate([[False], (np.diff(moment[order]) == 0) & (np.diff(rows.queue[order]) == 0)]) if len(order) else np.zeros(0, dtype=bool)
    begin = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    again = np.arange(len(order)) - begin > doubled[order]
    found = sorted(zip(order[again].tolist(), order[begin[again]].tolist(), strict=True))
    word = {"month": "month", "day": "day", "interval": "start"}[rows.grain]
    remedy = "Keep one of the two, or write the starts with their offset from UTC if the clock was put back." if rows.has_intervals else "Keep one of the two."
    told = found[: findings.room]
    for position, first in told:
        place = rows.table.at(position)
        problem = f"the queue and {word} stand in row {rows.table.lines[first]} already"
        findings.fault(place, problem, remedy, repr(rows.names[rows.queue[position]]))
    findings.untold(f"the queue and {word} stand in the file already", len(found) - len(told))


def interval_lengths(rows: Rows, findings: Findings) -> dict[str, int]:
    """Minutes of each queue's interval: the commonest distance between starts within a day. Starts off this grid are faults."""
    lengths = {}
    for name, mine in rows.by_queue():
        mine = mine & ~np.isnat(rows.time)
        length = rows.minutes or _commonest_distance(rows.time[mine])
        if length in INTERVALS_MINUTES:
            lengths[name] = length
            off = mine & (rows.time.astype(np.int64) % (60 * length) != 0)
            problem = f"the start is not on the grid of {length} minutes that the other rows have"
            fault_rows(findings, rows.table, off, "start", (problem, "Start intervals on multiples of their length from midnight."))
        elif mine.any():
            problem = f"the intervals of queue '{name}' are {length} minutes apart" if length else f"queue '{name}' has no two intervals on one day"
            findings.fault(rows.table.place, problem, "Give every interval of a day, of 15, 30 or 60 minutes, with 0 where nothing came.")
    return lengths


def _commonest_distance(times: Times) -> int:
    """Whole minutes, rounded down; 0 where no day has two starts."""
    starts = np.sort(times.astype(np.int64))
    apart = np.diff(starts)
    counts = np.bincount(apart[(apart > 0) & (np.diff(starts // 86_400) == 0)])
    return int(counts.argmax()) // 60 if len(counts) else 0


def renamed(rows: Rows, findings: Findings) -> Rows:
    """Rows whose queues have the names that the planner gave for those of the file: a JSON object under the key queues."""
    given = findings.answer("queues")
    if given is None:
        return rows
    try:
        names = json.loads(given)
    except (json.JSONDecodeError, RecursionError):
        names = None
    if not isinstance(names, dict) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names.values()):
        findings.fault(findings.file_name, "the new names of queues cannot be used", 'Write them as {"name in the file": "queue"}.', given)
        return rows
    for name in sorted(set(names) - set(rows.names)):
        findings.fault(findings.file_name, f"there is no queue '{name}' in the file", f"It has {', '.join(rows.names[:20])}.")
    new = tuple(names.get(name, name) for name in rows.names)
    for name in sorted({name for name in new if new.count(name) > 1}):
        findings.fault(findings.file_name, f"two queues of the file would be named '{name}'", "Give each its own name.")
    return replace(rows, names=new) if len(set(new)) == len(new) else rows


def summed(group: Ints, values: Floats) -> Floats:
    """Sums of the values of each group, 0 and up."""
    return np.asarray(np.bincount(group, values), dtype=float)


def in_longer_intervals(rows: Rows, doubled: Flags, findings: Findings) -> Rows:
    """Rows of intervals shorter than can be planned, added up to those that the planner chooses. A start twice is a fault before that."""
    step = rows.minutes or _commonest_distance(rows.time[~np.isnat(rows.time)])
    choices = tuple(str(minutes) for minutes in INTERVALS_MINUTES if step and step < minutes and minutes % step == 0)
    if step not in SHORTER_MINUTES or findings.has_faults:
        return rows
    text = f"the intervals are {step} minutes long, and the planner plans in {', '.join(choices)}; add them up to which?"
    given = findings.ask(Question("interval", text, choices))
    if given not in choices:
        return rows
    repeated(rows, doubled, findings)
    off = rows.time.astype(np.int64) % (60 * step) != 0
    fault_rows(findings, rows.table, off, "start", (f"the start is not on the grid of {step} minutes that the other rows have", "Correct the start."))
    return rows if findings.has_faults else _added_up(rows, step, int(given), findings)


def _added_up(rows: Rows, step: int, minutes: int, findings: Findings) -> Rows:
    ahead = np.where(np.isnat(rows.utc), 0, (rows.utc - rows.time).astype(np.int64))
    begin = rows.time.astype(np.int64) // (60 * minutes) * (60 * minutes)
    _, first, group, count = np.unique(np.stack([rows.queue, begin, ahead]), axis=1, return_index=True, return_inverse=True, return_counts=True)
    group = np.ravel(group)
    known = ~np.isnan(rows.aht_s)
    contacts, measured = summed(group, rows.contacts), summed(group, np.where(known, rows.contacts, 0.0))
    seconds = summed(group, np.where(known, rows.contacts * np.where(known, rows.aht_s, 0.0), 0.0))
    aht_s = np.divide(seconds, measured, out=np.full(len(first), np.nan), where=measured > 0)
    time = begin[first].astype("datetime64[s]")
    utc = np.where(np.isnat(rows.utc[first]), np.datetime64("NaT"), time + ahead[first].astype("timedelta64[s]"))
    short = int((count < minutes // step).sum())
    findings.note(f"{len(group):,} intervals of {step} minutes are added up to {len(first):,} of {minutes}, as agreed.")
    if short:
        findings.note(f"{short:,} of them have fewer than {minutes // step} rows; what is missing counts as no contacts.")
    return Rows(rows.table.take(first), rows.names, rows.queue[first], time, utc, contacts, aht_s, rows.grain, minutes)


def day_of(times: Times) -> Ints:
    """Days since 1970-01-01."""
    return times.astype("datetime64[D]").astype(np.int64)
