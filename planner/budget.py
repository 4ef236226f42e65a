"""A budget from finance, and how the plan's cost stands against it by month and item.

A budget file has a row for each month and item, `month,item,amount`, and a `site` where it is kept by site. Items are those of cost.csv without the price
of shortage, which nobody pays; a budget that is not split has the one item `total`.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.errors import InvalidVolumes, PlannerError
from planner.finance import ITEMS
from planner.horizon import month_labels
from planner.intake.cells import months, numbers
from planner.intake.findings import Findings, OpenQuestions, Question
from planner.intake.raw import normal, read_table
from planner.intake.safely import apart
from planner.intake.table import Table, below_header, fault_rows, header_row
from planner.plan import Plan
from planner.scenario import Scenario

Array = NDArray[np.float64]
COLUMNS = ("month", "item", "amount")
SITE = "site"
EVERYWHERE = "all"
TOTAL = "total"
UNPAID = "shortage_price"
BUDGETED = tuple(item for item in ITEMS if item != UNPAID)
LARGEST = 1e12


class InvalidBudget(PlannerError):
    """The budget file is wrong, or can be read in more than one way. Nothing of it has been used."""

    heading = "The budget file cannot be used"

    def __init__(self, cause: InvalidVolumes) -> None:
        super().__init__(cause.faults)
        self.questions: tuple[Question, ...] = cause.questions if isinstance(cause, OpenQuestions) else ()


class Line(NamedTuple):
    """One amount of a budget, in the reporting currency."""

    month: str
    site: str
    item: str
    amount: float


@dataclass(frozen=True)
class Budget:
    """A budget as it was read: one line for each month, site and item; the site is `all` where the file has none."""

    file_name: str
    lines: tuple[Line, ...]
    by_site: bool = False
    notices: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """The items it has, in the order of cost."""
        held = {line.item for line in self.lines}
        return tuple(item for item in (*BUDGETED, TOTAL) if item in held)

    @property
    def months(self) -> tuple[str, ...]:
        """The months it covers."""
        return tuple(sorted({line.month for line in self.lines}))

    def of_month(self, labels: tuple[str, ...]) -> Array:
        """What it allows in each of some months, all sites and items together; 0 in months it does not cover."""
        sums = dict.fromkeys(labels, 0.0)
        for line in self.lines:
            if line.month in sums:
                sums[line.month] += line.amount
        return np.array(list(sums.values()))


# Reading -------------------------------------------------------------------------------------------------------------------------------------


def read_budget_safely(data: bytes, file_name: str, scenario: Scenario, assume: Mapping[str, str] | None = None) -> Budget:
    """As `read_budget`, in a disposable child process, so that no file harms the server."""
    try:
        found: Budget = apart(partial(_read, data, file_name, scenario, dict(assume or {})), file_name)
    except InvalidVolumes as error:
        raise InvalidBudget(error) from None
    return found


def read_budget(data: bytes, file_name: str, scenario: Scenario, assume: Mapping[str, str] | None = None) -> Budget:
    """A budget from the bytes of a CSV or XLSX file. Raises InvalidBudget with every fault, or with every question that two readings fit.

    >>> from planner.scenario import load
    >>> found = read_budget(b"month,item,amount\\n2027-01,Pay,40000\\n2027-01,on-cost,10000\\n", "b.csv", load("data/scenarios/startup_4.json"))
    >>> found.items, found.of_month(("2027-01", "2027-02")).tolist()
    (('pay', 'on_cost'), [50000.0, 0.0])
    """
    try:
        return _read(data, file_name, scenario, dict(assume or {}))
    except InvalidVolumes as error:
        raise InvalidBudget(error) from None


def _read(data: bytes, file_name: str, scenario: Scenario, assume: dict[str, str]) -> Budget:
    findings = Findings(file_name, assume)
    raw = read_table(data, findings, frozenset({*COLUMNS, SITE}))
    header = header_row(raw, COLUMNS)
    if header is None:
        findings.stop(file_name, f"no row has the columns {', '.join(COLUMNS)}", "Name them in the first row; site may be a fourth.")
    by_site = SITE in map(normal, raw.rows[header.header])
    table = below_header(raw, header.header, (*COLUMNS, SITE) if by_site else COLUMNS, findings)
    labels = months(table, "month", findings).astype("datetime64[M]").astype(str)
    amounts = numbers(table, ("amount",), findings, LARGEST)["amount"]
    fault_rows(findings, table, table.blank("amount"), "amount", ("the cell is blank", "Write an amount, or 0."))
    items, sites = _items(table, findings), _sites(table, scenario, findings) if by_site else (EVERYWHERE,) * len(labels)
    lines = tuple(Line(str(label), site, item, float(amount)) for label, site, item, amount in zip(labels, sites, items, amounts, strict=True))
    _check_repeated(table, lines, findings)
    _check_total(items, file_name, findings)
    findings.settle()
    _note_months(lines, scenario, findings)
    return Budget(file_name, lines, by_site, tuple(findings.notices))


def item_named(text: str) -> str | None:
    """The item of cost that a text means; None where it means none.

    >>> item_named("On-cost"), item_named("Management search"), item_named("TOTAL"), item_named("rent")
    ('on_cost', 'management_search', 'total', None)
    """
    name = _plain(text)
    return name if name in (*BUDGETED, TOTAL) else None


def _plain(text: str) -> str:
    return "_".join(normal(text).replace("-", " ").replace("_", " ").split())


def _items(table: Table, findings: Findings) -> tuple[str, ...]:
    cells = list(table.columns["item"])
    named = {cell: item_named(cell) for cell in set(cells)}
    for position, cell in enumerate(cells):
        if named[cell] is None:
            close = difflib.get_close_matches(_plain(cell), BUDGETED, n=1, cutoff=0.5)
            remedy = f"Did you mean {close[0]}? " if close else ""
            paid = "it is value lost, not money paid" if _plain(cell) == UNPAID else "there is no such item of cost"
            findings.fault(table.cell(position, "item"), paid, f"{remedy}Items: {', '.join((*BUDGETED, TOTAL))}.", repr(cell))
    return tuple(named[cell] or "" for cell in cells)


def _sites(table: Table, scenario: Scenario, findings: Findings) -> tuple[str, ...]:
    known = {normal(site.name): site.name for site in scenario.sites} | {"": EVERYWHERE, EVERYWHERE: EVERYWHERE}
    cells = list(table.columns[SITE])
    wrong = np.array([normal(cell) not in known for cell in cells], dtype=bool)
    listed = ", ".join(site.name for site in scenario.sites)
    fault_rows(findings, table, wrong, SITE, ("there is no such site", f"Sites: {listed}; blank or all for what belongs to none."))
    return tuple(known.get(normal(cell), "") for cell in cells)


def _check_repeated(table: Table, lines: tuple[Line, ...], findings: Findings) -> None:
    first: dict[tuple[str, str, str], int] = {}
    for position, line in enumerate(lines):
        key = line[:3]
        if "" not in key and "NaT" not in key and first.setdefault(key, position) != position:
            findings.fault(table.at(position), f"{line.item} of {line.month} stands there twice", f"Add it up with row {table.lines[first[key]]}.")


def _check_total(items: tuple[str, ...], file_name: str, findings: Findings) -> None:
    if TOTAL in items and len({item for item in items if item}) > 1:
        findings.fault(file_name, "it has totals and items, which would be counted twice", "Keep the items, or the totals.")


def _note_months(lines: tuple[Line, ...], scenario: Scenario, findings: Findings) -> None:
    planned = set(month_labels(scenario.horizon))
    beyond = sorted({line.month for line in lines} - planned)
    if beyond:
        findings.note(f"{len(beyond)} months of it lie outside the plan and are not compared: {beyond[0]} to {beyond[-1]}.")
    if len(beyond) == len({line.month for line in lines}):
        findings.stop(findings.file_name, "none of its months is planned", f"The plan has {min(planned)} to {max(planned)}.")


# Variance ------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Variance:
    """Budget and plan side by side, reporting currency, arrays [months, rows]; a row is a site (`all` where the budget has none) and an item.

    Only months that the budget covers are compared. An item that it does not have counts as 0: all of it is beyond the budget.
    """

    months: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    budget: Array
    plan: Array

    @property
    def variance(self) -> Array:
        """Plan less budget: above zero the plan costs more than was budgeted."""
        return self.plan - self.budget

    def by_item(self) -> dict[str, tuple[float, float]]:
        """Budget and plan over the compared months by item."""
        found: dict[str, tuple[float, float]] = {}
        for row, (_, item) in enumerate(self.rows):
            before = found.get(item, (0.0, 0.0))
            found[item] = (before[0] + float(self.budget[:, row].sum()), before[1] + float(self.plan[:, row].sum()))
        return found


def variance(plan: Plan, budget: Budget) -> Variance:
    """The plan's money paid against a budget, month by month and item by item. Raises ValueError where they share no month."""
    shared = tuple(month for month in plan.months if month in set(budget.months))
    if not shared:
        raise ValueError("plan and budget share no month")
    within = [plan.months.index(month) for month in shared]
    planned = _planned(plan, budget)
    held: dict[tuple[str, str], Array] = {}
    for line in budget.lines:
        if line.month in shared:
            held.setdefault((line.site, line.item), np.zeros(len(shared)))[shared.index(line.month)] += line.amount
    rows = tuple(sorted({*held, *(key for key, amount in planned.items() if amount[within].any())}, key=_order(plan)))
    nothing = np.zeros(len(shared))
    sides = (
        np.stack([held.get(row, nothing) for row in rows], axis=1),
        np.stack([planned[row][within] if row in planned else nothing for row in rows], axis=1),
    )
    return Variance(shared, rows, *sides)


def _planned(plan: Plan, budget: Budget) -> dict[tuple[str, str], Array]:
    """Money paid by month, in the rows that the budget has."""
    found: dict[tuple[str, str], Array] = {}
    for line in plan.costs:
        if line.item != UNPAID:
            key = line.site if budget.by_site else EVERYWHERE, TOTAL if budget.items == (TOTAL,) else line.item
            found[key] = found.get(key, np.zeros(len(plan.months))) + line.amount
    return found


def _order(plan: Plan) -> Callable[[tuple[str, str]], tuple[int, int]]:
    """Sites in the order of the scenario, what belongs to none last; items in the order of cost."""
    sites, items = [*(site.name for site in plan.scenario.sites), EVERYWHERE], (*BUDGETED, TOTAL)
    return lambda row: (sites.index(row[0]), items.index(row[1]))
