"""A plan against a budget: the table, the chart, and what they say."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner import budget as budgets
from planner.budget import Budget, Variance
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Figure, bar, figure, look, money_axis, month_axis, month_day, scatter
from planner.report.tables import Table
from planner.report.takeaways import Behind

Array = NDArray[np.float64]


def variance_table(found: Variance, currency: str) -> pd.DataFrame:
    """Budget, plan and variance (plan less budget) of each month, site and item; the share is of the budget, blank where there is none."""
    months, rows = len(found.months), len(found.rows)
    budget = found.budget.ravel()
    share = np.divide(found.variance.ravel(), budget, out=np.zeros_like(budget), where=budget > 0)
    return pd.DataFrame(
        {
            "month": np.repeat(np.array(found.months, dtype=object), rows).astype("str"),
            "site": [site for _ in range(months) for site, _ in found.rows],
            "item": [item for _ in range(months) for _, item in found.rows],
            "budget": budget + 0.0,
            "plan": found.plan.ravel() + 0.0,
            "variance": found.variance.ravel() + 0.0,
            "variance_share": pd.arrays.FloatingArray(share + 0.0, budget <= 0),
            "currency": currency,
        }
    )


def extra(plan: Plan, budget: Budget) -> tuple[Table, pd.DataFrame]:
    """The table for a workbook, with its contents."""
    frame = variance_table(budgets.variance(plan, budget), plan.scenario.finance.currency)
    return Table("budget_variance", "Budget variance", "The plan's cost against the budget; a variance above zero is over budget.", lambda _: frame), frame


def in_words(found: Variance, currency: str) -> str:
    """By how much the plan is over or under budget, where most, and in which month."""
    budget, plan = float(found.budget.sum()), float(found.plan.sum())
    gap = plan - budget
    months = f"Over {len(found.months)} months" if len(found.months) > 1 else f"In {words.month_name(found.months[0])}"
    share = f" ({words.percent(abs(gap) / budget)})" if budget > 0 else ""
    standing = f"is {words.money(abs(gap), currency)}{share} {'over' if gap > 0 else 'under'} it" if abs(gap) >= 0.5 else "meets it exactly"
    opening = f"{months} the budget holds {words.money(budget, currency)}; the plan, at {words.money(plan, currency)}, {standing}."
    return opening + _most(found, currency)


def _most(found: Variance, currency: str) -> str:
    """The item and the month that are furthest over budget; empty where none is."""
    items = {item: plan - budget for item, (budget, plan) in found.by_item().items()}
    item, month = max(items, key=lambda name: items[name]), found.variance.sum(axis=1)
    if items[item] < 0.5:
        return ""
    over = int((month > 0.5).sum())
    worst = int(month.argmax())
    told = f" {over} of {len(found.months)} months are over, {words.month_name(found.months[worst])} the most." if over else ""
    return f" Furthest over is {words.title(item).lower()}, by {words.money(items[item], currency)}.{told}"


def by_item(found: Variance, currency: str) -> Behind:
    """Budget, plan and variance by item over the compared months, the sum in the last row."""
    rows = {words.title(item): sides for item, sides in found.by_item().items()}
    rows["All"] = (float(found.budget.sum()), float(found.plan.sum()))
    return {"Item": list(rows)} | _sides(list(rows.values()), currency)


def by_month(found: Variance, currency: str) -> Behind:
    """Budget, plan and variance by month."""
    sides = list(zip(found.budget.sum(axis=1).tolist(), found.plan.sum(axis=1).tolist(), strict=True))
    return {"Month": [words.month_name(month) for month in found.months]} | _sides(sides, currency)


def _sides(sides: list[tuple[float, float]], currency: str) -> dict[str, list[str]]:
    return {
        "Budget": [words.money(budget, currency) for budget, _ in sides],
        "Plan": [words.money(plan, currency) for _, plan in sides],
        "Plan less budget": [_signed(plan - budget, currency) for budget, plan in sides],
        "Of the budget": [_share(budget, plan) for budget, plan in sides],
    }


def _signed(amount: float, currency: str) -> str:
    return "0" if abs(amount) < 0.5 else f"{'+' if amount > 0 else ''}{words.money(amount, currency)}"


def _share(budget: float, plan: float) -> str:
    if budget <= 0:
        return "not budgeted" if plan > 0.5 else ""
    share = (plan - budget) / budget
    return "0 %" if abs(share) < 0.0005 else f"{'+' if share > 0 else ''}{words.percent(share)}"


def chart(found: Variance, currency: str, dark: bool = False) -> Figure:
    """The plan by month as bars, what lies over budget in the colour of shortage, the budget as steps."""
    chosen, months = look(dark), found.months
    budget, plan = found.budget.sum(axis=1), found.plan.sum(axis=1)
    days = [month_day(month) for month in months]
    within, over = np.minimum(plan, budget), np.maximum(plan - budget, 0.0)
    traces = [
        bar(x=days, y=within, name="Plan, within budget", marker={"color": chosen.required}, customdata=_told(plan, currency), hovertemplate="%{customdata}"),
        bar(
            x=days, y=over, name="Plan, over budget", marker={"color": chosen.short, "pattern": {"shape": "/", "solidity": 0.3}},
            customdata=_told(over, currency), hovertemplate="%{customdata}",
        ),
        scatter(
            x=days, y=budget, name="Budget", mode="lines", line={"color": chosen.ink, "width": 2, "shape": "hvh"}, customdata=_told(budget, currency),
            hovertemplate="%{customdata}",
        ),
    ]  # fmt: skip
    axis = money_axis(float(max(plan.max(), budget.max(), 1.0)), currency, dark)
    return figure(
        traces, dark, 300, barmode="stack", bargap=0.25, xaxis=month_axis(months, dark), yaxis=axis, showlegend=True,
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
    )  # fmt: skip


def _told(values: Array, currency: str) -> list[str]:
    return [words.money(float(value), currency) for value in values]


def template(plan: Plan) -> pd.DataFrame:
    """A budget file to fill in: every month, site and item of the plan, with the plan's own cost rounded as a start."""
    found = budgets.variance(plan, Budget("", tuple(budgets.Line(month, budgets.EVERYWHERE, "pay", 0.0) for month in plan.months), by_site=True))
    frame = variance_table(found, plan.scenario.finance.currency)
    return frame.assign(amount=frame["plan"].round(0))[["month", "site", "item", "amount"]]
