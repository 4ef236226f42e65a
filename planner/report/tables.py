"""A plan as tables: one function a table, columns by the contract in exactly its order.

Months are text as 2027-01, dates ISO text. An undefined cell is blank: the empty text, or the missing value of a nullable `Float64` column; never NaN or
infinity. One row per key, month by month.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner import finance, hiring, limits, organisation
from planner.baseline import LONG_ENOUGH
from planner.channels import BINDING
from planner.cohorts import QUANTITIES
from planner.horizon import Horizon, first_workday, month_start
from planner.organisation import FRONTLINE
from planner.plan import Plan, RoleMonths, belongs, monthly_pay, place, site_index
from planner.scenario import Scenario
from planner.workforce import Workforce, months_to_ninety_percent, start_response

Array = NDArray[np.float64]
Masked = np.ma.MaskedArray[Any, Any]
PAID_TRAINING = QUANTITIES.index("paid_training")
EXTERNAL = "external"


# Building blocks -----------------------------------------------------------------------------------------------------------------------------


def _grid(plan: Plan, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table of one row per month and unit, month by month: texts [units] are repeated each month, arrays [months, units] are laid out in rows."""
    months = plan.scenario.horizon.months
    units = next(len(cells) for cells in columns.values() if isinstance(cells, tuple))
    rows: dict[str, Any] = {"month": _text(plan.months, np.repeat(np.arange(months), units))}
    for name, cells in columns.items():
        rows[name] = _text(cells, np.tile(np.arange(units), months)) if isinstance(cells, tuple) else _cells(cells)
    return pd.DataFrame(rows)


def _text(words: tuple[str, ...], positions: NDArray[Any]) -> Any:
    return pd.array(list(words), dtype="str").take(positions) if words else pd.array([], dtype="str")


def _cells(values: Any) -> Any:
    """One column of an array; a masked array becomes a nullable column."""
    if isinstance(values, np.ma.MaskedArray):
        undefined = np.ma.getmaskarray(values).ravel()
        return pd.arrays.FloatingArray(_positive_zero(np.where(undefined, 0.0, values.data.ravel())), undefined.copy())
    return _positive_zero(values.ravel()) if isinstance(values, np.ndarray) else values


