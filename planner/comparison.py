"""Plans side by side: figures by name with their unit, and what each policy does alone and together with the others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner import demand, hiring, policies
from planner.baseline import baseline
from planner.organisation import attempt_share, bench_available, top_leader
from planner.parameters import Unit
from planner.plan import Plan, RoleMonths, feeder_exit_probability, project
from planner.policies import Figure, PolicyParameters
from planner.requirement import requirement
from planner.scenario import Scenario

Array = NDArray[np.float64]
Better = Literal["more", "less", ""]
NEW_SHARE_LINE = 1 / 3
"""Share of people under six months above which newcomers set the tone. Source: model.md section 10, an alarm threshold (assumption)."""

PEOPLE, FTE, FTE_MONTHS, MONTHS, MONEY = Unit("people"), Unit("FTE"), Unit("FTE-months"), Unit("months"), Unit("money")
SHARE, RATIO, MONTH, A_MONTH, MONTHLY = Unit("%", 100), Unit("to 1"), Unit("month"), Unit("people a month"), Unit("% a month", 100)


@dataclass(frozen=True)
class Terms:
    """What measures need to be told besides a plan: a size to reach, and a line for the share of new people."""

    size: float
    new_share_line: float = NEW_SHARE_LINE


@dataclass(frozen=True)
class Measure:
    """One figure of a plan. The value is None where it is not defined or never comes; a value in months of the plan counts from 0."""

    name: str
    title: str
    unit: Unit
    better: Better
    meaning: str
    of: Callable[..., float | None]
    term: str = ""
    """The term it must be told besides the plan; most need none."""

    def value(self, plan: Plan, terms: Terms) -> float | None:
        """The measure of a plan."""
        return self.of(plan, getattr(terms, self.term)) if self.term else self.of(plan)


# People and service --------------------------------------------------------------------------------------------------------------------------


def heads_last(plan: Plan) -> float:
    """Frontline people in the last month."""
    return float(plan.frontline.heads[-1].sum())


def fte_last(plan: Plan) -> float:
    """Productive FTE in the last month."""
    return float(plan.frontline.productive_fte[-1].sum())


def required_fte_last(plan: Plan) -> float:
    """Required FTE in the last month."""
    return float(plan.required_fte[-1].sum())


def months_to_size(plan: Plan, size: float) -> float | None:
    """Months until the size is reached, from day 1 of the first month."""
    reached = np.flatnonzero(plan.frontline.heads.sum(axis=1) >= size - 1e-6)
    return float(reached[0]) if len(reached) else None


def growth(plan: Plan) -> float | None:
    """Growth a month of the people there over the whole plan."""
    heads = plan.frontline.heads.sum(axis=1)
    if len(heads) < 2 or heads[0] <= 0 or heads[-1] <= 0:
        return None
    return float((heads[-1] / heads[0]) ** (1 / (len(heads) - 1)) - 1)


def shortage_fte_months(plan: Plan) -> float:
    """FTE missing, added up over groups and months."""
    return float(plan.shortage_fte.sum())


def shortage_worst(plan: Plan) -> float:
    """Most FTE missing in a month over all groups."""
    return float(plan.shortage_fte.sum(axis=1).max())


def months_short(plan: Plan) -> float:
    """Months in which half an FTE or more is missing."""
    return float((plan.shortage_fte.sum(axis=1) >= 0.5).sum())


def issues_lost(plan: Plan) -> float:
    """Customers' issues that are never resolved because contacts are ended at a limit on handle time."""
    return float(sum(demand.lost_issues(queue, plan.scenario.horizon).sum() for queue in plan.scenario.queues))


def starts(plan: Plan) -> float:
    """Frontline people hired over the plan."""
    return float(plan.frontline.starts.sum())


def starts_monthly(plan: Plan) -> float:
    """Frontline people hired a month on average."""
    return float(plan.frontline.starts.sum() / len(plan.months))


