"""The ladder as a Markov chain: months in each stage, the structure that growth settles to, and who learns how much on the way.

People of a stage stay, rise, fall back or leave each month with fixed probabilities: P [stages, stages], whose rows fall short of 1 by those who
leave. Recruits enter by a mix r [stages]. Mastery is shown before anyone rises: an attempt, then a test that may fail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.parameters import Field, Fraction, Hours, Name, Parameters, Unit

Floats = NDArray[np.float64]
Probability = Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)]


class Stage(Parameters):
    """One stage of mastery: the work a person takes, on top of that of every earlier stage."""

    name: Name
    """What people of this stage are called. Yours."""

    attempt_monthly: Probability = 0.25
    """Probability of trying for the next stage within a month. Assumption: once in four months; the last stage tries for nothing."""

    pass_share: Fraction = 0.7
    """Share of attempts that pass the test of mastery. Assumption: 70 %."""

    return_monthly: Probability = 0.01
    """Probability of going back one stage within a month because quality fell. Assumption: 1 %; the first stage goes back to nothing."""

    exit_probability_monthly: Probability = 0.03
    """Probability of leaving within a month. Yours: leavers over people and months exposed."""

    content_hours: Hours = 40.0
    """Hours of training that a person needs on reaching the stage; whoever comes back learns half of it again. Assumption: a week."""


class Progression(Parameters):
    """The stages from the first day to mastery of all work; nobody graduates out of earlier work."""

    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)] = (
        Stage(name="one kind of work", return_monthly=0.0, content_hours=0.0),
        Stage(name="most work"),
        Stage(name="all work", attempt_monthly=0.0),
    )
    """The stages, the first one first. What the classroom teaches belongs to the first. Assumption: three."""


def rises(progression: Progression) -> Floats:
    """Probability of rising within a month, attempt x pass [stages]; none out of the last.

    >>> rises(Progression()).round(3).tolist()
    [0.175, 0.175, 0.0]
    """
    found = np.array([stage.attempt_monthly * stage.pass_share for stage in progression.stages])
    found[-1] = 0
    return found


def falls(progression: Progression) -> Floats:
    """Probability of going back a stage within a month [stages]; none out of the first.

    >>> falls(Progression()).tolist()
    [0.0, 0.01, 0.01]
    """
    found = np.array([stage.return_monthly for stage in progression.stages])
    found[0] = 0
    return found


def transition_matrix(progression: Progression) -> Floats:
    """P [from, to]: stay, rise or fall back within a month; a row's deficit leaves. Raises ValueError where a month has more than one fate.

    >>> transition_matrix(Progression()).round(3)[1].tolist()
    [0.01, 0.785, 0.175]
    """
    up, down = rises(progression), falls(progression)
    stay = 1 - np.array([stage.exit_probability_monthly for stage in progression.stages]) - up - down
    if np.any(stay < 0):
        raise ValueError("leaving, rising and falling back of a stage must not exceed 100 % a month together")
    return np.diag(stay) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)


def months_of_one_stay(progression: Progression) -> Floats:
    """Expected months of one stay in each stage, 1 / (attempt x pass + exit + falling back) [stages]; infinite where nobody ever moves.

    >>> months_of_one_stay(Progression()).round(2).tolist()
    [4.88, 4.65, 25.0]

    Source: geometric stay, M.
    """
    gone = 1 - np.diag(transition_matrix(progression))
    with np.errstate(divide="ignore"):
        return np.asarray(1 / gone)


def months_in_grades(transitions: ArrayLike) -> Floats:
    """Months that somebody who enters a grade spends in each until leaving, all returns counted: the fundamental matrix (I - P)^-1 [from, in].

    >>> months_in_grades([[0.945, 0.020, 0], [0.010, 0.950, 0.015], [0, 0.010, 0.975]])[0].round(1).tolist()
    [19.8, 9.0, 5.4]

    Source: Bartholomew 1973, Stochastic Models for Social Processes (M).
    """
    matrix = _square(transitions)
    return np.asarray(np.linalg.inv(np.eye(len(matrix)) - matrix))


def _square(transitions: ArrayLike) -> Floats:
    matrix = np.asarray(transitions, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or np.any(matrix < 0) or np.any(matrix.sum(axis=1) > 1 + 1e-12):
        raise ValueError("a transition matrix is square, with probabilities in rows that sum to 1 at most")
    if max(abs(np.linalg.eigvals(matrix))) >= 1 - 1e-12:
        raise ValueError("somebody must leave in the end, or the ladder fills without limit")
    return matrix


def settled_structure(transitions: ArrayLike, growth_monthly: float, recruits: Sequence[float] | None = None) -> Floats:
    """Shares of the grades [grades] that settle under growth, n proportional to r ((1 + g) I - P)^-1. Without a mix all enter the first grade.

    >>> chain = [[0.945, 0.020, 0], [0.010, 0.950, 0.015], [0, 0.010, 0.975]]
    >>> [(100 * settled_structure(chain, growth)).round(1).tolist() for growth in (0, 0.02, 0.05)]
    [[57.9, 26.3, 15.8], [71.4, 21.4, 7.1], [80.3, 16.4, 3.3]]

    Source: Grinold & Marshall 1977, Manpower Planning Models (M).
    """
    matrix = _square(transitions)
    mix = np.eye(len(matrix))[0] if recruits is None else np.asarray(recruits, dtype=float)
    if len(mix) != len(matrix) or np.any(mix < 0) or not mix.sum() > 0:
        raise ValueError("the mix of recruits has a share of 0 or more for each grade")
    if 1 + growth_monthly <= max(abs(np.linalg.eigvals(matrix))):
        raise ValueError("it shrinks faster than people leave: no structure settles")
    shares = mix @ np.linalg.inv((1 + growth_monthly) * np.eye(len(matrix)) - matrix)
    return np.asarray(shares / shares.sum())


def recruits_to_hold(transitions: ArrayLike, structure: Sequence[float], growth_monthly: float) -> Floats:
    """Recruits a month into each grade, per head of all, that hold a structure under growth: (1 + g) n - n P [grades]; negative: too many rise.

    >>> chain = [[0.945, 0.020, 0], [0.010, 0.950, 0.015], [0, 0.010, 0.975]]
    >>> recruits_to_hold(chain, (0.80, 0.15, 0.05), 0.05).round(4).tolist()
    [0.0825, -0.0015, 0.0015]

    Source: Bartholomew 1973 (M).
    """
    matrix, shares = _square(transitions), np.asarray(structure, dtype=float)
    if len(shares) != len(matrix) or np.any(shares < 0) or abs(shares.sum() - 1) > 1e-9:
        raise ValueError("a structure has a share of 0 or more for each grade, and they sum to 1")
    return np.asarray((1 + growth_monthly) * shares - shares @ matrix)


def is_maintainable(transitions: ArrayLike, structure: Sequence[float], growth_monthly: float) -> bool:
    """Whether recruiting alone can hold a structure under growth: no grade needs fewer people than rise into it.

    >>> chain = [[0.945, 0.020, 0], [0.010, 0.950, 0.015], [0, 0.010, 0.975]]
    >>> is_maintainable(chain, (0.80, 0.15, 0.05), 0.05), is_maintainable(chain, (0.70, 0.20, 0.10), 0.05)
    (False, True)
    """
    return bool(np.all(recruits_to_hold(transitions, structure, growth_monthly) >= -1e-12))


@dataclass(frozen=True, eq=False)
class Ladder:
    """What a progression settles to at a growth rate."""

    months: Floats
    """Months that somebody who enters the first stage spends in each, returns counted [stages]."""

    structure: Floats
    """Share of people in each stage [stages]."""

    entry_share: float
    """People who enter the first stage a month, per head."""

    learning_hours_monthly: float
    """Training content a month per head of all: hours of those who reach a stage, half of them for those who come back to it from above."""


RELEARNED = 0.5


def settled_ladder(progression: Progression, growth_monthly: float) -> Ladder:
    """The ladder in balance at a growth rate, everybody entering the first stage.

    >>> ladder = settled_ladder(Progression(), 0.02)
    >>> ladder.structure.round(3).tolist(), round(ladder.learning_hours_monthly, 2)
    ([0.231, 0.196, 0.573], 3.11)

    Source: derived.
    """
    matrix = transition_matrix(progression)
    structure = settled_structure(matrix, growth_monthly)
    entry = float(recruits_to_hold(matrix, structure.tolist(), growth_monthly).sum())
    return Ladder(months_in_grades(matrix)[0], structure, entry, float(_learning(progression, structure, entry)))


def _learning(progression: Progression, structure: Floats, entry: float) -> float:
    """Hours of content a month per head: entries and rises learn all of a stage, those who fall back half of the stage they come to."""
    hours = np.array([stage.content_hours for stage in progression.stages])
    reach = np.concatenate(([entry], (structure * rises(progression))[:-1]))
    back = np.concatenate(((structure * falls(progression))[1:], [0.0]))
    return float((hours * (reach + RELEARNED * back)).sum())
