"""The plan: what decisions make of a scenario, month by month. The one place where requirement, cohorts, ladder, training, hiring and cost meet.

    requirement -> frontline (cohorts) -> ladder (roles) -> training and recruiting load -> cost
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from planner import finance, hiring, organisation, staffing, training
from planner.cohorts import Cohorts, Frontline, classroom_months, cohorts, frontline, leaving_by_design, maturing, participants, sitting, superposed
from planner.decisions import Decisions, role_named, units
from planner.errors import Fault, InvalidDecisions
from planner.horizon import month_labels
from planner.organisation import FRONTLINE, Role, RolePath
from planner.requirement import Requirement, requirement
from planner.scenario import Scenario, moved
from planner.workforce import ready_exit_probability

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RoleMonths:
    """One role month by month, arrays [months, units of the role]; `ready` [months, units of its feeder], None where nobody is promoted into it."""

    role: Role
    units: tuple[str, ...]
    path: RolePath
    led: Array
    required: Array
    required_path: Array
    vacancies: Array
    promoted: Array
    appointed: Array
    ready: Array | None


@dataclass(frozen=True, eq=False)
class TrainingLoad:
    """What training takes and has, arrays [months, sites]; counts are whole."""

    classes_started: Array
    classes_running: Array
    trainees: Array
    trainers_needed: Array
    trainers_available: Array
    rooms_available: Array
    mentors_needed: Array
    mentors_available: Array


@dataclass(frozen=True, eq=False)
class RecruitingLoad:
    """What hiring takes and has: hours [months]; starts and the most each source yields [months, sources] (infinite: not limited)."""

    recruiter_hours: Array
    recruiter_hours_available: Array
    interview_hours: Array
    interview_hours_available: Array
    starts: Array
    starts_max: Array


@dataclass(frozen=True, eq=False)
class CostLine:
    """One item of cost by month [months] in the reporting currency."""

    site: str
    group: str
    role: str
    item: str
    amount: Array


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that follows from a scenario (its levers worked in) and decisions. Arrays are [months, groups] unless said otherwise."""

    scenario: Scenario
    decisions: Decisions
    requirement: Requirement
    parts: Cohorts
    frontline: Frontline
    roles: tuple[RoleMonths, ...]
    training: TrainingLoad
    recruiting: RecruitingLoad
    costs: tuple[CostLine, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """The labels of the months."""
        return month_labels(self.scenario.horizon)

    @property
    def required_fte(self) -> Array:
        """Productive FTE that the groups need."""
        return self.requirement.group_fte

    @property
    def available_fte(self) -> Array:
        """Productive, overtime and contractor FTE together, and what people of other work bring."""
        return self.frontline.productive_fte + self.decisions.overtime_fte + self.decisions.contractor_fte + self.all_hands_fte

    @property
    def all_hands_fte(self) -> Array:
        """FTE that people of other work bring."""
        return self.requirement.all_hands_fte

    @cached_property
    def participants(self) -> Array:
        """Qualified people in a career programme."""
        return participants(self.scenario, self.parts, self.decisions.starts, self.frontline)

    @cached_property
    def designed_exits(self) -> Array:
        """People who leave by design at each month's end, known as far ahead as their programme is long."""
        return leaving_by_design(self.scenario, self.decisions.starts)

    @cached_property
    def shortage_fte(self) -> Array:
        """FTE missing after overtime and contractors."""
        return missing_fte(self.required_fte, self.available_fte)

    @cached_property
    def surplus_fte(self) -> Array:
        """FTE beyond the requirement."""
        return missing_fte(self.available_fte, self.required_fte)

    @cached_property
    def cost(self) -> Array:
        """Cost by month [months], the price of shortage included."""
        return np.asarray(sum((line.amount for line in self.costs), np.zeros(len(self.months))))

    @cached_property
    def spend(self) -> Array:
        """Money that is paid by month [months]: cost without the price of shortage."""
        return np.asarray(sum((line.amount for line in self.costs if line.item != "shortage_price"), np.zeros(len(self.months))))

    def role(self, name: str) -> RoleMonths:
        """The months of one role."""
        return next(months for months in self.roles if months.role.name == name)


def missing_fte(wanted: Array, there: Array) -> Array:
    """How much of what is wanted is not there; a difference of rounding is none."""
    missing = wanted - there
    return np.where(missing > 1e-9, missing, 0.0)


def project(scenario: Scenario, decisions: Decisions, need: Requirement | None = None) -> Plan:
    """The plan that follows from a scenario and decisions. `need` may be given where it is known already.

    Decisions are taken as they are, also beyond the limits: `limits.broken` tells which they break.
    """
    need = need or requirement(scenario)
    scenario = moved(scenario)
    _refuse_other_shapes(scenario, decisions)
    parts = cohorts(scenario, scenario.horizon.months)
    people = frontline(parts, decisions.starts, *promotion_flows(scenario, decisions, FRONTLINE))
    roles = _ladder_months(scenario, decisions, need, people)
    return Plan(
        scenario=scenario,
        decisions=decisions,
        requirement=need,
        parts=parts,
        frontline=people,
        roles=roles,
        training=training_load(scenario, decisions, people, roles),
        recruiting=recruiting_load(scenario, decisions, people, roles),
        costs=cost_lines(scenario, decisions, need, people, roles),
    )


def _refuse_other_shapes(scenario: Scenario, decisions: Decisions) -> None:
    expected = (scenario.horizon.months, len(scenario.groups), len(scenario.hiring.sources))
    if decisions.starts.shape != expected:
        problem = f"the decisions have {decisions.starts.shape} months, groups and sources, the scenario {expected}"
        raise InvalidDecisions([Fault("decisions", problem, "Take decisions made for this scenario.")])


# Units ---------------------------------------------------------------------------------------------------------------------------------------


def belongs(scenario: Scenario, lower: str, upper: str) -> Array:
    """Which units of a role (or the frontline) belong to which units of another: 1 or 0 [units of lower, units of upper]."""
    return organisation.membership(scope_of(scenario, lower), scope_of(scenario, upper), site_index(scenario).tolist(), len(scenario.sites))


def scope_of(scenario: Scenario, role: str) -> str:
    """Scope of a role; the frontline is by group."""
    return "group" if role == FRONTLINE else role_named(scenario, role).scope


def site_index(scenario: Scenario) -> NDArray[np.intp]:
    """The position of each group's site."""
    names = [site.name for site in scenario.sites]
    return np.array([names.index(group.site) for group in scenario.groups])


def by_site(scenario: Scenario, values: Array) -> Array:
    """Sums over the groups of each site: [months, groups] to [months, sites]."""
    total = np.zeros((len(values), len(scenario.sites)))
    np.add.at(total.T, site_index(scenario), values.T)
    return total


# Ladder --------------------------------------------------------------------------------------------------------------------------------------


def promotion_flows(scenario: Scenario, decisions: Decisions, feeder: str) -> tuple[Array, Array]:
    """People promoted away from a feeder, and those who fail and come back, at each month's end [months, units of the feeder]."""
    away = np.zeros((scenario.horizon.months, len(units(scenario, feeder))))
    back = np.zeros_like(away)
    for role in scenario.organisation.roles:
        if role.feeder == feeder:
            attempts = decisions.promotions[role.name]
            away, back = away + attempts, back + organisation.failures(role, attempts)[0]
    return away, back


def _ladder_months(scenario: Scenario, decisions: Decisions, need: Requirement, people: Frontline) -> tuple[RoleMonths, ...]:
    heads = {FRONTLINE: people.heads}
    required_path = {FRONTLINE: np.ceil(need.frontline_heads - 1e-9)}
    required = {FRONTLINE: np.maximum(heads[FRONTLINE], required_path[FRONTLINE])}
    entrants: dict[str, Array] = {}
    done: list[RoleMonths] = []
    for role in scenario.organisation.roles:
        path = _role_path(scenario, decisions, role)
        counted = belongs(scenario, role.leads, role.name)
        required_path[role.name] = organisation.required_leaders(required_path[role.leads] @ counted, role.span)
        needed = organisation.required_leaders(np.maximum(heads[role.leads], required[role.leads]) @ counted, role.span).astype(float)
        heads[role.name], required[role.name] = path.heads, np.maximum(path.heads, needed)
        entrants[role.name] = path.starts + _lasting_promotions(role, path.promoted_in)
        ready = ready_bench(scenario, decisions, role, entrants) if role.feeder else None
        done.append(
            RoleMonths(
                role=role,
                units=units(scenario, role.name),
                path=path,
                led=heads[role.leads] @ counted,
                required=needed,
                required_path=required_path[role.name],
                vacancies=organisation.vacancies(needed, path.heads).astype(float),
                promoted=path.promoted_in,
                appointed=path.starts,
                ready=ready,
            )
        )
    return tuple(done)


def _lasting_promotions(role: Role, attempts: Array) -> Array:
    """People promoted who did not fail, in the first month in which they are in the role."""
    lasting = attempts - sum(organisation.failures(role, attempts))
    return np.concatenate([np.zeros_like(lasting[:1]), lasting[:-1]])


def opening_heads(scenario: Scenario, role: Role) -> Array:
    """People of a role in post on day 1 [units]."""
    return organisation.opening_heads(role, units(scenario, role.name))


def _role_path(scenario: Scenario, decisions: Decisions, role: Role) -> RolePath:
    attempts = decisions.promotions.get(role.name)
    promoted_in = attempts @ belongs(scenario, str(role.feeder), role.name) if attempts is not None else np.zeros_like(decisions.appointments[role.name])
    away, back = promotion_flows(scenario, decisions, role.name)
    return organisation.role_path(role, opening_heads(scenario, role), decisions.appointments[role.name], promoted_in, away, back)


def ready_bench(scenario: Scenario, decisions: Decisions, role: Role, entrants: dict[str, Array]) -> Array:
    """People ready to be promoted into a role on day 1 of each month [months, units of its feeder].

    `entrants` [months, units] by role: who joined each role for good, on the first month in which they are in the grade.
    """
    opening, matured = bench_inflow(scenario, decisions, role, entrants)
    attempts, leave = decisions.promotions[role.name], feeder_exit_probability(scenario, role)
    by_unit = [organisation.ready_bench(role, opening[u], matured[:, u], attempts[:, u], float(leave[u])) for u in range(len(leave))]
    return np.stack(by_unit, axis=1)


def feeder_exit_probability(scenario: Scenario, role: Role) -> Array:
    """Monthly probability of leaving of people settled in a role's feeder [units of the feeder]."""
    if role.feeder == FRONTLINE:
        return np.array([ready_exit_probability(group.workforce, role.time_in_grade_months) for group in scenario.groups])
    feeder = role_named(scenario, str(role.feeder))
    return np.full(len(units(scenario, feeder.name)), feeder.exit_probability_monthly)


def opening_ready(scenario: Scenario, role: Role) -> Array:
    """People ready to be promoted into a role on day 1 [units of its feeder]."""
    below = units(scenario, str(role.feeder))
    if role.under_way.ready:
        return organisation.by_unit(role.under_way.ready, below)
    if role.feeder == FRONTLINE:
        return maturing(scenario, role.time_in_grade_months, scenario.horizon.months).there * role.ready_share
    feeder = role_named(scenario, str(role.feeder))
    return (opening_heads(scenario, feeder) - organisation.short_of_grade(feeder, below, role.time_in_grade_months)) * role.ready_share


def opening_matured(scenario: Scenario, role: Role) -> Array:
    """Of the people in post on day 1, who reaches the time in grade for a role in each month [months, units of its feeder]."""
    if role.feeder == FRONTLINE:
        return maturing(scenario, role.time_in_grade_months, scenario.horizon.months).opening.T
    feeder = role_named(scenario, str(role.feeder))
    return organisation.opening_matured(feeder, units(scenario, feeder.name), role.time_in_grade_months, scenario.horizon.months)


def bench_inflow(scenario: Scenario, decisions: Decisions, role: Role, entrants: dict[str, Array]) -> tuple[Array, Array]:
    """People ready on day 1 [units of the feeder], and people who reach the time in grade in each month [months, units of the feeder]."""
    if role.feeder == FRONTLINE:
        joined = superposed(decisions.starts, maturing(scenario, role.time_in_grade_months, scenario.horizon.months).start).T
    else:
        feeder = role_named(scenario, str(role.feeder))
        joined = organisation.matured(entrants[feeder.name], feeder.exit_probability_monthly, role.time_in_grade_months)
    return opening_ready(scenario, role), opening_matured(scenario, role) + joined


def opening_from_outside(scenario: Scenario, role: Role) -> Array:
    """Of the people of a role in post on day 1, those who are paid the external premium [units]."""
    return organisation.by_unit(role.under_way.from_outside, units(scenario, role.name))


def signed_appointments(scenario: Scenario, role: Role) -> Array:
    """People from outside who signed for a role before the plan, by month of their first day [months, units]."""
    return organisation.signed_appointments(role, units(scenario, role.name), scenario.horizon.months)


# Training and recruiting load ----------------------------------------------------------------------------------------------------------------


def classes_running(scenario: Scenario, classes: Array) -> Array:
    """Classes that hold a room and trainers at each month's peak, by group; people who are in the classroom on day 1 sit in full classes."""
    running = np.zeros_like(classes)
    for g, group in enumerate(scenario.groups):
        site = next(site for site in scenario.sites if site.name == group.site)
        rooms = training.rooms_response(classroom_months(group.workforce), len(classes))
        running[:, g] = np.convolve(classes[:, g], rooms)[: len(classes)]
        for left, people in sitting(group.workforce):
            running[:, g] += training.rooms_response(left, len(classes)) * training.classes_for(people, site.training)
    return running


def per_site(scenario: Scenario, role: RoleMonths) -> Array:
    """People of a role who serve each site [months, sites]: its own, or everyone where the role's scope is all."""
    if role.role.scope == "group":
        return by_site(scenario, role.path.heads)
    return role.path.heads if role.role.scope == "site" else np.repeat(role.path.heads, len(scenario.sites), axis=1)


def training_load(scenario: Scenario, decisions: Decisions, people: Frontline, roles: tuple[RoleMonths, ...]) -> TrainingLoad:
    """What the classes of the decisions take of rooms, trainers and mentors, and what each site has."""
    running, nesting = by_site(scenario, classes_running(scenario, decisions.classes)), by_site(scenario, people.nesting)
    eligible = np.maximum(by_site(scenario, people.mentors_eligible), 0)
    by_role = {months.role.name: months for months in roles}
    columns = list(enumerate(site.training for site in scenario.sites))
    return TrainingLoad(
        classes_started=by_site(scenario, decisions.classes),
        classes_running=running,
        trainees=by_site(scenario, people.training_heads),
        trainers_needed=np.stack([training.trainers_needed(running[:, s], given) for s, given in columns], axis=1),
        trainers_available=np.stack([whole(per_site(scenario, by_role[given.trainer_role])[:, s]) for s, given in columns], axis=1),
        rooms_available=np.stack([np.full(len(running), given.rooms) for _, given in columns], axis=1),
        mentors_needed=np.stack([training.mentors_needed(nesting[:, s], given) for s, given in columns], axis=1),
        mentors_available=np.stack([training.mentors_available(eligible[:, s], given) for s, given in columns], axis=1),
    )


def whole(heads: Array) -> Array:
    """People counted as whole: half a person gone is a vacancy."""
    return np.asarray(np.ceil(heads - 0.5 - 1e-9))


def recruiting_load(scenario: Scenario, decisions: Decisions, people: Frontline, roles: tuple[RoleMonths, ...]) -> RecruitingLoad:
    """Hours that the starts take of recruiters and interviewers in the months before them, and what there is."""
    parameters, starts = scenario.hiring, decisions.starts.sum(axis=1)
    by_role = {months.role.name: months.path.heads.sum(axis=1) for months in roles}
    work = [(starts[:, s], source, hiring.lead_months(source)) for s, source in enumerate(parameters.sources)]
    interviewers = hiring.interviewer_capacity_hours(parameters, by_role[parameters.interviewer_role])
    return RecruitingLoad(
        recruiter_hours=np.asarray(sum(hiring.work_by_month(s, hiring.recruiter_hours_per_start(parameters, source), lead) for s, source, lead in work)),
        recruiter_hours_available=hiring.recruiter_capacity_hours(parameters, by_role[parameters.recruiter_role]),
        interview_hours=np.asarray(sum(hiring.work_by_month(s, hiring.interview_hours_per_start(parameters, source), lead) for s, source, lead in work)),
        interview_hours_available=interviewers,
        starts=starts,
        starts_max=starts_max(scenario, people.heads.sum(axis=1)),
    )


def starts_max(scenario: Scenario, heads: Array) -> Array:
    """Most starts each source yields in a month [months, sources], under the headcount [months] that refers; 0 before its time to fill."""
    return np.stack([_source_max(source, heads) for source in scenario.hiring.sources], axis=1)


def _source_max(source: hiring.Source, heads: Array) -> Array:
    lead = hiring.lead_months(source)
    most = np.full(len(heads), np.inf if source.starts_max_monthly is None else source.starts_max_monthly)
    if source.referrals_per_head_monthly is not None:
        referring = heads[np.maximum(np.arange(len(heads)) - lead, 0)]
        most = np.minimum(most, hiring.referral_starts_max(source, referring))
    most[:lead] = 0
    return most


# Cost ----------------------------------------------------------------------------------------------------------------------------------------


def monthly_pay(scenario: Scenario) -> Array:
    """Gross pay of one frontline FTE, month by month, in the reporting currency [months, groups]."""
    base = np.array([scenario.finance.frontline_monthly_pay if group.monthly_pay is None else group.monthly_pay for group in scenario.groups])
    return base * site_pay(scenario)[:, site_index(scenario)]


@lru_cache(maxsize=64)
def _site_pay(parameters: finance.Finance, sites: tuple[tuple[float, str | None], ...], labels: tuple[str, ...]) -> Array:
    index = finance.pay_index(len(labels), parameters.pay_rise_annual, parameters.first_rise_months)
    return np.stack([index * factor * finance.exchange_rates(parameters, currency, labels) for factor, currency in sites], axis=1)


def site_pay(scenario: Scenario) -> Array:
    """Factor on pay figures at each site, month by month: rises, pay factor and exchange rate [months, sites]."""
    sites = tuple((site.pay_factor, site.currency) for site in scenario.sites)
    return _site_pay(scenario.finance, sites, month_labels(scenario.horizon))


def cost_lines(scenario: Scenario, decisions: Decisions, need: Requirement, people: Frontline, roles: tuple[RoleMonths, ...]) -> tuple[CostLine, ...]:
    """Every item of cost, group by group and role by role; items of zero throughout are left out."""
    lines = _frontline_costs(scenario, decisions, need, people) + [line for role in roles for line in _role_costs(scenario, role)]
    return tuple(line for line in lines if line.amount.any())


def _frontline_costs(scenario: Scenario, decisions: Decisions, need: Requirement, people: Frontline) -> list[CostLine]:
    given, pay_fte = scenario.finance, monthly_pay(scenario)
    parts = cohorts(scenario, scenario.horizon.months)
    contract, inside = parts.contract_fraction, participants(scenario, parts, decisions.starts, people)
    available = people.productive_fte + decisions.overtime_fte + decisions.contractor_fte
    pay = finance.pay(people.heads * contract, pay_fte)
    pay = pay + finance.programme_pay(inside * contract, pay_fte, programme_figures(scenario, "pay_premium"))
    items = {
        "pay": pay,
        "on_cost": finance.on_cost(pay, given.on_cost),
        "hiring": decisions.starts @ np.array([source.cost_per_hire for source in scenario.hiring.sources]),
        "training": finance.class_cost(given, decisions.classes),
        "tuition": finance.tuition(inside, programme_figures(scenario, "tuition_monthly")),
        "overtime": finance.overtime(given, decisions.overtime_fte, pay_fte),
        "contractor": finance.contractor(given, decisions.contractor_fte),
        "shortage_price": finance.shortage_price(given, missing_fte(need.frontline_fte, available), pay_fte),
        "other": np.tile(all_hands_cost(scenario), (len(pay), 1)),
    }
    return [
        CostLine(group.site, group.name, FRONTLINE, item, amounts[:, g]) for g, group in enumerate(scenario.groups) for item, amounts in items.items()
    ]


def programme_figures(scenario: Scenario, field: str) -> Array:
    """One figure of every group's career programme [groups]."""
    return np.array([getattr(group.workforce.programme, field) for group in scenario.groups], dtype=float)


def participant_outlay(scenario: Scenario) -> Array:
    """What one person in a career programme costs a month above the others: premium with on-cost, and tuition [months, groups]."""
    contract = cohorts(scenario, scenario.horizon.months).contract_fraction
    premium = finance.programme_pay(contract, monthly_pay(scenario), programme_figures(scenario, "pay_premium"))
    return np.asarray(finance.tuition(1, programme_figures(scenario, "tuition_monthly")) + premium * (1 + scenario.finance.on_cost))


def all_hands_cost(scenario: Scenario) -> Array:
    """What the hours of people of other work, and their training, cost each group a month [groups]."""
    given = [group.all_hands for group in scenario.groups]
    hours = [staffing.all_hands_hours(each) + staffing.all_hands_training_hours(each) for each in given]
    return finance.all_hands(hours, [each.hourly_cost for each in given])


def _role_costs(scenario: Scenario, months: RoleMonths) -> list[CostLine]:
    role, given = months.role, scenario.finance
    from_outside = organisation.external_heads(months.appointed, role.exit_probability_monthly, opening_from_outside(scenario, role))
    each = role_pay(scenario, role)
    pay = finance.pay(months.path.heads, each) + finance.external_premium_pay(from_outside, each, role.external_premium)
    search = finance.search_cost(months.appointed, role.search_cost)
    items = {"pay": pay, "on_cost": finance.on_cost(pay, given.on_cost), "management_search": search}
    where = [place(scenario, role, unit) for unit in months.units]
    return [CostLine(site, group, role.name, item, amounts[:, u]) for u, (site, group) in enumerate(where) for item, amounts in items.items()]


def role_pay(scenario: Scenario, role: Role) -> Array:
    """Gross pay of one person of a role, month by month, in the reporting currency [months, units]."""
    sites = [place(scenario, role, unit)[0] for unit in units(scenario, role.name)]
    return role.monthly_pay * np.stack([_unit_pay(scenario, site) for site in sites], axis=1)


def place(scenario: Scenario, role: Role, unit: str) -> tuple[str, str]:
    """Site and group of a unit, each "all" beyond the role's scope."""
    if role.scope == "group":
        return next(group.site for group in scenario.groups if group.name == unit), unit
    return (unit, "all") if role.scope == "site" else ("all", "all")


def _unit_pay(scenario: Scenario, site: str) -> Array:
    """Factor on pay figures of a role at a site; without the site's factor where the role serves all."""
    if site == "all":
        return finance.pay_index(scenario.horizon.months, scenario.finance.pay_rise_annual, scenario.finance.first_rise_months)
    return site_pay(scenario)[:, [each.name for each in scenario.sites].index(site)]
