"""Actuals of the months gone by: a row for each month and group, and for each role where it is known, held against conservation.

The columns are month, group, starts, leavers and headcount (at the month's end); role, promoted_in and promoted_out where there are any. A row without a role
is of the frontline; for a role of a site, or of all, `group` names the site, or all. Leavers are everybody who has left, out of training too; people who come
back from a failed promotion are promoted in.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from planner.decisions import role_named, units
from planner.errors import InvalidVolumes, PlannerError
from planner.horizon import month_labels
from planner.intake.cells import months, numbers
from planner.intake.findings import Findings, OpenQuestions, Question
from planner.intake.raw import normal, read_table
from planner.intake.safely import apart
from planner.intake.table import Table, below_header, fault_rows, header_row
from planner.organisation import FRONTLINE
from planner.plan import Plan, opening_heads
from planner.scenario import Scenario, moved
from planner.workforce import opening_response

Array = NDArray[np.float64]
Row = tuple[str, str]
"""Role and unit: a group, a site or all."""
COLUMNS = ("month", "group", "starts", "leavers", "headcount")
OPTIONAL = ("role", "promoted_in", "promoted_out")
FIGURES = ("starts", "promoted_in", "promoted_out", "leavers", "headcount")
ROUNDING = 0.05
"""Part of a person that figures rounded on their way may differ by."""
LARGEST = 1e6


class InvalidActuals(PlannerError):
    """The actuals are wrong, contradict themselves, or can be read in more than one way. Nothing of them has been used."""

    heading = "The actuals cannot be used"

    def __init__(self, cause: InvalidVolumes) -> None:
        super().__init__(cause.faults)
        self.questions: tuple[Question, ...] = cause.questions if isinstance(cause, OpenQuestions) else ()


@dataclass(frozen=True, eq=False)
class Actuals:
    """What happened in the first months, people, arrays [months, rows]; the leavers are what conservation leaves of the headcount, to the last digit."""

    file_name: str
    months: tuple[str, ...]
    rows: tuple[Row, ...]
    opening: Array
    starts: Array
    promoted_in: Array
    promoted_out: Array
    headcount: Array
    notices: tuple[str, ...] = ()

    @property
    def before(self) -> Array:
        """People at the end of the month before [months, rows]."""
        return np.concatenate([self.opening[None], self.headcount[:-1]])

    @property
    def leavers(self) -> Array:
        """People who left [months, rows]."""
        return self.before + self.starts + self.promoted_in - self.promoted_out - self.headcount

    def column(self, role: str, unit: str) -> int | None:
        """The position of a role's unit among the rows; None where nothing is known of it."""
        return self.rows.index((role, unit)) if (role, unit) in self.rows else None


def all_rows(scenario: Scenario) -> tuple[Row, ...]:
    """Every row that actuals of a scenario may have: the groups, then the units of every role."""
    roles = (FRONTLINE, *(role.name for role in scenario.organisation.roles))
    return tuple((role, unit) for role in roles for unit in units(scenario, role))


def opening_of(scenario: Scenario) -> dict[Row, float]:
    """People in post on the first day by row."""
    scenario = moved(scenario)
    found = {(FRONTLINE, group.name): float(opening_response(group.workforce, 1).heads[0]) for group in scenario.groups}
    for role in scenario.organisation.roles:
        found |= {(role.name, unit): float(heads) for unit, heads in zip(units(scenario, role.name), opening_heads(scenario, role), strict=True)}
    return found


def as_planned(plan: Plan, gone: int) -> Actuals:
    """The first months as a plan has them: what the template is filled with."""
    people = plan.frontline
    blocks = [(people.starts, people.returned, people.promoted_out, people.closing)]
    blocks += [(each.path.starts, each.path.promoted_in + each.path.returned, each.path.promoted_out, each.path.closing) for each in plan.roles]
    starts, gained, lost, closing = (np.concatenate([block[part][:gone] for block in blocks], axis=1) for part in range(4))
    rows, opening = all_rows(plan.scenario), opening_of(plan.scenario)
    return Actuals("the plan", plan.months[:gone], rows, np.array([opening[row] for row in rows]), starts, gained, lost, closing)


# Reading -------------------------------------------------------------------------------------------------------------------------------------


def read_actuals_safely(data: bytes, file_name: str, scenario: Scenario, assume: Mapping[str, str] | None = None) -> Actuals:
    """As `read_actuals`, in a disposable child process, so that no file harms the server."""
    try:
        found: Actuals = apart(partial(_read, data, file_name, scenario, dict(assume or {})), file_name)
    except InvalidVolumes as error:
        raise InvalidActuals(error) from None
    return found


