"""Generalist progression: all learn all work, mastery is shown before anyone rises, and nobody graduates out of earlier work."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from planner import demand, horizon, staffing
from planner.channels import Voice
from planner.errors import Fault, InvalidScenario
from planner.parameters import Field, Fraction, Growth, Hours, Unit
from planner.policies.policy import HOURS, MONTHS, PEOPLE, SHARE, Figure, Policy, PolicyParameters, growth_of, people_of
from planner.progression import Ladder, Progression, Stage, months_of_one_stay, settled_ladder
from planner.queueing import pooling
from planner.queueing.pooling import Service, Transfers
from planner.requirement import Pool, group_pools, pool_work
from planner.scenario import Group, Queue, Scenario, moved
from planner.staffing import Shrinkage

POOLING, MARKOV = "Erlang by exact search; Smith & Whitt 1981", "Markov chain of stages (Bartholomew 1973)"
LEARNING = "learning further work"
PAID_HOURS = 2080 / 12
STAGES = ("first work", "second work", "third work", "fourth work", "fifth work", "sixth work")
Monthly = Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)]


class Generalists(PolicyParameters):
    """Who takes what, and how people get there."""

    pooled: bool = True
    """Whether the people of a group take all its queues of a channel together. Assumption: they do."""

    breadth_penalty: Annotated[float, Field(ge=0, le=2), Unit("%", 100)] = 0.05
    """How much longer contacts take when everyone takes everything. Assumption: 5 %; above about 7 % pooling loses in a large centre."""

    ramp_slowing: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.2
    """How much slower people become proficient, since they learn more. Source: direction by Pinker & Shumsky 2000; the value is an assumption."""

    stages: Annotated[int, Field(ge=1, le=6), Unit("stages")] = 3
    """Stages from the first work to all work. Assumption: three."""

    attempt_monthly: Monthly = 0.25
    """Probability of trying for the next stage within a month. Assumption: once in four months."""

    pass_share: Fraction = 0.7
    """Share of attempts that pass the test of mastery. Assumption: 70 %."""

    return_monthly: Monthly = 0.01
    """Probability of going back one stage within a month because quality fell. Assumption: 1 %."""

    content_hours: Hours = 40.0
    """Hours of training for each stage after the first; whoever comes back to one learns half of it again. Assumption: a week."""

    growth_monthly: Growth | None = None
    """Growth that the ladder is told for. Empty: what the scenario asks for on average, none where it shrinks. Yours: the growth to be tested."""

    @classmethod
    def neutral(cls) -> "Generalists":
        """Groups as they are, and nothing more to learn."""
        return cls(pooled=False, ramp_slowing=0.0, content_hours=0.0)


def progression(scenario: Scenario, chosen: Generalists) -> Progression:
    """The stages, left as people of the scenario leave."""
    leave = people_of(scenario).exit_probability_monthly
    names = STAGES[: chosen.stages]
    last = len(names) - 1
    return Progression(
        stages=tuple(
            Stage(
                name=name,
                attempt_monthly=0.0 if place == last else chosen.attempt_monthly,
                pass_share=chosen.pass_share,
                return_monthly=chosen.return_monthly if place else 0.0,
                exit_probability_monthly=leave,
                content_hours=chosen.content_hours if place else 0.0,
            )
            for place, name in enumerate(names)
        )
    )


def apply(scenario: Scenario, chosen: Generalists) -> Scenario:
    """The scenario in which groups that serve several queues pool those of a channel, people learn slower, and take time to learn more.

    A group that states its people, or serves one queue, stays as it is.
    """
    fraction = _learning_share(scenario, chosen) if chosen.content_hours else 0.0
    groups = tuple(_changed(group, chosen, fraction) if len(group.serves) > 1 else group for group in scenario.groups)
    return scenario if groups == scenario.groups else scenario.but(groups=groups)


def _changed(group: Group, chosen: Generalists, fraction: float) -> Group:
    if chosen.pooled:
        group = group.but(pooled=True, breadth_penalty=chosen.breadth_penalty)
    if chosen.ramp_slowing:
        ramp = group.workforce.ramp
        group = group.but(workforce=group.workforce.but(ramp=ramp.but(rate_monthly=ramp.rate_monthly * (1 - chosen.ramp_slowing))))
    if fraction:
        others = tuple(item for item in group.staffing.shrinkage if item.name != LEARNING)
        item = Shrinkage(name=LEARNING, where="in", fraction=fraction * 40 / group.staffing.weekly_hours)
        group = group.but(staffing=group.staffing.but(shrinkage=(*others, item)))
    return group


def _learning_share(scenario: Scenario, chosen: Generalists) -> float:
    """Share of the hours present that learning takes, at 40 hours a week and the absence of the first month; none where nobody ever leaves, since
    everybody has then learnt everything in the end."""
    if people_of(scenario).exit_probability_monthly == 0:
        return 0.0
    hours = _settled(scenario, chosen, _growth(scenario, chosen)).learning_hours_monthly
    out, _ = staffing.shrinkage_shares(scenario.groups[0].staffing, horizon.calendar_months(scenario.horizon)[:1])
    return hours / (PAID_HOURS * (1 - float(out[0])))


def _growth(scenario: Scenario, chosen: Generalists) -> float:
    return max(growth_of(scenario, None), 0.0) if chosen.growth_monthly is None else chosen.growth_monthly


def _settled(scenario: Scenario, chosen: Generalists, growth: float) -> Ladder:
    """The ladder in balance. Raises InvalidScenario where a month has more than one fate, or people become fewer faster than they leave."""
    try:
        return settled_ladder(progression(scenario, chosen), growth)
    except ValueError as error:
        remedy = "Lower the attempts or the returns of a month, or look at a growth that people who leave can follow."
        raise InvalidScenario([Fault("generalists.growth_monthly", str(error), remedy, f"{growth:.1%}")]) from None


# Figures -------------------------------------------------------------------------------------------------------------------------------------


def figures(scenario: Scenario, chosen: Generalists) -> tuple[Figure, ...]:
    """Pooled against apart, the penalty at which specialists win, transfers, months in each stage, and the structure at growth and without."""
    return (*_pooling(scenario, chosen), *_transfers(scenario, chosen), *_ladder(scenario, chosen))


@dataclass(frozen=True)
class Together:
    """Queues of one group and channel that could be one team: loads of an average open interval in erlangs, their handle time, what is promised."""

    group: str
    loads: tuple[float, ...]
    aht_s: float
    service: Service


def together(scenario: Scenario) -> Together | None:
    """The largest such team of telephone queues; None where no group serves two."""
    found = []
    scenario = moved(scenario)
    for group in scenario.groups:
        pools = group_pools(scenario.model_copy(update={"groups": (*_apart(scenario, group),)}), group.name)
        calls = [pool for pool in pools if isinstance(pool.queues[0].channel, Voice)]
        if len(calls) > 1:
            found.append(_team(group, calls))
    return max(found, key=lambda team: sum(team.loads), default=None)


def _apart(scenario: Scenario, changed: Group) -> tuple[Group, ...]:
    """The groups, one of them with each queue apart."""
    return tuple(group.model_copy(update={"pooled": False}) if group is changed else group for group in scenario.groups)


def _team(group: Group, calls: list[Pool]) -> Together:
    channel = calls[0].queues[0].channel
    assert isinstance(channel, Voice)
    works = [pool_work(pool) for pool in calls]
    loads = [float(work.load[0].sum(axis=1) @ work.days[0]) / float(work.open.sum(axis=1) @ work.days[0]) for work in works]
    aht_s = float(np.average([work.aht_s[0] for work in works], weights=loads)) if sum(loads) else float(works[0].aht_s[0])
    patience = math.inf if channel.patience_s is None else channel.patience_s
    return Together(group.name, tuple(loads), aht_s, Service(channel.target.service_level or 0.8, channel.target.awt_s, patience))


def _pooling(scenario: Scenario, chosen: Generalists) -> tuple[Figure, ...]:
    team = together(scenario)
    if team is None or not sum(team.loads):
        return (Figure("Agents together", None, PEOPLE, "No group serves two telephone queues, so there is nothing to pool.", POOLING),)
    pooled, apart = pooling.pooled_and_apart(team.loads, team.aht_s, team.service)
    broad = 1 + chosen.breadth_penalty
    really = pooling.agents_for(sum(team.loads) * broad, team.aht_s * broad, team.service)
    largest = pooling.largest_penalty(sum(team.loads), team.aht_s, apart, team.service)
    verdict = "generalists need fewer" if really < apart else "both need the same" if really == apart else "specialists need fewer"
    where = f"In {team.group}, an average open interval of the first month."
    return (
        Figure("Agents apart", float(apart), PEOPLE, f"A team for each telephone queue. {where}", POOLING),
        Figure("Agents together", float(pooled), PEOPLE, "One team, if contacts took no longer.", POOLING),
        Figure("Agents together, with the penalty of breadth", float(really), PEOPLE, f"One team as it would be: {verdict}.", POOLING),
        Figure("Penalty at which specialists win", largest, SHARE, "Handle time may grow by this much before one team needs more.", POOLING),
    )


def _transfers(scenario: Scenario, chosen: Generalists) -> tuple[Figure, ...]:
    """First line and specialists against one person who does it all, for the queue that passes most work on; nothing where none does."""
    found = passed_on(scenario)
    if found is None:
        return ()
    transfers, saved, service = found
    lines = pooling.two_lines(transfers, service)
    aht_s = pooling.generalist_aht_s(transfers, saved)
    load = transfers.contacts_hourly * aht_s / 3600
    broad = 1 + chosen.breadth_penalty
    return (
        Figure("Agents of first line and specialists", float(lines.agents), PEOPLE, "With handing over, an average open hour.", POOLING),
        Figure("Served in time at both", lines.both_service_level, SHARE, "Customers who are passed on wait twice.", POOLING),
        Figure("Agents who do it all", float(pooling.agents_for(load, aht_s, service)), PEOPLE, "Nobody hands over or diagnoses twice.", POOLING),
        Figure(
            "Agents who do it all, with the penalty of breadth", float(pooling.agents_for(load * broad, aht_s * broad, service)), PEOPLE,
            "One person from the first word to the last, as it would be.", POOLING,
        ),
        Figure(
            "Penalty at which first line and specialists win", pooling.largest_penalty(load, aht_s, lines.agents, service), SHARE,
            "Handle time may grow by this much before it pays to pass on.", POOLING,
        ),
    )  # fmt: skip


def passed_on(scenario: Scenario) -> tuple[Transfers, float, Service] | None:
    """The telephone queue that passes most work on: its transfers in an average open hour, what is saved by not doing so, and its promise."""
    scenario = moved(scenario)
    known = {queue.name: queue for queue in scenario.queues}
    found = []
    for queue in scenario.queues:
        if queue.transfers and isinstance(queue.channel, Voice):
            transfer = max(queue.transfers, key=lambda each: each.share)
            lengths = [float(demand.aht_s(each, scenario.horizon)[0]) for each in (queue, known[transfer.name])]
            passed = Transfers(contacts_hourly(queue, scenario), lengths[0], transfer.handover_s, lengths[1], transfer.share)
            patience = math.inf if queue.channel.patience_s is None else queue.channel.patience_s
            found.append((passed, transfer.first_saved, Service(queue.channel.target.service_level or 0.8, queue.channel.target.awt_s, patience)))
    return max(found, key=lambda each: each[0].contacts_hourly * each[0].share * each[0].second_s, default=None)


def contacts_hourly(queue: Queue, scenario: Scenario) -> float:
    """Contacts of a queue in an average open hour of the first month."""
    offered = demand.contacts(queue, scenario.horizon)
    spread = demand.intervals(queue, scenario.horizon, offered)
    slots = np.concatenate([spread.open, spread.open & (queue.opening.holiday_share > 0)])
    return float(offered[0]) / (float(slots.sum(axis=1) @ spread.days[0]) * spread.interval_s / 3600)


def _ladder(scenario: Scenario, chosen: Generalists) -> tuple[Figure, ...]:
    growth, stages = _growth(scenario, chosen), progression(scenario, chosen)
    if stages.stages[0].exit_probability_monthly == 0:
        return (Figure("Months in each stage", None, MONTHS, "Nobody leaves, so nobody's time on the ladder ends.", MARKOV),)
    try:
        at_growth, at_rest = _settled(scenario, chosen, growth), _settled(scenario, chosen, 0.0)
    except InvalidScenario as error:
        return (Figure("Months in each stage", None, MONTHS, f"Not defined: {error.faults[0].problem}.", MARKOV),)
    return (*_stages(stages, at_growth, at_rest, growth), _learning(at_growth))


def _stages(stages: Progression, at_growth: Ladder, at_rest: Ladder, growth: float) -> tuple[Figure, ...]:
    stays = months_of_one_stay(stages)
    told = []
    for place, stage in enumerate(stages.stages):
        name = stage.name
        told += [
            Figure(
                f"Months in {name}", float(at_growth.months[place]), MONTHS, f"Of somebody who starts, returns counted; {stays[place]:.1f} at once.", MARKOV
            ),
            Figure(f"Share in {name} at {growth:.1%} growth a month", float(at_growth.structure[place]), SHARE, "What the ladder settles to.", MARKOV),
            Figure(f"Share in {name} without growth", float(at_rest.structure[place]), SHARE, "What it settles to when growth stops.", MARKOV),
        ]
    return tuple(told)


def _learning(ladder: Ladder) -> Figure:
    return Figure("Learning a month and person", ladder.learning_hours_monthly, HOURS, "Training content of those who reach a stage, over all people.", MARKOV)


POLICY = Policy(
    name="generalists",
    title="Generalist progression",
    conviction="Everybody learns all work, shows mastery before rising, keeps the earlier work, and goes back a stage when quality falls.",
    parameters=Generalists,
    apply=apply,
    figures=figures,
    assumes=(
        "Queues of a group are pooled by channel; groups and sites are not merged. Groups that state their people stay as they are.",
        "The time that learning takes is that of a ladder in balance at the growth looked at, from the first month on.",
        "Stages change who can take what, not how many contacts a person takes beyond the penalty of breadth.",
    ),
    evidence=(
        "That pooling saves little in a large centre, and a few per cent of longer handle time undo it, is exact under Erlang's assumptions; that breadth "
        "slows learning is published (Pinker & Shumsky 2000). How often people try, pass and fall back are assumptions."
    ),
)
