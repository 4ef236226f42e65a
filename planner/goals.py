"""Goal seeking: how far one lever can go while conditions hold.

The whole grid of the lever is planned, so that what holds is known also where it is no single stretch; then the edge is found between the last value that
holds and the next one by bisection. Every value is planned with the decisions that the baseline takes for it. The grid finds what trying each of its values
finds; between two of them that both fail, nothing is looked for.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from planner import limits
from planner.baseline import baseline, look_ahead
from planner.errors import Fault, InvalidScenario
from planner.hiring import lead_months
from planner.plan import Plan, project
from planner.requirement import requirement
from planner.scenario import Scenario, changed

Array = NDArray[np.float64]
Wanted = Literal["most", "least"]
HAIR = 1e-9


# Levers --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lever:
    """What is moved: the parameter at `path`, over a grid from `low` to `high` by `step`, its edge then to `finest`; `wanted` is the end that is sought."""

    name: str
    path: str
    low: float
    high: float
    step: float
    finest: float
    wanted: Wanted = "most"

    @property
    def grid(self) -> tuple[float, ...]:
        """Every value that is tried, from low to high.

        >>> Lever("growth", "levers.growth_monthly", -0.01, 0.01, 0.005, 0.001).grid
        (-0.01, -0.005, 0.0, 0.005, 0.01)
        """
        steps = math.floor((self.high - self.low) / self.step + HAIR)
        return tuple(_rounded(self.low + place * self.step) for place in range(steps + 1))

    def beyond(self, value: float, other: float) -> bool:
        """Whether a value lies further towards the end that is sought than another."""
        return value > other if self.wanted == "most" else value < other


def _rounded(value: float) -> float:
    return round(value, 9) + 0.0


def growth(_: Scenario) -> Lever:
    """Extra growth a month of contacts and stated people."""
    return Lever("growth", "levers.growth_monthly", -0.02, 0.05, 0.0025, 0.0001)


def handle_time(_: Scenario) -> Lever:
    """Change of every handle time."""
    return Lever("handle_time", "levers.aht_change", -0.3, 0.5, 0.02, 0.001)


def service(_: Scenario) -> Lever:
    """Service level of every voice and chat queue."""
    return Lever("service", "levers.service_level", 0.5, 0.98, 0.02, 0.001)


def attrition(_: Scenario) -> Lever:
    """Change of every frontline probability of leaving."""
    return Lever("attrition", "levers.attrition_change", -0.5, 2.0, 0.1, 0.005)


def shrinkage(_: Scenario) -> Lever:
    """Change of every shrinkage factor."""
    return Lever("shrinkage", "levers.shrinkage_change", -0.5, 1.0, 0.05, 0.005)


def starts(scenario: Scenario) -> Lever:
    """Frontline starts allowed a month; the fewest are sought. Up to about a fifth of the people in post, in some forty round steps."""
    opening = sum(sum(each.heads for each in group.workforce.opening) for group in scenario.groups)
    step = next(size for power in range(7) for size in (10**power, 2 * 10**power, 5 * 10**power) if size * 40 >= opening / 5)
    return Lever("starts", "levers.starts_max_monthly", 0, 40 * step, step, 1, "least")


def first_span(scenario: Scenario) -> Lever:
    """People led by one leader of the first role of the ladder; the smallest span is sought."""
    return _span(scenario, "first_span", 0)


def top_span(scenario: Scenario) -> Lever:
    """People led by one leader of the last role of the ladder; the smallest span is sought."""
    return _span(scenario, "top_span", -1)


def _span(scenario: Scenario, name: str, place: int) -> Lever:
    leaders = [role for role in scenario.organisation.roles if role.kind == "leader"]
    if not leaders:
        raise InvalidScenario([Fault("organisation.roles", "there is no leader whose span could be moved", "Add a leader role, or move another lever.")])
    span = leaders[place].span
    step = 1 if span < 50 else 5
    return Lever(name, f"levers.{name}", max(1.0, step * (span / 2 // step)), step * (span * 2 // step), step, step / 10, "least")


LEVERS: tuple[Callable[[Scenario], Lever], ...] = (growth, handle_time, service, attrition, shrinkage, starts, first_span, top_span)


def lever(scenario: Scenario, name: str) -> Lever:
    """The lever of that name as it stands for a scenario. Raises InvalidScenario for an unknown one."""
    known = {make.__name__: make for make in LEVERS}
    if name not in known:
        raise InvalidScenario([Fault(name, "there is no such lever", f"Use one of: {', '.join(known)}.")])
    return known[name](scenario)


# Conditions ----------------------------------------------------------------------------------------------------------------------------------


class Condition(Protocol):
    """What must hold: a course by month that may not rise above a limit."""

    @property
    def limit(self) -> float:
        """The most that is allowed."""

    def course(self, plan: Plan) -> Array:
        """What is held against the limit, month by month [months]."""

    def promised(self, plan: Plan) -> float:
        """What people call the promise: the limit, or the span of a ratio."""


@dataclass(frozen=True)
class Shortage:
    """FTE missing in a month as a share of those required, counted group by group, over all groups."""

    limit: float = 0.005

    def course(self, plan: Plan) -> Array:
        """Missing over required FTE [months]; 0 where nothing is required."""
        required, missing = plan.required_fte.sum(axis=1), plan.shortage_fte.sum(axis=1)
        return np.asarray(np.divide(missing, required, out=np.zeros_like(missing), where=required > 0))

    def promised(self, _: Plan) -> float:
        """The share that may be missing."""
        return self.limit


@dataclass(frozen=True)
class Ratio:
    """The ratio of a role is kept: no post of it stands open (house rule of whole people, not the exact quotient)."""

    role: str
    limit: float = 0.0

    def course(self, plan: Plan) -> Array:
        """Posts open over all units [months]."""
        return np.asarray(plan.role(self.role).vacancies.sum(axis=1))

    def promised(self, plan: Plan) -> float:
        """The role's span."""
        return plan.role(self.role).role.span


