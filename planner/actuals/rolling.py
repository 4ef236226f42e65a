"""The scenario from the first month that is left: who is really there, by tenure and in training; who has signed; volumes, prices and pay as they are by then.

The people of every group are followed from the opening through the months gone by. In each month those who left are taken from every cohort in proportion to
whom the model expects to leave it; where more have left than expected, from those expected to stay, in proportion to them. Whoever was promoted away had been
there longest. So actuals that equal the plan give the plan's own people back.

What a scenario cannot carry, and what is taken instead:

- the source of people who have signed: the preferred one, with its cost and its leaving;
- that the model has people who are promoted away leave it as settled ones: they are taken from those who have been there longest, which is the same wherever
  those are beyond the last tenure band and fully proficient, and no programme that covers everyone sends them away by design;
- that people in the classroom as the plan began are outside a career programme for new people: they are in it, unless they have left nesting by then;
- classes that are half done: their people sit in as few classes as hold them;
- backlogs of deferred work: they are worked off; the spread of handle time under a limit: a mean over the months of the plan, and so over those that are left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner import hiring, organisation, parameters, workforce
from planner.actuals.reading import Actuals, InvalidActuals
from planner.channels import Deferred
from planner.cohorts import classroom_months
from planner.decisions import Decisions, as_started, units
from planner.errors import Fault, InvalidVolumes
from planner.finance import Finance, pay_index
from planner.horizon import Horizon, month_labels, months_of_weeks
from planner.organisation import FRONTLINE, Role
from planner.plan import Plan, RoleMonths, feeder_exit_probability, opening_from_outside, project
from planner.scenario import Group, Queue, Scenario, StatedHeads, moved
from planner.workforce import Programme, Workforce

Array = NDArray[np.float64]
NOBODY = 1e-9
LONGEST = 600.0
"""Months of tenure that a scenario can tell; beyond them nothing changes."""
NOBODY_ELSE: dict[str, Any] = {"opening": (), "opening_classroom": 0.0, "opening_nesting": 1.0, "earlier_starts": ()}
"""A workforce of one person who enters nesting."""
SETTLED = 120.0
"""Months of tenure of people who come back from a failed promotion where nobody else is left."""


@dataclass(frozen=True, eq=False)
class Rolled:
    """A scenario that begins after the months gone by, and what was decided before for the months that are left."""

    scenario: Scenario
    decisions: Decisions
    gone: int

    @property
    def begun(self) -> Decisions:
        """The decisions as a search may begin with them: starts that count as signed are of the preferred source."""
        starts = self.decisions.starts.copy()
        for source, lead in enumerate(map(hiring.lead_months, self.scenario.hiring.sources)):
            starts[:lead, :, 0] += starts[:lead, :, source] if source else 0
            starts[:lead, :, source] *= source == 0
        return replace(self.decisions, starts=starts)


def rolled(scenario: Scenario, decisions: Decisions, actuals: Actuals) -> Rolled:
    """The scenario from the first month without actuals. `decisions` are those that stood for the whole plan.

    Starts of the months gone by are of the sources that were decided; what is on its way by the lead times counts as signed. Roles of which the actuals say
    nothing are taken as decided. Raises InvalidActuals where more people were promoted away than had left nesting.
    """
    gone = len(actuals.months)
    happened = np.stack([actuals.starts[:, actuals.rows.index((FRONTLINE, group.name))] for group in scenario.groups], axis=1)
    plan = project(scenario, as_started(moved(scenario), decisions, happened))
    growth = scenario.levers.growth_monthly
    document = scenario.model_copy(
        update={
            "horizon": Horizon(first_month=month_labels(scenario.horizon)[gone], months=scenario.horizon.months - gone),
            "notes": "\n".join(filter(None, [scenario.notes, f"From actuals of {actuals.months[0]} to {actuals.months[-1]} ({actuals.file_name})."])),
            "queues": tuple(_queue(queue, gone, growth) for queue in scenario.queues),
            "groups": tuple(_groups(scenario, plan, actuals, decisions)),
            "organisation": scenario.organisation.but(roles=tuple(_roles(scenario, plan, actuals, decisions))),
            "finance": _finance(scenario.finance, gone),
        }
    )
    built = parameters.build(Scenario, document.model_dump(mode="python", warnings=False))
    return Rolled(_with_bench(built, plan, actuals), _tail(decisions, gone), gone)


def _tail(decisions: Decisions, gone: int) -> Decisions:
    """The decisions of the months that are left."""
    return Decisions(
        starts=decisions.starts[gone:],
        classes=decisions.classes[gone:],
        overtime_fte=decisions.overtime_fte[gone:],
        contractor_fte=decisions.contractor_fte[gone:],
        promotions={name: values[gone:] for name, values in decisions.promotions.items()},
        appointments={name: values[gone:] for name, values in decisions.appointments.items()},
    )


# Volumes, requirements and prices ------------------------------------------------------------------------------------------------------------


def _queue(queue: Queue, gone: int, growth: float) -> Queue:
    """A queue from a later month on; `growth` is that of the lever, which begins anew there."""
    grown = (1 + growth) ** gone
    changes: dict[str, Any] = {"aht_s": queue.aht_s * (1 + queue.aht_drift_annual) ** (gone / 12)}
    if queue.contacts_monthly is not None:
        changes["contacts_monthly"] = tuple(contacts * grown for contacts in queue.contacts_monthly[gone:])
    if queue.base_contacts is not None:
        changes["base_contacts"] = queue.base_contacts * (1 + queue.growth_monthly) ** gone * grown
    if queue.aht_monthly_s is not None:
        changes["aht_monthly_s"] = queue.aht_monthly_s[gone:]
    if isinstance(queue.channel, Deferred):
        changes["channel"] = queue.channel.but(opening_backlog=0.0)
    return queue.model_copy(update=changes)


def _stated(stated: StatedHeads, gone: int, growth: float) -> StatedHeads:
    grown = (1 + growth) ** gone
    if stated.path is not None:
        return stated.model_copy(update={"path": tuple(heads * grown for heads in stated.path[gone:])})
    start = (stated.start or 0.0) + stated.add_monthly * gone
    return StatedHeads(start=start * grown, add_monthly=stated.add_monthly * grown)


def _risen(given: Finance, gone: int) -> float:
    """Pay of a later month against that of the first."""
    return float(pay_index(gone + 1, given.pay_rise_annual, given.first_rise_months)[gone])


def _finance(given: Finance, gone: int) -> Finance:
    """Prices from a later month on: pay as it has risen by then, and as many months to the next rise as are left."""
    return given.model_copy(
        update={
            "frontline_monthly_pay": given.frontline_monthly_pay * _risen(given, gone),
            "first_rise_months": (given.first_rise_months - gone - 1) % 12 + 1,
            "budget_monthly": None if given.budget_monthly is None else given.budget_monthly[gone:],
        }
    )


# Frontline -----------------------------------------------------------------------------------------------------------------------------------


def _groups(scenario: Scenario, plan: Plan, actuals: Actuals, decisions: Decisions) -> Iterator[Group]:
    gone, faults = len(actuals.months), list[Fault]()
    for g, (group, worked) in enumerate(zip(scenario.groups, plan.scenario.groups, strict=True)):
        crowd = _Crowd(worked.workforce)
        faults += _followed(crowd, plan, actuals, g)
        people = group.workforce.model_copy(update=crowd.told() | {"signed_starts": _signed(group.workforce, decisions.starts[:, g], gone, scenario)})
        changes: dict[str, Any] = {"workforce": people}
        if group.monthly_pay is not None:
            changes["monthly_pay"] = group.monthly_pay * _risen(scenario.finance, gone)
        if group.stated_heads is not None:
            changes["stated_heads"] = _stated(group.stated_heads, gone, scenario.levers.growth_monthly)
        yield group.model_copy(update=changes)
    if faults:
        raise InvalidActuals(InvalidVolumes(faults))


def _signed(people: Workforce, starts: Array, gone: int, scenario: Scenario) -> tuple[int, ...]:
    """Starts of the months that are left which are signed, or on their way by the time that filling takes; starts [months, sources]."""
    leads = np.array([hiring.lead_months(source) for source in scenario.hiring.sources])
    left = starts[gone:]
    on_the_way = np.where(np.arange(len(left))[:, None] < leads, left, 0).sum(axis=1)
    signed = np.zeros(len(left))
    before = np.array(people.signed_starts[gone:], dtype=float)
    signed[: len(before)] = before
    both = np.maximum(on_the_way, signed).astype(int)
    return tuple(both[: int(np.flatnonzero(both)[-1]) + 1].tolist()) if both.any() else ()


@dataclass(frozen=True)
class _Cohort:
    """People of one day: in `post`, by tenure; in `classroom` or `nesting` as the plan began, or `started` since, by months since their first day.

    Who started has the leaving of the source.
    """

    kind: Literal["post", "classroom", "nesting", "started"]
    months: float
    heads: float
    exit_multiplier: float = 1.0

    def staying(self, people: Workforce) -> float:
        """Share whom the model expects at the month's end."""
        if self.kind == "post":
            return workforce.month_survival(people, self.months)
        inside = people if self.kind == "started" else workforce.in_post(people)
        if self.kind == "nesting" and self.months <= classroom_months(people):
            response = workforce.opening_response(inside.model_copy(update=NOBODY_ELSE), 1)
        elif self.months:
            response = workforce.earlier_response(inside, 1, self.months, self.exit_multiplier)
        else:
            response = workforce.start_response(inside, 1, self.exit_multiplier)
        return float(1 - response.washout[0] - response.leavers[0])

    def tenure(self, people: Workforce) -> float:
        """Months since nesting; below zero for somebody who has not left it."""
        nested = 0.0 if self.kind == "post" else months_of_weeks(people.classroom_weeks) + months_of_weeks(people.nesting_weeks)
        return round(self.months - nested, 9)


