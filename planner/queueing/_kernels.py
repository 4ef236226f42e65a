"""Compiled loops behind `erlang` and `concurrency`. Plain numbers in and out; whoever calls has checked them.

Symbols, as in the literature: a offered load (erlangs), n agents, m handle time (s), T acceptable wait (s), R = 1 / Erlang B,
and for queues with abandonment, in units of the patience rate theta: b = arrival rate / theta, c = full service rate / theta,
u = theta T. pi are the state probabilities relative to "everybody busy, nobody waiting"; `left` is the sum of those below that state,
t[j] the one with j waiting. Every loop releases the interpreter lock and keeps nothing, so any number of threads may run them.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import boolean, int64, njit, types

# Exact functions are never called from contracting ones: numba hands fastmath down to whatever those call first.
compiled = njit(cache=True, nogil=True, error_model="numpy")
compiled_contracting = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})

# Inputs may be read-only and may repeat one number by a stride of zero; results are plain.
IN = types.Array(types.float64, 1, "A", readonly=True)
BLOCKS = types.Array(types.int64, 1, "C", readonly=True)
TABLE = types.Array(types.float64, 2, "C", readonly=True)
OUT, OUTS = types.float64[::1], types.float64[:, ::1]
AGENTS, BINDING = types.int64[::1], types.int8[::1]


def batch(*arguments: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Compile a loop over arrays for exactly these argument types, on its first call (or load it from the cache on disk)."""

    def wrap(loop: Callable[..., None]) -> Callable[..., None]:
        @functools.cache
        def ready() -> Any:
            return njit(types.void(*arguments), cache=True, nogil=True, error_model="numpy")(loop)

        @functools.wraps(loop)
        def call(*values: Any) -> None:
            ready()(*values)

        return call

    return wrap


Array = Any

DIAGONAL = 1024
TAYLOR = 9
SMALL_LOAD = 8.0
SERVICE_LEVEL, ASA, ABANDONMENT, OCCUPANCY = 0, 1, 2, 3

# Terms below these shares of their sum are left out: exact values, and values for a search that rechecks what is close.
EXACT, QUICK = 1e-22, 1e-13
# How close to its limit a quick value must be for the exact one to be asked.
CLOSE = 1e-8
# The same for a mean over a random load on a grid this many times coarser.
COARSE, COARSE_CLOSE = 1.5, 1e-4


# --- Erlang B and C ----------------------------------------------------------------------------------


@compiled
def inverse_blocking(load: float, whole: int, fraction: float, start: float) -> float:
    """R at `whole + fraction` servers by R(k) = 1 + R(k-1) k / a, from `start` = R(fraction)."""
    r = start
    for k in range(1, whole + 1):
        r = 1.0 + r * ((k + fraction) / load)
        if r == math.inf:
            break
    return r


@batch(IN, IN, IN, OUT)
def inverse_blocking_many(load: Array, agents: Array, start: Array, out: Array) -> None:
    for i in range(load.size):
        whole = int(math.floor(agents[i]))
        out[i] = inverse_blocking(load[i], whole, agents[i] - whole, start[i])


@compiled
def servers_for_blocking(load: float, limit: float) -> int:
    """The fewest servers whose blocking 1/R is at most `limit`."""
    if load == 0.0:
        return 0
    n, r = 0, 1.0
    while 1.0 / r > limit:
        n += 1
        r = 1.0 + r * (n / load)
    return n


@batch(IN, IN, AGENTS)
def servers_for_blocking_many(load: Array, limit: Array, out: Array) -> None:
    for i in range(load.size):
        out[i] = servers_for_blocking(load[i], limit[i])


@compiled
def erlang_c_measures(a: float, n: float, m: float, T: float, r: float) -> tuple[float, float, float]:
    """(wait probability, service level, ASA) from R; an unstable queue has (1, 0, infinity)."""
    if n <= a:
        return 1.0, 0.0, math.inf
    wait = min(1.0, n / ((n - a) * r + a))
    return wait, 1.0 - wait * math.exp(-(n - a) * T / m), wait * m / (n - a)


@compiled
def occupancy_agents(a: float, limit: float) -> int:
    """The fewest agents with a / n at most `limit`, as the division itself decides."""
    n = int(math.ceil(a / limit))
    while a / n > limit:
        n += 1
    while n > 1 and a / (n - 1) <= limit:
        n -= 1
    return n


