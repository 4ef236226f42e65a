"""Actuals beside the plan: a table, a template to fill in, and what it comes to in words."""

from typing import Any

import numpy as np
import pandas as pd

from planner.actuals import Actuals, as_planned
from planner.organisation import FRONTLINE
from planner.plan import Plan
from planner.report import words

FIGURES = ("starts", "leavers", "headcount")
MOST = 6
"""Groups that are told."""
HALF = 0.5
"""Half a person is told as nobody."""


def template(plan: Plan, gone: int = 1) -> pd.DataFrame:
    """A file of actuals filled with what the plan has for the first months, to be written over."""
    found = as_planned(plan, gone)
    columns = {name: getattr(found, name) for name in ("starts", "promoted_in", "promoted_out", "leavers", "headcount")}
    return pd.DataFrame(_keys(found) | {name: np.round(values + 0.0, 2).ravel() for name, values in columns.items()})


def table(plan: Plan, actuals: Actuals) -> pd.DataFrame:
    """Planned and actual starts, leavers and headcount by month and row."""
    planned = as_planned(plan, len(actuals.months))
    order = [planned.rows.index(row) for row in actuals.rows]
    columns: dict[str, Any] = {}
    for name in FIGURES:
        columns |= {f"planned_{name}": getattr(planned, name)[:, order].ravel(), f"actual_{name}": getattr(actuals, name).ravel()}
    return pd.DataFrame(_keys(actuals) | {name: values + 0.0 for name, values in columns.items()})


def _keys(found: Actuals) -> dict[str, Any]:
    rows = len(found.rows)
    return {
        "month": np.repeat(np.array(found.months, dtype=object), rows),
        "group": [unit for _, unit in found.rows] * len(found.months),
        "role": [role for role, _ in found.rows] * len(found.months),
    }


def lines(plan: Plan, actuals: Actuals) -> list[str]:
    """What the actuals come to against the plan: the frontline first, then the groups that are furthest from it."""
    planned, last = as_planned(plan, len(actuals.months)), words.month_name(actuals.months[-1])
    groups = [row for row in actuals.rows if row[0] == FRONTLINE]
    told = [_line(f"Frontline at the end of {last}", planned, actuals, groups)]
    apart = {row: abs(_difference("headcount", planned, actuals, [row])) for row in groups if len(groups) > 1}
    furthest = sorted((row for row, people in apart.items() if people >= HALF), key=lambda row: -apart[row])
    return told + [_line(row[1], planned, actuals, [row]) for row in furthest[:MOST]]


def _line(name: str, planned: Actuals, actuals: Actuals, rows: list[tuple[str, str]]) -> str:
    ours, theirs = (_closing(each, rows) for each in (actuals, planned))
    starts, leavers = (_difference(figure, planned, actuals, rows) for figure in ("starts", "leavers"))
    people = f"{words.count(ours)} people, the plan had {words.count(theirs)}"
    return f"{name}: {people}; {_more(starts, 'started')}, {_more(leavers, 'left')}."


def _more(difference: float, verb: str) -> str:
    """How many more or fewer than planned did something.

    >>> _more(-5.0, "started"), _more(2.6, "left"), _more(0.1, "left")
    ('5 fewer started', '3 more left', 'as many left')
    """
    if abs(difference) < HALF:
        return f"as many {verb}"
    return f"{words.count(abs(difference))} {'more' if difference > 0 else 'fewer'} {verb}"


def _closing(found: Actuals, rows: list[tuple[str, str]]) -> float:
    return float(sum(found.headcount[-1, found.rows.index(row)] for row in rows))


def _difference(figure: str, planned: Actuals, actuals: Actuals, rows: list[tuple[str, str]]) -> float:
    """Actual less planned over the months gone by; of the headcount at their end."""
    if figure == "headcount":
        return _closing(actuals, rows) - _closing(planned, rows)
    sums = [float(sum(getattr(each, figure)[:, each.rows.index(row)].sum() for row in rows)) for each in (actuals, planned)]
    return sums[0] - sums[1]
