"""Scenarios as they are kept: the whole document, defaults included, its volume series apart and named by the hash of their content."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from planner.errors import Fault
from planner.scenario import Scenario, migrated
from planner.scenario import from_json as scenario_of_json
from planner.store.faults import LibraryError

SERIES = ("contacts_monthly", "aht_monthly_s", "day_profile")
"""Fields of a queue that hold a volume series."""
MARK = "series"


def document_of(scenario: Scenario) -> dict[str, Any]:
    """The whole document. Defaults stand in it, so that a later program's defaults do not change what was saved."""
    document: dict[str, Any] = scenario.model_dump(mode="json")
    return document


def canonical(value: Any) -> str:
    """The one text of a value: keys sorted, no blanks.

    >>> canonical({"b": 1, "a": [0.5]})
    '{"a":[0.5],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """The hash of a text.

    >>> sha256("")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def taken_apart(document: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The text of a document that names its series, and the series by hash."""
    series: dict[str, str] = {}

    def name(field: Any) -> Any:
        if not field:
            return field
        text = canonical(field)
        series[sha256(text)] = text
        return {MARK: sha256(text)}

    return canonical(_with_series(document, name)), series


def _with_series(document: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    queues = [queue | {field: change(queue[field]) for field in SERIES if field in queue} for queue in document.get("queues", ())]
    return document | {"queues": queues} if "queues" in document else document


def named_series(document: dict[str, Any]) -> set[str]:
    """The hashes of the series that a document names."""
    fields = (queue.get(field) for queue in document.get("queues", ()) for field in SERIES)
    return {str(field[MARK]) for field in fields if isinstance(field, dict)}


def put_together(text: str, series: dict[str, str]) -> dict[str, Any]:
    """The whole document again. Raises LibraryError where a series is missing."""
    document: dict[str, Any] = json.loads(text)
    missing = named_series(document) - set(series)
    if missing:
        raise LibraryError([Fault("The library", f"{len(missing)} volume series of the scenario are missing", "Bring back a backup.")])
    return _with_series(document, lambda field: json.loads(series[field[MARK]]) if isinstance(field, dict) else field)


def scenario_of(document: dict[str, Any]) -> Scenario:
    """The scenario of a whole document, in today's form."""
    return scenario_of_json(json.dumps(document), "The saved scenario")


def today(document: dict[str, Any]) -> dict[str, Any]:
    """A whole document in today's form, every parameter in it, to be held against another."""
    return document_of(scenario_of(migrated(document)))
