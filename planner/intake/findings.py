"""What the reading of one file finds: faults with their places, questions that only the user can answer, notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Never

from planner.errors import Fault, InvalidVolumes

MOST_FAULTS = 1_000


@dataclass(frozen=True)
class Question:
    """A decision that two readings of the file fit. `key` and one of `choices` answer it; a choice in <angles> stands for free text."""

    key: str
    text: str
    choices: tuple[str, ...]


class OpenQuestions(InvalidVolumes):
    """The file can be read in more than one way. `questions` holds every decision that is open."""

    heading = "The volume file can be read in more than one way"

    def __init__(self, file_name: str, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        super().__init__([Fault(file_name, question.text.removesuffix("?"), _answers(question)) for question in questions])


def _answers(question: Question) -> str:
    return "Answer with " + " or ".join(f"--assume {question.key}={choice}" for choice in question.choices) + "."


class Findings:
    """Collects while one file is read, and refuses the file at the end. Lives no longer than one call of `read_volumes`."""

    def __init__(self, file_name: str, assume: Mapping[str, str], queues: Sequence[str] = (), maps: Mapping[str, Any] | None = None) -> None:
        self.file_name = file_name
        self.queues = tuple(queues)
        """The queues that the volumes are meant for, where they are known."""
        self.maps = maps or {}
        """Maps of columns that were confirmed before, by the shape of the header."""
        self.columns: tuple[str, Any] | None = None
        """The map of columns by which the file was read, and the shape of its header."""
        self.notices: list[str] = []
        self._assume = dict(assume)
        self._faults: list[Fault] = []
        self._untold: dict[str, int] = {}
        self._questions: dict[str, Question] = {}

    def note(self, text: str) -> None:
        """Tell the user something that is no fault."""
        self.notices.append(text)

    def fault(self, place: str, problem: str, remedy: str, value: str = "") -> None:
        """Note one fault; beyond the first 1,000 only its kind is counted."""
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(place, problem, remedy, value if len(value) <= 60 else value[:57] + "..."))
        else:
            self._untold[problem] = self._untold.get(problem, 0) + 1

    def untold(self, problem: str, count: int) -> None:
        """Count faults of one kind that are not told one by one."""
        if count > 0:
            self._untold[problem] = self._untold.get(problem, 0) + count

    @property
    def room(self) -> int:
        """How many more faults are told one by one."""
        return MOST_FAULTS - len(self._faults)

    def stop(self, place: str, problem: str, remedy: str, value: str = "") -> Never:
        """Note a fault behind which nothing more can be read, and refuse the file."""
        self.fault(place, problem, remedy, value)
        raise InvalidVolumes(self._told())

    def answer(self, key: str) -> str | None:
        """What the user assumed for a question, if anything."""
        return self._assume.get(key)

    @property
    def answers(self) -> dict[str, str]:
        """All that the user assumed."""
        return dict(self._assume)

    def ask(self, question: Question) -> str | None:
        """The user's answer to a question; None leaves it open. An answer that is none of the choices is a fault."""
        given = self._assume.get(question.key)
        if given is None:
            self._questions[question.key] = question
        elif given not in question.choices and not question.choices[-1].startswith("<"):
            self.fault(self.file_name, f"'{given}' does not answer the question '{question.key}'", _answers(question))
            return None
        return given

    def queue_name(self) -> str:
        """The name of the only queue of a file that does not say it; blank while it is open."""
        text = "the file does not say which queue it is about; which one is it?"
        return self.ask(Question("queue", text, (*self.queues, "<name of the queue>"))) or ""

    def apart(self) -> "Findings":
        """An empty one with the same answers, for a part of the file."""
        return Findings(self.file_name, self._assume, self.queues, self.maps)

    def add(self, part: "Findings") -> None:
        """What another has found as well."""
        faults, untold, questions = part.contents
        told = faults[: self.room]
        self._faults += told
        for fault in faults[len(told) :]:
            self.untold(fault.problem, 1)
        for problem, count in untold.items():
            self.untold(problem, count)
        self._questions |= questions
        self.notices += part.notices

    @property
    def contents(self) -> tuple[list[Fault], dict[str, int], dict[str, Question]]:
        """Faults told one by one, those only counted, and questions."""
        return self._faults, self._untold, self._questions

    @property
    def has_faults(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._faults)

    @property
    def is_open(self) -> bool:
        """Whether a question is open, so that what depends on its answer cannot be judged yet."""
        return bool(self._questions)

    def settle(self) -> None:
        """Refuse the file if anything is wrong, with every fault; else if a question is open, with every question."""
        if self._faults:
            raise InvalidVolumes(self._told())
        if self._questions:
            raise OpenQuestions(self.file_name, tuple(self._questions.values()))

    def _told(self) -> list[Fault]:
        more = [Fault(self.file_name, f"{count:,} more rows: {problem}", "Mend them in the same way.") for problem, count in self._untold.items()]
        return self._faults + more
