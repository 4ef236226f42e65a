"""What is needed: contacts by interval -> agents -> on-position hours -> paid FTE -> heads, for every group and month."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import demand, horizon, staffing
from planner.channels import BINDING, Deferred, Work, binding_code, on_position_hours
from planner.channels.work import STATED, AgentsRequired
from planner.errors import Fault, InvalidScenario
from planner.horizon import Horizon
from planner.scenario import Group, Queue, Scenario, moved, stated_path
from planner.workforce import settled_yield

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """Queues that one team serves together: one queue of specialists, or all queues of a channel for generalists."""

    queues: tuple[Queue, ...]
    shares: tuple[float, ...]
    penalty: float
    horizon: Horizon


@dataclass(frozen=True)
class PoolNeed:
    """What a pool asks for: contacts, handle time and workload by queue [months, queues]; on-position hours and what binds [months]."""

    contacts: Array
    aht_s: Array
    workload_hours: Array
    on_position_hours: Array
    binding: NDArray[np.int8]

    @property
    def hours_by_queue(self) -> Array:
        """On-position hours [months, queues], told in proportion to workload."""
        total = self.workload_hours.sum(axis=1, keepdims=True)
        part = np.divide(self.workload_hours, total, out=np.zeros_like(self.workload_hours), where=total > 0)
        return np.asarray(part * self.on_position_hours[:, None])


@dataclass(frozen=True)
class Requirement:
    """What every group needs. Rows are (group, queue) pairs; arrays are [months, rows], those named group_ [months, groups].

    `contacts`, `aht_s` and hours of a row whose group states its heads are zero and mean nothing; `queue` is then empty.
    """

    groups: tuple[str, ...]
    row_group: tuple[int, ...]
    row_queue: tuple[str, ...]
    contacts: Array
    aht_s: Array
    workload_hours: Array
    on_position_hours: Array
    binding: NDArray[np.int8]
    fte: Array
    heads: Array
    group_fte: Array
    group_heads: Array
    net_hours: Array
    all_hands_fte: Array

    @property
    def frontline_fte(self) -> Array:
        """FTE that a group's own people, overtime and contractors must bring: what people of other work bring taken off [months, groups]."""
        return self.group_fte - self.all_hands_fte

    @property
    def frontline_heads(self) -> Array:
        """People whom that takes, trainees included where they are stated [months, groups]."""
        if not self.all_hands_fte.any():
            return self.group_heads
        part = np.divide(self.frontline_fte, self.group_fte, out=np.ones_like(self.group_fte), where=self.group_fte > 0)
        return np.asarray(self.group_heads * part)


def pools(group: Group, queues: dict[str, Queue], months: Horizon) -> Iterator[Pool]:
    """The pools of a group: each queue apart, or all queues of one channel together where the group is pooled."""
    served = [(queues[share.name], share.share) for share in group.serves]
    if not group.pooled:
        yield from (Pool((queue,), (share,), 0.0, months) for queue, share in served)
        return
    for kind in dict.fromkeys(queue.channel.kind for queue, _ in served):
        members = [(queue, share) for queue, share in served if queue.channel.kind == kind]
        penalty = group.breadth_penalty if len(served) > 1 else 0.0
        yield Pool(tuple(queue for queue, _ in members), tuple(share for _, share in members), penalty, months)


@lru_cache(maxsize=512)
def pool_work(pool: Pool) -> Work:
    """The work of a pool, interval by interval: contacts add day by day, also where calendars differ; handle time and its spread are weighted by contacts.

    Where interval lengths differ the shortest is taken, and longer ones are split evenly.
    """
    regions = tuple(dict.fromkeys(_region(queue) for queue in pool.queues))
    counts, kinds = horizon.joint_day_types(pool.horizon, regions)
    minutes = min(queue.interval_minutes for queue in pool.queues)
    offered = zip(pool.queues, _contacts(pool).T, strict=True)
    parts = [_of_queue(queue, contacts, pool.horizon, minutes, kinds[regions.index(_region(queue))]) for queue, contacts in offered]
    weights = _contacts(pool).sum(axis=0)
    spread = float(np.average([demand.aht_scv(queue, pool.horizon) for queue in pool.queues], weights=weights if weights.sum() else None))
    variation = float(np.average([queue.day_cv for queue in pool.queues], weights=weights if weights.sum() else None))
    is_open = np.logical_or.reduce([slots for _, slots in parts])
    days = counts * is_open.any(axis=1)
    return Work(np.asarray(sum(contacts for contacts, _ in parts)), _pooled_aht_s(pool), days, is_open, 60.0 * minutes, variation, spread)


