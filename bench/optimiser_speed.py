"""How near to the cheapest plan the optimiser gets, and how fast, beside the plain formulation on HiGHS and on CBC.

    python bench/optimiser_speed.py [--plain SECONDS]

The shipped scenarios after 2 and 30 s, and five made instances of each size (36 months x 6 groups, 60 x 12), scarce and slack, seasonal and growing, after
2, 6 and 30 s. The gap is certified: how far the plan may be above the cheapest, as a share of what it is charged, and of what decisions can still change.
"""

import argparse
import math
import time
from pathlib import Path

from planner import parameters
from planner.optimiser import optimise
from planner.optimiser.bound import no_cuts
from planner.optimiser.model import model
from planner.optimiser.problem import problem
from planner.optimiser.solvers import Search, solve
from planner.requirement import requirement
from planner.scenario import Scenario, load

SCENARIOS = Path(__file__).parent.parent / "data" / "scenarios"
KINDS = {
    "slack": {},
    "scarce rooms": {"rooms": 2},
    "seasonal": {"season": 0.15},
    "growing": {"growth": 0.015},
    "seasonal, scarce": {"season": 0.12, "growth": 0.01, "rooms": 3},
}


def made(months: int, groups: int, season: float = 0.0, growth: float = 0.005, rooms: int = 8) -> Scenario:
    """An instance of a size: the roles and sources of the shipped centre of 600, groups of 80 to 250 people at two sites that state their need."""
    document = load(SCENARIOS / "centre_600.json").model_dump(mode="json", exclude_defaults=True)
    document["name"], document["queues"] = f"{months} x {groups}", []
    document["horizon"] = {"first_month": "2027-01", "months": months}
    sites = [site["name"] for site in document["sites"]]
    for site in document["sites"]:
        site["training"] = {"rooms": rooms}
    document["groups"] = [_group(position, sites[position % 2], months, season, growth) for position in range(groups)]
    people = {site: sum(group["workforce"]["opening"][0]["heads"] for group in document["groups"] if group["site"] == site) for site in sites}
    for role in document["organisation"]["roles"]:
        role["opening_heads"] = _opening(role, document["groups"], people)
    return parameters.build(Scenario, document)


def _group(position: int, site: str, months: int, season: float, growth: float) -> dict:
    start = 80 + 34 * (position % 6)
    path = [start * (1 + growth) ** month * (1 + season * math.sin(2 * math.pi * (month + position) / 12)) for month in range(months)]
    return {
        "name": f"group {position + 1}",
        "site": site,
        "stated_heads": {"path": path},
        "workforce": {"opening": [{"tenure_months": 30, "heads": start}], "classroom_weeks": 4, "nesting_weeks": 4},
    }


def _opening(role: dict, groups: list, people: dict) -> list:
    """One person for each span of frontline people, eighty-four of them for a manager of team leads."""
    span = role["span"] * (12 if role.get("leads") == "team_lead" else 1)
    by_unit = {"group": {group["name"]: group["workforce"]["opening"][0]["heads"] for group in groups}, "site": people, "all": {"all": sum(people.values())}}
    return [{"unit": unit, "heads": math.ceil(heads / span)} for unit, heads in by_unit[role.get("scope", "site")].items()]


def after(scenario: Scenario, seconds: float) -> str:
    requirement(scenario)
    found = optimise(scenario, time_limit_s=seconds, gap=2e-3)
    gap = f"{found.gap:.2%}" if found.gap is not None else str(found.outcome)
    decidable = f"{found.decidable_gap:.1%}" if found.decidable_gap is not None else "-"
    saved = f"{found.saving / found.baseline.cost.sum():.2%}" if found.saving is not None else "-"
    return f"{gap} ({decidable} of what can change), saves {saved}, {found.seconds:.1f} s"


def plain(scenario: Scenario, seconds: float, solver: str) -> str:
    """The formulation as it stands, without a plan to begin with or rows that tighten it."""
    one = problem(model(scenario))
    begun = time.perf_counter()
    answer = solve(one, Search(seconds, 2e-3, None, no_cuts(one.model), lambda: False, [].append), solver)
    if answer.columns is None:
        return f"no plan in {time.perf_counter() - begun:.0f} s ({answer.said})"
    value = one.objective(answer.columns)
    gap = f"{(value - answer.bound) / value:.2%}" if answer.bound is not None else "no bound told"
    return f"{gap}, charged {value:,.0f}, {time.perf_counter() - begun:.0f} s"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plain", type=float, default=30.0, help="seconds for the plain formulation; 0 leaves it out")
    asked.add_argument("--only", default="", help="part of an instance's name")
    given = asked.parse_args()
    instances = {f"{name}": (load(SCENARIOS / f"{name}.json"), (2, 30)) for name in ("startup_4", "centre_600", "growth_2000", "giant_50000")}
    for months, groups, seconds in ((36, 6, (2, 30)), (60, 12, (6, 30))):
        instances |= {f"{months} x {groups} {kind}": (made(months, groups, **more), seconds) for kind, more in KINDS.items()}
    for name, (scenario, limits) in instances.items():
        if given.only in name:
            for seconds in limits:
                print(f"{name:<28}{seconds:>4} s: {after(scenario, seconds)}", flush=True)
            for solver in ("HiGHS", "CBC") if given.plain else ():
                print(f"{'':<28}plain {solver}: {plain(scenario, given.plain, solver)}", flush=True)


if __name__ == "__main__":
    main()
