"""What a planner answers to the questions of a file, and the time zones of its queues."""

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from planner.intake.findings import Findings
from planner.intake.rows import is_zone

if TYPE_CHECKING:
    from planner.scenario import Scenario

QUESTIONS = (
    "layout", "encoding", "sheet", "columns", "queue", "queues", "date_order", "rows_are", "decimal", "handle_is", "aht_s", "no_handle_time", "offered", "part",
    "week_start", "clock", "zone", "interval", "missing_days",
)  # fmt: skip
"""What a file can raise, and new names of its queues."""


def check_answers(findings: Findings, assume: Mapping[str, str], zone: str | None) -> None:
    """Refuse answers to questions that no file can raise, and zones that do not exist."""
    for key in assume:
        if key not in QUESTIONS:
            nearest = difflib.get_close_matches(key, QUESTIONS, n=1, cutoff=0.0)[0]
            findings.fault(findings.file_name, f"'{key}' is no question that a file can raise", f"Did you mean '{nearest}'?")
    for given in (zone, _assumed_zone(findings)):
        if given is not None and not is_zone(given):
            findings.fault(findings.file_name, f"there is no time zone '{given}'", "Name one as Europe/Berlin.")
    findings.settle()


def _assumed_zone(findings: Findings) -> str | None:
    zone = findings.answer("zone")
    return None if zone == "as_written" else zone


def zones_of(names: Sequence[str], scenario: "Scenario | None", zone: str | None, findings: Findings) -> dict[str, str | None]:
    """The time zone of each queue in the file: its own, else the one given."""
    given = zone or _assumed_zone(findings)
    own = {queue.name: queue.opening.zone for queue in scenario.queues} if scenario else {}
    zones = {name: own.get(name) or given for name in names}
    for name, found in zones.items():
        if found and not is_zone(found):
            findings.fault(f"queues.{name}.opening.zone", f"there is no time zone '{found}'", "Name one as Europe/Berlin.")
    return {name: found if found and is_zone(found) else None for name, found in zones.items()}
