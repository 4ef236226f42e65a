"""Spans and ratios, the ladder of roles, promotion and external fill, the ready bench, lead time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import Fault
from planner.parameters import Field, Fraction, Heads, Money, Months, Name, Parameters, Ratio, Unit, WholeHeads

FRONTLINE = "frontline"
ALL = "all"
SCOPES = ("group", "site", "all")
HAIR = 1e-9

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


class UnitHeads(Parameters):
    """People in post on day 1 in one unit of a role."""

    unit: Name
    """The group or site, or all. Yours: as the role's scope says."""

    heads: Heads
    """How many people. Yours: from your HR records."""


class GradeHeads(Parameters):
    """People who joined a role lately, by the months they have been in it."""

    unit: Name
    """The group or site, or all. Yours: as the role's scope says."""

    months: Annotated[int, Field(ge=0, le=600), Unit("months")]
    """Whole months in the role on the first day; 0 for who joins on that day. Yours: from your HR records."""

    heads: Heads
    """How many of them are there. Yours: from your HR records."""


class SignedHeads(Parameters):
    """People from outside who have signed for a role and are still to come."""

    unit: Name
    """The group or site, or all. Yours: as the role's scope says."""

    month: Annotated[int, Field(ge=0, le=119), Unit("months")]
    """Months from the first day of the plan to theirs. Yours: from the contract."""

    heads: WholeHeads
    """How many people. Yours: signed contracts."""


class UnderWay(Parameters):
    """What is under way in a role on the first day. As given, nothing is known of it."""

    from_outside: tuple[UnitHeads, ...] = ()
    """Of the people in post, those hired from outside, who are paid the premium. Assumption: nobody is."""

    in_grade: tuple[GradeHeads, ...] = ()
    """Of the people in post, those who joined so lately that they have not been in the role long enough for the next. Assumption: all others have."""

    ready: tuple[UnitHeads, ...] = ()
    """People ready to be promoted into the role, by unit of the role they come from. Empty: the ready share of those who have the time in grade.
    Yours: your talent review."""

    signed: tuple[SignedHeads, ...] = ()
    """People from outside who have signed and come in the first months, whatever the lead time. Yours: signed contracts."""


class Role(Parameters):
    """One role of the ladder: whom it leads or supports, at what ratio, and how it is filled."""

    name: Name
    """The role's name in tables and files. Yours: team_lead, manager, executive, trainer, recruiter ..."""

    kind: Literal["leader", "support"] = "leader"
    """A leader leads people; a support role serves them by ratio. Yours."""

    leads: Name = FRONTLINE
    """The role counted for the ratio: frontline, or the name of a role below. The executive's 1 to 100 counts frontline people. Assumption: frontline."""

    span: Ratio
    """People of the role below (or frontline people) per head of this role. Source: ICMI 8 to 12 frontline people a team lead;
    5 to 9 leads a manager is a practitioner's rule."""

    scope: Literal["group", "site", "all"] = "site"
    """Whether each group, each site or the whole organisation has its own. Assumption: by site."""

    opening_heads: tuple[UnitHeads, ...] = ()
    """People in post on the first day, by group, site or all. Yours: from your HR records."""

    under_way: UnderWay = UnderWay()
    """Who joined lately, who is ready, who has signed. Assumption: see its parts."""

    lead_time_months: Annotated[int, Field(ge=0, le=36), Unit("months")] = 3
    """Months from starting a search outside to the first day. Assumption: 3 months; 6 for executives."""

    seek: Literal["ahead", "when_broken"] = "ahead"
    """Start searches ahead of the ratio by the lead time, or only once the ratio is broken. Assumption: ahead."""

    feeder: Name | None = None
    """The role promoted into this one: frontline, or a role below. Empty: nobody is promoted. Yours: your ladder."""

    internal_share: Fraction = 0.6
    """Share of vacancies filled by promotion. Source: direction from Bidwell and from Benson et al.; the value is an assumption."""

    time_in_grade_months: Months = 12.0
    """Months in the feeder role (after nesting for frontline people) before promotion. Assumption: 12, from 6 to 24."""

    ready_share: Fraction = 0.3
    """Share of those who reach that time who are ready to be promoted. Assumption: 30 %, from 10 to 50 %."""

    promotion_failure: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.2
    """Share of promotions that fail. Source: above zero (Benson, Li and Shue 2019); the value is an assumption."""

    return_share: Fraction = 1.0
    """Share of those who fail who return to the feeder role; the rest leave. Assumption: all return."""

    exit_probability_monthly: Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)] = 0.01
    """Probability of leaving within a month. Assumption: 1 %."""

    monthly_pay: Money
    """Gross pay a month of one person, in the reporting currency. Yours: from your payroll."""

    external_premium: Annotated[float, Field(ge=0, le=3), Unit("%", 100)] = 0.18
    """How much more a person from outside is paid. Source: Bidwell 2011, 18 %."""

    search_cost: Money = 0.0
    """Outlay for one appointment from outside. Assumption: none; agencies ask 15 to 30 % of a year's pay."""


class Organisation(Parameters):
    """Who leads and supports the frontline."""

    roles: tuple[Role, ...] = ()
    """The ladder from the bottom up, then the support roles. Yours: your organisation."""