@compiled
def unstable_binding(target: float, max_asa: float) -> int:
    """The first target that an unstable queue misses; without any, stability itself, an occupancy below one."""
    if target > 0.0:
        return SERVICE_LEVEL
    return ASA if max_asa < math.inf else OCCUPANCY


@compiled
def search_c_exact(a: float, m: float, target: float, T: float, max_asa: float) -> tuple[int, int]:
    """(agents, binding) of Erlang C for service level and ASA by the plain recursion: the judge of every close call."""
    n, r, binding = 0, 1.0, unstable_binding(target, max_asa)
    while True:
        n += 1
        r = 1.0 + r * (n / a)
        if n <= a:
            continue
        _, level, asa = erlang_c_measures(a, n, m, T, r)
        if level < target:
            binding = SERVICE_LEVEL
        elif asa > max_asa:
            binding = ASA
        else:
            return n, binding


@compiled
def diagonal_table() -> Any:
    """Taylor coefficients of R(n, load) in (load - n) for each n, from the equation a R' = R (a - n) - a."""
    table = np.zeros((DIAGONAL, TAYLOR))
    for n in range(1, DIAGONAL):
        table[n, 0] = inverse_blocking(float(n), n, 0.0, 1.0)
        table[n, 1] = -1.0
        table[n, 2] = table[n, 0] / (2.0 * n)
        for k in range(2, TAYLOR - 1):
            table[n, k + 1] = (table[n, k - 1] - k * table[n, k]) / (n * (k + 1))
    return table


@compiled_contracting
def inverse_blocking_near(n: int, d: float, table: Array) -> Any:
    """R(n, n + d) for |d| <= 1/2 and n >= 8, to about 1e-11: from the table, beyond it from Ramanujan's series for R(n, n)."""
    if n < DIAGONAL:
        r = table[n, TAYLOR - 1]
        for k in range(TAYLOR - 2, -1, -1):
            r = r * d + table[n, k]
        return r
    v = 1.0 / n
    root = math.sqrt(math.pi * n / 2.0) * (1.0 + v * (1.0 / 12.0 + v * (1.0 / 288.0 - v * 139.0 / 51840.0)))
    start = root + 2.0 / 3.0 - v * (4.0 / 135.0 - v * 8.0 / 2835.0)
    before, here = -1.0, 0.5 * start * v
    power = d * d
    r = start - d + here * power
    for k in range(2, TAYLOR - 1):
        before, here = here, (before - k * here) * v / (k + 1)
        power *= d
        r += here * power
    return r


@compiled_contracting
def search_c_quick(a: float, m: float, target: float, T: float, max_asa: float, table: Array) -> tuple[int, int]:
    """(agents, binding) of Erlang C, or agents -1 where a test was too close to call.

    Service level: n e^{-(n-a)T/m} <= (1 - target) ((n-a) R + a); ASA: n m <= max_asa (n-a) ((n-a) R + a).
    """
    n = int(a + 0.5)
    r = inverse_blocking_near(n, a - n, table)
    slope = 1.0 / a
    if n <= a:
        n += 1
        r = 1.0 + r * (n * slope)
    tail, decay = math.exp(-(n - a) * T / m), math.exp(-T / m)
    miss, close = 1.0 - target, CLOSE + 1e-15 / (1.0 - target)
    binding = unstable_binding(target, max_asa)
    while True:
        full = (n - a) * r + a
        spare = miss * full - n * tail
        spare_asa = max_asa * ((n - a) * full) - n * m
        if abs(spare) <= close * miss * full or abs(spare_asa) <= close * (n * m):
            return -1, 0
        if spare > 0.0 and spare_asa > 0.0:
            return n, binding
        binding = SERVICE_LEVEL if spare <= 0.0 else ASA
        n += 1
        r = 1.0 + r * (n * slope)
        tail *= decay


