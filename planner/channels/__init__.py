"""The channels a queue can be: each with its own parameters, requirement and performance."""

from typing import Annotated

from planner.channels.chat import Chat
from planner.channels.deferred import Deferred
from planner.channels.targets import ServiceTarget, target_faults
from planner.channels.voice import Voice
from planner.channels.work import BINDING, AgentsRequired, Work, binding_code, on_position_hours
from planner.errors import Fault
from planner.parameters import Field

Channel = Annotated[Voice | Chat | Deferred, Field(discriminator="kind")]
CHANNELS = (Voice, Chat, Deferred)

__all__ = [
    "BINDING",
    "CHANNELS",
    "AgentsRequired",
    "Channel",
    "Chat",
    "Deferred",
    "ServiceTarget",
    "Voice",
    "Work",
    "binding_code",
    "channel_faults",
    "on_position_hours",
]


def channel_faults(channel: Voice | Chat | Deferred, place: str) -> list[Fault]:
    """What a channel's parameters cannot ask for together."""
    if isinstance(channel, Deferred):
        return []
    faults = target_faults(channel.target, channel.patience_s is None, f"{place}.target")
    if isinstance(channel, Chat):
        rates = [held / factor for held, factor in enumerate(channel.length_factors, start=1)]
        if any(later <= earlier for earlier, later in zip(rates, rates[1:], strict=False)):
            problem = "holding one more chat finishes fewer chats an hour"
            faults.append(Fault(f"{place}.length_factors", problem, "Let k / factor k rise with k, or drop the last entries."))
    return faults
