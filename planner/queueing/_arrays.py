"""Checking, spreading and dividing arrays: what every batch function of this room does before its loop runs."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK, LONGEST_BLOCK = 512, 4096


def numbers(
    name: str,
    value: ArrayLike | None,
    least: float = 0.0,
    most: float = np.inf,
    above: bool = False,
    below: bool = True,
) -> Floats:
    """`value` as numbers within the bounds, which are allowed themselves unless `above` or `below` is set; NaN never is."""
    array = np.asarray(value, dtype=np.float64)
    if array.size == 0:
        return array
    low, high = float(array.min()), float(array.max())
    if (low > least if above else low >= least) and (high < most if below else high <= most):
        return array
    found = low if not (low > least if above else low >= least) else high
    words = ("above " if above else "at least ") + f"{least:g}"
    words += (" and below " if below else " and at most ") + f"{most:g}" if most < np.inf else " and finite" if below else ""
    raise ValueError(f"{name} must be a number, {words}; found {found:g}")


def patience(value: ArrayLike | None) -> Floats:
    """Mean patience in seconds, above zero; None and infinity say that nobody gives up."""
    return numbers("patience_s", np.inf if value is None else value, above=True, below=False)


def limits(target: Any, max_occupancy: Any, max_abandonment: Any, max_asa_s: Any, patience_s: Floats) -> tuple[Floats, ...]:
    """(target, largest occupancy, largest abandonment, largest ASA), or the reason why no number of agents meets one of them."""
    goal = numbers("target", 0.0 if target is None else target, most=np.inf)
    if np.any(goal >= 1.0):
        raise ValueError("target must be below 1: no number of agents serves every contact in time")
    if np.any(np.asarray(max_occupancy) <= 0.0):
        raise ValueError("max_occupancy must be above 0: agents who take contacts are occupied")
    if np.any(np.asarray(max_asa_s) <= 0.0):
        raise ValueError("max_asa_s must be above 0: no number of agents rules out every wait")
    if np.any((np.asarray(max_abandonment) <= 0.0) & (patience_s < np.inf)):
        raise ValueError("max_abandonment must be above 0 where patience is finite: no number of agents keeps every contact")
    return (
        goal,
        numbers("max_occupancy", max_occupancy, most=1.0, above=True, below=False),
        numbers("max_abandonment", max_abandonment, most=1.0, below=False),
        numbers("max_asa_s", max_asa_s, above=True, below=False),
    )


def check_handle_time(name: str, load: Floats, aht_s: Floats) -> None:
    """A handle time of zero is only allowed where there is no load."""
    if aht_s.size and float(aht_s.min()) == 0.0 and np.any((aht_s == 0.0) & (load > 0.0)):
        raise ValueError(f"{name} must be above 0 where there is load")


def check_size(load: Floats, max_occupancy: Floats) -> None:
    """The agents that the occupancy limit asks for must be a number that can be counted."""
    if load.size and max_occupancy.size and float(load.max()) / float(max_occupancy.min()) > 1e9:
        raise ValueError("more than a thousand million agents are asked for: check load and max_occupancy")


def spread(*arrays: Floats) -> tuple[tuple[int, ...], tuple[Floats, ...]]:
    """The common shape, and each array repeated to it and flattened; a single number is repeated without being copied."""
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return shape, tuple(np.broadcast_to(array, shape).reshape(-1) for array in arrays)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def divided(work: Callable[[int, int], None], size: int, least: int) -> None:
    """work(first, last) over all of `size`, on threads when each has at least that much to do.

    Threads of this call only, and loops that release the lock: unlike numba's own pool, safe in a server that calls from many threads.
    """
    workers = min(processors(), size // least)
    if workers <= 1:
        work(0, size)
        return
    edges = np.linspace(0, size, 8 * workers + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))


def blocks(size: int, *parameters: Floats) -> Integers:
    """Where to begin anew: at every change of a parameter; in fixed lengths where they change all the time."""
    changed = np.zeros(max(size, 1), dtype=bool)
    for values in parameters:
        if values.size > 1 and values.strides != (0,):
            changed[1:] |= values[1:] != values[:-1]
    if np.count_nonzero(changed) * 8 > size:
        changed[:] = False
        changed[::BLOCK] = True
    changed[::LONGEST_BLOCK] = True
    return np.append(np.flatnonzero(changed[:size]), size).astype(np.int64)
