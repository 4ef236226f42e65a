"""The plan as linear expressions of the decisions: the same impulse responses that `project` adds up, with the decisions left open.

Columns are decisions and stocks of people, in blocks of [months, units]; an `Affine` is a quantity [months, units] as constant + matrix @ columns.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from planner import organisation, training
from planner.baseline import baseline, continued, look_ahead
from planner.cohorts import QUANTITIES, Cohorts, cohorts, covers_everyone, has_programme, maturing
from planner.decisions import Decisions, begun_with, nothing_decided, units
from planner.hiring import lead_months
from planner.organisation import FRONTLINE, Role
from planner.plan import Plan, belongs, classes_running, feeder_exit_probability, opening_matured, project, signed_appointments, site_index
from planner.requirement import Requirement, requirement
from planner.scenario import Scenario, moved
from planner.workforce import settled_exit_probability

Array = NDArray[np.float64]
HALF = 0.5 - 1e-6
"""Less than half a person may be missing from a whole one."""
TINY = 1e-12
LONG = 240


@dataclass(frozen=True, eq=False)
class Affine:
    """A quantity [months, units] as constant + matrix @ columns; rows run month by month, unit by unit."""

    constant: Array
    matrix: sparse.csr_matrix
    shape: tuple[int, int]

    def __add__(self, other: "Affine") -> "Affine":
        return Affine(self.constant + other.constant, self.matrix + other.matrix, self.shape)

    def __sub__(self, other: "Affine") -> "Affine":
        return Affine(self.constant - other.constant, self.matrix - other.matrix, self.shape)

    def __mul__(self, factor: ArrayLike) -> "Affine":
        scale = np.broadcast_to(np.asarray(factor, dtype=float), self.shape).ravel()
        return Affine(self.constant * scale, sparse.diags(scale).tocsr() @ self.matrix, self.shape)

    def plus(self, values: ArrayLike) -> "Affine":
        """Constants added."""
        return Affine(self.constant + np.broadcast_to(np.asarray(values, dtype=float), self.shape).ravel(), self.matrix, self.shape)

    def by(self, mapping: Array) -> "Affine":
        """Units mapped to other units, month by month: [months, units] @ mapping [units, other units]."""
        operator = sparse.kron(sparse.identity(self.shape[0]), mapping.T, format="csr")
        return Affine(operator @ self.constant, operator @ self.matrix, (self.shape[0], mapping.shape[1]))

    def over(self, kernel: Array) -> "Affine":
        """Months mixed, unit by unit: kernel [other months, months] @ [months, units]."""
        operator = sparse.kron(sparse.csr_matrix(kernel), sparse.identity(self.shape[1]), format="csr")
        return Affine(operator @ self.constant, operator @ self.matrix, (kernel.shape[0], self.shape[1]))

    def later(self, months: int = 1) -> "Affine":
        """The same, so many months later; zero before."""
        return self.over(np.eye(self.shape[0], k=-months))

    def total(self) -> "Affine":
        """The sum over all units [months, 1]."""
        return self.by(np.ones((self.shape[1], 1)))

    def at(self, columns: Array) -> Array:
        """Its values [months, units] where the columns have these values."""
        return np.asarray(self.constant + self.matrix @ columns).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Block:
    """Columns of one kind [months, units]: where they begin, their bounds, and whether they are whole."""

    name: str
    start: int
    lower: Array
    upper: Array
    whole: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Months and units."""
        months, count = self.lower.shape
        return months, count

    @property
    def stop(self) -> int:
        """One past its last column."""
        return self.start + self.lower.size

    def of(self, columns: Array) -> Array:
        """Its part of all columns [months, units]."""
        return columns[self.start : self.stop].reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Frozen:
    """Decisions that are already taken for the first months."""

    decisions: Decisions
    months: int


