"""Every number asked why: a required head, the people of a month, the FTE they bring and the cost of a month, each as steps that make exactly the number.

A number is a start and steps, each an operation on what stands before it; `result` carries them out, and tests hold it against the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner import horizon, organisation, staffing
from planner.channels import Chat, Deferred
from planner.organisation import FRONTLINE
from planner.plan import CostLine, Plan, RoleMonths, monthly_pay, opening_from_outside, place, role_pay
from planner.report import words
from planner.report.takeaways import Behind
from planner.requirement import Pool, binding_name, group_pools, pool_work
from planner.scenario import Group, Scenario
from planner.workforce import settled_yield

Array = NDArray[np.float64]
Sign = Literal["", "×", "÷", "+", "−"]
HAIR = 1e-9


@dataclass(frozen=True)
class Step:
    """One operation: its sign and amount in a unit, the unit of what stands after it, how it comes about and where that comes from."""

    label: str
    sign: Sign
    amount: float
    unit: str
    makes: str
    why: str = ""


@dataclass(frozen=True)
class Unfolded:
    """A number as steps, the first without a sign."""

    title: str
    steps: tuple[Step, ...]

    @property
    def running(self) -> tuple[float, ...]:
        """What stands after each step."""
        found = [self.steps[0].amount]
        for step in self.steps[1:]:
            found.append(operated(found[-1], step.sign, step.amount))
        return tuple(found)

    @property
    def result(self) -> float:
        """The number."""
        return self.running[-1]


def operated(before: float, sign: Sign, amount: float) -> float:
    """One operation.

    >>> operated(12.0, "÷", 4.0), operated(12.0, "−", 4.0)
    (3.0, 8.0)
    """
    if sign == "÷":
        return before / amount
    return {"×": before * amount, "+": before + amount, "−": before - amount, "": amount}[sign]


def added(label: str, amount: float, unit: str, why: str = "") -> Step:
    """An amount put on top, or taken off where it is negative."""
    return Step(label, "+" if amount >= 0 else "−", abs(amount), unit, unit, why)


# Required heads ------------------------------------------------------------------------------------------------------------------------------


def queues_of(plan: Plan, group: str) -> tuple[str, ...]:
    """The queues that a group serves, in the order of the requirement; none where it states its people."""
    need, at = plan.requirement, plan.requirement.groups.index(group)
    return tuple(queue for owner, queue in zip(need.row_group, need.row_queue, strict=True) if owner == at and queue)


def required_heads(plan: Plan, group: str, month: int, queue: str = "") -> Unfolded:
    """People required of a group for one of its queues in a month, from its contacts; of a group that states its people, with the FTE they bring."""
    chosen = next(each for each in plan.scenario.groups if each.name == group)
    return _from_contacts(plan, chosen, queue, month) if chosen.serves else _stated(plan, chosen, month)


def _from_contacts(plan: Plan, group: Group, queue: str, month: int) -> Unfolded:
    need, pool = plan.requirement, _pool(plan.scenario, group.name, queue)
    row = next(row for row, name in enumerate(need.row_queue) if name == queue and need.groups[need.row_group[row]] == group.name)
    contacts, aht_s, on_position = (float(values[month, row]) for values in (need.contacts, need.aht_s, need.on_position_hours))
    if not on_position:
        return Unfolded(f"{queue}, {group.name}", (Step("Contacts", "", contacts, "contacts", "contacts", "Nothing is asked in this month."),))
    hours = _open_hours(pool, month)
    load = contacts * aht_s / 3600 / hours
    steps = (
        Step("Contacts", "", contacts, "contacts", "contacts", _share_words(group, queue)),
        Step(
            "Handle time",
            "×",
            aht_s,
            "s a contact",
            "s",
            "The queue's average in the month; breadth costs where all take all queues.",
        ),
        Step("Seconds of an hour", "÷", 3600.0, "s an hour", "h of handling", "Workload: contacts x handle time."),
        Step("Open hours of the month", "÷", hours, "open h", "erlangs", "Offered load, on average over the open hours."),
        added(_safety_label(pool), on_position / hours - load, "agents", _safety_words(pool, int(need.binding[month, row]))),
        Step("Open hours of the month", "×", hours, "open h", "h on position", "Agents by interval, added up over the month."),
        *_paid_steps(plan.scenario, group, month),
    )
    return Unfolded(f"{queue}, {group.name}", steps)


def _pool(scenario: Scenario, group: str, queue: str) -> Pool:
    return next(pool for pool in group_pools(scenario, group) if queue in [each.name for each in pool.queues])


@lru_cache(maxsize=256)
def _open_hours(pool: Pool, month: int) -> float:
    """Hours of a month in which a pool is open."""
    work = pool_work(pool)
    return float(work.days[month] @ work.open.sum(axis=1)) * work.interval_s / 3600


def _share_words(group: Group, queue: str) -> str:
    share = next(each.share for each in group.serves if each.name == queue)
    whole = "All contacts" if share == 1 else f"{words.percent(share)} of the contacts"
    return f"{whole} of the queue: base, growth, season and events, or your own series."


def _safety_label(pool: Pool) -> str:
    return "Held at once, and kept from waiting" if isinstance(pool.queues[0].channel, Chat) else "So that nobody waits too long"


def _safety_words(pool: Pool, binding: int) -> str:
    """By which method agents beyond the load are worked out, and what decides them."""
    channel = pool.queues[0].channel
    by = "Demand bound of the deadline" if isinstance(channel, Deferred) else "Chats held at once" if isinstance(channel, Chat) else "Erlang A"
    by = "Erlang C" if not isinstance(channel, Deferred | Chat) and channel.patience_s is None else by
    pooled = f"; {len(pool.queues)} queues are staffed together, told by workload" if len(pool.queues) > 1 else ""
    return f"{by}, interval by interval; most is decided by {words.title(binding_name(binding)).lower()}{pooled}."


def _paid_steps(scenario: Scenario, group: Group, month: int) -> tuple[Step, ...]:
    """From hours on position to people."""
    site = next(each for each in scenario.sites if each.name == group.site)
    paid_hours = horizon.paid_hours(scenario.horizon, group.staffing.weekly_hours)
    working = horizon.working_share(scenario.horizon, site.country, site.subdivision)
    paid = staffing.paid_time(group.staffing, horizon.calendar_months(scenario.horizon), paid_hours, working)
    out, inside = 1 - float(paid.shrinkage_out[month]), 1 - float(paid.shrinkage_in[month])
    return (
        Step("At work", "÷", out, "share", "h", f"{_reasons(group, 'out')} take the rest."),
        Step("On position while at work", "÷", inside, "share", "h", f"{_reasons(group, 'in')} take the rest."),
        Step("Shifts that fit the curve", "÷", float(paid.efficiency), "share", "h", "Schedule efficiency: required over scheduled hours."),
        Step("Weekdays less holidays", "÷", float(working[month]), "share", "paid h", "From the site's calendar."),
        Step("Paid hours of one FTE", "÷", float(paid_hours[month]), "h a FTE", "FTE", "Weekly hours x weekdays of the month / 5."),
        Step(
            "FTE of an average contract",
            "÷",
            staffing.mean_contract_fraction(group.staffing.contracts),
            "FTE a person",
            "people",
            "The group's mix of contracts.",
        ),
    )


def _reasons(group: Group, where: str) -> str:
    names = [each.name for each in group.staffing.shrinkage if each.where == where and each.fraction]
    told = ", ".join(names) or "nothing"
    return told[0].upper() + told[1:]


def _stated(plan: Plan, group: Group, month: int) -> Unfolded:
    """Stated people, and the FTE that a settled group of that size brings."""
    site = next(each.training for each in plan.scenario.sites if each.name == group.site)
    heads = float(plan.requirement.group_heads[month, plan.requirement.groups.index(group.name)])
    brings = settled_yield(group.workforce, site.mentees_per_mentor, site.mentor_loss)
    fraction = staffing.mean_contract_fraction(group.staffing.contracts)
    steps = (
        Step("People stated", "", heads, "people", "people", "Your plan of record with its growth, trainees included; not worked out from contacts."),
        Step("FTE of an average contract", "×", fraction, "FTE a person", "FTE", "The group's mix of contracts."),
        Step("What a settled group brings", "×", brings, "share", "FTE", "Training, ramp and mentoring of a group that only replaces its leavers."),
    )
    return Unfolded(group.name, steps)


# People of a month ---------------------------------------------------------------------------------------------------------------------------


def frontline_heads(plan: Plan, month: int, group: str | None = None) -> Unfolded:
    """Frontline people at the end of a month: who was there, who came, who left."""
    columns = [g for g, each in enumerate(plan.scenario.groups) if group in (None, each.name)]
    people = plan.frontline
    one = {name: float(getattr(people, name)[month, columns].sum()) for name in ("opening", "returned", "promoted_out", "washout", "leavers")}
    starts = plan.decisions.starts[month, columns].sum(axis=0)
    steps = [
        Step("There before the month's classes", "", one["opening"], "people", "people", "Closing of the month before; at first your people in post."),
        *(
            Step(f"Start from {source.name}", "+", float(heads), "people", "people", "Decided: whole people, in classes that begin on day 1.")
            for source, heads in zip(plan.scenario.hiring.sources, starts, strict=True)
        ),
        Step("Back from a promotion that failed", "+", one["returned"], "people", "people", "Promotions x share that fail x share that return."),
        Step("Promoted away", "−", one["promoted_out"], "people", "people", "Decided: whole people."),
        Step("Do not finish training", "−", one["washout"], "people", "people", "Expected: washout at the end of classroom and of nesting."),
        Step("Leave", "−", one["leavers"], "people", "people", "Expected: people by tenure x their probability of leaving in a month."),
    ]
    return Unfolded(group or "All groups", tuple(steps))


def role_heads(plan: Plan, role: str, month: int) -> Unfolded:
    """People of a role at the end of a month, over all its units."""
    path = plan.role(role).path
    one = {name: float(getattr(path, name)[month].sum()) for name in ("opening", "starts", "promoted_in", "returned", "promoted_out", "leavers")}
    steps = (
        Step("In post as the month begins", "", one["opening"], "people", "people", "Closing of the month before; at first your people in post."),
        Step("Appointed from outside", "+", one["starts"], "people", "people", "Decided: whole people, on the first day."),
        Step("Promoted into the role", "+", one["promoted_in"], "people", "people", "Decided: whole people, at the month's end, who will fail included."),
        Step("Back from a promotion that failed", "+", one["returned"], "people", "people", "Promotions above x share that fail x share that return."),
        Step("Promoted away, or failed", "−", one["promoted_out"], "people", "people", "Promotions into roles above, and those into this role that fail."),
        Step("Leave", "−", one["leavers"], "people", "people", "Expected: people x the role's probability of leaving in a month."),
    )
    return Unfolded(words.title(role), steps)


def available_fte(plan: Plan, group: str, month: int) -> Unfolded:
    """FTE that a group has in a month, from its people."""
    at = [each.name for each in plan.scenario.groups].index(group)
    heads, nesting, productive = (float(values[month, at]) for values in (plan.frontline.heads, plan.frontline.nesting, plan.frontline.productive_fte))
    fraction, mentoring = float(plan.parts.contract_fraction[at]), float(plan.parts.mentoring_loss_per_nester[at]) * nesting
    learning = heads - productive / fraction - mentoring
    rest = float(plan.available_fte[month, at]) - productive - float(plan.decisions.overtime_fte[month, at]) - float(plan.decisions.contractor_fte[month, at])
    steps = [
        Step("People", "", heads, "people", "people", "There in the month, trainees and nesters included."),
        added("Still learning", -learning, "people", "Classroom, nesting and ramp: people x what they lack of full proficiency."),
        added("Mentoring", -mentoring, "people", "Nesters / nesters per mentor x what mentoring costs a mentor."),
        Step("FTE of an average contract", "×", fraction, "FTE a person", "FTE", "The group's mix of contracts."),
        added("Overtime", float(plan.decisions.overtime_fte[month, at]), "FTE", "Decided, up to its largest share."),
        added("Contractors", float(plan.decisions.contractor_fte[month, at]), "FTE", "Decided, fully proficient."),
    ]
    if abs(rest) > HAIR:
        steps.append(added("People of other work", rest, "FTE", "Who take contacts some hours."))
    return Unfolded(group, tuple(steps))


# Cost of a month -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Factor:
    """One factor of an amount of money."""

    amount: float
    unit: str


@dataclass(frozen=True)
class Product:
    """A part of a month's cost: whose, for what, and the factors that make it."""

    who: str
    item: str
    factors: tuple[Factor, ...]
    why: str = ""

    @property
    def amount(self) -> float:
        """The money: the product of the factors."""
        return prod(factor.amount for factor in self.factors)


