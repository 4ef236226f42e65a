"""What a channel is asked (the work of a pool, interval by interval) and what it answers (agents, and which target asks for them)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.queueing.erlang import TARGETS

Array = NDArray[np.float64]
BINDING = (*TARGETS, "deadline", "stated")
"""Names of what can bind, by the codes that `AgentsRequired.binding` holds."""
DEADLINE, STATED = BINDING.index("deadline"), BINDING.index("stated")


@dataclass(frozen=True)
class Work:
    """The work of one pool: contacts per interval [months, day types, intervals], handle time [months], and their spread.

    `days` [months, day types] counts the days of each type, `open` [day types, intervals] tells when the pool works.
    """

    contacts: Array
    aht_s: Array
    days: NDArray[np.int64]
    open: NDArray[np.bool_]
    interval_s: float
    day_cv: float = 0.0
    aht_scv: float = 1.0

    @property
    def load(self) -> Array:
        """Offered load in erlangs [months, day types, intervals]."""
        return self.contacts * (self.aht_s / self.interval_s)[:, None, None]

    @property
    def handle_times(self) -> Array:
        """Handle time in seconds, spread to the shape of the contacts."""
        return np.broadcast_to(self.aht_s[:, None, None], self.contacts.shape)


@dataclass(frozen=True)
class AgentsRequired:
    """Agents on contacts and the code of what binds (-1: nothing to do), both [months, day types, intervals]."""

    agents: Array
    binding: NDArray[np.int8]


def on_position_hours(work: Work, agents: Array) -> Array:
    """Hours on position a month [months]: agents x interval, over every interval of every day."""
    return np.asarray(np.einsum("tds,td->t", agents, work.days) * (work.interval_s / 3600))


def binding_code(work: Work, required: AgentsRequired) -> NDArray[np.int8]:
    """The code of what binds in most on-position hours of each month [months]; -1 where there is no work."""
    hours = required.agents * work.days[:, :, None]
    totals = np.stack([np.where(required.binding == code, hours, 0.0).sum(axis=(1, 2)) for code in range(len(BINDING))])
    return np.where(totals.sum(axis=0) > 0, totals.argmax(axis=0), -1).astype(np.int8)
