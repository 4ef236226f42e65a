"""What goal seeking found, in words, as a strip of every value tried, and as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from plotly.graph_objects import Heatmap

from planner import goals
from planner.goals import Answer, Break, Condition, Lever, Question, Ratio, Shortage, Spend, Trial, Within
from planner.horizon import month_labels
from planner.parameters import walk
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Figure, figure, look, named_rows
from planner.report.takeaways import Behind
from planner.report.words import Verdict
from planner.scenario import Levers, Scenario, moved


def _points(value: float, digits: int) -> str:
    return f"{value * 100:+.{digits}f}".replace("-", "−").removesuffix(".0")


@dataclass(frozen=True)
class LeverWords:
    """How a lever is spoken of: as the end that is sought (most, least), as a noun, and how its values are written."""

    most: str
    least: str
    noun: str
    write: Callable[[float], str]


def _change(value: float) -> str:
    return "as planned" if abs(value) < 1e-9 else f"{_points(value, 1)} %"


LEVER_WORDS = {
    "growth": LeverWords("fastest growth", "slowest growth", "growth", lambda value: f"{_points(value, 2)} points a month"),
    "handle_time": LeverWords("longest handle time", "shortest handle time", "handle time", _change),
    "service": LeverWords(
        "highest service level", "lowest service level", "a service level", lambda value: words.restyled(f"{value * 100:.1f} %".replace(".0 %", " %"))
    ),
    "attrition": LeverWords("highest attrition", "lowest attrition", "attrition", _change),
    "shrinkage": LeverWords("highest shrinkage", "lowest shrinkage", "shrinkage", _change),
    "starts": LeverWords("largest cap on starts", "smallest cap on starts", "cap on starts", lambda value: f"{words.count(value)} a month"),
    "first_span": LeverWords("widest span of the first leaders", "narrowest span of the first leaders", "a span", words.ratio),
    "top_span": LeverWords("widest span of the top leaders", "narrowest span of the top leaders", "a span", words.ratio),
}


def sought(lever: Lever) -> str:
    """The end that is sought, as in: fastest growth."""
    told = LEVER_WORDS[lever.name]
    return told.most if lever.wanted == "most" else told.least


def valued(lever: Lever, value: float) -> str:
    """A value of a lever."""
    return LEVER_WORDS[lever.name].write(value)


# Questions -----------------------------------------------------------------------------------------------------------------------------------


def condition_words(condition: Condition, scenario: Scenario) -> str:
    """What must hold, as the end of a sentence that begins: that keeps."""
    if isinstance(condition, Shortage):
        return f"the promised service (at most {words.percent(condition.limit)} of the required FTE missing)"
    if isinstance(condition, Ratio):
        return f"{words.ratio(_span(condition, scenario))} for {words.plural(condition.role)}"
    if isinstance(condition, Spend):
        paid = words.money(condition.limit, scenario.finance.currency)
        return f"what is paid {'each year' if condition.each == 'year' else 'over the plan'} at {paid} or less"
    assert isinstance(condition, Within)
    return f"{words.title(condition.name).lower()} within their limit"


def _span(condition: Ratio, scenario: Scenario) -> float:
    """The span promised of a role, levers worked in."""
    return next(role.span for role in moved(scenario).organisation.roles if role.name == condition.role)


def question_words(question: Question, scenario: Scenario) -> str:
    """The question as a sentence."""
    kept = [condition_words(condition, scenario) for condition in question.conditions]
    listed = kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])} and {kept[-1]}"
    return f"What is the {sought(question.lever)} that keeps {listed}?"


# Answers -------------------------------------------------------------------------------------------------------------------------------------


def verdict(answer: Answer, scenario: Scenario) -> Verdict:
    """The answer as a headline, then what binds and when, whether what holds is one stretch, and how finely it was looked for."""
    question = answer.question
    if answer.best is None:
        return _nothing(answer, scenario)
    value = valued(question.lever, answer.best.value)
    headline = f"The {sought(question.lever)}: {value}"
    sentences = [_meaning(question.lever, answer.best), _beyond(answer, scenario), _stretches(answer), _resolution(answer)]
    return Verdict(headline, tuple(sentence for sentence in sentences if sentence), "good" if answer.complete else "watch")


def _nothing(answer: Answer, scenario: Scenario) -> Verdict:
    lever = answer.question.lever
    found = answer.beyond
    if found is None:
        return Verdict("Nothing was tried", ("The search was stopped before its first plan.",), "watch")
    headline = f"No {LEVER_WORDS[lever.name].noun.removeprefix('a ')} between {valued(lever, lever.low)} and {valued(lever, lever.high)} keeps that"
    tried = headline if answer.complete else f"Nothing found yet: {len(answer.trials)} values tried, none keeps that"
    return Verdict(tried, (f"Even at {valued(lever, found.value)}: {why(found, scenario)}", _resolution(answer)), "bad" if answer.complete else "watch")


def _meaning(lever: Lever, best: Trial) -> str:
    """What a value comes to in a figure that everybody knows."""
    assert best.plan is not None
    plan = best.plan
    if lever.name == "growth":
        contacts = plan.requirement.contacts.sum(axis=1) if plan.requirement.contacts.any() else plan.requirement.group_heads.sum(axis=1)
        what = "contacts a month" if plan.requirement.contacts.any() else "people required"
        first, last = words.month_name(plan.months[0]), words.month_name(plan.months[-1])
        return f"That is on top of the growth planned: from {words.count(contacts[0])} {what} in {first} to {words.count(contacts[-1])} in {last}."
    hired, paid = words.people(plan.frontline.starts.sum()), words.money(float(plan.spend.sum()), plan.scenario.finance.currency)
    return f"It takes {hired} hired and {paid} over {len(plan.months)} months."


def _beyond(answer: Answer, scenario: Scenario) -> str:
    """What stops the lever from going further."""
    lever = answer.question.lever
    if answer.beyond is None:
        end = lever.high if lever.wanted == "most" else lever.low
        return f"That is the end of what was looked at ({valued(lever, end)}): nothing binds before it."
    return f"At {valued(lever, answer.beyond.value)} it breaks: {why(answer.beyond, scenario)}"


def why(trial: Trial, scenario: Scenario) -> str:
    """What fails at one value, the first condition first, each with its month."""
    return f"{trial.refused}." if trial.refused else " ".join(break_words(found, scenario, trial.plan) for found in trial.breaks)


def break_words(found: Break, scenario: Scenario, plan: Plan | None = None) -> str:
    """One condition that fails: from when, how far, and, where its plan is at hand, why."""
    months, condition = month_labels(scenario.horizon), found.condition
    first, worst = words.month_name(months[found.month]), words.month_name(months[found.worst_month])
    if isinstance(condition, Shortage):
        most = "" if found.worst_month == found.month else f", {words.percent(found.worst)} in {worst}"
        return f"{words.percent(found.value)} of the required FTE are missing in {first}{most}{_cause(found, plan) if plan else ''}."
    if isinstance(condition, Ratio):
        posts = f"{words.count(found.worst)} {words.title(condition.role).lower()} {'post stands' if round(found.worst) == 1 else 'posts stand'} open"
        return f"{posts} in {worst} against {words.ratio(found.promised)}{'' if found.month == found.worst_month else f', the first in {first}'}."
    if isinstance(condition, Spend):
        currency = scenario.finance.currency
        limit, beyond = (words.money(amount, currency) for amount in (condition.limit, found.worst - condition.limit))
        if condition.each == "plan":
            return f"the {limit} are spent by {first}, and {beyond} more are paid."
        return f"the {limit} of {first[-4:]} are spent by {first}, and {beyond} more are paid in {worst[-4:]}."
    assert isinstance(condition, Within)
    return f"{words.title(condition.name)} are exceeded by {words.one_decimal(found.worst)} in {worst}."


def _cause(found: Break, plan: Plan) -> str:
    """Why people are missing in that month: the cause of the group that misses most."""
    there = [short for short in words.shortages(plan) if short.month == found.month]
    return f": {words.cause(plan, max(there, key=lambda short: short.fte))}" if there else ""


def _stretches(answer: Answer) -> str:
    """Where what holds is no single stretch."""
    if len(answer.stretches) < 2:
        return ""
    lever = answer.question.lever
    told = [valued(lever, low) if low == high else f"{valued(lever, low)} to {valued(lever, high)}" for low, high in answer.stretches]
    return f"What holds is not one stretch: {', '.join(told[:-1])} and {told[-1]}; in between it fails."


def _resolution(answer: Answer) -> str:
    """How finely the lever was looked at."""
    lever = answer.question.lever
    span = f"{valued(lever, lever.low)} to {valued(lever, lever.high)}"
    if not answer.complete:
        return f"Stopped after {len(answer.trials)} of {goals.expected(answer.question)} plans over {span}; the answer may lie further."
    return f"Every value from {span} in steps of {_step(lever, lever.step)} was planned, then the edge to {_step(lever, lever.finest)}."


def _step(lever: Lever, size: float) -> str:
    unit = next(parameter.unit for parameter in walk(Levers(), "levers.") if parameter.path == lever.path)
    return f"{size * unit.screen_factor:g}{' points' if unit.screen_factor == 100 else ''}"


# Strip and table -----------------------------------------------------------------------------------------------------------------------------

HOLDS, BREAKS, REFUSED = 0, 1, 2


def strip(answer: Answer, scenario: Scenario, dark: bool = False) -> Figure:
    """Every value of the grid tried, a row for each condition: whether it holds there; dots mark where it does not."""
    lever, chosen = answer.question.lever, look(dark)
    shown = [trial for trial in answer.trials if trial.value in set(lever.grid)]
    rows = [*answer.question.conditions]
    state = np.array([[_state(trial, condition) for trial in shown] for condition in rows]).reshape(len(rows), len(shown))
    told = [[_cell(trial, condition, lever, scenario) for trial in shown] for condition in rows]
    names = [_row_name(condition, scenario) for condition in rows]
    steps = [[0, chosen.within], [0.33, chosen.within], [0.34, chosen.over], [0.66, chosen.over], [0.67, chosen.line], [1, chosen.line]]
    text = np.where(state == BREAKS, "•", "")
    cells = Heatmap(
        z=state, x=list(range(len(shown))), y=names, zmin=0, zmax=2, colorscale=steps, showscale=False, xgap=2, ygap=3, customdata=told, text=text,
        texttemplate="%{text}", textfont={"color": chosen.on_over, "size": 12}, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    across = _value_axis([trial.value for trial in shown], lever, dark)
    return figure([cells], dark, 76 + 34 * len(rows), hovermode="closest", xaxis=across, yaxis=named_rows(dark, autorange="reversed"))


def _state(trial: Trial, condition: Condition) -> int:
    return REFUSED if trial.refused else BREAKS if condition in [found.condition for found in trial.breaks] else HOLDS


def _cell(trial: Trial, condition: Condition, lever: Lever, scenario: Scenario) -> str:
    value = valued(lever, trial.value)
    if trial.refused:
        return f"{value}: {trial.refused}"
    found = next((found for found in trial.breaks if found.condition == condition), None)
    return f"{value}: holds" if found is None else f"{value}: {break_words(found, scenario)}"


def _row_name(condition: Condition, scenario: Scenario) -> str:
    if isinstance(condition, Shortage):
        return f"Shortage ≤ {words.percent(condition.limit)}"
    if isinstance(condition, Ratio):
        return f"{words.title(condition.role)} {words.ratio(_span(condition, scenario))}"
    if isinstance(condition, Spend):
        return f"Paid ≤ {words.money(condition.limit, scenario.finance.currency)}{' a year' if condition.each == 'year' else ''}"
    assert isinstance(condition, Within)
    return words.title(condition.name)


def _value_axis(values: Sequence[float], lever: Lever, dark: bool) -> dict[str, Any]:
    chosen, step = look(dark), max(1, -(-len(values) // 8))
    shown = list(range(0, len(values), step))
    labels = {"tickvals": shown, "ticktext": [valued(lever, values[at]).removesuffix(" points a month") for at in shown], "tickangle": 0}
    lines = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True, "ticks": "outside", "ticklen": 4, "tickcolor": chosen.line}
    noun = LEVER_WORDS[lever.name].noun.removeprefix("a ")
    unit = ", points a month" if lever.name == "growth" else ""
    return {
        **labels,
        **lines,
        "tickfont": {"color": chosen.soft},
        "title": {"text": f"{noun[0].upper()}{noun[1:]}{unit}", "standoff": 8, "font": {"color": chosen.soft, "size": 13}},
    }


def table(answer: Answer, scenario: Scenario) -> Behind:
    """Every value tried and what failed at it."""
    lever = answer.question.lever
    return {
        LEVER_WORDS[lever.name].noun.removeprefix("a ").capitalize(): [valued(lever, trial.value) for trial in answer.trials],
        "Holds": ["yes" if trial.holds else "no" for trial in answer.trials],
        "What fails": ["" if trial.holds else why(trial, scenario) for trial in answer.trials],
    }


def exact(answer: Answer, scenario: Scenario) -> dict[str, list[Any]]:
    """The same for a file: every value tried, unrounded, with the first month and the amount of each condition that fails."""
    rows: dict[str, list[Any]] = {"value": [trial.value for trial in answer.trials], "holds": [trial.holds for trial in answer.trials]}
    months = month_labels(scenario.horizon)
    for condition in answer.question.conditions:
        name = condition_name(condition)
        found = [next((each for each in trial.breaks if each.condition == condition), None) for trial in answer.trials]
        rows[f"{name}_breaks_in"] = ["" if each is None else months[each.month] for each in found]
        rows[f"{name}_worst"] = ["" if each is None else each.worst for each in found]
    return rows


def condition_name(condition: Condition) -> str:
    """A condition as a column of a file."""
    if isinstance(condition, Ratio):
        return f"ratio_{condition.role}"
    if isinstance(condition, Within):
        return f"within_{condition.name}"
    return "shortage" if isinstance(condition, Shortage) else "spend"
