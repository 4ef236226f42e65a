"""How fast and how right the queueing formulas are, beside the Python packages that do the same; everything in one run, on one core.

sh bench/run.sh
"""

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from planner.queueing import backlog, concurrency, erlang  # noqa: E402

TARGET, AWT_S, PATIENCE_S, SLOT_S = 0.8, 20.0, 180.0, 1800.0
INTERVALS, SAMPLE = 1_000_000, 1_000

COLD = """
import sys, time
sys.path.insert(0, {root!r})
import numpy
clock = time.perf_counter
a = clock(); import planner.queueing.erlang as erlang
b = clock(); erlang.required_agents(10, 300, 0.8, 20)
c = clock(); erlang.required_agents(10, 300, 0.8, 20, 180)
d = clock(); erlang.required_agents(10, 300, 0.8, 20)
e = clock(); print(b - a, c - b, d - c, e - d)
"""


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def cold_start(cache: str | None) -> list[float]:
    """Seconds of a fresh process: import, first Erlang C, first Erlang A, any later call."""
    environment = os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    code = COLD.format(root=str(ROOT))
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return [float(word) for word in out.stdout.split()]


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells: str) -> None:
    print()
    row(*cells)
    row(*("---" for _ in cells))


def versions() -> None:
    names = ("numpy", "scipy", "numba", "pyworkforce", "call-center-tools")
    print("Python " + platform.python_version() + ", " + ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names))


def ask_pyworkforce(load: float, aht_s: float, target: float = TARGET, awt_s: float = AWT_S) -> int:
    from pyworkforce.queuing import ErlangC

    contacts = load * SLOT_S / aht_s
    queue = ErlangC(transactions=contacts, aht=aht_s / 60, asa=awt_s / 60, interval=SLOT_S / 60)
    return queue.required_positions(service_level=target)["raw_positions"]


def ask_call_center_tools(load: float, aht_s: float, target: float = TARGET, awt_s: float = AWT_S) -> int:
    from call_center_tools import calc_staffing

    return calc_staffing(calls_per_hour=load * 3600 / aht_s, aht=aht_s, max_occupancy=1.0, target_answer_time=awt_s, target_service_level=target).agents


def wrong(ask: Callable[..., int], load: np.ndarray, aht_s: np.ndarray, target: float, awt_s: float) -> str:
    """How many answers miss the target, or meet it with one agent fewer as well, by the exact formula."""
    agents = np.array([ask(a, m, target, awt_s) for a, m in zip(load.tolist(), aht_s.tolist(), strict=True)])
    enough = erlang.performance(load, agents, aht_s, awt_s).service_level >= target
    fewer = erlang.performance(load, agents - 1, aht_s, awt_s).service_level < target
    return f"{np.count_nonzero(~(enough & fewer))} of {load.size:,}"


def erlang_c_beside_peers(rng: np.random.Generator) -> None:
    load, aht_s = rng.uniform(1, 500, INTERVALS), rng.uniform(180, 600, INTERVALS)
    small, some, some_aht = rng.uniform(0.05, 5, SAMPLE), load[:SAMPLE], aht_s[:SAMPLE]
    erlang.required_agents(load[:10], aht_s[:10], TARGET, AWT_S)
    ours = best(lambda: erlang.required_agents(load, aht_s, TARGET, AWT_S), 7) / INTERVALS
    peers = (("pyworkforce", ask_pyworkforce), ("call-center-tools", ask_call_center_tools))
    head(
        "Erlang C requirement, 80/20, loads 1 to 500, varied handle times",
        "intervals",
        "ns per interval",
        "times ours",
        "wrong",
        "wrong at loads 0.05 to 5, 50/60",
    )
    for name, ask in (("this project", erlang.required_agents), *peers):
        taken, size = ours, INTERVALS
        if ask is not erlang.required_agents:
            taken, size = best(lambda ask=ask: [ask(a, m) for a, m in zip(some.tolist(), some_aht.tolist(), strict=True)], 2) / SAMPLE, SAMPLE
        faults = wrong(ask, some, some_aht, TARGET, AWT_S), wrong(ask, small, some_aht, 0.5, 60.0)
        row(name, f"{size:,}", f"{taken * 1e9:,.0f}", f"{taken / ours:,.0f}", *faults)


def plan_intervals(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """60 months x 20 groups, each with a handle time of its own, x 7 days x 48 half-hours."""
    shape = (60 * 20, 7 * 48)
    profile = 0.02 + np.abs(np.sin(np.linspace(0, 7 * np.pi, shape[1]))) * rng.uniform(0.8, 1.0, shape[1])
    load = rng.uniform(20, 2000, (shape[0], 1)) * profile
    return load.ravel(), np.broadcast_to(rng.uniform(250, 400, (shape[0], 1)), shape).ravel()


def others(rng: np.random.Generator) -> None:
    load, aht_s = plan_intervals(rng)
    few = slice(0, 20_000)
    loose, loose_aht = rng.uniform(1, 500, 100_000), rng.uniform(180, 600, 100_000)
    limits = {"max_occupancy": 0.88, "max_abandonment": 0.04}
    work = {
        "Erlang A, a plan (60 months x 20 groups x 7 days x 48), loads to 2,000": (
            load.size,
            lambda: erlang.required_agents(load, aht_s, TARGET, AWT_S, PATIENCE_S),
        ),
        "the same with limits on occupancy and abandonment": (
            load.size,
            lambda: erlang.required_agents(load, aht_s, TARGET, AWT_S, PATIENCE_S, **limits),
        ),
        "Erlang A, every interval with its own handle time, loads 1 to 500": (
            loose.size,
            lambda: erlang.required_agents(loose, loose_aht, TARGET, AWT_S, PATIENCE_S),
        ),
        "Erlang A over a random day (CV 8 %), the plan's first": (
            20_000,
            lambda: erlang.required_agents_expected(load[few], aht_s[few], TARGET, AWT_S, PATIENCE_S, 0.08),
        ),
        "Erlang A, all five measures exactly": (
            loose.size,
            lambda: erlang.performance(loose, np.ceil(loose), loose_aht, AWT_S, PATIENCE_S),
        ),
        "chat, up to 3 at once, loads to 800": (
            20_000,
            lambda: concurrency.required_chat_agents(load[few] / 2.5 / aht_s[few], (1.0, 1.25, 1.625), TARGET, 30, 240, length_scale=aht_s[few]),
        ),
        "deferred work, 60 months x 336 slots, deadline 48 slots": (
            60 * 336,
            lambda: backlog.required_rate_cyclic(load[: 60 * 336].reshape(60, 336), 48),
        ),
    }
    head("other requirements", "intervals", "us per interval", "seconds in all")
    for name, (size, ask) in work.items():
        ask()
        taken = best(ask, 3)
        row(name, f"{size:,}", f"{taken / size * 1e6:.2f}", f"{taken:.3f}")


def starts() -> None:
    head("fresh process, seconds", "import", "first Erlang C", "first Erlang A", "any later call")
    row("compiled before", *(f"{seconds:.4f}" for seconds in cold_start(None)))
    with tempfile.TemporaryDirectory() as cache:
        row("never compiled", *(f"{seconds:.4f}" for seconds in cold_start(cache)))


def main() -> None:
    versions()
    starts()
    one_core()
    rng = np.random.default_rng(20)
    erlang_c_beside_peers(rng)
    others(rng)


if __name__ == "__main__":
    main()
