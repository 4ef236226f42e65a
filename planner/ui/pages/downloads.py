"""Downloads: the plan as a workbook, as CSV tables, as JSON; each table with a preview."""

import streamlit as st

from planner.report import words
from planner.report.tables import TABLES
from planner.ui import budget, files, section, session

section.page_top()
st.title("Downloads", anchor=False)
plan = session.plan()
frames, by_name = files.frames(plan), {table.name: table for table in TABLES}
st.markdown(section.plain(files.hiring_in_words(frames["hiring_plan"], plan.scenario.finance.currency)))
whole = st.container()

with section.card("One table"):
    names = list(by_name)
    name = st.segmented_control(
        "Table", names, default="hiring_plan", format_func=words.title, key="downloads.table", required=True, label_visibility="collapsed", wrap=True
    )
    frame, table = frames[name], by_name[name]
    section.said(f"{table.about} {words.count(len(frame))} rows{f'; the first {files.PREVIEW} are shown' if len(frame) > files.PREVIEW else ''}.")
    files.offer(f"{table.title} (CSV)", lambda: files.csv_of(plan, name), f"{name}.csv", "text/csv")
    st.dataframe(files.preview(frame), hide_index=True, column_config=files.right_aligned(frame), height=420 if len(frame) > 10 else "auto", alt=table.about)

with section.card(
    "Your own decisions",
    "Change the decisions file in an editor and bring it back: the plan then follows it, beyond the limits too, and tells which it breaks.",
):
    files.decisions_upload()

with (
    whole,
    section.card(
        "The whole plan",
        "The workbook holds every table, charts and every assumption; the report is for print. A scenario opens in the sidebar, decisions below.",
    ),
):
    files.whole_plan(plan, budget.usable(plan))
