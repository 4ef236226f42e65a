"""Every limit as a function that tells its rows; `CONSTRAINTS` is the model's table of contents.

A limit that the scenario breaks by itself (opening classes without rooms, signed starts beyond the cap) is not made worse: its rows allow
what is used where nothing is decided. What is not linear is said where it is written: counts of whole people are columns of whole numbers of their own,
and half a person may be missing from one, as in `organisation.vacancies`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import hiring, organisation
from planner.decisions import units
from planner.optimiser import costs
from planner.optimiser.model import HALF, Affine, Model, feeder_survival, held_requirement
from planner.organisation import FRONTLINE, Role
from planner.plan import belongs, opening_heads, opening_ready

Array = NDArray[np.float64]
YOUNG = "under_6_months"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one limit: lower <= quantity <= upper, all [months, units]; `physics` never gives way. `part` tells rows of one limit apart."""

    limit: str
    quantity: Affine
    lower: Array
    upper: Array
    physics: bool = False
    part: str = ""

    @property
    def name(self) -> str:
        """What the rows are called, before month and unit."""
        return self.limit + self.part


def _at_most(model: Model, limit: str, use: Affine, most: Array | float = 0.0, part: str = "") -> Rows:
    """Rows of a limit that allow no less than what the scenario uses by itself."""
    upper = np.maximum(np.broadcast_to(most, use.shape), use.at(model.forced))
    return Rows(limit, use, np.full(use.shape, -np.inf), upper, part=part)


def _equal(limit: str, quantity: Affine, part: str = "") -> Rows:
    nothing = np.zeros(quantity.shape)
    return Rows(limit, quantity, nothing, nothing, physics=True, part=part)


def _at_least_zero(limit: str, quantity: Affine, part: str = "") -> Rows:
    nothing = np.zeros(quantity.shape)
    return Rows(limit, quantity, nothing, np.full(quantity.shape, np.inf), physics=True, part=part)


# Stocks of people: physics


def frontline_heads(model: Model) -> tuple[Rows, ...]:
    """Frontline people: those in post, what every start adds, what promotion takes away (exact)."""
    return (_equal("frontline_heads", model.path("heads") - model.column("heads")),)


def frontline_fte(model: Model) -> tuple[Rows, ...]:
    """Productive FTE of the frontline (exact)."""
    return (_equal("frontline_fte", model.within(model.productive) - model.column("productive")),)


def role_heads(model: Model) -> tuple[Rows, ...]:
    """People of every role: (1 - q) of last month's, promotions that last, less those promoted on, and who joins from outside (exact)."""
    return tuple(_equal("role_heads", _role_balance(model, role), f"_{position}") for position, role in enumerate(model.roles))


def _role_balance(model: Model, role: Role) -> Affine:
    heads = model.column(f"in_post {role.name}")
    moved = model.lasting(role) - model.net_away(role.name)
    stayed = heads.later() * (1 - role.exit_probability_monthly)
    joined = stayed + moved.later() + model.column(f"appointments {role.name}")
    opening = np.zeros(heads.shape)
    opening[0] = opening_heads(model.scenario, role)
    return joined.plus(opening) - heads


def ready_bench(model: Model) -> tuple[Rows, ...]:
    """People ready for promotion: (1 - q) of last month's, the ready share of who reaches the time in grade, less promotions (exact)."""
    return tuple(_equal("ready_bench", _bench_balance(model, role), f"_{position}") for position, role in enumerate(model.roles) if role.feeder)


def _bench_balance(model: Model, role: Role) -> Affine:
    ready = model.column(f"ready {role.name}")
    gained = model.matured(role) * role.ready_share - model.column(f"promotions {role.name}")
    opening = np.zeros(ready.shape)
    opening[0] = opening_ready(model.scenario, role)
    return ((ready * feeder_survival(model, role)).later() + gained.later()).plus(opening) - ready


def nobody_below_zero(model: Model) -> tuple[Rows, ...]:
    """Nobody is promoted who is not there: qualified frontline people and every role that others are promoted from stay at zero or above."""
    rows = []
    if any(role.feeder == FRONTLINE for role in model.roles):
        rows.append(_at_least_zero("nobody_below_zero", model.column("heads") - model.path("training_heads")))
    for position, role in enumerate(model.roles):
        if any(other.feeder == role.name for other in model.roles):
            left = model.column(f"in_post {role.name}") * (1 - role.exit_probability_monthly) - model.net_away(role.name)
            rows.append(_at_least_zero("nobody_below_zero", left, f"_{position}"))
    return tuple(rows)


