"""Mangled volume files: read right, or refused with a place in every fault; never another error, never a number that is none.

FUZZ_EXAMPLES sets how many examples each test takes, FUZZ_SEED the first one.
"""

import math
import os
import random
from datetime import datetime

import pytest

from planner.errors import InvalidVolumes
from planner.intake import OpenQuestions, Report, Volumes, own_csv, read_volumes
from tests.mangled import BREAKING, DAMAGING, INTERVAL, KEEPING, MONTHLY, File, damaged_parts, dropped_column, right_file

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
SHARE_OF_WORKBOOKS = 0.05


def read(data: bytes, answers: dict[str, str]) -> tuple[Volumes, Report]:
    """Read a file as a user who knows it: every open question is answered, and asked only once."""
    given: dict[str, str] = {}
    while True:
        try:
            return read_volumes(data, "file.csv", assume=given)
        except OpenQuestions as asked:
            keys = {question.key for question in asked.questions}
            assert not keys & given.keys()
            if not keys <= answers.keys():
                raise
            given |= {key: answers[key] for key in keys}


def found(volumes: Volumes) -> dict[tuple[str, datetime], tuple[float, float | None]]:
    rows = volumes.rows.itertuples(index=False)
    return {(row.queue, row.time.to_pydatetime()): (row.contacts, None if math.isnan(row.aht_s) else row.aht_s) for row in rows}


def assert_sane(volumes: Volumes) -> None:
    assert volumes.queues
    for queue in volumes.queues:
        numbers = [*queue.contacts, *(aht_s for aht_s in queue.aht_s if aht_s is not None), *(queue.week_profile or ()), queue.day_cv or 0.0]
        numbers += [weight for day in queue.day_profile or () for weight in day]
        assert all(math.isfinite(number) and 0 <= number <= 1e9 for number in numbers)
        assert all((aht_s is None) == (contacts == 0) for contacts, aht_s in zip(queue.contacts, queue.aht_s, strict=True))


def assert_placed(refusal: InvalidVolumes) -> None:
    assert refusal.faults
    for fault in refusal.faults:
        assert fault.place.startswith("file.csv")
        assert fault.problem
        assert fault.remedy


def each_example(kind: int) -> range:
    return range(SEED + kind * 1_000_000_000, SEED + kind * 1_000_000_000 + EXAMPLES)


def dressed(file: File, rng: random.Random) -> bytes:
    if rng.random() < SHARE_OF_WORKBOOKS:
        return file.workbook(rng)
    grid = file.grid()
    for keep in KEEPING:
        grid = keep(grid, rng) if rng.random() < 0.25 else grid
    return file.encoded(grid)


def test_a_right_file_reads_value_for_value_in_every_dress() -> None:
    for number in each_example(1):
        rng = random.Random(number)
        file = right_file(rng)
        volumes, report = read(dressed(file, rng), file.answers)
        assert found(volumes) == file.values(), number
        assert report.rows == len(file.records)
        assert_sane(volumes)


def test_what_was_read_and_written_again_reads_the_same() -> None:
    for number in each_example(2)[: EXAMPLES // 5]:
        rng = random.Random(number)
        file = right_file(rng)
        once, _ = read(dressed(file, rng), file.answers)
        twice, _ = read(own_csv(once), {"decimal": "point"})
        assert found(twice) == file.values(), number
        assert twice.queues == once.queues


def test_a_broken_file_is_refused_with_a_place_in_every_fault() -> None:
    for number in each_example(3):
        rng = random.Random(number)
        file = right_file(rng)
        broken = rng.choice(BREAKING)
        grid = broken(file.grid(), rng)
        if rng.random() < 0.3:
            grid = rng.choice(KEEPING)(grid, rng) if len(grid) > 1 and broken.__name__ in ("broken_time", "broken_contacts", "broken_aht") else grid
        with pytest.raises(InvalidVolumes) as refusal:
            read(file.encoded(grid), file.answers)
        mapped = isinstance(refusal.value, OpenQuestions) and [question.key for question in refusal.value.questions] == ["columns"]
        assert mapped == isinstance(refusal.value, OpenQuestions), number
        assert not mapped or broken is dropped_column, number
        assert_placed(refusal.value)


def test_one_number_with_the_other_decimal_mark_is_read_right_or_refused() -> None:
    """With two decimals at most: a mark before three digits may as well separate thousands, which no reader can tell."""
    for number in each_example(4)[: EXAMPLES // 2]:
        rng = random.Random(number)
        file = right_file(rng)
        file.group, file.records = "", [(time, queue, contacts // 1 + 0.5, aht_s // 1 + 0.25) for time, queue, contacts, aht_s in file.records]
        grid = file.grid()
        row, column = rng.randrange(1, len(grid)), rng.choice([2, 3])
        grid[row][column] = grid[row][column].translate(str.maketrans(".,", ",."))
        try:
            volumes, _ = read_volumes(file.encoded(grid), "file.csv")
            assert found(volumes) == file.values(), number
        except InvalidVolumes as refusal:
            assert_placed(refusal)


def test_a_damaged_file_is_refused_or_read_as_numbers() -> None:
    for number in each_example(5):
        rng = random.Random(number)
        file = right_file(rng)
        data = file.workbook(rng) if rng.random() < SHARE_OF_WORKBOOKS else file.encoded(file.grid())
        for damage in rng.choices(DAMAGING, k=rng.randint(1, 2)):
            data = damage(data or b"x", rng)
        try:
            volumes, _ = read_volumes(data, "file.csv")
            assert_sane(volumes)
        except InvalidVolumes as refusal:
            assert_placed(refusal)


def test_a_workbook_with_damaged_parts_is_refused_or_read_as_numbers() -> None:
    for number in each_example(6)[: EXAMPLES // 5]:
        rng = random.Random(number)
        try:
            volumes, _ = read_volumes(damaged_parts(right_file(rng).workbook(rng), rng), "file.csv")
            assert_sane(volumes)
        except InvalidVolumes as refusal:
            assert_placed(refusal)


def test_every_layout_is_among_the_examples() -> None:
    layouts = {right_file(random.Random(number)).layout for number in range(50)}
    assert layouts == {MONTHLY, INTERVAL}
