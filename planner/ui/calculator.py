"""The calculator of a single interval: what is typed becomes a channel, the channel answers."""

from typing import Any

import numpy as np
import streamlit as st

from planner import parameters
from planner.channels import Chat, Deferred, Voice, channel_faults
from planner.channels.single import SingleInterval, hours_to_finish, single_batch, single_interval
from planner.errors import Fault, InvalidScenario
from planner.report import heat, words
from planner.ui import form, section, session

KINDS = {"Calls": "voice", "Chat": "chat", "E-mail and back office": "deferred"}
BRACKET = (
    "Erlang C lets callers wait for ever and is pessimistic; Erlang A lets them hang up after their patience and is optimistic. The truth lies between "
    "(Robbins, Medeiros and Harrison 2010). Both take contacts at random, exponential handle times and agents who can all take every contact."
)


def calculator() -> None:
    """One interval: what it brings and promises on the left, what it takes on the right."""
    kind = KINDS[
        st.segmented_control("Channel", list(KINDS), default="Calls", key="calc.kind", required=True, label_visibility="collapsed", persist_state="session")
    ]
    with st.grid(2, min_column_width=360, gap="medium"):
        left, right = st.container(), st.container()
    with left:
        contacts = _number("Contacts in the interval", 100.0, "calc.contacts", 0.0, 1e6, 1.0)
        minutes = (
            st.selectbox("Interval", (15, 30, 60), index=1, format_func=lambda value: f"{value} minutes", key="calc.minutes", persist_state="session")
            if kind != "deferred"
            else 30
        )
        aht_s = _number("Average handle time (s)", 300.0, "calc.aht", 1.0, 86_400.0, 5.0)
        document = {"voice": _voice, "chat": _chat, "deferred": _deferred}[kind]()
    with right:
        try:
            _answer(kind, document, contacts, aht_s, minutes)
        except InvalidScenario as error:
            st.error(
                "\n".join(f"- {form.escaped(form.told(fault))}" for fault in error.faults), title="No number of agents can do this", icon=":material/block:"
            )
        except (ValueError, OverflowError):
            st.error("These figures lie beyond what the formulas can work out. Take fewer contacts or a longer patience.", icon=":material/block:")


def _number(label: str, value: float, key: str, low: float, high: float, step: float, help: str | None = None) -> float:
    typed = st.number_input(label, low, high, value, step, format="%g" if high <= 1e5 else "%.0f", key=key, help=help, persist_state="session")
    return float(typed)


def _optional(label: str, value: float, key: str, high: float, help: str) -> float | None:
    typed = st.number_input(label, 0.0, high, value, format="%g", key=key, help=help, placeholder="no limit", required=False, persist_state="session")
    return None if typed is None else float(typed)


def _target(wait: float, occupancy: float | None) -> dict[str, Any]:
    with st.grid(2, min_column_width=150, gap="small"):
        level = _number("Service level (%)", 80.0, f"calc.level.{wait:g}", 0.0, 99.9, 1.0)
        awt_s = _number("Answered within (s)", wait, f"calc.awt.{wait:g}", 0.0, 86_400.0, 5.0)
        lost = _number("Most abandonment (%)", 5.0, f"calc.lost.{wait:g}", 0.1, 100.0, 0.5, "100: not limited.")
        busy = _number("Most occupancy (%)", occupancy or 100.0, f"calc.busy.{wait:g}", 1.0, 100.0, 1.0, "100: not limited.")
    limits = {"max_abandonment": None if lost >= 100 else lost / 100, "max_occupancy": None if busy >= 100 else busy / 100}
    return {"service_level": level / 100 or None, "awt_s": awt_s, **limits}


def _voice() -> dict[str, Any]:
    patience = _number(
        "Patience (s)",
        180.0,
        "calc.patience.voice",
        1.0,
        1e5,
        10.0,
        "Mean time after which a waiting caller hangs up. Fit yours: seconds waited over calls abandoned.",
    )
    return {"kind": "voice", "patience_s": patience, "target": _target(20.0, 85.0)}


def _chat() -> dict[str, Any]:
    patience = _number("Patience (s)", 240.0, "calc.patience.chat", 1.0, 1e5, 10.0)
    held = st.slider("Chats held at once", 1, 5, 2, key="calc.held", persist_state="session")
    longer = _number(
        "Longer with each further chat (%)", 25.0, "calc.longer", 0.0, 95.0, 5.0, "How much longer a chat takes for each further chat that the agent holds."
    )
    factors = tuple(1 + longer / 100 * other for other in range(held))
    return {"kind": "chat", "patience_s": patience, "length_factors": factors, "target": _target(30.0, None)}