def month_cost(plan: Plan, month: int) -> tuple[Product, ...]:
    """Every part of a month's cost as heads, or what else is counted, times its rate; the amounts sum to the cost of the month."""
    return tuple(product for line in plan.costs for product in _products(plan, line, month))


def _products(plan: Plan, line: CostLine, month: int) -> Iterator[Product]:
    """The parts of one line that are not zero, and what they do not explain (premiums and programmes) as an amount of its own."""
    found = list(_frontline_products(plan, line, month) if line.role == FRONTLINE else _role_products(plan, line, month))
    yield from (product for product in found if product.amount)
    amount = float(line.amount[month])
    rest = amount - sum(product.amount for product in found)
    if abs(rest) > HAIR * max(1.0, abs(amount)):
        yield Product(_who(line), line.item, (Factor(rest, "money"),), "Premiums and programmes.")


def _who(line: CostLine) -> str:
    if line.role == FRONTLINE:
        return line.group
    where = next((name for name in (line.group, line.site) if name != "all"), "")
    return f"{words.title(line.role)}{f', {where}' if where else ''}"


def _frontline_products(plan: Plan, line: CostLine, month: int) -> Iterator[Product]:
    given, who = plan.scenario.finance, _who(line)
    at = [group.name for group in plan.scenario.groups].index(line.group)
    rate = Factor(float(monthly_pay(plan.scenario)[month, at]), "money a FTE")
    loaded = Factor(1 + given.on_cost, "with on-cost")
    pay = "Pay of a full-time month, with rises, the site's factor and its exchange rate."
    if line.item == "pay":
        people = Factor(float(plan.frontline.heads[month, at]), "people")
        yield Product(who, line.item, (people, Factor(float(plan.parts.contract_fraction[at]), "FTE a person"), rate), pay)
    elif line.item == "on_cost":
        yield _on_cost(plan, line, month)
    elif line.item == "hiring":
        for source, starts in zip(plan.scenario.hiring.sources, plan.decisions.starts[month, at], strict=True):
            yield Product(who, line.item, (Factor(float(starts), "starts"), Factor(source.cost_per_hire, "money a hire")), f"From {source.name}.")
    elif line.item == "training":
        yield Product(who, line.item, (Factor(float(plan.decisions.classes[month, at]), "classes"), Factor(given.cost_per_class, "money a class")))
    elif line.item == "overtime":
        fte = Factor(float(plan.decisions.overtime_fte[month, at]), "FTE")
        yield Product(who, line.item, (fte, rate, loaded, Factor(given.overtime_multiple, "times")), pay)
    elif line.item == "contractor":
        fte = Factor(float(plan.decisions.contractor_fte[month, at]), "FTE")
        yield Product(who, line.item, (fte, Factor(given.contractor_monthly_cost, "money a FTE")))
    elif line.item == "shortage_price":
        fte = Factor(float(plan.shortage_fte[month, at]), "FTE short")
        yield Product(who, line.item, (fte, rate, loaded, Factor(given.shortage_multiple, "times")), "Value lost; nobody pays it.")


