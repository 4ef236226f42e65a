"""Contacts and handle time by month, and their spread over the days and intervals of each month."""

from typing import Annotated, Literal

from planner.horizon import OpeningHours
from planner.parameters import (
    AnnualChange, Change, Contacts, Field, Fraction, Growth, MonthLabel, Multiple, Name, Parameters, Seconds, Unit,
)

Weight = Annotated[float, Field(ge=0, le=1e9)]


class Event(Parameters):
    """A dated event that changes contacts or handle time: a campaign, an outage, a product launch."""

    name: Name
    """What happens. Yours: name it as your team does."""

    first_month: MonthLabel
    """The first month with the effect. Yours: from the calendar of events."""

    months: Annotated[int, Field(ge=1, le=120), Unit("months")] = 1
    """How many months the effect lasts. Assumption: one month."""

    contacts_change: Change = 0.0
    """Change of contacts in those months; 10 % means a tenth more. Yours: from the last event of the kind."""

    aht_change: Change = 0.0
    """Change of handle time in those months. Yours: from the last event of the kind."""


class Demand(Parameters):
    """What one queue is offered, month by month and interval by interval."""

    contacts_monthly: tuple[Contacts, ...] | None = None
    """Contacts offered in each month of the horizon. Where given, it replaces base, growth and season. Yours: from your forecast."""

    base_contacts: Contacts | None = None
    """Contacts offered in the first month before season and events. Yours: from your forecast."""

    growth_monthly: Growth = 0.0
    """Growth of contacts a month, compounded from the first month. Assumption: none."""

    season: Annotated[tuple[Multiple, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12
    """Factor of each calendar month, January to December, on base contacts. Assumption: no season."""

    events: tuple[Event, ...] = ()
    """Dated events, on top of a series or of base, growth and season. Yours: campaigns, outages, launches."""

    aht_s: Seconds = 300.0
    """Average handle time: talk, hold and wrap-up. Source: one bank's call log, 180 to 600 s in practice; measure yours."""

    aht_monthly_s: tuple[Seconds, ...] | None = None
    """Average handle time of each month of the horizon. Where given, it replaces the single figure and its drift. Yours: from your forecast."""

    aht_drift_annual: AnnualChange = 0.0
    """Drift of handle time a year, compounded monthly. Assumption: none."""

    aht_scv: Annotated[float, Field(ge=0, le=20), Unit("")] = 1.4
    """Spread of handle time: variance over squared mean. Used where no patience is given (Erlang C, after Lee and Longton); with abandonment its effect nearly vanishes. Source: 1.27 for one type of call, 1.75 for all, in one bank's log."""

    interval_minutes: Literal[15, 30, 60] = 30
    """Length of a planning interval. Assumption: half an hour."""

    week_profile: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)] | None = None
    """Weight of Monday to Sunday in a week's contacts; 0 on closed days. Empty: equal on open days. Yours: from your history."""

    day_profile: Annotated[tuple[tuple[Weight, ...], ...], Field(min_length=1, max_length=7)] | None = None
    """Weight of each interval from midnight, as one row for every day or seven rows from Monday; 0 outside opening hours. Empty: flat. Yours: from your history."""

    day_cv: Fraction = 0.0
    """Day-to-day forecast error: standard deviation over mean of a day's contacts around its forecast. Assumption: none; 6 % at a large bank, 11 to 18 % at a small one, 16 % at a city line."""

    opening: OpeningHours = OpeningHours()
    """When the queue is open. Yours: from your service description."""
