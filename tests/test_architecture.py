"""The house stands: who may import whom, which library lives where, and what is too large to read."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLANNER = ROOT / "planner"

ROWS = {
    "errors": 0, "program": 0,
    "parameters": 1, "queueing": 1, "executor": 1,
    "horizon": 2,
    "demand": 3, "channels": 3, "staffing": 3, "workforce": 3, "training": 3, "hiring": 3, "organisation": 3, "finance": 3, "optimisation": 3, "progression": 3,
    "scenario": 4,
    "requirement": 5, "cohorts": 5, "decisions": 5,
    "plan": 6, "policies": 6,
    "baseline": 7, "checks": 7, "limits": 7, "intake": 7, "forecast": 7,
    "optimiser": 8, "comparison": 8, "budget": 8, "actuals": 8, "bridge": 8, "goals": 8,
    "report": 9, "store": 9,
    "ui": 10, "cli": 10, "__init__": 10,
    "__main__": 11, "app": 11,
}  # fmt: skip

LIBRARIES = {
    "pydantic": {"parameters", "scenario"},
    "pydantic_core": {"parameters"},
    "annotated_types": {"parameters"},
    "numba": {"queueing"},
    "statsforecast": {"forecast"},
    "scipy": {"forecast", "optimiser", "queueing", "demand", "channels", "staffing", "workforce", "training", "hiring", "organisation", "finance"},
    "numpy": {"queueing", "horizon", "progression", "demand", "channels", "staffing", "workforce", "training", "hiring", "organisation", "finance",
              "requirement", "cohorts", "decisions", "plan", "budget", "actuals", "policies", "baseline", "checks", "limits", "intake", "forecast", "optimiser",
              "comparison", "bridge", "goals", "report", "ui"},
    "holidays": {"horizon"},
    "pandas": {"intake", "forecast", "report", "ui", "cli"},
    "python_calamine": {"intake"},
    "pyarrow": {"intake"},
    "pulp": {"optimiser"},
    "highspy": {"optimiser"},
    "plotly": {"report"},
    "orjson": {"report"},
    "matplotlib": {"report"},
    "xlsxwriter": {"report"},
    "streamlit": {"ui", "app"},
    "typer": {"cli"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
}  # fmt: skip


def room_of(path: Path) -> str:
    if path.name == "app.py":
        return "app"
    parts = path.relative_to(PLANNER).parts
    return parts[0] if len(parts) > 1 else path.stem


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted(PLANNER.rglob("*.py"))]


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
            if node.module == "planner":
                found += [(node.lineno, f"planner.{alias.name}") for alias in node.names]
    return found


def test_every_room_has_its_row():
    assert {room_of(path) for path in sources()} - set(ROWS) == set()


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards_only(path):
    room = room_of(path)
    wrong = []
    for line, name in imports(path):
        target = name.split(".")[1] if name.startswith("planner.") else None
        if target is None or target == room or target not in ROWS:
            continue
        if ROWS[target] >= ROWS[room]:
            wrong.append(f"{path.relative_to(ROOT)}:{line} {room} (row {ROWS[room]}) imports {target} (row {ROWS[target]}): only downwards")
    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_library_lives_where_the_house_puts_it(path):
    room = room_of(path)
    wrong = []
    for line, name in imports(path):
        library = name.split(".")[0]
        if library == "planner" or library in sys.stdlib_module_names:
            continue
        if room not in LIBRARIES.get(library, set()):
            wrong.append(f"{path.relative_to(ROOT)}:{line} {library} does not belong into {room}")
    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_too_long_to_read(path):
    limit = 80 if path.name == "_kernels.py" else 45
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {_body_lines(node)} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _body_lines(node) > limit
    ]
    assert long == []


def _body_lines(node: ast.FunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[-1].end_lineno - body[0].lineno + 1


def test_nothing_repairs_in_silence():
    forbidden = ("nan_to_num", ".fillna(", ".clip(", "TODO", "FIXME", "raise NotImplementedError")
    found = [f"{path.relative_to(ROOT)}: {word}" for path in sources() for word in forbidden if word in path.read_text(encoding="utf-8")]
    assert found == []
