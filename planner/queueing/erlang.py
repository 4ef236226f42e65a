"""Waiting and staffing of a telephone queue: Erlang B, Erlang C and Erlang A, exactly, for one interval or a million.

Contacts come at random (Poisson), handle times are exponential with mean `aht_s`, all agents can take all contacts. `load` is the offered
load in erlangs (contacts per second x `aht_s`); `patience_s` is the mean time after which a waiting contact gives up, infinite for
Erlang C. `service_level` is what is served within `awt_s`, divided by everything offered. Numbers or arrays, which broadcast; numbers in,
numbers out. Erlang C is the pessimistic end of a bracket, Erlang A the optimistic one (Robbins, Medeiros & Harrison 2010).

Sources: Erlang 1917; Palm 1957; Garnett, Mandelbaum & Reiman 2002; Gans, Koole & Mandelbaum 2003.
"""

import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.queueing import _arrays
from planner.queueing._arrays import Floats, Integers

TARGETS = ("service_level", "asa", "abandonment", "occupancy")
"""The targets that may decide a requirement, in the order in which a tie is told."""

Binding = NDArray[np.int8]


class Performance(NamedTuple):
    """How a number of agents performs."""

    wait_probability: Any
    """Share of contacts that do not find a free agent."""
    service_level: Any
    """(Served within the acceptable wait) / offered."""
    asa_s: Any
    """Mean wait of all contacts, served or not, in seconds."""
    abandonment: Any
    """Abandoned / offered."""
    occupancy: Any
    """Share of the agents' time spent on contacts; 1 where the queue grows without end or nobody is there."""


class ExpectedPerformance(NamedTuple):
    """How a number of agents performs over days of random load, each day weighted by its calls."""

    service_level: Any
    asa_s: Any
    abandonment: Any
    occupancy: Any


def _kernels() -> Any:
    """The compiled loops, imported when the first call needs them: numba alone takes longer to import than all the rest."""
    from planner.queueing import _kernels

    return _kernels


@functools.cache
def _diagonal() -> Floats:
    table: Floats = _kernels().diagonal_table()
    return table


def _value(result: NDArray[Any], shape: tuple[int, ...]) -> Any:
    """An array of that shape; a number where the shape is that of a number."""
    return result.reshape(shape) if shape else result.item()


def _fraction_start(load: Floats, agents: Floats) -> Floats:
    """1 / Erlang B at the fractional part f of `agents`: a^-f e^a Gamma(1 + f, a), or its asymptotic series for larger loads."""
    part = agents - np.floor(agents)
    if not part.any():
        return np.broadcast_to(np.float64(1.0), part.shape)
    from scipy.special import gamma, gammaincc

    series, term = np.ones_like(part), np.ones_like(part)
    large = np.maximum(load, 50.0)
    for k in range(20):
        term = term * (part - k) / large
        series += term
    small = np.minimum(np.maximum(load, 1e-300), 50.0)
    direct = np.exp(small) * small**-part * gamma(1.0 + part) * gammaincc(1.0 + part, small)
    return np.where(part == 0.0, 1.0, np.where(load > 50.0, series, direct))


def _inverse_blocking(load: ArrayLike, agents: ArrayLike) -> tuple[tuple[int, ...], Floats, Floats, Floats]:
    shape, (a, n) = _arrays.spread(_arrays.numbers("load", load), _arrays.numbers("agents", agents))
    inverse = np.empty(a.size)
    _kernels().inverse_blocking_many(a, n, _fraction_start(a, n), inverse)
    return shape, a, n, inverse


def erlang_b(load: ArrayLike, agents: ArrayLike) -> Any:
    """Share of contacts that are blocked when nobody can wait.

    1/B(n) = 1 + (n/a) / B(n-1) from B(0) = 1; for a fractional number of agents its continuous extension,
    1/B = a times the integral of e^{-at} (1+t)^n over t > 0. Erlang 1917; Jagerman 1974.

    >>> round(erlang_b(5, 10), 7)
    0.0183846
    """
    shape, _, _, inverse = _inverse_blocking(load, agents)
    return _value(1.0 / inverse, shape)