@batch(IN, IN, IN, IN, IN, IN, TABLE, int64, int64, AGENTS, BINDING)
def search_c_many(
    load: Array,
    aht: Array,
    target: Array,
    awt: Array,
    max_occ: Array,
    max_asa: Array,
    table: Array,
    first: int,
    last: int,
    agents: Array,
    binding: Array,
) -> None:
    """Erlang C for the intervals from first to last: the quick search, the exact one below 8 erlangs or where it was too close."""
    for i in range(first, last):
        a = load[i]
        if a == 0.0:
            agents[i], binding[i] = 0, -1
            continue
        n = -1
        if a >= SMALL_LOAD:
            n, why = search_c_quick(a, aht[i], target[i], awt[i], max_asa[i], table)
        if n < 0:
            n, why = search_c_exact(a, aht[i], target[i], awt[i], max_asa[i])
        if a > max_occ[i] * n:
            n, why = occupancy_agents(a, max_occ[i]), OCCUPANCY
        agents[i], binding[i] = n, why


# --- Queues with abandonment -------------------------------------------------------------------------


@compiled
def left_of(n: int, a: float, small: float) -> float:
    """Erlang A: the sum of pi_k / pi_n over k < n, downwards from n, without what is negligible below the load."""
    total, term = 0.0, 1.0
    for k in range(n, 0, -1):
        term *= k / a
        total += term
        if (k < a and term < small * total) or total == math.inf:
            break
    return total


@compiled
def queue_window(b: float, c: float) -> tuple[int, int, float]:
    """(first, last, t[first] relative to the largest t) of the queue lengths that carry any probability."""
    mode = int(max(0.0, math.floor(b - c)))
    first, t = mode, 1.0
    while first > 0 and t > EXACT:
        t *= (c + first) / b
        first -= 1
    last, s, total = mode, 1.0, 1.0
    while s * last > EXACT * total or last == mode:
        last += 1
        s *= b / (c + last)
        total += s * last
    return first, last, t


@compiled
def departures_start(c: float, u: float, last: int) -> tuple[int, float]:
    """(k, P(D = k)) from which the number D of departures within T is built up; below k it has no weight.

    D has the negative binomial law with size c + 1 and success share x = 1 - e^-u. From zero upwards where P(D = 0) is a normal number;
    otherwise outwards from its mode and normalised, because exp(-(c+1)u) alone underflows and loses digits.
    """
    size, x = c + 1.0, -math.expm1(-u)
    if size * u < 600.0:
        return 0, math.exp(-size * u)
    mean = size * math.expm1(u)
    if last < mean and last * math.log(x * (last + size) / max(last, 1)) - size * u + size * math.log1p(last / size) < -46.0:
        return last + 1, 0.0
    mode = int(math.floor(c * math.expm1(u)))
    k, p = mode, 1.0
    while k > 0 and p > EXACT:
        p *= k / (x * (k + c))
        k -= 1
    low, p_low, total = k, p, p
    while k < mode or p > EXACT * total:
        p *= x * (k + size) / (k + 1.0)
        k += 1
        total += p
    return low, p_low / total


@compiled
def abandoning_queue(b: float, c: float, u: float, left: float) -> tuple[float, float, float, float]:
    """(wait probability, served within T / offered, abandoned / offered, share of the full service rate used), exact to about 1e-14.

    Served within T = [left + (c/b) sum_{j>=1} t_j P(D >= j)] / [left + sum_{j>=0} t_j]: `model.md` 2.2 with t_j / (c+j+1) = t_{j+1} / b
    and I_x(j, c+1) = P(D >= j), D the departures within T among those ahead (`departures_start`).
    """
    if left == math.inf:
        return 0.0, 1.0, 0.0, b / c
    first, last, t = queue_window(b, c)
    k, p = departures_start(c, u, last)
    x, in_time = -math.expm1(-u), 1.0
    none_waiting = t if first == 0 else 0.0
    some_waiting, queue, timely = (0.0, 0.0, 0.0) if first == 0 else (t, first * t, 0.0)
    for j in range(first + 1, last + 1):
        t *= b / (c + j)
        while k < j:
            in_time -= p
            p *= x * (k + c + 1.0) / (k + 1.0)
            k += 1
        some_waiting += t
        queue += j * t
        if in_time > 0.0:
            timely += t * in_time
    below = left * none_waiting if first == 0 else 0.0
    total = below + none_waiting + some_waiting
    return (
        (none_waiting + some_waiting) / total,
        min(1.0, (below + c / b * timely) / total),
        queue / (b * total),
        min(1.0, (below * (b / c) + some_waiting) / total),
    )


