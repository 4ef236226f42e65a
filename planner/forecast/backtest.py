"""Rolling origins: every method forecasts from every month with what was known then; the choice and the band are made of those errors.

Choice: the combination, unless another method's errors at 1, 3, 6, 12 and 24 months, as known then, are smaller by a twentieth in the mean of their logs.
Band: the variance of the log error grows by a straight line with the months ahead, fitted to the squared errors; quantiles are Student's t with as
many degrees of freedom as the back-test has errors that do not overlap (origins / months ahead, at least 2). Derived here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import Fault, PlannerError
from planner.forecast.days import Series
from planner.forecast.history import SEASON_MONTHS
from planner.forecast.methods import METHODS, predictions
from planner.horizon import Flags, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

HORIZONS = (1, 3, 6, 12, 24)
LONGEST = max(HORIZONS)
LEAST_ORIGINS = 12
LEAST_ERRORS = 3
BETTER_BY = 0.05
DEFAULT = METHODS.index("combination")
ASSUMED_LEVEL, ASSUMED_DRIFT = 0.09, 0.035
COVERED = 0.8

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


class Stopped(PlannerError):
    """The forecast was cancelled. Nothing of it has been used."""

    heading = "The forecast was stopped"


@dataclass(frozen=True)
class Spread:
    """Growth of the log error with the months ahead: variance = level + drift x months."""

    level: float
    drift: float
    origins: float
    """Origins behind it; infinite where it is assumed."""


def sigma(spread: Spread, ahead: Ints) -> Floats:
    """Standard deviation of the log error so many months ahead.

    >>> sigma(Spread(0.0016, 0.0003, 60), np.array([3])).round(4).tolist()
    [0.05]
    """
    deviation: Floats = np.sqrt(spread.level + spread.drift * ahead)
    return deviation


def log_quantiles(spread: Spread, ahead: Ints, quantiles: tuple[float, ...]) -> Floats:
    """Quantiles of the log error [Q, len(ahead)]: sigma x Student's t with max(2, origins / ahead) degrees of freedom.

    >>> log_quantiles(Spread(0.01, 0.0, np.inf), np.array([1]), (0.5, 0.9)).round(4).tolist()
    [[0.0], [0.1282]]
    """
    from scipy.special import ndtri, stdtrit

    share = np.array(quantiles)[:, None]
    freedom = np.maximum(2.0, spread.origins / ahead)
    score = ndtri(share) if np.isinf(spread.origins) else stdtrit(freedom, share)
    drawn: Floats = sigma(spread, ahead) * score
    return drawn


def spread_of(errors: Floats) -> Spread:
    """The spread that fits the errors of a method [origins, months ahead], NaN where unknown; assumed where fewer than twelve origins are known.

    Least squares of the mean squared errors, each weighted by its count over its months ahead; neither part below 0.
    """
    from scipy.optimize import nnls

    there = np.isfinite(errors)
    count = there.sum(axis=0)
    if count[0] < LEAST_ORIGINS:
        return Spread(ASSUMED_LEVEL**2, ASSUMED_DRIFT**2, np.inf)
    used = np.flatnonzero(count >= LEAST_ERRORS)
    squares = np.where(there, errors, 0.0) ** 2
    weight = np.sqrt(count[used] / (used + 1))
    rows = np.stack([np.ones(len(used)), used + 1.0], axis=1)
    (level, drift), _ = nnls(rows * weight[:, None], squares.sum(axis=0)[used] / count[used] * weight)
    return Spread(float(level), float(drift), float(count[0]))


def choose(errors: Floats) -> int:
    """Position of the method to use, from errors known so far [K, origins, months ahead]."""
    scores = _scores(errors)
    best = int(np.argmin(scores))
    return best if scores[best] < scores[DEFAULT] - BETTER_BY else DEFAULT


def _scores(errors: Floats) -> Floats:
    """Mean of log RMSE over the judged horizons that have at least six errors; infinite for a method that failed somewhere [K]."""
    judged = errors[:, :, np.array(HORIZONS) - 1]
    there: Flags = np.asarray(np.isfinite(judged).any(axis=0))
    enough = there.sum(axis=0) >= LEAST_ERRORS * 2
    if not enough.any() or there[:, 0].sum() < LEAST_ORIGINS:
        return np.where(np.arange(len(errors)) == DEFAULT, 0.0, np.inf)
    failed = (np.isnan(judged) & there).any(axis=(1, 2))
    squares = np.where(there, judged, 0.0) ** 2
    mean = squares.sum(axis=1)[:, enough] / there.sum(axis=0)[enough]
    scores: Floats = np.where(failed, np.inf, 0.5 * np.log(np.maximum(mean, 1e-12)).mean(axis=1))
    return scores


def known_by(errors: Floats, origins: Ints, known: int) -> Floats:
    """The errors that could be known after `known` months; later ones NaN [K, origins, months ahead]."""
    target = origins[:, None] + np.arange(errors.shape[2])
    return np.where(target < known, errors, np.nan)


@dataclass(frozen=True)
class Backtest:
    """The errors of every method from every origin, and of the method that would have been chosen there."""

    months: tuple[str, ...]
    """First month forecast from each origin [O]."""
    methods: tuple[str, ...]
    """The methods, and last `as chosen` [K + 1]."""
    errors: Floats
    """Log of actual over forecast, NaN where there is no actual [K + 1, O, 24]."""
    inside: Floats
    """1 where the actual lay within the 80 % band that was known at the origin, 0 where not, NaN where unknown [K + 1, O, 24]."""
    chosen: tuple[str, ...]
    """The method that would have been chosen at each origin [O]."""
    method: str
    """The method chosen with all that is known now."""

    def frame(self, first: str = "", last: str = "9999-12") -> "pd.DataFrame":
        """The whole back-test: method, horizon, origins, rmse, bias, coverage_80, chosen; for origins whose first month lies between two months."""
        import pandas as pd

        kept = np.array([first <= month <= last for month in self.months], dtype=bool)
        rows = [self._row(place, ahead, kept) for place in range(len(self.methods)) for ahead in HORIZONS]
        columns = ["method", "horizon", "origins", "rmse", "bias", "coverage_80", "chosen"]
        return pd.DataFrame([row for row in rows if row[2]], columns=columns)

    def _row(self, place: int, ahead: int, kept: Flags) -> tuple[str, int, int, float, float, float, bool]:
        errors, inside = self.errors[place, kept, ahead - 1], self.inside[place, kept, ahead - 1]
        errors, inside = errors[np.isfinite(errors)], inside[np.isfinite(inside)]
        rmse, bias = (float(np.sqrt(np.mean(errors**2))), float(errors.mean())) if len(errors) else (np.nan, np.nan)
        name = self.methods[place]
        return name, ahead, len(errors), rmse, bias, float(inside.mean()) if len(inside) else np.nan, name == self.method


def roll(series: Series, progress: Progress | None = None, cancelled: Cancelled | None = None) -> tuple[Ints, Floats]:
    """Origins (months known) and errors of every method from each, up to 24 months ahead [O], [K, O, 24]. Raises Stopped when asked to."""
    months = len(series.actuals)
    origins = np.arange(SEASON_MONTHS, months)
    log_actual = np.log(np.concatenate([series.actuals, np.full(LONGEST, np.nan)]))
    errors = np.full((len(METHODS), len(origins), LONGEST), np.nan)
    for row, known in enumerate(origins.tolist()):
        if cancelled is not None and cancelled():
            raise Stopped([Fault("forecast", "you stopped it", "Nothing of it was used.")])
        errors[:, row] = log_actual[known : known + LONGEST] - predictions(series.view(known), LONGEST)
        if progress is not None:
            progress((row + 1) / len(origins))
    return origins, errors


def backtest_of(series: Series, first_month: str, progress: Progress | None = None, cancelled: Cancelled | None = None) -> tuple[Backtest, Floats]:
    """The back-test of a series, and the bare errors of its methods [K, O, 24]."""
    origins, errors = roll(series, progress, cancelled)
    picked = np.array([choose(known_by(errors, origins, known)) for known in origins], dtype=int)
    inside = _inside(errors, origins)
    rows = np.arange(len(origins))
    months = tuple(str(np.datetime64(first_month, "M") + known) for known in origins)
    result = Backtest(
        months=months, methods=(*METHODS, "as chosen"), chosen=tuple(METHODS[place] for place in picked), method=METHODS[choose(errors)],
        errors=np.concatenate([errors, errors[picked, rows][None]]), inside=np.concatenate([inside, inside[picked, rows][None]]),
    )  # fmt: skip
    return result, errors


def _inside(errors: Floats, origins: Ints) -> Floats:
    """Whether each error lies in the 80 % band made of the errors known at its origin; NaN before there are twelve [K, O, 24]."""
    ahead = np.arange(1, LONGEST + 1)
    found = np.full(errors.shape, np.nan)
    for row, known in enumerate(origins):
        past = known_by(errors, origins, known)
        for method in range(len(errors)):
            spread = spread_of(past[method])
            if np.isfinite(spread.origins):
                half = log_quantiles(spread, ahead, (0.5 + COVERED / 2,))[0]
                error = errors[method, row]
                found[method, row] = np.where(np.isfinite(error), np.abs(error) <= half, np.nan)
    return found
