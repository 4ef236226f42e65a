"""A forecast on its way into the scenario: months that are over, what the history shows beside them, and a new queue like an old one."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from planner import scenario as scenarios
from planner.errors import Fault, InvalidScenario
from planner.forecast import Forecast, ForecastSettings, NewQueue, Overlay, months_over, new_queue, use_forecast
from planner.horizon import DAYS, Horizon
from planner.intake import QueueVolumes
from planner.parameters import build, describe
from planner.report import outlook as charts
from planner.report import words
from planner.scenario import Queue, Scenario
from planner.ui import fields, form, members, section, session


@dataclass(frozen=True)
class Offer:
    """Something that a history shows beside its contacts, and that the queue of the plan may take."""

    name: str
    says: str
    changes: dict[str, Any]
    """By their place in the queue."""


def way_in(shown: Forecast, queue: Queue, settings: ForecastSettings, volumes: QueueVolumes) -> None:
    """The button that gives the forecast to the queue of the plan; where it does not reach the plan's months, why not."""
    scenario = session.scenario()
    try:
        update = use_forecast(shown, scenario.horizon)
    except InvalidScenario as error:
        section.faults(tuple(Fault(shown.queue, fault.problem, fault.remedy, fault.value) for fault in error.faults), "It cannot be used in this plan")
        return
    over = over_in_words(shown, scenario.horizon)
    if over:
        st.caption(over)
    chosen = _chosen(offers(shown, queue, settings, volumes), scenario, queue)
    if all(_now(queue, name) == value for name, value in (update | chosen).items()):
        st.success(f"The plan takes {form.escaped(queue.name)} from this forecast. Undo in the sidebar brings back what it had.", icon=":material/task_alt:")
        return
    if queue.events:
        st.caption("The queue's own events still act on top of it.")
    st.button("Use in scenario", icon=":material/check:", on_click=_use, args=(queue.name, update | chosen, shown.queue), key=session.key("outlook.use"))


def _use(name: str, update: dict[str, Any], history: str) -> None:
    if session.change_many({f"queues.{name}.{path}": value for path, value in update.items()}):
        st.toast(section.plain(f"{name} now has the contacts of the forecast from {history}."), icon=":material/check_circle:")


def over_in_words(shown: Forecast, horizon: Horizon) -> str:
    """Which months of the plan are over; empty where none is."""
    over = months_over(shown, horizon)
    if not over:
        return ""
    span = words.month_name(over[0]) if len(over) == 1 else f"{words.month_name(over[0])} to {words.month_name(over[-1])}"
    return f"{span} {'is' if len(over) == 1 else 'are'} over: the plan takes what the history has; the forecast fills the months after."


# What else the history shows -----------------------------------------------------------------------------------------------------------------


def offers(shown: Forecast, queue: Queue, settings: ForecastSettings, volumes: QueueVolumes) -> tuple[Offer, ...]:
    """What the history shows of weeks, days and holidays, where the queue of the plan has something else."""
    found = (*_week(shown), *_holidays(shown, settings), *_day(volumes), *_spread(volumes))
    return tuple(offer for offer in found if any(_now(queue, name) != value for name, value in offer.changes.items()))


def _week(shown: Forecast) -> tuple[Offer, ...]:
    weights = shown.past.week_weights
    if weights is None:
        return ()
    rounded = tuple(round(weight, 4) for weight in weights)
    told = ", ".join(f"{day[:3]} {words.percent(weight / sum(rounded))}" for day, weight in zip(DAYS, rounded, strict=True))
    return (Offer("week", f"Contacts of a week by weekday: {told}", {"week_profile": rounded}),)


def _holidays(shown: Forecast, settings: ForecastSettings) -> tuple[Offer, ...]:
    share = shown.past.holiday_share
    if share is None or share > 1:
        return ()
    where = f"{settings.country}{f', {settings.subdivision}' if settings.subdivision else ''}"
    says = f"Public holidays ({where}): {words.percent(share)} of the contacts of their weekday"
    calendar = {"opening.country": settings.country, "opening.subdivision": settings.subdivision}
    return (Offer("holidays", says, {"opening.holiday_share": round(share, 4)} | calendar),)