@compiled
def erlang_a_measures(a: float, n: int, m: float, T: float, patience: float) -> tuple[float, float, float, float, float]:
    """(wait probability, service level, ASA, abandonment, occupancy) of M/M/n+M, for n > 0 and a > 0."""
    b, c = a * patience / m, n * patience / m
    wait, level, lost, occupancy = abandoning_queue(b, c, T / patience, left_of(n, a, EXACT))
    return wait, level, lost * patience, lost, occupancy


@compiled
def measures(a: float, n: float, m: float, T: float, patience: float, start: float) -> tuple[float, float, float, float, float]:
    """(wait probability, service level, ASA, abandonment, occupancy) of Erlang C or A with every edge; `start` is R(fraction of n)."""
    if a == 0.0:
        return 0.0, 1.0, 0.0, 0.0, 0.0
    if patience == math.inf:
        whole = int(math.floor(n))
        wait, level, asa = 1.0, 0.0, math.inf
        if n > a:
            wait, level, asa = erlang_c_measures(a, n, m, T, inverse_blocking(a, whole, n - whole, start))
        return wait, level, asa, 0.0, min(1.0, a / n)
    if n == 0:
        return 1.0, 0.0, patience, 1.0, 1.0
    return erlang_a_measures(a, int(n), m, T, patience)


@batch(IN, IN, IN, IN, IN, IN, OUTS)
def measures_many(load: Array, agents: Array, aht: Array, awt: Array, patience: Array, start: Array, out: Array) -> None:
    for i in range(load.size):
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = measures(load[i], agents[i], aht[i], awt[i], patience[i], start[i])


@compiled
def within_range(b: float, c: float, u: float) -> bool:
    """Whether `quick_queue` can work in plain numbers: no term of it grows or shrinks out of range."""
    return (c + 1.0) * u < 600.0 and (b <= c or (b - c) * (b - c) < 1200.0 * c)


@compiled_contracting
def quick_queue(b: float, c: float, u: float, left: float) -> tuple[float, float]:
    """(served within T, served) / offered to about 1e-11, in one pass upwards from an empty queue."""
    t, some_waiting, timely, j = 1.0, 0.0, 0.0, 0.0
    p = math.exp(-(c + 1.0) * u)
    x, in_time, mode = -math.expm1(-u), 1.0 - p, b - c
    while in_time > 1e-13 and (t > QUICK * some_waiting or j < mode):
        j += 1.0
        t *= b / (c + j)
        some_waiting += t
        timely += t * in_time
        p *= x * (c + j) / j
        in_time -= p
    while t > QUICK * some_waiting or j < mode:
        j += 1.0
        t *= b / (c + j)
        some_waiting += t
    total = left + 1.0 + some_waiting
    return (left + c / b * timely) / total, (left + c / b * some_waiting) / total


@compiled
def first_missed(
    level: float,
    asa: float,
    lost: float,
    occupancy: float,
    target: float,
    max_asa: float,
    max_ab: float,
    max_occ: float,
) -> int:
    """The first target that is missed, or -1."""
    if level < target:
        return SERVICE_LEVEL
    if asa > max_asa:
        return ASA
    if lost > max_ab:
        return ABANDONMENT
    return OCCUPANCY if occupancy > max_occ else -1


@compiled
def close_call(level: float, lost: float, occupancy: float, target: float, max_lost: float, max_ab: float, max_occ: float, margin: float) -> bool:
    """Whether a quick value is too near a limit to be trusted; `max_lost` is the abandonment at which ASA reaches its limit."""
    return (
        (target > 0.0 and abs(level - target) < margin)
        or abs(lost - max_lost) < margin
        or (max_ab < 1.0 and abs(lost - max_ab) < margin)
        or (max_occ < 1.0 and abs(occupancy - max_occ) < margin)
    )


@compiled
def missed_a(
    a: float,
    n: int,
    m: float,
    T: float,
    patience: float,
    left: float,
    target: float,
    max_asa: float,
    max_ab: float,
    max_occ: float,
) -> int:
    """The first target that n agents miss under Erlang A, or -1: by the quick pass, by the exact one where that is close."""
    if n == 0:
        return first_missed(0.0, patience, 1.0, 1.0, target, max_asa, max_ab, max_occ)
    b, c, u = a * patience / m, n * patience / m, T / patience
    if left < 1e290 and within_range(b, c, u):
        level, served = quick_queue(b, c, u, left)
        lost, occupancy = 1.0 - served, min(1.0, a / n * served)
        if not close_call(level, lost, occupancy, target, max_asa / patience, max_ab, max_occ, CLOSE):
            return first_missed(level, lost * patience, lost, occupancy, target, max_asa, max_ab, max_occ)
    _, level, asa, lost, occupancy = erlang_a_measures(a, n, m, T, patience)
    return first_missed(level, asa, lost, occupancy, target, max_asa, max_ab, max_occ)