class _Crowd:
    """The people of one group while the months gone by are followed."""

    def __init__(self, people: Workforce) -> None:
        self.people = people
        self.cohorts = [_Cohort("post", row.tenure_months, row.heads) for row in people.opening]
        self.cohorts += [_Cohort("classroom", 0.0, people.opening_classroom), _Cohort("nesting", classroom_months(people), people.opening_nesting)]
        self.cohorts += [_Cohort("started", row.months_ago, row.heads, row.exit_multiplier) for row in people.earlier_starts]

    def begin(self, starts: Iterable[tuple[float, float]]) -> None:
        """People who start, with the leaving of their source."""
        self.cohorts += [_Cohort("started", 0.0, float(heads), multiplier) for heads, multiplier in starts if heads > 0]

    def lose(self, leavers: float) -> None:
        """A month goes by in which so many leave."""
        heads = np.array([cohort.heads for cohort in self.cohorts])
        stay = np.array([cohort.staying(self.people) if cohort.heads else 1.0 for cohort in self.cohorts])
        left = staying_of(heads, heads * (1 - stay), leavers)
        self.cohorts = [replace(cohort, heads=float(now), months=cohort.months + 1) for cohort, now in zip(self.cohorts, left, strict=True)]

    def promote(self, people: float) -> float:
        """So many of those who have been there longest are promoted away, below zero: come back; how many of them there are not."""
        self.cohorts.sort(key=lambda cohort: cohort.tenure(self.people), reverse=True)
        missing, kept = people, []
        for cohort in self.cohorts:
            taken = min(cohort.heads, missing) if cohort.tenure(self.people) >= 0 else 0.0
            kept.append(replace(cohort, heads=cohort.heads - taken))
            missing -= taken
        if people < 0:
            longest = max([SETTLED, *(cohort.months for cohort in kept if cohort.kind == "post" and cohort.heads > 0)])
            kept.append(_Cohort("post", longest, -people))
            missing = 0.0
        self.cohorts = kept
        return missing

    def told(self) -> dict[str, Any]:
        """Who is there, as parameters: by tenure where that says all, else by months since the first day."""
        post, earlier = dict[float, float](), list[dict[str, float]]()
        for cohort in sorted(self.cohorts, key=lambda cohort: (-cohort.tenure(self.people), cohort.exit_multiplier)):
            if cohort.heads <= NOBODY:
                continue
            tenure = min(cohort.tenure(self.people), LONGEST)
            if tenure >= 0 and (cohort.kind != "started" or self._as_anybody(cohort, tenure)):
                post[tenure] = post.get(tenure, 0.0) + cohort.heads
            else:
                earlier.append({"months_ago": cohort.months, "heads": cohort.heads, "exit_multiplier": cohort.exit_multiplier})
        return {
            "opening": tuple({"tenure_months": tenure, "heads": heads} for tenure, heads in post.items()),
            "opening_classroom": 0.0,
            "opening_nesting": 0.0,
            "earlier_starts": tuple(earlier),
        }

    def _as_anybody(self, cohort: _Cohort, tenure: float) -> bool:
        """Whether people who started within the plan are by now as anybody of their tenure: no leaving of their own, no programme for new people."""
        programme = self.people.programme
        over = programme.designed_exit_months is not None and tenure >= programme.designed_exit_months
        return over or (cohort.exit_multiplier == 1 and (programme == Programme() or programme.covers == "everyone"))


