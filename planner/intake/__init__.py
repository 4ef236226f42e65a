"""Volume files that planners hold, read into volumes by queue: FORMATS names the layouts. What two readings fit is asked, never guessed."""

from planner.intake.findings import OpenQuestions, Question
from planner.intake.reading import FORMATS, Layout, own_csv, read_volumes, template
from planner.intake.use import check_cover, use_volumes
from planner.intake.volumes import Gap, QueueVolumes, Report, Volumes

__all__ = [
    "FORMATS", "Gap", "Layout", "OpenQuestions", "QueueVolumes", "Question", "Report", "Volumes",
    "check_cover", "own_csv", "read_volumes", "template", "use_volumes",
]
