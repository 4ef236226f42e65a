"""A server of the dashboard on a port of its own and a headless Chromium to look at it with."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from planner.ui import navigation

ROOT = Path(__file__).parent.parent.parent
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def path() -> str | None:
    """Where Chromium is, if it is anywhere."""
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=path(), headless=True, args=FLAGS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(app: Path = ROOT / "app.py", *options: str, port: int = 0, **environment: str) -> Iterator[str]:
    """The address of a running app with options and variables of its own, on a free port unless one is named; it is stopped at the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}", *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("the dashboard stopped while starting")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the dashboard did not start")


QUIET_MS = 250
"""For how long nothing may run before a page counts as settled: a slider tells its move only after 200 ms."""
_SETTLED = """([idle, quiet]) => {
    const charts = window.plannerCharts, drawing = charts && (charts.drawing || [...charts.waiting].some(chart => chart.wide > 0));
    if (drawing || !document.querySelector(idle) || document.querySelector('[data-testid=stSkeleton]')) { window.idleSince = null; return false; }
    window.idleSince ??= performance.now();
    return performance.now() - window.idleSince >= quiet;
}"""
_DRAWN = "() => [...document.querySelectorAll('.planner-chart')].every(each => each.querySelector('svg.main-svg'))"
_ON_TOP = """each => {
    const box = each.getBoundingClientRect(), top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top !== null && each.contains(top);
}"""


def settle(page: Page, timeout_s: float = 90) -> None:
    """Waits until the script has run, every part of the page has come, and nothing has moved for a moment."""
    page.evaluate("window.idleSince = null")
    page.wait_for_function(_SETTLED, arg=[IDLE, QUIET_MS], timeout=timeout_s * 1000)


def drawn(page: Page) -> None:
    """Waits until every chart of a settled page has been drawn."""
    page.wait_for_function(_DRAWN, timeout=60_000)


def open_page(page: Page, title: str) -> None:
    """Goes to a page as a reader does: by its link in the bar, by the menu it is in, or, on a narrow screen, by the menu of what had no room."""
    menu = next(menu for menu, pages in navigation.SECTIONS.items() if title in (name for _, name, _ in pages))
    link = page.get_by_test_id("stTopNavLink").filter(has_text=title).first
    way = page.get_by_test_id("stTopNavSection").filter(has_text=menu).first if menu else link
    if way.count() and way.evaluate(_ON_TOP):
        way.click()
    else:
        page.get_by_test_id("stTopNavSection").filter(has_text=re.compile(r"^\d+ more$")).click()
    if menu or not way.evaluate(_ON_TOP):
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).first.click()
    page.get_by_role("heading", level=1).first.wait_for()
    settle(page)
