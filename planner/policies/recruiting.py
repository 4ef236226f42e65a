"""Invest in hiring: recruiters, managers' time for interviews, a referral programme, offers to people who have jobs."""

from typing import Annotated

from planner import hiring
from planner.hiring import Funnel, Hiring, Source
from planner.organisation import Role
from planner.parameters import Change, Days, Field, Fraction, Growth, Heads, Money, Unit
from planner.policies.policy import A_MONTH, HOURS, MONEY, MONTHLY, PLAIN, SHARE, Figure, People, Policy, PolicyParameters, growth_of, people_of
from planner.scenario import Scenario, moved
from planner.training import starts_for_growth

REFERRALS, AT_WORK = "referrals", "people who have jobs"
DERIVED = "Derived"
CLASS = 20


class Recruiting(PolicyParameters):
    """What is put into finding people."""

    more_recruiters: Change = 0.25
    """More recruiters for the same number of people than the scenario has. Assumption: a quarter more."""

    interview_share_max: Fraction | None = None
    """Largest share of their time that interviewers may give to interviews. Empty: the scenario's own. Assumption: 10 %."""

    referrals_per_head_monthly: Annotated[float, Field(ge=0, le=1), Unit("a head a month")] | None = 0.06
    """Applicants that each head refers in a month; a source of that name is made where there is none. Empty: the scenario's own referrals.
    Source: 0.03 in the direction of Burks et al. 2015, twice that with a programme is an assumption."""

    referral_bonus: Money = 500.0
    """Paid to who referred a person who starts, on top of what a referred start costs. Assumption: $500."""

    at_work_starts_max_monthly: Heads = 5.0
    """Most starts a month of people who have jobs and were asked to come; 0: none is asked. Assumption: 5."""

    at_work_acceptance: Annotated[float, Field(gt=0, le=1), Unit("%", 100)] = 0.1
    """Offers that people who have jobs accept. Assumption: one in ten; most say no."""

    at_work_cost_per_hire: Money = 6_000.0
    """Search and travel for one of them who starts, besides recruiters' and interviewers' hours. Assumption: $6,000."""

    at_work_time_to_fill_days: Days = 60.0
    """Median days until one of them starts. Assumption: 60, notice included."""

    growth_monthly: Growth | None = None
    """Growth that the figures are told for. Empty: what the scenario asks for on average. Yours: the growth to be tested."""

    @classmethod
    def neutral(cls) -> "Recruiting":
        """Hiring as in the scenario."""
        return cls(more_recruiters=0.0, referrals_per_head_monthly=None, referral_bonus=0.0, at_work_starts_max_monthly=0.0)


def apply(scenario: Scenario, chosen: Recruiting) -> Scenario:
    """The scenario with more recruiters and interview time, referrals and people who have jobs as its preferred sources."""
    changed = _hiring(scenario.hiring, chosen)
    roles = tuple(_recruiter(role, scenario.hiring, chosen) for role in scenario.organisation.roles)
    if changed == scenario.hiring and roles == scenario.organisation.roles:
        return scenario
    return scenario.but(hiring=changed, organisation=scenario.organisation.but(roles=roles))


def _recruiter(role: Role, given: Hiring, chosen: Recruiting) -> Role:
    more = chosen.more_recruiters if role.name == given.recruiter_role else 0.0
    return role.but(span=role.span / (1 + more)) if more else role


def _hiring(given: Hiring, chosen: Recruiting) -> Hiring:
    """Hiring with its sources: people who have jobs first, referrals before the rest, as both are capped and wanted."""
    sources = tuple(_referred(source, chosen) for source in given.sources)
    if chosen.referrals_per_head_monthly and not any(_is_referral(source) for source in sources):
        sources = (_referred(Source(name=REFERRALS, exit_multiplier=0.85, referrals_per_head_monthly=0.0, cost_per_hire=0.0), chosen), *sources)
    if chosen.at_work_starts_max_monthly > 0:
        sources = (_at_work(chosen), *(source for source in sources if source.name != AT_WORK))
    share = given.interview_share_max if chosen.interview_share_max is None else chosen.interview_share_max
    return given.but(sources=sources, interview_share_max=share)


def _is_referral(source: Source) -> bool:
    return source.referrals_per_head_monthly is not None


def _referred(source: Source, chosen: Recruiting) -> Source:
    if not _is_referral(source):
        return source
    rate = source.referrals_per_head_monthly if chosen.referrals_per_head_monthly is None else chosen.referrals_per_head_monthly
    return source.but(referrals_per_head_monthly=rate, cost_per_hire=source.cost_per_hire + chosen.referral_bonus)


def _at_work(chosen: Recruiting) -> Source:
    return Source(
        name=AT_WORK,
        funnel=Funnel(screened=1.0, accepted=chosen.at_work_acceptance),
        cost_per_hire=chosen.at_work_cost_per_hire,
        starts_max_monthly=chosen.at_work_starts_max_monthly,
        time_to_fill_median_days=chosen.at_work_time_to_fill_days,
    )


