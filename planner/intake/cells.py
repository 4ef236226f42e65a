"""Text cells to numbers, months and starts. What two readings fit is decided by the evidence of the whole column, or asked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.intake.findings import Findings, Question
from planner.intake.raw import Flags
from planner.intake.table import Codes, Table, distinct, fault_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

LARGEST = 1e9
YEARS = range(1900, 2200)
NOT_A_TIME = int(np.iinfo(np.int64).min)
"""How numpy stores a time that is none."""


@dataclass(frozen=True)
class Readings:
    """How many cells fit the first reading only, the second only, or both with different meanings; and one of the last as an example."""

    first: int
    second: int
    both: int
    example: str

    @property
    def unclear(self) -> bool:
        """Both readings fit every cell, and mean different things."""
        return self.both > 0 and self.first == 0 and self.second == 0


def readings(texts: list[str], counts: Codes, fits: tuple[Flags, Flags], differ: Flags) -> Readings:
    """Count the cells that each of two readings fits, from the different texts and how many cells have each."""
    first, second = fits
    both = first & second & differ & (counts > 0)
    example = texts[int(both.argmax())] if both.any() else ""
    return Readings(int(counts[first & ~second].sum()), int(counts[second & ~first].sum()), int(counts[both].sum()), example)


# Numbers


def _number_form(mark: str, group: str) -> re.Pattern[str]:
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:(?:{group}[0-9]{{3}})+|(?: [0-9]{{3}})+|(?:'[0-9]{{3}})+))"
    return re.compile(rf"-?(?:{whole}(?:{mark}[0-9]+)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]{{1,2}})?")


POINT = _number_form(r"\.", ",")
COMMA = _number_form(",", r"\.")
_PLAIN_SIGNS = str.maketrans("\u00a0\u202f\u2009\u2019\u2212", "   '-")
"""Every kind of narrow or fixed space, apostrophe and minus as its plain form."""
_WITHOUT_POINT_GROUPS = str.maketrans("", "", " ',")
_WITHOUT_COMMA_GROUPS = str.maketrans(",", ".", " '.")


class Numbers(NamedTuple):
    """The different texts of a column read with a decimal point and with a decimal comma; NaN where the reading does not fit."""

    texts: list[str]
    codes: Codes
    """The text of each cell."""
    native: Flags
    """Whether the text is that of a native number."""
    point: Floats
    comma: Floats


def numbers(table: Table, columns: tuple[str, ...], findings: Findings, largest: float = LARGEST) -> dict[str, Floats]:
    """Numbers of some columns; a blank cell and a faulty one are NaN, the faulty one is also a fault. One decimal mark holds for the file."""
    read = {column: _both_ways(table, column) for column in columns}
    mark = decimal_mark({table.title(column): _evidence(read[column]) for column in columns}, findings)
    return {column: _checked(table, column, read[column], mark, findings, largest) for column in columns}


def _both_ways(table: Table, column: str) -> Numbers:
    texts, codes = distinct(table.columns[column])
    native = np.zeros(len(texts), dtype=bool)
    if table.native[column].any():
        codes = codes + len(texts) * table.native[column]
        texts, native = texts * 2, np.concatenate([native, ~native])
    return Numbers(texts, codes, native, np.array([_by_point(text) for text in texts]), np.array([_by_comma(text) for text in texts]))


def _by_point(text: str) -> float:
    """A text as a number with a decimal point.

    >>> _by_point("1,234.5"), _by_point("1.234,5")
    (1234.5, nan)
    """
    plain = text.translate(_PLAIN_SIGNS)
    return float(plain.translate(_WITHOUT_POINT_GROUPS)) if POINT.fullmatch(plain) else float("nan")


def _by_comma(text: str) -> float:
    """A text as a number with a decimal comma.

    >>> _by_comma("1,234.5"), _by_comma("1.234,5")
    (nan, 1234.5)
    """
    plain = text.translate(_PLAIN_SIGNS)
    return float(plain.translate(_WITHOUT_COMMA_GROUPS)) if COMMA.fullmatch(plain) else float("nan")


def _evidence(read: Numbers) -> Readings:
    counts = np.bincount(read.codes, minlength=len(read.texts))
    fits = ~np.isnan(read.point) & ~read.native, ~np.isnan(read.comma) & ~read.native
    return readings(read.texts, counts, fits, read.point != read.comma)


def decimal_mark(columns: dict[str, Readings], findings: Findings) -> str:
    """'point' or 'comma': the only reading that fits every cell of the file, told where it matters; else asked."""
    unclear = {column: count for column, count in columns.items() if count.unclear}
    point, comma = sum(count.first for count in columns.values()), sum(count.second for count in columns.values())
    likely = "point" if point >= comma else "comma"
    if findings.answer("decimal") is not None or unclear:
        column, example = next(((column, count.example) for column, count in unclear.items()), ("", "1.234"))
        where = f"in column {column} " if column else ""
        text = f"{where}'{example}' can have a decimal mark or a thousands mark; is the decimal mark of the file a point or a comma?"
        return findings.ask(Question("decimal", text, ("point", "comma"))) or likely
    if point or comma:
        findings.note(f"The decimal mark is a {likely} (cells that can only be read so: {max(point, comma):,}).")
    return likely


def _checked(table: Table, column: str, read: Numbers, mark: str, findings: Findings, largest: float) -> Floats:
    values = read.point if mark == "point" else np.where(read.native, read.point, read.comma)
    wrong = np.isnan(values) & np.array([bool(text) for text in read.texts], dtype=bool)
    faulty = (
        (wrong, "this is not a number", f"Write it with digits and a decimal {mark}, without signs or units."),
        (values < 0, "the number is negative", "Write 0 or more."),
        (values > largest, f"the number is beyond {largest:,.0f}", "Correct it."),
    )
    for flags, problem, remedy in faulty:
        if flags.any():
            fault_rows(findings, table, flags[read.codes], column, (problem, remedy))
    return np.asarray(np.where((values < 0) | (values > largest), np.nan, values + 0.0)[read.codes])


# Months and starts


class Moment(NamedTuple):
    """One text read with the day first and with the month first, in seconds since 1970 on the clock; `utc` where it carries an offset."""

    day_first: int
    month_first: int
    utc: int = NOT_A_TIME
    is_month: bool = False


NEVER = Moment(NOT_A_TIME, NOT_A_TIME)
_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0{1,9})?)?"
_HALF = r"(?: ?([AaPp])[Mm])?"
_OFFSET = r"(?: ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/])([0-9]{{1,2}})\2([0-9]{{1,2}})(?:[T ]{_CLOCK}{_OFFSET})?")
_COMPACT = re.compile(rf"([0-9]{{4}})()([0-9]{{2}})([0-9]{{2}})[T ]{_CLOCK}{_OFFSET}")
_COMPACT_DAY = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}})(?: {_CLOCK}{_HALF})?")
_PLAIN_STARTS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\n[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)*")
_YEAR_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_MONTH_YEAR = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})[ -]([0-9]{4})")
_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


@lru_cache(maxsize=4096)
def _day(year: str, month: str | int, day: str | int) -> int:
    """Seconds since 1970 of a day's beginning."""
    try:
        days = date(int(year), int(month), int(day)).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return NOT_A_TIME
    return days * 86_400 if int(year) in YEARS else NOT_A_TIME


