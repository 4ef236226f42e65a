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
    wait_probability: Array

    @property
    def at(self) -> int:
        """Where the required agents stand among `around`."""
        return int(np.flatnonzero(self.around == self.agents)[0])


def single_interval(channel: Voice | Chat, contacts: float, aht_s: float, interval_minutes: int, reach: int = 5, have: int | None = None) -> SingleInterval:
    """Agents for `contacts` in one interval, with exponential handle times, and the service of up to `reach` agents fewer and more.

    With `have` that number of agents is taken instead of the number needed; what binds is then not asked.

    >>> answer = single_interval(Voice(kind="voice"), 100, 300, 30)
    >>> answer.agents, answer.binding, round(float(answer.service_level[answer.at]), 3)
    (20, 'abandonment', 0.86)
    >>> round(float(single_interval(Voice(kind="voice"), 100, 300, 30, have=19).abandonment[5]), 4)
    0.0535

    Source: model.md 2.1 and 2.2; 19 agents serve 80 % in time but lose 5.35 % of callers, which the limit of 5 % refuses.
    """
    agents, binding = (have, "") if have is not None else _needed(channel, contacts, aht_s, interval_minutes)
    around = np.arange(max(1 if contacts else 0, agents - reach), agents + reach + 1, dtype=float)
    found = channel.performance(np.full(around.shape, float(contacts)), aht_s, 60.0 * interval_minutes, around)
    return SingleInterval(agents, binding, around, *(np.asarray(getattr(found, name)) for name in MEASURES))


MEASURES = ("service_level", "asa_s", "abandonment", "occupancy", "wait_probability")


def _work(contacts: Array, aht_s: Array, interval_minutes: int) -> Work:
    """Intervals that have nothing to do with each other, one a month: contacts and handle times [n]."""
    number = len(contacts)
    days, opened = np.ones((number, 1), dtype=np.int64), np.ones((1, 1), dtype=bool)
    return Work(contacts.reshape(-1, 1, 1).astype(float), aht_s.astype(float), days, opened, 60.0 * interval_minutes)


def _needed(channel: Voice | Chat, contacts: float, aht_s: float, interval_minutes: int) -> tuple[int, str]:
    required = channel.agents_required(_work(np.array([contacts]), np.array([aht_s]), interval_minutes))
    code = int(required.binding[0, 0, 0])
    return int(required.agents[0, 0, 0]), BINDING[code] if code >= 0 else ""


def sensitivity(channel: Voice | Chat | Deferred, contacts: float, aht_s: float, interval_minutes: int, changes: Array) -> tuple[Array, Array]:
    """Agents needed if contacts, or handle time, came otherwise: for each change (0.1: a tenth more) [n], two arrays [n].

    >>> more, longer = sensitivity(Voice(kind="voice"), 100, 300, 30, np.array([-0.1, 0.0, 0.1]))
    >>> more.tolist(), longer.tolist()
    ([18.0, 20.0, 21.0], [18.0, 20.0, 21.0])
    """
    factors, same = 1.0 + np.asarray(changes, dtype=float), np.ones(len(changes))
    if isinstance(channel, Deferred):
        each = single_batch(channel, contacts, aht_s) * factors
        return each, each
    of_contacts = channel.agents_required(_work(contacts * factors, aht_s * same, interval_minutes)).agents
    of_handle_time = channel.agents_required(_work(contacts * same, aht_s * factors, interval_minutes)).agents
    return of_contacts[:, 0, 0], of_handle_time[:, 0, 0]


def most_contacts(channel: Voice | Chat, agents: int, aht_s: float, interval_minutes: int) -> int:
    """The most contacts in one interval that so many agents serve as promised.

    >>> most_contacts(Voice(kind="voice"), 20, 300, 30)
    104

    Source: derived, the largest number whose requirement is no more than the agents; requirements never fall with contacts.
    """
    low, high = 0, 2
    while _needed(channel, high, aht_s, interval_minutes)[0] <= agents:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _needed(channel, middle, aht_s, interval_minutes)[0] <= agents else (low, middle)
    return low


def people_rostered(agents: float, shrinkage: float) -> int:
    """People to roster so that so many are on contacts: ceil(agents / (1 - shrinkage)).

    >>> people_rostered(20, 0.3), people_rostered(0, 0.3)
    (29, 0)
    """
    return int(np.ceil(agents / (1.0 - shrinkage) - 1e-9))


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
