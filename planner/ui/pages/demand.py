"""Demand: contacts and handle time by month, the shape of the week, and your own volumes."""

import numpy as np
import streamlit as st

from planner import demand
from planner.horizon import DAYS, month_labels
from planner.report import heat, words
from planner.scenario import moved
from planner.ui import outlook, section, session, upload, views

section.page_top()
st.title("Demand", anchor=False)
scenario = moved(session.scenario())
if not scenario.queues:
    st.info("This scenario has no queues: its groups state their people directly. Add a queue under Assumptions to plan from contacts.")
    st.stop()

with section.card("All queues", views.demand_in_words(scenario)):
    st.dataframe(views.queues_frame(scenario), hide_index=True, column_config=views.queue_columns(), alt="Contacts and handle time of every queue")

with st.container(horizontal=True, vertical_alignment="bottom"):
    name = st.selectbox("Queue", [queue.name for queue in scenario.queues], key=session.key("demand.queue"), width=320)
    label = st.selectbox("Month of the week below", month_labels(scenario.horizon), format_func=words.month_name, key=session.key("demand.month"), width=220)
queue = next(queue for queue in scenario.queues if queue.name == name)
contacts, aht_s = demand.contacts(queue, scenario.horizon), demand.aht_s(queue, scenario.horizon)
spread = demand.intervals(queue, scenario.horizon, contacts)
week = heat.month_week(spread.contacts, spread.days, month_labels(scenario.horizon).index(label))
peak = np.unravel_index(week.argmax(), week.shape)
dark = session.dark()

with section.card(f"{name}: contacts and handle time by month", views.course_in_words(scenario, contacts, aht_s)):
    section.chart(
        heat.contacts_and_handle_time(month_labels(scenario.horizon), contacts, aht_s, dark),
        views.course_in_words(scenario, contacts, aht_s),
        name="demand.course",
    )
with st.grid(2, min_column_width=430):
    left, right = st.container(), st.container()
busiest = f"Busiest: {DAYS[peak[0]]} at {heat.clock(int(peak[1]), week.shape[1])} with {words.count(week.max())} contacts in {queue.interval_minutes} minutes."
with left, section.card(f"An ordinary week in {words.month_name(label)}", busiest):
    section.chart(heat.week_heat(week, dark, "contacts"), busiest, name="demand.week")
with right, section.card("The course of a day", "One line a weekday; the busiest day is strong."):
    section.chart(heat.day_curve(week, dark), "Contacts in each interval of a day, one line for each weekday", name="demand.day")

with section.card(
    "Use your own volumes",
    "Drop in what your tool exports, by month, day or interval. A file that covers the plan replaces contacts and handle time of its queues; "
    "years of history are forecast, and a capacity plan of another tool becomes changes that you tick.",
):
    upload.templates(session.scenario())
    found = upload.upload(session.scenario())
if found and found.is_history:
    outlook.draw(found.volumes, found.file_id)
if found:
    outlook.profile(found.volumes)
