"""Decisions as a careful spreadsheet would take them: the benchmark that stays visible beside every better plan.

Months in order, sites in their order of priority. Hires look ahead by the time to fill and the months to 90 % of a start's peak, at the pace that closes
every gap until then, in whole classes rounded up; leaders join ahead of their ratio by their lead time, by promotion and from outside in the shares asked for;
overtime, then contractors, cover what is left. Everything stays inside the limits; a limit that the scenario breaks by itself is not made worse.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from planner import finance, hiring, organisation, training
from planner.cohorts import QUANTITIES, Cohorts, classroom_months, cohorts, covers_everyone, maturing, sitting
from planner.decisions import Decisions, nothing_decided, units
from planner.organisation import FRONTLINE, Role
from planner.plan import (
    all_hands_cost,
    belongs,
    bench_inflow,
    feeder_exit_probability,
    monthly_pay,
    opening_from_outside,
    opening_heads,
    opening_matured,
    participant_outlay,
    role_pay,
    signed_appointments,
    site_index,
    whole,
)
from planner.requirement import Requirement, requirement
from planner.scenario import Scenario, moved
from planner.workforce import months_to_ninety_percent, start_response

Array = NDArray[np.float64]
_Members = slice | NDArray[np.intp]
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

    @property
    def bounded(self) -> bool:
        """Whether there is a budget at all; without one nobody need work out what anything costs."""
        return self.left is not None

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
    """One role while months go by: who is there, who is ready, what is on order. Its heads are a window on those of all roles."""

    role: Role
    here: slice
    heads: Array
    bench: Array | None
    matured: Array | None
    carried: Array
    entrants: Array
    on_order: Array


@dataclass(frozen=True)
class _Layer:
    """Roles whose posts are counted at once: `members` [units of the layer below or groups, units of these roles] says who leads whom."""

    below: slice | None
    here: slice
    members: Array
    spans: Array


def _depths(roles: tuple[Role, ...]) -> dict[str, int]:
    """How many layers of roles stand between each role and the frontline, by name."""
    found = {FRONTLINE: 0}
    for role in roles:
        found[role.name] = found[role.leads] + 1
    return found


def _places(scenario: Scenario) -> dict[str, slice]:
    """Where each role's units stand when all roles are written behind one another, layer by layer."""
    depths, places, first = _depths(scenario.organisation.roles), {}, 0
    for role in sorted(scenario.organisation.roles, key=lambda role: depths[role.name]):
        width = len(units(scenario, role.name))
        places[role.name] = slice(first, first + width)
        first += width
    return places


def _layers(scenario: Scenario, places: dict[str, slice]) -> list[_Layer]:
    roles, depths = scenario.organisation.roles, _depths(scenario.organisation.roles)
    layers: list[_Layer] = []
    for depth in range(1, max(depths.values()) + 1):
        those = [role for role in roles if depths[role.name] == depth]
        here = slice(places[those[0].name].start, places[those[-1].name].stop)
        below = layers[-1].here if layers else None
        layers.append(_Layer(below, here, *_led(scenario, those, places, here, below)))
    return layers


def _led(scenario: Scenario, roles: list[Role], places: dict[str, slice], here: slice, below: slice | None) -> tuple[Array, Array]:
    """Who leads whom, and the span of every unit, of the roles of one layer."""
    members = np.zeros((len(scenario.groups) if below is None else below.stop - below.start, here.stop - here.start))
    spans = np.zeros(members.shape[1])
    for role in roles:
        columns = _moved_by(places[role.name], here.start)
        rows = slice(None) if below is None else _moved_by(places[role.leads], below.start)
        members[rows, columns] = belongs(scenario, role.leads, role.name)
        spans[columns] = role.span
    return members, spans