def erlang_c(load: ArrayLike, agents: ArrayLike) -> Any:
    """Share of contacts that wait when nobody gives up; 1 where agents do not exceed the load.

    C = 1 / ((1 - a/n)/B + a/n). Fractional agents as in `erlang_b`. Erlang 1917.

    >>> round(erlang_c(5, 10), 7)
    0.0361054
    """
    shape, a, n, inverse = _inverse_blocking(load, agents)
    stable = n > a
    waiting = np.ones(a.size)
    whole = np.where(stable, n, 1.0)
    np.divide(1.0, (n - a) / whole * np.where(stable, inverse, 1.0) + a / whole, out=waiting, where=stable)
    return _value(waiting, shape)


def required_servers_for_blocking(load: ArrayLike, max_blocking: ArrayLike) -> Any:
    """The fewest servers (trunks) that block at most the share `max_blocking`, by Erlang B.

    >>> required_servers_for_blocking(5, 0.02)
    10
    """
    limit = _arrays.numbers("max_blocking", max_blocking, most=1.0, above=True, below=False)
    shape, (a, limit) = _arrays.spread(_arrays.numbers("load", load), limit)
    servers = np.empty(a.size, dtype=np.int64)
    _kernels().servers_for_blocking_many(a, limit, servers)
    return _value(servers, shape)


def performance(
    load: ArrayLike,
    agents: ArrayLike,
    aht_s: ArrayLike,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
) -> Performance:
    """Wait probability, service level, ASA, abandonment and occupancy of `agents` under `load`.

    Infinite patience: Erlang C, SL = 1 - C e^{-(n-a)T/m}, ASA = C m/(n-a); with agents at or below the load everybody waits without end
    (1, 0, infinity). Finite patience: Erlang A, without numerical integration (`_kernels.abandoning_queue`). No load: nobody waits. No
    agents: nobody is served, and with finite patience all give up. Fractional agents are understood with infinite patience only.

    >>> round(performance(100 / 6, 19, 300, 20, 180).service_level, 4)
    0.8066
    """
    values = (
        _arrays.numbers("load", load),
        _arrays.numbers("agents", agents),
        _arrays.numbers("aht_s", aht_s),
        _arrays.numbers("awt_s", awt_s),
        _arrays.patience(patience_s),
    )
    _arrays.check_handle_time("aht_s", values[0], values[2])
    shape, (a, n, m, awt, theta) = _arrays.spread(*values)
    if np.any((n != np.floor(n)) & (theta < np.inf)):
        raise ValueError("agents must be whole where patience is finite: Erlang A is not defined between whole numbers here")
    out = np.empty((5, a.size))
    _kernels().measures_many(a, n, m, awt, theta, _fraction_start(a, n), out)
    return Performance(*(_value(row, shape) for row in out))


def required_with_binding(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    max_occupancy: ArrayLike = 1.0,
    max_abandonment: ArrayLike = 1.0,
    max_asa_s: ArrayLike = np.inf,
) -> tuple[Integers, Binding]:
    """The fewest agents that meet every target, and which target asks for the last of them (an index into `TARGETS`).

    Binding is the target that one agent fewer would miss, the first in the order of `TARGETS` if it would miss several; -1 where no agent
    is needed. Target None or 0 asks for no service level. Erlang C also needs more agents than load, told as "occupancy" where nothing
    else is asked for; Erlang A without any target needs nobody, since all may give up. Every answer is the one that `performance` gives:
    what a quick evaluation cannot tell apart is decided by the exact one. Fast where neighbours in the array share parameters.
    """
    values = _requirement_values(load, aht_s, target, awt_s, patience_s, max_occupancy, max_abandonment, max_asa_s)
    shape, flat = _arrays.spread(*values)
    agents, binding = np.empty(flat[0].size, dtype=np.int64), np.empty(flat[0].size, dtype=np.int8)
    endless = values[4] == np.inf
    if endless.all():
        _search_c(flat, agents, binding)
    elif not endless.any():
        _search_a(flat, agents, binding)
    else:
        for part, search in ((flat[4] == np.inf, _search_c), (flat[4] < np.inf, _search_a)):
            some_agents, some_binding = agents[part], binding[part]
            search(tuple(np.ascontiguousarray(array[part]) for array in flat), some_agents, some_binding)
            agents[part], binding[part] = some_agents, some_binding
    return agents.reshape(shape), binding.reshape(shape)


