"""How long contacts last, what ending them early does, and what their spread costs.

Handle time is lognormal; above the quantile 1 - `tail_share` it may be Pareto instead, since a lognormal misses the longest calls. Ending calls
at a limit shortens them, leaves some customers unserved, and brings others back: as a fresh draw (their issue is as hard as any) or carried over
(the issue needs its full time, plus what each new contact costs to begin).
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from planner.queueing import erlang

Floats = NDArray[np.float64]
NEVER = 1e-11
LONGEST_TAIL = 200_000


# How long contacts last ----------------------------------------------------------------------------------------------------------------------


class HandleTimes(NamedTuple):
    """The distribution of handle time: ln S is normal(mu, sigma), in seconds; above the quantile 1 - tail_share Pareto with `tail_index`."""

    mu: float
    sigma: float
    tail_share: float = 0.0
    tail_index: float = 3.0

    @property
    def tail_from_s(self) -> float:
        """Where the Pareto tail begins, in seconds; infinite without one."""
        return math.exp(self.mu + self.sigma * float(ndtri(1 - self.tail_share))) if self.tail_share > 0 else math.inf

    @property
    def mean_s(self) -> float:
        """Mean handle time in seconds, the tail included."""
        return float(mean_ended_s(self, math.inf))

    @property
    def scv(self) -> float:
        """Variance over squared mean, the tail included; infinite for a tail index of 2 and less."""
        return float(square_ended_s2(self, math.inf)) / self.mean_s**2 - 1


@lru_cache(maxsize=4096)
def handle_times(mean_s: float, scv: float, tail_share: float = 0.0, tail_index: float = 3.0) -> HandleTimes:
    """Handle times with this mean, whose body has the spread c2 = exp(sigma^2) - 1; a tail leaves the mean as it is and adds spread.

    >>> times = handle_times(360, 1.4)
    >>> round(math.exp(times.mu)), round(times.mean_s)
    (232, 360)

    Source: Brown et al. 2005, "Statistical analysis of a telephone call center" (V), for the lognormal body.
    """
    if not (mean_s > 0 and scv >= 0 and 0 <= tail_share < 1 and tail_index > 1):
        raise ValueError("mean_s must be above 0, scv 0 or more, tail_share from 0 to below 1, and tail_index above 1")
    sigma = math.sqrt(math.log1p(scv))
    body = HandleTimes(math.log(mean_s) - sigma**2 / 2, sigma, tail_share, tail_index)
    return body if tail_share == 0 else body._replace(mu=body.mu + math.log(mean_s / body.mean_s))


def share_longer(times: HandleTimes, seconds: ArrayLike) -> Any:
    """P(S > t): share of contacts that last longer than t, in the shape of `seconds`.

    >>> round(float(share_longer(handle_times(360, 1.4), 90)), 3)
    0.845

    Source: lognormal; above the tail's beginning tail_share (t_0 / t)^alpha, derived.
    """
    t = np.asarray(seconds, dtype=float)
    body = _body_longer(times, t)
    if not times.tail_share:
        return body
    start = times.tail_from_s
    return np.where(t <= start, body, times.tail_share * (start / np.maximum(t, start)) ** times.tail_index)


def _body_longer(times: HandleTimes, t: Floats) -> Floats:
    """P(S > t) of the lognormal body; a spread of 0 is one length for all."""
    if times.sigma == 0:
        return np.where(t < math.exp(times.mu), 1.0, 0.0)
    return np.asarray(ndtr(-_distance(times, t)))


def _distance(times: HandleTimes, t: Floats, moment: int = 0) -> Floats:
    """(ln t - mu - moment sigma^2) / sigma, minus infinity at t = 0."""
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(t) - times.mu - moment * times.sigma**2) / times.sigma)


def mean_ended_s(times: HandleTimes, limit_s: ArrayLike) -> Any:
    """E[min(S, t)]: mean handle time in seconds if every contact ends at the limit, in the shape of `limit_s`.

    >>> mean_ended_s(handle_times(360, 1.4), [90, 180, 360, 720, 1800]).round().tolist()
    [85.0, 150.0, 230.0, 300.0, 348.0]

    Source: m Phi((ln t - mu - sigma^2)/sigma) + t (1 - Phi((ln t - mu)/sigma)), M; the tail derived.
    """
    return _ended(times, limit_s, 1)


def square_ended_s2(times: HandleTimes, limit_s: ArrayLike) -> Any:
    """E[min(S, t)^2] in squared seconds, in the shape of `limit_s`.

    >>> times = handle_times(360, 1.4)
    >>> (square_ended_s2(times, [90, 360]) / mean_ended_s(times, [90, 360]) ** 2 - 1).round(3).tolist()
    [0.025, 0.252]

    Source: exp(2 mu + 2 sigma^2) Phi(.) + t^2 (1 - Phi(.)), M; the tail derived.
    """
    return _ended(times, limit_s, 2)


def _ended(times: HandleTimes, limit_s: ArrayLike, moment: int) -> Any:
    t = np.asarray(limit_s, dtype=float)
    if np.any(~(t >= 0)):
        raise ValueError("a limit must be 0 seconds or more")
    start = times.tail_from_s
    body = _body_ended(times, np.minimum(t, start), moment)
    if not times.tail_share:
        return body
    return body + np.where(t > start, _tail_beyond(times, np.maximum(t, start), moment), 0.0)


def _body_ended(times: HandleTimes, t: Floats, moment: int) -> Floats:
    """E[min(S, t)^moment] of the lognormal body."""
    if times.sigma == 0:
        return np.asarray(np.minimum(t, math.exp(times.mu)) ** moment)
    whole = math.exp(moment * times.mu + (moment * times.sigma) ** 2 / 2)
    longer = _body_longer(times, t)
    cut = np.where(longer > 0, np.where(np.isinf(t), 0.0, t) ** moment * longer, 0.0)
    return np.asarray(whole * ndtr(_distance(times, t, moment)) + cut)


def _tail_beyond(times: HandleTimes, t: Floats, moment: int) -> Floats:
    """Integral of moment x^(moment - 1) P(S > x) from the tail's beginning to t."""
    start, index = times.tail_from_s, times.tail_index
    scale = moment * times.tail_share * start**moment
    if index == moment:
        return np.asarray(scale * np.log(t / start))
    return np.asarray(scale * (1 - (t / start) ** (moment - index)) / (index - moment))