def _deferred() -> dict[str, Any]:
    hours = _number("Deadline (open hours)", 12.0, "calc.deadline", 0.25, 1_000.0, 1.0)
    busy = _number("Most occupancy (%)", 88.0, "calc.busy.deferred", 1.0, 100.0, 1.0)
    return {"kind": "deferred", "deadline_hours": hours, "max_occupancy": busy / 100}


# Answers -------------------------------------------------------------------------------------------------------------------------------------


def _answer(kind: str, document: dict[str, Any], contacts: float, aht_s: float, minutes: int) -> None:
    if kind == "deferred":
        _answer_deferred(parameters.build(Deferred, document), contacts, aht_s)
    elif kind == "chat":
        chat = parameters.build(Chat, document)
        _refuse(channel_faults(chat, "chat"))
        _answer_live([("Chat", single_interval(chat, contacts, aht_s, minutes))], chat)
    else:
        voice = parameters.build(Voice, document)
        _refuse(channel_faults(voice, "calls"))
        endless = voice.but(patience_s=None)
        _refuse(channel_faults(endless, "calls"))
        _answer_live([("Erlang A", single_interval(voice, contacts, aht_s, minutes)), ("Erlang C", single_interval(endless, contacts, aht_s, minutes))], voice)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidScenario(faults)


def _answer_live(answers: list[tuple[str, SingleInterval]], channel: Voice | Chat) -> None:
    first = answers[0][1]
    needed = sorted({answer.agents for _, answer in answers})
    range_of = words.people(needed[0]) if len(needed) == 1 else f"{words.count(needed[0])} to {words.people(needed[-1])}"
    st.metric("Agents on contacts", range_of, help="People in position, before shrinkage and schedules.", border=True)
    section.table(performance_rows(answers))
    says = f"{words.people(first.agents)}: {binding_in_words(first.binding)}."
    st.caption(section.plain(says))
    section.chart(heat.service_curve(answers, channel.target.service_level, session.dark()), f"Share served in time by number of agents. {says}")
    st.caption(
        BRACKET
        if len(answers) > 1
        else "Chats come at random and go to the agent who holds fewest; lengths are exponential and grow with the number held (Tezcan and Zhang 2014)."
    )


def performance_rows(answers: list[tuple[str, SingleInterval]]) -> dict[str, list[str]]:
    """The service of the required agents, one row for each way of counting, written for people."""
    return {
        "Counted by": [name for name, _ in answers],
        "Agents": [words.count(answer.agents) for _, answer in answers],
        "Served in time": [words.percent(float(answer.service_level[answer.at])) for _, answer in answers],
        "Average wait": [_seconds(float(answer.asa_s[answer.at])) for _, answer in answers],
        "Abandoned": [words.percent(float(answer.abandonment[answer.at])) if name != "Erlang C" else "nobody" for name, answer in answers],
        "Occupancy": [words.percent(float(answer.occupancy[answer.at])) for _, answer in answers],
        "Decided by": [words.title(answer.binding) if answer.binding else "Nothing to do" for _, answer in answers],
    }


def _seconds(value: float) -> str:
    return "without end" if np.isinf(value) else f"{value:.1f} s"


def binding_in_words(binding: str) -> str:
    """What decides the number of agents, as half a sentence."""
    told = {
        "service_level": "one fewer would miss the service level",
        "asa": "one fewer would make the average wait too long",
        "abandonment": "one fewer would lose too many callers",
        "occupancy": "one fewer would be busy for too much of the time",
    }
    return told.get(binding, "there is nothing to do")


def _answer_deferred(channel: Deferred, contacts: float, aht_s: float) -> None:
    agents = single_batch(channel, contacts, aht_s)
    st.metric(
        "Agents to finish in time",
        f"{agents:.1f} agents",
        help="Deferred work needs nobody in particular at any one moment, so agents may be fractions.",
        border=True,
    )
    around = np.arange(max(1.0, np.floor(agents) - 5), np.ceil(agents) + 6)
    hours = hours_to_finish(channel, contacts, aht_s, around)
    work = f"{words.count(contacts)} contacts of {aht_s:,.0f} s take {contacts * aht_s / 3600:,.1f} hours of work"
    says = f"{work}; at {words.percent(channel.max_occupancy)} occupancy {agents:.1f} agents finish them in {channel.deadline_hours:g} open hours."
    st.caption(section.plain(says))
    section.chart(heat.finish_curve(around, hours, channel.deadline_hours, session.dark()), says)
    st.caption(
        "All contacts arrive at once and wait for no one else. In the plan, the steady team of a whole week is found from every window "
        "between arrival and deadline (demand bound)."
    )
