"""What a solver's answer amounts to, as a type: never a number read behind a failed answer."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a search ended."""

    PROVED_OPTIMAL = "proved optimal"
    BEST_FOUND = "best found"
    NO_PLAN = "no plan meets every limit"
    NOTHING_FOUND = "nothing found in time"
    SOLVER_FAILED = "solver failed"


@dataclass(frozen=True)
class Outcome:
    """How a search ended: the gap where there is a plan, the limits that clash where there can be none, what the solver said where it failed."""

    kind: Kind
    gap: float | None = None
    limits: tuple[str, ...] = ()
    said: str = ""

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
