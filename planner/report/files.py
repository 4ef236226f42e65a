"""Files written whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_file(path: str | Path, content: bytes) -> None:
    """One file, written beside its place and then renamed. Raises OSError."""
    write_through(path, lambda file: file.write(content))


def write_through(path: str | Path, write: Callable[[BinaryIO], object]) -> None:
    """As `write_file`, for content too large to hold: `write` is given the open file."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".planner-", dir=target.parent))
    try:
        with (beside / target.name).open("wb") as file:
            write(file)
        os.replace(beside / target.name, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
