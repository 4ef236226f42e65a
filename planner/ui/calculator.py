"""The calculator of a single interval: what is typed becomes a channel, the channel answers; a link carries all that is typed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from planner import parameters
from planner.channels import Chat, Deferred, Voice, channel_faults
from planner.channels.single import SingleInterval, hours_to_finish, most_contacts, people_rostered, sensitivity, single_batch, single_interval
from planner.errors import Fault, InvalidScenario
from planner.report import heat, interval, words
from planner.report.interval import binding_in_words
from planner.ui import form, link, section, session

KINDS = {"Calls": "voice", "Chat": "chat", "E-mail and back office": "deferred"}
WAYS = {"Agents for a promise": "need", "Service of given agents": "have"}
CHANGES = np.arange(-30, 31, 5) / 100
BRACKET = (
    "Erlang C lets callers wait for ever and is pessimistic; Erlang A lets them hang up after their patience and is optimistic. The truth lies between "
    "(Robbins, Medeiros and Harrison 2010). Both take contacts at random, exponential handle times and agents who can all take every contact."
)
CHAT_SAYS = "Chats come at random and go to the agent who holds fewest; lengths are exponential and grow with the number held (Tezcan and Zhang 2014)."
DEFERRED_SAYS = (
    "All contacts arrive at once and wait for no one else. In the plan, the steady team of a whole week is found from every window "
    "between arrival and deadline (demand bound)."
)


# Fields --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One number that is typed: its name in the link, its label, where it stands at first, its bounds; empty where it may be left out."""

    name: str
    label: str
    default: float | None
    low: float
    high: float
    step: float
    help: str = ""

    @property
    def form(self) -> str:
        """How it is shown."""
        return "%g" if self.high <= 1e5 else "%.0f"


def _live(wait: float, occupancy: float) -> tuple[Field, ...]:
    return (
        Field("level", "Service level (%)", 80.0, 0.0, 99.9, 1.0, "Share of contacts served within the wait. 0: not promised."),
        Field("awt", "Answered within (s)", wait, 0.0, 86_400.0, 5.0),
        Field("asa", "Longest average wait (s)", None, 0.1, 86_400.0, 5.0, "Empty: not limited."),
        Field("lost", "Most abandonment (%)", 5.0, 0.1, 100.0, 0.5, "100: not limited."),
        Field("busy", "Most occupancy (%)", occupancy, 1.0, 100.0, 1.0, "100: not limited."),
    )


COMES_IN = (
    Field("contacts", "Contacts in the interval", 100.0, 0.0, 1e6, 1.0),
    Field("minutes", "Interval (minutes)", 30.0, 15.0, 60.0, 15.0),
    Field("aht", "Average handle time (s)", 300.0, 1.0, 86_400.0, 5.0),
)
SHRINKAGE = Field("shrinkage", "Shrinkage (%)", 30.0, 0.0, 95.0, 1.0, "Paid time that is not on contacts: holidays, sickness, breaks, meetings, training.")
AGENTS = Field("agents", "Agents on contacts", 20.0, 1.0, 100_000.0, 1.0)
PATIENCE = "Mean time after which who waits gives up. Fit yours: seconds waited over contacts abandoned."
FIELDS: dict[str, tuple[Field, ...]] = {
    "voice": (*COMES_IN, Field("patience", "Patience (s)", 180.0, 1.0, 1e5, 10.0, PATIENCE), *_live(20.0, 85.0), SHRINKAGE, AGENTS),
    "chat": (
        *COMES_IN, Field("patience", "Patience (s)", 240.0, 1.0, 1e5, 10.0, PATIENCE),
        Field("held", "Chats held at once", 2.0, 1.0, 5.0, 1.0),
        Field("longer", "Longer with each further chat (%)", 25.0, 0.0, 95.0, 5.0, "How much longer a chat takes for each further chat that the agent holds."),
        *_live(30.0, 100.0), SHRINKAGE, AGENTS,
    ),
    "deferred": (
        COMES_IN[0], COMES_IN[2], Field("deadline", "Deadline (open hours)", 12.0, 0.25, 1_000.0, 1.0),
        Field("busy", "Most occupancy (%)", 88.0, 1.0, 100.0, 1.0), SHRINKAGE, AGENTS,
    ),
}  # fmt: skip
Values = dict[str, float | None]


def _key(kind: str, name: str) -> str:
    return f"calc.{kind}.{name}"


def _draw(kind: str, field: Field) -> float | None:
    key = _key(kind, field.name)
    st.session_state.setdefault(key, field.default)
    if field.name == "minutes":
        return float(st.segmented_control("Interval", (15.0, 30.0, 60.0), format_func=lambda value: f"{value:.0f} min", key=key, required=True) or 30.0)
    empty: Any = {"value": None, "placeholder": "no limit", "required": False} if field.default is None else {}
    typed = st.number_input(
        field.label, field.low, field.high, step=field.step, format=field.form, key=key, help=field.help or None, persist_state="session", **empty
    )
    return None if typed is None else float(typed)


