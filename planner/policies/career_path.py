"""Career path: a programme with tuition, higher pay and leaving by design; what it costs, what it must bring, and the echo of its intakes."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from planner import finance, workforce
from planner.horizon import month_labels, months_of_weeks
from planner.parameters import Field, Money, Multiple, Unit, WholeHeads
from planner.policies.policy import MONEY, MONTHS, PEOPLE, SHARE, TIMES, Figure, Policy, PolicyParameters, people_of
from planner.scenario import Group, Scenario, moved
from planner.workforce import Programme, Ramp

SOURCE = "Renewal-reward, derived"
Array = NDArray[np.float64]
FOREVER = float("inf")
LONG = 600


class CareerPath(PolicyParameters):
    """The programme, and what it is taken to bring."""

    designed_exit_months: Annotated[float, Field(gt=0, le=600), Unit("months")] | None = 36.0
    """Months on the seat, after nesting, at which everybody leaves by design. Empty: nobody does. Source: three years, the first of them on the phones,
    at one software company."""

    leaving_factor: Multiple = 0.3
    """Factor on the monthly probability of leaving before that. Assumption: 0.3, as 1 % a month stands to 3.5 %; study benefits kept 8 % more over three
    years in one published case."""

    pay_premium: Annotated[float, Field(ge=0, le=5), Unit("%", 100)] = 0.15
    """Pay above the standard job. Assumption: 15 %."""

    tuition_yearly: Money = 5_250.0
    """Tuition a year of each person in it. Source: what an employer may pay free of tax in the United States; the software company paid $25,000."""

    covers: Literal["new", "everyone"] = "new"
    """Who is in it: people who start within the plan, or everybody in post as well. Assumption: new people."""

    cost_of_start: Money | None = None
    """Finding, teaching and paying one person until the seat. Empty: worked out from the scenario. Source: $9,000 all in, 8 to 12 thousand seen."""

    quality_multiple: Annotated[float, Field(ge=0, le=10), Unit("times")] = 1.2
    """Standard people that one person in the programme is worth on the seat: resolution, sales, escalations saved. Figures only.
    Assumption: 1.2; measure yours."""

    completer_value: Money = 0.0
    """What each person who completes brings elsewhere in the company. Figures only. Yours: what filling those posts from outside costs."""

    applicant_gain: Annotated[float, Field(ge=0, le=10), Unit("%", 100)] = 0.0
    """More people whom sources with a cap, or referrals, yield. Assumption: none."""

    largest_intake_monthly: WholeHeads | None = None
    """Most starts a month, so that intakes are staggered and their echoes small. Empty: not limited. Yours: an even share of the year's starts."""

    stagger_months: Annotated[int, Field(ge=1, le=60), Unit("months")] = 12
    """Months over which the staggered intake of the figures is spread. Assumption: a year."""

    @classmethod
    def neutral(cls) -> "CareerPath":
        """No programme."""
        return cls(designed_exit_months=None, leaving_factor=1.0, pay_premium=0.0, tuition_yearly=0.0, covers="new")


def programme(chosen: CareerPath) -> Programme:
    """The programme as a group runs it."""
    return Programme(
        designed_exit_months=chosen.designed_exit_months,
        exit_multiplier=chosen.leaving_factor,
        pay_premium=chosen.pay_premium,
        tuition_monthly=chosen.tuition_yearly / 12,
        covers=chosen.covers,
    )


def apply(scenario: Scenario, chosen: CareerPath) -> Scenario:
    """The scenario in which every group runs the programme, sources yield more, and starts a month are held to the largest intake."""
    neutral = CareerPath.neutral()
    if programme(chosen) != programme(neutral):
        groups = tuple(group.but(workforce=group.workforce.but(programme=programme(chosen))) for group in scenario.groups)
        scenario = scenario.but(groups=groups)
    hiring = scenario.hiring
    if chosen.applicant_gain:
        more = 1 + chosen.applicant_gain
        sources = tuple(
            source.but(
                starts_max_monthly=None if source.starts_max_monthly is None else round(source.starts_max_monthly * more),
                referrals_per_head_monthly=None if source.referrals_per_head_monthly is None else source.referrals_per_head_monthly * more,
            )
            for source in hiring.sources
        )
        hiring = hiring.but(sources=sources)
    if chosen.largest_intake_monthly is not None:
        caps = [cap for cap in (hiring.starts_max_monthly, chosen.largest_intake_monthly) if cap is not None]
        hiring = hiring.but(starts_max_monthly=min(caps))
    return scenario if hiring == scenario.hiring else scenario.but(hiring=hiring)


