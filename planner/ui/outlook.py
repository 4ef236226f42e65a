"""The forecast on the page: settings, a run that can be stopped, what came of it, the planner's overlay, and its use in the scenario."""

import difflib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from planner.errors import Fault, InvalidScenario, PlannerError
from planner.forecast import METHODS, Forecast, ForecastSettings, History, MarkedEvent, Overlay, Stopped, apply_overlay, forecast, histories
from planner.forecast.days import spread
from planner.horizon import Horizon, month_index
from planner.intake import QueueVolumes, Volumes, profiles, spread_of
from planner.parameters import Parameter, build, describe
from planner.report import outlook as charts
from planner.report import words
from planner.scenario import Queue, Scenario
from planner.ui import fields, form, outlook_use, section, session

SHOWN_MONTHS = 36
SHOWN_PROFILES = 24
EVERY_S = 0.5
AT_ONCE = 2
"""How many forecasts run at the same time in this process."""


# The run -------------------------------------------------------------------------------------------------------------------------------------


@dataclass
class Job:
    """One forecast at work in a thread of its own, without the overlay, which the page puts on."""

    history: History
    settings: ForecastSettings
    share: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)
    shown: bool = False
    """Whether the page with its progress has been drawn: only then it begins, so that loading the forecaster does not hold up the page."""
    outcome: "Future[Forecast] | None" = None

    @property
    def is_done(self) -> bool:
        """Whether there is a result or a reason why there is none."""
        return self.outcome is not None and self.outcome.done()

    def move_on(self) -> None:
        """Sets to work what has been shown; it waits its turn where others are at work."""
        if self.shown and self.outcome is None:
            self.outcome = _workers().submit(_work, self)
        self.shown = True

    def tell(self, share: float) -> None:
        """Takes note of the share done."""
        self.share = share

    def result(self) -> Forecast | tuple[Fault, ...]:
        """The forecast, or why there is none."""
        try:
            return self.outcome.result() if self.outcome else ()
        except Stopped:
            return ()
        except PlannerError as error:
            return error.faults


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="forecast")


def _work(job: Job) -> Forecast:
    return forecast(job.history, job.settings, progress=job.tell, cancelled=job.stopping.is_set)


@st.fragment(run_every=EVERY_S)
def _progress(job: Job) -> None:
    """How far the run is, twice a second, and the button that stops it."""
    job.move_on()
    if job.is_done:
        st.rerun()
    if job.stopping.is_set():
        said = "Stopping"
    elif not job.share:
        said = "Loading the forecaster"
    else:
        said = f"Trying every method on the months of {job.history.queue}: {words.percent(job.share)}"
    st.progress(min(max(job.share, 0.02), 1.0), text=form.escaped(said))
    st.button("Stop", icon=":material/stop_circle:", on_click=job.stopping.set, disabled=job.stopping.is_set(), key=session.key("outlook.stop"))


# The page ------------------------------------------------------------------------------------------------------------------------------------


def draw(volumes: Volumes, file_id: str) -> None:
    """The profile of a history, its forecast, and the way into the scenario."""
    scenario = session.scenario()
    found = histories(volumes.rows)
    dark = session.dark()
    with section.card("Forecast", "From the months that are over to those of the plan. Nothing is used until you say so."):
        history, queue = _picked(found, scenario)
        settings = _settings(queue, history, scenario.horizon)
        jobs: dict[Any, Job] = st.session_state.setdefault(session.key("outlook.jobs"), {})
        job = jobs.get((file_id, history.queue))
        idle = job is None or job.is_done
        run = st.button("Forecast", icon=":material/query_stats:", disabled=settings is None or not idle, key=session.key("outlook.run"))
        if run and settings is not None:
            jobs[file_id, history.queue] = Job(history, settings.but(overlay=Overlay()))
            st.rerun()
        if job is not None and not job.is_done:
            _progress(job)
    if job is not None and job.is_done:
        _outcome(job, queue, settings, next(each for each in volumes.queues if each.name == history.queue), dark)


