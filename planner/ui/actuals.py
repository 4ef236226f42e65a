"""Actuals on the hiring plan's page: a file of what happened in the first months, held against the plan, and the scenario that goes on from there."""

from functools import lru_cache

import pandas as pd
import streamlit as st

from planner import decisions as decided
from planner.actuals import Actuals, InvalidActuals, all_rows, read_actuals_safely, rolled
from planner.organisation import FRONTLINE
from planner.plan import Plan
from planner.report import actuals as report
from planner.report import export, words
from planner.scenario import Scenario
from planner.ui import files, form, section, session, who

ANSWERS = "actuals.answers"
OTHERS_PAY = "Going on from there moves pay to its later level, and amounts are hidden from you: ask somebody who sees them."


def draw(plan: Plan) -> None:
    """The form: a template, the file, what it comes to, and the button that goes on from it."""
    section.said(
        "Bring starts, leavers and headcount of every group and month that has gone by, as CSV or Excel; leaders and support too where you have them. "
        "The plan then begins with the people who are really there, by tenure and in training, and with everybody who has signed."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        gone = int(st.number_input("Months in the template", 1, len(plan.months) - 1, 1, key=session.key("actuals.months"), width=190))
        files.offer("Template with the plan's own figures", lambda: export.to_csv(report.template(plan, gone)), "actuals.csv", "text/csv")
    file = st.file_uploader("File of actuals", type=["csv", "xlsx"], key=session.key("actuals.file"))
    if file is None:
        return
    try:
        with st.spinner(f"Reading {file.name}"):
            found = _read(file.getvalue(), file.name, session.scenario(), tuple(sorted(st.session_state.get(ANSWERS, {}).items())))
    except InvalidActuals as error:
        form.asked_or_told(error.questions, error, "actuals")
        return
    _offered(plan, found)


@lru_cache(maxsize=4)
def _read(data: bytes, name: str, scenario: Scenario, answers: tuple[tuple[str, str], ...]) -> Actuals:
    return read_actuals_safely(data, name, scenario, dict(answers))


def _offered(plan: Plan, found: Actuals) -> None:
    """What the actuals come to, and the way on."""
    st.markdown("\n".join(f"- {section.plain(line)}" for line in report.lines(plan, found)))
    section.table(_groups(plan, found), height="content")
    if len(found.rows) < len(all_rows(plan.scenario)):
        section.said("Leaders and support whom the file does not name are taken as the plan has them.")
    st.button(
        f"Re-plan from {words.month_name(plan.months[len(found.months)])}",
        type="primary",
        icon=":material/update:",
        on_click=_go_on,
        args=(found,),
        disabled=not who.sees_pay(),
        help=None if who.sees_pay() else OTHERS_PAY,
        key="actuals.roll",
    )


def _groups(plan: Plan, found: Actuals) -> pd.DataFrame:
    """Planned and actual figures of the groups, all months gone by together."""
    frame = report.table(plan, found)
    frontline = frame[frame["role"] == FRONTLINE]
    moves = frontline.groupby("group", sort=False)[["planned_starts", "actual_starts", "planned_leavers", "actual_leavers"]].sum()
    last = frontline[frontline["month"] == found.months[-1]].set_index("group")[["planned_headcount", "actual_headcount"]]
    figures, titles = last.join(moves), ("People planned", "People", "Starts planned", "Starts", "Leavers planned", "Leavers")
    shown = {title: [words.count(value) for value in figures[name]] for title, name in zip(titles, figures.columns, strict=True)}
    return pd.DataFrame({"Group": list(figures.index)} | shown)


def _go_on(found: Actuals) -> None:
    """Takes over the scenario from the first month that is left; loaded decisions go on with it."""
    text, whose = st.session_state.get("decisions"), session.decided_by()
    plan = session.plan()
    try:
        after = rolled(session.scenario(), plan.decisions, found)
    except InvalidActuals as error:
        session.refuse(error.faults)
        return
    session.use(after.scenario, f"The plan goes on from {words.month_name(plan.months[after.gone])}, with the people who are really there. You can undo it.")
    if text is not None:
        session.decide(decided.to_json(after.decisions, after.scenario), whose)
