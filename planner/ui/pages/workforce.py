"""Workforce: people and what they bring, when a hire helps, classes and what they take, the hiring funnel."""

import streamlit as st

from planner.report import charts, heat
from planner.ui import section, session, views, why

section.page_top()
st.title("Workforce", anchor=False)
plan, dark = session.plan(), session.dark()
names = [group.name for group in plan.scenario.groups]
name = section.group_picker(plan, "workforce")
group = names.index(name) if name else None

with st.grid(2, min_column_width=430):
    with section.card("People and productive FTE", says := views.people_in_words(plan, group)):
        section.chart(heat.heads_and_fte(plan, dark, group), says, name="workforce.heads")
    with section.card("People who come and go", says := views.moves_in_words(plan, group)):
        section.chart(charts.headcount_flows(plan, dark, name), says, name="workforce.moves")
    with section.card("New people among all", says := views.tenure_in_words(plan, group)):
        section.chart(charts.tenure_share(plan, dark, name), says, name="workforce.tenure")
    with section.card(f"When does a hire help? One start in {name or names[0]}"):
        sources = [source.name for source in plan.scenario.hiring.sources]
        source = st.selectbox("Source", sources, key=session.key("workforce.source"), label_visibility="collapsed") if len(sources) > 1 else sources[0]
        response, fte = views.one_start(plan.scenario, name or names[0], source)
        section.said(says := views.one_start_in_words(fte))
        section.chart(heat.one_start(response, fte, dark), says, name="workforce.start")

why.people(plan, name, dark)

with section.card("Class calendar", says := views.classes_in_words(plan)):
    section.chart(heat.class_calendar(plan, dark), says, views.calendar_frame(plan), name="workforce.classes")

why.classes(plan, dark)

sites = [site.name for site in plan.scenario.sites]
with section.card("What the classes take"):
    site = (
        st.segmented_control("Site", sites, default=sites[0], key=session.key("workforce.site"), required=True, label_visibility="collapsed")
        if len(sites) > 1
        else sites[0]
    )
    with st.grid(3, min_column_width=280):
        for title, unit, needed, available in views.room_panels(plan, sites.index(site)):
            with st.container():
                st.markdown(f"**{title}**")
                section.said(says := views.load_in_words(plan, needed, available, unit))
                frame = views.load_frame(plan, needed, available)
                section.chart(heat.needed_and_available(plan.months, needed, available, unit, dark), says, frame, name=f"workforce.{title}")

with st.grid(2, min_column_width=430):
    with section.card("Hiring funnel over the plan", says := views.funnel_in_words(plan)):
        section.chart(heat.funnel(plan, dark), says, name="workforce.funnel")
        section.table(views.funnel_frame(plan))
    with section.card("Recruiters and interviewers"):
        for title, needed, available in views.hiring_load(plan):
            st.markdown(f"**{title}**")
            section.said(says := views.load_in_words(plan, needed, available, "hours"))
            section.chart(heat.needed_and_available(plan.months, needed, available, "hours", dark), says, name=f"workforce.{title}")
