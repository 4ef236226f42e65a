"""The areas of the assumptions page: which part of the scenario each shows, who is picked in it, and how members come and go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from planner import parameters
from planner.report import words
from planner.requirement import requirement
from planner.scenario import Group, Scenario
from planner.ui import fields, form, members, months, session
from planner.ui.form import Filter


@dataclass(frozen=True)
class Area:
    """One area: its own parameters at `path` (None: it has none), and the family whose members are picked in it."""

    name: str
    says: str
    path: str | None = None
    family: str = ""


AREAS = (
    Area("Plan", "Name, notes and the months that are planned.", ""),
    Area("Sites", "Where people sit: public holidays, currency, and what can be trained there.", family="sites"),
    Area("Queues", "What customers bring: contacts, handle time, opening hours, and the service promised.", family="queues"),
    Area("Groups", "The people who serve: staffing, tenure, leaving and learning.", family="groups"),
    Area("Routing", "Which group serves which share of each queue."),
    Area("Months", "Every series by month: contacts, handle time, signed starts, required people, budget."),
    Area("Hiring", "How people are found, and what finding them takes.", "hiring", "sources"),
    Area("Organisation", "Who leads and supports the frontline, at what ratio, and how posts are filled.", family="roles"),
    Area("Finance", "What people and decisions cost.", "finance"),
    Area("Optimiser", "What the cheapest plan may give way on, and what it must hold.", "optimisation"),
    Area("Levers", "What the sidebar moves, on top of everything else.", "levers"),
)
GENERAL = "In general"


def named(name: str) -> Area:
    """The area of that name."""
    return next(area for area in AREAS if area.name == name)


def draw(area: Area, only: Filter) -> None:
    """The fields of an area: its own, or those of the member that is picked."""
    st.caption(area.says)
    if area.name in ("Routing", "Months"):
        (routing if area.name == "Routing" else months.draw)()
        return
    path = _picked(area) if area.family else area.path
    if path is None:
        _none_yet(area)
        return
    shown = sum(form.draw(section, only, title) for section, title in _sections(area, path))
    if path.startswith("groups."):
        _requirement_kind(session.scenario(), path.removeprefix("groups."))
    if not shown:
        st.info("No parameter here rests on an assumption." if only.assumptions else "Nothing to show here.")


def _sections(area: Area, path: str) -> list[tuple[fields.Section, str]]:
    scenario = session.scenario()
    if path:
        return [(fields.section(parameters.get(scenario, path), path), path.split(".")[-1] if area.family and path != area.path else area.name)]
    top = fields.section(scenario)
    own = fields.Section("", top.singles, (), (), (), ())
    return [(own, "Scenario"), (fields.section(scenario.horizon, "horizon"), "Horizon")]


# Members -------------------------------------------------------------------------------------------------------------------------------------


def _picked(area: Area) -> str | None:
    """The path of the member that is picked; the area's own where it has parameters and no member is picked."""
    names = members.names(session.scenario(), area.family)
    options = [*([GENERAL] if area.path else []), *names]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = session.key(f"area.{area.family}")
        if st.session_state.get(key) not in options:
            st.session_state.pop(key, None)
        choice = st.selectbox(one_of(area.family), options, key=key, format_func=lambda name: words.title(name) if area.family == "roles" else name, width=320)
        _come_and_go(area, names, choice if choice in names else None)
    if choice is None:
        return None
    return area.path if choice == GENERAL else f"{members.FAMILIES[area.family]}.{choice}"


def _none_yet(area: Area) -> None:
    st.info(f"There are no {area.name.lower()} yet.")
    if area.family != "queues":
        return
    with st.form(session.key("first.queue")):
        st.subheader("Plan from contacts", anchor=False)
        st.caption("The group that serves the queue no longer states its people: they are then worked out from the contacts.")
        name = st.text_input("Name of the first queue", "calls", max_chars=80)
        contacts = st.number_input("Contacts a month", 0.0, 1e9, 10_000.0, 1_000.0, format="%.0f")
        group = st.selectbox("Group that serves it", [group.name for group in session.scenario().groups])
        added = st.form_submit_button("Add the queue")
    if added:
        form.finish("first.queue", form.restructured(lambda scenario: members.first_queue(scenario, name.strip(), contacts, group), f"{name} was added."))
    form.told_beneath("first.queue")


def one_of(family: str) -> str:
    """One member of a family, as a label."""
    return words.title(family.removesuffix("s"))


def _come_and_go(area: Area, names: tuple[str, ...], choice: str | None) -> None:
    one = one_of(area.family).lower()
    if not names:
        return
    with st.popover(f"Add a {one}", icon=":material/add:"):
        like = choice or names[0]
        st.text_input(f"Name of the new {one}", key=session.key(f"new.{area.family}"), placeholder=f"like {like}")
        st.caption(ADDED.get(area.family, f"It begins as a copy of {form.escaped(like)}."))
        st.button(f"Add as a copy of {form.escaped(like)}", key=session.key(f"add.{area.family}"), on_click=_add, args=(area.family, like))
        form.told_beneath(f"add.{area.family}")
    if choice:
        with st.popover("Remove", icon=":material/delete:"):
            st.caption(f"Removes {form.escaped(choice)} and what names it. You can undo it.")
            st.button(f"Remove {form.escaped(choice)}", key=session.key(f"remove.{area.family}"), on_click=_remove, args=(area.family, choice))
        form.told_beneath(f"remove.{area.family}")


