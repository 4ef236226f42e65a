"""The dashboard: page settings, navigation, levers, one error boundary."""

import streamlit as st

from planner.ui import levers, navigation

st.set_page_config(page_title="Frontline Planner", page_icon=navigation.ICON, layout="wide", initial_sidebar_state="auto")
navigation.dress()
navigation.admit()
page = navigation.chosen()
with navigation.guarded():
    levers.sidebar()
with navigation.guarded():
    page.run()
navigation.settle()
