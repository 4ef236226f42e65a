"""One unit of a role as the columns that it has in the model: who joins it, who is in post, which posts it has, which stand open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.optimiser.model import Model
from planner.optimiser.problem import Problem
from planner.organisation import Role
from planner.plan import belongs, opening_heads

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Post:
    """One unit of a role: its columns by month, the rows that fill its posts, people in post on day 1, and how they stay from month to month."""

    role: Role
    position: int
    unit: int
    appointments: Places
    """Columns of who joins from outside [months]."""
    feeders: Places
    """Units of the feeder from which people are promoted [feeders]."""
    promotions: Places
    """Columns of promotions from each of them [feeders, months]; they count from the month after."""
    in_post: Places
    posts: Places
    open_posts: Places
    filled: Places
    """Rows that say that who is in post and what stands open make up the posts [months]."""
    drains: tuple[tuple[Places, float], ...]
    """Columns of promotions away [months], and what each takes out of the post for good; they count from the month after."""
    least: Array
    """Posts that are needed in any case [months]."""
    opening: float
    stay: float

    @property
    def lasting(self) -> float:
        """What a promotion brings for good: those who fail do not stay."""
        return 1 - self.role.promotion_failure

    @property
    def joiners(self) -> Places:
        """Columns of everybody who joins: from outside first, then the promotions of each feeder."""
        return np.concatenate([self.appointments, self.promotions.ravel()])


def posts(problem: Problem) -> list[Post]:
    """Every unit of every role."""
    model = problem.model
    filled = [problem.places(f"spans_filled_{position}") for position in range(len(model.roles))]
    return [
        _post(model, position, unit, filled[position][:, unit] if filled[position].size else np.full(model.months, -1))
        for position, role in enumerate(model.roles)
        for unit in range(model.blocks[f"posts {role.name}"].shape[1])
    ]


def _post(model: Model, position: int, unit: int, filled: Places) -> Post:
    role = model.roles[position]
    feeders = np.flatnonzero(belongs(model.scenario, role.feeder, role.name)[:, unit]) if role.feeder else np.zeros(0, dtype=np.intp)
    promotions = [columns_of(model, f"promotions {role.name}", int(feeder)) for feeder in feeders]
    return Post(
        role=role, position=position, unit=unit,
        appointments=columns_of(model, f"appointments {role.name}", unit),
        feeders=feeders,
        promotions=np.array(promotions, dtype=np.intp).reshape(len(feeders), model.months),
        in_post=columns_of(model, f"in_post {role.name}", unit),
        posts=columns_of(model, f"posts {role.name}", unit),
        open_posts=columns_of(model, f"vacancies {role.name}", unit),
        filled=filled,
        drains=tuple(_drain(model, other, unit) for other in model.roles if other.feeder == role.name),
        least=model.blocks[f"posts {role.name}"].lower[:, unit],
        opening=float(opening_heads(model.scenario, role)[unit]),
        stay=1 - role.exit_probability_monthly,
    )  # fmt: skip


def _drain(model: Model, other: Role, unit: int) -> tuple[Places, float]:
    return columns_of(model, f"promotions {other.name}", unit), 1 - other.promotion_failure * other.return_share


def columns_of(model: Model, name: str, unit: int) -> Places:
    """The columns of one unit of a block [months]."""
    block = model.blocks[name]
    return np.asarray(block.start + np.arange(block.shape[0]) * block.shape[1] + unit, dtype=np.intp)