# The link ------------------------------------------------------------------------------------------------------------------------------------


def written(kind: str, way: str, values: Values) -> str:
    """Everything that is typed, as the address carries it: what stands at its first value is left out.

    >>> written("voice", "need", {"contacts": 120.0, "aht": 300.0, "asa": None})
    'voice~need~contacts_120'
    """
    fields = {field.name: field for field in FIELDS[kind]}
    told = [f"{name}_{'none' if value is None else f'{value:.10g}'}" for name, value in values.items() if value != fields[name].default]
    return "~".join([kind, way, *told])


def read(text: str) -> tuple[str, str, Values, tuple[str, ...]]:
    """What an address carries: channel, way and values, and what of it cannot be used.

    >>> read("voice~need~contacts_120")[:3]
    ('voice', 'need', {'contacts': 120.0})
    """
    kind, way, *told = (text.split("~") + [""])[: max(2, text.count("~") + 1)]
    if kind not in FIELDS or way not in WAYS.values():
        return "voice", "need", {}, ("The link names no channel that there is.",)
    values, faults = {}, []
    fields = {field.name: field for field in FIELDS[kind]}
    for part in told:
        name, _, value = part.partition("_")
        try:
            values[name] = _usable(fields[name], value)
        except (KeyError, ValueError):
            faults.append(f"The link's {part[:40]} cannot be used.")
    return kind, way, values, tuple(faults)


def _usable(field: Field, text: str) -> float | None:
    """A value within its bounds. Raises ValueError."""
    if text == "none" and field.default is None:
        return None
    value = float(text)
    if not field.low <= value <= field.high or (field.name in ("held", "agents", "minutes") and value % (15 if field.name == "minutes" else 1)):
        raise ValueError
    return value


def _follow() -> tuple[str, ...]:
    """Takes over what the address carries, once for each address; what could not be used."""
    text = str(st.query_params.get(link.CALCULATOR, ""))
    if not text or text == st.session_state.get("calc.link"):
        return ()
    kind, way, values, faults = read(text)
    st.session_state["calc.kind"] = next(name for name, each in KINDS.items() if each == kind)
    st.session_state["calc.way"] = next(name for name, each in WAYS.items() if each == way)
    for field in FIELDS[kind]:
        st.session_state[_key(kind, field.name)] = values.get(field.name, field.default)
    return faults


def _carry(kind: str, way: str, values: Values) -> None:
    """Writes what is typed into the address, and offers it for copying."""
    text = written(kind, way, values)
    st.session_state["calc.link"] = text
    if st.query_params.get(link.CALCULATOR) != text:
        st.query_params[link.CALCULATOR] = text
    base = str(st.context.url or "").split("?")[0]
    with st.popover("Copy the link", icon=":material/link:"):
        st.caption("It opens the calculator with exactly these figures.")
        st.code(f"{base}?{link.CALCULATOR}={text}", language=None, wrap_lines=True)


# The page ------------------------------------------------------------------------------------------------------------------------------------


def page() -> None:
    """The whole page: what comes in and what is promised, the answer, what a few agents more would change, and what if it came otherwise."""
    faults = _follow()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = KINDS[_choice("Channel", KINDS, "calc.kind")]
        way = WAYS[_choice("Question", WAYS, "calc.way")]
        bar = st.container()
    for fault in faults:
        st.warning(form.escaped(fault), icon=":material/warning:")
    with st.grid(2, min_column_width=380, gap="medium"):
        left, right = st.container(), st.container()
    with left:
        values = _inputs(kind, way)
    with bar:
        _carry(kind, way, values)
    try:
        _answer(kind, way, values, right)
    except InvalidScenario as error:
        with right:
            told = "\n".join(f"- {form.escaped(form.told(fault))}" for fault in error.faults)
            st.error(told, title="No number of agents can do this", icon=":material/block:")
    except (ValueError, OverflowError):
        with right:
            st.error("These figures lie beyond what the formulas can work out. Take fewer contacts or a longer patience.", icon=":material/block:")


def _choice(label: str, options: dict[str, str], key: str) -> str:
    st.session_state.setdefault(key, next(iter(options)))
    return str(st.segmented_control(label, list(options), key=key, required=True, persist_state="session"))