@compiled
def move_left(left: float, n: int, to: int, a: float) -> float:
    """`left_of(to)` from `left_of(n)`: by its one-step recursion nearby, afresh farther away."""
    if to == n + 1:
        return to / a * (1.0 + left)
    if to == n - 1 and to > 0 and left < 1e290:
        return left * a / n - 1.0
    return left_of(to, a, QUICK)


@compiled
def search_a(
    a: float,
    m: float,
    T: float,
    patience: float,
    target: float,
    max_asa: float,
    max_ab: float,
    max_occ: float,
    guess: int,
    floor: int,
) -> tuple[int, int]:
    """(agents, binding) of Erlang A: strides from `guess` until the answer is enclosed, then halves. Fewer than `floor` are known to miss."""
    n, fails, meets, why, stride = max(guess, floor), floor - 1, -1, -1, 1
    left = left_of(n, a, QUICK)
    while meets < 0 or meets - fails > 1:
        missed = missed_a(a, n, m, T, patience, left, target, max_asa, max_ab, max_occ)
        if missed >= 0:
            fails, why = n, missed
        else:
            meets = n
        if meets < 0:
            to = n + stride
        elif why < 0:
            to = max(n - stride, fails + 1)
        else:
            to = (fails + meets) // 2
        if meets - fails == 1:
            break
        stride *= 2
        left, n = move_left(left, n, to, a), to
    if why < 0 and meets > 0:
        left = move_left(left, n, meets - 1, a) if n == meets else left_of(meets - 1, a, QUICK)
        why = missed_a(a, meets - 1, m, T, patience, left, target, max_asa, max_ab, max_occ)
    return meets, why


@batch(IN, IN, IN, IN, IN, IN, IN, IN, BLOCKS, int64, int64, AGENTS, BINDING)
def search_a_many(
    load: Array,
    aht: Array,
    target: Array,
    awt: Array,
    patience: Array,
    max_occ: Array,
    max_ab: Array,
    max_asa: Array,
    starts: Array,
    first: int,
    last: int,
    agents: Array,
    binding: Array,
) -> None:
    """Erlang A over blocks `starts`: each in order of load, so that the answer before is the guess for the next."""
    for s in range(first, last):
        block = starts[s]
        order = np.argsort(load[block : starts[s + 1]]) + block
        safety, before = 0.0, -1
        for i in order:
            a = load[i]
            if a == 0.0:
                agents[i], binding[i] = 0, -1
                continue
            floor = 0
            if before >= 0 and (
                aht[i] == aht[before]
                and patience[i] == patience[before]
                and awt[i] == awt[before]
                and target[i] == target[before]
                and max_asa[i] == max_asa[before]
                and max_ab[i] == max_ab[before]
                and max_occ[i] == max_occ[before]
            ):
                if a == load[before]:
                    agents[i], binding[i] = agents[before], binding[before]
                    continue
                floor = agents[before]
            guess = int(math.ceil(max(a + safety * math.sqrt(a), 0.0)))
            agents[i], binding[i] = search_a(a, aht[i], awt[i], patience[i], target[i], max_asa[i], max_ab[i], max_occ[i], guess, floor)
            safety, before = (agents[i] - 0.5 - a) / math.sqrt(a), i


# --- A load that is not known when the agents are booked ---------------------------------------------

GAUSS_X, GAUSS_W = np.polynomial.legendre.leggauss(10)
TAIL = 1e-11


@compiled
def log_weight(v: float, shape: float) -> float:
    """Log density, up to a constant, of v = ln(L / mean) for a gamma load L of that shape, each load weighted by its calls."""
    return (shape + 1.0) * v - shape * math.exp(v)


