"""Chats: several held at once by one agent, each the longer the more are held."""

from typing import Annotated, Literal

from planner.channels.targets import ServiceTarget
from planner.parameters import (
    Field, Parameters, Unit,
)


class Chat(Parameters):
    """A chat queue. The queue's handle time is the length of a chat held alone."""

    kind: Literal["chat"] = "chat"
    """The channel. Yours: voice, chat or deferred."""

    length_factors: Annotated[tuple[Annotated[float, Field(ge=1, le=20)], ...], Field(min_length=1, max_length=10)] = (1.0, 1.25)
    """Length of a chat by how many an agent holds, as multiples of a chat held alone; as many entries as may be held at once. Assumption: 25 % longer with two; measure yours."""

    patience_s: Annotated[float, Field(gt=0, le=1e6), Unit("s")] | None = 240.0
    """Mean patience of customers before they leave. Empty: they wait for ever. Assumption: 4 minutes; measure yours."""

    target: ServiceTarget = ServiceTarget(awt_s=30.0, max_occupancy=None)
    """The service promised to chat customers. Yours: from your service promise."""
