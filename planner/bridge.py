"""From one scenario to another by cause: how much of a difference each kind of changed parameter brings, whatever the order in which they change.

A cause is a kind of parameter (volume, handle time, attrition ...). With n causes that changed there are 2^n scenarios from the one to the other, each with
some causes as before and the rest as after; each is planned with the decisions that the baseline takes for it. The part of a cause is its Shapley value: its
mean effect over all orders in which the causes could change. The parts sum to the difference, do not depend on order, and a cause that did not change has
none. Source: Shapley 1953, A value for n-person games.

With more causes than 2^n plans bear, the smallest are one player, whose amount is its Shapley value; it is split among them by their mean effect as the
first and as the last to change, what then remains in proportion to these (derived: order plays no part in that either).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.baseline import baseline
from planner.decisions import Decisions
from planner.errors import Fault, PlannerError
from planner.parameters import Parameters, members
from planner.plan import Plan, project
from planner.requirement import requirement
from planner.scenario import Scenario, cross_faults, moved

Array = NDArray[np.float64]
Keys = tuple[str, ...]
Causes = frozenset[str]
Players = tuple[tuple[str, ...], ...]
Progress = Callable[[float], None]
MOST = 6
"""Players whose sets are all planned. 2^6 = 64 plans are some seconds for a centre of 600."""


class NotComparable(PlannerError):
    """Two scenarios that differ in structure: nothing lies between them."""

    heading = "There is no bridge between these two"


# Causes --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cause:
    """A kind of parameter: its name, what it is called, and the places it holds; * stands for any member of a list, and what lies below belongs to it."""

    name: str
    title: str
    places: tuple[str, ...]


CAUSES = (
    Cause(
        "volume", "Volume",
        ("queues.*.contacts_monthly", "queues.*.base_contacts", "queues.*.growth_monthly", "queues.*.season", "queues.*.follows_open_days", "queues.*.events",
         "queues.*.channel.opening_backlog", "groups.*.stated_heads"),
    ),
    Cause("pattern", "Opening hours and pattern of the day",
          ("queues.*.week_profile", "queues.*.day_profile", "queues.*.opening", "queues.*.interval_minutes", "queues.*.day_cv",
           "sites.*.country", "sites.*.subdivision")),
    Cause("handle_time", "Handle time",
          ("queues.*.aht_s", "queues.*.aht_monthly_s", "queues.*.aht_drift_annual", "queues.*.aht_scv", "queues.*.events.*.aht_change",
           "queues.*.channel.length_factors")),
    Cause("service", "Service promise", ("queues.*.channel",)),
    Cause("routing", "Routing and pooling", ("groups.*.serves", "groups.*.pooled", "groups.*.breadth_penalty")),
    Cause("shrinkage", "Shrinkage", ("groups.*.staffing.shrinkage",)),
    Cause("schedule", "Shifts and contracts", ("groups.*.staffing",)),
    Cause("people", "People in post", ("groups.*.workforce.opening", "groups.*.workforce.opening_classroom", "groups.*.workforce.opening_nesting",
                                       "groups.*.workforce.signed_starts", "groups.*.workforce.earlier_starts",
                                       "organisation.roles.*.opening_heads", "organisation.roles.*.under_way")),
    Cause("attrition", "Attrition", ("groups.*.workforce.tenure_bands", "groups.*.workforce.annual_attrition", "hiring.sources.*.exit_multiplier",
                                     "organisation.roles.*.exit_probability_monthly")),
    Cause("ramp", "Ramp", ("groups.*.workforce.ramp", "groups.*.workforce.nesting_proficiency")),
    Cause("training", "Training", ("groups.*.workforce.classroom_weeks", "groups.*.workforce.nesting_weeks", "groups.*.workforce.classroom_washout",
                                   "groups.*.workforce.nesting_washout", "sites.*.training")),
    Cause("hiring", "Hiring", ("hiring",)),
    Cause("ratio", "Ratios", ("organisation.roles.*.span",)),
    Cause("ladder", "Promotion and search for leaders", ("organisation",)),
    Cause("pay", "Pay and prices",
          ("finance.frontline_monthly_pay", "finance.on_cost", "finance.pay_rise_annual", "finance.first_rise_months", "finance.rates",
           "finance.cost_per_class",
           "finance.overtime_multiple", "finance.contractor_monthly_cost", "finance.shortage_multiple", "sites.*.pay_factor", "sites.*.currency",
           "groups.*.monthly_pay", "organisation.roles.*.monthly_pay", "organisation.roles.*.external_premium",
           "organisation.roles.*.search_cost", "hiring.sources.*.cost_per_hire")),
    Cause("flexibility", "Overtime, contractors and budget", ("finance",)),
    Cause("policy", "Policies and other settings", ("",)),
)  # fmt: skip
"""Every cause, in the order of a planner's thought. The nearest place wins: handle_time takes aht_change out of the events that are volume."""

