"""The calculator: one interval on its own, apart from the scenario."""

import streamlit as st

from planner.ui import calculator, section

section.page_top()
st.title("Calculator", anchor=False)
section.said("One interval on its own: the agents that a promise takes, or the service that given agents bring. It does not touch the scenario.")
calculator.page()
