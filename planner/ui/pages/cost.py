"""What the plan costs: by month, by year, by role, by contact."""

import streamlit as st

from planner.report import charts, takeaways
from planner.ui import budget, section, session, why

section.page_top()
plan, dark = session.plan(), session.dark()
st.title("Cost", anchor=False)
section.said(f"All amounts in {plan.scenario.finance.currency}. The price of shortage is value lost, not money paid, and is told apart.")

with st.grid(4, min_column_width=210):
    for label, (value, means) in takeaways.unit_costs(plan).items():
        section.plain_metric(label, value, means)

with section.card("Cost by month", says := takeaways.cost_stack(plan)):
    section.chart(charts.cost_stack(plan, dark), says, lambda: takeaways.cost_stack_behind(plan), name="cost_stack")

why.cost(plan, dark)

with section.card("What one contact and one hire cost", says := takeaways.unit_costs_by_month(plan)):
    section.chart(charts.unit_costs(plan, dark), says, lambda: takeaways.unit_costs_behind(plan), name="unit_costs")

with section.card("Budget and variance"):
    budget.draw(plan)

with st.grid(2, min_column_width=430):
    with section.card("By year and item"):
        section.table(takeaways.yearly_by_item(plan))
    with section.card("By year and role"):
        section.table(takeaways.yearly_by_role(plan))