TITLES = {cause.name: cause.title for cause in CAUSES}
SILENT = ("version", "name", "notes", "optimisation")
"""What no plan of the baseline depends on."""


def cause_of(keys: Keys) -> str:
    """The cause that a parameter belongs to.

    >>> cause_of(("queues", "calls", "events", "launch", "aht_change")), cause_of(("queues", "calls", "events", "launch", "months"))
    ('handle_time', 'volume')
    """
    best = max(CAUSES, key=lambda cause: max(_nearness(place, keys) for place in cause.places))
    return best.name


def _nearness(place: str, keys: Keys) -> int:
    """How near a place lies above a parameter: the number of its parts, -1 where it does not."""
    parts = tuple(place.split(".")) if place else ()
    fits = len(parts) <= len(keys) and all(part in ("*", key) for part, key in zip(parts, keys, strict=False))
    return len(parts) if fits else -1


def differences(before: Parameters, after: Parameters) -> tuple[Keys, ...]:
    """The places in which two scenarios of one kind differ, as deep as both have the same members; each place as the keys that lead to it."""
    return tuple(_differences(before, after, ()))


def _differences(before: object, after: object, keys: Keys) -> Iterator[Keys]:
    if before == after:
        return
    if isinstance(before, Parameters) and type(before) is type(after):
        for name in type(before).model_fields:
            yield from _differences(getattr(before, name), getattr(after, name), (*keys, name))
    elif _members_agree(before, after):
        for (name, one), (_, other) in zip(members(before), members(after), strict=True):  # type: ignore[arg-type]
            yield from _differences(one, other, (*keys, name))
    else:
        yield keys


def _members_agree(before: object, after: object) -> bool:
    """Whether two lists of parameter groups have the same members in the same order."""
    lists = [each for each in (before, after) if isinstance(each, tuple) and each and all(isinstance(member, Parameters) for member in each)]
    return len(lists) == 2 and [name for name, _ in members(lists[0])] == [name for name, _ in members(lists[1])]


def changed_causes(before: Scenario, after: Scenario) -> dict[str, tuple[Keys, ...]]:
    """The causes that differ between two scenarios, levers worked in, with the places of each. Raises NotComparable where their structure differs."""
    before, after = moved(before), moved(after)
    if faults := structure_faults(before, after):
        raise NotComparable(faults)
    found: dict[str, list[Keys]] = {cause.name: [] for cause in CAUSES}
    for keys in differences(before, after):
        if keys[0] not in SILENT:
            found[cause_of(keys)].append(keys)
    return {name: tuple(keys) for name, keys in found.items() if keys}


def structure_faults(before: Scenario, after: Scenario) -> list[Fault]:
    """Why nothing lies between two scenarios: other months, sites, queues, groups or channels, another currency."""
    one, two = before.horizon, after.horizon
    months = f"one has {one.months} from {one.first_month}, the other {two.months} from {two.first_month}"
    currencies = f"one counts in {before.finance.currency}, the other in {after.finance.currency}"
    faults = [Fault("The months", months, "Give both the same first month and the same number of months.")] if one != two else []
    for family in ("sites", "queues", "groups"):
        if [each.name for each in getattr(before, family)] != [each.name for each in getattr(after, family)]:
            faults.append(Fault(f"The {family}", "they are not the same in both", f"Give both the same {family} in the same order."))
    if before.finance.currency != after.finance.currency:
        faults.append(Fault("The currency", currencies, "Report both in one currency."))
    return faults or [*_queue_faults(before, after), *_group_faults(before, after)]


