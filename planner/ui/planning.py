"""Plans for the pages, shared by all sessions. As soon as two are asked for at once, others work them out, apart from the process that serves the pages.

It holds no page and nothing of a session, so that a worker starts fast.
"""

import threading
from functools import lru_cache

from planner import decisions as decided
from planner.baseline import baseline
from planner.executor import ChildFailed, Workers
from planner.plan import Plan, project
from planner.requirement import requirement
from planner.scenario import Scenario

KEPT = 96
WORKERS = 1
_one_at_work, _beginning = threading.Lock(), threading.Lock()
_workers: list[Workers] = []


@lru_cache(maxsize=KEPT)
def planned(of: Scenario, decisions: str | None = None) -> Plan:
    """The plan of a scenario under decisions (JSON), else under the baseline's. Worked out once."""
    alone = _one_at_work.acquire(blocking=False)
    try:
        if alone and not _workers:
            return worked_out(of, decisions)
        return _by_a_worker(of, decisions)
    finally:
        if alone:
            _one_at_work.release()


def _by_a_worker(of: Scenario, decisions: str | None) -> Plan:
    """By a worker once there is one; here where it fails, which tells what is wrong with the scenario."""
    chosen = workers(of)
    if chosen.ready:
        try:
            return chosen.call(worked_out, of, decisions)
        except ChildFailed:
            pass
    return worked_out(of, decisions)


def workers(of: Scenario) -> Workers:
    """Who works plans out apart from this process; begun by whoever asks first, with his scenario to warm up."""
    with _beginning:
        if not _workers:
            _workers.append(Workers(__name__, WORKERS, (worked_out, (of,))))
    return _workers[0]


def worked_out(of: Scenario, decisions: str | None = None) -> Plan:
    """The same plan, worked out here and now."""
    need = requirement(of)
    return project(of, decided.from_json(decisions, of) if decisions else baseline(of, need), need)
