"""Work that may wait until a deadline: e-mail, letters, back office.

Slots are equal pieces of working time (an open half-hour, a day). Work that arrives in a slot and has a deadline of D slots must be
finished by the end of the D-th slot, its own counted as the first. A deadline between whole slots counts as the slots it fills; less than
one slot means the same slot, which is the finest that slots can tell. Leading axes (months) are independent of one another.

Source: the demand bound of earliest-deadline-first scheduling (Baruah, Rosier & Howell 1990), which is also the optimum of the linear
programme that it is tested against.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from planner.queueing import _arrays, _kernels
from planner.queueing._arrays import Floats
from planner.queueing.erlang import _value


class Backlog(NamedTuple):
    """What is done in each slot, and what is left at its end; same shape as the arrivals."""

    processed: Floats
    closing_backlog: Floats


def _whole_deadline(deadline_slots: float) -> int:
    """Whole slots that the deadline fills, the arrival's own slot at the least."""
    return max(1, int(_arrays.numbers("deadline_slots", deadline_slots, most=1e9, above=True)))


def _arrivals(arrivals: ArrayLike) -> Floats:
    work = _arrays.numbers("arrivals", arrivals)
    if work.ndim == 0 or work.shape[-1] == 0:
        raise ValueError("arrivals must have at least one slot")
    return work


def _largest_window(cumulated: Floats, starts: int, deadline: int) -> Floats:
    """max over windows of (work arriving in it) / (slots until the last of it is due)."""
    largest = np.empty(cumulated[..., 0].size)
    _kernels.heaviest_window_many(np.ascontiguousarray(cumulated.reshape(-1, cumulated.shape[-1])), starts, deadline, largest)
    return largest.reshape(cumulated.shape[:-1])


def required_rate(arrivals: ArrayLike, deadline_slots: float, opening_backlog: ArrayLike = 0.0) -> Any:
    """The smallest constant rate per slot that finishes all work by its deadline.

    max over windows s <= t of A[s..t] / (t - s + D); the opening backlog adds to windows that start at 0, as work of the first slot. Work
    due after the last slot may stay open. arrivals [..., slots] -> [...].

    >>> round(required_rate([40, 60, 90, 120, 110, 80, 60, 40], 3), 2)
    66.67
    """
    work, deadline = _arrivals(arrivals), _whole_deadline(deadline_slots)
    opening = _arrays.numbers("opening_backlog", opening_backlog)
    cumulated = np.concatenate((np.zeros_like(work[..., :1]), np.cumsum(work, axis=-1)), axis=-1)
    until = np.arange(work.shape[-1]) + deadline
    from_opening = ((cumulated[..., 1:] + opening[..., None]) / until).max(axis=-1)
    rate = np.maximum(_largest_window(cumulated, work.shape[-1], deadline), from_opening)
    return _value(rate, rate.shape)


def required_rate_cyclic(arrivals: ArrayLike, deadline_slots: float) -> Any:
    """The smallest constant rate per open slot when the same week comes again and again.

    Windows may run over the end of the week into the next. None longer than a week asks for more than the larger of its part of a week and
    the mean, since (kS + x)/(kW + y) lies between x/y and S/W; so one further week is enough, and the mean is the floor. [..., slots] -> [...].

    >>> required_rate_cyclic([10, 0, 0, 26], 2)
    13.0
    """
    work, deadline = _arrivals(arrivals), _whole_deadline(deadline_slots)
    slots = work.shape[-1]
    twice = np.concatenate((np.zeros_like(work[..., :1]), np.cumsum(np.concatenate((work, work), axis=-1), axis=-1)), axis=-1)
    rate = np.maximum(_largest_window(twice, slots, deadline), work.mean(axis=-1))
    return _value(rate, rate.shape)


def serve_backlog(arrivals: ArrayLike, capacity: ArrayLike, opening_backlog: ArrayLike = 0.0) -> Backlog:
    """First come, first served at `capacity` per slot: B(t+1) = B(t) + A(t) - P(t), P(t) = min(capacity, B(t) + A(t)).

    >>> serve_backlog([40, 60, 10], 45).closing_backlog.tolist()
    [0.0, 15.0, 0.0]
    """
    work = _arrivals(arrivals)
    limit = np.broadcast_to(_arrays.numbers("capacity", capacity), work.shape)
    open_work = np.broadcast_to(_arrays.numbers("opening_backlog", opening_backlog), work.shape[:-1])
    processed, closing = np.empty_like(work), np.empty_like(work)
    for slot in range(work.shape[-1]):
        present = open_work + work[..., slot]
        processed[..., slot] = np.minimum(limit[..., slot], present)
        open_work = present - processed[..., slot]
        closing[..., slot] = open_work
    return Backlog(processed, closing)
