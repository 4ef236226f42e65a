"""Decisions as a careful spreadsheet would take them: the benchmark that stays visible beside every better plan.

Months in order, sites in their order of priority. Hires look ahead by the time to fill and the months to 90 % of a start's peak, at the pace that closes
every gap until then, in whole classes rounded up; leaders join ahead of their ratio by their lead time; overtime, then contractors, cover what is left.
Everything stays inside the limits.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import finance, hiring, organisation, training
from planner.cohorts import QUANTITIES, Cohorts, classroom_months, cohorts, maturing
from planner.decisions import Decisions, nothing_decided, units
from planner.organisation import FRONTLINE, Role
from planner.plan import (
    belongs,
    bench_inflow,
    feeder_exit_probability,
    monthly_pay,
    opening_heads,
    site_index,
    site_pay,
)
from planner.requirement import Requirement, requirement
from planner.scenario import Scenario, moved
from planner.workforce import months_to_ninety_percent, start_response

Array = NDArray[np.float64]
HEADS, FTE, NESTING, ELIGIBLE = (QUANTITIES.index(name) for name in ("heads", "fte", "nesting", "mentors_eligible"))
LONG_ENOUGH = 60
HAIR = 1e-9


def baseline(scenario: Scenario, need: Requirement | None = None) -> Decisions:
    """The spreadsheet's decisions for a scenario. Beyond the horizon it takes the last month's requirement to go on."""
    need = need or requirement(scenario)
    return _Spreadsheet(moved(scenario), need).decide()


def look_ahead(scenario: Scenario, group: int) -> int:
    """Months from a start to 90 % of its peak."""
    multiplier = scenario.hiring.sources[0].exit_multiplier
    return months_to_ninety_percent(start_response(scenario.groups[group].workforce, LONG_ENOUGH, multiplier))


@dataclass
class _Ladder:
    """One role while months go by: who is there, who is ready, what is on order."""

    role: Role
    heads: Array
    ready: Array | None
    matured: Array | None
    arrivals: Array | None
    carried: Array
    entrants: Array
    on_order: Array


class _Spreadsheet:
    """The state of the planner's sheet while it walks through the months."""

    def __init__(self, scenario: Scenario, need: Requirement) -> None:
        self.scenario, self.months = scenario, scenario.horizon.months
        self.ahead = [look_ahead(scenario, group) for group in range(len(scenario.groups))]
        span = self.months + max(self.ahead)
        self.parts: Cohorts = cohorts(scenario, span)
        self.path = self.parts.opening.copy()
        self.capacity = self.parts.capacity_per_start
        self.fte = self.parts.productive_fte(self.path[FTE], self.path[NESTING])
        self.pace = [_pace(self.capacity[group, 0], ahead) for group, ahead in enumerate(self.ahead)]
        self.required = _held(need.group_fte, span).T
        self.required_heads = _held(np.ceil(need.group_heads - HAIR), span)
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
        self.pay = _held(monthly_pay(scenario) * (1 + scenario.finance.on_cost), span).T * self.parts.contract_fraction[:, None]
        self.money_left: Array | None = None

    # What stands on day 1

    def _seat_opening_classes(self) -> None:
        for g, group in enumerate(self.scenario.groups):
            site = self.scenario.sites[self.site_of[g]]
            self.rooms_used[self.site_of[g]] += self.room_kernels[g] * float(training.classes_for(group.workforce.opening_classroom, site.training))

    def _ladder(self, role: Role, span: int) -> _Ladder:
        shape = (span, len(units(self.scenario, role.name)))
        ready = matured = arrivals = None
        if role.feeder:
            entrants = {other.name: np.zeros((self.months, len(units(self.scenario, other.name)))) for other in self.scenario.organisation.roles}
            ready, matured = bench_inflow(self.scenario, self.decided, role, entrants)
            arrivals = maturing(self.scenario, role.time_in_grade_months, self.months).start if role.feeder == FRONTLINE else None
        carried = np.zeros(shape[1])
        return _Ladder(role, opening_heads(self.scenario, role), ready, matured, arrivals, carried, np.zeros(shape), np.zeros(shape))

    # The walk

    def decide(self) -> Decisions:
        for month in range(self.months):
            self._appoint(month, self._led(month))
            self._open_capacity(month)
            promotions = self._promote(month)
            for group in np.argsort(self.site_of, kind="stable"):
                self._hire(month, int(group))
            self._appoint(month, self._led(month))
            self._order(month)
            self._cover(month)
            self._close(month, promotions)
        return self.decided

    def _led(self, month: int) -> Array:
        """Frontline people that count for ratios: in the plan or required, whichever is more [groups]."""
        return np.asarray(np.maximum(self.path[HEADS, :, month], self.required_heads[month]))

    # Leaders and support

    def _appoint(self, month: int, frontline: Array) -> None:
        """Outside appointments of the month, so that every ratio holds on day 1 where the lead time allows."""
        counted = {FRONTLINE: frontline}
        for name, ladder in self.ladders.items():
            role = ladder.role
            needed = organisation.required_leaders(counted[role.leads] @ self.counts[name], role.span)
            missing = organisation.vacancies(needed, ladder.heads).astype(float)
            if role.seek == "when_broken":
                arriving = ladder.on_order[month] - self.decided.appointments[name][month]
            else:
                arriving = missing if month >= role.lead_time_months and not _only_from_within(role) else np.zeros_like(missing)
            ladder.heads = ladder.heads + arriving
            ladder.entrants[month] += arriving
            self.decided.appointments[name][month] += arriving
            counted[name] = np.maximum(ladder.heads, needed)
        self.counted = counted

    def _promote(self, month: int) -> dict[str, Array]:
        """Promotions at the end of the month, for the vacancies expected in the next one."""
        expected: dict[str, Array] = {FRONTLINE: np.maximum(self.path[HEADS, :, month], self.required_heads[min(month + 1, len(self.required_heads) - 1)])}
        made: dict[str, Array] = {}
        for name, ladder in self.ladders.items():
            role = ladder.role
            needed = organisation.required_leaders(expected[role.leads] @ self.counts[name], role.span)
            staying = ladder.heads * (1 - role.exit_probability_monthly) + ladder.on_order[min(month + 1, len(ladder.on_order) - 1)]
            expected[name] = np.maximum(staying, needed)
            if role.feeder and ladder.ready is not None:
                made[name] = self._attempts(ladder, ladder.ready, organisation.vacancies(needed, staying).astype(float))
                self.decided.promotions[name][month] = made[name]
        return made

    def _attempts(self, ladder: _Ladder, bench: Array, vacancies: Array) -> Array:
        """Promotions by unit of the feeder: the internal share of the vacancies, from the units with the deepest bench."""
        role = ladder.role
        available = organisation.bench_available(bench, self.feeder_exits[role.name]).astype(float)
        membership = self.feeds[role.name]
        chosen = organisation.fill(role, vacancies, available @ membership, ladder.carried)
        ladder.carried = chosen.carried
        if membership.shape[0] == membership.shape[1] and membership.trace() == len(membership):
            return chosen.promoted.astype(float)
        attempts = np.zeros(len(available))
        for unit in np.flatnonzero(chosen.promoted):
            attempts += _from_deepest(available * membership[:, unit], int(chosen.promoted[unit]))
        return attempts

    def _close(self, month: int, promotions: dict[str, Array]) -> None:
        """The month's end: exits, promotions, failures and returns; the benches of the next month."""
        self.heads_seen[month] = self.path[HEADS, :, month].sum()
        lasting = {name: self._move_up(self.ladders[name], attempts) for name, attempts in promotions.items()}
        away = {name: promotion_flows_of(self.scenario, promotions, name) for name in (FRONTLINE, *self.ladders)}
        self._drain(month, *away[FRONTLINE])
        for name, ladder in self.ladders.items():
            left, back = away[name]
            ladder.heads = ladder.heads * (1 - ladder.role.exit_probability_monthly) - left + back + lasting.get(name, 0.0)
            if name in lasting:
                ladder.entrants[month + 1 : month + 2] += lasting[name]
        for ladder in self.ladders.values():
            self._refill_bench(month, ladder, promotions)

    def _move_up(self, ladder: _Ladder, attempts: Array) -> Array:
        """Promoted people who stay in the role [units of the role]."""
        stay = attempts - sum(organisation.failures(ladder.role, attempts))
        return np.asarray(stay @ self.feeds[ladder.role.name])

    def _drain(self, month: int, away: Array, back: Array) -> None:
        if not (away - back).any() or month + 1 >= self.path.shape[2]:
            return
        gone = (away - back)[:, None] * self.parts.settled[..., : self.path.shape[2] - month - 1]
        self.path[..., month + 1 :] -= gone
        self.fte[:, month + 1 :] -= self.parts.productive_fte(gone[FTE], gone[NESTING])

    def _order(self, month: int) -> None:
        """Searches that begin only because a post stands open this month."""
        for name, ladder in self.ladders.items():
            role = ladder.role
            due = month + max(role.lead_time_months, 1)
            if role.seek == "when_broken" and not _only_from_within(role) and due < len(ladder.on_order):
                posts = organisation.required_leaders(self.counted[role.leads] @ self.counts[name], role.span)
                pipeline = ladder.on_order[month + 1 : due + 1].sum(axis=0)
                ladder.on_order[due] += organisation.vacancies(posts, ladder.heads + pipeline)

    def _refill_bench(self, month: int, ladder: _Ladder, promotions: dict[str, Array]) -> None:
        role = ladder.role
        if ladder.ready is None or ladder.matured is None:
            return
        if role.feeder != FRONTLINE:
            feeder = self.ladders[str(role.feeder)]
            ladder.matured = organisation.matured(feeder.entrants, feeder.role.exit_probability_monthly, role.time_in_grade_months)
        leave = self.feeder_exits[role.name]
        ladder.ready = ladder.ready * (1 - leave) + role.ready_share * ladder.matured[month] - promotions[role.name]

    # Hiring

    def _open_capacity(self, month: int) -> None:
        """Recruiter, interviewer and money capacity as the month begins."""
        parameters = self.scenario.hiring
        self.recruiters_left[month] += float(hiring.recruiter_capacity_hours(parameters, self.ladders[parameters.recruiter_role].heads.sum()))
        self.interviews_left[month] += float(hiring.interviewer_capacity_hours(parameters, self.ladders[parameters.interviewer_role].heads.sum()))
        self.heads_seen[month] = self.path[HEADS, :, month].sum()
        if self.scenario.finance.budget_monthly is not None:
            self.money_left = np.array(self.scenario.finance.budget_monthly) - self._committed()

    def _committed(self) -> Array:
        """Pay with on-cost of everyone in post, as far as it is known today [months]."""
        people = (self.path[HEADS, :, : self.months] * self.pay[:, : self.months]).sum(axis=0)
        factor = site_pay(self.scenario).mean(axis=1)
        leaders = sum(ladder.heads.sum() * ladder.role.monthly_pay for ladder in self.ladders.values()) * factor
        return np.asarray(people + leaders * (1 + self.scenario.finance.on_cost))

    def _hire(self, month: int, group: int) -> None:
        signed = self.scenario.groups[group].workforce.signed_starts
        if month < len(signed) and signed[month]:
            self._start(month, group, 0, signed[month])
            self._seat(month, group, int(training.classes_for(signed[month], self._training(group))))
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
        """Starts that close every gap they can help with, if hiring goes on at the same pace until then: gap / sum of the responses so far."""
        helps, together = self.pace[group]
        gaps = self.required[group, month + helps] - self.fte[group, month + helps]
        return max(0, math.ceil(float((gaps / together).max()) - 1e-6))

    def _within_limits(self, month: int, group: int, wanted: int) -> dict[int, int]:
        """As many of the wanted starts as every limit allows, in whole classes, by source; empty if not even the smallest class fits."""
        given = self._training(group)
        seats = min(math.ceil(wanted / given.class_size_max), self._classes_possible(month, group))
        most = min(max(wanted, seats * given.class_size_min), seats * given.class_size_max, self._people_possible(month, group))
        found = self._from_sources(month, most)
        people = sum(found.values())
        classes = min(seats, people // given.class_size_min)
        return found if classes and people <= classes * given.class_size_max else _trimmed(found, classes * given.class_size_max)

    def _classes_possible(self, month: int, group: int) -> int:
        """Classes that rooms and trainers still have space for."""
        given, site = self._training(group), self.site_of[group]
        held = int(self.room_kernels[group].sum())
        used = self.rooms_used[site, month : month + held]
        trainers = self._trainers(given, site, held)
        space = np.minimum(given.rooms, np.floor(trainers / given.trainers_per_class + HAIR)) - used
        return max(0, int(space.min())) if held else 10**6

    def _trainers(self, given: training.Training, site: int, months: int) -> Array:
        """Whole trainers of a site over the next months if nobody is replaced."""
        ladder = self.ladders[given.trainer_role]
        if ladder.role.scope == "all":
            heads = ladder.heads[0]
        else:
            heads = ladder.heads[site] if ladder.role.scope == "site" else ladder.heads[self.site_of == site].sum()
        return np.asarray(np.ceil(heads * (1 - ladder.role.exit_probability_monthly) ** np.arange(months) - 0.5))

    def _people_possible(self, month: int, group: int) -> int:
        """Starts that mentors, the cap on starts and the budget still allow."""
        most = min(self._mentored(month, group), self._affordable(month, group))
        cap = self.scenario.hiring.starts_max_monthly
        if cap is not None:
            most = min(most, cap - self.decided.starts[month].sum())
        return max(0, int(min(most, 10**7)))

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

    def _affordable(self, month: int, group: int) -> float:
        if self.money_left is None:
            return math.inf
        each = self.parts.start[HEADS, group, 0, : self.months - month] * self.pay[group, month : self.months]
        each[0] += self.scenario.hiring.sources[0].cost_per_hire + self.scenario.finance.cost_per_class / self._training(group).class_size_min
        return float(np.floor((self.money_left[month:] / np.maximum(each, HAIR)).min()))

    def _from_sources(self, month: int, most: int) -> dict[int, int]:
        """People found by source, the preferred source first, within its cap and the hours of recruiters and interviewers."""
        found: dict[int, int] = {}
        left = most
        used = {name: 0.0 for name in ("recruiters", "interviews")}
        for source in range(len(self.leads)):
            people = int(min(left, self._source_space(month, source, used)))
            if people > 0:
                found[source] = people
                left -= people
                used["recruiters"] += people * self.recruiter_hours[source] / self.leads[source]
                used["interviews"] += people * self.interview_hours[source] / self.leads[source]
        return found

    def _source_space(self, month: int, source: int, used: dict[str, float]) -> float:
        parameters, lead = self.scenario.hiring.sources[source], self.leads[source]
        if month < lead:
            return 0
        space = math.inf if parameters.starts_max_monthly is None else parameters.starts_max_monthly - self.decided.starts[month, :, source].sum()
        if parameters.referrals_per_head_monthly is not None:
            referred = float(hiring.referral_starts_max(parameters, self.heads_seen[month - lead]))
            space = min(space, referred - self.decided.starts[month, :, source].sum())
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
        if self.money_left is not None:
            self.money_left[month:] -= people * self.parts.start[HEADS, group, source, : self.months - month] * self.pay[group, month : self.months]
            self.money_left[month] -= people * self.scenario.hiring.sources[source].cost_per_hire

    def _mature(self, month: int, group: int, source: int, people: int) -> None:
        for ladder in self.ladders.values():
            if ladder.arrivals is not None and ladder.matured is not None:
                ladder.matured[month:, group] += people * ladder.arrivals[group, source, : len(ladder.matured) - month]

    def _seat(self, month: int, group: int, classes: int) -> None:
        self.decided.classes[month, group] += classes
        self.rooms_used[self.site_of[group], month:] += classes * self.room_kernels[group][: self.rooms_used.shape[1] - month]
        if self.money_left is not None:
            self.money_left[month] -= classes * self.scenario.finance.cost_per_class

    def _spend_hours(self, month: int, source: int, people: int) -> None:
        worked = slice(month - self.leads[source], month)
        self.recruiters_left[worked] -= people * self.recruiter_hours[source] / self.leads[source]
        self.interviews_left[worked] -= people * self.interview_hours[source] / self.leads[source]

    # Overtime and contractors

    def _cover(self, month: int) -> None:
        given, productive = self.scenario.finance, self.fte[:, month]
        missing = np.maximum(0.0, self.required[:, month] - productive)
        overtime = np.minimum(missing, given.overtime_max * productive)
        contractors = np.minimum(missing - overtime, given.contractors_max_fte)
        if self.money_left is not None:
            price = finance.overtime(given, overtime, self.pay[:, month] / (1 + given.on_cost)) + finance.contractor(given, contractors)
            share = min(1.0, max(0.0, self.money_left[month]) / price.sum()) if price.sum() > 0 else 1.0
            overtime, contractors = overtime * share, contractors * share
        self.decided.overtime_fte[month], self.decided.contractor_fte[month] = overtime, contractors


def promotion_flows_of(scenario: Scenario, promotions: dict[str, Array], feeder: str) -> tuple[Array, Array]:
    """People promoted away from a feeder this month and those who fail and come back [units of the feeder]."""
    away = np.zeros(len(units(scenario, feeder)))
    back = np.zeros_like(away)
    for role in scenario.organisation.roles:
        if role.feeder == feeder and role.name in promotions:
            away, back = away + promotions[role.name], back + organisation.failures(role, promotions[role.name])[0]
    return away, back


def _only_from_within(role: Role) -> bool:
    """A role whose vacancies are all to be filled by promotion is never filled from outside."""
    return role.feeder is not None and role.internal_share == 1


def _pace(capacity: Array, ahead: int) -> tuple[NDArray[np.intp], Array]:
    """Months after a start in which it brings at least half of what it brings after `ahead` months, and the sum of equal starts every month until then."""
    helps = np.flatnonzero(capacity[: ahead + 1] >= 0.5 * capacity[ahead])
    return helps, np.cumsum(capacity[: ahead + 1])[helps]


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
