"""E-mail and back office: work that may wait until its deadline."""

from typing import Annotated, Literal

import numpy as np

from planner.channels.work import DEADLINE, AgentsRequired, Array, Work
from planner.parameters import Contacts, Field, Fraction, Parameters, Unit
from planner.queueing import backlog


class Deferred(Parameters):
    """A queue of work with a deadline, done in the queue's opening hours by a steady team."""

    kind: Literal["deferred"]
    """The channel. Yours: voice, chat or deferred."""

    deadline_hours: Annotated[float, Field(gt=0, le=1_000), Unit("open hours")] = 12.0
    """Open hours within which each contact must be finished. Assumption: one working day of twelve hours."""

    opening_backlog: Contacts = 0.0
    """Contacts waiting when the plan begins. Yours: from your ticket system."""

    max_occupancy: Annotated[Fraction, Field(gt=0)] = 0.88
    """Largest share of their time that agents may be busy with this work. Assumption: 88 %, the top of ICMI's range for calls."""

    def agents_required(self, work: Work) -> AgentsRequired:
        """The smallest steady team that finishes everything in time: the demand bound over a typical week of each month.

        Work that arrives while the team is closed waits for the next open interval. The opening backlog falls due in the first month. Agents are
        fractional: deferred work needs nobody in particular at any one moment.
        """
        month_weeks = [_open_week(work, month) for month in range(len(work.aht_s))]
        deadline = max(1, int(self.deadline_hours * 3600 / work.interval_s + 1e-9))
        rates = np.array([backlog.required_rate_cyclic(week, deadline) if len(week) else 0.0 for week in month_weeks])
        if self.opening_backlog and len(month_weeks[0]):
            rates[0] = max(rates[0], backlog.required_rate(np.tile(month_weeks[0], 4), deadline, self.opening_backlog))
        agents = rates * work.aht_s / work.interval_s / self.max_occupancy
        spread = np.where(work.open[None] & (work.days > 0)[:, :, None], agents[:, None, None], 0.0)
        return AgentsRequired(spread, np.where(spread > 0, DEADLINE, -1).astype(np.int8))


def _open_week(work: Work, month: int) -> Array:
    """Contacts of each open interval of a typical week, with what arrives while closed moved to the next open one."""
    contacts, is_open = work.contacts[month, :7].ravel(), work.open[:7].ravel()
    if not is_open.any():
        return np.zeros(0)
    opens = np.flatnonzero(is_open)
    position = np.searchsorted(opens, np.arange(len(contacts))) % len(opens)
    return np.asarray(np.bincount(position, weights=contacts, minlength=len(opens)), dtype=np.float64)
