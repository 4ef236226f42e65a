"""Files too large to be held as text: intervals of the planner's own layout, with the checks and the outcome of a small file.

A file with nothing to ask or to refuse goes the quick way (`blocks`); any doubt, and it is read the careful way (`streamed`), which tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import Fault, InvalidVolumes
from planner.intake.answers import check_answers, zones_of
from planner.intake.blocks import Doubt, plain_rows
from planner.intake.cells import Times, decimal_mark
from planner.intake.columns import ColumnMap
from planner.intake.findings import Findings
from planner.intake.kept import Kept, kept_of
from planner.intake.profile import grid_of
from planner.intake.raw import MOST_BYTES
from planner.intake.report import Days, Report, Span, days_of, report_on
from planner.intake.rows import Rows, clock_doubled, in_local_time, interval_lengths, renamed, repeated
from planner.intake.shape import Shape, refuse, shape_of
from planner.intake.streamed import streamed_rows
from planner.intake.table import Coded, Codes, Table
from planner.intake.threads import in_order
from planner.intake.volumes import QueueVolumes, Volumes, by_month, check_largest, with_shape

if TYPE_CHECKING:
    from planner.scenario import Scenario

SMALL_BYTES = MOST_BYTES
STREAMED_BYTES = 8 * 2**20
PIECE_ROWS = 2**18
Progress = Callable[[float], None]


def silent(share: float) -> None:
    """Progress that nobody watches."""
    del share


def read_file(
    path: Path,
    scenario: "Scenario | None" = None,
    zone: str | None = None,
    assume: Mapping[str, str] | None = None,
    maps: Mapping[str, ColumnMap] | None = None,
    progress: Progress = silent,
) -> tuple[Volumes, Report]:
    """As `read_volumes`, from a file of any size; a small one in a child process.

    `progress` is called with the share done, 0 to 1. Raises InvalidVolumes also where the file cannot be read.
    """
    try:
        if _is_large(path):
            return read_large(path, scenario, zone, assume, progress)
        data = path.read_bytes()
    except OSError as error:
        raise InvalidVolumes([Fault(str(path), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
    from planner.intake.safely import read_volumes_safely  # it takes long to load, and a large file does not need it

    found = read_volumes_safely(data, path.name, scenario, zone, assume, maps)
    progress(1.0)
    return found


def _is_large(path: Path) -> bool:
    """Whether a file is too large for a small one, or is one of our own intervals with more rows than a small one may have."""
    size = path.stat().st_size
    if not STREAMED_BYTES < size <= SMALL_BYTES:
        return size > SMALL_BYTES
    try:
        shape_of(path, Findings(path.name, {}))
    except InvalidVolumes:
        return False
    return True


def read_large(
    path: Path, scenario: "Scenario | None" = None, zone: str | None = None, assume: Mapping[str, str] | None = None, progress: Progress = silent
) -> tuple[Volumes, Report]:
    """Volumes and report of a large file of intervals in the planner's own layout. Raises as `read_volumes` does."""
    findings = Findings(path.name, assume or {}, [queue.name for queue in scenario.queues] if scenario else ())
    check_answers(findings, assume or {}, zone)
    if findings.answer("layout") not in (None, "own_interval"):
        refuse("files of that size have the planner's own intervals", findings)
    shape, told = shape_of(path, findings), _onwards(progress)
    quick = findings.apart()
    try:
        found = _judged(_plain(path, shape, quick, told), scenario, zone, quick, True)
    except Doubt:
        return _finished(_judged(streamed_rows(path, shape, findings, told), scenario, zone, findings, False), scenario, findings, told)
    findings.add(quick)
    return _finished(found, scenario, findings, told)


def _onwards(progress: Progress) -> Progress:
    """Progress that never goes back, also where a file is read again."""
    told = [-1.0]

    def tell(share: float) -> None:
        if share > told[0]:
            told[0] = share
            progress(share)

    return tell


@dataclass(frozen=True)
class _Judged:
    volumes: Volumes
    days: dict[str, Days]
    zones: dict[str, str | None]
    span: Span


def _judged(rows: Rows, scenario: "Scenario | None", zone: str | None, findings: Findings, quick: bool) -> _Judged:
    """Rows judged and summed up. Raises Doubt where the quick way found what only the careful one can tell."""
    rows = renamed(rows, findings)
    zones = zones_of(rows.names, scenario, zone, findings)
    if scenario is not None:
        from planner.intake.use import unknown_queues

        unknown_queues(rows, scenario, findings)
    return _volumes(rows, zones, findings, quick)


def _finished(found: _Judged, scenario: "Scenario | None", findings: Findings, progress: Progress) -> tuple[Volumes, Report]:
    if scenario is not None:
        from planner.intake.use import hold_against

        hold_against(found.volumes, scenario, findings)
    report = report_on(found.volumes, found.days, found.zones, found.span, findings.notices)
    progress(1.0)
    return found.volumes, report


def _plain(path: Path, shape: Shape, findings: Findings, progress: Progress) -> Rows:
    """The rows of a plain file. Raises Doubt."""
    plain = plain_rows(path, shape.header_line, shape.names, shape.delimiter, lambda share: progress(0.7 * share))
    decimal_mark(plain.evidence, findings)
    if findings.is_open or findings.answer("decimal") == "comma":
        raise Doubt
    count = len(plain.queue)
    lines = np.arange(shape.header_line + 1, shape.header_line + 1 + count, dtype=np.int32)
    unread = Coded([""], np.broadcast_to(np.int8(0), count))
    never = np.broadcast_to(np.datetime64("NaT", "s"), count)
    return Rows(
        Table(path.name, {"start": unread, "queue": unread}, {}, lines), plain.names, plain.queue, plain.time, never, plain.contacts, plain.aht_s, "interval"
    )