def _queue_faults(before: Scenario, after: Scenario) -> Iterator[Fault]:
    for one, two in zip(before.queues, after.queues, strict=True):
        if one.channel.kind != two.channel.kind:
            yield Fault(one.name, f"it is {one.channel.kind} in one scenario and {two.channel.kind} in the other", "Give it the same channel in both.")


def _group_faults(before: Scenario, after: Scenario) -> Iterator[Fault]:
    for one, two in zip(before.groups, after.groups, strict=True):
        if one.site != two.site:
            yield Fault(one.name, f"it sits at {one.site} in one scenario and at {two.site} in the other", "Let it sit at the same site in both.")
        if (one.stated_heads is None) != (two.stated_heads is None):
            yield Fault(one.name, "it states its people in one scenario and serves queues in the other", "Let it do the same in both.")


# Between the two -----------------------------------------------------------------------------------------------------------------------------


def between(before: Scenario, after: Scenario, places: frozenset[Keys]) -> Scenario:
    """The scenario `before` with what lies at some places taken from `after`; both of the same structure, their levers at rest."""
    return cast(Scenario, _mixed(before, after, places))


def _mixed(before: object, after: object, places: frozenset[Keys]) -> object:
    if () in places:
        return after
    below: dict[str, set[Keys]] = {}
    for keys in places:
        below.setdefault(keys[0], set()).add(keys[1:])
    if isinstance(before, Parameters):
        changes = {name: _mixed(getattr(before, name), getattr(after, name), frozenset(deeper)) for name, deeper in below.items()}
        return before.model_copy(update=changes)
    pairs = zip(members(before), members(after), strict=True)  # type: ignore[arg-type]
    return tuple(_mixed(one, other, frozenset(below[name])) if name in below else one for (name, one), (_, other) in pairs)


# Figures -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One number of a plan: its name, what it is called, its unit (FTE, people, FTE-months or money), and how it is read off."""

    name: str
    title: str
    unit: str
    of: Callable[[Plan], float]


def required_fte_peak(plan: Plan) -> float:
    """Most FTE required in a month."""
    return float(plan.required_fte.sum(axis=1).max())


def required_heads_last(plan: Plan) -> float:
    """People required in the last month."""
    return float(plan.requirement.group_heads[-1].sum())


def heads_last(plan: Plan) -> float:
    """Frontline people in the last month."""
    return float(plan.frontline.heads[-1].sum())


def leaders_last(plan: Plan) -> float:
    """People in leader and support roles in the last month."""
    return float(sum(months.path.heads[-1].sum() for months in plan.roles))


def starts(plan: Plan) -> float:
    """Frontline people who start over the plan."""
    return float(plan.frontline.starts.sum())


def spend(plan: Plan) -> float:
    """Money paid over the plan, the price of shortage left out."""
    return float(plan.spend.sum())


def shortage_fte_months(plan: Plan) -> float:
    """FTE missing, added up over groups and months."""
    return float(plan.shortage_fte.sum())


FIGURES = (
    Figure("spend", "Paid over the plan", "money", spend),
    Figure("required_fte_peak", "Required FTE at the peak", "FTE", required_fte_peak),
    Figure("required_heads_last", "Required people at the end", "people", required_heads_last),
    Figure("heads_last", "People at the end", "people", heads_last),
    Figure("leaders_last", "Leaders and support at the end", "people", leaders_last),
    Figure("starts", "People hired", "people", starts),
    Figure("shortage_fte_months", "Shortage", "FTE-months", shortage_fte_months),
)


# The bridge ----------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What one cause brings, or several that only stand together: an amount for each figure. `split`: its part of what the smallest causes bring together."""

    causes: tuple[str, ...]
    amounts: tuple[float, ...]
    split: bool = False


