"""Tables as files: CSV, CSV for spreadsheets, a folder, a zip. No text of a scenario ever runs as a formula."""

import csv
import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.plan import Plan
from planner.report.files import write_file as write_file
from planner.report.files import write_through as write_through
from planner.report.stamp import Stamp
from planner.report.tables import tables

ORIGIN = "origin.txt"
"""The file beside the tables that says what made them: a line of it in a table would be a row to whoever imports that."""
FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[ \u00a0\u3000]*[\t\r\n]")
"""What a spreadsheet takes for the beginning of a formula: = + - @ and their full-width forms, also after blanks; a tab or a new line."""


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


def _with_origin(plan: Plan, made: Stamp | None) -> dict[str, bytes]:
    return csv_files(plan) | ({} if made is None else {ORIGIN: made.text.encode()})


def zip_of_tables(plan: Plan, made: Stamp | None = None) -> bytes:
    """Every table as CSV in one zip, beside them what made them where that is given; the same plan gives the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _with_origin(plan, made).items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


# A folder ------------------------------------------------------------------------------------------------------------------------------------


def write_tables(plan: Plan, folder: str | Path, made: Stamp | None = None) -> tuple[Path, ...]:
    """The tables as CSV files in a folder, made where it is missing; files of the same name are replaced. Returns the paths of the tables.

    What made them stands beside them where it is given.

    Everything is written beside its place first and then renamed, so that no reader ever meets half a table. Raises OSError.
    """
    files = _with_origin(plan, made)
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
    return tuple(target / name for name in files if name != ORIGIN)
