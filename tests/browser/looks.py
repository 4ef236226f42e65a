"""How a page must look, whatever it shows: whole, readable to a screen reader, and no wider than the screen."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.chromium import drawn, settle

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
STREAMLITS_OWN = '[data-testid="stMetricChart"]'
"""The course in a figure's card is drawn by Streamlit's own metric, with an empty group of marks that nothing of ours can name; the card says it in words."""
SERIOUS = ("serious", "critical")
OURS = re.compile(r"Something went wrong|could not be shown|Traceback|AttributeError|KeyError|TypeError|ValueError")
INSIDE = re.compile(r"\bnan\b|\binf\b|\d\.\d{5,}|<class|np\.float|planner\.[a-z]+\.")
NARROW, MIDDLE, WIDE = 420, 820, 1440
DARK_BELOW = 60
"""A background is dark where each of its colours lies below this, of 255."""
_IN = """([scheme, below]) => {
    const colours = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/g).map(Number);
    return colours.slice(0, 3).every(each => each < below) === (scheme === 'dark');
}"""


def findings(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    found = Axe().run(page, context={"exclude": [[STREAMLITS_OWN]]}, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found if each["impact"] in SERIOUS for node in each["nodes"]]


def wrong_on(page: Page) -> list[str]:
    """Errors of ours, figures and names that only the program should see, and whether the page is wider than the screen."""
    text = page.inner_text("body", timeout=30_000)
    found = [text[max(0, match.start() - 40) : match.end() + 40] for pattern in (OURS, INSIDE) for match in pattern.finditer(text)]
    if page.get_by_test_id("stException").count():
        found.append("an exception is on screen")
    if too_wide(page):
        found.append("wider than the screen")
    return found


def too_wide(page: Page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def in_colours(page: Page, scheme: str) -> None:
    """The page as one with this colour scheme sees it. What the server draws follows with a run that the page asks for by itself."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(_IN, arg=[scheme, DARK_BELOW])
    page.wait_for_timeout(100)
    settle(page)
    drawn(page)


_COLOURS = """() => {
    const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return (r + g + b) / 3; };
    const all = (where, what) => [...document.querySelectorAll(where)].map(each => light(getComputedStyle(each)[what]));
    const drawn = canvas => {
        const points = canvas.width * canvas.height ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data : [];
        let sum = 0, seen = 0;
        for (let at = 0; at < points.length; at += 4) if (points[at + 3] > 250) { seen += 1; sum += (points[at] + points[at + 1] + points[at + 2]) / 3; }
        return seen > points.length / 16 ? [sum / seen] : [];
    };
    return {
        axes: all('.js-plotly-plot .xtick text, .js-plotly-plot .ytick text', 'fill'), text: all('h1, h3, [data-testid=stMarkdownContainer] p', 'color'),
        pages: all('[data-testid=stApp], [data-testid=stSidebar]', 'backgroundColor'),
        tables: [...document.querySelectorAll('[data-testid=stDataFrame] canvas')].flatMap(drawn),
    };
}"""


def colours(page: Page) -> dict[str, list[float]]:
    """How light the axes' letters, texts, backgrounds and, on the whole, the tables of a page are: from 0 to 255."""
    return page.evaluate(_COLOURS)


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    settle(page)


def look_at(page: Page, address: str) -> None:
    """One visit to a page, wide and narrow, light and dark."""
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(address)
    settle(page)
    drawn(page)
    assert page.get_by_role("heading", level=1).count() >= 1
    assert not re.search(r"\bNone\b", page.inner_text("body"))
    assert wrong_on(page) == []
    assert findings(page) == []
    resize(page, NARROW)
    assert not too_wide(page), "wider than a narrow screen"
    assert findings(page) == [], "on a narrow screen"
    resize(page, WIDE)
    in_colours(page, "dark")
    assert findings(page) == []
    resize(page, MIDDLE)
    assert wrong_on(page) == []
