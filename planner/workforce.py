"""Cohorts by tenure: survival, washout, ramp; heads and effective FTE of one start, month by month."""

from typing import Annotated

from planner.parameters import (
    Field, Fraction, Heads, Months, Parameters, Unit, Weeks, WholeHeads,
)

Tenure = Annotated[float, Field(ge=0, le=600), Unit("months")]


class TenureHeads(Parameters):
    """Qualified people in post on day 1, by tenure since they left nesting."""

    tenure_months: Tenure
    """Months since they left nesting. Yours: from your HR records."""

    heads: Heads
    """How many people. Yours: from your HR records."""


class TenureBand(Parameters):
    """The probability of leaving within a month, up to a tenure."""

    up_to_months: Annotated[float, Field(gt=0, le=600), Unit("months")] | None
    """The band ends here; empty for the last band. Yours: where your leaver curve bends."""

    exit_probability_monthly: Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)]
    """Probability of leaving within a month. Yours: leavers over people and months exposed."""


class Ramp(Parameters):
    """Proficiency after nesting: final - (final - start) exp(-rate x tenure)."""

    start: Annotated[float, Field(gt=0, le=1.5), Unit("%", 100)] = 0.65
    """Proficiency on leaving nesting: the tenured handle time over theirs. Source: handle time 1.54 times the tenured one (WFM Labs; 1.3 to 1.8)."""

    rate_monthly: Annotated[float, Field(gt=0, le=20), Unit("a month")] = 0.5
    """How fast the gap closes; 0.5 closes 90 % of it in 4.6 months. Source: 3 to 6 months for routine work, 9 to 18 for complex (WFM Labs)."""

    final: Annotated[float, Field(gt=0, le=1.5), Unit("%", 100)] = 1.0
    """Proficiency of settled people. Assumption: 100 %, by which all others are measured."""


class Workforce(Parameters):
    """The frontline people of a group: who is there, how they leave, how they learn."""

    opening: tuple[TenureHeads, ...] = ()
    """Qualified people in post on the first day, by tenure. Yours: from your HR records."""

    opening_classroom: Heads = 0.0
    """People who begin classroom training on the first day without being starts of the plan. Yours: classes already sitting."""

    opening_nesting: Heads = 0.0
    """People who begin nesting on the first day. Yours: classes already on the floor."""

    signed_starts: tuple[WholeHeads, ...] = ()
    """Starts already signed for the first months of the plan, whatever the time to fill. Yours: signed offers."""

    tenure_bands: Annotated[tuple[TenureBand, ...], Field(min_length=1)] = (
        TenureBand(up_to_months=3, exit_probability_monthly=0.05),
        TenureBand(up_to_months=6, exit_probability_monthly=0.035),
        TenureBand(up_to_months=None, exit_probability_monthly=0.022),
    )
    """Probability of leaving by months since nesting. Source: shaped by practice (WFM Labs: 15 to 25 % of a class gone by day 90); the figures are an assumption."""

    annual_attrition: Annotated[float, Field(ge=0, le=5), Unit("% a year", 100)] | None = None
    """Separations over average heads in a year; where given it replaces the bands. Source: 35 % is common, 15 to 60 % seen (ContactBabel 27 %, ICMI 29 to 33 %)."""

    classroom_weeks: Weeks = 4.0
    """Weeks in the classroom. Source: 4.2 weeks on average (Batt, Doellgast and Kwon 2005)."""

    nesting_weeks: Weeks = 4.0
    """Weeks of nesting: real contacts with a mentor at hand. Source: weeks 3 to 8 (WFM Labs)."""

    classroom_washout: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.12
    """Share of a class that does not finish the classroom. Assumption: shaped by practice, 5 to 25 % seen."""

    nesting_washout: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.06
    """Share of nesters who do not finish nesting. Assumption: shaped by practice."""

    nesting_proficiency: Fraction = 0.4
    """Proficiency in nesting. Assumption: 40 %."""

    ramp: Ramp = Ramp()
    """How proficiency grows after nesting. Source: see its parts."""
