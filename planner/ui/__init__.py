"""The dashboard: the only home of Streamlit. One scenario in the session, every page a view of it."""
