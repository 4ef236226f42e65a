"""The optimiser on the command line: what is asked of it, how the search goes, what it says. Its exit codes are those of the package."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, current_thread, main_thread
from typing import Annotated, Any, Literal

import typer

import planner
from planner.baseline import baseline
from planner.cli.shared import Unusable
from planner.decisions import Decisions
from planner.errors import Fault
from planner.horizon import month_labels
from planner.optimiser import Kind, Progress
from planner.optimiser.wish import Goal, Wish, check, wished
from planner.scenario import Scenario

TOLD_EVERY_S = 2.0
GOALS: dict[str, Goal] = {"cheapest": "cheapest", "service-floor": "service_floor", "best-service": "best_service", "smoothest": "smoothest"}

Optimise = Annotated[bool, typer.Option("--optimise", help="Let the optimiser decide: the cheapest plan within every limit.")]
GoalName = Annotated[
    Literal["cheapest", "service-floor", "best-service", "smoothest"],
    typer.Option("--goal", help="What to look for; service-floor and best-service take a figure of their own, else the scenario's."),
]
Floor = Annotated[
    float | None, typer.Option("--service-floor", metavar="SHARE", min=0, max=1, help="Least share of the required FTE in every month and group, as 0.95.")
]
Budget = Annotated[float | None, typer.Option("--budget", metavar="AMOUNT", min=0, help="The same budget in every month.")]
Within = Annotated[float, typer.Option("--within", metavar="SHARE", min=0, max=1, help="How much more than the cheapest the smoothest plan may cost.")]
Freeze = Annotated[
    str | None,
    typer.Option("--freeze", metavar="MONTH", help="Last month already signed, as 2027-03: up to it the decisions of --decisions stand, else the baseline's."),
]
StopAtGap = Annotated[float, typer.Option("--stop-at-gap", metavar="SHARE", min=0, max=1, help="How near to the cheapest is near enough, as 0.01.")]
TimeLimit = Annotated[float, typer.Option("--time-limit", metavar="SECONDS", min=1, help="How long it may search.")]


def wish(goal: str, floor: float | None, budget: float | None, within: float, seconds: float, gap: float) -> Wish:
    """What the options ask for."""
    return Wish(GOALS[goal], floor, budget, within, seconds, gap)


def optimised(wanted: Scenario, asked: Wish, freeze: str | None, decisions: Decisions | None) -> tuple["planner.Plan", str]:
    """The plan found and what is said of it; ends with exit code 3 where no plan meets every limit, with 1 where the search brought none.

    The search begins with the decisions, where there are any; with a month that is signed, those up to it stand.
    """
    from planner.optimiser import beside
    from planner.report import optimum

    asked, taken = _with_frozen(wanted, asked, freeze, decisions)
    check(wanted, asked)
    with _stoppable() as asks:
        found = beside.searched(wanted, asked, taken, decisions, _teller(wanted.finance.currency), asks.is_set)
    lines = "\n".join(optimum.lines(found, asked))
    if found.plan is None:
        typer.echo(lines, err=True)
        raise typer.Exit(3 if found.outcome.kind == Kind.NO_PLAN else 1)
    return found.plan, f"{lines}\n"


def _with_frozen(wanted: Scenario, asked: Wish, freeze: str | None, decisions: Decisions | None) -> tuple[Wish, Decisions | None]:
    """The wish with the months that are signed, and their decisions. Decisions of which none are signed must be a plan within the limits."""
    if freeze is None:
        if decisions is not None and (faults := _beginning_faults(wished(wanted, asked), decisions)):
            raise Unusable(faults)
        return asked, None
    labels = month_labels(wanted.horizon)
    if freeze not in labels[:-1]:
        raise Unusable([Fault("--freeze", "it is no month of the plan after which months are left", f"Give one of {labels[0]} to {labels[-2]}.", repr(freeze))])
    return replace(asked, frozen_months=labels.index(freeze) + 1), baseline(wanted) if decisions is None else decisions


def _beginning_faults(asked: Scenario, decisions: Decisions) -> list[Fault]:
    """What keeps decisions from being a plan to begin with; nothing where there is no solver, which the search says."""
    from planner.optimiser import beside

    if beside.MISSING:
        return []
    from planner.optimiser.beginning import beginning_faults

    return beginning_faults(asked, decisions, "--decisions")


@contextmanager
def _stoppable() -> Iterator[Event]:
    """Ctrl-C, or a request to end the process, ends the search with the best plan so far; a second one ends the command."""
    asks = Event()
    if current_thread() is not main_thread():
        yield asks
        return

    def ask(*_: object) -> None:
        asks.set()
        _restore(before)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asks
    finally:
        _restore(before)


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


class _teller:  # noqa: N801 - used as a function
    """Tells a person at a terminal on stderr where the search stands."""

    def __init__(self, currency: str) -> None:
        self.currency, self.told_at = currency, -TOLD_EVERY_S

    def __call__(self, progress: Progress) -> None:
        if not sys.stderr.isatty() or progress.seconds < self.told_at + TOLD_EVERY_S or progress.best is None:
            return
        from planner.report import optimum, words

        self.told_at = progress.seconds
        near = "" if progress.bound is None else f", at most {optimum.share(max(progress.best - progress.bound, 0.0) / abs(progress.best))} above the cheapest"
        typer.echo(f"{progress.seconds:.0f} s: best plan so far {words.money(progress.best, self.currency)}{near}", err=True)
