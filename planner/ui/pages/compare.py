"""Compare: two to four scenarios side by side, the bridge from one to another by cause, and how far a lever can go."""

import streamlit as st

from planner.report import sidebyside
from planner.ui import compare, section, seek, session

section.page_top()
st.title("Compare", anchor=False)
section.said("Scenarios side by side on shared axes, each planned with the decisions that the baseline takes for it.")
chosen, dark = compare.chosen(), session.dark()
names, picked = [name for name, _ in chosen], [scenario for _, scenario in chosen]

if len(chosen) < 2:
    st.info("Choose at least two scenarios to see them side by side.", icon=":material/info:")
    picked, names = picked or [session.scenario()], names or [session.scenario().name]
else:
    plans = compare.plans_of(chosen)
    compare.verdicts(names, plans)
    compare.drawn(plans, dark)
    with section.card("Figures side by side"):
        section.table(sidebyside.table(sidebyside.figures(plans)), height="content")
    with section.card("From one to the other, by cause"):
        compare.bridge_card(names, picked, dark)

with section.card("How far can a lever go?", "One lever is moved to its end while what you tick is kept in every month."):
    seek.goal_card(names, picked, dark)
