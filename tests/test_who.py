"""Who is at the screen: roles from claims, nobody let in where it cannot be known, and no amount on any page for those who may not see pay."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from planner import scenario as scenarios
from planner.store import Library, Person, open_library
from planner.ui import navigation, session, who
from tests.conftest import shipped
from tests.test_store_discretion import with_secret_pay

APP = "../app.py"
ANN = Person("ann@bank.example", frozenset({"viewer", "editor", "approver"}), sees_pay=True)
AUTH = {
    "redirect_uri": "http://localhost/oauth2callback",
    "cookie_secret": "x",
    "client_id": "a",
    "client_secret": "b",
    "server_metadata_url": "http://127.0.0.1/x",
}


@pytest.mark.parametrize(
    ("claims", "roles", "expected"),
    [
        ({"sub": "7", "roles": ["viewer"]}, {}, Person("7", frozenset({"viewer"}), False)),
        ({"sub": "7", "roles": "editor pay"}, {}, Person("7", frozenset({"editor"}), True)),
        ({"sub": "7", "groups": ["wfm", "hr"]}, {"claim": "groups", "editor": ["wfm"], "pay": ["hr"]}, Person("7", frozenset({"editor"}), True)),
        ({"sub": "7", "realm": {"roles": ["cfo"]}}, {"claim": "realm.roles", "approver": ["cfo"]}, Person("7", frozenset({"approver"}), False)),
        ({"sub": "7", "https://x.example/roles": ["viewer"]}, {"claim": "https://x.example/roles"}, Person("7", frozenset({"viewer"}), False)),
        ({"sub": "7", "roles": ["editor"]}, {"editor": ["planners"]}, Person("7", frozenset(), False)),
        ({"sub": "7"}, {}, Person("7")),
        ({"sub": "7", "roles": None}, {}, Person("7")),
        ({"sub": "7", "roles": {"editor": True}}, {}, Person("7")),
        ({"sub": "7", "email": "ann@bank.example"}, {}, Person("ann@bank.example")),
        ({"sub": "7", "email": "ann@bank.example", "email_verified": False}, {}, Person("7")),
        ({}, {}, Person("somebody")),
    ],
)
def test_roles_come_from_the_claim_that_the_settings_name(claims, roles, expected):
    assert who.of_claims(claims, roles) == expected


def opened(roles=("viewer",), page=None, address=None, logged_in=True, secrets=True, claims=None):
    app = AppTest.from_file(APP, default_timeout=120)
    if secrets:
        app.secrets["auth"] = AUTH
        app.user = {"is_logged_in": logged_in} | ({"email": "vic@bank.example", "roles": list(roles)} | (claims or {}) if logged_in else {})
    for name, value in (address or {}).items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(f"planner/ui/pages/{page}.py").run() if page else app


def everything(app):
    """Every text, label, option and number that the page sends to the browser."""
    return "\n".join(str(element.proto) for element in app.main) + "\n".join(str(element.proto) for element in app.sidebar)


def buttons(app):
    return [each.label for each in app.button] + [each.proto.label for each in app.get("download_button")]


def test_without_settings_there_is_one_local_user_who_may_do_everything():
    app = opened(secrets=False)
    assert not app.exception
    assert "Sign out" not in buttons(app)
    assert app.session_state.scenario == shipped("centre_600")


def test_who_is_not_signed_in_sees_a_button_and_nothing_else():
    app = opened(logged_in=False)
    assert not app.exception
    assert buttons(app) == ["Sign in"]
    assert "scenario" not in app.session_state
    assert not app.metric


def test_every_provider_has_its_button():
    app = AppTest.from_file(APP, default_timeout=60)
    app.secrets["auth"] = {"redirect_uri": "x", "cookie_secret": "x", "the_bank": AUTH, "partner": AUTH}
    app.user = {"is_logged_in": False}
    assert buttons(app.run()) == ["Sign in with The Bank", "Sign in with Partner"]


def test_who_has_no_role_sees_nothing_but_the_way_out():
    app = opened(roles=("gardener",))
    assert not app.exception
    assert buttons(app) == ["Sign out"]
    assert not app.metric


def test_settings_that_cannot_be_read_let_nobody_in(tmp_path, monkeypatch):
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\nclient_id = ")
    from streamlit import config

    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(broken)])
    try:
        app = AppTest.from_file(APP, default_timeout=60).run()
    finally:
        config.set_option("secrets.files", before)
    assert not app.exception
    assert [message for message in app.error if "nobody is let in" in message.value]
    assert not app.metric
    assert "scenario" not in app.session_state


# Amounts -------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret() -> str:
    """A saved scenario with an amount that stands nowhere else."""
    return open_library().create(ANN, with_secret_pay(shipped("centre_600")).but(name="Secret pay")).key


def pages_for_the_blind():
    return [name for name, _, _ in navigation.PAGES if name in who.WITHOUT_PAY]


SECRET = r"98,?765|98\.8 K"
"""The secret amount, however it is written."""
AMOUNT = re.compile(rf"{SECRET}|\$\s?\d")


@pytest.mark.parametrize("page", pages_for_the_blind())
def test_no_page_sends_an_amount_to_who_may_not_see_pay(page, secret):
    app = opened(("viewer",), page, {"scenario": secret})
    assert not app.exception
    assert not app.error, [message.value for message in app.error]
    assert app.session_state.scenario.name == "Secret pay"
    sent = everything(app)
    found = re.search(SECRET, sent) if page == "method" else AMOUNT.search(sent)  # the method names the sources' own figures
    assert not found


def test_the_same_pages_do_show_amounts_to_who_may(secret):
    app = opened(("viewer", "pay"), "overview", {"scenario": secret})
    assert AMOUNT.search(everything(app))


def test_pages_that_weigh_money_are_not_there_for_who_may_not_see_pay(secret):
    from streamlit.errors import StreamlitAPIException

    with pytest.raises((ValueError, StreamlitAPIException)):
        opened(("viewer",), "cost", {"scenario": secret})


def test_no_file_with_amounts_is_offered_to_who_may_not_see_pay(secret):
    labels = buttons(opened(("viewer", "editor"), "downloads", {"scenario": secret}))
    assert "All tables (zip of CSV)" in labels
    assert not [label for label in labels if "Workbook" in label or "Scenario" in label or "Report" in label or "as a file" in label]
    assert [label for label in buttons(opened(("viewer", "pay"), "downloads", {"scenario": secret})) if "Workbook" in label]


def test_an_editor_who_may_not_see_pay_changes_the_rest_and_saves_the_amounts_as_they_are(secret):
    app = opened(("editor",), "assumptions", {"scenario": secret})
    key = f"scenario{app.session_state.loads if 'loads' in app.session_state else 0}"
    app.text_input(key="assumptions.search").set_value("handle time").run()
    field = next(each for each in app.number_input if each.key == f"{key}.queues.service calls.aht_s")
    field.set_value(321.0).run()
    assert app.session_state.scenario.queues[0].aht_s == 321.0
    app = app.switch_page("planner/ui/pages/library.py").run()
    app.button[[each.label for each in app.button].index("Save version 2")].click().run()
    assert not app.error
    saved = open_library().open(ANN, secret).scenario
    before = open_library().open(ANN, secret, 1).scenario
    assert saved == scenarios.changed(before, {"queues.service calls.aht_s": 321.0})


def test_an_amount_cannot_be_set_by_who_may_not_see_it(secret):
    script = "from planner.ui import session\nsession.change('finance.frontline_monthly_pay', 1.0)\n"
    app = opened(("editor",), None, {"scenario": secret})
    before = app.session_state.scenario
    direct = AppTest.from_string(script)
    direct.secrets["auth"] = AUTH
    direct.user = {"is_logged_in": True, "email": "e@x", "roles": ["editor"]}
    direct.session_state["scenario"] = before
    direct.run()
    assert direct.session_state.scenario == before
    assert "amounts are hidden" in str(direct.session_state.faults[0])


# A viewer ------------------------------------------------------------------------------------------------------------------------------------


def test_a_viewer_finds_no_button_that_changes_anything(secret):
    app = opened(("viewer", "pay"), "library", {"scenario": secret})
    app.button(key=f"library.row.{secret}").click().run()
    changing = ("Save", "Propose", "Approve", "Lock", "Unlock", "Duplicate", "Archive", "Bring", "Name", "Restore", "Keep", "Change")
    assert not [label for label in buttons(app) if label.startswith(changing) and not label.endswith("as a file")]
    assert not app.file_uploader or all("library" not in (each.key or "") for each in app.file_uploader)
    assert "JSON file" in buttons(app)
    assert "JSON file" not in buttons(opened(("viewer",), "library", {"scenario": secret}))


@pytest.mark.parametrize(
    "call", ["save_new(l, me, 'mine', '')", "duplicate(l, me, e)", "put_away(l, me, e)", "move(l, me, e, 'approved', 'x')", "restore(l, me, e, 1)"]
)
def test_a_viewer_who_calls_what_a_button_would_is_refused(call, secret):
    lines = (
        "from planner.ui import library, who",
        "l = who.library(); me = who.at_work(l)",
        f"e = l.entry(me, {secret!r})",
        f"library.{call}",
    )
    direct = AppTest.from_string("\n".join(lines))
    direct.secrets["auth"] = AUTH
    direct.user = {"is_logged_in": True, "email": "v@x", "roles": ["viewer"]}
    count = len(open_library().audit(ANN))
    direct.run()
    assert not direct.exception
    assert "may not" in str(direct.session_state.faults[0])
    assert len(open_library().audit(ANN)) == count


def test_an_uploaded_scenario_stays_in_the_viewers_session(secret):
    app = opened(("viewer",))
    picker = next(box.key for box in app.selectbox if box.key and box.key.endswith(".picker"))
    mine = with_secret_pay(shipped("startup_4").but(name="Mine"))
    app.file_uploader(key=picker.replace("picker", "upload")).upload("mine.json", scenarios.to_json(mine).encode(), "application/json").run()
    assert app.session_state.scenario == mine
    assert not AMOUNT.search(everything(app))
    assert "Mine" not in [entry.name for entry in open_library().list(ANN)]


def test_the_library_of_the_tests_is_not_the_users():
    assert isinstance(open_library(), Library)
    assert "planner-tests-" in open_library().place
    assert session.DEFAULT in session.shipped()