def _day(volumes: QueueVolumes) -> tuple[Offer, ...]:
    if volumes.day_profile is None:
        return ()
    says = f"The course of the day, in intervals of {volumes.interval_minutes} minutes"
    return (Offer("day", says, {"interval_minutes": volumes.interval_minutes, "day_profile": volumes.day_profile}),)


def _spread(volumes: QueueVolumes) -> tuple[Offer, ...]:
    if volumes.day_cv is None or volumes.day_cv > 1:
        return ()
    return (Offer("spread", f"Spread from day to day: {words.percent(volumes.day_cv)}", {"day_cv": round(volumes.day_cv, 4)}),)


def _now(queue: Queue, path: str) -> Any:
    here: Any = queue
    for name in path.split("."):
        here = getattr(here, name)
    return here


def _chosen(found: tuple[Offer, ...], scenario: Scenario, queue: Queue) -> dict[str, Any]:
    """The changes of what is ticked. What the plan refuses cannot be ticked, and says why."""
    chosen: dict[str, Any] = {}
    if found:
        st.markdown("**Take from the history too**")
    for offer in found:
        refused = refusal(offer, scenario, queue)
        with st.container(gap=None):
            ticked = st.checkbox(form.escaped(offer.says), value=not refused, disabled=bool(refused), key=session.key(f"offer.{queue.name}.{offer.name}"))
            if refused:
                st.caption(form.escaped(f"Not possible in this plan: {refused}"))
        if ticked and not refused:
            chosen |= offer.changes
    return chosen


def refusal(offer: Offer, scenario: Scenario, queue: Queue) -> str:
    """Why the queue cannot take what is offered; empty where it can."""
    try:
        scenarios.changed(scenario, {f"queues.{queue.name}.{path}": value for path, value in offer.changes.items()})
    except InvalidScenario as error:
        fault = error.faults[0]
        return fields.in_words(f"{fault.problem}. {fault.remedy}")
    return ""


# A new queue ---------------------------------------------------------------------------------------------------------------------------------


def new_one(found: Forecast, queue: Queue, overlay: Overlay | None) -> None:
    """A queue without a history that will behave like the one that was forecast."""
    with st.expander("A new queue that will behave like this one"):
        with st.grid(4, min_column_width=170, gap="small"):
            name = st.text_input(**_asked("name", "Name of the new queue")).strip()
            share = st.number_input(**_asked("share", "Its size, % of this one"), value=100.0, min_value=0.0, max_value=2_000.0, step=5.0, format="%.1f")
            first = st.selectbox(**_asked("first_month", "First month"), options=list(found.months), format_func=words.month_name)
            ramp = st.number_input(**_asked("ramp_months", "Months until full size"), value=0, min_value=0, max_value=60)
        if not name:
            st.caption("Name it to see what it would have. A name that the plan has not yet adds a queue with the routing and service of this one.")
            return
        try:
            like = build(NewQueue, {"name": name, "share": share / 100, "first_month": first, "ramp_months": ramp})
            made = new_queue(found, like, overlay)
            planned = with_new_queue(session.scenario(), queue, made)
        except InvalidScenario as error:
            section.faults(error.faults, "This queue cannot be used")
            return
        section.said(f"{name}: {charts.outlook_in_words(made, found.contacts[:0])}")
        st.caption(f"Its band is that of {form.escaped(found.queue)}; how sure its own size is, no history tells.")
        st.button("Use the new queue in the scenario", icon=":material/add:", on_click=_take, args=(planned, name), key=session.key("outlook.new"))


def _asked(name: str, label: str) -> dict[str, Any]:
    parameter = describe(name, name, None, NewQueue.model_fields[name])
    return {"label": label, "help": fields.help_text(parameter, ""), "key": session.key(f"outlook.NewQueue.{name}")}


def with_new_queue(scenario: Scenario, like: Queue, made: Forecast) -> Scenario:
    """The scenario in which a queue has the contacts of a forecast; where there is no such queue, a copy of another, served by the same groups."""
    grown = scenario if made.queue in members.names(scenario, "queues") else members.added(scenario, "queues", like.name, made.queue)
    update = use_forecast(made, scenario.horizon)
    return scenarios.changed(grown, {f"queues.{made.queue}.{path}": value for path, value in update.items()} | {f"queues.{made.queue}.events": []})


def _take(planned: Scenario, name: str) -> None:
    session.use(planned, f"{name} is in the plan. Undo takes it out again.")
