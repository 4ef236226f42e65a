"""Charts on paper: a plan's charts as SVG without script, for the printed report.

Drawn by Matplotlib, because Plotly needs a browser for a picture. Inks, dashes and rules are those of `charts`; the text stays text.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.plan import Plan
from planner.report import charts, words
from planner.report.charts import LIGHT

Array = NDArray[np.float64]
WIDE, HALF = 10.0, 4.9
"""Inches; a page of A4 or Letter less its margins is filled by the wide ones."""
_drawing = Lock()
"""Matplotlib draws one chart at a time."""
SETTINGS: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "frontline", "text.parse_math": False, "font.family": "sans-serif", "font.size": 9.0, "axes.edgecolor": LIGHT.line,
    "text.color": LIGHT.ink, "axes.labelcolor": LIGHT.soft, "xtick.color": LIGHT.soft, "ytick.color": LIGHT.soft, "hatch.linewidth": 0.6,
}  # fmt: skip


@contextmanager
def _drawn(title: str, wide: float, high: float, panels: int = 1) -> Iterator[tuple[list[Any], list[str]]]:
    """Axes to draw on; the finished SVG is put into the list that is handed out beside them."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    out: list[str] = []
    with _drawing, rc_context(SETTINGS):
        figure = Figure(figsize=(wide, high), layout="constrained")
        axes = figure.subplots(1 if panels < 4 else 2, panels if panels < 4 else -(-panels // 2), squeeze=False).ravel().tolist()
        for ax in axes:
            _bare(ax)
        yield axes, out
        data = io.StringIO()
        figure.savefig(data, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Title": title})
        out.append(_inline(data.getvalue(), title))


def _bare(ax: Any) -> None:
    """No box, hairlines on y."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(axis="y", color=LIGHT.line, linewidth=0.6)
    ax.set_axisbelow(True)


def _inline(svg: str, title: str) -> str:
    """The picture as a part of a page: no prologue, a width that follows the page, names of its own parts that no other picture has."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1), count=1)
    mark = "".join(letter for letter in title.lower() if letter.isalnum())[:16]
    for name in set(re.findall(r'\bid="([^"]+)"', body)):
        body = body.replace(f'id="{name}"', f'id="{mark}-{name}"').replace(f"url(#{name})", f"url(#{mark}-{name})").replace(f'"#{name}"', f'"#{mark}-{name}"')
    body = re.sub(r"font-family: [^;\"]*sans-serif", "font-family: Helvetica, Arial, sans-serif", body)
    return body.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def _months(ax: Any, plan: Plan, most: int = 12) -> None:
    """Labels for about a twelfth of the horizon."""
    step = next((step for step in (1, 2, 3, 6, 12, 24) if len(plan.months) / step <= most), 24)
    places = range(0, len(plan.months), step)
    ax.set_xticks(list(places), [charts.short_month(plan.months[place]) for place in places])
    ax.set_xlim(-0.7, len(plan.months) - 0.3)


def _written(ax: Any, write: Callable[[float], str]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, min_n_ticks=2))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(float(value))))


def _legend(ax: Any, columns: int) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, frameon=False, handlelength=1.6, columnspacing=1.4, borderaxespad=0.2)


def required_and_available(plan: Plan) -> str:
    """Required against available FTE by month, the shortage shaded."""
    months, required, available = np.arange(len(plan.months)), plan.required_fte.sum(axis=1), plan.available_fte.sum(axis=1)
    short = plan.shortage_fte.sum(axis=1)
    with _drawn("Required and available FTE", WIDE, 2.9) as ((ax,), out):
        ax.fill_between(months, required - short, required, where=short > 0, color=LIGHT.short, alpha=0.38, linewidth=0, interpolate=True, label="Short")
        ax.plot(months, required, color=LIGHT.required, linewidth=2, label="Required")
        ax.plot(months, available, color=LIGHT.available, linewidth=2, linestyle=(0, (4, 2)), label="Available")
        _months(ax, plan)
        _written(ax, words.count)
        ax.set_ylabel("FTE")
        _legend(ax, 3)
    return out[0]


def people_moves(plan: Plan) -> str:
    """Frontline starts up, leavers, washouts and promotions down, by month."""
    people, months = plan.frontline, np.arange(len(plan.months))
    gone = (
        ("Leavers", people.leavers, LIGHT.series[1], ""), ("Washouts", people.washout, LIGHT.series[3], "xx"),
        ("Promoted", people.promoted_out, LIGHT.series[2], "//"),
    )  # fmt: skip
    with _drawn("Frontline people who come and go", WIDE, 2.4) as ((ax,), out):
        ax.bar(months, people.starts.sum(axis=1), color=LIGHT.required, width=0.75, label="Starts")
        base = np.zeros(len(months))
        for label, values, ink, hatch in gone:
            lost = values.sum(axis=1)
            if lost.any():
                ax.bar(months, -lost, bottom=base, color=ink, width=0.75, label=label, hatch=hatch, edgecolor="white", linewidth=0)
                base = base - lost
        ax.axhline(0, color=LIGHT.soft, linewidth=0.8)
        _months(ax, plan)
        _written(ax, words.count)
        ax.set_ylabel("people a month")
        _legend(ax, 4)
    return out[0]