@dataclass(frozen=True)
class Spend:
    """Money paid, without the price of shortage: over the plan, or in each calendar year."""

    limit: float
    each: Literal["plan", "year"] = "plan"

    def course(self, plan: Plan) -> Array:
        """Money paid since the plan, or the year, began [months]."""
        if self.each == "plan":
            return np.cumsum(plan.spend)
        years = np.array([month[:4] for month in plan.months])
        return np.concatenate([np.cumsum(plan.spend[years == year]) for year in dict.fromkeys(years.tolist())])

    def promised(self, _: Plan) -> float:
        """The money."""
        return self.limit


@dataclass(frozen=True)
class Within:
    """A limit of the plan (rooms, trainers, mentors, recruiters ...) is not exceeded anywhere."""

    name: str
    limit: float = 0.0

    def course(self, plan: Plan) -> Array:
        """The most by which a site, a group or a source exceeds it [months]; 0 where none does."""
        chosen = next(limit(plan) for limit in limits.LIMITS if limit.__name__ == self.name)
        excess = np.where(chosen.broken, chosen.used - np.where(np.isfinite(chosen.available), chosen.available, 0.0), 0.0)
        return np.asarray(excess.max(axis=1, initial=0.0))

    def promised(self, _: Plan) -> float:
        """Nothing beyond the limit."""
        return self.limit


CONDITIONS = (Shortage, Ratio, Spend, Within)


# Questions and answers -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """How far can the lever go while every condition holds in each month from `first` on?"""

    lever: Lever
    conditions: tuple[Condition, ...]
    first: int = 0


@dataclass(frozen=True)
class Break:
    """A condition that fails: the first month in which it does, what it comes to there, its worst month, and what was promised."""

    condition: Condition
    month: int
    value: float
    worst_month: int
    worst: float
    promised: float


