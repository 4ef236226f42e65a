"""Staffing: why so many people are required, and when they are needed in the week."""

import streamlit as st

from planner.report import heat, words
from planner.requirement import group_pools
from planner.ui import section, session, views, why

section.page_top()
st.title("Staffing", anchor=False)
plan, dark = session.plan(), session.dark()

with st.container(horizontal=True, vertical_alignment="bottom"):
    group = st.selectbox("Group", [group.name for group in plan.scenario.groups], key=session.key("staffing.group"), width=320)
    label = st.selectbox("Month", plan.months, format_func=words.month_name, key=session.key("staffing.month"), width=200)
month, pools = plan.months.index(label), group_pools(plan.scenario, group)

with section.card(f"Why {group} needs {words.people(views.required_heads(plan, group, month))} in {words.month_name(label)}"):
    if pools:
        steps = views.unfolded(plan.scenario, group)
        says = views.steps_in_words(steps, month, plan.requirement, group)
        st.caption(section.plain(says))
        section.chart(heat.required_steps(steps, month, dark), says, views.steps_frame(steps, month), name="staffing.steps")
    else:
        st.info("This group states its people: they do not come from contacts. Trainees are included.")

with section.card("Step by step, to type into a calculator"):
    why.required(plan, group, month)

if pools:
    with section.card("Agents on contacts through the week"):
        names = {views.pool_name(pool): pool for pool in pools}
        pool = names[st.selectbox("Team", list(names), key=session.key(f"staffing.pool.{group}"), width=420)] if len(names) > 1 else pools[0]
        week = views.week_of(pool, month)
        st.caption(section.plain(week.says))
        section.chart(heat.week_heat(week.agents, dark, "agents", week.told), week.says, views.week_frame(week.agents), name="staffing.week")
        st.caption(section.plain(week.method))