def staying_of(heads: Array, expected: Array, leavers: float) -> Array:
    """Who is left of each cohort when so many leave in all, where `expected` would have left each of them [cohorts].

    >>> staying_of(np.array([10.0, 90.0]), np.array([2.0, 3.0]), 10.0).round(2).tolist()
    [7.58, 82.42]

    Source: leavers in proportion to those expected to leave; beyond them, in proportion to those expected to stay. Derived.
    """
    should = float(expected.sum())
    if leavers <= should:
        return np.asarray(heads - expected * (leavers / should if should else 0.0))
    stayers = heads - expected
    return np.asarray(stayers * ((heads.sum() - leavers) / stayers.sum()))


def _followed(crowd: _Crowd, plan: Plan, actuals: Actuals, g: int) -> list[Fault]:
    """Follows one group through the months gone by; faults where people were promoted away who had not left nesting."""
    faults, group = [], plan.scenario.groups[g].name
    row, sources = actuals.rows.index((FRONTLINE, group)), plan.scenario.hiring.sources
    for month, label in enumerate(actuals.months):
        crowd.begin((float(heads), source.exit_multiplier) for heads, source in zip(plan.decisions.starts[month, g], sources, strict=True))
        crowd.lose(float(actuals.leavers[month, row]))
        missing = crowd.promote(float(actuals.promoted_out[month, row] - actuals.promoted_in[month, row]))
        if missing > NOBODY:
            problem = f"{missing:g} more people of '{group}' are promoted away than have left nesting"
            faults.append(Fault(f"{actuals.file_name}, {label}", problem, "Correct promoted_out, or the tenures of the opening."))
    return faults