@dataclass(frozen=True, eq=False)
class Trial:
    """One value of the lever, and the conditions that fail. `refused`: why no scenario has this value; then there is no plan. Only the trials on both sides of
    the edge keep their plan in an answer."""

    value: float
    breaks: tuple[Break, ...] = ()
    refused: str = ""
    plan: Plan | None = None

    @property
    def holds(self) -> bool:
        """Whether every condition holds."""
        return not self.refused and not self.breaks


@dataclass(frozen=True, eq=False)
class Answer:
    """What was tried, in order of the lever's values; `best` holds furthest towards the end sought, `beyond` is the next one tried, which does not.

    `stretches`: first and last grid value of every unbroken run that holds; more than one means that what holds is no single stretch.
    """

    question: Question
    trials: tuple[Trial, ...]
    best: Trial | None
    beyond: Trial | None
    stretches: tuple[tuple[float, float], ...]
    complete: bool


def hiring_reaches(scenario: Scenario) -> int:
    """The first month that what is decided today can still change: time to fill and ramp of the frontline, and the search for every leader."""
    ahead = min(lead_months(source) for source in scenario.hiring.sources) + max(look_ahead(scenario, group) for group in range(len(scenario.groups)))
    leaders = [role.lead_time_months for role in scenario.organisation.roles if role.kind == "leader"]
    return min(max(ahead, *leaders, 0), scenario.horizon.months - 1)


def seek(scenario: Scenario, question: Question, progress: Callable[[float], None] | None = None) -> Answer:
    """The answer to a question. `progress` hears the share done; what it raises ends the work. To stop with what is known so far, take `trials` yourself."""
    done: list[Trial] = []
    for trial in trials(scenario, question):
        done.append(trial)
        if progress is not None:
            progress(min(1.0, len(done) / expected(question)))
    return answer(question, done)


def beside(scenario: Scenario, question: Question, tell: Callable[[float], None], stopped: Callable[[], bool]) -> Answer:
    """As `seek`, as a job of its own: tells the share done, and ends with what is known so far when asked to stop."""
    done: list[Trial] = []
    for trial in trials(scenario, question):
        done.append(trial)
        tell(min(1.0, len(done) / expected(question)))
        if stopped():
            break
    return answer(question, done)


def expected(question: Question) -> int:
    """How many values are planned at most: the grid and the bisection."""
    chosen = question.lever
    return len(chosen.grid) + max(0, math.ceil(math.log2(chosen.step / chosen.finest)))


def trials(scenario: Scenario, question: Question) -> Iterator[Trial]:
    """Every value of the grid, coarse before fine, then the edge by bisection. Raises InvalidScenario where a condition names what is not there."""
    refuse_unknown(scenario, question)
    done = []
    for value in _coarse_first(question.lever.grid):
        done.append(_trial(scenario, question, value))
        yield done[-1]
    found = answer(question, done)
    if found.best is not None and found.beyond is not None:
        yield from _bisected(partial(_trial, scenario, question), question.lever, found.best.value, found.beyond.value)


def _coarse_first(grid: Sequence[float]) -> list[float]:
    """The grid with every eighth value first, then every fourth, every second, and the rest, so that a search that is stopped has seen the whole range."""
    order = dict.fromkeys(place for size in (8, 4, 2, 1) for place in range(0, len(grid), size))
    return [grid[place] for place in order]


def _bisected(attempt: Callable[[float], Trial], chosen: Lever, holds: float, fails: float) -> Iterator[Trial]:
    while abs(fails - holds) > chosen.finest * (1 + 1e-6):
        parts = round((fails - holds) / 2 / chosen.finest) or math.copysign(1, fails - holds)
        trial = attempt(_rounded(holds + parts * chosen.finest))
        yield trial
        holds, fails = (trial.value, fails) if trial.holds else (holds, trial.value)