def _positive_zero(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, minus zero written as zero."""
    return np.asarray(values + values.dtype.type(0))


def _blank_where(values: Array, undefined: NDArray[np.bool_]) -> Masked:
    """Values whose undefined cells are blank; `undefined` is broadcast."""
    return np.ma.MaskedArray(values, mask=np.broadcast_to(undefined, values.shape))


def _counts(values: Array) -> NDArray[Any]:
    """Whole people or classes as whole numbers."""
    return values.astype(np.int64) if np.array_equal(values, np.rint(values)) else values


def _joined(parts: list[Array]) -> Array:
    return np.concatenate(parts, axis=1)


def _places(plan: Plan, months: RoleMonths) -> list[tuple[str, str]]:
    """Site and group of each unit of a role."""
    return [place(plan.scenario, months.role, unit) for unit in months.units]


def _currency(plan: Plan, rows: int) -> Any:
    return _text((plan.scenario.finance.currency,), np.zeros(rows, dtype=np.intp))


# Requirement ---------------------------------------------------------------------------------------------------------------------------------


def requirement_table(plan: Plan) -> pd.DataFrame:
    """What each group needs for each queue; a group that states its heads has one row, without a queue. Heads are rounded only at group level."""
    need, groups = plan.requirement, plan.scenario.groups
    stated = np.array([not queue for queue in need.row_queue])
    return _grid(
        plan,
        {
            "site": tuple(groups[g].site for g in need.row_group),
            "group": tuple(groups[g].name for g in need.row_group),
            "queue": need.row_queue,
            "contacts": _blank_where(need.contacts, stated),
            "aht_s": _blank_where(need.aht_s, stated),
            "on_position_hours": _blank_where(need.on_position_hours, stated),
            "binding_target": _text((*BINDING, ""), need.binding.astype(np.intp).ravel()),
            "required_fte": need.fte,
            "required_heads": need.heads,
        },
    )


# Headcount -----------------------------------------------------------------------------------------------------------------------------------


def headcount_table(plan: Plan) -> pd.DataFrame:
    """People of each group and of every role in each of its units, how they move, and the FTE that takes contacts.

    In every row closing = opening + starts + promoted in + returned - promoted out - washouts - leavers.
    """
    people, groups, roles = plan.frontline, plan.scenario.groups, plan.roles
    places = [(group.site, group.name, FRONTLINE) for group in groups] + [(*where, months.role.name) for months in roles for where in _places(plan, months)]
    nobody = np.zeros_like(people.heads)
    moves = {
        "opening_heads": (people.opening, "opening"),
        "start_heads": (people.starts, "starts"),
        "promoted_in_heads": (nobody, "promoted_in"),
        "returned_heads": (people.returned, "returned"),
        "promoted_out_heads": (people.promoted_out, "promoted_out"),
        "washout_heads": (people.washout, None),
        "leaver_heads": (people.leavers, "leavers"),
        "closing_heads": (people.closing, "closing"),
    }
    columns: dict[str, Any] = {name: tuple(where[position] for where in places) for position, name in enumerate(("site", "group", "role"))}
    columns |= {name: _joined([frontline, *(_of_role(months, field) for months in roles)]) for name, (frontline, field) in moves.items()}
    return _grid(plan, columns | {name: _frontline_only(values, len(places)) for name, values in capacity(plan).items()})


def _of_role(months: RoleMonths, field: str | None) -> Array:
    return np.zeros_like(months.path.heads) if field is None else np.asarray(getattr(months.path, field))


def _frontline_only(values: Array, units: int) -> Masked:
    """Cells of the groups, blank for the roles, which take no contacts."""
    rest = np.zeros((len(values), units - values.shape[1]))
    return _blank_where(_joined([values, rest]), np.arange(units) >= values.shape[1])


def capacity(plan: Plan) -> dict[str, Array]:
    """FTE required, available by kind, missing and spare [months, groups], by column; shortage = max(0, required - all that is available)."""
    available = {
        "overtime_fte": plan.decisions.overtime_fte,
        "contractor_fte": plan.decisions.contractor_fte,
        "all_hands_fte": plan.all_hands_fte,
    }
    productive = plan.frontline.productive_fte
    missing = plan.required_fte - productive
    for fte in available.values():
        missing = missing - fte
    told = {"productive_fte": productive, "required_fte": plan.required_fte}
    return told | {"shortage_fte": np.maximum(0.0, missing), "surplus_fte": np.maximum(0.0, -missing)} | available


# Hiring plan ---------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class StartCosts:
    """What frontline starts cost until nesting ends [months, groups, sources], in the month of the start, reporting currency."""

    hiring: Array
    training: Array
    trainee_pay: Array
    trainee_on_cost: Array

    @property
    def total(self) -> Array:
        """All of it."""
        return self.hiring + self.training + self.trainee_pay + self.trainee_on_cost


def start_costs(plan: Plan) -> StartCosts:
    """Outlay for finding each start, its part of its class, and its pay with on-cost in classroom and nesting, as far as they lie within the horizon.

    The classes of a group and month are shared by the heads that start in it.
    """
    given, starts = plan.scenario.finance, plan.decisions.starts
    heads = starts.sum(axis=2)
    class_cost_each = finance.class_cost(given, plan.decisions.classes) / np.where(heads > 0, heads, 1.0)
    pay = starts * trainee_pay_per_start(plan)
    return StartCosts(
        hiring=finance.hiring(starts, [source.cost_per_hire for source in plan.scenario.hiring.sources]),
        training=starts * class_cost_each[:, :, None],
        trainee_pay=pay,
        trainee_on_cost=finance.on_cost(pay, given.on_cost),
    )


def trainee_pay_per_start(plan: Plan) -> Array:
    """Gross pay of one start until nesting ends, within the horizon [months of the start, groups, sources]: sum over k of paid_training[k] x pay[t + k]."""
    response = plan.parts.start[PAID_TRAINING]
    pay = monthly_pay(plan.scenario) * plan.parts.contract_fraction
    months = len(pay)
    total = np.zeros_like(plan.decisions.starts)
    for lag in np.flatnonzero(response[..., :months].any(axis=(0, 1))):
        total[: months - lag] += pay[lag:, :, None] * response[:, :, lag]
    return total


def hiring_plan_table(plan: Plan) -> pd.DataFrame:
    """Who starts when, from where, when the requisition must be open, when they are productive and what they cost until then.

    Frontline starts by group and source; appointments from outside by role and unit, with the cost of their search.
    """
    parts = [_frontline_hires(plan), *(_appointments(plan, months) for months in plan.roles)]
    hires = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(hires["start"], kind="stable")
    columns = {name: cells[order] for name, cells in hires.items()}
    labels = [_label(plan.scenario.horizon, month) for month in range(int(max(columns["productive"], default=0)) + 1)]
    texts = {name: pd.array(columns[name].tolist(), dtype="str") for name in ("site", "group", "role", "source", "open_requisition_by", "class_start")}
    return pd.DataFrame(
        {
            "start_month": _text(tuple(labels), columns["start"]),
            **{name: texts[name] for name in ("site", "group", "role", "source")},
            "heads": _counts(columns["heads"]),
            **{name: texts[name] for name in ("open_requisition_by", "class_start")},
            "productive_month": _text(tuple(labels), columns["productive"]),
            "cost": columns["cost"],
            "currency": _currency(plan, len(order)),
        }
    )


def _label(horizon: Horizon, month: int) -> str:
    return month_start(horizon, month).strftime("%Y-%m")


def _frontline_hires(plan: Plan) -> dict[str, NDArray[Any]]:
    scenario, starts = plan.scenario, plan.decisions.starts
    month, group, source = np.nonzero(starts > 0)
    site = site_index(scenario)[group]
    dates = [_dates(scenario, *where) for where in zip(month.tolist(), site.tolist(), source.tolist(), strict=True)]
    ramp = months_to_productive(scenario)
    return {
        "start": month,
        "site": _names(scenario.sites)[site],
        "group": _names(scenario.groups)[group],
        "role": np.full(len(month), FRONTLINE, dtype=object),
        "source": _names(scenario.hiring.sources)[source],
        "heads": starts[month, group, source],
        "open_requisition_by": np.array([opened for opened, _ in dates], dtype=object),
        "class_start": np.array([begins for _, begins in dates], dtype=object),
        "productive": month + ramp[group, source],
        "cost": start_costs(plan).total[month, group, source],
    }


def _names(members: tuple[Any, ...]) -> NDArray[np.object_]:
    return np.array([member.name for member in members], dtype=object)


def _dates(scenario: Scenario, month: int, site: int, source: int) -> tuple[str, str]:
    """Latest day to open the requisition, and the day on which the class starts."""
    where = scenario.sites[site]
    begins = first_workday(scenario.horizon, month, where.country, where.subdivision)
    return _requisition(scenario.hiring.sources[source], begins, where.country, where.subdivision), begins.isoformat()


@lru_cache(maxsize=16_384)
def _requisition(source: hiring.Source, start: date, country: str | None, subdivision: str | None) -> str:
    return hiring.open_requisition_by(source, start, country, subdivision).isoformat()


def months_to_productive(scenario: Scenario) -> NDArray[np.int64]:
    """Months from a start to 90 % of the peak of its impulse response [groups, sources]."""
    multipliers = [source.exit_multiplier for source in scenario.hiring.sources]
    return np.array([[_months_to_productive(group.workforce, multiplier) for multiplier in multipliers] for group in scenario.groups], dtype=np.int64)


@lru_cache(maxsize=4096)
def _months_to_productive(people: Workforce, exit_multiplier: float) -> int:
    return months_to_ninety_percent(start_response(people, LONG_ENOUGH, exit_multiplier))


def _appointments(plan: Plan, months: RoleMonths) -> dict[str, NDArray[Any]]:
    month, unit = np.nonzero(months.appointed > 0)
    where = np.array(_places(plan, months), dtype=object).reshape(-1, 2)[unit]
    heads = months.appointed[month, unit]
    opened = [month_start(plan.scenario.horizon, start - months.role.lead_time_months).isoformat() for start in month.tolist()]
    return {
        "start": month,
        "site": where[:, 0],
        "group": where[:, 1],
        "role": np.full(len(month), months.role.name, dtype=object),
        "source": np.full(len(month), EXTERNAL, dtype=object),
        "heads": heads,
        "open_requisition_by": np.array(opened, dtype=object),
        "class_start": np.full(len(month), "", dtype=object),
        "productive": month,
        "cost": finance.search_cost(heads, months.role.search_cost),
    }


def hiring_plan_reconciliation(plan: Plan) -> pd.DataFrame:
    """The cost of the hiring plan held against cost.csv, item by item: `hiring_plan`, `cost` and their `difference`, which is zero.

    Hiring and search are whole items of cost.csv. Training leaves out classes without starts. Pay and on-cost of trainees are the part of cost.csv's
    pay and on_cost that classroom and nesting take, without the people who were in them on the first day.
    """
    costs, given = start_costs(plan), plan.scenario.finance
    empty = np.where(plan.decisions.starts.sum(axis=2) > 0, 0.0, finance.class_cost(given, plan.decisions.classes))
    in_training = plan.frontline.paid_training - plan.parts.opening[PAID_TRAINING][:, : len(plan.months)].T
    pay = finance.pay(in_training * plan.parts.contract_fraction, monthly_pay(plan.scenario))
    searches = sum(float(finance.search_cost(months.appointed, months.role.search_cost).sum()) for months in plan.roles)
    both = {
        "hiring": (costs.hiring.sum(), item_total(plan, "hiring")),
        "training": (costs.training.sum(), item_total(plan, "training") - empty.sum()),
        "trainee_pay": (costs.trainee_pay.sum(), pay.sum()),
        "trainee_on_cost": (costs.trainee_on_cost.sum(), finance.on_cost(pay, given.on_cost).sum()),
        "management_search": (searches, item_total(plan, "management_search")),
    }
    sides = np.array(list(both.values()), dtype=float)
    return pd.DataFrame({"item": list(both), "hiring_plan": sides[:, 0], "cost": sides[:, 1], "difference": sides[:, 0] - sides[:, 1]})


def item_total(plan: Plan, item: str) -> float:
    """One item of cost over all months, groups and roles, reporting currency."""
    return float(sum(line.amount.sum() for line in plan.costs if line.item == item))


# Training, management, recruiting ------------------------------------------------------------------------------------------------------------


def training_table(plan: Plan) -> pd.DataFrame:
    """What the classes of each site take of trainers, rooms and mentors, and what there is; needs are rounded up."""
    load = plan.training
    return _grid(
        plan,
        {
            "site": tuple(site.name for site in plan.scenario.sites),
            "classes_started": _counts(load.classes_started),
            "classes_running": _counts(load.classes_running),
            "trainees": load.trainees,
            "trainers_needed": _counts(load.trainers_needed),
            "trainers_available": _counts(load.trainers_available),
            "rooms_needed": _counts(np.ceil(load.classes_running - 1e-9)),
            "rooms_available": _counts(load.rooms_available),
            "mentors_needed": _counts(load.mentors_needed),
            "mentors_available": _counts(load.mentors_available),
        },
    )


def management_table(plan: Plan) -> pd.DataFrame:
    """Every role in each of its units: required, in post, whom they lead, and how vacancies are filled; people [months, units]."""
    roles = plan.roles
    places = [(*where, months.role.name) for months in roles for where in _places(plan, months)]
    nobody = np.array([months.ready is None for months in roles])
    led, heads = (_joined(parts) for parts in ([months.led for months in roles], [months.path.heads for months in roles]))
    return _grid(
        plan,
        {
            "site": tuple(site for site, _, _ in places),
            "role": tuple(role for _, _, role in places),
            "required_heads": _counts(_joined([months.required for months in roles])),
            "heads": heads,
            "led_heads": led,
            "span": organisation.span_of(led, heads),
            "span_limit": _joined([np.full_like(months.path.heads, months.role.span) for months in roles]),
            "vacancies": _counts(_joined([months.vacancies for months in roles])),
            "promoted_heads": _counts(_joined([months.promoted for months in roles])),
            "external_heads": _counts(_joined([months.appointed for months in roles])),
            "ready_bench": _blank_where(_joined([_bench(plan, months) for months in roles]), np.repeat(nobody, [len(months.units) for months in roles])),
            "group": tuple(group for _, group, _ in places),
            "required_path_heads": _counts(_joined([months.required_path for months in roles])),
        },
    )


def _bench(plan: Plan, months: RoleMonths) -> Array:
    """People ready to be promoted into each unit, summed over the units of the feeder; zero where nobody is promoted."""
    if months.ready is None:
        return np.zeros_like(months.path.heads)
    return np.asarray(months.ready @ belongs(plan.scenario, str(months.role.feeder), months.role.name))


def recruiting_table(plan: Plan) -> pd.DataFrame:
    """The funnel behind the starts of each month and source, unrounded, and the hours it takes.

    Applicants to offers are expected values for the starts of that month. `offers_to_make` fills the starts, as one class, with the certainty asked for;
    `starts_max` is blank where nothing limits the source. Hours fall in the months before the starts; those available serve all sources together.
    """
    load, given = plan.recruiting, plan.scenario.hiring
    sources = given.sources
    stages = [hiring.funnel_stages(source.funnel, load.starts[:, s]) for s, source in enumerate(sources)]
    acceptance = np.array([hiring.starts_per_offer(source.funnel) for source in sources])
    columns: dict[str, Any] = {
        "source": tuple(source.name for source in sources),
        "starts": _counts(load.starts),
        "starts_max": _blank_where(load.starts_max, np.isinf(load.starts_max)),
        "offers_to_make": hiring.offers_for_class(np.ceil(load.starts), acceptance, given.class_fill_certainty),
    }
    columns |= {name: np.stack([getattr(stage, name) for stage in stages], axis=1) for name in ("applicants", "screens", "interviews", "offers")}
    every = np.ones(len(sources))
    hours = {
        "recruiter_hours": _hours(plan, hiring.recruiter_hours_per_start),
        "recruiter_hours_available": load.recruiter_hours_available[:, None] * every,
        "interview_hours": _hours(plan, hiring.interview_hours_per_start),
        "interview_hours_available": load.interview_hours_available[:, None] * every,
    }
    return _grid(plan, columns | hours)


def _hours(plan: Plan, per_start: Callable[[hiring.Hiring, hiring.Source], float]) -> Array:
    """Hours that the starts of each source take in each month [months, sources]."""
    given, starts = plan.scenario.hiring, plan.recruiting.starts
    by_source = [hiring.work_by_month(starts[:, s], per_start(given, source), hiring.lead_months(source)) for s, source in enumerate(given.sources)]
    return np.stack(by_source, axis=1)


# Cost ----------------------------------------------------------------------------------------------------------------------------------------


def cost_table(plan: Plan) -> pd.DataFrame:
    """Every item of cost by month, group and role; items that are zero throughout are left out."""
    amounts = np.stack([line.amount for line in plan.costs], axis=1) if plan.costs else np.zeros((len(plan.months), 0))
    keys = {name: tuple(getattr(line, name) for line in plan.costs) for name in ("site", "group", "role", "item")}
    return _grid(plan, keys | {"amount": amounts, "currency": _currency(plan, amounts.size)})


def unit_costs_table(plan: Plan) -> pd.DataFrame:
    """What a contact, a hire and a start cost in each month, and what replacing those who left costs; ratios are blank where there is nothing to divide by.

    `hiring_outlay` is the money spent on finding the month's frontline starts; `start_cost` adds their part of the class and their pay until nesting ends.
    """
    contacts, costs = plan.requirement.contacts.sum(axis=1), start_costs(plan)
    starts, hiring_outlay, start_cost = (values.sum(axis=(1, 2)) for values in (plan.decisions.starts, costs.hiring, costs.total))
    columns: dict[str, Any] = {
        "contacts": _blank_where(contacts, contacts <= 0),
        "spend": plan.spend,
        "cost_per_contact": cost_per_contact(plan),
        "start_heads": _counts(starts),
        "hiring_outlay": hiring_outlay,
        "cost_per_hire": _each(hiring_outlay, starts),
        "start_cost": start_cost,
        "cost_per_start": _each(start_cost, starts),
        "lost_heads": plan.frontline.leavers.sum(axis=1) + plan.frontline.washout.sum(axis=1),
        "cost_of_attrition": cost_of_attrition(plan),
        "currency": (plan.scenario.finance.currency,),
    }
    return _grid(plan, columns)


def _each(amount: Array, number: Array) -> Masked:
    """An amount over a number, masked where that is zero."""
    return _blank_where(amount / np.where(number > 0, number, 1.0), number <= 0)


def cost_per_hire(plan: Plan) -> float | None:
    """Money spent on finding one frontline start, over the plan; None without starts."""
    starts = plan.decisions.starts.sum()
    return float(start_costs(plan).hiring.sum() / starts) if starts > 0 else None


# Figures on screen ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """A plan over its whole horizon. People are frontline people; money is in the reporting currency; None where undefined."""

    currency: str
    spend: float
    """Money that is paid: all cost but the price of shortage."""
    shortage_price: float
    cost: float
    contacts: float
    cost_per_contact: float | None
    cost_of_attrition: float | None
    opening_heads: float
    closing_heads: float
    starts: float
    leavers: float
    """People who leave once qualified."""
    washouts: float
    required_fte_months: float
    shortage_fte_months: float
    months_short: int
    """Months in which some group is short by a hundredth of an FTE or more."""
    overtime_fte_months: float
    contractor_fte_months: float
    appointed_heads: float
    """Appointments from outside to leader and support roles."""
    promoted_heads: float
    """Promotions into leader and support roles, failed ones included."""


def totals(plan: Plan) -> Totals:
    """The plan's totals over the horizon."""
    people, fte, contacts = plan.frontline, capacity(plan), plan.requirement.contacts.sum()
    spend = float(plan.spend.sum())
    return Totals(
        currency=plan.scenario.finance.currency,
        spend=spend,
        shortage_price=item_total(plan, "shortage_price"),
        cost=float(plan.cost.sum()),
        contacts=float(contacts),
        cost_per_contact=finance.cost_per_contact(spend, contacts).tolist(),
        cost_of_attrition=_sum_or_none(cost_of_attrition(plan)),
        opening_heads=float(people.opening[0].sum()),
        closing_heads=float(people.closing[-1].sum()),
        starts=float(people.starts.sum()),
        leavers=float(people.leavers.sum()),
        washouts=float(people.washout.sum()),
        required_fte_months=float(plan.required_fte.sum()),
        shortage_fte_months=float(fte["shortage_fte"].sum()),
        months_short=int((fte["shortage_fte"] >= 0.01).any(axis=1).sum()),
        overtime_fte_months=float(fte["overtime_fte"].sum()),
        contractor_fte_months=float(fte["contractor_fte"].sum()),
        appointed_heads=float(sum(months.appointed.sum() for months in plan.roles)),
        promoted_heads=float(sum(months.promoted.sum() for months in plan.roles)),
    )


def _sum_or_none(values: Masked) -> float | None:
    return None if np.ma.getmaskarray(values).all() else float(values.sum())


def cost_per_contact(plan: Plan) -> Masked:
    """Money paid a month over the contacts of that month, reporting currency [months]; masked without contacts.

    All spend counts, also that of groups whose heads are stated and whose contacts are not known.
    """
    return finance.cost_per_contact(plan.spend, plan.requirement.contacts.sum(axis=1))


def cost_per_replacement(plan: Plan) -> float | None:
    """What one frontline start of the plan costs on average until nesting ends: hiring, its part of the class, pay and on-cost; None without starts."""
    starts = plan.decisions.starts.sum()
    return float(start_costs(plan).total.sum() / starts) if starts > 0 else None


def cost_of_attrition(plan: Plan) -> Masked:
    """What replacing the month's leavers and washouts costs, at the plan's own cost per replacement, reporting currency [months]; masked without starts."""
    lost, each = (plan.frontline.leavers.sum(axis=1), plan.frontline.washout.sum(axis=1)), cost_per_replacement(plan)
    return np.ma.MaskedArray(finance.cost_of_attrition(*lost, each or 0.0), mask=np.full(len(plan.months), each is None))


# The family ----------------------------------------------------------------------------------------------------------------------------------


def limits_table(plan: Plan) -> pd.DataFrame:
    """What each group misses in a month, and the limit that one more class of the smallest size would break; blank where nothing stops it."""
    site = {group.name: group.site for group in plan.scenario.groups}
    groups = [group.name for group in plan.scenario.groups]
    columns: dict[str, Any] = {
        "site": tuple(site[group] for group in groups),
        "group": tuple(groups),
        "required_fte": plan.required_fte,
        "shortage_fte": plan.shortage_fte,
        "binding_limit": pd.array([limit for month in limits.what_stops_one_more_class(plan) for limit in month], dtype="str"),
    }
    return _grid(plan, columns)


@dataclass(frozen=True)
class Table:
    """One table: its name as a file, its title on a sheet, what it holds, and the function that makes it of a plan."""

    name: str
    title: str
    about: str
    of: Callable[[Plan], pd.DataFrame]


TABLES = (
    Table("requirement", "Requirement", "What each group needs for each queue, month by month, and which target decides it.", requirement_table),
    Table("headcount", "Headcount", "People by group and role: who is there, joins, is promoted, leaves; FTE required, productive, missing.", headcount_table),
    Table("hiring_plan", "Hiring plan", "Every hire: first day, latest day to open its requisition, month it is productive, cost.", hiring_plan_table),
    Table("training", "Training", "Classes, trainers, rooms and mentors at each site: needed and available.", training_table),
    Table("management", "Management", "Leaders and support roles: required and in post, spans, vacancies, promotions, ready bench.", management_table),
    Table("cost", "Cost", "Cost by month, group, role and item. The price of shortage is value lost, not money paid.", cost_table),
    Table("recruiting", "Recruiting", "The hiring funnel by source, and the hours of recruiters and interviewers it takes.", recruiting_table),
    Table("limits", "Limits", "What each group misses, and the limit that stops one more class from starting in that month.", limits_table),
    Table("unit_costs", "Unit costs", "What a contact, a hire and a start cost, and what replacing those who left costs.", unit_costs_table),
)


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Every table of a plan by its name. A plan without its costs, for those who may not see amounts, has none in its tables."""
    found = {table.name: table.of(plan) for table in TABLES}
    if not plan.costs:
        found["hiring_plan"]["cost"] = pd.array([pd.NA] * len(found["hiring_plan"]), dtype="Float64")
    return found

