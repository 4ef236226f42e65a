"""The README's examples do what it says."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_example_prints_what_the_readme_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(blocks("python")[0], "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == blocks("text")[0]


@pytest.mark.parametrize("command", blocks("sh")[0].splitlines())
def test_every_command_of_the_readme_runs(command, tmp_path):
    words = [str(tmp_path / word) if word.startswith("out/") else word for word in shlex.split(command)]
    assert words[:3] == ["python", "-m", "planner"]
    done = subprocess.run([sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert any(path.is_file() for path in tmp_path.rglob("*"))


def test_the_readme_names_only_files_and_rooms_that_exist():
    named = set(re.findall(r"`((?:data|planner|tests|bench)/[\w./]+)`", README)) | set(re.findall(r"\]\(([\w./]+)\)", README))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_readme_says_the_two_commands_and_the_makefile_has_them():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("run", "test", "lint", "bench", "fuzz"):
        assert f"make {command}" in README
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE)
