"""The hiring funnel by source, recruiters, interview hours, referrals, time to fill, latest date to open a requisition."""

from typing import Annotated

from planner.parameters import (
    Days, Field, Fraction, Heads, Hours, Money, Multiple, Name, Parameters, Unit, WholeHeads,
)

Conversion = Annotated[float, Field(gt=0, le=1), Unit("%", 100)]


class Funnel(Parameters):
    """Share that passes each stage, from applicant to the first day."""

    screened: Conversion = 0.35
    """Applicants who are screened. Assumption: 35 %."""

    interviewed: Conversion = 0.45
    """Screens that lead to an interview. Assumption: 45 %."""

    offered: Conversion = 0.50
    """Interviews that lead to an offer. Assumption: 50 %."""

    accepted: Conversion = 0.75
    """Offers that are accepted. Assumption: 75 %."""

    started: Conversion = 0.92
    """Acceptances that appear on the first day. Assumption: 92 %."""


class Source(Parameters):
    """One way people are found: a board, referrals, an agency, a campus, passive candidates."""

    name: Name
    """What it is called. Yours: as your recruiters call it."""

    funnel: Funnel = Funnel()
    """How applicants turn into starts. Assumption: see its parts."""

    cost_per_hire: Money = 4_425.0
    """Advertising, agency and other outlay for one start. Source: SHRM 2017, $4,425 all in."""

    starts_max_monthly: Heads | None = None
    """Most starts a month that it yields for all groups together. Empty: not limited. Yours: from last year's starts."""

    referrals_per_head_monthly: Annotated[float, Field(ge=0, le=1), Unit("a head a month")] | None = None
    """Applicants that each head refers in a month; makes the source grow with headcount. Empty: no referral source. Source: 0.03 in the direction of Burks et al. 2015; 0.01 to 0.1."""

    referral_saturation: Annotated[float, Field(gt=0, le=100), Unit("referred starts a head")] | None = None
    """Referred starts a month per head at which the rate has halved. Empty: no saturation. Assumption: none."""

    time_to_fill_median_days: Days = 30.0
    """Median days from opening a requisition to the first day. Source: SHRM 36 days on average; 15 to 60."""

    time_to_fill_sigma: Annotated[float, Field(ge=0, le=3), Unit("")] = 0.5
    """Spread of the time to fill: standard deviation of its logarithm. Assumption: 0.5."""

    exit_multiplier: Multiple = 1.0
    """Probability of leaving against the group's own. Source: 0.85 for referred people, in the direction of Burks et al. 2015."""


class Hiring(Parameters):
    """How people are found, and what finding them takes."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = (Source(name="boards"),)
    """The ways people are found, the preferred one first. Yours: your channels."""

    hours_per_applicant: Hours = 0.05
    """Recruiter hours to read one application. Assumption: 3 minutes."""

    hours_per_screen: Hours = 1 / 3
    """Recruiter hours for one screen. Assumption: 20 minutes."""

    hours_per_offer: Hours = 0.75
    """Recruiter hours for one offer. Assumption: 45 minutes."""

    recruiter_role: Name = "recruiter"
    """The role of the organisation that does this. Yours: the name in your ladder."""

    recruiter_hours_monthly: Annotated[float, Field(gt=0, le=300), Unit("h")] = 130.0
    """Hours a month one recruiter has for it. Assumption: 130."""

    interview_panel: Annotated[float, Field(ge=0, le=10), Unit("people")] = 2.0
    """People in an interview. Assumption: two."""

    interview_hours: Hours = 0.75
    """Hours of an interview. Assumption: 45 minutes."""

    interview_preparation_hours: Hours = 0.25
    """Hours each of them prepares and writes up. Assumption: 15 minutes."""

    interviewer_role: Name = "team_lead"
    """The role that interviews. Yours: the name in your ladder."""

    interviewer_hours_monthly: Annotated[float, Field(gt=0, le=300), Unit("h")] = 150.0
    """Hours a month one of them works. Assumption: 150."""

    interview_share_max: Fraction = 0.10
    """Largest share of their time that may go into interviews. Assumption: 10 %."""

    class_fill_certainty: Annotated[float, Field(gt=0, lt=1), Unit("%", 100)] = 0.9
    """Certainty with which the offers made fill a class. Assumption: 90 %."""

    starts_max_monthly: WholeHeads | None = None
    """Most frontline starts a month over all groups. Empty: not limited; 0 is a hiring freeze. Yours: your approval."""
