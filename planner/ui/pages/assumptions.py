"""Assumptions: every parameter of the scenario, with its unit, bounds and help, and a flag where it is only assumed."""

import streamlit as st

from planner.ui import areas, form, section, session
from planner.ui.form import Filter

section.page_top()
st.title("Assumptions", anchor=False)
assumed, total = form.assumptions_in(session.scenario())
st.markdown(f"{assumed} of {total} parameters rest on an assumption of ours. They carry this flag: {form.FLAG} Replace them with your own figures.")

with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input(
        "Search", placeholder="handle time, attrition, span", key="assumptions.search", icon=":material/search:", width=360, persist_state="session"
    )
    assumptions = st.toggle("Show only assumptions", key="assumptions.only", persist_state="session")
only = Filter(assumptions, text.strip())

if only.text:
    form.draw_found(session.scenario(), only)
else:
    names = [area.name for area in areas.AREAS]
    chosen = st.segmented_control("Area", names, default=names[2], key="assumptions.area", required=True, label_visibility="collapsed", persist_state="session")
    areas.draw(areas.named(chosen), only)