# --- Spans and required leaders


def required_leaders(led_heads: ArrayLike, span: ArrayLike) -> Wholes:
    """Leaders that `led_heads` people ask for, whole people, in the shape of its broadcast arguments: ceil(led / span - 1e-9).

    The hair keeps 2,000 people at a span of 100 from asking for a 21st executive because of floating arithmetic.

    >>> required_leaders([2000, 2600, 3200, 4400], 100).tolist()
    [20, 26, 32, 44]

    Source: model.md section 4; house.md, Required leaders.
    """
    spans = np.asarray(span, dtype=float)
    if not (spans > 0).all():
        raise ValueError(f"a span must be above 0, not {spans.min()}")
    return np.asarray(np.ceil(np.asarray(led_heads, dtype=float) / spans - HAIR), dtype=np.int64)


def vacancies(required_heads: ArrayLike, heads: ArrayLike) -> Wholes:
    """Open posts of a small role, whole people, in the shape of its broadcast arguments: max(0, required - ceil(heads - 0.5)).

    Heads are expected values; a vacancy opens once half a person is gone.

    >>> vacancies(20, [20.0, 19.6, 19.5, 18.2]).tolist()
    [0, 0, 1, 2]

    Source: house.md, Heads.
    """
    filled = np.ceil(np.asarray(heads, dtype=float) - 0.5 - HAIR)
    return np.asarray(np.maximum(0, np.asarray(required_heads) - filled), dtype=np.int64)


def span_of(led_heads: ArrayLike, heads: ArrayLike) -> "np.ma.MaskedArray[Any, Any]":
    """People led per head of the role, a masked array in the shape of its broadcast arguments; masked where nobody leads.

    Masked cells become empty ones (`tolist()` gives None): a span without a leader is undefined, not infinite.

    >>> span_of([2600, 4400, 50], [20, 38, 0]).round(1).tolist()
    [130.0, 115.8, None]

    Source: house.md, Undefined cells.
    """
    led, leaders = np.broadcast_arrays(np.asarray(led_heads, dtype=float), np.asarray(heads, dtype=float))
    undefined = leaders <= 0
    return np.ma.MaskedArray(led / np.where(undefined, 1.0, leaders), mask=undefined)


def layers(frontline_heads: float, spans: Sequence[float]) -> tuple[int, ...]:
    """Positions of each layer from the bottom until one is left, whole people: M_1 = ceil(N / s_1), M_l = ceil(M_(l-1) / s_l).

    The last span holds for all further layers, so it must be above 1.

    >>> layers(50_000, (15, 7, 6))
    (3334, 477, 80, 14, 3, 1)

    Source: Williamson 1967 and Qian 1994 (M) for layers of control; model.md section 4.
    """
    if not spans or spans[-1] <= 1 or min(spans) <= 0:
        raise ValueError(f"spans must be above 0 and the last above 1, not {tuple(spans)}")
    positions: list[int] = []
    led = frontline_heads
    while led > 0 and positions[-1:] != [1]:
        led = int(required_leaders(led, spans[min(len(positions), len(spans) - 1)]))
        positions.append(led)
    return tuple(positions)


def overhead_share(frontline_heads: float, spans: Sequence[float]) -> float:
    """Positions of all layers over frontline heads, a fraction.

    >>> round(overhead_share(2_000, (15, 7, 6)), 4)
    0.0795

    Source: model.md section 4.
    """
    if frontline_heads <= 0:
        raise ValueError(f"the overhead of {frontline_heads} frontline people is undefined")
    return sum(layers(frontline_heads, spans)) / frontline_heads


# --- The ladder and its units


def ladder(organisation: Organisation) -> tuple[Role, ...]:
    """The leader roles from the bottom up, in the order of the scenario.

    >>> ladder(Organisation())
    ()
    """
    return tuple(role for role in organisation.roles if role.kind == "leader")


def support(organisation: Organisation) -> tuple[Role, ...]:
    """The support roles (trainers, recruiters, ...), in the order of the scenario.

    >>> [role.name for role in support(Organisation(roles=(Role(name="trainer", kind="support", span=100, monthly_pay=4_200),)))]
    ['trainer']
    """
    return tuple(role for role in organisation.roles if role.kind == "support")


def first_leader(organisation: Organisation) -> Role | None:
    """The lowest leader role, team leads as a rule; None without leaders.

    >>> first_leader(Organisation(roles=(Role(name="team_lead", span=12, monthly_pay=5_000),))).name
    'team_lead'
    """
    return next(iter(ladder(organisation)), None)


def top_leader(organisation: Organisation) -> Role | None:
    """The last leader role, executives as a rule; None without leaders.

    >>> top_leader(Organisation()) is None
    True
    """
    return next(reversed(ladder(organisation)), None)


