"""The sidebar: which scenario, the levers in their groups, presets, undo."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from planner import parameters
from planner import scenario as scenarios
from planner.channels import Deferred
from planner.errors import Fault, InvalidScenario
from planner.organisation import FRONTLINE, Role
from planner.report import words
from planner.scenario import Levers, Scenario
from planner.ui import files, link, session, who

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="196" height="28" viewBox="0 0 196 28"><rect width="28" height="28" rx="7" fill="{accent}"/>
<path fill="#fff" d="M6 15h4v7H6zM12 11h4v11h-4zM18 6h4v16h-4z"/>
<text x="37" y="20" font-family="Source Sans, Helvetica, Arial, sans-serif" font-size="18" font-weight="600" fill="{ink}">Frontline Planner</text></svg>"""

PRESETS = {
    "As planned": Levers(),
    "High growth": Levers(growth_monthly=0.02),
    "Downturn": Levers(growth_monthly=-0.02),
    "Hiring freeze": Levers(starts_max_monthly=0),
}
PRESET_HELP = "High growth: 2 % more a month. Downturn: 2 % less a month. Hiring freeze: nobody starts beyond those already signed."


@dataclass(frozen=True)
class Change:
    """A lever that scales what the scenario says, in percent."""

    field: str
    label: str
    low: float
    high: float
    step: float


DEMAND = (Change("growth_monthly", "Extra growth a month", -5.0, 10.0, 0.5), Change("aht_change", "Handle time", -30.0, 30.0, 1.0))
PEOPLE = (Change("attrition_change", "Attrition", -50.0, 100.0, 5.0), Change("shrinkage_change", "Shrinkage", -50.0, 50.0, 5.0))


def sidebar() -> None:
    """Everything in the sidebar, and the link that carries it."""
    link.follow()
    st.logo(LOGO.format(**({"accent": "#2F6FB5", "ink": "#E8EDF3"} if session.dark() else {"accent": "#0B5CAD", "ink": "#16202E"})), size="large")
    with st.sidebar:
        _scenario_picker()
        _presets()
        _group("Demand", DEMAND)
        _service_level()
        _group("People", PEOPLE)
        _starts_allowed()
        _spans()
        still = session.scenario().levers == Levers()
        st.button("Reset levers", on_click=_take_preset, args=(Levers(),), disabled=still, icon=":material/restart_alt:", key="reset_levers")
        who.signed_in()
        _view()
    link.write()


def _view() -> None:
    """How this reader sees figures and charts; nothing of it touches the scenario or its files."""
    with st.popover("Numbers and charts", icon=":material/visibility:"):
        st.session_state.setdefault("view.numbers", session.number_style())
        st.selectbox("Numbers", words.STYLES, format_func=lambda style: style.name, key="view.numbers", on_change=_write_numbers, persist_state="session")
        st.caption(f"Amounts are in {session.scenario().finance.currency}, the currency of the scenario. Files for other programs keep their own way.")
        st.toggle("Picture button on charts", key="pictures", help="Each chart gets a button that saves it as a PNG.", persist_state="session")


def _write_numbers() -> None:
    session.write_numbers(st.session_state["view.numbers"])


# Scenario ------------------------------------------------------------------------------------------------------------------------------------

EDITED = "edited"


def _scenario_picker() -> None:
    current, name = session.scenario(), link.origin(session.whole())
    saved = link.saved_origin(session.whole(), session.saved())
    whose = f"version {saved.no}" if saved else "yours"
    options = [*session.shipped(), *([] if name else [EDITED])]
    st.selectbox(
        "Scenario",
        options,
        format_func=lambda option: f"{current.name} ({whose})" if option == EDITED else session.shipped_scenario(option).name,
        key=session.show("picker", name or EDITED),
        on_change=_pick,
        help=None if name or saved else "You changed it or opened it: a link cannot carry it. Save it in the library, or as a file, to share it.",
    )
    with st.container(horizontal=True, gap="small"):
        with st.popover("Open or save", icon=":material/folder_open:"):
            _files(current)
        st.button("Undo", on_click=session.undo, disabled=not session.can_undo(), icon=":material/undo:", key="undo")


def _pick() -> None:
    choice = st.session_state[session.key("picker")]
    if choice != EDITED:
        session.open_other(session.shipped_scenario(choice))


def _files(current: Scenario) -> None:
    st.file_uploader("Open a scenario file", type="json", key=session.key("upload"), on_change=_open)
    st.page_link("planner/ui/pages/library.py", label="Save in the library", icon=":material/bookmark_add:")
    if not who.sees_pay():
        return
    st.download_button(
        "Save this scenario as a file",
        lambda: scenarios.to_json(current),
        files.marked(f"{_file_name(current.name)}.json"),
        "application/json",
        on_click="ignore",
        icon=":material/download:",
    )


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower()).strip("_") or "scenario"


