"""Reading in a disposable child process, so that no file, however hostile, harms the server that it was given to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InvalidVolumes
from planner.executor import ChildFailed, in_child
from planner.intake.columns import ColumnMap
from planner.intake.findings import OpenQuestions, Question
from planner.intake.inputs import ScenarioInputs, scenario_inputs
from planner.intake.raw import MOST_BYTES
from planner.intake.reading import read_volumes
from planner.intake.report import Report
from planner.intake.volumes import Volumes

if TYPE_CHECKING:
    from planner.scenario import Scenario

MOST_SECONDS = 30.0
MOST_MEMORY = 2_500_000_000
REMEDY = "Split the file by queue or by year, or save the one sheet with the volumes as CSV."


@dataclass(frozen=True)
class _Refusal:
    """Faults or questions on their way out of the child: errors themselves do not pass through a pipe."""

    faults: tuple[Fault, ...]
    questions: tuple[Question, ...]


def read_volumes_safely(
    data: bytes,
    file_name: str,
    scenario: "Scenario | None" = None,
    zone: str | None = None,
    assume: Mapping[str, str] | None = None,
    maps: Mapping[str, ColumnMap] | None = None,
) -> tuple[Volumes, Report]:
    """As `read_volumes`, in a child process of 30 s and 2.5 GB at most: a file that needs more is refused, and nothing else happens."""
    if len(data) > MOST_BYTES:
        raise InvalidVolumes([Fault(file_name, f"the file has {len(data) / 2**20:,.0f} MB, more than {MOST_BYTES // 2**20}", REMEDY)])
    found: tuple[Volumes, Report] = apart(partial(read_volumes, data, file_name, scenario, zone, dict(assume or {}), dict(maps or {})), file_name)
    return found


def scenario_inputs_safely(data: bytes, file_name: str, scenario: "Scenario", assume: Mapping[str, str] | None = None) -> ScenarioInputs:
    """As `scenario_inputs`, in a child process with the same limits."""
    found: ScenarioInputs = apart(partial(scenario_inputs, data, file_name, scenario, dict(assume or {})), file_name)
    return found


def apart(read: Callable[[], Any], file_name: str, timeout_s: float = MOST_SECONDS) -> Any:
    """What a reading returns or raises, done in a child process. What the child cannot bear is a fault of the file."""
    try:
        found = in_child(answer, read, timeout_s=timeout_s, memory_bytes=MOST_MEMORY)
    except ChildFailed as failure:
        words = {
            "time": f"the file takes more than {timeout_s:g} s to read",
            "memory": f"the file needs more than {MOST_MEMORY / 1e9:g} GB of memory to read",
            "died": "the file could not be read: its reader broke down",
        }
        if failure.reason == "error":
            raise
        raise InvalidVolumes([Fault(file_name, words[failure.reason], REMEDY)]) from None
    if not isinstance(found, _Refusal):
        return found
    if found.questions:
        raise OpenQuestions(file_name, found.questions)
    raise InvalidVolumes(found.faults)


def answer(read: Callable[[], Any]) -> Any:
    """Runs in the child: what the reading returns, or why it refuses."""
    try:
        return read()
    except OpenQuestions as asked:
        return _Refusal((), asked.questions)
    except InvalidVolumes as refusal:
        return _Refusal(refusal.faults, ())
