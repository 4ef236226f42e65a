"""The switches of the Policies page: which policies are on and with what parameters, their fields, and what they come to."""

from functools import partial
from typing import Any

import streamlit as st

from planner import comparison, parameters, policies
from planner.comparison import Measure, Weighed
from planner.errors import InvalidScenario
from planner.parameters import Parameter
from planner.policies import Policy, PolicyParameters
from planner.report import policy_charts, policy_words, words
from planner.scenario import Levers
from planner.ui import fields, form, section, session
from planner.ui.section import Metric

ON, GIVEN, SIZE = "policies.on", "policies.given", "policies.size"
USE_HELP = "Writes what the policies change into the scenario, as one step that Undo takes back."


# What is switched on -------------------------------------------------------------------------------------------------------------------------


def given(policy: Policy[Any]) -> PolicyParameters:
    """The parameters of a policy as they are set here."""
    chosen: PolicyParameters = st.session_state.get(GIVEN, {}).get(policy.name) or policy.parameters()
    return chosen


def on() -> dict[str, PolicyParameters]:
    """The policies that are on, with their parameters."""
    switched = st.session_state.get(ON, ())
    return {policy.name: given(policy) for policy in policies.POLICIES if policy.name in switched}


def _switch(name: str, key: str) -> None:
    others = tuple(each for each in st.session_state.get(ON, ()) if each != name)
    st.session_state[ON] = (*others, name) if st.session_state[key] else others


def _set(policy: Policy[Any], parameter: Parameter, key: str) -> None:
    """Takes what a field holds; where it is refused, the field keeps it and the reason is told beneath."""
    raw = st.session_state[key]
    value = fields.inside(raw, parameter) if fields.is_number(parameter) and raw is not None else raw
    try:
        changed = parameters.put(given(policy), parameter.path, value)
    except InvalidScenario as error:
        st.session_state[f"{key}.refused"] = tuple(map(form.told, error.faults))
        return
    st.session_state[f"{key}.refused"] = ()
    st.session_state[GIVEN] = {**st.session_state.get(GIVEN, {}), policy.name: changed}


def _default(policy: Policy[Any]) -> None:
    st.session_state[GIVEN] = {name: value for name, value in st.session_state.get(GIVEN, {}).items() if name != policy.name}


def use() -> None:
    """Takes the scenario with the policies that are on over, as one step that can be undone; the switches go off."""
    chosen = on()
    try:
        new = policies.switched(session.scenario(), chosen)
    except InvalidScenario as error:
        session.refuse(error.faults)
        return
    st.session_state[ON] = ()
    session.use(new, f"The scenario now holds {', '.join(policies.named(name).title for name in chosen)}. Undo takes it back.")


# Drawing -------------------------------------------------------------------------------------------------------------------------------------


def card(policy: Policy[Any]) -> None:
    """One policy: its switch, its conviction, its parameters one click away."""
    with st.container(border=True, height="stretch"):
        key = session.show(f"policies.switch.{policy.name}", policy.name in st.session_state.get(ON, ()))
        st.toggle(f"**{policy.title}**", key=key, on_change=_switch, args=(policy.name, key))
        section.said(policy.conviction)
        st.space("stretch")
        opened = st.popover("Settings", icon=":material/tune:", key=session.key(f"policies.settings.{policy.name}"), on_change="rerun")
        if opened.open:
            with opened:
                _settings(policy)


def _settings(policy: Policy[Any]) -> None:
    with st.grid(2, min_column_width=230, gap="small"):
        for parameter in parameters.walk(given(policy)):
            with st.container(gap="xsmall"):
                _field(policy, parameter)
    untouched = given(policy) == policy.parameters()
    st.button("Back to the defaults", key=session.key(f"policies.default.{policy.name}"), on_click=_default, args=(policy,), disabled=untouched)


def _field(policy: Policy[Any], parameter: Parameter) -> None:
    value = parameter.value
    if fields.is_number(parameter) and value is not None:
        shown = fields.screen(value, parameter)
        value = int(shown) if parameter.annotation is int else float(shown)
    key = _shown(f"policies.field.{policy.name}.{parameter.path}", value)
    common: dict[str, Any] = {
        "label": form.label(parameter),
        "key": key,
        "help": fields.help_text(parameter, session.scenario().finance.currency),
        "on_change": _set,
        "args": (policy, parameter, key),
    }
    choices = fields.choices(parameter, session.scenario())
    if choices:
        options = [*([None] if parameter.optional and None not in choices else []), *choices]
        st.selectbox(**common, options=options, format_func=lambda each: _option(parameter, each))
    elif parameter.annotation is bool:
        st.toggle(**common)
    elif fields.is_number(parameter):
        whole = parameter.annotation is int
        step, shape = (1, "%d") if whole else (form.step(value), form.decimals(value))
        st.number_input(**common, value=None, step=step, format=shape, placeholder=_empty(parameter))
    else:
        st.text_input(**common, placeholder=_empty(parameter))
    if fields.is_assumption(parameter):
        st.markdown(form.FLAG)
    for reason in st.session_state.get(f"{key}.refused", ()):
        st.error(form.escaped(reason), icon=":material/block:")


