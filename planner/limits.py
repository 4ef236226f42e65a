"""What the decisions use of every limit, which limits they break, and which one stops the next hire in each month."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import hiring, training
from planner.cohorts import QUANTITIES, classroom_months
from planner.organisation import FRONTLINE, bench_available
from planner.plan import Plan, by_site, feeder_exit_probability, monthly_pay, participant_outlay, site_index

Array = NDArray[np.float64]
HAIR = 1e-6


@dataclass(frozen=True, eq=False)
class Limit:
    """One limit: how much is used and how much there is, [months, units]; a missing limit is infinite."""

    name: str
    units: tuple[str, ...]
    used: Array
    available: Array

    @property
    def broken(self) -> NDArray[np.bool_]:
        """Where more is used than there is."""
        return self.used > self.available + HAIR + 1e-9 * np.abs(self.available)


@dataclass(frozen=True)
class Breach:
    """A limit that the decisions break, in one month and unit."""

    limit: str
    month: int
    unit: str
    used: float
    available: float


def rooms(plan: Plan) -> Limit:
    """Training rooms at each site."""
    return Limit("rooms", _sites(plan), plan.training.classes_running, plan.training.rooms_available)


def trainers(plan: Plan) -> Limit:
    """Trainers at each site, whole people."""
    return Limit("trainers", _sites(plan), plan.training.trainers_needed, plan.training.trainers_available)


def mentors(plan: Plan) -> Limit:
    """Mentors at each site, whole people."""
    return Limit("mentors", _sites(plan), plan.training.mentors_needed, plan.training.mentors_available)


def class_size(plan: Plan) -> Limit:
    """People who start in a month against what the month's classes may hold; too few for the classes counts as missing seats filled."""
    starts, classes = plan.frontline.starts, plan.decisions.classes
    given = [plan.scenario.sites[s].training for s in site_index(plan.scenario)]
    too_few = np.stack([classes[:, g] * each.class_size_min - starts[:, g] for g, each in enumerate(given)], axis=1)
    too_many = np.stack([starts[:, g] - classes[:, g] * each.class_size_max for g, each in enumerate(given)], axis=1)
    return Limit("class_size", _groups(plan), np.maximum(too_few, too_many), np.zeros_like(starts))


def recruiters(plan: Plan) -> Limit:
    """Recruiter hours."""
    return Limit("recruiters", ("all",), plan.recruiting.recruiter_hours[:, None], plan.recruiting.recruiter_hours_available[:, None])


def interviews(plan: Plan) -> Limit:
    """Hours that the interviewing role may give to interviews."""
    return Limit("interviews", ("all",), plan.recruiting.interview_hours[:, None], plan.recruiting.interview_hours_available[:, None])


def sources(plan: Plan) -> Limit:
    """Starts by source against its cap, its referrals and its time to fill; starts signed before the plan need none of it."""
    signed = np.zeros_like(plan.recruiting.starts)
    signed[:, 0] = signed_starts(plan).sum(axis=1)
    names = tuple(source.name for source in plan.scenario.hiring.sources)
    return Limit("sources", names, np.maximum(plan.recruiting.starts - signed, 0), plan.recruiting.starts_max)


def starts(plan: Plan) -> Limit:
    """Starts a month over all groups against the cap on them, which signed starts may exceed."""
    cap = plan.scenario.hiring.starts_max_monthly
    signed = signed_starts(plan).sum(axis=1)
    most = np.full(len(signed), np.inf) if cap is None else np.maximum(signed, cap)
    return Limit("starts", ("all",), plan.frontline.starts.sum(axis=1)[:, None], most[:, None])


def bench(plan: Plan) -> Limit:
    """Promotions against the people ready for them, by role and unit of its feeder; both in whole people."""
    used, available, names = [], [], []
    for months in plan.roles:
        if months.ready is not None:
            leave = feeder_exit_probability(plan.scenario, months.role)
            used.append(plan.decisions.promotions[months.role.name])
            available.append(np.stack([bench_available(months.ready[:, u], float(leave[u])) for u in range(len(leave))], axis=1))
            names += [f"{months.role.name} from {unit}" for unit in _feeder_units(plan, str(months.role.feeder))]
    empty = np.zeros((len(plan.months), 0))
    return Limit("bench", tuple(names), np.concatenate([empty, *used], axis=1), np.concatenate([empty, *available], axis=1))


