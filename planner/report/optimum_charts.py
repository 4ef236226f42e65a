"""Charts of a search and of the plan it found. The look, and the rules for charts, are those of `charts`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from planner.optimiser.outcome import Progress, Solution
from planner.plan import Plan
from planner.report import optimum, words
from planner.report.charts import Look, Trace, bar, figure, heatmap, look, month_axis, named_rows, scatter, short_month, y_axis

Array = NDArray[np.float64]
LEGEND = {"l": 8, "r": 8, "t": 40, "b": 8}


def gap_closing(told: Sequence[Progress], currency: str, dark: bool = False) -> Figure:
    """The best plan so far and the bound that no plan undercuts, by seconds: what lies between them is not known yet."""
    chosen = look(dark)
    seconds = [each.seconds for each in told]
    best, bound = ([getattr(each, name) for each in told] for name in ("best", "bound"))
    known = [value for value in (*best, *bound) if value is not None]
    traces = [
        _step(seconds, bound, "No plan is cheaper than this", chosen.required, currency, dash="dash"),
        _step(seconds, best, "Best plan so far", chosen.available, currency),
    ]
    return figure(
        traces,
        dark,
        260,
        showlegend=True,
        margin=LEGEND,
        xaxis=_seconds_axis(max(seconds, default=1.0), chosen),
        yaxis=y_axis(dark, "", **_money_ticks(known, currency)),
    )


def _step(seconds: Sequence[float], values: Sequence[float | None], name: str, colour: str, currency: str, dash: str = "solid") -> Trace:
    """A line that holds its value until the next one; nothing where there is none yet."""
    known = [(at, value) for at, value in zip(seconds, values, strict=True) if value is not None]
    return scatter(
        x=[at for at, _ in known],
        y=[value for _, value in known],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": dash, "shape": "hv"},
        customdata=[words.money(value, currency) for _, value in known],
        hovertemplate="%{customdata}",
    )


def _seconds_axis(last: float, chosen: Look) -> dict[str, Any]:
    return {
        "title": {"text": "seconds", "standoff": 6, "font": {"color": chosen.soft, "size": 13}},
        "range": [0, max(last, 1.0) * 1.02],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "nticks": 8,
        "linecolor": chosen.line,
        "tickfont": {"color": chosen.soft},
        "hoverformat": ".1f",
    }


def _money_ticks(values: Sequence[float], currency: str) -> dict[str, Any]:
    """Four amounts between the least and the largest; the axis need not begin at zero, since the distance is the message."""
    if not values:
        return {"tickvals": [], "range": [0, 1]}
    low, high = min(values), max(values)
    room = max((high - low) * 0.08, abs(high) * 1e-4, 1.0)
    ticks, step = (np.linspace(low, high, 4), (high - low) / 3) if high > low else (np.array([low]), abs(low) / 100)
    return {
        "tickvals": ticks.tolist(),
        "ticktext": [exact_money(float(tick), currency, step) for tick in ticks],
        "range": [low - room, high + room],
    }


def exact_money(amount: float, currency: str, step: float) -> str:
    """Money with as many digits as amounts that far apart need to be told apart.

    >>> exact_money(155_569_647, "USD", 400_000)
    '$155.6 M'
    """
    sign = words.CURRENCY_SIGNS.get(currency, f"{currency} ")
    for size, letter in ((1e9, " B"), (1e6, " M"), (1e3, " K")):
        if abs(amount) >= size:
            digits = min(6, max(0, int(np.ceil(-np.log10(max(step / size, 1e-6))))))
            return f"{'-' if amount < 0 else ''}{sign}{words.number(abs(amount) / size, digits)}{letter}"
    return words.money(amount, currency)


def starts_beside(plan: Plan, other: Plan, name: str, dark: bool = False) -> Figure:
    """Frontline starts by month as bars, and those of another plan as a stepped line."""
    chosen, months = look(dark), plan.months
    days = [f"{month}-01" for month in months]
    ours, theirs = plan.frontline.starts.sum(axis=1), other.frontline.starts.sum(axis=1)
    traces = [
        bar(x=days, y=ours, name="This plan", marker={"color": chosen.required}, hovertemplate="%{y:,.0f} start"),
        scatter(
            x=days,
            y=theirs,
            name=name,
            mode="lines",
            line={"color": chosen.short, "width": 2, "dash": "dash", "shape": "hvh"},
            hovertemplate="%{y:,.0f} start",
        ),
    ]
    upright = y_axis(dark, "people who start", rangemode="tozero")
    return figure(traces, dark, 260, bargap=0.25, showlegend=True, margin=LEGEND, xaxis=month_axis(months, dark), yaxis=upright)


def binding_strip(solution: Solution, dark: bool = False) -> Figure:
    """Every limit that binds, by month: a cell is filled where no room is left for one more."""
    chosen, months = look(dark), solution.baseline.months
    found = sorted(solution.binding.items(), key=lambda each: len(each[1]))
    cells = np.array([[1 if month in where else 0 for month in range(len(months))] for _, where in found])
    names = [optimum.LIMITS[name] for name, _ in found]
    told = [[f"<b>{name}</b>: {'nothing left' if cell else 'some left'}" for cell in row] for name, row in zip(names, cells, strict=True)]
    strip = heatmap(
        x=list(range(len(months))),
        y=names,
        z=cells,
        customdata=told,
        colorscale=[[0, chosen.within], [1, chosen.over]],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=3,
        hovertemplate="%{customdata}<extra></extra>",
    )
    across = month_axis(months, dark)
    places = [list(months).index(day[:7]) for day in across["tickvals"]]
    across |= {
        "type": "linear",
        "tickvals": places,
        "ticktext": [short_month(months[place]) for place in places],
        "range": [-0.5, len(months) - 0.5],
        "ticks": "",
    }
    return figure([strip], dark, 60 + 32 * len(found), hovermode="closest", xaxis=across, yaxis=named_rows(dark))


def saved_by_item(plan: Plan, baseline: Plan, dark: bool = False) -> Figure:
    """What each item costs less than in the baseline, and more where the bar points left."""
    chosen, currency = look(dark), plan.scenario.finance.currency
    parts = {name: theirs - ours for name, (ours, theirs) in optimum.amounts(plan, baseline).items() if not name.startswith("All")}
    parts = {name: value for name, value in parts.items() if abs(value) >= optimum.SLIGHT}
    order = sorted(parts, key=lambda name: parts[name])
    values = [parts[name] for name in order]
    traces = [
        bar(
            x=values,
            y=order,
            orientation="h",
            marker={"color": [chosen.available if value > 0 else chosen.short for value in values]},
            text=[optimum.signed(value, currency) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    ]
    reach = max([abs(value) for value in values], default=1.0) * 1.35
    low = min([*values, 0.0])
    across = {"range": [-reach if low < 0 else 0, reach], "visible": False, "fixedrange": True, "zeroline": True, "zerolinecolor": chosen.line}
    margin = {"l": 8, "r": 64, "t": 12, "b": 8}
    return figure(traces, dark, 60 + 34 * max(len(order), 1), hovermode="closest", margin=margin, xaxis=across, yaxis=named_rows(dark))
