"""Method: formulas, sources and limits; every parameter; the glossary."""

import streamlit as st

from planner.report import method
from planner.ui import section, session, views

section.page_top()
st.title("Method", anchor=False)
section.said("How every figure comes about, what it assumes, and where that comes from.")

formulas, parameters, glossary = st.tabs(["Formulas and sources", "Every parameter", "Glossary"])
with formulas:
    for topic in method.METHODS:
        with section.card(topic.title, topic.says):
            for formula in topic.formulas:
                st.latex(formula, help=None)
            st.markdown(
                section.plain(f"**Assumes.** {topic.assumes}\n\n**Source.** {topic.sources}" + (f"\n\n**Limits.** {topic.limits}" if topic.limits else ""))
            )
    with section.card("Symbols"):
        section.table(method.symbols())
    with section.card("What is not established"):
        st.markdown("\n".join(f"- {section.plain(line)}" for line in method.NOT_ESTABLISHED))
with parameters:
    frame = views.parameters_frame(session.scenario().finance.currency)
    section.said(f"{len(frame)} parameters, from their own declarations. Assumptions are editable under Assumptions.")
    st.dataframe(
        frame, hide_index=True, height=700, column_config=views.parameter_columns(), alt="Every parameter with its unit, bounds, default, basis and help"
    )
with glossary:
    section.table(method.glossary(), height=900)
