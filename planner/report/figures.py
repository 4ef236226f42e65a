"""The six figures of the first screen: what an executive needs, each with its course and its change against the scenario with levers at rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.plan import Plan, RoleMonths
from planner.report import charts, words

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """One figure with its course: `change` against the scenario is told in words, its sign by `moved`."""

    label: str
    value: str
    course: Sequence[float] | NDArray[np.float64]
    says: str = ""
    change: str = ""
    help: str = ""
    bars: bool = False
    colour: Literal["blue", "orange", "red"] = "blue"


def six(plan: Plan, rest: Plan) -> tuple[Metric, ...]:
    """The six figures of a plan; five where its costs are not for the reader."""
    return tuple(figure(plan, rest) for figure in SIX if plan.costs or figure is not people_cost)


def _change(now: float, before: float, write: Callable[[float], str]) -> str:
    """A change in words, its sign first; empty where it would be written as nothing."""
    text = write(abs(now - before))
    return "" if now == before or not any(letter in "123456789" for letter in text) else f"{'+' if now > before else '-'}{text}"


def required_fte(plan: Plan, rest: Plan) -> Metric:
    """Most FTE required in a month."""
    course, before = plan.required_fte.sum(axis=1), rest.required_fte.sum(axis=1)
    says = words.month_name(plan.months[int(course.argmax())])
    return Metric(
        "Required at the peak",
        words.fte(course.max()),
        course,
        says,
        _change(course.max(), before.max(), words.fte),
        "FTE are fully proficient, paid, before shrinkage.",
    )


def hires(plan: Plan, rest: Plan) -> Metric:
    """Frontline starts over the horizon."""
    course, before = plan.frontline.starts.sum(axis=1), rest.frontline.starts.sum()
    says = f"over {len(plan.months)} months"
    return Metric(
        "Hires",
        words.people(course.sum()),
        course,
        says,
        _change(course.sum(), before, words.count),
        "Frontline people who start, those already signed included.",
        bars=True,
    )


def shortage(plan: Plan, rest: Plan) -> Metric:
    """Most FTE missing in a month, group by group."""
    course, before = plan.shortage_fte.sum(axis=1), rest.shortage_fte.sum(axis=1)
    months = int((course >= words.SHORT_FTE).sum())
    says = f"{words.month_name(plan.months[int(course.argmax())])}, {months} of {len(plan.months)} months short" if months else "no month is short"
    change = _change(course.max(), before.max(), words.fte)
    value = words.fte(course.max()) if months else "None"
    return Metric(
        "Worst shortage",
        value,
        course,
        says,
        change,
        "FTE missing after overtime and contractors, group by group.",
        colour="red" if months else "blue",
    )


def top_ratio(plan: Plan, rest: Plan) -> Metric:
    """The widest span of the highest leader role."""
    leaders = [months for months in plan.roles if months.role.kind == "leader"]
    if not leaders:
        return Metric("Leaders", "None", [0.0, 0.0], "the scenario has no leader roles")
    top = leaders[-1]
    now, before = _widest(top), _widest(rest.role(top.role.name))
    course = charts.span_by_month(top)
    led = "Frontline people" if top.role.leads == "frontline" else words.title(top.role.leads) + "s"
    change = _change(now, before, words.one_decimal) if np.isfinite(now) and np.isfinite(before) else ""
    worst = f"{words.month_name(plan.months[int(np.nanargmax(course))])} at worst" if np.isfinite(now) and now > 0 else "at worst"
    says = f"{worst}, limit {words.ratio(top.role.span)}"
    return Metric(
        f"{led} per {words.title(top.role.name).lower()}",
        words.ratio(now) if np.isfinite(now) else "Nobody in post",
        _finite(course),
        says,
        change,
        "The widest span of the horizon.",
    )


def _widest(months: RoleMonths) -> float:
    spans = charts.span_by_month(months)
    return float(np.nanmax(spans)) if not np.isnan(spans).all() else 0.0


def _finite(course: Array) -> Array:
    return np.where(np.isfinite(course), course, 0.0)


def open_posts(plan: Plan, rest: Plan) -> Metric:
    """Most leader posts open in a month."""
    course, before = _open(plan), _open(rest)
    months = int((course > 0).sum())
    says = f"{words.month_name(plan.months[int(course.argmax())])}, open in {months} of {len(plan.months)} months" if months else "in every month"
    value = words.count(course.max()) if months else "None"
    return Metric(
        "Leader posts open",
        value,
        course,
        says,
        _change(course.max(), before.max(), words.count),
        "Leaders missing against their ratios, all leader roles together.",
        bars=True,
    )


def _open(plan: Plan) -> Array:
    return np.asarray(sum((months.vacancies.sum(axis=1) for months in plan.roles if months.role.kind == "leader"), np.zeros(len(plan.months))))


def people_cost(plan: Plan, rest: Plan) -> Metric:
    """Money paid over the horizon."""
    currency, spend = plan.scenario.finance.currency, float(plan.spend.sum())
    change = _change(spend, float(rest.spend.sum()), lambda amount: words.money(amount, currency))
    return Metric(
        "People cost",
        words.money(spend, currency),
        plan.spend,
        f"over {len(plan.months)} months",
        change,
        "Everything paid: the price of shortage is not in it.",
    )


SIX = (required_fte, hires, shortage, open_posts, top_ratio, people_cost)
