"""Plans for the pages: worked out once, here by whoever is alone, by a worker where several ask at once, and the same everywhere."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner import scenario as scenarios
from planner.executor import ChildFailed, Workers
from planner.report.tables import tables
from planner.ui import planning
from tests.conftest import shipped


@pytest.fixture(autouse=True)
def _forgotten():
    planning.planned.cache_clear()
    planning._workers.clear()


def grown(percent: int):
    return scenarios.changed(shipped("startup_4"), {"levers.growth_monthly": percent / 100})


def same(one, other) -> bool:
    ours, theirs = tables(one), tables(other)
    return ours.keys() == theirs.keys() and all(ours[name].equals(theirs[name]) for name in ours)


def test_whoever_is_alone_needs_no_worker():
    planning.planned(grown(1))
    assert not planning._workers


def test_a_plan_is_worked_out_once():
    assert planning.planned(grown(1)) is planning.planned(grown(1))


def test_several_at_once_begin_a_worker_and_get_the_same_plans():
    with ThreadPoolExecutor(4) as people:
        found = list(people.map(planning.planned, map(grown, range(8))))
    assert len(planning._workers) == 1
    assert all(plan.cost.sum() == planning.worked_out(grown(percent)).cost.sum() for percent, plan in enumerate(found))


def test_a_workers_plan_is_the_plan_itself():
    workers = planning.workers(grown(0))
    until = time.monotonic() + 60
    while not workers.ready and time.monotonic() < until:
        time.sleep(0.05)
    by_worker = workers.call(planning.worked_out, grown(2))
    assert same(by_worker, planning.worked_out(grown(2)))


def test_where_the_worker_fails_the_plan_comes_all_the_same(monkeypatch):
    def failing(self, *args, **options):
        raise ChildFailed("died", "the process died")

    monkeypatch.setattr(Workers, "call", failing)
    monkeypatch.setattr(Workers, "ready", property(lambda self: True))
    planning.workers(grown(0))
    assert planning.planned(grown(3)).cost.sum() == planning.worked_out(grown(3)).cost.sum()
