"""Bytes of a file to rows of text, exactly as they stand in it: encoding, delimiter, sheets, and the guards against hostile files."""

import codecs
import csv
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow
import python_calamine

from planner.intake.findings import Findings, Question

GZIP = b"\x1f\x8b"
MOST_BYTES = 64 * 2**20
MOST_CELLS = 3_000_000
MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * 2**20
LARGEST_EXTENT = 16_384 * 1_048_576
"""Cells of a whole sheet."""
HEADER_ROWS = 60
"""How far down a header is looked for."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "iso8859-15")
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF8_CHARACTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_CELL = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^<>]*?\br\s*=\s*["']([^"'<>]*)["']""")
_PLACE = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RawTable:
    """A file's rows as text, blank rows left out, with the row number of each in the file (1 is its first line).

    `native` marks the cells that a workbook holds as numbers or dates, so that their text has one reading only. `document` is what a JSON file
    holds where that is no list of rows; then there are no rows.
    """

    place: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    native: Flags | None = None
    document: Any = None


def read_table(data: bytes, findings: Findings, words: frozenset[str]) -> RawTable:
    """The table in a file. `words` are the column names of all layouts; they tell the delimiter and the sheet. Raises InvalidVolumes or OpenQuestions."""
    name = findings.file_name
    if not data:
        findings.stop(name, "the file is empty", "Choose a file with a header and rows.")
    if len(data) > MOST_BYTES:
        findings.stop(name, f"the file has {len(data) / 2**20:,.0f} MB, more than {MOST_BYTES // 2**20}", "Split it by queue or by year.")
    if data.startswith(GZIP):
        return read_table(_unpacked(data, findings), findings, words)
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, findings, words)
    if data.startswith((b"PAR1", b"PARE")):
        return read_parquet(data, findings)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        findings.stop(name, "the file is an old Excel workbook, or locked with a password", "Save it as .xlsx without a password, or as CSV.")
    text = _decoded(data, findings)
    return read_json(text, findings) if looks_like_json(text) else _read_text(text, findings, words)


