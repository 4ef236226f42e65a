"""A forecast shown: history and months to come with their band, what the back-test says of every method, and the profile of each month."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure, Heatmap, Scatter

from planner.forecast import METHODS, QUANTILES, Forecast
from planner.forecast.backtest import LEAST_ORIGINS
from planner.forecast.methods import WORDS
from planner.horizon import DAYS
from planner.intake import Profiles
from planner.report import words
from planner.report.charts import figure, look, month_axis, y_axis
from planner.report.heat import clock

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
BANDS = ((0.90, 0.12), (0.80, 0.16), (0.50, 0.24))
"""Share of outcomes that a band holds, and how strongly it is inked."""
NAIVE = ("last_year", "level_season")
AHEAD = {1: "a month", 3: "three months", 6: "half a year", 12: "a year", 24: "two years"}
SHORT = {
    "last_year": "Same month last year", "level_season": "Last level × season", "level_rates": "Last level × season, by days", "ets": "Smoothing",
    "stl_ets": "Season out, best trend", "stl_damped": "Season out, damped trend", "stl_theta": "Season out, theta", "combination": "Mean of four methods",
    "as chosen": "Chosen anew each month", "last_rates": "Last year by days",
}  # fmt: skip


# History and forecast ------------------------------------------------------------------------------------------------------------------------


def history_and_forecast(months: Sequence[str], history: Array, forecast: Forecast, dark: bool = False) -> Figure:
    """A queue's history by month, and its forecast within the bands of 50, 80 and 90 %; where there is an overlay the bare statistics stay as a dashed line."""
    chosen, every = look(dark), [*months, *forecast.months]
    joined = [months[-1], *forecast.months] if len(months) else list(forecast.months)
    last = history[-1:] if len(months) else np.array([])
    traces = _bands(joined, last, forecast, chosen.required)
    traces.append(_line(months, history, "History", chosen.ink, 1.8, "solid", "%{y:,.0f} contacts"))
    if has_overlay(forecast):
        traces.append(_line(joined, np.concatenate([last, forecast.contacts]), "Statistics alone", chosen.soft, 1.8, "dash", "%{y:,.0f} without overlay"))
    name = "Forecast with overlay" if has_overlay(forecast) else "Forecast"
    told = ["", *_ranges(forecast)] if len(months) else _ranges(forecast)
    line = _line(joined, np.concatenate([last, forecast.overlay_contacts]), name, chosen.required, 2.5, "solid", "%{y:,.0f} contacts%{customdata}")
    traces.append(line.update(customdata=told))
    edge = {"type": "line", "xref": "x", "yref": "paper", "x0": f"{forecast.months[0]}-01", "x1": f"{forecast.months[0]}-01", "y0": 0, "y1": 1,
            "line": {"color": chosen.line, "width": 1}}  # fmt: skip
    upright = y_axis(dark, "contacts a month", rangemode="tozero")
    margin = {"l": 8, "r": 8, "t": 40, "b": 8}
    return figure(traces, dark, 380, showlegend=True, margin=margin, xaxis=month_axis(every, dark), yaxis=upright, shapes=[edge])


def has_overlay(forecast: Forecast) -> bool:
    """Whether the planner's overlay changes any month."""
    return not np.allclose(forecast.contacts, forecast.overlay_contacts, rtol=1e-9, atol=0)


def _days(months: Sequence[str]) -> list[str]:
    return [f"{month}-01" for month in months]


def _line(months: Sequence[str], values: Array, name: str, colour: str, width: float, dash: str, hover: str) -> Scatter:
    return Scatter(x=_days(months), y=values, name=name, mode="lines", line={"color": colour, "width": width, "dash": dash}, hovertemplate=hover)


def _bands(months: Sequence[str], last: Array, forecast: Forecast, colour: str) -> list[Scatter]:
    """Each band as one closed shape, the widest first, so that they darken towards the middle."""
    return [_band(months, last, forecast, share, _inked(colour, ink)) for share, ink in BANDS]


def _band(months: Sequence[str], last: Array, forecast: Forecast, share: float, fill: str) -> Scatter:
    low, high = (np.concatenate([last, forecast.overlay_quantiles[_row(edge)]]) for edge in ((1 - share) / 2, (1 + share) / 2))
    days = _days(months)
    return Scatter(
        x=[*days, *reversed(days)], y=np.concatenate([high, low[::-1]]), name=f"{words.percent(share)} of outcomes", mode="lines", fill="toself",
        fillcolor=fill, line={"width": 0, "color": fill}, hoverinfo="skip",
    )  # fmt: skip


def _row(quantile: float) -> int:
    return int(np.argmin(np.abs(np.array(QUANTILES) - quantile)))