def leavers(plan: Plan) -> float:
    """Frontline people who leave or do not finish training."""
    return float(plan.frontline.leavers.sum() + plan.frontline.washout.sum())


# Leaders -------------------------------------------------------------------------------------------------------------------------------------


def _leaders(plan: Plan) -> tuple[RoleMonths, ...]:
    return tuple(months for months in plan.roles if months.role.kind == "leader")


def _top(plan: Plan) -> RoleMonths | None:
    top = top_leader(plan.scenario.organisation)
    return plan.role(top.name) if top else None


def span_by_month(months: RoleMonths) -> Array:
    """People led per person of a role over all its units [months]; not a number where nobody is in post."""
    heads = months.path.heads.sum(axis=1)
    return np.asarray(np.where(heads > 0, months.led.sum(axis=1) / np.where(heads > 0, heads, 1), np.nan))


def widest_top_span(plan: Plan) -> float | None:
    """People led per person of the highest leader role, in the worst month."""
    top = _top(plan)
    spans = span_by_month(top) if top else np.array([np.nan])
    return None if np.isnan(spans).any() else float(spans.max())


def top_leaders_last(plan: Plan) -> float | None:
    """People of the highest leader role in the last month."""
    top = _top(plan)
    return float(top.path.heads[-1].sum()) if top else None


def leader_posts_open(plan: Plan) -> float:
    """Posts of leaders that stand open, added up over months."""
    return float(sum(months.vacancies.sum() for months in _leaders(plan)))


def leaders_last(plan: Plan) -> float:
    """Leaders in post in the last month."""
    return float(sum(months.path.heads[-1].sum() for months in _leaders(plan)))


def leader_share_last(plan: Plan) -> float | None:
    """Leaders over frontline people in the last month."""
    heads = heads_last(plan)
    return leaders_last(plan) / heads if heads > 0 else None


def leaders_promoted(plan: Plan) -> float:
    """Promotions into leader roles, failed ones included."""
    return float(sum(months.promoted.sum() for months in _leaders(plan)))


def leaders_appointed(plan: Plan) -> float:
    """Leaders who come from outside."""
    return float(sum(months.appointed.sum() for months in _leaders(plan)))


def promoted_from_frontline(plan: Plan) -> float:
    """Frontline people promoted away a month on average, less those who fail and come back."""
    return float((plan.frontline.promoted_out - plan.frontline.returned).sum() / len(plan.months))


def bench_empty(plan: Plan) -> float | None:
    """First month at whose end all who are ready for a leader's post are promoted, and a whole person fewer than the internal share asks for."""
    return min((month for months in _leaders(plan) if (month := _bench_empty(plan, months)) is not None), default=None)


def _bench_empty(plan: Plan, months: RoleMonths) -> float | None:
    """As `bench_empty` for one role; the posts of day 1 are filled by the promotions of the month before and by those who come from outside."""
    if months.ready is None:
        return None
    available = bench_available(months.ready, feeder_exit_probability(plan.scenario, months.role)).sum(axis=1)
    promoted, outside, missing = (values.sum(axis=1) for values in (months.promoted, months.appointed, months.vacancies))
    wanted = attempt_share(months.role) * (promoted[:-1] + outside[1:] + missing[1:])
    short = np.flatnonzero((promoted[:-1] + 1 <= wanted) & (available[:-1] - promoted[:-1] < 1))
    return float(short[0]) if len(short) else None


# Training and hiring -------------------------------------------------------------------------------------------------------------------------


def mentors_peak(plan: Plan) -> float:
    """Most mentors needed at once."""
    return float(plan.training.mentors_needed.sum(axis=1).max())


def mentor_share(plan: Plan) -> float | None:
    """Mentors needed over qualified people, over the whole plan."""
    qualified = (plan.frontline.heads - plan.frontline.training_heads).sum()
    return float(plan.training.mentors_needed.sum() / qualified) if qualified > 0 else None


