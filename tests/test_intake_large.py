"""Large files: the stream finds what the small reader finds, faults and questions with their rows included, and writes what it read."""

import io
import os
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from planner.errors import InvalidVolumes
from planner.intake import OpenQuestions, Report, Volumes, large, own_csv, read_file, read_volumes, write_own
from tests import mangled
from tests.mangled import File, right_file

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500")) // 5
SEED = int(os.environ.get("FUZZ_SEED", "0"))
HEADER = "start,queue,contacts,aht_s\n"
BREAKING = (
    mangled.extra_field, mangled.missing_field, mangled.duplicated_row, mangled.broken_time, mangled.broken_contacts, mangled.broken_aht, mangled.blank_queue,
)  # fmt: skip


def both(data: bytes, folder: Path, **options) -> list[object]:
    """What the small reader and the stream make of a file: volumes and report, or what they say."""
    path = folder / "f.csv"
    path.write_bytes(data)
    found: list[object] = []
    for read in (lambda: read_volumes(data, "f.csv", **options), lambda: large.read_large(path, **options)):
        try:
            found.append(read())
        except OpenQuestions as asked:
            found.append(("asked", asked.questions))
        except InvalidVolumes as refusal:
            found.append(("refused", sorted(map(str, refusal.faults))))
    return found


def assert_alike(one: tuple[Volumes, Report], other: tuple[Volumes, Report]) -> None:
    by_name = {queue.name: queue for queue in one[0].queues}
    assert {queue.name: queue for queue in other[0].queues} == by_name
    for name in ("rows", "first", "last", "doubled", "grain", "layout", "clock_changes"):
        assert getattr(one[1], name) == getattr(other[1], name), name
    for name in ("gaps", "totals", "stretches", "outliers"):
        assert sorted(map(str, getattr(one[1], name))) == sorted(map(str, getattr(other[1], name))), name
    frames = [volumes.rows.astype({"queue": str, "line": "int64"}).sort_values("line", ignore_index=True) for volumes in (one[0], other[0])]
    pd.testing.assert_frame_equal(frames[0], frames[1])


def interval_file(rng: random.Random) -> File:
    """A right file of intervals as the stream reads them."""
    while (file := right_file(rng)).layout != mangled.INTERVAL:
        continue
    file.encoding, file.line_end = rng.choice(["utf-8", "utf-8-sig"]), rng.choice(["\n", "\r\n"])
    return file


def test_the_stream_reads_what_the_small_reader_reads(tmp_path):
    for number in range(SEED + 9_000_000, SEED + 9_000_000 + EXAMPLES):
        rng = random.Random(number)
        file = interval_file(rng)
        grid = file.grid()
        for keep in (mangled.shuffled_columns, mangled.swapped_rows, mangled.padded_cells, mangled.loud_header, mangled.blank_rows):
            grid = keep(grid, rng) if rng.random() < 0.25 else grid
        small, stream = both(file.encoded([row for row in grid if row != [""] * 4]), tmp_path, assume=file.answers)
        assert isinstance(small[0], Volumes), (number, small)
        assert isinstance(stream[0], Volumes), (number, stream)
        assert_alike(small, stream)


