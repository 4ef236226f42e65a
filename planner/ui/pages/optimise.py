"""Hiring plan: the cheapest plan within every limit, how near to the cheapest it is, and why."""

import streamlit as st

from planner.ui import actuals, optimise, section, session

section.page_top()
st.title("Hiring plan", anchor=False)
section.said("Hires, classes, promotions, overtime and contractors of all groups and sites decided together, within every limit; what is not proved is said.")
scenario, dark = session.scenario(), session.dark()
run = optimise.at_work()

with section.card("What to look for"):
    wish, taken = optimise.asked(scenario, session.plan())
    st.button(
        "Find the plan",
        type="primary",
        icon=":material/search:",
        on_click=optimise.begin,
        args=(scenario, wish, taken),
        disabled=run is not None,
        key="optimise.find",
    )

if scenario.horizon.months > 1:
    with st.expander("Months gone by: re-plan from what really happened", icon=":material/history:"):
        actuals.draw(session.plan())

last = optimise.searches().last
if run is not None:
    with section.card("Searching"):
        section.said(f"For {run.scenario.name}, up to {run.wish.seconds:.0f} seconds. It goes on when you look at other pages.")
        optimise.progress(run, dark)
elif last is not None and last.solution is not None:
    optimise.result(last, last.solution, dark)
else:
    optimise.baseline_card(session.planned(scenario))
