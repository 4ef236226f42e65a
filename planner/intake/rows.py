"""What every layout is read into: one row per queue and month, or per queue and interval, in the queue's local time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.intake.cells import Floats, Times, numbers
from planner.intake.findings import Findings, Question
from planner.intake.raw import Flags
from planner.intake.table import Table, Texts, fault_rows

INTERVALS_MINUTES = (15, 30, 60)
MOST_QUEUES = 1_000
LONGEST_AHT_S = 86_400
_NAME = r"[^\x00-\x1f]{1,80}"
_SHIELD = re.compile(r"^'(?=[=+\-@])")


@dataclass(frozen=True)
class Rows:
    """Rows of one file: queue, local time (first of the month, or start of the interval), UTC where known, contacts, and handle time (NaN for none)."""

    table: Table
    queue: Texts
    time: Times
    utc: Times
    contacts: Floats
    aht_s: Floats
    has_intervals: bool


def queue_names(table: Table, column: str, findings: Findings) -> Texts:
    """Names of queues, exactly as written. An apostrophe that shields a name from a spreadsheet (as in '+49) is no part of it."""
    names = table.columns[column].str.replace(_SHIELD, "", regex=True)
    fault_rows(findings, table, (names == "").to_numpy(dtype=bool), column, ("the cell is blank", "Name the queue."))
    wrong = ~names.str.fullmatch(_NAME).to_numpy(dtype=bool) & (names != "").to_numpy(dtype=bool)
    fault_rows(findings, table, wrong, column, ("this cannot be the name of a queue", "Use one line of at most 80 characters."))
    if (count := names.nunique()) > MOST_QUEUES:
        findings.fault(table.place, f"the file names {count:,} queues, more than {MOST_QUEUES:,}", "Check the column queue, or split the file.")
    return names


def contacts_and_aht(table: Table, findings: Findings) -> tuple[Floats, Floats]:
    """Contacts, and handle time in seconds, which may be blank or 0 where there are no contacts (NaN then)."""
    found = numbers(table, ("contacts", "aht_s"), findings)
    contacts, aht_s = found["contacts"], found["aht_s"]
    blank = {column: (table.columns[column] == "").to_numpy(dtype=bool) for column in found}
    fault_rows(findings, table, blank["contacts"], "contacts", ("the cell is blank", "Write the contacts, 0 where there were none."))
    fault_rows(findings, table, blank["aht_s"] & (contacts > 0), "aht_s", ("the cell is blank although there are contacts", "Write the handle time in seconds."))
    fault_rows(findings, table, (aht_s == 0) & (contacts > 0), "aht_s", ("the handle time is 0 although there are contacts", "Write the handle time in seconds."))
    fault_rows(findings, table, aht_s > LONGEST_AHT_S, "aht_s", ("the handle time is longer than a day", "Write it in seconds for one contact."))
    return contacts, np.where(aht_s > 0, aht_s, np.nan)


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
    for queue in rows.queue.unique():
        zone = zones.get(queue) or _asked_zone(findings)
        mine = (rows.queue == queue).to_numpy(dtype=bool) & given
        if zone not in (None, "as_written"):
            local[mine] = pd.DatetimeIndex(rows.utc[mine], tz="UTC").tz_convert(zone).tz_localize(None).to_numpy(dtype="datetime64[s]")
    return replace(rows, time=local)


def _asked_zone(findings: Findings) -> str | None:
    text = "the starts carry an offset from UTC, and the queue's own zone is not known; keep the clock times as written, or convert them to which zone?"
    zone = findings.ask(Question("zone", text, ("as_written", "<zone, as Europe/Berlin>")))
    if zone not in (None, "as_written") and not is_zone(str(zone)):
        findings.fault(findings.file_name, f"there is no time zone '{zone}'", "Name one as Europe/Berlin.")
        return None
    return zone


def clock_doubled(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Flags:
    """Rows whose local start the clock shows twice in autumn. A start that the clock skips in spring is a fault."""
    doubled = np.zeros(len(rows.time), dtype=bool)
    bare = rows.has_intervals & np.isnat(rows.utc) & ~np.isnat(rows.time)
    for queue in rows.queue.unique():
        mine = (rows.queue == queue).to_numpy(dtype=bool) & bare
        zone = zones.get(queue)
        if zone and mine.any():
            skipped, twice = _clock(rows.time[mine], zone)
            doubled[mine] = twice
            wrong = np.zeros_like(mine)
            wrong[mine] = skipped
            fault_rows(findings, rows.table, wrong, "start", (f"the clock of {zone} skips this hour", "Write the start with its offset from UTC, or in local time."))
    return doubled


def _clock(local: Times, zone: str) -> tuple[Flags, Flags]:
    """Whether each local time is skipped, and whether it comes twice."""
    index = pd.DatetimeIndex(local)
    summer = index.tz_localize(zone, nonexistent="NaT", ambiguous=np.ones(len(index), dtype=bool))
    winter = index.tz_localize(zone, nonexistent="NaT", ambiguous=np.zeros(len(index), dtype=bool))
    skipped = np.asarray(summer.isna())
    return skipped, np.asarray(summer != winter) & ~skipped


def repeated(rows: Rows, doubled: Flags, findings: Findings) -> None:
    """Rows of a queue and time that stand in the file already are faults; an hour that the clock shows twice may stand there twice."""
    known = ~np.isnat(rows.time)
    moment = np.where(np.isnat(rows.utc), rows.time, rows.utc)
    frame = pd.DataFrame({"queue": rows.queue, "moment": moment, "line": rows.table.lines})[known]
    groups = frame.groupby(["queue", "moment"], sort=False)
    again = groups.cumcount().to_numpy() > doubled[known]
    first = groups["line"].transform("first").to_numpy()
    remedy = "Keep one of the two" + (", or write the starts with their offset from UTC if the clock was put back." if rows.has_intervals else ".")
    told = np.flatnonzero(again)[: findings.room]
    for position in told:
        place = f"{rows.table.place}, row {frame['line'].iloc[position]}"
        findings.fault(place, f"the queue and {'start' if rows.has_intervals else 'month'} stand in row {first[position]} already", remedy, repr(frame["queue"].iloc[position]))
    findings.untold("the queue and its time stand in the file already", int(again.sum()) - len(told))


def interval_lengths(rows: Rows, findings: Findings) -> dict[str, int]:
    """Minutes of each queue's interval: the commonest distance between starts within a day. Starts off this grid are faults."""
    lengths = {}
    for queue in rows.queue.unique():
        mine = (rows.queue == queue).to_numpy(dtype=bool) & ~np.isnat(rows.time)
        length = _commonest_distance(rows.time[mine])
        if length in INTERVALS_MINUTES:
            lengths[queue] = length
            off = mine & (rows.time.astype(np.int64) % (60 * length) != 0)
            words = (f"the start is not on the grid of {length} minutes that the other rows have", "Start intervals on multiples of their length from midnight.")
            fault_rows(findings, rows.table, off, "start", words)
        elif mine.any():
            problem = f"the intervals of queue '{queue}' are {length} minutes apart" if length else f"queue '{queue}' has no two intervals on one day"
            findings.fault(rows.table.place, problem, "Give every interval of a day, of 15, 30 or 60 minutes, with 0 where nothing came.")
    return lengths


def _commonest_distance(times: Times) -> int:
    """Whole minutes, rounded down; 0 where no day has two starts."""
    starts = np.unique(times)
    distances = np.diff(starts)[np.diff(starts.astype("datetime64[D]")) == np.timedelta64(0, "D")].astype(np.int64)
    values, counts = np.unique(distances, return_counts=True)
    return int(values[counts.argmax()]) // 60 if len(values) else 0


def merged(rows: Rows) -> pd.DataFrame:
    """Faultless rows as a frame: line, queue, time, contacts, aht_s. An hour that the clock shows twice is one row, its handle time weighted by contacts."""
    frame = pd.DataFrame({"line": rows.table.lines, "queue": rows.queue, "time": rows.time, "contacts": rows.contacts, "aht_s": rows.aht_s})
    if not frame.duplicated(["queue", "time"]).any():
        return frame
    frame["seconds"] = (frame["contacts"] * frame["aht_s"]).fillna(0.0)
    frame = frame.groupby(["queue", "time"], sort=False).agg(line=("line", "first"), contacts=("contacts", "sum"), seconds=("seconds", "sum")).reset_index()
    frame["aht_s"] = frame["seconds"] / frame["contacts"].where(frame["contacts"] > 0)
    return frame[["line", "queue", "time", "contacts", "aht_s"]]


def day_of(times: Times) -> npt.NDArray[np.int64]:
    """Days since 1970-01-01."""
    return times.astype("datetime64[D]").astype(np.int64)
