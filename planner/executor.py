"""Where work runs apart from this process: a disposable child, with a limit of time and of memory, whose end harms nobody else."""

import contextlib
import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

Result = TypeVar("Result")
Reason = Literal["time", "memory", "died", "error"]


class ChildFailed(Exception):
    """The child gave no result. `reason`: it took too long, needed too much memory, died, or raised an error."""

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason: Reason = reason
        super().__init__(text)


def in_child(function: Callable[..., Result], *args: Any, timeout_s: float = 30.0, memory_bytes: int = 2_500_000_000) -> Result:
    """What a function of a module returns, worked out in a process of its own. Raises ChildFailed; the caller goes on unharmed.

    Arguments and result are pickled. The child comes from a server process that has the function's module loaded already, and may use no more
    than `memory_bytes` of address space.

    >>> in_child(divmod, 7, 2)
    (3, 1)
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([function.__module__])
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(there, memory_bytes, function, args), daemon=True)
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
