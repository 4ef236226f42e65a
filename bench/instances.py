"""Made instances of the hiring problem by size, scarce and slack, seasonal and growing: the same at every run."""

import math
from pathlib import Path

from planner import parameters
from planner.scenario import Scenario, load

SCENARIOS = Path(__file__).parent.parent / "data" / "scenarios"
SHIPPED = ("startup_4", "centre_600", "growth_2000", "giant_50000")
SIZES = ((36, 6), (60, 12))
KINDS: dict[str, dict[str, float]] = {
    "slack": {},
    "scarce rooms": {"rooms": 2},
    "seasonal": {"season": 0.15},
    "growing": {"growth": 0.015},
    "seasonal, scarce": {"season": 0.12, "growth": 0.01, "rooms": 3},
}


def shipped(name: str) -> Scenario:
    """A scenario that ships with the product."""
    return load(SCENARIOS / f"{name}.json")


def made(months: int, groups: int, season: float = 0.0, growth: float = 0.005, rooms: float = 8) -> Scenario:
    """An instance of a size: the roles and sources of the shipped centre of 600, groups of 80 to 250 people at two sites that state their need."""
    document = shipped("centre_600").model_dump(mode="json", exclude_defaults=True)
    document["name"], document["queues"] = f"{months} x {groups}", []
    document["horizon"] = {"first_month": "2027-01", "months": months}
    sites = [site["name"] for site in document["sites"]]
    for site in document["sites"]:
        site["training"] = {"rooms": int(rooms)}
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


def instances() -> dict[str, Scenario]:
    """Every instance by name: the shipped scenarios, then each size in each kind."""
    found = {name: shipped(name) for name in SHIPPED}
    for months, groups in SIZES:
        found |= {f"{months} x {groups} {kind}": made(months, groups, **given) for kind, given in KINDS.items()}
    return found