def _inputs(kind: str, way: str) -> Values:
    """The fields of a channel: what comes in, then what is promised, or the agents that there are."""
    arrives = {"contacts", "minutes", "aht", "patience", "held", "longer"}
    groups = {
        "What comes in": [field for field in FIELDS[kind] if field.name in arrives],
        "What is promised": [field for field in FIELDS[kind] if field.name not in arrives | {"shrinkage", "agents"}],
        "Who is there": [field for field in FIELDS[kind] if field.name == "shrinkage" or (field.name == "agents" and way == "have")],
    }
    values: Values = {}
    for title, fields in groups.items():
        with st.container(border=True):
            st.subheader(title, anchor=False)
            with st.grid(2, min_column_width=160, gap="small"):
                values |= {field.name: _draw(kind, field) for field in fields}
    return values


def _given(values: Values, name: str) -> float:
    return float(values[name] or 0.0)


def channel_of(kind: str, values: Values) -> Voice | Chat | Deferred:
    """The channel that the typed values describe. Raises InvalidScenario where no number of agents meets them."""
    if kind == "deferred":
        return parameters.build(Deferred, {"kind": kind, "deadline_hours": values["deadline"], "max_occupancy": _given(values, "busy") / 100})
    lost, busy = _given(values, "lost"), _given(values, "busy")
    target = {
        "service_level": _given(values, "level") / 100 or None, "awt_s": values["awt"], "max_asa_s": values["asa"],
        "max_abandonment": None if lost >= 100 else lost / 100, "max_occupancy": None if busy >= 100 else busy / 100,
    }  # fmt: skip
    document: dict[str, Any] = {"kind": kind, "patience_s": values["patience"], "target": target}
    if kind == "chat":
        document["length_factors"] = tuple(1 + _given(values, "longer") / 100 * other for other in range(int(_given(values, "held"))))
        return parameters.build(Chat, document)
    return parameters.build(Voice, document)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidScenario(faults)


# Answers -------------------------------------------------------------------------------------------------------------------------------------


def _answer(kind: str, way: str, values: Values, right: Any) -> None:
    channel, shrinkage = channel_of(kind, values), _given(values, "shrinkage") / 100
    contacts, aht_s = _given(values, "contacts"), _given(values, "aht")
    have = int(_given(values, "agents")) if way == "have" else None
    if isinstance(channel, Deferred):
        _deferred(channel, contacts, aht_s, shrinkage, have, right)
        return
    minutes = int(_given(values, "minutes"))
    answers = _answers(channel, contacts, aht_s, minutes, have)
    with right:
        _found(answers, channel, (contacts, aht_s, minutes), shrinkage, have)
    _around(answers, channel, shrinkage, have)
    _otherwise(channel, contacts, aht_s, minutes)


def _answers(channel: Voice | Chat, contacts: float, aht_s: float, minutes: int, have: int | None) -> list[tuple[str, SingleInterval]]:
    """The interval by every way of counting that fits the channel."""
    counted: list[tuple[str, Voice | Chat]] = [("Chat", channel)]
    if isinstance(channel, Voice):
        counted = [("Erlang A", channel), ("Erlang C", channel.but(patience_s=None))]
    for _, each in counted:
        _refuse([] if have is not None else channel_faults(each, "calls"))
    return [(name, single_interval(each, contacts, aht_s, minutes, have=have)) for name, each in counted]


def _found(answers: list[tuple[str, SingleInterval]], channel: Voice | Chat, comes: tuple[float, float, int], shrinkage: float, have: int | None) -> None:
    """The answer in figures."""
    first = answers[0][1]
    told = interval.measures(first, first.at, forever=False)
    load = comes[0] * comes[1] / (60 * comes[2])
    with st.grid(2, min_column_width=150, gap="small"):
        if have is None:
            needed = sorted({answer.agents for _, answer in answers})
            agents = words.count(needed[0]) if len(needed) == 1 else f"{words.count(needed[0])} to {words.count(needed[-1])}"
            _metric("Agents on contacts", agents, binding_in_words(first.binding).capitalize() if len(needed) == 1 else "Erlang A to Erlang C")
            people = [words.count(people_rostered(number, shrinkage)) for number in dict.fromkeys((needed[0], needed[-1]))]
            _metric("People rostered", " to ".join(people), f"with {words.percent(shrinkage)} shrinkage")
        else:
            _metric("Served in time", told["Served in time"], f"within {words.number(channel.target.awt_s)} s")
            _metric("Most contacts as promised", _most(channel, have, comes), "in one interval, every promise kept")
        _metric("Average wait", told["Average wait"], f"{told['Answered at once']} answered at once")
        _metric("Occupancy", told["Occupancy"], f"{words.number(load, 1)} erlangs offered")
    section.table(interval.measure_rows(answers), height="content")
    section.said(BRACKET if len(answers) > 1 else CHAT_SAYS)


