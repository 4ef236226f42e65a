"""What all tests share: shipped scenarios, small ones, the real series, and what is said about tests that could not run."""

import atexit
import itertools
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import settings
from plotly.graph_objects import Figure

from planner import scenario as scenarios
from planner.baseline import baseline
from planner.plan import Plan, project
from planner.report import charts
from tests import databases

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SHIPPED = ("startup_4", "centre_600", "growth_2000", "giant_50000")

settings.register_profile("planner", deadline=None, derandomize=True)
settings.load_profile("planner")

LIBRARY = tempfile.mkdtemp(prefix="planner-tests-")
os.environ["PLANNER_DATABASE_URL"] = f"sqlite:///{LIBRARY}/library.sqlite"  # no test touches the library of whoever runs it
atexit.register(shutil.rmtree, LIBRARY, ignore_errors=True)


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="also run the oracles that take long")


def pytest_make_parametrize_id(config, val, argname):
    """Names of tests hold no raw bytes: packed ones carry the second they were made in, and workers must name the same tests."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config, items):
    if config.getoption("--run-slow") or os.environ.get("CI"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow oracle: run with --run-slow"))


def pytest_terminal_summary(terminalreporter):
    browser = [report for report in terminalreporter.stats.get("skipped", []) if "Chromium is not installed" in str(report.longrepr)]
    data = [report for report in terminalreporter.stats.get("skipped", []) if "real series" in str(report.longrepr)]
    spreadsheet = [report for report in terminalreporter.stats.get("skipped", []) if "LibreOffice is not installed" in str(report.longrepr)]
    database = [report for report in terminalreporter.stats.get("skipped", []) if databases.WANT in str(report.longrepr)]
    for what, reports in (
        ("Tests that did not run for want of PostgreSQL", database),
        ("Browser tests that did not run for want of Chromium", browser),
        ("Tests that did not run for want of LibreOffice", spreadsheet),
        ("Tests that did not run for want of the real series", data),
    ):
        if reports:
            terminalreporter.section(what)
            for report in reports:
                terminalreporter.line(report.nodeid)


@lru_cache
def shipped(name: str) -> scenarios.Scenario:
    return scenarios.load(ROOT / "data" / "scenarios" / f"{name}.json")


@lru_cache
def planned(scenario: scenarios.Scenario) -> Plan:
    """The plan of a scenario with the baseline's decisions, worked out once a run."""
    return project(scenario, baseline(scenario))


@pytest.fixture(params=SHIPPED)
def shipped_scenario(request) -> scenarios.Scenario:
    return shipped(request.param)


@pytest.fixture(params=SHIPPED)
def shipped_plan(request) -> Plan:
    return planned(shipped(request.param))


def real_series(name: str) -> Path:
    """A file of the real series beside the project; a test that needs it is skipped by name where it is missing."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"real series {name} is not here")
    return path


@pytest.fixture(autouse=True, scope="session")
def every_figure_passes_plotlys_own_checks():
    """The dashboard leaves them out, since they take longer than the rest of a redraw; what goes to the page is the figure that was not looked at."""
    as_drawn = charts.Figure

    def checked(**given):
        Figure(**given | {"_validate": True})
        return as_drawn(**given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "Figure", checked)
        yield


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server of the tests' own."""
    if not databases.installed():
        pytest.skip(databases.WANT)
    server = databases.Server()
    yield server
    server.close()


_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/library.sqlite"
    return request.getfixturevalue("postgresql").database(f"library_{next(_numbers)}")
