"""Charts of a plan: each a function of the plan (and of the reader's theme) that gives one lean Plotly figure.

Rules: few traces, one month axis for all, direct labels, thresholds drawn, only the shortage shaded, colour never the only sign.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import plotly
from numpy.typing import NDArray
from plotly import graph_objects

from planner.finance import ITEMS
from planner.plan import Plan, RoleMonths
from planner.report import tables, words

Array = NDArray[np.float64]
DILUTION_ALARM = 1 / 3
"""Share of people under six months beyond which newcomers set the tone. Source: model.md section 12, derived."""


# Look ----------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """Colours of one theme: Okabe and Ito's, darkened or lightened until each stands 3:1 against the page."""

    page: str
    ink: str
    soft: str
    line: str
    required: str
    available: str
    short: str
    within: str
    near: str
    over: str
    on_within: str
    on_over: str
    series: tuple[str, ...]


LIGHT = Look(
    page="#FFFFFF", ink="#16202E", soft="#566373", line="#D8DEE6", required="#0072B2", available="#00805E", short="#D55E00",
    within="#DCEBF7", near="#FBE3B5", over="#C24E00", on_within="#16202E", on_over="#FFFFFF",
    series=("#0072B2", "#D55E00", "#00805E", "#A8518A", "#8A6D00", "#3C88B5", "#444C56"),
)  # fmt: skip
DARK = Look(
    page="#0F1620", ink="#E8EDF3", soft="#A9B5C3", line="#2F3B4A", required="#56B4E9", available="#2FC39A", short="#E69F00",
    within="#1B3A55", near="#5E4A17", over="#E69F00", on_within="#E8EDF3", on_over="#16202E",
    series=("#56B4E9", "#E69F00", "#2FC39A", "#E38CC4", "#F0E442", "#9CC9E3", "#A9B5C3"),
)  # fmt: skip
UNDER_LEGEND = {"l": 8, "r": 8, "t": 44, "b": 8}
FONT = '"Source Sans", "Source Sans Pro", sans-serif'


def look(dark: bool) -> Look:
    """The colours of a theme."""
    return DARK if dark else LIGHT


Trace = dict[str, Any]


class Figure(graph_objects.Figure):  # type: ignore[misc]
    """A figure kept as the plain parts it is made of, which go to the page as they are. Plotly's own objects, which take longer to build than all the
    rest of a redraw, are built only for who asks for one of their properties."""

    def __init__(self, data: list[Any], layout: dict[str, Any], _validate: bool = False) -> None:
        self._drawn = {"data": data, "layout": layout}
        if _validate:
            self._build(_validate)

    def _build(self, validate: bool) -> None:
        super().__init__(**self._drawn, _validate=validate)

    def __getattr__(self, name: str) -> Any:
        """Called where Plotly's objects are not there yet."""
        if name.startswith("__") or "_drawn" not in self.__dict__ or "_data" in self.__dict__:
            raise AttributeError(name)
        self._build(False)
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """The parts, to be written as JSON."""
        return super().to_dict() if "_data" in self.__dict__ else self._drawn


SCRIPT, SCRIPT_VERSION = Path(plotly.__file__).parent / "package_data" / "plotly.min.js", str(plotly.__version__)
"""What draws figures in a browser, as it comes with Plotly."""


def written(figure: Figure, says: str, config: dict[str, Any]) -> bytes:
    """A figure as JSON for the page, with what it says to those who do not see it and Plotly's own settings."""
    return orjson.dumps({**figure.to_dict(), "says": says, "config": config}, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)


def _plain(part: Any) -> Any:
    return part.tolist() if isinstance(part, np.ndarray) else part.to_plotly_json()


def scatter(**properties: Any) -> Trace:
    """A line or marks. As a plain dict, here and below: Plotly's own classes check every property again at every redraw, three times the work."""
    return {"type": "scatter", **properties}


def bar(**properties: Any) -> Trace:
    """Bars."""
    return {"type": "bar", **properties}


def heatmap(**properties: Any) -> Trace:
    """Coloured cells."""
    return {"type": "heatmap", **properties}


def figure(traces: Sequence[Any], dark: bool, height: int, **layout: Any) -> Figure:
    """A figure in the house's look: no box, no grid on x, hairlines on y, the page's background. Its properties are checked by a test, not here."""
    chosen = look(dark)
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": chosen.soft},
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "hovermode": "x unified",
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal", "font": {"color": chosen.ink}},
        "dragmode": False,
        "template": "none",
        "separators": f"{words.style().decimal}{words.style().thousands}",
    }
    whole = {**base, **layout}
    return Figure(data=list(traces), layout={**whole, "margin": _room(whole, traces)})


LETTER_PX, DIGIT_PX, BESIDE_PX, TITLE_PX, BENEATH_PX, ACROSS_PX = 6, 7, 30, 20, 38, 54