def _seconds(hour: str | None, minute: str | None, second: str | None, half: str | None = None) -> int | None:
    """Seconds since midnight; None for a time that no clock shows."""
    if hour is None or minute is None:
        return 0
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None


def _offset(text: str) -> int | None:
    """Seconds that a clock is ahead of UTC.

    >>> _offset("+05:30"), _offset("Z"), _offset("-08"), _offset("+25:00")
    (19800, 0, -28800, None)
    """
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[3:].removeprefix(":") or 0)
    return (hours * 3600 + minutes * 60) * (-1 if text[0] == "-" else 1) if hours <= 14 and minutes < 60 else None


def _at(day: int, clock: int | None) -> int:
    return NOT_A_TIME if day == NOT_A_TIME or clock is None else day + clock


def start_of(text: str) -> Moment:
    """The start of an interval.

    >>> start_of("2027-01-04T08:30+01:00")[1:3], start_of("20270104 08:30")[1]
    ((1799051400, 1799047800), 1799051400)
    """
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _year_first(found) if found[5] else NEVER
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found) if found[5] else NEVER
    return NEVER


def _year_first(found: re.Match[str]) -> Moment:
    local = _at(_day(found[1], found[3], found[4]), _seconds(found[5], found[6], found[7]))
    if found[8] is None or local == NOT_A_TIME:
        return Moment(local, local)
    ahead = _offset(found[8])
    return NEVER if ahead is None else Moment(local, local, local - ahead)


def _year_last(found: re.Match[str]) -> Moment:
    """Points stand between day, month and year in this order only; other marks also between month, day and year."""
    clock = _seconds(found[5], found[6], found[7], found[8])
    day_first = _at(_day(found[4], found[3], found[1]), clock)
    return Moment(day_first, NOT_A_TIME if found[2] == "." else _at(_day(found[4], found[1], found[3]), clock))


def month_of(text: str) -> Moment:
    """A month, or any day in it.

    >>> month_of("2027-01") == month_of("Jan 2027") == month_of("01/2027")
    True
    """
    if found := _YEAR_MONTH.fullmatch(text):
        return _month(found[1], found[2])
    if found := _COMPACT_DAY.fullmatch(text):
        day = _day(found[1], found[2], found[3])
        return Moment(day, day)
    if found := _MONTH_YEAR.fullmatch(text):
        return _month(found[2], found[1])
    if found := _NAMED_MONTH.fullmatch(text):
        name = found[1].lower()
        return _month(found[2], next((number for number, full in enumerate(_NAMES, 1) if name in (full, full[:3])), 0))
    found = _YEAR_FIRST.fullmatch(text)
    if found and found[8] is None:
        return _year_first(found)
    found = _YEAR_LAST.fullmatch(text)
    return _year_last(found) if found else NEVER


