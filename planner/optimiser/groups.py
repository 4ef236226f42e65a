"""One group of the frontline by itself: what its people cost and bring, its whole classes and the rooms they hold, and where its people come from.

What months behind cost is exact: pay, whole posts of the group's leaders, what fills a gap. What people are worth in the months ahead is told by the
relaxation's prices.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.cohorts import QUANTITIES
from planner.finance import Finance
from planner.optimiser.ladder import AVOIDED
from planner.optimiser.model import HALF, Model, held_requirement
from planner.optimiser.problem import Problem
from planner.optimiser.relaxation import Relaxation
from planner.organisation import FRONTLINE, Role
from planner.plan import belongs, classes_running

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
HAIR = 1e-6
FILLS = ("overtime", "contractors", "shortage")
"""What fills a gap."""


@dataclass(frozen=True)
class Terms:
    """How leaders who are there already are priced, each as a part of the full amount."""

    pay: float
    """Of their pay, for each of their people."""
    post: float
    """Of their pay, for each whole post."""
    open_post: float
    """Of the charge for posts that stand open beyond them."""
    avoided: float = AVOIDED
    """Part of a post that is not rounded up."""
    largest_first: bool = True


TERMS = (
    Terms(0.0, 0.5, 0.65),
    Terms(0.75, 0.0, 0.3, largest_first=False),
    Terms(0.0, 0.1, 0.65),
    Terms(0.0, 1.0, 0.3, largest_first=False),
    Terms(0.25, 0.0, 0.3),
    Terms(0.0, 0.25, 0.65, largest_first=False),
)
"""Terms that lead to different plans; the first led to the cheapest most often."""


def every_terms() -> Iterator[Terms]:
    """TERMS, and then others without end, the same at every call."""
    yield from TERMS
    random = np.random.default_rng(0)
    while True:
        pay, post, open_post = random.choice([0.0, random.uniform(0.0, 0.5)]), random.uniform(0.0, 0.6), random.uniform(0.3, 0.8)
        yield Terms(float(pay), float(post), float(open_post), float(random.choice([AVOIDED, AVOIDED, 0.1])), bool(random.random() < 0.5))


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


class Rooms:
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
        self.left[:, self.sites[group]] -= self.held(group, classes)

    def without(self, group: int, classes: Array) -> Array:
        """Gives the rooms of a group's classes back; the rooms of its site that are left then [months]."""
        self.left[:, self.sites[group]] += self.held(group, classes)
        return np.array(self.left[:, self.sites[group]])

    def held(self, group: int, classes: Array) -> Array:
        """The rooms that a group's classes hold [months]."""
        return np.asarray(np.convolve(classes, self.kernels[:, group])[: len(classes)])


# One group ----------------------------------------------------------------------------------------------------------------------------------


