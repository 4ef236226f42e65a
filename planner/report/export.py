"""Tables as files: CSV, CSV for spreadsheets, a workbook, a folder, a zip. No text of a scenario ever runs as a formula."""

import csv
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pandas as pd
import xlsxwriter

from planner import parameters
from planner.parameters import Parameter
from planner.plan import Plan
from planner.report.tables import TABLES, Table, tables
from planner.scenario import Scenario

FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[ \u00a0\u3000]*[\t\r\n]")
"""What a spreadsheet takes for the beginning of a formula: = + - @ and their full-width forms, also after blanks; a tab or a new line."""
DATES = ("open_requisition_by", "class_start")
SUMMED = {"cost": ("amount",), "hiring_plan": ("heads", "cost")}
LONGEST_VALUE = 2_000


# CSV -----------------------------------------------------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """A text that a spreadsheet shows and does not run: with a leading apostrophe where it would begin a formula.

    >>> neutral("=1+1"), neutral(" @SUM(1)"), neutral("sales")
    ("'=1+1", "' @SUM(1)", 'sales')
    """
    return f"'{text}" if FORMULA.search(text) else text


def to_csv(frame: pd.DataFrame) -> bytes:
    """A table by the contract: UTF-8 without BOM, header, comma, decimal point, blank cells empty, formulas neutralised, numbers in full.

    >>> to_csv(pd.DataFrame({"group": ["+sales"], "heads": [12.5]}))
    b"group,heads\\n'+sales,12.5\\n"
    """
    return _written(frame, ",", ".", "\n").encode()


def csv_for_spreadsheets(frame: pd.DataFrame, decimal_comma: bool) -> bytes:
    """A table that a spreadsheet opens by double click: BOM and CRLF; with a decimal comma, semicolons between the cells.

    >>> csv_for_spreadsheets(pd.DataFrame({"heads": [12.5]}), decimal_comma=True).decode()
    '\\ufeffheads\\r\\n12,5\\r\\n'
    """
    text = _written(frame, ";", ",", "\r\n") if decimal_comma else _written(frame, ",", ".", "\r\n")
    return text.encode("utf-8-sig")


def _written(frame: pd.DataFrame, separator: str, decimal: str, end: str) -> str:
    safe = pd.DataFrame({neutral(str(name)): _safe(frame[name]) for name in frame.columns})
    # Python's writer leaves a bare carriage return unquoted, and a spreadsheet would begin a row there
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if any("\r" in text for text in _texts(safe)) else csv.QUOTE_MINIMAL
    return safe.to_csv(index=False, sep=separator, decimal=decimal, lineterminator=end, quoting=quoting)


def _texts(frame: pd.DataFrame) -> Iterator[str]:
    """Every distinct text of a table, headers included."""
    yield from frame.columns
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            yield from (str(cell) for cell in frame[name].unique())


def _safe(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column whose texts are neutral. Raises ValueError for an infinite number, which no table may hold."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        if np.isinf(column.to_numpy(dtype=float, na_value=np.nan)).any():
            raise ValueError(f"the column {column.name} holds an infinite number")
        return column
    known = {cell: neutral(cell) for cell in column.unique() if isinstance(cell, str)}
    return column.map(lambda cell: known.get(cell, cell))


def csv_files(plan: Plan) -> dict[str, bytes]:
    """Every table of a plan as a CSV file, by file name."""
    return {f"{name}.csv": to_csv(frame) for name, frame in tables(plan).items()}


def zip_of_tables(plan: Plan) -> bytes:
    """Every table as CSV in one zip; the same plan gives the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in csv_files(plan).items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


# A folder ------------------------------------------------------------------------------------------------------------------------------------


def write_tables(plan: Plan, folder: str | Path) -> tuple[Path, ...]:
    """The tables as CSV files in a folder, made where it is missing; files of the same name are replaced. Returns their paths.

    Everything is written beside its place first and then renamed, so that no reader ever meets half a table. Raises OSError.
    """
    files = csv_files(plan)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".planner-", dir=target))
    try:
        for name, content in files.items():
            (beside / name).write_bytes(content)
        for name in files:
            os.replace(beside / name, target / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return tuple(target / name for name in files)


def write_file(path: str | Path, content: bytes) -> None:
    """One file, written beside its place and then renamed. Raises OSError."""
    write_through(path, lambda file: file.write(content))


def write_through(path: str | Path, write: Callable[[BinaryIO], object]) -> None:
    """As `write_file`, for content too large to hold: `write` is given the open file."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".planner-", dir=target.parent))
    try:
        with (beside / target.name).open("wb") as file:
            write(file)
        os.replace(beside / target.name, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


# A workbook ----------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formats:
    """The looks of cells in a workbook."""

    title: Any
    header: Any
    wrapped: Any
    date: Any
    whole: Any
    number: Any
    money: Any
    share: Any
    total: Any
    total_money: Any

    def of_column(self, name: str, column: "pd.Series[Any]") -> Any:
        """The format of a table's column; none for text."""
        if name in DATES:
            return self.date
        if not pd.api.types.is_numeric_dtype(column.dtype):
            return None
        if name in ("amount", "cost"):
            return self.money
        return self.whole if pd.api.types.is_integer_dtype(column.dtype) or name in ("contacts", "aht_s") else self.number


def _formats(book: Any) -> Formats:
    bold = {"bold": True, "top": 1}
    return Formats(
        title=book.add_format({"bold": True, "font_size": 14}),
        header=book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF1F5"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        date=book.add_format({"num_format": "yyyy-mm-dd"}),
        whole=book.add_format({"num_format": "#,##0"}),
        number=book.add_format({"num_format": "#,##0.0"}),
        money=book.add_format({"num_format": "#,##0"}),
        share=book.add_format({"num_format": "0.0##%"}),
        total=book.add_format(bold),
        total_money=book.add_format(bold | {"num_format": "#,##0"}),
    )


def workbook(plan: Plan, scenario: Scenario | None = None) -> bytes:
    """A plan as one XLSX file: what it is, every table on a sheet of its own, and every assumption behind it.

    `scenario` is the scenario as it was entered, with its levers; without it the assumptions are the plan's, levers worked in.
    """
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    formats, frames = _formats(book), tables(plan)
    _read_me(book.add_worksheet("Read me"), plan, formats)
    for table in TABLES:
        _sheet(book.add_worksheet(table.title), table, frames[table.name], formats)
    _assumptions(book.add_worksheet("Assumptions"), scenario or plan.scenario, formats)
    book.close()
    return data.getvalue()


def _read_me(sheet: Any, plan: Plan, formats: Formats) -> None:
    scenario, months = plan.scenario, plan.months
    facts = [
        ("Scenario", scenario.name),
        ("Notes", scenario.notes),
        ("Months", f"{months[0]} to {months[-1]}"),
        ("Currency", scenario.finance.currency),
        *((table.title, table.about) for table in TABLES),
        ("Assumptions", "Every figure the plan rests on, its unit, and whether it is yours, sourced, or an assumption to check."),
        ("Blank cells", "A blank cell is undefined: a span without a leader, the FTE of someone who takes no contacts."),
        ("People and FTE", "People who leave are expected values, so heads may have decimals. FTE are paid, fully proficient, before shrinkage."),
    ]
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, "Frontline plan", formats.title)
    for row, (name, text) in enumerate(facts, start=2):
        sheet.write_string(row, 0, name, formats.wrapped)
        sheet.write_string(row, 1, text[:32_000], formats.wrapped)


