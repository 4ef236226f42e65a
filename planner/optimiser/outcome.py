"""What a solver's answer amounts to, as types: never a number read behind a failed answer. Nothing here needs a solver to be installed."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from planner.decisions import Decisions
from planner.plan import Plan

Ended = Literal["", "time", "stopped"]


class Kind(StrEnum):
    """How a search ended."""

    PROVED_OPTIMAL = "proved optimal"
    BEST_FOUND = "best found"
    NO_PLAN = "no plan meets every limit"
    NOTHING_FOUND = "nothing found in time"
    UNBOUNDED = "the cost falls without end"
    SOLVER_MISSING = "solver missing"
    SOLVER_KILLED = "solver killed"
    SOLVER_FAILED = "solver failed"


@dataclass(frozen=True)
class Outcome:
    """How a search ended: the gap where there is a plan, the limits that clash where there can be none, what the solver said where it failed."""

    kind: Kind
    gap: float | None = None
    limits: tuple[str, ...] = ()
    said: str = ""
    ended: Ended = ""
    """What ended a search that did not close its gap: time, or somebody who stopped it."""

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan to read."""
        return self.kind in (Kind.PROVED_OPTIMAL, Kind.BEST_FOUND)

    def __str__(self) -> str:
        if self.gap is not None:
            return f"{self.kind} (at most {self.gap:.2%} above the cheapest)"
        detail = ", ".join(self.limits) or self.said
        return f"{self.kind}: {detail}" if detail else str(self.kind)


@dataclass(frozen=True)
class Progress:
    """Where a search stands: seconds since it began, the bound that no plan undercuts, the best plan so far; None as long as there is none."""

    seconds: float
    bound: float | None
    best: float | None
    stage: str = ""
    """Which of several searches it is, where a goal takes more than one."""


@dataclass(frozen=True)
class Worth:
    """What one more of a limit saves over the horizon, in the reporting currency: by shadow price, and by solving again (None: not asked)."""

    limit: str
    unit: str
    one_more: str
    """What one more is."""
    estimate: float
    confirmed: float | None = None

    @property
    def told(self) -> float:
        """The figure to tell: the confirmed one where there is one."""
        return self.estimate if self.confirmed is None else self.confirmed


@dataclass(frozen=True)
class Relaxation:
    """How much a limit must give way: the months (positions) and the amount in each, in the limit's own unit."""

    limit: str
    months: tuple[int, ...]
    amounts: tuple[float, ...]
    shares: tuple[float, ...]
    """The same, over what there is."""
    level: float | None = None
    """For the service floor: the least share of its requirement that a group still has."""


@dataclass(frozen=True)
class Conflict:
    """Limits that clash: none of them could be left out of the set; and what giving way at least means."""

    limits: tuple[str, ...]
    relaxations: tuple[Relaxation, ...]
    """The cheapest way by the user's priorities."""
    sentences: tuple[str, ...]
    """That way in words, a sentence a limit."""
    alternatives: tuple[Relaxation, ...] = ()
    """Every limit of the clash that would do alone, and how much of it; the one to give way first comes first."""
    headline: str = ""
    """Which months cannot be met, and the ways out, in one sentence."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What the optimiser found, with the baseline beside it. Read plan and decisions only where the outcome has a plan: elsewhere they are None."""

    outcome: Outcome
    baseline: Plan
    plan: Plan | None = None
    bound: float | None = None
    """No plan is charged less than this: its cost and what open posts, surplus and capacity missing after the horizon are charged."""
    charged: float | None = None
    """What the plan is charged: its cost, and the charges besides."""
    baseline_charged: float | None = None
    unavoidable: float = 0.0
    """Money paid in any case: for people in post and starts signed, if nothing is decided."""
    binding: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Months in which each limit leaves no room for another one, by name; limits that never bind are left out."""
    worth: tuple[Worth, ...] = ()
    """What one more of each limit would save, the dearest first, by the relaxation; empty where there was no time to look."""
    conflict: Conflict | None = None
    """Why no plan meets every limit, where that is so."""
    seconds: float = 0.0

    @property
    def gap(self) -> float | None:
        """How far the plan may be above the cheapest, as a share of what it is charged."""
        return self.outcome.gap

    @property
    def decidable_gap(self) -> float | None:
        """The same, as a share of the cost that decisions can still change."""
        if self.charged is None or self.bound is None:
            return None
        open_to_change = self.charged - self.unavoidable
        return max(self.charged - self.bound, 0.0) / open_to_change if open_to_change > 0 else None

    @property
    def decisions(self) -> Decisions | None:
        """The decisions of the plan."""
        return self.plan.decisions if self.plan else None

    @property
    def saving(self) -> float | None:
        """What the plan costs less than the baseline."""
        return float(self.baseline.cost.sum() - self.plan.cost.sum()) if self.plan else None
