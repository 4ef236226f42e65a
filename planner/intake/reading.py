"""The way of a file: bytes, table, layout, rows in local time, checks, volumes and report. Nothing of a faulty file is used."""

import difflib
from collections.abc import Mapping
from typing import Protocol

from planner.errors import InvalidVolumes
from planner.intake.findings import Findings, Question
from planner.intake.own_interval import OwnInterval
from planner.intake.own_monthly import OwnMonthly
from planner.intake.raw import HEADER_ROWS, RawTable, normal, read_table
from planner.intake.rows import Rows, clock_doubled, in_local_time, interval_lengths, is_zone, repeated
from planner.intake.use import closed_days, faults_of_use, unknown_queues
from planner.intake.volumes import Report, Volumes, gaps_of, report_of, volumes_of
from planner.scenario import Scenario


class Layout(Protocol):
    """How one kind of volume file is written: one module and one entry in FORMATS each."""

    @property
    def name(self) -> str:
        """The layout's name on the command line."""

    @property
    def title(self) -> str:
        """The layout's name on the page."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a file of this layout has, in small letters."""

    def recognise(self, raw: RawTable) -> int | None:
        """Position of the header in a table of this layout, else None."""

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""

    def template(self, scenario: Scenario) -> bytes:
        """A file to fill in."""

    def written(self, volumes: Volumes) -> bytes:
        """Volumes as a file in this layout."""


FORMATS: tuple[Layout, ...] = (OwnMonthly(), OwnInterval())
WORDS = frozenset(column for layout in FORMATS for column in layout.columns)
QUESTIONS = ("layout", "encoding", "sheet", "decimal", "date_order", "zone", "missing_days")


def read_volumes(
    data: bytes, file_name: str, scenario: Scenario | None = None, zone: str | None = None, assume: Mapping[str, str] | None = None
) -> tuple[Volumes, Report]:
    """Volumes in a file and the report on them. Raises InvalidVolumes with every fault, or OpenQuestions with every decision that two readings fit.

    With a scenario the file is also held against it: queues, months, opening hours. `zone` is the time zone of queues whose opening hours name
    none. `assume` answers questions by their key: layout, encoding, sheet, decimal, date_order, zone, missing_days.
    """
    findings = Findings(file_name, assume or {})
    _check_answers(findings, assume or {}, zone)
    raw = read_table(data, findings, WORDS)
    layout, header = _layout(raw, findings)
    rows = layout.read(raw, header, findings)
    zones = _zones(rows, scenario, zone or _assumed_zone(findings), findings)
    rows = in_local_time(rows, zones, findings)
    lengths = {} if findings.is_open else _checked(rows, zones, findings)
    if scenario is not None:
        unknown_queues(rows, scenario, findings)
    findings.settle()
    volumes = volumes_of(rows, layout.name, lengths, findings)
    findings.settle()
    _hold_against(volumes, scenario, findings)
    gaps = gaps_of(volumes, zones)
    if gaps:
        findings.note(f"{sum(gap.missing for gap in gaps):,} intervals are missing inside {len(gaps):,} days that have data; they count as no contacts.")
    return volumes, report_of(volumes, rows, gaps, tuple(findings.notices))


def layout_of(name: str) -> Layout:
    """The layout of that name. Raises ValueError.

    >>> layout_of("own_monthly").columns
    ('month', 'queue', 'contacts', 'aht_s')
    """
    for layout in FORMATS:
        if layout.name == name:
            return layout
    raise ValueError(f"there is no layout '{name}'; there are {', '.join(layout.name for layout in FORMATS)}")


def template(layout: str, scenario: Scenario) -> bytes:
    """A CSV file to fill in, with the scenario's queues and months, or one week of intervals."""
    return layout_of(layout).template(scenario)


def own_csv(volumes: Volumes) -> bytes:
    """Volumes in the project's own layout: intervals where the file had them, else months."""
    return layout_of("own_interval" if volumes.has_intervals else "own_monthly").written(volumes)


def _check_answers(findings: Findings, assume: Mapping[str, str], zone: str | None) -> None:
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


def _layout(raw: RawTable, findings: Findings) -> tuple[Layout, int]:
    """The layout that recognises the table, and where its header is."""
    found = {layout.name: header for layout in FORMATS if (header := layout.recognise(raw)) is not None}
    if findings.answer("layout") is not None:
        asked = findings.ask(Question("layout", "", tuple(layout.name for layout in FORMATS)))
        findings.settle()
        found = {name: header for name, header in found.items() if name == asked}
    if not found:
        _no_layout(raw, findings)
    if len(found) > 1:
        findings.ask(Question("layout", "the table has the columns of more than one layout", tuple(found)))
        findings.settle()
    ((name, header),) = found.items()
    return layout_of(name), header


def _no_layout(raw: RawTable, findings: Findings) -> None:
    known = [set(map(normal, row)) & WORDS for row in raw.rows[:HEADER_ROWS]]
    best = max(range(len(known)), key=lambda position: len(known[position]))
    asked = [layout for layout in FORMATS if findings.answer("layout") in (None, layout.name)]
    remedies = [f"{', '.join(layout.columns)} ({layout.title.lower()})" for layout in asked]
    missing = [", ".join(column for column in layout.columns if column not in known[best]) for layout in asked]
    problem = f"this is not a header of a known layout: {' or '.join(missing)} missing" if known[best] else "there is no header of a known layout"
    findings.fault(f"{raw.place}, row {raw.lines[best]}", problem, f"The columns are {' or '.join(remedies)}.")
    findings.settle()


def _zones(rows: Rows, scenario: Scenario | None, zone: str | None, findings: Findings) -> dict[str, str | None]:
    """The time zone of each queue in the file: its own, else the one given."""
    own = {queue.name: queue.opening.zone for queue in scenario.queues} if scenario else {}
    zones = {name: own.get(name) or zone for name in rows.names}
    for name, found in zones.items():
        if found and not is_zone(found):
            findings.fault(f"queues.{name}.opening.zone", f"there is no time zone '{found}'", "Name one as Europe/Berlin.")
    return {name: found if found and is_zone(found) else None for name, found in zones.items()}


def _checked(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> dict[str, int]:
    """Note rows that the clock skips, that stand there twice, or lie off the grid; the interval lengths of the queues."""
    repeated(rows, clock_doubled(rows, zones, findings), findings)
    return interval_lengths(rows, findings) if rows.has_intervals else {}


def _hold_against(volumes: Volumes, scenario: Scenario | None, findings: Findings) -> None:
    if scenario is None:
        return
    faults = faults_of_use(volumes, scenario)
    if faults:
        raise InvalidVolumes(faults)
    closed_days(volumes, scenario, findings)
    findings.settle()
