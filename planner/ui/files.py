"""Files to take away: bytes built once for each plan, previews written for people, and what the hiring plan comes to in words."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from planner import decisions as decided
from planner import scenario as scenarios
from planner.budget import Budget
from planner.errors import PlannerError
from planner.plan import Plan
from planner.report import export, printed, stamp, tables, variance, words, workbook
from planner.report.stamp import file_name as file_name
from planner.scenario import Scenario
from planner.ui import session, who

PREVIEW = 200


@lru_cache(maxsize=4)
def frames(plan: Plan) -> dict[str, pd.DataFrame]:
    """Every table of a plan, made once."""
    return tables.tables(plan)


@lru_cache(maxsize=32)
def csv_of(plan: Plan, name: str) -> bytes:
    """One table as a CSV file."""
    return export.to_csv(frames(plan)[name])


@lru_cache(maxsize=4)
def zip_of(plan: Plan, made: stamp.Stamp) -> bytes:
    """Every table in one zip, with what made them."""
    return export.zip_of_tables(plan, made)


@lru_cache(maxsize=4)
def workbook_of(plan: Plan, made: stamp.Stamp, scenario: Scenario, held: Budget | None) -> bytes:
    """The plan as a workbook, with the variance against a budget where one is held."""
    return workbook.workbook(plan, scenario, made, [variance.extra(plan, held)] if held else [])


@lru_cache(maxsize=4)
def report_of(plan: Plan, made: stamp.Stamp, scenario: Scenario, held: Budget | None, style: words.Style) -> bytes:
    """The plan as a report for print, in the reader's way of writing numbers."""
    with words.writing(style):
        return printed.report(plan, scenario, made, held).encode()


def made_by(scenario: Scenario) -> stamp.Stamp:
    """What makes the files of this session: scenario, decisions and program."""
    return stamp.stamp(scenario, session.origin(_standing()), session.decided_by())


def _standing() -> str:
    """How the version on screen stands at this moment; empty where there is none, or the library does not say."""
    now = session.saved()
    if now is None:
        return ""
    try:
        library = who.library()
        return library.version(who.at_work(library), now.key, now.no).standing
    except PlannerError:
        return ""


def marked(name: str) -> str:
    """The name of a file that is made of the plan on screen: with the scenario of the library and its version, where it is from there."""
    made = session.origin()
    return name if made is None else made.in_file_name(name)