def _open() -> None:
    file = st.session_state[session.key("upload")]
    if file is None:
        return
    try:
        opened = scenarios.from_json(file.getvalue().decode("utf-8-sig"), file.name)
    except UnicodeDecodeError:
        session.refuse((Fault(file.name, "the file is not UTF-8 text", "Save it as JSON in UTF-8."),))
    except InvalidScenario as error:
        session.refuse(error.faults)
    else:
        session.open_other(opened, f"Opened {opened.name}.")


# Levers --------------------------------------------------------------------------------------------------------------------------------------


def _presets() -> None:
    st.segmented_control(
        "What if",
        list(PRESETS),
        key=session.show("preset", next((name for name, levers in PRESETS.items() if levers == session.scenario().levers), None)),
        on_change=lambda: _take_preset(PRESETS.get(st.session_state[session.key("preset")], Levers())),
        help=PRESET_HELP,
        wrap=True,
    )


def _take_preset(levers: Levers) -> None:
    session.change_many({session.LEVER + field: getattr(levers, field) for field in Levers.model_fields})


def _group(title: str, levers: tuple[Change, ...]) -> None:
    st.subheader(title, anchor=False)
    for lever in levers:
        _change(lever)


def _change(lever: Change) -> None:
    """A slider in percent around what the scenario says."""
    told = _declared(lever.field)
    value = round(told.value * told.unit.screen_factor, 6)
    st.slider(
        lever.label,
        min(lever.low, value),
        max(lever.high, value),
        step=lever.step,
        format=f"%+.{1 if lever.step < 1 else 0}f%%",
        key=session.show(told.path, value),
        on_change=_set,
        args=(told.path, told.unit.screen_factor, 0.0),
        help=told.help,
    )


def _declared(field: str) -> parameters.Parameter:
    """A lever's declaration: path, value, unit, bounds and help."""
    return _all_declared(session.scenario().levers)[field]


@lru_cache(maxsize=64)
def _all_declared(levers: Levers) -> dict[str, parameters.Parameter]:
    return {each.name: each for each in parameters.walk(levers, session.LEVER)}


def _set(path: str, factor: float, rest: float | None) -> None:
    """Takes a widget's value into the scenario; at `rest` the scenario's own figure holds again."""
    shown = st.session_state[session.key(path)]
    own = rest is not None and shown is not None and abs(shown - rest) < 1e-9
    empty: Any = getattr(Levers(), path.removeprefix(session.LEVER))
    session.change(path, empty if own or shown is None else round(shown / factor, 9) if factor != 1 else shown)


def _service_level() -> None:
    promised = _promised(session.scenario())
    if not promised:
        return
    st.subheader("Service", anchor=False)
    told = _declared("service_level")
    own = round(min(promised) * 100, 6)
    value = own if told.value is None else round(told.value * 100, 6)
    spread = "" if len(promised) == 1 else f" Today the queues promise {min(promised):.0%} to {max(promised):.0%}; moving this gives all of them one target."
    st.slider(
        "Service level target",
        min(50.0, value),
        max(99.0, value),
        step=1.0,
        format="%.0f%%",
        key=session.show(told.path, value),
        on_change=_set,
        args=(told.path, 100.0, own if len(promised) == 1 else None),
        help=told.help + spread,
    )


def _promised(scenario: Scenario) -> set[float]:
    """The service levels that the queues promise."""
    targets = [queue.channel.target.service_level for queue in scenario.queues if not isinstance(queue.channel, Deferred)]
    return {target for target in targets if target is not None}


def _starts_allowed() -> None:
    told = _declared("starts_max_monthly")
    own = session.scenario().hiring.starts_max_monthly
    st.number_input(
        "Most starts a month",
        min_value=0,
        step=10,
        placeholder="No cap" if own is None else f"{own} as planned",
        key=session.show(told.path, told.value),
        on_change=_set,
        args=(told.path, 1.0, None),
        help=told.help,
    )


def _spans() -> None:
    leaders = [role for role in session.scenario().organisation.roles if role.kind == "leader"]
    if not leaders:
        return
    st.subheader("Leadership", anchor=False)
    _span("first_span", leaders[0])
    if len(leaders) > 1:
        _span("top_span", leaders[-1])


def _span(field: str, role: Role) -> None:
    """A slider around a role's own span, named after whom the role leads."""
    told = _declared(field)
    led = "Frontline people" if role.leads == FRONTLINE else f"{words.title(role.leads)}s"
    value, step = float(role.span if told.value is None else told.value), 1.0 if role.span < 50 else 5.0
    st.slider(
        f"{led} per {words.title(role.name).lower()}",
        min(max(1.0, step * (role.span / 2 // step)), value),
        max(step * (role.span * 2 // step), value),
        step=step,
        format="%.0f",
        key=session.show(told.path, value),
        on_change=_set,
        args=(told.path, 1.0, float(role.span)),
        help=told.help,
    )
