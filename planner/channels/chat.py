"""Chats: several held at once by one agent, each the longer the more are held."""

from typing import Annotated, Literal

import numpy as np

from planner.channels.targets import ServiceTarget
from planner.channels.work import AgentsRequired, Array, Work
from planner.parameters import Field, Parameters, Unit
from planner.queueing import concurrency


class Chat(Parameters):
    """A chat queue. The queue's handle time is the length of a chat held alone."""

    kind: Literal["chat"]
    """The channel. Yours: voice, chat or deferred."""

    length_factors: Annotated[tuple[Annotated[float, Field(ge=1, le=20)], ...], Field(min_length=1, max_length=10)] = (1.0, 1.25)
    """Length of a chat by how many an agent holds, as multiples of a chat held alone; as many entries as may be held at once.
    Assumption: 25 % longer with two; measure yours."""

    patience_s: Annotated[float, Field(gt=0, le=1e6), Unit("s")] | None = 240.0
    """Mean patience of customers before they leave. Empty: they wait for ever. Assumption: 4 minutes; measure yours."""

    target: ServiceTarget = ServiceTarget(awt_s=30.0, max_occupancy=None)
    """The service promised to chat customers. Yours: from your service promise."""

    def agents_required(self, work: Work) -> AgentsRequired:
        """The fewest agents in each interval that meet every target, each holding up to len(length_factors) chats."""
        rate_per_s = work.contacts / work.interval_s
        agents, binding = concurrency.required_chat_agents(
            rate_per_s, self.length_factors, patience_s=self.patience_s or np.inf, length_scale=work.handle_times, **self.target.limits()
        )
        return AgentsRequired(agents.astype(float), binding)

    def performance(self, contacts: Array, aht_s: float, interval_s: float, agents: Array) -> concurrency.ChatPerformance:
        """Service of whole agents on chats per interval."""
        lengths_s = tuple(aht_s * factor for factor in self.length_factors)
        return concurrency.chat_performance(contacts / interval_s, agents, lengths_s, self.patience_s or np.inf, self.target.awt_s)