def overtime(plan: Plan) -> Limit:
    """Overtime against its largest share of productive FTE."""
    most = plan.scenario.finance.overtime_max * np.maximum(plan.frontline.productive_fte, 0)
    return Limit("overtime", _groups(plan), plan.decisions.overtime_fte, most)


def contractors(plan: Plan) -> Limit:
    """Contractor FTE against their cap."""
    return Limit("contractors", _groups(plan), plan.decisions.contractor_fte, np.full_like(plan.required_fte, plan.scenario.finance.contractors_max_fte))


def budget(plan: Plan) -> Limit:
    """Money paid in a month against its budget."""
    given = plan.scenario.finance.budget_monthly
    most = np.full(len(plan.months), np.inf) if given is None else np.array(given)
    return Limit("budget", ("all",), plan.spend[:, None], most[:, None])


LIMITS = (class_size, rooms, trainers, mentors, recruiters, interviews, sources, starts, bench, overtime, contractors, budget)


def limits(plan: Plan) -> tuple[Limit, ...]:
    """Every limit of the plan."""
    return tuple(limit(plan) for limit in LIMITS)


def broken(plan: Plan) -> tuple[Breach, ...]:
    """Every limit that the decisions break, month by month."""
    return tuple(
        Breach(limit.name, int(month), limit.units[unit], float(limit.used[month, unit]), float(limit.available[month, unit]))
        for limit in limits(plan)
        for month, unit in zip(*np.nonzero(limit.broken), strict=True)
    )