def _on_cost(plan: Plan, line: CostLine, month: int) -> Product:
    """On-cost on all pay of the same people."""
    same = (each for each in plan.costs if (each.site, each.group, each.role, each.item) == (line.site, line.group, line.role, "pay"))
    pay = sum(float(each.amount[month]) for each in same)
    return Product(_who(line), line.item, (Factor(pay, "money of pay"), Factor(plan.scenario.finance.on_cost, "share")), "Employer's cost on top of pay.")


def _role_products(plan: Plan, line: CostLine, month: int) -> Iterator[Product]:
    months, who = plan.role(line.role), _who(line)
    unit = _unit(plan, months, line)
    each = Factor(float(role_pay(plan.scenario, months.role)[month, unit]), "money a person")
    if line.item == "pay":
        begun = opening_from_outside(plan.scenario, months.role)
        outside = organisation.external_heads(months.appointed, months.role.exit_probability_monthly, begun)[month, unit]
        yield Product(
            who, line.item, (Factor(float(months.path.heads[month, unit]), "people"), each), "The role's pay with rises, the site's factor and its rate."
        )
        premium = Factor(months.role.external_premium, "share")
        yield Product(who, line.item, (Factor(float(outside), "people from outside"), each, premium), "What people from outside are paid more.")
    elif line.item == "on_cost":
        yield _on_cost(plan, line, month)
    elif line.item == "management_search":
        appointed = Factor(float(months.appointed[month, unit]), "appointments")
        yield Product(who, line.item, (appointed, Factor(months.role.search_cost, "money a search")))


