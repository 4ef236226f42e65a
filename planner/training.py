"""Classes: size, rooms, trainers, mentors; and the largest growth that mentors can carry."""

import math
from collections.abc import Callable
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import Fault
from planner.parameters import Count, Field, Fraction, Months, Name, Parameters, Unit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_ROUNDING = 1e-9


class Training(Parameters):
    """What a site can train."""

    class_size_min: Annotated[int, Field(ge=1, le=1_000), Unit("people")] = 8
    """Fewest people a class starts with. Assumption: 8."""

    class_size_max: Annotated[int, Field(ge=1, le=1_000), Unit("people")] = 20
    """Most people in a class. Assumption: 20."""

    rooms: Count = 2
    """Training rooms; a class holds one from its first day until the classroom ends. Assumption: two."""

    trainers_per_class: Annotated[float, Field(gt=0, le=20), Unit("trainers")] = 1.0
    """Trainers who teach one class. Assumption: one."""

    trainer_role: Name = "trainer"
    """The role of the organisation whose people teach classes. Yours: the name in your ladder."""

    mentees_per_mentor: Annotated[float, Field(gt=0, le=50), Unit("nesters per mentor")] = 2.0
    """Nesters that one mentor takes at once. Assumption: 2, from 1 to 5."""

    mentor_loss: Fraction = 0.35
    """Share of a mentor's own capacity that mentoring costs. Assumption: 35 %, from 20 to 50 %."""

    mentor_share_max: Fraction = 0.15
    """Largest share of people who are allowed to mentor at once, among those with the tenure for it. Assumption: 15 %, from 5 to 25 %."""

    mentor_tenure_months: Months = 3.0
    """Months after nesting before someone may mentor. Assumption: 3 months."""


def training_faults(training: Training, place: str) -> list[Fault]:
    """What single bounds cannot tell about a site's training: the smallest class must not exceed the largest.

    >>> training_faults(Training(), "sites.Austin.training")
    []
    """
    if training.class_size_min <= training.class_size_max:
        return []
    remedy = f"Write at most {training.class_size_max}, or raise class_size_max."
    return [Fault(f"{place}.class_size_min", "the smallest class is larger than the largest", remedy, str(training.class_size_min))]


def _whole_up(quantity: ArrayLike) -> IntArray:
    """Rounded up to whole people or classes; a billionth above a whole number is still that number."""
    amounts = np.asarray(quantity, dtype=float)
    if not (amounts >= -_ROUNDING).all():
        raise ValueError("a need cannot be negative or empty")
    return np.ceil(amounts - _ROUNDING).astype(np.int64)


def classes_for(starts: ArrayLike, training: Training) -> IntArray:
    """Fewest classes that hold these starts, whole classes, in the shape of `starts`.

    It may still leave a class below its smallest size: see `class_sizes_fit`.

    >>> classes_for([0, 1, 20, 21, 188], Training()).tolist()
    [0, 1, 1, 2, 10]
    """
    return _whole_up(np.asarray(starts, dtype=float) / training.class_size_max)


def class_sizes_fit(starts: ArrayLike, classes: ArrayLike, training: Training) -> BoolArray:
    """Whether starts can be dealt out to classes of permitted size: size_min x classes <= starts <= size_max x classes. Broadcast.

    >>> class_sizes_fit([0, 7, 8, 20, 21], [0, 1, 1, 1, 1], Training()).tolist()
    [True, False, True, True, False]
    """
    people, rooms = np.asarray(starts, dtype=float), np.asarray(classes, dtype=float)
    fits: BoolArray = (training.class_size_min * rooms <= people + _ROUNDING) & (people <= training.class_size_max * rooms + _ROUNDING)
    return fits


