"""The form of any parameter group: every parameter has a field, percent only at the edge, and what is refused is told and not lost."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from planner import parameters
from planner.errors import Fault, InvalidScenario
from planner.organisation import UnderWay
from planner.parameters import describe, walk
from planner.scenario import Scenario, load, to_json
from planner.training import Training
from planner.ui import areas, fields, form, members, upload
from tests.conftest import shipped
from tests.scenarios import build, changed, two_sites

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "data" / "scenarios").glob("*.json"))
PAGE = ROOT / "planner" / "ui" / "pages" / "assumptions.py"


def scenario(name: str = "centre_600") -> Scenario:
    return load(ROOT / "data" / "scenarios" / f"{name}.json")


def parameter_at(path: str, name: str = "centre_600") -> parameters.Parameter:
    return next(found for found in walk(scenario(name)) if found.path == path)


# What a form shows -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_parameter_of_a_shipped_scenario_has_exactly_one_place_in_the_form(path: Path) -> None:
    shipped = load(path)
    shown = list(fields.section(shipped).paths())
    assert len(shown) == len(set(shown))
    empty_families = {place for place in members.FAMILIES.values() if not parameters.get(shipped, place)}
    assert set(shown) == {found.path for found in walk(shipped)} | empty_families


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_tables_and_series_that_nobody_edited_give_back_what_the_scenario_says(path: Path) -> None:
    shipped = load(path)
    for section in fields.section(shipped).everything():
        for table in section.tables:
            rows = fields.rows_of(table, fields.frame_of(table))
            assert tuple(table.kind.model_validate(row) for row in rows) == table.members, table.parameter.path
        for axis, parameter in section.series:
            assert fields.series_value(axis, parameter, fields.series_frame(axis, (parameter,), shipped)) == parameter.value, parameter.path


def test_series_are_told_apart_by_what_they_run_along() -> None:
    queue = next(section for section in fields.section(scenario()).everything() if section.path == "queues.service calls")
    assert {parameter.name: axis for axis, parameter in queue.series} == {
        "contacts_monthly": "months",
        "aht_monthly_s": "months",
        "season": "calendar",
        "week_profile": "weekdays",
        "day_profile": "day",
    }


def test_a_percentage_is_seven_on_screen_and_seven_hundredths_inside() -> None:
    share = parameter_at("sites.Columbus.training.mentor_loss")
    assert fields.screen(0.07, share) == 7.0
    assert fields.inside(7.0, share) == 0.07


@given(st.floats(-10, 100, allow_nan=False).map(lambda value: float(f"{value:.9g}")))
def test_what_is_shown_and_typed_again_is_the_same_number(value: float) -> None:
    share = describe("x", "mentor_loss", value, Training.model_fields["mentor_loss"])
    assert fields.inside(fields.screen(value, share), share) == pytest.approx(value, rel=1e-11, abs=1e-300)


def test_bounds_default_and_source_stand_in_the_help_without_names_of_the_program() -> None:
    told = fields.help_text(parameter_at("groups.service Columbus.monthly_pay"), "USD")
    assert "finance, frontline pay a month" in told
    assert "Allowed: 0 to 10,000,000 USD." in told
    assert "_" not in told
    assert "Default: 35 %." in fields.help_text(parameter_at("sites.Columbus.training.mentor_loss"), "USD")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_name_of_the_program_is_left_in_any_label_or_help(path: Path) -> None:
    for found in walk(load(path)):
        assert "_" not in fields.named(found, "USD") + fields.help_text(found, "USD"), found.path


def test_a_unit_stands_beside_every_name_that_does_not_hold_it_as_a_word():
    for found in parameters.walk(shipped("centre_600")):
        unit, name = fields.unit(found, "USD"), fields.named(found, "USD")
        words_in_name = name.lower().split()
        assert not unit or f"({unit})" in name or unit.lower() in name.lower() or fields.SPELT.get(unit) in words_in_name, found.path
    target = next(each for each in parameters.walk(shipped("centre_600")) if each.name == "max_asa_s")
    assert fields.named(target, "USD") == "Longest average speed of answer (s)"


def test_a_default_that_is_partly_assumed_counts_as_an_assumption() -> None:
    assert fields.is_assumption(parameter_at("organisation.roles.manager.internal_share"))
    assert not fields.is_assumption(parameter_at("finance.frontline_monthly_pay"))


def test_the_meaning_of_an_empty_field_comes_from_its_help() -> None:
    assert fields.empty_means(parameter_at("queues.service calls.channel.target.max_asa_s")) == "not limited"
    assert fields.empty_means(parameter_at("queues.service calls.aht_s")) is None


def test_names_are_picked_from_the_scenario() -> None:
    assert fields.choices(parameter_at("groups.service Columbus.site"), scenario()) == ("Columbus", "Tampa")
    assert None in fields.choices(parameter_at("organisation.roles.manager.feeder"), scenario())


def test_an_empty_cell_is_left_to_its_default_and_an_empty_optional_is_none() -> None:
    table = next(table for section in fields.section(scenario()).everything() for table in section.tables if table.parameter.path.endswith("tenure_bands"))
    rows = fields.rows_of(table, pd.DataFrame({"up_to_months": [3.0, np.nan], "exit_probability_monthly": [5.0, np.nan]}))
    assert rows == ({"up_to_months": 3.0, "exit_probability_monthly": 0.05}, {"up_to_months": None})


def test_the_search_finds_by_every_word_in_name_or_help() -> None:
    only = form.Filter(text="handle TIME average")
    assert only.takes(parameter_at("queues.service calls.aht_s"))
    assert not only.takes(parameter_at("finance.on_cost"))


def test_a_fault_is_told_without_dotted_paths() -> None:
    told = form.told(Fault("queues.sales.base_contacts", "the queue has no contacts", "Give base_contacts, or contacts_monthly with 36 values."))
    assert told == "Queues › sales › Base contacts: the queue has no contacts. Give base contacts, or contacts by month with 36 values."


# Changes in several places ------------------------------------------------------------------------------------------------------------------


def test_a_renamed_member_is_renamed_wherever_it_is_named() -> None:
    changed = scenario()
    for path, name in (("queues.chat", "web chat"), ("sites.Tampa", "Miami"), ("groups.cards Tampa", "cards"), ("organisation.roles.team_lead", "coach")):
        changed = members.renamed(changed, path, name)
    text = to_json(changed)
    old = [f'"{name}"' for name in ("chat", "Tampa", "cards Tampa", "team_lead")]
    # the channel's kind is called chat as well, and stays
    assert all(name not in text.replace('"kind": "chat"', "") for name in old)
    assert changed.groups[2].serves[0].name == "web chat"


def test_renaming_changes_nothing_but_names() -> None:
    there = members.renamed(scenario(), "organisation.roles.trainer", "teacher")
    assert members.renamed(there, "organisation.roles.teacher", "trainer") == scenario()


@pytest.mark.parametrize(("family", "like"), [("sites", "Tampa"), ("queues", "chat"), ("groups", "cards Tampa"), ("sources", "agency"), ("roles", "hr")])
def test_a_member_that_was_added_can_be_removed_again(family: str, like: str) -> None:
    larger = members.added(scenario(), family, like, "one more")
    assert members.names(larger, family)[-1] == "one more"
    assert members.removed(larger, family, "one more") == scenario()


def test_a_new_group_brings_neither_people_nor_contacts() -> None:
    group = members.added(scenario(), "groups", "cards Tampa", "one more").groups[-1]
    assert not group.workforce.opening
    assert all(share.share == 0 for share in group.serves)


def test_a_taken_name_and_a_site_with_groups_are_refused() -> None:
    with pytest.raises(InvalidScenario, match="name of its own"):
        members.added(scenario(), "groups", "cards Tampa", "cards Tampa")
    with pytest.raises(InvalidScenario, match="no site 'Tampa'"):
        members.removed(scenario(), "sites", "Tampa")


def test_stating_people_hands_the_contacts_to_those_who_serve_them_too() -> None:
    changed = members.stated(scenario(), "service Tampa", 100)
    assert {group.name: group.serves for group in changed.groups}["service Tampa"] == ()
    assert members.routing(changed)["service Columbus"]["service calls"] == pytest.approx(1.0)


def test_stating_people_is_refused_where_nobody_else_serves_the_queue() -> None:
    with pytest.raises(InvalidScenario, match="the groups serve 0 of its contacts"):
        members.stated(scenario(), "cards Tampa", 100)


def test_the_routing_that_nobody_edited_is_the_routing_of_the_scenario() -> None:
    assert members.routed(scenario(), areas.shares_of(scenario(), areas.routing_frame(scenario()))) == scenario()


def test_a_shorter_plan_cuts_series_and_a_longer_one_carries_on_their_last_figure() -> None:
    series = tuple(1000.0 + month for month in range(36))
    given_months = parameters.put(scenario(), "queues.chat.contacts_monthly", series)
    assert members.with_horizon(given_months, months=12).queues[3].contacts_monthly == series[:12]
    assert members.with_horizon(given_months, months=38).queues[3].contacts_monthly == (*series, 1035.0, 1035.0)


# The page -----------------------------------------------------------------------------------------------------------------------------------


def page() -> AppTest:
    at = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not at.exception
    return at


def shown(at: AppTest, area: str, member: str | None = None) -> AppTest:
    at.segmented_control(key="assumptions.area").set_value(area).run()
    family = areas.named(area).family
    if member:
        at.selectbox(key=f"scenario0.area.{family}").set_value(member).run()
    assert not at.exception
    return at


def test_every_parameter_of_the_first_scenario_is_drawn_on_the_page() -> None:
    at, drawn, current = page(), set[str](), scenario()
    for area in areas.AREAS:
        options = [None] if not area.family else [*([areas.GENERAL] if area.path else []), *members.names(current, area.family)]
        for member in options:
            shown(at, area.name, member)
            drawn |= {str(key).split(".", 1)[1].removeprefix("form.") for key in at.session_state if str(key).startswith("scenario0.")}
    missing = [path for path in fields.section(current).paths() if not any(place in drawn for place in _places(path))]
    assert missing == []


def _places(path: str) -> list[str]:
    """The keys under which a parameter may be drawn: its own, or an editor that holds it."""
    steps = path.split(".")
    beneath = [".".join(steps[:depth]) for depth in range(1, len(steps) + 1)]
    read_only = f"{path}.1" if path == "version" else f"{path}.{_empty(path)}"
    beside = [path.replace("aht_monthly_s", "contacts_monthly")]
    return [path, read_only, *(f"{place}.v0" for place in (*beneath, *beside))]


def _empty(path: str) -> str | None:
    return fields.empty_means(parameter_at(path)) if path.endswith("stated_heads") else None


def test_a_typed_percentage_becomes_a_fraction_of_the_scenario() -> None:
    at = shown(page(), "Finance")
    at.number_input(key="scenario0.finance.on_cost").set_value(30.0).run()
    assert at.session_state["scenario"].finance.on_cost == 0.3


def test_a_refused_value_stays_in_the_field_and_the_bounds_are_told_beside_it() -> None:
    at = shown(page(), "Finance")
    at.number_input(key="scenario0.finance.on_cost").set_value(250.0).run()
    assert at.session_state["scenario"].finance.on_cost == 0.25
    assert at.number_input(key="scenario0.finance.on_cost").value == 250.0
    assert [error.value for error in at.error] == ["250 is outside 0 to 100 %; the plan still uses 25 %."]
    at.number_input(key="scenario0.finance.on_cost").set_value(20.0).run()
    assert not at.error
    assert at.session_state["scenario"].finance.on_cost == 0.2


def test_a_value_that_only_other_figures_forbid_is_told_with_the_reason() -> None:
    at = shown(page(), "Sites", "Tampa")
    at.number_input(key="scenario0.sites.Tampa.training.class_size_min").set_value(25).run()
    assert len(at.error) == 1
    assert "smallest class is larger than the largest" in at.error[0].value


def test_an_optional_field_can_be_emptied_and_a_needed_one_cannot() -> None:
    at = shown(page(), "Queues", "service calls")
    at.number_input(key="scenario0.queues.service calls.channel.patience_s").set_value(None).run()
    assert at.session_state["scenario"].queues[0].channel.patience_s is None
    assert not at.error
    at.number_input(key="scenario0.queues.service calls.aht_s").set_value(None).run()
    assert at.session_state["scenario"].queues[0].aht_s == 275
    assert "A value is needed" in at.error[0].value


def test_another_channel_brings_its_own_fields() -> None:
    at = shown(page(), "Queues", "e-mail")
    at.selectbox(key="scenario0.queues.e-mail.channel.kind").set_value("voice").run()
    assert at.session_state["scenario"].queues[4].channel.kind == "voice"
    assert not at.error
    assert at.number_input(key="scenario0.queues.e-mail.channel.patience_s").value == 180.0


def test_renaming_a_group_in_its_field_renames_it_everywhere() -> None:
    at = shown(page(), "Groups", "cards Tampa")
    at.text_input(key="scenario0.groups.cards Tampa.name").set_value("cards").run()
    current = at.session_state["scenario"]
    assert current.groups[4].name == "cards"
    assert "cards" in {unit.unit for unit in current.organisation.roles[0].opening_heads}
    assert not at.exception


def edited(at: AppTest, path: str, rows: dict[int, dict[str, float]], button: str, version: int = 0) -> AppTest:
    at.session_state[f"scenario0.{path}.v{version}"] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    next(each for each in at.button if each.label == button).click()
    return at.run()


def test_a_table_whose_shares_no_longer_sum_is_refused_as_a_whole_and_taken_once_they_do() -> None:
    at = shown(page(), "Groups", "service Columbus")
    path = "groups.service Columbus.staffing.contracts"
    edited(at, path, {0: {"heads_share": 70.0}}, "Apply contracts")
    assert at.session_state["scenario"].groups[0].staffing.contracts[0].heads_share == 0.8
    assert len(at.error) == 1
    assert "do not sum to 1" in at.error[0].value
    edited(at, path, {0: {"heads_share": 70.0}, 1: {"heads_share": 30.0}}, "Apply contracts")
    assert [contract.heads_share for contract in at.session_state["scenario"].groups[0].staffing.contracts] == [0.7, 0.3]
    assert not at.error


def test_a_series_with_a_hole_is_refused() -> None:
    at = shown(page(), "Queues", "chat")
    edited(at, "queues.chat.season", {0: {"Mar": None}}, "Apply season")
    assert "a cell is empty" in at.error[0].value
    assert at.session_state["scenario"] == scenario()


def test_the_search_and_the_filter_narrow_the_fields() -> None:
    at = page()
    at.text_input(key="assumptions.search").set_value("hours for a screen").run()
    assert [each.label for each in at.number_input] == ["Hours for a screen"]
    assert form.FLAG in [each.value for each in at.markdown]
    at.text_input(key="assumptions.search").set_value("").run()
    everything = len(at.number_input)
    at.toggle(key="assumptions.only").set_value(True).run()
    assert 0 < len(at.number_input) < everything
    assert sum(each.value == form.FLAG for each in at.markdown) >= len(at.number_input)
    assert not [each.label for each in at.number_input if "[" in each.label]


def test_a_member_added_on_the_page_can_be_undone() -> None:
    at = shown(page(), "Sites", "Tampa")
    at.text_input(key="scenario0.new.sites").set_value("Austin").run()
    at.button(key="scenario0.add.sites").click().run()
    assert [site.name for site in at.session_state["scenario"].sites] == ["Columbus", "Tampa", "Austin"]
    assert len(at.session_state["history"]) == 1


# Volume files --------------------------------------------------------------------------------------------------------------------------------


def test_a_fault_of_a_file_is_told_by_file_row_and_column() -> None:
    frame = upload.faults_frame([Fault("may.csv, row 12, column contacts", "it is no number", "Write it with digits.", "=x")])
    assert frame.iloc[0].tolist() == ["may.csv", "12", "contacts", "=x", "it is no number", "Write it with digits."]


def demand_page() -> AppTest:
    return AppTest.from_file(str(PAGE.with_name("demand.py")), default_timeout=60).run()


def test_a_volume_file_is_reported_before_it_is_used_and_then_replaces_the_series() -> None:
    at = demand_page()
    at.file_uploader(key="scenario0.volumes").upload(
        "centre_600_monthly.csv", (ROOT / "data" / "volumes" / "centre_600_monthly.csv").read_bytes(), "text/csv"
    ).run()
    assert "Nothing is used yet" in at.success[0].value
    assert at.session_state["scenario"] == scenario()
    at.button(key="scenario0.volumes.use").click().run()
    assert not at.exception
    assert any(queue.contacts_monthly for queue in at.session_state["scenario"].queues)


def test_a_faulty_volume_file_is_refused_with_every_fault_in_a_table() -> None:
    at = demand_page()
    at.file_uploader(key="scenario0.volumes").upload("bad.csv", b"month,queue,contacts,aht_s\n2027-01,chat,many,300\n2027-02,chat,5,-1\n", "text/csv").run()
    assert "Nothing of it has been used" in at.error[0].value
    told = [list(frame.value.columns) for frame in at.dataframe]
    assert ["File", "Row", "Column", "Found", "What is wrong", "What to do"] in told


def test_the_page_survives_a_scenario_without_queues() -> None:
    at = AppTest.from_file(str(PAGE.with_name("demand.py")), default_timeout=60)
    at.session_state["scenario"] = scenario("growth_2000")
    at.run()
    assert not at.exception
    assert json.loads(to_json(at.session_state["scenario"]))["name"]


def test_what_is_under_way_in_a_role_follows_a_new_name_goes_with_its_unit_and_ends_with_the_plan():
    signed = {"signed": [{"unit": "care", "month": 1, "heads": 1}, {"unit": "care", "month": 9, "heads": 2}], "ready": [{"unit": "care", "heads": 3}]}
    given_one = build(changed(two_sites(12), ("organisation.roles.0.under_way", signed)))
    lead = members.renamed(given_one, "groups.care", "service").organisation.roles[0].under_way
    assert [row.unit for row in (*lead.signed, *lead.ready)] == ["service"] * 3
    assert [row.month for row in members.with_horizon(given_one, months=6).organisation.roles[0].under_way.signed] == [1]
    assert members.removed(given_one, "groups", "care").organisation.roles[0].under_way == UnderWay()