def _unit(plan: Plan, months: RoleMonths, line: CostLine) -> int:
    return next(at for at, unit in enumerate(months.units) if place(plan.scenario, months.role, unit) == (line.site, line.group))


# Written for people --------------------------------------------------------------------------------------------------------------------------


def written(value: float, unit: str, currency: str = "") -> str:
    """A figure of a step with its unit.

    >>> written(0.85, "share"), written(12_345.6, "contacts"), written(0.92, "FTE a person"), written(3_708.0, "money a FTE", "USD")
    ('85 %', '12,346 contacts', '0.92 FTE a person', '$3,708 a FTE')
    """
    if unit == "share":
        return words.restyled(f"{value * 100:.1f} %".replace(".0 %", " %"))
    if unit.startswith("money"):
        sign = words.CURRENCY_SIGNS.get(currency, f"{currency} ")
        amount = sign + words.restyled(f"{value:,.2f}".removesuffix(".00") if abs(value) < 100 else f"{value:,.0f}")
        return f"{amount}{unit.removeprefix('money')}"
    if unit in ("with on-cost", "times"):
        return f"{words.restyled(f'{value:,.3g}')}{'' if unit == 'times' else ' with on-cost'}"
    number = _figure(value, unit)
    return f"{number} {_ONE.get(unit, unit) if number == '1' else unit}"