def counted_people(model: Model) -> tuple[Rows, ...]:
    """People whom a role leads: in the plan or required, whichever is more, unit by unit."""
    rows = [_at_least_zero("counted_people", model.column("counted frontline") - model.column("heads"))]
    for position, role in enumerate(model.roles):
        if f"counted {role.name}" in model.blocks:
            counted = model.column(f"counted {role.name}")
            rows += [_at_least_zero("counted_people", counted - model.column(f"{what} {role.name}"), f"_{what}_{position}") for what in ("in_post", "posts")]
    return tuple(rows)


# Service


def capacity(model: Model) -> tuple[Rows, ...]:
    """Productive, overtime and contractor FTE and shortage reach the requirement; with a price on surplus they equal it."""
    there = model.column("productive") + model.column("overtime") + model.column("contractors") + model.column("shortage")
    need = model.need.frontline_fte
    if "surplus" in model.blocks:
        return (Rows("capacity", there - model.column("surplus"), need, need, physics=True),)
    return (Rows("capacity", there, need, np.full(there.shape, np.inf), physics=True),)


def capacity_held(model: Model) -> tuple[Rows, ...]:
    """The people hired within the horizon hold the last month's requirement in the months to the peak of a start, or shortage is charged."""
    if not model.tail:
        return ()
    there = model.after(model.productive) + model.column("held_shortage")
    return (Rows("capacity_held", there, held_requirement(model), np.full(there.shape, np.inf), physics=True),)


def service_floor(model: Model) -> tuple[Rows, ...]:
    """Shortage within the share of the requirement that may be missing."""
    floor = model.scenario.optimisation.service_floor
    if floor == 0:
        return ()
    short = model.column("shortage")
    return (Rows("service_floor", short, np.full(short.shape, -np.inf), (1 - floor) * model.need.group_fte),)


# Classes


def class_size(model: Model) -> tuple[Rows, ...]:
    """People who start fill the month's classes to their smallest size at least and their largest at most."""
    given = [model.scenario.sites[site].training for site in model.sites]
    starts, classes = _starts_by_group(model), model.column("classes")
    least, most = (np.array([getattr(each, field) for each in given], dtype=float) for field in ("class_size_min", "class_size_max"))
    few, many = classes * least - starts, starts - classes * most
    return _at_most(model, "class_size", few, part="_few"), _at_most(model, "class_size", many, part="_many")


def _starts_by_group(model: Model) -> Affine:
    groups, sources = len(model.sites), len(model.lead)
    return model.column("starts").by(np.repeat(np.eye(groups), sources, axis=0))


def _starts_by_source(model: Model) -> Affine:
    groups, sources = len(model.sites), len(model.lead)
    return model.column("starts").by(np.tile(np.eye(sources), (groups, 1)))


def rooms(model: Model) -> tuple[Rows, ...]:
    """Classes that run within the rooms of their site."""
    return (_at_most(model, "rooms", model.running, np.array([site.training.rooms for site in model.scenario.sites], dtype=float)),)


def trainers(model: Model) -> tuple[Rows, ...]:
    """Whole trainers for the classes that run within the trainers of the site, half a person missing at most."""
    each = np.array([site.training.trainers_per_class for site in model.scenario.sites])
    needed = model.column("taught")
    enough = _at_least_zero("trainers", (needed - model.running * each).plus(1e-9), "_whole")
    return enough, _at_most(model, "trainers", needed - _trainers(model), HALF)


def _trainers(model: Model) -> Affine:
    """Trainers who serve each site [months, sites]."""
    total = model.nothing(len(model.scenario.sites))
    for site, given in enumerate(each.training for each in model.scenario.sites):
        role = next(each for each in model.roles if each.name == given.trainer_role)
        mapping = np.zeros((len(units(model.scenario, role.name)), len(model.scenario.sites)))
        mapping[:, site] = {"group": model.at_site[:, site], "site": np.eye(len(model.scenario.sites))[site], "all": np.ones(1)}[role.scope]
        total = total + model.column(f"in_post {role.name}").by(mapping)
    return total