def _requirement_values(
    load: Any,
    aht_s: Any,
    target: Any,
    awt_s: Any,
    patience_s: Any,
    max_occupancy: Any,
    max_abandonment: Any,
    max_asa_s: Any,
) -> tuple[Floats, ...]:
    """The checked inputs of a requirement, in the order of its arguments."""
    theta = _arrays.patience(patience_s)
    goal, occupancy, abandonment, asa = _arrays.limits(target, max_occupancy, max_abandonment, max_asa_s, theta)
    a, m = _arrays.numbers("load", load), _arrays.numbers("aht_s", aht_s)
    _arrays.check_handle_time("aht_s", a, m)
    _arrays.check_size(a, occupancy)
    return a, m, goal, _arrays.numbers("awt_s", awt_s), theta, occupancy, abandonment, asa


def _search_c(flat: tuple[Floats, ...], agents: Integers, binding: Binding) -> None:
    a, m, goal, awt, _, occupancy, _, asa = flat
    loop, table = _kernels().search_c_many, _diagonal()
    _arrays.divided(
        lambda first, last: loop(a, m, goal, awt, occupancy, asa, table, first, last, agents, binding),
        a.size,
        100_000,
    )


def _search_a(flat: tuple[Floats, ...], agents: Integers, binding: Binding) -> None:
    a, m, goal, awt, theta, occupancy, abandonment, asa = flat
    starts, loop = _arrays.blocks(a.size, *flat[1:]), _kernels().search_a_many
    _arrays.divided(
        lambda first, last: loop(a, m, goal, awt, theta, occupancy, abandonment, asa, starts, first, last, agents, binding),
        starts.size - 1,
        64,
    )


def required_agents(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    max_occupancy: ArrayLike = 1.0,
    max_abandonment: ArrayLike = 1.0,
    max_asa_s: ArrayLike = np.inf,
) -> Any:
    """The fewest agents that meet every target (integers); see `required_with_binding`.

    >>> required_agents(100 / 6, 300, 0.8, 20), required_agents(100 / 6, 300, 0.8, 20, 180)
    (21, 19)
    """
    agents, _ = required_with_binding(load, aht_s, target, awt_s, patience_s, max_occupancy, max_abandonment, max_asa_s)
    return _value(agents, agents.shape)


def binding_target(
    load: ArrayLike,
    agents: ArrayLike,
    aht_s: ArrayLike,
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    max_occupancy: ArrayLike = 1.0,
    max_abandonment: ArrayLike = 1.0,
    max_asa_s: ArrayLike = np.inf,
) -> Binding:
    """Which target one agent fewer than `agents` would miss (an index into `TARGETS`), -1 where it would miss none.

    >>> TARGETS[binding_target(400, 455, 300, 0.8, 20, 180, max_occupancy=0.88)]
    'occupancy'
    """
    values = _requirement_values(load, aht_s, target, awt_s, patience_s, max_occupancy, max_abandonment, max_asa_s)
    a, m, goal, awt, theta, occupancy, abandonment, asa = values
    fewer = np.asarray(_arrays.numbers("agents", agents)) - 1.0
    found = performance(a, np.maximum(fewer, 0.0), m, awt, theta)
    missed = np.select(
        [
            (np.asarray(a) == 0.0) | (fewer < 0.0),
            found.service_level < goal,
            found.asa_s > asa,
            found.abandonment > abandonment,
            (found.occupancy > occupancy) | ((fewer <= a) & (theta == np.inf)),
        ],
        [-1, 0, 1, 2, 3],
        default=-1,
    )
    return missed.astype(np.int8)


