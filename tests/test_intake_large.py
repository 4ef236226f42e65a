"""Large files: the stream finds what the small reader finds, faults and questions with their rows included, and writes what it read."""

import filecmp
import io
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from planner.errors import InvalidVolumes
from planner.intake import OpenQuestions, Report, Volumes, blocks, large, own_csv, read_file, read_volumes, safely, write_own, writing
from planner.intake.blocks import Doubt
from planner.intake.findings import Findings
from tests import mangled
from tests.mangled import File, right_file

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500")) // 5
SEED = int(os.environ.get("FUZZ_SEED", "0"))
HEADER = "start,queue,contacts,aht_s\n"
BREAKING = (
    mangled.extra_field, mangled.missing_field, mangled.duplicated_row, mangled.broken_time, mangled.broken_contacts, mangled.broken_aht, mangled.blank_queue,
)  # fmt: skip


def said(read) -> object:
    """Volumes and report, or what is asked or refused."""
    try:
        return read()
    except OpenQuestions as asked:
        return "asked", asked.questions
    except InvalidVolumes as refusal:
        return "refused", sorted(map(str, refusal.faults))


def carefully(path: Path, **options) -> tuple[Volumes, Report]:
    """The careful way, whatever the file."""
    with mock.patch.object(large, "plain_rows", side_effect=Doubt):
        return large.read_large(path, **options)


def ways(data: bytes, folder: Path, **options) -> list[object]:
    """What the small reader makes of a file, the large one, and its careful way alone."""
    path = folder / "f.csv"
    path.write_bytes(data)
    reads = (lambda: read_volumes(data, "f.csv", **options), lambda: large.read_large(path, **options), lambda: carefully(path, **options))
    return list(map(said, reads))


def assert_alike(one: tuple[Volumes, Report], other: tuple[Volumes, Report]) -> None:
    assert other[0].queues == one[0].queues
    first, second = (replace(report, notices=tuple(sorted(report.notices))) for report in (one[1], other[1]))
    assert second == first
    frames = [volumes.rows.astype({"queue": str, "line": "int64"}) for volumes in (one[0], other[0])]
    pd.testing.assert_frame_equal(frames[0], frames[1])


def interval_file(rng: random.Random) -> File:
    """A right file of intervals as the stream reads them."""
    while (file := right_file(rng)).layout != mangled.INTERVAL:
        continue
    file.encoding, file.line_end = rng.choice(["utf-8", "utf-8-sig"]), rng.choice(["\n", "\r\n"])
    return file


def test_a_large_file_is_read_as_a_small_one_is(tmp_path):
    for number in range(SEED + 9_000_000, SEED + 9_000_000 + EXAMPLES):
        rng = random.Random(number)
        file = interval_file(rng)
        grid = file.grid()
        for keep in (mangled.shuffled_columns, mangled.swapped_rows, mangled.padded_cells, mangled.loud_header, mangled.blank_rows):
            grid = keep(grid, rng) if rng.random() < 0.25 else grid
        small, *others = ways(file.encoded(grid), tmp_path, assume=file.answers)
        assert isinstance(small[0], Volumes), (number, small)
        for other in others:
            assert isinstance(other[0], Volumes), (number, other)
            assert_alike(small, other)


def test_a_large_file_is_refused_as_a_small_one_is_with_the_same_places(tmp_path):
    for number in range(SEED + 8_000_000, SEED + 8_000_000 + EXAMPLES):
        rng = random.Random(number)
        file = interval_file(rng)
        broken = rng.choice(BREAKING)
        grid = broken(file.grid(), rng)
        grid = mangled.blank_rows(grid, rng) if rng.random() < 0.3 else grid
        if any("\n" in cell for row in grid for cell in row):
            continue
        small, *others = ways(file.encoded(grid), tmp_path, assume=file.answers)
        for other in others:
            assert other[0] == "refused", (number, other)
            if broken in (mangled.extra_field, mangled.missing_field):
                assert [fault.partition(":")[0] for fault in other[1]] == [fault.partition(":")[0] for fault in small[1]], number
            else:
                assert other[1] == small[1], number


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_clock_changes_offsets_and_questions_are_those_of_a_small_file(zone, tmp_path):
    begin = datetime(2027, 10, 1)
    local = HEADER + "".join(f"{begin + timedelta(minutes=30 * n):%Y-%m-%d %H:%M},{queue},{n % 50},300\n" for n in range(48 * 45) for queue in "ab")
    autumn = "".join(f"2027-10-31 02:{minute},a,7,200\n" for minute in ("00", "30"))
    utc = local.replace(",a,", "Z,a,").replace(",b,", "Z,b,")
    thousands = local.replace(",300", ",1.234")
    for text in (local, local + autumn, utc, thousands, thousands + "2027-12-01 00:00,a,1.5,1.234\n", local.replace("2027-10-17", "2027-10-16")):
        small, *others = ways(text.encode(), tmp_path, zone=zone)
        for other in others:
            if isinstance(small[0], Volumes):
                assert_alike(small, other)
            else:
                assert other == small