def figures(scenario: Scenario, chosen: Recruiting) -> tuple[Figure, ...]:
    """Starts the growth needs and what finding them takes, source by source; what recruiters and interviewers carry; what referrals sustain."""
    applied = moved(apply(scenario, chosen))
    people, growth = people_of(applied), growth_of(scenario, chosen.growth_monthly)
    needed = float(starts_for_growth(growth * people.heads, people.heads, people.exit_probability_monthly, people.washout))
    means = f"At {growth:.1%} growth a month, exits and washout replaced."
    first = Figure("Starts needed a month", max(needed, 0.0), A_MONTH, means, DERIVED, "starts_monthly")
    return (first, *_capacities(applied), *(figure for source in applied.hiring.sources for figure in _of_source(applied, source, people, growth)))


def _capacities(scenario: Scenario) -> tuple[Figure, ...]:
    """Starts a month that recruiters and interviewers carry at first, all of them from the last source."""
    given, last = scenario.hiring, scenario.hiring.sources[-1]
    found = []
    for role, each, capacity in (
        (given.recruiter_role, hiring.recruiter_hours_per_start(given, last), hiring.recruiter_capacity_hours),
        (given.interviewer_role, hiring.interview_hours_per_start(given, last), hiring.interviewer_capacity_hours),
    ):
        heads = sum(entry.heads for other in scenario.organisation.roles if other.name == role for entry in other.opening_heads)
        means = f"The {heads:g} in post on the first day, all starts from {last.name}."
        carried = float(capacity(given, heads)) / each if each else None
        found.append(Figure(f"Starts a month that {role.replace('_', ' ')}s carry", carried, A_MONTH, means, DERIVED))
    return tuple(found)


def _of_source(scenario: Scenario, source: Source, people: People, growth: float) -> tuple[Figure, ...]:
    accepted, given = hiring.starts_per_offer(source.funnel), scenario.hiring
    offers = int(hiring.offers_for_class(CLASS, accepted, given.class_fill_certainty))
    hours = hiring.recruiter_hours_per_start(given, source) + hiring.interview_hours_per_start(given, source)
    lost = "Refused, or accepted and not there on the first day."
    found = (
        Figure(f"Offers that come to nothing: {source.name}", 1 - accepted, SHARE, lost, DERIVED, "offers_lost_share"),
        Figure(
            f"Offers for {CLASS} seats: {source.name}", float(offers), PLAIN,
            f"They fill the class with {given.class_fill_certainty:.0%} certainty; {offers - CLASS} more than seats.", "Binomial",
        ),
        Figure(f"Hours for one start: {source.name}", hours, HOURS, "Of recruiters and interviewers together.", DERIVED),
        Figure(f"Outlay for one start: {source.name}", source.cost_per_hire, MONEY, "Advertising, agency, bonus.", "The scenario and the policy"),
        Figure(f"Days to the first day: {source.name}", hiring.mean_time_to_fill_days(source), Unit("days"), "On average, lognormal.", DERIVED),
    )  # fmt: skip
    return found if source.referrals_per_head_monthly is None else (*found, *_of_referrals(source, people, growth))


def _of_referrals(source: Source, people: People, growth: float) -> tuple[Figure, ...]:
    unsaturated = float(hiring.referral_starts_max(source, 1.0))
    alone = hiring.referral_growth(1.0, unsaturated, people.washout, people.exit_probability_monthly)
    renewal = growth + people.exit_probability_monthly
    covered = hiring.referral_coverage(1.0, unsaturated, people.washout, people.exit_probability_monthly, growth) if renewal > 0 else None
    return (
        Figure(f"Growth by {source.name} alone", alone, MONTHLY, "Below zero they do not even replace who leaves.", f"{DERIVED}, saturation included"),
        Figure(f"Need covered by {source.name}", covered, SHARE, "Of all starts needed at that growth, at any size.", f"{DERIVED}, saturation included"),
    )


POLICY = Policy(
    name="recruiting",
    title="Invest in hiring",
    conviction="Good people are found by those who look: recruiters, managers' time, referrals, and offers to people who have jobs, most of whom say no.",
    parameters=Recruiting,
    apply=apply,
    figures=figures,
    assumes=(
        "People from every source learn and work alike; referred people leave less.",
        "Starts signed before the plan count for the preferred source.",
        "Recruiters are hired by the ratio, so more of them come after their lead time.",
    ),
    evidence=(
        "Referred people are more likely to be hired and to accept, and much less likely to leave (Burks et al. 2015, nine firms). What a programme adds, "
        "and how many people with jobs accept, are assumptions; hours and conversions are yours to replace."
    ),
)