class Group:
    """One group: what people cost and bring, month by month, and its people where nobody starts.

    A start brings what those of the columns bring on average; with the starts of the columns, its people are exactly theirs.
    """

    def __init__(self, problem: Problem, given: Guide, group: int, leads: "Leads", columns: Array, heads: Array, productive: Array) -> None:
        model, parts, months = problem.model, problem.model.parts, problem.model.months
        starts, training = model.blocks["starts"], model.scenario.sites[model.sites[group]].training
        hired = starts.of(columns).reshape(given.starts.shape)[:, group]
        mix = _mix(hired if hired.any() else given.starts[:, group])
        self.months, self.leads = months, leads
        self.heads_each = mix @ parts.start[QUANTITIES.index("heads")][group][:, :months]
        self.fte_each = mix @ parts.capacity_per_start[group]
        self.heads, self.productive = (path(now, each, -hired.sum(axis=1)) for now, each in ((heads, self.heads_each), (productive, self.fte_each)))
        self.smallest, self.largest = float(training.class_size_min), float(training.class_size_max)
        self.fewest, self.most = (side.reshape(given.starts.shape)[:, group].sum(axis=1) for side in (starts.lower, starts.upper))
        self.planned = np.cumsum(given.starts[:, group].sum(axis=1))
        self.required = model.blocks["counted frontline"].lower[:, group]
        self.need = np.concatenate([model.need.frontline_fte[:, group], held_requirement(model)[:, group] if model.tail else np.zeros(0)])
        self.head_worth, self.fte_worth = given.head[:, group], given.fte[:, group]
        self.pay, self.surplus, self.held = (_price(problem, name, group) for name in ("heads", "surplus", "held_shortage"))
        self.fills = _fills(problem, group)
        self.own_price = _price(problem, "classes", group)
        self.class_price = np.maximum(self.own_price, self.largest * given.seat[:, group])
        self.comes = np.array([self._comes(month, 1) for month in range(months)])
        self.start_price = _beyond(model, given, group) - np.array([self._comes(month, 0) for month in range(months)])

    def _comes(self, month: int, first: int) -> float:
        """What a start of a month costs, less what it brings, at the relaxation's prices, in the months from `first` months on."""
        heads, fte = self.heads_each[first : self.months - month], self.fte_each[first : len(self.fte_worth) - month]
        return float(self.head_worth[month + first :] @ heads - self.fte_worth[month + first :] @ fte)

    def classes(self, starts: Array) -> Array:
        """Classes that hold these starts."""
        return np.asarray(np.ceil(starts / self.largest - HAIR))

    def begun(self, month: int | Places, starts: Array) -> Array:
        """What starting costs in a month: full classes are part of the price of a start."""
        return np.asarray(self.start_price[month] * starts + self.class_price[month] * (self.classes(starts) - starts / self.largest))

    def paid(self, month: int | Places, starts: Array) -> Array:
        """What starting costs in a month where classes hold rooms that nobody else wants."""
        return np.asarray((self.start_price[month] - self.class_price[month] / self.largest) * starts + self.own_price[month] * self.classes(starts))

    def months_cost(self, months: slice, heads: Array, productive: Array) -> Array:
        """What months cost with so many people [..., months]."""
        counted, missing = np.maximum(heads, self.required[months]), self.need[: self.months][months] - productive
        cost = self.pay[months] * heads + self.surplus[months] * np.maximum(-missing, 0.0) + self.leads.cost(months, counted)
        missing, within = np.maximum(missing, 0.0), np.maximum(productive, 0.0)
        for fill in self.fills:
            cost += fill.dearer[months] * missing
            missing = np.maximum(missing - fill.share[months] * within - fill.most[months], 0.0)
        return np.asarray(cost)

    def after_all(self, productive: Array) -> Array:
        """The charge for what is missing after the horizon."""
        if len(self.need) == self.months:
            return np.zeros(len(productive))
        return np.asarray((np.maximum(self.need[self.months :] - productive[:, self.months :], 0.0) * self.held).sum(axis=1))


@dataclass(frozen=True, eq=False)
class _Fill:
    """What fills a gap next, each [months]: by how much it is dearer than what fills it before, and how much of it there is."""

    dearer: Array
    share: Array
    """Of productive FTE."""
    most: Array


def _fills(problem: Problem, group: int) -> list[_Fill]:
    """What fills a gap, the cheapest first, month by month."""
    months, finance = problem.model.months, problem.model.scenario.finance
    price = np.stack([_price(problem, name, group) for name in FILLS])
    order = price.argsort(axis=0, kind="stable")
    share, most = (np.repeat(each[:, None], months, axis=1) for each in fill_limits(finance))
    price, share, most = (np.take_along_axis(each, order, axis=0) for each in (price, share, most))
    return [_Fill(*each) for each in zip(np.diff(price, axis=0, prepend=0.0), share, most, strict=True)]


def fill_limits(finance: Finance) -> tuple[Array, Array]:
    """How much there is of each of FILLS: a share of productive FTE, and FTE."""
    return np.array([finance.overtime_max, 0.0, 0.0]), np.array([0.0, finance.contractors_max_fte, np.inf])


