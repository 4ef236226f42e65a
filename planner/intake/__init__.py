"""Volume files that planners hold, read into volumes by queue: FORMATS names the layouts. What two readings fit is asked, never guessed.

What is named here is loaded on first use: a large file is read in less time than every layout takes to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.intake.answers import QUESTIONS as QUESTIONS
    from planner.intake.columns import ColumnMap as ColumnMap
    from planner.intake.findings import OpenQuestions as OpenQuestions
    from planner.intake.findings import Question as Question
    from planner.intake.genesys_plan import is_capacity_plan as is_capacity_plan
    from planner.intake.inputs import INPUT_QUESTIONS as INPUT_QUESTIONS
    from planner.intake.inputs import Proposal as Proposal
    from planner.intake.inputs import ScenarioInputs as ScenarioInputs
    from planner.intake.inputs import scenario_inputs as scenario_inputs
    from planner.intake.large import read_file as read_file
    from planner.intake.mappings import forget_map as forget_map
    from planner.intake.mappings import load_maps as load_maps
    from planner.intake.mappings import maps_folder as maps_folder
    from planner.intake.mappings import remember_map as remember_map
    from planner.intake.profile import Grid as Grid
    from planner.intake.profile import Profiles as Profiles
    from planner.intake.profile import Spread as Spread
    from planner.intake.profile import profiles as profiles
    from planner.intake.profile import spread_of as spread_of
    from planner.intake.reading import FORMATS as FORMATS
    from planner.intake.reading import OWN as OWN
    from planner.intake.reading import Layout as Layout
    from planner.intake.reading import own_csv as own_csv
    from planner.intake.reading import read_volumes as read_volumes
    from planner.intake.reading import template as template
    from planner.intake.report import ClockChange as ClockChange
    from planner.intake.report import Gap as Gap
    from planner.intake.report import Outlier as Outlier
    from planner.intake.report import Report as Report
    from planner.intake.report import Stretch as Stretch
    from planner.intake.report import faults_csv as faults_csv
    from planner.intake.report import place_of as place_of
    from planner.intake.safely import read_volumes_safely as read_volumes_safely
    from planner.intake.safely import scenario_inputs_safely as scenario_inputs_safely
    from planner.intake.use import check_cover as check_cover
    from planner.intake.use import use_volumes as use_volumes
    from planner.intake.volumes import QueueVolumes as QueueVolumes
    from planner.intake.volumes import Volumes as Volumes
    from planner.intake.writing import write_own as write_own

_HOMES = {
    "answers": ("QUESTIONS",),
    "columns": ("ColumnMap",),
    "findings": ("OpenQuestions", "Question"),
    "genesys_plan": ("is_capacity_plan",),
    "inputs": ("INPUT_QUESTIONS", "Proposal", "ScenarioInputs", "scenario_inputs"),
    "large": ("read_file",),
    "mappings": ("forget_map", "load_maps", "maps_folder", "remember_map"),
    "profile": ("Grid", "Profiles", "Spread", "profiles", "spread_of"),
    "reading": ("FORMATS", "OWN", "Layout", "own_csv", "read_volumes", "template"),
    "report": ("ClockChange", "Gap", "Outlier", "Report", "Stretch", "faults_csv", "place_of"),
    "safely": ("read_volumes_safely", "scenario_inputs_safely"),
    "use": ("check_cover", "use_volumes"),
    "volumes": ("QueueVolumes", "Volumes"),
    "writing": ("write_own",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: F822
    "FORMATS", "INPUT_QUESTIONS", "OWN", "QUESTIONS", "ClockChange", "ColumnMap", "Gap", "Grid", "Layout", "OpenQuestions", "Outlier",
    "Profiles", "Proposal", "Question", "QueueVolumes", "Report", "ScenarioInputs", "Spread", "Stretch", "Volumes", "check_cover", "faults_csv",
    "forget_map", "is_capacity_plan", "load_maps", "maps_folder", "own_csv", "place_of", "profiles", "read_file", "read_volumes",
    "read_volumes_safely", "remember_map", "scenario_inputs", "scenario_inputs_safely", "spread_of", "template", "use_volumes", "write_own",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"planner.intake.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'planner.intake' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