# Figures -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One job as renewal-reward sees it: how people leave and learn, what starting one costs, and what a month of one costs with on-cost and tuition."""

    exit_hazard_monthly: float
    designed_exit_months: float | None
    cost_of_start: float
    cost_monthly: float
    ramp: Ramp

    @property
    def until(self) -> float:
        """Months until leaving by design; infinite without it."""
        return FOREVER if self.designed_exit_months is None else self.designed_exit_months

    @property
    def stay_months(self) -> float:
        """Mean months on the seat."""
        return workforce.mean_stay_months(self.exit_hazard_monthly, self.until)

    @property
    def effective_months(self) -> float:
        """Effective months that a stay brings."""
        return workforce.effective_stay_months(self.exit_hazard_monthly, self.ramp, self.until)

    @property
    def cost_per_effective_month(self) -> float:
        """Cost of one effective month."""
        return finance.cost_per_effective_month(self.cost_of_start, self.cost_monthly, self.stay_months, self.effective_months)

    @property
    def completion(self) -> float:
        """Share of those on the seat who reach the designed exit."""
        return workforce.completion_probability(self.exit_hazard_monthly, self.until)


def jobs(scenario: Scenario, chosen: CareerPath) -> tuple[Job, Job]:
    """The standard job of the largest group, and the programme's."""
    scenario = moved(scenario)
    group = _largest(scenario)
    hazard = people_of(scenario).exit_hazard_monthly
    pay, start = _loaded_pay(scenario, group), chosen.cost_of_start
    each = _cost_of_start(scenario, group, pay) if start is None else start
    standard = Job(hazard, None, each, pay, group.workforce.ramp)
    inside = pay * (1 + chosen.pay_premium) + chosen.tuition_yearly / 12
    return standard, Job(hazard * chosen.leaving_factor, chosen.designed_exit_months, each, inside, group.workforce.ramp)


def _largest(scenario: Scenario) -> Group:
    return max(scenario.groups, key=lambda group: sum(row.heads for row in group.workforce.opening))


def _loaded_pay(scenario: Scenario, group: Group) -> float:
    """Pay with on-cost of one person of a group in the first month, reporting currency."""
    site = next(site for site in scenario.sites if site.name == group.site)
    rate = finance.exchange_rates(scenario.finance, site.currency, month_labels(scenario.horizon)[:1])[0]
    pay = scenario.finance.frontline_monthly_pay if group.monthly_pay is None else group.monthly_pay
    return float(finance.loaded_pay(scenario.finance, pay * site.pay_factor * rate))


def _cost_of_start(scenario: Scenario, group: Group, loaded_pay: float) -> float:
    """What one person on the seat has cost until then: hiring, part of a full class, pay in training, by how many starts finish."""
    site = next(site for site in scenario.sites if site.name == group.site)
    people = group.workforce
    months = months_of_weeks(people.classroom_weeks) + (1 - people.classroom_washout) * months_of_weeks(people.nesting_weeks)
    seat = scenario.finance.cost_per_class / site.training.class_size_max
    finish = (1 - people.classroom_washout) * (1 - people.nesting_washout)
    return (scenario.hiring.sources[0].cost_per_hire + seat + months * loaded_pay) / finish


def figures(scenario: Scenario, chosen: CareerPath) -> tuple[Figure, ...]:
    """What the programme costs against the standard job, what it must bring to pay, and the echo of one intake."""
    standard, inside = jobs(scenario, chosen)
    if min(standard.exit_hazard_monthly, inside.exit_hazard_monthly) <= 0 and (standard.until == FOREVER or inside.until == FOREVER):
        return (Figure("Cost of an effective month", None, MONEY, "Nobody leaves, so a stay never ends and has no mean.", SOURCE),)
    return (*_costs(standard, inside), *_worth(standard, inside, chosen), *_echo(inside, chosen))


def _costs(standard: Job, inside: Job) -> tuple[Figure, ...]:
    each, other = standard.cost_per_effective_month, inside.cost_per_effective_month
    return (
        Figure("Months on the seat, standard job", standard.stay_months, MONTHS, "Mean stay after nesting.", SOURCE),
        Figure("Months on the seat, programme", inside.stay_months, MONTHS, "Mean stay after nesting; leaving by design cuts it off.", SOURCE),
        Figure("Seats turned over in a year, standard job", 12 / standard.stay_months, TIMES, "Starts a year that keep one seat filled.", SOURCE),
        Figure("Seats turned over in a year, programme", 12 / inside.stay_months, TIMES, "A short designed stay turns a seat over more often.", SOURCE),
        Figure("Cost of an effective month, standard job", each, MONEY, "Hiring, training and pay over what a stay brings.", SOURCE),
        Figure("Cost of an effective month, programme", other, MONEY, "The same with tuition and higher pay.", SOURCE),
    )


