"""Charts of what lies below a plan: the week by interval, the curve around one interval's agents, why a head is required, classes, one start, the funnel.

The look, and the rules for charts, are those of `charts`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from planner import hiring
from planner.channels.single import SingleInterval
from planner.horizon import DAYS
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Trace, bar, figure, heatmap, look, month_axis, scatter, short_month, y_axis
from planner.staffing import StaffingSteps
from planner.workforce import Response

Array = NDArray[np.float64]
LEGEND = {"l": 8, "r": 8, "t": 40, "b": 8}


def _scale(dark: bool) -> list[list[Any]]:
    """One hue from the page's colour to the strongest: more is further from the page."""
    return [[0.0, "#15202C"], [0.35, "#1F4E74"], [1.0, "#8FD0FA"]] if dark else [[0.0, "#F4F8FB"], [0.4, "#9CC7E6"], [1.0, "#00507F"]]


def _days(months: Sequence[str]) -> list[str]:
    return [f"{month}-01" for month in months]


def _plain_axis(dark: bool, title: str = "", **more: Any) -> dict[str, Any]:
    chosen = look(dark)
    lines = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": chosen.line,
        "linecolor": chosen.line,
    }
    return {**lines, "tickfont": {"color": chosen.soft}, "title": {"text": title, "standoff": 8, "font": {"color": chosen.soft, "size": 13}}, **more}


# The week ------------------------------------------------------------------------------------------------------------------------------------


def clock(position: int, intervals: int) -> str:
    """The time at which an interval of a day begins.

    >>> clock(17, 48)
    '08:30'
    """
    minutes = position * 24 * 60 // intervals
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def open_part(week: Array) -> tuple[slice, list[int]]:
    """The intervals and the weekdays that hold anything, of a week [7, S]: nothing is lost by showing only them."""
    used = np.flatnonzero(week.any(axis=0))
    days = [int(day) for day in np.flatnonzero(week.any(axis=1))]
    return (slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 0)), days


