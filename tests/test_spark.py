"""The course of a figure as a small picture."""

import base64
import re
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from planner.report.spark import HIGH, WIDE, embedded, spark

SVG = "{http://www.w3.org/2000/svg}"
COURSES = st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")) | st.just(float("inf")), max_size=60)


def places(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", text)]


@example([2.2250738585072014e-308, -1.0], True, "blue")
@given(COURSES, st.booleans(), st.sampled_from(["blue", "orange", "red"]))
def test_every_course_is_well_formed_and_stays_within_its_frame(course, bars, colour):
    drawn = ElementTree.fromstring(spark(course, False, bars, colour))
    for line in drawn.iter(SVG + "polyline"):
        assert all(0 <= x <= WIDE and 0 <= y <= HIGH for x, y in places(line.get("points")))
    for bar in drawn.iter(SVG + "rect"):
        assert 0 <= float(bar.get("y")) <= HIGH
        assert float(bar.get("height")) >= 0


def test_the_most_stands_highest_and_the_least_on_the_ground():
    line = next(ElementTree.fromstring(spark([1.0, 5.0, 3.0], False)).iter(SVG + "polyline"))
    (_, low), (_, high), (_, between) = places(line.get("points"))
    assert high < between < low == HIGH - 2


def test_bars_stand_on_nothing_and_only_where_there_is_something():
    assert spark([0.0, 2.0, 0.0, 1.0], False, bars=True).count("<rect") == 2


def test_an_empty_course_is_an_empty_picture():
    assert "<polyline" not in spark([], False)
    assert "<polyline" not in spark([float("nan")], False)


def test_each_theme_has_inks_of_its_own():
    assert spark([1.0, 2.0], False) != spark([1.0, 2.0], True)


def test_as_an_image_it_is_the_same_picture():
    drawn = spark([1.0, 2.0], False)
    assert base64.b64decode(re.search('base64,([^"]+)', embedded(drawn))[1]).decode() == drawn
