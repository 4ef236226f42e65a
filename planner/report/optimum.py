"""What the optimiser found, in words and tables for people: page and command line tell the same.

The cheapest plan is always told beside the baseline's, what is not proved is said so, and nothing is read behind a failed search.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planner.optimiser.moves import Move, moves
from planner.optimiser.outcome import Kind, Solution, Worth
from planner.optimiser.wish import Goal, Wish
from planner.parameters import walk
from planner.plan import Plan
from planner.report import words
from planner.report.charts import cost_by_item
from planner.report.words import Tone
from planner.scenario import Scenario

Behind = dict[str, list[str]]
SLIGHT = 0.5
"""Amounts of money that differ by less are the same."""
EXACT = 1e-6
"""A gap of which nobody need speak."""

GOALS: dict[Goal, str] = {
    "cheapest": "Cheapest plan",
    "service_floor": "Cheapest with a service floor",
    "best_service": "Best service in a budget",
    "smoothest": "Smoothest plan",
}
LIMITS = {
    "class_size": "Class sizes",
    "rooms": "Training rooms",
    "trainers": "Trainers",
    "mentors": "Mentors",
    "recruiters": "Recruiter hours",
    "interviews": "Interview hours",
    "sources": "What sources yield",
    "starts": "Starts allowed a month",
    "bench": "People ready for promotion",
    "internal_share": "Share from within",
    "overtime": "Overtime",
    "contractors": "Contractors",
    "budget": "Budget",
    "largest_change": "Change from month to month",
    "short_tenure": "Share of short tenure",
    "service_floor": "Service floor",
    "notice": "Notice",
}
KINDS = {"starts": "Starts", "classes": "Classes", "overtime": "Overtime FTE", "contractors": "Contractor FTE"}


@dataclass(frozen=True)
class Told:
    """The outcome of a search: a headline, what it means, and how it stands."""

    headline: str
    sentence: str
    tone: Tone


# The outcome ---------------------------------------------------------------------------------------------------------------------------------


def outcome(solution: Solution, wish: Wish) -> Told:
    """How the search ended, in words."""
    found, seconds = solution.outcome, _seconds(solution.seconds)
    if found.kind == Kind.PROVED_OPTIMAL:
        return Told(_proved(solution), f"{_gap(solution, wish)} Found and proved in {seconds}.", "good")
    if found.kind == Kind.BEST_FOUND:
        why = f"You stopped it after {seconds}" if found.ended == "stopped" else f"Its time was up after {seconds}"
        return Told(_best(solution, wish), f"{_gap(solution, wish)} {why}; a longer search may come nearer.".strip(), "good" if _near(solution) else "watch")
    if found.kind == Kind.NO_PLAN:
        return Told("No plan meets every limit", _clash(solution), "bad")
    return _failed(solution, seconds)


def _failed(solution: Solution, seconds: str) -> Told:
    """A search that brought nothing to read."""
    said = f" It said: {solution.outcome.said}." if solution.outcome.said else ""
    found = {
        Kind.NOTHING_FOUND: Told(
            "Nothing found yet" if solution.outcome.ended != "stopped" else "Stopped before anything was found",
            f"{seconds} were too short to find a whole plan that meets every limit, or to show that there is none. Give it longer.",
            "watch",
        ),
        Kind.UNBOUNDED: Told(
            "The cost falls without end",
            "Some price lets the plan earn money without limit, so there is no cheapest plan. Look for a price below zero among the assumptions.",
            "bad",
        ),
        Kind.SOLVER_MISSING: Told("The solver is not installed", f"Set the planner up again with make run; the baseline's plan is not touched.{said}", "bad"),
        Kind.SOLVER_KILLED: Told(
            "The solver was ended from outside",
            f"Its process ended after {seconds}, often for want of memory. Nothing is lost: search again, or for fewer months.{said}",
            "bad",
        ),
        Kind.SOLVER_FAILED: Told("The solver failed", f"It gave up after {seconds}; nothing of its answer was used.{said}", "bad"),
    }
    return found[solution.outcome.kind]


def _seconds(seconds: float) -> str:
    """A time that a search took.

    >>> _seconds(0.42), _seconds(12.3), _seconds(150)
    ('0.4 seconds', '12 seconds', '2.5 minutes')
    """
    return f"{words.number(seconds / 60, 1)} minutes" if seconds >= 100 else f"{words.one_decimal(seconds)} seconds"


def share(value: float) -> str:
    """A small share: two decimals below 1 %, and never 0 where it is something.

    >>> share(0.019), share(0.00234), share(0.00001), share(0.0)
    ('1.9 %', '0.23 %', 'under 0.01 %', '0 %')
    """
    if value <= 0:
        return "0 %"
    return "under 0.01 %" if value < 1e-4 else f"{words.number(value * 100, 2)} %" if value < 0.01 else words.percent(value)


def _near(solution: Solution) -> bool:
    """Whether at most one per cent is open."""
    return solution.gap is not None and solution.gap <= 0.01


def _proved(solution: Solution) -> str:
    saving, exact = _saving_words(solution), (solution.gap or 0.0) <= EXACT
    if saving:
        return f"Proved cheapest: {saving}" if exact else f"Proved to within {share(solution.gap or 0.0)}: {saving}"
    return "Proved: the baseline is already the cheapest plan" if exact else f"The baseline is already within {share(solution.gap or 0.0)} of the cheapest"


def _best(solution: Solution, wish: Wish) -> str:
    opening = {"best_service": "Best service found", "smoothest": "Smoothest plan found"}.get(wish.goal, "Best plan found")
    saving = _saving_words(solution)
    return f"{opening}: {saving}" if saving else "Nothing better than the baseline yet"


def _saving_words(solution: Solution) -> str:
    """What the plan saves against the baseline, all told; empty where the two are the same."""
    saving, currency = solution.saving, solution.baseline.scenario.finance.currency
    if saving is None or abs(saving) < SLIGHT:
        return ""
    total = float(solution.baseline.cost.sum())
    amount = f"{words.money(abs(saving), currency)} ({share(abs(saving) / total) if total else '0 %'})"
    return f"{amount} less than the baseline" if saving > 0 else f"{amount} more than the baseline"


def _gap(solution: Solution, wish: Wish) -> str:
    """How near to the cheapest, of everything and of what decisions can still change."""
    if solution.gap is None or solution.charged is None or solution.bound is None:
        return "How near it is to the cheapest is not known: there was no time for a bound."
    if solution.gap <= EXACT:
        return "No plan is cheaper."
    if wish.goal == "best_service":
        return f"With shortage priced beyond all else, no plan can be more than {share(solution.gap)} better."
    amount = words.money(max(solution.charged - solution.bound, 0.0), solution.baseline.scenario.finance.currency)
    decidable = "" if solution.decidable_gap is None else f", or {share(solution.decidable_gap)} of the money that decisions can still change"
    return f"No plan can be more than {amount} cheaper: {share(solution.gap)} of it all{decidable}."


def _clash(solution: Solution) -> str:
    if solution.conflict is None:
        return "The limits clash only in whole people and classes: fractions of them would fit. Let one of the limits give a little."
    return solution.conflict.headline


# Beside the baseline -------------------------------------------------------------------------------------------------------------------------


def short_months(plan: Plan) -> int:
    """Months in which people are missing, over all groups."""
    return int((plan.shortage_fte.sum(axis=1) >= words.SHORT_FTE).sum())


def open_post_months(plan: Plan) -> float:
    """Leader and support posts that stand open, months added up."""
    return float(sum(months.vacancies.sum() for months in plan.roles))


UNPAID = "Price of shortage (not paid)"


def beside_baseline(plan: Plan, baseline: Plan) -> Behind:
    """Cost by item of a plan and of the baseline, and what it saves; then shortage, open posts and hires."""
    currency = plan.scenario.finance.currency
    money = [
        (name, words.money(ours, currency), words.money(theirs, currency), signed(theirs - ours, currency))
        for name, (ours, theirs) in amounts(plan, baseline).items()
    ]
    counted = [
        (name, write(ours), write(theirs), _fewer(theirs - ours))
        for name, ours, theirs, write in (
            ("Months short", short_months(plan), short_months(baseline), words.count),
            ("FTE-months short", plan.shortage_fte.sum(), baseline.shortage_fte.sum(), words.one_decimal),
            ("Months of open posts", open_post_months(plan), open_post_months(baseline), words.count),
            ("Frontline hires", plan.frontline.starts.sum(), baseline.frontline.starts.sum(), words.count),
        )
    ]
    return {name: [row[place] for row in (*money, *counted)] for place, name in enumerate(("", "This plan", "Baseline", "Saves"))}


def amounts(plan: Plan, baseline: Plan) -> dict[str, tuple[float, float]]:
    """Money of a plan and of the baseline by item, and in all."""
    ours, theirs = cost_by_item(plan), cost_by_item(baseline)
    told = {
        UNPAID if item == "shortage_price" else words.title(item): (float(np.sum(ours.get(item, 0.0))), float(np.sum(theirs.get(item, 0.0))))
        for item in dict.fromkeys([*theirs, *ours])
    }
    return told | {"All, price of shortage included": (float(plan.cost.sum()), float(baseline.cost.sum()))}


def signed(amount: float, currency: str) -> str:
    """Money with its sign; nothing where it is nothing.

    >>> signed(1_200_000, "USD"), signed(-5, "USD"), signed(0.1, "USD")
    ('+$1.20 M', '-$5', '0')
    """
    if abs(amount) < SLIGHT:
        return "0"
    return f"{'+' if amount > 0 else '-'}{words.money(abs(amount), currency)}"


def _fewer(number: float) -> str:
    """A difference of counts with its sign."""
    text = words.one_decimal(abs(number))
    return "0" if not any(letter in "123456789" for letter in text) else f"{'+' if number > 0 else '-'}{text}"


def baseline_was_better(plan: Plan, baseline: Plan) -> str:
    """Where the baseline does better, item by item and in shortage; that it does so nowhere, if so."""
    currency = plan.scenario.finance.currency
    dearer = [
        f"{words.money(ours - theirs, currency)} less for {_item_words(name)}"
        for name, (ours, theirs) in amounts(plan, baseline).items()
        if ours - theirs > max(SLIGHT, 5e-4 * float(baseline.cost.sum()) / 10) and not name.startswith("All")
    ]
    more_short = short_months(plan) - short_months(baseline)
    if more_short > 0:
        dearer.append(f"{words.count(more_short)} fewer {'month' if more_short == 1 else 'months'} short")
    missing = float(plan.shortage_fte.sum() - baseline.shortage_fte.sum())
    if missing >= SLIGHT:
        dearer.append(f"{words.one_decimal(missing)} FTE-months less missing")
    posts = open_post_months(plan) - open_post_months(baseline)
    if posts >= 1:
        dearer.append(f"{words.count(posts)} fewer months of open posts")
    return f"The baseline was better in: {'; '.join(dearer)}." if dearer else "The baseline was better in nothing."


def starts_words(plan: Plan, other: Plan) -> str:
    """How many start, in how many months, beside the other plan."""
    told = []
    for each in (plan, other):
        starts = each.frontline.starts.sum(axis=1)
        told.append(f"{words.people(starts.sum())} in {_count(int((starts > 0).sum()), 'month')}")
    return f"{told[0]} start, in the baseline {told[1]}."


def first_requisitions_words(plan: Plan, table: pd.DataFrame) -> str:
    """How many requisitions the plan has, and by when the first must be open."""
    if table.empty:
        return "Nobody is hired in this plan."
    first = date.fromisoformat(str(table["open_requisition_by"].min()))
    begins = f"{plan.months[0]}-01"
    early = int((table["open_requisition_by"] < begins).sum())
    before = f" {_count(early, 'line')} to be opened before the plan begins: signed already, or due at once." if early else ""
    return f"{_count(len(table), 'line')}; the first is to be opened by {first.day} {words.month_name(first.strftime('%Y-%m'))}.{before}"


def _item_words(name: str) -> str:
    known = {UNPAID: "the price of shortage", "Contractor": "contractors", "Management search": "searches for leaders"}
    return known.get(name) or name[0].lower() + name[1:]


def saved_words(plan: Plan, baseline: Plan) -> str:
    """What the plan costs, what the baseline costs, and what most of the difference is."""
    currency = plan.scenario.finance.currency
    ours, theirs = float(plan.cost.sum()), float(baseline.cost.sum())
    parts = {name: there - here for name, (here, there) in amounts(plan, baseline).items() if not name.startswith("All")}
    most = max(parts, key=lambda name: parts[name], default="")
    opening = f"It costs {words.money(ours, currency)}, the baseline {words.money(theirs, currency)}"
    if theirs - ours < SLIGHT or parts[most] < SLIGHT:
        return f"{opening}."
    return f"{opening}: {words.money(theirs - ours, currency)} saved, most of it on {_item_words(most)}."


# What binds, and what one more is worth ------------------------------------------------------------------------------------------------------


def spans_of(months: Sequence[int], labels: Sequence[str]) -> str:
    """Months as spans, the first three of them.

    >>> spans_of((0, 1, 2, 5), ("2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06"))
    'Jan to Mar 2027, Jun 2027'
    """
    runs: list[list[int]] = []
    for month in months:
        if runs and month == runs[-1][1] + 1:
            runs[-1][1] = month
        else:
            runs.append([month, month])
    told = [_span(labels[first], labels[last]) for first, last in runs]
    more = f" and {len(told) - 3} more times" if len(told) > 4 else ""
    return ", ".join(told[:3] if more else told) + more


def _span(first: str, last: str) -> str:
    if first == last:
        return words.month_name(first)
    short = words.month_name(first)
    return f"{short[:3] if first[:4] == last[:4] else short} to {words.month_name(last)}"


def binding_table(solution: Solution) -> Behind:
    """Every limit that binds: in how many months, and in which; the one that binds most comes first."""
    labels = solution.baseline.months
    found = sorted(solution.binding.items(), key=lambda each: -len(each[1]))
    return {
        "Limit": [LIMITS[name] for name, _ in found],
        "Months": [f"{len(months)} of {len(labels)}" for _, months in found],
        "When": [spans_of(months, labels) for _, months in found],
    }


def binding_words(solution: Solution) -> str:
    """Which limits leave no room for one more, and for how long."""
    if not solution.binding:
        return "No limit binds: the plan would be the same with more of everything."
    found = sorted(solution.binding.items(), key=lambda each: -len(each[1]))
    told = [f"{LIMITS[name].lower()} ({_count(len(months), 'month')})" for name, months in found[:3]]
    return f"No room for one more: {_joined(told)}."


def worth_table(solution: Solution) -> Behind:
    """What one more of each limit would save over the plan, the dearest first, and how that is known."""
    currency = solution.baseline.scenario.finance.currency
    return {
        "One more": [capital(each.one_more) for each in solution.worth],
        "Where": ["" if each.unit == "all" else each.unit for each in solution.worth],
        "Saves over the plan": [words.money(each.told, currency) for each in solution.worth],
        "Known by": ["solving again with one more" if each.confirmed is not None else "its shadow price" for each in solution.worth],
    }


def worth_words(solution: Solution) -> str:
    """The limit where one more would save most."""
    if not solution.worth:
        if solution.outcome.ended == "stopped":
            return "Not looked at, since the search was stopped. Let it run to its end to see."
        return "One more of any limit would save nothing, or there was no time to look."
    best = solution.worth[0]
    return f"{capital(_one_more(best))} would save most: {words.money(best.told, solution.baseline.scenario.finance.currency)} over the plan."


def _one_more(worth: Worth) -> str:
    return worth.one_more if worth.unit == "all" else f"{worth.one_more} ({worth.unit})"


def capital(text: str) -> str:
    """A sentence's first letter."""
    return text[:1].upper() + text[1:]


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# What moved ----------------------------------------------------------------------------------------------------------------------------------


