"""The first screen: can we grow like this?"""

from planner.report import charts, figures, takeaways, words
from planner.ui import section, session, tour

section.page_top()
tour.offer()
plan, rest, dark = session.plan(), session.rest_plan(), session.dark()

section.title(plan)
section.verdict(words.verdict(plan))
section.metrics(figures.six(plan, rest))

with section.card("Required and available people"):
    group = section.group_picker(plan, "overview")
    says = takeaways.required_and_available(plan, group)
    section.said(says)
    section.chart(
        charts.required_and_available(plan, dark, group), says, lambda: takeaways.required_and_available_behind(plan, group), name="required_and_available"
    )

with section.card("Ratios month by month", says := takeaways.ratio_strip(plan)):
    section.chart(charts.ratio_strip(plan, dark), says, lambda: takeaways.ratio_strip_behind(plan), name="ratio_strip")

with section.card("Training and hiring load", says := takeaways.training_load(plan)):
    section.chart(charts.training_load(plan, dark), says, lambda: takeaways.training_load_behind(plan), name="training_load")

if plan.costs:
    with section.card("Cost by month", says := takeaways.cost_stack(plan)):
        section.chart(charts.cost_stack(plan, dark), says, lambda: takeaways.cost_stack_behind(plan), name="cost_stack")