@compiled
def weight_range(shape: float) -> tuple[float, float]:
    """(lowest, highest) v beyond which the weight is below `TAIL` of its peak."""
    step = 1.0 / math.sqrt(shape + 1.0)
    peak = math.log1p(1.0 / shape)
    limit = log_weight(peak, shape) + math.log(TAIL)
    low, high = peak - step, peak + step
    while log_weight(low, shape) > limit:
        low -= step / 4.0
    while log_weight(high, shape) > limit:
        high += step / 4.0
    return low, high


@compiled
def fixed_a(a: float, n: int, m: float, T: float, patience: float) -> tuple[float, float]:
    """(service level, abandonment) of Erlang A to about 1e-11."""
    if n == 0:
        return 0.0, 1.0
    b, c, u, left = a * patience / m, n * patience / m, T / patience, left_of(n, a, QUICK)
    if left < 1e290 and within_range(b, c, u):
        level, served = quick_queue(b, c, u, left)
        return level, 1.0 - served
    _, level, lost, _ = abandoning_queue(b, c, u, left)
    return level, lost


@compiled
def expected_a(a: float, n: int, m: float, T: float, patience: float, cv: float, coarse: float) -> tuple[float, float]:
    """(service level, abandonment) of Erlang A over a gamma load, by the trapezium rule in ln L, which suits a smooth bell best."""
    shape = 1.0 / (cv * cv)
    low, high = weight_range(shape)
    smooth = 0.7 * math.sqrt(min(1.0, m / patience) / max(a, n))
    spacing = coarse * min(0.8 / math.sqrt(shape + 1.0), 0.25, smooth)
    points = max(16, int(math.ceil((high - low) / spacing)))
    step, peak = (high - low) / points, log_weight(math.log1p(1.0 / shape), shape)
    total, level, lost = 0.0, 0.0, 0.0
    for i in range(points + 1):
        v = low + i * step
        w = math.exp(log_weight(v, shape) - peak)
        one_level, one_lost = fixed_a(a * math.exp(v), n, m, T, patience)
        total, level, lost = total + w, level + w * one_level, lost + w * one_lost
    return level / total, lost / total


@compiled
def fixed_c(a: float, n: int, m: float, T: float) -> float:
    if n <= a:
        return 0.0
    return erlang_c_measures(a, n, m, T, 1.0 + left_of(n, a, QUICK))[1]


@compiled
def expected_c(a: float, n: int, m: float, T: float, cv: float) -> tuple[float, float]:
    """(service level, carried share) of Erlang C over a gamma load, by Gauss panels that part at L = n, where it has a corner."""
    if n == 0:
        return 0.0, 0.0
    shape = 1.0 / (cv * cv)
    low, high = weight_range(shape)
    corner = min(max(math.log(n / a), low), high)
    peak = log_weight(math.log1p(1.0 / shape), shape)
    panel = min(1.5 / math.sqrt(shape + 1.0), 2.0 / math.sqrt(a))
    total, level, carried = 0.0, 0.0, 0.0
    for side in range(2):
        start, width = (low, corner - low) if side == 0 else (corner, high - corner)
        panels = int(math.ceil(width / panel))
        for i in range(panels * GAUSS_X.size):
            part, node = i // GAUSS_X.size, i % GAUSS_X.size
            v = start + width / panels * (part + 0.5 + 0.5 * GAUSS_X[node])
            w = width / panels * GAUSS_W[node] * math.exp(log_weight(v, shape) - peak)
            one = a * math.exp(v)
            total += w
            level += w * fixed_c(one, n, m, T) if side == 0 else 0.0
            carried += w * min(1.0, n / one)
    return level / total, carried / total


@compiled
def expected_measures(a: float, n: int, m: float, T: float, patience: float, cv: float) -> tuple[float, float, float, float]:
    """(service level, ASA, abandonment, occupancy), each weighted by calls, when the load is gamma with mean a and that CV."""
    if a == 0.0:
        return 1.0, 0.0, 0.0, 0.0
    if cv == 0.0:
        _, level, asa, lost, occupancy = measures(a, float(n), m, T, patience, 1.0)
        return level, asa, lost, occupancy
    if patience == math.inf:
        level, carried = expected_c(a, n, m, T, cv)
        return level, math.inf, 0.0, a / n * carried if n > 0 else 1.0
    level, lost = expected_a(a, n, m, T, patience, cv, 1.0)
    return level, lost * patience, lost, min(1.0, a / n * (1.0 - lost)) if n > 0 else 1.0


