"""Roll-forwards and identities that every plan must keep. Each check is the signed residual, zero everywhere; shown on a page and asserted in tests."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.cohorts import has_programme
from planner.organisation import FRONTLINE
from planner.plan import Plan, monthly_pay, programme_figures

Array = NDArray[np.float64]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Result:
    """One check on one plan: what it holds against what, and the largest residual found."""

    name: str
    meaning: str
    residual: float

    @property
    def holds(self) -> bool:
        """Whether the residual is nothing but rounding."""
        return self.residual <= TOLERANCE


def frontline_roll_forward(plan: Plan) -> Array:
    """Closing frontline people are opening + starts + returned - promoted out - washouts - leavers."""
    people = plan.frontline
    return people.closing - (people.opening + people.starts + people.returned - people.promoted_out - people.washout - people.leavers)


def frontline_carried_over(plan: Plan) -> Array:
    """A month opens with the frontline people that the month before closed with."""
    return plan.frontline.opening[1:] - plan.frontline.closing[:-1]


def roles_roll_forward(plan: Plan) -> Array:
    """In every role closing is opening + starts + promoted in + returned - promoted out - leavers, and the next month opens with it."""
    parts = [np.zeros(1)]
    for months in plan.roles:
        path = months.path
        parts.append((path.closing - (path.opening + path.starts + path.promoted_in + path.returned - path.promoted_out - path.leavers)).ravel())
        parts.append((path.opening[1:] - path.closing[:-1]).ravel())
    return np.concatenate(parts)


def promotions_balance(plan: Plan) -> Array:
    """Over all roles of a month promoted in + returned = promoted out."""
    into = sum((months.path.promoted_in.sum(axis=1) + months.path.returned.sum(axis=1) for months in plan.roles), plan.frontline.returned.sum(axis=1))
    out = sum((months.path.promoted_out.sum(axis=1) for months in plan.roles), plan.frontline.promoted_out.sum(axis=1))
    return np.asarray(into - out)


def nobody_below_zero(plan: Plan) -> Array:
    """No stock of people falls below zero."""
    stocks = [plan.frontline.heads, plan.frontline.closing, *(months.path.closing for months in plan.roles)]
    return np.concatenate([np.minimum(stock, 0).ravel() for stock in stocks])


def capacity_balance(plan: Plan) -> Array:
    """Required FTE = productive + overtime + contractors + people of other work + shortage - surplus."""
    return plan.required_fte - (plan.available_fte + plan.shortage_fte - plan.surplus_fte)


def training_heads_within_heads(plan: Plan) -> Array:
    """Nobody is in training who is not in post."""
    return np.minimum(plan.frontline.heads - plan.frontline.training_heads, 0)


def hours_told_by_queue(plan: Plan) -> Array:
    """Hours on position times 1 / net hours is the FTE required, group by group."""
    need = plan.requirement
    hours = np.zeros_like(need.group_fte)
    for row, group in enumerate(need.row_group):
        hours[:, group] += need.on_position_hours[:, row]
    served = np.array([not group.stated_heads for group in plan.scenario.groups])
    return (hours / need.net_hours - need.group_fte)[:, served]


def starts_in_classes(plan: Plan) -> Array:
    """People start in a class: nobody starts in a month without one."""
    return np.where(plan.decisions.classes == 0, plan.frontline.starts, 0.0)


def participants_within_heads(plan: Plan) -> Array:
    """Nobody is in a career programme, or leaves by design, who is not a qualified person in post; people promoted away are set aside."""
    if not has_programme(plan.scenario).any():
        return np.zeros(1)
    away = np.cumsum(plan.frontline.promoted_out, axis=0)
    qualified = plan.frontline.heads - plan.frontline.training_heads + away
    return np.minimum(np.stack([qualified - plan.participants, plan.participants + away - plan.designed_exits]), 0)


def cost_follows_people(plan: Plan) -> Array:
    """Frontline pay is people x contract x pay, with the premium of a career programme, on-cost is its share of all pay, and all items together
    are the cost; per unit of cost."""
    pay, on_cost = _items(plan, "pay"), _items(plan, "on_cost")
    paid = plan.frontline.heads + plan.participants * programme_figures(plan.scenario, "pay_premium")
    expected = (paid * plan.parts.contract_fraction * monthly_pay(plan.scenario)).sum(axis=1)
    every = sum((line.amount for line in plan.costs), np.zeros(len(plan.months)))
    frontline = sum((line.amount for line in plan.costs if line.item == "pay" and line.role == FRONTLINE), np.zeros(len(plan.months)))
    residuals = np.stack([frontline - expected, on_cost - plan.scenario.finance.on_cost * pay, every - plan.cost])
    return np.asarray(residuals / np.maximum(np.abs(plan.cost), 1))


def _items(plan: Plan, item: str) -> Array:
    return np.asarray(sum((line.amount for line in plan.costs if line.item == item), np.zeros(len(plan.months))))


CHECKS: tuple[Callable[[Plan], Array], ...] = (
    frontline_roll_forward,
    frontline_carried_over,
    roles_roll_forward,
    promotions_balance,
    nobody_below_zero,
    capacity_balance,
    training_heads_within_heads,
    hours_told_by_queue,
    starts_in_classes,
    participants_within_heads,
    cost_follows_people,
)


def check(plan: Plan) -> tuple[Result, ...]:
    """Every check on a plan, with its largest residual."""
    return tuple(Result(each.__name__, str(each.__doc__), float(np.abs(each(plan)).max(initial=0.0))) for each in CHECKS)
