"""What a plan rests on, told once for all members alike: the figures that are the user's own, and the defaults that are only assumed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.parameters import Parameter, Parameters, describe, members
from planner.report import words
from planner.scenario import Scenario

MOST_VALUES = 4
IDENTITY = ("name", "version", "notes")
"""What names a thing rather than saying something about it."""
ROLES = ("leads", "feeder", "trainer_role", "recruiter_role", "interviewer_role")
"""Parameters whose value is the name of a role."""


@dataclass(frozen=True)
class Rested:
    """One parameter over all members that have it: where it stands, its values in words, its default, whose it is, and its help."""

    place: str
    value: str
    default: str
    basis: str
    help: str


Found = tuple[tuple[str, ...], tuple[str, ...], Parameter]


def own_figures(scenario: Scenario) -> tuple[Rested, ...]:
    """Every parameter that differs from its default somewhere."""
    return tuple(_told(pattern, those, scenario, "yours") for pattern, those in _together(scenario, lambda parameter: parameter.value != parameter.default))


def open_assumptions(scenario: Scenario) -> tuple[Rested, ...]:
    """Every parameter that stands at a default which is only assumed."""
    assumed = _together(scenario, lambda parameter: parameter.value == parameter.default and "assumption" in parameter.help.lower())
    return tuple(_told(pattern, those, scenario, "assumption") for pattern, those in assumed)


def _together(scenario: Scenario, wanted: Any) -> Iterator[tuple[tuple[str, ...], list[tuple[tuple[str, ...], Parameter]]]]:
    """Parameters of the same place in all members, in the order of declaration."""
    held: dict[tuple[str, ...], list[tuple[tuple[str, ...], Parameter]]] = {}
    for pattern, who, parameter in _walk(scenario):
        if parameter.name not in IDENTITY and wanted(parameter):
            held.setdefault(pattern, []).append((who, parameter))
    yield from held.items()


def _walk(model: Parameters, pattern: tuple[str, ...] = (), who: tuple[str, ...] = ()) -> Iterator[Found]:
    """Every parameter with its place without members, and the members it belongs to."""
    for name, info in type(model).model_fields.items():
        value, here = getattr(model, name), (*pattern, name)
        if isinstance(value, Parameters):
            yield from _walk(value, here, who)
        elif isinstance(value, tuple) and value and isinstance(value[0], Parameters):
            for key, member in members(value):
                yield from _walk(member, here, (*who, key))
        else:
            yield here, who, describe(".".join(here), name, value, info)


def _told(pattern: tuple[str, ...], those: list[tuple[tuple[str, ...], Parameter]], scenario: Scenario, basis: str) -> Rested:
    currency, first = scenario.finance.currency, those[0][1]
    place = " › ".join(words.title(step) for step in pattern)
    default = "" if first.default is None else in_words(first.default, first, currency)
    return Rested(place, _values(those, currency), default, basis, first.help)


def _values(those: list[tuple[tuple[str, ...], Parameter]], currency: str) -> str:
    """One value where all members have it, each with its members where they are few, else the range."""
    by_value: dict[str, list[str]] = {}
    for who, parameter in those:
        by_value.setdefault(in_words(parameter.value, parameter, currency), []).append(_member(parameter, who))
    if len(by_value) == 1:
        return next(iter(by_value))
    if len(by_value) <= MOST_VALUES:
        return "; ".join(f"{value} ({_whose(whose)})" for value, whose in by_value.items())
    numbers = sorted((parameter for _, parameter in those if parameter.is_number), key=lambda parameter: float(parameter.value))
    if len(numbers) == len(those):
        return f"{in_words(numbers[0].value, numbers[0], currency)} to {in_words(numbers[-1].value, numbers[-1], currency)} in {len(those)} places"
    return f"{len(by_value)} values in {len(those)} places"


def _member(parameter: Parameter, who: tuple[str, ...]) -> str:
    """The members that a parameter belongs to, in words; roles are called as everywhere."""
    names = [name for name in who if not name.isdigit()]
    return " ".join(words.title(name) if parameter.path.startswith("organisation.roles") else name for name in names)


def _whose(names: list[str]) -> str:
    known = list(dict.fromkeys(name for name in names if name))
    return ", ".join(known) if 0 < len(known) <= 2 else f"{len(names)} places" if len(names) > 1 else "one place"


def in_words(value: Any, parameter: Parameter, currency: str) -> str:
    """A value with its unit; a series by its length and its ends.

    >>> from planner.finance import Finance
    >>> held = describe("on_cost", "on_cost", 0.25, Finance.model_fields["on_cost"])
    >>> in_words(0.25, held, "USD"), in_words(None, held, "USD")
    ('25 %', 'none')
    """
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        unit = currency if parameter.unit.symbol == "money" else parameter.unit.symbol
        return f"{_number(value * parameter.unit.screen_factor)} {unit}".strip()
    if isinstance(value, tuple):
        return _series(value, parameter, currency)
    if parameter.unit.symbol == "month":
        return words.month_name(str(value))
    return words.title(str(value)) if "Literal" in str(parameter.annotation) or parameter.name in ROLES else str(value)


def _series(value: tuple[Any, ...], parameter: Parameter, currency: str) -> str:
    if isinstance(value[0], tuple):
        return f"a profile of {len(value[0])} intervals"
    if len(value) <= 3:
        return ", ".join(in_words(item, parameter, currency) for item in value)
    if len(set(value)) == 1:
        return f"{in_words(value[0], parameter, currency)}, {len(value)} times"
    return f"{len(value)} values, {in_words(value[0], parameter, currency)} to {in_words(value[-1], parameter, currency)}"


def _number(value: float) -> str:
    return words.number(value) if float(value).is_integer() else words.restyled(f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.1f}")
