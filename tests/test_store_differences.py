"""What changed between two scenarios, and how two people's changes come together."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import parameters
from planner import scenario as scenarios
from planner.store.differences import ABSENT, Change, changes, merged
from planner.store.documents import document_of
from tests.conftest import shipped

BASE = {"name": "x", "sites": [{"name": "A", "rooms": 1}, {"name": "B", "rooms": 2}], "finance": {"pay": 10, "cost": 5}, "season": [1, 1]}


def but(document, **changes):
    copy = json.loads(json.dumps(document))
    for path, value in changes.items():
        *way, last = path.split("__")
        here = copy
        for key in way:
            here = here[key] if isinstance(here, dict) else next(item for item in here if item["name"] == key)
        if value is ABSENT:
            here.pop(last) if isinstance(here, dict) else here.remove(next(item for item in here if item["name"] == last))
        elif isinstance(here, list):
            here.append({"name": last} | value)
        else:
            here[last] = value
    return copy


def test_nothing_changed_is_nothing_told():
    assert changes(BASE, BASE) == ()


def test_members_go_by_name_whatever_stands_before_them():
    after = but(BASE) | {"sites": [{"name": "New", "rooms": 9}, {"name": "A", "rooms": 1}, {"name": "B", "rooms": 3}]}
    assert changes(BASE, after) == (
        Change("sites.B.rooms", 2, 3),
        Change("sites.New", ABSENT, {"name": "New", "rooms": 9}),
    )


def test_what_is_taken_out_is_told_as_a_whole():
    assert changes(BASE, but(BASE, sites__A=ABSENT)) == (Change("sites.A", {"name": "A", "rooms": 1}, ABSENT),)


def test_members_that_change_places_are_told():
    turned = BASE | {"sites": BASE["sites"][::-1]}
    assert changes(BASE, turned) == (Change("sites[order]", ["A", "B"], ["B", "A"]),)


def test_a_series_is_one_value():
    assert changes(BASE, but(BASE, season=[1, 2])) == (Change("season", [1, 1], [1, 2]),)


def test_another_kind_is_another_value():
    one, other = {"channel": {"kind": "voice", "awt_s": 20}}, {"channel": {"kind": "chat", "awt_s": 20}}
    assert changes(one, other) == (Change("channel", one["channel"], other["channel"]),)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"finance__pay": 11}, {"finance__cost": 6}),
        ({"sites__A__rooms": 4}, {"sites__B__rooms": 7}),
        ({"sites__C": {"rooms": 5}}, {"sites__D": {"rooms": 6}}),
        ({"sites__A": ABSENT}, {"sites__B__rooms": 7}),
        ({"season": [2, 2]}, {"name": "y"}),
        ({"sites__C": {"rooms": 5}}, {"sites__A": ABSENT}),
        ({"finance__pay": 11}, {"finance__pay": 11, "finance__cost": 6}),
    ],
)
def test_what_does_not_clash_comes_together_in_either_order(mine, theirs):
    for one, other in ((mine, theirs), (theirs, mine)):
        found = merged(BASE, but(BASE, **one), but(BASE, **other))
        assert found.clashes == ()
        both = but(but(BASE, **one), **{path: value for path, value in other.items() if path not in one})
        assert sorted(json.dumps(item, sort_keys=True) for item in found.document["sites"]) == sorted(
            json.dumps(item, sort_keys=True) for item in both["sites"]
        )
        assert {key: value for key, value in found.document.items() if key != "sites"} == {key: value for key, value in both.items() if key != "sites"}


@pytest.mark.parametrize(
    ("mine", "theirs", "path"),
    [
        ({"finance__pay": 11}, {"finance__pay": 12}, "finance.pay"),
        ({"season": [2, 1]}, {"season": [1, 2]}, "season"),
        ({"sites__A": ABSENT}, {"sites__A__rooms": 4}, "sites.A"),
        ({"sites__C": {"rooms": 5}}, {"sites__C": {"rooms": 6}}, "sites.C.rooms"),
    ],
)
def test_a_clash_stands_as_they_saved_it_until_somebody_chooses(mine, theirs, path):
    one, other = but(BASE, **mine), but(BASE, **theirs)
    found = merged(BASE, one, other)
    assert [clash.path for clash in found.clashes] == [path]
    assert found.document == other
    assert merged(BASE, one, other, {path: "theirs"}).document == other
    settled = merged(BASE, one, other, {path: "mine"})
    assert (settled.document, settled.clashes) == (one, ())


def test_an_order_that_one_changed_is_kept_and_new_members_come_behind():
    turned = BASE | {"sites": BASE["sites"][::-1]}
    longer = but(BASE, sites__C={"rooms": 5})
    for one, other in ((turned, longer), (longer, turned)):
        found = merged(BASE, one, other)
        assert found.clashes == ()
        assert [site["name"] for site in found.document["sites"]] == ["B", "A", "C"]


def test_two_orders_clash():
    base = {"sites": [{"name": name} for name in "ABC"]}
    one, other = ({"sites": [{"name": name} for name in names]} for names in ("BAC", "ACB"))
    found = merged(base, one, other)
    assert [clash.path for clash in found.clashes] == ["sites[order]"]
    assert merged(base, one, other, {"sites[order]": "mine"}).document == one


def test_the_first_members_of_an_empty_list_come_together():
    base, one, other = {"events": []}, {"events": [{"name": "a"}]}, {"events": [{"name": "b"}]}
    found = merged(base, one, other)
    assert found.clashes == ()
    assert sorted(item["name"] for item in found.document["events"]) == ["a", "b"]


CENTRE = shipped("centre_600")
NUMBERS = [
    parameter.path
    for parameter in parameters.walk(CENTRE)
    if parameter.is_number and isinstance(parameter.value, float) and parameter.lower == 0 and parameter.path.split(".")[0] in ("queues", "finance", "hiring")
]


def moved(document, paths):
    scenario = document
    for path in paths:
        scenario = parameters.put(scenario, path, parameters.get(scenario, path) * 0.5)
    return scenario


@given(st.sets(st.sampled_from(NUMBERS), max_size=4), st.sets(st.sampled_from(NUMBERS), max_size=4))
def test_two_edits_of_different_fields_merge_to_both_and_the_same_field_to_one(mine, theirs):
    both = moved(CENTRE, mine | theirs)
    found = merged(document_of(CENTRE), document_of(moved(CENTRE, mine)), document_of(moved(CENTRE, theirs)))
    assert found.clashes == ()
    assert scenarios.from_json(json.dumps(found.document)) == both
    told = {change.path for change in changes(document_of(CENTRE), document_of(both))}
    assert told == {path for path in mine | theirs if parameters.get(CENTRE, path) != 0}
