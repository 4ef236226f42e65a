"""Hires of every group as whole classes, without solving anything again: the months are walked with the best few ways to hire so far.

A way is how many people started when. What the months behind cost is exact: pay, whole posts of the group's leaders, what fills a gap. What people are worth in
the months ahead is told by the relaxation's prices, so that a way is not cheap only because it hires late. Groups are walked one after the other, in the rooms
that the others do not hold: those walked already by their new classes, those to come by the ones that they had.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.cohorts import QUANTITIES
from planner.optimiser.ladder import AVOIDED, cheapest
from planner.optimiser.model import HALF, Model, held_requirement
from planner.optimiser.problem import Problem
from planner.optimiser.relaxation import Relaxation
from planner.organisation import FRONTLINE, Role
from planner.plan import belongs, classes_running

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
WAYS = 80
"""Ways that are followed from month to month."""
LIKE = 2.0
"""Difference of heads, and of productive FTE some months on, up to which two ways are about the same."""
AHEAD = 3
"""Months for which people may be hired in advance, and after which ways are compared."""
AROUND = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""People more or fewer than a choice that are choices too."""
BRINGS = 0.3
"""Part of what a start brings at its best from which on it can close a gap."""
WORTH_A_CLASS = 0.6
"""Part of a smallest class that must be wanted before one begins."""
HAIR = 1e-6


@dataclass(frozen=True)
class Terms:
    """How leaders who are there already are priced, each as a part of the full amount."""

    pay: float
    """Of their pay, for each of their people."""
    open_post: float
    """Of the charge for posts that stand open beyond them."""
    avoided: float = AVOIDED
    """Part of a post that is not rounded up."""
    largest_first: bool = True


TERMS = (
    Terms(0.0, 1.0),
    Terms(1.0, 1.0, AVOIDED, largest_first=False),
    Terms(0.5, 1.0, 0.1),
    Terms(1.0, 0.5, AVOIDED, largest_first=False),
    Terms(0.25, 1.0, 0.1),
    Terms(0.5, 1.0, AVOIDED, largest_first=False),
)
"""Terms that lead to different plans."""


def every_terms() -> Iterator[Terms]:
    """TERMS, and then others without end, the same at every call."""
    yield from TERMS
    random = np.random.default_rng(0)
    while True:
        pay, open_post = random.uniform(0.0, 1.0), random.uniform(0.3, 1.0)
        yield Terms(float(pay), float(open_post), float(random.choice([AVOIDED, 0.1, 0.2])), bool(random.random() < 0.5))


@dataclass(frozen=True, eq=False)
class Guide:
    """What the relaxation says of hires."""

    head: Array
    """The price of a head [months, groups]."""
    fte: Array
    """What productive FTE is worth [months and months after the horizon, groups]."""
    start: Array
    """What a start costs beyond what it brings [months, groups, sources]."""
    starts: Array
    """Its starts [months, groups, sources]."""
    seat: Array
    """What one more seat in a class is worth [months, groups]."""


def guide(relaxation: Relaxation) -> Guide:
    """The guide of a relaxation at its optimum."""
    problem, model = relaxation.problem, relaxation.problem.model
    starts, shape = model.blocks["starts"], (model.months, len(model.sites), len(model.lead))
    held = relaxation.price(problem.places("capacity_held")) if model.tail else np.zeros((0, len(model.sites)))
    return Guide(
        head=model.blocks["heads"].of(problem.price) + np.maximum(relaxation.price(problem.places("counted_people")), 0.0),
        fte=np.vstack([relaxation.price(problem.places("capacity")), held]),
        start=np.maximum(starts.of(relaxation.reduced), 0.0).reshape(shape),
        starts=starts.of(relaxation.columns).reshape(shape),
        seat=np.maximum(-relaxation.price(problem.places("class_size_many")), 0.0),
    )


