"""Tables and sentences that the pages on demand, staffing and people show: every cell already written for people."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from planner import demand, hiring
from planner.channels import Chat, Deferred
from planner.cohorts import cohorts
from planner.horizon import DAYS, month_labels
from planner.parameters import Parameter
from planner.plan import Plan
from planner.report import heat, method, words
from planner.requirement import Pool, Requirement, binding_name, pool_agents, pool_need, pool_work, unfold_group
from planner.scenario import Scenario
from planner.staffing import StaffingSteps
from planner.ui import fields
from planner.workforce import Response, start_response

Array = NDArray[np.float64]


# Demand --------------------------------------------------------------------------------------------------------------------------------------


def queues_frame(scenario: Scenario) -> pd.DataFrame:
    """Every queue: its channel, contacts over the plan, mean handle time, and the course by month."""
    rows = [_queue_row(queue, scenario) for queue in scenario.queues]
    return pd.DataFrame(rows, columns=["Queue", "Channel", "Contacts", "Handle time", "First month", "Last month", "By month"])


def _queue_row(queue: Any, scenario: Scenario) -> tuple[Any, ...]:
    contacts, aht_s = demand.contacts(queue, scenario.horizon), demand.aht_s(queue, scenario.horizon)
    mean = float(np.average(aht_s, weights=contacts if contacts.sum() else None))
    channel = words.title(queue.channel.kind)
    first, last = words.count(contacts[0]), words.count(contacts[-1])
    return queue.name, channel, words.count(contacts.sum()), f"{words.number(mean)} s", first, last, contacts.round(0).tolist()


def queue_columns() -> dict[str, Any]:
    """How the table of queues is shown."""
    right = {name: st.column_config.TextColumn(name, alignment="right") for name in ("Contacts", "Handle time", "First month", "Last month")}
    return {**right, "By month": st.column_config.AreaChartColumn("Contacts by month", y_min=0)}


def demand_in_words(scenario: Scenario) -> str:
    """Contacts of all queues over the plan, and how they change."""
    total = np.sum([demand.contacts(queue, scenario.horizon) for queue in scenario.queues], axis=0)
    months = month_labels(scenario.horizon)
    told = f"{words.count(total.sum())} contacts from {words.month_name(months[0])} to {words.month_name(months[-1])}"
    if len(months) <= 12 or not total[:12].sum():
        return f"{told}."
    change = total[-12:].sum() / total[:12].sum() - 1
    return f"{told}; the last 12 months bring {words.percent(abs(change))} {'more' if change >= 0 else 'fewer'} than the first 12."


def course_in_words(scenario: Scenario, contacts: Array, aht_s: Array) -> str:
    """The busiest month of a queue, and how its handle time moves."""
    months = month_labels(scenario.horizon)
    top = int(contacts.argmax())
    first, last = words.number(aht_s[0]), words.number(aht_s[-1])
    moves = f"goes from {first} s to {last} s" if first != last else f"stays at {first} s"
    return f"Busiest month: {words.month_name(months[top])} with {words.count(contacts[top])} contacts. Handle time {moves}."


# People --------------------------------------------------------------------------------------------------------------------------------------


def funnel_frame(plan: Plan) -> pd.DataFrame:
    """Every source: starts over the plan, applicants for one start, lead time, cost of one start."""
    currency = plan.scenario.finance.currency
    rows = [
        {
            "Source": source.name,
            "Starts": words.count(plan.decisions.starts[:, :, position].sum()),
            "Applicants for one start": words.number(hiring.applicants_per_start(source.funnel), 1),
            "Open the requisition": f"{hiring.lead_months(source)} {'month' if hiring.lead_months(source) == 1 else 'months'} ahead",
            "Cost per hire": words.money(source.cost_per_hire, currency),
        }
        for position, source in enumerate(plan.scenario.hiring.sources)
    ]
    frame = pd.DataFrame(rows)
    return frame if plan.costs else frame.drop(columns="Cost per hire", errors="ignore")


# Staffing ------------------------------------------------------------------------------------------------------------------------------------


def required_heads(plan: Plan, group: str, month: int) -> float:
    """People required of a group in a month."""
    return float(plan.requirement.group_heads[month, plan.requirement.groups.index(group)])


@lru_cache(maxsize=64)
def unfolded(scenario: Scenario, group: str) -> StaffingSteps:
    """The steps from contacts to people of a group, worked out once."""
    return unfold_group(scenario, group)


def steps_in_words(steps: StaffingSteps, month: int, need: Requirement, group: str) -> str:
    """What a month brings, and what each FTE of pure handling becomes."""
    rows = [row for row, owner in enumerate(need.row_group) if need.groups[owner] == group]
    contacts = float(need.contacts[month, rows].sum())
    handling, required = float(steps.workload_fte[month]), float(steps.required_fte[month])
    if not required:
        return "Nothing is asked of this group in this month."
    return (
        f"{words.count(contacts)} contacts take {words.fte(handling)} of pure handling; "
        f"with waiting promises, absence, breaks, shifts and holidays that becomes "
        f"{words.fte(required)}, or {words.people(float(steps.required_heads[month]))}."
    )


def steps_frame(steps: StaffingSteps, month: int) -> pd.DataFrame:
    """Each step with what it adds and the sum so far, written for people."""
    sizes = [float(getattr(steps, name)[month]) for name, _ in heat.STEPS]
    sums = np.cumsum(sizes)
    rows = [(label, words.number(size, 1), words.number(total, 1)) for (_, label), size, total in zip(heat.STEPS, sizes, sums, strict=True)]
    heads = (words.number(float(steps.contract_mix_heads[month]), 1), f"{words.number(float(steps.required_heads[month]), 1)} people")
    return pd.DataFrame([*rows, ("Contracts below full time", *heads)], columns=["Step", "Adds (FTE)", "Sum so far (FTE)"])


def pool_name(pool: Pool) -> str:
    """The queues of a pool by name."""
    return " + ".join(queue.name for queue in pool.queues)


@dataclass(frozen=True, eq=False)
class Week:
    """An ordinary week of a pool: agents [7, S], a sentence for each interval, what the map says, and by which method it was worked out."""

    agents: Array
    told: list[list[str]]
    says: str
    method: str


def week_of(pool: Pool, month: int) -> Week:
    """Agents by weekday and interval of a pool in one month, what decides them, and the method behind."""
    work, required = pool_work(pool), pool_agents(pool)
    agents = heat.month_week(required.agents, work.days, month)
    contacts = heat.month_week(work.contacts, work.days, month)
    binding = required.binding[month, :7]
    told = [[_told(contacts[day, slot], int(binding[day, slot])) for slot in range(agents.shape[1])] for day in range(7)]
    return Week(agents, told, _week_in_words(pool, agents, month), method_of(pool))


def week_frame(agents: Array) -> pd.DataFrame:
    """An ordinary week as a table: a row for each interval, a column for each day that is open."""
    span, days = heat.open_part(agents)
    clock = [heat.clock(slot, agents.shape[1]) for slot in range(span.start, span.stop)]
    return pd.DataFrame({"From": clock, **{DAYS[day]: [_agents(float(value)) for value in agents[day, span]] for day in days}})


def _agents(value: float) -> str:
    return words.number(value, 0 if value.is_integer() else 1)


def _told(contacts: float, code: int) -> str:
    return f", {words.number(contacts)} contacts{f', decided by {decided_by(code)}' if code >= 0 else ''}"


def decided_by(code: int) -> str:
    """What decides a number of agents, in words."""
    return words.title(binding_name(code)).lower() if code >= 0 else "nothing"


def _week_in_words(pool: Pool, agents: Array, month: int) -> str:
    if not agents.any():
        return "Nobody is needed in this month."
    day, slot = np.unravel_index(agents.argmax(), agents.shape)
    need = pool_need(pool)
    hours = float(need.on_position_hours[month])
    return (
        f"Most: {words.number(agents.max())} agents on {DAYS[day]} at {heat.clock(int(slot), agents.shape[1])}. "
        f"{words.count(hours)} hours on position in the month; "
        f"what decides most of them: {decided_by(int(need.binding[month]))}."
    )


def method_of(pool: Pool) -> str:
    """By which method a pool's agents are worked out, and on which side it errs."""
    channel = pool.queues[0].channel
    if isinstance(channel, Deferred):
        return "Method: the smallest steady team that finishes everything by its deadline over a typical week (demand bound). Assumes work in order of arrival."
    if isinstance(channel, Chat):
        return "Method: chats held at once by each agent, each the longer the more are held. Assumes balanced routing and exponential lengths."
    if channel.patience_s is None:
        return "Method: Erlang C, callers wait for ever. It errs on the pessimistic side where callers hang up."
    patience = f"a mean patience of {channel.patience_s:g} s"
    return f"Method: Erlang A with {patience}. It errs on the optimistic side; Erlang C, without patience, is the pessimistic one."


