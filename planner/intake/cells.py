"""Text cells to numbers, months and starts. What two readings fit is decided by the evidence of the whole column, or asked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.intake.findings import Findings, Question
from planner.intake.raw import Flags
from planner.intake.table import Table, Texts, fault_rows

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

LARGEST = 1e9


def _number_form(mark: str, group: str) -> str:
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:(?:{group}[0-9]{{3}})+|(?: [0-9]{{3}})+|(?:'[0-9]{{3}})+))"
    return rf"-?(?:{whole}(?:{mark}[0-9]+)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]{{1,2}})?"


POINT = _number_form(r"\.", ",")
COMMA = _number_form(",", r"\.")


@dataclass(frozen=True)
class Readings:
    """How many cells of a column fit the first reading only, the second only, or both with different meanings; and one of the last as an example."""

    first: int
    second: int
    both: int
    example: str

    @property
    def unclear(self) -> bool:
        """Both readings fit every cell, and mean different things."""
        return self.both > 0 and self.first == 0 and self.second == 0


def readings(cells: Texts, first: Flags, second: Flags, differ: Flags) -> Readings:
    """Count what each reading fits."""
    both = first & second & differ
    example = str(cells[both].iloc[0]) if both.any() else ""
    return Readings(int((first & ~second).sum()), int((second & ~first).sum()), int(both.sum()), example)


def numbers(table: Table, columns: tuple[str, ...], findings: Findings) -> dict[str, Floats]:
    """Numbers of some columns; a blank cell and a faulty one are NaN, the faulty one is also a fault. One decimal mark holds for the file."""
    texts = {column: _unspaced(table.columns[column]) for column in columns}
    mark = _decimal_mark({column: texts[column][~table.native[column]] for column in columns}, findings)
    return {column: _converted(table, column, texts[column], mark, findings) for column in columns}


def _unspaced(cells: Texts) -> Texts:
    """Every kind of narrow or fixed space, apostrophe and minus as its plain form."""
    return cells.str.replace("[\u00a0\u202f\u2009]", " ", regex=True).str.replace("\u2019", "'", regex=False).str.replace("\u2212", "-", regex=False)


def _decimal_mark(texts: dict[str, Texts], findings: Findings) -> str:
    """'point' or 'comma': the only reading that fits every cell of the file, told where it matters; else asked."""
    counts = {column: _marks(cells) for column, cells in texts.items()}
    unclear = {column: count for column, count in counts.items() if count.unclear}
    point, comma = (sum(getattr(count, side) for count in counts.values()) for side in ("first", "second"))
    likely = "point" if point >= comma else "comma"
    if findings.answer("decimal") is not None or unclear:
        column, example = next(((column, count.example) for column, count in unclear.items()), ("", "1.234"))
        text = f"in column {column} '{example}' can have a decimal mark or a thousands mark; is the decimal mark of the file a point or a comma?"
        return findings.ask(Question("decimal", text, ("point", "comma"))) or likely
    if point or comma:
        findings.note(f"The decimal mark is a {likely} (cells that can only be read so: {max(point, comma):,}).")
    return likely


def _marks(cells: Texts) -> Readings:
    return readings(cells, _fits(cells, POINT), _fits(cells, COMMA), cells.str.contains("[.,]", regex=True).to_numpy(dtype=bool))


def _fits(cells: Texts, form: str) -> Flags:
    return cells.str.fullmatch(form).to_numpy(dtype=bool)


def _converted(table: Table, column: str, texts: Texts, mark: str, findings: Findings) -> Floats:
    native = table.native[column]
    by_point, by_comma = _fits(texts, POINT) & (native | (mark == "point")), _fits(texts, COMMA) & ~native & (mark == "comma")
    values = np.full(len(texts), np.nan)
    values[by_point] = texts[by_point].str.replace("[ ',]", "", regex=True).astype(float)
    values[by_comma] = texts[by_comma].str.replace("[ '.]", "", regex=True).str.replace(",", ".", regex=False).astype(float)
    blank = (texts == "").to_numpy(dtype=bool)
    remedy = f"Write it with digits and a decimal {mark}, without signs or units."
    fault_rows(findings, table, ~blank & ~by_point & ~by_comma, column, ("this is not a number", remedy))
    fault_rows(findings, table, values < 0, column, ("the number is negative", "Write 0 or more."))
    fault_rows(findings, table, values > LARGEST, column, ("the number is beyond 1,000,000,000", "Correct it."))
    return np.where((values < 0) | (values > LARGEST), np.nan, values + 0.0)


_TIME = r"(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0{1,9})?)?(?: ?[AaPp][Mm])?)"
_ISO_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.0{1,9})?)?"
_OFFSET = r" ?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})"
ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_ISO_TIME}"
ISO_OFFSET = ISO + _OFFSET
YEAR_FIRST = rf"[0-9]{{4}}/[0-9]{{1,2}}/[0-9]{{1,2}} {_ISO_TIME}"
COMPACT = rf"[0-9]{{8}}[T ]{_ISO_TIME}"
_DAY = "|".join(rf"[0-9]{{1,2}}{mark}[0-9]{{1,2}}{mark}[0-9]{{4}}" for mark in ("/", r"\.", "-"))
DAY_OR_MONTH_FIRST = rf"(?:{_DAY}) {_TIME}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
DATE_DAY_OR_MONTH_FIRST = rf"(?:{_DAY})"
MONTH_FORMS = (
    (r"[0-9]{4}-[0-9]{1,2}", "%Y-%m"), (r"[0-9]{4}/[0-9]{1,2}", "%Y/%m"),
    (r"[0-9]{1,2}/[0-9]{4}", "%m/%Y"), (r"[0-9]{1,2}-[0-9]{4}", "%m-%Y"), (r"[0-9]{1,2}\.[0-9]{4}", "%m.%Y"),
    (r"[A-Za-z]{3}[ -][0-9]{4}", "%b %Y"), (r"[A-Za-z]{4,9}[ -][0-9]{4}", "%B %Y"),
)


def months(table: Table, column: str, findings: Findings) -> Times:
    """First day of the month of each row; NaT where it cannot be read, which is a fault. A date stands for its month."""
    texts, found = table.columns[column], np.full(len(table.lines), np.datetime64("NaT"), dtype="datetime64[s]")
    for form, pattern in MONTH_FORMS:
        _place(found, texts.str.replace("-", " ", regex=False) if "%b" in pattern.lower() else texts, form, pattern)
    exact = ~np.isnat(found)
    _place(found, texts, DATE, "%Y-%m-%d")
    _place(found, texts, ISO, "ISO8601")
    _by_order(found, texts, DATE_DAY_OR_MONTH_FIRST, ("%d/%m/%Y", "%m/%d/%Y"), findings)
    _by_order(found, texts, DAY_OR_MONTH_FIRST, ("%d/%m/%Y", "%m/%d/%Y"), findings)
    first_days = found.astype("datetime64[M]").astype("datetime64[s]")
    if (later := int(((found != first_days) & ~exact & ~np.isnat(found)).sum())):
        findings.note(f"{later:,} rows carry a day within the month; each stands for its month.")
    return _known(table, column, first_days, ("this is not a month", "Write it as 2027-01."), findings)


def starts(table: Table, column: str, findings: Findings) -> tuple[Times, Times]:
    """Start of each row as the clock shows it, and in UTC where the text carries an offset (else NaT). What cannot be read is a fault."""
    texts = table.columns[column]
    nothing = np.full(len(table.lines), np.datetime64("NaT"), dtype="datetime64[s]")
    local, utc = nothing.copy(), nothing.copy()
    _place(local, texts, ISO, "ISO8601")
    _place(local, texts, YEAR_FIRST, "%Y/%m/%d %H:%M")
    _place(local, texts, COMPACT, "%Y%m%d %H:%M")
    _by_order(local, texts, DAY_OR_MONTH_FIRST, ("%d/%m/%Y", "%m/%d/%Y"), findings)
    offset = _fits(texts, ISO_OFFSET)
    if offset.any():
        _place(local, texts.str.replace(_OFFSET + "$", "", regex=True).where(offset, ""), ISO, "ISO8601")
        utc[offset] = _utc(texts[offset])
    local = np.where(offset & np.isnat(utc), np.datetime64("NaT"), local)
    return _known(table, column, local, ("this is not the start of an interval", "Write it as 2027-01-04 08:30."), findings), utc


def _utc(texts: Texts) -> Times:
    parsed = pd.to_datetime(texts.str.upper().str.replace(" (?=[Z+-])", "", regex=True), format="ISO8601", utc=True, errors="coerce")
    return np.asarray(parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[s]"))


def _place(found: Times, texts: Texts, form: str, pattern: str) -> None:
    """Read the cells of one form into `found`."""
    fits = _fits(texts, form) & np.isnat(found)
    if fits.any():
        found[fits] = _parsed(texts[fits], pattern)


def _parsed(texts: Texts, pattern: str) -> Times:
    if pattern.endswith("%H:%M"):
        texts = texts.str.replace("T", " ", regex=False).str.replace(r"\.0+$", "", regex=True)
        seconds = texts.str.fullmatch(r".*:[0-9]{2}:[0-9]{2}").to_numpy(dtype=bool)
        texts = texts.where(seconds, texts + ":00")
        pattern += ":%S"
    return np.asarray(pd.to_datetime(texts, format=pattern, errors="coerce").to_numpy(dtype="datetime64[s]"))


def _by_order(found: Times, texts: Texts, form: str, patterns: tuple[str, str], findings: Findings) -> None:
    """Read dates whose first number is a day or a month. Points stand between day, month and year in this order only."""
    fits = _fits(texts, form) & np.isnat(found)
    if not fits.any():
        return
    cells = texts[fits]
    clock = "" if form == DATE_DAY_OR_MONTH_FIRST else " %H:%M"
    slashed = cells.str.replace(r"^([0-9]+)[.-]([0-9]+)[.-]", r"\1/\2/", regex=True)
    halves = [_parsed_clock(slashed, pattern + clock) for pattern in patterns]
    halves[1] = np.where(cells.str.contains(r"^[0-9]+\.", regex=True).to_numpy(dtype=bool), np.datetime64("NaT"), halves[1])
    found[fits] = halves[_date_order(cells, halves[0], halves[1], findings) == "month first"]


def _parsed_clock(texts: Texts, pattern: str) -> Times:
    noon = texts.str.contains("[AaPp][Mm]$", regex=True).to_numpy(dtype=bool)
    if not noon.any():
        return _parsed(texts, pattern)
    parsed = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[s]")
    parsed[~noon] = _parsed(texts[~noon], pattern)
    spaced = texts[noon].str.upper().str.replace(r" ?([AP]M)$", r" \1", regex=True)
    for clock in ("%I:%M %p", "%I:%M:%S %p"):
        tried = pd.to_datetime(spaced, format=pattern.replace("%H:%M", clock), errors="coerce").to_numpy(dtype="datetime64[s]")
        parsed[noon] = np.where(np.isnat(parsed[noon]), tried, parsed[noon])
    return parsed


def _date_order(cells: Texts, day_first: Times, month_first: Times, findings: Findings) -> str:
    count = readings(cells, ~np.isnat(day_first), ~np.isnat(month_first), day_first != month_first)
    if findings.answer("date_order") is not None or count.unclear:
        text = f"'{count.example or cells.iloc[0]}' can begin with the day or with the month; which comes first?"
        return {"month": "month first"}.get(findings.ask(Question("date_order", text, ("day", "month"))) or "", "day first")
    order = "day first" if count.first >= count.second else "month first"
    if count.first or count.second:
        findings.note(f"Dates are read with the {order} (cells that can only be read so: {max(count.first, count.second):,}).")
    return order


def _known(table: Table, column: str, found: Times, words: tuple[str, str], findings: Findings) -> Times:
    """Times within the years that can be planned; anything else is a fault."""
    years = found.astype("datetime64[Y]").astype(np.int64) + 1970
    wrong = np.isnat(found) | (years < 1900) | (years > 2199)
    blank = (table.columns[column] == "").to_numpy(dtype=bool)
    fault_rows(findings, table, wrong & blank, column, ("the cell is blank", words[1]))
    fault_rows(findings, table, wrong & ~blank, column, words)
    return np.where(wrong, np.datetime64("NaT"), found)