# Roles ---------------------------------------------------------------------------------------------------------------------------------------


def _roles(scenario: Scenario, plan: Plan, actuals: Actuals, decisions: Decisions) -> Iterator[Role]:
    """The roles as they stand after the months gone by."""
    risen = _risen(scenario.finance, len(actuals.months))
    for role, each in zip(scenario.organisation.roles, plan.roles, strict=True):
        yield role.model_copy(update={"monthly_pay": role.monthly_pay * risen} | _in_post(plan, each, actuals, decisions))


def _in_post(plan: Plan, each: RoleMonths, actuals: Actuals, decisions: Decisions) -> dict[str, Any]:
    """Who is in one role after the months gone by, and what is under way in it, as parameters."""
    role, gone = each.role, len(actuals.months)
    planned = each.path.closing[gone - 1]
    heads = np.array([_told(actuals, role.name, unit, people) for unit, people in zip(each.units, planned, strict=True)])
    ratio = np.divide(heads, planned, out=np.zeros_like(heads), where=planned > NOBODY)
    appointed = each.appointed.copy()
    appointed[gone:] = 0
    outside = organisation.external_heads(appointed, role.exit_probability_monthly, opening_from_outside(plan.scenario, role))[gone]
    signed = decisions.appointments[role.name][gone:].copy()
    signed[role.lead_time_months :] = 0
    under_way = {
        "from_outside": _by_unit(each.units, np.minimum(outside * ratio, heads)),
        "in_grade": tuple(_in_grade(plan, each, gone, ratio, heads)),
        "signed": tuple(_signed_rows(role, each.units, signed, gone)),
    }
    return {"opening_heads": _by_unit(each.units, heads), "under_way": under_way}


def _told(actuals: Actuals, role: str, unit: str, planned: float) -> float:
    column = actuals.column(role, unit)
    return planned if column is None else float(actuals.headcount[-1, column])