def _unpacked(data: bytes, findings: Findings) -> bytes:
    """What a gzip file holds, unpacked no further than a file may be large."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, MOST_BYTES + 1)
    except zlib.error as error:
        findings.stop(findings.file_name, f"the packed file is damaged ({error})", "Export it again.")
    if len(content) > MOST_BYTES or unpacker.unconsumed_tail:
        findings.stop(findings.file_name, f"the file unpacks to more than {MOST_BYTES // 2**20} MB", "Split it by queue or by year.")
    if not unpacker.eof or unpacker.unused_data:
        findings.stop(findings.file_name, "the packed file is cut off, or holds more than one file", "Export it again.")
    if content.startswith(GZIP):
        findings.stop(findings.file_name, "the file is packed twice", "Unpack it.")
    findings.note("The file was packed by gzip.")
    return content


def normal(cell: str) -> str:
    """A column name as it is compared: without outer spaces, in small letters."""
    return cell.strip().casefold()


def _decoded(data: bytes, findings: Findings) -> str:
    encoding = _encoding(data, findings)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        place, found = f"{findings.file_name}, row {_line(data, error.start)}", repr(data[error.start : error.start + 4])
        findings.stop(place, f"the text is not {encoding}", "Save the file as CSV UTF-8.", found)
    if "\0" in text:
        findings.stop(f"{findings.file_name}, row {text[: text.index(chr(0))].count(chr(10)) + 1}", "there is a NUL character", "Save the file as CSV UTF-8.")
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff"))


def _encoding(data: bytes, findings: Findings) -> str:
    """Byte order mark, else UTF-8, else cp1252 with a notice; an assumed encoding goes before all."""
    choices = Question("encoding", "the encoding is not known", ENCODINGS)
    if findings.answer("encoding") is not None:
        encoding = findings.ask(choices)
        findings.settle()
        return str(encoding)
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if marked:
        return marked
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _without_utf8(data, error.start, findings)
    return "utf-8"


def _without_utf8(data: bytes, position: int, findings: Findings) -> str:
    if b"\0" in data or _UTF8_CHARACTER.search(data):
        place, found = f"{findings.file_name}, row {_line(data, position)}", repr(data[position : position + 4])
        findings.stop(place, "the text is damaged: part of it is UTF-8 and part is not", "Export it again as CSV UTF-8.", found)
    findings.note("The file is not UTF-8; it is read as cp1252 (Western Windows). Check the letters with accents, or assume another encoding.")
    return "cp1252"


def _line(data: bytes, position: int) -> int:
    return data[:position].count(b"\n") + 1


def _read_text(text: str, findings: Findings, words: frozenset[str]) -> RawTable:
    delimiter = delimiter_of(text, words)
    if text.count(delimiter) + text.count("\n") > MOST_CELLS:
        findings.stop(findings.file_name, f"the file has more than {MOST_CELLS:,} cells", "Split it by queue or by year.")
    findings.note(f"Columns are separated by {DELIMITERS[delimiter]}.")
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for row in reader:
            rows.append(tuple(row))
            lines.append(line + 1)
            line = reader.line_num
    except csv.Error as error:
        remedy = "Close every quotation mark, and double those inside a text."
        findings.stop(f"{findings.file_name}, row {line + 1}", f"the row cannot be split into columns ({error})", remedy)
    return _without_blank_rows(RawTable(findings.file_name, tuple(rows), tuple(lines)), findings)


def delimiter_of(text: str, words: frozenset[str]) -> str:
    """The delimiter under which the first rows hold most known column names, then the one that splits most rows alike.

    >>> delimiter_of("month;queue;contacts;aht_s\\n2027-01;a;1,5;300", frozenset({"month", "queue", "contacts", "aht_s"}))
    ';'
    """
    return max(DELIMITERS, key=lambda delimiter: _fit(text, delimiter, words))


def _fit(text: str, delimiter: str, words: frozenset[str]) -> tuple[int, int, int]:
    rows = list(_first_rows(text, delimiter))
    widths = [len(row) for row in rows if len(row) > 1]
    known = max((sum(normal(cell) in words for cell in row) for row in rows), default=0)
    alike, width = max(((widths.count(width), width) for width in set(widths)), default=(0, 0))
    return known, alike, width


def _first_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter)
    try:
        for row, _ in zip(reader, range(HEADER_ROWS), strict=False):
            yield row
    except csv.Error:
        return


def _without_blank_rows(table: RawTable, findings: Findings) -> RawTable:
    """Rows of nothing but blank cells say nothing: they are passed over, with a notice where they have cells at all."""
    kept = [number for number, row in enumerate(table.rows) if any(map(str.strip, row))]
    if not kept:
        findings.stop(table.place, "the table is empty", "Choose a file with a header and rows.")
    passed = sum(len(row) > 1 for row in table.rows) - sum(len(table.rows[number]) > 1 for number in kept)
    if passed:
        findings.note(f"{passed:,} blank rows are passed over.")
    native = None if table.native is None else table.native[kept]
    return RawTable(table.place, tuple(table.rows[number] for number in kept), tuple(table.lines[number] for number in kept), native)


def _read_workbook(data: bytes, findings: Findings, words: frozenset[str]) -> RawTable:
    _guard(data, findings)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except Exception as error:  # noqa: BLE001 - the reader's own errors are many, and all mean the same
        findings.stop(findings.file_name, f"the workbook cannot be opened ({error})", "Save it again as .xlsx, or as CSV.")
    filled = {name: cells for name, cells in sheets.items() if any(cell != "" for row in cells for cell in row)}
    if not filled:
        findings.stop(findings.file_name, "the workbook is empty", "Choose a file with a header and rows.")
    sheet = _sheet(filled, findings, words)
    findings.note(f"Read from the sheet '{sheet}'.")
    return _without_blank_rows(_as_text(f"{findings.file_name}, sheet {sheet}", filled[sheet]), findings)


def _guard(data: bytes, findings: Findings) -> None:
    """Refuse what would unpack to too much, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            problem = _archive_problem(archive.infolist()) or _extent_problem(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        problem = f"the workbook is damaged ({error})"
    if problem:
        findings.stop(findings.file_name, problem, "Save the one sheet with the volumes as .xlsx without a password, or as CSV.")


def _archive_problem(members: list[zipfile.ZipInfo]) -> str:
    if len(members) > MOST_MEMBERS:
        return f"the workbook has {len(members):,} parts, more than {MOST_MEMBERS:,}"
    if any(member.flag_bits & 1 for member in members):
        return "the workbook is locked with a password"
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        return f"the workbook unpacks to {unpacked / 2**20:,.0f} MB, more than {MOST_UNPACKED // 2**20}"
    return "" if any(member.filename == "xl/workbook.xml" for member in members) else "the file is packed, but no Excel workbook"


def _extent_problem(archive: zipfile.ZipFile) -> str:
    """A single cell far out makes a reader lay out everything before it: the extent is taken from the cells' own references, in every part."""
    cells = 0
    for member in archive.infolist():
        with archive.open(member) as part:
            cells += _extent(part.read(member.file_size))
    return f"the sheets reach over {cells:,} cells, more than {MOST_CELLS:,}" if cells > MOST_CELLS else ""


def _extent(xml: bytes) -> int:
    """Rows times columns that a sheet reaches; no end where a cell's place is none that Excel would write.

    >>> _extent(b'<row r="1"><c r="A1"/></row><row r="20"><c r="AB20"/></row>')
    560
    """
    places = [_PLACE.fullmatch(place) for place in set(_CELL.findall(xml))]
    found = {place.groups() for place in places if place is not None}
    if len(found) < len(places):
        return LARGEST_EXTENT
    columns = {column.upper() for column, _ in found}
    return max((int(row) for _, row in found), default=0) * max((_column_number(column) for column in columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(sheets: dict[str, list[list[Any]]], findings: Findings, words: frozenset[str]) -> str:
    """The only sheet with cells, the only one with a header; else the user's word."""
    known = {name: max(sum(isinstance(cell, str) and normal(cell) in words for cell in row) for row in cells[:HEADER_ROWS]) for name, cells in sheets.items()}
    best = [name for name, count in known.items() if count == max(known.values())]
    if findings.answer("sheet") in sheets:
        return str(findings.answer("sheet"))
    if len(best) == 1 and findings.answer("sheet") is None:
        return best[0]
    findings.ask(Question("sheet", f"the workbook has {len(best)} sheets that may hold the volumes", tuple(best)))
    findings.settle()
    return best[0]


def _as_text(place: str, cells: list[list[Any]], first_line: int = 1) -> RawTable:
    rows = tuple(tuple(map(cell_text, row)) for row in cells)
    native = np.array([[type(cell) is not str for cell in row] for row in cells], dtype=bool)
    return RawTable(place, rows, tuple(range(first_line, len(rows) + first_line)), native)


def cell_text(cell: Any) -> str:
    """A workbook's cell as text: numbers as short as they go, dates and times as ISO to the second.

    >>> cell_text(5.0), cell_text(date(2027, 1, 1)), cell_text(datetime(2027, 1, 1, 8, 29, 59, 999_000))
    ('5', '2027-01-01 00:00:00', '2027-01-01 08:30:00')
    """
    if isinstance(cell, str):
        return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        rounded = cell + timedelta(milliseconds=500) if cell.microsecond and cell.year < date.max.year else cell
        return rounded.isoformat(" ", "seconds")
    return f"{cell.isoformat()} 00:00:00" if isinstance(cell, date) else str(cell)


# JSON


def looks_like_json(text: str) -> bool:
    """Whether a text begins as a JSON object or list does, and no CSV.

    >>> looks_like_json('{"a": 1}'), looks_like_json("[x],queue"), looks_like_json("[]")
    (True, False, True)
    """
    return re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]\"0-9])", text) is not None


def read_json(text: str, findings: Findings) -> RawTable:
    """A list of records as a table, the names of their fields above; any other document as it is."""
    if text.count(",") > MOST_CELLS:
        findings.stop(findings.file_name, f"the file has more than {MOST_CELLS:,} values", "Split it by queue or by year.")
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        findings.stop(f"{findings.file_name}, row {error.lineno}", f"the JSON is damaged ({error.msg.lower()})", "Export it again.")
    except RecursionError:
        findings.stop(findings.file_name, "the JSON is nested too deep", "Export a flat list of records.")
    except ValueError as error:
        findings.stop(findings.file_name, f"the JSON cannot be used ({str(error)[:80]})", "Export it again.")
    if isinstance(document, list) and document and all(isinstance(record, dict) for record in document):
        return _records(document, findings)
    return RawTable(findings.file_name, (), (), document=document)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"'{next(name for name in names if names.count(name) > 1)[:40]}' stands there twice in one object")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _records(records: list[dict[str, Any]], findings: Findings) -> RawTable:
    """Records whose fields are nested stay a document."""
    names = list(dict.fromkeys(name for record in records for name in record))
    if any(isinstance(value, dict | list) for record in records for value in record.values()):
        return RawTable(findings.file_name, (), (), document=records)
    if len(names) * len(records) > MOST_CELLS:
        findings.stop(findings.file_name, f"the file has more than {MOST_CELLS:,} values", "Split it by queue or by year.")
    cells = [["" if record.get(name) is None else record[name] for name in names] for record in records]
    return _without_blank_rows(_as_text(findings.file_name, [names, *cells], first_line=0), findings)


