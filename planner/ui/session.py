"""The session holds one thing, the scenario, with its history; every widget is a view of it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from planner import decisions as decided
from planner import scenario as scenarios
from planner.errors import Fault, InvalidDecisions, InvalidScenario
from planner.plan import Plan
from planner.report import words
from planner.report.stamp import Origin
from planner.scenario import Levers, Scenario
from planner.store import discretion
from planner.ui import who
from planner.ui.planning import planned as planned

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


@dataclass(frozen=True)
class Saved:
    """What of the library is on screen: the version, and the scenario as it was saved."""

    key: str
    no: int
    scenario: Scenario


def scenario() -> Scenario:
    """The scenario of this session, levers included; without amounts of money for those who may not see them."""
    return whole() if who.sees_pay() else discretion.without_pay(whole())


def whole() -> Scenario:
    """The scenario with every amount: to be planned and saved, never to be shown."""
    if "scenario" not in st.session_state:
        st.session_state.scenario = shipped_scenario(DEFAULT)
    current: Scenario = st.session_state.scenario
    return current


def saved() -> Saved | None:
    """The version of the library that was opened or saved last; None where the scenario is not from there."""
    found: Saved | None = st.session_state.get("saved")
    return found


def origin(standing: str = "") -> Origin | None:
    """The version of the library that is on screen, changed since or not, for the files made of it; None where there is none."""
    now = saved()
    return None if now is None else Origin(now.scenario.name, now.no, standing, now.scenario != whole())


def use(new: Scenario, note: str = "") -> None:
    """Takes over what was made from the scenario: every widget forgets, the history keeps the old one, loaded decisions go. `note` is shown once."""
    old = whole()
    _remember(old)
    _take_over(new if who.sees_pay() else discretion.with_pay_of(new, old), saved(), note)


def open_other(new: Scenario, note: str = "", version: Saved | None = None) -> None:
    """Takes over another scenario, from the library where its version there is given, as `use` does."""
    _remember(whole())
    _take_over(new, version, note)


def keep_as_saved(now: Saved) -> None:
    """What is on screen is saved: it stays, and the library knows it."""
    st.session_state.saved = now
    refuse(())


def change(path: str, value: Any) -> bool:
    """Sets one parameter. Where the value is refused the scenario stays, `faults` says why, and the answer is False."""
    return change_many({path: value})


def change_many(changes: dict[str, Any]) -> bool:
    """Sets several parameters as one step of the history: all or none."""
    old = whole()
    try:
        new = _changed(old, changes)
    except InvalidScenario as error:
        refuse(error.faults)
        return False
    if new != old:
        _remember(old)
        st.session_state.scenario = new
        _drop_decisions_that_do_not_fit(new)
    refuse(())
    return True


def _changed(old: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario changed. Who may not see amounts changes what is seen, and leaves the amounts as they are."""
    if who.sees_pay() or all(path.startswith(LEVER) for path in changes):
        return scenarios.changed(old, changes)
    hidden = [Fault(path, "amounts are hidden from you and stay as they are") for path in changes if path in discretion.pay_paths(old)]
    if hidden:
        raise InvalidScenario(hidden)
    return discretion.with_pay_of(scenarios.changed(discretion.without_pay(old), changes), old)


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
        *earlier, (last, origin) = st.session_state.history
        st.session_state.history = tuple(earlier)
        now = saved()
        _take_over(last, now if now and origin and now.key == origin.key else origin, "")


def _remember(old: Scenario) -> None:
    st.session_state.history = (*st.session_state.get("history", ()), (old, saved()))[-HISTORY:]


def _take_over(new: Scenario, origin: Saved | None, told: str) -> None:
    st.session_state.scenario, st.session_state.saved = new, origin
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


def number_style() -> words.Style:
    """How this reader has numbers written: as he chose, else as his browser's language has it."""
    chosen: words.Style | None = st.session_state.get("number_style")
    return chosen or words.style_of(str(st.context.locale or ""))


def write_numbers(chosen: words.Style) -> None:
    """Numbers are written so for this reader from now on."""
    st.session_state.number_style = chosen
    words.write_in(chosen)


def pictures() -> bool:
    """Whether charts carry a button that saves them as a picture."""
    return bool(st.session_state.get("pictures"))


# Plans ---------------------------------------------------------------------------------------------------------------------------------------


def plan() -> Plan:
    """The plan of the current scenario, with the decisions that were loaded, else with the baseline's; without amounts for those who may not see them."""
    return _seen(whole_plan())


def whole_plan() -> Plan:
    """The plan with every amount: to be kept, never to be shown."""
    return planned(whole(), st.session_state.get("decisions"))


def rest_plan() -> Plan:
    """The same with every lever at rest: what changes are told against."""
    return _seen(planned(at_rest(whole()), st.session_state.get("decisions")))


def _seen(plan: Plan) -> Plan:
    return plan if who.sees_pay() else discretion.plan_without_pay(plan)


def at_rest(current: Scenario) -> Scenario:
    """A scenario without its levers."""
    return current if current.levers == Levers() else current.model_copy(update={"levers": Levers()})


def decide(text: str, whose: str = "your file") -> bool:
    """Takes decisions from JSON in place of the baseline's, and notes whose they are. Where they are refused, `faults` says why, and the answer is False."""
    try:
        decided.from_json(text, scenario())
    except InvalidDecisions as error:
        refuse(error.faults)
        return False
    st.session_state.decisions, st.session_state.decided_by = text, whose
    refuse(())
    return True


def decides() -> bool:
    """Whether the plan follows loaded decisions rather than the baseline's."""
    return st.session_state.get("decisions") is not None


def decided_by() -> str:
    """Whose decisions the plan follows."""
    return str(st.session_state.get("decided_by", "your file")) if decides() else "the baseline"


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