def classes(plan: Plan) -> float:
    """Classes that start."""
    return float(plan.decisions.classes.sum())


def recruiter_hours(plan: Plan) -> float:
    """Recruiters' and interviewers' hours."""
    return float(plan.recruiting.recruiter_hours.sum() + plan.recruiting.interview_hours.sum())


def offers(plan: Plan) -> float:
    """Offers made."""
    by_source = plan.decisions.starts.sum(axis=(0, 1))
    return float(sum(hiring.funnel_stages(source.funnel, people).offers for source, people in zip(plan.scenario.hiring.sources, by_source, strict=True)))


def offers_lost_share(plan: Plan) -> float | None:
    """Offers that are refused, or accepted by somebody who does not come."""
    made = offers(plan)
    return 1 - starts(plan) / made if made > 0 else None


# New people ----------------------------------------------------------------------------------------------------------------------------------


def new_share(plan: Plan) -> Array:
    """Share of frontline people who joined less than 6 months ago [months]; 0 where nobody is there."""
    return _share(plan.frontline.under_6_months, plan)


def _share(young: Array, plan: Plan) -> Array:
    heads = plan.frontline.heads.sum(axis=1)
    return np.asarray(np.where(heads > 0, young.sum(axis=1) / np.where(heads > 0, heads, 1), 0.0))


def under_6_worst(plan: Plan) -> float:
    """Largest share of people under 6 months in a month."""
    return float(new_share(plan).max())


def under_6_last(plan: Plan) -> float:
    """Share of people under 6 months in the last month."""
    return float(new_share(plan)[-1])


def under_12_last(plan: Plan) -> float:
    """Share of people under 12 months in the last month."""
    return float(_share(plan.frontline.under_12_months, plan)[-1])


def months_over_line(plan: Plan, new_share_line: float) -> float:
    """Months in which the share of people under 6 months is above the line."""
    return float((new_share(plan) > new_share_line + 1e-9).sum())


def hire_rate(plan: Plan) -> float | None:
    """Starts over the people there, a month, over the whole plan."""
    heads = plan.frontline.heads.sum()
    return float(plan.frontline.starts.sum() / heads) if heads > 0 else None


# Money ---------------------------------------------------------------------------------------------------------------------------------------


def spend(plan: Plan) -> float:
    """Money paid over the plan, the price of shortage left out."""
    return float(plan.spend.sum())


def cost(plan: Plan) -> float:
    """Money paid and the price of shortage."""
    return float(plan.cost.sum())


def spend_last(plan: Plan) -> float:
    """Money paid in the last month."""
    return float(plan.spend[-1])


def cost_per_fte_month(plan: Plan) -> float | None:
    """Money paid for each productive FTE and month."""
    brought = float(plan.available_fte.sum())
    return spend(plan) / brought if brought > 0 else None


