"""Mangled files of other tools: read right, or refused, or asked about; never another error, never a number that is none.

FUZZ_EXAMPLES sets how many examples each test takes, FUZZ_SEED the first one.
"""

import gzip
import json
import os
import random

import pytest

from planner.errors import InvalidVolumes
from planner.intake import FORMATS, OpenQuestions, Report, Volumes, read_volumes
from tests.mangled import DAMAGING
from tests.mangled_layouts import BREAKING, Foreign, blank_queue, foreign_file, genesys_document
from tests.test_intake_fuzz import assert_placed, found

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))


def read(data: bytes, answers: dict[str, str]) -> tuple[Volumes, Report]:
    """Read a file as a user who knows it: every open question is answered, and asked only once."""
    given: dict[str, str] = {}
    while True:
        try:
            return read_volumes(data, "file.csv", assume=given)
        except OpenQuestions as asked:
            keys = {question.key for question in asked.questions}
            assert not keys & given.keys(), keys
            if not keys <= answers.keys():
                raise
            given |= {key: answers[key] for key in keys}


def each_example(kind: int) -> range:
    return range(SEED + kind * 1_000_000_000, SEED + kind * 1_000_000_000 + EXAMPLES)


def assert_read(volumes: Volumes, file: Foreign, number: int) -> None:
    assert volumes.layout == file.layout, number
    read_values = found(volumes)
    assert read_values.keys() == file.expected.keys(), number
    for key, (contacts, aht_s) in file.expected.items():
        assert read_values[key] == (pytest.approx(contacts, rel=1e-12), None if aht_s is None else pytest.approx(aht_s, rel=1e-9)), (number, key)


def assert_finite(volumes: Volumes) -> None:
    for queue in volumes.queues:
        numbers = [*queue.contacts, *(aht_s for aht_s in queue.aht_s if aht_s is not None), *(queue.week_profile or ()), queue.day_cv or 0.0]
        assert all(0 <= number <= 1e9 for number in numbers)


def test_a_right_file_of_any_layout_reads_value_for_value_in_every_dress():
    for number in each_example(11):
        rng = random.Random(number)
        file = foreign_file(rng)
        assert_read(read(file.dressed(rng), file.answers)[0], file, number)


def test_a_genesys_forecast_reads_value_for_value_and_broken_ones_are_refused():
    answers = {"week_start": "2027-01-04", "clock": "local"}
    for number in each_example(12)[: EXAMPLES // 20]:
        rng = random.Random(number)
        document, expected = genesys_document(rng)
        data = json.dumps(document).encode()
        assert found(read(gzip.compress(data) if rng.random() < 0.5 else data, answers)[0]) == expected, number
        group = document["planningGroups"][0]  # type: ignore[index]
        name = rng.choice(["offeredPerInterval", "averageHandleTimeSecondsPerInterval"])
        group["offeredPerInterval"][5] = 7
        group[name][5] = rng.choice(["x", -1, True, 1e300, [1], {"a": 1}, "", "inf"])
        with pytest.raises(InvalidVolumes) as refusal:
            read(json.dumps(document).encode(), answers)
        assert not isinstance(refusal.value, OpenQuestions), number
        assert_placed(refusal.value)


def test_a_broken_file_of_any_layout_is_refused_or_asked_about():
    for number in each_example(13):
        rng = random.Random(number)
        file = foreign_file(rng)
        broken = rng.choice(BREAKING)
        if broken is blank_queue and file.queue is None:
            continue
        try:
            read(file.encoded(broken(file, rng), rng), file.answers)
        except InvalidVolumes as refusal:
            assert_placed(refusal)
        else:
            pytest.fail(f"{number}: {broken.__name__} of {file.layout} was read")


def test_a_damaged_file_of_any_layout_is_refused_or_read_as_numbers():
    for number in each_example(14):
        rng = random.Random(number)
        file = foreign_file(rng)
        data = file.dressed(rng)
        for damage in rng.choices(DAMAGING, k=rng.randint(1, 2)):
            data = damage(data or b"x", rng)
        try:
            assert_finite(read(data, file.answers)[0])
        except InvalidVolumes as refusal:
            assert_placed(refusal)


def test_every_layout_is_among_the_examples():
    seen = {foreign_file(random.Random(number)).layout for number in range(600)}
    assert {layout.name for layout in FORMATS} - seen == {"own_monthly", "own_interval", "genesys_forecast"}
