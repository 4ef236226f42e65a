"""On-position hours to paid FTE to heads: shrinkage stages, schedule efficiency, paid hours, contract mix."""

from typing import Annotated, Literal

from planner.parameters import (
    Field, Fraction, Multiple, Name, Parameters, Unit,
)


class Shrinkage(Parameters):
    """One reason why paid time is not on-position time."""

    name: Name
    """What it is. Yours: as your planners call it."""

    where: Literal["out", "in"]
    """Out of office (a share of paid hours) or in office (a share of hours present). Yours: leave is out, breaks are in."""

    fraction: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)]
    """Its share of paid hours (out) or of hours present (in). Factors of one stage add, the two stages multiply. Yours: from your time records."""

    season: Annotated[tuple[Multiple, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12
    """Factor of each calendar month, January to December, on that share. Assumption: the same all year."""


class Contract(Parameters):
    """One kind of contract among a group's people."""

    name: Name
    """What it is called. Yours: full time, part time."""

    heads_share: Fraction
    """Share of the group's people on it; the shares sum to 1. Yours: from your payroll."""

    fte_fraction: Annotated[float, Field(gt=0, le=1.5), Unit("FTE")]
    """Its contract hours as a fraction of full time. Yours: from the contract."""


class Staffing(Parameters):
    """From interval to people."""

    shrinkage: tuple[Shrinkage, ...] = (
        Shrinkage(name="annual leave", where="out", fraction=0.08),
        Shrinkage(name="sickness", where="out", fraction=0.05),
        Shrinkage(name="other absence", where="out", fraction=0.02),
        Shrinkage(name="breaks", where="in", fraction=0.06),
        Shrinkage(name="coaching and meetings", where="in", fraction=0.04),
        Shrinkage(name="systems", where="in", fraction=0.02),
    )
    """Why paid time is not on-position time; public holidays are counted from the calendar, never here. Source: 15 % out and 12 % in office, 15 to 35 % together (Bocklund); the split is an assumption."""

    schedule_efficiency: Annotated[float, Field(gt=0, le=1), Unit("%", 100)] = 0.90
    """Required hours over scheduled hours: what shifts lose. Source: set-covering experiment on a 14-hour day; 72 % with 8-hour shifts only, 98 % with short shifts."""

    weekly_hours: Annotated[float, Field(gt=0, le=60), Unit("h")] = 40.0
    """Paid hours a week of a full-time contract. Source: 2,080 hours a year."""

    contracts: tuple[Contract, ...] = (Contract(name="full time", heads_share=1.0, fte_fraction=1.0),)
    """The mix of contracts. Heads and FTE are kept apart everywhere. Assumption: everyone full time."""