def _moved_by(place: slice, first: int) -> slice:
    return slice(place.start - first, place.stop - first)


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
        self.pace_months, self.pace_sums = _padded([_pace(self.capacity[group, 0], ahead) for group, ahead in enumerate(self.ahead)])
        self.rows = np.arange(len(scenario.groups))[:, None]
        self.required = _held(need.frontline_fte, span).T
        self.required_heads = _held(np.ceil(need.frontline_heads - HAIR), span)
        self.decided = nothing_decided(scenario)
        self.signed = [0] * self.months
        self.left_for_roles = np.zeros((self.months, len(scenario.groups)))
        self.settled_fte = self.parts.productive_fte(self.parts.settled[FTE, :, 0], self.parts.settled[NESTING, :, 0])
        self._open_sites(span)
        self._open_roles(scenario.organisation.roles, span)
        self._open_hiring(scenario.hiring)
        self.purse = _Purse(scenario.finance.budget_monthly)
        if self.purse.bounded:
            self._pay_opening_people()
        self._take_signed_starts()
        self._take_signed_appointments()

    def _open_sites(self, span: int) -> None:
        """Who sits where, and the rooms and mentors that classes take."""
        scenario, start = self.scenario, self.parts.start
        self.site_of = site_index(scenario)
        self.in_order: list[int] = np.argsort(self.site_of, kind="stable").tolist()
        self.members = [_run(np.flatnonzero(self.site_of == site)) for site in range(len(scenario.sites))]
        self.rooms_used = np.zeros((len(scenario.sites), span))
        self.room_kernels = [training.rooms_response(classroom_months(group.workforce), span) for group in scenario.groups]
        self.rooms_held = [int(kernel.sum()) for kernel in self.room_kernels]
        self.nesting = [_nesting(start[NESTING, group, 0]) for group in range(len(scenario.groups))]
        self.qualified_at_once = start[HEADS, :, :, 0] - start[TRAINEES, :, :, 0]
        self._seat_opening_classes()

    def _open_roles(self, roles: tuple[Role, ...], span: int) -> None:
        """Every role: whom it leads and who is promoted into it, who is in post and who is ready."""
        scenario = self.scenario
        self.places = _places(scenario)
        self.layers = _layers(scenario, self.places)
        self.heads = np.zeros(max((place.stop for place in self.places.values()), default=0))
        self.staying = np.zeros_like(self.heads)
        self.kept = {role.name: (1 - role.exit_probability_monthly) ** np.arange(span) for role in roles}
        self.feeds = {role.name: belongs(scenario, role.feeder, role.name) for role in roles if role.feeder}
        self.one_to_one = {name: np.array_equal(members, np.eye(len(members))) for name, members in self.feeds.items()}
        self.feeder_exits = {role.name: feeder_exit_probability(scenario, role) for role in roles if role.feeder}
        fed = [role for role in roles if role.feeder == FRONTLINE]
        self.matured = np.zeros((len(fed), self.months, len(scenario.groups)))
        self.arrivals = np.zeros((len(fed), len(scenario.groups), len(scenario.hiring.sources), self.months))
        self.ladders = {role.name: self._ladder(role, span, fed) for role in roles}
        self.opening_matured = {role.name: opening_matured(scenario, role) for role in roles if role.feeder}
        self.top_down = sorted(reversed(self.ladders), key=lambda name: self.ladders[name].role.kind == "support")

    def _open_hiring(self, given: hiring.Hiring) -> None:
        """What one start of every source takes, and the hours there are for it."""
        self.leads = [hiring.lead_months(source) for source in given.sources]
        self.recruiter_hours = [hiring.recruiter_hours_per_start(given, source) for source in given.sources]
        self.interview_hours = [hiring.interview_hours_per_start(given, source) for source in given.sources]
        self.referred = [_per_head(source) for source in given.sources]
        self.recruiters_left, self.interviews_left = [0.0] * self.months, [0.0] * self.months
        self.heads_seen = [0.0] * self.months
        self.started = [[0] * len(self.leads) for _ in range(self.months)]

    # What people cost, asked for only where there is a budget

    @cached_property
    def per_fte(self) -> Array:
        """Gross pay of one FTE, month by month [groups, months]."""
        return _held(monthly_pay(self.scenario), self.path.shape[2]).T

    @cached_property
    def pay(self) -> Array:
        """Pay with on-cost of one person, month by month [groups, months]."""
        return np.asarray(self.per_fte * (1 + self.scenario.finance.on_cost) * self.parts.contract_fraction[:, None])

    @cached_property
    def role_pay(self) -> dict[str, Array]:
        """Pay with on-cost of one person of every role [months, units]."""
        span, on_cost = self.path.shape[2], 1 + self.scenario.finance.on_cost
        return {role.name: _held(role_pay(self.scenario, role), span) * on_cost for role in self.scenario.organisation.roles}

    @cached_property
    def programme(self) -> Array:
        """What one person in a career programme costs above the others [groups, months]."""
        return _held(participant_outlay(self.scenario), self.path.shape[2]).T

    # What stands on day 1

    def _seat_opening_classes(self) -> None:
        for g, group in enumerate(self.scenario.groups):
            site, span = self.scenario.sites[self.site_of[g]], self.rooms_used.shape[1]
            for left, people in sitting(group.workforce):
                self.rooms_used[self.site_of[g]] += training.rooms_response(left, span) * float(training.classes_for(people, site.training))

    def _pay_opening_people(self) -> None:
        self.purse.spend(0, (self.path[HEADS] * self.pay).sum(axis=0))
        in_programme = np.where(covers_everyone(self.scenario)[:, None], self.path[HEADS] - self.path[TRAINEES], self.parts.earlier_qualified)
        self.purse.spend(0, (in_programme * self.programme).sum(axis=0) + all_hands_cost(self.scenario).sum())
        for name, ladder in self.ladders.items():
            premium = opening_from_outside(self.scenario, ladder.role) * ladder.role.external_premium
            self.purse.spend(0, self._role_costs(name, 0) @ (ladder.heads + premium))

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

    def _take_signed_appointments(self) -> None:
        """As signed starts, of people from outside who have signed for a role."""
        for name, ladder in self.ladders.items():
            signed = signed_appointments(self.scenario, ladder.role)
            signed[: self.taken_months] = 0
            ladder.on_order[: self.months] += signed
            for month in np.flatnonzero(signed.any(axis=1)).tolist() if self.purse.bounded else ():
                self.purse.spend(month, self._appointment_costs(name, month) @ signed[month])

    def _ladder(self, role: Role, span: int, fed: list[Role]) -> _Ladder:
        shape = (span, len(units(self.scenario, role.name)))
        bench = matured = None
        if role.feeder:
            entrants = {other.name: np.zeros((self.months, len(units(self.scenario, other.name)))) for other in self.scenario.organisation.roles}
            bench, inflow = bench_inflow(self.scenario, self.decided, role, entrants)
            if role in fed:
                matured = self.matured[fed.index(role)]
                matured[:], self.arrivals[fed.index(role)] = inflow, maturing(self.scenario, role.time_in_grade_months, self.months).start
        here = self.places[role.name]
        self.heads[here], self.staying[here] = opening_heads(self.scenario, role), 1 - role.exit_probability_monthly
        return _Ladder(role, here, self.heads[here], bench, matured, np.zeros(shape[1]), np.zeros(shape), np.zeros(shape))

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
        self._hire(month)
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

    def _posts(self, month: int) -> Array:
        """People that every role must have in a month, by unit of all roles: for those whom it leads, in the plan or required, whichever is more."""
        posts = np.empty_like(self.heads)
        for layer in self.layers:
            if layer.below is None:
                led = np.maximum(self.path[HEADS, :, month], self.required_heads[month])
            else:
                led = np.maximum(self.heads[layer.below], posts[layer.below])
            posts[layer.here] = organisation.required_leaders(led @ layer.members, layer.spans)
        return posts

    def _take_ordered(self, month: int) -> None:
        """People on order begin: for posts that stood open, or signed for before the plan."""
        for name, ladder in self.ladders.items():
            if ladder.on_order[month].any():
                self._join(name, month, ladder.on_order[month])

    def _join(self, name: str, month: int, people: Array) -> None:
        """People from outside on their first day."""
        ladder = self.ladders[name]
        ladder.heads += people
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
        missing: list[float] = organisation.vacancies(posts, self.heads).astype(float).tolist()
        if not any(missing):
            return False
        for name in self.top_down:
            ladder = self.ladders[name]
            if any(wanted := missing[ladder.here]):
                promoted = self._promote(month, ladder, np.array(wanted))
                outside = self._appoint(month, ladder, wanted - promoted)
                if promoted.any() or outside.any():
                    moved, missing = True, organisation.vacancies(posts, self.heads).astype(float).tolist()
        return moved

    def _appoint(self, month: int, ladder: _Ladder, missing: Array) -> Array:
        """Appointments from outside by unit, for searches that began ahead of the ratio."""
        role = ladder.role
        if role.seek == "when_broken" or _only_from_within(role) or month < role.lead_time_months:
            return np.zeros_like(missing)
        people = self._paid_for(role.name, month, missing)
        if people.any():
            self._join(role.name, month, people)
        return people

    def _appointment_costs(self, name: str, month: int) -> Array:
        """What one person from outside costs from the first day on [months from it, units]."""
        role = self.ladders[name].role
        each = self._role_costs(name, month) * (1 + role.external_premium)
        each[:1] += role.search_cost
        return each

    def _paid_for(self, name: str, month: int, people: Array) -> Array:
        """As many people from outside as the budget bears from their first day on, by unit; what they cost is taken out of it."""
        if not self.purse.bounded or not people.any():
            return people
        paid = np.zeros_like(people)
        each = self._appointment_costs(name, month)
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
        return self._by_unit(role, attempts)

    def _by_unit(self, role: Role, people: Array) -> Array:
        """People of a role's feeder, by the unit of the role they belong to."""
        return people if self.one_to_one[role.name] else np.asarray(people @ self.feeds[role.name])

    def _spared(self, month: int, role: Role, wanted: Array) -> Array:
        """As many of the promotions as leave nobody's classes without mentors or trainers, no unit below zero, and the budget whole."""
        if not wanted.any():
            return wanted
        if role.feeder == FRONTLINE:
            for site, members in enumerate(self.members):
                borne = _most(wanted[members], partial(self._frontline_bears, month, role, site))
                wanted[members] = borne
        else:
            wanted = _most(wanted, partial(self._role_bears, month, role))
        return _most(wanted, partial(self._budget_bears, month, role)) if self.purse.bounded else wanted

    def _frontline_bears(self, month: int, role: Role, site: int, attempts: Array) -> bool:
        """Whether a site keeps its people in training, and mentors for them, in all months to come; attempts by group of the site."""
        members, given, path = self.members[site], self.scenario.sites[site].training, self.path[..., month:]
        gone = (attempts - organisation.failures(role, attempts)[0])[:, None] * self.parts.settled[HEADS, members, : path.shape[2]]
        qualified = path[HEADS, members] - path[TRAINEES, members]
        if any(self.started[month]):
            qualified[:, 0] -= self._qualified_today(month, members)
        if ((qualified < gone - HAIR) & (gone > 0)).any():
            return False
        needed, eligible = training.mentors_needed(np.maximum(path[NESTING, members].sum(axis=0), 0), given), path[ELIGIBLE, members].sum(axis=0)
        lacking = needed > training.mentors_available(eligible - gone.sum(axis=0), given)
        return not lacking.any() or bool((needed > training.mentors_available(eligible, given))[lacking].all())

    def _qualified_today(self, month: int, members: _Members) -> Array:
        """People of some groups who start in a month and are qualified at once; the month before could not promote them."""
        return np.asarray((self.decided.starts[month, members] * self.qualified_at_once[members]).sum(axis=1))

    def _role_bears(self, month: int, role: Role, attempts: Array) -> bool:
        """Whether a feeder role has the people who are promoted, and still trainers for the classes that run and hours for signed starts."""
        feeder = self.ladders[str(role.feeder)]
        left = feeder.heads - attempts + organisation.failures(role, attempts)[0]
        enough = (feeder.heads - self.decided.appointments[feeder.role.name][month] - attempts >= -HAIR).all()
        return bool(enough and self._classes_taught(month, feeder, left) and self._hours_kept(month, feeder.role, left.sum(), feeder.heads.sum()))

    def _hours_kept(self, month: int, role: Role, heads: float, before: float) -> bool:
        """Whether so many people of a role have the recruiting and interview hours that signed starts still take, where those in post have them."""
        parameters = self.scenario.hiring
        for name, left, capacity in (
            (parameters.recruiter_role, self.recruiters_left, hiring.recruiter_capacity_hours),
            (parameters.interviewer_role, self.interviews_left, hiring.interviewer_capacity_hours),
        ):
            if role.name == name:
                booked, staying = -np.array(left[month:]), (1 - role.exit_probability_monthly) ** np.arange(self.months - month)
                fits, fitted = (booked <= capacity(parameters, people * staying) + HAIR for people in (heads, before))
                if np.any(~fits & fitted):
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
        lasting = self._by_unit(role, attempts - back - gone)
        self.decided.promotions[role.name][month - 1] += attempts
        if self.purse.bounded:
            self.purse.spend(month, self._promotion_costs(month, role, attempts))
        ladder.bench = ladder.bench - attempts if ladder.bench is not None else None
        ladder.heads += lasting
        ladder.entrants[month] += lasting
        if role.feeder == FRONTLINE:
            self._drain(month, attempts - back)
        else:
            feeder = self.ladders[str(role.feeder)]
            feeder.heads[:] = feeder.heads - attempts + back

    def _attempts(self, ladder: _Ladder, bench: Array, vacancies: Array) -> Array:
        """Promotions by unit of the feeder: the internal share of the vacancies, from the units with the deepest bench."""
        role = ladder.role
        available = np.floor(bench + HAIR)
        membership = self.feeds[role.name]
        chosen = organisation.fill(role, vacancies, self._by_unit(role, available), ladder.carried)
        ladder.carried = chosen.carried
        if self.one_to_one[role.name]:
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
        waiting = {name: ladder for name, ladder in self.ladders.items() if ladder.role.seek == "when_broken" and not _only_from_within(ladder.role)}
        posts = self._posts(month) if waiting else self.heads
        for name, ladder in waiting.items():
            due = month + max(ladder.role.lead_time_months, 1)
            if due < len(ladder.on_order):
                pipeline = ladder.on_order[month + 1 : due + 1].sum(axis=0)
                ladder.on_order[due] += self._paid_for(name, due, organisation.vacancies(posts[ladder.here], ladder.heads + pipeline).astype(float))

    def _close(self, month: int) -> None:
        """The month's end: exits of every role, and the benches that can be promoted from."""
        self.heads_seen[month] = float(self.path[HEADS, :, month].sum())
        self.heads *= self.staying
        for name, ladder in self.ladders.items():
            if ladder.bench is not None:
                ready = ladder.bench + (ladder.role.ready_share * self._matured(ladder, month - 1) if month else 0.0)
                ladder.bench = ready * (1 - self.feeder_exits[name])

    def _matured(self, ladder: _Ladder, month: int) -> Array:
        """People who reached their time in grade in a month [units of the feeder]."""
        role = ladder.role
        if ladder.matured is not None:
            return np.asarray(ladder.matured[month])
        feeder = self.ladders[str(role.feeder)]
        joined = organisation.matured_in(month, feeder.entrants, feeder.role.exit_probability_monthly, role.time_in_grade_months)
        return np.asarray(self.opening_matured[role.name][month] + joined)

    # Hiring

    def _open_capacity(self, month: int) -> None:
        """Recruiter and interviewer capacity as the month begins."""
        parameters = self.scenario.hiring
        self.recruiters_left[month] += float(hiring.recruiter_capacity_hours(parameters, self.ladders[parameters.recruiter_role].heads.sum()))
        self.interviews_left[month] += float(hiring.interviewer_capacity_hours(parameters, self.ladders[parameters.interviewer_role].heads.sum()))

    def _hire(self, month: int) -> None:
        """Hires for every group, the sites in their order of priority."""
        wanted = self._wanted(month)
        for group in self.in_order:
            if wanted[group] > 0:
                self._hire_for(month, group, wanted[group])

    def _hire_for(self, month: int, group: int, wanted: int) -> None:
        by_source = self._within_limits(month, group, wanted)
        if by_source:
            for source, people in by_source.items():
                self._start(month, group, source, people)
                self._spend_hours(month, source, people)
            self._seat(month, group, -(-sum(by_source.values()) // self._training(group).class_size_max))

    def _training(self, group: int) -> training.Training:
        return self.scenario.sites[int(self.site_of[group])].training

    def _wanted(self, month: int) -> list[int]:
        """Starts by group that close every gap they can help with, if hiring goes on at the same pace until then: gap / sum of the responses so far.

        Promotions are taken to go on at the pace of the last quarter. No group's hires change what another wants.
        """
        helps = month + self.pace_months
        leaving = self.left_for_roles[max(month - QUARTER, 0) : month].sum(axis=0) / QUARTER * self.settled_fte
        gaps = self.required[self.rows, helps] - self.fte[self.rows, helps] + leaving[:, None] * self.pace_months
        most: list[float] = (gaps / self.pace_sums).max(axis=1, initial=0.0).tolist()
        return [max(0, math.ceil(wanted - 1e-6)) for wanted in most]

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
        given, site, held = self._training(group), int(self.site_of[group]), self.rooms_held[group]
        used = self.rooms_used[site, month : month + held].tolist()
        ladder = self.ladders[given.trainer_role]
        trainers = self._trainers(ladder.role, ladder.heads, site, held).tolist() if held else []
        space = [min(given.rooms, math.floor(there / given.trainers_per_class + HAIR)) - taken for there, taken in zip(trainers, used, strict=True)]
        return max(0, int(min(space))) if space else 10**6

    def _trainers(self, role: Role, heads: Array, site: int, months: int) -> Array:
        """Whole trainers of a site over the next months, of so many people in the role today, if nobody is replaced."""
        there = heads[0] if role.scope == "all" else heads[site] if role.scope == "site" else heads[self.site_of == site].sum()
        return whole(there * self.kept[role.name][:months])

    def _people_possible(self, month: int, group: int) -> int:
        """Starts that mentors, the line for people of short tenure and the cap on starts still allow."""
        most, cap = min(self._mentored(month, group), self._new_people(month, group)), self.scenario.hiring.starts_max_monthly
        if cap is not None:
            most = min(most, cap - sum(self.started[month]))
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
        """Starts for whom the site's mentors have time while they nest."""
        given, members = self._training(group), self.members[int(self.site_of[group])]
        first, each = self.nesting[group]
        when = slice(month + first, month + first + len(each))
        mentors = training.mentors_available(self.path[ELIGIBLE, members, when].sum(axis=0), given)
        space = (mentors * given.mentees_per_mentor - self.path[NESTING, members, when].sum(axis=0)).tolist()
        return min((math.floor(room / nesting + HAIR) for room, nesting in zip(space, each, strict=False) if nesting > 0), default=math.inf)

    def _from_sources(self, month: int, group: int, most: int) -> dict[int, int]:
        """People found by source, the preferred source first, within its cap, the hours of recruiters and interviewers, and the budget."""
        found: dict[int, int] = {}
        left, purse = most, self.purse.copy()
        recruiters = interviews = 0.0
        for source, lead in enumerate(self.leads):
            space = min(left, self._source_space(month, source, recruiters, interviews))
            each = self._start_costs(month, group, source) if purse.bounded else np.zeros(0)
            people = int(min(space, purse.times(month, each)))
            if people > 0:
                found[source] = people
                left -= people
                purse.spend(month, people * each)
                recruiters += people * self.recruiter_hours[source] / lead
                interviews += people * self.interview_hours[source] / lead
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

    def _source_space(self, month: int, source: int, recruiters: float, interviews: float) -> float:
        """People whom a source still yields, beside those for whom so many hours of recruiters and interviewers a month are taken already."""
        most, lead = self.scenario.hiring.sources[source].starts_max_monthly, self.leads[source]
        if month < lead:
            return 0
        found = self.started[month][source] - (self.signed[month] if source == 0 else 0)
        space = math.inf if most is None else most - found
        if (per_head := self.referred[source]) is not None:
            space = min(space, self.heads_seen[month - lead] * per_head - found)
        for left, each, used in ((self.recruiters_left, self.recruiter_hours, recruiters), (self.interviews_left, self.interview_hours, interviews)):
            if each[source] > 0:
                space = min(space, (min(left[month - lead : month]) - used) / (each[source] / lead))
        return math.floor(max(space, 0) + HAIR) if space < math.inf else space

    def _start(self, month: int, group: int, source: int, people: int) -> None:
        span = self.path.shape[2] - month
        self.decided.starts[month, group, source] += people
        self.started[month][source] += people
        self.path[:, group, month:] += people * self.parts.start[:, group, source, :span]
        self.fte[group, month:] += people * self.capacity[group, source, :span]
        self._mature(month, group, source, people)
        if self.purse.bounded:
            self.purse.spend(month, people * self._start_pay(month, group, source))
            self.purse.spend(month, np.array([people * self.scenario.hiring.sources[source].cost_per_hire]))

    def _mature(self, month: int, group: int, source: int, people: int) -> None:
        self.matured[:, month:, group] += people * self.arrivals[:, group, source, : self.months - month]

    def _seat(self, month: int, group: int, classes: int) -> None:
        self.decided.classes[month, group] += classes
        self.rooms_used[self.site_of[group], month : month + self.rooms_held[group]] += classes
        self.purse.spend(month, np.array([classes * self.scenario.finance.cost_per_class]))

    def _spend_hours(self, month: int, source: int, people: int) -> None:
        lead = self.leads[source]
        for worked in range(max(month - lead, 0), month):
            self.recruiters_left[worked] -= people * self.recruiter_hours[source] / lead
            self.interviews_left[worked] -= people * self.interview_hours[source] / lead

    # Overtime and contractors

    def _cover(self, month: int) -> None:
        given, productive = self.scenario.finance, self.fte[:, month]
        missing = np.maximum(0.0, self.required[:, month] - productive)
        overtime = np.minimum(missing, given.overtime_max * np.maximum(productive, 0))
        contractors = np.minimum(missing - overtime, given.contractors_max_fte)
        share = self._share_paid(month, overtime, contractors)
        self._take_cover(month, overtime * share, contractors * share)

    def _share_paid(self, month: int, overtime: Array, contractors: Array) -> float:
        """The share of a month's overtime and contractors for which there is money."""
        if self.purse.left is None:
            return 1.0
        given = self.scenario.finance
        price = (finance.overtime(given, overtime, self.per_fte[:, month]) + finance.contractor(given, contractors)).sum()
        return min(1.0, max(0.0, self.purse.left[month]) / price) if price > 0 else 1.0

    def _take_cover(self, month: int, overtime: Array, contractors: Array) -> None:
        self.decided.overtime_fte[month], self.decided.contractor_fte[month] = overtime, contractors


class _Around(_Spreadsheet):
    """The sheet of a planner to whom starts and classes are given."""

    def __init__(self, scenario: Scenario, need: Requirement, given: Decisions, taken: Decisions | None, taken_months: int) -> None:
        super().__init__(scenario, need, taken, taken_months)
        self.given = given

    def _hire(self, month: int) -> None:
        for group in self.in_order:
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


def _padded(paces: list[tuple[NDArray[np.intp], Array]]) -> tuple[NDArray[np.intp], Array]:
    """Months and sums of every group as rows of one length [groups, most months]: what is missing stands for month 0 and closes no gap."""
    longest = max(len(helps) for helps, _ in paces)
    months, sums = np.zeros((len(paces), longest), dtype=np.intp), np.full((len(paces), longest), np.inf)
    for row, (helps, together) in enumerate(paces):
        months[row, : len(helps)], sums[row, : len(helps)] = helps, together
    return months, sums


def _run(places: NDArray[np.intp]) -> _Members:
    """Places in a row as a slice, which numpy need not copy."""
    if len(places) and places[-1] - places[0] == len(places) - 1:
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def _nesting(per_start: Array) -> tuple[int, list[float]]:
    """Months until one start first needs a mentor, and how much of one person nests from that month on."""
    touched = np.flatnonzero(per_start > 0)
    return (int(touched[0]), per_start[touched[0] : touched[-1] + 1].tolist()) if len(touched) else (0, [])


def _per_head(source: hiring.Source) -> float | None:
    """Most starts a month that one person yields by referring others; None where a source does not live on that."""
    return None if source.referrals_per_head_monthly is None else float(hiring.referral_starts_max(source, 1.0))


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