def week_heat(week: Array, dark: bool = False, unit: str = "agents", told: Sequence[Sequence[str]] | None = None) -> Figure:
    """A week as a map: weekdays down, intervals across, [7, S]; only the part that is open. `told` [7][S] adds a sentence to each cell."""
    span, days = open_part(week)
    times = [clock(position, week.shape[1]) for position in range(week.shape[1])][span]
    shown = np.where(week[days][:, span] > 0, week[days][:, span], np.nan)
    extra = [[told[day][slot] if told else "" for slot in range(span.start, span.stop)] for day in days]
    trace = heatmap(
        z=shown,
        x=times,
        y=[DAYS[day][:3] for day in days],
        customdata=extra,
        colorscale=_scale(dark),
        zmin=0,
        xgap=1,
        ygap=2,
        hoverongaps=False,
        hovertemplate=f"%{{y}} %{{x}}: %{{z:,.1f}} {unit}%{{customdata}}<extra></extra>",
        colorbar={
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"color": look(dark).soft},
            "title": {"text": unit, "font": {"color": look(dark).soft, "size": 13}},
        },
    )
    step = max(1, -(-len(times) // 8))
    across = _plain_axis(dark, type="category", tickvals=times[::step], ticktext=times[::step], tickangle=0)
    return figure([trace], dark, max(280, 70 + 32 * len(days)), hovermode="closest", xaxis=across, yaxis=_plain_axis(dark, autorange="reversed", ticks=""))


def month_week(values: Array, days: NDArray[np.int64], month: int) -> Array:
    """An ordinary week of one month, of values [months, day types, intervals] -> [7, S]; nothing on weekdays that the month does not have."""
    return np.asarray(np.where(days[month, :7, None] > 0, values[month, :7], 0.0))


def day_curve(week: Array, dark: bool = False, unit: str = "contacts") -> Figure:
    """The course of the day on each open weekday, of a week [7, S]: Monday strong, the other days soft, weekends dashed."""
    span, days = open_part(week)
    times = [clock(position, week.shape[1]) for position in range(week.shape[1])][span]
    chosen, step = look(dark), max(1, -(-len(times) // 6))
    strongest = max(days, key=lambda day: float(week[day].sum()), default=0)
    traces = [
        scatter(
            x=times,
            y=week[day, span],
            name=DAYS[day],
            mode="lines",
            hovertemplate=f"%{{y:,.1f}} {unit}",
            line={
                "color": chosen.required if day == strongest else chosen.soft,
                "width": 2.5 if day == strongest else 1.2,
                "dash": "dash" if day > 4 else "solid",
            },
        )
        for day in days
    ]
    across = _plain_axis(dark, type="category", tickvals=times[::step], ticktext=times[::step], tickangle=0)
    return figure(traces, dark, 280, xaxis=across, yaxis=y_axis(dark, f"{unit} an interval", rangemode="tozero"))


# Volumes -------------------------------------------------------------------------------------------------------------------------------------


def contacts_and_handle_time(months: Sequence[str], contacts: Array, aht_s: Array, dark: bool = False) -> Figure:
    """Contacts of a queue by month as bars, and its handle time as a line above them, each on its own scale."""
    chosen, days = look(dark), _days(months)
    bars = bar(x=days, y=contacts, name="Contacts", marker={"color": chosen.required}, hovertemplate="%{y:,.0f} contacts")
    line = scatter(
        x=days, y=aht_s, name="Handle time", mode="lines", line={"color": chosen.short, "width": 2.5}, yaxis="y2", hovertemplate="%{y:,.0f} s handle time"
    )
    low, high = float(aht_s.min()), float(aht_s.max())
    pad = max((high - low) * 0.3, high * 0.03)
    upper = y_axis(dark, "seconds", domain=[0.72, 1.0], range=[low - pad, high + pad], anchor="x", nticks=3)
    lower = y_axis(dark, "contacts a month", domain=[0.0, 0.62], rangemode="tozero", nticks=5)
    labels = [
        {
            "text": text,
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": y,
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"color": colour, "size": 13},
        }
        for text, y, colour in (("Handle time", 1.0, chosen.short), ("Contacts", 0.63, chosen.required))
    ]
    return figure(
        [bars, line],
        dark,
        360,
        bargap=0.25,
        xaxis=month_axis(months, dark, anchor="y"),
        yaxis=lower,
        yaxis2=upper,
        annotations=labels,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
    )


# Why a head is required ----------------------------------------------------------------------------------------------------------------------

STEPS = (
    ("workload_fte", "Handling contacts"),
    ("safety_fte", "So that nobody waits too long"),
    ("shrinkage_out_fte", "Leave, sickness, absence"),
    ("shrinkage_in_fte", "Breaks, coaching, meetings"),
    ("schedule_loss_fte", "Shifts do not fit the curve"),
    ("public_holiday_fte", "Public holidays"),
)


def required_steps(steps: StaffingSteps, month: int, dark: bool = False) -> Figure:
    """From contacts to required people as a staircase: each step in FTE on top of those before it, then the total in FTE and in people."""
    chosen = look(dark)
    sizes = [float(getattr(steps, name)[month]) for name, _ in STEPS]
    fte, mix, heads = (float(getattr(steps, name)[month]) for name in ("required_fte", "contract_mix_heads", "required_heads"))
    names = [label for _, label in STEPS] + ["Required FTE", "Contracts below full time", "Required people"]
    starts = [*np.concatenate([[0.0], np.cumsum(sizes)[:-1]]), 0.0, fte, 0.0]
    lengths = [*sizes, fte, mix, heads]
    whole = (0, len(STEPS), len(STEPS) + 2)
    colours = [chosen.required if place in whole else chosen.short if lengths[place] >= 0 else chosen.available for place in range(len(lengths))]
    text = [
        words.one_decimal(length) if place in whole else f"{'+' if length >= 0 else '−'}{words.one_decimal(abs(length))}"
        for place, length in enumerate(lengths)
    ]
    trace = bar(
        y=names,
        x=lengths,
        base=starts,
        orientation="h",
        marker={"color": colours},
        text=text,
        textposition="outside",
        cliponaxis=False,
        textfont={"color": chosen.ink},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    across = _plain_axis(
        dark,
        "FTE, and people in the last two rows",
        rangemode="tozero",
        nticks=6,
        tickformat=",",
        range=[0, max(fte, heads, max(np.cumsum(sizes))) * 1.12 or 1],
    )
    upright = _plain_axis(dark, autorange="reversed", ticks="", tickfont={"color": chosen.ink})
    return figure([trace], dark, 360, hovermode="closest", bargap=0.3, xaxis=across, yaxis=upright)


# One interval --------------------------------------------------------------------------------------------------------------------------------


def _limit(value: float, text: str, dark: bool, right: bool = False) -> dict[str, Any]:
    """A dashed line across a chart with its name above it, as parts of a layout."""
    ink, end = look(dark).ink, "right" if right else "left"
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": {"color": ink, "width": 1.2, "dash": "dash"}}
    note = {"xref": "paper", "x": int(right), "y": value, "text": text, "showarrow": False, "xanchor": end, "yanchor": "bottom", "font": {"color": ink}}
    return {"shapes": [line], "annotations": [note]}


def service_curve(answers: Sequence[tuple[str, SingleInterval]], target: float | None, dark: bool = False) -> Figure:
    """Service level by agents, one line for each way of counting, the required agents marked, the target as a dashed line."""
    styles = ((look(dark).required, "solid"), (look(dark).short, "dash"))
    traces = [_service_line(name, answer, *style) for (name, answer), style in zip(answers, styles, strict=False)]
    limit = _limit(100 * target, f"target {words.percent(target)}", dark) if target else {}
    across, upright = _plain_axis(dark, "agents on contacts", dtick=1), y_axis(dark, "% served in time", range=[0, 104])
    return figure(traces, dark, 320, showlegend=len(answers) > 1, margin=LEGEND, xaxis=across, yaxis=upright, **limit)


def _service_line(name: str, answer: SingleInterval, colour: str, dash: str) -> Trace:
    sizes = [12 if place == answer.at else 5 for place in range(len(answer.around))]
    style = {"line": {"color": colour, "width": 2.5, "dash": dash}, "marker": {"size": sizes, "color": colour}}
    return scatter(x=answer.around, y=100 * answer.service_level, name=name, mode="lines+markers", hovertemplate="%{y:.1f} %", **style)


def finish_curve(agents: Array, hours: Array, deadline: float, dark: bool = False) -> Figure:
    """Open hours until the work is finished by agents, the deadline as a dashed line."""
    trace = scatter(x=agents, y=hours, mode="lines+markers", line={"color": look(dark).required, "width": 2.5}, hovertemplate="%{y:.1f} h")
    upright = y_axis(dark, "open hours", rangemode="tozero")
    return figure([trace], dark, 320, xaxis=_plain_axis(dark, "agents"), yaxis=upright, **_limit(deadline, "deadline", dark, right=True))


# People and classes --------------------------------------------------------------------------------------------------------------------------


def heads_and_fte(plan: Plan, dark: bool = False, group: int | None = None) -> Figure:
    """Frontline people, and the productive FTE that they bring, by month: the distance is training, ramp, mentoring and contracts."""
    columns = list(range(len(plan.scenario.groups))) if group is None else [group]
    chosen, days = look(dark), _days(plan.months)
    series = (("People", plan.frontline.heads, chosen.required, "solid"), ("Productive FTE", plan.frontline.productive_fte, chosen.available, "dash"))
    traces = [
        scatter(
            x=days, y=values[:, columns].sum(axis=1), name=name, mode="lines", line={"color": colour, "width": 2.5, "dash": dash}, hovertemplate="%{y:,.1f}"
        )
        for name, values, colour, dash in series
    ]
    return figure(traces, dark, 300, showlegend=True, margin=LEGEND, xaxis=month_axis(plan.months, dark), yaxis=y_axis(dark, "people, FTE"))


def one_start(response: Response, fte: Array, dark: bool = False) -> Figure:
    """What one start brings, month by month: the share still there, and the productive FTE, its peak told."""
    chosen, months = look(dark), np.arange(len(fte))
    peak = int(fte.argmax())
    traces = [
        scatter(
            x=months,
            y=response.heads[: len(fte)],
            name="Still there",
            mode="lines",
            line={"color": chosen.soft, "width": 2, "dash": "dash"},
            hovertemplate="%{y:.2f} people",
        ),
        scatter(
            x=months,
            y=fte,
            name="Productive FTE",
            mode="lines",
            line={"color": chosen.required, "width": 2.5},
            fill="tozeroy",
            fillcolor="rgba(86,180,233,0.18)",
            hovertemplate="%{y:.2f} FTE",
        ),
    ]
    note = {
        "x": peak,
        "y": float(fte[peak]),
        "text": f"at most {words.number(fte[peak], 2)} FTE, month {peak}",
        "showarrow": True,
        "ax": 60,
        "ay": 46,
        "arrowcolor": chosen.soft,
        "font": {"color": chosen.ink},
    }
    across = _plain_axis(dark, "months since the first day", dtick=3)
    return figure(
        traces, dark, 300, annotations=[note], showlegend=True, margin=LEGEND, xaxis=across, yaxis=y_axis(dark, "per start", range=[0, 1.08], tickformat=".1f")
    )


def class_calendar(plan: Plan, dark: bool = False) -> Figure:
    """When classes start: a row for each group, a column for each month, the number of classes and of people in them."""
    classes, starts = plan.decisions.classes.T, plan.frontline.starts.T
    groups = [group.name for group in plan.scenario.groups]
    told = [
        [f"{words.people(starts[g, t])} in {words.count(classes[g, t])} {'class' if classes[g, t] == 1 else 'classes'}" for t in range(len(plan.months))]
        for g in range(len(groups))
    ]
    text = [[words.count(starts[g, t]) if starts[g, t] else "" for t in range(len(plan.months))] for g in range(len(groups))]
    trace = heatmap(
        z=np.where(starts > 0, starts, np.nan),
        x=[short_month(month) for month in plan.months],
        y=groups,
        text=text,
        texttemplate="%{text}" if len(plan.months) <= 48 else None,
        customdata=told,
        colorscale=_scale(dark),
        zmin=0,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        showscale=False,
        textfont={"size": 11},
        hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
    )
    step = next((step for step in (1, 2, 3, 6, 12, 24) if len(plan.months) / step <= 8.5), 24)
    shown = [short_month(month) for month in plan.months][::step]
    across = _plain_axis(dark, type="category", tickvals=shown, ticktext=shown, tickangle=0, range=[-0.5, len(plan.months) - 0.5])
    upright = _plain_axis(dark, autorange="reversed", ticks="", tickfont={"color": look(dark).ink})
    return figure([trace], dark, 70 + 34 * len(groups), hovermode="closest", xaxis=across, yaxis=upright)


def needed_and_available(months: Sequence[str], needed: Array, available: Array, unit: str, dark: bool = False) -> Figure:
    """What is needed by month as bars, those beyond what there is in the colour of shortage, and what there is as a stepped line."""
    chosen, days = look(dark), _days(months)
    colours = [chosen.short if want > have + 1e-9 else chosen.required for want, have in zip(needed, available, strict=True)]
    traces = [
        bar(x=days, y=needed, name="Needed", marker={"color": colours}, hovertemplate=f"%{{y:,.0f}} {unit} needed"),
        scatter(
            x=days,
            y=available,
            name="Available",
            mode="lines",
            line={"color": chosen.ink, "width": 1.8, "dash": "dash", "shape": "hvh"},
            hovertemplate=f"%{{y:,.0f}} {unit} available",
        ),
    ]
    return figure(traces, dark, 240, bargap=0.25, showlegend=True, margin=LEGEND, xaxis=month_axis(months, dark), yaxis=y_axis(dark, unit, rangemode="tozero"))


FUNNEL = (
    ("applicants", "Applicants"),
    ("screens", "Screens"),
    ("interviews", "Interviews"),
    ("offers", "Offers"),
    ("acceptances", "Acceptances"),
    ("starts", "Starts"),
)


def funnel_totals(plan: Plan) -> dict[str, float]:
    """People at each stage of the funnel over the plan, all sources together."""
    sources = plan.scenario.hiring.sources
    stages = [hiring.funnel_stages(source.funnel, plan.decisions.starts[:, :, position].sum()) for position, source in enumerate(sources)]
    return {label: float(sum(float(getattr(stage, name)) for stage in stages)) for name, label in FUNNEL}


def funnel(plan: Plan, dark: bool = False) -> Figure:
    """The hiring funnel over the plan, from applicants to starts."""
    totals, chosen = funnel_totals(plan), look(dark)
    values = list(totals.values())
    trace = bar(
        y=list(totals),
        x=values,
        orientation="h",
        marker={"color": [chosen.required] * (len(values) - 1) + [chosen.available]},
        text=[words.count(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": chosen.ink},
        hovertemplate="%{y}: %{text} people<extra></extra>",
    )
    across = _plain_axis(dark, "people over the plan", range=[0, max(values) * 1.12 or 1], nticks=5, tickformat=",")
    return figure(
        [trace],
        dark,
        280,
        hovermode="closest",
        bargap=0.3,
        xaxis=across,
        yaxis=_plain_axis(dark, autorange="reversed", ticks="", tickfont={"color": chosen.ink}),
    )