@dataclass(frozen=True, eq=False)
class Bridge:
    """Two plans and what lies between them: parts in the order of CAUSES; `plans` is how many were worked out."""

    before: Plan
    after: Plan
    parts: tuple[Part, ...]
    plans: int

    def difference(self, figure: str) -> float:
        """The later figure less the earlier one."""
        chosen = FIGURES[_position(figure)]
        return chosen.of(self.after) - chosen.of(self.before)

    def amounts(self, figure: str) -> dict[tuple[str, ...], float]:
        """What each part brings to a figure; the sum is the difference."""
        return {part.causes: part.amounts[_position(figure)] for part in self.parts}

    def of(self, figure: str, cause: str) -> float:
        """What a cause brings to a figure; exactly 0 where it did not change. A cause that only stands with others has their amount."""
        return next((part.amounts[_position(figure)] for part in self.parts if cause in part.causes), 0.0)


def _position(figure: str) -> int:
    return [each.name for each in FIGURES].index(figure)


def bridge(before: Scenario, after: Scenario, most: int = MOST, progress: Progress | None = None) -> Bridge:
    """The bridge between two scenarios of the same structure. Raises NotComparable for others.

    Causes of which one without the other makes no valid scenario are one part. `most`: players whose sets are all planned. `progress` hears the share done;
    what it raises ends the work.
    """
    work = _Work(moved(before), moved(after), changed_causes(before, after), progress or _silence)
    kept, small = work.players(most)
    together = tuple(cause for player in small for cause in player)
    amounts = shapley(work.values((*kept, together) if small else kept))
    parts = [Part(player, tuple(found)) for player, found in zip(kept, amounts.tolist(), strict=False)]
    if small:
        parts += [Part(player, tuple(found), split=True) for player, found in zip(small, work.split(small, amounts[-1]).tolist(), strict=True)]
    order = list(TITLES)
    parts.sort(key=lambda part: order.index(part.causes[0]))
    return Bridge(work.plan(frozenset()), work.plan(frozenset(work.places)), tuple(parts), len(work.figures))


def beside(before: Scenario, after: Scenario, tell: Progress, _: Callable[[], bool]) -> Bridge:
    """As `bridge`, as a job of its own that tells the share done; half a bridge is none, so that it is ended rather than stopped."""
    return bridge(before, after, progress=tell)


def _silence(_: float) -> None:
    """Nobody listens."""


def shapley(values: Array) -> Array:
    """Shapley values [players, figures] of a game whose value [2^players, figures] is given for every set of players, the set as the bits of its row.

    phi_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! x (v(S + i) - v(S)).

    >>> shapley(np.array([[0.0], [1.0], [2.0], [6.0]])).ravel().tolist()
    [2.5, 3.5]

    Source: Shapley 1953.
    """
    players = int(math.log2(len(values)))
    weight = [math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players) for size in range(players)]
    found = np.zeros((players, values.shape[1]))
    for player in range(players):
        without = [chosen for chosen in range(len(values)) if not chosen >> player & 1]
        for figure in range(values.shape[1]):
            steps = (weight[chosen.bit_count()] * (values[chosen | 1 << player, figure] - values[chosen, figure]) for chosen in without)
            found[player, figure] = math.fsum(steps)
    return found


