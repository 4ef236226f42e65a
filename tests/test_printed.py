"""The printed report: one file, whole, safe, and with the figures of every other place."""

import re
from html.parser import HTMLParser

import pytest

from planner import parameters
from planner.budget import EVERYWHERE, Budget, Line
from planner.report import assumed, figures, print_charts, printed, tables, takeaways, words
from planner.report.stamp import Origin, content_hash, stamp
from tests.conftest import planned, shipped
from tests.test_workbook import ATTACK

VOID = {"meta", "br", "path", "use", "rect", "link", "line", "circle"}


class Read(HTMLParser):
    """Text, tags and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.attributes = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def centre_report():
    return printed.report(planned(shipped("centre_600")))


def told(text):
    return " ".join(" ".join(Read(text).text).split())


def test_every_shipped_scenario_gives_one_well_formed_file_without_script_or_anything_from_elsewhere(shipped_plan):
    text = printed.report(shipped_plan)
    read = Read(text)
    assert read.open == []
    assert not set(read.tags) & {"script", "iframe", "object", "embed", "form", "img", "link"}
    assert not [found for found in read.attributes if found[1].startswith("on")]
    assert not re.search(r"""(src|href)=["'](?!#)""", text.replace("xlink:href", "href"))
    assert "@import" not in text
    names = [value for _, name, value in read.attributes if name == "id"]
    assert len(names) == len(set(names))
    assert not re.search(r"\bnan\b|\binf\b|\d\.\d{5,}", " ".join(read.text))


def test_its_figures_are_those_of_the_first_screen(shipped_plan):
    text = told(printed.report(shipped_plan))
    for metric in figures.six(shipped_plan, shipped_plan):
        assert f"{metric.label} {metric.value} {metric.says}" in text
    verdict = words.verdict(shipped_plan)
    assert verdict.headline in text
    assert all(sentence in text for sentence in verdict.sentences)


def test_its_totals_are_those_of_the_tables(shipped_plan):
    currency, text = shipped_plan.scenario.finance.currency, told(printed.report(shipped_plan))
    cost, hires = tables.cost_table(shipped_plan), tables.hiring_plan_table(shipped_plan)
    paid = cost[cost["item"] != "shortage_price"].amount.sum()
    assert f"Paid {' '.join(takeaways.yearly_by_item(shipped_plan)[year][-1] for year in dict.fromkeys(m[:4] for m in shipped_plan.months))}" in text
    assert words.money(float(paid), currency) in text
    rows = printed.hires_by_month(shipped_plan, hires)
    assert rows["Frontline"][-1] == words.count(float(hires.loc[hires.role == "frontline", "heads"].sum()))
    assert rows["Cost"][-1] == words.money(float(hires.cost.sum()), currency)
    assert [row for row in rows["First month"][:-1]] == [words.month_name(month) for month in sorted(set(hires.start_month))]


def test_a_plan_without_hires_roles_or_queues_is_told_so():
    scenario = shipped("growth_2000")
    frozen = scenario.but(organisation=scenario.organisation, levers={"starts_max_monthly": 0})
    text = told(printed.report(planned(frozen), frozen))
    assert "Nobody is hired in this plan." in text or "Hiring plan" in text


def test_what_made_it_stands_in_it(centre_report):
    scenario = shipped("centre_600")
    text = told(centre_report)
    assert content_hash(scenario) in text
    assert "Frontline Planner 0.1.0" in text
    assert "version 7" not in text
    origin = Origin("Plan North", 7, "approved")
    assert "Plan North, version 7 (approved). Scenario content" in told(printed.report(planned(scenario), scenario, stamp(scenario, origin, "the optimiser")))
    changed = Origin("Plan North", 7, "approved", changed=True)
    assert "Plan North, changed since version 7. Scenario" in told(printed.report(planned(scenario), scenario, stamp(scenario, changed)))


def test_a_name_that_would_run_or_mark_up_is_only_text():
    hostile = "<script>alert(1)</script>" + ATTACK
    scenario = shipped("startup_4").but(name=hostile, notes="<img src=x onerror=alert(1)>")
    read = Read(printed.report(planned(scenario), scenario))
    assert "script" not in read.tags
    assert "img" not in read.tags
    assert hostile in "".join(read.text)


def test_every_chart_is_a_picture_with_words_and_keeps_its_text(centre_report):
    labels = [value for tag, name, value in Read(centre_report).attributes if tag == "div" and name == "aria-label"]
    assert len(labels) == len(print_charts.PRINTED) == centre_report.count("<svg")
    assert any(label.startswith("Required and available people. ") for label in labels)
    assert ">Required</text>" in centre_report


def test_a_chart_is_the_same_each_time_and_holds_no_date():
    plan = planned(shipped("startup_4"))
    for chart in print_charts.PRINTED:
        assert chart(plan) == chart(plan)
        assert not re.search(r"<metadata|202\d-\d\d-\d\dT", chart(plan))


def test_the_print_style_leaves_the_paper_to_the_browser_and_repeats_headers(centre_report):
    assert "@page { margin" in centre_report
    assert "size:" not in re.findall(r"@page \{[^}]*", centre_report)[0].replace("font-size:", "")
    assert "table-header-group" in centre_report


def test_a_budget_stands_in_it_with_its_variance():
    plan = planned(shipped("startup_4"))
    budget = Budget("b.csv", tuple(Line(month, EVERYWHERE, "total", 1e5) for month in plan.months))
    text = told(printed.report(plan, budget=budget))
    assert "Plan against budget" in text
    assert words.money(float(plan.spend.sum()) - 36e5, "USD").replace("-", "") in text


def test_numbers_follow_the_readers_way_of_writing():
    with words.writing(words.STYLES[2]):
        text = told(printed.report(planned(shipped("centre_600"))))
    assert "1.112 people" in text
    assert "1,112" not in text


# What it rests on ----------------------------------------------------------------------------------------------------------------------------


def test_own_figures_and_open_assumptions_are_every_parameter_that_is_one(shipped_scenario):
    own, open_ones = assumed.own_figures(shipped_scenario), assumed.open_assumptions(shipped_scenario)
    walked = [each for each in parameters.walk(shipped_scenario) if each.name not in assumed.IDENTITY]
    assert {each.place.rsplit(" › ", 1)[-1] for each in own} == {words.title(each.name) for each in walked if each.value != each.default}
    flagged = {words.title(each.name) for each in walked if each.value == each.default and "assumption" in each.help.lower()}
    assert {each.place.rsplit(" › ", 1)[-1] for each in open_ones} == flagged


def test_one_value_for_all_is_told_once_and_different_ones_with_their_members():
    scenario = shipped("centre_600")
    own = {each.place: each.value for each in assumed.own_figures(scenario)}
    assert own["Queues › Channel › Patience"] == "240 s (service calls); 120 s (sales calls); 300 s (card calls)"
    assert own["Horizon › First month"] == "Jan 2027"
    assert not [value for value in own.values() if re.search(r"[a-z]_[a-z]", value)]


def test_a_lever_that_is_moved_is_a_figure_of_ones_own():
    scenario = parameters.put(shipped("startup_4"), "levers.aht_change", 0.05)
    assert {each.place: each.value for each in assumed.own_figures(scenario)}["Levers › Change of handle time"] == "5 %"