def what_stops_one_more_class(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The limit that one more class of the smallest size would break, by month and group; empty where nothing stops it.

    Told in the order in which a planner would look: time to fill, rooms, trainers, mentors, recruiters, interviews, sources, starts allowed, budget,
    too many people of short tenure.
    """
    tests = [_too_early(plan), *_no_class(plan), _no_mentor(plan), *_no_hours(plan), _no_source(plan), _not_allowed(plan), _no_money(plan), _too_new(plan)]
    names = ("time_to_fill", "rooms", "trainers", "mentors", "recruiters", "interviews", "sources", "starts", "budget", "short_tenure")
    stacked = np.stack(tests)
    first = np.where(stacked.any(axis=0), stacked.argmax(axis=0), len(names))
    words = (*names, "")
    return tuple(tuple(words[code] for code in row) for row in first)


def smallest_class(plan: Plan) -> Array:
    """People in the smallest class of each group [groups]."""
    return np.array([plan.scenario.sites[s].training.class_size_min for s in site_index(plan.scenario)], dtype=float)


def signed_starts(plan: Plan) -> Array:
    """Starts signed before the plan [months, groups]."""
    signed = np.zeros_like(plan.frontline.starts)
    for g, group in enumerate(plan.scenario.groups):
        signed[: len(group.workforce.signed_starts), g] = group.workforce.signed_starts
    return signed


def _spread(plan: Plan, values: Array) -> Array:
    """Values by site [months, sites] as seen by each group [months, groups]."""
    return values[:, site_index(plan.scenario)]


def _too_early(plan: Plan) -> NDArray[np.bool_]:
    first = min(hiring.lead_months(source) for source in plan.scenario.hiring.sources)
    return np.repeat((np.arange(len(plan.months)) < first)[:, None], len(plan.scenario.groups), axis=1)


def _no_class(plan: Plan) -> list[NDArray[np.bool_]]:
    free = plan.training.rooms_available - plan.training.classes_running
    one_more = plan.training.classes_running + 1
    taught = np.stack([training.trainers_needed(one_more[:, s], site.training).astype(float) for s, site in enumerate(plan.scenario.sites)], axis=1)
    held = [int(np.ceil(classroom_months(group.workforce) - 1e-9)) for group in plan.scenario.groups]
    no_room, no_trainer = _spread(plan, free) < 1, _spread(plan, taught) > _spread(plan, plan.training.trainers_available)
    return [np.stack([_within(each[:, g], held[g]) for g in range(len(held))], axis=1) for each in (no_room, no_trainer)]


def _within(full: NDArray[np.bool_], months: int) -> NDArray[np.bool_]:
    """Whether something is full in a month or in one of the months that a class lasts."""
    padded = np.concatenate([full, np.zeros(max(months - 1, 0), dtype=bool)])
    if not months:
        return np.zeros_like(full)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, months).any(axis=1))


def _no_mentor(plan: Plan) -> NDArray[np.bool_]:
    nesting = by_site(plan.scenario, plan.frontline.nesting)
    seats = np.stack([site.training.mentees_per_mentor * plan.training.mentors_available[:, s] for s, site in enumerate(plan.scenario.sites)], axis=1)
    free, kernel = _spread(plan, seats - nesting), plan.parts.start[QUANTITIES.index("nesting"), :, 0]
    stopped = np.zeros_like(free, dtype=bool)
    for g, size in enumerate(smallest_class(plan)):
        for after in np.flatnonzero(kernel[g] > 0):
            stopped[: len(free) - after, g] |= free[after:, g] < size * kernel[g, after] - HAIR
    return stopped


def _no_hours(plan: Plan) -> list[NDArray[np.bool_]]:
    """Whether recruiters or interviewers lack the hours for one more class from any source that is open."""
    load, parameters = plan.recruiting, plan.scenario.hiring
    spare = (
        (load.recruiter_hours_available - load.recruiter_hours, hiring.recruiter_hours_per_start),
        (load.interview_hours_available - load.interview_hours, hiring.interview_hours_per_start),
    )
    found = []
    for hours, per_start in spare:
        stopped = np.ones((len(hours), len(plan.scenario.groups)), dtype=bool)
        for source in parameters.sources:
            lead = hiring.lead_months(source)
            least = np.array([hours[max(month - lead, 0) : month].min() if month >= lead else -np.inf for month in range(len(hours))])
            stopped &= least[:, None] < smallest_class(plan)[None] * per_start(parameters, source) / lead - HAIR
        found.append(stopped)
    return found


def _no_source(plan: Plan) -> NDArray[np.bool_]:
    left = np.maximum(plan.recruiting.starts_max - plan.recruiting.starts, 0).sum(axis=1)
    return np.asarray(left[:, None] < smallest_class(plan)[None] - HAIR)


def _not_allowed(plan: Plan) -> NDArray[np.bool_]:
    cap = starts(plan)
    return np.asarray((cap.available - cap.used) < smallest_class(plan)[None] - HAIR)


def _no_money(plan: Plan) -> NDArray[np.bool_]:
    """Whether the budget of the start's month, or of a month after it, does not bear one more class: finding and teaching it, and its pay with on-cost."""
    money, given = budget(plan), plan.scenario.finance
    left = (money.available - money.used)[:, 0]
    if given.budget_monthly is None:
        return np.zeros((len(left), len(plan.scenario.groups)), dtype=bool)
    pay = monthly_pay(plan.scenario).T * (1 + given.on_cost) * plan.parts.contract_fraction[:, None]
    staying, months = plan.parts.start[QUANTITIES.index("heads"), :, 0], len(left)
    inside, extra = plan.parts.qualified_per_start[:, 0], participant_outlay(plan.scenario).T
    stopped = np.zeros((months, len(pay)), dtype=bool)
    for g, size in enumerate(smallest_class(plan)):
        outlay = size * plan.scenario.hiring.sources[0].cost_per_hire + given.cost_per_class
        for month in range(months):
            later = months - month
            each = size * (staying[g, :later] * pay[g, month:] + inside[g, :later] * extra[g, month:])
            each[0] += outlay
            stopped[month, g] = (left[month:] < each - HAIR).any()
    return stopped


def _too_new(plan: Plan) -> NDArray[np.bool_]:
    """Whether one more class would lift the share of people of short tenure in its group above its line, in its month or after."""
    line, months = plan.scenario.optimisation.short_tenure_share_max, len(plan.months)
    stopped = np.zeros((months, len(plan.scenario.groups)), dtype=bool)
    if line is None:
        return stopped
    space = line * plan.frontline.heads - plan.frontline.under_6_months
    each = plan.parts.start[QUANTITIES.index("under_6_months")] - line * plan.parts.start[QUANTITIES.index("heads")]
    for g, size in enumerate(smallest_class(plan)):
        for month in range(months):
            added = size * each[g].max(axis=0)[: months - month]
            stopped[month, g] = bool((space[month:, g] < added - HAIR)[added > 0].any())
    return stopped


def _sites(plan: Plan) -> tuple[str, ...]:
    return tuple(site.name for site in plan.scenario.sites)


def _groups(plan: Plan) -> tuple[str, ...]:
    return tuple(group.name for group in plan.scenario.groups)


def _feeder_units(plan: Plan, feeder: str) -> tuple[str, ...]:
    return _groups(plan) if feeder == FRONTLINE else plan.role(feeder).units