def _trial(scenario: Scenario, question: Question, value: float) -> Trial:
    """The plan of one value, and what fails in it."""
    try:
        tried = changed(scenario, {question.lever.path: int(value) if question.lever.name == "starts" else value})
        need = requirement(tried)
    except InvalidScenario as error:
        return Trial(value, refused=error.faults[0].problem)
    plan = project(tried, baseline(tried, need), need)
    return Trial(value, tuple(found for condition in question.conditions if (found := broken(condition, plan, question.first))), plan=plan)


def broken(condition: Condition, plan: Plan, first: int = 0) -> Break | None:
    """Where a condition fails from a month on; None where it holds. Money counts from the plan's first month on, whatever month is looked from."""
    course, first = condition.course(plan), 0 if isinstance(condition, Spend) else first
    over = np.flatnonzero(course[first:] > condition.limit + HAIR * max(1.0, abs(condition.limit))) + first
    if not len(over):
        return None
    worst = int(over[course[over].argmax()])
    return Break(condition, int(over[0]), float(course[over[0]]), worst, float(course[worst]), condition.promised(plan))


def answer(question: Question, done: Sequence[Trial]) -> Answer:
    """What the values tried so far come to."""
    tried = tuple(sorted(done, key=lambda trial: trial.value))
    towards = tried if question.lever.wanted == "least" else tried[::-1]
    at = next((place for place, trial in enumerate(towards) if trial.holds), None)
    best = None if at is None else towards[at]
    beyond = towards[-1] if at is None and towards else towards[at - 1] if at else None
    on_grid = set(question.lever.grid)
    known = {trial.value: trial.holds for trial in tried if trial.value in on_grid}
    return Answer(question, tuple(replace(trial, plan=None) for trial in tried), best, beyond, _stretches(known), on_grid <= set(known))


def _stretches(known: dict[float, bool]) -> tuple[tuple[float, float], ...]:
    """First and last value of every unbroken run that holds, in ascending order."""
    found: list[tuple[float, float]] = []
    before = False
    for value, holds in known.items():
        if holds:
            found = [*found[:-1], (found[-1][0], value)] if before else [*found, (value, value)]
        before = holds
    return tuple(found)


def refuse_unknown(scenario: Scenario, question: Question) -> None:
    """Refuses a condition on a role or a limit that there is not, and a first month beyond the plan. Raises InvalidScenario with every fault."""
    roles, names = [role.name for role in scenario.organisation.roles], [limit.__name__ for limit in limits.LIMITS]
    faults = []
    for condition in question.conditions:
        if isinstance(condition, Ratio) and condition.role not in roles:
            faults.append(Fault(condition.role, "there is no such role", f"Use one of: {', '.join(roles) or 'none defined yet'}."))
        if isinstance(condition, Within) and condition.name not in names:
            faults.append(Fault(condition.name, "there is no such limit", f"Use one of: {', '.join(names)}."))
    if not question.conditions:
        faults.append(Fault("The conditions", "nothing is asked to hold", "Give at least one."))
    if not 0 <= question.first < scenario.horizon.months:
        faults.append(Fault("The first month", "it lies outside the plan", "Take one of its months."))
    if faults:
        raise InvalidScenario(faults)


def over(question: Question, low: float, high: float, step: float | None = None) -> Question:
    """The same question over another range, and by another step. Raises InvalidScenario where the range is empty."""
    chosen = replace(question.lever, low=low, high=high, step=question.lever.step if step is None else step)
    if not (chosen.low < chosen.high and 0 < chosen.finest <= chosen.step <= chosen.high - chosen.low):
        remedy = f"Let it go up, in steps from {chosen.finest:g} to its length."
        raise InvalidScenario([Fault("The range", "there is nothing to try in it", remedy, f"{low:g} to {high:g} by {chosen.step:g}")])
    return replace(question, lever=chosen)
