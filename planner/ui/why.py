"""Every number asked why, on its page: a required head, the people of a month, their FTE, the cost of a month; and the classes in their rooms."""

import streamlit as st

from planner.plan import Plan
from planner.report import gantt, unfold, waterfall, words
from planner.report.unfold import Unfolded
from planner.report.waterfall import Stair
from planner.ui import section, session


def month_picker(plan: Plan, place: str, label: str = "Month") -> int:
    """The month that is looked at."""
    chosen = st.selectbox(label, plan.months, format_func=words.month_name, key=session.key(f"why.{place}.{len(plan.months)}"), width=180)
    return plan.months.index(chosen)


def required(plan: Plan, group: str, month: int) -> None:
    """A required head from its contacts, queue by queue."""
    queues = unfold.queues_of(plan, group)
    queue = ""
    if len(queues) > 1:
        queue = st.segmented_control("Queue", queues, default=queues[0], key=session.key(f"why.queue.{group}"), required=True, label_visibility="collapsed")
    elif queues:
        queue = queues[0]
    steps(unfold.required_heads(plan, group, month, queue))


def steps(found: Unfolded) -> None:
    """The steps as one line to type into a calculator, and one by one."""
    st.markdown(section.plain(unfold.formula(found)))
    section.table(unfold.table(found), height="content")


def people(plan: Plan, group: str | None, dark: bool) -> None:
    """Where the people of a month come from, and the FTE they bring."""
    with section.card("Where the people of a month come from"):
        month = month_picker(plan, "people")
        found = unfold.frontline_heads(plan, month, group)
        section.said(says := _moves(found, words.month_name(plan.months[month])))
        section.chart(
            waterfall.waterfall(_stairs(found, "At the month's end"), dark, _tenths, more_is_worse=False), says, unfold.table(found), name="unfold.people"
        )
        if group is not None:
            st.markdown(f"**What they bring in {words.month_name(plan.months[month])}**")
            steps(unfold.available_fte(plan, group, month))
        else:
            section.said("Choose a group above to see what its people bring, from heads to FTE.")


def role(plan: Plan, name: str, dark: bool) -> None:
    """Where the people of a role come from in a month."""
    with section.card(f"{words.title(name)}: one month"):
        month = month_picker(plan, "role")
        found = unfold.role_heads(plan, name, month)
        section.said(says := _moves(found, words.month_name(plan.months[month])))
        section.chart(
            waterfall.waterfall(_stairs(found, "At the month's end"), dark, _tenths, more_is_worse=False), says, unfold.table(found), name="unfold.role"
        )


def _stairs(found: Unfolded, end: str) -> list[Stair]:
    """The moves of a month; those too small to be told are left out, and stand in the table."""
    first, *rest = found.steps
    moves = [Stair(step.label, step.amount if step.sign == "+" else -step.amount) for step in rest if round(step.amount, 1)]
    return [Stair(first.label, first.amount, total=True), *moves, Stair(end, found.result, total=True)]


def _moves(found: Unfolded, month: str) -> str:
    come, go = (sum(step.amount for step in found.steps[1:] if step.sign == sign) for sign in ("+", "−"))
    return f"{month}: {_tenths(found.steps[0].amount)} people, {_tenths(come)} come, {_tenths(go)} go, {_tenths(found.result)} remain."


def _tenths(people: float) -> str:
    """People with one decimal, for exits are expected values and small steps must be seen beside large groups."""
    return words.number(people, 1)


def cost(plan: Plan, dark: bool) -> None:
    """What a month costs, as heads times rate."""
    currency = plan.scenario.finance.currency
    with section.card("What a month costs, and why"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            month = month_picker(plan, "cost")
            items = unfold.items(plan, month)
            item = st.selectbox(
                "Item", list(items), index=None, placeholder="All items", format_func=words.title, key=session.key(f"why.item.{month}"), width=260
            )
        total = float(plan.cost[month])
        says = (
            f"{words.money(total, currency)} in {words.month_name(plan.months[month])}; every part is a number of people, or of something else, times its rate."
        )
        section.said(says)
        stairs = [*(Stair(words.title(name), amount) for name, amount in items.items()), Stair("Cost of the month", total, total=True)]
        section.chart(waterfall.waterfall(stairs, dark, lambda value: words.money(value, currency)), says, name="unfold.cost")
        section.table(unfold.cost_table(plan, month, item))


def classes(plan: Plan, dark: bool) -> None:
    """The classes of a site in their rooms, a year at a time."""
    with section.card("Classes in their rooms"):
        sites = [site.name for site in plan.scenario.sites]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            site = st.selectbox("Site", sites, key=session.key("why.gantt.site"), width=240) if len(sites) > 1 else sites[0]
            starts = list(range(0, len(plan.months), gantt.WINDOW))
            first = st.selectbox("Months", starts, format_func=lambda at: _window(plan, at), key=session.key(f"why.gantt.{len(plan.months)}"), width=240)
        section.said(says := gantt.says(plan, site, first))
        section.chart(gantt.gantt(plan, site, first, dark), says, lambda: gantt.table(plan, site, first), name="gantt")
        section.said("A bar is a class with its people, as long as it holds its room; the thin bar beneath is its nesting, which needs mentors and no room.")


def _window(plan: Plan, first: int) -> str:
    last = min(first + gantt.WINDOW, len(plan.months)) - 1
    return f"{words.month_name(plan.months[first])} to {words.month_name(plan.months[last])}"
