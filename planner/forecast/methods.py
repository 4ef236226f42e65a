"""The methods, from the two that every spreadsheet has to smoothing after the season is taken out, and their combination.

Each takes what was known and returns the log of the months to come. All but the first two forecast the log rate per day of average weight and
give each month its days back. Smoothing, theta and the season's decomposition are those of the library statsforecast.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from planner.forecast.days import View
from planner.forecast.history import SEASON_MONTHS
from planner.horizon import Floats

YEAR = 12
PARTS = ("level_rates", "ets", "stl_ets", "stl_damped")


def last_year(view: View, months: int) -> Floats:
    """The same month of the last known year, as it was [months]. A benchmark."""
    return _log(view.totals[-YEAR:][np.arange(months) % YEAR])


def level_season(view: View, months: int) -> Floats:
    """Mean of the last twelve months x seasonal index [months]. A benchmark.

    The index is the mean, over the years, of a month's ratio to the twelve months around it (six before it to five after it).
    """
    return _log(_level_season(view.totals, months))


def _level_season(totals: Floats, months: int) -> Floats:
    around = np.convolve(totals, np.ones(YEAR) / YEAR, mode="valid")
    ratio = totals[YEAR // 2 : YEAR // 2 + len(around)] / around
    calendar = (np.arange(len(ratio)) + YEAR // 2) % YEAR
    index = np.bincount(calendar, ratio, minlength=YEAR) / np.bincount(calendar, minlength=YEAR)
    level: Floats = totals[-YEAR:].mean() * index[(len(totals) + np.arange(months)) % YEAR]
    return level


def level_rates(view: View, months: int) -> Floats:
    """Mean rate of the last twelve months x seasonal index of the rates, with the weight of each month's own days [months]."""
    known = len(view.log_rates)
    return _log(_level_season(np.exp(view.log_rates), months)) + view.log_weights[known : known + months]


def _log(values: Floats) -> Floats:
    logs: Floats = np.log(values, out=np.full(len(values), np.nan), where=values > 0)
    return logs


def _by_library(view: View, months: int, model: Any) -> Floats:
    """A model's forecast of the log rate, with the weight of each month's days [months].

    The model is fitted around the mean of the logs: far from 0 the library's search ends in worse optima.
    """
    known = len(view.log_rates)
    centre = view.log_rates.mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rate: Floats = model.forecast(y=view.log_rates - centre, h=months)["mean"]
    total: Floats = centre + rate + view.log_weights[known : known + months]
    return total


def ets(view: View, months: int) -> Floats:
    """Exponential smoothing of level and season, without trend: ETS(A,N,A) of the log rate [months]."""
    from statsforecast.models import AutoETS

    return _by_library(view, months, AutoETS(season_length=YEAR, model="ANA"))


def stl_ets(view: View, months: int) -> Floats:
    """The season by STL, the rest by exponential smoothing with the trend, damped trend or none that AICc prefers [months]."""
    from statsforecast.models import MSTL, AutoETS

    return _by_library(view, months, MSTL(season_length=YEAR, trend_forecaster=AutoETS(model="AZN")))


def stl_damped(view: View, months: int) -> Floats:
    """The season by STL, the rest by exponential smoothing with a damped trend [months]."""
    from statsforecast.models import MSTL, AutoETS

    return _by_library(view, months, MSTL(season_length=YEAR, trend_forecaster=AutoETS(model="AAN", damped=True)))


def stl_theta(view: View, months: int) -> Floats:
    """The season by STL, the rest by the theta method: a smoothed level with half of the long trend [months]."""
    from statsforecast.models import MSTL, Theta

    return _by_library(view, months, MSTL(season_length=YEAR, trend_forecaster=Theta()))


def last_rates(view: View, months: int) -> Floats:
    """The rate of the same month of the last known year, with the weight of the month's own days [months]; for histories below two years."""
    known = len(view.log_rates)
    rate: Floats = view.log_rates[-YEAR:][np.arange(months) % YEAR] + view.log_weights[known : known + months]
    return rate


Method = Callable[[View, int], Floats]
FITTED: dict[str, Method] = {
    "last_year": last_year, "level_season": level_season, "level_rates": level_rates,
    "ets": ets, "stl_ets": stl_ets, "stl_damped": stl_damped, "stl_theta": stl_theta,
}  # fmt: skip
METHODS = (*FITTED, "combination")
WORDS = {
    "last_year": "same month of the last known year",
    "level_season": "level of the last twelve months times season",
    "level_rates": "level of the last twelve months times season, each month with its own days",
    "ets": "smoothed level and season",
    "stl_ets": "season taken out, then smoothing with the trend that fits best",
    "stl_damped": "season taken out, then smoothing with a damped trend",
    "stl_theta": "season taken out, then theta",
    "combination": "mean of " + ", ".join(PARTS),
    "last_rates": "last year's months, each with its own days",
}


def predictions(view: View, months: int) -> Floats:
    """The log forecast of every method [K, months]; NaN for a method whose fit failed. The combination is the mean of its parts' logs."""
    rows = {name: _tried(method, view, months) for name, method in FITTED.items()}
    rows["combination"] = np.mean([rows[name] for name in PARTS], axis=0)
    found: Floats = np.array([rows[name] for name in METHODS])
    return found


def _tried(method: Method, view: View, months: int) -> Floats:
    """A fit of the library that fails on a series takes its method out of the choice, not the forecast down."""
    if len(view.totals) < SEASON_MONTHS:
        return np.full(months, np.nan)
    try:
        return method(view, months)
    except (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError, RuntimeError):
        return np.full(months, np.nan)
