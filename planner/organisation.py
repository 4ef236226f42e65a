"""Spans and ratios, the ladder of roles, promotion and external fill, the ready bench, lead time."""

from typing import Annotated, Literal

from planner.parameters import (
    Field, Fraction, Heads, Money, Months, Name, Parameters, Ratio, Unit,
)

FRONTLINE = "frontline"


class UnitHeads(Parameters):
    """People in post on day 1 in one unit of a role."""

    unit: Name
    """The group or site, or all. Yours: as the role's scope says."""

    heads: Heads
    """How many people. Yours: from your HR records."""


class Role(Parameters):
    """One role of the ladder: whom it leads or supports, at what ratio, and how it is filled."""

    name: Name
    """The role's name in tables and files. Yours: team_lead, manager, executive, trainer, recruiter ..."""

    kind: Literal["leader", "support"] = "leader"
    """A leader leads people; a support role serves them by ratio. Yours."""

    leads: Name = FRONTLINE
    """The role counted for the ratio: frontline, or the name of a role below. The executive's 1 to 100 counts frontline people. Assumption: frontline."""

    span: Ratio
    """People of the role below (or frontline people) per head of this role. Source: ICMI 8 to 12 frontline people a team lead; 5 to 9 leads a manager is a practitioner's rule."""

    scope: Literal["group", "site", "all"] = "site"
    """Whether each group, each site or the whole organisation has its own. Assumption: by site."""

    opening_heads: tuple[UnitHeads, ...] = ()
    """People in post on the first day, by group, site or all. Yours: from your HR records."""

    lead_time_months: Annotated[int, Field(ge=0, le=36), Unit("months")] = 3
    """Months from starting a search outside to the first day. Assumption: 3 months; 6 for executives."""

    seek: Literal["ahead", "when_broken"] = "ahead"
    """Start searches ahead of the ratio by the lead time, or only once the ratio is broken. Assumption: ahead."""

    feeder: Name | None = None
    """The role promoted into this one: frontline, or a role below. Empty: nobody is promoted. Yours: your ladder."""

    internal_share: Fraction = 0.6
    """Share of vacancies filled by promotion. Source: direction from Bidwell and from Benson et al.; the value is an assumption."""

    time_in_grade_months: Months = 12.0
    """Months in the feeder role (after nesting for frontline people) before promotion. Assumption: 12, from 6 to 24."""

    ready_share: Fraction = 0.3
    """Share of those who reach that time who are ready to be promoted. Assumption: 30 %, from 10 to 50 %."""

    promotion_failure: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.2
    """Share of promotions that fail. Source: above zero (Benson, Li and Shue 2019); the value is an assumption."""

    return_share: Fraction = 1.0
    """Share of those who fail who return to the feeder role; the rest leave. Assumption: all return."""

    exit_probability_monthly: Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)] = 0.01
    """Probability of leaving within a month. Assumption: 1 %."""

    monthly_pay: Money
    """Gross pay a month of one person, in the reporting currency. Yours: from your payroll."""

    external_premium: Annotated[float, Field(ge=0, le=3), Unit("%", 100)] = 0.18
    """How much more a person from outside is paid. Source: Bidwell 2011, 18 %."""

    search_cost: Money = 0.0
    """Outlay for one appointment from outside. Assumption: none; agencies ask 15 to 30 % of a year's pay."""


class Organisation(Parameters):
    """Who leads and supports the frontline."""

    roles: tuple[Role, ...] = ()
    """The ladder from the bottom up, then the support roles. Yours: your organisation."""
