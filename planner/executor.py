"""Where work runs apart from this process: a disposable child, with a limit of time and of memory, whose end harms nobody else."""

import contextlib
import io
import multiprocessing
import os
import resource
from collections.abc import Callable
from functools import lru_cache
from multiprocessing import context, forkserver, popen_forkserver, reduction, spawn, util
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

Result = TypeVar("Result")
Reason = Literal["time", "memory", "died", "error"]


class ChildFailed(Exception):
    """The child gave no result. `reason`: it took too long, needed too much memory, died, or raised an error."""

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
    try:
        answer = ("result", function(*args))
    except MemoryError:
        answer = ("memory", f"it needed more than {memory_bytes / 2**20:,.0f} MB")
    except BaseException as error:  # noqa: BLE001 - whatever it is, the caller is told and this process ends
        answer = ("memory" if _is_memory(error) else "error", f"{type(error).__name__}: {str(error)[:500]}")
    with contextlib.suppress(BrokenPipeError):
        pipe.send(answer)
    pipe.close()


def _is_memory(error: BaseException) -> bool:
    """Whether an error of another library says that memory ran out."""
    return "memory" in type(error).__name__.casefold() or "cannot allocate memory" in str(error).casefold() or "malloc" in str(error).casefold()