def _worth(standard: Job, inside: Job, chosen: CareerPath) -> tuple[Figure, ...]:
    each, other = standard.cost_per_effective_month, inside.cost_per_effective_month
    months, done = inside.effective_months, inside.completion
    tuition = chosen.tuition_yearly / 12
    even = finance.break_even_tuition(each, inside.cost_of_start, inside.cost_monthly - tuition, inside.stay_months, months)
    gain = (chosen.quality_multiple * each - other) * months + chosen.completer_value * (done if inside.until < FOREVER else 0.0)
    completer = finance.break_even_completer(other, each, months, done) if inside.until < FOREVER else None
    return (
        Figure("Break-even quality", finance.break_even_quality(other, each), TIMES, "Standard people that one in the programme must be worth.", SOURCE),
        Figure("Break-even tuition a month", even, MONEY, "What staying longer alone would pay for; below zero it pays for nothing.", SOURCE),
        Figure("Extra cost of each participant", (other - each) * months, MONEY, "Over a whole stay, against the standard job.", SOURCE),
        Figure("Share who complete", done if inside.until < FOREVER else None, SHARE, "Of those on the seat; not defined without a designed exit.", SOURCE),
        Figure("Value that each completer must bring", completer, MONEY, "Elsewhere in the company; not defined without a designed exit.", SOURCE),
        Figure("Gain of each participant", gain, MONEY, "At the quality and the value set above, over a whole stay.", SOURCE),
    )  # fmt: skip


def _echo(inside: Job, chosen: CareerPath) -> tuple[Figure, ...]:
    """The first echo of an intake against the mean of starts that replace it one for one, all at once and staggered."""
    if chosen.designed_exit_months is None:
        return ()
    leaving = leaving_by_month(inside.exit_hazard_monthly, chosen.designed_exit_months)
    months = len(leaving)
    mean = 1 / float(_stays(inside.exit_hazard_monthly, chosen.designed_exit_months).sum())
    at_once = workforce.replacement_starts(leaving, 1.0, months + 1)
    spread = workforce.staggered_replacements(leaving, 1.0, chosen.stagger_months, months + chosen.stagger_months + 1)
    return (
        Figure("First echo of one intake", float(at_once[months]), SHARE, "Share of the intake that must be hired again in that one month.", SOURCE),
        Figure("Month of that echo", float(months), MONTHS, "After the intake's first day on the seat; known all the time before.", SOURCE),
        Figure("First echo against the mean", float(at_once[months]) / mean, TIMES, "Everyone hired at once and replaced one for one.", SOURCE),
        Figure(
            f"The same, staggered over {chosen.stagger_months} months",
            float(spread[months:].max()) / mean, TIMES, "The cure: the same people hired in equal parts.", SOURCE,
        ),
        Figure("Starts a month that replace 100 people", 100 * mean, PEOPLE, "On average, once the echoes have died away.", SOURCE),
    )  # fmt: skip


def _stays(exit_hazard_monthly: float, designed_exit_months: float) -> Array:
    """Share of an intake there on day 1 of each month on the seat, until the designed exit."""
    months = min(int(np.ceil(designed_exit_months - 1e-9)), LONG)
    return np.asarray(np.exp(-exit_hazard_monthly * np.arange(months)))


def leaving_by_month(exit_hazard_monthly: float, designed_exit_months: float) -> Array:
    """Share of an intake that leaves at the end of each month on the seat; all who are left at the designed exit.

    >>> leaving_by_month(0.0, 3).tolist()
    [0.0, 0.0, 1.0]
    """
    there = _stays(exit_hazard_monthly, designed_exit_months)
    return np.asarray(there - np.append(there[1:], 0.0))


POLICY = Policy(
    name="career_path",
    title="Career path",
    conviction="Service work is the first years of a career here: people study, earn more, and move on by design, so those on the phones are better.",
    parameters=CareerPath,
    apply=apply,
    figures=figures,
    assumes=(
        "The programme begins when nesting ends; everybody in it leaves at the end of the month in which the time is up.",
        "People promoted away count as outside the programme where it covers new people only.",
        "Tuition and quality do not change how many contacts a person takes: quality is told as value, never as capacity.",
    ),
    evidence=(
        "Cost, break-even and echoes are our own derivation, checked by simulation. Published returns run from 4 % to 144 % in sister studies of one "
        "sponsor (Cigna: 129 %, 8 % more kept over three years), so take any return as very uncertain; general training explains why people then leave."
    ),
)
