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
        weeks = _open_weeks(work)
        deadline = max(1, int(self.deadline_hours * 3600 / work.interval_s + 1e-9))
        rates = backlog.required_rate_cyclic(weeks, deadline) if weeks.size else np.zeros(len(weeks))
        if self.opening_backlog and weeks.size:
            rates[0] = max(rates[0], backlog.required_rate(np.tile(weeks[0], 4), deadline, self.opening_backlog))
        agents = rates * work.aht_s / work.interval_s / self.max_occupancy
        spread = np.where(work.open[None] & (work.days > 0)[:, :, None], agents[:, None, None], 0.0)
        return AgentsRequired(spread, np.where(spread > 0, DEADLINE, -1).astype(np.int8))


def _open_weeks(work: Work) -> Array:
    """Contacts of each open interval of a typical week [months, open intervals], with what arrives while closed moved to the next open one."""
    contacts, opens = work.contacts[:, :7].reshape(len(work.contacts), -1), np.flatnonzero(work.open[:7])
    weeks = np.zeros((len(contacts), len(opens)))
    if opens.size:
        position = np.searchsorted(opens, np.arange(contacts.shape[1])) % len(opens)
        np.add.at(weeks.T, position, contacts.T)
    return weeks