@dataclass(frozen=True, eq=False)
class Model:
    """A scenario whose decisions are open. Levers are worked in."""

    scenario: Scenario
    need: Requirement
    spreadsheet: Plan
    frozen: Frozen | None = None

    @cached_property
    def months(self) -> int:
        """Months of the horizon."""
        return self.scenario.horizon.months

    @cached_property
    def tail(self) -> int:
        """Months after the horizon in which capacity must be held."""
        return 1 + max(look_ahead(self.scenario, group) for group in range(len(self.scenario.groups))) if self.scenario.optimisation.hold_after else 0

    @cached_property
    def parts(self) -> Cohorts:
        """The impulse responses, over the horizon and the months after it."""
        return cohorts(self.scenario, self.months + self.tail)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The ladder."""
        return self.scenario.organisation.roles

    @cached_property
    def sites(self) -> NDArray[np.intp]:
        """The site of each group."""
        return site_index(self.scenario)

    @cached_property
    def at_site(self) -> Array:
        """Which group sits at which site: 1 or 0 [groups, sites]."""
        return np.eye(len(self.scenario.sites))[self.sites]

    @cached_property
    def lead(self) -> list[int]:
        """Months of time to fill, by source."""
        return [lead_months(source) for source in self.scenario.hiring.sources]

    @cached_property
    def signed(self) -> Array:
        """Starts signed before the plan [months, groups]."""
        starts = np.zeros((self.months, len(self.scenario.groups)))
        for g, group in enumerate(self.scenario.groups):
            starts[: len(group.workforce.signed_starts), g] = group.workforce.signed_starts
        return starts

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Every column of the model, by name of its block."""
        found: dict[str, Block] = {}
        start = 0
        for name, lower, upper, whole in _declared(self):
            found[name] = Block(name, start, *_with_frozen(self, name, lower, upper), whole)
            start = found[name].stop
        return found

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return max(block.stop for block in self.blocks.values())

    @cached_property
    def lower(self) -> Array:
        """Lower bounds of all columns."""
        return np.concatenate([block.lower.ravel() for block in self.blocks.values()])

    @cached_property
    def upper(self) -> Array:
        """Upper bounds of all columns."""
        return np.concatenate([block.upper.ravel() for block in self.blocks.values()])

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """Which columns are whole numbers."""
        return np.concatenate([np.full(block.lower.size, block.whole) for block in self.blocks.values()])

    def column(self, name: str) -> Affine:
        """The columns of a block as a quantity."""
        block = self.blocks[name]
        size = block.lower.size
        matrix = sparse.csr_matrix((np.ones(size), (np.arange(size), np.arange(block.start, block.stop))), shape=(size, self.width))
        return Affine(np.zeros(size), matrix, block.shape)

    def given(self, values: Array) -> Affine:
        """Known values [months, units] as a quantity."""
        return Affine(values.ravel().astype(float), sparse.csr_matrix((values.size, self.width)), (values.shape[0], values.shape[1]))

    def nothing(self, count: int) -> Affine:
        """Zeros [months, count]."""
        return self.given(np.zeros((self.months, count)))

    # Frontline

    @cached_property
    def drained(self) -> Affine:
        """Frontline people promoted away at each month's end, less those who come back [months, groups]."""
        return self.net_away(FRONTLINE)

    def response(self, opening: Array, start: Array, settled: Array) -> Affine:
        """A frontline path from its impulse responses: opening [groups, months], of a start [groups, sources, months], of a settled person [groups, months]."""
        rows = opening.shape[1]
        built = Affine(opening.T.ravel(), _started(self, start, rows), (rows, len(opening)))
        operator = _drains(settled, rows, self.months)
        return Affine(built.constant - operator @ self.drained.constant, built.matrix - operator @ self.drained.matrix, built.shape)

    def path(self, quantity: str) -> Affine:
        """One of the quantities that are followed for every group [months, groups]."""
        row, months = QUANTITIES.index(quantity), self.months
        return self.response(self.parts.opening[row][:, :months], self.parts.start[row][..., :months], self.parts.settled[row][:, :months])

    @cached_property
    def productive(self) -> Affine:
        """Productive FTE [months and months after the horizon, groups], after the horizon without further starts."""
        fte, nesting = QUANTITIES.index("fte"), QUANTITIES.index("nesting")
        opening, start, settled = (self.parts.productive_fte(each[fte], each[nesting]) for each in (self.parts.opening, self.parts.start, self.parts.settled))
        return self.response(opening, start, settled)

    @cached_property
    def participants(self) -> Affine:
        """Qualified people in a career programme [months, groups]: all of a group, or those who started within the plan or lately before."""
        running, everyone = has_programme(self.scenario), covers_everyone(self.scenario)
        if not running.any():
            return self.nothing(len(running))
        earlier, nobody = self.parts.earlier_qualified[:, : self.months], np.zeros((len(running), self.months))
        started = self.response(earlier, self.parts.qualified_per_start[..., : self.months], nobody)
        qualified = self.column("heads") - self.path("training_heads")
        return started * (running & ~everyone).astype(float) + qualified * (running & everyone).astype(float)

    def within(self, quantity: Affine) -> Affine:
        """The months of the horizon of a quantity that goes on after it."""
        return Affine(*_rows(quantity, 0, self.months))

    def after(self, quantity: Affine) -> Affine:
        """The months after the horizon."""
        return Affine(*_rows(quantity, self.months, self.months + self.tail))

    @cached_property
    def running(self) -> Affine:
        """Classes that hold a room and trainers at each month's peak [months, sites]."""
        one = nothing_decided(self.scenario).classes
        opening = classes_running(self.scenario, one)
        one[0] = 1
        kernels = classes_running(self.scenario, one) - opening
        classes, months, groups = self.blocks["classes"], self.months, len(self.sites)
        t, k = np.tril_indices(months)
        rows, columns = (t[:, None] * groups + np.arange(groups)).ravel(), (classes.start + k[:, None] * groups + np.arange(groups)).ravel()
        values = kernels[t - k].ravel()
        kept = values > 0
        matrix = sparse.csr_matrix((values[kept], (rows[kept], columns[kept])), shape=(months * groups, self.width))
        return Affine(opening.ravel(), matrix, (months, groups)).by(self.at_site)

    # Ladder

    def net_away(self, feeder: str) -> Affine:
        """People promoted away from a feeder at each month's end, less those who fail and come back [months, units of the feeder]."""
        total = self.nothing(len(units(self.scenario, feeder)))
        for role in self.roles:
            if role.feeder == feeder:
                total = total + self.column(f"promotions {role.name}") * (1 - role.promotion_failure * role.return_share)
        return total

    def lasting(self, role: Role) -> Affine:
        """People promoted into a role at each month's end who do not fail [months, units]."""
        if not role.feeder:
            return self.nothing(len(units(self.scenario, role.name)))
        return self.column(f"promotions {role.name}").by(belongs(self.scenario, role.feeder, role.name)) * (1 - role.promotion_failure)

    def matured(self, role: Role) -> Affine:
        """People of a role's feeder who reach the time in grade in each month [months, units of the feeder]."""
        if role.feeder == FRONTLINE:
            reaching = maturing(self.scenario, role.time_in_grade_months, self.months)
            matrix = _started(self, reaching.start, self.months)
            return Affine(opening_matured(self.scenario, role).ravel(), matrix, (self.months, len(self.sites)))
        feeder = next(each for each in self.roles if each.name == role.feeder)
        entrants = self.column(f"appointments {feeder.name}") + self.lasting(feeder).later()
        kernel = organisation.matured(np.eye(self.months), feeder.exit_probability_monthly, role.time_in_grade_months)
        return entrants.over(kernel).plus(opening_matured(self.scenario, role))

    # Points

    @cached_property
    def forced(self) -> Array:
        """The columns where nothing is decided but what was signed before the plan: what the scenario uses of its limits by itself."""
        decisions = nothing_decided(self.scenario)
        decisions.starts[:, :, 0] = self.signed
        for g, site in enumerate(self.sites):
            decisions.classes[:, g] = training.classes_for(self.signed[:, g], self.scenario.sites[site].training)
        for role in self.roles:
            decisions.appointments[role.name][:] = signed_appointments(self.scenario, role)
        if self.frozen is not None:
            decisions = begun_with(self.frozen.decisions, self.frozen.months, decisions)
        return self.columns_of(project(self.scenario, decisions, self.need))

    @cached_property
    def known(self) -> Array:
        """The columns of the baseline."""
        return self.columns_of(self.spreadsheet)

    def columns_of(self, plan: Plan) -> Array:
        """The columns that a plan's decisions amount to."""
        columns = np.zeros(self.width)
        for name, values in _values(self, plan):
            if name in self.blocks:
                block = self.blocks[name]
                columns[block.start : block.stop] = values.ravel()
        if "held_shortage" in self.blocks:
            block = self.blocks["held_shortage"]
            missing = held_requirement(self) - self.after(self.productive).at(columns)
            columns[block.start : block.stop] = np.maximum(missing, 0).ravel()
        return columns

    def decisions_of(self, columns: Array) -> Decisions:
        """The decisions that stand in columns: people and classes as whole numbers."""
        groups, sources = len(self.scenario.groups), len(self.scenario.hiring.sources)
        part: Callable[[str], Array] = lambda name: self.blocks[name].of(columns)  # noqa: E731
        return Decisions(
            starts=np.rint(part("starts")).reshape(self.months, groups, sources),
            classes=np.rint(part("classes")),
            overtime_fte=np.maximum(part("overtime"), 0),
            contractor_fte=np.maximum(part("contractors"), 0),
            promotions={role.name: np.rint(part(f"promotions {role.name}")) for role in self.roles if role.feeder},
            appointments={role.name: np.rint(part(f"appointments {role.name}")) for role in self.roles},
        )


