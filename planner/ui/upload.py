"""The way of a volume file into the scenario: read, report or every fault or question, then use or forecast."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import Fault, InvalidScenario, InvalidVolumes
from planner.horizon import month_labels
from planner.intake import (
    OWN,
    QUESTIONS,
    ColumnMap,
    OpenQuestions,
    Question,
    Report,
    Volumes,
    faults_csv,
    place_of,
    read_volumes_safely,
    template,
    use_volumes,
)
from planner.intake.reading import CAPACITY_PLAN
from planner.report import words
from planner.scenario import Scenario
from planner.ui import fields, form, mapping, proposals, section, session
from planner.ui.glance import Glance, glance_safely

LARGEST_LIST = 200
TYPES = ["csv", "txt", "tsv", "xlsx", "xlsm", "xls", "json", "gz", "parquet"]
TEMPLATE = "wfm_labs_monthly"
"""A layout that holds volumes and, beside them, what a scenario says of people."""
GRAIN = {"month": "a month", "day": "a day", "interval": "an interval"}


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


# Reading -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What became of one file: volumes with their report, or faults, or questions. Nothing of it is used yet."""

    volumes: Volumes | None = None
    report: Report | None = None
    faults: tuple[Fault, ...] = ()
    """Why the file cannot be read, or why it does not fit the plan."""
    questions: tuple[Question, ...] = ()
    glance: Glance | None = None
    """The first rows, where the columns are asked for."""
    is_history: bool = False
    """Whether it begins before the plan and does not cover it, so that it is to be forecast."""
    told: proposals.Told | None = None
    """What it says of the scenario apart from volumes, where it is another tool's plan."""


def read(data: bytes, name: str, scenario: Scenario, answers: dict[str, str], maps: dict[str, ColumnMap]) -> Reading:
    """A file held against the scenario. One that is sound in itself but does not fit the plan gives its volumes and its faults both."""
    of_volumes = {key: answer for key, answer in answers.items() if key in QUESTIONS}
    try:
        found = Reading(*read_volumes_safely(data, name, scenario, None, of_volumes, maps))
    except OpenQuestions as asked:
        return _asked(asked, data, name, of_volumes)
    except InvalidVolumes as refusal:
        if any(fault.problem == CAPACITY_PLAN for fault in refusal.faults):
            return Reading(told=proposals.read(data, name, scenario, answers))
        found = _by_itself(data, name, scenario, of_volumes, maps, refusal.faults)
    if found.report is not None and found.report.layout == TEMPLATE:
        told = proposals.read(data, name, scenario, answers)
        return replace(found, told=None if told.faults else told)
    return found


def _asked(asked: OpenQuestions, data: bytes, name: str, answers: dict[str, str]) -> Reading:
    columns = any(question.key == "columns" for question in asked.questions)
    return Reading(questions=asked.questions, glance=glance_safely(data, name, answers) if columns else None)


def _by_itself(data: bytes, name: str, scenario: Scenario, answers: dict[str, str], maps: dict[str, ColumnMap], faults: tuple[Fault, ...]) -> Reading:
    """The file without the scenario: where it is sound, what it was refused for lies between the two."""
    zones = {queue.opening.zone for queue in scenario.queues}
    try:
        volumes, report = read_volumes_safely(data, name, None, zones.pop() if len(zones) == 1 else None, answers, maps)
    except OpenQuestions as asked:
        return _asked(asked, data, name, answers)
    except InvalidVolumes:
        return Reading(faults=faults)
    return Reading(volumes, report, faults, is_history=is_history(volumes, scenario))


def is_history(volumes: Volumes, scenario: Scenario) -> bool:
    """Whether every queue of the file begins before the plan, and some month of the plan is missing."""
    planned = month_labels(scenario.horizon)
    before = all(queue.months and queue.months[0] < planned[0] for queue in volumes.queues)
    return before and not all(set(planned) <= set(queue.months) for queue in volumes.queues)


@dataclass(frozen=True)
class Sound:
    """A file that was read without a fault of its own."""

    file_id: str
    volumes: Volumes
    is_history: bool