def work_in_longest(times: HandleTimes, share: float) -> float:
    """Share of all handling time that the longest contacts of this share take.

    >>> round(work_in_longest(handle_times(190, 1.36, 0.01, 2.9), 0.01), 2)
    0.09

    Source: derived; one bank's log has 9 % of the work in the longest 1 % of calls.
    """
    if not 0 < share < 1:
        raise ValueError("a share of the contacts lies between 0 and 1")
    if times.tail_share and share <= times.tail_share:
        least = times.tail_from_s * (times.tail_share / share) ** (1 / times.tail_index)
    else:
        least = math.exp(times.mu + times.sigma * float(ndtri(1 - share)))
    return work_in_longer(times, least)


def work_in_longer(times: HandleTimes, seconds: float) -> float:
    """Share of all handling time that lies in contacts longer than so many seconds: 1 - (E[min(S, t)] - t P(S > t)) / E[S].

    >>> round(work_in_longer(handle_times(190, 1.36), 90), 2)
    0.9

    Source: derived.
    """
    within = float(mean_ended_s(times, seconds)) - seconds * float(share_longer(times, seconds))
    return 1 - within / times.mean_s


# What ending them early does -----------------------------------------------------------------------------------------------------------------


class Ending(NamedTuple):
    """How contacts are ended, and what becomes of issues that one contact did not resolve."""

    limit_s: float = math.inf
    """Where a contact is ended, in seconds; infinite: never."""
    share_ended: float = 1.0
    """Share of the longer contacts that really end there: 1 is a cap, less a soft target."""
    resolution: float = 0.8
    """Share of contacts that resolve the issue if they are not ended early. Fresh draws only: an issue carried over is resolved when it is done."""
    give_up: float = 0.0
    """Share of unresolved customers who do not come back."""
    restart_s: float = 60.0
    """Carried over: what each further contact takes before the issue goes on, in seconds."""
    restart_within: bool = True
    """Carried over: whether the restart counts against the limit."""


class Effect(NamedTuple):
    """What an ending comes to, per issue and per contact."""

    contacts_per_issue: float
    handle_time_s: float
    """Mean length of a contact in seconds."""
    resolved_share: float
    """Share of issues that end resolved."""
    ended_share: float
    """Share of contacts that are ended at the limit."""
    scv: float
    """Spread of the length of a contact: variance over squared mean."""

    @property
    def work_s(self) -> float:
        """Handling time per issue in seconds."""
        return self.contacts_per_issue * self.handle_time_s