def _inked(colour: str, share: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def _ranges(forecast: Forecast) -> list[str]:
    low, high = forecast.overlay_quantiles[_row(0.10)], forecast.overlay_quantiles[_row(0.90)]
    return [f"<br>80 %: {words.count(float(least))} to {words.count(float(most))}" for least, most in zip(low, high, strict=True)]


def outlook_in_words(forecast: Forecast, history: Array) -> str:
    """What the first forecast year brings against the last year of the history, and how wide its band is at the end."""
    ahead = min(12, len(forecast.months))
    total = float(forecast.overlay_contacts[:ahead].sum())
    text = f"{words.count(total)} contacts from {words.month_name(forecast.months[0])} to {words.month_name(forecast.months[ahead - 1])}"
    if ahead == 12 and len(history) >= 12:
        change = total / float(history[-12:].sum()) - 1
        text += f", {_more_or_less(change)} the twelve months before"
    low, high = (float(forecast.overlay_quantiles[_row(edge), -1]) for edge in (0.10, 0.90))
    return f"{text}. In {words.month_name(forecast.months[-1])} eight of ten outcomes lie between {words.count(low)} and {words.count(high)}."


def _more_or_less(change: float) -> str:
    if abs(change) < 0.005:
        return "as many as in"
    return f"{words.percent(abs(change))} {'more' if change > 0 else 'fewer'} than in"


# The back-test -------------------------------------------------------------------------------------------------------------------------------


def error_by_horizon(backtest: "pd.DataFrame", method: str, dark: bool = False) -> Figure:
    """Error by months ahead: the method used strong, the two benchmarks of every spreadsheet dashed, the other methods thin."""
    names = [name for name in METHODS if (backtest["method"] == name).any()]
    traces, labels = [], []
    for name in sorted(names, key=lambda name: (name == method, name in NAIVE)):
        rows = backtest[backtest["method"] == name]
        colour, width, dash = _style(name, method, dark)
        ahead, error = rows["horizon"].to_numpy(dtype=float), 100 * rows["rmse"].to_numpy(dtype=float)
        style = {"color": colour, "width": width, "dash": dash}
        hover = f"{SHORT[name]}, %{{x}} months ahead: %{{y:.1f}} %<extra></extra>"
        mode = "lines+markers" if name == method else "lines"
        line = Scatter(x=ahead, y=error, name=SHORT[name], mode=mode, line=style, marker={"size": 8}, hovertemplate=hover)
        traces.append(line.update(opacity=1.0 if width > 1 else 0.7))
        labels += [(float(error[-1]), SHORT[name], colour)] if name == method or name in NAIVE else []
    across = _plain(dark, "months ahead", type="log", tickvals=list(AHEAD), ticktext=[str(ahead) for ahead in AHEAD], range=[-0.05, np.log10(26)])
    upright = y_axis(dark, "error, %", rangemode="tozero", nticks=5)
    margin = {"l": 8, "r": 150, "t": 12, "b": 8}
    return figure(traces, dark, 300, hovermode="closest", xaxis=across, yaxis=upright, annotations=_ends(labels, traces), margin=margin)


def _style(name: str, method: str, dark: bool) -> tuple[str, float, str]:
    chosen = look(dark)
    if name == method:
        return chosen.required, 3.0, "solid"
    return (chosen.short, 1.6, "dash" if name == NAIVE[0] else "dot") if name in NAIVE else (chosen.soft, 0.9, "solid")


def _ends(labels: list[tuple[float, str, str]], traces: Sequence[Scatter]) -> list[dict[str, Any]]:
    """Names beside the ends of lines, at least 16 px apart."""
    top = max((float(np.nanmax(trace.y)) for trace in traces), default=1.0) or 1.0
    placed, notes = -np.inf, []
    for value, text, colour in sorted(labels):
        wanted = value / top * 250
        place = max(wanted, placed + 16)
        last = max(float(np.max(trace.x)) for trace in traces)
        notes.append({"x": np.log10(last), "y": value, "yshift": place - wanted, "xshift": 8, "xanchor": "left", "showarrow": False, "text": text,
                      "font": {"color": colour, "size": 13}})  # fmt: skip
        placed = place
    return notes


def _plain(dark: bool, title: str, **more: Any) -> dict[str, Any]:
    chosen = look(dark)
    lines = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True, "ticks": "outside", "ticklen": 4, "tickcolor": chosen.line,
             "linecolor": chosen.line}  # fmt: skip
    return {**lines, "tickfont": {"color": chosen.soft}, "title": {"text": title, "standoff": 8, "font": {"color": chosen.soft, "size": 13}}, **more}