def plain_text(rng: random.Random, days: int = 40, end: str = "\n") -> str:
    """A file as most tools write it: ISO starts, several queues, whole and broken numbers, some blank handle times."""
    mark, seconds = rng.choice([(" ", ""), ("T", ""), ("T", ":00"), (" ", ":00")])
    lines = [HEADER.strip()]
    for n in range(days * 48):
        start = datetime(2027, 1, 1) + timedelta(minutes=30 * n)
        for queue in ("sales", "Ärger", "'+49"):
            contacts = rng.choice([0, rng.randint(1, 900), rng.random() * 30])
            aht = rng.choice(["300", "412.5", "300.0", f"{rng.uniform(100, 900):.6f}"]) if contacts else rng.choice(["", "0", "250"])
            lines.append(f"{start:%Y-%m-%d}{mark}{start:%H:%M}{seconds},{queue},{contacts},{aht}")
    return end.join(lines) + rng.choice(["", end])


@pytest.mark.parametrize("seed", range(6))
def test_a_plain_file_goes_the_quick_way_in_any_number_of_blocks_and_is_written_as_a_small_one_is(seed, tmp_path, monkeypatch):
    rng = random.Random(seed)
    text = plain_text(rng, end=rng.choice(["\n", "\r\n"])).encode()
    monkeypatch.setattr(blocks, "BLOCK", rng.choice([2_000, 50_000, 2**23]))
    monkeypatch.setattr(writing, "FEW_ROWS", 0)
    monkeypatch.setattr(writing, "BLOCK_ROWS", rng.choice([7, 1_000, 250_000]))
    path = tmp_path / "f.csv"
    path.write_bytes(text)
    small = read_volumes(text, "f.csv")
    with mock.patch.object(large, "streamed_rows", side_effect=AssertionError("the careful way")):
        quick = large.read_large(path)
    assert_alike(small, quick)
    written = io.BytesIO()
    write_own(quick[0], written)
    assert written.getvalue() == own_csv(small[0])


@pytest.mark.parametrize(
    "cell", ['2027-01-01 00:00,"sales",5,300', "2027-01-01 00:00Z,sales,5,300", "2027-01-01 0:00,sales,5,300", "2027-01-01 00:00,sales,1e1,300", ""]
)
def test_what_is_not_plain_goes_the_careful_way(cell, tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(f"{HEADER}{cell}\n2027-01-01 00:30,sales,5,300\n")
    shape = large.shape_of(path, Findings("f.csv", {}))
    with pytest.raises(Doubt):
        blocks.plain_rows(path, shape.header_line, shape.names, shape.delimiter, large.silent)


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
    monkeypatch.setattr(large, "STREAMED_BYTES", 1_000)
    monkeypatch.setattr(safely, "read_volumes_safely", None)
    stream, report = read_file(path, progress=told.append)
    assert stream.queues == small.queues
    assert report.rows == 48 * 31
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(InvalidVolumes, match="the file cannot be read"):
        read_file(tmp_path / "none.csv")


def test_a_file_of_other_rows_is_no_large_one_before_it_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(large, "STREAMED_BYTES", 10)
    path = tmp_path / "f.csv"
    path.write_text("month,queue,contacts,aht_s\n2027-01,a,5,300\n")
    assert read_file(path)[1].layout == "own_monthly"
    monkeypatch.setattr(large, "SMALL_BYTES", 20)
    with pytest.raises(InvalidVolumes, match="no header of the planner's own intervals"):
        read_file(path)


@pytest.mark.parametrize("seed", range(8))
def test_streamed_volumes_are_written_and_read_again(seed, tmp_path, monkeypatch):
    file = interval_file(random.Random(seed))
    path = tmp_path / "f.csv"
    path.write_bytes(file.encoded(file.grid()))
    volumes, _ = large.read_large(path, assume=file.answers)
    monkeypatch.setattr(writing, "FEW_ROWS", 0)
    memory, plain = io.BytesIO(), own_csv(volumes)
    write_own(volumes, memory)
    for data in (memory.getvalue(), plain):
        again, _ = read_volumes(data, "g.csv", assume={"decimal": "point"})
        assert again.queues == volumes.queues
    assert memory.getvalue() == plain


@pytest.mark.slow
def test_ten_million_rows_are_read_and_written_within_a_gigabyte(tmp_path):
    path, out = tmp_path / "f.csv", tmp_path / "out.csv"
    days = pd.date_range("2020-01-01", periods=10_000_000 // 4_032 + 1, freq="D")
    with path.open("w") as file:
        file.write(HEADER)
        for day in days:
            for minute in range(0, 1_440, 15):
                start = f"{day:%Y-%m-%d} {minute // 60:02d}:{minute % 60:02d}"
                file.write("".join(f"{start},queue {queue},{minute % 97 + 1},{200 + queue}.5\n" for queue in range(42)))
    command = [sys.executable, "-m", "planner", "import", str(path), "--out", str(out)]
    child = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, told
    assert "50 % read" in told
    assert usage.ru_maxrss < 2**20
    assert filecmp.cmp(path, out, shallow=False)
