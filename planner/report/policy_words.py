"""What policies do, in words and tables: without and with side by side, what each alone, why, closed forms beside the plan, searches."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from planner import comparison, policies
from planner.comparison import Beside, Comparison, Measure, Weighed
from planner.horizon import month_start
from planner.parameters import Unit
from planner.plan import Plan
from planner.policies import Write
from planner.report import words
from planner.report.words import shortages, verdict

SHOWN = ("heads_last", "shortage_fte_months", "widest_top_span", "under_6_worst", "spend")
"""Measures that the effect of each policy alone is told by."""


# Figures for people --------------------------------------------------------------------------------------------------------------------------


def written(value: float | str | None, unit: Unit, currency: str, months: tuple[str, ...] = (), never: str = "never") -> str:
    """A figure with its unit; a month of the plan by its name.

    >>> written(0.087, Unit("%", 100), "USD"), written(1.2, Unit("people a month"), "USD"), written(None, Unit("months"), "USD")
    ('8.7 %', '1.20 people a month', 'never')
    """
    if value is None:
        return never
    if isinstance(value, str):
        return words.month_name(value) if value[:2].isdigit() and len(value) == 7 else value
    writer = WRITERS.get(unit.symbol)
    if unit.symbol == "month":
        return words.month_name(months[int(value)])
    if unit.symbol == "money":
        return words.money(value, currency)
    return writer(value) if writer else f"{amount(value * unit.screen_factor)} {unit.symbol}".strip()


def amount(value: float) -> str:
    """A number with three telling digits, whole from 100 up.

    >>> amount(2.3104), amount(44.45), amount(3460.2), amount(0.0)
    ('2.31', '44.5', '3,460', '0')
    """
    size = abs(value)
    if size < 5e-4 or float(value).is_integer():
        return words.count(value)
    return words.number(value, 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3)


def _share(value: float) -> str:
    return f"{words.number(value * 100, 1)} %"


WRITERS: dict[str, Callable[[float], str]] = {
    "%": _share,
    "% a month": lambda value: f"{_share(value)} a month",
    "people": words.people,
    "FTE": words.fte,
    "to 1": words.ratio,
    "months": lambda value: f"{amount(value)} month{'' if value == 1 else 's'}",
    "FTE-months": lambda value: f"{words.one_decimal(value).removesuffix('.0')} FTE-months",
    "offers": lambda value: f"{words.count(value)} offers",
    "classes": lambda value: f"{words.count(value)} classes",
    "post-months": lambda value: f"{words.count(value)} post-months",
    "h": lambda value: f"{amount(value)} h",
}
DIFFERENCES: dict[str, Callable[[float], str]] = {
    "%": lambda value: f"{words.number(value * 100, 1)} points",
    "% a month": lambda value: f"{words.number(value * 100, 1)} points",
    "to 1": words.one_decimal,
    "month": lambda value: WRITERS["months"](value),
}
"""How differences are written where they are not written as the values are."""


def change(measure: Measure, before: float | None, after: float | None, currency: str, months: tuple[str, ...] = ()) -> str:
    """A change of a measure, its sign first; empty where it would be written as nothing."""
    if before is None or after is None:
        return "" if before == after else f"{written(before, measure.unit, currency, months)} before"
    text = difference(abs(after - before), measure.unit, currency)
    return "" if not any(letter in "123456789" for letter in text) else f"{'+' if after > before else '-'}{text}"


def difference(value: float, unit: Unit, currency: str) -> str:
    """A difference of two figures, without a sign.

    >>> difference(0.145, Unit("%", 100), "USD"), difference(2.4, Unit("to 1"), "USD")
    ('14.5 points', '2.4')
    """
    writer = DIFFERENCES.get(unit.symbol)
    return writer(value) if writer else written(value, unit, currency)


def same(weighed: Weighed, measure: str) -> bool:
    """Whether a measure is the same without and with the policies, as far as anybody would see."""
    asked, (before, after) = comparison.measure_named(measure), weighed.values(measure)
    if asked.unit.symbol != "money" and len(set(_both(weighed, measure))) == 1:
        return True
    return not change(asked, before, after, weighed.scenario.finance.currency, weighed.together.months)


JUDGED = ("shortage_fte_months", "issues_lost", "months_to_size", "leader_posts_open", "widest_top_span", "under_6_worst", "spend")
"""Measures that a plan is judged by in one line."""


def better_and_worse(weighed: Weighed) -> tuple[str, str]:
    """What becomes better and what worse with the policies, each with its change; empty where nothing does."""
    told: dict[bool, list[str]] = {True: [], False: []}
    for measure in map(comparison.measure_named, JUDGED):
        before, after = weighed.values(measure.name)
        text = change(measure, before, after, weighed.scenario.finance.currency, weighed.together.months)
        if text and not same(weighed, measure.name):
            less = after is not None and (before is None or after < before)
            told[less == (measure.better == "less")].append(f"{measure.title[0].lower()}{measure.title[1:]} {_against(text, after)}")
    return ", ".join(told[True]), ", ".join(told[False])


def _against(text: str, after: float | None) -> str:
    return f"({text})" if after is not None else "(not within the plan)"


# Sentences -----------------------------------------------------------------------------------------------------------------------------------


def sentences(weighed: Weighed) -> tuple[str, ...]:
    """What changes: service, people and time, leaders, new people, money; each with the policy that does most of it."""
    told = (_service, _lost, _people, _time, _leaders, _bench, _new_people, _money)
    found = [sentence for tell in told if (sentence := tell(weighed))]
    return (*found, *_idle(weighed)) if found else ("Nothing changes in the plan.", *_idle(weighed))


def _both(weighed: Weighed, measure: str) -> tuple[str, str]:
    unit, currency = comparison.measure_named(measure).unit, weighed.scenario.finance.currency
    without, together = (written(value, unit, currency, weighed.together.months) for value in weighed.values(measure))
    return without, together


def _instead(weighed: Weighed, measure: str) -> str:
    """The figure with the policies and, without its unit where both have the same, the one without."""
    then, now = _both(weighed, measure)
    unit = now.partition(" ")[2]
    return f"{now} instead of {then.removesuffix(f' {unit}') if unit and ' ' not in then.removesuffix(f' {unit}') else then}"


def _service(weighed: Weighed) -> str:
    if same(weighed, "shortage_fte_months"):
        return ""
    (before, after), (then, now) = weighed.values("shortage_fte_months"), _both(weighed, "shortage_fte_months")
    months = f", in {_instead(weighed, 'months_short')}" if not same(weighed, "months_short") else ""
    rises = (after or 0) > (before or 0)
    cause = f" {verdict(weighed.together).sentences[0]}" if rises and shortages(weighed.together) else ""
    return f"Shortage {'rises' if rises else 'falls'} from {then.removesuffix(' FTE-months')} to {now}{months}{why(weighed, 'shortage_fte_months')}.{cause}"


def _lost(weighed: Weighed) -> str:
    """Customers who are not served although calls an hour, people and pay look better."""
    if same(weighed, "issues_lost"):
        return ""
    then, now = _both(weighed, "issues_lost")
    return f"{now[0].upper()}{now[1:]} are never resolved because calls are ended early, without the policies {then}; no figure of money holds their value."


def _people(weighed: Weighed) -> str:
    if same(weighed, "starts"):
        return ""
    then, now = _both(weighed, "starts")
    return f"{now} are hired instead of {then.split()[0]}, and {_both(weighed, 'heads_last')[1]} are there at the end{why(weighed, 'starts')}."


def _time(weighed: Weighed) -> str:
    if same(weighed, "months_to_size"):
        return ""
    then, now = (_reached(weighed.together, value) for value in weighed.values("months_to_size"))
    return f"{words.people(weighed.terms.size)} are there {now} instead of {then}{why(weighed, 'months_to_size')}."


def _reached(plan: Plan, months: float | None) -> str:
    return "not within the plan" if months is None else f"in {words.month_name(plan.months[int(months)])}"


def _leaders(weighed: Weighed) -> str:
    told = {
        "leaders_appointed": f"{_instead(weighed, 'leaders_appointed')} come from outside",
        "leader_posts_open": f"posts stand open for {_instead(weighed, 'leader_posts_open').replace('post-months', 'months in all')}",
        "widest_top_span": f"the top ratio is {_instead(weighed, 'widest_top_span')} at worst",
    }
    found = {measure: sentence for measure, sentence in told.items() if not same(weighed, measure)}
    return f"Leaders: {', '.join(found.values())}{why(weighed, list(found)[-1])}." if found else ""


def _bench(weighed: Weighed) -> str:
    if same(weighed, "bench_empty"):
        return ""
    then, now = _both(weighed, "bench_empty")
    first = f"A bench for leaders first runs empty in {now}" if now != "never" else "No bench for leaders runs empty"
    return f"{first}; without, {f'in {then}' if then != 'never' else 'none does'}."


def _new_people(weighed: Weighed) -> str:
    if same(weighed, "under_6_worst"):
        return ""
    then, now = _both(weighed, "under_6_worst")
    return f"At most {now} of the people are new (under 6 months) instead of {then}{why(weighed, 'under_6_worst')}."


def _money(weighed: Weighed) -> str:
    if same(weighed, "spend"):
        return ""
    (before, after), currency = weighed.values("spend"), weighed.scenario.finance.currency
    less = "less" if (after or 0) < (before or 0) else "more"
    difference = words.money(abs((after or 0) - (before or 0)), currency)
    shortage = ""
    if not same(weighed, "shortage_fte_months"):
        shortage = " With the price of shortage it is {1} instead of {0}.".format(*_both(weighed, "cost"))
    return f"{words.money(after or 0, currency)} are paid over the plan, {difference} {less} than without{why(weighed, 'spend')}.{shortage}"


def why(weighed: Weighed, measure: str) -> str:
    """Which policy does most of a change, and what they do together beyond the sum of each alone; empty for a single policy."""
    parts = weighed.parts(measure)
    if len(weighed.on) < 2 or not parts:
        return ""
    asked, currency = comparison.measure_named(measure), weighed.scenario.finance.currency
    total = sum(parts.values())
    along = {name: value for name, value in parts.items() if name and value * total > 0}
    if not along:
        return ": together they do what none does alone"
    name = max(along, key=lambda each: abs(along[each]))
    most = change(asked, 0.0, along[name], currency)
    others = f" (alone {most})" if most else ""
    extra = change(asked, 0.0, parts[""], currency) if abs(parts[""]) > 0.2 * abs(total) else ""
    joint = f"; together {extra[1:]} {'more' if extra[0] == '+' else 'less'} than the sum of each alone" if extra else ""
    return f", most of it by “{policies.named(name).title}”{others}{joint}"


def _idle(weighed: Weighed) -> Iterator[str]:
    """Policies that change nothing, and whether the scenario does so already."""
    for name, plan in weighed.alone.items():
        title = policies.named(name).title
        if plan.scenario == weighed.without.scenario:
            yield f"“{title}” changes nothing: the scenario does so already, or has nothing of the kind."
        elif not any(_change_alone(weighed, measure, plan) for measure in comparison.MEASURES):
            yield f"“{title}” changes no figure of this plan."


def _change_alone(weighed: Weighed, measure: Measure, plan: Plan) -> str:
    """What one policy alone changes in a measure; empty for nothing."""
    before, after = measure.value(weighed.without, weighed.terms), measure.value(plan, weighed.terms)
    return change(measure, before, after, weighed.scenario.finance.currency, weighed.without.months)


# Tables for people ---------------------------------------------------------------------------------------------------------------------------


def side_by_side(weighed: Weighed) -> dict[str, list[str]]:
    """Every measure without, with each policy alone, and with all."""
    found, currency = weighed.comparison, weighed.scenario.finance.currency
    columns = {"Figure": [row.measure.title for row in found.rows]}
    for position, name in enumerate(found.names):
        columns[name] = [written(row.values[position], row.measure.unit, currency, found.plans[0].months, "-") for row in found.rows]
    columns["Change"] = [change(row.measure, row.values[0], row.values[-1], currency, found.plans[0].months) or "none" for row in found.rows]
    return columns


def each_alone(weighed: Weighed) -> dict[str, list[str]]:
    """What each policy does alone, what all do together, and what each changes in the scenario."""
    plans = {policies.named(name).title: plan for name, plan in weighed.alone.items()} | ({"Together": weighed.together} if len(weighed.alone) > 1 else {})
    columns: dict[str, list[str]] = {"Policy": list(plans)}
    for measure in map(comparison.measure_named, SHOWN):
        columns[measure.title] = [_change_alone(weighed, measure, plan) or "none" for plan in plans.values()]
    return columns


def written_changes(weighed: Weighed) -> dict[str, list[str]]:
    """What the policies change in the scenario: figure, where, before, after, by which policy."""
    rows = [(policies.named(name).title, line) for name in weighed.on for line in _lines(weighed, name)]
    return {
        "Policy": [title for title, _ in rows],
        "Figure": [line[0] for _, line in rows],
        "Where": [line[1] for _, line in rows],
        "Without": [line[2] for _, line in rows],
        "With": [line[3] for _, line in rows],
    }


def _lines(weighed: Weighed, name: str) -> list[tuple[str, str, str, str]]:
    """Changes of one policy, equal ones in several places told once."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for write in weighed.writes[name]:
        grouped.setdefault(_told(write, weighed.scenario.finance.currency), []).append(_where(write.path))
    return [(figure, _places(places), before, after) for (figure, before, after), places in grouped.items()]


