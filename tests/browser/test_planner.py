"""The planner's journey in a real browser: a dropped file, the plan, a number unfolded, the class calendar, a table edited and undone, one interval."""

import io
import re

import numpy as np
import pandas as pd

from planner import demand
from planner import scenario as scenarios
from tests.browser.acts import bank_scenario, bank_year, downloaded, drop, metric, open_scenario, pick, unzipped
from tests.browser.chromium import drawn, open_page, settle
from tests.conftest import ROOT


def test_a_year_of_interval_volumes_becomes_a_hiring_plan_that_adds_up_to_the_screen(page, tmp_path):
    volumes, file = bank_year(), tmp_path / "bank_year.csv"
    file.write_bytes(volumes)
    (tmp_path / "bank.json").write_text(bank_scenario())
    open_scenario(page, tmp_path / "bank.json", "Bank year")
    hires_before = metric(page, "Hires")

    open_page(page, "Demand")
    drop(page, file)
    page.get_by_text("can be read").wait_for()
    page.get_by_role("button", name="Use in scenario").click()
    page.get_by_text("are in use").wait_for()
    settle(page)
    total = pd.read_csv(io.BytesIO(volumes)).contacts.sum()
    assert f"{total:,}" in page.inner_text("body")

    open_page(page, "Overview")
    hires = metric(page, "Hires")
    assert hires != hires_before
    open_page(page, "Downloads")
    plan = pd.read_csv(io.BytesIO(downloaded(page, "Hiring plan (CSV)")))
    frontline = plan[plan.role == "frontline"]
    assert f"{frontline.heads.sum():,.0f}" == hires.split()[0]
    tables = {name: pd.read_csv(file) for name, file in unzipped(downloaded(page, re.compile(r"^download\s*All tables \(zip|All tables \(zip")))}
    assert frontline.heads.sum() == tables["headcount"].query("role == 'frontline'").start_heads.sum()
    assert np.isclose(plan.heads.sum(), tables["headcount"].start_heads.sum())
    assert set(tables["requirement"].queue) == {"calls"}
    assert np.isclose(tables["requirement"].contacts.sum(), total)


def test_a_faulty_volume_file_is_told_with_every_place_and_changes_nothing(visit, tmp_path):
    page = visit("demand")
    before = page.get_by_test_id("stDataFrame").first.inner_text()
    scenario = scenarios.load(ROOT / "data" / "scenarios" / "centre_600.json")
    contacts = demand.contacts(scenario.queues[0], scenario.horizon)
    months = [f"{2027 + month // 12}-{month % 12 + 1:02d}" for month in range(len(contacts))]
    lines = ["month,queue,contacts,aht_s", *(f"{month},service calls,{value:.0f},280" for month, value in zip(months, contacts, strict=True))]
    lines[5] = lines[5].replace("2027-05", "2027-15")
    lines.append("2027-01,no such queue,100,200")
    (tmp_path / "faulty.csv").write_text("\n".join(lines))
    drop(page, tmp_path / "faulty.csv")
    page.get_by_text("Nothing of it has been used").wait_for()
    assert "faulty.csv has 2 faults" in page.inner_text("body")
    settle(page)
    assert page.get_by_role("button", name="Use in scenario").count() == 0
    assert page.get_by_test_id("stDataFrame").first.inner_text() == before


def worked_out(formula: str) -> float:
    """What a calculator makes of the left side of a formula as the page writes it, words and all."""
    figures = re.sub(r"([\d.]+) %", r"(\1/100)", formula.split("=")[0].replace(",", ""))
    return float(eval(re.sub(r"[^\d.()*/+-]", "", figures.replace("×", "*").replace("÷", "/").replace("−", "-")), {"__builtins__": {}}))


def test_a_required_head_is_unfolded_to_a_formula_that_a_calculator_works_out(visit):
    page = visit("staffing")
    for month in ("Jan 2027", "Dec 2028"):
        pick(page, "Month", month)
        heading = page.get_by_role("heading", name=re.compile(r"^Why .* needs")).inner_text()
        people = int(re.search(r"needs ([\d,]+) people in " + month, heading)[1].replace(",", ""))
        formula = page.get_by_text(re.compile(r"^\(?[\d,.]+ contacts × .* = [\d,.]+ people$")).first.inner_text()
        assert abs(worked_out(formula) - people) <= 0.01 * people
        assert abs(float(re.search(r"= ([\d,.]+) people$", formula)[1].replace(",", "")) - people) <= 0.5