MEASURES = (
    Measure("heads_last", "People at the end", PEOPLE, "", "Frontline people in the last month, trainees included.", heads_last),
    Measure("fte_last", "Productive FTE at the end", FTE, "", "Fully proficient, paid, before shrinkage.", fte_last),
    Measure("required_fte_last", "Required FTE at the end", FTE, "", "What the contacts, or the people stated, ask for.", required_fte_last),
    Measure("months_to_size", "Months to the size", MONTHS, "less", "Until so many frontline people are there, from the first day.", months_to_size, "size"),
    Measure("growth", "Growth of the people there", MONTHLY, "", "From the first to the last month of the plan.", growth),
    Measure("shortage_fte_months", "Shortage", FTE_MONTHS, "less", "FTE missing after overtime and contractors, added up over months.", shortage_fte_months),
    Measure("shortage_worst", "Worst shortage", FTE, "less", "Most FTE missing in a month.", shortage_worst),
    Measure("months_short", "Months short", MONTHS, "less", "Months in which half an FTE or more is missing.", months_short),
    Measure("issues_lost", "Issues lost to a limit", Unit("issues"), "less", "Never resolved because contacts are ended early.", issues_lost),
    Measure("starts", "People hired", PEOPLE, "", "Frontline starts over the plan.", starts),
    Measure("starts_monthly", "Hired a month", A_MONTH, "", "Frontline starts a month on average.", starts_monthly),
    Measure("leavers", "People who leave", PEOPLE, "less", "Frontline people who leave or do not finish training.", leavers),
    Measure("widest_top_span", "Widest top ratio", RATIO, "less", "People led per person of the highest leader role, in the worst month.", widest_top_span),
    Measure("top_leaders_last", "Top leaders at the end", PEOPLE, "", "People of the highest leader role in the last month.", top_leaders_last),
    Measure("leader_posts_open", "Leaders' posts open", Unit("post-months"), "less", "Open posts of leaders, added up over months.", leader_posts_open),
    Measure("leaders_last", "Leaders at the end", PEOPLE, "", "Leaders in post in the last month.", leaders_last),
    Measure("leader_share_last", "Leaders over frontline people", SHARE, "", "In the last month.", leader_share_last),
    Measure("leaders_promoted", "Leaders promoted", PEOPLE, "", "Promotions into leader roles, failed ones included.", leaders_promoted),
    Measure("leaders_appointed", "Leaders from outside", PEOPLE, "", "Appointments over the plan.", leaders_appointed),
    Measure("promoted_from_frontline", "Promoted from the frontline", A_MONTH, "", "A month on average, less those who come back.", promoted_from_frontline),
    Measure("bench_empty", "A bench runs empty", MONTH, "", "First month with fewer people ready than leaders to be promoted.", bench_empty),
    Measure("mentors_peak", "Mentors at the peak", PEOPLE, "", "Most mentors needed at once.", mentors_peak),
    Measure("mentor_share", "Mentors over qualified people", SHARE, "", "Over the whole plan.", mentor_share),
    Measure("classes", "Classes", Unit("classes"), "", "Classes that start over the plan.", classes),
    Measure("recruiter_hours", "Hours spent on hiring", Unit("h"), "less", "Of recruiters and interviewers.", recruiter_hours),
    Measure("offers", "Offers made", Unit("offers"), "", "Over the plan.", offers),
    Measure("offers_lost_share", "Offers lost", SHARE, "less", "Refused, or accepted by somebody who does not come.", offers_lost_share),
    Measure("under_6_worst", "New people at the most", SHARE, "less", "Share of people who joined less than 6 months ago, worst month.", under_6_worst),
    Measure("under_6_last", "New people at the end", SHARE, "less", "Share of people who joined less than 6 months ago, last month.", under_6_last),
    Measure("under_12_last", "Under 12 months at the end", SHARE, "less", "Share of people who joined less than 12 months ago, last month.", under_12_last),
    Measure("months_over_line", "Months with too many new people", MONTHS, "less", "Share of new people above the line.", months_over_line, "new_share_line"),
    Measure("hire_rate", "Starts over the people there", MONTHLY, "", "A month, over the whole plan.", hire_rate),
    Measure("spend", "Paid over the plan", MONEY, "less", "Everything paid; the price of shortage is not in it.", spend),
    Measure("cost", "Paid, with the price of shortage", MONEY, "less", "Shortage is value lost, not money paid.", cost),
    Measure("spend_last", "Paid in the last month", MONEY, "less", "Everything paid in that month.", spend_last),
    Measure("cost_per_fte_month", "Paid per FTE and month", MONEY, "less", "Money paid over productive, overtime and contractor FTE.", cost_per_fte_month),
)  # fmt: skip
"""Every measure, in the order in which a planner would ask."""


def measure_named(name: str) -> Measure:
    """The measure of that name."""
    return next(measure for measure in MEASURES if measure.name == name)


