"""The way of a file: bytes, table, layout, rows in local time, checks, volumes and report. Nothing of a faulty file is used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Never, Protocol

from planner.intake.answers import check_answers, zones_of
from planner.intake.any_table import AnyTable
from planner.intake.calabrio_forecast import CalabrioForecast
from planner.intake.calabrio_queue import CalabrioQueue
from planner.intake.columns import ColumnMap, with_handle_time
from planner.intake.eleveo import Eleveo
from planner.intake.findings import Findings, Question
from planner.intake.genesys_forecast import GenesysForecast
from planner.intake.genesys_history import GenesysHistory
from planner.intake.genesys_plan import is_capacity_plan
from planner.intake.own_interval import OwnInterval
from planner.intake.own_monthly import OwnMonthly
from planner.intake.raw import HEADER_ROWS, RawTable, normal, read_table
from planner.intake.report import Report, report_of
from planner.intake.rows import Rows, clock_doubled, in_local_time, in_longer_intervals, interval_lengths, renamed, repeated
from planner.intake.table import Match
from planner.intake.use import hold_against, unknown_queues
from planner.intake.verint import VerintPlanner
from planner.intake.volumes import Volumes, check_handle_times, volumes_of
from planner.intake.wfm_labs import WfmLabsMonthly

if TYPE_CHECKING:
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
        """The columns that a file of this layout has, in small letters; none where the layout has no fixed header."""

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of this layout stands and why it is one, else None."""

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""


class OwnLayout(Layout, Protocol):
    """A layout that is also written."""

    def template(self, scenario: "Scenario") -> bytes:
        """A file to fill in."""

    def written(self, volumes: Volumes) -> bytes:
        """Volumes as a file in this layout."""


OWN: tuple[OwnLayout, ...] = (OwnMonthly(), OwnInterval())
NAMED: tuple[Layout, ...] = (*OWN, WfmLabsMonthly(), GenesysHistory(), GenesysForecast())
"""Layouts that name what they hold."""
HEADLESS: tuple[Layout, ...] = (VerintPlanner(), CalabrioForecast(), CalabrioQueue())
"""Layouts known by their cells alone: looked at where none fits by name."""
BY_MAP: tuple[Layout, ...] = (Eleveo(), AnyTable())
"""Tables whose columns a map names: looked at, in this order, where no layout fits."""
FORMATS: tuple[Layout, ...] = (*NAMED, *HEADLESS, *BY_MAP)
CAPACITY_PLAN = "this is a capacity plan: inputs of a scenario, not volumes"
WORDS = frozenset(column for layout in FORMATS for column in layout.columns)


def read_volumes(
    data: bytes,
    file_name: str,
    scenario: "Scenario | None" = None,
    zone: str | None = None,
    assume: Mapping[str, str] | None = None,
    maps: Mapping[str, ColumnMap] | None = None,
) -> tuple[Volumes, Report]:
    """Volumes in a file and the report on them. Raises InvalidVolumes with every fault, or OpenQuestions with every decision that two readings fit.

    With a scenario the file is also held against it: queues, months, opening hours. `zone` is the time zone of queues whose opening hours name
    none. `assume` answers questions by their key, one of QUESTIONS. `maps` are maps of columns confirmed before, by the shape of their header.
    """
    findings = Findings(file_name, assume or {}, [queue.name for queue in scenario.queues] if scenario else (), maps or {})
    check_answers(findings, assume or {}, zone)
    raw = read_table(data, findings, WORDS)
    layout, match = _layout(raw, findings)
    findings.note(f"Read as {layout.title}: {match.evidence}.")
    rows = renamed(layout.read(raw, match.header, findings), findings)
    zones = zones_of(rows.names, scenario, zone, findings)
    rows = _on_the_clock(rows, zones, findings)
    lengths = {} if findings.is_open else _checked(rows, zones, findings)
    if scenario is not None:
        unknown_queues(rows, scenario, findings)
    findings.settle()
    volumes = volumes_of(rows, layout.name, lengths, findings)
    findings.settle()
    hold_against(volumes, scenario, findings)
    return volumes, report_of(volumes, rows, zones, findings.notices)


