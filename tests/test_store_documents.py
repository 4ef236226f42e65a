"""Scenarios as they are kept: whole, with their series apart; what was kept first opens for ever."""

import json

import pytest

from planner import scenario as scenarios
from planner.parameters import members
from planner.scenario import Queue
from planner.store import LibraryError, documents
from planner.ui.fields import axis_of
from tests.conftest import ROOT, shipped

GOLDEN = ROOT / "tests" / "golden" / "store"


def filled():
    centre = shipped("centre_600")
    months = centre.horizon.months
    return scenarios.changed(centre, {"queues.service calls.contacts_monthly": tuple(1000.0 + month for month in range(months))})


def test_the_first_versions_json_opens_for_ever():
    scenario = scenarios.load(GOLDEN / "first_version.json")
    assert scenario.name == "Größe 2027"
    assert scenario.levers.growth_monthly == 0.01
    queue = next(queue for queue in scenario.queues if queue.name == "service calls")
    assert queue.contacts_monthly[:2] == (90_000.0, 90_250.0)
    assert queue.aht_monthly_s[-1] == 300.0 - 0.5 * (scenario.horizon.months - 1)


def test_a_golden_file_says_every_default_so_that_later_defaults_do_not_change_it():
    document = json.loads((GOLDEN / "first_version.json").read_text(encoding="utf-8"))
    assert document["finance"]["overtime_multiple"] == 1.5
    today = documents.document_of(scenarios.load(GOLDEN / "first_version.json"))
    assert {path for path in _leaves(document)} <= {path for path in _leaves(today)}


def _leaves(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    else:
        yield path


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000", "giant_50000"])
def test_a_document_taken_apart_is_put_together_as_it_was(name):
    document = documents.document_of(shipped(name))
    text, series = documents.taken_apart(document)
    assert documents.put_together(text, series) == document
    assert documents.scenario_of(documents.put_together(text, series)) == shipped(name)


def test_a_series_is_named_by_its_content_and_leaves_the_document():
    text, series = documents.taken_apart(documents.document_of(filled()))
    assert "1001.0" not in text
    assert all(documents.sha256(content) == sha for sha, content in series.items())
    again, same = documents.taken_apart(documents.document_of(filled().but(notes="other")))
    assert same == series
    assert documents.sha256(again) != documents.sha256(text)


def test_every_series_of_a_queue_is_one_that_is_kept_apart():
    long = {name for name in Queue.model_fields if axis_of(Queue, name) in ("months", "day")}
    assert long == set(documents.SERIES)
    assert dict(members(filled().queues))


def test_a_missing_series_is_told():
    text, _ = documents.taken_apart(documents.document_of(filled()))
    with pytest.raises(LibraryError, match="volume series of the scenario are missing"):
        documents.put_together(text, {})


def test_the_order_of_keys_does_not_change_the_hash():
    assert documents.canonical({"a": 1, "b": [1.5]}) == documents.canonical(dict(reversed([("a", 1), ("b", [1.5])])))
