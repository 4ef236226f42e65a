"""The channels a queue can be: each with its own parameters, requirement and performance."""

from typing import Annotated

from planner.channels.chat import Chat
from planner.channels.deferred import Deferred
from planner.channels.targets import ServiceTarget
from planner.channels.voice import Voice
from planner.parameters import Field

Channel = Annotated[Voice | Chat | Deferred, Field(discriminator="kind")]
CHANNELS = (Voice, Chat, Deferred)

__all__ = ["CHANNELS", "Channel", "Chat", "Deferred", "ServiceTarget", "Voice"]