def class_size_faults(starts: ArrayLike, classes: ArrayLike, training: Training, place: str) -> list[Fault]:
    """One fault for each month whose starts do not fit its classes; starts and classes [T], month 0 first.

    >>> [fault.place for fault in class_size_faults([8, 7], [1, 1], Training(), "sites.Austin.classes")]
    ['sites.Austin.classes[1]']
    """
    people, number = np.broadcast_arrays(starts, classes)
    wrong = np.flatnonzero(~class_sizes_fit(people, number, training))
    return [_class_size_fault(float(people[month]), int(number[month]), training, f"{place}[{month}]") for month in wrong]


def _class_size_fault(starts: float, classes: int, training: Training, place: str) -> Fault:
    problem = f"{starts:g} starts do not fit {classes} classes of {training.class_size_min} to {training.class_size_max} people"
    low, high = training.class_size_min * classes, training.class_size_max * classes
    return Fault(place, problem, f"Write {low} to {high} starts, or another number of classes.", f"{starts:g}")


def rooms_response(classroom_months: float, months: int) -> IntArray:
    """Rooms one class holds at the peak of each month after its first day, [months]: one in every month that the classroom touches.

    No classroom, no room. Trainers are held as long as rooms.

    >>> rooms_response(1.5, 4).tolist()
    [1, 1, 0, 0]
    """
    return (np.arange(months) < _whole_up(classroom_months)).astype(np.int64)


def classes_in_classroom(classes_started: ArrayLike, rooms: ArrayLike) -> IntArray:
    """Classes running at each month's peak, [T], from classes started [T] and the rooms one class holds [K] (`rooms_response`).

    Equals the rooms needed. Derived: running_t = sum over k of started_(t-k) x rooms_k.

    >>> classes_in_classroom([1, 2, 0, 0], [1, 1]).tolist()
    [1, 3, 2, 0]
    """
    started = np.asarray(classes_started)
    return np.convolve(started, np.asarray(rooms))[: len(started)].astype(np.int64)


def trainers_needed(classes_running: ArrayLike, training: Training) -> IntArray:
    """Trainers for the classes that run, whole people, in the shape of `classes_running`.

    >>> trainers_needed([0, 3], Training(trainers_per_class=1.5)).tolist()
    [0, 5]
    """
    return _whole_up(np.asarray(classes_running, dtype=float) * training.trainers_per_class)


def mentors_needed(nesting_load: ArrayLike, training: Training) -> IntArray:
    """Mentors for the nesters at hand, whole people, in the shape of `nesting_load` (nesters, as an average over the month).

    >>> mentors_needed([0, 376, 377], Training()).tolist()
    [0, 188, 189]
    """
    return _whole_up(np.asarray(nesting_load, dtype=float) / training.mentees_per_mentor)


def mentors_available(eligible_heads: ArrayLike, training: Training) -> IntArray:
    """Most people who may mentor at once, whole people, in the shape of `eligible_heads` (qualified, with the tenure for it).

    Half a person does not count as one, as with vacancies: ceil(share x heads - 0.5).

    >>> mentors_available([3, 10, 11, 2000], Training()).tolist()
    [0, 1, 2, 300]
    """
    heads = np.asarray(eligible_heads, dtype=float)
    return np.ceil(heads * training.mentor_share_max - 0.5 - _ROUNDING).astype(np.int64)


def mentoring_loss_fte(nesting_load: ArrayLike, training: Training) -> FloatArray:
    """Capacity that mentoring costs, FTE, in the shape of `nesting_load`: loss x nesters / mentees per mentor, before rounding of mentors.

    >>> float(mentoring_loss_fte(376, Training()))
    65.8
    """
    return np.asarray(nesting_load, dtype=float) * (training.mentor_loss / training.mentees_per_mentor)


def trainees_per_qualified_head(mentees_per_mentor: float, mentor_share: float, eligible_share: float = 1.0) -> float:
    """Most trainees per qualified head that mentors can carry (kappa): mentees per mentor x share who mentor x share with the tenure for it.

    >>> trainees_per_qualified_head(2, 0.25)
    0.5
    """
    return mentees_per_mentor * mentor_share * eligible_share


