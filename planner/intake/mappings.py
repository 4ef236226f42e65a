"""Maps of columns that a planner has confirmed, kept in a folder of his own: one JSON file, by the shape of the header."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from planner.errors import Fault, InvalidVolumes
from planner.intake.columns import ColumnMap, from_document

FILE = "column_maps.json"


def maps_folder() -> Path:
    """Where maps are kept from one session to the next: the planner's own configuration folder."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "frontline-planner"


def load_maps(folder: Path) -> dict[str, ColumnMap]:
    """The maps kept in a folder; none where it has none yet. Raises InvalidVolumes where its file is damaged."""
    path = folder / FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {shape: from_document(columns) for shape, columns in document.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidVolumes([Fault(str(path), f"the maps of columns cannot be read ({error})", "Remove the file; maps are asked for again.")]) from None


def remember_map(folder: Path, shape: str, columns: ColumnMap) -> None:
    """Keep a map for headers of this shape. The file is replaced whole, never half written."""
    kept: Mapping[str, ColumnMap] = {**load_maps(folder), shape: columns}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".tmp", delete=False, encoding="utf-8") as file:
        json.dump({shape: asdict(columns) for shape, columns in kept.items()}, file, ensure_ascii=False, indent=1)
    os.replace(file.name, folder / FILE)


def forget_map(folder: Path, shape: str) -> None:
    """Drop the map of headers of this shape, if there is one."""
    kept = load_maps(folder)
    if kept.pop(shape, None) is None:
        return
    (folder / FILE).unlink()
    for other, columns in kept.items():
        remember_map(folder, other, columns)