# People and classes --------------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def one_start(scenario: Scenario, group: str, source: str) -> tuple[Response, Array]:
    """What one start of a group and source brings over 36 months: its response, and productive FTE after contract and mentoring."""
    g = [each.name for each in scenario.groups].index(group)
    s = [each.name for each in scenario.hiring.sources].index(source)
    response = start_response(scenario.groups[g].workforce, 36, scenario.hiring.sources[s].exit_multiplier)
    fte: Array = cohorts(scenario, 36).capacity_per_start[g, s]
    return response, fte


def one_start_in_words(fte: Array) -> str:
    """When a hire helps, and how much at most."""
    peak, last = float(fte.max()), len(fte) - 1
    if peak <= 0:
        return "One start never brings capacity within three years."
    helps, most = int(np.argmax(fte > 0)), int(fte.argmax())
    ninety = int(np.argmax(fte >= 0.9 * peak))
    costs = f" In its first {'month' if helps == 1 else f'{helps} months'} it brings nothing." if helps else ""
    most_told = f"One hire never yields more than {words.number(peak, 2)} FTE (month {most} after the start) and reaches nine tenths of that in month {ninety}."
    return f"{most_told}{costs} After {last} months {words.number(fte[last], 2)} FTE are left."


def people_in_words(plan: Plan, group: int | None) -> str:
    """People at the start and the end, and the FTE they bring."""
    columns = list(range(len(plan.scenario.groups))) if group is None else [group]
    heads, fte = plan.frontline.heads[:, columns].sum(axis=1), plan.frontline.productive_fte[:, columns].sum(axis=1)
    share = fte.sum() / heads.sum() if heads.sum() else 0.0
    return (
        f"{words.people(heads[0])} in {words.month_name(plan.months[0])}, {words.people(heads[-1])} in {words.month_name(plan.months[-1])}. "
        f"On average 100 people bring {words.count(100 * share)} productive FTE: the rest is training, ramp, mentoring and part time."
    )