@lru_cache(maxsize=16_384)
def fresh_draws(times: HandleTimes, ending: Ending) -> Effect:
    """The effect where every repeat is a new draw: R = f_0 (1 - ended), K = 1 / (1 - (1 - R)(1 - d)), resolved R K.

    >>> effect = fresh_draws(handle_times(360, 1.4), Ending(limit_s=90))
    >>> round(effect.contacts_per_issue, 2), round(effect.work_s)
    (8.05, 686)

    Source: derived.
    """
    _refuse_ending(ending, ending.limit_s)
    ended = ending.share_ended * float(share_longer(times, ending.limit_s))
    resolved = ending.resolution * (1 - ended)
    back = (1 - resolved) * (1 - ending.give_up)
    if back >= 1:
        raise ValueError("nothing is ever resolved and nobody gives up: the contacts of an issue never end")
    contacts = 1 / (1 - back)
    mean = _mixed(times, ending, 1)
    return Effect(contacts, mean, resolved * contacts, ended, _mixed(times, ending, 2) / mean**2 - 1)


def _mixed(times: HandleTimes, ending: Ending, moment: int) -> float:
    """Moment of a contact's length where a share of the longer ones is ended; nothing is asked of those that nobody lets run."""
    let_run = 1 - ending.share_ended if ending.limit_s < math.inf else 1.0
    ran = let_run * float(_ended(times, math.inf, moment)) if let_run else 0.0
    return ran + (1 - let_run) * float(_ended(times, ending.limit_s, moment))


@lru_cache(maxsize=16_384)
def carried_over(times: HandleTimes, ending: Ending) -> Effect:
    """The effect where an issue goes on in the next contact until its whole length is worked off, each restart on top.

    Contact j + 1 begins with probability P(S > t_j) (e (1 - d))^j, t_j the work done when the j-th contact is ended.

    >>> effect = carried_over(handle_times(360, 1.4), Ending(limit_s=90))
    >>> round(effect.contacts_per_issue, 1), round(effect.work_s, -1)
    (10.6, 940.0)

    Source: derived. The sum ends where fewer issues go on than can be told, or after LONGEST_TAIL contacts: with the heaviest tail a scenario may have and a
    limit of a minute, 4e-6 of the work is left out.
    """
    step = ending.limit_s - (ending.restart_s if ending.restart_within else 0.0)
    _refuse_ending(ending, step)
    done, reached = _rounds(times, ending, step)
    longer = np.asarray(share_longer(times, done))
    begun = reached * longer[:-1]
    restart = np.where(np.arange(len(begun)) > 0, ending.restart_s, 0.0)
    first = (reached * _part(times, ending, done, restart, 1)).sum()
    second = (reached * _part(times, ending, done, restart, 2)).sum()
    ended = float((reached * ending.share_ended * longer[1:]).sum())
    contacts = float(begun.sum())
    resolved = float((reached * (longer[:-1] - ending.share_ended * longer[1:])).sum())
    return Effect(contacts, float(first) / contacts, resolved, ended / contacts, float(second) / contacts / (float(first) / contacts) ** 2 - 1)


def _rounds(times: HandleTimes, ending: Ending, step: float) -> tuple[Floats, Floats]:
    """Work done before each contact, and after the last [J+1]; share of issues, if long enough, that get as far as each contact [J]."""
    if math.isinf(step):
        return np.array([0.0, math.inf]), np.ones(1)
    back = ending.share_ended * (1 - ending.give_up)
    count = min(_rounds_needed(times, ending, step, back), LONGEST_TAIL)
    done = np.concatenate(([0.0], ending.limit_s + step * np.arange(count)))
    return done, np.asarray(back ** np.arange(count), dtype=float)


def _rounds_needed(times: HandleTimes, ending: Ending, step: float, back: float) -> int:
    """Contacts after which fewer issues than can be told go on."""
    by_giving_up = math.log(NEVER) / math.log(back) + 2 if 0 < back < 1 else (2 if back == 0 else math.inf)
    longest = times.tail_from_s * (times.tail_share / NEVER) ** (1 / times.tail_index) if times.tail_share else math.exp(times.mu + 7 * times.sigma)
    return math.ceil(min(by_giving_up, max(longest - ending.limit_s, 0) / step + 2))


