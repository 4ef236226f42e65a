"""The calculator of one interval: every channel and measure, both ways, what if it came otherwise, and a link that reopens exactly it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.channels import Chat, Deferred, Voice
from planner.channels.single import MEASURES, hours_to_finish, most_contacts, people_rostered, sensitivity, single_batch, single_interval
from planner.queueing import erlang
from planner.report import interval
from planner.ui import calculator
from tests.test_pages import at_page, charts_of, in_order, opened

VOICE, CHAT = Voice(kind="voice"), Chat(kind="chat")


# Formulas ------------------------------------------------------------------------------------------------------------------------------------


def test_given_agents_have_the_measures_of_the_queueing_formulas():
    answer = single_interval(VOICE, 100, 300, 30, have=19)
    theirs = erlang.performance(100 * 300 / 1800, answer.around, 300, 20, 180)
    for name in MEASURES:
        np.testing.assert_allclose(getattr(answer, name), getattr(theirs, name), rtol=1e-12)
    assert (answer.agents, answer.binding, answer.around[answer.at]) == (19, "", 19)


def test_the_published_example_of_erlang_c():
    """100 calls of 3 minutes in half an hour: 10 erlangs, 14 agents serve 88.8 % within 20 s, 17.4 % wait."""
    answer = single_interval(VOICE.but(patience_s=None), 100, 180, 30, have=14)
    assert float(answer.service_level[answer.at]) == pytest.approx(0.888, abs=5e-4)
    assert float(answer.wait_probability[answer.at]) == pytest.approx(0.174, abs=5e-4)


@given(st.integers(1, 60), st.floats(30, 900), st.sampled_from([15, 30, 60]), st.sampled_from([VOICE, VOICE.but(patience_s=None), CHAT]))
def test_the_most_contacts_are_served_and_one_more_is_not(agents, aht_s, minutes, channel):
    most = most_contacts(channel, agents, aht_s, minutes)
    assert most == 0 or single_interval(channel, most, aht_s, minutes).agents <= agents
    assert single_interval(channel, most + 1, aht_s, minutes).agents > agents


def test_sensitivity_is_the_requirement_of_each_change_alone():
    changes = np.array([-0.3, -0.05, 0.0, 0.2])
    of_contacts, of_handle_time = sensitivity(VOICE, 137, 280, 30, changes)
    assert of_contacts.tolist() == [single_interval(VOICE, 137 * (1 + change), 280, 30).agents for change in changes]
    assert of_handle_time.tolist() == [single_interval(VOICE, 137, 280 * (1 + change), 30).agents for change in changes]


def test_deferred_work_changes_in_proportion():
    channel = Deferred(kind="deferred")
    of_contacts, of_handle_time = sensitivity(channel, 240, 360, 30, np.array([0.0, 0.5]))
    assert of_contacts.tolist() == of_handle_time.tolist() == pytest.approx([single_batch(channel, 240, 360), 1.5 * single_batch(channel, 240, 360)])


@pytest.mark.parametrize(("agents", "shrinkage", "people"), [(20, 0.3, 29), (7, 0.0, 7), (0, 0.5, 0), (14, 0.3, 20)])
def test_people_rostered_cover_shrinkage_and_are_whole(agents, shrinkage, people):
    assert people_rostered(agents, shrinkage) == people


# Words ---------------------------------------------------------------------------------------------------------------------------------------


def test_measures_are_written_for_people():
    rows = interval.measure_rows([("Erlang A", single_interval(VOICE, 100, 300, 30)), ("Erlang C", single_interval(VOICE.but(patience_s=None), 100, 300, 30))])
    assert dict(zip(rows["Measure"], rows["Erlang A"], strict=True)) == {
        "Agents": "20", "Served in time": "86 %", "Average wait": "6.7 s", "Answered at once": "79 %", "Abandoned": "3.7 %", "Occupancy": "80 %",
        "Decided by": "abandonment",
    }  # fmt: skip
    assert rows["Erlang C"][rows["Measure"].index("Abandoned")] == "nobody"


def test_the_table_around_marks_the_agents_asked_about():
    rows = interval.around_rows(single_interval(VOICE, 100, 300, 30), 0.3, False, "needed")
    assert rows["Agents"][rows[""].index("needed")] == "20"
    assert rows["People rostered"][rows[""].index("needed")] == "29"
    assert len(rows["Agents"]) == 11


def test_the_curve_shows_one_line_where_both_changes_ask_for_the_same():
    changes = np.array([-0.1, 0.0, 0.1])
    assert len(interval.sensitivity_curve(changes, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])).data) == 1
    assert len(interval.sensitivity_curve(changes, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])).data) == 2


# Link ----------------------------------------------------------------------------------------------------------------------------------------


@st.composite
def typed(draw):
    kind = draw(st.sampled_from(list(calculator.FIELDS)))
    values = {}
    for field in calculator.FIELDS[kind]:
        if field.default is None and draw(st.booleans()):
            values[field.name] = None
        elif field.name == "minutes":
            values[field.name] = draw(st.sampled_from([15.0, 30.0, 60.0]))
        elif field.name in ("held", "agents"):
            values[field.name] = float(draw(st.integers(int(field.low), int(min(field.high, 500)))))
        else:
            values[field.name] = round(draw(st.floats(field.low, field.high)), 3) or field.low
    return kind, draw(st.sampled_from(list(calculator.WAYS.values()))), values


@given(typed())
def test_a_link_carries_everything_that_is_typed(state):
    kind, way, values = state
    text = calculator.written(kind, way, values)
    again = calculator.read(text)
    first = {field.name: field.default for field in calculator.FIELDS[kind]}
    assert again[:2] == (kind, way)
    assert again[3] == ()
    held = first | again[2]
    assert {name: value for name, value in held.items() if value is None} == {name: value for name, value in values.items() if value is None}
    assert {name: value for name, value in held.items() if value is not None} == pytest.approx({n: v for n, v in values.items() if v is not None}, rel=1e-9)
    assert all(letter.isalnum() or letter in "~_.-+" for letter in text)


@pytest.mark.parametrize("text", ["", "fax~need", "voice", "voice~buy", "voice~need~aht_soon", "voice~need~aht_-5", "voice~need~aht_1e99", "voice~need~nan_nan",
                                  "voice~need~level_nan", "chat~need~held_2.5", "voice~need~minutes_17", "<script>~~"])  # fmt: skip
def test_what_cannot_be_used_is_told_and_never_raises(text):
    kind, way, values, faults = calculator.read(text)
    assert kind in calculator.FIELDS
    assert way in calculator.WAYS.values()
    assert faults
    assert not values


# The page ------------------------------------------------------------------------------------------------------------------------------------


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def calculating(text: str = ""):
    return at_page(opened({"calculator": text} if text else None), "calculator")


def test_the_page_answers_the_textbook_case():
    app = calculating()
    in_order(app)
    assert figures(app)["Agents on contacts"] == "20 to 21"
    assert figures(app)["People rostered"] == "29 to 30"


@pytest.mark.parametrize("kind", list(calculator.FIELDS))
@pytest.mark.parametrize("way", list(calculator.WAYS.values()))
def test_every_channel_answers_both_questions(kind, way):
    app = calculating(f"{kind}~{way}")
    in_order(app)
    assert len(app.metric) == (2 if kind == "deferred" else 4)
    assert len(charts_of(app)) == 2


def test_a_link_reopens_exactly_what_was_typed():
    app = calculating("voice~have~contacts_240~aht_200~agents_31~asa_12")
    in_order(app)
    assert app.number_input(key="calc.voice.contacts").value == 240
    assert app.number_input(key="calc.voice.agents").value == 31
    assert app.number_input(key="calc.voice.asa").value == 12
    assert app.session_state["calc.link"] == "voice~have~contacts_240~aht_200~asa_12~agents_31"
    assert figures(app)["Most contacts as promised"] == f"{most_contacts(VOICE.but(target=VOICE.target.but(max_asa_s=12.0)), 31, 200, 30)}"


def test_typing_moves_the_answer_and_the_link():
    app = calculating()
    app.number_input(key="calc.voice.contacts").set_value(200.0).run()
    in_order(app)
    assert figures(app)["Agents on contacts"].startswith(str(single_interval(VOICE, 200, 300, 30).agents))
    assert app.query_params["calculator"] == ["voice~need~contacts_200"] or app.query_params["calculator"] == "voice~need~contacts_200"


def test_a_broken_link_is_told_and_the_rest_is_used():
    app = calculating("voice~need~contacts_150~aht_never")
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["The link's aht\\_never cannot be used."]
    assert app.number_input(key="calc.voice.contacts").value == 150


def test_a_promise_that_nobody_can_keep_is_told():
    app = calculating("voice~need~level_0~lost_100~busy_100")
    assert not app.exception
    assert any("nothing is promised" in message.value for message in app.error)


EDGES = [("voice", field.name, value) for field in calculator.FIELDS["voice"] for value in (field.low, field.high) if field.name != "minutes"] + [
    ("chat", "longer", 95.0), ("chat", "contacts", 0.0), ("chat", "level", 0.0), ("chat", "held", 5.0), ("deferred", "contacts", 0.0),
    ("deferred", "deadline", 0.25), ("deferred", "busy", 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "value"), EDGES)
@pytest.mark.parametrize("way", list(calculator.WAYS.values()))
def test_the_edges_of_every_field_are_answered_or_refused_in_words(kind, name, value, way):
    app = calculating(f"{kind}~{way}~{name}_{value:.10g}")
    assert not app.exception
    assert app.metric or app.error
    assert not [text.value for text in app.error if "Something went wrong" in text.value or "could not be shown" in text.value]


def test_five_chats_that_each_take_almost_twice_as_long_are_refused_with_the_reason():
    app = calculating("chat~need~held_5~longer_95")
    assert app.metric or "finishes fewer chats" in app.error[0].value


def test_what_is_typed_survives_other_pages_and_leaves_the_scenario_alone():
    app = calculating("chat~need~contacts_77")
    before = app.session_state.scenario
    at_page(app, "cost")
    at_page(app, "calculator")
    assert app.number_input(key="calc.chat.contacts").value == 77
    assert app.session_state.scenario == before


def test_hours_to_finish_meet_the_deadline_with_the_agents_needed():
    channel = Deferred(kind="deferred", deadline_hours=6, max_occupancy=0.9)
    needed = single_batch(channel, 300, 400)
    assert hours_to_finish(channel, 300, 400, np.array([needed]))[0] == pytest.approx(6)
