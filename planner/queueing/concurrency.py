"""Waiting and staffing of chat, where one agent holds several contacts at once.

`lengths_s` gives the mean length of a chat while its agent holds 1, 2, ... K of them (each longer than the one before, since attention is
shared). Contacts are routed to whoever holds fewest; at K per agent they wait, and give up after `patience_s` on average. The number of
chats is then a birth-death chain: with M = q n + r chats the total rate is r (q+1)/m_{q+1} + (n-r) q/m_q, full at n K / m_K. What an agent
really achieves, the effective concurrency K m_1/m_K, is a result and less than K. With K = 1 this is Erlang A.

Source: Tezcan & Zhang 2014, "Routing and staffing in customer service chat systems with impatient customers"; Luo & Zhang 2013.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from planner.queueing import _arrays
from planner.queueing._arrays import Floats, Integers
from planner.queueing.erlang import Binding, _kernels, _value


class ChatPerformance(NamedTuple):
    """How a number of chat agents performs."""

    wait_probability: Any
    """Share of chats that find every agent full."""
    service_level: Any
    """(Served within the acceptable wait) / offered."""
    asa_s: Any
    """Mean wait of all chats, served or not, in seconds."""
    abandonment: Any
    """Abandoned / offered."""
    occupancy: Any
    """Chats completed as a share of what the agents complete when all are full, n K / m_K; with K = 1 the usual occupancy."""
    chats_per_agent: Any
    """Mean number of chats that an agent holds."""
    busy_share: Any
    """Share of the agents' time with at least one chat, what a log calls occupied; near 1 long before the agents are full."""


def _lengths(lengths_s: Sequence[float]) -> Floats:
    """The lengths by number of chats held, where holding one more must complete more per hour."""
    lengths = _arrays.numbers("lengths_s", np.atleast_1d(np.asarray(lengths_s, dtype=np.float64)), above=True)
    if lengths.ndim != 1 or lengths.size == 0:
        raise ValueError("lengths_s must be a row of chat lengths, for 1, 2, ... chats held at once")
    rates = np.arange(1, lengths.size + 1) / lengths
    if np.any(np.diff(rates) <= 0.0):
        worst = int(np.argmax(np.diff(rates) <= 0.0)) + 2
        raise ValueError(
            f"lengths_s: holding {worst} chats at once completes no more per hour than holding {worst - 1}; "
            f"the length at {worst} must be below {lengths[worst - 2] * worst / (worst - 1):g}, found {lengths[worst - 1]:g}"
        )
    return lengths


def _concave(lengths: Floats) -> bool:
    """Whether each further chat adds less than the one before; then more agents always complete more."""
    rates = np.concatenate(([0.0], np.arange(1, lengths.size + 1) / lengths))
    return bool(np.all(np.diff(rates, 2) <= 1e-12 * rates[1]))


def effective_concurrency(lengths_s: Sequence[float]) -> float:
    """How many single-chat agents a full agent is worth, K m_1 / m_K.

    >>> effective_concurrency((480, 600)), round(effective_concurrency((480, 600, 780)), 2)
    (1.6, 1.85)
    """
    lengths = _lengths(lengths_s)
    return float(lengths.size * lengths[0] / lengths[-1])


def chat_performance(
    rate_per_s: ArrayLike,
    agents: ArrayLike,
    lengths_s: Sequence[float],
    patience_s: ArrayLike | None,
    awt_s: ArrayLike,
    length_scale: ArrayLike = 1.0,
) -> ChatPerformance:
    """Performance of `agents` when chats come at `rate_per_s`; `length_scale` multiplies all lengths, interval by interval.

    Occupancy is the share of the full completion rate that is used, the measure that a limit on it means: with balanced routing nearly
    everybody has at least one chat long before anybody is full (`busy_share`). Whole agents only.

    >>> round(chat_performance(60 / 3600, 5, (480, 600, 780), 240, 30).chats_per_agent, 2)
    2.07
    """
    lengths, count = _lengths(lengths_s), _arrays.numbers("agents", agents)
    if np.any(count != np.floor(count)):
        raise ValueError("agents must be whole for chat")
    shape, (rate, n, scale, awt, theta) = _arrays.spread(
        _arrays.numbers("rate_per_s", rate_per_s),
        count,
        _arrays.numbers("length_scale", length_scale),
        _arrays.numbers("awt_s", awt_s),
        _arrays.patience(patience_s),
    )
    _arrays.check_handle_time("length_scale", rate, scale)
    out = np.empty((7, rate.size))
    _kernels().chat_many(rate, n, lengths, scale, awt, theta, out)
    return ChatPerformance(*(_value(row, shape) for row in out))


def required_chat_agents(
    rate_per_s: ArrayLike,
    lengths_s: Sequence[float],
    target: ArrayLike | None,
    awt_s: ArrayLike,
    patience_s: ArrayLike | None = np.inf,
    max_asa_s: ArrayLike = np.inf,
    max_abandonment: ArrayLike = 1.0,
    max_occupancy: ArrayLike = 1.0,
    length_scale: ArrayLike = 1.0,
) -> tuple[Integers, Binding]:
    """The fewest chat agents that meet every target, and which target binds (as in `erlang.required_with_binding`).

    For lengths that differ by interval give factors as `lengths_s` and the handle time as `length_scale`. Where a further chat adds more
    than the one before (not concave), the agents are counted up one by one.

    >>> required_chat_agents(60 / 3600, (480, 600, 780), 0.8, 30, 240)[0].item()
    5
    """
    lengths, theta = _lengths(lengths_s), _arrays.patience(patience_s)
    rate, scale = _arrays.numbers("rate_per_s", rate_per_s), _arrays.numbers("length_scale", length_scale)
    _arrays.check_handle_time("length_scale", rate, scale)
    goal, occupancy, abandonment, asa = _arrays.limits(target, max_occupancy, max_abandonment, max_asa_s, theta)
    _arrays.check_size(rate * scale * (lengths[-1] / lengths.size), occupancy)
    shape, flat = _arrays.spread(rate, scale, _arrays.numbers("awt_s", awt_s), theta, goal, asa, abandonment, occupancy)
    agents, binding = np.empty(flat[0].size, dtype=np.int64), np.empty(flat[0].size, dtype=np.int8)
    starts, climb, kernels = _arrays.blocks(flat[0].size, *flat[1:]), not _concave(lengths), _kernels()
    certain = np.broadcast_to(np.float64(0.0), flat[0].shape)

    def work(first: int, last: int) -> None:
        kernels.search_by_many(kernels.CHAT, *flat[:4], certain, lengths, *flat[4:], climb, starts, first, last, agents, binding)

    _arrays.divided(work, starts.size - 1, 32)
    return agents.reshape(shape), binding.reshape(shape)