def _part(times: HandleTimes, ending: Ending, done: Floats, restart: Floats, moment: int) -> Floats:
    """Moment of the length of each contact, restart included, over issues long enough to begin it [J]."""
    until, endless = _between(times, done[:-1], done[1:]), _between(times, done[:-1], np.full(len(restart), math.inf))
    longer = np.asarray(share_longer(times, done[:-1]))
    let_run = 1 - ending.share_ended
    found = np.zeros(len(restart))
    for share, (mean, square) in ((1 - let_run, until), (let_run, endless)):
        if share:
            found += share * (mean + restart * longer if moment == 1 else square + 2 * restart * mean + restart**2 * longer)
    return found


def _between(times: HandleTimes, begin: Floats, end: Floats) -> tuple[Floats, Floats]:
    """E[(min(S, end) - begin)^+] and its square's [J]."""
    mean: Floats = mean_ended_s(times, end) - mean_ended_s(times, begin)
    square: Floats = square_ended_s2(times, end) - square_ended_s2(times, begin) - 2 * begin * mean
    return mean, square


def _refuse_ending(ending: Ending, step: float) -> None:
    if not step > 0:
        raise ValueError("the limit must be above 0 seconds, and above the restart where that counts against it: no contact would get anywhere")
    if not all(0 <= share <= 1 for share in (ending.share_ended, ending.resolution, ending.give_up)) or ending.restart_s < 0:
        raise ValueError("shares lie between 0 and 1, and a restart takes 0 seconds or more")


# What it is judged by ------------------------------------------------------------------------------------------------------------------------


class Scorecard(NamedTuple):
    """One hour of a team under an ending: what it looks like by calls per hour, and what it comes to by cost and value."""

    agents: int
    contacts_per_agent_hour: float
    handle_time_s: float
    contacts_per_issue: float
    resolved_share: float
    cost_per_issue: float
    cost_per_resolution: float | None
    """None where nothing is resolved."""
    lost_value_per_issue: float
    total_per_issue: float
    """Cost and lost value of one issue."""


class Team(NamedTuple):
    """Whom a scorecard is told for: issues an hour, the service promised, and what an agent's hour and a lost issue cost."""

    issues_hourly: float
    target: float = 0.8
    awt_s: float = 20.0
    patience_s: float = math.inf
    hourly_cost: float = 30.0
    lost_issue: float = 0.0


def scorecard(effect: Effect, team: Team) -> Scorecard:
    """The scorecard of an effect: agents by Erlang C (infinite patience) or Erlang A for contacts = issues x contacts per issue.

    >>> times, team = handle_times(360, 1.4), Team(200)
    >>> told = [scorecard(fresh_draws(times, Ending(limit)), team) for limit in (math.inf, 90)]
    >>> [(card.agents, round(card.cost_per_resolution, 2), round(card.contacts_per_agent_hour, 1)) for card in told]
    [(30, 4.5, 8.3), (42, 6.3, 38.3)]

    Source: derived; the queue by model.md 2.1 and 2.2.
    """
    contacts = team.issues_hourly * effect.contacts_per_issue
    load = contacts * effect.handle_time_s / 3600
    agents = int(erlang.required_agents(load, effect.handle_time_s, team.target, team.awt_s, team.patience_s))
    if not agents:
        raise ValueError("a scorecard needs issues and a target that asks for somebody")
    each = agents * team.hourly_cost / team.issues_hourly
    lost = (1 - effect.resolved_share) * team.lost_issue
    resolved = effect.resolved_share
    per_resolution = each / resolved if resolved > 0 else None
    return Scorecard(agents, contacts / agents, effect.handle_time_s, effect.contacts_per_issue, resolved, each, per_resolution, lost, each + lost)


class LongCall(NamedTuple):
    """What one call that takes an agent out of the team comes to."""

    cost: float
    contacts_displaced: float
    service_before: float
    service_during: float


