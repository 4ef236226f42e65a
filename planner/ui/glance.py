"""The first rows of a table whose columns nobody has named yet, read where the file itself is read: in a child process, far from the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from planner.intake import ColumnMap
from planner.intake.any_table import find_header, shape_of, suggest
from planner.intake.findings import Findings
from planner.intake.raw import normal, read_table
from planner.intake.reading import WORDS
from planner.intake.safely import apart

ROWS = 5


@dataclass(frozen=True)
class Glance:
    """What a planner needs to see before he says what the columns of a table stand for."""

    header: tuple[str, ...]
    """The names as they stand in the file."""
    rows: tuple[tuple[str, ...], ...]
    suggestion: ColumnMap | None
    shape: str
    """The shape of the header, by which a map is remembered."""

    @property
    def names(self) -> dict[str, str]:
        """Each column as a map calls it -> as the file writes it; columns without a name cannot be chosen."""
        return {normal(cell): cell.strip() for cell in self.header if cell.strip()}


def glance(data: bytes, name: str, answers: Mapping[str, str]) -> Glance | None:
    """Header, first rows and suggestion of a table; None where no row is a header.

    >>> found = glance(b"date,offered\\n2027-01-04,310\\n2027-01-05,290\\n", "days.csv", {})
    >>> found.names, found.suggestion.contacts, found.rows[0]
    ({'date': 'date', 'offered': 'offered'}, 'offered', ('2027-01-04', '310'))
    """
    raw = read_table(data, Findings(name, answers), WORDS)
    header = find_header(raw)
    if header is None:
        return None
    return Glance(raw.rows[header], raw.rows[header + 1 : header + 1 + ROWS], suggest(raw, header), shape_of(raw.rows[header]))


def glance_safely(data: bytes, name: str, answers: Mapping[str, str]) -> Glance | None:
    """As `glance`, in a disposable child process."""
    found: Glance | None = apart(partial(glance, data, name, dict(answers)), name)
    return found