def model(scenario: Scenario, spreadsheet: Plan | None = None, frozen: Frozen | None = None) -> Model:
    """The model of a scenario; the baseline's plan may be given where it is known already."""
    need = spreadsheet.requirement if spreadsheet else requirement(scenario)
    scenario = moved(scenario)
    if spreadsheet is None:
        decided = baseline(scenario, need) if frozen is None else continued(scenario, frozen.decisions, frozen.months, need)
        spreadsheet = project(scenario, decided, need)
    return Model(scenario, need, spreadsheet, frozen)


# Columns -------------------------------------------------------------------------------------------------------------------------------------


Declared = tuple[str, Array, Array, bool]


def _declared(model: Model) -> Iterator[Declared]:
    """Every block: name, bounds, whether whole."""
    groups, months = len(model.scenario.groups), model.months
    yield from _hiring_blocks(model)
    yield from (_free(name, (months, groups)) for name in ("overtime", "contractors", "shortage", "heads"))
    yield "productive", np.full((months, groups), -np.inf), np.full((months, groups), np.inf), False
    if model.scenario.optimisation.surplus_multiple:
        yield _free("surplus", (months, groups))
    if model.tail:
        yield _free("held_shortage", (model.tail, groups))
    counted = np.ceil(model.need.frontline_heads - 1e-9)
    yield "counted frontline", counted, np.full_like(counted, np.inf), False
    for role in model.roles:
        yield from _role_blocks(model, role)
    yield _free("mentors", (months, len(model.scenario.sites)), whole=True)
    yield _free("taught", (months, len(model.scenario.sites)), whole=True)


