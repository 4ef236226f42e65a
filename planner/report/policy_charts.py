"""Charts of what policies do: one figure each, without and with as two lines over the months."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import comparison
from planner.comparison import Weighed
from planner.organisation import top_leader
from planner.plan import Plan
from planner.report import charts, words
from planner.report.charts import Figure

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """One quantity of two plans by month, ready to be drawn."""

    name: str
    title: str
    unit: str
    without: Array
    together: Array
    line: float | None = None
    line_label: str = ""


def courses(weighed: Weighed) -> tuple[Course, ...]:
    """What is drawn: people, shortage, new people, money; with leaders, their top ratio and their open posts."""
    ratio = top_ratio(weighed)
    leaders = [ratio, open_posts(weighed)] if ratio else []
    return (people(weighed), shortage(weighed), new_people(weighed), *leaders, money(weighed))


def people(weighed: Weighed) -> Course:
    """Frontline people by month."""
    without, together = (plan.frontline.heads.sum(axis=1) for plan in (weighed.without, weighed.together))
    return Course("people", "Frontline people", "people", without, together)


def shortage(weighed: Weighed) -> Course:
    """FTE missing by month."""
    without, together = (plan.shortage_fte.sum(axis=1) for plan in (weighed.without, weighed.together))
    return Course("shortage", "Shortage", "FTE short", without, together)


def top_ratio(weighed: Weighed) -> Course | None:
    """People led per top leader by month, against the span promised with the policies; None without leaders."""
    top = top_leader(weighed.together.scenario.organisation)
    if top is None:
        return None
    without, together = (comparison.span_by_month(plan.role(top.name)) for plan in (weighed.without, weighed.together))
    led = "Frontline people" if top.leads == "frontline" else words.title(top.leads) + "s"
    title = f"{led} per {words.title(top.name).lower()}"
    return Course("top_ratio", title, "to 1", without, together, top.span, f"promised {words.ratio(top.span)}")


def open_posts(weighed: Weighed) -> Course:
    """Posts of leaders that stand open by month."""
    without, together = (
        np.asarray(sum((months.vacancies.sum(axis=1) for months in plan.roles if months.role.kind == "leader"), np.zeros(len(plan.months))))
        for plan in (weighed.without, weighed.together)
    )
    return Course("open_posts", "Leaders' posts open", "posts", without, together)


def new_people(weighed: Weighed) -> Course:
    """Share of people under six months by month, against the line."""
    without, together = (100 * comparison.new_share(plan) for plan in (weighed.without, weighed.together))
    line = 100 * weighed.terms.new_share_line
    return Course("new_people", "New people (under 6 months)", "% of people", without, together, line, f"line {words.number(line)} %")


def money(weighed: Weighed) -> Course:
    """Money paid by month, in thousands."""
    without, together = (plan.spend / 1000 for plan in (weighed.without, weighed.together))
    return Course("money", "Paid a month", f"{weighed.scenario.finance.currency} thousand", without, together)


def draw(course: Course, months: tuple[str, ...], dark: bool) -> Figure:
    """One quantity without (dashed) and with (solid), and the line promised where there is one."""
    chosen = charts.look(dark)
    days = [f"{month}-01" for month in months]
    hover = "%{y:,.1f} " + course.unit
    traces = [
        charts.scatter(x=days, y=values, name=name, mode="lines", line={"color": colour, "width": 2.5, "dash": dash}, hovertemplate=hover)
        for name, values, colour, dash in (("Without", course.without, chosen.soft, "dash"), ("With", course.together, chosen.required, "solid"))
    ]
    values = np.concatenate([course.without, course.together, [] if course.line is None else [course.line]])
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    pad = 0.08 * (high - low) or 1.0
    shapes, notes = _line(course, dark)
    axis = charts.y_axis(dark, course.unit, range=[max(0.0, low - pad), high + pad])
    return charts.figure(
        traces, dark, 260, xaxis=charts.month_axis(months, dark), yaxis=axis, shapes=shapes, annotations=notes, showlegend=True, margin=charts.UNDER_LEGEND
    )


def _line(course: Course, dark: bool) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    if course.line is None:
        return [], []
    colour = charts.look(dark).short
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": course.line, "y1": course.line, "line": {"color": colour, "width": 1.5, "dash": "dot"}}
    place = {"xref": "paper", "x": 1, "y": course.line, "xanchor": "right", "yanchor": "bottom", "showarrow": False}
    return [shape], [{**place, "text": course.line_label, "font": {"color": colour, "size": 12}}]


def in_words(course: Course, plan: Plan) -> str:
    """What a chart says: the month in which the two lines are furthest apart, or that they are one."""
    apart = np.where(np.isfinite(course.together - course.without), course.together - course.without, 0.0)
    month = int(np.abs(apart).argmax())
    if abs(apart[month]) < 0.05:
        return "The same without and with."
    name, then, now = words.month_name(plan.months[month]), course.without[month], course.together[month]
    return f"Furthest apart in {name}: {_short(now)} with, {_short(then)} without ({course.unit})."


def _short(value: float) -> str:
    return words.one_decimal(value)


def behind(course: Course, plan: Plan) -> dict[str, list[str]]:
    """The numbers behind a chart."""
    return {
        "Month": [words.month_name(month) for month in plan.months],
        f"Without ({course.unit})": [_written(value) for value in course.without],
        f"With ({course.unit})": [_written(value) for value in course.together],
    }


def _written(value: float) -> str:
    return "nobody in post" if not np.isfinite(value) else words.one_decimal(float(value))