def _region(queue: Queue) -> horizon.Region:
    return queue.opening.country, queue.opening.subdivision


def _of_queue(queue: Queue, contacts: Array, months: Horizon, minutes: int, kinds: NDArray[np.int64]) -> tuple[Array, NDArray[np.bool_]]:
    """Contacts of one queue [months, kinds of day, intervals] and when it is open [kinds of day, intervals], in intervals of so many minutes."""
    part = demand.intervals(queue, months, contacts)
    pieces = queue.interval_minutes // minutes
    open_on = np.concatenate([part.open, part.open & (queue.opening.holiday_share > 0)])
    split = part.contacts * (part.days > 0)[:, :, None] / pieces
    return np.repeat(split[:, kinds], pieces, axis=2), np.repeat(open_on[kinds], pieces, axis=1)


@lru_cache(maxsize=512)
def _contacts(pool: Pool) -> Array:
    """Contacts the pool is offered [months, queues]."""
    return np.stack([demand.contacts(queue, pool.horizon) * share for queue, share in zip(pool.queues, pool.shares, strict=True)], axis=1)


def _aht_s(pool: Pool) -> Array:
    """Handle time by queue [months, queues], the penalty of breadth included."""
    return np.stack([demand.aht_s(queue, pool.horizon) for queue in pool.queues], axis=1) * (1 + pool.penalty)


def _pooled_aht_s(pool: Pool) -> Array:
    contacts, aht_s = _contacts(pool), _aht_s(pool)
    return demand.pooled_aht_s(contacts, aht_s)


@lru_cache(maxsize=512)
def pool_agents(pool: Pool) -> AgentsRequired:
    """Agents by interval. Where pooled queues promise different things, every promise is met on the pooled work: the most agents count."""
    work = pool_work(pool)
    try:
        answers = [channel.agents_required(work) for channel in _channels(pool)]
    except ValueError as error:
        names = ", ".join(queue.name for queue in pool.queues)
        raise InvalidScenario([Fault(f"queues.{names}", f"its agents cannot be worked out: {error}", "Check its contacts, handle time and targets.")]) from None
    most = np.argmax([answer.agents for answer in answers], axis=0)[None]
    agents = np.take_along_axis(np.stack([answer.agents for answer in answers]), most, axis=0)[0]
    binding = np.take_along_axis(np.stack([answer.binding for answer in answers]), most, axis=0)[0]
    return AgentsRequired(agents, binding)


def _channels(pool: Pool) -> list[Any]:
    """The distinct promises within a pool; opening backlogs of deferred work add up."""
    channels = [queue.channel for queue in pool.queues]
    waiting = sum(channel.opening_backlog * share for channel, share in zip(channels, pool.shares, strict=True) if isinstance(channel, Deferred))
    channels = [channel.model_copy(update={"opening_backlog": waiting}) if isinstance(channel, Deferred) else channel for channel in channels]
    return list(dict.fromkeys(channels))


@lru_cache(maxsize=512)
def pool_need(pool: Pool) -> PoolNeed:
    """Hours that a pool needs on position, month by month."""
    work, required, contacts, aht_s = pool_work(pool), pool_agents(pool), _contacts(pool), _aht_s(pool)
    return PoolNeed(contacts, aht_s, contacts * aht_s / 3600, on_position_hours(work, required.agents), binding_code(work, required))


def net_hours(group: Group, scenario: Scenario) -> Array:
    """On-position hours that one paid FTE of a group brings [months]."""
    site = next(site for site in scenario.sites if site.name == group.site)
    return _net_hours(group.staffing, scenario.horizon, site.country, site.subdivision)


@lru_cache(maxsize=512)
def _net_hours(parameters: staffing.Staffing, months: Horizon, country: str | None, subdivision: str | None) -> Array:
    out, inside = staffing.shrinkage_shares(parameters, horizon.calendar_months(months))
    paid = horizon.paid_hours(months, parameters.weekly_hours) * horizon.working_share(months, country, subdivision)
    return staffing.net_hours(paid, out, inside, parameters.schedule_efficiency)


