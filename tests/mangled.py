"""Volume files in every dress that keeps their meaning, and ways to break them. Seeded, so that each example can be had again by its number."""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import xlsxwriter

MONTHLY, INTERVAL = ("month", "queue", "contacts", "aht_s"), ("start", "queue", "contacts", "aht_s")
QUEUES = ("sales", "007", "NA", "null", "None", "Küche, Süd", "back \"office\"", "1,5", "nan", "2027-01")


@dataclass
class File:
    """A right file: its records, how they are dressed, and the answers that a user who knows the file would give."""

    layout: tuple[str, ...]
    records: list[tuple[datetime, str, float, float]]
    delimiter: str = ","
    decimal: str = "."
    group: str = ""
    encoding: str = "utf-8"
    date_form: str = "%Y-%m-%d %H:%M"
    line_end: str = "\n"
    answers: dict[str, str] = field(default_factory=dict)

    def values(self) -> dict[tuple[str, datetime], tuple[float, float | None]]:
        """What must be read: contacts and handle time by queue and time."""
        return {(queue, time): (contacts, aht_s if contacts else None) for time, queue, contacts, aht_s in self.records}

    def grid(self) -> list[list[str]]:
        """Header and rows as text."""
        rows = [[time.strftime(self.date_form), queue, self.number(contacts), self.number(aht_s)] for time, queue, contacts, aht_s in self.records]
        return [list(self.layout), *rows]

    def number(self, value: float) -> str:
        """A number with the file's decimal and thousands marks."""
        text = f"{value:,.3f}".rstrip("0").rstrip(".")
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.group)

    def encoded(self, grid: list[list[str]]) -> bytes:
        """A grid as the bytes of a CSV file."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end).writerows(grid)
        return text.getvalue().encode(self.encoding, errors="replace")

    def workbook(self, rng: random.Random) -> bytes:
        """The records as an Excel workbook with real dates and numbers, or with text."""
        memory = io.BytesIO()
        with xlsxwriter.Workbook(memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
            sheet = book.add_worksheet("Volumes")
            for column, name in enumerate(self.layout):
                sheet.write_string(0, column, name)
            for row, (record, texts) in enumerate(zip(self.records, self.grid()[1:], strict=True), 1):
                for column, (cell, text) in enumerate(zip(record, texts, strict=True)):
                    self._write(sheet, (row, column), cell, text if rng.random() < 0.3 else None)
        return memory.getvalue()

    @staticmethod
    def _write(sheet: xlsxwriter.worksheet.Worksheet, at: tuple[int, int], cell: object, text: str | None) -> None:
        if text is not None or isinstance(cell, str):
            sheet.write_string(*at, text if text is not None else str(cell))
        elif isinstance(cell, datetime):
            sheet.write_datetime(*at, cell)
        else:
            sheet.write_number(*at, cell)


def right_file(rng: random.Random) -> File:
    """A right file of a few queues in a random dress."""
    queues = rng.sample(QUEUES, rng.randint(1, 3))
    file = _monthly(rng, queues) if rng.random() < 0.4 else _interval(rng, queues)
    file.delimiter = rng.choice(",;\t|")
    file.decimal = rng.choice(".,")
    file.group = rng.choice(["", "", ",."[file.decimal == ","], " ", "'", "\u00a0", "\u202f"])
    file.encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
    file.group = "'" if file.group == "\u202f" and file.encoding == "cp1252" else file.group
    file.line_end = rng.choice(["\n", "\r\n", "\r"]) if file.encoding != "utf-16" else "\r\n"
    file.answers = {"decimal": "comma" if file.decimal == "," else "point", "date_order": "month" if file.date_form.startswith("%m/%d") else "day"}
    return file


def _numbers(rng: random.Random) -> tuple[float, float]:
    contacts = rng.choice([0, rng.randint(1, 99), rng.randint(1_000, 3_000_000), rng.randint(1, 99_999) / 2, rng.randint(1, 9_999_999) / 1_000])
    return float(contacts), rng.choice([300.0, 287.25, 1234.125, float(rng.randint(60, 2_000))])


def _monthly(rng: random.Random, queues: list[str]) -> File:
    first = rng.randint(0, 30)
    months = [datetime(2026 + (first + step) // 12, (first + step) % 12 + 1, 1) for step in range(rng.randint(1, 14))]
    forms = ["%Y-%m", "%Y-%m-%d", "%m/%Y", "%b %Y", "%B %Y", "%Y/%m", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S"]
    return File(MONTHLY, [(month, queue, *_numbers(rng)) for month in months for queue in queues], date_form=rng.choice(forms))


def _interval(rng: random.Random, queues: list[str]) -> File:
    length, day = rng.choice([15, 30, 60]), datetime(2027, rng.choice([1, 2]), rng.randint(1, 25))
    begins = [day + timedelta(days=number, minutes=slot * length) for number in range(rng.randint(1, 3)) for slot in range(8, 8 + rng.randint(2, 6))]
    forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%d %H:%M", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M"]
    forms += ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M"]
    return File(INTERVAL, [(begin, queue, *_numbers(rng)) for begin in begins for queue in queues], date_form=rng.choice(forms))


Grid = list[list[str]]


def _row(grid: Grid, rng: random.Random) -> int:
    return rng.randrange(1, len(grid))


def shuffled_columns(grid: Grid, rng: random.Random) -> Grid:
    order = rng.sample(range(len(grid[0])), len(grid[0]))
    return [[row[column] for column in order] for row in grid]


def swapped_rows(grid: Grid, rng: random.Random) -> Grid:
    return [grid[0], *rng.sample(grid[1:], len(grid) - 1)]


def blank_rows(grid: Grid, rng: random.Random) -> Grid:
    place = _row(grid, rng)
    return [*grid[:place], rng.choice([[], [""] * 4]), *grid[place:]]


def title_lines(grid: Grid, rng: random.Random) -> Grid:
    return [["Volumes 2027"], ["made by", "planning"][: rng.randint(1, 2)], *grid]


def padded_cells(grid: Grid, rng: random.Random) -> Grid:
    return [[f" {cell}" if rng.random() < 0.5 else f"{cell}  " for cell in row] for row in grid]


def loud_header(grid: Grid, rng: random.Random) -> Grid:
    return [[rng.choice([cell.upper(), cell.title()]) for cell in grid[0]], *grid[1:]]


def empty_columns(grid: Grid, rng: random.Random) -> Grid:
    return [[*row, *[""] * 2] for row in grid]


KEEPING: tuple[Callable[[Grid, random.Random], Grid], ...] = (
    shuffled_columns, swapped_rows, padded_cells, loud_header, empty_columns, blank_rows, title_lines,
)
"""These change no value: the file must read as before. Several are applied in this order."""


def _with_cell(grid: Grid, row: int, column: str, text: str) -> Grid:
    place = grid[0].index(column)
    return [[*cells[:place], text, *cells[place + 1 :]] if number == row else cells for number, cells in enumerate(grid)]


def dropped_column(grid: Grid, rng: random.Random) -> Grid:
    gone = rng.randrange(4)
    return [row[:gone] + row[gone + 1 :] for row in grid]


def duplicated_column(grid: Grid, rng: random.Random) -> Grid:
    twice = rng.randrange(4)
    return [[*row, row[twice]] for row in grid]


def unknown_column(grid: Grid, rng: random.Random) -> Grid:
    return [[*grid[0], "notes"], *([*row, "x"] for row in grid[1:])]


def unnamed_column(grid: Grid, rng: random.Random) -> Grid:
    return [[*grid[0], ""], *([*row, "7"] for row in grid[1:])]


def extra_field(grid: Grid, rng: random.Random) -> Grid:
    place = _row(grid, rng)
    return [*grid[:place], [*grid[place], "12"], *grid[place + 1 :]]


def every_row_longer(grid: Grid, rng: random.Random) -> Grid:
    return [grid[0], *([*row, "12"] for row in grid[1:])]


def missing_field(grid: Grid, rng: random.Random) -> Grid:
    place = _row(grid, rng)
    return [*grid[:place], grid[place][:-1], *grid[place + 1 :]]


def header_only(grid: Grid, rng: random.Random) -> Grid:
    return grid[:1]


def duplicated_row(grid: Grid, rng: random.Random) -> Grid:
    return [*grid, grid[_row(grid, rng)]]


def broken_time(grid: Grid, rng: random.Random) -> Grid:
    wrong = ["", "2027-13", "2027-02-30 08:00", "soon", "99/99/2027", "2027-01-04 24:30", "Jan-27", "1", "45000", "1027-01-04 08:00", "2027-01-04T08:00+99:00"]
    return _with_cell(grid, _row(grid, rng), grid[0][0], rng.choice(wrong))


def broken_contacts(grid: Grid, rng: random.Random) -> Grid:
    wrong = ["", "-1", "-0,5", "x", "12 calls", "30%", "(30)", "nan", "inf", "1e99", "9" * 400, "1,2,3", "1.2.3", "NaN", "None", "#N/A", "0x1f"]
    wrong += ["１２", "1_000", "+-1", "--5"]
    return _with_cell(grid, _row(grid, rng), "contacts", rng.choice(wrong))


def broken_aht(grid: Grid, rng: random.Random) -> Grid:
    row = _row(grid, rng)
    return _with_cell(_with_cell(grid, row, "contacts", "7"), row, "aht_s", rng.choice(["", "0", "-300", "5 min", "00:05:00", "86401", "inf", "nan", "1e30"]))


def blank_queue(grid: Grid, rng: random.Random) -> Grid:
    return _with_cell(grid, _row(grid, rng), "queue", rng.choice(["", "  ", "x" * 81, "two\nlines"]))


def nul_character(grid: Grid, rng: random.Random) -> Grid:
    return _with_cell(grid, _row(grid, rng), "queue", "a\0b")


BREAKING: tuple[Callable[[Grid, random.Random], Grid], ...] = (
    dropped_column, duplicated_column, unknown_column, unnamed_column, extra_field, every_row_longer, missing_field, header_only, duplicated_row, broken_time,
    broken_contacts, broken_aht, blank_queue, nul_character,
)
"""After these the file must be refused."""


def truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def flipped_bytes(data: bytes, rng: random.Random) -> bytes:
    mangled = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        mangled[rng.randrange(len(mangled))] = rng.randrange(256)
    return bytes(mangled)


def inserted_bytes(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + rng.choice([b"\0", b"\xff\xfe", b'"', b"\r", b"\n\n", b"\xc3", rng.randbytes(9), b";,\t|", b"\xef\xbb\xbf"]) + data[place:]


def random_bytes(data: bytes, rng: random.Random) -> bytes:
    return rng.choice([b"", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff\0", b"\xd0\xcf\x11\xe0"]) + rng.randbytes(rng.randrange(200))


def doubled_file(data: bytes, rng: random.Random) -> bytes:
    return data + data


DAMAGING: tuple[Callable[[bytes, random.Random], bytes], ...] = (truncated, flipped_bytes, inserted_bytes, random_bytes, doubled_file)
"""After these a value may be another one that no reader can tell; the file is refused or read as numbers."""


def damaged_parts(data: bytes, rng: random.Random) -> bytes:
    """A workbook whose packing is whole and whose parts are not."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    for _ in range(rng.randint(1, 6)):
        part = parts[rng.choice(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])]
        place = rng.randrange(len(part))
        part[place : place + rng.randint(0, 5)] = rng.choice([b"9", b"99999999", b"-1", b"", b"XFD", b't="s"', b"1e400", b"&#0;", b"<", b"\xff", b"A"])
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, bytes(content))
    return memory.getvalue()
