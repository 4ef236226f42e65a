"""Mentor-based training: people learn on the floor beside somebody who can, and the number of mentors decides how fast an organisation may grow."""

from typing import Annotated

from planner import training
from planner.parameters import Field, Fraction, Growth, Months, Unit, Weeks
from planner.policies.policy import MONTHLY, MONTHS, PLAIN, SHARE, Figure, People, Policy, PolicyParameters, growth_of, people_of
from planner.scenario import Group, Scenario

SOURCE = "Derived; no published formula was found"
Size = Annotated[float, Field(gt=0, le=1_000_000), Unit("people")]


class Mentors(PolicyParameters):
    """Who mentors whom, for how long."""

    share: Fraction | None = 0.2
    """Largest share of people with the tenure for it who mentor at once. Empty: the scenario's own. Assumption: 20 %, from 5 to 25 %."""

    mentees_per_mentor: Annotated[float, Field(gt=0, le=50), Unit("nesters per mentor")] | None = None
    """Nesters that one mentor takes at once. Empty: the scenario's own. Assumption: 2, from 1 to 5."""

    loss: Fraction | None = None
    """Share of a mentor's own capacity that mentoring costs. Empty: the scenario's own. Assumption: 35 %, from 20 to 50 %."""

    tenure_months: Months | None = None
    """Months after nesting before someone may mentor. Empty: the scenario's own. Assumption: 3 months."""

    classroom_weeks: Weeks | None = 2.0
    """Weeks in the classroom before people go to a mentor. Empty: the scenario's own. Assumption: two, as the rest is learned on the floor."""

    nesting_weeks: Weeks | None = 6.0
    """Weeks with a mentor at hand. Empty: the scenario's own. Source: weeks 3 to 8 (WFM Labs)."""

    from_heads: Size = 4.0
    """Size that the months of growth are counted from. Assumption: the founders."""

    to_heads: Size = 50_000.0
    """Size that the months of growth are counted to. Assumption: a very large organisation."""

    growth_monthly: Growth | None = None
    """Growth that the share of mentors is told for. Empty: what the scenario asks for on average. Yours: the growth to be tested."""

    @classmethod
    def neutral(cls) -> "Mentors":
        """Training as in the scenario."""
        return cls(share=None, classroom_weeks=None, nesting_weeks=None)


def apply(scenario: Scenario, chosen: Mentors) -> Scenario:
    """The scenario with mentoring set at every site, and the lengths of classroom and nesting in every group."""
    at_sites = _given(
        mentor_share_max=chosen.share, mentees_per_mentor=chosen.mentees_per_mentor, mentor_loss=chosen.loss, mentor_tenure_months=chosen.tenure_months
    )
    in_groups = _given(classroom_weeks=chosen.classroom_weeks, nesting_weeks=chosen.nesting_weeks)
    if not at_sites and not in_groups:
        return scenario
    sites = tuple(site.but(training=site.training.but(**at_sites)) for site in scenario.sites) if at_sites else scenario.sites
    groups = tuple(_trained(group, in_groups) for group in scenario.groups) if in_groups else scenario.groups
    return scenario.but(sites=sites, groups=groups)


def _given(**values: float | None) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _trained(group: Group, lengths: dict[str, float]) -> Group:
    return group.but(workforce=group.workforce.but(**lengths))


def figures(scenario: Scenario, chosen: Mentors) -> tuple[Figure, ...]:
    """The largest growth that mentors carry, the months from one size to another, and the share of mentors that a growth needs; at the first site."""
    applied = apply(scenario, chosen)
    people, given, growth = people_of(applied), applied.sites[0].training, growth_of(scenario, chosen.growth_monthly)
    if people.nesting_months <= 0 or given.mentor_share_max <= 0:
        return (Figure("Largest growth that mentors carry", None, MONTHLY, "There is no nesting, or nobody may mentor.", SOURCE),)
    return (*_growths(people, given, chosen), *_shares(people, given, growth))


def _growths(people: People, given: training.Training, chosen: Mentors) -> tuple[Figure, ...]:
    kappa = training.trainees_per_qualified_head(given.mentees_per_mentor, given.mentor_share_max)
    months, leave, lost = people.nesting_months, people.exit_probability_monthly, people.nesting_washout
    hazard = people.exit_hazard_monthly
    staggered = training.largest_growth_monthly(kappa, months, leave, lost)
    cohorts = training.largest_growth_back_to_back(kappa, months, leave, lost)
    way = f"from {chosen.from_heads:,.0f} to {chosen.to_heads:,.0f} people"
    return (
        Figure("Trainees that one qualified person carries", kappa, PLAIN, "Mentees of a mentor x share who may mentor.", SOURCE),
        Figure("Largest growth that mentors carry", staggered, MONTHLY, "Classes every month, washout at the end of nesting.", SOURCE, "growth"),
        Figure("The same, one class after the other", cohorts, MONTHLY, "All mentors take a class, and the next when it has finished.", SOURCE),
        Figure("The same in continuous time", training.largest_growth_with_washout(kappa, months, hazard, lost), MONTHLY, "Without months.", SOURCE),
        Figure("The same, simplest form", training.largest_growth_continuous(kappa * (1 - lost), months, hazard), MONTHLY, "Washout taken first.", SOURCE),
        Figure(
            f"With {given.mentor_tenure_months:g} months of tenure to mentor",
            training.largest_growth_with_mentor_tenure(kappa * (1 - lost), months, hazard, given.mentor_tenure_months),
            MONTHLY, "The newest may not mentor yet.", SOURCE,
        ),
        Figure(f"Months {way}", training.months_to_grow(chosen.from_heads, chosen.to_heads, staggered), MONTHS, "At that growth, classes every month.", SOURCE),
        Figure(
            f"Months {way}, one class after the other", training.months_to_grow(chosen.from_heads, chosen.to_heads, cohorts), MONTHS, "At that growth.", SOURCE
        ),
    )  # fmt: skip


def _shares(people: People, given: training.Training, growth: float) -> tuple[Figure, ...]:
    """Share of qualified people who must mentor, whatever their number, at the growth looked at and at four others."""
    hazard, months, mentees = people.exit_hazard_monthly, people.nesting_months, given.mentees_per_mentor
    found = [(rate, training.required_mentor_share(rate, hazard, months, mentees)) for rate in dict.fromkeys((round(growth, 6), 0.0, 0.02, 0.05, 0.1))]
    return tuple(
        Figure(
            f"Mentors needed at {rate:.1%} growth a month",
            max(share, 0.0),
            SHARE,
            f"Of qualified people, at any size; it costs {given.mentor_loss * max(share, 0.0):.1%} of their capacity.",
            SOURCE,
            "mentor_share" if position == 0 else "",
        )
        for position, (rate, share) in enumerate(found)
    )


POLICY = Policy(
    name="mentors",
    title="Mentor-based training",
    conviction="Newcomers learn beside someone who does the work well, so growth is as fast as mentors can carry it, from 4 people to 50,000.",
    parameters=Mentors,
    apply=apply,
    figures=figures,
    assumes=(
        "Mentoring lasts as long as nesting, and mentors bring less of their own while they mentor.",
        "Closed forms take one kind of people, constant leaving, applicants without limit and mentors that can be divided.",
        "A shorter classroom and a longer nesting change neither washout nor how fast people learn afterwards.",
    ),
    evidence=(
        "The share of mentors and the largest growth are our own derivation, checked by simulation; that management and training limit growth is old "
        "(Penrose 1959, Slater 1980). What mentoring costs and how many mentees a mentor bears are assumptions."
    ),
)