# Side by side --------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One measure over all plans compared."""

    measure: Measure
    values: tuple[float | None, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Plans side by side, in the order given: measures by plan."""

    names: tuple[str, ...]
    plans: tuple[Plan, ...]
    terms: Terms
    rows: tuple[Row, ...]

    def row(self, measure: str) -> Row:
        """The row of a measure."""
        return next(row for row in self.rows if row.measure.name == measure)


def measured(plan: Plan, terms: Terms) -> dict[str, float | None]:
    """Every measure of one plan by name."""
    return {measure.name: measure.value(plan, terms) for measure in MEASURES}


def default_size(plan: Plan) -> float:
    """The size that months are counted to where none is stated: the people required in the last month."""
    return float(np.ceil(plan.requirement.group_heads[-1] - 1e-9).sum())


def compare(plans: tuple[Plan, ...], names: tuple[str, ...] = (), size: float | None = None, new_share_line: float = NEW_SHARE_LINE) -> Comparison:
    """Plans side by side; without names they go by those of their scenarios, without a size by what the first plan requires at its end.

    >>> from planner.scenario import load
    >>> scenario = load("data/scenarios/startup_4.json")
    >>> found = compare((planned(scenario), planned(scenario.but(name="The same"))))
    >>> found.names, found.row("heads_last").values[0] == found.row("heads_last").values[1]
    (('Startup 4', 'The same'), True)
    """
    if not plans or (names and len(names) != len(plans)):
        raise ValueError("compare one plan or more, with a name for each or for none")
    terms = Terms(default_size(plans[0]) if size is None else size, new_share_line)
    values = [measured(plan, terms) for plan in plans]
    rows = tuple(Row(measure, tuple(each[measure.name] for each in values)) for measure in MEASURES)
    return Comparison(names or tuple(plan.scenario.name for plan in plans), plans, terms, rows)


# Policies ------------------------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=48)
def planned(scenario: Scenario) -> Plan:
    """The plan of a scenario under the baseline's decisions, worked out once."""
    need = requirement(scenario)
    return project(scenario, baseline(scenario, need), need)


@dataclass(frozen=True, eq=False)
class Weighed:
    """What policies do: the plan without any, with each alone, and with all of them together."""

    scenario: Scenario
    switched: Scenario
    on: Mapping[str, PolicyParameters]
    without: Plan
    alone: Mapping[str, Plan]
    together: Plan
    terms: Terms

    @cached_property
    def comparison(self) -> Comparison:
        """Without, each alone, together."""
        alone = self.alone if len(self.alone) > 1 else {}
        names = ("Without", *(policies.named(name).title for name in alone), "Together" if alone else "With")
        return compare((self.without, *alone.values(), self.together), names, self.terms.size, self.terms.new_share_line)

    @cached_property
    def order_sensitive(self) -> tuple[tuple[str, str], ...]:
        """Pairs of policies whose order matters."""
        return policies.order_sensitive(self.scenario, self.on)

    @cached_property
    def writes(self) -> dict[str, tuple[policies.Write, ...]]:
        """What each policy by itself changes in the scenario."""
        return {name: policies.writes(self.scenario, policies.switched(self.scenario, {name: given})) for name, given in self.on.items()}

    @cached_property
    def waiting(self) -> Plan:
        """The plan with the policies, but with every leader sought only once a post is open: what searching ahead is worth."""
        return planned(policies.management.apply(self.switched, policies.management.Management.neutral().but(seek="when_broken")))

    def values(self, measure: str) -> tuple[float | None, float | None]:
        """A measure without and with the policies."""
        asked = measure_named(measure)
        return asked.value(self.without, self.terms), asked.value(self.together, self.terms)

    def parts(self, measure: str) -> dict[str, float]:
        """What each policy adds to a measure alone, by name; "" is what they add together beyond that. Empty where a value is not defined."""
        asked = measure_named(measure)
        values = {name: asked.value(plan, self.terms) for name, plan in {"-": self.without, **self.alone, "": self.together}.items()}
        known = {name: value for name, value in values.items() if value is not None}
        if len(known) < len(values):
            return {}
        alone = {name: known[name] - known["-"] for name in self.alone}
        return alone | {"": known[""] - known["-"] - sum(alone.values())}


def weigh(scenario: Scenario, on: Mapping[str, PolicyParameters], size: float | None = None) -> Weighed:
    """The plans of a scenario without policies, with each alone, and with all that are on. Raises InvalidScenario where one cannot be applied."""
    return _weigh(scenario, tuple((policy.name, on[policy.name]) for policy in policies.POLICIES if policy.name in on), size)


@lru_cache(maxsize=12)
def _weigh(scenario: Scenario, on: tuple[tuple[str, PolicyParameters], ...], size: float | None) -> Weighed:
    chosen = dict(on)
    switched, without = policies.switched(scenario, chosen), planned(scenario)
    line = switched.optimisation.short_tenure_share_max
    return Weighed(
        scenario=scenario,
        switched=switched,
        on=chosen,
        without=without,
        alone={name: planned(policies.switched(scenario, {name: given})) for name, given in on},
        together=planned(switched),
        terms=Terms(default_size(without) if size is None else size, NEW_SHARE_LINE if line is None else line),
    )


# Closed forms beside the plan ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """A closed-form figure, and what the plans without and with the policies show for the same thing; None where they show nothing."""

    policy: str
    figure: Figure
    without: float | None
    together: float | None
    measured: bool
    """Whether the plans have a measure for it."""


def figures(weighed: Weighed) -> tuple[Beside, ...]:
    """The closed-form figures of every policy that is on, beside the plans."""
    return tuple(_beside(weighed, name, figure) for name, given in weighed.on.items() for figure in _figures(weighed.scenario, name, given))


@lru_cache(maxsize=64)
def _figures(scenario: Scenario, name: str, given: PolicyParameters) -> tuple[Figure, ...]:
    found: tuple[Figure, ...] = policies.named(name).figures(scenario, given)
    return found


def _beside(weighed: Weighed, name: str, figure: Figure) -> Beside:
    values = tuple(_found(plan, figure.beside, weighed.terms) for plan in (weighed.without, weighed.together))
    return Beside(name, figure, values[0], values[1], bool(figure.beside))


def _found(plan: Plan, beside: str, terms: Terms) -> float | None:
    """What a plan shows for a figure: a measure by name, or one of a role after a colon."""
    kind, _, role = beside.partition(":")
    if not kind:
        return None
    if role:
        return ROLE_MEASURES[kind](plan.role(role))
    return measure_named(kind).value(plan, terms)


def internal_share(months: RoleMonths) -> float | None:
    """Promotions that last, over all appointments that last."""
    lasting = float(months.promoted.sum()) * (1 - months.role.promotion_failure)
    appointed = lasting + float(months.appointed.sum())
    return lasting / appointed if appointed > 0 else None


def promotions_monthly(months: RoleMonths) -> float | None:
    """Promotions into a role a month on average, failed ones included."""
    return float(months.promoted.sum() / len(months.promoted))


ROLE_MEASURES: dict[str, Callable[[RoleMonths], float | None]] = {"internal_share": internal_share, "promotions_monthly": promotions_monthly}


# Searches ------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """A search outside for leaders: the month it must begin (below 0: before the plan), the first day's month, how many, where."""

    role: str
    unit: str
    begins: int
    starts: int
    people: int


def searches(plan: Plan) -> tuple[Search, ...]:
    """When each search for a leader from outside must begin so that the plan's appointments are there on their day, the earliest first."""
    found = [search for months in _leaders(plan) for search in _searches(months)]
    return tuple(sorted(found, key=lambda search: (search.begins, search.starts)))


def _searches(months: RoleMonths) -> Iterator[Search]:
    lead = months.role.lead_time_months
    for month, unit in zip(*np.nonzero(months.appointed), strict=True):
        yield Search(months.role.name, months.units[unit], int(month) - lead, int(month), round(float(months.appointed[month, unit])))
