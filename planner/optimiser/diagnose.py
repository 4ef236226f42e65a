"""When no plan meets every limit: a smallest set of limits that clash, and the least that must give way by the user's priorities, in words.

Both look at fractions of people, so what must give way is a least: whole people may ask for a little more. Physics (time to fill, who is there, who leaves)
never gives way.
"""

import math
from collections.abc import Callable, Collection, Iterator
from datetime import date

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.horizon import month_labels
from planner.optimiser.constraints import Rows
from planner.optimiser.outcome import Conflict, Relaxation
from planner.optimiser.problem import Arrays, Problem, columns_of, engine, is_optimal, watch
from planner.optimiser.thin import thinned

Array = NDArray[np.float64]
SLIGHT = 1e-6


WORDS = {
    "budget": "{most:,.0f} more budget in the dearest month",
    "starts": "{most:,.0f} more starts than are allowed in a month",
    "rooms": "{most:.1f} more training rooms",
    "trainers": "{most:.1f} more trainers",
    "mentors": "{most:.1f} more mentors",
    "recruiters": "{most:,.0f} more recruiter hours in a month",
    "interviews": "{most:,.0f} more interview hours in a month",
    "sources": "{most:.1f} more starts than the sources yield in a month",
    "overtime": "{most:.1f} FTE more of overtime",
    "contractors": "{most:.1f} FTE more of contractors",
    "service_floor": "{most:.1f} FTE fewer than the service floor asks for in a group",
    "largest_change": "{most:.1f} more starts of change from month to month",
    "short_tenure": "{most:.1f} more people of short tenure in a group",
    "class_size": "classes {most:.1f} people beyond their size",
    "bench": "{most:.1f} more people ready for promotion",
    "internal_share": "{most:.1f} appointments beyond the share from within",
}  # fmt: skip


SERVICE = "service_floor"
NAMES = {
    "budget": "the budget", "starts": "the cap on starts", "rooms": "the training rooms", "trainers": "the trainers", "mentors": "the mentors",
    "recruiters": "the recruiters' hours", "interviews": "the hours for interviews", "sources": "what the sources yield", "overtime": "the cap on overtime",
    "contractors": "the cap on contractors", "service_floor": "the service floor", "largest_change": "the largest change of starts",
    "short_tenure": "the share of short tenure", "class_size": "the class sizes", "bench": "the ready bench", "internal_share": "the share from within",
}  # fmt: skip
"""Every limit as it is called in a sentence."""


def conflict(problem: Problem, stopped: Callable[[], bool] = bool) -> Conflict | None:
    """Why the limits cannot be met together; None where fractions of people could meet them, or somebody stopped it before it was known."""
    every = _families(problem)
    if _can_be_met(problem, every, stopped):
        return None
    clash = smallest_clash(problem, every, stopped)
    if stopped():
        return None
    priority: dict[str, float] = {each.limit: each.priority for each in problem.model.scenario.optimisation.negotiable}
    found = _least(problem, {limit: priority[limit] for limit in every if limit in priority}) or _least(problem, dict.fromkeys(every, 1.0)) or ()
    alone = [relaxations[0] for limit in _dearest_last(clash, priority) if (relaxations := _least(problem, {limit: 1.0}))]
    labels = month_labels(problem.model.scenario.horizon)
    sentences = tuple(sentence(each, labels) for each in found)
    return Conflict(tuple(clash), found, sentences, tuple(alone), headline(clash, tuple(alone), found, labels))


def _dearest_last(limits: list[str], priority: dict[str, float]) -> list[str]:
    """Limits in the order in which they give way; what cannot be talked about comes last."""
    return sorted(limits, key=lambda limit: priority.get(limit, np.inf))


def headline(clash: list[str], alternatives: tuple[Relaxation, ...], found: tuple[Relaxation, ...], labels: tuple[str, ...]) -> str:
    """Which months cannot be met, and what would do instead, each of it alone; all that must give way together where nothing does alone."""
    ways = alternatives or found
    if not ways:
        return f"{joined([NAMES[limit] for limit in clash], 'and').capitalize()} cannot be met together, whatever gives way."
    when = _when(ways[0], labels)
    return f"{when} {_what(clash)}. It takes {joined([way(each) for each in ways], 'or' if alternatives else 'and')}."


def _what(clash: list[str]) -> str:
    if SERVICE in clash:
        return "cannot be staffed by hiring"
    if len(clash) == 1:
        return f"cannot be planned within {NAMES[clash[0]]}"
    return f"cannot be planned: {joined([NAMES[limit] for limit in clash], 'and')} clash"


