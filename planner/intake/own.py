"""What the project's own two layouts share: their writing."""

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = re.compile(r"^[=+\-@]")


def write(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """A CSV file: UTF-8 without a mark, comma, one header. A text that a spreadsheet would run as a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(tuple(_shielded(cell) for cell in row) for row in rows)
    return text.getvalue().encode()


def _shielded(cell: str) -> str:
    return "'" + cell if _FORMULA.match(cell) else cell


def number_text(value: float) -> str:
    """A number as short as it goes, and exact; blank for none.

    >>> number_text(5.0), number_text(0.1), number_text(float("nan"))
    ('5', '0.1', '')
    """
    if value != value:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
