"""Handle-time policy: a 90-second rule, a cap, a soft target or no limit, and the scorecard that shows calls per hour beside cost and value."""

import math
from typing import Annotated, Literal

import numpy as np

from planner import demand
from planner.channels import Voice
from planner.demand import Limit, limit_effects, unlimited_aht_s
from planner.parameters import Field, Fraction, Hours, Money, Seconds, Unit
from planner.policies.policy import MONEY, PLAIN, SHARE, TIMES, Figure, Policy, PolicyParameters
from planner.queueing import erlang
from planner.queueing import handle_time as formulas
from planner.queueing.handle_time import Effect, Scorecard, Team
from planner.scenario import Queue, Scenario, moved

SOURCE = "Lognormal with a Pareto tail; repeats derived"
NINETY = 90.0
SECONDS = Unit("s")
Rule = Literal["as_it_is", "no_limit", "soft_target", "cap", "ninety_seconds"]
RULES: dict[Rule, str] = {"no_limit": "no limit", "soft_target": "soft target", "cap": "cap", "ninety_seconds": "90-second rule"}
LARGE_TEAM = 200.0


class HandleTime(PolicyParameters):
    """The rule for the length of calls, and what unresolved customers do."""

    rule: Rule = "soft_target"
    """No limit, a soft target that some calls are ended at, a cap that all are ended at, or a cap of 90 seconds; as it is: what each queue says.
    Assumption: a soft target."""

    limit_s: Seconds = 720.0
    """Where the soft target or the cap lies. Assumption: 12 minutes."""

    soft_share_ended: Fraction = 0.3
    """Share of the longer calls that people end at a soft target. Assumption: 30 %."""

    repeats: Literal["fresh", "carried"] = "fresh"
    """What a repeat is: a new draw, as long as any other call, or the rest of the same issue, carried over. Assumption: a new draw."""

    resolution: Fraction = 0.7
    """Share of calls that resolve the issue where none is ended early. Source: 70 to 72 % on average (SQM, a vendor)."""

    give_up: Fraction = 0.2
    """Share of unresolved customers who do not call again. Assumption: 20 %."""

    restart_s: Annotated[float, Field(ge=0, le=3_600), Unit("s")] = 60.0
    """What a further call takes before a carried-over issue goes on. Assumption: a minute."""

    tail_share: Annotated[float, Field(ge=0, le=0.2), Unit("%", 100)] = 0.01
    """Share of calls in the long tail. Source: above the 99th percentile in one bank's log."""

    tail_index: Annotated[float, Field(gt=2, le=20), Unit("")] = 3.0
    """Power of the tail: the larger, the fewer very long calls. Source: about 3 in one bank's log."""

    hourly_cost: Money = 30.0
    """What an agent's hour costs on the scorecard. Assumption: $30."""

    lost_issue: Money = 40.0
    """Value lost with each issue that is never resolved. Assumption: $40; yours from what such customers are worth."""

    long_call_hours: Hours = 8.0
    """Length of the one very long call whose effect is told. Assumption: a shift."""

    @classmethod
    def neutral(cls) -> "HandleTime":
        """Every queue as it is."""
        return cls(rule="as_it_is")


def limit_of(rule: Rule, chosen: HandleTime) -> Limit:
    """The limit that a rule comes to, with what unresolved customers do."""
    where = {"cap": chosen.limit_s, "soft_target": chosen.limit_s, "ninety_seconds": NINETY}
    return Limit(
        limit_s=where.get(rule),
        share_ended=chosen.soft_share_ended if rule == "soft_target" else 1.0,
        repeats=chosen.repeats,
        resolution=chosen.resolution,
        give_up=chosen.give_up,
        restart_s=chosen.restart_s,
        tail_share=chosen.tail_share,
        tail_index=chosen.tail_index,
    )


def apply(scenario: Scenario, chosen: HandleTime) -> Scenario:
    """The scenario in which every telephone queue follows the rule; its contacts and handle times are taken to be those without a limit."""
    if chosen.rule == "as_it_is" or not _calls(scenario):
        return scenario
    limit = Limit() if chosen.rule == "no_limit" else limit_of(chosen.rule, chosen)
    queues = tuple(queue.but(limit=limit) if isinstance(queue.channel, Voice) else queue for queue in scenario.queues)
    return scenario if queues == scenario.queues else scenario.but(queues=queues)


def _calls(scenario: Scenario) -> list[Queue]:
    return [queue for queue in scenario.queues if isinstance(queue.channel, Voice)]


# Figures -------------------------------------------------------------------------------------------------------------------------------------


def scorecards(scenario: Scenario, chosen: HandleTime) -> dict[str, tuple[Effect, Scorecard]]:
    """What every rule comes to for an average hour of the largest telephone queue, by the rule's name; nothing without one.

    Issues are the same under every rule: contacts without a limit over the contacts that an issue then takes.
    """
    queue = _largest(scenario)
    if queue is None:
        return {}
    aht_s = float(unlimited_aht_s(queue, scenario.horizon)[0])
    found = {}
    for rule, name in RULES.items():
        limited, free = limit_effects(limit_of(rule, chosen), aht_s, queue.aht_scv)
        found[name] = (limited, formulas.scorecard(limited, _team(queue, scenario, chosen, free)))
    return found


def _largest(scenario: Scenario) -> Queue | None:
    """The telephone queue with the most work in the first month."""
    calls = _calls(moved(scenario))
    work = [float(demand.contacts(queue, scenario.horizon)[0]) * queue.aht_s for queue in calls]
    return calls[int(np.argmax(work))] if calls and max(work) > 0 else None