def hires(problem: Problem, given: Guide, columns: Array, stopped: Callable[[], bool], terms: Terms | None = None) -> Array:
    """The columns with starts and classes of all groups walked anew, largest group first; those of the columns stay where they cost a group less.

    `stopped`: whoever says so keeps the hires of the groups not walked yet. `terms`: of the leaders in the columns; without them the leaders are open, too,
    and every post costs the pay of whoever fills it.
    """
    model, walked = problem.model, columns.copy()
    earlier = model.blocks["starts"].of(columns).reshape(given.starts.shape).sum(axis=2)
    starts, classes, counted = np.zeros_like(earlier), model.blocks["classes"].of(walked), model.blocks["counted frontline"]
    running, heads, productive = _Rooms(model, classes), model.path("heads").at(columns), model.productive.at(columns)
    order = np.argsort(-given.starts.sum(axis=(0, 2)))
    for group in order if terms is None or terms.largest_first else order[::-1]:
        leads = _open_leads(problem, int(group)) if terms is None else _settled_leads(problem, walked, int(group), terms)
        unit = _Group(problem, given, int(group), leads, columns, heads[:, group], productive[:, group])
        rooms, kernel = running.without(int(group), classes[:, group]), running.kernels[:, group]
        starts[:, group] = earlier[:, group] if stopped() else _cheaper(unit, rooms, kernel, earlier[:, group])
        classes[:, group] = np.where(starts[:, group] == earlier[:, group], classes[:, group], unit.classes(starts[:, group]))
        running.take(int(group), classes[:, group])
        counted.of(walked)[:, group] = np.maximum(counted.lower[:, group], _path(unit.heads, unit.heads_each, starts[:, group]))
    block = model.blocks["classes"]
    classes[:] = np.where(block.lower == block.upper, block.lower, classes)
    model.blocks["starts"].of(walked)[:] = _by_source(model, given, starts).reshape(model.months, -1)
    return walked


class _Rooms:
    """Rooms that classes leave at each site [months, sites]."""

    def __init__(self, model: Model, classes: Array) -> None:
        self.sites = model.sites
        one = np.zeros_like(classes)
        opening = classes_running(model.scenario, one)
        one[0] = 1
        self.kernels = classes_running(model.scenario, one) - opening
        self.left = np.array([site.training.rooms for site in model.scenario.sites], dtype=float)[None] - opening @ model.at_site
        for group in range(classes.shape[1]):
            self.take(group, classes[:, group])

    def take(self, group: int, classes: Array) -> None:
        """Takes the rooms of a group's classes."""
        self.left[:, self.sites[group]] -= self._held(group, classes)

    def without(self, group: int, classes: Array) -> Array:
        """Gives the rooms of a group's classes back; the rooms of its site that are left then [months]."""
        self.left[:, self.sites[group]] += self._held(group, classes)
        return np.array(self.left[:, self.sites[group]])

    def _held(self, group: int, classes: Array) -> Array:
        return np.asarray(np.convolve(classes, self.kernels[:, group])[: len(classes)])


# One group -----------------------------------------------------------------------------------------------------------------------------------


