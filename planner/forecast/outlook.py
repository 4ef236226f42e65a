"""The forecast of one queue: its months, error, and the planner's overlay on top; and the way from there into a scenario."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.demand import Event, event_factor
from planner.errors import Fault, InvalidScenario, InvalidVolumes
from planner.forecast.backtest import (
    HORIZONS,
    LONGEST,
    Backtest,
    Cancelled,
    Progress,
    Spread,
    backtest_of,
    log_quantiles,
    spread_of,
)
from planner.forecast.days import LEAST_HOLIDAYS, Days, Series, aht_series, contacts_series, label, shape_of, spread
from planner.forecast.history import SEASON_MONTHS, History, history_faults
from planner.forecast.methods import METHODS, WORDS, last_rates, predictions
from planner.forecast.settings import ForecastSettings, NewQueue, Overlay, settings_faults
from planner.horizon import DAYS, Floats, Horizon, month_index, month_labels

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True)
class Forecast:
    """What one queue will be offered: the statistical part, and beside it the same with the planner's overlay."""

    queue: str
    months: tuple[str, ...]
    """The months forecast, as 2027-01 [T]."""
    contacts: Floats
    """Contacts by the statistics alone: the median [T]."""
    quantiles: Floats
    """Quantiles 5, 10, 25, 50, 75, 90 and 95 % of each month's contacts by the statistics alone [7, T]."""
    aht_s: Floats | None
    """Handle time by the statistics alone, in seconds [T]; None without handle time in the history."""
    overlay_contacts: Floats
    """Contacts with the planner's overlay: what a scenario takes [T]."""
    overlay_quantiles: Floats
    """The quantiles with the planner's overlay [7, T]."""
    overlay_aht_s: Floats | None
    """Handle time with the planner's overlay, in seconds [T]."""
    method: str
    """The method used, one of METHODS, or the old queue of a new one."""
    aht_method: str
    """The method used for handle time; empty without one."""
    error: dict[int, float]
    """Root mean square of the log error of the method by months ahead (1, 3, 6, 12, 24), where the back-test knows it."""
    backtest: "pd.DataFrame" = field(compare=False, repr=False)
    """The whole back-test: method, horizon, origins, rmse, bias, coverage_80, chosen."""
    aht_backtest: "pd.DataFrame | None" = field(compare=False, repr=False)
    """The back-test of handle time, in the same columns."""
    notices: tuple[str, ...]
    """What was done with the history and how far the figures can be trusted, in words."""
    past: "Past" = field(repr=False)
    """The months of the history that are over."""
    recent_backtest: "pd.DataFrame | None" = field(default=None, compare=False, repr=False)
    """The back-test over the later half of its origins alone, in the same columns; None without a back-test."""


@dataclass(frozen=True)
class Past:
    """The whole months of a history, and what its days weigh. A plan that begins among them takes them as they were."""

    months: tuple[str, ...]
    """As 2027-01, the last one just before the first month forecast [K]."""
    contacts: Floats
    """Contacts offered, days without a figure completed by the weights of the others [K]."""
    aht_s: Floats | None
    """Handle time in seconds [K]; None where it is not known."""
    week_weights: tuple[float, ...] | None = None
    """Weight of Monday to Sunday as measured (mean 1); None where weeks or months do not show it, or it was given."""
    holiday_share: float | None = None
    """Contacts on a public holiday as a share of its weekday as measured; None where it is not known or was given."""