def _picked(found: tuple[History, ...], scenario: Scenario) -> tuple[History, Queue]:
    """Which queue of the file is forecast, and which queue of the plan it is for: that of the same name, else the nearest."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = [history.queue for history in found]
        name = names[0] if len(names) == 1 else st.selectbox("Queue in the file", names, key=session.key("outlook.history"), width=280)
        known = [queue.name for queue in scenario.queues]
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        chosen = st.selectbox(
            "Queue of the plan", known, index=known.index(nearest[0] if nearest else known[0]), key=session.key(f"outlook.queue.{name}"), width=280
        )
    return found[names.index(name)], scenario.queues[known.index(chosen)]


# Settings ------------------------------------------------------------------------------------------------------------------------------------


def _declared(kind: type[Any], name: str, value: Any = None) -> Parameter:
    return describe(name, name, value, kind.model_fields[name])


def _asked(kind: type[Any], name: str, label: str) -> dict[str, Any]:
    """Label, help and key of a widget, from the declaration of a field."""
    return {"label": label, "help": fields.help_text(_declared(kind, name), ""), "key": session.key(f"outlook.{kind.__name__}.{name}")}


def months_needed(history: History, horizon: Horizon) -> int:
    """Months from the last whole month of a history to the end of the plan, within what can be forecast.

    >>> days = np.arange("2018-01-01", "2019-12-20", dtype="datetime64[D]")
    >>> months_needed(History("calls", days, np.ones(len(days))), Horizon(first_month="2020-01", months=12))
    13
    """
    dates = history.dates.astype("datetime64[D]")
    last = dates.max().astype("datetime64[M]")
    if history.every != "month" and dates.max() + _row_days(history) < (last + 1).astype("datetime64[D]") - 3:
        last = last - 1
    ahead = month_index(Horizon(first_month=str(last)), horizon.first_month) + horizon.months - 1
    return min(max(ahead, 1), 60)


def _row_days(history: History) -> int:
    return 7 if history.every == "week" else 1


def _settings(queue: Queue, history: History, horizon: Horizon) -> ForecastSettings | None:
    """What the planner sets; None where it cannot be used, with the reason told."""
    with st.grid(4, min_column_width=190, gap="small"):
        values: dict[str, Any] = {
            "months": st.number_input(**_asked(ForecastSettings, "months", "Months ahead"), min_value=1, max_value=60, value=months_needed(history, horizon)),
            "country": _typed("country", "Country of public holidays", queue.opening.country),
            "subdivision": _typed("subdivision", "State or region", queue.opening.subdivision),
            "holiday_share": _holiday_share(),
            "method": st.selectbox(
                **_asked(ForecastSettings, "method", "Method"), options=list(METHODS), index=None, placeholder="chosen by back-test", format_func=_method
            ),
        }
    if history.every != "day" and queue.week_profile is not None:
        by_week = st.toggle(
            f"The weekdays weigh as those of {form.escaped(queue.name)} in the plan",
            help=f"Which weekdays a month has then explains part of it. A history by {history.every} does not show what a weekday weighs.",
            key=session.key("outlook.ForecastSettings.week_weights"),
        )
        values["week_weights"] = queue.week_profile if by_week else None
    with st.expander("Marked events: outages, strikes, campaigns of the past or to come"):
        values["events"] = _marked_events()
    settings: ForecastSettings | None = _built(ForecastSettings, values)
    return settings


def _typed(name: str, label: str, otherwise: str | None) -> str | None:
    return st.text_input(**_asked(ForecastSettings, name, label), value=otherwise or "", placeholder="none").strip() or None


def _holiday_share() -> float | None:
    share = st.number_input(
        **_asked(ForecastSettings, "holiday_share", "Public holidays, % of a usual day"),
        value=None, min_value=0.0, max_value=1_000.0, step=5.0, placeholder="measured from days",
    )  # fmt: skip
    return None if share is None else share / 100


def _method(name: str) -> str:
    return charts.method_in_words(name)


def _marked_events() -> list[dict[str, Any]]:
    """Days that are not like others, as the planner lists them; a row without a last day lasts one day."""
    empty = pd.DataFrame({"name": pd.Series(dtype=object), "first_day": pd.Series(dtype="datetime64[s]"), "last_day": pd.Series(dtype="datetime64[s]"),
                          "treatment": pd.Series(dtype=object)})  # fmt: skip
    helps = {name: fields.help_text(_declared(MarkedEvent, name), "") for name in MarkedEvent.model_fields}
    edited: pd.DataFrame = st.data_editor(
        empty,
        placeholder="",
        num_rows="dynamic",
        hide_index=True,
        key=session.key("outlook.events"),
        alt="Marked events",
        column_config={
            "name": st.column_config.TextColumn("What happened", help=helps["name"]),
            "first_day": st.column_config.DateColumn("First day", help=helps["first_day"]),
            "last_day": st.column_config.DateColumn("Last day", help=helps["last_day"]),
            "treatment": st.column_config.SelectboxColumn(
                "Its days", help=helps["treatment"], options=list(TREATMENT), format_func=lambda how: TREATMENT[str(how)]
            ),
        },
    )
    return [event for event in map(_event, edited.to_dict("records")) if event]


TREATMENT = {"exclude": "leave out", "estimate": "estimate their effect"}


def _event(row: dict[Any, Any]) -> dict[str, Any]:
    given = {str(name): _day(value) for name, value in row.items() if not pd.isna(value) and value != ""}
    return given | {"last_day": given.get("last_day", given["first_day"])} if "first_day" in given else given


def _day(value: Any) -> Any:
    return pd.Timestamp(value).date() if isinstance(value, pd.Timestamp | np.datetime64 | date) else value


def _built(kind: type[Any], values: dict[str, Any]) -> Any:
    try:
        built: Any = build(kind, values)
        return built
    except InvalidScenario as error:
        section.faults(error.faults, "These settings cannot be used")
        return None


# The outcome ---------------------------------------------------------------------------------------------------------------------------------


def _outcome(job: Job, queue: Queue, settings: ForecastSettings | None, volumes: QueueVolumes, dark: bool) -> None:
    found = job.result()
    if not isinstance(found, Forecast):
        if found:
            section.faults(found, "This history cannot be forecast")
        else:
            st.info("The forecast was stopped. Nothing of it was used.", icon=":material/stop_circle:")
        return
    if settings is not None and settings.but(overlay=Overlay()) != job.settings:
        st.warning("The settings have changed since: forecast again to see their effect.", icon=":material/update:")
    months, totals = known_months(job.history, job.settings)
    with section.card(f"{found.queue}: history and forecast"):
        chart, overlay = st.container(), _overlay(found)
        shown = apply_overlay(found, overlay) if overlay is not None else found
        with chart:
            _course(shown, months, totals, dark)
        outlook_use.way_in(shown, queue, job.settings, volumes)
        outlook_use.new_one(found, queue, overlay)
    _backtest(shown, job.settings.method is not None, dark)


def known_months(history: History, settings: ForecastSettings) -> tuple[list[str], np.ndarray]:
    """The whole months of a history as the forecast took them, and their contacts."""
    days, _, _ = spread(history, settings, 1)
    past = days.month < days.known
    there = past & np.isfinite(days.contacts)
    totals = np.bincount(days.month[there], days.contacts[there], minlength=days.known)[: days.known]
    return [str(np.datetime64(days.first_month, "M") + month) for month in range(days.known)], totals


def _course(shown: Forecast, months: list[str], totals: np.ndarray, dark: bool) -> None:
    says = charts.outlook_in_words(shown, totals)
    section.said(says)
    section.chart(charts.history_and_forecast(months[-SHOWN_MONTHS:], totals[-SHOWN_MONTHS:], shown, dark), says, lambda: _months_frame(shown), name="outlook")
    if len(months) > SHOWN_MONTHS:
        st.caption(f"The last {SHOWN_MONTHS} of {len(months)} months of history are drawn; the forecast rests on all of them.")


def _months_frame(shown: Forecast) -> pd.DataFrame:
    """The forecast by month, written for people."""
    low, high, widest = shown.overlay_quantiles[1], shown.overlay_quantiles[5], (shown.overlay_quantiles[0], shown.overlay_quantiles[6])
    columns: dict[str, list[str]] = {"Month": list(map(words.month_name, shown.months)), "Statistics alone": [words.count(value) for value in shown.contacts]}
    if charts.has_overlay(shown):
        columns["With overlay"] = [words.count(value) for value in shown.overlay_contacts]
    columns["8 of 10 outcomes"] = [f"{words.count(least)} to {words.count(most)}" for least, most in zip(low, high, strict=True)]
    columns["9 of 10 outcomes"] = [f"{words.count(least)} to {words.count(most)}" for least, most in zip(*widest, strict=True)]
    if shown.overlay_aht_s is not None:
        columns["Handle time"] = [f"{words.number(value)} s" for value in shown.overlay_aht_s]
    return pd.DataFrame(columns)


def _overlay(found: Forecast) -> Overlay | None:
    """What the planner knows and the history does not; None where it cannot be used, with the reason told."""
    with st.expander("What you know and the history does not"), st.container(gap="small"):
        with st.grid(2, min_column_width=230, gap="small"):
            values: dict[str, Any] = {"growth_annual": _change("growth_annual", "Growth of contacts, % a year")}
            if found.aht_s is not None:
                values["aht_drift_annual"] = _change("aht_drift_annual", "Drift of handle time, % a year")
        table = fields.Table(_declared(Overlay, "events", ()), Overlay.model_fields["events"].annotation.__args__[0], ())  # type: ignore[union-attr]
        st.markdown("Events to come", help=fields.help_text(table.parameter, ""))
        edited: pd.DataFrame = st.data_editor(
            fields.frame_of(table), num_rows="dynamic", hide_index=True, key=session.key("outlook.overlay.events"), alt="Events to come", placeholder="",
            column_config=form.column_config(table)
            | {"first_month": st.column_config.SelectboxColumn("First month", options=list(found.months), format_func=_month_name)},
        )  # fmt: skip
        values["events"] = [row for row in fields.rows_of(table, edited) if row]
        overlay: Overlay | None = _built(Overlay, values)
        return overlay


def _month_name(month: Any) -> str:
    return words.month_name(str(month))


def _change(name: str, label: str) -> float:
    asked, parameter = _asked(Overlay, name, label), _declared(Overlay, name)
    low, high = (fields.screen(bound or 0.0, parameter) for bound in (parameter.lower, parameter.upper))
    return fields.inside(st.number_input(**asked, value=0.0, step=1.0, format="%.1f", min_value=low, max_value=high), parameter)


# The back-test -------------------------------------------------------------------------------------------------------------------------------


def _backtest(shown: Forecast, picked: bool, dark: bool) -> None:
    with section.card("How far it can be trusted", charts.why(shown, picked)):
        error = charts.error_in_words(shown.error)
        st.markdown(section.plain(f"{error} {charts.coverage_in_words(shown)}"))
        if len(shown.backtest):
            section.chart(charts.error_by_horizon(shown.backtest, shown.method, dark), error, None, name="outlook.error")
            section.table(charts.backtest_table(shown.backtest, shown.method))
            st.caption("Error: root mean square of the log of actual over forecast, over all past months taken as if they were today.")
        if shown.aht_backtest is not None and len(shown.aht_backtest):
            with st.expander("Handle time: every method"):
                section.table(charts.backtest_table(shown.aht_backtest, shown.aht_method))
        with st.expander("What was done with the history"):
            st.markdown("\n".join(f"- {form.escaped(fields.in_words(notice))}" for notice in shown.notices if not notice.startswith("Method:")))


# Profiles ------------------------------------------------------------------------------------------------------------------------------------


def profile(volumes: Volumes) -> None:
    """The shape of each month of a queue, and how far its days vary; nothing for monthly files."""
    if volumes.grain == "month":
        return
    what = "day" if volumes.has_intervals else "week"
    with section.card(f"Profile of the {what} by month"):
        names = [queue.name for queue in volumes.queues]
        name = names[0] if len(names) == 1 else st.selectbox("Queue of the profile", names, key=session.key("profile.queue"), width=280)
        grid = volumes.grid(str(name))
        says = spread_in_words(volumes, str(name), spread_of(grid))
        section.said(says)
        found = profiles(grid)
        section.chart(charts.profile_heat(charts.last_months(found, SHOWN_PROFILES), session.dark()), says, name="outlook.profiles")
        if len(found.months) > SHOWN_PROFILES:
            st.caption(f"The last {SHOWN_PROFILES} of {len(found.months)} months are drawn.")


def spread_in_words(volumes: Volumes, name: str, found: Any) -> str:
    """How peaked the day is, and how far days of a weekday vary beyond chance."""
    if not volumes.has_intervals:
        cv = next(queue.day_cv for queue in volumes.queues if queue.name == name) or 0.0
        return f"Days of a weekday vary by {words.percent(cv)} around their month's mean, beyond chance."
    return (
        f"The busiest interval has {words.number(found.peak, 2)} times the mean of those with contacts. "
        f"Beyond chance an interval varies by {words.number(100 * found.rate_cv, 1)} %: "
        f"{words.number(100 * found.day_factor, 1)} % that the whole day shares, {words.number(100 * found.rest, 1)} % within the day."
    )
