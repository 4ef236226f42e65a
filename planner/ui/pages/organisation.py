"""Leaders and support roles: ratios, open posts, promotion and outside appointments, the ready bench."""

import streamlit as st

from planner.report import charts, takeaways, words
from planner.ui import section, session, why

section.page_top()
plan, dark = session.plan(), session.dark()
st.title("Organisation", anchor=False)
section.said("Who leads and supports the frontline, whether every ratio holds, and where the next leaders come from.")

with section.card("Ratios month by month", says := takeaways.ratio_strip(plan)):
    section.chart(charts.ratio_strip(plan, dark), says, lambda: takeaways.ratio_strip_behind(plan), name="ratio_strip")

name = section.role_picker(plan)
if name:
    months = plan.role(name)
    with section.card(words.title(name), says := takeaways.role(months, plan)), st.grid(2, min_column_width=430):
        with st.container():
            section.chart(charts.role_heads(plan, name, dark), f"People in the role. {says}", name="role.heads")
        with st.container():
            section.chart(charts.role_moves(plan, name, dark), f"How posts are filled. {says}", lambda: takeaways.role_behind(months, plan), name="role")

if name:
    why.role(plan, name, dark)

with section.card("Ready to be promoted", says := takeaways.ready_bench(plan)):
    section.chart(charts.ready_bench(plan, dark), says, lambda: takeaways.ready_bench_behind(plan), name="ready_bench")

with section.card("Spans against their limits", "Each role where its span is widest. Bars beyond the dashed limit stand out."):
    section.chart(charts.spans(plan, dark), "The span of every role by month against its limit.", name="spans")

with section.card("All roles", "People in post are expected values: half a person gone opens a post."):
    section.table(takeaways.roles_table(plan))
