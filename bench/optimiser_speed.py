"""How near to the cheapest plan the optimiser gets, and how fast, beside the plain formulation on HiGHS and on CBC.

    python bench/optimiser_speed.py [--size quick|full|smoke]

Ten made instances, five of each size (36 months x 6 groups, 60 x 12), scarce and slack, seasonal and growing: the gap after 2, 6 and 30 seconds, each a
search of its own. The gap is certified: how far the plan may be above the cheapest, as a share of what it is charged; in brackets as a share of what decisions
can still change. The plain formulation has 30 seconds of the solver's time besides its writing; its gap is told against the best bound that any search of the
row has proved, since CBC tells none through PuLP. `quick` (about ten minutes) runs it on one instance of each size, `full` on all, and the shipped scenarios
besides; `smoke` only sees that everything runs.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from instances import KINDS, SHIPPED, SIZES, made, shipped
from plain_model import PlainAnswer, plain_problem, solved

from planner.optimiser import Solution, optimise
from planner.requirement import requirement
from planner.scenario import Scenario

GAP = 1e-3
PLAIN_SECONDS = 30.0
SOLVERS = ("HiGHS", "CBC")


@dataclass(frozen=True)
class Case:
    """One row of the table: an instance, the searches it gets, and whether the plain formulation stands beside them."""

    name: str
    scenario: Scenario
    seconds: tuple[float, ...]
    plain_seconds: float


def cases(size: str) -> Iterator[Case]:
    """The rows of a size of the benchmark."""
    for months, groups in SIZES if size != "smoke" else SIZES[:1]:
        for kind, given in KINDS.items() if size != "smoke" else list(KINDS.items())[:1]:
            beside = PLAIN_SECONDS if size == "full" or kind == "slack" else 0.0
            limits = (2.0,) if size == "smoke" else (2.0, 6.0, 30.0)
            yield Case(f"{months} x {groups}, {kind}", made(months, groups, **given), limits, 3.0 if size == "smoke" else beside)
    if size == "full":
        yield from (Case(name, shipped(name), (2.0, 6.0, 30.0), 0.0) for name in SHIPPED)


def row(case: Case) -> list[str]:
    """One row: what every search came to."""
    requirement(case.scenario)
    found = [optimise(case.scenario, seconds, GAP, explain=False) for seconds in case.seconds]
    plain = _plain(case)
    bound = max([each.bound for each in (*found, *plain) if each.bound is not None], default=None)
    longest = found[-1]
    saves = "-" if longest.saving is None else f"{longest.saving / longest.baseline.cost.sum():.2%}"
    return [case.name, *(_gap(each) for each in found), saves, *(_beside(each, bound) for each in plain)]


def _plain(case: Case) -> list[PlainAnswer]:
    if not case.plain_seconds:
        return []
    one = plain_problem(case.scenario)
    return [solved(one, solver, case.plain_seconds, GAP) for solver in SOLVERS]


def _gap(found: Solution) -> str:
    if found.gap is None:
        return f"{found.outcome.kind} {found.seconds:.1f} s"
    decidable = "" if found.decidable_gap is None else f" ({found.decidable_gap:.1%})"
    return f"{found.gap:.2%}{decidable} {found.seconds:.1f} s"


def _beside(answer: PlainAnswer, bound: float | None) -> str:
    if answer.charged is None or bound is None:
        return f"no plan in {answer.seconds:.0f} s"
    return f"{(answer.charged - bound) / answer.charged:.2%} in {answer.seconds:.0f} s"


def main() -> None:
    """Prints the table, a row as soon as it is measured."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--size", choices=("quick", "full", "smoke"), default="quick")
    size = asked.parse_args().size
    limits = ("2 s",) if size == "smoke" else ("2 s", "6 s", "30 s")
    header = ["certified gap (of what can change) after", *limits, "saves", *(f"plain {solver}" for solver in SOLVERS)]
    print("  ".join(f"{cell:<22}" if place else f"{cell:<42}" for place, cell in enumerate(header)), flush=True)
    for case in cases(size):
        print("  ".join(f"{cell:<22}" if place else f"{cell:<42}" for place, cell in enumerate(row(case))), flush=True)


if __name__ == "__main__":
    main()