def expected_performance(
    load: ArrayLike,
    agents: ArrayLike,
    aht_s: ArrayLike,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    day_cv: ArrayLike = 0.0,
) -> ExpectedPerformance:
    """Performance of agents booked before the load is known: gamma with mean `load` and coefficient of variation `day_cv`.

    Each day weighs by its calls, E[L f(n, L)] / E[L]; occupancy is the expected carried load per agent. With infinite patience some days
    queue without end: their service level is 0, and the mean wait is infinite. Whole agents only. Whitt 2006; Jongbloed & Koole 2001.

    >>> round(expected_performance(100, 100, 300, 20, 180, 0.08).service_level, 3)
    0.755
    """
    values = (
        _arrays.numbers("load", load),
        _arrays.numbers("agents", agents),
        _arrays.numbers("aht_s", aht_s),
        _arrays.numbers("awt_s", awt_s),
        _arrays.patience(patience_s),
        _day_cv(day_cv),
    )
    _arrays.check_handle_time("aht_s", values[0], values[2])
    if np.any(values[1] != np.floor(values[1])):
        raise ValueError("agents must be whole where the load is random")
    shape, flat = _arrays.spread(*values)
    out = np.empty((4, flat[0].size))
    _kernels().expected_many(*flat, out)
    return ExpectedPerformance(*(_value(row, shape) for row in out))


def _day_cv(value: ArrayLike) -> Floats:
    """A coefficient of variation between 0 and 2; one below 0.0001 would need more points than digits allow."""
    cv = _arrays.numbers("day_cv", value, most=2.0, below=False)
    if np.any((cv > 0.0) & (cv < 1e-4)):
        raise ValueError("day_cv must be 0 or at least 0.0001")
    return cv


def expected_service_level(
    load: ArrayLike,
    agents: ArrayLike,
    aht_s: ArrayLike,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    day_cv: ArrayLike = 0.0,
) -> Any:
    """Call-weighted service level when the load of the day is random; see `expected_performance`.

    >>> round(expected_service_level(400, 382, 300, 20, 180, 0.16), 3)
    0.597
    """
    return expected_performance(load, agents, aht_s, awt_s, patience_s, day_cv).service_level


def required_expected_with_binding(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    day_cv: ArrayLike = 0.0,
    max_occupancy: ArrayLike = 1.0,
    max_abandonment: ArrayLike = 1.0,
    max_asa_s: ArrayLike = np.inf,
) -> tuple[Integers, Binding]:
    """As `required_with_binding`, each target on its call-weighted mean over days of random load (`expected_performance`).

    With infinite patience the agents also exceed the mean load, and a limit on ASA is refused: some days queue without end.
    """
    cv = _day_cv(day_cv)
    if not cv.any():
        repeated = np.broadcast_to(_arrays.numbers("load", load), np.broadcast_shapes(np.shape(load), cv.shape))
        return required_with_binding(repeated, aht_s, target, awt_s, patience_s, max_occupancy, max_abandonment, max_asa_s)
    values = _requirement_values(load, aht_s, target, awt_s, patience_s, max_occupancy, max_abandonment, max_asa_s)
    if np.any((values[4] == np.inf) & (values[7] < np.inf)):
        raise ValueError("max_asa_s cannot be met with infinite patience and a random load: some days queue without end")
    shape, flat = _arrays.spread(*values, cv)
    a, m, goal, awt, theta, occupancy, abandonment, asa, cv = flat
    agents, binding = np.empty(a.size, dtype=np.int64), np.empty(a.size, dtype=np.int8)
    starts, kernels = _arrays.blocks(a.size, *flat[1:]), _kernels()
    none = np.ones(1)

    def work(first: int, last: int) -> None:
        limits = (goal, asa, abandonment, occupancy)
        kernels.search_by_many(kernels.EXPECTED, a, m, awt, theta, cv, none, *limits, False, starts, first, last, agents, binding)

    _arrays.divided(work, starts.size - 1, 2)
    return agents.reshape(shape), binding.reshape(shape)


