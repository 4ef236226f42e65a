"""What pages are built from: bordered cards, figures, charts with what they say in words, lists of faults."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import Fault
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Figure
from planner.report.figures import Metric as Metric
from planner.report.spark import embedded, spark
from planner.scenario import Levers
from planner.ui import chart as drawing
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


def metrics(figures: Sequence[Metric]) -> None:
    """Cards of figures, side by side where there is room."""
    with st.grid(3, min_column_width=210, gap="small"):
        for figure in figures:
            metric(figure)


def metric(figure: Metric) -> None:
    """One card: the figure, where it stands, its change against the scenario and its course over the months."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            figure.label,
            figure.value,
            delta=figure.change or figure.says,
            delta_color="inverse" if figure.change else figure.colour,
            delta_arrow="auto" if figure.change else "off",
            delta_description=figure.says if figure.change else None,
            help=figure.help or None,
        )
        st.html(embedded(spark(figure.course, session.dark(), figure.bars, figure.colour)))


Behind = Mapping[str, Any] | pd.DataFrame


def chart(figure: Figure, says: str, data: Behind | Callable[[], Behind] | None = None, *, name: str) -> None:
    """A chart with its message as alternative text, and the numbers behind it one click away.

    By its `name`, its own on the page, it is known as the same chart after every change. Where `data` is a function, it is called only once the reader
    asks for the numbers.
    """
    drawing.draw(figure, says, session.key(f"chart.{name}"), _bar(name))
    if callable(data):
        opened = st.expander(BEHIND, key=session.key(f"behind.{name}"), on_change="rerun")
        if opened.open:
            with opened:
                table(data())
    elif data is not None:
        behind(data)


def _bar(name: str) -> dict[str, Any]:
    """No buttons on a chart, or, where the reader wants pictures, the one that saves it as a PNG."""
    if not session.pictures():
        return {"displayModeBar": False}
    picture = {"format": "png", "scale": 2, "filename": f"frontline_{name}"}
    return {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": picture}


BEHIND = "Data behind the chart"


def behind(data: Behind) -> None:
    """The data behind a chart, already written for people."""
    with st.expander(BEHIND):
        table(data)


def table(data: Behind, **options: Any) -> None:
    """A table whose cells are already written for people; columns of figures stand to the right."""
    frame = pd.DataFrame(data)
    columns = {str(name): st.column_config.TextColumn(alignment="right") for name in frame.columns[1:] if _of_figures(frame[name])}
    st.dataframe(frame, hide_index=True, **({"column_config": columns} | options))


def _of_figures(cells: pd.Series) -> bool:
    """Whether every text of a column holds a digit near its beginning, as an amount or a number does."""
    return len(cells) > 0 and all(isinstance(cell, str) and any(letter.isdigit() for letter in cell[:5]) for cell in cells)


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


# The first screen ----------------------------------------------------------------------------------------------------------------------------

TONES = {"good": ("green", ":material/check_circle:"), "watch": ("orange", ":material/warning:"), "bad": ("red", ":material/error:")}


def title(plan: Plan) -> None:
    """The line above everything: whose plan, from when to when, in which currency, by whose decisions."""
    horizon = f"{words.month_name(plan.months[0])} to {words.month_name(plan.months[-1])}"
    by = f"decisions of {session.decided_by()}"
    moved = "levers moved" if session.scenario().levers != Levers() else "levers at rest"
    said(f"{session.scenario().name} · {horizon} · {plan.scenario.finance.currency} · {by} · {moved}")


def verdict(told: words.Verdict) -> None:
    """The verdict: its headline large, its sentences beneath."""
    colour, icon = TONES[told.tone]
    st.title(f":{colour}[{icon}] {plain(told.headline)}", anchor=False)
    st.markdown(plain(" ".join(told.sentences)))


def said(text: str) -> None:
    """A quiet line of text."""
    st.caption(plain(text))


def group_picker(plan: Plan, place: str) -> str | None:
    """Which group a chart shows; None for all of them."""
    names = [group.name for group in plan.scenario.groups]
    if len(names) == 1:
        return None
    return st.selectbox("Group", names, index=None, placeholder="All groups", key=session.key(f"group.{place}"), width=280, label_visibility="collapsed")


def role_picker(plan: Plan) -> str | None:
    """Which role is looked at in detail; None where there is none."""
    names = [months.role.name for months in plan.roles]
    if not names:
        return None
    chosen = st.segmented_control(
        "Role", names, default=names[0], required=True, format_func=words.title, key=session.key("role"), wrap=True, label_visibility="collapsed"
    )
    return str(chosen)


def plain_metric(label: str, value: str, means: str) -> None:
    """A figure without a course."""
    st.metric(label, value, delta=means, delta_color="off", delta_arrow="off", border=True, height="stretch")