def _shown(path: str, value: Any) -> str:
    """The key of a field, set to what stands unless a refused value waits in it."""
    key = session.key(path)
    return key if st.session_state.get(f"{key}.refused") else session.show(path, value)


def _empty(parameter: Parameter) -> str:
    return fields.empty_means(parameter) or "needs a value"


def _option(parameter: Parameter, value: Any) -> str:
    return _empty(parameter).capitalize() if value is None else words.title(str(value))


def weighed() -> Weighed | None:
    """What the policies that are on come to; None, with the reasons on screen, where they cannot be applied."""
    try:
        return comparison.weigh(session.scenario(), on(), st.session_state.get(SIZE))
    except InvalidScenario as error:
        section.faults(error.faults, "The policies do not fit this scenario")
        return None


def against() -> str:
    """What both sides of the comparison have in common."""
    levers = " Levers stay as they are, on top of both." if session.scenario().levers != Levers() else ""
    decisions = " Decisions from your file are left aside here." if session.decides() else ""
    return f"Both sides take the decisions of the baseline, which a careful spreadsheet would take.{levers}{decisions}"


def metrics(found: Weighed) -> None:
    """Six figures with the policies, each with its change against the plan without."""
    section.metrics([_metric(found, measure, course, bars) for measure, course, bars in _courses(found)])


def _courses(found: Weighed) -> list[tuple[str, Any, bool]]:
    plan, ratio = found.together, policy_charts.top_ratio(found)
    courses = [
        ("heads_last", plan.frontline.heads.sum(axis=1), False),
        ("starts", plan.frontline.starts.sum(axis=1), True),
        ("shortage_fte_months", plan.shortage_fte.sum(axis=1), False),
        ("under_6_worst", 100 * comparison.new_share(plan), False),
        ("spend", plan.spend, False),
    ]
    return courses if ratio is None else [*courses[:3], ("widest_top_span", _finite(ratio.together), False), *courses[3:]]


def _finite(course: Any) -> list[float]:
    return [float(value) if value == value else 0.0 for value in course]


def _metric(found: Weighed, name: str, course: Any, bars: bool) -> Metric:
    measure, currency, months = comparison.measure_named(name), found.scenario.finance.currency, found.together.months
    before, after = found.values(name)
    moved = policy_words.change(measure, before, after, currency, months)
    then, now = (policy_words.written(value, measure.unit, currency, months) for value in (before, after))
    label, (then, now, moved) = _labelled(measure, (then, now, moved))
    says = f"{then} without" if moved else "the same without"
    judged = moved if measure.better else ""
    return Metric(label, now, course, f"{moved}, {says}" if moved and not judged else says, judged, measure.meaning, bars)


def _labelled(measure: Measure, texts: tuple[str, str, str]) -> tuple[str, tuple[str, ...]]:
    """The label and the texts of a card; a long unit stands with the label, where there is room for it."""
    unit = measure.unit.symbol
    if unit != "FTE-months":
        return measure.title, texts
    return f"{measure.title} ({unit})", tuple(text.removesuffix(f" {unit}") for text in texts)


def balance(found: Weighed) -> None:
    """What becomes better and what worse, in two lines."""
    better, worse = policy_words.better_and_worse(found)
    lines = [f":green[:material/trending_up: **Better:**] {better}"] if better else []
    lines += [f":red[:material/trending_down: **Worse:**] {worse}"] if worse else []
    st.markdown(section.plain("  \n".join(lines or ["Nothing becomes better or worse."])))


def size_field(found: Weighed) -> None:
    """The size that months are counted to."""
    key = session.show("policies.size", float(found.terms.size))
    st.number_input("Months are counted to (people)", min_value=1.0, step=100.0, format="%.0f", key=key, on_change=_sized, args=(key,), width=260)


def _sized(key: str) -> None:
    st.session_state[SIZE] = float(st.session_state[key]) if st.session_state[key] else None


def chart_cards(found: Weighed) -> None:
    """A chart for each course, without and with."""
    with st.grid(3, min_column_width=320):
        for course in policy_charts.courses(found):
            with st.container(), section.card(course.title, says := policy_charts.in_words(course, found.together)):
                figure = policy_charts.draw(course, found.together.months, session.dark())
                section.chart(figure, says, partial(policy_charts.behind, course, found.together), name=f"policies.{course.name}")


def closed_forms(found: Weighed) -> None:
    """The closed-form figures of every policy that is on beside the plan, what it assumes and how sure it is."""
    beside = comparison.figures(found)
    for name in found.on:
        policy = policies.named(name)
        with section.card(policy.title, policy.conviction):
            section.table(policy_words.figures_beside(beside, name, found))
            st.markdown(section.plain(f"**Assumes.** {' '.join(policy.assumes)}\n\n**How sure.** {policy.evidence}"))
