"""The session holds one thing, the scenario, with its history; every widget is a view of it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from planner import decisions as decided
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.errors import Fault, InvalidDecisions, InvalidScenario
from planner.plan import Plan, project
from planner.requirement import requirement
from planner.scenario import Levers, Scenario

DEFAULT = "centre_600"
FOLDER = Path(__file__).resolve().parents[2] / "data" / "scenarios"
HISTORY = 50
LEVER = "levers."


@lru_cache(maxsize=1)
def shipped() -> dict[str, Path]:
    """Shipped scenarios by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.json"))}


@lru_cache(maxsize=16)
def shipped_scenario(name: str) -> Scenario:
    """A shipped scenario."""
    return scenarios.load(shipped()[name])


# The scenario --------------------------------------------------------------------------------------------------------------------------------


def scenario() -> Scenario:
    """The scenario of this session, levers included."""
    if "scenario" not in st.session_state:
        st.session_state.scenario = shipped_scenario(DEFAULT)
    current: Scenario = st.session_state.scenario
    return current


def use(new: Scenario, note: str = "") -> None:
    """Takes over another scenario: every widget forgets, the history keeps the old one, loaded decisions go. `note` is shown once."""
    _remember(scenario())
    _take_over(new, note)


def change(path: str, value: Any) -> bool:
    """Sets one parameter. Where the value is refused the scenario stays, `faults` says why, and the answer is False."""
    return change_many({path: value})


def change_many(changes: dict[str, Any]) -> bool:
    """Sets several parameters as one step of the history: all or none."""
    old = scenario()
    try:
        new = scenarios.changed(old, changes)
    except InvalidScenario as error:
        refuse(error.faults)
        return False
    if new != old:
        _remember(old)
        st.session_state.scenario = new
        _drop_decisions_that_do_not_fit(new)
    refuse(())
    return True


def faults() -> tuple[Fault, ...]:
    """Why the last change was refused; empty where it was taken."""
    told: tuple[Fault, ...] = st.session_state.get("faults", ())
    return told


def refuse(told: tuple[Fault, ...]) -> None:
    """Notes why something was refused; every page shows it at its top until the next change."""
    st.session_state.faults = told


def note() -> str:
    """What is to be told once; empty when it has been told."""
    return str(st.session_state.pop("note", ""))


# History -------------------------------------------------------------------------------------------------------------------------------------


def can_undo() -> bool:
    """Whether there is something to undo."""
    return bool(st.session_state.get("history"))


def undo() -> None:
    """Goes back one change or load."""
    if can_undo():
        *earlier, last = st.session_state.history
        st.session_state.history = tuple(earlier)
        _take_over(last, "")


def _remember(old: Scenario) -> None:
    st.session_state.history = (*st.session_state.get("history", ()), old)[-HISTORY:]


def _take_over(new: Scenario, told: str) -> None:
    st.session_state.scenario = new
    st.session_state.loads = int(st.session_state.get("loads", 0)) + 1
    st.session_state.decisions = None
    st.session_state.note = told
    refuse(())


# Widgets -------------------------------------------------------------------------------------------------------------------------------------


def key(path: str) -> str:
    """The widget key of a parameter. It changes with every load, so that no widget remembers another scenario."""
    return f"scenario{st.session_state.get('loads', 0)}.{path}"


def show(path: str, value: Any) -> str:
    """The widget key of a parameter, its widget set to what the scenario says. Call it just before the widget; give the widget no `value`."""
    name = key(path)
    if name not in st.session_state or st.session_state[name] != value:
        st.session_state[name] = value
    return name


def dark() -> bool:
    """Whether the reader's theme is dark."""
    return bool(st.context.theme.type == "dark")


# Plans ---------------------------------------------------------------------------------------------------------------------------------------


def plan() -> Plan:
    """The plan of the current scenario, with the decisions that were loaded, else with the baseline's."""
    return planned(scenario(), st.session_state.get("decisions"))


def rest_plan() -> Plan:
    """The same with every lever at rest: what changes are told against."""
    return planned(at_rest(scenario()), st.session_state.get("decisions"))


def at_rest(current: Scenario) -> Scenario:
    """A scenario without its levers."""
    return current if current.levers == Levers() else current.model_copy(update={"levers": Levers()})


@lru_cache(maxsize=24)
def planned(of: Scenario, decisions: str | None = None) -> Plan:
    """The plan of a scenario under decisions (JSON), else under the baseline's. Shared by all sessions, worked out once."""
    need = requirement(of)
    return project(of, decided.from_json(decisions, of) if decisions else baseline(of, need), need)


def decide(text: str) -> bool:
    """Takes decisions from JSON in place of the baseline's. Where they are refused, `faults` says why, and the answer is False."""
    try:
        decided.from_json(text, scenario())
    except InvalidDecisions as error:
        refuse(error.faults)
        return False
    st.session_state.decisions = text
    refuse(())
    return True


def decides() -> bool:
    """Whether the plan follows loaded decisions rather than the baseline's."""
    return st.session_state.get("decisions") is not None


def undecide() -> None:
    """Back to the baseline's decisions."""
    st.session_state.decisions = None


def _drop_decisions_that_do_not_fit(new: Scenario) -> None:
    if decides():
        try:
            decided.from_json(st.session_state.decisions, new)
        except InvalidDecisions:
            undecide()
            st.session_state.note = "The loaded decisions no longer fit the scenario; the plan follows the baseline's decisions again."