def largest_growth_continuous(trainees_per_head: float, training_months: float, exit_hazard_monthly: float) -> float:
    """Largest continuous growth a month that mentors carry, if trainees leave at the same hazard as qualified people.

    g = ln(1 + kappa) / D - q, the root of e^((g+q)D) - 1 = kappa. Assumes constant hazards, unlimited applicants, divisible mentors.
    A washout w is met approximately by kappa (1 - w). Derived; no published formula was found.

    >>> round(largest_growth_continuous(0.5 * 0.85, 2, 0.03), 3)
    0.147
    """
    _refuse_growth_inputs(trainees_per_head, training_months, exit_hazard_monthly)
    return math.log1p(trainees_per_head) / training_months - exit_hazard_monthly


def largest_growth_with_washout(trainees_per_head: float, training_months: float, exit_hazard_monthly: float, washout: float) -> float:
    """Largest continuous growth a month that mentors carry, if a share `washout` fails at the end of training and nobody leaves before.

    The root g of (g+q)(e^(gD) - 1)/g = kappa (1-w). Derived.

    >>> round(largest_growth_with_washout(0.5, 2, 0.03, 0.15), 3)
    0.152
    """
    graduates = _graduates_per_head(trainees_per_head, training_months, exit_hazard_monthly, washout)

    def excess(growth: float) -> float:
        return (growth + exit_hazard_monthly) * _accumulation(growth, growth * training_months, training_months) - graduates

    return _root(excess, -exit_hazard_monthly, math.log1p(graduates) / training_months)


def largest_growth_monthly(trainees_per_head: float, training_months: float, exit_probability_monthly: float, washout: float) -> float:
    """Largest growth a month that mentors carry, if classes start every month (staggered) and a share `washout` fails at the end.

    The root g of (g+q)((1+g)^D - 1)/g = kappa (1-w). Derived.

    >>> round(largest_growth_monthly(0.5, 2, 0.03, 0.15), 3)
    0.166
    """
    graduates = _graduates_per_head(trainees_per_head, training_months, exit_probability_monthly, washout)
    _refuse_certain_exit(exit_probability_monthly)

    def excess(growth: float) -> float:
        logarithm = training_months * math.log1p(growth)
        return (growth + exit_probability_monthly) * _accumulation(growth, logarithm, training_months) - graduates

    return _root(excess, -exit_probability_monthly, math.expm1(math.log1p(graduates) / training_months))


def largest_growth_back_to_back(trainees_per_head: float, training_months: float, exit_probability_monthly: float, washout: float) -> float:
    """Largest growth a month that mentors carry, if all of them take a cohort at once and the next when it has finished.

    g = [(1-q)^D + kappa (1-w)]^(1/D) - 1. Derived; a simulation of people who mentor whenever they can gives the same.

    >>> round(largest_growth_back_to_back(0.5, 2, 0.03, 0.15), 3)
    0.169
    """
    graduates = _graduates_per_head(trainees_per_head, training_months, exit_probability_monthly, washout)
    _refuse_certain_exit(exit_probability_monthly)
    return float(((1 - exit_probability_monthly) ** training_months + graduates) ** (1 / training_months) - 1)


def largest_growth_with_mentor_tenure(
    trainees_per_head: float, training_months: float, exit_hazard_monthly: float, mentor_tenure_months: float
) -> float:
    """Largest continuous growth a month, if only people qualified for `mentor_tenure_months` or longer may mentor.

    g = x - q, where x solves e^(x(D+m)) - e^(xm) = kappa (Euler-Lotka); kappa then counts everyone, before tenure is asked for.
    Derived. With m = D and kappa = 1, e^(xD) is the golden ratio.

    >>> round(largest_growth_with_mentor_tenure(1.0, 1, 0.0, 1), 4)
    0.4812
    """
    _refuse_growth_inputs(trainees_per_head, training_months, exit_hazard_monthly)
    if not mentor_tenure_months >= 0:
        raise ValueError("mentor tenure cannot be negative")

    def excess(births: float) -> float:
        return math.expm1(births * training_months) - trainees_per_head * math.exp(-births * mentor_tenure_months)

    return _root(excess, 0.0, math.log1p(trainees_per_head) / training_months) - exit_hazard_monthly


