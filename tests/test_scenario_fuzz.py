"""Mangled scenarios: each is refused with a place for every fault, or planned without a single NaN or infinity. FUZZ_EXAMPLES sets how many."""

import json
import math
import os
import random
from copy import deepcopy
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import limits
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.errors import InvalidScenario
from planner.plan import Plan, project
from planner.report import tables as written
from planner.report import words
from tests.conftest import ROOT
from tests.scenarios import changed, everything, office, tiny, two_sites

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
MAY_BE_INFINITE = {"starts_max"}
STRANGE = [
    None, True, False, 0, 1, -1, 2, 3.5, 1e-300, 1e300, -1e300, 10**18, float("nan"), float("inf"), -float("inf"), "", "x", "all", "frontline", "closed",
    "2027-01", "1900-01", "2199-12", "24:00-00:00", "08:10-09:00", "\ud800", "USD", "DE", "ZZ", [], [0], [None], {}, {"kind": "voice"}, [[0.0] * 48],
    [1] * 12, [0] * 12,
]  # fmt: skip


def startup():
    document = json.loads((ROOT / "data" / "scenarios" / "startup_4.json").read_text(encoding="utf-8"))
    return changed(document, ("horizon.months", 5), ("queues.0.base_contacts", 400), ("queues.1.base_contacts", 200))


BASES = (startup(), office(5), tiny(6), two_sites(6), everything(3))
WEIGHTS = (8, 6, 6, 4, 1)


def nodes(part, path=()):
    """The path of every value in a document."""
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from nodes(child, (*path, key))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def drop(document, path, rng):
    del parent_of(document, path)[path[-1]]


def replace(document, path, rng):
    parent_of(document, path)[path[-1]] = deepcopy(rng.choice(STRANGE))


def scale(document, path, rng):
    here = parent_of(document, path)
    if isinstance(here[path[-1]], int | float):
        here[path[-1]] = here[path[-1]] * rng.choice([-1, 0, 0.5, 3, 50, 1e4, 1e9])


def rename(document, path, rng):
    here = parent_of(document, path)
    if isinstance(here, dict):
        here[path[-1] + rng.choice(["x", "", " "])] = here.pop(path[-1])


def repeat(document, path, rng):
    here = parent_of(document, path)
    if isinstance(here, list):
        here.extend(json.loads(json.dumps(here[path[-1]])) for _ in range(rng.choice([1, 2, 12])))


def swap(document, path, rng):
    other = rng.choice(list(nodes(document)))
    if path[: len(other)] != other and other[: len(path)] != path:
        first, second = parent_of(document, path), parent_of(document, other)
        first[path[-1]], second[other[-1]] = second[other[-1]], first[path[-1]]


def mangled(seed):
    """The text of a scenario after one to three accidents."""
    rng = random.Random(seed)
    document = json.loads(json.dumps(rng.choices(BASES, WEIGHTS)[0]))
    for _ in range(rng.choice([1, 1, 2, 3])):
        action = rng.choice([drop, replace, replace, scale, scale, scale, rename, repeat, swap])
        places = list(nodes(document))
        if places:
            action(document, rng.choice(places), rng)
    text = json.dumps(document)
    cut = rng.random()
    if cut < 0.03:
        return text[: rng.randrange(len(text))]
    if cut < 0.06:
        position = rng.randrange(len(text))
        return text[:position] + rng.choice(["{", "]", '"', "9" * 5_000, "\x00", "NaN"]) + text[position:]
    return text


def arrays_of(value, name="plan"):
    """Every array of numbers in a plan, with its name."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from arrays_of(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, tuple | list):
        for position, item in enumerate(value):
            yield from arrays_of(item, f"{name}.{position}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from arrays_of(item, f"{name}.{key}")


def holes_in(table):
    """Columns of a table with NaN or infinity; a blank cell is none."""
    for name in table:
        cells = table[name]
        if pd.api.types.is_numeric_dtype(cells):
            there = cells.dropna() if isinstance(cells.dtype, pd.Float64Dtype) else cells
            if not np.isfinite(there.to_numpy(dtype=float)).all():
                yield name
        elif cells.isna().any() or cells.astype(str).str.lower().isin(["nan", "inf", "none", "<na>"]).any():
            yield name


def assert_whole(plan: Plan):
    """No NaN and no infinity in any array, table or sentence of a plan."""
    wrong = [name for name, array in arrays_of(plan) if name.split(".")[-1] not in MAY_BE_INFINITE and not np.isfinite(array).all()]
    assert not wrong
    assert not [f"{name}.{column}" for name, table in written.tables(plan).items() for column in holes_in(table)]
    sentences = " ".join(words.verdict(plan).sentences).lower()
    assert "nan" not in sentences.replace("finance", "").split()
    assert not any(math.isnan(float(limit.used.sum())) for limit in limits.limits(plan))


def read(text):
    """The scenario in a text, or the faults for which it is refused."""
    try:
        return scenarios.from_json(text), ()
    except InvalidScenario as error:
        return None, error.faults


def planned_or_refused(text):
    scenario, faults = read(text)
    if scenario is None:
        assert faults
        assert all(fault.place and fault.problem for fault in faults)
        return None
    assert scenarios.from_json(scenarios.to_json(scenario)) == scenario
    plan = project(scenario, baseline(scenario))
    assert_whole(plan)
    return plan


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**40))
def test_a_mangled_scenario_is_refused_with_places_or_planned_without_holes(seed):
    planned_or_refused(mangled(seed))


def test_the_mangling_leaves_enough_scenarios_that_can_be_planned():
    outcomes = [planned_or_refused(mangled(seed)) is not None for seed in range(150)]
    assert 0.1 < np.mean(outcomes) < 0.9


@pytest.mark.parametrize("text", ["", "[]", "null", "3", '"x"', "{", "{}", "[" * 50_000, '{"a":' * 50_000, "9" * 5_000, '{"name": ' + "9" * 5_000 + "}"])
def test_what_is_no_scenario_at_all_is_refused(text):
    assert planned_or_refused(text) is None
