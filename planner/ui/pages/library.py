"""Library: what is on screen and where it is saved, the saved scenarios with their history, files in, the audit trail out."""

import streamlit as st

from planner.errors import PlannerError
from planner.ui import library, section, who

section.page_top()
st.title("Library", anchor=False)
try:
    kept = who.library()
    me = who.at_work(kept)
    library.on_screen(kept, me)
    library.clash(kept, me)
    library.scenarios(kept, me)
    library.chosen(kept, me)
    library.ends(kept, me)
except PlannerError as error:
    section.faults(error.faults, error.heading)
