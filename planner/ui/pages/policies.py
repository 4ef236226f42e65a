"""Policies: convictions as switches; without and with side by side, what changed and why, closed forms beside the plan."""

import streamlit as st

from planner import policies
from planner.report import policy_words
from planner.ui import section, switches

section.page_top()
st.title("Policies", anchor=False)
section.said("Switch on what you believe in, alone or together, and see what it does to people, service, leaders, money and months.")

with st.grid(3, min_column_width=230, gap="small"):
    for policy in policies.POLICIES:
        switches.card(policy)

if not switches.on():
    st.info("No policy is on. Switch on one or more: the plan without and with them then stands side by side.", icon=":material/toggle_on:")
    st.stop()

if (found := switches.weighed()) is None:
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader("What changes, and why", anchor=False)
    st.button("Use in scenario", key="policies.use", on_click=switches.use, type="primary", icon=":material/done_all:", help=switches.USE_HELP)
switches.balance(found)
switches.metrics(found)
st.markdown("\n".join(f"- {section.plain(sentence)}" for sentence in policy_words.sentences(found)))
section.said(f"{switches.against()} {policy_words.order_in_words(found)}")

switches.chart_cards(found)

names = ("Side by side", "Each alone", "Closed forms and assumptions", "Searches for leaders", "In the scenario")
beside, alone, forms, searches, changes = st.tabs(names, key="policies.tabs", on_change="rerun")
if beside.open:
    with beside:
        switches.size_field(found)
        section.table(policy_words.side_by_side(found), height=600)
if alone.open:
    with alone:
        section.said("What each policy changes by itself, and what they change together.")
        section.table(policy_words.each_alone(found))
if forms.open:
    with forms:
        section.said(
            "Closed forms hold for steady growth of one kind of people, the plan goes month by month. Where both tell the same, they stand side by side."
        )
        switches.closed_forms(found)
if searches.open:
    with searches:
        section.said(f"{policy_words.searches_in_words(found.together)} {policy_words.waiting_in_words(found)}")
        section.table(policy_words.searches_table(found.together))
if changes.open:
    with changes:
        section.said("What the policies write into the scenario, and what “Use in scenario” would take over.")
        section.table(policy_words.written_changes(found))
