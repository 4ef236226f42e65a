"""How far a lever can go, on the page: the question as a sentence of selects, the search beside the page, the answer."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from planner import goals
from planner.executor import Job
from planner.goals import Answer, Condition, Question, Ratio, Shortage, Spend, Within
from planner.horizon import month_labels
from planner.report import answers, sidebyside, words
from planner.scenario import Scenario, moved
from planner.ui import compare, section, session

Each = Literal["year", "plan"]
EACH: tuple[Each, ...] = ("year", "plan")


def goal_card(names: Sequence[str], picked: Sequence[Scenario], dark: bool) -> None:
    """A question asked as a sentence, and its answer."""
    asked = _asked(names, picked)
    if asked is None:
        return
    scenario, question = asked
    work = compare.kept().question
    st.markdown(f"**{section.plain(answers.question_words(question, scenario))}**")
    same = work is not None and work.asked == asked
    busy = work is not None and not work.done
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Find it", type="primary", icon=":material/search:", on_click=_begin_question, args=asked, disabled=busy or same, key="compare.find")
        section.said(f"{goals.expected(question)} plans at most, counted from {_month(scenario, question.first)} on.")
    if work is not None and (busy or same) and (found := compare.result(work, "question")) is not None:
        answer_shown(found, work.asked[0], dark)


def _month(scenario: Scenario, month: int) -> str:
    return words.month_name(month_labels(scenario.horizon)[month])


def _begin_question(scenario: Scenario, question: Question) -> None:
    compare.kept().question = compare.Work((scenario, question), Job(goals.beside, scenario, question))


def _asked(names: Sequence[str], picked: Sequence[Scenario]) -> tuple[Scenario, Question] | None:
    """The question as the widgets say it; None while nothing is asked to hold."""
    letters = list(sidebyside.LETTERS[: len(picked)])
    compare.forget_unknown("compare.goal.in", letters)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        told = {letter: f"{letter} · {name}" for letter, name in zip(letters, names, strict=True)}
        letter = st.selectbox("In", letters, format_func=told.__getitem__, key="compare.goal.in", width=300, persist_state="session")
        scenario = picked[letters.index(letter)]
        offered = {each.name: each for each in _levers(scenario)}
        compare.forget_unknown("compare.goal.lever", list(offered))
        name = st.selectbox(
            "What is the", list(offered), format_func=lambda name: answers.sought(offered[name]), key="compare.goal.lever", width=260, persist_state="session"
        )
        months = month_labels(scenario.horizon)
        first = st.selectbox(
            "counted from", months, index=goals.hiring_reaches(scenario), format_func=words.month_name, key=f"compare.goal.first.{months[0]}.{len(months)}",
            width=160, help="What happens before cannot be changed by what is decided today: hiring, training and searches take that long.",
        )  # fmt: skip
    conditions = _conditions(scenario)
    if not conditions:
        st.info("Tick at least one thing that must be kept.", icon=":material/info:")
        return None
    return scenario, Question(offered[name], conditions, months.index(first))


def _levers(scenario: Scenario) -> list[goals.Lever]:
    """The levers that move something in a scenario."""
    promised = any(queue.channel.kind != "deferred" for queue in scenario.queues)
    leads = any(role.kind == "leader" for role in scenario.organisation.roles)
    skipped = {"service": not promised, "handle_time": not scenario.queues, "shrinkage": not scenario.queues, "first_span": not leads, "top_span": not leads}
    return [make(scenario) for make in goals.LEVERS if not skipped.get(make.__name__)]


def _conditions(scenario: Scenario) -> tuple[Condition, ...]:
    """What must be kept, each behind its tick."""
    st.markdown("that keeps")
    found: list[Condition] = []
    with st.grid(2, min_column_width=330, gap="small"):
        found += _service_kept()
        found += _ratios_kept(scenario)
        found += _money_kept(scenario)
        found += _limits_kept()
    return tuple(found)


def _service_kept() -> list[Condition]:
    with st.container():
        ticked = st.checkbox("the promised service", value=True, key="compare.goal.service", persist_state="session")
        share = st.number_input(
            "missing at most, % of the required FTE", 0.0, 50.0, 0.5, 0.5, format="%.1f", key="compare.goal.share", width=260, disabled=not ticked,
            persist_state="session",
        )  # fmt: skip
    return [Shortage(share / 100)] if ticked else []


def _ratios_kept(scenario: Scenario) -> list[Condition]:
    roles = {role.name: role for role in moved(scenario).organisation.roles}
    leaders = [name for name, role in roles.items() if role.kind == "leader"]
    with st.container():
        ticked = st.checkbox("the promised ratios", value=bool(leaders), key="compare.goal.ratios", persist_state="session", disabled=not roles)
        names = st.multiselect(
            "of", list(roles), default=leaders[-1:], format_func=lambda name: f"{words.title(name)} {words.ratio(roles[name].span)}",
            key=f"compare.goal.roles.{'.'.join(roles)}", disabled=not ticked,
        )  # fmt: skip
    return [Ratio(name) for name in names] if ticked else []


def _money_kept(scenario: Scenario) -> list[Condition]:
    currency = scenario.finance.currency
    with st.container():
        ticked = st.checkbox("what is paid", key="compare.goal.money", persist_state="session")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            amount = st.number_input(
                f"at most, million {currency}", 0.0, None, _a_year(scenario), 1.0, format="%.1f", key=f"compare.goal.amount.{currency}", width=180,
                disabled=not ticked, persist_state="session",
            )  # fmt: skip
            each: Each = st.segmented_control(
                "Each", EACH, default="year", format_func=lambda name: "each year" if name == "year" else "over the plan", key="compare.goal.each",
                required=True, label_visibility="collapsed", disabled=not ticked, persist_state="session",
            )  # fmt: skip
    return [Spend(amount * 1e6, each)] if ticked else []


def _a_year(scenario: Scenario) -> float:
    """What the scenario pays a year on average, in millions, as a first figure to change."""
    plan = session.planned(scenario)
    return round(float(plan.spend.sum()) / len(plan.months) * 12 / 1e6, 1)


def _limits_kept() -> list[Condition]:
    with st.container():
        ticked = st.checkbox("the limits", key="compare.goal.within", persist_state="session")
        names = st.multiselect(
            "of", ["rooms", "trainers", "mentors", "recruiters", "interviews"], default=["rooms", "mentors"], format_func=words.title,
            key="compare.goal.limits", disabled=not ticked, persist_state="session",
        )  # fmt: skip
    return [Within(name) for name in names] if ticked else []


def answer_shown(found: Answer, scenario: Scenario, dark: bool) -> None:
    """The answer as a headline, what binds, every value tried, and the way to take it over."""
    told = answers.verdict(found, scenario)
    colour, icon = section.TONES[told.tone]
    st.subheader(f":{colour}[{icon}] {section.plain(told.headline)}", anchor=False)
    st.markdown(section.plain(" ".join(told.sentences)))
    says = "Every value of the lever that was planned, a row for each condition; dots where it does not hold."
    section.chart(answers.strip(found, scenario, dark), says, lambda: answers.table(found, scenario), name="compare.strip")
    lever, best = found.question.lever, found.best
    if best is not None and _unnamed(scenario) == _unnamed(session.scenario()):
        value: Any = int(best.value) if lever.name == "starts" else best.value
        st.button("Set the lever there", icon=":material/tune:", on_click=_set, args=(lever.path, value), key="compare.set")


def _set(path: str, value: Any) -> None:
    session.change(path, value)


def _unnamed(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"name": ""})