# Parquet


def read_parquet(data: bytes, findings: Findings) -> RawTable:
    """The table of a Parquet file. Its own figures are read before its cells."""
    import pyarrow.parquet  # it takes long to load, and few files need it

    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        problem = _parquet_problem(file)
        cells = [] if problem else [_parquet_cells(column) for column in file.read(use_threads=False).columns]
        names = list(file.schema_arrow.names)
    except Exception as error:  # noqa: BLE001 - the reader's own errors are many, and all mean the same
        findings.stop(findings.file_name, f"the Parquet file cannot be opened ({str(error)[:120]})", "Export it again, or save it as CSV.")
    if problem:
        findings.stop(findings.file_name, problem, "Export one flat table, split by queue or by year, or save it as CSV.")
    rows = [list(row) for row in zip(*cells, strict=True)]
    return _without_blank_rows(_as_text(findings.file_name, [names, *rows], first_line=0), findings)


def _parquet_problem(file: Any) -> str:
    figures = file.metadata
    if figures.num_rows * max(1, figures.num_columns) > MOST_CELLS:
        return f"the file has {figures.num_rows * figures.num_columns:,} cells, more than {MOST_CELLS:,}"
    unpacked = sum(figures.row_group(group).total_byte_size for group in range(figures.num_row_groups))
    if unpacked > MOST_UNPACKED:
        return f"the file unpacks to {unpacked / 2**20:,.0f} MB, more than {MOST_UNPACKED // 2**20}"
    nested = [field.name for field in file.schema_arrow if pyarrow.types.is_nested(field.type)]
    return f"the column {nested[0]} holds more than one value in a cell" if nested else ""


def _parquet_cells(column: Any) -> list[Any]:
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        return _parquet_cells(column.cast(kind.value_type))
    if pyarrow.types.is_timestamp(kind):
        stamps = column.cast(pyarrow.timestamp("us", tz=kind.tz), safe=False).to_pylist()
        return ["" if stamp is None else _utc_text(stamp) if kind.tz else stamp for stamp in stamps]
    return ["" if cell is None or cell != cell else cell for cell in column.to_pylist()]


def _utc_text(stamp: datetime) -> str:
    return stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
