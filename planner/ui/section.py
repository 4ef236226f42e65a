"""What pages are built from: bordered cards, figures, charts with what they say in words, lists of faults."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from planner.errors import Fault
from planner.ui import session


@contextmanager
def card(title: str, says: str = "") -> Iterator[None]:
    """A bordered card with a heading and, beneath it, one sentence of what it says."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        if says:
            st.caption(plain(says))
        yield


def plain(text: str) -> str:
    """Text that Markdown leaves as it is, so that two amounts of dollars do not become a formula."""
    return text.replace("$", "\\$").replace("~", "\\~")


@dataclass(frozen=True)
class Metric:
    """One figure with its course: `change` against the scenario is told in words, its sign by `moved`."""

    label: str
    value: str
    course: Sequence[float]
    says: str = ""
    change: str = ""
    help: str = ""
    bars: bool = False
    more_is_better: bool = False


def metrics(figures: Sequence[Metric]) -> None:
    """Cards of figures, side by side where there is room."""
    with st.grid(3, min_column_width=210, gap="small"):
        for figure in figures:
            metric(figure)


def metric(figure: Metric) -> None:
    """One card: the figure, where it stands, its change against the scenario and its course over the months."""
    st.metric(
        figure.label,
        figure.value,
        delta=figure.change or figure.says,
        delta_color=("normal" if figure.more_is_better else "inverse") if figure.change else "off",
        delta_arrow="auto" if figure.change else "off",
        delta_description=figure.says if figure.change else None,
        border=True,
        height="stretch",
        help=figure.help or None,
        chart_data=list(figure.course),
        chart_type="bar" if figure.bars else "area",
    )


def chart(figure: Figure, says: str, data: Mapping[str, Any] | pd.DataFrame | None = None, name: str = "") -> None:
    """A chart with its message as alternative text, and the numbers behind it one click away."""
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, alt=says, key=session.key(f"chart.{name}") if name else None)
    if data is not None:
        behind(data)


def behind(data: Mapping[str, Any] | pd.DataFrame) -> None:
    """The data behind a chart, already written for people."""
    with st.expander("Data behind the chart"):
        table(data)


def table(data: Mapping[str, Any] | pd.DataFrame, **options: Any) -> None:
    """A table whose cells are already written for people."""
    st.dataframe(pd.DataFrame(data), hide_index=True, **options)


def faults(told: Sequence[Fault], title: str = "This was not taken over") -> None:
    """Every fault: its place, what is wrong, what to write instead."""
    if told:
        st.error("\n".join(f"- {plain(str(fault))}" for fault in told), title=title, icon=":material/error:")


def page_top() -> None:
    """What every page shows first: why the last change was refused, and what is to be told once."""
    faults(session.faults())
    told = session.note()
    if told:
        st.toast(plain(told), icon=":material/check_circle:")
