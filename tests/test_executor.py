"""Work in a disposable child: its result comes back, and whatever it does wrong stays with it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner.executor import ChildFailed, in_child


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