def error_in_words(error: dict[int, float]) -> str:
    """How far off the method was by months ahead.

    >>> error_in_words({1: 0.063, 12: 0.109})
    'Its error was 6.3 % a month ahead and 11 % a year ahead.'
    """
    parts = [f"{words.percent(value)} {AHEAD[ahead]} ahead" for ahead, value in error.items() if np.isfinite(value)]
    if not parts:
        return "The history is too short to measure an error of its own; the band is assumed, not measured."
    return f"Its error was {', '.join(parts[:-1])}{' and ' if len(parts) > 1 else ''}{parts[-1]}."


def method_in_words(name: str) -> str:
    """What a method does, without the names of the program.

    >>> method_in_words("ets"), method_in_words("last_year")
    ('Smoothed level and season', 'Same month of the last known year')
    """
    combined = "mean of four: last level times season by days, smoothing, and season taken out with the best or a damped trend"
    text = combined if name == "combination" else WORDS.get(name, name)
    return text[:1].upper() + text[1:]


def why(forecast: Forecast, picked: bool) -> str:
    """The method used, and what it was chosen against."""
    name = method_in_words(forecast.method)
    if forecast.method not in METHODS:
        return f"Method: {name}. The history is too short for a choice."
    if picked:
        return f"Method: {name}, as you set it. {against_naive(forecast)}".strip()
    rule = "no other was better by a twentieth" if forecast.method == "combination" else "its errors were smallest, by more than a twentieth"
    return f"Method: {name}. Tried on {_origins(forecast)} past months as if they were today: {rule}. {against_naive(forecast)}".strip()


def _origins(forecast: Forecast) -> str:
    found = forecast.backtest["origins"]
    return words.count(float(found.max())) if len(found) else "no"


def against_naive(forecast: Forecast) -> str:
    """Where the method beats the two forecasts of every spreadsheet, and where those were better, by how much; empty where neither is known."""
    found = {name: lost for name in NAIVE if (lost := _lost(forecast.backtest, forecast.method, name)) is not None}
    beaten = [BENCHMARK[name] for name, lost in found.items() if not lost]
    told = [f"It beats {' and '.join(beaten)} at every distance."] if beaten else []
    told += [_better(BENCHMARK[name], lost) for name, lost in found.items() if lost]
    lately = {name: _lately(forecast, name, {ahead for ahead, _, _ in lost}) for name, lost in found.items()}
    told += [f"In the later half of the past months tried, {_better(BENCHMARK[name], lost, begins=False)}" for name, lost in lately.items() if lost]
    return " ".join(told)


def _lately(forecast: Forecast, naive: str, told: set[int]) -> list[tuple[int, float, float]]:
    """The same over the later half of the back-test alone, at distances that were not told yet and that were tried often enough."""
    frame = forecast.recent_backtest
    if frame is None:
        return []
    known = frame[frame["origins"] >= LEAST_ORIGINS]
    return [each for each in _lost(known, forecast.method, naive) or [] if each[0] not in told]


def _better(benchmark: str, lost: Sequence[tuple[int, float, float]], begins: bool = True) -> str:
    """At which distances a benchmark was as good as the method or better, with both errors."""
    off = [f"{AHEAD[ahead]} ahead ({_exact_percent(theirs)} off against {_exact_percent(mine)})" for ahead, mine, theirs in lost]
    how = "better" if all(theirs < mine for _, mine, theirs in lost) else "as good or better"
    return f"{benchmark[:1].upper() if begins else benchmark[:1]}{benchmark[1:]} was {how} {', '.join(off[:-1])}{' and ' if len(off) > 1 else ''}{off[-1]}."


def _exact_percent(share: float) -> str:
    return f"{words.number(100 * share, 1)} %"


BENCHMARK = {"last_year": "the same month of last year", "level_season": "last year's level times season"}


def _lost(backtest: "pd.DataFrame", method: str, naive: str) -> list[tuple[int, float, float]] | None:
    """The months ahead at which a benchmark is as good as the method, with the method's error and its own; None where that is not known."""
    own, rows = ({ahead: rmse for name, ahead, rmse in _errors(backtest) if name == wanted} for wanted in (method, naive))
    pairs = [(ahead, own[ahead], theirs) for ahead, theirs in rows.items() if ahead in own]
    return [(ahead, mine, theirs) for ahead, mine, theirs in pairs if mine >= theirs] if pairs and method != naive else None


def _errors(backtest: "pd.DataFrame") -> Iterator[tuple[str, int, float]]:
    """Method, months ahead and error of every row that has one."""
    rows = zip(backtest["method"], backtest["horizon"], backtest["rmse"], strict=True)
    return ((str(name), int(ahead), float(rmse)) for name, ahead, rmse in rows if np.isfinite(rmse))