def _refuse_growth_inputs(trainees_per_head: float, training_months: float, exit_hazard_monthly: float) -> None:
    if not (trainees_per_head >= 0 and training_months > 0 and exit_hazard_monthly >= 0):
        raise ValueError("trainees per head and exits cannot be negative, and training must take time")


def _refuse_certain_exit(exit_probability_monthly: float) -> None:
    if not exit_probability_monthly < 1:
        raise ValueError("a monthly probability of leaving must be below 1")


def _graduates_per_head(trainees_per_head: float, training_months: float, exit_monthly: float, washout: float) -> float:
    """Trainees per qualified head who finish, kappa (1-w), once the inputs have been checked."""
    _refuse_growth_inputs(trainees_per_head, training_months, exit_monthly)
    if not 0 <= washout <= 1:
        raise ValueError("a washout is a share between 0 and 1")
    return trainees_per_head * (1 - washout)


def _accumulation(growth: float, logarithm: float, training_months: float) -> float:
    """Trainees in training per start of now, (e^logarithm - 1)/g, with its limit D at g = 0."""
    return math.expm1(logarithm) / growth if growth else training_months


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """The root of an increasing function between two bounds, of which the upper one may be the root itself."""
    from scipy.optimize import brentq

    return float(brentq(excess, low, high * (1 + _ROUNDING) + _ROUNDING, xtol=1e-14, rtol=1e-14))


def required_mentor_share(growth_monthly: float, exit_hazard_monthly: float, training_months: float, mentees_per_mentor: float) -> float:
    """Share of qualified people who must mentor for a growth, whatever their number: (e^((g+q)D) - 1)/k. Derived.

    Inverse of `largest_growth_continuous`, so without a separate washout.

    >>> round(required_mentor_share(0.05, 0.03, 2, 2), 3)
    0.087
    """
    return math.expm1((growth_monthly + exit_hazard_monthly) * training_months) / mentees_per_mentor


def starts_for_growth(heads_added_monthly: ArrayLike, heads: ArrayLike, exit_probability_monthly: float, washout: float) -> FloatArray:
    """Starts a month that add so many heads net of exits and washout, (added + q N)/(1 - w), people, broadcast.

    >>> starts_for_growth(100, [100, 2_000, 50_000], 0.03, 0.15).round().tolist()
    [121.0, 188.0, 1882.0]
    """
    if not 0 <= washout < 1:
        raise ValueError("a washout is a share from 0 to below 1")
    return (np.asarray(heads_added_monthly, dtype=float) + exit_probability_monthly * np.asarray(heads, dtype=float)) / (1 - washout)


def mentors_for_starts(starts_monthly: ArrayLike, training_months: float, mentees_per_mentor: float) -> FloatArray:
    """Mentors that a steady number of starts a month occupies, starts x D / k, people before rounding, in the shape of `starts_monthly`.

    >>> mentors_for_starts([188, 1_882], 2, 2).tolist()
    [188.0, 1882.0]
    """
    return np.asarray(starts_monthly, dtype=float) * (training_months / mentees_per_mentor)


def months_to_grow(opening_heads: float, closing_heads: float, growth_monthly: float) -> float | None:
    """Months from one number of heads to another at a constant growth a month, ln(end/start)/ln(1+g); None: never.

    >>> round(months_to_grow(4, 50_000, 0.166)), months_to_grow(4, 50_000, -0.003)
    (61, None)
    """
    if not (opening_heads > 0 and closing_heads > 0 and growth_monthly > -1):
        raise ValueError("heads must be above 0, and growth above -100 % a month")
    distance, pace = math.log(closing_heads / opening_heads), math.log1p(growth_monthly)
    if distance == 0:
        return 0.0
    return distance / pace if distance * pace > 0 else None