def upload(scenario: Scenario) -> Sound | None:
    """One file: nothing of it is used before it was read without a fault and the reader has seen the report. The answer: what can be looked into."""
    file = st.file_uploader("Volume file: CSV, text, Excel, JSON or Parquet, packed by gzip or not", type=TYPES, key=session.key("volumes"), max_upload_size=50)
    if file is None:
        st.session_state.pop(session.key("volumes.answers"), None)
        return None
    reading = _read_once(file, scenario)
    if reading.told is not None and reading.volumes is None:
        _other_plan(reading.told, file.name)
    elif reading.questions:
        _questions(reading, file.name, scenario)
    elif reading.volumes is None or reading.report is None:
        _faults(reading.faults, file.name)
    else:
        _sound(reading, reading.volumes, reading.report, scenario)
        if reading.told is not None:
            with st.expander("What the file says of people", expanded=True):
                _other_plan(reading.told, file.name)
        return Sound(file.file_id, reading.volumes, reading.is_history)
    return None


def _read_once(file: Any, scenario: Scenario) -> Reading:
    """The reading of a file, done anew only where the file, an answer, a map or the scenario has changed."""
    answers, maps = _answers(file.file_id), mapping.maps()
    known: tuple[Any, Reading] | None = st.session_state.get("volumes.reading")
    asked = (file.file_id, tuple(sorted(answers.items())), tuple(sorted(maps.items())), session.at_rest(scenario))
    if known is None or known[0] != asked:
        with st.spinner(f"Reading {form.escaped(file.name)}"):
            known = (asked, read(file.getvalue(), file.name, scenario, answers, maps))
        st.session_state["volumes.reading"] = known
    return known[1]


def _answers(file_id: str) -> dict[str, str]:
    """What was answered about this file; another file forgets it."""
    name = session.key("volumes.answers")
    if st.session_state.get(f"{name}.file") != file_id:
        st.session_state[f"{name}.file"], st.session_state[name] = file_id, {}
    answers: dict[str, str] = st.session_state.setdefault(name, {})
    return answers


def _answer(new: dict[str, str]) -> None:
    name = session.key("volumes.answers")
    st.session_state[name] = st.session_state.get(name, {}) | new


def _use(volumes: Volumes) -> None:
    try:
        session.use(use_volumes(session.scenario(), volumes), f"The volumes of {volumes.file_name} are in use.")
    except (InvalidVolumes, InvalidScenario) as error:
        session.refuse(error.faults)


def _other_plan(told: proposals.Told, name: str) -> None:
    """Another tool's plan: its proposals, or what it leaves open, or why it cannot be read."""
    if told.inputs is not None:
        proposals.draw(told.inputs)
    elif told.questions:
        _answered(told.questions, name)
    else:
        _faults(told.faults, name)


# Before use ----------------------------------------------------------------------------------------------------------------------------------


def _sound(reading: Reading, volumes: Volumes, report: Report, scenario: Scenario) -> None:
    """A file that can be read: its report, and what can be done with it."""
    if reading.faults and not reading.is_history:
        _faults(reading.faults, report.file_name, "does not fit the plan")
        _other_names(volumes, scenario)
    _report(report, reading)
    if volumes.columns is not None:
        mapping.told(volumes.columns, volumes.shape)
        if st.session_state.get("map.keep", True):
            mapping.remember(volumes.shape, volumes.columns)
    if not reading.faults:
        st.button("Use in scenario", icon=":material/check:", on_click=_use, args=(volumes,), key=session.key("volumes.use"))


def _report(report: Report, reading: Reading) -> None:
    use = "It ends before the plan does: forecast the plan's months from it below." if reading.is_history else "Nothing is used yet."
    st.success(section.plain(f"{span_in_words(report)} {use}"), title=f"{form.escaped(report.file_name)} can be read", icon=":material/task_alt:")
    with st.grid(4, min_column_width=170, gap="small"):
        for label, value, means in found_in(report):
            section.plain_metric(label, value, means)
    with st.expander("How it was read"):
        st.markdown("\n".join(f"- {form.escaped(notice)}" for notice in notices(report)))
    with st.expander("Totals by queue and month"):
        section.table(totals_frame(report))
        hidden = len(report.totals) - LARGEST_LIST
        if hidden > 0:
            st.caption(f"The last {LARGEST_LIST} months are shown; {words.count(hidden)} more were read.")
    for title, frame in (("Out of the ordinary", unusual_frame(report)), ("Gaps and clock changes", gaps_frame(report))):
        if len(frame):
            with st.expander(title):
                section.table(frame)