@batch(IN, IN, IN, IN, IN, IN, OUTS)
def expected_many(load: Array, agents: Array, aht: Array, awt: Array, patience: Array, cv: Array, out: Array) -> None:
    for i in range(load.size):
        out[0, i], out[1, i], out[2, i], out[3, i] = expected_measures(load[i], int(agents[i]), aht[i], awt[i], patience[i], cv[i])


# --- Deferred work: the heaviest window ----------------------------------------------------------------


@compiled
def heaviest_window(cumulated: Array, starts: int, deadline: int) -> float:
    slots, most = cumulated.size - 1, 0.0
    total = cumulated[slots] - cumulated[0]
    for length in range(1, slots + 1):
        largest = 0.0
        for begin in range(min(starts, slots - length + 1)):
            largest = max(largest, cumulated[begin + length] - cumulated[begin])
        most = max(most, largest / (length - 1 + deadline))
        # No longer window can ask for more.
        if total <= most * (length + deadline):
            break
    return most


@batch(TABLE, int64, int64, OUT)
def heaviest_window_many(cumulated: Array, starts: int, deadline: int, out: Array) -> None:
    for row in range(out.size):
        out[row] = heaviest_window(cumulated[row], starts, deadline)


# --- Chat: several contacts per agent ----------------------------------------------------------------


@compiled
def chat_below(rate: float, n: int, lengths: Array, scale: float) -> tuple[float, float, float, float]:
    """Sums over the states with a free slot, relative to the one without: (probability, chats, busy agents, that one's own value).

    With M = q n + r chats, r agents hold q+1 and n-r hold q: the total rate is r (q+1)/m_{q+1} + (n-r) q/m_q. Rescaled on the way, because
    the share without a free slot may be smaller than any number.
    """
    term, unit, total, chats, busy = 1.0, 1.0, 0.0, 0.0, 0.0
    for q in range(lengths.size - 1, -1, -1):
        fuller = (q + 1) / (lengths[q] * scale)
        other = q / (lengths[q - 1] * scale) if q > 0 else 0.0
        for r in range(n, 0, -1):
            speed = r * fuller + (n - r) * other
            term *= speed / rate
            held = q * n + r - 1
            total += term
            chats += term * held
            busy += term * min(held, n)
            if speed < rate and term < EXACT * total:
                return total, chats, busy, unit
            if term > 1e200:
                term, unit, total, chats, busy = (
                    term * 1e-200,
                    unit * 1e-200,
                    total * 1e-200,
                    chats * 1e-200,
                    busy * 1e-200,
                )
    return total, chats, busy, unit


@compiled
def chat_measures(rate: float, n: int, lengths: Array, scale: float, T: float, patience: float) -> tuple[float, float, float, float, float, float, float]:
    """(wait probability, service level, ASA, abandonment, occupancy, chats per agent, busy share) of the birth-death chain of chats."""
    if rate == 0.0:
        return 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    slots = lengths.size
    if n == 0:
        if patience == math.inf:
            return 1.0, 0.0, math.inf, 0.0, 1.0, 0.0, 0.0
        return 1.0, 0.0, patience, 1.0, 1.0, 0.0, 0.0
    full = n * slots / (lengths[slots - 1] * scale)
    if patience == math.inf and full <= rate:
        return 1.0, 0.0, math.inf, 0.0, 1.0, float(slots), 1.0
    below, chats, busy, unit = chat_below(rate, n, lengths, scale)
    left = below / unit if unit > 0.0 else math.inf
    if patience == math.inf:
        waiting = full / (full - rate)
        wait = waiting / (left + waiting)
        level, asa, lost, used = (
            1.0 - wait * math.exp(-(full - rate) * T),
            wait / (full - rate),
            0.0,
            rate / full,
        )
    else:
        wait, level, lost, used = abandoning_queue(rate * patience, full * patience, T / patience, left)
        asa = lost * patience
    mean_chats = (1.0 - wait) * chats / below + wait * n * slots
    mean_busy = (1.0 - wait) * busy / below + wait * n
    return wait, level, asa, lost, used, mean_chats / n, mean_busy / n


@batch(IN, IN, IN, IN, IN, IN, OUTS)
def chat_many(rate: Array, agents: Array, lengths: Array, scale: Array, awt: Array, patience: Array, out: Array) -> None:
    for i in range(rate.size):
        one = chat_measures(rate[i], int(agents[i]), lengths, scale[i], awt[i], patience[i])
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i], out[5, i], out[6, i] = one


