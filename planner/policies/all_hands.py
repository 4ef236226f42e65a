"""All-hands support: people of other work take contacts some hours, all of them or executives only; what they bring and what they really cost."""

from typing import Annotated, Literal

import numpy as np

from planner import finance, staffing
from planner.organisation import top_leader
from planner.parameters import Field, Fraction, Unit
from planner.policies.policy import FTE, HOURS, MONEY, PEOPLE, TIMES, Figure, Policy, PolicyParameters
from planner.requirement import net_hours, requirement
from planner.scenario import Group, Scenario, moved
from planner.staffing import AllHands

SOURCE = "Arithmetic of hours, derived"
HOURS_OPEN = 300.0


class AllHandsPolicy(PolicyParameters):
    """Who takes contacts beside the frontline, how often, and how well."""

    who: Literal["everyone", "executives"] = "everyone"
    """Everybody of other work, leaders and support included, or the top leaders of the ladder only. Assumption: everyone."""

    other_people: Annotated[float, Field(ge=0, le=1_000_000), Unit("people")] = 0.0
    """People of other work beyond those of the scenario's ladder; counted where everyone takes part. Yours: the rest of the payroll."""

    hours_quarterly: Annotated[float, Field(ge=0, le=500), Unit("h a quarter")] = 8.0
    """Hours of each of them in a quarter. Source: one day a quarter, as a large brewer did; a small company does 3 hours a week (39)."""

    sessions_quarterly: Annotated[float, Field(ge=0, le=100), Unit("a quarter")] = 1.0
    """Sessions these hours are cut into. Assumption: one."""

    placed: Literal["evenly", "in_peaks"] = "evenly"
    """Spread over the day, or in short blocks in the peaks that long shifts cannot follow. Assumption: evenly."""

    peak_leverage: Annotated[float, Field(ge=0, le=10), Unit("times")] = 2.0
    """Hours of own people that one effective hour in a peak spares. Source: experiment on one real profile with long shifts."""

    share_max: Fraction = 0.2
    """Largest share of a group's required FTE that they may bring. Assumption: 20 %; in peaks the gain was used up at about 9 %."""

    overhead_hours: Annotated[float, Field(ge=0, le=8), Unit("h")] = 0.5
    """Hours of each session lost to finding the way back in. Assumption: half an hour."""

    absence: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.05
    """Share of the hours that do not take place. Assumption: 5 %."""

    proficiency: Annotated[float, Field(ge=0, le=1.5), Unit("%", 100)] = 0.55
    """Their proficiency on contacts. Assumption: 55 %, from 30 to 80 %."""

    hourly_cost: Annotated[float, Field(ge=0, le=1e6), Unit("money")] = 70.0
    """What an hour of theirs costs, loaded. Assumption: $70."""

    training_hours_first: Annotated[float, Field(ge=0, le=1_000), Unit("h")] = 8.0
    """Hours of training before somebody's first session. Assumption: a day."""

    training_hours_yearly: Annotated[float, Field(ge=0, le=1_000), Unit("h")] = 4.0
    """Hours of training a year that keep somebody able. Assumption: half a day."""

    annual_turnover: Annotated[float, Field(ge=0, le=5), Unit("% a year", 100)] = 0.15
    """Share of them replaced in a year. Assumption: 15 %."""

    helpers_per_mentor: Annotated[float, Field(gt=0, le=50), Unit("people per mentor")] = 4.0
    """Of them on contacts at once, how many one mentor at hand can look after. Figures only. Assumption: 4 at most."""

    @classmethod
    def neutral(cls) -> "AllHandsPolicy":
        """Nobody spends an hour."""
        return cls(hours_quarterly=0.0, sessions_quarterly=0.0, training_hours_first=0.0, training_hours_yearly=0.0)


def people(scenario: Scenario, chosen: AllHandsPolicy) -> float:
    """People of other work who take part: those of the ladder on the first day, and those beyond it; or the top leaders."""
    roles = scenario.organisation.roles
    top = top_leader(scenario.organisation)
    counted = roles if chosen.who == "everyone" else tuple(role for role in roles if top is not None and role.name == top.name)
    posts = sum(unit.heads for role in counted for unit in role.opening_heads)
    return posts + (chosen.other_people if chosen.who == "everyone" else 0.0)


def apply(scenario: Scenario, chosen: AllHandsPolicy) -> Scenario:
    """The scenario in which they take contacts of every group, in proportion to the people that each requires in the first month."""
    taking_part = people(scenario, chosen)
    if not chosen.hours_quarterly and not chosen.training_hours_first and not chosen.training_hours_yearly:
        return scenario
    parts = _parts(scenario)
    groups = tuple(group.but(all_hands=_given(chosen, taking_part * part)) for group, part in zip(scenario.groups, parts, strict=True))
    return scenario.but(groups=groups)


