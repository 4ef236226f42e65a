"""The link: a scenario's name or key and its levers in the address, never code. Read when a session begins, written whenever there is something to carry."""

from urllib.parse import urlencode

import streamlit as st

from planner.errors import Fault, InvalidScenario, PlannerError
from planner.scenario import Levers, Scenario, changed
from planner.ui import session, who
from planner.ui.session import Saved

SCENARIO, VERSION, OWN = "scenario", "version", "own"
CALCULATOR = "calculator"
"""What the calculator page carries in the address; the scenario's link leaves it alone."""
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
"""What a lever is called in the address; its value stands there as it is inside: 0.02 for 2 %; `own` where the scenario's own figure holds."""


def origin(current: Scenario) -> str | None:
    """The shipped scenario that the current one is apart from its levers; None where it has been edited or is the user's own."""
    rest = session.at_rest(current)
    return next((name for name in session.shipped() if session.shipped_scenario(name) == rest), None)


def saved_origin(current: Scenario, saved: Saved | None) -> Saved | None:
    """The version of the library that the current scenario is apart from its levers; None where it has been edited."""
    return saved if saved is not None and session.at_rest(saved.scenario) == session.at_rest(current) else None


def written(current: Scenario, saved: Saved | None = None) -> dict[str, str]:
    """The address of a scenario: empty for the one that opens by itself, and for one that a link cannot carry."""
    kept = saved_origin(current, saved)
    if kept is not None:
        return {SCENARIO: kept.key, VERSION: str(kept.no), **_moved(current.levers, kept.scenario.levers)}
    name = origin(current)
    if name is None:
        return {}
    levers = _moved(current.levers, Levers())
    return {SCENARIO: name, **levers} if levers or name != session.DEFAULT else {}


def _moved(levers: Levers, rest: Levers) -> dict[str, str]:
    """The levers that stand otherwise than in what the address names."""
    values = {short: (getattr(levers, field), getattr(rest, field)) for short, field in LEVERS.items()}
    return {short: OWN if now is None else f"{now:g}" for short, (now, before) in values.items() if now != before}


def read(address: dict[str, str]) -> tuple[Scenario, Saved | None, tuple[Fault, ...]]:
    """The scenario of an address, the version of the library that it is, and what in the address could not be used."""
    current, saved, faults = _named(address.get(SCENARIO, session.DEFAULT), address.get(VERSION))
    for short, value in address.items():
        if short not in (SCENARIO, VERSION):
            current, told = _with_lever(current, short, value)
            faults += told
    return current, saved, tuple(faults)


def _named(name: str, version: str | None) -> tuple[Scenario, Saved | None, list[Fault]]:
    """What an address names: a shipped scenario, or one of the library; with a fault the one that opens by itself."""
    if name in session.shipped() and version is None:
        return session.shipped_scenario(name), None, []
    try:
        opened = _opened(name, version)
    except PlannerError as error:
        known = ", ".join(session.shipped())
        return session.shipped_scenario(session.DEFAULT), None, [Fault("The link", fault.problem, _remedy(fault, known)) for fault in error.faults]
    return opened.scenario, opened, []


def _opened(key: str, version: str | None) -> Saved:
    if version is not None and not version.isdecimal():
        raise InvalidScenario([Fault("version", f"there is no version '{version[:20]}'", "Use the number of a version.")])
    library = who.library()
    opened = library.whole(who.at_work(library), key[:60], None if version is None else int(version[:9]))
    return Saved(key, opened.version.no, opened.scenario)


def _remedy(fault: Fault, known: str) -> str:
    return f"{fault.remedy} Shipped scenarios: {known}."


def _with_lever(current: Scenario, short: str, value: str) -> tuple[Scenario, list[Fault]]:
    if short not in LEVERS:
        return current, [Fault("The link", f"there is no lever '{short[:60]}'", f"Levers are: {', '.join(LEVERS)}.")]
    try:
        return changed(current, {session.LEVER + LEVERS[short]: getattr(Levers(), LEVERS[short]) if value == OWN else value}), []
    except InvalidScenario as error:
        return current, [Fault(f"The link's {short}", fault.problem, fault.remedy, fault.value) for fault in error.faults]


def follow() -> None:
    """On the first run of a session: takes over what the address says, and tells what it could not use."""
    if not st.session_state.get("linked"):
        st.session_state.linked = True
        st.session_state.scenario, st.session_state.saved, told = read({name: text for name, text in st.query_params.to_dict().items() if name != CALCULATOR})
        session.refuse(told)


def write() -> None:
    """Brings the address up to date."""
    wanted = written(session.whole(), session.saved())
    if CALCULATOR in st.query_params:
        wanted |= {CALCULATOR: str(st.query_params[CALCULATOR])}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def whole_address() -> str:
    """The address to hand on; empty where a link cannot carry the scenario."""
    wanted = written(session.whole(), session.saved())
    base = str(st.context.url or "").split("?")[0].rsplit("/", 1)[0]
    return f"{base}/?{urlencode(wanted)}" if wanted else ""