def mentors(model: Model) -> tuple[Rows, ...]:
    """Whole mentors for those nesting, within the share of people with the tenure for it at the site, half a person missing at most."""
    training = [site.training for site in model.scenario.sites]
    each, share = (np.array([getattr(given, field) for given in training]) for field in ("mentees_per_mentor", "mentor_share_max"))
    needed = model.column("mentors")
    enough = _at_least_zero("mentors", (needed - model.path("nesting").by(model.at_site) * (1 / each)).plus(1e-9), "_whole")
    return enough, _at_most(model, "mentors", needed - model.path("mentors_eligible").by(model.at_site) * share, HALF)


# Hiring


def recruiters(model: Model) -> tuple[Rows, ...]:
    """Recruiter hours for the starts to come, even over the time to fill, within the hours of those in post."""
    return (_hours(model, "recruiters", model.scenario.hiring.recruiter_role, hiring.recruiter_hours_per_start, hiring.recruiter_capacity_hours),)


def interviews(model: Model) -> tuple[Rows, ...]:
    """Interview hours for the starts to come within the share of time that interviewers may give."""
    return (_hours(model, "interviews", model.scenario.hiring.interviewer_role, hiring.interview_hours_per_start, hiring.interviewer_capacity_hours),)


def _hours(
    model: Model, limit: str, role: str, per_start: Callable[[hiring.Hiring, hiring.Source], float], capacity: Callable[[hiring.Hiring, float], Array]
) -> Rows:
    parameters, starts, used = model.scenario.hiring, _starts_by_source(model), model.nothing(1)
    for position, source in enumerate(parameters.sources):
        work = np.stack([hiring.work_by_month(month, per_start(parameters, source), model.lead[position]) for month in np.eye(model.months)], axis=1)
        used = used + starts.by(np.eye(len(parameters.sources))[:, [position]]).over(work)
    there = model.column(f"in_post {role}").total() * float(capacity(parameters, 1.0))
    return _at_most(model, limit, used - there)


def sources(model: Model) -> tuple[Rows, ...]:
    """Starts by source within its cap and what heads refer at the time to fill before (saturated referrals are linear in heads: exact)."""
    starts, first = _starts_by_source(model), np.eye(len(model.lead))[0]
    free = starts.plus(-model.signed.sum(axis=1)[:, None] * first[None])
    caps = [np.inf if source.starts_max_monthly is None else source.starts_max_monthly for source in model.scenario.hiring.sources]
    rows = [_at_most(model, "sources", free, np.array(caps))]
    heads = model.column("heads").total()
    for position, source in enumerate(model.scenario.hiring.sources):
        if source.referrals_per_head_monthly is not None:
            lead, each = model.lead[position], float(hiring.referral_starts_max(source, 1.0))
            found = free.by(np.eye(len(model.lead))[:, [position]])
            most = np.where(np.arange(model.months) < lead, np.inf, 0.0)[:, None]
            rows.append(_at_most(model, "sources", found - heads.later(lead) * each, most, f"_referred_{position}"))
    return tuple(rows)


def starts(model: Model) -> tuple[Rows, ...]:
    """Starts over all groups within the cap on them."""
    cap = model.scenario.hiring.starts_max_monthly
    return () if cap is None else (_at_most(model, "starts", model.column("starts").total(), float(cap)),)


def largest_change(model: Model) -> tuple[Rows, ...]:
    """Starts of a month within so many of those of the month before, up and down; the first month is free."""
    most = model.scenario.optimisation.largest_change
    if most is None or model.months < 2:
        return ()
    change = model.column("starts").total().over(np.diff(np.eye(model.months), axis=0))
    return _at_most(model, "largest_change", change, float(most), "_up"), _at_most(model, "largest_change", change * -1, float(most), "_down")


def short_tenure(model: Model) -> tuple[Rows, ...]:
    """People in training or with under 6 months since within their largest share of a group."""
    share = model.scenario.optimisation.short_tenure_share_max
    if share is None:
        return ()
    return (_at_most(model, "short_tenure", model.path(YOUNG) - model.column("heads") * share),)


# Leaders and support


def spans(model: Model) -> tuple[Rows, ...]:
    """Posts for all whom a role leads, whole; posts that stand open are charged. Half a person may be missing from a post."""
    rows = []
    for position, role in enumerate(model.roles):
        counted = model.column(f"counted {role.leads}").by(belongs(model.scenario, role.leads, role.name))
        posts = model.column(f"posts {role.name}")
        rows.append(_at_least_zero("spans", (posts - counted * (1 / role.span)).plus(1e-9), f"_{position}"))
        filled = model.column(f"in_post {role.name}") + model.column(f"vacancies {role.name}") - posts
        rows.append(_at_least_zero("spans", filled.plus(HALF), f"_filled_{position}"))
    return tuple(rows)