def classes_in_words(plan: Plan) -> str:
    """How many classes start, and the month with most."""
    classes = plan.decisions.classes.sum(axis=1)
    if not classes.any():
        return "No class starts in this plan."
    top = int(classes.argmax())
    return (
        f"{words.count(classes.sum())} classes for {words.people(plan.frontline.starts.sum())}; most in {words.month_name(plan.months[top])}: "
        f"{words.count(classes[top])}. The figure in a cell is people."
    )


def room_panels(plan: Plan, site: int) -> tuple[tuple[str, str, Array, Array], ...]:
    """Rooms, trainers and mentors of a site: title, unit, needed and available by month."""
    load = plan.training
    return (
        ("Training rooms", "rooms", load.classes_running[:, site], load.rooms_available[:, site]),
        ("Trainers", "trainers", load.trainers_needed[:, site], load.trainers_available[:, site]),
        ("Mentors", "mentors", load.mentors_needed[:, site], load.mentors_available[:, site]),
    )


def load_in_words(plan: Plan, needed: Array, available: Array, unit: str) -> str:
    """The tightest month of a resource."""
    if not needed.any():
        return f"No {unit} needed."
    left = available - needed
    month = int(left.argmin())
    label = words.month_name(plan.months[month])
    if left[month] < -1e-9:
        return f"Short of {words.count(-left[month])} in {label}: {words.count(needed[month])} needed, {words.count(available[month])} there."
    return f"Tightest in {label}: {words.count(needed[month])} of {words.count(available[month])} {unit} in use."


