"""Where work runs apart from this process: a disposable child, with a limit of time and of memory, whose end harms nobody else.

`in_child` waits for the result; a `Job` goes on beside whoever began it, tells where it stands, and can be asked to stop; `Workers` stay for many short calls.
"""

import contextlib
import io
import multiprocessing
import os
import queue
import resource
import threading
import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from multiprocessing import context, forkserver, popen_forkserver, reduction, spawn, util
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeVar

Result = TypeVar("Result")
Reason = Literal["time", "memory", "died", "error", "stopped"]
NICE = 5
"""How far a job stands back behind the pages that others look at."""


class ChildFailed(Exception):
    """The child gave no result. `reason`: it took too long, needed too much memory, died, raised an error, or was stopped before it began."""

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason: Reason = reason
        super().__init__(text)


@lru_cache
def _server(module: str) -> forkserver.ForkServer:
    """The process that children are forked from; it has the module loaded, so that they start at once."""
    server = forkserver.ForkServer()
    server.set_forkserver_preload([module])
    return server


class _Popen(popen_forkserver.Popen):
    """A start that leaves the caller's main module alone: the usual one would run it again in every child, for a dashboard the whole page."""

    def _launch(self, process_obj: Any) -> None:
        data = {name: value for name, value in spawn.get_preparation_data(process_obj.name).items() if not name.startswith("init_main")}
        buffer = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(data, buffer)
            reduction.dump(process_obj, buffer)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, pipe = _server(process_obj.module).connect_to_new_process(self._fds)  # type: ignore[attr-defined]
        self.finalizer = util.Finalize(self, util.close_fds, (os.dup(pipe), self.sentinel))  # type: ignore[attr-defined]
        with open(pipe, "wb", closefd=True) as file:
            file.write(buffer.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


class _Child(context.ForkServerProcess):
    def __init__(self, module: str, **options: Any) -> None:
        super().__init__(**options)
        self.module = module

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - multiprocessing calls it so
        return _Popen(process_obj)


def in_child(function: Callable[..., Result], *args: Any, timeout_s: float = 30.0, memory_bytes: int = 2_500_000_000) -> Result:
    """What a function of a module returns, worked out in a process of its own. Raises ChildFailed; the caller goes on unharmed.

    Arguments and result are pickled. The child comes from a server process that has the function's module loaded already, and may use no more
    than `memory_bytes` of address space.

    >>> in_child(divmod, 7, 2)
    (3, 1)
    """
    here, there = multiprocessing.Pipe(duplex=False)
    child = _Child(function.__module__, target=_work, args=(there, memory_bytes, function, args), daemon=True)
    try:
        child.start()
        there.close()
        result: Result = _received(here, child, timeout_s)
        return result
    finally:
        _end(child)
        here.close()


def _received(pipe: Connection, child: Any, timeout_s: float) -> Any:
    try:
        if not pipe.poll(timeout_s):
            raise ChildFailed("time", f"it took more than {timeout_s:g} s")
        outcome, value = pipe.recv()
    except EOFError:
        child.join(1.0)
        raise ChildFailed("died", f"the process died (code {child.exitcode})") from None
    if outcome != "result":
        raise ChildFailed(outcome, value)
    return value


def _end(child: Any) -> None:
    """Whatever the child still does, it ends now."""
    with contextlib.suppress(AttributeError, ValueError, AssertionError):
        if child.pid is not None:
            child.join(0.05)
            child.kill()
            child.join()
            child.close()


def _work(pipe: Connection, memory_bytes: int, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Runs in the child: the result, or why there is none, goes into the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = _outcome(function, args)
    if answer[0] == "memory":
        answer = ("memory", f"it needed more than {memory_bytes / 2**20:,.0f} MB")
    with contextlib.suppress(BrokenPipeError):
        pipe.send(answer)
    pipe.close()


def _is_memory(error: BaseException) -> bool:
    """Whether an error of another library says that memory ran out."""
    return "memory" in type(error).__name__.casefold() or "cannot allocate memory" in str(error).casefold() or "malloc" in str(error).casefold()


# Beside the caller ---------------------------------------------------------------------------------------------------------------------------


@lru_cache
def places() -> threading.Semaphore:
    """As many jobs run at once as the machine has processors, two at least; the next one waits."""
    return threading.Semaphore(max(2, os.cpu_count() or 2))


class _Course:
    """What a job and the thread that listens to its child share."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.answer: tuple[str, Any] | None = None
        self.begun = False
        self.stop = threading.Event()
        self.child: Any = None

    def end(self) -> None:
        """Ends the child, whatever it does."""
        self.stop.set()
        if self.child is not None:
            with contextlib.suppress(AttributeError, ValueError, AssertionError, ProcessLookupError):
                self.child.kill()


class Job(Generic[Result]):
    """A function at work in a process of its own, beside whoever began it. When nobody holds the job any more, its process ends.

    The function takes two more arguments than it is given here: `tell`, which notes something in `told`, and `stopped`, which says whether it should end with
    what it has. It is ended where it takes longer than `timeout_s`.
    """

    def __init__(self, function: Callable[..., Result], *args: Any, timeout_s: float = 600.0, memory_bytes: int = 8_000_000_000) -> None:
        self._course = _Course()
        self._begun_at = time.monotonic()
        thread = threading.Thread(target=_attend, args=(self._course, function, args, timeout_s, memory_bytes), daemon=True)
        weakref.finalize(self, self._course.end)
        thread.start()

    @property
    def told(self) -> tuple[Any, ...]:
        """Everything that the function has told so far."""
        return tuple(self._course.told)

    @property
    def begun(self) -> bool:
        """Whether it is at work: not while others take all places."""
        return self._course.begun

    @property
    def done(self) -> bool:
        """Whether there is a result, or never will be."""
        return self._course.answer is not None

    @property
    def seconds(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self._begun_at

    @property
    def pid(self) -> int | None:
        """The child's process number, once there is one."""
        child = self._course.child
        return None if child is None else child.pid

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._course.stop.is_set()

    def stop(self) -> None:
        """Asks the function to end with what it has."""
        self._course.stop.set()

    def end(self) -> None:
        """Ends its process at once: there will be no result."""
        self._course.end()

    def result(self, wait_s: float = 0.0) -> Result:
        """The result of a job that is done, or will be within so many seconds. Raises ChildFailed where there is none."""
        until = time.monotonic() + wait_s
        while self._course.answer is None and time.monotonic() < until:
            time.sleep(0.02)
        if self._course.answer is None:
            raise ChildFailed("time", "it is still at work")
        outcome, value = self._course.answer
        if outcome != "result":
            raise ChildFailed(outcome, value)  # type: ignore[arg-type]
        result: Result = value
        return result


def _attend(course: _Course, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float, memory_bytes: int) -> None:
    """Starts the child when there is a place for it, and listens until it has ended."""
    while not places().acquire(timeout=0.2):
        if course.stop.is_set():
            course.answer = ("stopped", "it was stopped before it began")
            return
    try:
        course.answer = _listened(course, function, args, timeout_s, memory_bytes)
    except BaseException as error:  # noqa: BLE001 - whatever it is, whoever began the job is told
        course.answer = ("error", f"{type(error).__name__}: {str(error)[:500]}")
    finally:
        places().release()


def _listened(course: _Course, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float, memory_bytes: int) -> tuple[str, Any]:
    here, there = multiprocessing.Pipe()
    child = course.child = _Child(function.__module__, target=_work_telling, args=(there, memory_bytes, function, args), daemon=True)
    until, asked = time.monotonic() + timeout_s, False
    try:
        child.start()
        there.close()
        course.begun = True
        while time.monotonic() < until:
            if course.stop.is_set() and not asked:
                asked = True
                here.send("stop")
            if here.poll(0.1):
                what, value = here.recv()
                if what != "told":
                    return what, value
                course.told.append(value)
        return "time", f"it took more than {timeout_s:g} s"
    except (EOFError, OSError):
        child.join(1.0)
        return "died", f"the process died (code {child.exitcode})"
    finally:
        _end(child)
        here.close()


def _work_telling(pipe: Connection, memory_bytes: int, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Runs in the child: what the function tells goes into the pipe, and a word from the other side, or its end, asks it to stop."""
    os.nice(NICE)
    asked: list[bool] = []

    def stopped() -> bool:
        if not asked and pipe.poll(0):
            asked.append(True)
        return bool(asked)

    _work(pipe, memory_bytes, function, (*args, lambda value: pipe.send(("told", value)), stopped))


# Processes that stay -------------------------------------------------------------------------------------------------------------------------


class Workers:
    """Processes that stay, each at one call at a time, so that the heavy work of many does not hold up the process that all of them share.

    They have `module` loaded, start in the background, and are begun anew when they die; whoever calls while all are busy waits. `warm`: a call that each
    begins with, so that whatever is slow only the first time is done before anybody waits for it.
    """

    def __init__(self, module: str, count: int = 1, warm: tuple[Callable[..., Any], tuple[Any, ...]] = (bool, ())) -> None:
        self.module, self._warm = module, warm
        self._idle: queue.LifoQueue[tuple[Any, Connection]] = queue.LifoQueue()
        self._ready = threading.Event()
        for _ in range(count):
            threading.Thread(target=self._begin, daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether one of them has begun its work; until then it is quicker to do one's work oneself."""
        return self._ready.is_set()

    def call(self, function: Callable[..., Result], *args: Any, timeout_s: float = 60.0) -> Result:
        """What a function returns, worked out by a worker. Raises ChildFailed where there is no result; the caller may then do it himself."""
        try:
            child, pipe = self._idle.get(timeout=timeout_s)
        except queue.Empty:
            raise ChildFailed("time", "every worker is busy") from None
        whole = False
        try:
            pipe.send((function, args))
            result: Result = _received(pipe, child, timeout_s)
            whole = True
            return result
        except ChildFailed as failure:
            whole = failure.reason in ("error", "memory")
            raise
        except OSError:
            raise ChildFailed("died", "the process died") from None
        finally:
            if whole:
                self._idle.put((child, pipe))
            else:
                _end(child)
                pipe.close()
                threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        here, there = multiprocessing.Pipe()
        child = _Child(self.module, target=_serve, args=(there,), daemon=True)
        child.start()
        there.close()
        try:
            here.send(self._warm)
            here.recv()
        except (EOFError, OSError):  # it died of its first call: whoever calls does his work himself
            self._ready.clear()
            _end(child)
            here.close()
            return
        self._idle.put((child, here))
        self._ready.set()


def _serve(pipe: Connection) -> None:
    """Runs in a worker: one call after another, until nobody is left who could call."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, args = pipe.recv()
            pipe.send(_outcome(function, args))


def _outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, Any]:
    """The result with the word for it, or why there is none."""
    try:
        return "result", function(*args)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the caller is told
        return "memory" if _is_memory(error) else "error", f"{type(error).__name__}: {str(error)[:500]}"