# --- One search for both -----------------------------------------------------------------------------

EXPECTED, CHAT = 0, 1


@compiled
def missed_by(
    model: int,
    n: int,
    x: float,
    m: float,
    T: float,
    patience: float,
    cv: float,
    lengths: Array,
    target: float,
    max_asa: float,
    max_ab: float,
    max_occ: float,
) -> int:
    """The first target that n agents miss, or -1; x is a load (expected) or a rate (chat)."""
    if model == EXPECTED and cv > 0.0 and patience < math.inf and n > 0:
        level, lost = expected_a(x, n, m, T, patience, cv, COARSE)
        occupancy = min(1.0, x / n * (1.0 - lost))
        if not close_call(level, lost, occupancy, target, max_asa / patience, max_ab, max_occ, COARSE_CLOSE):
            return first_missed(level, lost * patience, lost, occupancy, target, max_asa, max_ab, max_occ)
    if model == EXPECTED:
        level, asa, lost, occupancy = expected_measures(x, n, m, T, patience, cv)
        asa = 0.0 if max_asa == math.inf else asa
    else:
        _, level, asa, lost, occupancy, _, _ = chat_measures(x, n, lengths, m, T, patience)
    capacity = n if model == EXPECTED else n * lengths.size / (lengths[-1] * m)
    if patience == math.inf and capacity <= x:
        return unstable_binding(target, max_asa)
    return first_missed(level, asa, lost, occupancy, target, max_asa, max_ab, max_occ)


@compiled
def search_by(
    model: int,
    x: float,
    m: float,
    T: float,
    patience: float,
    cv: float,
    lengths: Array,
    target: float,
    max_asa: float,
    max_ab: float,
    max_occ: float,
    guess: int,
    climb: bool,
) -> tuple[int, int]:
    """(agents, binding): strides from `guess` until the answer is enclosed, then halves; with `climb`, one by one from none."""
    n, fails, meets, why, stride = guess, -1, -1, -1, 1
    if climb:
        n = 0
    while True:
        missed = missed_by(model, n, x, m, T, patience, cv, lengths, target, max_asa, max_ab, max_occ)
        if missed >= 0:
            fails, why = n, missed
        else:
            meets = n
        if meets >= 0 and meets - fails == 1:
            return meets, why
        if meets < 0:
            n += 1 if climb else stride
        elif fails < 0:
            n = max(n - stride, 0)
        else:
            n = (fails + meets) // 2
        stride *= 2


@batch(int64, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, boolean, BLOCKS, int64, int64, AGENTS, BINDING)
def search_by_many(
    model: int,
    x: Array,
    m: Array,
    T: Array,
    patience: Array,
    cv: Array,
    lengths: Array,
    target: Array,
    max_asa: Array,
    max_ab: Array,
    max_occ: Array,
    climb: bool,
    starts: Array,
    first: int,
    last: int,
    agents: Array,
    binding: Array,
) -> None:
    """The search over blocks `starts`, each in order of x, so that the answer before is the guess for the next."""
    for s in range(first, last):
        block = starts[s]
        order = np.argsort(x[block : starts[s + 1]]) + block
        safety, before = 0.0, -1
        for i in order:
            if x[i] == 0.0:
                agents[i], binding[i] = 0, -1
                continue
            if before >= 0 and (
                x[i] == x[before]
                and m[i] == m[before]
                and T[i] == T[before]
                and patience[i] == patience[before]
                and cv[i] == cv[before]
                and target[i] == target[before]
                and max_asa[i] == max_asa[before]
                and max_ab[i] == max_ab[before]
                and max_occ[i] == max_occ[before]
            ):
                agents[i], binding[i] = agents[before], binding[before]
                continue
            a = x[i] * m[i] * lengths[-1] / lengths.size if model == CHAT else x[i]
            guess = int(math.ceil(max(a + safety * math.sqrt(a), 0.0)))
            agents[i], binding[i] = search_by(
                model,
                x[i],
                m[i],
                T[i],
                patience[i],
                cv[i],
                lengths,
                target[i],
                max_asa[i],
                max_ab[i],
                max_occ[i],
                guess,
                climb,
            )
            safety, before = (agents[i] - 0.5 - a) / math.sqrt(a), i
