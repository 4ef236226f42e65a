"""The pages, the way between them, and the one place where an error that nobody foresaw is met."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from planner import scenario as scenarios
from planner.errors import PlannerError
from planner.ui import section, session

FOLDER = Path(__file__).parent / "pages"
ICON = str(Path(__file__).parent / "favicon.png")
PAGES = (
    ("overview", "Overview", ":material/monitoring:"),
    ("assumptions", "Assumptions", ":material/tune:"),
    ("demand", "Demand", ":material/call:"),
    ("staffing", "Staffing", ":material/grid_on:"),
    ("workforce", "Workforce", ":material/groups:"),
    ("organisation", "Organisation", ":material/account_tree:"),
    ("cost", "Cost", ":material/payments:"),
    ("downloads", "Downloads", ":material/download:"),
    ("method", "Method", ":material/menu_book:"),
)
"""File under pages/, title and icon of every page, in the order of the navigation."""


def chosen() -> StreamlitPage:
    """The page the reader is on."""
    pages = [st.Page(FOLDER / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "overview") for name, title, icon in PAGES]
    return st.navigation(pages, position="top")


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever goes wrong inside is told in a planner's words; the scenario can be saved and the last change undone."""
    try:
        yield
    except PlannerError as error:
        section.faults(error.faults, error.heading)
        _ways_out()
    except Exception:
        logging.getLogger(__name__).exception("a page failed")
        st.error(
            "This page could not be shown. Your scenario is safe: download it, or undo the last change.",
            title="Something went wrong",
            icon=":material/error:",
        )
        _ways_out()


def _ways_out() -> None:
    with st.container(horizontal=True):
        text = scenarios.to_json(session.scenario())
        st.download_button(
            "Download the scenario", text, "scenario.json", "application/json", icon=":material/download:", on_click="ignore", key="rescue"
        )
        st.button("Undo the last change", on_click=session.undo, disabled=not session.can_undo(), icon=":material/undo:", key="rescue_undo")


@lru_cache(maxsize=1)
def settle() -> None:
    """Once everything is imported: what lives for ever is kept out of the collector's sight, which else takes 100 ms after every rerun."""
    gc.collect()
    gc.freeze()