def _told(write: Write, currency: str) -> tuple[str, str, str]:
    before, after = (_value(each, currency) for each in (write.before, write.after))
    if write.before is None and write.after is None:
        return words.title(write.path.rsplit(".", 1)[-1]), "as it was", "replaced"
    return words.title(write.path.rsplit(".", 1)[-1]), before, after


def _value(parameter: Any, currency: str) -> str:
    if parameter is None:
        return "not there"
    if parameter.value is None:
        return "none"
    if parameter.is_number:
        return written(float(parameter.value), parameter.unit, currency) if parameter.unit.symbol != "people" else amount(parameter.value)
    return ", ".join(map(str, parameter.value)) if isinstance(parameter.value, tuple) else words.title(str(parameter.value)).lower()


def _where(path: str) -> str:
    """The member of the scenario that a path lies in; its part of the scenario where it lies in none."""
    keys = path.split(".")
    return (
        words.title(keys[-2])
        if keys[0] == "organisation" and len(keys) > 2
        else keys[-2]
        if keys[0] == "hiring" and len(keys) > 2
        else (keys[1] if len(keys) > 2 else words.title(keys[0]))
    )


def _places(places: list[str]) -> str:
    unique = list(dict.fromkeys(places))
    return ", ".join(unique[:3]) + (f" and {len(unique) - 3} more" if len(unique) > 3 else "")