_ONE = {"classes": "class", "starts": "start", "people": "person", "appointments": "appointment", "contacts": "contact", "agents": "agent"}


def _figure(value: float, unit: str) -> str:
    if unit == "FTE a person" or (abs(value) < 1 and value != 0):
        return words.number(value, 2)
    return words.number(value) if abs(value) >= 1_000 or float(value).is_integer() else words.number(value, 1)


def table(unfolded: Unfolded) -> Behind:
    """Every step with its amount, what stands after it, and how it comes about."""
    steps = unfolded.steps
    return {
        "Step": [step.label for step in steps],
        "By": [f"{step.sign} {written(step.amount, step.unit)}".strip() for step in steps],
        "Makes": [written(value, step.makes) for value, step in zip(unfolded.running, steps, strict=True)],
        "How it comes about": [step.why for step in steps],
    }


def formula(unfolded: Unfolded) -> str:
    """All steps in one line, with brackets where a sum is multiplied or divided; what adds nothing is left out.

    >>> formula(Unfolded("", (Step("a", "", 12.0, "people", "people"), Step("b", "−", 2.0, "people", "people"), Step("c", "×", 0.5, "FTE a person", "FTE"))))
    '(12 people − 2 people) × 0.50 FTE a person = 5 FTE'
    """
    text, is_sum = "", False
    for step in unfolded.steps:
        if step.sign in ("+", "−") and not step.amount:
            continue
        text = f"({text})" if is_sum and step.sign in ("×", "÷") else text
        is_sum = step.sign in ("+", "−")
        text = f"{text} {step.sign} {written(step.amount, step.unit)}".strip()
    return f"{text} = {written(unfolded.result, unfolded.steps[-1].makes)}"


def cost_table(plan: Plan, month: int, item: str | None = None) -> Behind:
    """Every part of a month's cost, of one item or of all: whose, what is counted times its rate, the amount."""
    currency = plan.scenario.finance.currency
    rows = [product for product in month_cost(plan, month) if item in (None, product.item)]
    return {
        "Item": [words.title(product.item) for product in rows],
        "Who": [product.who for product in rows],
        "How many, and at what": [" × ".join(written(factor.amount, factor.unit, currency) for factor in product.factors) for product in rows],
        "Amount": [f"{words.CURRENCY_SIGNS.get(currency, currency + ' ')}{words.number(product.amount)}" for product in rows],
        "How it comes about": [product.why for product in rows],
    }


def items(plan: Plan, month: int) -> dict[str, float]:
    """A month's cost by item, the largest first, what nobody pays last."""
    totals: dict[str, float] = {}
    for product in month_cost(plan, month):
        totals[product.item] = totals.get(product.item, 0.0) + product.amount
    return dict(sorted(totals.items(), key=lambda each: (each[0] == "shortage_price", -each[1])))