def _room(layout: dict[str, Any], traces: Sequence[Any]) -> dict[str, Any]:
    """The margins, wide enough for what is written on the axes: Plotly draws everything again for each margin that it must widen by itself."""
    margin, axes = layout["margin"], {name: axis for name, axis in layout.items() if name[1:5] == "axis" and axis.get("automargin")}
    upright = [name for name, axis in axes.items() if name[0] == "y" and axis.get("side") != "right"]
    left = max((_written_px(axes[name], traces, name.replace("axis", "")) for name in upright), default=0)
    beneath = max((_beneath_px(axis) for name, axis in axes.items() if name[0] == "x"), default=0)
    return {**margin, "l": max(margin["l"], left), "b": max(margin["b"], beneath)}


def _beneath_px(axis: dict[str, Any]) -> int:
    """About how far a lower axis reaches down: its ticks, and its title."""
    if axis.get("showticklabels") is False:
        return 0
    return ACROSS_PX if axis.get("title", {}).get("text") else BENEATH_PX


def _written_px(axis: dict[str, Any], traces: Sequence[Any], name: str) -> int:
    """About how far an upright axis reaches to the left: its title and its longest tick."""
    names = axis.get("ticktext") or _names(traces, name)
    longest = max(len(re.sub("<[^>]*>", "", str(text))) for text in names or [words.number(_largest(traces, name))])
    return (LETTER_PX if names else DIGIT_PX) * longest + BESIDE_PX + (TITLE_PX if axis.get("title", {}).get("text") else 0)


def _names(traces: Sequence[Any], axis: str) -> list[str]:
    """The names of the rows of an upright axis, where its rows have names."""
    return [value for value in _upright(traces, axis) if isinstance(value, str)]


def _largest(traces: Sequence[Any], axis: str) -> float:
    """The largest amount that is drawn on an upright axis, near enough for the width of its ticks."""
    return max((abs(value) for value in _upright(traces, axis) if isinstance(value, (int, float)) and math.isfinite(value)), default=0.0)


def _upright(traces: Sequence[Any], axis: str) -> list[Any]:
    """What traces draw on an upright axis."""
    parts = [trace if isinstance(trace, dict) else trace.to_plotly_json() for trace in traces]
    return [value for part in parts if part.get("yaxis", "y") == axis for value in part.get("y", ())]


def y_axis(dark: bool, unit: str, **more: Any) -> dict[str, Any]:
    """The upright axis: hairlines, few ticks, its unit as the title."""
    chosen = look(dark)
    ticks = {
        "tickformat": ",~r",
        "nticks": 6,
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": chosen.line,
        "tickfont": {"color": chosen.soft},
    }
    return {"title": {"text": unit, "standoff": 6, "font": {"color": chosen.soft, "size": 13}}, **ticks, **more}


def named_rows(dark: bool, **more: Any) -> dict[str, Any]:
    """The upright axis of rows that have names: no lines, the names in full ink."""
    bare = {"ticks": "", "showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True}
    return {**bare, "ticklabelstandoff": 6, "tickfont": {"color": look(dark).ink}, **more}


def month_axis(months: Sequence[str], dark: bool, **more: Any) -> dict[str, Any]:
    """The axis all charts share: dates, a label for about every eighth of the horizon."""
    step = next((step for step in (1, 2, 3, 6, 12, 24) if len(months) / step <= 8.5), 24)
    shown = list(months)[::step]
    day = {"type": "date", "hoverformat": "%b %Y", "range": _edges(months)}
    labels = {"tickvals": [month_day(month) for month in shown], "ticktext": [short_month(month) for month in shown], "tickangle": 0}
    lines = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": look(dark).line,
        "linecolor": look(dark).line,
    }
    return {**day, **labels, **lines, "tickfont": {"color": look(dark).soft}, **more}


def short_month(label: str) -> str:
    """A month as an axis shows it.

    >>> short_month("2027-03")
    'Mar 27'
    """
    return f"{words.month_name(label)[:3]} {label[2:4]}"


@lru_cache(maxsize=4096)
def month_day(month: str, fraction: float = 0.0) -> str:
    """A day of a month, fractions into the next; days are counted as thirtieths, which no chart shows."""
    return str(np.datetime64(f"{month}-01") + np.timedelta64(round(fraction * 30 * 24 * 60), "m"))


def _edges(months: Sequence[str]) -> list[str]:
    first, last = np.datetime64(f"{months[0]}-01"), np.datetime64(f"{months[-1]}-01")
    return [str(first - np.timedelta64(16, "D")), str(last + np.timedelta64(16, "D"))]


def _line(months: Sequence[str], values: Array, name: str, colour: str, **more: Any) -> Trace:
    dash = more.pop("dash", "solid")
    return scatter(x=[month_day(month) for month in months], y=values, name=name, mode="lines", line={"color": colour, "width": 2.5, "dash": dash}, **more)


def _end_label(months: Sequence[str], value: float, text: str, colour: str, shift: float = 0) -> dict[str, Any]:
    """A line's name beside its last point."""
    place = {"x": month_day(months[-1]), "y": value, "xanchor": "left", "xshift": 8, "yshift": shift, "showarrow": False}
    return {**place, "text": text, "font": {"color": colour, "size": 13}}