class _Group:
    """One group: what people cost and bring, month by month, and its people where nobody starts.

    A start brings what those of the columns bring on average; with the starts of the columns, its people are exactly theirs.
    """

    def __init__(self, problem: Problem, given: Guide, group: int, leads: "_Leads", columns: Array, heads: Array, productive: Array) -> None:
        model, parts, months = problem.model, problem.model.parts, problem.model.months
        starts, training = model.blocks["starts"], model.scenario.sites[model.sites[group]].training
        hired = starts.of(columns).reshape(given.starts.shape)[:, group]
        mix = _mix(hired if hired.any() else given.starts[:, group])
        self.months, self.leads = months, leads
        self.heads_each = mix @ parts.start[QUANTITIES.index("heads")][group][:, :months]
        self.fte_each = mix @ parts.capacity_per_start[group]
        self.heads, self.productive = (_path(path, each, -hired.sum(axis=1)) for path, each in ((heads, self.heads_each), (productive, self.fte_each)))
        self.smallest, self.largest = float(training.class_size_min), float(training.class_size_max)
        self.fewest, self.most = (side.reshape(given.starts.shape)[:, group].sum(axis=1) for side in (starts.lower, starts.upper))
        self.planned = np.cumsum(given.starts[:, group].sum(axis=1))
        self.required = model.blocks["counted frontline"].lower[:, group]
        self.need = np.concatenate([model.need.frontline_fte[:, group], held_requirement(model)[:, group] if model.tail else np.zeros(0)])
        self.head_worth, self.fte_worth = given.head[:, group], given.fte[:, group]
        self.pay, self.surplus, self.held = (_price(problem, name, group) for name in ("heads", "surplus", "held_shortage"))
        self.fills = [_price(problem, name, group) for name in ("overtime", "contractors", "shortage")]
        self.overtime_max, self.contractors_max = model.scenario.finance.overtime_max, model.scenario.finance.contractors_max_fte
        self.class_price = np.maximum(_price(problem, "classes", group), self.largest * given.seat[:, group])
        self.comes = np.array([self._comes(month, 1) for month in range(months)])
        self.start_price = _beyond(model, given, group) - np.array([self._comes(month, 0) for month in range(months)])

    def _comes(self, month: int, first: int) -> float:
        """What a start of a month costs, less what it brings, at the relaxation's prices, in the months from `first` months on."""
        heads, fte = self.heads_each[first : self.months - month], self.fte_each[first : len(self.fte_worth) - month]
        return float(self.head_worth[month + first :] @ heads - self.fte_worth[month + first :] @ fte)

    def classes(self, starts: Array) -> Array:
        """Classes that hold these starts."""
        return np.asarray(np.ceil(starts / self.largest - HAIR))

    def begun(self, month: int, starts: Array) -> Array:
        """What starting costs in a month: full classes are part of the price of a start."""
        return np.asarray(self.start_price[month] * starts + self.class_price[month] * (self.classes(starts) - starts / self.largest))

    def month_cost(self, month: int, heads: Array, productive: Array) -> Array:
        """What a month costs with so many people."""
        counted = np.maximum(heads, self.required[month])
        cost = self.pay[month] * heads + self.surplus[month] * np.maximum(productive - self.need[month], 0.0) + self.leads.cost(month, counted)
        missing, unlimited = np.maximum(self.need[month] - productive, 0.0), np.full(len(heads), np.inf)
        most = (np.maximum(productive, 0.0) * self.overtime_max, np.full(len(heads), self.contractors_max), unlimited)
        for price, within in sorted(((float(fill[month]), within) for fill, within in zip(self.fills, most, strict=True)), key=lambda step: step[0]):
            filled = np.minimum(missing, within)
            cost, missing = cost + price * filled, missing - filled
        return np.asarray(cost)

    def to_come(self, month: int, ways: "_Ways") -> Array:
        """What the months after a month cost at the relaxation's prices, where nobody starts any more."""
        after = month + 1
        return np.asarray(ways.heads[:, after:] @ self.head_worth[after:] - ways.productive[:, after:] @ self.fte_worth[after:])

    def after_all(self, productive: Array) -> Array:
        """The charge for what is missing after the horizon."""
        if len(self.need) == self.months:
            return np.zeros(len(productive))
        return np.asarray(np.maximum(self.need[self.months :] - productive[:, self.months :], 0.0) @ self.held)


@dataclass(frozen=True, eq=False)
class _Leads:
    """What the roles that lead the group cost: by people counted, and by whole posts from those that are filled on, of which other groups' people are some."""

    span: Array
    each: Array
    """Of one person counted [roles]."""
    whole: Array
    """Of one post [roles]."""
    avoided: float
    others: Array
    """People of other groups [roles, months]."""
    filled: Array
    """Posts that cost nothing more [roles, months]."""

    def cost(self, month: int, counted: Array) -> Array:
        """What they cost in a month that so many people count."""
        posts = np.ceil((counted[None] + self.others[:, month, None]) / self.span[:, None] - self.avoided)
        return np.asarray(self.each.sum() * counted + self.whole @ np.maximum(posts - self.filled[:, month, None], 0.0))


def _open_leads(problem: Problem, group: int) -> _Leads:
    """Leaders who are to be decided: those of the group by whole posts, others by people counted."""
    model, roles = problem.model, _leading(problem.model)
    pay = [model.blocks[f"in_post {role.name}"].of(problem.price).mean(axis=0) for role in roles]
    own, span = [role.scope == "group" for role in roles], np.array([role.span for role in roles])
    each = np.array([0.0 if mine else units.mean() for units, mine in zip(pay, own, strict=True)]) / span
    whole = np.array([units[group] if mine else 0.0 for units, mine in zip(pay, own, strict=True)])
    nobody = np.zeros((len(roles), model.months))
    return _Leads(span, each, whole, AVOIDED, nobody, nobody)


def _settled_leads(problem: Problem, columns: Array, group: int, terms: Terms) -> _Leads:
    """Leaders who are in the columns: by people counted, and by posts that stand open beyond them."""
    model, roles = problem.model, _leading(problem.model)
    counted, units = model.blocks["counted frontline"].of(columns), [belongs(model.scenario, FRONTLINE, role.name) for role in roles]
    at, span = [int(unit[group].argmax()) for unit in units], np.array([role.span for role in roles])
    others = [counted @ unit[:, mine] - counted[:, group] for unit, mine in zip(units, at, strict=True)]
    filled = [model.blocks[f"in_post {role.name}"].of(columns)[:, mine] + HALF for role, mine in zip(roles, at, strict=True)]
    pay, charge = (
        np.array([_price(problem, f"{what} {role.name}", mine).mean() for role, mine in zip(roles, at, strict=True)]) for what in ("in_post", "vacancies")
    )
    several = (-1, model.months)
    return _Leads(span, terms.pay * pay / span, terms.open_post * charge, terms.avoided, np.reshape(others, several), np.reshape(filled, several))


