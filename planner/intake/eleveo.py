"""Eleveo's history file: quarter hours of all day in UTC, at least fifteen days. Its column names are not published, so they are mapped and confirmed."""

import re
from dataclasses import dataclass, replace

import numpy as np

from planner.intake.any_table import confirmed, find_header, read_mapped, suggest
from planner.intake.findings import Findings
from planner.intake.raw import RawTable
from planner.intake.rows import Rows
from planner.intake.table import Match

STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:(00|15|30|45):00(\.0+)?Z")
FEWEST_DAYS = 15


@dataclass(frozen=True)
class Eleveo:
    """A table whose starts are quarter hours in UTC, all 24 hours of each day."""

    name: str = "eleveo"
    title: str = "Eleveo history"
    columns: tuple[str, ...] = ()

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header stands, if below it every day has all its quarter hours in UTC; else None."""
        header = find_header(raw)
        suggestion = None if header is None else suggest(raw, header)
        if header is None or suggestion is None or suggestion.grain != "interval":
            return None
        place = [cell.strip().casefold() for cell in raw.rows[header]].index(suggestion.time)
        stamps = [row[place].strip() for row in raw.rows[header + 1 :] if len(row) > place]
        if not all(map(STAMP.fullmatch, stamps)) or len({stamp[:16] for stamp in stamps}) < 96 * (FEWEST_DAYS - 1):
            return None
        return Match(header, f"row {raw.lines[header]} is a header above quarter hours in UTC over {len({stamp[:10] for stamp in stamps})} days")

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        columns = replace(confirmed(raw, header, findings), clock_is="utc", grain="interval")
        rows = replace(read_mapped(raw, header, columns, findings), minutes=15)
        if not findings.has_faults:
            _check_span(rows, findings)
        return rows


def _check_span(rows: Rows, findings: Findings) -> None:
    """The layout's own rules: every quarter hour of at least fifteen days."""
    for name, mine in rows.by_queue():
        times = np.unique(rows.utc[mine & ~np.isnat(rows.utc)])
        span = int((times[-1] - times[0]) / np.timedelta64(15, "m")) + 1 if len(times) else 0
        place = f"{rows.table.place}, queue {name}"
        if len(times) < span:
            problem = f"{span - len(times):,} quarter hours are missing between the first and the last"
            findings.fault(place, problem, "Export all 24 hours, 0 where nothing came, or read the file as another table with --assume layout=table.")
        if span < FEWEST_DAYS * 96:
            findings.note(f"Queue '{name}' has less than the {FEWEST_DAYS} days that Eleveo asks for.")