def changes(before: Scenario, after: Scenario) -> list[str]:
    """Every assumption that differs between two scenarios: its name, its place, and both values."""
    old, new = ({parameter.path: parameter for parameter in walk(each)} for each in (before, after))
    found = []
    for path, parameter in new.items():
        known = old.get(path)
        if known is None or known.value != parameter.value:
            was = "not there" if known is None else _value(known.value)
            found.append(f"{_place(path)}: {was} → {_value(parameter.value)}")
    return found + [f"{_place(path)}: gone" for path in old if path not in new]


def _place(path: str) -> str:
    *where, name = path.split(".")
    told = [part for part in where if part not in ("queues", "groups", "sites", "roles", "organisation", "finance", "optimisation", "levers")]
    return f"{words.title(name)}{' of ' + ', '.join(told) if told else ''}"


def _value(value: object) -> str:
    """A value of a parameter, short."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return words.restyled(f"{value:,.4g}") if abs(value) < 10_000 else words.number(value)
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    return str(value)


def moves_words(found: Sequence[Move]) -> str:
    """How many decisions moved, and what the most of them are."""
    if not found:
        return "No decision moves."
    kinds = Counter(kind_words(move.kind) for move in found).most_common(3)
    starts = sum(move.after - move.before for move in found if move.kind == "starts")
    hires = f" In all {words.people(abs(starts))} {'more' if starts > 0 else 'fewer'} start." if abs(starts) >= 1 else " As many people start as before."
    months = len({move.month for move in found})
    told = _joined([f"{number} of {kind.lower()}" for kind, number in kinds])
    return f"{_count(len(found), 'decision')} in {_count(months, 'month')} move: {told}.{hires}"


def kind_words(kind: str) -> str:
    """A kind of decision in words.

    >>> kind_words("starts"), kind_words("promotions to team_lead")
    ('Starts', 'Promotions to team lead')
    """
    opening, to, role = kind.partition(" to ")
    return KINDS.get(kind) or f"{capital(opening)}{to}{words.title(role).lower() if not words.title(role)[:2].isupper() else words.title(role)}"


def moves_table(labels: Sequence[str], found: Sequence[Move]) -> Behind:
    """Every decision that moved: month, what, where, before, now, by how much."""
    whole = [move.kind in ("overtime", "contractors") for move in found]
    write = [words.one_decimal if fraction else words.count for fraction in whole]
    return {
        "Month": [words.month_name(labels[move.month]) for move in found],
        "Decision": [kind_words(move.kind) for move in found],
        "Where": [move.unit for move in found],
        "Before": [tell(move.before) for tell, move in zip(write, found, strict=True)],
        "Now": [tell(move.after) for tell, move in zip(write, found, strict=True)],
        "Change": [_fewer(move.after - move.before) for move in found],
    }


# Everything, for the command line ------------------------------------------------------------------------------------------------------------


def lines(solution: Solution, wish: Wish) -> list[str]:
    """What the page says of a search, as lines of text."""
    told = outcome(solution, wish)
    return [f"{told.headline}.", told.sentence, *_plan_lines(solution), *_conflict_lines(solution)]


def _plan_lines(solution: Solution) -> Iterator[str]:
    if solution.plan is None:
        return
    yield saved_words(solution.plan, solution.baseline)
    yield baseline_was_better(solution.plan, solution.baseline)
    yield binding_words(solution)
    table = binding_table(solution)
    yield from (f"  {name}: {when}" for name, when in zip(table["Limit"], table["When"], strict=True))
    yield worth_words(solution)
    worths = worth_table(solution)
    yield from (
        f"  {more}{' (' + where + ')' if where else ''}: {saves}, by {known}" for more, where, saves, known in list(zip(*worths.values(), strict=True))[:10]
    )


def _conflict_lines(solution: Solution) -> Iterator[str]:
    if solution.conflict is not None:
        yield f"The limits that clash: {_joined([LIMITS[name].lower() for name in solution.conflict.limits])}."
        if solution.conflict.sentences:
            yield "The cheapest way out by your priorities:"
            yield from (f"  {sentence}" for sentence in solution.conflict.sentences)


def all_moves(solution: Solution, before: Solution) -> tuple[Move, ...]:
    """What moved between the plans of two searches over the same months, groups and roles."""
    if solution.decisions is None or before.decisions is None:
        return ()
    return moves(solution.baseline.scenario, before.decisions, solution.decisions)
