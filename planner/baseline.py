"""Decisions as a careful spreadsheet would take them: the benchmark that stays visible beside every better plan.

Months in order, sites in their order of priority. Hires look ahead by the time to fill and the months to 90 % of a start's peak, at the pace that closes
every gap until then, in whole classes rounded up; leaders join ahead of their ratio by their lead time, by promotion and from outside in the shares asked for;
overtime, then contractors, cover what is left. Everything stays inside the limits; a limit that the scenario breaks by itself is not made worse.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from planner import finance, hiring, organisation, training
from planner.cohorts import QUANTITIES, Cohorts, classroom_months, cohorts, covers_everyone, maturing
from planner.decisions import Decisions, nothing_decided, units
from planner.organisation import FRONTLINE, Role
from planner.plan import (
    all_hands_cost,
    belongs,
    bench_inflow,
    feeder_exit_probability,
    monthly_pay,
    opening_heads,
    participant_outlay,
    role_pay,
    site_index,
    whole,
)
from planner.requirement import Requirement, requirement
from planner.scenario import Scenario, moved
from planner.workforce import months_to_ninety_percent, start_response

Array = NDArray[np.float64]
HEADS, FTE, NESTING, TRAINEES, ELIGIBLE, YOUNG = (
    QUANTITIES.index(name) for name in ("heads", "fte", "nesting", "training_heads", "mentors_eligible", "under_6_months")
)
LONG_ENOUGH = 60
ROUNDS = 8
QUARTER = 3
HAIR = 1e-9


def baseline(scenario: Scenario, need: Requirement | None = None) -> Decisions:
    """The spreadsheet's decisions for a scenario. Beyond the horizon it takes the last month's requirement to go on."""
    need = need or requirement(scenario)
    return _Spreadsheet(moved(scenario), need).decide()


def around(scenario: Scenario, given: Decisions, need: Requirement | None = None, taken: Decisions | None = None, months: int = 0) -> Decisions:
    """The spreadsheet's leaders, overtime and contractors around starts and classes that are given; those are taken as they are.

    So are all decisions of the first `months`, where those of `taken` stand.
    """
    need = need or requirement(scenario)
    return _Around(moved(scenario), need, given, taken, months).decide()


def continued(scenario: Scenario, taken: Decisions, months: int, need: Requirement | None = None) -> Decisions:
    """The spreadsheet's decisions after the first months, whose decisions are already taken: those stand as they are, whatever limit they break."""
    need = need or requirement(scenario)
    return _Spreadsheet(moved(scenario), need, taken, months).decide()


def look_ahead(scenario: Scenario, group: int) -> int:
    """Months from a start to 90 % of its peak."""
    multiplier = scenario.hiring.sources[0].exit_multiplier
    return months_to_ninety_percent(start_response(scenario.groups[group].workforce, LONG_ENOUGH, multiplier))


class _Purse:
    """What is left of the budget in each month after all that is decided so far; without a budget it never runs out."""

    def __init__(self, budget_monthly: tuple[float, ...] | None) -> None:
        self.left = None if budget_monthly is None else np.array(budget_monthly)

    def spend(self, month: int, amounts: Array) -> None:
        """Takes amounts out, month by month from a month on; what lies beyond the horizon is not counted."""
        if self.left is not None:
            self.left[month:] -= amounts[: max(len(self.left) - month, 0)]

    def copy(self) -> "_Purse":
        """A purse with the same money, to count with."""
        return _Purse(None if self.left is None else tuple(self.left))

    def times(self, month: int, amounts: Array) -> float:
        """How many times amounts from a month on can still be paid, as a whole number or without end."""
        if self.left is None or month >= len(self.left):
            return math.inf
        left, asked = self.left[month:], amounts[: len(self.left) - month]
        return max(0.0, float(np.floor((left[asked > 0] / asked[asked > 0]).min(initial=math.inf))))


@dataclass
class _Ladder:
    """One role while months go by: who is there, who is ready, what is on order."""

    role: Role
    heads: Array
    bench: Array | None
    matured: Array | None
    arrivals: Array | None
    carried: Array
    entrants: Array
    on_order: Array