def requirement(scenario: Scenario) -> Requirement:
    """What every group of the scenario needs, its levers worked in. Only what changed since the last call is worked out again."""
    scenario = moved(scenario)
    plain = _plain(scenario)
    parts = [_group_rows(group, plain or _offered(group, scenario), scenario) for group in scenario.groups]
    rows = [(index, queue) for index, part in enumerate(parts) for queue in part["queue"]]
    columns = {name: np.concatenate([part[name] for part in parts], axis=1) for name in _COLUMNS}
    needed = np.stack([part["fte"].sum(axis=1) for part in parts], axis=1)
    hours = np.stack([net_hours(group, scenario) for group in scenario.groups], axis=1)
    return Requirement(
        groups=tuple(group.name for group in scenario.groups),
        row_group=tuple(index for index, _ in rows),
        row_queue=tuple(queue for _, queue in rows),
        group_fte=needed,
        group_heads=np.stack([part["heads"].sum(axis=1) for part in parts], axis=1),
        net_hours=hours,
        all_hands_fte=_all_hands_fte(scenario, needed, hours),
        **columns,
    )


def _all_hands_fte(scenario: Scenario, needed: Array, hours: Array) -> Array:
    """FTE that people of other work bring to each group, within the share of its requirement that they may bring [months, groups]."""
    brought = np.zeros_like(needed)
    for g, group in enumerate(scenario.groups):
        if group.all_hands.people:
            brought[:, g] = np.minimum(staffing.all_hands_fte(group.all_hands, hours[:, g]), group.all_hands.share_max * needed[:, g])
    return brought


# Contacts passed on --------------------------------------------------------------------------------------------------------------------------


def _plain(scenario: Scenario) -> dict[str, Queue]:
    """The queues by name where no contacts are passed on; none where some are."""
    return {} if any(queue.transfers for queue in scenario.queues) else {queue.name: queue for queue in scenario.queues}


def _offered(group: Group, scenario: Scenario) -> dict[str, Queue]:
    """The queues as they come to a group: where contacts are passed on, those received are added, and handing over takes its time."""
    return _plain(scenario) or _with_transfers(group, scenario.groups, scenario.queues, scenario.horizon)


@lru_cache(maxsize=256)
def _with_transfers(group: Group, groups: tuple[Group, ...], queues: tuple[Queue, ...], months: Horizon) -> dict[str, Queue]:
    known = {queue.name: queue for queue in queues}
    return {share.name: _with_passed(known[share.name], group, groups, known, months) for share in group.serves}


def _with_passed(queue: Queue, group: Group, groups: tuple[Group, ...], known: dict[str, Queue], months: Horizon) -> Queue:
    """One queue as a group sees it: its own contacts, with handing over or with the whole work in one go, and those received from others.

    Contacts received come as the queue's own do, by day and interval.
    """
    streams = [(demand.contacts(queue, months), _own_aht_s(queue, group, known, months))]
    aht_s = demand.aht_s(queue, months)
    for other in known.values():
        for transfer in other.transfers:
            if transfer.name == queue.name:
                streams.append((demand.contacts(other, months) * transfer.share * _passed_on(other, queue, groups), aht_s + transfer.handover_s))
    if len(streams) == 1 and not queue.transfers:
        return queue
    contacts, lengths = np.stack([each for each, _ in streams], axis=1), np.stack([each for _, each in streams], axis=1)
    changes: dict[str, Any] = {"events": (), "limit": demand.Limit(), "aht_scv": demand.aht_scv(queue, months), "transfers": ()}
    together = {"contacts_monthly": tuple(contacts.sum(axis=1).tolist()), "aht_monthly_s": tuple(demand.pooled_aht_s(contacts, lengths).tolist())}
    return queue.model_copy(update=changes | together)


def _own_aht_s(queue: Queue, group: Group, known: dict[str, Queue], months: Horizon) -> Array:
    """Handle time of a queue's own contacts in a group: with the handover of those passed on, or, where a pooled group takes both, with the work of
    the other queue and without what a first look of somebody else would have taken."""
    own = demand.aht_s(queue, months)
    total = own.copy()
    for transfer in queue.transfers:
        other = known[transfer.name]
        each = demand.aht_s(other, months) - transfer.first_saved * own if _takes_both(group, queue, other) else transfer.handover_s
        total = total + transfer.share * each
    return np.asarray(total)