@dataclass(frozen=True, eq=False)
class Leads:
    """What the roles that lead the group cost: by people counted, by whole posts, and by posts beyond those filled, of which other groups' people are some."""

    span: Array
    person: Array
    """Of one person counted [roles]."""
    post: Array
    """Of one post [roles]."""
    beyond: Array
    """Of one post beyond those filled [roles]."""
    avoided: float
    others: Array
    """People of other groups [roles, months]."""
    filled: Array
    """Posts that are filled [roles, months]."""

    def cost(self, months: slice, counted: Array) -> Array:
        """What they cost in months that so many people count [ways, months]."""
        posts = np.ceil((counted[None] + self.others[:, None, months]) / self.span[:, None, None] - self.avoided)
        beyond = np.maximum(posts - self.filled[:, None, months], 0.0)
        return np.asarray(self.person.sum() * counted + np.einsum("r,rwm->wm", self.post, posts) + np.einsum("r,rwm->wm", self.beyond, beyond))


def open_leads(problem: Problem, group: int) -> Leads:
    """Leaders who are to be decided: those of the group by whole posts, others by people counted."""
    roles = _leading(problem.model)
    pay = [problem.model.blocks[f"in_post {role.name}"].of(problem.price).mean(axis=0) for role in roles]
    own, span = [role.scope == "group" for role in roles], np.array([role.span for role in roles])
    person = np.array([0.0 if mine else units.mean() for units, mine in zip(pay, own, strict=True)]) / span
    post = np.array([units[group] if mine else 0.0 for units, mine in zip(pay, own, strict=True)])
    nobody = np.zeros((len(roles), problem.model.months))
    return Leads(span, person, post, np.zeros(len(roles)), AVOIDED, nobody, nobody)


def settled_leads(problem: Problem, columns: Array, group: int, terms: Terms) -> Leads:
    """Leaders who are in the columns: by people counted, by posts, and by posts that stand open."""
    model, roles = problem.model, _leading(problem.model)
    counted, units = model.blocks["counted frontline"].of(columns), [belongs(model.scenario, FRONTLINE, role.name) for role in roles]
    at, span = [int(unit[group].argmax()) for unit in units], np.array([role.span for role in roles])
    others = [counted @ unit[:, mine] - counted[:, group] for unit, mine in zip(units, at, strict=True)]
    filled = [model.blocks[f"in_post {role.name}"].of(columns)[:, mine] + HALF for role, mine in zip(roles, at, strict=True)]
    pay, charge = (
        np.array([_price(problem, f"{what} {role.name}", mine).mean() for role, mine in zip(roles, at, strict=True)]) for what in ("in_post", "vacancies")
    )
    shaped = (np.reshape(each, (len(roles), model.months)) for each in (others, filled))
    return Leads(span, terms.pay * pay / span, terms.post * pay, terms.open_post * charge, terms.avoided, *shaped)


def _leading(model: Model) -> list[Role]:
    """Roles that lead the frontline."""
    return [role for role in model.roles if role.leads == FRONTLINE]


def path(nobody: Array, each: Array, starts: Array) -> Array:
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


# Sources -------------------------------------------------------------------------------------------------------------------------------------


def free_sources(model: Model, month: int) -> Bools:
    """Sources without a cap, by which people can start in a month already."""
    return np.asarray(~capped(model) & (np.array(model.lead) <= month))


def capped(model: Model) -> Bools:
    """Which sources have a cap, or are referrals."""
    sources = model.scenario.hiring.sources
    return np.array([source.starts_max_monthly is not None or source.referrals_per_head_monthly is not None for source in sources])


def put_hires(model: Model, given: Guide, columns: Array, starts: Array, classes: Array) -> None:
    """Puts starts and classes [months, groups] into the columns, which keep what is fixed."""
    block = model.blocks["classes"]
    block.of(columns)[:] = np.where(block.lower == block.upper, block.lower, classes)
    model.blocks["starts"].of(columns)[:] = by_source(model, given, starts).reshape(model.months, -1)


def by_source(model: Model, given: Guide, starts: Array) -> Array:
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
