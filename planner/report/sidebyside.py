"""Two to four plans side by side: their courses on shared axes, their figures in one table, how each stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Scatter

from planner.comparison import Comparison, Row, compare
from planner.organisation import top_leader
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Figure, figure, look, month_axis, span_by_month, y_axis
from planner.report.takeaways import Behind

Array = NDArray[np.float64]
LETTERS = "ABCD"
DASHES = ("solid", "dash", "dot", "dashdot")
SHOWN = (
    "heads_last", "required_fte_last", "starts", "leavers", "shortage_worst", "months_short", "shortage_fte_months", "leaders_last", "widest_top_span",
    "leader_posts_open", "under_6_worst", "spend", "spend_last", "cost_per_fte_month",
)  # fmt: skip
"""The measures that executives compare, in their order."""


# Courses -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """Something that plans have month by month: its title, its unit, and the values [months]; not a number where it is not defined."""

    name: str
    title: str
    unit: str
    of: Callable[[Plan], Array]


def people(plan: Plan) -> Array:
    """Frontline people, trainees included."""
    return np.asarray(plan.frontline.heads.sum(axis=1))


def shortage(plan: Plan) -> Array:
    """FTE missing as a percentage of those required."""
    required = plan.required_fte.sum(axis=1)
    return np.asarray(100 * plan.shortage_fte.sum(axis=1) / np.where(required > 0, required, 1.0))


def top_ratio(plan: Plan) -> Array:
    """The widest span of the highest leader role; not a number where there is none."""
    top = top_leader(plan.scenario.organisation)
    if top is None:
        return np.full(len(plan.months), np.nan)
    spans = span_by_month(plan.role(top.name))
    return np.where(np.isfinite(spans), spans, np.nan)


def paid(plan: Plan) -> Array:
    """Money paid."""
    return plan.spend


COURSES = (
    Course("people", "Frontline people", "people", people),
    Course("shortage", "Shortage", "% of required FTE", shortage),
    Course("paid", "Paid by month", "money", paid),
    Course("top_ratio", "People led by each top leader", "to 1", top_ratio),
)
"""What is drawn side by side."""


def letters(plans: Sequence[Plan]) -> list[str]:
    """A letter for each plan, by which charts call it."""
    return list(LETTERS[: len(plans)])


def courses(plans: Sequence[Plan], course: Course, dark: bool = False) -> Figure:
    """One course of every plan on shared axes: a line each, told apart by colour, dash and the letter at its end."""
    chosen = look(dark)
    months = sorted({month for plan in plans for month in plan.months})
    values = [course.of(plan) for plan in plans]
    inks = (chosen.required, chosen.short, chosen.available, chosen.series[3])
    write = _writer(course, plans)
    traces = [
        Scatter(
            x=[f"{month}-01" for month in plan.months], y=[float(value) if np.isfinite(value) else None for value in own], mode="lines", name=letter,
            line={"color": ink, "width": 2.5, "dash": dash}, customdata=[write(value) for value in own], hovertemplate="%{customdata}",
        )
        for plan, own, letter, ink, dash in zip(plans, values, letters(plans), inks, DASHES, strict=False)
    ]  # fmt: skip
    notes, shapes = _end_letters(plans, values, inks), []
    limit = _shared_limit(plans) if course.name == "top_ratio" else None
    if limit is not None:
        shape, note = _threshold(limit, f"limit {words.ratio(limit)}", dark)
        shapes, notes = [shape], [*notes, note]
    axis = y_axis(dark, "" if course.unit == "money" else course.unit, rangemode="tozero", **_money_ticks(course, values, plans))
    margin = {"l": 8, "r": 26 + 14 * (len(plans) > 2), "t": 12, "b": 8}
    return figure(traces, dark, 260, xaxis=month_axis(months, dark), yaxis=axis, annotations=notes, shapes=shapes, margin=margin)


def _shared_limit(plans: Sequence[Plan]) -> float | None:
    """The span promised of the highest leader role, where it is the same in all plans."""
    tops = [top_leader(plan.scenario.organisation) for plan in plans]
    spans = {top.span for top in tops if top is not None}
    return spans.pop() if len(spans) == 1 and None not in tops else None


def _threshold(value: float, text: str, dark: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dashed line across the chart with its name at its left end."""
    ink, page = look(dark).ink, look(dark).page
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": {"color": ink, "width": 1.2, "dash": "dash"}}
    place = {"xref": "paper", "x": 0, "y": value, "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"color": ink, "size": 12}}
    return line, {**place, "text": text, "bgcolor": page}


def _writer(course: Course, plans: Sequence[Plan]) -> Callable[[float], str]:
    if course.unit == "money":
        return lambda value: words.money(value, plans[0].scenario.finance.currency)
    if course.unit.startswith("%"):
        return lambda value: f"{words.number(value, 1)} %"
    if course.unit == "to 1":
        return lambda value: words.ratio(value) if np.isfinite(value) else "nobody in post"
    return lambda value: words.people(value)


def _end_letters(plans: Sequence[Plan], values: Sequence[Array], inks: Sequence[str]) -> list[dict[str, Any]]:
    """The letter of each line beside its last point, moved sideways where two would lie on one another."""
    known = [np.flatnonzero(np.isfinite(own)) for own in values]
    spread = max((float(np.nanmax(own)) for own in values if np.isfinite(own).any()), default=1.0) or 1.0
    notes: list[dict[str, Any]] = []
    taken: list[tuple[float, int]] = []
    for plan, own, there, letter, ink in zip(plans, values, known, letters(plans), inks, strict=False):
        if len(there):
            level = float(own[there[-1]]) / spread
            aside = sum(abs(level - other) < 0.07 for other, _ in taken)
            taken.append((level, aside))
            place = {"x": f"{plan.months[there[-1]]}-01", "y": float(own[there[-1]]), "xanchor": "left", "xshift": 8 + 13 * aside, "showarrow": False}
            notes.append({**place, "text": f"<b>{letter}</b>", "font": {"color": ink, "size": 13}})
    return notes


def _money_ticks(course: Course, values: Sequence[Array], plans: Sequence[Plan]) -> dict[str, Any]:
    """Ticks written as money, at round amounts."""
    if course.unit != "money":
        return {}
    top = max(float(own.max()) for own in values) or 1.0
    step = next(size for power in range(13) for size in (10.0**power, 2.5 * 10.0**power, 5 * 10.0**power) if top / size <= 5)
    ticks = np.arange(0, top * 1.02 + step / 2, step)
    return {"tickvals": ticks, "ticktext": [words.money(tick, plans[0].scenario.finance.currency).replace(".00", "").replace(".0 ", " ") for tick in ticks]}


def course_in_words(plans: Sequence[Plan], course: Course) -> str:
    """Each plan's figure where it matters: the last month, or the worst."""
    write = _writer(course, plans)
    worst = course.name in ("shortage", "top_ratio")
    told = [_course_words(letter, plan, course.of(plan), write, worst) for letter, plan in zip(letters(plans), plans, strict=True)]
    return f"{'At worst' if worst else 'At the end'}: {'; '.join(told)}."


def _course_words(letter: str, plan: Plan, values: Array, write: Callable[[float], str], worst: bool) -> str:
    if not np.isfinite(values).any():
        return f"{letter} none"
    month = int(np.nanargmax(values)) if worst else len(values) - 1
    if worst and values[month] == 0:
        return f"{letter} none"
    return f"{letter} {write(float(values[month]))}{f' in {words.month_name(plan.months[month])}' if worst else ''}"


def behind(plans: Sequence[Plan], course: Course) -> Behind:
    """The numbers of a course by month."""
    months, write = sorted({month for plan in plans for month in plan.months}), _writer(course, plans)
    found = {letter: dict(zip(plan.months, course.of(plan), strict=True)) for letter, plan in zip(letters(plans), plans, strict=True)}
    return {"Month": [words.month_name(month) for month in months]} | {
        letter: [write(float(own[month])) if month in own else "" for month in months] for letter, own in found.items()
    }


def same_currency(plans: Sequence[Plan]) -> bool:
    """Whether money can be held against money."""
    return len({plan.scenario.finance.currency for plan in plans}) == 1


# Figures -------------------------------------------------------------------------------------------------------------------------------------


def figures(plans: Sequence[Plan]) -> Comparison:
    """The plans compared, called by their letters."""
    return compare(tuple(plans), tuple(letters(plans)))


def table(found: Comparison) -> Behind:
    """Figures side by side: a row for each, a column for each plan, and from the second on the change against the first."""
    rows = [row for row in found.rows if row.measure.name in SHOWN and any(value is not None for value in row.values)]
    rows.sort(key=lambda row: SHOWN.index(row.measure.name))
    columns: Behind = {"Figure": [row.measure.title for row in rows]}
    for at, name in enumerate(found.names):
        columns[name] = [written(row, at, found) for row in rows]
        if at:
            columns[f"{name} against {found.names[0]}"] = [_against(row, at, found) for row in rows]
    return columns


def written(row: Row, at: int, found: Comparison) -> str:
    """One figure with its unit; empty where it is not defined."""
    value = row.values[at]
    return "" if value is None else _with_unit(value, row.measure.unit.symbol, found.plans[at])


def _with_unit(value: float, symbol: str, plan: Plan) -> str:
    if symbol == "money":
        return words.money(value, plan.scenario.finance.currency)
    if symbol == "%":
        return words.percent(value)
    if symbol == "to 1":
        return words.ratio(value)
    number = words.one_decimal(value).removesuffix(".0")
    return words.people(value) if symbol == "people" else f"{number} {symbol.removesuffix('s') if number == '1' else symbol}"


def _against(row: Row, at: int, found: Comparison) -> str:
    """The change against the first plan; empty where money is of another currency or a value is missing."""
    first, own, symbol = row.values[0], row.values[at], row.measure.unit.symbol
    plans = (found.plans[0], found.plans[at])
    if first is None or own is None or (symbol == "money" and not same_currency(plans)):
        return ""
    text = _with_unit(abs(own - first), symbol, plans[1])
    if symbol == "%":
        text = f"{words.number(abs(own - first) * 100, 1)} points"
    if symbol == "to 1":
        text = words.number(abs(own - first), 1)
    return text if not any(letter in "123456789" for letter in text) else f"{'+' if own > first else '−'}{text}"


def exact(found: Comparison) -> dict[str, list[Any]]:
    """Every measure for a file: unrounded, a row for each, a column for each plan; blank where it is not defined."""
    columns: dict[str, list[Any]] = {"figure": [row.measure.name for row in found.rows], "unit": [row.measure.unit.symbol for row in found.rows]}
    return columns | {name: ["" if row.values[at] is None else row.values[at] for row in found.rows] for at, name in enumerate(found.names)}
