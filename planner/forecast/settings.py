"""What a planner may set for a forecast: the calendar of the history, marked events, and an overlay that stays apart from the statistics."""

from datetime import date
from typing import Annotated, Literal

from planner.demand import Event
from planner.errors import Fault
from planner.horizon import region_faults
from planner.parameters import AnnualChange, Field, MonthLabel, Multiple, Name, Parameters, Unit

Weight = Annotated[float, Field(ge=0, le=1e9)]
MethodName = Literal["last_year", "level_season", "level_rates", "ets", "stl_ets", "stl_damped", "stl_theta", "combination"]


class MarkedEvent(Parameters):
    """Days of the history, or days to come, that are not like others: an outage, a strike, a campaign."""

    name: Name
    """What happened. Events of one name share one effect. Yours: name it as your team does."""

    first_day: date
    """The first day of the event. Yours: from the calendar of events."""

    last_day: date
    """The last day of the event. Yours: from the calendar of events."""

    treatment: Literal["exclude", "estimate"] = "exclude"
    """Exclude the days from what is learnt, or estimate how many times the usual contacts such a day brings and give that to days to come.
    Assumption: exclude."""


class Overlay(Parameters):
    """What the planner knows and the history does not. It multiplies the statistical forecast and is kept apart from it."""

    growth_annual: AnnualChange = 0.0
    """Growth of contacts a year on top of the forecast, compounded monthly from its first month on. Assumption: none."""

    aht_drift_annual: AnnualChange = 0.0
    """Drift of handle time a year on top of the forecast, compounded monthly from its first month on. Assumption: none."""

    events: tuple[Event, ...] = ()
    """Dated events in months to come. Do not repeat those of the scenario's queue: both would act. Yours: campaigns, outages, launches."""


class NewQueue(Parameters):
    """A queue without a history that will behave like one that has one."""

    name: Name
    """The new queue. Yours: name it as your team does."""

    share: Multiple = 1.0
    """Contacts of the new queue, once it is at its full size, per contact of the old one. Yours: from the business case."""

    first_month: MonthLabel
    """The first month with contacts. Yours: from the launch plan."""

    ramp_months: Annotated[int, Field(ge=0, le=60), Unit("months")] = 0
    """Months until it has its full size, growing by equal steps; 0 starts in full. Assumption: in full from the first month."""


class ForecastSettings(Parameters):
    """How one queue's history is forecast."""

    months: Annotated[int, Field(ge=1, le=60), Unit("months")] = 36
    """How many months are forecast, from the month after the last whole month of the history. Assumption: three years."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Country whose public holidays the history keeps, as two letters (US, DE). Empty: none. Yours: where the customers are."""

    subdivision: Name | None = None
    """State or region of that country, as its short code (CA, BY). Yours: where the customers are."""

    week_weights: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)] | None = None
    """Weight of Monday to Sunday in a week's contacts. Empty: measured from a daily history; all days alike for weeks and months, which do not show it.
    Yours: from the interval history of the queue."""

    holiday_share: Annotated[float, Field(ge=0, le=10), Unit("%", 100)] | None = None
    """Contacts on a public holiday as a share of the same weekday without one. Empty: measured from a daily history; as many as on any day for weeks
    and months. Yours: from the interval history of the queue."""

    events: tuple[MarkedEvent, ...] = ()
    """Days that are not like others. Yours: outages, strikes, campaigns."""

    method: MethodName | None = None
    """The method to use. Empty: chosen by back-test. Assumption: chosen by back-test."""

    overlay: Overlay = Overlay()
    """What you know and the history does not, on top of the statistical forecast. Assumption: nothing."""


def settings_faults(settings: ForecastSettings, place: str = "forecast") -> list[Fault]:
    """Everything that is wrong between the settings: an unknown region, a week without weight, an event that ends before it begins.

    >>> settings_faults(ForecastSettings(week_weights=(0,) * 7))[0].problem
    'no day of the week has weight'
    """
    faults = region_faults(settings.country, settings.subdivision, place)
    if settings.week_weights is not None and not sum(settings.week_weights) > 0:
        faults.append(Fault(f"{place}.week_weights", "no day of the week has weight", "Give at least one day a weight, or leave it empty."))
    for event in settings.events:
        if event.last_day < event.first_day:
            remedy = "Give a last day on or after the first."
            faults.append(Fault(f"{place}.events.{event.name}.last_day", "the event ends before it begins", remedy, str(event.last_day)))
    return faults