def figures_beside(found: tuple[Beside, ...], policy: str, weighed: Weighed) -> dict[str, list[str]]:
    """Closed-form figures of one policy beside the plans."""
    rows = [each for each in found if each.policy == policy]
    currency, months = weighed.scenario.finance.currency, weighed.together.months
    return {
        "Figure": [row.figure.name for row in rows],
        "Closed form": [written(row.figure.value, row.figure.unit, currency, months) for row in rows],
        "Plan without": [_beside(row, row.without, currency, months) for row in rows],
        "Plan with": [_beside(row, row.together, currency, months) for row in rows],
        "What it means": [row.figure.meaning for row in rows],
        "Source": [row.figure.source for row in rows],
    }


def _beside(row: Beside, value: float | None, currency: str, months: tuple[str, ...]) -> str:
    return written(value, row.figure.unit, currency, months, "-") if row.measured else ""


def searches_table(plan: Plan) -> dict[str, list[str]]:
    """When each search for leaders outside must begin."""
    found = comparison.searches(plan)
    return {
        "Search begins": [_month(plan, search.begins) for search in found],
        "Role": [words.title(search.role) for search in found],
        "Where": ["everywhere" if search.unit == "all" else search.unit for search in found],
        "People": [words.count(search.people) for search in found],
        "First day": [_month(plan, search.starts) for search in found],
    }


