"""The JSON by which forecasts are imported into Genesys Cloud, also packed by gzip: arrays of 15 minutes, or of days, from the start of a week."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings, Question
from planner.intake.raw import MOST_CELLS, RawTable, cell_text
from planner.intake.rows import Rows
from planner.intake.table import Match, Table

INTERVALS_A_WEEK = 7 * 96
PARTS = {
    "intervals": ("planningGroups", "offeredPerInterval", "averageHandleTimeSecondsPerInterval"),
    "days": ("longTermPlanningGroups", "offeredPerDay", "averageHandleTimeSecondsPerDay"),
}


@dataclass(frozen=True)
class GenesysForecast:
    """Planning groups with their arrays. The file does not say when its first week begins, nor on which clock: both are asked."""

    name: str = "genesys_forecast"
    title: str = "Genesys Cloud forecast import (JSON)"
    columns: tuple[str, ...] = ()

    def recognise(self, raw: RawTable) -> Match | None:
        """Position 0 where the document holds planning groups, else None."""
        found = _parts(raw.document)
        names = [PARTS[part][0] for part in found]
        return Match(0, f"the JSON holds {' and '.join(names)}") if found else None

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        del header
        part = _part(raw.document, findings)
        first = _week_start(findings)
        clock = "local"
        if part == "intervals":
            clock = findings.ask(Question("clock", "the arrays begin at the start of a week, but on which clock?", ("utc", "local"))) or ""
        findings.settle()
        table = _table(raw, part, first, findings)
        findings.settle()
        columns = ColumnMap(
            time="start", grain="interval" if part == "intervals" else "day", contacts="contacts", queue="queue", handle=("aht_s",),
            clock_is="utc" if clock == "utc" else "local",
        )  # fmt: skip
        return replace(rows_of(table.named(columns.roles()), columns, findings), minutes=15 if part == "intervals" else None)


def _parts(document: Any) -> list[str]:
    """Which arrays a document has."""
    if not isinstance(document, dict):
        return []
    return [part for part, (key, offered, _) in PARTS.items() if any(isinstance(group, dict) and offered in group for group in _groups(document, key))]


def _groups(document: Any, key: str) -> list[Any]:
    groups = document.get(key)
    return groups if isinstance(groups, list) else []


def _part(document: Any, findings: Findings) -> str:
    found = _parts(document)
    if len(found) == 1 and findings.answer("part") is None:
        return found[0]
    answer = findings.ask(Question("part", "the file has a forecast by intervals and another by days; which one is read?", tuple(found)))
    findings.settle()
    return str(answer)


def _week_start(findings: Findings) -> date:
    """The first day of the file. Raises where it is open."""
    given = findings.ask(Question("week_start", "the file does not say on which day its first week begins; which date is it?", ("<date, as 2027-01-04>",)))
    findings.settle()
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        findings.stop(findings.file_name, f"'{given}' is no date", "Answer with --assume week_start=2027-01-04.")


def _table(raw: RawTable, part: str, first: date, findings: Findings) -> Table:
    key, offered, handle = PARTS[part]
    groups = _groups(raw.document, key)
    _check_groups(raw, part, groups, findings)
    findings.settle()
    cells = [cell for group in groups for cell in zip(*_series(group, offered, handle, part, first), strict=True)]
    starts, queues, contacts, aht_s, lines = zip(*cells, strict=True)
    if len(cells) * 4 > MOST_CELLS:
        findings.stop(raw.place, f"the file has more than {MOST_CELLS:,} values", "Split it by planning group.")
    columns = {"start": starts, "queue": queues, "contacts": tuple(map(cell_text, contacts)), "aht_s": tuple(map(cell_text, aht_s))}
    native = {name: np.ones(len(starts), dtype=bool) for name in ("start", "queue")}
    native |= {name: np.array(list(map(_is_number, values)), dtype=bool) for name, values in (("contacts", contacts), ("aht_s", aht_s))}
    titles = {"contacts": offered, "aht_s": handle, "queue": "planningGroupId"}
    return Table(raw.place, columns, native, np.array(lines, dtype=np.int64), titles, tuple(f"planning group {queue}" for queue in queues))


def _series(group: dict[str, Any], offered: str, handle: str, part: str, first: date) -> Iterator[Any]:
    """Starts, queue, contacts, handle time and place in the array, one list each."""
    count, begin = len(group[offered]), datetime.combine(first, time())
    step, form = (timedelta(minutes=15), "%Y-%m-%d %H:%M") if part == "intervals" else (timedelta(days=1), "%Y-%m-%d")
    yield [(begin + number * step).strftime(form) for number in range(count)]
    yield [group["planningGroupId"]] * count
    yield ["" if value is None else value for value in group[offered]]
    yield ["" if value is None else value for value in group[handle]]
    yield range(1, count + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_groups(raw: RawTable, part: str, groups: list[Any], findings: Findings) -> None:
    key, offered, handle = PARTS[part]
    weeks = raw.document.get("weekCount")
    if part == "intervals" and not (isinstance(weeks, int) and not isinstance(weeks, bool) and 1 <= weeks <= 520):
        findings.fault(raw.place, "weekCount is no number of weeks", "Write the number of weeks that the arrays cover.", repr(weeks))
    for number, group in enumerate(groups, 1):
        place = f"{raw.place}, {key} {number}"
        _check_group(place, group, (offered, handle), findings)
        if not findings.has_faults and part == "intervals" and len(group[offered]) != weeks * INTERVALS_A_WEEK:
            problem = f"{offered} has {len(group[offered]):,} values, not the {weeks * INTERVALS_A_WEEK:,} quarter hours of {weeks} weeks"
            findings.fault(place, problem, "Give one value for each quarter hour, 0 where nothing came.")


def _check_group(place: str, group: Any, arrays: tuple[str, str], findings: Findings) -> None:
    if not isinstance(group, dict) or not isinstance(group.get("planningGroupId"), str) or not group["planningGroupId"].strip():
        findings.fault(place, "the planning group has no planningGroupId", "Name it.")
        return
    wrong = [name for name in arrays if not isinstance(group.get(name), list) or any(isinstance(value, list | dict) for value in group[name])]
    for name in wrong:
        findings.fault(place, f"{name} is no list of numbers", "Give one number for each interval.")
    if not wrong and not len(group[arrays[0]]) == len(group[arrays[1]]) > 0:
        findings.fault(place, f"{arrays[0]} and {arrays[1]} are not of one length above 0", "Give both for each interval.")