def _free(name: str, shape: tuple[int, int], whole: bool = False) -> Declared:
    return name, np.zeros(shape), np.full(shape, np.inf), whole


def _hiring_blocks(model: Model) -> Iterator[Declared]:
    months, groups, sources = model.months, len(model.scenario.groups), len(model.lead)
    least = np.zeros((months, groups, sources))
    least[:, :, 0] = model.signed
    most = np.full_like(least, np.inf)
    for source, lead in enumerate(model.lead):
        most[:lead, :, source] = least[:lead, :, source]
    yield "starts", least.reshape(months, -1), most.reshape(months, -1), True
    yield _free("classes", (months, groups), whole=True)


def _role_blocks(model: Model, role: Role) -> Iterator[Declared]:
    shape = (model.months, len(units(model.scenario, role.name)))
    signed = signed_appointments(model.scenario, role)
    yield f"appointments {role.name}", signed, np.maximum(signed, _appointments_max(role, shape)), True
    if role.feeder:
        below = (model.months, len(units(model.scenario, role.feeder)))
        most = np.full(below, np.inf)
        most[-1] = 0
        yield f"promotions {role.name}", np.zeros(below), most, True
        yield _free(f"ready {role.name}", below)
    yield _free(f"in_post {role.name}", shape)
    yield f"posts {role.name}", least_posts(model)[role.name], np.full(shape, np.inf), True
    yield _free(f"vacancies {role.name}", shape)
    if any(other.leads == role.name for other in model.roles):
        yield _free(f"counted {role.name}", shape)


def _appointments_max(role: Role, shape: tuple[int, int]) -> Array:
    """Nobody from outside before the lead time has passed, nor into a role that is filled from within only, but for those who have signed."""
    most = np.full(shape, np.inf)
    most[: role.lead_time_months] = 0
    if role.feeder and role.internal_share == 1:
        most[:] = 0
    return most


def least_posts(model: Model) -> dict[str, Array]:
    """Posts of each role that the requirement alone asks for [months, units]: whatever is decided, there are no fewer."""
    counted = {FRONTLINE: np.ceil(model.need.frontline_heads - 1e-9)}
    for role in model.roles:
        counted[role.name] = organisation.required_leaders(counted[role.leads] @ belongs(model.scenario, role.leads, role.name), role.span).astype(float)
    return counted


