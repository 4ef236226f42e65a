"""The pages, the way between them, and the one place where an error that nobody foresaw is met."""

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from planner import scenario as scenarios
from planner.errors import PlannerError
from planner.report import words
from planner.ui import section, session, watch, who

FOLDER = Path(__file__).parent / "pages"
SWITCH_S = 0.001
ICON = str(Path(__file__).parent / "favicon.png")
STYLE, DARK = (Path(__file__).parent / name for name in ("style.css", "style_dark.css"))
SECTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (
        ("overview", "Overview", ":material/monitoring:"),
        ("optimise", "Hiring plan", ":material/route:"),
        ("policies", "Policies", ":material/toggle_on:"),
        ("compare", "Compare", ":material/compare_arrows:"),
    ),
    "Inputs": (
        ("assumptions", "Assumptions", ":material/tune:"),
        ("demand", "Demand", ":material/call:"),
    ),
    "Results": (
        ("staffing", "Staffing", ":material/grid_on:"),
        ("workforce", "Workforce", ":material/groups:"),
        ("organisation", "Organisation", ":material/account_tree:"),
        ("cost", "Cost", ":material/payments:"),
    ),
    "Files and tools": (
        ("library", "Library", ":material/bookmarks:"),
        ("downloads", "Downloads", ":material/download:"),
        ("calculator", "Calculator", ":material/calculate:"),
        ("method", "Method", ":material/menu_book:"),
    ),
}
"""File under pages/, title and icon of every page by the menu it is in; those of the first, which has no name, stand in the bar itself."""
PAGES = tuple(page for pages in SECTIONS.values() for page in pages)


def chosen() -> StreamlitPage:
    """The page the reader is on."""
    everything = who.sees_pay()
    shown = {menu: [_page(*page) for page in pages if everything or page[0] in who.WITHOUT_PAY] for menu, pages in SECTIONS.items()}
    return st.navigation({menu: pages for menu, pages in shown.items() if pages}, position="top")


def _page(name: str, title: str, icon: str) -> StreamlitPage:
    return st.Page(FOLDER / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "overview")


def dress() -> None:
    """The page's own style, and the reader's way of writing numbers, before anything is drawn."""
    st.html(STYLE)
    if session.dark():
        st.html(DARK)
    watch.follow()
    words.write_in(session.number_style())


def admit() -> None:
    """Goes on only for those who may look; where it cannot be known who may, for nobody."""
    try:
        who.let_in()
    except PlannerError as error:
        section.faults(error.faults, error.heading)
        st.stop()


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
        if who.sees_pay():
            text = scenarios.to_json(session.scenario())
            st.download_button("Download the scenario", text, "scenario.json", "application/json", icon=":material/download:", on_click="ignore", key="rescue")
        st.button("Undo the last change", on_click=session.undo, disabled=not session.can_undo(), icon=":material/undo:", key="rescue_undo")


@lru_cache(maxsize=1)
def settle() -> None:
    """Once everything is imported: what lives for ever is kept out of the collector's sight, which else takes 100 ms after every rerun.

    And threads change over sooner: the one that sends what was drawn must otherwise wait 5 ms, message by message, for those who still draw.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