def _month(plan: Plan, month: int) -> str:
    """A month of the plan, or one before it."""
    return words.month_name(month_start(plan.scenario.horizon, month).strftime("%Y-%m"))


def searches_in_words(plan: Plan) -> str:
    """How many searches the plan's leaders take, and when the first must begin."""
    found = comparison.searches(plan)
    if not found:
        return "No leader comes from outside."
    total, first = sum(search.people for search in found), found[0]
    return (
        f"{words.people(total)} come from outside over the plan. The first search, for {words.plural(first.role)}, "
        f"must begin in {_month(plan, first.begins)} for a first day in {_month(plan, first.starts)}."
    )


def waiting_in_words(weighed: Weighed) -> str:
    """What becomes of the top ratio where a search begins only once a post is open; empty without leaders."""
    found = [comparison.measure_named("widest_top_span").value(plan, weighed.terms) for plan in (weighed.together, weighed.waiting)]
    posts = [comparison.leader_posts_open(plan) for plan in (weighed.together, weighed.waiting)]
    if found[0] is None or found[1] is None:
        return ""
    return (
        f"If each search began only once a post is open, the top ratio would drift to {words.ratio(found[1])} instead of {words.ratio(found[0])}, "
        f"and leaders' posts would stand open for {words.count(posts[1])} months in all instead of {words.count(posts[0])}."
    )