def forecast(history: History, settings: ForecastSettings | None = None, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Forecast:
    """The monthly forecast of one queue, up to 60 months from the month after its last whole one.

    `progress` is told the share done; `cancelled` is asked at every origin. Raises InvalidVolumes with every fault of the history,
    InvalidScenario with every fault of the settings, Stopped when cancelled.
    """
    settings = settings or ForecastSettings()
    days, notices = _days_of(history, settings)
    contacts = contacts_series(days, _ahead(settings), settings)
    handle_time = aht_series(days, _ahead(settings))
    parts = 1 if handle_time is None else 2
    outcome = _outcome(contacts, days, settings, _part(progress, 0, parts), cancelled)
    aht = None if handle_time is None else _outcome(handle_time, days, settings.but(method=None), _part(progress, 1, parts), cancelled)
    first = label(days, days.known)
    result = Forecast(
        queue=history.queue, months=month_labels(Horizon(first_month=first, months=settings.months)), contacts=outcome.middle,
        quantiles=outcome.quantiles, aht_s=aht.middle if aht else None, overlay_contacts=outcome.middle, overlay_quantiles=outcome.quantiles,
        overlay_aht_s=aht.middle if aht else None, method=outcome.method, aht_method=aht.method if aht else "", error=outcome.error,
        backtest=outcome.frame, aht_backtest=aht.frame if aht else None,
        notices=(*notices, *_shape_notices(days, settings), *outcome.notices), past=_past(days, contacts, handle_time, settings),
        recent_backtest=outcome.recent,
    )  # fmt: skip
    return apply_overlay(result, settings.overlay)


def _past(days: Days, contacts: Series, handle_time: Series | None, settings: ForecastSettings) -> Past:
    actuals = np.where(np.isfinite(contacts.actuals), contacts.actuals, contacts.totals)
    months = tuple(label(days, month) for month in range(days.known))
    aht_s = None if handle_time is None else handle_time.totals
    if days.given is not None:
        return Past(months, actuals, aht_s)
    shape = shape_of(days, days.known, settings.holiday_share)
    seen = (days.holiday & (days.month < days.known) & np.isfinite(days.contacts)).sum()
    measured = shape.holiday_share if settings.holiday_share is None and seen >= LEAST_HOLIDAYS else None
    return Past(months, actuals, aht_s, tuple(shape.week.tolist()), measured)


def backtest(history: History, settings: ForecastSettings | None = None, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Backtest:
    """The back-test of a queue's contacts alone, from every origin. Raises as `forecast` does; a history below 25 months has no origin."""
    settings = settings or ForecastSettings()
    days, _ = _days_of(history, settings)
    return backtest_of(contacts_series(days, _ahead(settings), settings), days.first_month, progress, cancelled)[0]


def _ahead(settings: ForecastSettings) -> int:
    return max(settings.months, LONGEST)


def _days_of(history: History, settings: ForecastSettings) -> tuple[Days, list[str]]:
    wrong = settings_faults(settings)
    if wrong:
        raise InvalidScenario(wrong)
    faults = history_faults(history)
    if faults:
        raise InvalidVolumes(faults)
    days, notices, faults = spread(history, settings, _ahead(settings))
    if faults:
        raise InvalidVolumes(faults)
    return days, notices


def _part(progress: Progress | None, part: int, parts: int) -> Progress | None:
    return None if progress is None else lambda share: progress((part + share) / parts)


@dataclass(frozen=True)
class _Outcome:
    """What one series comes to: the median [T], quantiles [7, T], and how it was found."""

    middle: Floats
    quantiles: Floats
    method: str
    error: dict[int, float]
    frame: "pd.DataFrame"
    recent: "pd.DataFrame"
    notices: tuple[str, ...]


def _outcome(series: Series, days: Days, settings: ForecastSettings, progress: Progress | None, cancelled: Cancelled | None) -> _Outcome:
    tested, errors = backtest_of(series, days.first_month, progress, cancelled)
    method, log_middle = _picked(series, settings, tested)
    known = METHODS.index(method) if method in METHODS else None
    width = spread_of(errors[known] if known is not None else np.full((1, LONGEST), np.nan))
    ahead = np.arange(1, settings.months + 1)
    quantiles = np.exp(log_middle + log_quantiles(width, ahead, QUANTILES))
    frame = tested.frame()
    mine = frame[frame["method"] == method]
    error = dict(zip(mine["horizon"].tolist(), mine["rmse"].tolist(), strict=True))
    recent = tested.frame(tested.months[len(tested.months) // 2]) if tested.months else frame
    return _Outcome(np.exp(log_middle), quantiles, method, error, frame, recent, _method_notices(method, settings, width, len(series.actuals)))


def _picked(series: Series, settings: ForecastSettings, tested: Backtest) -> tuple[str, Floats]:
    """The method's name and the log of its forecast [T]; last year's rates where the history has no two years."""
    known = len(series.actuals)
    view = series.view(known)
    if known < SEASON_MONTHS:
        return "last_rates", last_rates(view, settings.months)
    method = settings.method or tested.method
    found = predictions(view, settings.months)[METHODS.index(method)]
    if np.isnan(found).any():
        remedy = "Choose another method, or leave it empty."
        raise InvalidVolumes([Fault("method", f"'{WORDS[method]}' cannot be fitted to this history", remedy, method)])
    return method, found


def _method_notices(method: str, settings: ForecastSettings, width: Spread, known: int) -> tuple[str, ...]:
    how = "as you set it" if settings.method else "by back-test"
    notices = [f"Method: {WORDS[method]} ({method}), {how}."]
    if known < SEASON_MONTHS:
        notices = [f"Method: {WORDS[method]}: {known} months show no season of their own; from {SEASON_MONTHS} on other methods can be fitted."]
    if np.isinf(width.origins):
        notices.append("Too short for an error of its own: the band is assumed (9 % and 3.5 % times the root of the months ahead), not measured.")
    elif settings.months > LONGEST:
        notices.append(f"Beyond {LONGEST} months the band is drawn on by its growth, not tested.")
    return tuple(notices)


def _shape_notices(days: Days, settings: ForecastSettings) -> list[str]:
    shape = shape_of(days, days.known, settings.holiday_share)
    source = "given" if days.given is not None else "measured"
    week = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(DAYS, shape.week, strict=True))
    notices = [f"Weight of a day, {source}: {week}; public holiday {shape.holiday_share:.0%} of its weekday."]
    effects = zip(days.events, days.estimated, shape.effects, strict=True)
    return notices + [f"A day of '{name}' brings {effect:.2f} times the usual contacts." if measured else f"The days of '{name}' are left out."
                      for name, measured, effect in effects]  # fmt: skip


def apply_overlay(forecast: Forecast, overlay: Overlay) -> Forecast:
    """The forecast with another overlay on its statistical part: growth compounded monthly from the first month on, times the dated events."""
    horizon = Horizon(first_month=forecast.months[0], months=len(forecast.months))
    contacts = _factor(overlay.growth_annual, overlay.events, tuple(event.contacts_change for event in overlay.events), horizon)
    aht = _factor(overlay.aht_drift_annual, overlay.events, tuple(event.aht_change for event in overlay.events), horizon)
    return replace(
        forecast, overlay_contacts=forecast.contacts * contacts, overlay_quantiles=forecast.quantiles * contacts,
        overlay_aht_s=None if forecast.aht_s is None else forecast.aht_s * aht,
    )  # fmt: skip


def _factor(annual: float, events: tuple[Event, ...], changes: tuple[float, ...], horizon: Horizon) -> Floats:
    """(1 + annual)^((t + 1) / 12) x events: the first month forecast already has a month of growth [T]."""
    grown: Floats = (1 + annual) ** ((np.arange(horizon.months) + 1) / 12)
    return grown * event_factor(events, changes, horizon) if events else grown


def new_queue(old: Forecast, like: NewQueue, overlay: Overlay | None = None) -> Forecast:
    """A new queue that behaves like an old one: a share of its statistical forecast from the first month on, growing by equal steps to full size.

    Its band is the old queue's, and knows nothing of how sure the share is.
    """
    ahead = np.arange(-len(old.past.months), len(old.months)) - month_index(Horizon(first_month=old.months[0]), like.first_month)
    grown = like.share * np.where(ahead < 0, 0.0, np.minimum(1.0, (ahead + 1) / (like.ramp_months + 1)))
    before, size = grown[: len(old.past.months)], grown[len(old.past.months) :]
    notice = f"{like.name} is {like.share:g} times {old.queue} from {like.first_month} on; its band is that of {old.queue}, not measured."
    started = replace(
        old, queue=like.name, contacts=old.contacts * size, quantiles=old.quantiles * size, method=f"like {old.queue}", notices=(notice,),
        past=replace(old.past, contacts=old.past.contacts * before),
    )  # fmt: skip
    return apply_overlay(started, overlay or Overlay())


def use_forecast(forecast: Forecast, horizon: Horizon) -> dict[str, Any]:
    """The fields of a queue's demand that the forecast fills, overlay included, as `demand.but(**update)` takes them.

    Months of the horizon that are over have their actual contacts and handle time. Raises InvalidScenario where history and forecast do not reach
    every month of the horizon.
    """
    past = forecast.past
    first = past.months[0] if past.months else forecast.months[0]
    start = month_index(Horizon(first_month=first), horizon.first_month)
    end = start + horizon.months
    if start < 0 or end > len(past.months) + len(forecast.months):
        early = "plan from a month that the history has" if start < 0 else "forecast more months, or plan fewer"
        problem = f"the history has {first} on and the forecast {forecast.months[0]} to {forecast.months[-1]}, and the plan needs others"
        found = f"{horizon.first_month} and {horizon.months} months"
        raise InvalidScenario([Fault(f"queues.{forecast.queue}.demand.contacts_monthly", problem, f"{early[0].upper()}{early[1:]}.", found)])
    update: dict[str, Any] = {"contacts_monthly": tuple(np.concatenate([past.contacts, forecast.overlay_contacts])[start:end].tolist())}
    if forecast.overlay_aht_s is not None:
        over = past.aht_s if past.aht_s is not None else np.full(len(past.months), np.nan)
        update["aht_monthly_s"] = tuple(np.concatenate([over, forecast.overlay_aht_s])[start:end].tolist())
    return update


def months_over(forecast: Forecast, horizon: Horizon) -> tuple[str, ...]:
    """The months of the horizon that are over, and so are taken from the history as they were."""
    return tuple(month for month in month_labels(horizon) if month in forecast.past.months)


__all__ = ["HORIZONS", "QUANTILES", "Forecast", "Past", "apply_overlay", "backtest", "forecast", "months_over", "new_queue", "use_forecast"]