def _with_frozen(model: Model, name: str, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Bounds that leave no choice in the months whose decisions are already taken."""
    if model.frozen is None:
        return lower, upper
    taken = dict(_decided(model.frozen.decisions))
    if name not in taken:
        return lower, upper
    past = np.arange(model.months)[:, None] < model.frozen.months
    values = taken[name].reshape(lower.shape)
    return np.where(past, values, lower), np.where(past, values, upper)


# Responses -----------------------------------------------------------------------------------------------------------------------------------


def _started(model: Model, start: Array, rows: int) -> sparse.csr_matrix:
    """What starts add to a path of the frontline: [rows x groups, columns], from the response of one start [groups, sources, months]."""
    groups, sources = start.shape[:2]
    first = model.blocks["starts"].start
    t, k = np.nonzero(np.arange(rows)[:, None] >= np.arange(model.months)[None])
    g, s = np.repeat(np.arange(groups), sources), np.tile(np.arange(sources), groups)
    values = start[:, :, t - k].reshape(groups * sources, -1)
    row, column = t[None] * groups + g[:, None], first + k[None] * groups * sources + (g * sources + s)[:, None]
    kept = np.abs(values) > TINY
    return sparse.csr_matrix((values[kept], (row[kept], column[kept])), shape=(rows * groups, model.width))


def _rows(quantity: Affine, first: int, last: int) -> tuple[Array, sparse.csr_matrix, tuple[int, int]]:
    """The parts of a quantity between two months."""
    units_ = quantity.shape[1]
    rows = slice(first * units_, last * units_)
    return quantity.constant[rows], quantity.matrix[rows], (last - first, units_)


def _drains(settled: Array, rows: int, months: int) -> sparse.csr_matrix:
    """What people who leave at each month's end take out of a path: [rows x groups, months x groups]."""
    groups = len(settled)
    t, k = np.nonzero(np.arange(rows)[:, None] > np.arange(months)[None])
    g = np.arange(groups)
    values = settled[:, t - k - 1]
    kept = np.abs(values) > TINY
    row, column = t[None] * groups + g[:, None], k[None] * groups + g[:, None]
    return sparse.csr_matrix((values[kept], (row[kept], column[kept])), shape=(rows * groups, months * groups))


def held_requirement(model: Model) -> Array:
    """Productive FTE that the people hired within the horizon must bring in each month after it [months after, groups].

    The last month's requirement, less what replacing those who leave would bring by then at the pace of a workforce in balance.
    """
    long = cohorts(model.scenario, LONG).capacity_per_start[:, 0]
    leave = np.array([settled_exit_probability(group.workforce) for group in model.scenario.groups])
    beyond = np.divide(long[:, -1] * (1 - leave), leave, out=np.full_like(leave, np.inf), where=leave > 0)
    last = model.need.frontline_fte[-1]
    pace = last / (long.sum(axis=1) + beyond)
    return np.asarray(last[None] - np.cumsum(long[:, : model.tail], axis=1).T * pace[None])


def _decided(decisions: Decisions) -> Iterator[tuple[str, Array]]:
    """The value of every block of decisions."""
    yield "starts", decisions.starts
    yield "classes", decisions.classes
    yield "overtime", decisions.overtime_fte
    yield "contractors", decisions.contractor_fte
    yield from ((f"promotions {name}", values) for name, values in decisions.promotions.items())
    yield from ((f"appointments {name}", values) for name, values in decisions.appointments.items())


def _values(model: Model, plan: Plan) -> Iterator[tuple[str, Array]]:
    """The value of every block in a plan, but for what is held after the horizon."""
    yield from _decided(plan.decisions)
    yield "shortage", plan.shortage_fte
    yield "surplus", plan.surplus_fte
    yield "heads", plan.frontline.heads
    yield "productive", plan.frontline.productive_fte
    yield "counted frontline", np.maximum(plan.frontline.heads, np.ceil(model.need.frontline_heads - 1e-9))
    for months in plan.roles:
        name = months.role.name
        if months.ready is not None:
            yield f"ready {name}", months.ready
        yield f"in_post {name}", months.path.heads
        yield f"posts {name}", months.required
        yield f"vacancies {name}", np.maximum(months.required - months.path.heads - HALF, 0)
        yield f"counted {name}", np.maximum(months.path.heads, months.required)
    yield "mentors", plan.training.mentors_needed
    yield "taught", plan.training.trainers_needed


def feeder_survival(model: Model, role: Role) -> Array:
    """Monthly probability of staying of people settled in a role's feeder [units of the feeder]."""
    return 1 - feeder_exit_probability(model.scenario, role)