def order_in_words(weighed: Weighed) -> str:
    """Whether the order of the policies matters, tried pair by pair."""
    pairs = weighed.order_sensitive
    if not pairs:
        return "The order of the policies does not matter here: tried pair by pair, each order gives the same scenario."
    told = "; ".join(f"“{policies.named(first).title}” before “{policies.named(second).title}”" for first, second in pairs)
    return f"The order matters, as both of a pair touch the same figures, and it is always this one: {told}."


# Tables for files ----------------------------------------------------------------------------------------------------------------------------


def comparison_table(found: Comparison) -> pd.DataFrame:
    """One row for each measure and plan: plan, measure, title, unit, value (shares as fractions, months from 0), meaning."""
    rows = [
        {"plan": name, "measure": row.measure.name, "title": row.measure.title, "unit": _file_unit(row.measure.unit, found), "value": value,
         "meaning": row.measure.meaning}
        for row in found.rows for name, value in zip(found.names, row.values, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"value": "float64"})


def _file_unit(unit: Unit, found: Comparison) -> str:
    """The unit of a value as it is inside: a share is a fraction."""
    return found.plans[0].scenario.finance.currency if unit.symbol == "money" else unit.symbol.replace("%", "fraction")


def figures_table(weighed: Weighed) -> pd.DataFrame:
    """One row for each closed-form figure: policy, figure, unit, value (or text), the plan's value without and with, meaning, source."""
    rows = [
        {"policy": row.policy, "figure": row.figure.name, "unit": _file_unit(row.figure.unit, weighed.comparison),
         "value": row.figure.value if isinstance(row.figure.value, float | int) else None,
         "text": row.figure.value if isinstance(row.figure.value, str) else "",
         "plan_without": row.without, "plan_with": row.together, "meaning": row.figure.meaning, "source": row.figure.source}
        for row in comparison.figures(weighed)
    ]  # fmt: skip
    columns = ["policy", "figure", "unit", "value", "text", "plan_without", "plan_with", "meaning", "source"]
    return pd.DataFrame(rows, columns=columns).astype({name: "float64" for name in ("value", "plan_without", "plan_with")})
