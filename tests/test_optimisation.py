"""Every parameter of the optimiser matters: changed alone, it changes some plan or outcome, on small whole instances solved to gap 0."""

import numpy as np
import pytest

from planner.errors import InvalidScenario
from planner.optimisation import Negotiable, Optimisation, optimisation_faults
from tests.scenarios import build, changed, role
from tests.test_optimiser import conflicting, small, solved

GROWING = (("groups.0.stated_heads", {"start": 6, "add_monthly": 1}),)


def ladder():
    """Many leaders who leave fast, dear to find outside: all would be promoted, if the share from within allowed it."""
    document = small(("groups.0.stated_heads", {"start": 16}), months=8, heads=16)
    document["groups"][0]["workforce"]["annual_attrition"] = 0.1
    lead = {"scope": "group", "feeder": "frontline", "internal_share": 0.5, "ready_share": 0.9, "time_in_grade_months": 1, "search_cost": 90_000.0}
    document["organisation"]["roles"][0] = role("team_lead", 2, {"care": 8}, exit_probability_monthly=0.15, lead_time_months=1, **lead)
    return document


def with_optimisation(document, **values):
    return changed(document, ("optimisation", document.get("optimisation", {}) | values))


CASES = {
    "vacancy_multiple": (ladder(), 3.0, 0.0),
    "surplus_multiple": (small(*GROWING, months=6), 0.0, 4.0),
    "hold_after": (small(months=8), True, False),
    "internal_share_tolerance": (ladder(), 0.1, 0.5),
    "service_floor": (small(*GROWING, ("finance", {"shortage_multiple": 0.3}), months=6), 0.0, 0.7),
    "largest_change": (small(*GROWING, months=6), None, 2),
    "short_tenure_share_max": (small(*GROWING, months=6), None, 0.3),
}


def figures(found):
    """Everything that could differ: what is charged, what is decided."""
    decisions = found.decisions
    arrays = [decisions.starts, decisions.classes, decisions.overtime_fte, decisions.contractor_fte]
    arrays += [values for by_role in (decisions.promotions, decisions.appointments) for values in by_role.values()]
    return np.concatenate([[found.charged], *(each.ravel() for each in arrays)])


@pytest.mark.parametrize("name", CASES)
def test_a_changed_parameter_changes_the_optimised_plan(name):
    document, value, other = CASES[name]
    one, two = (figures(solved(with_optimisation(document, **{name: each}))) for each in (value, other))
    assert not np.allclose(one, two, rtol=1e-6)


def poor(*negotiable):
    document = conflicting(("finance", {"budget_monthly": [30_000.0] * 4, "contractors_max_fte": 10.0}))
    document["optimisation"]["negotiable"] = [{"limit": limit, "priority": priority} for limit, priority in negotiable]
    return solved(document).conflict


def test_another_limit_that_may_give_way_changes_the_way_out():
    found = []
    for limit in ("contractors", "service_floor"):
        document = conflicting()
        document["optimisation"]["negotiable"] = [{"limit": limit, "priority": 1}]
        found.append([each.limit for each in solved(document).conflict.relaxations])
    assert found == [["contractors"], ["service_floor"]]


def test_a_changed_priority_changes_the_way_out():
    cheap, dear = poor(("budget", 1), ("service_floor", 900)), poor(("budget", 900), ("service_floor", 1))
    assert cheap.relaxations != dear.relaxations
    assert cheap.limits == dear.limits


def test_every_parameter_of_the_optimiser_is_changed_here():
    assert {*CASES, "negotiable"} == set(Optimisation.model_fields)
    assert set(Negotiable.model_fields) == {"limit", "priority"}


def test_a_limit_with_two_priorities_is_refused():
    twice = Optimisation(negotiable=(Negotiable(limit="rooms", priority=1), Negotiable(limit="rooms", priority=2)))
    assert "two priorities" in str(optimisation_faults(twice, "optimisation")[0])
    document = small()
    document["optimisation"] = {"negotiable": [{"limit": "rooms", "priority": 1}, {"limit": "rooms", "priority": 2}]}
    with pytest.raises(InvalidScenario, match="two priorities"):
        build(document)
