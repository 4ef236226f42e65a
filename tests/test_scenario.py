"""Scenarios: files there and back, faults across parts all at once, versions, and the levers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import scenario as scenarios
from planner.channels import Deferred
from planner.errors import InvalidScenario
from planner.parameters import put, put_all, walk
from planner.scenario import VERSION, Levers, from_json, load, moved, stated_path, to_json
from tests.conftest import SHIPPED, shipped
from tests.scenarios import build, changed, documents, everything, office, tiny, two_sites


def faults_of(call):
    with pytest.raises(InvalidScenario) as told:
        call()
    return told.value.faults


def places(document):
    return [fault.place for fault in faults_of(lambda: build(document))]


# --- Files


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_comes_back_from_its_json_unchanged(name):
    assert from_json(to_json(shipped(name))) == shipped(name)


@pytest.mark.parametrize("document", [tiny(), office(), two_sites(), everything()], ids=lambda document: document["name"])
def test_a_scenario_of_every_family_comes_back_from_its_json_unchanged(document):
    scenario = build(document)
    assert from_json(to_json(scenario)) == scenario
    assert to_json(from_json(to_json(scenario))) == to_json(scenario)


@settings(max_examples=100)
@given(documents())
def test_a_generated_scenario_comes_back_from_its_json_unchanged(document):
    scenario = build(document)
    assert from_json(to_json(scenario)) == scenario


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()), st.floats(-0.5, 1))
def test_any_notes_and_any_number_survive_the_file_exactly(notes, growth):
    scenario = put_all(build(tiny()), {"notes": notes, "levers.growth_monthly": growth})
    again = from_json(to_json(scenario))
    assert (again.notes, again.levers.growth_monthly) == (notes, growth)


def test_a_scenario_file_holds_only_what_is_not_at_its_default():
    assert "levers" not in json.loads(to_json(build(tiny())))
    assert json.loads(to_json(put(build(tiny()), "levers.aht_change", 0.1)))["levers"] == {"aht_change": 0.1}


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    (fault,) = faults_of(lambda: load(tmp_path / "none.json"))
    assert "none.json" in fault.place
    (tmp_path / "latin.json").write_bytes("{\"name\": \"é\"}".encode("latin-1"))
    assert "UTF-8" in faults_of(lambda: load(tmp_path / "latin.json"))[0].problem


def test_text_that_is_no_json_is_refused_with_line_and_column():
    (fault,) = faults_of(lambda: from_json('{"name": "x",\n "horizon": }'))
    assert "line 2, column 13" in fault.problem


def test_a_document_of_a_newer_program_is_refused_whatever_else_it_holds():
    (fault,) = faults_of(lambda: from_json(json.dumps(tiny() | {"version": VERSION + 1, "new_thing": 1})))
    assert fault.place == "version"
    assert "newer program" in fault.remedy


def test_a_document_without_a_version_is_of_this_one():
    assert from_json(json.dumps(tiny())).version == VERSION


# --- Faults across parts


def test_faults_across_parts_are_told_all_at_once_with_their_places():
    document = changed(
        office(),
        ("sites.0.training.class_size_min", 9),
        ("sites.0.training.trainer_role", "coach"),
        ("sites.0.country", "ZZ"),
        ("queues.0.contacts_monthly", [1, 2, 3]),
        ("queues.0.channel.target", {"service_level": 1.0}),
        ("groups.0.serves.1.share", 0.5),
        ("groups.0.serves.0.name", "cals"),
        ("groups.0.workforce.tenure_bands", [{"up_to_months": 3, "exit_probability_monthly": 0.1}]),
        ("groups.0.staffing", {"contracts": [{"name": "full", "heads_share": 0.5, "fte_fraction": 1}]}),
        ("organisation.roles.0.leads", "boss"),
        ("hiring.recruiter_role", "hunter"),
        ("finance", {"budget_monthly": [1]}),
    )
    assert set(places(document)) == {
        "sites.Porto.training.class_size_min",
        "sites.Porto.training.trainer_role",
        "sites.Porto.country",
        "queues.calls.contacts_monthly",
        "queues.calls.channel.target.service_level",
        "queues.calls",
        "queues.mail",
        "groups.care.serves.cals",
        "groups.care.workforce.tenure_bands.0.up_to_months",
        "groups.care.staffing.contracts",
        "organisation.roles.team_lead.leads",
        "hiring.recruiter_role",
        "finance.budget_monthly",
    }


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("groups.0.stated_heads", None), "groups.care"),
        (("groups.0.stated_heads", {"path": [1, 2]}), "groups.care.stated_heads.path"),
        (("groups.0.stated_heads", {"start": 5, "add_monthly": -1}), "groups.care.stated_heads.add_monthly"),
        (("groups.0.workforce.signed_starts", [1] * 13), "groups.care.workforce.signed_starts"),
        (("groups.0.site", "Lodz"), "groups.care.site"),
        (("sites", [{"name": "Porto"}, {"name": "Porto"}]), "sites.Porto"),
        (("hiring.sources.0.exit_multiplier", 50), "hiring.sources.boards.exit_multiplier"),
        (("levers", {"attrition_change": 10}), None),
        (("groups.0.workforce.tenure_bands", [{"up_to_months": None, "exit_probability_monthly": 0.2}]), None),
    ],
)
def test_what_does_not_hold_together_is_refused_at_its_place(change, place):
    if place is None:
        assert build(changed(tiny(), change))
    else:
        assert place in places(changed(tiny(), change))


def test_a_group_cannot_both_serve_and_state():
    assert places(changed(office(), ("groups.0.stated_heads", {"start": 3}))) == ["groups.care"]


def test_a_site_whose_calendar_does_not_reach_the_months_is_refused_at_the_site():
    assert places(changed(tiny(), ("sites.0.country", "DE"), ("horizon.first_month", "2101-01"))) == ["sites.Porto.country"]


@pytest.mark.parametrize("lever", ["attrition_change", "shrinkage_change"])
def test_a_lever_that_leaves_nobody_is_refused_at_the_lever(lever):
    leaving = [{"up_to_months": None, "exit_probability_monthly": 0.2}]
    document = changed(office(), ("groups.0.workforce.tenure_bands", leaving), ("levers", {lever: 6}))
    assert places(document) == [f"levers.{lever}"]


def test_a_lever_that_promises_what_nobody_can_keep_is_refused_at_the_lever():
    assert places(changed(office(), ("levers", {"service_level": 1}))) == ["levers.service_level"]
    assert build(changed(tiny(), ("levers", {"service_level": 1})))


def test_a_lever_on_an_annual_rate_may_go_beyond_the_rates_own_bound():
    document = changed(tiny(), ("groups.0.workforce.annual_attrition", 4.0), ("levers", {"attrition_change": 1.0}))
    assert moved(build(document)).groups[0].workforce.annual_attrition == 8.0


# --- Levers


def test_levers_at_rest_give_the_very_same_scenario():
    for name in SHIPPED:
        assert moved(shipped(name)) is shipped(name)


def test_moving_levers_back_to_rest_changes_nothing():
    scenario = build(everything())
    assert moved(moved(scenario)) is not scenario
    at_rest = scenario.model_copy(update={"levers": Levers()})
    assert moved(at_rest) is at_rest
    assert moved(moved(scenario)) == moved(scenario)


LEVERS = {
    "growth_monthly": 0.03, "aht_change": 0.1, "service_level": 0.95, "attrition_change": 0.3, "shrinkage_change": 0.2, "starts_max_monthly": 3,
    "first_span": 9.0, "top_span": 80.0,
}  # fmt: skip
TOUCHED = {
    "growth_monthly": {"queues", "groups.back office", "groups.fraud"},
    "aht_change": {"queues"},
    "service_level": {"queues"},
    "attrition_change": {"groups"},
    "shrinkage_change": {"groups"},
    "starts_max_monthly": {"hiring"},
    "first_span": {"organisation"},
    "top_span": {"organisation"},
}


def full_at_rest():
    return build(everything() | {"levers": {}})


@pytest.mark.parametrize("lever", LEVERS)
def test_what_a_lever_does_not_touch_is_the_same_object(lever):
    before = full_at_rest()
    after = moved(put(before, f"levers.{lever}", LEVERS[lever]))
    before = put(before, f"levers.{lever}", LEVERS[lever])
    after, touched = moved(before), TOUCHED[lever]
    assert after.horizon is before.horizon
    assert after.sites is before.sites
    assert after.finance is before.finance
    assert (after.hiring is before.hiring) == ("hiring" not in touched)
    for family in ("queues", "groups"):
        for old, new in zip(getattr(before, family), getattr(after, family), strict=True):
            kept = family not in touched and f"{family}.{old.name}" not in touched
            if lever == "service_level" and family == "queues":
                kept = isinstance(old.channel, Deferred)
            assert (new is old) == kept, (lever, old.name)
    roles = zip(before.organisation.roles, after.organisation.roles, strict=True)
    assert [new.name for old, new in roles if new is not old] == {"first_span": ["team_lead"], "top_span": ["executive"]}.get(lever, [])


@pytest.mark.parametrize("lever", LEVERS)
def test_moved_scenarios_have_their_levers_at_rest(lever):
    assert moved(put(full_at_rest(), f"levers.{lever}", LEVERS[lever])).levers == Levers()


def changes(lever, value):
    """The paths that a lever changes, with the ratio or the new value."""
    before = put(full_at_rest(), f"levers.{lever}", value)
    old = {parameter.path: parameter.value for parameter in walk(before)}
    new = {parameter.path: parameter.value for parameter in walk(moved(before))}
    return {path: (old.get(path), value) for path, value in new.items() if old.get(path) != value and not path.startswith("levers")}


def test_growth_compounds_on_base_contacts_on_a_series_and_on_stated_heads():
    found = changes("growth_monthly", 0.03)
    assert found["queues.impatient calls.growth_monthly"][1] == pytest.approx(1.01 * 1.03 - 1)
    old, new = found["queues.patient calls.contacts_monthly"]
    assert [b / a for a, b in zip(old, new, strict=True)] == pytest.approx([1.03**month for month in range(26)])
    assert found["groups.fraud.stated_heads.path"][1][6] == pytest.approx(22 * 1.03**6)
    assert found["groups.back office.stated_heads.path"][1][10] == pytest.approx(55 * 1.03**10)


def test_handle_time_changes_everywhere_single_and_by_month():
    found = changes("aht_change", 0.1)
    assert len(found) == 6
    assert found["queues.chats.aht_s"] == (500, pytest.approx(550))
    assert found["queues.patient calls.aht_monthly_s"][1][5] == pytest.approx(245 * 1.1)


def test_the_service_level_replaces_that_of_voice_and_chat_only():
    found = changes("service_level", 0.95)
    assert set(found) == {f"queues.{name}.channel.target.service_level" for name in ("impatient calls", "patient calls", "chats", "returns")}
    assert {new for _, new in found.values()} == {0.95}


def test_attrition_scales_bands_and_annual_rates_alike():
    found = changes("attrition_change", 0.5)
    assert found["groups.specialists.workforce.annual_attrition"][1] == pytest.approx(0.6)
    assert found["groups.generalists.workforce.tenure_bands.0.exit_probability_monthly"][1] == pytest.approx(0.09)
    assert all(new == pytest.approx(1.5 * old) for path, (old, new) in found.items())


def test_shrinkage_scales_every_factor_and_nothing_else():
    found = changes("shrinkage_change", -0.5)
    assert len(found) == sum(len(group.staffing.shrinkage) for group in full_at_rest().groups)
    assert all(path.endswith("fraction") and new == pytest.approx(old / 2) for path, (old, new) in found.items())


def test_starts_and_spans_replace_one_figure_each():
    assert changes("starts_max_monthly", 0) == {"hiring.starts_max_monthly": (30, 0)}
    assert changes("first_span", 9.0) == {"organisation.roles.team_lead.span": (11, 9.0)}
    assert changes("top_span", 80.0) == {"organisation.roles.executive.span": (100, 80.0)}


def test_spans_have_nothing_to_move_where_there_are_no_leaders():
    scenario = scenarios.Scenario.model_validate(
        changed(tiny(), ("organisation.roles.0.kind", "support"), ("levers", {"first_span": 5, "top_span": 5}), ("hiring.interviewer_role", "team_lead"))
    )
    assert moved(scenario).organisation == scenario.organisation


def test_a_hundred_more_a_month_asks_for_n0_plus_100_k_in_month_k():
    stated = build(changed(tiny(), ("groups.0.stated_heads", {"start": 2_000, "add_monthly": 100}))).groups[0].stated_heads
    assert stated_path(stated, 4) == (2_000, 2_100, 2_200, 2_300)