def _month(year: str, month: str | int) -> Moment:
    first = _day(year, month, 1)
    return Moment(first, first, is_month=True)


class Moments(NamedTuple):
    """Times of a column in the order of its rows; NaT where they cannot be read."""

    local: Times
    utc: Times
    is_month: Flags


def _moments(table: Table, column: str, read: Callable[[str], Moment], words: tuple[str, str], findings: Findings) -> Moments:
    """Times of a column; `words` are what a cell should be, and the remedy."""
    texts, codes = distinct(table.columns[column])
    day_first, month_first, utc, is_month = _read_all(texts, read)
    local = day_first if _date_order(texts, codes, (day_first, month_first), findings) == "day" else month_first
    wrong, blank = local == NOT_A_TIME, np.array([not text for text in texts], dtype=bool)
    for flags, problem in ((wrong & blank, "the cell is blank"), (wrong & ~blank, f"this is not {words[0]}")):
        if flags.any():
            fault_rows(findings, table, flags[codes], column, (problem, words[1]))
    utc = np.where(wrong, NOT_A_TIME, utc)
    if (utc == NOT_A_TIME).all():
        never = np.broadcast_to(np.datetime64("NaT", "s"), len(codes))
        return Moments(local.astype("datetime64[s]")[codes], never, is_month.astype(bool)[codes])
    return Moments(local.astype("datetime64[s]")[codes], utc.astype("datetime64[s]")[codes], is_month.astype(bool)[codes])


def _read_all(texts: list[str], read: Callable[[str], Moment]) -> Ints:
    """Each text read, one row for each field of a moment. Many plain ISO starts are read at one go, to the same moments."""
    if read is start_of and len(texts) > 1_000 and _PLAIN_STARTS.fullmatch("\n".join(texts)):
        try:
            plain = np.array(texts, dtype="datetime64[s]").astype(np.int64)
        except ValueError:
            plain = np.zeros(0, dtype=np.int64)
        if len(plain) and plain.min() >= _day("1900", 1, 1) and plain.max() < _day("2199", 12, 31):
            return np.stack([plain, plain, np.full_like(plain, NOT_A_TIME), np.zeros_like(plain)])
    return np.array([read(text) for text in texts], dtype=np.int64).reshape(-1, len(Moment._fields)).T


def _date_order(texts: list[str], codes: Codes, orders: tuple[Ints, Ints], findings: Findings) -> str:
    """'day' or 'month': what comes first in every date of the column; else asked."""
    day_first, month_first = orders
    counts = np.bincount(codes, minlength=len(texts))
    count = readings(texts, counts, (day_first != NOT_A_TIME, month_first != NOT_A_TIME), day_first != month_first)
    if findings.answer("date_order") is not None or count.unclear:
        text = f"'{count.example or texts[0]}' can begin with the day or with the month; which comes first?"
        return findings.ask(Question("date_order", text, ("day", "month"))) or "day"
    order = "day" if count.first >= count.second else "month"
    if count.first or count.second:
        findings.note(f"Dates are read with the {order} first (cells that can only be read so: {max(count.first, count.second):,}).")
    return order


def months(table: Table, column: str, findings: Findings) -> Times:
    """First day of the month of each row; NaT where it cannot be read, which is a fault. A date stands for its month."""
    found = _moments(table, column, month_of, ("a month", "Write it as 2027-01."), findings)
    first_days = found.local.astype("datetime64[M]").astype("datetime64[s]")
    later = int(((found.local != first_days) & ~found.is_month & ~np.isnat(found.local)).sum())
    if later:
        findings.note(f"{later:,} rows carry a day within the month; each stands for its month.")
    return first_days


def starts(table: Table, column: str, findings: Findings) -> tuple[Times, Times]:
    """Start of each row as the clock shows it, and in UTC where the text carries an offset (else NaT). What cannot be read is a fault."""
    found = _moments(table, column, start_of, ("a start of an interval", "Write it as 2027-01-04 08:30."), findings)
    return found.local, found.utc


def days(table: Table, column: str, findings: Findings) -> Times:
    """Beginning of the day of each row; NaT where it cannot be read, which is a fault, as is a month or a time of day."""
    found = _moments(table, column, day_of_text, ("a date", "Write it as 2027-01-04."), findings)
    return found.local


@lru_cache(maxsize=65_536)
def day_of_text(text: str) -> Moment:
    """A date without a time of day; midnight is none.

    >>> day_of_text("2027-01-04")[:2] == day_of_text("2027-01-04 00:00:00")[:2], day_of_text("2027-01") == NEVER
    (True, True)
    """
    found = month_of(text)
    inside = (found.day_first != NOT_A_TIME and found.day_first % 86_400) or (found.month_first != NOT_A_TIME and found.month_first % 86_400)
    return NEVER if found.is_month or inside else found
