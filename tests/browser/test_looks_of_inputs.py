"""The pages in the bar and those of inputs: whole, free of serious findings of axe, within the screen, light and dark, wide and narrow."""

import pytest

from planner.ui import navigation
from tests.browser.looks import look_at

HERE = ("", "Inputs")


@pytest.mark.parametrize("name", [name for menu in HERE for name, _, _ in navigation.SECTIONS[menu]])
def test_a_page_is_whole_and_readable_in_every_width_and_colour(looker, address, name):
    look_at(looker, address if name == "overview" else f"{address}/{name}")
