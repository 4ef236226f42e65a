"""Months, days, opening hours and public holidays: the only module that knows how long a period is."""

from typing import Annotated

from planner.parameters import (
    Field, Fraction, MonthLabel, Name, Parameters, Unit,
)

DayHours = Annotated[str, Field(pattern=r"^(closed|([01]\d|2[0-3]):[0-5]\d-([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00))$"), Unit("hh:mm-hh:mm")]


class Horizon(Parameters):
    """The months that are planned."""

    first_month: MonthLabel
    """The first month of the plan, as 2027-01. Yours: pick the month you plan from."""

    months: Annotated[int, Field(ge=1, le=120), Unit("months")] = 36
    """How many months are planned. Assumption: three years."""


class OpeningHours(Parameters):
    """When a queue is open, in its own local time, and what happens on public holidays."""

    days: Annotated[tuple[DayHours, ...], Field(min_length=7, max_length=7)] = ("08:00-20:00",) * 5 + ("closed",) * 2
    """Opening hours of Monday to Sunday, each as 08:00-20:00 or closed. Assumption: weekdays from 8 to 20."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Country whose public holidays apply, as two letters (US, DE). Empty: no public holidays. Yours: where the customers are."""

    subdivision: Name | None = None
    """State or region of that country, as its short code (CA, BY). Yours: where the customers are."""

    holiday_share: Fraction = 0.0
    """Contacts on a public holiday as a share of the same weekday without one; 0 means closed. Assumption: closed."""
