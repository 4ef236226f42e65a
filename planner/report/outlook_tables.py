"""A forecast as tables and in words: the months a scenario takes, the band around them, the method and its errors."""

from collections.abc import Sequence

import pandas as pd

from planner.errors import Fault, InvalidVolumes
from planner.forecast import QUANTILES, Forecast
from planner.report import outlook, words


def months_table(made: Sequence[Forecast]) -> pd.DataFrame:
    """Contacts and handle time with the planner's overlay, in the own monthly layout. Raises InvalidVolumes without handle time."""
    missing = [each.queue for each in made if each.overlay_aht_s is None]
    if missing:
        remedy = "Answer with --assume aht_s=300, or the handle time that you know."
        raise InvalidVolumes([Fault(queue, "its history has no handle time, and the planner's own layout needs one", remedy) for queue in missing])
    return pd.concat(
        [
            pd.DataFrame({"month": each.months, "queue": each.queue, "contacts": each.overlay_contacts.round(1), "aht_s": each.overlay_aht_s.round(1)})
            for each in made
            if each.overlay_aht_s is not None
        ],
        ignore_index=True,
    )


def band_table(made: Sequence[Forecast]) -> pd.DataFrame:
    """The statistical part and the quantiles with the overlay, month by month and queue by queue."""
    frames = []
    for each in made:
        columns = {"month": each.months, "queue": each.queue, "method": each.method, "statistical_contacts": each.contacts.round(1)}
        quantiles = {f"p{round(share * 100):02d}": row.round(1) for share, row in zip(QUANTILES, each.overlay_quantiles, strict=True)}
        frames.append(pd.DataFrame(columns | quantiles))
    return pd.concat(frames, ignore_index=True)


def backtest_table(made: Sequence[Forecast]) -> pd.DataFrame:
    """The back-test of every method, queue by queue: root mean square of the log error, mean error and share inside the 80 % band by months ahead."""
    frames = [each.backtest.assign(queue=each.queue) for each in made if len(each.backtest)]
    columns = ["queue", "method", "horizon", "origins", "rmse", "bias", "coverage_80", "chosen"]
    found = pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    return found.round({"rmse": 5, "bias": 5, "coverage_80": 4})


def told(made: Forecast) -> list[str]:
    """The method, its errors by months ahead, where it does not hold, and what was noticed, a line each."""
    errors = ", ".join(f"{words.percent(error)} {ahead} ahead" for ahead, error in made.error.items()) or "not known: the history is too short"
    holds = " ".join(filter(None, (outlook.against_naive(made), outlook.coverage_in_words(made))))
    lines = [f"{made.queue}: {words.title(made.method).lower()}; typical error by months ahead: {errors}.", *([holds] if holds else [])]
    return [*lines, *(f"- {notice}" for notice in made.notices)]