def offer(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    """A download whose bytes stand before it is offered: what cannot be made is told, never handed out broken."""
    try:
        data = make()
    except Exception:
        logging.getLogger(__name__).exception("a file could not be made")
        st.error(f"{name} could not be made. The other files are not touched by this.", icon=":material/error:")
        return
    st.download_button(label, data, marked(name), mime, icon=":material/download:", on_click="ignore", key=f"download.{name}")


def _report(plan: Plan, made: stamp.Stamp, scenario: Scenario, held: Budget | None, style: words.Style, name: str) -> None:
    """The report is drawn only when it is asked for, since that takes seconds; what goes wrong then is told in the file."""

    def drawn() -> bytes:
        try:
            return report_of(plan, made, scenario, held, style)
        except Exception:
            logging.getLogger(__name__).exception("the report could not be made")
            return b"<!doctype html><title>No report</title><p>The report could not be made. The workbook and the tables hold the same figures."

    st.download_button(
        "Report (HTML, for print or PDF)", drawn, marked(name), "text/html", icon=":material/print:", on_click="ignore", key="download.report",
        help="One file that opens in any browser. Its print dialogue makes a PDF of it. Drawing it takes a few seconds.",
    )  # fmt: skip


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def whole_plan(plan: Plan, held: Budget | None = None) -> None:
    """The plan in one file: workbook, report, zip of tables, scenario, decisions. A budget that is held goes into workbook and report."""
    stem, scenario = file_name(plan.scenario.name), session.scenario()
    made, style = made_by(scenario), words.style()
    with st.spinner("Writing the files"), st.container(horizontal=True):
        if not who.sees_pay():
            offer("All tables (zip of CSV)", lambda: zip_of(plan, made), f"{stem}_tables.zip", "application/zip")
            offer("Decisions (JSON)", lambda: decided.to_json(plan.decisions, plan.scenario).encode(), f"{stem}_decisions.json", "application/json")
            st.caption("Files with amounts of money are for those who may see them.")
            return
        offer("Workbook (Excel)", lambda: workbook_of(plan, made, scenario, held), f"{stem}.xlsx", XLSX)
        _report(plan, made, scenario, held, style, f"{stem}_report.html")
        offer("All tables (zip of CSV)", lambda: zip_of(plan, made), f"{stem}_tables.zip", "application/zip")
        offer("Scenario (JSON)", lambda: scenarios.to_json(scenario).encode(), f"{stem}_scenario.json", "application/json")
        offer("Decisions (JSON)", lambda: decided.to_json(plan.decisions, plan.scenario).encode(), f"{stem}_decisions.json", "application/json")


def preview(frame: pd.DataFrame) -> pd.DataFrame:
    """The first rows of a table as people read it: months and names in words, numbers with separators."""
    shown = frame.head(PREVIEW)
    return pd.DataFrame({words.title(str(name)): _told(str(name), shown[name]) for name in shown.columns})


def _told(name: str, column: "pd.Series[Any]") -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        places = _decimals(column)
        return ["" if pd.isna(value) else words.number(float(value), places) for value in column.tolist()]
    told: Callable[[str], str] = (
        words.month_name if name == "month" or name.endswith("_month") else words.title if name in ("role", "item", "binding_target") else str
    )
    return [told(str(value)) if value else "" for value in column.tolist()]


def _decimals(column: "pd.Series[Any]") -> int:
    """With how many decimals a whole column is written: none for counts and thousands, two where all is small.

    >>> _decimals(pd.Series([294_642.7, 301_200.0])), _decimals(pd.Series([12.5, 3.0])), _decimals(pd.Series([0.35, None]))
    (0, 1, 2)
    """
    known = [float(value) for value in column.dropna().tolist()]
    largest = max(map(abs, known), default=0.0)
    return 0 if all(map(float.is_integer, known)) or largest >= 1_000 else 1 if largest >= 10 else 2


def right_aligned(frame: pd.DataFrame) -> dict[str, Any]:
    """Numbers of a preview stand at the right."""
    return {words.title(str(name)): st.column_config.TextColumn(alignment="right") for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])}


def hiring_in_words(frame: pd.DataFrame, currency: str) -> str:
    """The totals of the hiring plan, those of its file."""
    if frame.empty:
        return "Nobody is hired in this plan."
    heads, cost = float(frame["heads"].sum()), float(frame["cost"].sum())
    frontline = float(frame.loc[frame["role"] == "frontline", "heads"].sum())
    if frame["cost"].isna().all():
        return f"The hiring plan brings in {words.people(heads)}, {words.count(frontline)} of them frontline."
    return (
        f"The hiring plan brings in {words.people(heads)}, {words.count(frontline)} of them frontline, for {words.money(cost, currency)} "
        f"({words.number(cost)} {currency}) until they are productive: hiring, training, pay until nesting ends, and searches."
    )


def decisions_upload() -> None:
    """Decisions from a file in place of the baseline's."""
    st.file_uploader("Decisions file (JSON)", type="json", key=session.key("decisions"), on_change=_decide)
    if session.decides():
        st.info(f"The plan follows the decisions of {session.decided_by()}.", icon=":material/info:")
        st.button("Back to the baseline's decisions", on_click=session.undecide, key="undecide")


def _decide() -> None:
    file = st.session_state[session.key("decisions")]
    if file is not None:
        session.decide(file.getvalue().decode("utf-8-sig", errors="replace"))
