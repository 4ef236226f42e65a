"""Keep the message: how many people are new at any time, and the growth that keeps their share below a line."""

import math
from typing import Annotated

from planner import workforce
from planner.parameters import Field, Fraction, Growth, Unit
from planner.policies.policy import MONTHLY, MONTHS, PLAIN, SHARE, Figure, Policy, PolicyParameters, growth_of, people_of, required_heads
from planner.scenario import Scenario, moved
from planner.workforce import Workforce

STABLE = "Stable population, derived"
YOUNG = 6.0
Rate = Annotated[float, Field(ge=0, le=1), Unit("% a month", 100)]


class Culture(PolicyParameters):
    """A line for the share of new people, and how people take on what the organisation stands for."""

    under_6_months_max: Annotated[float, Field(gt=0, le=1), Unit("%", 100)] | None = 1 / 3
    """Largest share of a group's people who joined less than 6 months ago: no start beyond it, in the spreadsheet's plan and in the optimiser's.
    Empty: no line. Assumption: a third, an alarm threshold of ours."""

    newcomer_level: Fraction = 0.4
    """Where newcomers stand on the culture index, from 0 to 1. Assumption: 0.4."""

    socialisation_monthly: Rate = 0.08
    """How fast people take the culture on. Source: mean field of Harrison and Carroll 1991; the value is an assumption."""

    decay_monthly: Rate = 0.02
    """How fast it fades. Source: mean field of Harrison and Carroll 1991; the value is an assumption."""

    growth_monthly: Growth | None = None
    """Growth that the figures are told for. Empty: what the scenario asks for on average. Yours: the growth to be tested."""

    @classmethod
    def neutral(cls) -> "Culture":
        """No line."""
        return cls(under_6_months_max=None)


def apply(scenario: Scenario, chosen: Culture) -> Scenario:
    """The scenario with the line as a limit of its plans; a stricter line that stands there already stays."""
    present, wanted = scenario.optimisation.short_tenure_share_max, chosen.under_6_months_max
    if wanted is None or (present is not None and present <= wanted):
        return scenario
    return scenario.but(optimisation=scenario.optimisation.but(short_tenure_share_max=wanted))


def figures(scenario: Scenario, chosen: Culture) -> tuple[Figure, ...]:
    """Shares of new people at the growth looked at, at none and at 5 %; the growth that stays below the line; tenure, hire rate and index."""
    people, growth = people_of(scenario), growth_of(scenario, chosen.growth_monthly)
    hazard = people.exit_hazard_monthly
    rates = [rate for rate in dict.fromkeys((round(growth, 6), 0.0, 0.05)) if rate + hazard > 0]
    shares = [figure for rate in rates for figure in _shares(rate, hazard, rate == round(growth, 6))]
    return (*shares, *_growths(scenario, chosen, hazard), *_balance(growth, hazard, chosen))


def _shares(growth: float, hazard: float, of_plan: bool) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            f"Under {months} months at {growth:.1%} growth a month",
            workforce.share_shorter_than(months, growth, hazard),
            SHARE,
            "Of all people, in steady growth with one rate of leaving; the plan goes month by month.",
            STABLE,
            f"under_{months}_last" if of_plan else "",
        )
        for months in (6, 12)
    )


def _growths(scenario: Scenario, chosen: Culture, hazard: float) -> tuple[Figure, ...]:
    line = scenario.optimisation.short_tenure_share_max if chosen.under_6_months_max is None else chosen.under_6_months_max
    if line is None or line >= 1:
        return ()
    told = f"Largest growth with {line:.0%} under 6 months"
    banded = _banded(moved(scenario).groups[0].workforce)
    growth = workforce.growth_within_share(line, YOUNG, hazard)
    found = [Figure(told, growth, MONTHLY, "One rate of leaving at any tenure.", STABLE)]
    if banded is not None:
        most = workforce.stable_growth_within_share(line, YOUNG, *banded)
        found.append(Figure(f"{told}, newcomers leaving faster", most, MONTHLY, "With the tenure bands of the first group, counted from the start.", STABLE))
    size = required_heads(scenario)[0]
    found.append(Figure("People a month that is at first", growth * size, Unit("people a month"), f"Added to {size:,.0f} people.", STABLE))
    return tuple(found)


def _banded(people: Workforce) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Ends and hazards of a group's tenure bands; None where there is one rate, or where nobody settled leaves."""
    bands = people.tenure_bands
    if people.annual_attrition is not None or len(bands) < 2 or bands[-1].exit_probability_monthly <= 0:
        return None
    return tuple(float(band.up_to_months or 0) for band in bands[:-1]), tuple(-math.log1p(-band.exit_probability_monthly) for band in bands)


def _balance(growth: float, hazard: float, chosen: Culture) -> tuple[Figure, ...]:
    if growth + hazard <= 0:
        return ()
    levels = chosen.newcomer_level, chosen.socialisation_monthly, chosen.decay_monthly
    changes = growth + hazard + chosen.socialisation_monthly + chosen.decay_monthly
    index, source = workforce.culture_level(growth, hazard, *levels), "Mean field of Harrison and Carroll 1991"
    still = workforce.culture_level(0.0, hazard, *levels) if changes > growth else None
    return (
        Figure("Mean tenure", workforce.mean_tenure(growth, hazard), MONTHS, "In steady growth.", STABLE),
        Figure("Hired a month", growth + hazard, MONTHLY, "Of the people there, growth and replacement, before washout.", STABLE, "hire_rate"),
        Figure("Culture index", index, PLAIN, "From 0 to 1, in balance at this growth. An index to watch, not a measurement.", source),
        Figure("Culture index without growth", still, PLAIN, "The same with replacement alone.", source),
    )


POLICY = Policy(
    name="culture",
    title="Keep the message",
    conviction="Where too many are new, nobody is left to tell them what the organisation stands for: growth waits until they are few enough.",
    parameters=Culture,
    apply=apply,
    figures=figures,
    assumes=(
        "New means joined less than 6 months ago, training included, group by group.",
        "People in post who are new are not sent away: where the line is crossed on the first day, no one starts until it holds.",
        "Starts signed before the plan come whatever the line says.",
    ),
    evidence=(
        "The shares are arithmetic. That dilution hurts is less sure than it sounds: in the simulation of Harrison and Carroll (1991) culture was robust to "
        "turnover and growth. The line of a third is an alarm threshold, not a finding."
    ),
)
