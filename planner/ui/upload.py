"""The way of a volume file into the scenario: read, report or every fault or question, then use."""

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd
import streamlit as st

from planner.errors import Fault, InvalidScenario, InvalidVolumes
from planner.intake import OWN, OpenQuestions, Question, Report, Volumes, faults_csv, place_of, read_volumes, template, use_volumes
from planner.report import words
from planner.scenario import Scenario
from planner.ui import fields, form, section, session

LARGEST_LIST = 200


@lru_cache(maxsize=4)
def _read(data: bytes, name: str, scenario: Scenario, assume: tuple[tuple[str, str], ...]) -> tuple[Volumes, Report]:
    return read_volumes(data, name, scenario, assume=dict(assume))


def templates(scenario: Scenario) -> None:
    """Files to fill in, one for each of our own layouts."""
    with st.container(horizontal=True):
        for layout in OWN:
            st.download_button(
                f"Template: {layout.title.lower()}",
                _template(layout.name, scenario),
                f"{layout.name}.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key=f"template.{layout.name}",
            )


def _template(name: str, scenario: Scenario) -> bytes:
    try:
        return template(name, scenario)
    except (InvalidVolumes, InvalidScenario) as error:
        return "\n".join(map(form.told, error.faults)).encode()


def upload(scenario: Scenario) -> None:
    """One file: nothing of it is used before it was read without a fault and the reader has seen the report."""
    file = st.file_uploader("Volume file (CSV or Excel)", type=["csv", "txt", "tsv", "xlsx", "xls"], key=session.key("volumes"), max_upload_size=50)
    if file is None:
        return
    answers = tuple(sorted((key, value) for key, value in st.session_state.get(_answers_key(file.name), {}).items()))
    try:
        volumes, report = _read(file.getvalue(), file.name, scenario, answers)
    except OpenQuestions as error:
        _questions(error.questions, file.name)
    except InvalidVolumes as error:
        _faults(error.faults, file.name)
    else:
        _report(report)
        st.button("Use in scenario", icon=":material/check:", on_click=_use, args=(volumes,), key=session.key("volumes.use"))


def _answers_key(name: str) -> str:
    return session.key(f"volumes.answers.{name}")


def _use(volumes: Volumes) -> None:
    try:
        session.use(use_volumes(session.scenario(), volumes), f"The volumes of {volumes.file_name} are in use.")
    except (InvalidVolumes, InvalidScenario) as error:
        session.refuse(error.faults)


# Before use ----------------------------------------------------------------------------------------------------------------------------------


def _report(report: Report) -> None:
    lengths = sorted({f"{minutes} minutes" if minutes else f"{report.grain}s" for minutes in report.interval_minutes})
    st.success(
        section.plain(
            f"{words.count(report.rows)} rows from {report.first} to {report.last}, by {', '.join(lengths)}, "
            f"for {len(report.queues)} queues. Nothing is used yet."
        ),
        title=f"{form.escaped(report.file_name)} can be read",
        icon=":material/task_alt:",
    )
    if report.notices:
        st.info("\n".join(f"- {section.plain(notice)}" for notice in report.notices), title="How it was read", icon=":material/info:")
    section.table(totals_frame(report))
    if report.outliers or report.stretches:
        with st.expander("Out of the ordinary"):
            section.table(unusual_frame(report))
    hidden = len(report.totals) - LARGEST_LIST
    if hidden > 0:
        st.caption(f"The first {LARGEST_LIST} months are shown; {words.count(hidden)} more were read.")


def totals_frame(report: Report) -> pd.DataFrame:
    """Contacts and handle time by queue and month, as text for people."""
    rows = [
        {"Queue": queue, "Month": words.month_name(month), "Contacts": words.count(contacts), "Handle time": "" if aht_s is None else f"{aht_s:,.0f} s"}
        for queue, month, contacts, aht_s in report.totals[:LARGEST_LIST]
    ]
    return pd.DataFrame(rows, columns=["Queue", "Month", "Contacts", "Handle time"])


def unusual_frame(report: Report) -> pd.DataFrame:
    """Days, months and stretches far from what is usual, as text for people: told, not removed."""
    rows = [(found.queue, found.when, words.count(found.contacts), words.count(found.usual)) for found in report.outliers]
    rows += [(found.queue, f"{found.first} to {found.last}", "0", words.count(found.usual)) for found in report.stretches]
    return pd.DataFrame(rows[:LARGEST_LIST], columns=["Queue", "When", "Contacts", "Usually"])


def _faults(faults: Sequence[Fault], name: str) -> None:
    count = f"{len(faults):,} {'fault' if len(faults) == 1 else 'faults'}"
    st.error(
        "Nothing of it has been used. Correct what the table says and upload it again.", title=f"{form.escaped(name)} has {count}", icon=":material/error:"
    )
    frame = faults_frame(faults)
    section.table(frame)
    st.download_button(
        "Download the list of faults", faults_csv(faults), "faults.csv", "text/csv", icon=":material/download:", on_click="ignore", key="volumes.faults"
    )


def faults_frame(faults: Sequence[Fault]) -> pd.DataFrame:
    """Every fault with its file, row and column, what was found, what is wrong and what to write instead."""
    columns = ["File", "Row", "Column", "Found", "What is wrong", "What to do"]
    return pd.DataFrame(
        [(*place_of(fault.place), fault.value, fields.in_words(fault.problem), fields.in_words(fault.remedy)) for fault in faults], columns=columns
    )


def _questions(questions: Sequence[Question], name: str) -> None:
    """What two readings of the file fit: one choice each, then the file is read again."""
    st.warning(
        "Nothing of it has been used. Answer, and it is read again.", title=f"{form.escaped(name)} can be read in more than one way", icon=":material/help:"
    )
    with st.form(session.key("volumes.questions"), border=True):
        answers = {question.key: _question(question) for question in questions}
        if st.form_submit_button("Read the file with these answers"):
            known = st.session_state.get(_answers_key(name), {})
            st.session_state[_answers_key(name)] = known | {key: answer for key, answer in answers.items() if answer}
            st.rerun()


def _question(question: Question) -> str | None:
    label = form.escaped(fields.in_words(question.text[:1].upper() + question.text[1:]))
    if question.choices[-1].startswith("<"):
        fixed = [choice for choice in question.choices if not choice.startswith("<")]
        typed = st.text_input(label, key=session.key(f"ask.{question.key}"), placeholder=" or ".join([*fixed, question.choices[-1].strip("<>")]))
        return typed or None
    return st.radio(label, question.choices, index=None, format_func=words.title, key=session.key(f"ask.{question.key}"))
