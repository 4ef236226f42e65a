"""Another tool's plan dropped on the page: every change that it proposes, with what the plan has now, ticked and taken together as one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from planner import scenario as scenarios
from planner.errors import Fault, InvalidScenario, InvalidVolumes
from planner.intake import INPUT_QUESTIONS, OpenQuestions, Proposal, Question, ScenarioInputs, scenario_inputs_safely
from planner.report import words
from planner.scenario import Scenario
from planner.ui import form, members, session

NAMES = {
    "first_month": "First month of the plan", "months": "Length of the plan", "weekly_hours": "Hours of a full-time week", "opening": "People in post",
    "signed_starts": "Starts signed for", "annual_attrition": "Attrition", "shrinkage": "Shrinkage",
}  # fmt: skip
SHOWN = 6
"""Figures of a series that are told one by one."""


@dataclass(frozen=True)
class Told:
    """What a file says of a scenario apart from volumes, or what it leaves open, or why it cannot be read."""

    inputs: ScenarioInputs | None = None
    questions: tuple[Question, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(data: bytes, name: str, scenario: Scenario, answers: Mapping[str, str]) -> Told:
    """The file as inputs of the scenario, read in a child process."""
    try:
        return Told(scenario_inputs_safely(data, name, scenario, {key: answer for key, answer in answers.items() if key in INPUT_QUESTIONS}))
    except OpenQuestions as asked:
        return Told(questions=asked.questions)
    except InvalidVolumes as refusal:
        return Told(faults=refusal.faults)


def draw(inputs: ScenarioInputs) -> None:
    """The changes that a file proposes, each with what it replaces, and the button that takes what is ticked."""
    new = [proposal for proposal in inputs.proposals if proposal.before != proposal.value]
    same = len(inputs.proposals) - len(new)
    if not new:
        st.success("The plan has all of it already.", title=f"{form.escaped(inputs.file_name)} changes nothing", icon=":material/task_alt:")
        return
    rest = f" {same} more {'is' if same == 1 else 'are'} in the plan already." if same else ""
    st.success(
        f"It is another tool's plan, and proposes {len(new)} {'change' if len(new) == 1 else 'changes'}.{rest} Nothing is used yet: take what is ticked.",
        title=f"{form.escaped(inputs.file_name)} can be read", icon=":material/task_alt:",
    )  # fmt: skip
    chosen = [proposal for proposal in new if _tick(proposal)]
    if inputs.notices:
        with st.expander("How it was read"):
            st.markdown("\n".join(f"- {form.escaped(notice)}" for notice in inputs.notices))
    count = f"{len(chosen)} {'change' if len(chosen) == 1 else 'changes'}"
    st.button(
        f"Take {count} into the scenario", icon=":material/check:", disabled=not chosen, on_click=_take, args=(tuple(chosen), inputs.file_name),
        key=session.key("proposals.take"),
    )  # fmt: skip


def _tick(proposal: Proposal) -> bool:
    label = f"**{form.escaped(place_in_words(proposal.path))}**: {form.escaped(change_in_words(proposal))}"
    moves = " Series by month keep their figures: the first is then that of the new first month." if proposal.path == "horizon.first_month" else ""
    with st.container(gap=None):
        ticked = st.checkbox(label, value=not proposal.path.startswith("horizon."), key=session.key(f"proposal.{proposal.path}"))
        st.caption(form.escaped(f"{proposal.why[:1].upper()}{proposal.why[1:]}.{moves}"))
    return ticked


def place_in_words(path: str) -> str:
    """What a proposal changes.

    >>> place_in_words("groups.sales Leeds.workforce.opening"), place_in_words("horizon.months")
    ('People in post, sales Leeds', 'Length of the plan')
    """
    steps = path.split(".")
    group = ".".join(steps[1:-2])
    return f"{NAMES[steps[-1]]}, {group}" if group else NAMES[steps[-1]]


def change_in_words(proposal: Proposal) -> str:
    """What is, and what would be.

    >>> change_in_words(Proposal("groups.a.staffing.weekly_hours", 38.5, "", 40.0))
    '40 hours → 38.5 hours'
    """
    before, after = (value_in_words(proposal.path, value) for value in (proposal.before, proposal.value))
    return f"{before} → {after}"


def value_in_words(path: str, value: Any) -> str:
    """A value of a scenario as a reader says it.

    >>> value_in_words("horizon.first_month", "2027-01"), value_in_words("groups.a.workforce.annual_attrition", None)
    ('Jan 2027', 'by tenure')
    >>> value_in_words("groups.a.workforce.opening", [{"tenure_months": 12, "heads": 120.0}])
    '120 people, 12 months with you on average'
    """
    name = path.rsplit(".", 1)[1]
    if name == "first_month":
        return words.month_name(value)
    if name == "months":
        return f"{value} months"
    if name == "weekly_hours":
        return f"{value:g} hours"
    if name == "annual_attrition":
        return "by tenure" if value is None else f"{words.percent(value)} a year"
    if name == "shrinkage":
        return ", ".join(f"{factor['name']} {words.percent(factor['fraction'])}" for factor in value) or "none"
    if name == "opening":
        return _people(value)
    shown = ", ".join(f"{figure:g}" for figure in value[:SHOWN])
    return f"{sum(value):g} by month ({shown}{' …' if len(value) > SHOWN else ''})" if value else "none"


def _people(cohorts: list[dict[str, float]]) -> str:
    heads = sum(cohort["heads"] for cohort in cohorts)
    if not heads:
        return "nobody"
    tenure = sum(cohort["heads"] * cohort.get("tenure_months", 0.0) for cohort in cohorts) / heads
    return f"{words.people(heads)}, {words.count(tenure)} months with you on average"


def _take(chosen: tuple[Proposal, ...], name: str) -> None:
    """Every chosen change as one step, which one undo takes back."""
    try:
        session.use(taken(session.scenario(), chosen), f"{len(chosen)} changes of {name} are in the plan. Undo takes them back together.")
    except InvalidScenario as error:
        session.refuse(error.faults)


def taken(scenario: Scenario, chosen: tuple[Proposal, ...]) -> Scenario:
    """The scenario with proposals taken together; a longer or shorter plan takes its series by month with it. Raises InvalidScenario."""
    changes = {proposal.path: proposal.value for proposal in chosen}
    horizon = {path.removeprefix("horizon."): changes.pop(path) for path in list(changes) if path.startswith("horizon.")}
    return scenarios.changed(members.with_horizon(scenario, **horizon) if horizon else scenario, changes)
