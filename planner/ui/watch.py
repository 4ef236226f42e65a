"""What only the browser knows while a page is open: its colours, so that all of it changes together, and how long a run takes, so that words say so."""

from pathlib import Path

import streamlit as st

from planner.ui import session

KEY = "planner_watch"
WORDS = (
    {"after_s": 0.8, "says": "Working out the plan …"},
    {"after_s": 6.0, "says": "Still working out the plan: a large one takes a while. Nothing is lost."},
)
"""What is said of a run that takes longer than this."""
_COMPONENT = st.components.v2.component("planner.watch", js=(Path(__file__).parent / "watch.js").read_text(encoding="utf-8"), isolate_styles=False)


def follow() -> None:
    """Has the page run again whenever its colours are no longer those in which the server draws, and says so when a run takes long."""
    _COMPONENT(key=KEY, data={"dark": session.dark(), "words": WORDS}, on_dark_change=lambda: None)