def _team(queue: Queue, scenario: Scenario, chosen: HandleTime, free: Effect) -> Team:
    """Whom the scorecard is told for; 80 % in time where the queue promises no service level."""
    assert isinstance(queue.channel, Voice)
    offered = queue.but(limit=Limit())
    hourly = _contacts_hourly(offered, scenario)
    patience = math.inf if queue.channel.patience_s is None else queue.channel.patience_s
    target = queue.channel.target
    return Team(hourly / free.contacts_per_issue, target.service_level or 0.8, target.awt_s, patience, chosen.hourly_cost, chosen.lost_issue)


def _contacts_hourly(queue: Queue, scenario: Scenario) -> float:
    """Contacts of an average open hour of the first month."""
    offered = demand.contacts(queue, scenario.horizon)
    spread = demand.intervals(queue, scenario.horizon, offered)
    slots = np.concatenate([spread.open, spread.open & (queue.opening.holiday_share > 0)])
    hours = float((slots.sum(axis=1) * spread.days[0]).sum()) * spread.interval_s / 3600
    return float(offered[0]) / hours


def figures(scenario: Scenario, chosen: HandleTime) -> tuple[Figure, ...]:
    """The scorecard of every rule, the very long calls, and what one of them does to a small and a large team."""
    cards, queue = scorecards(scenario, chosen), _largest(scenario)
    if queue is None:
        return (Figure("Cost of a resolved issue", None, MONEY, "The scenario has no telephone queue with contacts.", SOURCE),)
    return (*(figure for name, (effect, card) in cards.items() for figure in _card(name, effect, card)), *_long_calls(queue, scenario, chosen, cards))


def _card(name: str, effect: Effect, card: Scorecard) -> tuple[Figure, ...]:
    told = name[0].upper() + name[1:]
    return (
        Figure(f"{told}: calls per agent hour", card.contacts_per_agent_hour, PLAIN, "Looks best where calls are cut; judge nobody by it.", SOURCE),
        Figure(f"{told}: handle time", effect.handle_time_s, SECONDS, "Mean length of a call.", SOURCE),
        Figure(f"{told}: calls ended early", effect.ended_share, SHARE, "Share of calls that are ended at the limit.", SOURCE),
        Figure(f"{told}: calls an issue", effect.contacts_per_issue, TIMES, "How often a customer must call.", SOURCE),
        Figure(f"{told}: work an issue", effect.work_s, SECONDS, "Handling time over all calls of an issue.", SOURCE),
        Figure(f"{told}: issues resolved", effect.resolved_share, SHARE, "Of all issues, however many calls they take.", SOURCE),
        Figure(f"{told}: cost of a resolved issue", card.cost_per_resolution, MONEY, "Agents' hours over issues resolved; none: nothing is resolved.", SOURCE),
        Figure(f"{told}: cost and lost value of an issue", card.total_per_issue, MONEY, "What the rule really costs.", SOURCE),
    )  # fmt: skip


def _long_calls(queue: Queue, scenario: Scenario, chosen: HandleTime, cards: dict[str, tuple[Effect, Scorecard]]) -> tuple[Figure, ...]:
    aht_s = float(unlimited_aht_s(queue, scenario.horizon)[0])
    body = formulas.handle_times(aht_s, queue.aht_scv)
    tail = formulas.handle_times(aht_s, queue.aht_scv, chosen.tail_share, chosen.tail_index)
    agents = cards["no limit"][1].agents
    hour = 3600.0
    team = _team(queue, scenario, chosen, cards["no limit"][0])
    return (
        Figure("Calls over an hour, lognormal", float(formulas.share_longer(body, hour)), SHARE, "A lognormal misses the longest calls.", SOURCE),
        Figure("Calls over an hour, with the long tail", float(formulas.share_longer(tail, hour)), SHARE, "What one bank's log looks like.", SOURCE),
        Figure("Work in the longest 1 % of calls", formulas.work_in_longest(tail, 0.01), SHARE, "Share of all handling time.", SOURCE),
        Figure(
            "Agents that one more second takes",
            formulas.agents_per_second(cards["no limit"][1].contacts_per_agent_hour * agents, aht_s, agents), PLAIN, "At the same service.", SOURCE,
        ),
        *_one_long_call("this team", team, cards["no limit"][1].contacts_per_agent_hour * agents * aht_s / hour, aht_s, chosen),
        *_one_long_call("a team of 200 erlangs", team, LARGE_TEAM, aht_s, chosen),
    )  # fmt: skip


def _one_long_call(whose: str, team: Team, load: float, aht_s: float, chosen: HandleTime) -> tuple[Figure, ...]:
    agents = int(erlang.required_agents(load, aht_s, team.target, team.awt_s, team.patience_s))
    told = formulas.long_call(load, agents, aht_s, team.awt_s, chosen.long_call_hours, chosen.hourly_cost, team.patience_s)
    meaning = f"While one of {agents} agents is on one call of {chosen.long_call_hours:g} hours; before it {told.service_before:.1%}."
    return (Figure(f"Service during a long call, {whose}", told.service_during, SHARE, meaning, SOURCE),)


POLICY = Policy(
    name="handle_time",
    title="Handle-time policy",
    conviction="A call lasts as long as the customer needs: judge by cost of a resolved issue and by value, never by calls an hour.",
    parameters=HandleTime,
    apply=apply,
    figures=figures,
    assumes=(
        "Contacts and handle times of the scenario are those without a limit; a limit makes customers call again or give up.",
        "An issue that is resolved is worth the same whatever the length of the call; service promised stays as it is.",
        "Handle time is lognormal with a power tail; the same for every customer and agent.",
    ),
    evidence=(
        "The effect of repeats is our own derivation, checked by simulation. That handle time is lognormal with a heavy tail rests on one bank's log, and "
        "the share resolved on a vendor's averages. With customers who hang up, the spread of handle time hardly changes waiting: resolution is the point."
    ),
)