class _Work:
    """The plans between two scenarios, each worked out once."""

    def __init__(self, before: Scenario, after: Scenario, places: dict[str, tuple[Keys, ...]], progress: Progress) -> None:
        self.before, self.after, self.places, self.progress = before, after, places, progress
        self.money_decides = before.finance.budget_monthly is not None or after.finance.budget_monthly is not None
        self.decisions: dict[Causes, Decisions] = {}
        self.figures: dict[Causes, Array] = {}
        self.ends: dict[Causes, Plan] = {}
        self.expected = 2

    def scenario(self, causes: Causes) -> Scenario:
        """The scenario in which these causes are as after, all others as before."""
        if len(causes) == len(self.places):
            return self.after
        return between(self.before, self.after, frozenset(keys for cause in causes for keys in self.places[cause]))

    def plan(self, causes: Causes) -> Plan:
        """Its plan. Prices move no decision where no budget is given, so that these are taken once for all prices."""
        if causes in self.ends:
            return self.ends[causes]
        scenario = self.scenario(causes)
        need = requirement(scenario)
        deciding = causes if self.money_decides else causes - {"pay"}
        if deciding not in self.decisions:
            self.decisions[deciding] = baseline(scenario, need)
        plan = project(scenario, self.decisions[deciding], need)
        if len(causes) in (0, len(self.places)):
            self.ends[causes] = plan
        return plan

    def value(self, causes: Causes) -> Array:
        """Every figure of its plan [figures]."""
        if causes not in self.figures:
            plan = self.plan(causes)
            self.figures[causes] = np.array([figure.of(plan) for figure in FIGURES])
            self.progress(min(1.0, len(self.figures) / self.expected))
        return self.figures[causes]

    def values(self, players: Players) -> Array:
        """Every figure for every set of players [2^players, figures], the set as the bits of its row."""
        return np.stack([self.value(causes) for causes in _sets(players)])

    def players(self, most: int) -> tuple[Players, Players]:
        """Who plays alone and who is too small for it, the smallest only where there are more than `most`: of every set there is a valid scenario."""
        players = self._standing(tuple((cause,) for cause in self.places), _nearly_all_sets)
        if len(players) <= most:
            self.expected = 2 ** len(players)
            return self._standing(players, _sets), ()
        self.expected = 2**most + 2 * len(players)
        order = np.argsort(-self._effects(players), kind="stable").tolist()
        kept, small = ([players[place] for place in sorted(places)] for places in (order[: most - 1], order[most - 1 :]))
        together = tuple(cause for player in small for cause in player)
        stands = self._standing((*kept, together), _sets)
        return (tuple(kept), tuple(small)) if stands == (*kept, together) else (stands, ())

    def _effects(self, players: Players) -> Array:
        """How large each player is [players]: its larger effect, first or last to change, as a share of the largest player's, mean of all figures."""
        steps = np.abs([self._first_and_last(player) for player in players]).max(axis=1)
        largest = steps.max(axis=0)
        return np.asarray((steps / np.where(largest > 0, largest, 1.0)).mean(axis=1))

    def split(self, small: Players, amount: Array) -> Array:
        """What players bring together [figures] split among them [players, figures]: each its mean of first and last, and of the rest its proportion."""
        own = np.array([self._first_and_last(player).mean(axis=0) for player in small])
        size = np.abs(own).sum(axis=0)
        share = np.where(size > 0, np.abs(own) / np.where(size > 0, size, 1.0), 1 / len(small))
        return np.asarray(own + share * (amount - own.sum(axis=0)))

    def _first_and_last(self, player: tuple[str, ...]) -> Array:
        """What a player adds as the first and as the last to change [2, figures]."""
        everything, own = frozenset(self.places), frozenset(player)
        return np.array([self.value(own) - self.value(frozenset()), self.value(everything) - self.value(everything - own)])

    def _standing(self, players: Players, sets: Callable[[Players], Iterator[Causes]]) -> Players:
        """Players joined until each of their sets makes a valid scenario: who does not stand without another changes with it."""
        while (needy := next((causes for causes in sets(players) if self._is_wrong(causes)), None)) is not None:
            players = self._joined(players, needy)
        return players

    def _is_wrong(self, causes: Causes) -> bool:
        return bool(cross_faults(self.scenario(causes)))

    def _joined(self, players: Players, needy: Causes) -> Players:
        """One player inside a set that makes no valid scenario joined with one outside, if possible with one who makes it valid."""
        inside, outside = ([player for player in players if (player[0] in needy) is there] for there in (True, False))
        missing = next((player for player in outside if not self._is_wrong(needy | frozenset(player))), outside[0])
        return tuple((*player, *missing) if player is inside[0] else player for player in players if player is not missing)


def _sets(players: Players) -> Iterator[Causes]:
    """The causes of every set of players, by the bits of its number."""
    for chosen in range(2 ** len(players)):
        yield frozenset(cause for place, player in enumerate(players) if chosen >> place & 1 for cause in player)


def _nearly_all_sets(players: Players) -> Iterator[Causes]:
    """Every player alone, and all players but one."""
    everything = frozenset(cause for player in players for cause in player)
    yield from (frozenset(player) for player in players if frozenset(player) != everything)
    yield from (everything - frozenset(player) for player in players if frozenset(player) != everything)