def _takes_both(group: Group, one: Queue, other: Queue) -> bool:
    """Whether a group's people take both queues in one go: it is pooled, and serves both on one channel."""
    served = {share.name for share in group.serves}
    return group.pooled and {one.name, other.name} <= served and one.channel.kind == other.channel.kind


def _passed_on(queue: Queue, other: Queue, groups: tuple[Group, ...]) -> float:
    """Share of a queue's contacts in groups that do not take both queues in one go."""
    return sum(share.share for group in groups for share in group.serves if share.name == queue.name and not _takes_both(group, queue, other))


_COLUMNS = ("contacts", "aht_s", "workload_hours", "on_position_hours", "binding", "fte", "heads")


def _group_rows(group: Group, queues: dict[str, Queue], scenario: Scenario) -> dict[str, Any]:
    return _stated_rows(group, scenario) if group.stated_heads else _served_rows(group, queues, scenario)


def _served_rows(group: Group, queues: dict[str, Queue], scenario: Scenario) -> dict[str, Any]:
    served = list(pools(group, queues, scenario.horizon))
    needs = [pool_need(pool) for pool in served]
    rows = {name: np.concatenate([getattr(need, name) for need in needs], axis=1) for name in ("contacts", "aht_s", "workload_hours")}
    hours = np.concatenate([need.hours_by_queue for need in needs], axis=1)
    binding = np.concatenate([np.repeat(need.binding[:, None], need.contacts.shape[1], axis=1) for need in needs], axis=1)
    fte = staffing.paid_fte(hours, net_hours(group, scenario)[:, None])
    heads = fte / staffing.mean_contract_fraction(group.staffing.contracts)
    queue_names = [queue.name for pool in served for queue in pool.queues]
    return rows | {"queue": queue_names, "on_position_hours": hours, "binding": binding, "fte": fte, "heads": heads}


def _stated_rows(group: Group, scenario: Scenario) -> dict[str, Any]:
    """Stated people, trainees included, and the FTE that a settled group of that size brings."""
    assert group.stated_heads is not None
    heads = np.array(stated_path(group.stated_heads, scenario.horizon.months))[:, None]
    site = next(site for site in scenario.sites if site.name == group.site)
    brings = settled_yield(group.workforce, site.training.mentees_per_mentor, site.training.mentor_loss)
    fte = heads * staffing.mean_contract_fraction(group.staffing.contracts) * brings
    nothing = np.zeros_like(heads)
    empty = {name: nothing for name in ("contacts", "aht_s", "workload_hours", "on_position_hours")}
    return empty | {"queue": [""], "binding": np.full(heads.shape, STATED, dtype=np.int8), "fte": fte, "heads": heads}


def binding_name(code: int) -> str:
    """The word for what binds; empty where nothing is required."""
    return BINDING[code] if code >= 0 else ""


def group_pools(scenario: Scenario, name: str) -> tuple[Pool, ...]:
    """The pools of one group, levers worked in; none where it states its people."""
    scenario = moved(scenario)
    group = next(group for group in scenario.groups if group.name == name)
    return tuple(pools(group, _offered(group, scenario), scenario.horizon)) if group.serves else ()


def unfold_group(scenario: Scenario, name: str) -> staffing.StaffingSteps:
    """The steps from contacts to required people of one group that serves queues, levers worked in; every step [months].

    Its `required_fte` and `required_heads` are those of `requirement`. Raises ValueError for a group that states its people: there is nothing to unfold.
    """
    needs = [pool_need(pool) for pool in group_pools(scenario, name)]
    if not needs:
        raise ValueError(f"group '{name}' states its people: they do not come from contacts")
    scenario = moved(scenario)
    group = next(group for group in scenario.groups if group.name == name)
    site = next(site for site in scenario.sites if site.name == group.site)
    workload = np.sum([need.workload_hours.sum(axis=1) for need in needs], axis=0)
    hours = np.sum([need.on_position_hours for need in needs], axis=0)
    paid_hours = horizon.paid_hours(scenario.horizon, group.staffing.weekly_hours)
    working = horizon.working_share(scenario.horizon, site.country, site.subdivision)
    paid = staffing.paid_time(group.staffing, horizon.calendar_months(scenario.horizon), paid_hours, working)
    return staffing.unfold(workload, hours, paid, staffing.mean_contract_fraction(group.staffing.contracts))
