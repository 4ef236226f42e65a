"""The pages of results, files and tools: whole, free of serious findings of axe, within the screen, light and dark, wide and narrow."""

import pytest

from planner.ui import navigation
from tests.browser import test_looks_of_inputs
from tests.browser.looks import look_at

ELSEWHERE = test_looks_of_inputs.HERE


@pytest.mark.parametrize("name", [name for menu, pages in navigation.SECTIONS.items() if menu not in ELSEWHERE for name, _, _ in pages])
def test_a_page_is_whole_and_readable_in_every_width_and_colour(looker, address, name):
    look_at(looker, f"{address}/{name}")
