"""The course of one figure as a small picture beneath it: plain SVG, since six of them come with every move of a lever."""

import base64
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.report import charts

Colour = Literal["blue", "orange", "red"]
WIDE, HIGH = 240, 44
SHADE = 0.12


def spark(course: Sequence[float] | NDArray[np.float64], dark: bool, bars: bool = False, colour: Colour = "blue") -> str:
    """A course by month as SVG, from its least to its most; months without a finite value are left out.

    >>> spark([1.0, 3.0], dark=False, bars=True).count("<rect")
    2
    """
    values = np.asarray(course, dtype=float)
    drawn = _bars(values) if bars else _area(values)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" preserveAspectRatio="none" '
        f'color="{_ink(colour, dark)}">{drawn}</svg>'
    )


def embedded(picture: str) -> str:
    """An SVG picture as an image of HTML as wide as there is room: pages let images through, and no SVG of their own."""
    data = base64.b64encode(picture.encode()).decode()
    return f'<img class="planner-spark" alt="" src="data:image/svg+xml;base64,{data}" style="display:block;width:100%;height:{HIGH}px">'


def _ink(colour: Colour, dark: bool) -> str:
    chosen = charts.look(dark)
    return {"blue": chosen.required, "orange": chosen.short, "red": chosen.over}[colour]


def _heights(values: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """How far down each value is drawn; the least stands on the ground, and nothing below it."""
    most = float(np.max(values, initial=least, where=np.isfinite(values)))
    return np.asarray(HIGH - 2 - (HIGH - 4) * (np.maximum(values, least) - least) / ((most - least) or 1.0))


def _bars(values: NDArray[np.float64]) -> str:
    step = WIDE / max(len(values), 1)
    down = _heights(values, 0.0)
    parts = [
        f'<rect x="{at * step:.1f}" y="{y:.1f}" width="{0.7 * step:.1f}" height="{HIGH - y:.1f}" fill="currentColor"/>'
        for at, (y, value) in enumerate(zip(down, values, strict=True))
        if np.isfinite(value) and value > 0
    ]
    return "".join(parts)


def _area(values: NDArray[np.float64]) -> str:
    finite = np.isfinite(values)
    if not finite.any():
        return ""
    across = np.linspace(0, WIDE, max(len(values), 2))[: len(values)][finite]
    down = _heights(values, float(values[finite].min()))[finite]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
    return (
        f'<polygon points="{across[0]:.1f},{HIGH} {line} {across[-1]:.1f},{HIGH}" fill="currentColor" fill-opacity="{SHADE}"/>'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke" stroke-linejoin="round"/>'
    )
