"""Genesys capacity plans: told from volumes by what they hold. `inputs` reads them."""

from collections.abc import Iterator
from typing import Any


def is_capacity_plan(document: Any) -> bool:
    """Whether JSON is a Genesys capacity plan, or changes of one.

    >>> is_capacity_plan({"startBusinessUnitDate": "2027-01-04"}), is_capacity_plan({"planningGroups": []})
    (True, False)
    """
    return any(True for _ in changes_of(document)) or (isinstance(document, dict) and "startBusinessUnitDate" in document)


def changes_of(document: Any) -> Iterator[dict[str, Any]]:
    """Change records, wherever a list of them stands at the top."""
    lists = document.values() if isinstance(document, dict) else [document]
    for found in lists:
        if isinstance(found, list):
            yield from (record for record in found if isinstance(record, dict) and "metric" in record)
