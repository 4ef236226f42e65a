"""Volume files that planners hold, read into volumes by queue: FORMATS names the layouts. What two readings fit is asked, never guessed."""

from planner.intake.columns import ColumnMap
from planner.intake.findings import OpenQuestions, Question
from planner.intake.inputs import INPUT_QUESTIONS, Proposal, ScenarioInputs, is_capacity_plan, scenario_inputs
from planner.intake.large import read_file, write_own
from planner.intake.mappings import forget_map, load_maps, remember_map
from planner.intake.profile import Grid, Profiles, Spread, profiles, spread_of
from planner.intake.reading import FORMATS, OWN, QUESTIONS, Layout, own_csv, read_volumes, template
from planner.intake.report import ClockChange, Gap, Outlier, Report, Stretch, faults_csv, place_of
from planner.intake.safely import read_volumes_safely
from planner.intake.use import check_cover, use_volumes
from planner.intake.volumes import QueueVolumes, Volumes

__all__ = [
    "FORMATS", "INPUT_QUESTIONS", "OWN", "QUESTIONS", "ClockChange", "ColumnMap", "Gap", "Grid", "Layout", "OpenQuestions", "Outlier",
    "Profiles", "Proposal", "Question", "QueueVolumes", "Report", "ScenarioInputs", "Spread", "Stretch", "Volumes", "check_cover", "faults_csv",
    "forget_map", "is_capacity_plan", "load_maps", "own_csv", "place_of", "profiles", "read_file", "read_volumes", "read_volumes_safely",
    "remember_map", "scenario_inputs", "spread_of", "template", "use_volumes", "write_own",
]  # fmt: skip