def required_agents_expected(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    day_cv: ArrayLike = 0.0,
    max_occupancy: ArrayLike = 1.0,
    max_abandonment: ArrayLike = 1.0,
    max_asa_s: ArrayLike = np.inf,
) -> Any:
    """The fewest agents whose call-weighted expected performance meets every target; see `required_expected_with_binding`.

    >>> required_agents_expected(400, 300, 0.8, 20, 180, 0.08)
    395
    """
    agents, _ = required_expected_with_binding(load, aht_s, target, awt_s, patience_s, day_cv, max_occupancy, max_abandonment, max_asa_s)
    return _value(agents, agents.shape)


def halfin_whitt_wait_probability(beta: ArrayLike) -> Any:
    """Approximate wait probability of Erlang C with n = a + beta sqrt(a): 1 / (1 + beta Phi(beta) / phi(beta)), beta > 0.

    Halfin & Whitt 1981.

    >>> round(halfin_whitt_wait_probability(1.062), 3)
    0.2
    """
    b = _arrays.numbers("beta", beta, above=True)
    return _value(1.0 / (1.0 + b / _hazard(-b)), b.shape)


def square_root_agents(load: ArrayLike, beta: ArrayLike) -> Any:
    """Square-root staffing, agents = load + beta sqrt(load), not rounded. Borst, Mandelbaum & Reiman 2004."""
    a = _arrays.numbers("load", load)
    agents = a + np.asarray(beta, dtype=np.float64) * np.sqrt(a)
    return _value(agents, agents.shape)


def garnett(load: ArrayLike, agents: ArrayLike, aht_s: ArrayLike, patience_s: ArrayLike) -> tuple[Any, Any]:
    """Approximate (wait probability, abandonment) of a large Erlang A queue; Garnett, Mandelbaum & Reiman 2002.

    With h the hazard of the normal law, beta = (n - a)/sqrt(a) and delta = beta sqrt(patience / aht):
    P(wait) = 1 / (1 + sqrt(aht/patience) h(delta)/h(-beta)), P(ab) = P(wait) sqrt(aht/patience) (h(delta) - delta) / sqrt(n).
    """
    a, n = _arrays.numbers("load", load, above=True), _arrays.numbers("agents", agents, above=True)
    ratio = np.sqrt(_arrays.numbers("aht_s", aht_s, above=True) / _arrays.numbers("patience_s", patience_s, above=True))
    beta = (n - a) / np.sqrt(a)
    delta = beta / ratio
    wait = np.asarray(1.0 / (1.0 + ratio * _hazard(delta) / _hazard(-beta)))
    lost = np.asarray(wait * ratio * (_hazard(delta) - delta) / np.sqrt(n))
    return _value(wait, wait.shape), _value(lost, lost.shape)


def _hazard(x: Floats) -> Floats:
    """phi(x) / (1 - Phi(x)) of the standard normal law, also far out in its tail."""
    from scipy.special import erfcx

    hazard: Floats = np.sqrt(2.0 / np.pi) / erfcx(x / np.sqrt(2.0))
    return hazard


def patience_from_log(abandons: float, total_queue_time_s: float) -> float:
    """Mean patience in seconds fitted to a log: all time spent in queue, served or not, per abandoned contact.

    The maximum-likelihood estimate for exponential patience with served contacts censored; the mean wait of those who gave up is far too
    short. Mandelbaum & Zeltyn.

    >>> patience_from_log(50, 9000)
    180.0
    """
    if not (abandons > 0 and 0 < total_queue_time_s < np.inf):
        raise ValueError("patience needs at least one abandoned contact and a positive, finite time in queue")
    return total_queue_time_s / abandons