def cost_by_month(plan: Plan) -> str:
    """Money by month, item upon item; the price of shortage hatched, the budget as a line where there is one."""
    currency, months, items = plan.scenario.finance.currency, np.arange(len(plan.months)), charts.large_items(plan)
    inks = [ink for ink in LIGHT.series if ink != LIGHT.short]
    with _drawn("Cost by month", WIDE, 2.7) as ((ax,), out):
        base = np.zeros(len(months))
        for at, (name, amount) in enumerate(items.items()):
            unpaid = {"color": "none", "edgecolor": LIGHT.short, "hatch": "///", "linewidth": 0.6}
            ax.bar(months, amount, bottom=base, width=0.75, label=name, **(unpaid if name == charts.UNPAID else {"color": inks[at % len(inks)]}))
            base = base + amount
        if plan.scenario.finance.budget_monthly is not None:
            ax.step(months, plan.scenario.finance.budget_monthly, where="mid", color=LIGHT.ink, linewidth=1.4, label="Budget")
        _months(ax, plan)
        _written(ax, lambda value: charts.short_money(value, currency))
        _legend(ax, 6)
    return out[0]


def training_load(plan: Plan) -> str:
    """Use of rooms, trainers, mentors, recruiters, interviewers and overtime, each as a small chart with its limit at 100 %."""
    panels = charts.load_panels(plan)
    with _drawn("Training and hiring load", WIDE, 3.3, len(panels)) as (axes, out):
        for ax, panel in zip(axes, panels, strict=True):
            _panel(ax, panel, plan)
    return out[0]


def _panel(ax: Any, panel: charts.Panel, plan: Plan) -> None:
    values = np.where(np.isfinite(panel.values), np.minimum(panel.values, 130.0), 130.0)
    inks = [LIGHT.short if value > panel.limit * (1 + 1e-9) else LIGHT.required for value in values]
    ax.bar(np.arange(len(values)), values, color=inks, width=0.8)
    ax.axhline(panel.limit, color=LIGHT.ink, linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_ylim(0, 130)
    ax.set_yticks([0, panel.limit], ["0", f"{words.count(panel.limit)} %"])
    ax.grid(visible=False)
    ax.set_title(f"{panel.title}: {panel.says}", loc="left", fontsize=9, color=LIGHT.ink)
    _months(ax, plan, 4)


def ratios(plan: Plan) -> str:
    """Every role and month: whether its span holds, is beyond its limit by less than one post, or leaves posts open."""
    from matplotlib.colors import ListedColormap

    if not plan.roles:
        return ""
    states = np.array([charts.standing(role) for role in plan.roles])
    with _drawn("Ratios month by month", WIDE, 0.75 + 0.26 * len(plan.roles)) as ((ax,), out):
        ax.pcolormesh(
            np.arange(states.shape[1] + 1) - 0.5, np.arange(len(plan.roles) + 1) - 0.5, states, cmap=ListedColormap([LIGHT.within, LIGHT.near, LIGHT.over]),
            vmin=0, vmax=2, edgecolors="white", linewidth=1.2,
        )  # fmt: skip
        ax.invert_yaxis()
        ax.set_yticks(range(len(plan.roles)), [f"{words.title(role.role.name)}  {words.ratio(role.role.span)}" for role in plan.roles])
        ax.tick_params(axis="y", colors=LIGHT.ink)
        ax.grid(visible=False)
        for ink, label in zip((LIGHT.within, LIGHT.near, LIGHT.over), charts.STANDINGS, strict=True):
            ax.bar([0], [0], color=ink, label=label.capitalize())
        _months(ax, plan)
        _legend(ax, 3)
    return out[0]


def budget_and_plan(months: Sequence[str], budget: Array, plan: Array, currency: str) -> str:
    """The plan's cost by month as bars, what lies over the budget hatched, the budget as a line."""
    places = np.arange(len(months))
    with _drawn("Plan against budget", WIDE, 2.3) as ((ax,), out):
        ax.bar(places, np.minimum(plan, budget), color=LIGHT.required, width=0.75, label="Plan, within budget")
        over = np.maximum(plan - budget, 0)
        beyond = {"color": LIGHT.short, "hatch": "//", "edgecolor": "white", "linewidth": 0, "label": "Plan, over budget"}
        ax.bar(places, over, bottom=np.minimum(plan, budget), width=0.75, **beyond)
        ax.step(places, budget, where="mid", color=LIGHT.ink, linewidth=1.4, label="Budget")
        step = max(1, len(months) // 12)
        ax.set_xticks(places[::step], [charts.short_month(month) for month in months[::step]])
        _written(ax, lambda value: charts.short_money(value, currency))
        _legend(ax, 3)
    return out[0]


PRINTED: tuple[Callable[[Plan], str], ...] = (required_and_available, ratios, people_moves, training_load, cost_by_month)
"""Every chart of the printed report, `(plan)`."""
