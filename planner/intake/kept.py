"""Faultless rows of a file as columns of numbers: what volumes are made of, and what is written again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.intake.cells import Floats, Ints, Times
from planner.intake.raw import Flags
from planner.intake.rows import Rows, any_twice, summed
from planner.intake.table import Codes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows in local time, in the order of the file. `queue` numbers the names; an hour that the clock shows twice is one row."""

    names: tuple[str, ...]
    line: Codes
    queue: Codes
    time: Times
    contacts: Floats
    aht_s: Floats
    """Handle time; NaN where there are no contacts, or where the file tells none."""

    def __len__(self) -> int:
        return len(self.line)

    def of(self, name: str) -> Flags:
        """Which rows are those of a queue. Raises ValueError where there is no such queue."""
        return np.asarray(self.queue == self.names.index(name))

    def take(self, rows: "Flags | Ints | slice") -> "Kept":
        """Some of the rows."""
        return Kept(self.names, self.line[rows], self.queue[rows], self.time[rows], self.contacts[rows], self.aht_s[rows])

    def frame(self) -> "pd.DataFrame":
        """The rows as a table: line, queue (as a category), time, contacts, aht_s."""
        import pandas as pd

        queue = pd.Categorical.from_codes(self.queue, categories=pd.Index(list(self.names), dtype=object))
        columns = {"line": self.line, "queue": queue, "time": self.time, "contacts": self.contacts, "aht_s": self.aht_s}
        return pd.DataFrame(columns, copy=False)


def kept_of(rows: Rows) -> Kept:
    """Faultless rows. An hour that the clock shows twice becomes one row, at the first of the two, its handle time weighted by contacts."""
    kept = Kept(rows.names, rows.table.lines, rows.queue, rows.time, rows.contacts, rows.aht_s)
    return _added(kept) if any_twice(rows.queue, rows.time.astype(np.int64)) else kept


def _added(kept: Kept) -> Kept:
    moment = kept.time.astype(np.int64)
    _, first, group = np.unique((moment - moment.min()) * len(kept.names) + kept.queue, return_index=True, return_inverse=True)
    known = ~np.isnan(kept.aht_s)
    seconds = summed(group, np.where(known, kept.contacts * np.where(known, kept.aht_s, 0.0), 0.0))
    measured = summed(group, np.where(known, kept.contacts, 0.0))
    aht_s = np.divide(seconds, measured, out=np.full(len(first), np.nan), where=measured > 0)
    order = np.argsort(first)
    found = kept.take(first[order])
    return Kept(found.names, found.line, found.queue, found.time, summed(group, kept.contacts)[order], aht_s[order])
