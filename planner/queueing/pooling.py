"""Teams together or apart: what pooling saves, the handle-time penalty at which it stops to, transfers, and teams with several skills."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from planner.queueing import erlang


class Service(NamedTuple):
    """What is promised: a share of contacts within the acceptable wait, to customers who hang up after `patience_s` on average."""

    target: float = 0.8
    awt_s: float = 20.0
    patience_s: float = math.inf


PROMISE = Service()


def agents_for(load: float, aht_s: float, service: Service = PROMISE) -> int:
    """The fewest agents that keep a promise.

    >>> agents_for(40, 300)
    46
    """
    return int(erlang.required_agents(load, aht_s, service.target, service.awt_s, service.patience_s))


def pooled_and_apart(loads: Sequence[float], aht_s: float, service: Service = PROMISE) -> tuple[int, int]:
    """Agents of one team for all loads (erlangs, one handle time), and of a team for each.

    >>> pooled_and_apart([10, 10, 10, 10], 300)
    (46, 56)

    Source: Smith & Whitt 1981, "Resource sharing for efficiency in traffic systems" (M).
    """
    return agents_for(sum(loads), aht_s, service), sum(agents_for(load, aht_s, service) for load in loads)


def safety_saved(groups: int, load_each: float, beta: float) -> float:
    """Agents that pooling k equal groups saves by the square-root rule, beta sqrt(a) (k - sqrt(k)).

    >>> round(safety_saved(4, 50, 0.8), 1)
    11.3

    Source: square-root staffing, derived.
    """
    return beta * math.sqrt(load_each) * (groups - math.sqrt(groups))


def penalty_by_square_root(groups: int, load_each: float, beta: float) -> float:
    """Handle-time penalty of breadth at which pooling k equal groups stops to save, by the square-root rule with beta held: conservative.

    beta (sqrt(k) - 1) / sqrt(k a) / [1 + beta / (2 sqrt(k a))].

    >>> round(penalty_by_square_root(4, 50, 0.8), 3)
    0.055

    Source: derived; `largest_penalty` searches the exact one.
    """
    root = math.sqrt(groups * load_each)
    return beta * (math.sqrt(groups) - 1) / root / (1 + beta / (2 * root))


def largest_penalty(load: float, aht_s: float, agents: int, service: Service = PROMISE) -> float:
    """The largest share by which a pooled team's handle time may grow before it needs more than so many agents; -1: it never gets by with them.

    >>> round(largest_penalty(40, 300, 56), 2)
    0.24

    Source: exact search, derived.
    """
    if agents < 1 or not load > 0:
        raise ValueError("a team has at least one agent, and some load")

    def fits(penalty: float) -> bool:
        return agents_for(load * (1 + penalty), aht_s * (1 + penalty), service) <= agents

    low, high = -1.0, 1.0
    while fits(high):
        low, high = high, 2 * high
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


# Transfers -----------------------------------------------------------------------------------------------------------------------------------


class Transfers(NamedTuple):
    """A first line that passes a share of its contacts on to specialists."""

    contacts_hourly: float
    first_s: float
    """Handle time of the first line."""
    handover_s: float
    """What handing over takes, of both agents."""
    second_s: float
    """Handle time of the specialist."""
    share: float
    """Share of contacts that are passed on."""


class TwoLines(NamedTuple):
    """A first line and its specialists at the agents they need, each line for itself."""

    first_agents: int
    second_agents: int
    asa_s: float
    """Wait of a customer over both lines, by how many take the second."""
    both_service_level: float
    """Share of transferred customers who are served in time at both."""

    @property
    def agents(self) -> int:
        """Agents of both lines."""
        return self.first_agents + self.second_agents


def two_lines(transfers: Transfers, service: Service = PROMISE) -> TwoLines:
    """First line and specialists: a_F = lambda (h_1 + share h_x), a_S = lambda share (h_2 + h_x); wait W_F + share W_S; SL_F x SL_S.

    >>> told = two_lines(Transfers(300, 240, 45, 420, 0.25))
    >>> told.first_agents, told.second_agents, round(told.asa_s, 1), round(told.both_service_level, 3)
    (26, 14, 14.4, 0.756)

    Source: derived; on when to pass on, Shumsky & Pinker 2003, "Gatekeepers and referrals in services" (V).
    """
    arrivals = transfers.contacts_hourly / 3600
    lengths = (transfers.first_s + transfers.share * transfers.handover_s, transfers.second_s + transfers.handover_s)
    loads = (arrivals * lengths[0], arrivals * transfers.share * lengths[1])
    agents = [agents_for(load, length, service) for load, length in zip(loads, lengths, strict=True)]
    found = [erlang.performance(load, n, length, service.awt_s, service.patience_s) for load, n, length in zip(loads, agents, lengths, strict=True)]
    wait = float(found[0].asa_s) + transfers.share * float(found[1].asa_s)
    return TwoLines(agents[0], agents[1], wait, float(found[0].service_level) * float(found[1].service_level))


def generalist_aht_s(transfers: Transfers, first_saved: float = 0.6) -> float:
    """Handle time of one person who does it all: h_1 + share (h_2 - saved x h_1), without handover and without diagnosing hard cases twice.

    >>> generalist_aht_s(Transfers(300, 240, 45, 420, 0.25))
    309.0

    Source: derived; the 60 % of the first diagnosis that is saved is an assumption.
    """
    return transfers.first_s + transfers.share * (transfers.second_s - first_saved * transfers.first_s)


def generalists_for(transfers: Transfers, first_saved: float = 0.6, service: Service = PROMISE) -> int:
    """Agents of one team that does it all.

    >>> generalists_for(Transfers(300, 240, 45, 420, 0.25))
    31
    """
    aht_s = generalist_aht_s(transfers, first_saved)
    return agents_for(transfers.contacts_hourly * aht_s / 3600, aht_s, service)


# Several skills ------------------------------------------------------------------------------------------------------------------------------


def subset_surplus(agents: Mapping[frozenset[str], float], loads: Mapping[str, float], aht_s: float, service: Service = PROMISE) -> dict[frozenset[str], float]:
    """By set of contact types: agents who take any of them, less the agents that their pooled load needs. All at least 0: the teams are enough.

    Exact where nobody or everybody takes everything; in between mildly optimistic: add one agent a pool, or simulate.

    >>> calls, mail, both = frozenset({"calls"}), frozenset({"mail"}), frozenset({"calls", "mail"})
    >>> sorted(subset_surplus({calls: 11, mail: 11, both: 3}, {"calls": 10, "mail": 10}, 300).values())
    [0, 0, 0]

    Source: Wallace & Whitt 2005, "A staffing algorithm for call centers with skill-based routing" (V).
    """
    kinds = sorted(loads)
    wanted = map(frozenset, chain.from_iterable(combinations(kinds, size) for size in range(1, len(kinds) + 1)))
    return {some: sum(n for skills, n in agents.items() if skills & some) - agents_for(sum(loads[kind] for kind in some), aht_s, service) for some in wanted}
