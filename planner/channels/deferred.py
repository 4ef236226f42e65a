"""E-mail and back office: work that may wait until its deadline."""

from typing import Annotated, Literal

from planner.parameters import (
    Contacts, Field, Fraction, Parameters, Unit,
)


class Deferred(Parameters):
    """A queue of work with a deadline, done in the queue's opening hours by a steady team."""

    kind: Literal["deferred"] = "deferred"
    """The channel. Yours: voice, chat or deferred."""

    deadline_hours: Annotated[float, Field(gt=0, le=1_000), Unit("open hours")] = 12.0
    """Open hours within which each contact must be finished. Assumption: one working day of twelve hours."""

    opening_backlog: Contacts = 0.0
    """Contacts waiting when the plan begins. Yours: from your ticket system."""

    max_occupancy: Annotated[Fraction, Field(gt=0)] = 0.88
    """Largest share of their time that agents may be busy with this work. Assumption: 88 %, the top of ICMI's range for calls."""
