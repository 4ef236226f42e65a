"""The budget on the cost page: a file from finance, how the plan stands against it, and the way to hold the plan to it."""

from functools import lru_cache

import pandas as pd
import streamlit as st

from planner import budget as budgets
from planner.budget import Budget, InvalidBudget, Variance
from planner.plan import Plan
from planner.report import export, variance, words
from planner.ui import files, form, section, session

NAME = "budget"
"""Where the session keeps the budget: beside the scenario, for it is held against any."""
ANSWERS = f"{NAME}.answers"


def held() -> Budget | None:
    """The budget of this session, if there is one."""
    found: Budget | None = st.session_state.get(NAME)
    return found


@lru_cache(maxsize=16)
def compared(plan: Plan, budget: Budget) -> Variance:
    """The plan against the budget, worked out once."""
    return budgets.variance(plan, budget)


def fits(plan: Plan, budget: Budget) -> str:
    """Why a budget cannot be held against this plan; empty where it can."""
    sites = {site.name for site in plan.scenario.sites} | {budgets.EVERYWHERE}
    strange = sorted({line.site for line in budget.lines} - sites)
    if strange:
        return f"This scenario has no site {', '.join(strange)}, which the budget names."
    return "" if set(budget.months) & set(plan.months) else "The budget covers none of this plan's months."


def usable(plan: Plan) -> Budget | None:
    """The budget of this session where it can be held against the plan."""
    budget = held()
    return None if budget is None or fits(plan, budget) else budget


def draw(plan: Plan) -> None:
    """The card: what to bring, or how the plan stands against what was brought."""
    budget = held()
    if budget is None:
        section.said("Bring the budget as CSV or Excel with the columns month, item and amount; a column site where it is kept by site.")
        _bring(plan)
        return
    problem = fits(plan, budget)
    if problem:
        st.warning(section.plain(problem), icon=":material/warning:")
    else:
        _standing(plan, budget)
    with st.container(horizontal=True):
        if not problem:
            _offer(plan, budget)
        st.button("Remove the budget", on_click=_forget, icon=":material/delete:", key="budget.remove")


def _standing(plan: Plan, budget: Budget) -> None:
    currency, found = plan.scenario.finance.currency, compared(plan, budget)
    says = variance.in_words(found, currency)
    section.said(says)
    section.chart(variance.chart(found, currency, session.dark()), says, lambda: variance.by_month(found, currency), name="budget")
    section.table(variance.by_item(found, currency))
    notes = [f"From {budget.file_name}.", *budget.notices]
    section.said(" ".join(notes))


def _offer(plan: Plan, budget: Budget) -> None:
    frame = variance.variance_table(compared(plan, budget), plan.scenario.finance.currency)
    files.offer("Variance by month and item (CSV)", lambda: export.to_csv(frame), "budget_variance.csv", "text/csv")
    missing = [month for month in plan.months if month not in set(budget.months)]
    help_text = (
        f"The budget has nothing for {words.month_name(missing[0])}: it must cover every month of the plan."
        if missing
        else "Sets the budget by month of the scenario to these sums: the plan then spends no more on hiring than they allow. You can undo it."
    )
    st.button("Hold the plan to it", on_click=_hold, args=(plan.months,), disabled=bool(missing), help=help_text, icon=":material/lock:", key="budget.hold")


def _hold(months: tuple[str, ...]) -> None:
    budget = held()
    if budget is not None and session.change("finance.budget_monthly", tuple(float(amount) for amount in budget.of_month(months))):
        st.session_state.note = "The plan is held to the budget by month."


def _forget() -> None:
    st.session_state.pop(NAME, None)


# Bringing one --------------------------------------------------------------------------------------------------------------------------------


def _bring(plan: Plan) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        files.offer("Template with the plan's own cost", lambda: export.to_csv(template_of(plan)), "budget_template.csv", "text/csv")
    file = st.file_uploader("Budget file", type=["csv", "xlsx"], key=session.key("budget.file"))
    if file is None:
        return
    answers = dict(st.session_state.get(ANSWERS, {}))
    try:
        with st.spinner(f"Reading {file.name}"):
            found = _read(file.getvalue(), file.name, plan, tuple(sorted(answers.items())))
    except InvalidBudget as error:
        form.asked_or_told(error.questions, error, NAME)
        return
    st.session_state[NAME] = found
    st.session_state.pop(ANSWERS, None)
    st.rerun()


@lru_cache(maxsize=4)
def template_of(plan: Plan) -> pd.DataFrame:
    """The template of a plan, made once."""
    return variance.template(plan)


def _read(data: bytes, name: str, plan: Plan, answers: tuple[tuple[str, str], ...]) -> Budget:
    return budgets.read_budget_safely(data, name, plan.scenario, dict(answers))