ADDED = {
    "groups": "It begins as a copy without people and without contacts: give it both afterwards.",
    "queues": "It begins as a copy, contacts and routing included.",
    "roles": "It begins as a copy, people in post included.",
}


def _add(family: str, like: str) -> None:
    name = str(st.session_state.get(session.key(f"new.{family}")) or "").strip()
    _try(f"add.{family}", lambda scenario: members.added(scenario, family, like, name), f"{name} was added.")


def _remove(family: str, name: str) -> None:
    _try(f"remove.{family}", lambda scenario: members.removed(scenario, family, name), f"{name} was removed.")


def _try(path: str, change: Callable[[Scenario], Scenario], note: str) -> None:
    refused = form.restructured(change, note)
    st.session_state[f"{form.field_key(path)}.refused"] = refused


# How a group's people are known --------------------------------------------------------------------------------------------------------------


def _requirement_kind(scenario: Scenario, name: str) -> None:
    """Contacts or stated people: the switch between the two, which must change several places at once."""
    group = next(group for group in scenario.groups if group.name == name)
    with st.container(border=True):
        st.subheader("Where the required people come from", anchor=False)
        if group.stated_heads is None:
            _offer_stating(scenario, group)
        else:
            _offer_serving(scenario, group)
        form.told_beneath(f"kind.{name}")


def _offer_stating(scenario: Scenario, group: Group) -> None:
    st.caption(
        "They are worked out from the contacts of the queues it serves. You may state them instead; its contacts then go to the other groups who serve them."
    )
    heads = float(round(requirement(scenario).group_heads[0, scenario.groups.index(group)]))
    change = _stated(group.name, heads)
    st.button(
        f"State {words.people(heads)} instead", on_click=_try, args=(f"kind.{group.name}", change, "The group now states its people."), key=session.key("state")
    )


def _offer_serving(scenario: Scenario, group: Group) -> None:
    st.caption("They are stated, trainees included. You may let the group serve a queue instead; set its share under Routing afterwards.")
    queues = [queue.name for queue in scenario.queues]
    if not queues:
        st.info("There is no queue to serve yet.")
        return
    queue = st.selectbox("Queue", queues, key=session.key("serve.queue"), width=320)
    st.button(
        "Serve it instead", on_click=_try, args=(f"kind.{group.name}", _served(group.name, queue), "The group now serves a queue."), key=session.key("serve")
    )


def _stated(name: str, heads: float) -> Callable[[Scenario], Scenario]:
    return lambda scenario: members.stated(scenario, name, heads)


def _served(name: str, queue: str) -> Callable[[Scenario], Scenario]:
    return lambda scenario: members.serving(scenario, name, queue)


# Routing -------------------------------------------------------------------------------------------------------------------------------------


def routing_frame(scenario: Scenario) -> pd.DataFrame:
    """Who serves what, in percent: a row for each group that serves, a column for each queue; empty where it does not serve it."""
    shares = members.routing(scenario)
    groups = [group.name for group in scenario.groups if group.stated_heads is None]
    columns: dict[str, Any] = {
        queue.name: [None if (share := shares[group].get(queue.name)) is None else float(f"{share * 100:.12g}") for group in groups]
        for queue in scenario.queues
    }
    return pd.DataFrame(columns, index=pd.Index(groups, name="Group"), dtype=float)


def routing() -> None:
    """The routing as one table, because the shares of a queue must always sum to 100 %."""
    scenario, path = session.scenario(), "routing"
    frame = routing_frame(scenario)
    if frame.empty:
        st.info("No group serves a queue: all state their people.")
        return
    version = st.session_state.get(f"{form.field_key(path)}.version", 0)
    columns = {str(name): st.column_config.NumberColumn(f"{name} (%)", format="localized") for name in frame}
    with st.container(border=True):
        st.subheader("Who serves what", anchor=False)
        st.caption("Each queue's column must sum to 100 %. Empty: the group does not serve it.")
        with st.form(f"{form.field_key(path)}.form{version}", border=False):
            edited = st.data_editor(
                frame, key=f"{form.field_key(path)}.v{version}", column_config=columns, placeholder="", alt="Share of each queue by group, in percent",
            )  # fmt: skip
            applied = st.form_submit_button("Apply routing")
        if applied:
            form.finish(path, form.restructured(lambda current: members.routed(current, shares_of(current, edited))))
        form.told_beneath(path)


def shares_of(scenario: Scenario, edited: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """The edited routing as fractions; groups that are not in it serve nothing."""
    none: dict[str, dict[str, float | None]] = {group.name: {} for group in scenario.groups}
    return none | {
        str(group): {str(queue): None if share is None or share != share else float(f"{share / 100:.14g}") for queue, share in row.items()}
        for group, row in edited.to_dict("index").items()
    }