def _most(channel: Voice | Chat, have: int, comes: tuple[float, float, int]) -> str:
    """The most contacts that so many agents serve as promised; none where nothing that can be held is promised."""
    if channel_faults(channel, ""):
        return "no promise"
    return words.count(most_contacts(channel, have, comes[1], comes[2]))


def _metric(label: str, value: str, says: str) -> None:
    st.metric(label, value, delta=section.plain(says), delta_color="off", delta_arrow="off", border=True, height="stretch")


def _around(answers: list[tuple[str, SingleInterval]], channel: Voice | Chat, shrinkage: float, have: int | None) -> None:
    first = answers[0][1]
    mark = "needed" if have is None else "given"
    says = f"{words.people(first.agents)} on contacts: {binding_in_words(first.binding)}." if have is None else _step(first)
    with section.card("A few agents more or fewer", says):
        section.chart(
            heat.service_curve(answers, channel.target.service_level, session.dark()),
            f"Share served in time by number of agents. {says}",
            name="calculator.service",
        )
        section.table(interval.around_rows(first, shrinkage, isinstance(channel, Voice) and channel.patience_s is None, mark), height="content")


def _step(answer: SingleInterval) -> str:
    """What one agent more or fewer changes."""
    level = answer.service_level
    here, more = float(level[answer.at]), float(level[answer.at + 1])
    return f"One agent more brings the share served in time from {words.percent(here)} to {words.percent(more)}."


def _otherwise(channel: Voice | Chat | Deferred, contacts: float, aht_s: float, minutes: int) -> None:
    if not contacts or channel_faults(channel, ""):
        return
    of_contacts, of_handle_time = sensitivity(channel, contacts, aht_s, minutes, CHANGES)
    says = interval.sensitivity_in_words(CHANGES, of_contacts, of_handle_time)
    same = bool(np.array_equal(of_contacts, of_handle_time))
    with section.card("If it comes otherwise", says), st.grid(2, min_column_width=430, gap="medium"):
        with st.container():
            section.chart(
                interval.sensitivity_curve(CHANGES, of_contacts, of_handle_time, session.dark()),
                f"Agents needed by change. {says}",
                name="calculator.sensitivity",
            )
        with st.container():
            tens = np.isclose(np.round(CHANGES * 10), CHANGES * 10)
            section.table(interval.sensitivity_rows(CHANGES[tens], of_contacts[tens], of_handle_time[tens], same), height="content")


def _deferred(channel: Deferred, contacts: float, aht_s: float, shrinkage: float, have: int | None, right: Any) -> None:
    needed = single_batch(channel, contacts, aht_s)
    agents = needed if have is None else float(have)
    hours = float(hours_to_finish(channel, contacts, aht_s, np.array([max(agents, 1e-9)]))[0]) if contacts else 0.0
    work = f"{words.count(contacts)} contacts of {words.number(aht_s)} s take {words.number(contacts * aht_s / 3600, 1)} hours of work"
    with right:
        with st.grid(2, min_column_width=150, gap="small"):
            if have is None:
                _metric("Agents to finish in time", words.number(needed, 1), "fractions count: nobody waits for a free agent")
                _metric("People rostered", words.count(people_rostered(needed, shrinkage)), f"with {words.percent(shrinkage)} shrinkage")
            else:
                late = hours > channel.deadline_hours + 1e-9
                _metric("Finished after", f"{words.number(hours, 1)} h", "later than the deadline" if late else "in time")
                most = int(agents * channel.deadline_hours * 3600 * channel.max_occupancy / aht_s)
                _metric("Most contacts as promised", words.count(most), f"within {words.number(channel.deadline_hours, 1)} open hours")
        busy = words.percent(channel.max_occupancy)
        section.said(f"{work}; {words.number(agents, 1)} agents, busy {busy} of their time, finish them in {words.number(hours, 1)} h.")
        section.said(DEFERRED_SAYS)
    around = np.arange(max(1.0, np.floor(agents) - 5), np.ceil(agents) + 6)
    finish = hours_to_finish(channel, contacts, aht_s, around)
    rows = {"Agents": [words.count(float(number)) for number in around], "Finished after": [f"{words.number(float(hour), 1)} h" for hour in finish]}
    rows["In time"] = ["yes" if hour <= channel.deadline_hours + 1e-9 else "no" for hour in finish]
    says = f"{words.number(needed, 1)} agents finish in {words.number(channel.deadline_hours, 1)} open hours."
    with section.card("A few agents more or fewer", says), st.grid(2, min_column_width=430, gap="medium"):
        with st.container():
            section.chart(
                heat.finish_curve(around, finish, channel.deadline_hours, session.dark()),
                f"Open hours until finished by agents. {says}",
                name="calculator.finish",
            )
        with st.container():
            section.table(rows, height="content")
    _otherwise(channel, contacts, aht_s, 30)