def span_in_words(report: Report) -> str:
    """How much was read, from when to when, and what a row is."""
    lengths = sorted({minutes for minutes in report.interval_minutes if minutes})
    each = f"{' or '.join(map(str, lengths))} minutes" if lengths else GRAIN[report.grain]
    queues = "one queue" if len(report.queues) == 1 else f"{len(report.queues)} queues"
    return f"{words.count(report.rows)} rows from {report.first} to {report.last}, each of {each}, for {queues}."


def found_in(report: Report) -> list[tuple[str, str, str]]:
    """The report in four figures: label, value, what it means."""
    contacts = sum(total[2] for total in report.totals)
    missing_days, missing = sum(days for _, days in report.missing_days), sum(gap.missing for gap in report.gaps)
    unusual = f"{'months' if report.grain == 'month' else 'days'}, counted as they are"
    return [
        ("Contacts", words.count(contacts), f"over {len({total[1] for total in report.totals})} months"),
        ("Missing", words.count(missing_days or missing), "days without a row" if missing_days or not missing else "intervals inside days"),
        ("No contacts", words.count(len(report.stretches)), "stretches of time"),
        ("Out of the ordinary", words.count(len(report.outliers)), unusual),
    ]


def notices(report: Report) -> list[str]:
    """How the file was read, without the map of its columns, which is told in words of its own."""
    return [fields.in_words(notice) for notice in report.notices if "{" not in notice]


def totals_frame(report: Report) -> pd.DataFrame:
    """Contacts and handle time by queue and month, as text for people."""
    rows = [
        {
            "Queue": queue,
            "Month": words.month_name(month),
            "Contacts": words.count(contacts),
            "Handle time": "" if aht_s is None else f"{words.number(aht_s)} s",
        }
        for queue, month, contacts, aht_s in report.totals[-LARGEST_LIST:]
    ]
    frame = pd.DataFrame(rows, columns=["Queue", "Month", "Contacts", "Handle time"])
    return frame if (frame["Handle time"] != "").any() else frame.drop(columns="Handle time")


def unusual_frame(report: Report) -> pd.DataFrame:
    """Days, months and stretches far from what is usual, as text for people: told, not removed."""
    rows = [(found.queue, f"{found.first} to {found.last}", "0", words.count(found.usual)) for found in report.stretches]
    far = sorted(report.outliers, key=lambda found: -abs(found.contacts - found.usual))
    rows += [(found.queue, found.when, words.count(found.contacts), words.count(found.usual)) for found in far]
    return pd.DataFrame(rows[:LARGEST_LIST], columns=["Queue", "When", "Contacts", "Usually"])


def gaps_frame(report: Report) -> pd.DataFrame:
    """Days with missing intervals, days without a row, hours that a clock skips or shows twice, rows added to another."""
    rows = [(gap.queue, str(gap.day), f"{gap.missing} intervals missing, counted as no contacts") for gap in report.gaps[:LARGEST_LIST]]
    rows += [(queue, "between first and last day", f"{words.count(days)} days without a row") for queue, days in report.missing_days]
    rows += [(change.zone, str(change.day), f"the clock changes: a day of {change.hours:g} hours") for change in report.clock_changes]
    if report.doubled:
        rows.append(("all", "hour shown twice", f"{words.count(report.doubled)} rows added to the first of the two"))
    return pd.DataFrame(rows, columns=["Queue or zone", "When", "What"])


# Faults --------------------------------------------------------------------------------------------------------------------------------------


