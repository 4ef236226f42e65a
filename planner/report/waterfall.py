"""From one figure to another as a staircase: the chart, and what a bridge between two scenarios says, in words and as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plotly.graph_objects import Bar

from planner.bridge import FIGURES, MOST, TITLES, Bridge, Figure, Part
from planner.report import words
from planner.report.charts import Figure as Chart
from planner.report.charts import figure, look, named_rows, y_axis
from planner.report.takeaways import Behind


@dataclass(frozen=True)
class Stair:
    """One bar: its label and amount; a total stands on the ground, a step on what lies before it."""

    label: str
    amount: float
    total: bool = False


def waterfall(stairs: Sequence[Stair], dark: bool, write: Callable[[float], str], more_is_worse: bool = True) -> Chart:
    """Stairs from top to bottom: totals in one ink, what adds and what takes away in two others, each with its amount; signs tell them apart without colour."""
    chosen = look(dark)
    base = _bases(stairs)
    up, down = (chosen.short, chosen.available) if more_is_worse else (chosen.available, chosen.short)
    colours = [chosen.required if stair.total else up if stair.amount >= 0 else down for stair in stairs]
    text = [write(stair.amount) if stair.total else signed(stair.amount, write) for stair in stairs]
    low, high = _reach(stairs, base)
    bars = Bar(
        y=[stair.label for stair in stairs], x=[stair.amount for stair in stairs], base=base, orientation="h", marker={"color": colours}, text=text,
        textposition="outside", cliponaxis=False, textfont={"color": chosen.ink}, hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    notes = [_cut_note(low, write, dark)] if low > 0 else []
    across = y_axis(dark, "", range=[low - (high - low) * 0.02, high + (high - low) * 0.16], showgrid=False, showticklabels=False)
    return figure(
        [bars], dark, 66 + 34 * len(stairs), hovermode="closest", bargap=0.35, xaxis=across,
        yaxis=named_rows(dark, autorange="reversed"), shapes=_threads(stairs, base, chosen.line), annotations=notes,
    )  # fmt: skip


def _bases(stairs: Sequence[Stair]) -> list[float]:
    """Where each bar begins: a total at the ground, a step where the one before ends."""
    here, bases = 0.0, []
    for stair in stairs:
        bases.append(0.0 if stair.total else here)
        here = stair.amount if stair.total else here + stair.amount
    return bases


def _reach(stairs: Sequence[Stair], base: Sequence[float]) -> tuple[float, float]:
    """From where to where the axis goes: where steps are small against the totals it begins above the ground, so that they can be seen."""
    ends = [(start, start + stair.amount) for stair, start in zip(stairs, base, strict=True)]
    steps = [end for stair, pair in zip(stairs, ends, strict=True) if not stair.total for end in pair]
    totals = [stair.amount for stair in stairs if stair.total]
    lowest, highest = min([*steps, *totals], default=0.0), max([*steps, *totals, 0.0])
    spread = highest - lowest
    ground = lowest - spread if steps and lowest > 3 * spread > 0 else min(0.0, lowest)
    return ground, max(highest, ground + 1e-9)


def _cut_note(ground: float, write: Callable[[float], str], dark: bool) -> dict[str, object]:
    """Says that the axis does not begin at nothing."""
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "yshift": -4, "xanchor": "left", "yanchor": "top", "showarrow": False}
    return {**place, "text": f"Cut off: bars begin at {write(ground)}", "font": {"color": look(dark).soft, "size": 12}}


def _threads(stairs: Sequence[Stair], base: Sequence[float], colour: str) -> list[dict[str, object]]:
    """Hairlines from the end of each bar to the beginning of the next."""
    ends = [start + stair.amount for stair, start in zip(stairs, base, strict=True)]
    line = {"color": colour, "width": 1}
    return [{"type": "line", "x0": end, "x1": end, "y0": at - 0.3, "y1": at + 1.3, "line": line, "layer": "below"} for at, end in enumerate(ends[:-1])]


def signed(value: float, write: Callable[[float], str]) -> str:
    """An amount with its sign before it.

    >>> signed(-1200.0, words.count), signed(3.0, words.count), signed(0.0, words.count)
    ('−1,200', '+3', '0')
    """
    text = write(abs(value))
    return text if not any(letter in "123456789" for letter in text) else f"{'+' if value > 0 else '−'}{text}"


# Bridges -------------------------------------------------------------------------------------------------------------------------------------


def named(figure_name: str) -> Figure:
    """The figure of that name."""
    return next(each for each in FIGURES if each.name == figure_name)


def writer(chosen: Figure, currency: str) -> Callable[[float], str]:
    """How amounts of a figure are written."""
    if chosen.unit == "money":
        return lambda value: words.money(value, currency)
    return lambda value: f"{words.one_decimal(value)} {chosen.unit}"


def title(part: Part) -> str:
    """What a part is called."""
    names = [TITLES[cause] for cause in part.causes]
    return " and ".join([names[0], *(name[0].lower() + name[1:] for name in names[1:])])


def stairs_of(found: Bridge, figure_name: str) -> tuple[Stair, ...]:
    """The stairs of one figure: before, every part by size, after."""
    chosen = named(figure_name)
    parts = sorted(found.parts, key=lambda part: -abs(found.amounts(figure_name)[part.causes]))
    steps = [Stair(title(part), found.amounts(figure_name)[part.causes]) for part in parts]
    first, last = _ends(found)
    return (Stair(first, chosen.of(found.before), total=True), *steps, Stair(last, chosen.of(found.after), total=True))


def _ends(found: Bridge) -> tuple[str, str]:
    first, last = found.before.scenario.name, found.after.scenario.name
    return (first, last) if first != last else (f"{first}, before", f"{last}, after")


def bridge(found: Bridge, figure_name: str, dark: bool = False) -> Chart:
    """The bridge of one figure as a waterfall; causes without effect on it are left out."""
    shown = [stair for stair in stairs_of(found, figure_name) if stair.total or _noticed(found, figure_name, stair.amount)]
    return waterfall(shown, dark, writer(named(figure_name), found.after.scenario.finance.currency))


def _noticed(found: Bridge, figure_name: str, amount: float) -> bool:
    """Whether an amount would be seen: a thousandth of the larger end, or more than nothing where the ends are nothing."""
    chosen = named(figure_name)
    return abs(amount) > 1e-3 * max(abs(chosen.of(found.before)), abs(chosen.of(found.after)), 1e-9) * 0.5


def says(found: Bridge, figure_name: str) -> str:
    """The difference, and the causes that bring most of it."""
    chosen = named(figure_name)
    write, difference = writer(chosen, found.after.scenario.finance.currency), found.difference(figure_name)
    amounts = sorted(((title(part), found.amounts(figure_name)[part.causes]) for part in found.parts), key=lambda each: -abs(each[1]))
    seen = [(name, amount) for name, amount in amounts if _noticed(found, figure_name, amount)]
    if not seen:
        return f"{chosen.title}: the same in both, {write(chosen.of(found.after))}."
    first, last = write(chosen.of(found.before)), write(chosen.of(found.after))
    change = f"{chosen.title}: from {first} to {last}, {signed(difference, write)}."
    return f"{change} {_causes(seen, write)}"


def _causes(seen: list[tuple[str, float]], write: Callable[[float], str]) -> str:
    told = [f"{name if at == 0 else name[0].lower() + name[1:]} {signed(amount, write)}" for at, (name, amount) in enumerate(seen[:3])]
    rest = len(seen) - len(told)
    more = f", and {rest} smaller {'cause' if rest == 1 else 'causes'}" if rest else ""
    return f"{', '.join(told)}{more}."


def note(found: Bridge) -> str:
    """How the parts come about."""
    split = " The smallest causes are weighed together, and that amount is split among them." if any(part.split for part in found.parts) else ""
    plans = f"{found.plans} {'plan' if found.plans == 1 else 'plans'}"
    return (
        f"Each part is a cause's mean effect over all orders in which the causes could change (Shapley value), from {plans} with the baseline's decisions. "
        f"The parts sum to the difference.{split}"
    )


def table(found: Bridge) -> Behind:
    """Every cause and figure: what each brings, then the difference."""
    currency = found.after.scenario.finance.currency
    columns = {each.title: [*(found.amounts(each.name)[part.causes] for part in found.parts), found.difference(each.name)] for each in FIGURES}
    rows = [*(title(part) for part in found.parts), "Difference"]
    return {"Cause": rows} | {each.title: [signed(value, writer(each, currency)) for value in columns[each.title]] for each in FIGURES}


def exact(found: Bridge) -> dict[str, list[str | float]]:
    """The same for a file: unrounded amounts, a row for each cause, with both ends and the difference."""
    rows: dict[str, list[str | float]] = {"cause": ["before", *("+".join(part.causes) for part in found.parts), "after"]}
    for each in FIGURES:
        rows[each.name] = [each.of(found.before), *(found.amounts(each.name)[part.causes] for part in found.parts), each.of(found.after)]
    return rows


def how_long(causes: int) -> str:
    """How much work a bridge of so many causes is, in words.

    >>> how_long(2), how_long(9)
    ('4 plans', '82 plans')
    """
    plans = 2**causes if causes <= MOST else 2**MOST + 2 * causes
    return f"{plans} plans"
