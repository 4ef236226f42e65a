"""Calls: Erlang A where callers have patience, Erlang C where none is given."""

from typing import Annotated, Literal

import numpy as np

from planner.channels.targets import ServiceTarget
from planner.channels.work import AgentsRequired, Array, Work
from planner.parameters import Field, Parameters, Unit
from planner.queueing import erlang


class Voice(Parameters):
    """A telephone queue."""

    kind: Literal["voice"]
    """The channel. Yours: voice, chat or deferred."""

    patience_s: Annotated[float, Field(gt=0, le=1e6), Unit("s")] | None = 180.0
    """Mean patience of callers before they hang up. Empty: they wait for ever (Erlang C).
    Source: one bank's call log, 1999; 180 s low stakes, 370 s bank; fit your own."""

    target: ServiceTarget = ServiceTarget()
    """The service promised to callers. Yours: from your service promise."""

    staff_for: Literal["planned_day", "expected_service"] = "planned_day"
    """Staff so that the planned day meets the target, or so that service expected over days that vary by the queue's day_cv does.
    Assumption: the planned day."""

    def agents_required(self, work: Work) -> AgentsRequired:
        """The fewest agents in each interval that meet every target.

        Where callers wait for ever the spread of handle time stretches waits by (1 + scv)/2 (Lee and Longton), so limits on waits shrink by it.
        """
        stretch = (1 + work.aht_scv) / 2 if self.patience_s is None else 1.0
        limits = self.target.limits(stretch)
        varies = self.staff_for == "expected_service" and work.day_cv > 0
        solve = erlang.required_expected_with_binding if varies else erlang.required_with_binding
        spread = {"day_cv": work.day_cv} if varies else {}
        agents, binding = solve(work.load, work.handle_times, patience_s=self.patience_s or np.inf, **limits, **spread)
        return AgentsRequired(agents.astype(float), binding)

    def performance(self, contacts: Array, aht_s: float, interval_s: float, agents: Array) -> erlang.Performance:
        """Service of whole agents on contacts per interval."""
        return erlang.performance(contacts * (aht_s / interval_s), agents, aht_s, self.target.awt_s, self.patience_s or np.inf)
