"""Every item of cost as a function of the decisions. `COSTS` together are exactly the cost that `project` tells; `CHARGES` are priced besides, told apart."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planner import finance
from planner.optimiser.model import Affine, Model
from planner.organisation import Role, external_heads, survival_kernel
from planner.plan import all_hands_cost, monthly_pay, opening_from_outside, programme_figures, role_pay

Array = NDArray[np.float64]
Cost = Callable[[Model], Affine]


def added(model: Model, costs: tuple[Cost, ...]) -> Affine:
    """Several items together, by month [months, 1]."""
    total = model.nothing(1)
    for cost in costs:
        total = total + cost(model)
    return total


def pay(model: Model) -> Affine:
    """Gross pay of everybody in post, the premium of a career programme, and that of those from outside [months, 1]."""
    each = monthly_pay(model.scenario) * model.parts.contract_fraction
    premium = finance.programme_pay(1, each, programme_figures(model.scenario, "pay_premium"))
    total = (model.column("heads") * each + model.participants * premium).total()
    for role in model.roles:
        total = total + _role_pay(model, role).total()
    return total


def _role_pay(model: Model, role: Role) -> Affine:
    each = role_pay(model.scenario, role)
    opening = external_heads(np.zeros_like(each), role.exit_probability_monthly, opening_from_outside(model.scenario, role))
    from_outside = model.column(f"appointments {role.name}").over(survival_kernel(model.months, role.exit_probability_monthly)).plus(opening)
    return model.column(f"in_post {role.name}") * each + from_outside * (each * role.external_premium)


def on_cost(model: Model) -> Affine:
    """Employer's cost on top of pay [months, 1]."""
    return pay(model) * model.scenario.finance.on_cost


def hiring(model: Model) -> Affine:
    """Outlay for finding the people who start [months, 1]."""
    each = np.array([source.cost_per_hire for source in model.scenario.hiring.sources])
    return (model.column("starts") * np.tile(each, len(model.sites))).total()


def training(model: Model) -> Affine:
    """Outlay for classes [months, 1]."""
    return model.column("classes").total() * model.scenario.finance.cost_per_class


def tuition(model: Model) -> Affine:
    """Tuition of the people in a career programme [months, 1]."""
    return (model.participants * finance.tuition(1, programme_figures(model.scenario, "tuition_monthly"))).total()


def other(model: Model) -> Affine:
    """Hours of people of other work who take contacts, and their training, which no decision changes [months, 1]."""
    return model.nothing(1).plus(all_hands_cost(model.scenario).sum())


def overtime(model: Model) -> Affine:
    """Overtime with its on-cost [months, 1]."""
    return (model.column("overtime") * finance.overtime(model.scenario.finance, 1.0, monthly_pay(model.scenario))).total()


def contractor(model: Model) -> Affine:
    """Contractors [months, 1]."""
    return model.column("contractors").total() * float(finance.contractor(model.scenario.finance, 1.0))


def management_search(model: Model) -> Affine:
    """Outlay for appointments from outside to leader and support roles [months, 1]."""
    total = model.nothing(1)
    for role in model.roles:
        total = total + model.column(f"appointments {role.name}").total() * role.search_cost
    return total


def shortage_price(model: Model) -> Affine:
    """Value lost to missing FTE [months, 1]."""
    return (model.column("shortage") * _shortage_each(model)).total()


def _shortage_each(model: Model) -> Array:
    return finance.shortage_price(model.scenario.finance, 1.0, monthly_pay(model.scenario))


def vacancy_charge(model: Model) -> Affine:
    """Charge for posts that stand open [months, 1]: not part of the plan's cost."""
    total, multiple = model.nothing(1), model.scenario.optimisation.vacancy_multiple
    for role in model.roles:
        loaded = finance.loaded_pay(model.scenario.finance, role_pay(model.scenario, role))
        total = total + (model.column(f"vacancies {role.name}") * (loaded * multiple)).total()
    return total


def surplus_charge(model: Model) -> Affine:
    """Charge for FTE beyond the requirement [months, 1]: not part of the plan's cost."""
    multiple = model.scenario.optimisation.surplus_multiple
    if not multiple:
        return model.nothing(1)
    return (model.column("surplus") * (finance.loaded_pay(model.scenario.finance, monthly_pay(model.scenario)) * multiple)).total()


def held_charge(model: Model) -> Affine:
    """Charge, at the price of shortage, for capacity that is missing after the horizon, told in its last month [months, 1]: not part of the plan's cost."""
    if not model.tail:
        return model.nothing(1)
    last = np.zeros((model.months, model.tail))
    last[-1] = 1
    missing: Affine = (model.column("held_shortage") * _shortage_each(model)[-1]).total()
    return missing.over(last)


COSTS: tuple[Cost, ...] = (pay, on_cost, hiring, training, tuition, overtime, contractor, management_search, shortage_price, other)
CHARGES: tuple[Cost, ...] = (vacancy_charge, surplus_charge, held_charge)