def load_frame(plan: Plan, needed: Array, available: Array) -> pd.DataFrame:
    """Needed and available by month, written for people."""
    months = [words.month_name(month) for month in plan.months]
    return pd.DataFrame({"Month": months, "Needed": [words.one_decimal(v) for v in needed], "Available": [words.one_decimal(v) for v in available]})


def calendar_frame(plan: Plan) -> pd.DataFrame:
    """Every month and group in which classes start, written for people."""
    classes, starts = plan.decisions.classes, plan.frontline.starts
    rows = [
        (words.month_name(plan.months[t]), plan.scenario.groups[g].site, plan.scenario.groups[g].name, words.count(classes[t, g]), words.count(starts[t, g]))
        for t, g in zip(*np.nonzero(starts), strict=True)
    ]
    return pd.DataFrame(rows, columns=["Starts", "Site", "Group", "Classes", "People"])


def moves_in_words(plan: Plan, group: int | None) -> str:
    """Starts, leavers and washouts over the plan."""
    columns = list(range(len(plan.scenario.groups))) if group is None else [group]
    people = plan.frontline
    starts, leavers, washouts, promoted = (float(values[:, columns].sum()) for values in (people.starts, people.leavers, people.washout, people.promoted_out))
    stay = f"{words.count(starts)} start, {words.count(leavers)} leave"
    return f"Over the plan {stay}, {words.count(washouts)} do not finish training, {words.count(promoted)} are promoted."


def tenure_in_words(plan: Plan, group: int | None) -> str:
    """The month with the largest share of people under six months."""
    columns = list(range(len(plan.scenario.groups))) if group is None else [group]
    heads, young = plan.frontline.heads[:, columns].sum(axis=1), plan.frontline.under_6_months[:, columns].sum(axis=1)
    share = np.divide(young, heads, out=np.zeros_like(heads), where=heads > 0)
    month = int(share.argmax())
    verdict = "beyond the third at which newcomers set the tone" if share[month] > 1 / 3 else "below the third at which newcomers set the tone"
    return f"At most {words.percent(share[month])} are under 6 months, in {words.month_name(plan.months[month])}: {verdict}."


def funnel_in_words(plan: Plan) -> str:
    """Applicants for the starts of the plan."""
    totals = heat.funnel_totals(plan)
    if not totals["Starts"]:
        return "Nobody is hired in this plan."
    return f"{words.count(totals['Starts'])} starts take {words.count(totals['Applicants'])} applicants and {words.count(totals['Interviews'])} interviews."


def hiring_load(plan: Plan) -> tuple[tuple[str, Array, Array], ...]:
    """Hours of recruiters and of interviewers: title, needed, available by month."""
    load = plan.recruiting
    return (("Recruiters", load.recruiter_hours, load.recruiter_hours_available), ("Interviewers", load.interview_hours, load.interview_hours_available))


# Method --------------------------------------------------------------------------------------------------------------------------------------

BASES = {"source": "Source", "assumption": "Assumption", "yours": "Yours"}


def parameters_frame(currency: str) -> pd.DataFrame:
    """Every parameter a scenario can have, as its declaration has it, written for people."""
    return _parameters_frame(currency, words.style())


@lru_cache(maxsize=8)
def _parameters_frame(currency: str, style: words.Style) -> pd.DataFrame:
    del style
    rows = [_parameter_row(place, parameter, currency) for place, parameter in method.declarations()]
    return pd.DataFrame(rows, columns=["Part", "Parameter", "Unit", "Allowed", "Default", "Basis", "Help"]).drop_duplicates(ignore_index=True)


def _parameter_row(place: str, parameter: Parameter, currency: str) -> tuple[str, ...]:
    basis = "Assumption" if fields.is_assumption(parameter) else BASES[parameter.basis]
    told = (fields.unit(parameter, currency), fields.bounds(parameter, currency), fields.default_in_words(parameter, currency))
    return words.title(place) if place else "Scenario", words.title(parameter.name), *told, basis, fields.in_words(parameter.help)


def parameter_columns() -> dict[str, Any]:
    """How the table of parameters is shown: the help has the room."""
    return {
        "Help": st.column_config.TextColumn(width="large"),
        "Part": st.column_config.TextColumn(width="small"),
        "Unit": st.column_config.TextColumn(width="small"),
    }