def _parts(scenario: Scenario) -> list[float]:
    needed = requirement(scenario).group_heads[0]
    total = float(needed.sum())
    return (needed / total).tolist() if total > 0 else [1 / len(needed)] * len(needed)


def _given(chosen: AllHandsPolicy, count: float) -> AllHands:
    shared = {name: getattr(chosen, name) for name in AllHands.model_fields if name not in ("people", "peak_leverage")}
    return AllHands(people=count, peak_leverage=chosen.peak_leverage if chosen.placed == "in_peaks" else 1.0, **shared)


def figures(scenario: Scenario, chosen: AllHandsPolicy) -> tuple[Figure, ...]:
    """Hours, effective hours and FTE of all who take part, what an effective hour costs against one of the frontline, training, mentors, the peaks."""
    given, group = _given(chosen, people(scenario, chosen)), _largest(scenario)
    scenario = moved(scenario)
    net = float(net_hours(group, scenario)[0])
    hours, effective = staffing.all_hands_hours(given), staffing.all_hands_effective_hours(given)
    own = finance.loaded_pay(scenario.finance, scenario.finance.frontline_monthly_pay if group.monthly_pay is None else group.monthly_pay) / net
    return (
        Figure("People who take part", given.people, PEOPLE, "Of other work, on the first day.", SOURCE),
        Figure("Hours a month", hours, HOURS, "What they spend.", SOURCE),
        Figure("Effective hours a month", effective, HOURS, "Of a proficient person, absence and finding the way back in taken off.", SOURCE),
        Figure("Own people spared", effective / net, FTE, "Effective hours over the hours on position of one paid FTE.", SOURCE),
        Figure("Own people spared, hours cut into four times as many sessions", _in_pieces(given, net), FTE, "Each session loses its own start.", SOURCE),
        Figure("Own people spared, placed in the peaks", chosen.peak_leverage * effective / net, FTE, "While short blocks fit where shifts do not.", SOURCE),
        *_costs(given, hours, effective, float(own)),
        Figure("Hours of training a month", staffing.all_hands_training_hours(given), HOURS, "Every year's, and that of newcomers.", SOURCE),
        Figure(
            "Mentors at hand", staffing.all_hands_at_once(given, HOURS_OPEN) / chosen.helpers_per_mentor, PEOPLE,
            f"On average over {HOURS_OPEN:g} open hours a month.", SOURCE,
        ),
    )  # fmt: skip


def _largest(scenario: Scenario) -> Group:
    return scenario.groups[int(np.argmax(requirement(scenario).group_heads[0]))]


def _in_pieces(given: AllHands, net: float) -> float | None:
    """FTE where the hours are cut into four times as many sessions; None where these are too short."""
    pieces = given.but(sessions_quarterly=4 * given.sessions_quarterly)
    return None if staffing.all_hands_faults(pieces, "") else staffing.all_hands_effective_hours(pieces) / net


def _costs(given: AllHands, hours: float, effective: float, own: float) -> tuple[Figure, ...]:
    trained = hours + staffing.all_hands_training_hours(given)
    each, whole = (float(finance.all_hands(spent, given.hourly_cost)) / effective if effective > 0 else None for spent in (hours, trained))
    dearer = each / own if each is not None and own > 0 else None
    return (
        Figure("Cost of an effective hour", each, MONEY, "Before training; none: no hour is effective.", SOURCE),
        Figure("Cost of an effective hour, training included", whole, MONEY, "What it really costs.", SOURCE),
        Figure("Cost of an effective hour of the frontline", own, MONEY, "Pay with on-cost over hours on position.", SOURCE),
        Figure("How much dearer", dearer, TIMES, "As pure capacity; the return is what they learn, and relief in peaks.", SOURCE),
    )  # fmt: skip


POLICY = Policy(
    name="all_hands",
    title="All-hands support",
    conviction="Everybody here answers customers some hours a year, so that those who build the product know those who use it, and help in the peaks.",
    parameters=AllHandsPolicy,
    apply=apply,
    figures=figures,
    assumes=(
        "They spare own people hour for hour of a proficient person, more where short blocks are placed in peaks.",
        "Their hours and training are charged at their hourly cost although they are on the payroll anyway; other work that is left undone is not counted.",
        "The same number takes part in every month; simple contacts only, and no sessions in weeks with a large class.",
    ),
    evidence="Derived from hours; overhead, proficiency and turnover are assumptions, and the gain in peaks comes from one experiment on a real profile.",
)
