"""What the optimiser is to respect beyond the limits of the other rooms, what it charges for what money does not show, and what may give way."""

from typing import Annotated, Literal

from planner.errors import Fault
from planner.parameters import Field, Fraction, Multiple, Parameters, Unit, WholeHeads

LimitName = Literal[
    "class_size", "rooms", "trainers", "mentors", "recruiters", "interviews", "sources", "starts", "bench", "internal_share", "overtime", "contractors",
    "budget", "largest_change", "short_tenure", "service_floor",
]  # fmt: skip


class Negotiable(Parameters):
    """A limit that may give way where no plan meets every limit."""

    limit: LimitName
    """The limit. Yours: what can be talked about."""

    priority: Annotated[float, Field(gt=0, le=1_000), Unit("")] = 1.0
    """How dear it is: the higher, the later it gives way. Assumption: budget 1, starts 2, rooms 3, mentors 4, service 5."""


NEGOTIABLE = tuple(
    Negotiable(limit=limit, priority=priority) for limit, priority in (("budget", 1), ("starts", 2), ("rooms", 3), ("mentors", 4), ("service_floor", 5))
)


class Optimisation(Parameters):
    """What the cheapest plan must respect, and what it is charged for besides money."""

    vacancy_multiple: Multiple = 3.0
    """Price of a leader's or support post that stands open for a month, as a multiple of the role's pay with on-cost. It is not part of the plan's cost.
    Assumption: 3 times, as for the frontline."""

    surplus_multiple: Multiple = 0.0
    """Price of one FTE beyond the requirement for a month, as a multiple of frontline pay with on-cost, above the pay itself. It is not part of the plan's
    cost. Assumption: none; idle people cost their pay."""

    hold_after: bool = True
    """Whether the capacity of the last month must be held after the horizon, so that the plan does not run its people down towards the end; what is missing
    then has the price of shortage. Assumption: yes."""

    internal_share_tolerance: Fraction = 0.1
    """How far the share of promotions among all appointments of a role may be from its internal share, over the horizon. Assumption: 10 points."""

    service_floor: Fraction = 0.0
    """Least share of the required FTE that must be there in every month and group. Assumption: none; shortage has its price."""

    largest_change: WholeHeads | None = None
    """Most that the starts of a month may differ from those of the month before, over all groups. Empty: not limited. Yours: what your classes can take."""

    short_tenure_share_max: Fraction | None = None
    """Largest share of frontline people who joined less than 6 months ago, training included, by group. Empty: not limited. Yours: what quality bears."""

    negotiable: tuple[Negotiable, ...] = NEGOTIABLE
    """Limits that may give way where no plan meets all of them, and how dear each is. Assumption: see its parts."""


def optimisation_faults(optimisation: Optimisation, place: str) -> list[Fault]:
    """What single bounds cannot tell: a limit that is given two priorities.

    >>> optimisation_faults(Optimisation(), "optimisation")
    []
    """
    names = [each.limit for each in optimisation.negotiable]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Fault(f"{place}.negotiable.{name}", "the limit has two priorities", "Keep one of them.") for name in twice]