class _Spreadsheet:
    """The state of the planner's sheet while it walks through the months."""

    def __init__(self, scenario: Scenario, need: Requirement, taken: Decisions | None = None, taken_months: int = 0) -> None:
        self.scenario, self.months = scenario, scenario.horizon.months
        self.taken, self.taken_months = taken, taken_months if taken is not None else 0
        self.ahead = [look_ahead(scenario, group) for group in range(len(scenario.groups))]
        span = self.months + max(self.ahead)
        self.parts: Cohorts = cohorts(scenario, span)
        self.path = self.parts.opening.copy()
        self.capacity = self.parts.capacity_per_start
        self.fte = self.parts.productive_fte(self.path[FTE], self.path[NESTING])
        self.pace = [_pace(self.capacity[group, 0], ahead) for group, ahead in enumerate(self.ahead)]
        self.required = _held(need.frontline_fte, span).T
        self.required_heads = _held(np.ceil(need.frontline_heads - HAIR), span)
        self.decided = nothing_decided(scenario)
        roles = scenario.organisation.roles
        self.counts = {role.name: belongs(scenario, role.leads, role.name) for role in roles}
        self.feeds = {role.name: belongs(scenario, role.feeder, role.name) for role in roles if role.feeder}
        self.feeder_exits = {role.name: feeder_exit_probability(scenario, role) for role in roles if role.feeder}
        self.site_of = site_index(scenario)
        self.rooms_used = np.zeros((len(scenario.sites), span))
        self.room_kernels = [training.rooms_response(classroom_months(group.workforce), span) for group in scenario.groups]
        self._seat_opening_classes()
        self.ladders = {role.name: self._ladder(role, span) for role in scenario.organisation.roles}
        self.leads = [hiring.lead_months(source) for source in scenario.hiring.sources]
        self.recruiter_hours = [hiring.recruiter_hours_per_start(scenario.hiring, source) for source in scenario.hiring.sources]
        self.interview_hours = [hiring.interview_hours_per_start(scenario.hiring, source) for source in scenario.hiring.sources]
        self.recruiters_left, self.interviews_left = np.zeros(self.months), np.zeros(self.months)
        self.heads_seen = np.zeros(self.months)
        self.per_fte = _held(monthly_pay(scenario), span).T
        self.pay = self.per_fte * (1 + scenario.finance.on_cost) * self.parts.contract_fraction[:, None]
        self.role_pay = {role.name: _held(role_pay(scenario, role), span) * (1 + scenario.finance.on_cost) for role in roles}
        self.programme = _held(participant_outlay(scenario), span).T
        self.purse = _Purse(scenario.finance.budget_monthly)
        self._pay_opening_people()
        self.signed = np.zeros(self.months)
        self.left_for_roles = np.zeros((self.months, len(scenario.groups)))
        self.settled_fte = self.parts.productive_fte(self.parts.settled[FTE, :, 0], self.parts.settled[NESTING, :, 0])
        self.top_down = sorted(reversed(self.ladders), key=lambda name: self.ladders[name].role.kind == "support")
        self._take_signed_starts()

    # What stands on day 1

    def _seat_opening_classes(self) -> None:
        for g, group in enumerate(self.scenario.groups):
            site = self.scenario.sites[self.site_of[g]]
            self.rooms_used[self.site_of[g]] += self.room_kernels[g] * float(training.classes_for(group.workforce.opening_classroom, site.training))

    def _pay_opening_people(self) -> None:
        self.purse.spend(0, (self.path[HEADS] * self.pay).sum(axis=0))
        in_programme = np.where(covers_everyone(self.scenario)[:, None], self.path[HEADS] - self.path[TRAINEES], 0.0)
        self.purse.spend(0, (in_programme * self.programme).sum(axis=0) + all_hands_cost(self.scenario).sum())
        for name, ladder in self.ladders.items():
            self.purse.spend(0, self._role_costs(name, 0) @ ladder.heads)

    def _role_costs(self, name: str, month: int) -> Array:
        """Pay with on-cost of one person who joins a role in a month, from that month on, exits taken off [months from it, units]."""
        pay = self.role_pay[name][month:]
        staying = (1 - self.ladders[name].role.exit_probability_monthly) ** np.arange(len(pay))
        return np.asarray(pay * staying[:, None])

    def _take_signed_starts(self) -> None:
        """Signed starts come whatever the limits say: their seats, mentors, hours and pay are taken before anything is decided.

        Of months that are taken the real starts are known.
        """
        for g, group in enumerate(self.scenario.groups):
            for month, people in enumerate(group.workforce.signed_starts):
                if month < self.taken_months:
                    continue
                self.signed[month] += people
                self._start(month, g, 0, people)
                self._spend_hours(month, 0, people)
                self._seat(month, g, int(training.classes_for(people, self._training(g))))

    def _ladder(self, role: Role, span: int) -> _Ladder:
        shape = (span, len(units(self.scenario, role.name)))
        bench = matured = arrivals = None
        if role.feeder:
            entrants = {other.name: np.zeros((self.months, len(units(self.scenario, other.name)))) for other in self.scenario.organisation.roles}
            bench, inflow = bench_inflow(self.scenario, self.decided, role, entrants)
            if role.feeder == FRONTLINE:
                matured, arrivals = inflow, maturing(self.scenario, role.time_in_grade_months, self.months).start
        return _Ladder(role, opening_heads(self.scenario, role), bench, matured, arrivals, np.zeros(shape[1]), np.zeros(shape), np.zeros(shape))

    # The walk

    def decide(self) -> Decisions:
        for month in range(self.months):
            if self.taken is not None and 0 < month <= self.taken_months:
                self._take_promotions(month, self.taken)
            if self.taken is not None and month < self.taken_months:
                self._take_month(month, self.taken)
            else:
                self._decide_month(month)
            self._close(month)
        return self.decided

    def _decide_month(self, month: int) -> None:
        self._take_ordered(month)
        self._fill_posts(month)
        for group in np.argsort(self.site_of, kind="stable"):
            self._hire(month, int(group))
        self._fill_posts(month)
        self._open_capacity(month)
        self._order(month)
        self._cover(month)

    # Decisions already taken

    def _take_promotions(self, month: int, taken: Decisions) -> None:
        """Promotions at the end of the month before, as they were."""
        for name in self.top_down:
            attempts = taken.promotions.get(name, np.zeros(0))
            if attempts.any() and attempts[month - 1].any():
                self._move_up(month, self.ladders[name], attempts[month - 1])

    def _take_month(self, month: int, taken: Decisions) -> None:
        """A month's appointments, starts, classes, overtime and contractors, as they were."""
        for name in self.ladders:
            self._paid_for(name, month, taken.appointments[name][month])
            self._join(name, month, taken.appointments[name][month])
        for group in range(len(self.site_of)):
            self._take_hires(month, group, taken)
        self._open_capacity(month)
        self._take_cover(month, taken.overtime_fte[month], taken.contractor_fte[month])

    def _take_hires(self, month: int, group: int, given: Decisions) -> None:
        """Takes the given starts and classes of a group, but for those signed before the plan, which stand already."""
        for source, people in enumerate(given.starts[month, group] - self.decided.starts[month, group]):
            if people > 0:
                self._start(month, group, source, int(people))
                self._spend_hours(month, source, int(people))
        more = int(given.classes[month, group] - self.decided.classes[month, group])
        if more > 0:
            self._seat(month, group, more)

    # Leaders and support

    def _posts(self, month: int) -> dict[str, Array]:
        """People that every role must have in a month, by unit: for those whom it leads, in the plan or required, whichever is more."""
        counted = {FRONTLINE: np.maximum(self.path[HEADS, :, month], self.required_heads[month])}
        posts: dict[str, Array] = {}
        for name, ladder in self.ladders.items():
            posts[name] = organisation.required_leaders(counted[ladder.role.leads] @ self.counts[name], ladder.role.span).astype(float)
            counted[name] = np.maximum(ladder.heads, posts[name])
        return posts

    def _take_ordered(self, month: int) -> None:
        for name, ladder in self.ladders.items():
            self._join(name, month, ladder.on_order[month])

    def _join(self, name: str, month: int, people: Array) -> None:
        """People from outside on their first day."""
        ladder = self.ladders[name]
        ladder.heads = ladder.heads + people
        ladder.entrants[month] += people
        self.decided.appointments[name][month] += people

    def _fill_posts(self, month: int) -> None:
        """Fills the posts that stand open on day 1: by promotion at the end of the month before, and from outside where the lead time allows.

        Promotions that fail, and posts that promoted people leave, are filled in further rounds, so that the shares hold.
        """
        for _ in range(ROUNDS):
            if not self._fill_once(month):
                return

    def _fill_once(self, month: int) -> bool:
        """One round from the top of the ladder down, since each promotion opens a post below; whether anybody moved."""
        posts, moved = self._posts(month), False
        for name in self.top_down:
            ladder = self.ladders[name]
            missing = organisation.vacancies(posts[name], ladder.heads).astype(float)
            if missing.any():
                promoted = self._promote(month, ladder, missing)
                outside = self._appoint(month, ladder, missing - promoted)
                moved = moved or bool(promoted.any() or outside.any())
        return moved

    def _appoint(self, month: int, ladder: _Ladder, missing: Array) -> Array:
        """Appointments from outside by unit, for searches that began ahead of the ratio."""
        role = ladder.role
        if role.seek == "when_broken" or _only_from_within(role) or month < role.lead_time_months:
            return np.zeros_like(missing)
        people = self._paid_for(role.name, month, missing)
        self._join(role.name, month, people)
        return people

    def _paid_for(self, name: str, month: int, people: Array) -> Array:
        """As many people from outside as the budget bears from their first day on, by unit; what they cost is taken out of it."""
        if self.purse.left is None or not people.any():
            return people
        role, paid = self.ladders[name].role, np.zeros_like(people)
        each = self._role_costs(name, month) * (1 + role.external_premium)
        each[:1] += role.search_cost
        for unit in np.flatnonzero(people):
            paid[unit] = min(people[unit], self.purse.times(month, each[:, unit]))
            self.purse.spend(month, paid[unit] * each[:, unit])
        return paid

    def _promote(self, month: int, ladder: _Ladder, missing: Array) -> Array:
        """Promotions at the end of the month before, by unit of the role, failed ones included."""
        role = ladder.role
        if ladder.bench is None or month == 0 or month <= self.taken_months:
            return np.zeros_like(missing)
        attempts = self._spared(month, role, self._attempts(ladder, ladder.bench, missing))
        if attempts.any():
            self._move_up(month, ladder, attempts)
        return np.asarray(attempts @ self.feeds[role.name])

    def _spared(self, month: int, role: Role, wanted: Array) -> Array:
        """As many of the promotions as leave nobody's classes without mentors or trainers, no unit below zero, and the budget whole."""
        if not wanted.any():
            return wanted
        if role.feeder == FRONTLINE:
            parts = [_most(np.where(self.site_of == site, wanted, 0.0), partial(self._frontline_bears, month, role, site)) for site in np.unique(self.site_of)]
            wanted = np.asarray(sum(parts))
        else:
            wanted = _most(wanted, partial(self._role_bears, month, role))
        return _most(wanted, partial(self._budget_bears, month, role)) if self.purse.left is not None else wanted

    def _frontline_bears(self, month: int, role: Role, site: int, attempts: Array) -> bool:
        """Whether a site keeps its people in training, and mentors for them, in all months to come."""
        members, given = self.site_of == site, self.scenario.sites[site].training
        path = self.path[:, members, month:]
        gone = (attempts - organisation.failures(role, attempts)[0])[members, None] * self.parts.settled[HEADS, members, : path.shape[2]]
        qualified = path[HEADS] - path[TRAINEES]
        qualified[:, 0] -= self._qualified_today(month)[members]
        if (qualified < gone - HAIR).any(where=gone > 0):
            return False
        needed, eligible = training.mentors_needed(np.maximum(path[NESTING].sum(axis=0), 0), given), path[ELIGIBLE].sum(axis=0)
        there, before = (training.mentors_available(heads, given) for heads in (eligible - gone.sum(axis=0), eligible))
        return bool(np.all((needed <= there) | (needed > before)))

    def _qualified_today(self, month: int) -> Array:
        """People who start in a month and are qualified at once; the month before could not promote them [groups]."""
        each = self.parts.start[HEADS, :, :, 0] - self.parts.start[TRAINEES, :, :, 0]
        return np.asarray((self.decided.starts[month] * each).sum(axis=1))

    def _role_bears(self, month: int, role: Role, attempts: Array) -> bool:
        """Whether a feeder role has the people who are promoted, and still trainers for the classes that run and hours for signed starts."""
        feeder = self.ladders[str(role.feeder)]
        left = feeder.heads - attempts + organisation.failures(role, attempts)[0]
        enough = (feeder.heads - self.decided.appointments[feeder.role.name][month] - attempts >= -HAIR).all()
        return bool(enough and self._classes_taught(month, feeder, left) and self._hours_kept(month, feeder.role, left.sum(), feeder.heads.sum()))

    def _hours_kept(self, month: int, role: Role, heads: float, before: float) -> bool:
        """Whether so many people of a role have the recruiting and interview hours that signed starts still take, where those in post have them."""
        parameters, staying = self.scenario.hiring, (1 - role.exit_probability_monthly) ** np.arange(self.months - month)
        for name, left, capacity in (
            (parameters.recruiter_role, self.recruiters_left, hiring.recruiter_capacity_hours),
            (parameters.interviewer_role, self.interviews_left, hiring.interviewer_capacity_hours),
        ):
            booked = -left[month:]
            fits, fitted = (booked <= capacity(parameters, people * staying) + HAIR for people in (heads, before))
            if role.name == name and np.any(~fits & fitted):
                return False
        return True

    def _classes_taught(self, month: int, ladder: _Ladder, heads: Array) -> bool:
        """Whether so many people of a role teach all the classes that those in post teach."""
        for site, given in enumerate(each.training for each in self.scenario.sites):
            if given.trainer_role == ladder.role.name:
                needed = training.trainers_needed(self.rooms_used[site, month:], given)
                there, before = (self._trainers(ladder.role, people, site, len(needed)) for people in (heads, ladder.heads))
                if np.any((needed > there) & (needed <= before)):
                    return False
        return True

    def _budget_bears(self, month: int, role: Role, attempts: Array) -> bool:
        return self.purse.times(month, self._promotion_costs(month, role, attempts)) >= 1

    def _promotion_costs(self, month: int, role: Role, attempts: Array) -> Array:
        """What promotions at the end of the month before add to pay with on-cost from a month on; below zero where they save."""
        back, gone = organisation.failures(role, attempts)
        above = self._role_costs(role.name, month) @ ((attempts - back - gone) @ self.feeds[role.name])
        if role.feeder != FRONTLINE:
            return np.asarray(above - self._role_costs(str(role.feeder), month) @ (attempts - back))
        settled = self.parts.settled[HEADS, :, : len(above)]
        return np.asarray(above - ((attempts - back)[:, None] * settled * self.pay[:, month:]).sum(axis=0))

    def _move_up(self, month: int, ladder: _Ladder, attempts: Array) -> None:
        """What promotions at the end of the month before change: the role, its bench, its feeder, and the budget."""
        role, (back, gone) = ladder.role, organisation.failures(ladder.role, attempts)
        lasting = (attempts - back - gone) @ self.feeds[role.name]
        self.decided.promotions[role.name][month - 1] += attempts
        if self.purse.left is not None:
            self.purse.spend(month, self._promotion_costs(month, role, attempts))
        ladder.bench = ladder.bench - attempts if ladder.bench is not None else None
        ladder.heads, ladder.entrants[month] = ladder.heads + lasting, ladder.entrants[month] + lasting
        if role.feeder == FRONTLINE:
            self._drain(month, attempts - back)
        else:
            feeder = self.ladders[str(role.feeder)]
            feeder.heads = feeder.heads - attempts + back

    def _attempts(self, ladder: _Ladder, bench: Array, vacancies: Array) -> Array:
        """Promotions by unit of the feeder: the internal share of the vacancies, from the units with the deepest bench."""
        role = ladder.role
        available = np.floor(bench + HAIR)
        membership = self.feeds[role.name]
        chosen = organisation.fill(role, vacancies, available @ membership, ladder.carried)
        ladder.carried = chosen.carried
        if membership.shape[0] == membership.shape[1] and membership.trace() == len(membership):
            return chosen.promoted.astype(float)
        attempts = np.zeros(len(available))
        for unit in np.flatnonzero(chosen.promoted):
            attempts += _from_deepest(available * membership[:, unit], int(chosen.promoted[unit]))
        return attempts

    def _drain(self, month: int, leaving: Array) -> None:
        """Takes people who left for another role at the end of the month before, net of those who came back, out of the frontline's path."""
        gone = leaving[:, None] * self.parts.settled[..., : self.path.shape[2] - month]
        self.left_for_roles[month - 1] += leaving
        self.path[..., month:] -= gone
        self.fte[:, month:] -= self.parts.productive_fte(gone[FTE], gone[NESTING])

    def _order(self, month: int) -> None:
        """Searches that begin only because a post stands open this month."""
        posts = self._posts(month)
        for name, ladder in self.ladders.items():
            role = ladder.role
            due = month + max(role.lead_time_months, 1)
            if role.seek == "when_broken" and not _only_from_within(role) and due < len(ladder.on_order):
                pipeline = ladder.on_order[month + 1 : due + 1].sum(axis=0)
                ladder.on_order[due] += self._paid_for(name, due, organisation.vacancies(posts[name], ladder.heads + pipeline).astype(float))

    def _close(self, month: int) -> None:
        """The month's end: exits of every role, and the benches that can be promoted from."""
        self.heads_seen[month] = self.path[HEADS, :, month].sum()
        for name, ladder in self.ladders.items():
            ladder.heads = ladder.heads * (1 - ladder.role.exit_probability_monthly)
            if ladder.bench is not None:
                ready = ladder.bench + (ladder.role.ready_share * self._matured(ladder, month - 1) if month else 0.0)
                ladder.bench = ready * (1 - self.feeder_exits[name])

    def _matured(self, ladder: _Ladder, month: int) -> Array:
        """People who reached their time in grade in a month [units of the feeder]."""
        role = ladder.role
        if ladder.matured is not None:
            return np.asarray(ladder.matured[month])
        feeder = self.ladders[str(role.feeder)]
        return np.asarray(organisation.matured(feeder.entrants[: month + 1], feeder.role.exit_probability_monthly, role.time_in_grade_months)[month])

    # Hiring

    def _open_capacity(self, month: int) -> None:
        """Recruiter and interviewer capacity as the month begins."""
        parameters = self.scenario.hiring
        self.recruiters_left[month] += float(hiring.recruiter_capacity_hours(parameters, self.ladders[parameters.recruiter_role].heads.sum()))
        self.interviews_left[month] += float(hiring.interviewer_capacity_hours(parameters, self.ladders[parameters.interviewer_role].heads.sum()))

    def _hire(self, month: int, group: int) -> None:
        wanted = self._wanted(month, group)
        if wanted <= 0:
            return
        by_source = self._within_limits(month, group, wanted)
        if by_source:
            classes = int(training.classes_for(sum(by_source.values()), self._training(group)))
            for source, people in by_source.items():
                self._start(month, group, source, people)
                self._spend_hours(month, source, people)
            self._seat(month, group, classes)

    def _training(self, group: int) -> training.Training:
        return self.scenario.sites[int(self.site_of[group])].training

    def _wanted(self, month: int, group: int) -> int:
        """Starts that close every gap they can help with, if hiring goes on at the same pace until then: gap / sum of the responses so far.

        Promotions are taken to go on at the pace of the last quarter.
        """
        helps, together = self.pace[group]
        leaving = self.left_for_roles[max(month - QUARTER, 0) : month, group].sum() / QUARTER * self.settled_fte[group]
        gaps = self.required[group, month + helps] - self.fte[group, month + helps] + leaving * helps
        return max(0, math.ceil(float((gaps / together).max(initial=0.0)) - 1e-6))

    def _within_limits(self, month: int, group: int, wanted: int) -> dict[int, int]:
        """As many of the wanted starts as every limit allows, in whole classes, by source; empty if not even the smallest class fits."""
        given = self._training(group)
        seats = min(math.ceil(wanted / given.class_size_max), self._classes_possible(month, group))
        most = min(max(wanted, seats * given.class_size_min), seats * given.class_size_max, self._people_possible(month, group))
        found = self._from_sources(month, group, most)
        people = sum(found.values())
        classes = min(seats, people // given.class_size_min)
        return found if classes and people <= classes * given.class_size_max else _trimmed(found, classes * given.class_size_max)

    def _classes_possible(self, month: int, group: int) -> int:
        """Classes that rooms and trainers still have space for."""
        given, site = self._training(group), self.site_of[group]
        held = int(self.room_kernels[group].sum())
        used = self.rooms_used[site, month : month + held]
        ladder = self.ladders[given.trainer_role]
        trainers = self._trainers(ladder.role, ladder.heads, site, held)
        space = np.minimum(given.rooms, np.floor(trainers / given.trainers_per_class + HAIR)) - used
        return max(0, int(space.min())) if held else 10**6

    def _trainers(self, role: Role, heads: Array, site: int, months: int) -> Array:
        """Whole trainers of a site over the next months, of so many people in the role today, if nobody is replaced."""
        there = {"all": heads[:1], "site": heads[site : site + 1], "group": heads[self.site_of == site] if role.scope == "group" else heads}[role.scope]
        return whole(there.sum() * (1 - role.exit_probability_monthly) ** np.arange(months))

    def _people_possible(self, month: int, group: int) -> int:
        """Starts that mentors, the line for people of short tenure and the cap on starts still allow."""
        most, cap = min(self._mentored(month, group), self._new_people(month, group)), self.scenario.hiring.starts_max_monthly
        if cap is not None:
            most = min(most, cap - self.decided.starts[month].sum())
        return max(0, int(min(most, 10**7)))

    def _new_people(self, month: int, group: int) -> float:
        """Starts that keep the group's people of short tenure within their largest share, if promotions go on at the pace of the last quarter.

        Promotions beyond that pace are not held back for it, and may lift the share by a hair.
        """
        line = self.scenario.optimisation.short_tenure_share_max
        if line is None:
            return math.inf
        path = self.path[:, group, month:]
        leaving = self.left_for_roles[max(month - QUARTER, 0) : month, group].sum() / QUARTER * np.arange(path.shape[1])
        each = (self.parts.start[YOUNG, group] - line * self.parts.start[HEADS, group]).max(axis=0)[: path.shape[1]]
        space = line * (path[HEADS] - leaving) - path[YOUNG]
        return float(np.floor((space[each > 0] / each[each > 0]).min(initial=math.inf) + HAIR))

    def _mentored(self, month: int, group: int) -> float:
        given, members = self._training(group), self.site_of == self.site_of[group]
        per_start = self.parts.start[NESTING, group, 0]
        touched = np.flatnonzero(per_start > 0)
        when = month + touched[month + touched < self.path.shape[2]]
        if not len(when):
            return math.inf
        mentors = training.mentors_available(self.path[ELIGIBLE][members][:, when].sum(axis=0), given)
        space = mentors * given.mentees_per_mentor - self.path[NESTING][members][:, when].sum(axis=0)
        return float(np.floor(space / per_start[when - month] + HAIR).min())

    def _from_sources(self, month: int, group: int, most: int) -> dict[int, int]:
        """People found by source, the preferred source first, within its cap, the hours of recruiters and interviewers, and the budget."""
        found: dict[int, int] = {}
        left, purse = most, self.purse.copy()
        used = {name: 0.0 for name in ("recruiters", "interviews")}
        for source in range(len(self.leads)):
            each = self._start_costs(month, group, source)
            people = int(min(left, self._source_space(month, source, used), purse.times(month, each)))
            if people > 0:
                found[source] = people
                left -= people
                purse.spend(month, people * each)
                used["recruiters"] += people * self.recruiter_hours[source] / self.leads[source]
                used["interviews"] += people * self.interview_hours[source] / self.leads[source]
        return found

    def _start_costs(self, month: int, group: int, source: int) -> Array:
        """What one start costs from its month on: pay with on-cost, finding the person, and its part of the smallest class."""
        each = self._start_pay(month, group, source)
        each[0] += self.scenario.hiring.sources[source].cost_per_hire + self.scenario.finance.cost_per_class / self._training(group).class_size_min
        return each

    def _start_pay(self, month: int, group: int, source: int) -> Array:
        pay = self.pay[group, month:]
        start = self.parts.start[:, group, source, : len(pay)]
        return np.asarray(start[HEADS] * pay + (start[HEADS] - start[TRAINEES]) * self.programme[group, month:])

    def _source_space(self, month: int, source: int, used: dict[str, float]) -> float:
        parameters, lead = self.scenario.hiring.sources[source], self.leads[source]
        if month < lead:
            return 0
        found = self.decided.starts[month, :, source].sum() - (self.signed[month] if source == 0 else 0)
        space = math.inf if parameters.starts_max_monthly is None else parameters.starts_max_monthly - found
        if parameters.referrals_per_head_monthly is not None:
            space = min(space, float(hiring.referral_starts_max(parameters, self.heads_seen[month - lead])) - found)
        worked = slice(month - lead, month)
        for left, each, name in ((self.recruiters_left, self.recruiter_hours, "recruiters"), (self.interviews_left, self.interview_hours, "interviews")):
            if each[source] > 0:
                space = min(space, (left[worked].min() - used[name]) / (each[source] / lead))
        return math.floor(max(space, 0) + HAIR) if space < math.inf else space

    def _start(self, month: int, group: int, source: int, people: int) -> None:
        span = self.path.shape[2] - month
        self.decided.starts[month, group, source] += people
        self.path[:, group, month:] += people * self.parts.start[:, group, source, :span]
        self.fte[group, month:] += people * self.capacity[group, source, :span]
        self._mature(month, group, source, people)
        if self.purse.left is not None:
            self.purse.spend(month, people * self._start_pay(month, group, source))
            self.purse.spend(month, np.array([people * self.scenario.hiring.sources[source].cost_per_hire]))

    def _mature(self, month: int, group: int, source: int, people: int) -> None:
        for ladder in self.ladders.values():
            if ladder.arrivals is not None and ladder.matured is not None:
                ladder.matured[month:, group] += people * ladder.arrivals[group, source, : len(ladder.matured) - month]

    def _seat(self, month: int, group: int, classes: int) -> None:
        self.decided.classes[month, group] += classes
        self.rooms_used[self.site_of[group], month:] += classes * self.room_kernels[group][: self.rooms_used.shape[1] - month]
        self.purse.spend(month, np.array([classes * self.scenario.finance.cost_per_class]))

    def _spend_hours(self, month: int, source: int, people: int) -> None:
        worked = slice(max(month - self.leads[source], 0), month)
        self.recruiters_left[worked] -= people * self.recruiter_hours[source] / self.leads[source]
        self.interviews_left[worked] -= people * self.interview_hours[source] / self.leads[source]

    # Overtime and contractors

    def _cover(self, month: int) -> None:
        given, productive = self.scenario.finance, self.fte[:, month]
        missing = np.maximum(0.0, self.required[:, month] - productive)
        overtime = np.minimum(missing, given.overtime_max * np.maximum(productive, 0))
        contractors = np.minimum(missing - overtime, given.contractors_max_fte)
        price = (finance.overtime(given, overtime, self.per_fte[:, month]) + finance.contractor(given, contractors)).sum()
        if self.purse.left is not None and price > 0:
            share = min(1.0, max(0.0, self.purse.left[month]) / price)
            overtime, contractors = overtime * share, contractors * share
        self._take_cover(month, overtime, contractors)

    def _take_cover(self, month: int, overtime: Array, contractors: Array) -> None:
        self.decided.overtime_fte[month], self.decided.contractor_fte[month] = overtime, contractors


class _Around(_Spreadsheet):
    """The sheet of a planner to whom starts and classes are given."""

    def __init__(self, scenario: Scenario, need: Requirement, given: Decisions, taken: Decisions | None, taken_months: int) -> None:
        super().__init__(scenario, need, taken, taken_months)
        self.given = given

    def _hire(self, month: int, group: int) -> None:
        self._take_hires(month, group, self.given)


def _only_from_within(role: Role) -> bool:
    """A role whose vacancies are all to be filled by promotion is never filled from outside."""
    return role.feeder is not None and role.internal_share == 1


def _most(wanted: Array, bears: Callable[[Array], bool]) -> Array:
    """As many of the wanted people, taken unit by unit, as can be borne: all of them, or the largest number by bisection."""
    if not wanted.any() or bears(wanted):
        return wanted
    before = np.cumsum(wanted) - wanted
    borne, too_many = 0, int(wanted.sum())
    while too_many - borne > 1:
        middle = (borne + too_many) // 2
        borne, too_many = (middle, too_many) if bears(np.minimum(np.maximum(middle - before, 0), wanted)) else (borne, middle)
    return np.asarray(np.minimum(np.maximum(borne - before, 0), wanted))


def _pace(capacity: Array, ahead: int) -> tuple[NDArray[np.intp], Array]:
    """Months after a start in which it brings at least half of what it brings after `ahead` months, and the sum of equal starts every month until then."""
    brought = np.maximum(capacity[: ahead + 1], 0)
    helps = np.flatnonzero((brought >= 0.5 * brought[ahead]) & (brought > 0))
    return helps, np.cumsum(brought)[helps]


def _held(values: Array, months: int) -> Array:
    """A path [months, ...] drawn out at its last value."""
    return np.concatenate([values, np.repeat(values[-1:], months - len(values), axis=0)])


def _from_deepest(available: Array, people: int) -> Array:
    """Whole people taken one by one from the unit with most left."""
    taken = np.zeros_like(available)
    for _ in range(people):
        taken[np.argmax(available - taken)] += 1
    return taken


def _trimmed(found: dict[int, int], most: int) -> dict[int, int]:
    """The preferred sources' people, up to `most`."""
    kept: dict[int, int] = {}
    for source, people in found.items():
        take = min(people, most - sum(kept.values()))
        if take > 0:
            kept[source] = take
    return kept