def _leading(model: Model) -> list[Role]:
    """Roles that lead the frontline."""
    return [role for role in model.roles if role.leads == FRONTLINE]


def _path(nobody: Array, each: Array, starts: Array) -> Array:
    """A path of people with these starts [months]."""
    return np.asarray(nobody + np.convolve(starts, each)[: len(nobody)])


def _price(problem: Problem, name: str, group: int) -> Array:
    """What one more of a group's columns costs by month; nothing where there are none."""
    block = problem.model.blocks.get(name)
    return block.of(problem.price)[:, group] if block is not None else np.zeros(problem.model.months)


def _beyond(model: Model, given: Guide, group: int) -> Array:
    """What a start costs beyond what it brings, from the cheapest source that is open [months]."""
    block = model.blocks["starts"]
    free = (block.upper > block.lower).reshape(given.starts.shape)[:, group]
    return np.where(free.any(axis=1), np.where(free, given.start[:, group], np.inf).min(axis=1), 0.0)


def _mix(starts: Array) -> Array:
    """The part of each source in a group's starts [months, sources]."""
    people = starts.sum(axis=0)
    return np.asarray(people / people.sum() if people.sum() > 0 else np.eye(len(people))[0])


def _cheaper(unit: _Group, rooms: Array, kernel: Array, earlier: Array) -> Array:
    """The starts of the cheapest way, or those of before where they cost less."""
    starts, cost = _walked(unit, rooms, kernel)
    return starts if cost <= _cost(unit, earlier) else earlier


def _cost(unit: _Group, starts: Array) -> float:
    ways, nothing = _nobody_yet(unit, np.zeros(unit.months)), np.zeros(unit.months)
    for month in range(unit.months):
        ways = _with(unit, ways, np.zeros(1, dtype=np.intp), month, starts[month : month + 1], nothing)
    return float((ways.cost + unit.after_all(ways.productive))[0])


# Ways ----------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways to hire up to a month: cost so far [ways]; heads, productive FTE, starts and rooms that are left [ways, months]."""

    cost: Array
    heads: Array
    productive: Array
    starts: Array
    rooms: Array


def _nobody_yet(unit: _Group, rooms: Array) -> _Ways:
    return _Ways(np.zeros(1), unit.heads[None], unit.productive[None], np.zeros((1, unit.months)), rooms[None])


def _walked(unit: _Group, rooms: Array, kernel: Array) -> tuple[Array, float]:
    """Starts on the cheapest way [months], and what it costs; `kernel`: rooms that a class holds from its first month on."""
    ways = _nobody_yet(unit, rooms)
    for month in range(unit.months):
        way, starts = _choices(unit, ways, month, kernel)
        chosen = _best(unit, ways, month, way, starts)
        ways = _with(unit, ways, way[chosen], month, starts[chosen], kernel)
    cost = ways.cost + unit.after_all(ways.productive)
    best = int(cost.argmin())
    return ways.starts[best], float(cost[best])


def _choices(unit: _Group, ways: _Ways, month: int, kernel: Array) -> tuple[Places, Array]:
    """Which way goes on with how many starts: classes of permitted size that find a room, and what is fixed."""
    starts = np.sort(np.minimum(np.maximum(_wanted(unit, ways, month), unit.fewest[month]), unit.most[month]), axis=1)
    classes, held = unit.classes(starts), kernel[: unit.months - month]
    free = np.where(held > 0, ways.rooms[:, month : month + len(held)] / np.where(held > 0, held, 1.0), np.inf).min(axis=1)
    fits = (classes <= free[:, None] + HAIR) & (starts >= classes * unit.smallest) | (starts <= unit.fewest[month])
    fits[:, 1:] &= starts[:, 1:] > starts[:, :-1]
    way, choice = np.nonzero(fits)
    return way, starts[way, choice]