def read_actuals(data: bytes, file_name: str, scenario: Scenario, assume: Mapping[str, str] | None = None) -> Actuals:
    """Actuals from the bytes of a CSV or XLSX file. Raises InvalidActuals with every fault, or with every question that two readings fit.

    >>> from planner.scenario import load
    >>> text = b"month,group,starts,leavers,headcount\\n2027-01,support,2,1,5\\n"
    >>> read_actuals(text, "hr.csv", load("data/scenarios/startup_4.json")).headcount.tolist()
    [[5.0]]
    """
    try:
        return _read(data, file_name, scenario, dict(assume or {}))
    except InvalidVolumes as error:
        raise InvalidActuals(error) from None


def _read(data: bytes, file_name: str, scenario: Scenario, assume: dict[str, str]) -> Actuals:
    findings = Findings(file_name, assume)
    raw = read_table(data, findings, frozenset({*COLUMNS, *OPTIONAL}))
    header = header_row(raw, COLUMNS)
    if header is None:
        findings.stop(file_name, f"no row has the columns {', '.join(COLUMNS)}", f"Name them in the first row; {', '.join(OPTIONAL)} may be further ones.")
    known = set(map(normal, raw.rows[header.header]))
    table = below_header(raw, header.header, (*COLUMNS, *(name for name in OPTIONAL if name in known)), findings)
    figures = _figures(table, findings)
    keys = list(zip(_months(table, scenario, findings), _rows(table, scenario, findings), strict=True))
    places = _places(table, keys, findings)
    findings.settle()
    gone, rows = _complete(places, scenario, findings)
    findings.settle()
    at = np.array([[places[month, row] for row in rows] for month in range(gone)])
    opening = opening_of(scenario)
    found = Actuals(
        file_name, month_labels(scenario.horizon)[:gone], rows, np.array([opening[row] for row in rows]),
        figures["starts"][at], figures["promoted_in"][at], figures["promoted_out"][at], figures["headcount"][at],
    )  # fmt: skip
    _check_conservation(table, found, figures["leavers"][at], at, findings)
    _check_promotions(found, scenario, findings)
    findings.settle()
    return Actuals(**{**found.__dict__, "notices": (*findings.notices, *_notices(found, scenario))})


def _figures(table: Table, findings: Findings) -> dict[str, Array]:
    """Every figure by row of the file; a blank promotion is nobody."""
    there = tuple(name for name in FIGURES if name in table.columns)
    read = numbers(table, there, findings, LARGEST)
    for name in ("starts", "leavers", "headcount"):
        fault_rows(findings, table, table.blank(name), name, ("the cell is blank", "Write a number, or 0."))
    nobody = np.zeros(len(table.lines))
    moves = {name: np.where(table.blank(name), 0.0, read[name]) if name in read else nobody for name in ("promoted_in", "promoted_out")}
    return read | moves


def _months(table: Table, scenario: Scenario, findings: Findings) -> list[int]:
    """The position of each row's month in the plan; months of which none would be left, or that are not planned, are faults."""
    labels = month_labels(scenario.horizon)
    read = months(table, "month", findings)
    cells = read.astype("datetime64[M]").astype(str).tolist()
    known = {label: month for month, label in enumerate(labels[:-1])}
    wrong = np.array([cell not in known for cell in cells], dtype=bool) & ~np.isnat(read)
    span = f"The months are {labels[0]} to {labels[-2]}." if len(labels) > 1 else "The plan has one month."
    fault_rows(findings, table, wrong, "month", ("it is no month of the plan after which months are left", span))
    return [known.get(cell, -1) for cell in cells]


def _rows(table: Table, scenario: Scenario, findings: Findings) -> list[Row | None]:
    """The role and unit of each row; None where there are none of that name, which is a fault."""
    roles = {normal(role.name): role.name for role in scenario.organisation.roles} | {"": FRONTLINE, FRONTLINE: FRONTLINE}
    cells = list(table.columns["role"]) if "role" in table.columns else [""] * len(table.lines)
    found: list[Row | None] = []
    for position, (cell, unit) in enumerate(zip(cells, table.columns["group"], strict=True)):
        role = roles.get(normal(cell))
        if role is None:
            close = difflib.get_close_matches(cell, roles.values(), n=1, cutoff=0.0)
            findings.fault(table.cell(position, "role"), "there is no such role", f"The nearest is '{close[0]}'.", repr(cell))
            found.append(None)
            continue
        known = {normal(name): name for name in units(scenario, role)}
        if normal(unit) not in known:
            of = "group" if role == FRONTLINE else f"{role_named(scenario, role).scope} of the role {role}"
            findings.fault(table.cell(position, "group"), f"there is no such {of}", f"Write one of: {', '.join(known.values())}.", repr(unit))
        found.append((role, known[normal(unit)]) if normal(unit) in known else None)
    return found