def _on_the_clock(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Rows:
    """Rows in local time, in intervals that can be planned, with handle times: whatever the file leaves open is asked."""
    rows = in_local_time(rows, zones, findings)
    if not findings.is_open and rows.has_intervals:
        rows = in_longer_intervals(rows, clock_doubled(rows, zones, Findings(findings.file_name, {})), findings)
    return with_handle_time(rows, findings)


def layout_of(name: str) -> Layout:
    """The layout of that name. Raises ValueError.

    >>> layout_of("own_monthly").columns
    ('month', 'queue', 'contacts', 'aht_s')
    """
    for layout in FORMATS:
        if layout.name == name:
            return layout
    raise ValueError(f"there is no layout '{name}'; there are {', '.join(layout.name for layout in FORMATS)}")


def template(layout: str, scenario: "Scenario") -> bytes:
    """A CSV file to fill in: the scenario's queues and months, or one week of intervals. Raises ValueError for a layout that is not the planner's own."""
    return _own(layout).template(scenario)


def _own(name: str) -> OwnLayout:
    for layout in OWN:
        if layout.name == name:
            return layout
    raise ValueError(f"'{name}' is no layout of the planner's own; they are {', '.join(layout.name for layout in OWN)}")


def own_csv(volumes: Volumes) -> bytes:
    """Volumes in the project's own layout: intervals where the file had them, else months.

    Raises InvalidVolumes where contacts have no handle time, which the own layouts do not allow.
    """
    check_handle_times(volumes)
    return _own("own_interval" if volumes.has_intervals else "own_monthly").written(volumes)


def _layout(raw: RawTable, findings: Findings) -> tuple[Layout, Match]:
    """The layout that recognises the table, and where its header is."""
    if findings.answer("layout") is not None:
        asked = findings.ask(Question("layout", "", tuple(layout.name for layout in FORMATS)))
        findings.settle()
        found = _recognised(raw, tuple(layout for layout in FORMATS if layout.name == asked))
    else:
        found = _recognised(raw, NAMED) or _recognised(raw, HEADLESS) or _recognised(raw, BY_MAP)[:1]
    if not found:
        _no_layout(raw, findings)
    if len(found) > 1:
        why = "; ".join(f"{layout.name}: {match.evidence}" for layout, match in found)
        findings.ask(Question("layout", f"the table fits more than one layout ({why})", tuple(layout.name for layout, _ in found)))
        findings.settle()
    return found[0]


def _recognised(raw: RawTable, layouts: tuple[Layout, ...]) -> list[tuple[Layout, Match]]:
    return [(layout, match) for layout in layouts if (match := layout.recognise(raw)) is not None]


def _no_layout(raw: RawTable, findings: Findings) -> Never:
    """Refuse a table that no layout fits, with what the nearest header lacks."""
    asked = [layout for layout in NAMED if findings.answer("layout") == layout.name and layout.columns] or list(OWN)
    remedy = f"The columns are {' or '.join(_columns_of(layout) for layout in asked)}."
    if not raw.rows and is_capacity_plan(raw.document):
        findings.stop(raw.place, CAPACITY_PLAN, "Read it into a scenario (on the command line with --scenario), and a forecast or history for volumes.")
    if not raw.rows:
        findings.stop(raw.place, "the JSON holds no volumes of a known layout", "Export a list of records, or a forecast with planningGroups.")
    known = [set(map(normal, row)) & WORDS for row in raw.rows[:HEADER_ROWS]]
    best = max(range(len(known)), key=lambda position: len(known[position]))
    missing = [", ".join(column for column in layout.columns if column not in known[best]) for layout in asked]
    problem = f"this is not a header of a known layout: {' or '.join(missing)} missing" if known[best] else "there is no header of a known layout"
    findings.stop(f"{raw.place}, row {raw.lines[best]}", problem, remedy)


def _columns_of(layout: Layout) -> str:
    return f"{', '.join(layout.columns)} ({layout.title.lower()})"


def _checked(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> dict[str, int]:
    """Note rows that the clock skips, that stand there twice, or lie off the grid; the interval lengths of the queues."""
    repeated(rows, clock_doubled(rows, zones, findings), findings)
    return interval_lengths(rows, findings) if rows.has_intervals else {}