def joined(parts: list[str], last: str) -> str:
    """Parts of a sentence.

    >>> joined(["rooms", "trainers", "mentors"], "or")
    'rooms, trainers or mentors'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def way(relaxation: Relaxation) -> str:
    """What gives way, and how much of it in the month that takes most.

    >>> way(Relaxation("rooms", (0, 1), (1.0, 2.0), (0.5, 1.0)))
    '2.0 more training rooms'
    """
    if relaxation.level is not None:
        return f"{math.floor(100 * relaxation.level + 1e-9)} % service"
    return WORDS[relaxation.limit].format(most=max(relaxation.amounts))


def sentence(relaxation: Relaxation, labels: tuple[str, ...]) -> str:
    """One relaxation in words.

    >>> sentence(Relaxation("rooms", (0, 1), (1.0, 2.0), (0.5, 1.0)), ("2027-01", "2027-02"))
    'Jan 2027 to Feb 2027: it takes at least 2.0 more training rooms.'
    """
    most = WORDS[relaxation.limit].format(most=max(relaxation.amounts))
    service = "" if relaxation.level is None else f", which is {way(relaxation)}"
    return f"{_when(relaxation, labels)}: it takes at least {most}{service}."


def _when(relaxation: Relaxation, labels: tuple[str, ...]) -> str:
    first, last = (date.fromisoformat(f"{labels[month]}-01").strftime("%b %Y") for month in (relaxation.months[0], relaxation.months[-1]))
    return first if first == last else f"{first} to {last}"


def smallest_clash(problem: Problem, every: list[str], stopped: Callable[[], bool] = bool) -> list[str]:
    """Limits that cannot be met together though any of them left out could: what stays when one after the other is tried without."""
    needed = list(every)
    for limit in every:
        without = [each for each in needed if each != limit]
        if not _can_be_met(problem, without, stopped):
            needed = without
    return needed


def _families(problem: Problem) -> list[str]:
    """Limits that are not physics, in the order of the model."""
    return list(dict.fromkeys(rows.limit for rows in problem.rows if not rows.physics))


def _kept(problem: Problem, limits: Collection[str]) -> NDArray[np.bool_]:
    """Rows of physics and of some limits."""
    return np.array([rows.physics or rows.limit in limits for rows in problem.rows])[problem.limit_of]


def _can_be_met(problem: Problem, limits: Collection[str], stopped: Callable[[], bool]) -> bool:
    """Whether fractions of people can meet physics and these limits; so it counts where somebody stopped it."""
    model, kept, thin = problem.model, _kept(problem, limits), thinned(problem)
    none, free = np.zeros(model.width, dtype=bool), np.zeros(model.width)
    solver = engine(Arrays(free, model.lower, model.upper, thin.matrix[kept], thin.row_lower[kept], thin.row_upper[kept], none))
    watch(solver, stopped, simplex=True)
    solver.run()
    return is_optimal(solver) or stopped()


def _least(problem: Problem, priorities: dict[str, float]) -> tuple[Relaxation, ...] | None:
    """What must give way if these limits may, weighed by priority and by what there is of each; None where that does not help."""
    rows = [each for each in problem.rows if each.limit in priorities and not each.physics]
    chosen = [position for position, each in enumerate(problem.rows) if each in rows]
    loose = np.flatnonzero(np.isin(problem.limit_of, chosen))
    solver, width = _elastic(problem, loose, np.array([priorities[problem.rows[position].limit] for position in problem.limit_of[loose]]))
    solver.run()
    if not is_optimal(solver):
        return None
    given = np.zeros(len(problem.lower))
    given[loose] = columns_of(solver)[width:]
    return tuple(_relaxations(problem, given, priorities))


def _elastic(problem: Problem, loose: NDArray[np.intp], priority: Array) -> tuple[highspy.Highs, int]:
    """The problem with one further column a loose row, which alone is priced."""
    model, count = problem.model, len(loose)
    slack = sparse.csr_matrix((-np.ones(count), (loose, np.arange(count))), shape=(len(problem.lower), count))
    price = np.concatenate([np.zeros(model.width), priority / _there_is(problem)[loose]])
    lower, upper = np.concatenate([model.lower, np.zeros(count)]), np.concatenate([model.upper, np.full(count, np.inf)])
    thin = thinned(problem)
    matrix = sparse.hstack([thin.matrix, slack], format="csr")
    solver = engine(Arrays(price, lower, upper, matrix, thin.row_lower, thin.row_upper, np.zeros(len(price), dtype=bool)))
    solver.setOptionValue("solver", "ipm")
    return solver, model.width


def _there_is(problem: Problem) -> Array:
    """What each row's limit allows, 1 at least: what giving way is measured by."""
    return np.maximum(np.abs(np.where(np.isfinite(problem.upper), problem.upper, 0.0)), 1.0)


def _relaxations(problem: Problem, given: Array, limits: Collection[str]) -> Iterator[Relaxation]:
    """What each limit gives, month by month: the most that one of its rows does."""
    size, start = problem.model.months, 0
    by_limit = {limit: (np.zeros(size), np.zeros(size)) for limit in limits}
    allowed = _there_is(problem)
    for rows in problem.rows:
        months = _months_of(rows)
        here, start = slice(start, start + len(months)), start + len(months)
        if rows.limit in by_limit and not rows.physics:
            for values, amounts in zip(by_limit[rows.limit], (given[here], given[here] / allowed[here]), strict=True):
                np.maximum.at(values, np.minimum(months, size - 1), amounts)
    for limit, (amounts, shares) in by_limit.items():
        months = np.flatnonzero(amounts > SLIGHT)
        if len(months):
            level = _service_left(problem, given) if limit == SERVICE else None
            yield Relaxation(limit, tuple(months.tolist()), tuple(amounts[months].tolist()), tuple(shares[months].tolist()), level)


def _service_left(problem: Problem, given: Array) -> float:
    """The least share of its requirement that a group still has in a month, where the service floor gives so much."""
    position = next(position for position, rows in enumerate(problem.rows) if rows.limit == SERVICE)
    here = np.flatnonzero(problem.limit_of == position)
    need = problem.model.need.group_fte.ravel()
    short = (problem.upper + given)[here]
    gives = (given[here] > SLIGHT) & (need > 0)
    return float(1 - (short[gives] / need[gives]).max())


def _months_of(rows: Rows) -> NDArray[np.intp]:
    """The month of each row that bounds anything."""
    months = np.repeat(np.arange(rows.quantity.shape[0]), rows.quantity.shape[1])
    return months[(np.isfinite(rows.lower) | np.isfinite(rows.upper)).ravel()]