def test_the_class_calendar_shows_every_class_in_its_room_and_sums_to_the_people_who_start(visit):
    page = visit("workforce")
    drawn(page)
    said = page.inner_text('[data-testid="stMain"]')
    classes, people = (int(each.replace(",", "")) for each in re.search(r"([\d,]+) classes for ([\d,]+) people; most in", said).groups())
    cells = page.locator(".js-plotly-plot").filter(has_text="service Columbus").first.locator("text").all_text_contents()
    starts = [int(each) for each in cells if each.isdecimal()]
    assert sum(starts) == people
    assert len(starts) <= classes
    assert re.search(r"\d+ classes for \d+ people at Columbus\. Rooms: at most \d+ of \d+ in use", said)
    open_page(page, "Overview")
    assert metric(page, "Hires") == f"{people:,} people"


def fill_months(page) -> None:
    """Goes to the table of months and fills what is not there."""
    open_page(page, "Assumptions")
    page.get_by_text("Months", exact=True).first.click()
    settle(page)
    page.get_by_role("button", name="Fill the empty columns").click()
    settle(page)


def test_months_are_edited_in_the_table_taken_as_one_step_and_undone(visit):
    page = visit("demand")
    before = contacts_in_words(page)
    fill_months(page)
    filled = cell(page)
    type_into_first_cell(page, "1309498")
    page.wait_for_function("was => document.querySelector('[data-testid=glide-cell-1-0]').innerText !== was", arg=filled)
    page.wait_for_timeout(500)  # the table hands an edit on only after a moment
    page.get_by_role("button", name="Apply months").click()
    page.locator("[class*=contacts_monthly-v1]").wait_for()
    settle(page)
    open_page(page, "Demand")
    assert abs(contacts_in_words(page) - before - 1_000_000) < 2
    page.get_by_role("button", name="Undo").first.click()
    settle(page)
    assert abs(contacts_in_words(page) - before) < 2


def test_a_block_pasted_from_a_spreadsheet_changes_those_months_and_the_plan(visit):
    page = visit("demand")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = contacts_in_words(page)
    fill_months(page)
    pasted = [[int(cell(page, 1, row)) + 100_000, int(cell(page, 2, row)) + 10_000] for row in range(3)]
    fourth = cell(page, 1, 3)
    page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join("\t".join(map(str, row)) for row in pasted))
    choose_first_cell(page)
    page.keyboard.press("Control+V")
    page.wait_for_timeout(1_000)  # the table hands an edit on only after a moment
    page.get_by_role("button", name="Apply months").click()
    page.locator("[class*=contacts_monthly-v1]").wait_for()
    settle(page)
    assert [[int(cell(page, 1, row)), int(cell(page, 2, row))] for row in range(3)] == pasted
    assert cell(page, 1, 3) == fourth
    open_page(page, "Demand")
    assert abs(contacts_in_words(page) - before - 3 * 110_000) <= 6
    page.get_by_role("button", name="Undo").first.click()
    settle(page)
    assert abs(contacts_in_words(page) - before) < 2


def choose_first_cell(page) -> None:
    """The table is a drawing: its first cell is chosen by where it stands."""
    grid = page.get_by_test_id("data-grid-canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.move(box["x"] + 199, box["y"] + 51)
    page.mouse.move(box["x"] + 200, box["y"] + 52)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.wait_for_timeout(100)
    page.mouse.up()
    page.wait_for_timeout(400)


def type_into_first_cell(page, text: str) -> None:
    choose_first_cell(page)
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    page.keyboard.press("Control+A")
    page.keyboard.type(text, delay=40)
    page.keyboard.press("Enter")


def cell(page, column: int = 1, row: int = 0) -> str:
    return page.get_by_test_id(f"glide-cell-{column}-{row}").first.inner_text()


def contacts_in_words(page) -> float:
    """Contacts of all queues over the plan, as the demand page says them."""
    return float(re.search(r"([\d,]+) contacts from Jan 2027", page.inner_text('[data-testid="stMain"]'))[1].replace(",", ""))


def test_one_interval_is_worked_out_and_its_link_opens_the_same(visit, address):
    page = visit("calculator")
    for label, value in (
        ("Contacts in the interval", "100"),
        ("Average handle time (s)", "180"),
        ("Most abandonment (%)", "100"),
        ("Most occupancy (%)", "100"),
    ):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(value)
        field.press("Enter")
        settle(page)
    drawn(page)
    said = page.inner_text('[data-testid="stMain"]')
    assert re.search(r"Agents on contacts\s+1\d to 14\b|Agents on contacts\s+14\b", said), said[:900]
    assert "10.0 erlangs offered" in said
    again = visit(page.url.removeprefix(f"{address}/"))
    drawn(again)
    assert again.inner_text('[data-testid="stMain"]') == said