def _wanted(unit: _Group, ways: _Ways, month: int) -> Array:
    """Starts that may be right in a month [ways, choices]: none, what closes the gaps to come, what the relaxation has, what fills a span or a class."""
    wanted = [np.full(len(ways.cost), each) for each in (0.0, unit.smallest, unit.largest)]
    peak, so_far = int(np.argmax(unit.fte_each)), ways.starts.sum(axis=1)
    for later in range(1, peak + AHEAD):
        each, then = unit.fte_each[min(later, len(unit.fte_each) - 1)], min(month + later, len(unit.need) - 1)
        if each > BRINGS * unit.fte_each[peak]:
            wanted += [np.rint((unit.need[then] - ways.productive[:, then]) / each + more) for more in AROUND]
    for later in range(AHEAD):
        wanted += [np.rint(unit.planned[min(month + later, unit.months - 1)] - so_far + more) for more in AROUND[1:-1]]
    leads = unit.leads
    for span, others in zip(leads.span[leads.whole > 0], leads.others[leads.whole > 0, month], strict=True):
        to_full = np.floor(span - np.mod(ways.heads[:, month] + others, span))
        wanted += [to_full, to_full + span]
    starts = np.stack(wanted, axis=1)
    return np.where(starts < WORTH_A_CLASS * unit.smallest, 0.0, np.maximum(starts, unit.smallest))


def _best(unit: _Group, ways: _Ways, month: int, way: Places, starts: Array) -> Places:
    """Which choices go on: the cheapest of those that are about the same, the cheapest WAYS of them."""
    heads, productive = (paths[way, month] + starts * each[0] for paths, each in ((ways.heads, unit.heads_each), (ways.productive, unit.fte_each)))
    cost = ways.cost[way] + unit.begun(month, starts) + unit.month_cost(month, heads, productive)
    likely = cost + unit.to_come(month, ways)[way] + starts * unit.comes[month]
    then = min(month + AHEAD, len(unit.need) - 1)
    alike = np.rint(heads / LIKE) * 1e6 + np.rint((ways.productive[way, then] + starts * unit.fte_each[then - month]) / LIKE)
    return cheapest(likely, alike, WAYS)


def _with(unit: _Group, ways: _Ways, way: Places, month: int, starts: Array, kernel: Array) -> _Ways:
    """The ways on which so many start in a month."""
    heads, productive, history, rooms = (each[way] for each in (ways.heads, ways.productive, ways.starts, ways.rooms))
    held = kernel[: unit.months - month]
    heads[:, month:] += starts[:, None] * unit.heads_each[: unit.months - month]
    productive[:, month:] += starts[:, None] * unit.fte_each[: productive.shape[1] - month]
    history[:, month] = starts
    rooms[:, month : month + len(held)] -= unit.classes(starts)[:, None] * held
    cost = ways.cost[way] + unit.begun(month, starts) + unit.month_cost(month, heads[:, month], productive[:, month])
    return _Ways(cost, heads, productive, history, rooms)


# Sources -------------------------------------------------------------------------------------------------------------------------------------


def free_sources(model: Model, month: int) -> Bools:
    """Sources without a cap, by which people can start in a month already."""
    return np.asarray(~capped(model) & (np.array(model.lead) <= month))


def capped(model: Model) -> Bools:
    """Which sources have a cap, or are referrals."""
    sources = model.scenario.hiring.sources
    return np.array([source.starts_max_monthly is not None or source.referrals_per_head_monthly is not None for source in sources])


def _by_source(model: Model, given: Guide, starts: Array) -> Array:
    """Starts [months, groups, sources]: those that are fixed, then from sources with a cap as many as the relaxation takes, then from one without.

    What people bring depends on where they come from, so each group gets as many as the relaxation has taken for it so far, then as many as it ever takes.
    """
    found = model.blocks["starts"].lower.reshape(given.starts.shape).copy()
    most = np.maximum(np.floor(given.starts.sum(axis=1) + HAIR) - found.sum(axis=1), 0.0)
    due = np.rint(np.cumsum(given.starts, axis=0))
    missing = np.maximum(starts - found.sum(axis=2), 0.0)
    for month, source in np.ndindex(most.shape):
        if not capped(model)[source]:
            continue
        for share in (due[month, :, source], due[-1, :, source]):
            for group in range(len(share)):
                taken = max(min(missing[month, group], most[month, source], share[group] - found[: month + 1, group, source].sum()), 0.0)
                found[month, group, source] += taken
                most[month, source] -= taken
                missing[month, group] -= taken
    for month, group in np.ndindex(missing.shape):
        if (free := free_sources(model, month)).any():
            found[month, group, int(np.where(free, given.starts[:, group].sum(axis=0), -1.0).argmax())] += missing[month, group]
    return found
