"""Files that would kill a reader: refused at once, each by name of what is wrong, and the process that was given them goes on."""

import gzip
import io
import os
import time
import zipfile
import zlib

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
import xlsxwriter

from planner.errors import InvalidVolumes
from planner.intake import OpenQuestions, raw, read_volumes, read_volumes_safely, safely

ROW = "2027-01,a,1,300\n"
RIGHT = "month,queue,contacts,aht_s\n" + ROW


@pytest.fixture(scope="module", autouse=True)
def warm():
    """The process that children come from has loaded what they need."""
    read_volumes_safely(RIGHT.encode(), "f.csv")


def refusal(data: bytes) -> tuple[str, float]:
    """What is said, and after how many seconds."""
    begin = time.perf_counter()
    with pytest.raises(InvalidVolumes) as caught:
        read_volumes_safely(data, "f.xlsx")
    assert not isinstance(caught.value, OpenQuestions)
    return str(caught.value.faults[0]), time.perf_counter() - begin


def workbook(far_out: bool = False) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Volumes")
        sheet.write_row(0, 0, ["month", "queue", "contacts", "aht_s"])
        sheet.write_row(1, 0, ["2027-01", "a", 1, 300])
        if far_out:
            sheet.write(1_048_575, 16_383, 1)
    return memory.getvalue()


def small_bomb(place: str = "XFD1048576") -> bytes:
    """A workbook of 1.4 kB with one cell in its last corner."""
    kind, office = "application/vnd.openxmlformats-", "http://schemas.openxmlformats.org/"
    main, sheet = f"{kind}officedocument.spreadsheetml.sheet.main+xml", f"{kind}officedocument.spreadsheetml.worksheet+xml"
    links = f"{office}officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{office}package/2006/content-types"><Default Extension="rels" ContentType="{kind}package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{office}package/2006/relationships"><Relationship Id="r1" Type="{links}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{office}spreadsheetml/2006/main" xmlns:r="{links}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{office}package/2006/relationships"><Relationship Id="r1" Type="{links}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{office}spreadsheetml/2006/main"><sheetData><row><c r="A1"><v>1</v></c></row>'
        f'<row r="1048576"><c r="{place}"><v>1</v></c></row></sheetData></worksheet>',
    }
    return zipped({name: text.encode() for name, text in parts.items()})


def zipped(parts: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def gzip_bomb() -> bytes:
    """A gigabyte of zeros in a megabyte."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(2**24)
    return b"".join([*(packer.compress(block) for _ in range(64)), packer.flush()])


def wide_parquet() -> bytes:
    """Sixteen million rows in a few kilobytes."""
    memory = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"month": pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 2**22, pyarrow.int8()), ["2027-01"])}), memory)
    return memory.getvalue()


def locked() -> bytes:
    data = bytearray(workbook())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (small_bomb, "the sheets reach over"),
        (lambda: workbook(far_out=True), "the sheets reach over"),
        (lambda: zipped({"xl/workbook.xml": b"", "xl/media/a": bytes(raw.MOST_UNPACKED + 1)}), "unpacks to"),
        (gzip_bomb, "unpacks to more than"),
        (wide_parquet, "cells, more than"),
        (lambda: workbook()[:-40], "damaged"),
        (locked, "locked with a password"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(2_000), "locked with a password"),
        (lambda: gzip.compress(RIGHT.encode())[:-9], "cut off"),
        (lambda: pd.DataFrame({"a": [1]}).to_parquet()[:-9], "the Parquet file cannot be opened"),
        (lambda: RIGHT.encode() + ROW.encode() * 2_400_000, "cells"),
        (lambda: bytes(raw.MOST_BYTES + 1), "MB, more than"),
        (lambda: b"[" + b"[" * 1_000_000, "nested too deep"),
    ],
    ids=["small bomb", "far-out cell", "zip bomb", "gzip bomb", "parquet bomb", "truncated", "encrypted", "old or locked", "cut gzip", "cut parquet",
         "2.4 M rows", "too large", "deep"],
)  # fmt: skip
def test_a_hostile_file_is_refused_at_once(data, words):
    said, seconds = refusal(data())
    assert words in said
    assert seconds < 10


@pytest.mark.parametrize("place", ["D99999999", "D4000000000", "XFD&#49;048576", "ZZZZ9", "-1", "A1:XFD9"])
def test_a_place_that_no_sheet_has_is_refused_before_a_reader_lays_it_out(place):
    with pytest.raises(InvalidVolumes, match="the sheets reach over"):
        read_volumes(small_bomb(place), "f.xlsx")


def test_the_small_bomb_is_small():
    assert len(small_bomb()) < 1_500


def test_a_right_file_comes_back_from_the_child_as_it_would_here():
    volumes, report = read_volumes_safely(RIGHT.encode(), "f.csv")
    here, told = read_volumes(RIGHT.encode(), "f.csv")
    assert (volumes, report) == (here, told)
    pd.testing.assert_frame_equal(volumes.rows, here.rows)


def test_faults_and_questions_come_back_from_the_child():
    with pytest.raises(InvalidVolumes, match="the number is negative"):
        read_volumes_safely(RIGHT.replace(",1,", ",-1,").encode(), "f.csv")
    with pytest.raises(OpenQuestions) as asked:
        read_volumes_safely(RIGHT.replace(",1,", ",1.234,").encode(), "f.csv")
    assert [question.key for question in asked.value.questions] == ["decimal"]


def hoard() -> int:
    return len(bytearray(3_000_000_000))


def test_a_reader_that_hoards_sleeps_or_dies_is_a_fault_of_the_file():
    for read, seconds, words in ((hoard, 20.0, "GB of memory"), (sleep, 0.2, "takes more than 0.2 s"), (os.abort, 20.0, "broke down")):
        with pytest.raises(InvalidVolumes, match=words):
            safely.apart(read, "f.csv", timeout_s=seconds)


def sleep() -> None:
    time.sleep(60)
