"""History by day, week or month -> contacts and handle time by month, with a back-test that is shown whole and an error that is honest.

Read it in this order: history (what comes in, and what is wrong with it), settings, days (weekday weights, public holidays, marked events ->
month rates), methods, backtest (rolling origins, choice, band), outlook (the forecast, the planner's overlay, its use in a scenario).
"""

from planner.forecast.backtest import HORIZONS, Backtest, Stopped
from planner.forecast.history import History, histories, history_faults
from planner.forecast.methods import METHODS
from planner.forecast.outlook import QUANTILES, Forecast, Past, apply_overlay, backtest, forecast, months_over, new_queue, use_forecast
from planner.forecast.settings import ForecastSettings, MarkedEvent, NewQueue, Overlay

__all__ = [
    "HORIZONS", "METHODS", "QUANTILES", "Backtest", "Forecast", "ForecastSettings", "History", "MarkedEvent", "NewQueue", "Overlay", "Past",
    "Stopped", "apply_overlay", "backtest", "forecast", "histories", "history_faults", "months_over", "new_queue", "use_forecast",
]  # fmt: skip