def searches(model: Model) -> tuple[Rows, ...]:
    """Where searches begin only once a post stands open: who joins, and is on the way, within the posts open a lead time before."""
    return tuple(row for position, role in enumerate(model.roles) if role.seek == "when_broken" for row in _searches(model, position, role))


def _searches(model: Model, position: int, role: Role) -> tuple[Rows, ...]:
    lead = max(role.lead_time_months, 1)
    month = np.arange(model.months)
    window = ((month[None] <= month[:, None]) & (month[None] > month[:, None] - lead)).astype(float)
    joined = model.column(f"appointments {role.name}").over(window)
    within = joined - model.column(f"vacancies {role.name}").later(lead)
    nobody = np.full(within.shape, -np.inf)
    most = np.full(within.shape, 1 - 1e-6)
    most[:lead] = 0
    return (Rows("searches", within, nobody, most, physics=True, part=f"_{position}"),)


def bench(model: Model) -> tuple[Rows, ...]:
    """Promotions within the people ready for them after the month's exits."""
    rows = []
    for position, role in enumerate(model.roles):
        if role.feeder:
            ready = model.column(f"ready {role.name}") * feeder_survival(model, role)
            rows.append(_at_most(model, "bench", model.column(f"promotions {role.name}") - ready, 1e-9, f"_{position}"))
    return tuple(rows)


def internal_share(model: Model) -> tuple[Rows, ...]:
    """Promotions among all appointments of a role, over the horizon, within the tolerance of its share and one person a unit.

    Where the bench kept the baseline further away from the share, as far as the baseline.
    """
    rows = []
    for position, role in enumerate(model.roles):
        if (bounds := share_bounds(model, role)) is not None:
            rows += _share_rows(model, position, role, bounds)
    return tuple(rows)


def share_bounds(model: Model, role: Role) -> tuple[float, float] | None:
    """Least and largest share from within of a role; None where it has none to keep."""
    if not role.feeder or role.internal_share >= 1:
        return None
    tolerance, share = model.scenario.optimisation.internal_share_tolerance, organisation.attempt_share(role)
    return max(share - tolerance, 0.0), min(share + tolerance, 1.0)


def _share_rows(model: Model, position: int, role: Role, bounds: tuple[float, float]) -> list[Rows]:
    low, high = bounds
    everything = np.ones((1, model.months))
    within = model.column(f"promotions {role.name}").total().over(everything)
    outside = model.column(f"appointments {role.name}").total().over(everything)
    rounding = float(len(units(model.scenario, role.name)))
    fewest = outside * low - within * (1 - low)
    most = within * (1 - high) - outside * high
    sides = (("fewest", fewest), ("most", most))
    return [_at_most(model, "internal_share", each, np.maximum(each.at(model.known), rounding), f"_{side}_{position}") for side, each in sides]


# Overtime, contractors, money


def overtime(model: Model) -> tuple[Rows, ...]:
    """Overtime within its share of productive FTE."""
    most = model.scenario.finance.overtime_max
    return (_at_most(model, "overtime", model.column("overtime") - model.column("productive") * most),)


def contractors(model: Model) -> tuple[Rows, ...]:
    """Contractor FTE within their cap."""
    return (_at_most(model, "contractors", model.column("contractors"), model.scenario.finance.contractors_max_fte),)


def budget(model: Model) -> tuple[Rows, ...]:
    """Money paid in a month, all cost but the price of shortage, within its budget."""
    given = model.scenario.finance.budget_monthly
    if given is None:
        return ()
    spend = costs.added(model, tuple(cost for cost in costs.COSTS if cost is not costs.shortage_price))
    return (Rows("budget", spend, np.full(spend.shape, -np.inf), np.array(given)[:, None]),)


CONSTRAINTS: tuple[Callable[[Model], tuple[Rows, ...]], ...] = (
    frontline_heads,
    frontline_fte,
    role_heads,
    ready_bench,
    nobody_below_zero,
    counted_people,
    capacity,
    capacity_held,
    service_floor,
    class_size,
    rooms,
    trainers,
    mentors,
    recruiters,
    interviews,
    sources,
    starts,
    largest_change,
    short_tenure,
    spans,
    searches,
    bench,
    internal_share,
    overtime,
    contractors,
    budget,
)