def long_call(load: float, agents: int, aht_s: float, awt_s: float, hours: float, hourly_cost: float, patience_s: float = math.inf) -> LongCall:
    """One call of so many hours in a team of n agents: its cost, the average contacts it displaces, the service of n and of n - 1 agents.

    >>> told = long_call(100 / 6, 21, 300, 20, 8, 30)
    >>> told.cost, told.contacts_displaced, round(told.service_before, 3), round(told.service_during, 3)
    (240, 96.0, 0.826, 0.729)

    Source: derived, by Erlang C or A.
    """
    service = [float(erlang.performance(load, n, aht_s, awt_s, patience_s).service_level) for n in (agents, agents - 1)]
    return LongCall(hours * hourly_cost, hours * 3600 / aht_s, service[0], service[1])


def agents_per_second(contacts_hourly: float, aht_s: float, agents: float) -> float:
    """Agents that one more second of handle time takes at constant service, dn/dm = lambda (1 + beta / (2 sqrt(a))).

    >>> round(agents_per_second(1_000, 360, 109), 3)
    0.29

    Source: square-root staffing (Halfin & Whitt 1981, M), derived.
    """
    arrivals = contacts_hourly / 3600
    load = arrivals * aht_s
    if not load > 0:
        raise ValueError("contacts and handle time must be above 0")
    beta = (agents - load) / math.sqrt(load)
    return arrivals * (1 + beta / (2 * math.sqrt(load)))


# What their spread costs in waiting ----------------------------------------------------------------------------------------------------------


def lee_longton_asa_s(load: ArrayLike, agents: ArrayLike, aht_s: ArrayLike, scv: ArrayLike) -> Any:
    """Mean wait in seconds for handle times of any spread, (1 + c2) / 2 times that of Erlang C, broadcast.

    >>> round(float(lee_longton_asa_s(100 / 6, 20, 300, 1.4)), 1)
    36.5

    Source: Lee & Longton 1959; Allen-Cunneen (M). Exact for one agent (Pollaczek-Khinchine).
    """
    return (1 + _spread(scv)) / 2 * np.asarray(erlang.performance(load, agents, aht_s, 0).asa_s)


def _spread(scv: ArrayLike) -> Floats:
    spread = np.asarray(scv, dtype=float)
    if np.any(~(spread >= 0)):
        raise ValueError("a spread must be 0 or more")
    return spread


def same_length_asa_s(load: ArrayLike, agents: ArrayLike, aht_s: ArrayLike) -> Any:
    """Mean wait in seconds where every contact takes the same time (M/D/n), broadcast.

    1/2 [1 + (1 - rho)(n - 1)(sqrt(4 + 5n) - 2) / (16 rho n)] times that of Erlang C, the bracket 2 at most.

    >>> round(float(same_length_asa_s(100 / 6, 20, 300)), 1)
    16.7

    Source: Cosmetatos 1976 (M).
    """
    a, n = np.asarray(load, dtype=float), np.asarray(agents, dtype=float)
    rho = a / n
    bracket = 1 + (1 - rho) * (n - 1) * (np.sqrt(4 + 5 * n) - 2) / (16 * rho * n)
    return np.minimum(bracket, 2) / 2 * np.asarray(erlang.performance(load, agents, aht_s, 0).asa_s)


def kimura_asa_s(load: ArrayLike, agents: ArrayLike, aht_s: ArrayLike, scv: ArrayLike) -> Any:
    """Mean wait in seconds for handle times of any spread: (1 + c2) / [(1 - c2) / W_MD + 2 c2 / W_MM], broadcast.

    >>> [round(float(kimura_asa_s(100 / 6, 20, 300, spread)), 1) for spread in (0.25, 1.4, 4)]
    [20.4, 35.3, 60.1]

    Source: Kimura 1986 (cf. Kimura 1994, V).
    """
    spread = _spread(scv)
    same, exponential = same_length_asa_s(load, agents, aht_s), np.asarray(erlang.performance(load, agents, aht_s, 0).asa_s)
    return (1 + spread) / ((1 - spread) / same + 2 * spread / exponential)


def service_level_with_spread(load: ArrayLike, agents: ArrayLike, aht_s: ArrayLike, awt_s: ArrayLike, scv: ArrayLike) -> Any:
    """Service level for handle times of any spread, 1 - C exp(-2 (n - a) T / ((1 + c2) m)), broadcast. With abandonment spread hardly matters.

    >>> round(float(service_level_with_spread(100 / 6, 21, 300, 20, 4)), 3)
    0.793

    Source: derived from the mean wait of Lee and Longton.
    """
    return erlang.performance(load, agents, aht_s, 2 * np.asarray(awt_s, dtype=float) / (1 + _spread(scv))).service_level
