"""The link: a shipped scenario's name and its levers in the address, never code. Read when a session begins, written whenever levers differ from rest."""

import streamlit as st

from planner.errors import Fault, InvalidScenario
from planner.scenario import Levers, Scenario, changed
from planner.ui import session

SCENARIO = "scenario"
LEVERS = {
    "growth": "growth_monthly",
    "aht": "aht_change",
    "service": "service_level",
    "attrition": "attrition_change",
    "shrinkage": "shrinkage_change",
    "starts": "starts_max_monthly",
    "first_span": "first_span",
    "top_span": "top_span",
}
"""What a lever is called in the address; its value stands there as it is inside: 0.02 for 2 %."""


def origin(current: Scenario) -> str | None:
    """The shipped scenario that the current one is apart from its levers; None where it has been edited or is the user's own."""
    rest = session.at_rest(current)
    return next((name for name in session.shipped() if session.shipped_scenario(name) == rest), None)


def written(current: Scenario) -> dict[str, str]:
    """The address of a scenario: empty for the one that opens by itself, and for one that a link cannot carry."""
    name = origin(current)
    if name is None:
        return {}
    levers = {
        short: f"{getattr(current.levers, field):g}" for short, field in LEVERS.items() if getattr(current.levers, field) != getattr(Levers(), field)
    }
    return {SCENARIO: name, **levers} if levers or name != session.DEFAULT else {}


def read(address: dict[str, str]) -> tuple[Scenario, tuple[Fault, ...]]:
    """The scenario of an address, and what in the address could not be used."""
    name = address.get(SCENARIO, session.DEFAULT)
    known = ", ".join(session.shipped())
    faults = [] if name in session.shipped() else [Fault("The link's scenario", f"there is no scenario '{name[:60]}'", f"Use one of: {known}.")]
    current = session.shipped_scenario(name if name in session.shipped() else session.DEFAULT)
    for short, value in address.items():
        if short != SCENARIO:
            current, told = _with_lever(current, short, value)
            faults += told
    return current, tuple(faults)


def _with_lever(current: Scenario, short: str, value: str) -> tuple[Scenario, list[Fault]]:
    if short not in LEVERS:
        return current, [Fault("The link", f"there is no lever '{short[:60]}'", f"Levers are: {', '.join(LEVERS)}.")]
    try:
        return changed(current, {session.LEVER + LEVERS[short]: value}), []
    except InvalidScenario as error:
        return current, [Fault(f"The link's {short}", fault.problem, fault.remedy, fault.value) for fault in error.faults]


def follow() -> None:
    """On the first run of a session: takes over what the address says, and tells what it could not use."""
    if not st.session_state.get("linked"):
        st.session_state.linked = True
        st.session_state.scenario, told = read(st.query_params.to_dict())
        session.refuse(told)


def write() -> None:
    """Brings the address up to date."""
    wanted = written(session.scenario())
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