def units_of(role: Role, sites: Sequence[str], groups_by_site: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names of the units that each have people of their own in this role: groups (site by site), sites, or ("all",).

    >>> units_of(Role(name="team_lead", span=12, scope="group", monthly_pay=5_000), ["Porto"], {"Porto": ["sales", "care"]})
    ('sales', 'care')
    """
    if role.scope == "all":
        return (ALL,)
    if role.scope == "site":
        return tuple(sites)
    return tuple(group for site in sites for group in groups_by_site.get(site, ()))


def membership(narrow: str, wide: str, site_of_group: Sequence[int], sites: int) -> Floats:
    """Which unit of the wide scope a unit of the narrow one belongs to: 1 or 0, [narrow units, wide units].

    `site_of_group` is the position of each group's site. Heads [T, narrow] @ membership are heads by wide unit.

    >>> membership("group", "site", [0, 0, 1], 2).tolist()
    [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    if SCOPES.index(narrow) > SCOPES.index(wide):
        raise ValueError(f"a unit of scope {narrow} does not lie within one of scope {wide}")
    count = {"group": len(site_of_group), "site": sites, "all": 1}
    if narrow == wide:
        return np.eye(count[wide])
    if wide == "all":
        return np.ones((count[narrow], 1))
    return np.eye(sites)[np.asarray(site_of_group, dtype=np.int64)]


def opening_heads(role: Role, units: Sequence[str]) -> Floats:
    """People in post on day 1 in each unit, heads, [U]; 0 where the role lists none.

    >>> opening_heads(Role(name="manager", span=7, monthly_pay=7_000, opening_heads=(UnitHeads(unit="Porto", heads=3),)), ["Lodz", "Porto"]).tolist()
    [0.0, 3.0]
    """
    return by_unit(role.opening_heads, units)


def by_unit(rows: Sequence[UnitHeads], units: Sequence[str]) -> Floats:
    """People by unit, heads, [U]; 0 where no row names the unit.

    >>> by_unit((UnitHeads(unit="Porto", heads=3),), ["Lodz", "Porto"]).tolist()
    [0.0, 3.0]
    """
    known = {entry.unit: entry.heads for entry in rows}
    return np.array([known.get(unit, 0.0) for unit in units])


def signed_appointments(role: Role, units: Sequence[str], months: int) -> Floats:
    """People from outside who signed before the plan, by month of their first day, heads, [T, U].

    >>> signed = UnderWay(signed=(SignedHeads(unit="all", month=1, heads=2),))
    >>> signed_appointments(Role(name="manager", span=7, monthly_pay=7_000, under_way=signed), ["all"], 3).tolist()
    [[0.0], [2.0], [0.0]]
    """
    found = np.zeros((months, len(units)))
    for row in role.under_way.signed:
        if row.month < months:
            found[row.month, list(units).index(row.unit)] += row.heads
    return found


# --- Faults


def organisation_faults(organisation: Organisation, site_names: Sequence[str], group_names: Sequence[str], place: str) -> list[Fault]:
    """Every fault of the roles among themselves and against sites and groups; empty where there is none.

    >>> print(organisation_faults(Organisation(roles=(Role(name="frontline", span=12, monthly_pay=5_000),)), ["Porto"], ["care"], "organisation")[0])
    organisation.roles.frontline.name: 'frontline' is the name of the people who take contacts. Give the role another name.
    """
    units = {"group": tuple(group_names), "site": tuple(site_names), "all": (ALL,)}
    faults: list[Fault] = []
    for position, role in enumerate(organisation.roles):
        here = f"{place}.roles.{role.name}"
        below = organisation.roles[:position]
        faults += _name_faults(role, below, here)
        faults += _reference_faults(role, organisation.roles, position, here)
        faults += _unit_faults(role.opening_heads, role, units[role.scope], f"{here}.opening_heads")
        faults += _under_way_faults(role, organisation.roles, units, f"{here}.under_way")
    return faults


def _under_way_faults(role: Role, roles: Sequence[Role], units: Mapping[str, Sequence[str]], here: str) -> Iterator[Fault]:
    """Faults of what is under way: units that are not there, and more people than are in post."""
    given = role.under_way
    yield from _unit_faults(given.from_outside, role, units[role.scope], f"{here}.from_outside")
    scopes = {FRONTLINE: "group"} | {other.name: other.scope for other in roles}
    below = units[scopes[role.feeder]] if role.feeder in scopes else ()
    yield from _unit_faults(given.ready, role, below, f"{here}.ready")
    named = [(f"in_grade.{position}", row.unit) for position, row in enumerate(given.in_grade)]
    named += [(f"signed.{position}", row.unit) for position, row in enumerate(given.signed)]
    yield from (_no_unit(unit, units[role.scope], role, f"{here}.{spot}.unit") for spot, unit in named if unit not in units[role.scope])
    for entry in role.opening_heads:
        yield from _too_many(role, entry, here)


def _too_many(role: Role, entry: UnitHeads, here: str) -> Iterator[Fault]:
    outside = math.fsum(row.heads for row in role.under_way.from_outside if row.unit == entry.unit)
    lately = math.fsum(row.heads for row in role.under_way.in_grade if row.unit == entry.unit)
    for name, counted in (("from_outside", outside), ("in_grade", lately)):
        if counted > entry.heads + HAIR:
            problem = f"{counted:g} of the people in post in '{entry.unit}', where {entry.heads:g} are"
            yield Fault(f"{here}.{name}", problem, "Count them among opening_heads, or give fewer here.", f"{counted:g}")


def _name_faults(role: Role, below: Sequence[Role], here: str) -> Iterator[Fault]:
    if role.name == FRONTLINE:
        yield Fault(f"{here}.name", f"'{FRONTLINE}' is the name of the people who take contacts", "Give the role another name.")
    if any(role.name == other.name for other in below):
        yield Fault(f"{here}.name", f"two roles are called '{role.name}'", "Give each role a name of its own.")


def _reference_faults(role: Role, roles: Sequence[Role], position: int, here: str) -> Iterator[Fault]:
    """Faults of the two roles that a role points at: whom it leads, and who is promoted into it."""
    for field, named in (("leads", role.leads), ("feeder", role.feeder)):
        if named is not None:
            yield from _pointer_faults(role, roles, position, f"{here}.{field}", named)


def _pointer_faults(role: Role, roles: Sequence[Role], position: int, here: str, named: str) -> Iterator[Fault]:
    scopes = {FRONTLINE: "group"} | {other.name: other.scope for other in roles[:position]}
    if named in scopes:
        if SCOPES.index(scopes[named]) > SCOPES.index(role.scope):
            problem = f"'{named}' is planned with scope {scopes[named]}, '{role.name}' with the narrower scope {role.scope}"
            yield Fault(here, problem, f"Give '{role.name}' the scope {scopes[named]} or a wider one.")
    elif any(named == other.name for other in roles):
        yield Fault(here, f"'{named}' does not stand before '{role.name}' in the list of roles", "List the roles from the bottom up.")
    else:
        yield Fault(here, f"there is no role '{named}'", f"Write one of: {', '.join(scopes)}.")


def _no_unit(unit: str, units: Sequence[str], role: Role, spot: str) -> Fault:
    remedy = f"Write one of: {', '.join(units)}." if units else "Remove the row: nobody is promoted into this role."
    return Fault(spot, f"'{unit}' is not a unit of a role with scope {role.scope}", remedy)


def _unit_faults(rows: Sequence[UnitHeads], role: Role, units: Sequence[str], here: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, entry in enumerate(rows):
        spot = f"{here}.{position}.unit"
        if entry.unit not in units:
            yield _no_unit(entry.unit, units, role, spot)
        elif entry.unit in seen:
            yield Fault(spot, f"'{entry.unit}' is listed twice", "Give each unit one line.")
        seen.add(entry.unit)


# --- People in a role, month by month


@dataclass(frozen=True)
class RolePath:
    """People of one role, each [T, U] in heads: closing = opening + starts + promoted_in + returned - promoted_out - leavers."""

    opening: Floats
    starts: Floats
    promoted_in: Floats
    """Every promotion into the role, also those that fail."""
    returned: Floats
    """People back from the role above, where they failed."""
    promoted_out: Floats
    """People promoted away, and people of this role's own promotions who failed and went back below."""
    leavers: Floats
    """Exits, and people who failed and left."""
    closing: Floats
    heads: Floats
    """People in post in the month: opening + starts."""


def failures(role: Role, attempts: ArrayLike) -> tuple[Floats, Floats]:
    """Of the promotions into a role, who fails and (returns to the feeder, leaves), heads, in the shape of `attempts`.

    Over all roles of a month promoted_in + returned = promoted_out, when `returning` is the feeder's `returned`.

    >>> [float(round(x, 3)) for x in failures(Role(name="team_lead", span=12, monthly_pay=5_000, promotion_failure=0.25, return_share=0.8), 10)]
    [2.0, 0.5]

    Source: house.md, Promotion.
    """
    failed = role.promotion_failure * np.asarray(attempts, dtype=float)
    return failed * role.return_share, failed * (1 - role.return_share)


@lru_cache(maxsize=512)
def survival_kernel(months: int, exit_probability_monthly: float) -> Floats:
    """Share still there on day 1 of month t of who was there on day 1 of month k: (1 - q)^(t - k) for k <= t, else 0; [T, T].

    The impulse response of a role: kernel @ arrivals [T, U] = heads [T, U].

    >>> survival_kernel(3, 0.5).tolist()
    [[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.25, 0.5, 1.0]]

    Source: model.md section 3.2, for one tenure class.
    """
    lag = np.arange(months)[:, np.newaxis] - np.arange(months)
    kernel: Floats = np.tril((1.0 - exit_probability_monthly) ** np.maximum(lag, 0))
    kernel.setflags(write=False)
    return kernel


def role_path(role: Role, opening: ArrayLike, external_starts: Floats, promoted_in: Floats, promoted_away: Floats, returned: Floats) -> RolePath:
    """People of one role in all its units, month by month; opening [U], the other inputs and all results [T, U], heads.

    Within a month: starts on day 1; heads = opening + starts; leavers = heads x exit probability; at month end promotions in and
    away, and in the same month the failures among those promoted in. Linear in all inputs, so it refuses nothing but wrong
    shapes; `first_overdrawn` finds the month in which more people are promoted away than there are.

    >>> lead, none = Role(name="team_lead", span=12, monthly_pay=5_000), np.zeros((2, 1))
    >>> role_path(lead, [20.0], none, none, none, none).closing.round(3).tolist()
    [[19.8], [19.602]]

    Source: model.md section 3.2; house.md, Month, Leaving and Promotion.
    """
    _same_shape(external_starts, promoted_in, promoted_away, returned)
    returning, leaving = failures(role, promoted_in)
    promoted_out = promoted_away + returning
    at_month_end = promoted_in + returned - promoted_out - leaving
    heads = heads_path(_next_month(opening, at_month_end) + external_starts, 0.0, role.exit_probability_monthly)
    leavers = heads * role.exit_probability_monthly + leaving
    closing = heads + promoted_in + returned - promoted_out - leavers
    return RolePath(
        opening=_next_month(opening, closing), starts=external_starts, promoted_in=promoted_in, returned=returned,
        promoted_out=promoted_out, leavers=leavers, closing=closing, heads=heads,
    )  # fmt: skip


def _same_shape(*arrays: Floats) -> None:
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise ValueError(f"months and units of one role differ: {sorted(shapes)}")


def _next_month(first: ArrayLike, at_month_end: Floats) -> Floats:
    """What stands at a month's end as of day 1 of the next month, [T, ...]; `first` stands on day 1 of the first."""
    start = np.broadcast_to(np.asarray(first, dtype=float), at_month_end.shape[1:])
    return np.concatenate([start[np.newaxis], at_month_end[:-1]])


def heads_path(starts: Floats, opening: ArrayLike, exit_probability_monthly: float) -> Floats:
    """Heads of a role that people join on day 1 and leave by exits alone, [T] or [T, U], heads; opening is a number or [U].

    >>> heads_path(np.array([0.0, 1.2, 1.21]), 20.0, 0.01).round(6).tolist()
    [20.0, 21.0, 22.0]

    Source: model.md section 4, lead time.
    """
    joined = np.array(starts, dtype=float)
    joined[0] += opening
    return np.asarray(survival_kernel(len(joined), exit_probability_monthly) @ joined)


def external_heads(external_starts: Floats, exit_probability_monthly: float, opening: ArrayLike = 0.0) -> Floats:
    """People hired outside and still in post, [T, U], heads: those who are paid the external premium; `opening` [U] of them on day 1.

    They leave by exits only: who is promoted on is taken to have come from within, so that cost stays linear in starts (an assumption).

    >>> external_heads(np.array([[1.0], [0.0]]), 0.1).tolist()
    [[1.0], [0.9]]
    """
    return heads_path(external_starts, opening, exit_probability_monthly)


def first_overdrawn(path: RolePath) -> tuple[int, int] | None:
    """First month and unit (their positions) that closes with fewer than no people; None where every promotion has its person.

    >>> lead, none, two = Role(name="team_lead", span=12, monthly_pay=5_000), np.zeros((1, 1)), np.full((1, 1), 2.0)
    >>> first_overdrawn(role_path(lead, [1.0], none, none, two, none))
    (0, 0)
    """
    months, units = np.nonzero(path.closing < -HAIR)
    return (int(months[0]), int(units[0])) if len(months) else None


# --- The ready bench and how vacancies are filled


def matured(entrants: Floats, exit_probability_monthly: float, time_in_grade_months: float) -> Floats:
    """People who complete their time in grade at the end of each month, heads, [T, U].

    Entrants are in the grade on day 1 of their month (who is promoted at a month's end counts in the next month). After 12 months
    they have survived 12 month ends, and can be promoted in the 13th month. A fraction of a month is split between two months;
    a time under one month ends with the month. Derived; the month's grain is in `largest_internal_share`.

    >>> matured(np.array([[10.0], [0.0], [0.0]]), 0.1, 2.0).round(3).tolist()
    [[0.0], [8.1], [0.0]]
    """
    months = max(time_in_grade_months, 1.0)
    whole, part = math.floor(months), months - math.floor(months)
    survivors = entrants * (1 - exit_probability_monthly) ** months
    return (1 - part) * _later(survivors, whole - 1) + part * _later(survivors, whole)


def short_of_grade(role: Role, units: Sequence[str], time_in_grade_months: float) -> Floats:
    """Of the people in post on day 1, those who have not been in the role for the time in grade, heads, [U].

    >>> lately = UnderWay(in_grade=(GradeHeads(unit="all", months=3, heads=4), GradeHeads(unit="all", months=12, heads=9)))
    >>> short_of_grade(Role(name="lead", span=12, monthly_pay=5_000, under_way=lately), ["all"], 12).tolist()
    [4.0]
    """
    return by_unit([UnitHeads(unit=unit, heads=sum(row.heads for row in _short(role, unit, time_in_grade_months))) for unit in units], units)


def _short(role: Role, unit: str, time_in_grade_months: float) -> Iterator[GradeHeads]:
    return (row for row in role.under_way.in_grade if row.unit == unit and row.months < max(time_in_grade_months, 1.0))


def opening_matured(role: Role, units: Sequence[str], time_in_grade_months: float, months: int) -> Floats:
    """As `matured`, of the people in post on day 1 who have not been in the role for the time in grade, heads, [T, U].

    >>> lately = UnderWay(in_grade=(GradeHeads(unit="all", months=1, heads=10),))
    >>> lead = Role(name="lead", span=12, monthly_pay=5_000, exit_probability_monthly=0.1, under_way=lately)
    >>> opening_matured(lead, ["all"], 2.0, 3).round(3).tolist()
    [[9.0], [0.0], [0.0]]
    """
    found, needed = np.zeros((months, len(units))), max(time_in_grade_months, 1.0)
    whole, part = math.floor(needed), needed - math.floor(needed)
    for position, unit in enumerate(units):
        for row in _short(role, unit, time_in_grade_months):
            surviving = row.heads * (1 - role.exit_probability_monthly) ** (needed - row.months)
            for month, share in ((whole - 1 - row.months, 1 - part), (whole - row.months, part)):
                if 0 <= month < months:
                    found[month, position] += share * surviving
    return found


def matured_in(month: int, entrants: Floats, exit_probability_monthly: float, time_in_grade_months: float) -> Floats:
    """Row `month` of `matured`, heads, [U], from entrants [T, U]: what comes in later months does not touch it.

    >>> matured_in(1, np.array([[10.0], [0.0], [0.0]]), 0.1, 2.0).round(3).tolist()
    [8.1]
    """
    months = max(time_in_grade_months, 1.0)
    whole, part = math.floor(months), months - math.floor(months)
    survived, nobody = (1 - exit_probability_monthly) ** months, np.zeros_like(entrants[0])
    first, second = (entrants[month - ago] * survived if month >= ago else nobody for ago in (whole - 1, whole))
    return np.asarray((1 - part) * first + part * second)


def _later(flow: Floats, months: int) -> Floats:
    moved = np.zeros_like(flow)
    moved[months:] = flow[: max(len(flow) - months, 0)]
    return moved


def ready_bench(role: Role, opening_ready: ArrayLike, matured: Floats, attempts: Floats, feeder_exit_probability: float) -> Floats:
    """People ready to be promoted on day 1 of each month, by unit of the feeder, heads, [T, U].

    Ready_(t+1) = Ready_t (1 - q) + ready_share x matured_t - attempts_t. Who failed and came back is not ready again within the
    plan. Promotions come after the month's exits, so month t can promote `bench_available` of them.

    >>> lead = Role(name="team_lead", span=12, monthly_pay=5_000, ready_share=0.3)
    >>> ready_bench(lead, [10.0], np.full((3, 1), 10.0), np.full((3, 1), 5.0), 0.1).round(2).tolist()
    [[10.0], [7.0], [4.3]]

    Source: model.md section 4, bench depletion (derived).
    """
    _same_shape(matured, attempts)
    gained = _next_month(opening_ready, role.ready_share * matured - attempts)
    return heads_path(gained, 0.0, feeder_exit_probability)


def bench_available(ready: ArrayLike, feeder_exit_probability: ArrayLike) -> Wholes:
    """People of the bench whom the month can promote, whole people, in the shape of `ready`: those left after the month's exits.

    Promoting no more than that keeps the bench from going below zero.

    >>> bench_available([10.0, 4.3, 0.4], 0.1).tolist()
    [9, 3, 0]
    """
    return np.asarray(np.floor(np.asarray(ready, dtype=float) * (1 - np.asarray(feeder_exit_probability)) + HAIR), dtype=np.int64)


def bench_empty_month(ready: ArrayLike, wanted: ArrayLike) -> int | None:
    """Position of the first month in which the bench of some unit is smaller than the promotions wanted; None where it never is.

    Both [T] or [T, U], heads.

    >>> bench_empty_month([10.0, 7.0, 4.3], [5.0, 5.0, 5.0])
    2

    Source: model.md section 4.
    """
    short = np.asarray(ready, dtype=float) < np.asarray(wanted, dtype=float) - HAIR
    months = np.nonzero(short)[0]
    return int(months[0]) if len(months) else None


@dataclass(frozen=True)
class Fill:
    """How vacancies are filled, whole people by unit, [U]; promoted + external = vacancies."""

    promoted: Wholes
    external: Wholes
    carried: Floats
    """Part of a promotion rounded away, to be carried into the next month."""


def attempt_share(role: Role) -> float:
    """Promotions over all appointments, failed ones included, that make `internal_share` of the appointments that last; a fraction.

    phi / (phi + (1 - phi)(1 - f)): a failed promotion leaves a vacancy to be filled again. 0 without a feeder. Derived.

    >>> round(attempt_share(Role(name="team_lead", span=12, monthly_pay=5_000, feeder="frontline", internal_share=0.8, promotion_failure=0.25)), 4)
    0.8421
    """
    if role.feeder is None:
        return 0.0
    return role.internal_share / (role.internal_share + (1 - role.internal_share) * (1 - role.promotion_failure))


def fill(role: Role, vacancies: ArrayLike, available: ArrayLike, carried: ArrayLike) -> Fill:
    """Promotions and outside appointments for this month's vacancies, by unit, [U], never more than the bench has available.

    What rounding takes is carried into the next month, so that single vacancies too are shared out in the right proportion;
    what an empty bench takes is not carried. A promotion that fails is a vacancy again a month later.

    >>> lead = Role(name="team_lead", span=12, monthly_pay=5_000, feeder="frontline", internal_share=0.6, promotion_failure=0.2)
    >>> chosen = fill(lead, [10], [4], [0.0])
    >>> chosen.promoted.tolist(), chosen.external.tolist()
    ([4], [6])
    """
    owed = attempt_share(role) * np.asarray(vacancies) + np.asarray(carried, dtype=float)
    wanted = np.floor(owed + 0.5)
    promoted = np.minimum(wanted, available).astype(np.int64)
    return Fill(promoted, np.asarray(vacancies, dtype=np.int64) - promoted, owed - wanted)


# --- Lead time of searches outside


def shortfall(required_heads: ArrayLike, heads: ArrayLike) -> Floats:
    """Required people who are missing, with fractions of a person, in the shape of its broadcast arguments.

    >>> shortfall(21, [20.5, 22.0]).tolist()
    [0.5, 0.0]
    """
    return np.asarray(np.maximum(0.0, np.asarray(required_heads, dtype=float) - np.asarray(heads, dtype=float)))


def highest_within(required_heads: ArrayLike, lead_months: int) -> Floats:
    """Highest requirement of this month and the `lead_months` before it, [T] or [T, U], heads: E* of the lead-time rule.

    Aiming at it keeps a short dip from stopping a search that is needed again before it ends.

    >>> highest_within([20, 22, 21, 22, 20, 20], 2).tolist()
    [20.0, 22.0, 22.0, 22.0, 22.0, 22.0]

    Source: model.md section 4, lead time.
    """
    required = np.asarray(required_heads, dtype=float)
    padded = np.concatenate([np.repeat(required[:1], lead_months, axis=0), required])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, lead_months + 1, axis=0).max(axis=-1))


def external_starts_ahead(required_heads: ArrayLike, opening: ArrayLike, exit_probability_monthly: float, lead_months: int, whole: bool = True) -> Floats:
    """Outside starts by month that meet the requirement on day 1 from month `lead_months` on, [T] or [T, U], heads; 0 before.

    A search begins `lead_months` ahead, for E* less heads, pipeline and expected exits; opening is a number or [U]. Whole people
    follow the rule of `vacancies` (half a person may be missing); fractions give the flow that model.md states: 1.20 to 1.43 a month.

    >>> need = required_leaders(2_000 + 100 * np.arange(25), 100)
    >>> starts = external_starts_ahead(need, 20, 0.01, 1, whole=False)
    >>> starts[[1, 24]].round(2).tolist(), float(starts.sum().round(1))
    ([1.2, 1.43], 31.6)

    Source: model.md section 4, lead time.
    """
    target = highest_within(required_heads, lead_months)
    missing = vacancies if whole else shortfall
    starts = np.zeros_like(target)
    before = np.asarray(opening, dtype=float) * (1 - exit_probability_monthly) ** lead_months
    for month in range(lead_months, len(target)):
        starts[month] = missing(target[month], before)
        before = (before + starts[month]) * (1 - exit_probability_monthly)
    return starts


def external_starts_when_broken(required_heads: ArrayLike, opening: ArrayLike, exit_probability_monthly: float, lead_months: int, whole: bool = True) -> Floats:
    """Outside starts by month when a search begins only once a post is open, [T] or [T, U], heads.

    Month t orders what is missing after heads and pipeline; it starts in month t + lead_months. Whole people or fractions: the
    ratios of model.md (130:1 in month 6 and 116 in month 24; 138 and 122 with 1 % exits) are the same.

    >>> led = 2_000 + 100 * np.arange(25)
    >>> starts = external_starts_when_broken(required_leaders(led, 100), 20, 0.01, 6)
    >>> span_of(led, heads_path(starts, 20, 0.01))[[6, 24]].round().tolist()
    [138.0, 122.0]

    Source: model.md section 4, lead time.
    """
    required = np.asarray(required_heads, dtype=float)
    missing = vacancies if whole else shortfall
    starts = np.zeros((len(required) + lead_months, *required.shape[1:]))
    before = np.asarray(opening, dtype=float)
    for month, needed in enumerate(required):
        pipeline = starts[month : month + lead_months].sum(axis=0)
        starts[month + lead_months] = missing(needed, before + pipeline)
        before = (before + starts[month]) * (1 - exit_probability_monthly)
    return starts[: len(required)]


# --- Closed forms


def vacancies_per_month(growth_monthly: float, exit_probability_monthly: float, heads: ArrayLike, promotions_out: ArrayLike = 0.0) -> Floats:
    """Vacancies a month of a role in steady growth, people: V = (g + q) M + U, with U net promotions out of it.

    >>> round(float(vacancies_per_month(0.05, 0.01, 20)), 2), round(float(vacancies_per_month(0.05, 0.015, 134, 0.60)), 2)
    (1.2, 9.31)

    Source: model.md section 4 (derived).
    """
    return np.asarray((growth_monthly + exit_probability_monthly) * np.asarray(heads, dtype=float) + np.asarray(promotions_out, dtype=float))


@dataclass(frozen=True)
class PromotionFlow:
    """People a month through the vacancies of one role in steady growth."""

    vacancies: float
    internal: float
    """Promotions that last."""
    external: float
    attempts: float
    """Promotions, failed ones included."""
    drawn: float
    """People the feeder loses for good: promotions that last, and failures that leave."""


def promotion_flow(role: Role, growth_monthly: float, heads: float, promotions_out: float = 0.0) -> PromotionFlow:
    """How the vacancies of a role in steady growth are filled, people a month; `drawn` is the feeder's promotions_out.

    internal = phi V, attempts = phi V / (1 - f), drawn = attempts (1 - f r).

    >>> lead = Role(name="team_lead", span=15, monthly_pay=5_000, internal_share=0.8, promotion_failure=0.25, exit_probability_monthly=0.015)
    >>> flow = promotion_flow(lead, 0.05, 134, 0.60)
    >>> round(flow.internal, 2), round(flow.attempts, 2)
    (7.45, 9.93)

    Source: model.md section 4 (derived).
    """
    opened = float(vacancies_per_month(growth_monthly, role.exit_probability_monthly, heads, promotions_out))
    internal = role.internal_share * opened
    attempts = internal / (1 - role.promotion_failure)
    drawn = attempts * (1 - role.promotion_failure * role.return_share)
    return PromotionFlow(vacancies=opened, internal=internal, external=opened - internal, attempts=attempts, drawn=drawn)


def vacancies_caused(internal_shares: Sequence[float]) -> Floats:
    """Vacancies that one vacancy of the top role causes at each level from the top down, itself included, [levels].

    The first row of (I - Phi)^-1. The last level fills from outside only (share 0: the frontline). Its sum is the number of moves.

    >>> vacancies_caused([0.6, 0.8, 0.0]).round(2).tolist()
    [1.0, 0.6, 0.48]

    Source: White 1970, Chains of Opportunity (M).
    """
    return np.cumprod(np.array([1.0, *internal_shares[:-1]]))


def vacancy_chain_multiplier(internal_shares: Sequence[float]) -> float:
    """Moves that one vacancy of the top role causes, itself included, with the shares of `vacancies_caused`.

    >>> round(vacancy_chain_multiplier([0.6, 0.8, 0.0]), 2)
    2.08

    Source: White 1970, Chains of Opportunity (M).
    """
    return float(vacancies_caused(internal_shares).sum())


def external_entries(internal_shares: Sequence[float]) -> Floats:
    """People from outside that one vacancy of the top role brings in at each level from the top down, [levels]; they sum to 1.

    >>> external_entries([0.6, 0.8, 0.0]).round(2).tolist()
    [0.4, 0.12, 0.48]

    Source: White 1970, Chains of Opportunity (M).
    """
    return np.asarray(vacancies_caused(internal_shares) * (1 - np.asarray(internal_shares, dtype=float)))


def largest_internal_share(
    role: Role, growth_monthly: ArrayLike, feeder_exit_probability: float, feeder_heads_per_head: float, promotions_out_per_head: float = 0.0
) -> Floats:
    """Largest share of a role's vacancies that promotion can fill while everything grows at g, a fraction (above 1: all of them, and more).

    phi_max = (1 - f) gate (g + q_L) s / ((1 - gate (1 - f r)) ((g + q_U) + U_up)), gate = ready_share x exp(-(g + q_L) tau), in continuous
    time; tau, f, r and q_U are the role's, s feeder people per head of it, U_up net promotions out of it a month per head. In
    monthly steps the .831 below is .84 when people are promoted after 12 month ends, .785 after 13. Derived.

    >>> lead = Role(name="lead", span=15, monthly_pay=1, feeder="frontline", ready_share=0.3, promotion_failure=0.25, time_in_grade_months=12)
    >>> largest_internal_share(lead, [0, 0.01, 0.03, 0.05, 0.08], 0.015, 20 / 3).round(2).tolist()
    [2.31, 1.67, 1.13, 0.83, 0.55]

    Source: model.md section 4, bench depletion (derived).
    """
    growth = np.asarray(growth_monthly, dtype=float)
    inflow = growth + feeder_exit_probability
    gate = role.ready_share * np.exp(-inflow * role.time_in_grade_months)
    lasting = gate * (1 - role.promotion_failure) * inflow * feeder_heads_per_head
    kept = 1 - gate * (1 - role.promotion_failure * role.return_share)
    return np.asarray(lasting / (kept * (growth + role.exit_probability_monthly + promotions_out_per_head)))


def largest_growth_for_internal_share(
    role: Role, share: float, feeder_exit_probability: float, feeder_heads_per_head: float, promotions_out_per_head: float = 0.0
) -> float | None:
    """Largest growth a month at which promotion can still fill `share` of a role's vacancies, up to 100 % a month; None: at no growth.

    The inverse of `largest_internal_share`. Derived.

    >>> lead = Role(name="lead", span=15, monthly_pay=1, feeder="frontline", ready_share=0.3, promotion_failure=0.25, time_in_grade_months=12)
    >>> round(largest_growth_for_internal_share(lead, 1.0, 0.015, 20 / 3), 3)
    0.038
    """
    growth = np.linspace(0, 1, 100_001)
    carried = largest_internal_share(role, growth, feeder_exit_probability, feeder_heads_per_head, promotions_out_per_head)
    enough = np.flatnonzero(carried >= share)
    return float(growth[enough[-1]]) if len(enough) else None