def coverage_in_words(forecast: Forecast) -> str:
    """How many outcomes the 80 % band held at each distance; empty where that is not known."""
    mine = forecast.backtest[forecast.backtest["method"] == forecast.method]
    held = [(AHEAD[ahead], share) for ahead, share in zip(mine["horizon"], mine["coverage_80"], strict=True) if np.isfinite(share)]
    if not held:
        return ""
    low, high = min(share for _, share in held), max(share for _, share in held)
    text = f"Its 80 % band held {words.percent(low)} to {words.percent(high)} of outcomes" if words.percent(low) != words.percent(high) else ""
    text = text or f"Its 80 % band held {words.percent(low)} of outcomes"
    wrong = [f"{words.percent(share)} {ahead} ahead, where it is too {_too(share)}" for ahead, share in held if _too(share)]
    return f"{text}{', ' + ' and '.join(wrong) if wrong else ''}."


COVERED = (0.72, 0.88)
"""Between these shares an 80 % band is taken as honest."""


def _too(share: float) -> str:
    return "narrow" if share < COVERED[0] else "wide" if share > COVERED[1] else ""


def backtest_table(backtest: "pd.DataFrame", method: str) -> "pd.DataFrame":
    """Every method by months ahead, in per cent, the method used first and marked, with how many outcomes its 80 % band held."""
    import pandas as pd

    names = sorted(backtest["method"].unique(), key=lambda name: (name != method, name == "as chosen"))
    return pd.DataFrame([_method_row(backtest[backtest["method"] == name], name, method) for name in names])


def _method_row(rows: "pd.DataFrame", name: str, method: str) -> dict[str, str]:
    told = {"Method": SHORT.get(name, name), "": "✓ used" if name == method else ""}
    for ahead, error in zip(rows["horizon"], rows["rmse"], strict=True):
        told[f"{AHEAD[ahead]} ahead"] = _exact_percent(error)
    held = {ahead: share for ahead, share in zip(rows["horizon"], rows["coverage_80"], strict=True) if np.isfinite(share)}
    told["80 % band held, a year ahead"] = words.percent(held[12]) if 12 in held else "not known"
    return told | {"Trials": words.count(float(rows["origins"].max()))}


# Profiles ------------------------------------------------------------------------------------------------------------------------------------


def last_months(profiles: Profiles, count: int) -> Profiles:
    """The last months of profiles."""
    return Profiles(profiles.months[-count:], profiles.contacts[-count:], profiles.days[-count:])


def profile_shares(profiles: Profiles) -> Array:
    """The shape of each month: shares of a day's contacts by interval [M, S], or of a week's by weekday where the file has days [M, 7]; NaN without any.

    A mean day weighs each weekday by its days in the month.
    """
    if profiles.contacts.shape[2] == 1:
        values = profiles.week
    else:
        days = profiles.days[:, :, None]
        values = (profiles.contacts * days).sum(axis=1) / np.maximum(days.sum(axis=1), 1)
    total = values.sum(axis=1, keepdims=True)
    shares: Array = np.divide(values, total, out=np.full_like(values, np.nan), where=total > 0)
    return shares


def profile_heat(profiles: Profiles, dark: bool = False) -> Figure:
    """The profile of each month as a map: months down; intervals of the day, or weekdays, across."""
    shares = profile_shares(profiles)
    used = np.flatnonzero(np.nansum(shares, axis=0) > 0)
    span = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 0)
    by_day = profiles.contacts.shape[2] == 1
    names = [day[:3] for day in DAYS] if by_day else [clock(slot, shares.shape[1]) for slot in range(shares.shape[1])]
    unit = "% of the week" if by_day else "% of the day"
    titles = [words.month_name(month) for month in profiles.months]
    chosen = look(dark)
    trace = Heatmap(
        z=np.where(shares > 0, 100 * shares, np.nan)[:, span], x=names[span], y=titles, colorscale=_scale(dark), xgap=1, ygap=1 if len(titles) <= 60 else 0,
        hoverongaps=False, hovertemplate=f"%{{y}}, %{{x}}: %{{z:.1f}} {unit}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": chosen.soft}, "title": {"text": unit, "font": {"color": chosen.soft, "size": 13}}},
    )  # fmt: skip
    across_step, down_step = max(1, -(-len(names[span]) // 10)), max(1, -(-len(titles) // 14))
    across = _plain(dark, "", type="category", tickvals=names[span][::across_step], tickangle=0)
    upright = _plain(dark, "", type="category", autorange="reversed", tickvals=titles[::down_step], ticks="")
    return figure([trace], dark, int(min(460, 90 + 26 * len(titles))), hovermode="closest", xaxis=across, yaxis=upright)


def _scale(dark: bool) -> list[list[Any]]:
    return [[0.0, "#15202C"], [0.35, "#1F4E74"], [1.0, "#8FD0FA"]] if dark else [[0.0, "#F4F8FB"], [0.4, "#9CC7E6"], [1.0, "#00507F"]]
