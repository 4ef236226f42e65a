"""Calls: Erlang A where callers have patience, Erlang C where none is given."""

from typing import Annotated, Literal

from planner.channels.targets import ServiceTarget
from planner.parameters import (
    Field, Parameters, Unit,
)


class Voice(Parameters):
    """A telephone queue."""

    kind: Literal["voice"] = "voice"
    """The channel. Yours: voice, chat or deferred."""

    patience_s: Annotated[float, Field(gt=0, le=1e6), Unit("s")] | None = 180.0
    """Mean patience of callers before they hang up. Empty: they wait for ever (Erlang C). Source: one bank's call log, 1999; 180 s low stakes, 370 s bank; fit your own."""

    target: ServiceTarget = ServiceTarget()
    """The service promised to callers. Yours: from your service promise."""

    staff_for: Literal["planned_day", "expected_service"] = "planned_day"
    """Staff so that the planned day meets the target, or so that service expected over days that vary by the queue's day_cv does. Assumption: the planned day."""