def _by_unit(names: tuple[str, ...], heads: Array) -> tuple[dict[str, Any], ...]:
    return tuple({"unit": unit, "heads": float(people)} for unit, people in zip(names, heads, strict=True) if people > NOBODY)


def _signed_rows(role: Role, names: tuple[str, ...], appointed: Array, gone: int) -> Iterator[dict[str, Any]]:
    """People on their way from outside: within the lead time as decided, and those who had signed before."""
    before = organisation.signed_appointments(role, names, gone + len(appointed))[gone:]
    for month, unit in zip(*np.nonzero(np.maximum(appointed, before)), strict=True):
        yield {"unit": names[unit], "month": int(month), "heads": int(max(appointed[month, unit], before[month, unit]))}


def _in_grade(plan: Plan, each: RoleMonths, gone: int, ratio: Array, heads: Array) -> Iterator[dict[str, Any]]:
    """People of a role who have not been in it long enough for any role that it feeds."""
    above = [role.time_in_grade_months for role in plan.scenario.organisation.roles if role.feeder == each.role.name]
    lasting = each.path.promoted_in - sum(organisation.failures(each.role, each.path.promoted_in))
    stay, rows = 1 - each.role.exit_probability_monthly, dict[tuple[int, str], float]()
    for u, unit in enumerate(each.units):
        entrants = [(row.months + gone, row.heads * stay**gone) for row in each.role.under_way.in_grade if row.unit == unit]
        entrants += [(gone - month, float(each.path.starts[month, u]) * stay ** (gone - month)) for month in range(gone)]
        entrants += [(gone - month - 1, float(lasting[month, u]) * stay ** (gone - month - 1)) for month in range(gone)]
        short = [(months, people * ratio[u]) for months, people in entrants if people > NOBODY and any(months < max(time, 1.0) for time in above)]
        total = sum(people for _, people in short)
        for months, people in short:
            rows[months, unit] = rows.get((months, unit), 0.0) + float(people) * min(1.0, float(heads[u]) / total if total else 1.0)
    yield from ({"unit": unit, "months": months, "heads": people} for (months, unit), people in sorted(rows.items()) if people > NOBODY)


def _with_bench(scenario: Scenario, plan: Plan, actuals: Actuals) -> Scenario:
    """The scenario with who is ready for promotion: as the plan has it by then, in proportion to the people who are really there.

    Whoever reaches the time in grade on day 1 itself counts as ready on that day.
    """
    gone, roles = len(actuals.months), list(scenario.organisation.roles)
    worked = moved(scenario)
    for position, (role, each) in enumerate(zip(worked.organisation.roles, plan.roles, strict=True)):
        if each.ready is None:
            continue
        below = units(scenario, str(role.feeder))
        ready = each.ready[gone] * _ratio(plan, actuals, str(role.feeder), below)
        ready = np.maximum(ready, 0) + _reaching_now(worked, role) * role.ready_share / (1 - feeder_exit_probability(worked, role))
        rows = tuple({"unit": unit, "heads": float(people)} for unit, people in zip(below, ready, strict=True))
        roles[position] = roles[position].but(under_way=roles[position].under_way.but(ready=rows))
    return scenario.model_copy(update={"organisation": scenario.organisation.but(roles=tuple(roles))})


def _ratio(plan: Plan, actuals: Actuals, feeder: str, below: tuple[str, ...]) -> Array:
    """People really there against those planned [units of a feeder]."""
    closing = plan.frontline.closing if feeder == FRONTLINE else plan.role(feeder).path.closing
    planned = closing[len(actuals.months) - 1]
    real = np.array([_told(actuals, feeder, unit, people) for unit, people in zip(below, planned, strict=True)])
    return np.asarray(np.divide(real, planned, out=np.zeros_like(real), where=planned > NOBODY))


def _reaching_now(scenario: Scenario, role: Role) -> Array:
    """Frontline people who reach the time in grade on day 1 [groups]; nobody of other feeders, whose months are counted whole."""
    if role.feeder != FRONTLINE:
        return np.zeros(len(units(scenario, str(role.feeder))))
    time, hair = role.time_in_grade_months, 1e-6
    sides = [[workforce.opening_with_tenure(group.workforce, 1, tenure)[0] for group in scenario.groups] for tenure in (time, time + hair)]
    return np.asarray(np.array(sides[0]) - np.array(sides[1]))
