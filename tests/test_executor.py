"""Work in a disposable child: its result comes back, and whatever it does wrong stays with it."""

import gc
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planner.executor import ChildFailed, Job, Workers, in_child


def failure(function, *args, **limits) -> ChildFailed:
    with pytest.raises(ChildFailed) as caught:
        in_child(function, *args, **limits)
    return caught.value


def hoard(count: int) -> int:
    return len(bytearray(count))


def test_a_result_comes_back_from_another_process():
    assert in_child(sorted, [3, 1, 2]) == [1, 2, 3]
    assert in_child(os.getpid) != os.getpid()


def test_an_error_of_the_child_is_told_in_its_own_words():
    told = failure(int, "x")
    assert (told.reason, "invalid literal" in str(told)) == ("error", True)


def test_a_child_that_takes_too_long_is_ended():
    begin = time.perf_counter()
    assert failure(time.sleep, 60, timeout_s=0.3).reason == "time"
    assert time.perf_counter() - begin < 10


def test_a_child_that_wants_too_much_memory_fails_alone():
    assert failure(bytearray, 4_000_000_000, memory_bytes=2_000_000_000).reason == "memory"


def test_a_child_that_dies_is_told():
    assert failure(os._exit, 3).reason == "died"
    assert failure(os.abort).reason == "died"


def test_a_result_that_cannot_be_sent_is_an_error_and_no_child_is_left():
    import multiprocessing

    before = len(multiprocessing.active_children())
    with pytest.raises(ChildFailed):
        in_child(iter, [1].__class__)
    assert len(multiprocessing.active_children()) == before


def test_the_callers_main_module_is_not_run_again(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text("from planner.executor import in_child\nprint('main', flush=True)\nprint(in_child(divmod, 7, 2))\n")
    here = {"cwd": Path(__file__).parents[1], "env": {**os.environ, "PYTHONPATH": "."}}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, **here)
    assert done.stdout.split("\n")[:2] == ["main", "(3, 1)"], done.stderr


# Beside the caller


def waited(job: Job, seconds: float = 60) -> Job:
    until = time.monotonic() + seconds
    while not job.done and time.monotonic() < until:
        time.sleep(0.02)
    assert job.done
    return job


def counting(upto: int, tell, stopped) -> int:
    """Counts, a tenth of a second a number, until it is there or somebody stops it."""
    for number in range(upto):
        tell(number)
        if stopped():
            return number
        time.sleep(0.1)
    return upto


def sleeping(tell, stopped) -> None:
    tell("asleep")
    time.sleep(600)


def failing(tell, stopped) -> None:
    raise ValueError("not like this")


def test_a_job_tells_on_its_way_and_brings_its_result():
    job = waited(Job(counting, 5))
    assert job.told == (0, 1, 2, 3, 4)
    assert job.result() == 5


def test_a_job_that_is_stopped_brings_what_it_has():
    job = Job(counting, 10_000)
    while len(job.told) < 3:
        time.sleep(0.02)
    assert not job.done
    with pytest.raises(ChildFailed):
        job.result()
    job.stop()
    assert job.stopping
    assert 3 <= waited(job).result() < 200


def test_a_job_whose_process_is_killed_is_told_as_died_and_an_error_in_its_own_words():
    job = Job(sleeping)
    while not job.told:
        time.sleep(0.02)
    os.kill(job.pid, signal.SIGKILL)
    with pytest.raises(ChildFailed) as caught:
        waited(job).result()
    assert caught.value.reason == "died"
    with pytest.raises(ChildFailed, match="not like this") as caught:
        waited(Job(failing)).result()
    assert caught.value.reason == "error"


def test_a_job_that_takes_too_long_is_ended():
    with pytest.raises(ChildFailed) as caught:
        waited(Job(sleeping, timeout_s=1.0)).result()
    assert caught.value.reason == "time"


def test_a_job_that_nobody_holds_any_more_ends():
    job = Job(sleeping)
    while not job.told:
        time.sleep(0.02)
    pid = job.pid
    del job
    gc.collect()
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_jobs_beyond_the_places_wait_and_can_be_stopped_before_they_begin():
    busy = [Job(sleeping) for _ in range(max(2, os.cpu_count() or 2))]
    while not all(job.told for job in busy):
        time.sleep(0.02)
    waiting, dropped = Job(counting, 1), Job(counting, 1)
    time.sleep(0.5)
    assert not waiting.begun
    dropped.stop()
    with pytest.raises(ChildFailed) as caught:
        waited(dropped).result()
    assert caught.value.reason == "stopped"
    for job in busy:
        job.end()
    assert waited(waiting).result() == 1


# Processes that stay -------------------------------------------------------------------------------------------------------------------------


def working(count: int = 1) -> Workers:
    """Workers of which one at least is ready."""
    workers = Workers("math", count)
    until = time.monotonic() + 30
    while not workers.ready and time.monotonic() < until:
        time.sleep(0.05)
    return workers


def test_a_worker_stays_for_call_after_call():
    workers = working()
    first = workers.call(os.getpid)
    assert workers.call(sorted, [3, 1, 2]) == [1, 2, 3]
    assert workers.call(os.getpid) == first != os.getpid()


def test_a_worker_is_ready_once_it_has_warmed_up():
    begin = time.monotonic()
    workers = Workers("math", 1, (time.sleep, (1.0,)))
    assert not workers.ready
    assert workers.call(abs, -1) == 1
    assert time.monotonic() - begin >= 1.0


def test_a_worker_that_dies_while_it_warms_up_is_never_ready_and_keeps_nobody_waiting():
    workers = Workers("math", 1, (os._exit, (3,)))
    assert not workers._ready.wait(timeout=3.0)
    assert workers._idle.empty()


def test_what_goes_wrong_in_a_call_is_told_and_the_worker_stays():
    workers = working()
    before = workers.call(os.getpid)
    with pytest.raises(ChildFailed, match="invalid literal"):
        workers.call(int, "x")
    assert workers.call(os.getpid) == before


def test_a_worker_that_dies_or_takes_too_long_is_begun_anew():
    workers = working()
    first = workers.call(os.getpid)
    with pytest.raises(ChildFailed) as died:
        workers.call(os._exit, 3)
    second = workers.call(os.getpid)
    with pytest.raises(ChildFailed) as late:
        workers.call(time.sleep, 60, timeout_s=0.3)
    assert (died.value.reason, late.value.reason) == ("died", "time")
    assert len({first, second, workers.call(os.getpid)}) == 3


def test_whoever_calls_while_all_are_busy_waits_and_many_at_once_each_get_their_own():
    workers = working(2)
    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(lambda number: workers.call(abs, -number), range(40))) == list(range(40))


def test_a_call_that_finds_no_free_worker_in_time_says_so():
    workers = working()
    with ThreadPoolExecutor(1) as caller:
        slow = caller.submit(workers.call, time.sleep, 1.5)
        time.sleep(0.3)
        with pytest.raises(ChildFailed, match="busy"):
            workers.call(abs, -1, timeout_s=0.2)
        slow.result()