def _sheet(sheet: Any, table: Table, frame: pd.DataFrame, formats: Formats) -> None:
    """One table: header frozen with a filter, a column format each, and totals that follow the filter where sums make sense."""
    _header(sheet, list(frame.columns), formats)
    for position, name in enumerate(frame.columns):
        column = frame[name]
        sheet.set_column(position, position, _width(name, column), formats.of_column(name, column))
        _fill(sheet, position, name, column, formats)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        _totals_row(sheet, SUMMED.get(table.name, ()), frame, formats)


def _header(sheet: Any, names: list[str], formats: Formats) -> None:
    sheet.freeze_panes(1, 0)
    for position, name in enumerate(names):
        sheet.write_string(0, position, name, formats.header)


def _fill(sheet: Any, position: int, name: str, column: "pd.Series[Any]", formats: Formats) -> None:
    """The cells of one column; blank cells are not written, dates are real dates, texts stay texts."""
    if name in DATES:
        for row, text in enumerate(column.tolist(), start=1):
            if text:
                sheet.write_datetime(row, position, date.fromisoformat(text), formats.date)
        return
    write = sheet.write_number if pd.api.types.is_numeric_dtype(column.dtype) else sheet.write_string
    looks = formats.of_column(name, column)
    for row, cell in enumerate(column.tolist(), start=1):
        if cell is not pd.NA and cell != "":
            write(row, position, cell, looks)


def _width(name: str, column: "pd.Series[Any]") -> int:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return max(len(name) + 2, 12)
    return min(max([len(name) + 2, *(len(str(cell)) + 1 for cell in column.unique())]), 40)


def _totals_row(sheet: Any, summed: tuple[str, ...], frame: pd.DataFrame, formats: Formats) -> None:
    """Sums as formulas over the rows that the filter shows, below the table."""
    row = len(frame) + 1
    if summed:
        sheet.write_string(row, 0, "Total", formats.total)
    for name in summed:
        position = list(frame.columns).index(name)
        letter = xlsxwriter.utility.xl_col_to_name(position)
        sheet.write_formula(row, position, f"=SUBTOTAL(109,{letter}2:{letter}{row})", formats.total_money, float(frame[name].sum()))


def _assumptions(sheet: Any, scenario: Scenario, formats: Formats) -> None:
    _header(sheet, ["parameter", "value", "unit", "basis", "help"], formats)
    for position, width in enumerate((48, 16, 16, 12, 110)):
        sheet.set_column(position, position, width)
    row = 0
    for row, parameter in enumerate(parameters.walk(scenario), start=1):
        sheet.write_string(row, 0, parameter.path)
        _value(sheet, row, parameter, formats)
        for position, text in enumerate((parameter.unit.symbol, basis(parameter), parameter.help), start=2):
            sheet.write_string(row, position, text)
    sheet.autofilter(0, 0, row, 4)


def basis(parameter: Parameter) -> str:
    """Where a value comes from: source or assumption while it stands at its default, else yours."""
    return parameter.basis if parameter.value == parameter.default else "yours"


def _value(sheet: Any, row: int, parameter: Parameter, formats: Formats) -> None:
    """A value as a number where it is one (fractions shown as percent), as text where it is not; blank where it is empty."""
    if parameter.is_number:
        sheet.write_number(row, 1, parameter.value, formats.share if parameter.unit.screen_factor == 100 else None)
    elif parameter.value is not None:
        sheet.write_string(row, 1, shown(parameter.value))


def shown(value: Any) -> str:
    """A value as text: texts as they are, lists as JSON; a list too long for a cell is cut, and says so.

    >>> shown("boards"), shown((1, 2))
    ('boards', '[1, 2]')
    """
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} ... ({len(_leaves(value))} values)"


def _leaves(value: Any) -> list[Any]:
    return list(_flat(value))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _flat(item)
    else:
        yield value