def test_the_stream_refuses_what_the_small_reader_refuses_with_the_same_places(tmp_path):
    for number in range(SEED + 8_000_000, SEED + 8_000_000 + EXAMPLES):
        rng = random.Random(number)
        file = interval_file(rng)
        broken = rng.choice(BREAKING)
        grid = broken(file.grid(), rng)
        grid = mangled.blank_rows(grid, rng) if rng.random() < 0.3 else grid
        if any("\n" in cell for row in grid for cell in row):
            continue
        small, stream = both(file.encoded([row for row in grid if row != [""] * 4]), tmp_path, assume=file.answers)
        assert stream[0] == "refused", (number, stream)
        if broken in (mangled.extra_field, mangled.missing_field):
            assert [fault.partition(":")[0] for fault in stream[1]] == [fault.partition(":")[0] for fault in small[1]], number
        else:
            assert stream[1] == small[1], number


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_clock_changes_offsets_and_questions_are_those_of_a_small_file(zone, tmp_path):
    begin = datetime(2027, 10, 1)
    local = HEADER + "".join(f"{begin + timedelta(minutes=30 * n):%Y-%m-%d %H:%M},{queue},{n % 50},300\n" for n in range(48 * 45) for queue in "ab")
    autumn = "".join(f"2027-10-31 02:{minute},a,7,200\n" for minute in ("00", "30"))
    utc = local.replace(",a,", "Z,a,").replace(",b,", "Z,b,")
    for text in (local, local + autumn, utc, local.replace(",300", ",1.234"), local.replace("2027-10-17", "2027-10-16")):
        small, stream = both(text.encode(), tmp_path, zone=zone)
        if isinstance(small[0], Volumes):
            assert_alike(small, stream)
        else:
            assert small == stream


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"month,queue,contacts,aht_s\n2027-01,a,1,300\n", "no header of the planner's own intervals"),
        ((HEADER + "2027-01-04 08:00,S\u00fcd,1,300\n").encode("cp1252"), "not UTF-8"),
        ((HEADER + '2027-01-04 08:00,"a"b,1,300\n' * 2).encode(), "cannot be split"),
        ((HEADER + '2027-01-04 08:00,"a,1,300\n' * 3_000).encode(), "cannot be split"),
        (HEADER.encode(), "there are no rows"),
        (b"x" * 100_000, "no header in the first lines"),
    ],
)
def test_what_cannot_be_streamed_is_refused(data, words, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(data)
    with pytest.raises(InvalidVolumes, match=words):
        large.read_large(path)


def test_names_of_queues_and_the_layout_are_answered_as_for_a_small_file(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(HEADER + "2027-01-04 08:00,a,5,300\n2027-01-04 08:30,a,5,300\n")
    assert large.read_large(path, assume={"queues": '{"a": "sales"}', "layout": "own_interval"})[1].queues == ("sales",)
    with pytest.raises(InvalidVolumes, match="planner's own intervals"):
        large.read_large(path, assume={"layout": "table"})


def test_a_file_is_streamed_from_its_size_on_and_progress_is_told(tmp_path, monkeypatch):
    path, told = tmp_path / "f.csv", []
    path.write_text(HEADER + "".join(f"{datetime(2027, 1, 1) + timedelta(minutes=30 * n)},a,5,300\n" for n in range(48 * 31)))
    small, _ = read_file(path)
    monkeypatch.setattr(large, "SMALL_BYTES", 1_000)
    stream, report = read_file(path, progress=told.append)
    assert stream.queues == small.queues
    assert report.rows == 48 * 31
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(InvalidVolumes, match="the file cannot be read"):
        read_file(tmp_path / "none.csv")


@pytest.mark.parametrize("seed", range(8))
def test_streamed_volumes_are_written_and_read_again(seed, tmp_path, monkeypatch):
    file = interval_file(random.Random(seed))
    path = tmp_path / "f.csv"
    path.write_bytes(file.encoded(file.grid()))
    volumes, _ = large.read_large(path, assume=file.answers)
    monkeypatch.setattr(large, "FEW_ROWS", 0)
    memory, plain = io.BytesIO(), own_csv(volumes)
    write_own(volumes, memory)
    for data in (memory.getvalue(), plain):
        again, _ = read_volumes(data, "g.csv", assume={"decimal": "point"})
        assert {queue.name: queue for queue in again.queues} == {queue.name: queue for queue in volumes.queues}
    assert sorted(memory.getvalue().splitlines()) == sorted(plain.splitlines())


@pytest.mark.slow
def test_ten_million_rows_take_seconds(tmp_path):
    path = tmp_path / "f.csv"
    days = pd.date_range("2027-01-01", periods=10_000_000 // 4_000, freq="D")
    with path.open("w") as file:
        file.write(HEADER)
        for day in days:
            for minute in range(0, 1_440, 15):
                start = f"{day:%Y-%m-%d} {minute // 60:02d}:{minute % 60:02d}"
                file.write("".join(f"{start},queue {queue},{minute % 97},{200 + queue}.5\n" for queue in range(42)))
    begin = time.perf_counter()
    _, report = read_file(path)
    assert report.rows > 10_000_000
    assert time.perf_counter() - begin < 15