# Queue by queue


@dataclass(frozen=True)
class _Queue:
    """One queue, judged and summed up."""

    findings: Findings
    time: Times | None = None
    """Its times, where they were put on its clock."""
    volumes: QueueVolumes | None = None
    days: Days | None = None
    is_doubled: bool = False
    """Whether its clock shows an hour twice."""


def _volumes(rows: Rows, zones: Mapping[str, str | None], findings: Findings, quick: bool) -> _Judged:
    """Queue by queue, what a small file goes through at once."""
    if findings.is_open:
        findings.settle()
    sound = not findings.has_faults
    pieces = _by_queue(rows)
    found = list(in_order(lambda number: _queue(_part(rows, number, pieces), zones, findings.apart(), sound), range(len(rows.names))))
    _put_back(rows, pieces)
    for each in found:
        findings.add(each.findings)
    if quick and any(each.findings.has_faults for each in found):
        raise Doubt
    queues = tuple(each.volumes for each in found if each.volumes is not None)
    check_largest(queues, rows.table.place, findings)
    findings.settle()
    days = {name: each.days for name, each in zip(rows.names, found, strict=True) if each.days is not None}
    volumes = Volumes("own_interval", findings.file_name, rows.table.place, queues, _kept(rows, pieces, found), "interval")
    return _Judged(volumes, days, dict(zones), (len(rows.time), volumes.kept.time.min(), volumes.kept.time.max()))


@dataclass(frozen=True)
class _Piece:
    """Rows that lie together in the file, by queue: `order` is where each stood, `counts` how many each queue has."""

    begin: int
    order: Codes
    counts: Codes

    @property
    def rows(self) -> slice:
        """Where they lie."""
        return slice(self.begin, self.begin + len(self.order))

    def of(self, queue: int) -> slice:
        """Which of them are those of a queue."""
        begin = int(self.counts[:queue].sum())
        return slice(begin, begin + int(self.counts[queue]))


def _by_queue(rows: Rows) -> tuple[_Piece, ...]:
    """Puts the rows of each piece by queue, in place: pieces that a processor holds at once are gathered many times faster than queues of a whole file."""

    def put(begin: int) -> _Piece:
        mine = slice(begin, begin + PIECE_ROWS)
        order = np.argsort(rows.queue[mine], kind="stable").astype(np.int32)
        for column in (rows.time, rows.contacts, rows.aht_s):
            column[mine] = column[mine][order]
        return _Piece(begin, order, np.bincount(rows.queue[mine], minlength=len(rows.names)))

    return tuple(in_order(put, range(0, len(rows.queue), PIECE_ROWS)))


def _put_back(rows: Rows, pieces: tuple[_Piece, ...]) -> None:
    """The rows in the order of the file again."""

    def put(piece: _Piece) -> None:
        for column in (rows.time, rows.contacts, rows.aht_s):
            before = column[piece.rows].copy()
            column[piece.rows][piece.order] = before

    list(in_order(put, pieces))


def _positions(pieces: tuple[_Piece, ...], queue: int) -> Codes:
    """Where the rows of a queue stand in the file."""
    return np.concatenate([piece.order[piece.of(queue)] + np.int32(piece.begin) for piece in pieces])


def _part(rows: Rows, number: int, pieces: tuple[_Piece, ...]) -> Rows:
    """The rows of a queue."""
    mine, table = _positions(pieces, number), rows.table
    time, contacts, aht_s = (np.concatenate([column[piece.rows][piece.of(number)] for piece in pieces]) for column in (rows.time, rows.contacts, rows.aht_s))
    columns = {role: Coded(cells.texts, cells.codes[mine]) for role, cells in table.columns.items() if isinstance(cells, Coded)}
    part = replace(table, columns=columns, native={}, lines=table.lines[mine])
    utc = rows.utc[mine] if rows.utc.strides[0] else rows.utc[: len(mine)]
    return Rows(part, (rows.names[number],), np.zeros(len(mine), dtype=np.int8), time, utc, contacts, aht_s, "interval")


def _queue(part: Rows, zones: Mapping[str, str | None], findings: Findings, sound: bool) -> _Queue:
    """One queue, judged, and summed up where the file is sound so far."""
    name = part.names[0]
    local = in_local_time(part, zones, findings)
    if findings.is_open:
        return _Queue(findings)
    doubled = clock_doubled(local, zones, findings)
    repeated(local, doubled, findings)
    minutes = interval_lengths(local, findings).get(name)
    if not sound or findings.has_faults or minutes is None:
        return _Queue(findings)
    kept = kept_of(local)
    grid = grid_of(kept.time, kept.contacts, minutes)
    volumes = with_shape(by_month(name, kept.time, kept.contacts, kept.aht_s), grid, minutes, kept.time)
    time = None if local is part else local.time
    return _Queue(findings, time, volumes, days_of(volumes, grid, zones.get(name)), len(kept) < len(local.time))


def _kept(rows: Rows, pieces: tuple[_Piece, ...], found: list[_Queue]) -> Kept:
    """The rows on the clocks of their queues."""
    time = rows.time
    for number, each in enumerate(found):
        if each.time is not None:
            time[_positions(pieces, number)] = each.time
    if any(each.is_doubled for each in found):
        return kept_of(rows)
    return Kept(rows.names, rows.table.lines, rows.queue, time, rows.contacts, rows.aht_s)
