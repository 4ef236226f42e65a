"""One interval on its own: how many agents a channel asks for, which target asks for them, and the service a few agents more or fewer would give."""

from dataclasses import dataclass

import numpy as np

from planner.channels.chat import Chat
from planner.channels.deferred import Deferred
from planner.channels.voice import Voice
from planner.channels.work import BINDING, Array, Work


@dataclass(frozen=True, eq=False)
class SingleInterval:
    """The agents that one interval needs, what binds, and the service of `around` agents: arrays [around]."""

    agents: int
    binding: str
    around: Array
    service_level: Array
    asa_s: Array
    abandonment: Array
    occupancy: Array

    @property
    def at(self) -> int:
        """Where the required agents stand among `around`."""
        return int(np.flatnonzero(self.around == self.agents)[0])


def single_interval(channel: Voice | Chat, contacts: float, aht_s: float, interval_minutes: int, reach: int = 5) -> SingleInterval:
    """Agents for `contacts` in one interval, with exponential handle times, and the service of up to `reach` agents fewer and more.

    >>> answer = single_interval(Voice(kind="voice"), 100, 300, 30)
    >>> answer.agents, answer.binding, round(float(answer.service_level[answer.at]), 3)
    (20, 'abandonment', 0.86)

    Source: model.md 2.1 and 2.2; 19 agents serve 80 % in time but lose 5.35 % of callers, which the limit of 5 % refuses.
    """
    interval_s = 60.0 * interval_minutes
    work = Work(np.full((1, 1, 1), float(contacts)), np.array([aht_s]), np.ones((1, 1), dtype=np.int64), np.ones((1, 1), dtype=bool), interval_s)
    required = channel.agents_required(work)
    agents, code = int(required.agents[0, 0, 0]), int(required.binding[0, 0, 0])
    around = np.arange(max(1 if contacts else 0, agents - reach), agents + reach + 1, dtype=float)
    found = channel.performance(np.full(around.shape, float(contacts)), aht_s, interval_s, around)
    binding = BINDING[code] if code >= 0 else ""
    return SingleInterval(agents, binding, around, *(np.asarray(getattr(found, name)) for name in ("service_level", "asa_s", "abandonment", "occupancy")))


def single_batch(channel: Deferred, contacts: float, aht_s: float) -> float:
    """Agents, fractional, who finish contacts that arrive at once within the deadline: contacts x handle time over deadline x occupancy.

    >>> round(single_batch(Deferred(kind="deferred", deadline_hours=12, max_occupancy=0.88), 240, 360), 3)
    2.273

    Source: model.md 2.6, 2 erlangs at 88 % occupancy.
    """
    return contacts * aht_s / (channel.deadline_hours * 3600 * channel.max_occupancy)


def hours_to_finish(channel: Deferred, contacts: float, aht_s: float, agents: Array) -> Array:
    """Open hours until contacts that arrive at once are finished, in the shape of `agents`.

    >>> hours_to_finish(Deferred(kind="deferred", max_occupancy=1), 60, 60, np.array([1.0, 2.0])).tolist()
    [1.0, 0.5]
    """
    return contacts * aht_s / (3600 * channel.max_occupancy * np.asarray(agents))