def _faults(faults: Sequence[Fault], name: str, problem: str = "") -> None:
    count = f"{len(faults):,} {'fault' if len(faults) == 1 else 'faults'}"
    st.error(
        "Nothing of it has been used. Correct what the table says and upload it again.",
        title=f"{form.escaped(name)} {problem or f'has {count}'}",
        icon=":material/error:",
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


def _other_names(volumes: Volumes, scenario: Scenario) -> None:
    """Queues that the scenario names otherwise: which one each of them is."""
    known = [queue.name for queue in scenario.queues]
    unknown = [queue.name for queue in volumes.queues if queue.name not in known]
    if not unknown:
        return
    with st.form(session.key("volumes.names"), border=True):
        st.markdown("**Which queue of the plan is it?**")
        chosen = {name: st.selectbox(form.escaped(name), known, index=None, key=session.key(f"names.{name}"), placeholder="choose") for name in unknown}
        if st.form_submit_button("Read the file with these names") and all(chosen.values()):
            given = json.loads(st.session_state.get(session.key("volumes.answers"), {}).get("queues", "{}"))
            _answer({"queues": json.dumps(given | chosen)})
            st.rerun()


# Questions -----------------------------------------------------------------------------------------------------------------------------------


def _questions(reading: Reading, name: str, scenario: Scenario) -> None:
    """What two readings of the file fit: one choice each, then the file is read again."""
    if reading.glance is not None:
        _columns(reading.glance, name, scenario)
        return
    _answered(reading.questions, name)


def _answered(questions: Sequence[Question], name: str) -> None:
    st.warning(
        "Nothing of it has been used. Answer, and it is read again.", title=f"{form.escaped(name)} can be read in more than one way", icon=":material/help:"
    )
    with st.form(session.key("volumes.questions"), border=True):
        answers = {question.key: _question(question) for question in questions}
        if st.form_submit_button("Read the file with these answers"):
            _answer({key: answer for key, answer in answers.items() if answer})
            st.rerun()


def _columns(glance: Glance, name: str, scenario: Scenario) -> None:
    st.warning(
        "It is no layout that is known here. Check what its columns stand for; nothing of it has been used.",
        title=f"What do the columns of {form.escaped(name)} stand for?",
        icon=":material/help:",
    )
    answers = mapping.ask(glance, tuple(queue.name for queue in scenario.queues), st.session_state.get("map.before"))
    if answers:
        st.session_state.pop("map.before", None)
        _answer(answers)
        st.rerun()


TOLD = {
    "none": "None: the plan keeps its own", "suggested": "As suggested", "as_written": "As written in the file",
    "month_mean": "Yes, the mean of queue and month",
    "closed": "Yes, they were closed", "direct": "Direct calls only", "with_overflow": "With overflow from other queues", "utc": "UTC", "local": "Local time",
    "percent": "Percent", "fraction": "Fractions of 1",
    "day": "Day first", "month": "Month first", "point": "A point", "comma": "A comma",
}  # fmt: skip


def _question(question: Question) -> str | None:
    """One choice, or free text where the question takes it; what is typed goes before what is chosen."""
    label = form.escaped(fields.in_words(question.text[:1].upper() + question.text[1:]))
    key = session.key(f"ask.{question.key}")
    fixed = [choice for choice in question.choices if not choice.startswith("<")]
    free = [choice.strip("<>") for choice in question.choices if choice.startswith("<")]
    chosen = st.radio(label, fixed, index=None, format_func=lambda choice: _choice(question.key, choice), key=key) if fixed else None
    typed = st.text_input(f"Or {form.escaped(free[0])}" if fixed else label, placeholder=free[0], key=f"{key}.typed") if free else None
    return typed or chosen


OF_THE_FILE = ("group", "staffing_group", "queue", "sheet", "encoding")
"""Questions whose answers are names, to be shown as they are."""


def _choice(key: str, choice: str) -> str:
    if key in OF_THE_FILE:
        return choice
    if key in ("attrition_period", "interval"):
        return f"A {choice}" if key == "attrition_period" else f"{choice} minutes"
    return TOLD.get(choice) or (words.title(choice) if choice.islower() and " " not in choice else choice)