def _places(table: Table, keys: list[tuple[int, Row | None]], findings: Findings) -> dict[tuple[int, Row], int]:
    """Where each month and row stands in the file; one that stands there twice is a fault."""
    found: dict[tuple[int, Row], int] = {}
    for position, (month, row) in enumerate(keys):
        if month < 0 or row is None:
            continue
        if found.setdefault((month, row), position) != position:
            first = table.lines[found[month, row]]
            findings.fault(table.at(position), f"{_named(row)} stands there twice for the month", f"Keep this row, or row {first}.")
    return found


def _named(row: Row) -> str:
    return row[1] if row[0] == FRONTLINE else f"{row[0]} of {row[1]}"


def _complete(places: dict[tuple[int, Row], int], scenario: Scenario, findings: Findings) -> tuple[int, tuple[Row, ...]]:
    """How many months have gone by, and whose people are told: every group in each month, and every unit of a role that is told at all."""
    labels, gone = month_labels(scenario.horizon), 1 + max(month for month, _ in places)
    told = {row[0] for _, row in places} | {FRONTLINE}
    rows = tuple(row for row in all_rows(scenario) if row[0] in told)
    for month in range(gone):
        missing = [_named(row) for row in rows if (month, row) not in places]
        if missing:
            findings.fault(f"{findings.file_name}, {labels[month]}", f"the month has no row for {', '.join(missing)}", "Add the rows that are missing.")
    return gone, rows


# Conservation --------------------------------------------------------------------------------------------------------------------------------


def _check_conservation(table: Table, found: Actuals, leavers: Array, at: NDArray[np.intp], findings: Findings) -> None:
    """Headcount is that of the month before, starts and promotions in, less leavers and promotions out; nobody leaves who was not there."""
    before, gone = found.before, found.leavers
    there = before + found.starts
    for month, row in zip(*np.nonzero(np.abs(gone - leavers) > ROUNDING), strict=True):
        should = there[month, row] + found.promoted_in[month, row] - found.promoted_out[month, row] - leavers[month, row]
        whence = "the scenario's opening" if month == 0 else "the month before"
        moves = [f"{before[month, row]:g} of {whence}", f"+ {found.starts[month, row]:g} starts", f"- {leavers[month, row]:g} leavers"]
        moves += [f"+ {found.promoted_in[month, row]:g} promoted in"] if found.promoted_in[month, row] else []
        moves += [f"- {found.promoted_out[month, row]:g} promoted out"] if found.promoted_out[month, row] else []
        problem = f"{_named(found.rows[row])} contradicts itself: {' '.join(moves)} = {should:g}"
        findings.fault(
            table.cell(int(at[month, row]), "headcount"), problem, "Correct the headcount, the moves, or the opening.", f"{found.headcount[month, row]:g}"
        )
    for month, row in zip(*np.nonzero(leavers + found.promoted_out > there + ROUNDING), strict=True):
        problem = f"more people leave {_named(found.rows[row])}, or are promoted out, than the {there[month, row]:g} who were there"
        findings.fault(table.cell(int(at[month, row]), "leavers"), problem, "Correct the moves.", f"{leavers[month, row]:g}")


def _check_promotions(found: Actuals, scenario: Scenario, findings: Findings) -> None:
    """Where every role is told, whoever is promoted out somewhere is promoted in elsewhere."""
    if set(found.rows) != set(all_rows(scenario)):
        return
    gained, lost = found.promoted_in.sum(axis=1), found.promoted_out.sum(axis=1)
    for month in np.flatnonzero(np.abs(gained - lost) > ROUNDING):
        problem = f"{lost[month]:g} people are promoted out and {gained[month]:g} in, over all groups and roles"
        findings.fault(f"{findings.file_name}, {found.months[month]}", problem, "Write each promotion in both rows.")


def _notices(found: Actuals, scenario: Scenario) -> Iterator[str]:
    told = {row[0] for row in found.rows}
    left = [role.name for role in scenario.organisation.roles if role.name not in told]
    if left:
        yield f"Of these roles the file says nothing; they are taken as the plan has them: {', '.join(left)}."