def _apart(values: Sequence[float], spread: float, height: int) -> list[float]:
    """Shifts in pixels that keep end labels at least 16 px from each other."""
    scale = height / spread if spread > 0 else 0.0
    order = np.argsort(values)
    placed, shifts = -np.inf, np.zeros(len(values))
    for position in order:
        wanted = values[position] * scale
        shifts[position] = max(wanted, placed + 16) - wanted
        placed = wanted + shifts[position]
    return [float(shift) for shift in shifts - shifts.mean()]


def _threshold(value: float, text: str, dark: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dashed line across the chart and its name above its left end."""
    chosen = look(dark)
    shape = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": chosen.short, "width": 1.5, "dash": "dash"},
    }
    label = {
        "xref": "paper",
        "x": 0,
        "y": value,
        "text": text,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": chosen.short, "size": 12},
        "bgcolor": chosen.page,
    }
    return shape, label


# Required and available ----------------------------------------------------------------------------------------------------------------------


def required_and_available(plan: Plan, dark: bool = False, group: str | None = None) -> Figure:
    """Required against available FTE by month; the shortage alone is shaded, hanging from the required line, and its worst month is named.

    Shortage is counted group by group: over all groups the shaded band may lie below an available line that is high enough.
    """
    chosen, months, columns = look(dark), plan.months, _columns(plan, group)
    required, available, short = (values[:, columns].sum(axis=1) for values in (plan.required_fte, plan.available_fte, plan.shortage_fte))
    spread = float(max(required.max(), available.max()) - min(required.min(), available.min()))
    shifts = _apart([required[-1], available[-1]], spread * 1.2, 300)
    hover = "%{y:,.1f} FTE"
    traces = [
        *_shaded(months, required, short, available, chosen),
        _line(months, required, "Required", chosen.required, hovertemplate=hover),
        _line(months, available, "Available", chosen.available, dash="dash", hovertemplate=hover),
    ]
    notes = [
        _end_label(months, required[-1], "Required", chosen.required, shifts[0]),
        _end_label(months, available[-1], "Available", chosen.available, shifts[1]),
        *_worst_shortage(months, required, short, chosen),
    ]
    return figure(
        traces, dark, 340, xaxis=month_axis(months, dark), yaxis=y_axis(dark, "FTE"), annotations=notes, margin={"l": 8, "r": 78, "t": 24, "b": 8}
    )


def _columns(plan: Plan, group: str | None) -> list[int]:
    return [g for g, each in enumerate(plan.scenario.groups) if group in (None, each.name)]


def _shaded(months: Sequence[str], required: Array, short: Array, available: Array, chosen: Look) -> list[Trace]:
    """Two lines without ink and the shade between them, with the points in which the shortage begins and ends."""
    if not short.any():
        return []
    x, upper, depth = _crossings(required, short, np.maximum(available - required, 0))
    days = [month_day(months[int(place)], place - int(place)) for place in x]
    bare: dict[str, Any] = {"x": days, "mode": "lines", "line": {"width": 0, "color": chosen.short}, "hoverinfo": "skip", "showlegend": False}
    return [scatter(y=upper, **bare), scatter(y=upper - depth, fill="tonexty", fillcolor=_transparent(chosen.short, 0.38), **bare)]


def _crossings(required: Array, short: Array, spare: Array) -> tuple[Array, Array, Array]:
    """Months and the points between them in which a shortage begins or ends: place, required, shortage there."""
    place, depth = [0.0], [short[0]]
    for month in range(1, len(short)):
        before, after = short[month - 1], short[month]
        if (before > 0) != (after > 0):
            rise, room = (after, spare[month - 1]) if after > 0 else (before, spare[month])
            part = rise / (rise + room) if rise + room > 0 else 1.0
            place.append(month - part if after > 0 else month - 1 + part)
            depth.append(0.0)
        place.append(float(month))
        depth.append(after)
    x = np.array(place)
    return x, np.interp(x, np.arange(len(required)), required), np.array(depth)


def _transparent(colour: str, share: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def _worst_shortage(months: Sequence[str], required: Array, short: Array, chosen: Look) -> list[dict[str, Any]]:
    """The worst month's arrow; none where the shortage is too small to be told."""
    worst = int(short.argmax())
    if short[worst] < words.SHORT_FTE:
        return []
    late = worst > 0.6 * len(months)
    arrow = {
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1.2,
        "arrowcolor": chosen.short,
        "ax": -46 if late else 46,
        "ay": 46,
        "xanchor": "right" if late else "left",
    }
    text = f"<b>Short {words.fte(short[worst])}</b> in {words.month_name(months[worst])}"
    return [
        {
            "x": month_day(months[worst]),
            "y": required[worst] - short[worst],
            "text": text,
            "font": {"color": chosen.ink, "size": 13},
            "bgcolor": chosen.page,
            **arrow,
        }
    ]


# Ratios --------------------------------------------------------------------------------------------------------------------------------------

WITHIN, NEAR, OVER = 0, 1, 2


def span_by_month(months: RoleMonths) -> Array:
    """The largest span over the units of a role [months]; NaN where nobody is there to be led, infinite where nobody leads."""
    led, heads = months.led, months.path.heads
    with np.errstate(divide="ignore", invalid="ignore"):
        spans = np.where(heads > 0, led / np.where(heads > 0, heads, 1), np.where(led > 0, np.inf, np.nan))
    return np.asarray(np.where(np.isnan(spans).all(axis=1), np.nan, np.nanmax(np.where(np.isnan(spans), -np.inf, spans), axis=1)))


def standing(months: RoleMonths) -> NDArray[np.int64]:
    """How a role stands by month: within its limit, beyond it by less than a whole post, or with a post open."""
    beyond = span_by_month(months) > months.role.span * (1 + 1e-9)
    return np.where((months.vacancies > 0).any(axis=1), OVER, np.where(beyond, NEAR, WITHIN))


STANDINGS = ("within its limit", "beyond it by less than one post", "posts open")


def ratio_strip(plan: Plan, dark: bool = False) -> Figure:
    """Every role and month: the span where it is largest, coloured by whether it holds. Figures, or dots where space is short, mark open posts."""
    chosen, months, roles = look(dark), plan.months, plan.roles[::-1]
    states: list[list[int]] = [standing(role).tolist() for role in roles]
    spans: list[list[float]] = [span_by_month(role).tolist() for role in roles]
    text = [[_cell(span, state, len(months)) for span, state in zip(*row, strict=True)] for row in zip(spans, states, strict=True)]
    told = [_row_words(*row) for row in zip(roles, spans, states, strict=True)]
    names = [f"{words.title(role.role.name)} <span style='color:{chosen.soft}'>≤ {_span(role.role.span)}</span>" for role in roles]
    shared = {"x": list(range(len(months))), "y": names, "text": text, "customdata": told}
    cells = [_cells(states, (WITHIN, NEAR), chosen.on_within, chosen, shared), _cells(states, (OVER,), chosen.on_over, chosen, shared)]
    return figure(
        [*cells, *_strip_legend(names[0], chosen)] if names else [],
        dark,
        84 + 32 * len(roles),
        hovermode="closest",
        showlegend=True,
        xaxis=_cell_axis(months, dark),
        yaxis=named_rows(dark, tickvals=names, ticktext=names),
        margin=UNDER_LEGEND,
    )


def _cells(states: list[list[int]], shown: tuple[int, ...], ink: str, chosen: Look, shared: dict[str, Any]) -> Trace:
    """The cells whose figures are written in one ink: those of the states that are shown."""
    steps = [[0, chosen.within], [0.33, chosen.within], [0.34, chosen.near], [0.66, chosen.near], [0.67, chosen.over], [1, chosen.over]]
    own = {name: [_only(*row, shown, "") for row in zip(shared[name], states, strict=True)] for name in ("text", "customdata")}
    written = {"texttemplate": "%{text}", "textfont": {"size": 10, "color": ink, "weight": "bold" if ink == chosen.on_over else "normal"}}
    texts = {"hovertemplate": "%{customdata}<extra></extra>"} | (written if any(map(any, own["text"])) else {})
    colours = {"zmin": WITHIN, "zmax": OVER, "colorscale": steps, "showscale": False, "xgap": 2, "ygap": 3, "hoverongaps": False}
    return heatmap(z=[_only(row, row, shown, None) for row in states], **(shared | own), **texts, **colours)


def _only(values: Sequence[Any], states: Sequence[int], shown: tuple[int, ...], otherwise: Any) -> list[Any]:
    """The values of the months whose state is shown."""
    return [value if state in shown else otherwise for value, state in zip(values, states, strict=True)]


def _strip_legend(name: str, chosen: Look) -> list[Trace]:
    """Squares without a place on the chart, for the legend."""
    marks = zip(STANDINGS, (chosen.within, chosen.near, chosen.over), strict=True)
    square = {"x": [None], "y": [name], "mode": "markers", "showlegend": True, "hoverinfo": "skip"}
    return [scatter(**square, name=label.capitalize(), marker={"symbol": "square", "size": 12, "color": colour}) for label, colour in marks]


def _cell_axis(months: Sequence[str], dark: bool) -> dict[str, Any]:
    axis = month_axis(months, dark)
    places = [list(months).index(day[:7]) for day in axis["tickvals"]]
    return axis | {"type": "linear", "tickvals": places, "range": [-0.5, len(months) - 0.5], "ticks": "", "showline": False}


def _span(value: float) -> str:
    """A span without its ": 1"."""
    return "none" if not np.isfinite(value) else words.ratio(value).removesuffix(":1").removesuffix(".0")


def _cell(span: float, state: int, months: int) -> str:
    """What is written in a cell: the span while cells are wide, then only where posts are open, at last a dot there."""
    if math.isnan(span) or (state != OVER and months > 24):
        return ""
    if months > 36:
        return "●"
    return "–" if math.isinf(span) else words.number(span) if span >= 20 else words.number(span, 1)


def _row_words(role: RoleMonths, spans: Sequence[float], states: Sequence[int]) -> list[str]:
    """What the cells of a role say when pointed at, by month."""
    people = zip(*(values.sum(axis=1).tolist() for values in (role.path.heads, role.required, role.vacancies)), strict=True)
    name, limit = words.title(role.role.name), words.ratio(role.role.span)
    return [_cell_words(name, limit, *month) for month in zip(spans, states, people, strict=True)]


def _cell_words(name: str, limit: str, span: float, state: int, people: tuple[float, float, float]) -> str:
    heads, needed, open_posts = people
    ratio = "nobody to lead" if math.isnan(span) else "nobody in post" if math.isinf(span) else f"{words.ratio(span)} at most"
    posts = f", {words.count(open_posts)} open" if open_posts else ""
    there = f"{words.count(needed)} needed, {words.one_decimal(heads)} in post{posts}"
    return f"<b>{name}</b>: {ratio}, limit {limit}<br>{STANDINGS[state].capitalize()}. {there}"


def role_heads(plan: Plan, name: str, dark: bool = False) -> Figure:
    """One role: people needed to keep its ratio, people in post, and what the requirement alone would ask for; open posts shaded."""
    chosen, months, role = look(dark), plan.months, plan.role(name)
    needed, heads, path = (values.sum(axis=1).astype(float) for values in (role.required, role.path.heads, role.required_path))
    hover = "%{y:,.1f} people"
    traces = [
        *_shaded(months, needed, np.where(role.vacancies.any(axis=1), np.maximum(needed - heads, 0), 0), heads, chosen),
        _line(months, path, "By requirement alone", chosen.soft, dash="dot", hovertemplate=hover),
        _line(months, needed, "Needed", chosen.required, hovertemplate=hover),
        _line(months, heads, "In post", chosen.available, dash="dash", hovertemplate=hover),
    ]
    return figure(
        traces, dark, 280, xaxis=month_axis(months, dark), yaxis=y_axis(dark, "people", rangemode="tozero"), showlegend=True, margin=UNDER_LEGEND
    )


def role_moves(plan: Plan, name: str, dark: bool = False) -> Figure:
    """Promotions into a role and appointments from outside, by month."""
    chosen, months, role = look(dark), plan.months, plan.role(name)
    days = [month_day(month) for month in months]
    series = (("Promoted", role.promoted, chosen.required, ""), ("Appointed from outside", role.appointed, chosen.short, "/"))
    traces = [
        bar(
            x=days,
            y=values.sum(axis=1),
            name=label,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
            hovertemplate="%{y:,.0f} people",
        )
        for label, values, colour, pattern in series
    ]
    return figure(
        traces, dark, 240, barmode="stack", bargap=0.25, xaxis=month_axis(months, dark), yaxis=y_axis(dark, "people", rangemode="tozero"), showlegend=True,
        margin=UNDER_LEGEND,
    )  # fmt: skip


def ready_bench(plan: Plan, dark: bool = False) -> Figure:
    """People ready to be promoted into each role, by month."""
    chosen, months = look(dark), plan.months
    benches = [(role.role.name, role.ready.sum(axis=1)) for role in plan.roles if role.ready is not None]
    dashes = ("solid", "dash", "dot", "dashdot")
    traces = [
        _line(
            months,
            ready,
            f"For {words.plural(name)}",
            chosen.series[at % len(chosen.series)],
            dash=dashes[at % len(dashes)],
            hovertemplate="%{y:,.1f} people ready",
        )
        for at, (name, ready) in enumerate(benches)
    ]
    return figure(
        traces, dark, 280, xaxis=month_axis(months, dark), yaxis=y_axis(dark, "people ready", rangemode="tozero"), showlegend=True,
        margin=UNDER_LEGEND,
    )  # fmt: skip


# Panels --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Panel:
    """One small chart of a row: a course by month, its limit, and what is written above it."""

    title: str
    says: str
    values: Array
    limit: float
    hover: Sequence[str]


def panels(plan: Plan, drawn: Sequence[Panel], dark: bool, columns: int, top: float | None = None, unit: str = "") -> Figure:
    """Small charts of one kind side by side, each with its limit as a dashed line and what lies beyond it in the colour of shortage."""
    rows = -(-len(drawn) // columns)
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    traces: list[Any] = []
    for at, panel in enumerate(drawn):
        number = "" if at == 0 else str(at + 1)
        across, up = _domain(at % columns, columns, 0.08 if columns < 4 else 0.055), _domain(rows - 1 - at // columns, rows, 0.0)
        up = [up[0] + 0.12 / rows, up[1] - 0.30 / rows]
        ceiling = top or float(max(np.nanmax(np.where(np.isfinite(panel.values), panel.values, np.nan), initial=0.0), panel.limit) * 1.15)
        traces += _panel_bars(plan.months, panel, ceiling, number, look(dark))
        axes[f"xaxis{number}"] = month_axis(plan.months, dark, domain=across, anchor=f"y{number}", **_years(plan.months))
        ticks = {"tickvals": [0, panel.limit], "ticktext": ["0", f"{words.number(panel.limit)}{unit}"]}
        axes[f"yaxis{number}"] = y_axis(dark, "", domain=up, anchor=f"x{number}", range=[0, ceiling], showgrid=False, **ticks)
        shapes.append(
            {
                "type": "line",
                "xref": f"x{number} domain",
                "yref": f"y{number}",
                "x0": 0,
                "x1": 1,
                "y0": panel.limit,
                "y1": panel.limit,
                "line": {"color": look(dark).ink, "width": 1.2, "dash": "dash"},
            }
        )
        notes += _panel_title(panel, across[0], up[1], look(dark))
    return figure(traces, dark, 180 * rows, annotations=notes, shapes=shapes, bargap=0.15, barmode="overlay", hovermode="closest", **axes)


def _domain(at: int, of: int, gap: float) -> list[float]:
    width = (1 - gap * (of - 1)) / of
    return [round(at * (width + gap), 6), round(at * (width + gap) + width, 6)]


def _years(months: Sequence[str]) -> dict[str, Any]:
    """Only the years on a small chart, each beneath its middle; a year of which under three months are planned goes unnamed."""
    years = {year: [month for month in months if month[:4] == year] for year in dict.fromkeys(month[:4] for month in months)}
    named = {year: its for year, its in years.items() if len(its) >= min(3, len(months))}
    texts = [year if len(named) <= 3 else f"’{year[2:]}" for year in named]
    return {"tickvals": [month_day(its[len(its) // 2]) for its in named.values()], "ticktext": texts, "ticks": ""}


def _panel_bars(months: Sequence[str], panel: Panel, ceiling: float, number: str, chosen: Look) -> list[Trace]:
    drawn, most = np.where(np.isnan(panel.values), 0.0, panel.values), panel.limit * (1 + 1e-9)
    colours = [chosen.short if value > most else chosen.required for value in drawn.tolist()]
    bars = {"x": [month_day(month) for month in months], "y": np.minimum(drawn, ceiling), "marker": {"color": colours}}
    return [bar(**bars, customdata=list(panel.hover), hovertemplate="%{customdata}<extra></extra>", xaxis=f"x{number}", yaxis=f"y{number}")]


def _panel_title(panel: Panel, x: float, y: float, chosen: Look) -> list[dict[str, Any]]:
    place = {"xref": "paper", "yref": "paper", "x": x, "y": y, "xanchor": "left", "yanchor": "bottom", "showarrow": False, "align": "left"}
    return [
        {
            **place,
            "text": f"<b>{panel.title}</b><br><span style='color:{chosen.soft}'>{panel.says}</span>",
            "font": {"color": chosen.ink, "size": 13},
            "yshift": 6,
        }
    ]


def training_load(plan: Plan, dark: bool = False) -> Figure:
    """Use of rooms, trainers, mentors, recruiters, interviewers and overtime by month, in per cent of what the busiest site has; 100 % is the limit."""
    return panels(plan, load_panels(plan), dark, columns=3, top=130.0, unit=" %")


def load_panels(plan: Plan) -> tuple[Panel, ...]:
    """What the small charts of the training and hiring load show."""
    load, hiring = plan.training, plan.recruiting
    overtime_max = plan.scenario.finance.overtime_max * np.maximum(plan.frontline.productive_fte, 0.0)
    return (
        _load_panel(plan, "Training rooms", load.classes_running, load.rooms_available, "rooms"),
        _load_panel(plan, "Trainers", load.trainers_needed, load.trainers_available, "people"),
        _load_panel(plan, "Mentors", load.mentors_needed, load.mentors_available, "people"),
        _load_panel(plan, "Recruiters", hiring.recruiter_hours[:, None], hiring.recruiter_hours_available[:, None], "hours"),
        _load_panel(plan, "Interviewers", hiring.interview_hours[:, None], hiring.interview_hours_available[:, None], "hours"),
        _load_panel(plan, "Overtime", plan.decisions.overtime_fte, overtime_max, "FTE"),
    )


def _load_panel(plan: Plan, title: str, used: Array, available: Array, unit: str) -> Panel:
    share, site = busiest(used, available)
    taken, there = (np.take_along_axis(values, site[:, None], axis=1)[:, 0].tolist() for values in (used, available))
    hover = [
        f"{words.month_name(month)}: {_amount(one)} of {_amount(other)} {unit}" for month, one, other in zip(plan.months, taken, there, strict=True)
    ]
    peak = int(np.argmax(share))
    says = (
        "none there"
        if np.isinf(share[peak])
        else f"{words.percent(share[peak])} in {short_month(plan.months[peak])}"
        if share[peak] > 0
        else "not used"
    )
    return Panel(title, says, share * 100, 100.0, hover)


def _amount(value: float) -> str:
    return words.count(value) if abs(value - round(value)) < 0.05 else words.one_decimal(value)


def busiest(used: Array, available: Array) -> tuple[Array, NDArray[np.intp]]:
    """The largest use as a share of what there is, over the sites, by month, and the site where it is; infinite where there is nothing."""
    share = np.where(used <= 0, 0.0, np.where(available > 0, used / np.where(available > 0, available, 1.0), np.inf))
    site = share.argmax(axis=1)
    return share[np.arange(len(share)), site], site


def spans(plan: Plan, dark: bool = False) -> Figure:
    """The span of every role by month, where it is largest, against its limit."""
    return panels(plan, [_span_panel(plan, role) for role in plan.roles], dark, columns=4)


def _span_panel(plan: Plan, role: RoleMonths) -> Panel:
    values = span_by_month(role)
    told = _row_words(role, values.tolist(), standing(role).tolist())
    hover = [f"{words.month_name(month)}: {text}" for month, text in zip(plan.months, told, strict=True)]
    return Panel(words.title(role.role.name), f"limit {words.ratio(role.role.span)}", values, role.role.span, hover)


# People --------------------------------------------------------------------------------------------------------------------------------------


def headcount_flows(plan: Plan, dark: bool = False, group: str | None = None) -> Figure:
    """Frontline people who come and go by month: starts and returns up; leavers, washouts and promotions down; the net change as a line."""
    chosen, months, columns, people = look(dark), plan.months, _columns(plan, group), plan.frontline
    flows = (
        ("Starts", people.starts, 1, chosen.series[0], ""),
        ("Returned", people.returned, 1, chosen.series[5], "/"),
        ("Leavers", people.leavers, -1, chosen.series[1], ""),
        ("Washouts", people.washout, -1, chosen.series[3], "x"), ("Promoted", people.promoted_out, -1, chosen.series[2], "\\"),
    )  # fmt: skip
    totals = [(label, values[:, columns].sum(axis=1), sign, colour, pattern) for label, values, sign, colour, pattern in flows]
    days = [month_day(month) for month in months]
    traces: list[Any] = [
        bar(
            x=days, y=sign * values, name=label, customdata=[words.one_decimal(value) for value in values], hovertemplate="%{customdata}",
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.3}},
        )
        for label, values, sign, colour, pattern in totals if values.any()
    ]  # fmt: skip
    net = np.asarray(sum(sign * values for _, values, sign, _, _ in totals))
    traces.append(_line(months, net, "Net change", chosen.ink, hovertemplate="%{y:+,.1f}"))
    axis = y_axis(dark, "people a month", zeroline=True, zerolinecolor=chosen.soft)
    return figure(traces, dark, 320, barmode="relative", bargap=0.2, xaxis=month_axis(months, dark), yaxis=axis, showlegend=True, margin=UNDER_LEGEND)


def tenure_share(plan: Plan, dark: bool = False, group: str | None = None) -> Figure:
    """Share of frontline people under 6 and under 12 months, against the third beyond which newcomers under 6 months set the tone."""
    chosen, months, columns, people = look(dark), plan.months, _columns(plan, group), plan.frontline
    heads = people.heads[:, columns].sum(axis=1)
    young, younger = (
        100 * np.divide(values[:, columns].sum(axis=1), heads, out=np.zeros_like(heads), where=heads > 0)
        for values in (people.under_12_months, people.under_6_months)
    )
    shape, label = _threshold(100 * DILUTION_ALARM, "33 %: alarm for under 6 months", dark)
    shifts = _apart([young[-1], younger[-1]], 60, 240)
    traces = [
        _line(months, young, "Under 12 months", chosen.series[5], dash="dash", hovertemplate="%{y:.0f} %"),
        _line(months, younger, "Under 6 months", chosen.required, hovertemplate="%{y:.0f} %"),
    ]
    notes = [
        label,
        _end_label(months, young[-1], "Under 12 mo.", chosen.series[5], shifts[0]),
        _end_label(months, younger[-1], "Under 6 mo.", chosen.required, shifts[1]),
    ]  # fmt: skip
    axis = y_axis(dark, "% of frontline people", range=[0, max(45.0, float(young.max()) * 1.1)])
    return figure(
        traces, dark, 300, xaxis=month_axis(months, dark), yaxis=axis, shapes=[shape], annotations=notes, margin={"l": 8, "r": 96, "t": 12, "b": 8}
    )


# Money ---------------------------------------------------------------------------------------------------------------------------------------


def cost_by_item(plan: Plan) -> dict[str, Array]:
    """Cost by month of every item that occurs, in the order of the items."""
    totals = {item: np.asarray(sum((line.amount for line in plan.costs if line.item == item), np.zeros(len(plan.months)))) for item in ITEMS}
    return {item: amount for item, amount in totals.items() if amount.any()}


SMALL = 0.01


def cost_stack(plan: Plan, dark: bool = False) -> Figure:
    """Cost by month, item upon item, those under 1 % together; the price of shortage is hatched, for nobody pays it; the budget is a line where given."""
    chosen, months, currency = look(dark), plan.months, plan.scenario.finance.currency
    shared = {"x": [month_day(month) for month in months], "hovertemplate": "%{customdata}"}
    traces: list[Any] = [
        bar(y=amount, name=name, customdata=[words.money(value, currency) for value in amount.tolist()], marker=_item_marker(name, at, chosen), **shared)
        for at, (name, amount) in enumerate(large_items(plan).items())
    ]
    if plan.scenario.finance.budget_monthly is not None:
        budget = np.array(plan.scenario.finance.budget_monthly)
        told = [words.money(value, currency) for value in budget]
        traces.append(_line(months, budget, "Budget", chosen.ink, dash="dash", customdata=told, hovertemplate="%{customdata}"))
    return figure(
        traces,
        dark,
        340,
        barmode="stack",
        bargap=0.2,
        xaxis=month_axis(months, dark),
        yaxis=money_axis(float(max(plan.cost.max(), max(plan.scenario.finance.budget_monthly or (0.0,)), 1.0)), currency, dark),
        showlegend=True,
        margin=UNDER_LEGEND,
    )


UNPAID = "Price of shortage (not paid)"


def large_items(plan: Plan) -> dict[str, Array]:
    """The items that can be seen, those too small for it added up; the price of shortage on top."""
    items, total = cost_by_item(plan), max(float(plan.spend.sum()), 1e-9)
    unpaid = items.pop("shortage_price", None)
    small = [item for item, amount in items.items() if amount.sum() < SMALL * total]
    shown = {words.title(item): amount for item, amount in items.items() if item not in small or len(small) == 1}
    if len(small) > 1:
        shown["Smaller items"] = np.asarray(sum(items[item] for item in small))
    return shown if unpaid is None else shown | {UNPAID: unpaid}


def _item_marker(item: str, at: int, chosen: Look) -> dict[str, Any]:
    if item == UNPAID:
        return {
            "color": "rgba(0,0,0,0)",
            "line": {"color": chosen.short, "width": 1},
            "pattern": {"shape": "/", "fgcolor": chosen.short, "solidity": 0.3},
        }
    colours = [colour for colour in chosen.series if colour != chosen.short]
    return {"color": colours[at % len(colours)]}


def money_axis(top: float, currency: str, dark: bool) -> dict[str, Any]:
    """Ticks written as money, at round amounts up to `top`."""
    step = next(step for power in range(0, 13) for step in (10.0**power, 2.5 * 10.0**power, 5 * 10.0**power) if top / step <= 5)
    ticks = np.arange(0, top * 1.02 + step * 0.5, step)
    write = short_money if step >= 10 else words.unit_price
    return y_axis(dark, "", tickvals=ticks, ticktext=[write(float(tick), currency) for tick in ticks])


def short_money(amount: float, currency: str) -> str:
    """A round amount without the zeros behind its point."""
    with words.writing(words.STYLES[0]):
        plain = words.money(amount, currency)
    return words.restyled(re.sub(r"(\.\d*?)0+(?=\D|$)", lambda found: "" if found[1] == "." else found[1], plain))


def unit_costs(plan: Plan, dark: bool = False) -> Figure:
    """Cost per contact, cost per hire and cost of a start until nesting ends by month, side by side: each with a scale of its own."""
    drawn, (traces, notes, axes) = _unit_costs(plan), ([], [], {})
    for at, (title, values, told) in enumerate(drawn):
        number, across = "" if at == 0 else str(at + 1), _domain(at, len(drawn), 0.09)
        traces.append(_unit_line(plan.months, values, told, number, look(dark)))
        axes[f"xaxis{number}"] = month_axis(plan.months, dark, domain=across, anchor=f"y{number}", **_years(plan.months))
        upright = money_axis(float(np.nanmax(values)) * 1.1, plan.scenario.finance.currency, dark)
        axes[f"yaxis{number}"] = upright | {"domain": [0, 0.8], "anchor": f"x{number}", "rangemode": "tozero"}
        place = {"xref": "paper", "yref": "paper", "x": across[0], "y": 0.84, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
        notes.append(place | {"text": f"<b>{title}</b>", "font": {"color": look(dark).ink, "size": 13}})
    return figure(traces, dark, 240, annotations=notes, hovermode="closest", **axes)


UNIT_COSTS = (
    ("Per contact", "cost_per_contact", words.unit_price), ("Per hire", "cost_per_hire", words.money),
    ("Per start, trained", "cost_per_start", words.money),
)  # fmt: skip


def _unit_costs(plan: Plan) -> list[tuple[str, Array, list[str]]]:
    """Title, values and words of every unit cost that is known in some month."""
    found, currency = tables.unit_costs_table(plan), plan.scenario.finance.currency
    known = [(title, found[name].to_numpy(dtype=float, na_value=np.nan), write) for title, name, write in UNIT_COSTS if found[name].notna().any()]
    return [(title, values, ["" if np.isnan(value) else write(float(value), currency) for value in values]) for title, values, write in known]


def _unit_line(months: Sequence[str], values: Array, told: list[str], number: str, chosen: Look) -> Trace:
    """The months in which there is something to divide by; joined by a line only where none is missing."""
    known: list[int] = np.flatnonzero(~np.isnan(values)).tolist()
    style = {"mode": "lines+markers" if len(known) == len(values) else "markers", "line": {"color": chosen.required, "width": 2}}
    mark = {"marker": {"size": 5, "color": chosen.required}, "customdata": [told[at] for at in known]}
    place = {"x": [month_day(months[int(at)]) for at in known], "y": values[known], "xaxis": f"x{number}", "yaxis": f"y{number}"}
    return scatter(**place, **style, **mark, hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>")


CHARTS: tuple[Callable[..., Figure], ...] = (
    required_and_available, ratio_strip, training_load, cost_stack, spans, ready_bench, headcount_flows, tenure_share, unit_costs,
)  # fmt: skip
"""Every chart of a whole plan, `(plan, dark)`."""

ROLE_CHARTS: tuple[Callable[..., Figure], ...] = (role_heads, role_moves)
"""Every chart of one role, `(plan, role, dark)`."""
