"""The search for a hiring plan on the page: what is asked, the search beside the page, and what came of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from planner import decisions as decided
from planner.decisions import Decisions
from planner.errors import InvalidScenario
from planner.executor import Job
from planner.optimiser import beside
from planner.optimiser.moves import comparable
from planner.optimiser.outcome import Progress, Solution
from planner.optimiser.wish import Goal, Wish
from planner.plan import Plan, project
from planner.report import optimum, optimum_charts, words
from planner.scenario import Scenario
from planner.ui import files, section, session

EVERY_S = 1.0
SECONDS = (5, 10, 30, 60, 120, 300)
SHOWN_MOVES = 200
NEXT = 10


@dataclass
class Run:
    """One search: what was asked of which scenario, the job that is at it, and what it found."""

    scenario: Scenario
    wish: Wish
    job: Job[Solution]
    shown: bool = False
    found: Solution | None = None

    @property
    def solution(self) -> Solution | None:
        """What it found; None while it is at work."""
        if self.found is None and self.job.done:
            self.found = beside.solution(self.job, self.scenario)
        return self.found


@dataclass
class Searches:
    """The searches of this session: the one at work or done last, and the plan found before it."""

    last: Run | None = None
    before: Run | None = None


def searches() -> Searches:
    """This session's searches; they outlive page changes."""
    if "searches" not in st.session_state:
        st.session_state.searches = Searches()
    kept: Searches = st.session_state.searches
    return kept


def at_work() -> Run | None:
    """The search that is at work, if one is."""
    last = searches().last
    return last if last is not None and last.solution is None else None


def begin(scenario: Scenario, wish: Wish, taken: Decisions | None) -> None:
    """Begins a search, from the plan found last where there is one. What does not fit the scenario is told at the top of the page."""
    kept = searches()
    found = kept.last.solution if kept.last is not None else None
    try:
        run = Run(scenario, wish, beside.begin(scenario, wish, taken, found.decisions if found is not None else None))
    except InvalidScenario as error:
        session.refuse(error.faults)
        return
    session.refuse(())
    if kept.last is not None and kept.last.solution is not None and kept.last.solution.plan is not None:
        kept.before = kept.last
    kept.last = run


# What is asked -------------------------------------------------------------------------------------------------------------------------------


HELP: dict[Goal, str] = {
    "cheapest": "Least cost, with missing people at the price that the scenario gives them.",
    "service_floor": "Least cost, with a least share of the required people there in every month and group.",
    "best_service": "Fewest people missing, with a budget in every month.",
    "smoothest": "The steadiest starts from month to month that cost little more than the cheapest plan.",
}


def asked(scenario: Scenario, plan: Plan) -> tuple[Wish, Decisions | None]:
    """The form: goal, its own figure, months already signed, time. Gives the wish, and the decisions that stand in the frozen months."""
    names = list(optimum.GOALS)
    goal: Goal = st.segmented_control(
        "Goal",
        names,
        default=names[0],
        format_func=lambda name: optimum.GOALS[name],
        key="optimise.goal",
        required=True,
        label_visibility="collapsed",
        wrap=True,
        persist_state="session",
    )
    section.said(HELP[goal])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        floor, budget, within = _figure(goal, scenario, plan)
        frozen = _frozen(scenario)
        seconds = st.selectbox(
            "Search for",
            SECONDS,
            index=2,
            format_func=lambda value: f"{value} seconds" if value < 100 else f"{value // 60} minutes",
            key="optimise.seconds",
            width=150,
            persist_state="session",
        )
    taken = _taken(scenario, plan, frozen) if frozen else None
    return Wish(goal, floor, budget, within, float(seconds), frozen_months=frozen), taken


def _figure(goal: Goal, scenario: Scenario, plan: Plan) -> tuple[float | None, float | None, float]:
    """The figure that belongs to a goal: service floor, budget, or how much more than the cheapest."""
    if goal == "service_floor":
        given = round(100 * scenario.optimisation.service_floor) or 95
        floor = st.number_input("Staffed at least, %", 1, 100, given, key=session.key("optimise.floor"), width=170)
        return floor / 100, None, 0.01
    if goal == "best_service":
        return None, _budget(scenario, plan), 0.01
    if goal == "smoothest":
        return None, None, st.number_input("May cost more, %", 0.1, 20.0, 1.0, 0.5, key=session.key("optimise.within"), width=170) / 100
    return None, None, 0.01


def _budget(scenario: Scenario, plan: Plan) -> float | None:
    """One amount for every month; None where the scenario's own budget is kept."""
    own = scenario.finance.budget_monthly is not None
    if own and st.checkbox("Keep the scenario's budget", value=True, key=session.key("optimise.own_budget")):
        return None
    most = float(np.ceil(plan.spend.max() / 10_000) * 10_000)
    label = f"Budget a month, {scenario.finance.currency}"
    return float(st.number_input(label, 0.0, None, most, max(most / 100, 1.0), format="%.0f", key=session.key("optimise.budget"), width=200))


def _frozen(scenario: Scenario) -> int:
    """How many first months are signed already."""
    return int(
        st.number_input(
            "Months already signed",
            0,
            scenario.horizon.months - 1,
            0,
            key=session.key("optimise.frozen"),
            width=180,
            help="Decisions of these months stand as they are; the months after them are planned anew.",
        )
    )


def _taken(scenario: Scenario, plan: Plan, months: int) -> Decisions:
    """The decisions of the signed months: those of the plan in use, with what really started where that is known."""
    groups, labels = [group.name for group in scenario.groups], plan.months[:months]
    planned = plan.decisions.starts[:months].sum(axis=2)
    with st.expander(f"Who really started in these {months} months" if months > 1 else "Who really started in this month", icon=":material/edit:"):
        section.said(f"Filled in from the plan in use, which follows {session.decided_by()}. Put the actual number of people in place of the planned one.")
        frame = pd.DataFrame(planned.astype(int), columns=groups, index=[words.month_name(label) for label in labels])
        columns = {name: st.column_config.NumberColumn(min_value=0, step=1, format="localized") for name in groups}
        name = session.key(f"optimise.actual.{months}.{'own' if session.decides() else 'baseline'}")
        edited = st.data_editor(frame, column_config=columns, key=name, num_rows="fixed", disabled=["_index"])
    return decided.as_started(plan.scenario, plan.decisions, edited.to_numpy(dtype=float))


# The search at work --------------------------------------------------------------------------------------------------------------------------


@st.fragment(run_every=EVERY_S)
def progress(run: Run, dark: bool) -> None:
    """Where the search stands, every second: in words and as a chart, with the button that stops it."""
    if run.job.done:
        st.rerun()
    told: tuple[Progress, ...] = run.job.told
    st.progress(min(max(run.job.seconds / (run.wish.seconds + 3), 0.02), 1.0), text=section.plain(standing(run)))
    st.button("Stop and take the best so far", icon=":material/stop_circle:", on_click=run.job.stop, disabled=run.job.stopping, key="optimise.stop")
    if told:
        currency = run.scenario.finance.currency
        says = "The best plan so far and the bound that no plan undercuts, by seconds."
        section.chart(optimum_charts.gap_closing(told, currency, dark), says, name="optimise.closing")


def standing(run: Run) -> str:
    """Where a search stands, in one line."""
    if run.job.stopping:
        return "Stopping, with the best plan so far"
    if not run.job.begun:
        return "Waiting: other searches take all places. Yours begins when one of them ends."
    if not run.job.told:
        return "Writing the model: every hire, class and promotion of every month"
    last: Progress = run.job.told[-1]
    stage = f" Looking for {last.stage}." if last.stage else ""
    currency = run.scenario.finance.currency
    if last.best is None:
        return f"No plan that meets every limit yet.{stage}"
    if last.bound is None:
        return f"Best plan so far {words.money(last.best, currency)}; no bound yet.{stage}"
    gap = optimum.share(max(last.best - last.bound, 0.0) / max(abs(last.best), 1e-9))
    return f"Best plan so far {words.money(last.best, currency)}, at most {gap} above the cheapest.{stage}"


# What came of it -----------------------------------------------------------------------------------------------------------------------------


def result(run: Run, solution: Solution, dark: bool) -> None:
    """Everything that a search has found."""
    told = optimum.outcome(solution, run.wish)
    colour, icon = section.TONES[told.tone]
    with section.card(f":{colour}[{icon}] {section.plain(told.headline)}"):
        st.markdown(section.plain(told.sentence))
        if solution.conflict is not None:
            _ways_out(solution)
        if solution.plan is not None:
            _figures(solution.plan, solution)
            _take(run, solution.plan)
    if solution.plan is not None:
        _changed(run, solution.plan)
        _moved(run, solution, dark)
        _beside(solution.plan, solution, dark)
        _why(solution, dark)
    _course(run, dark)


def _ways_out(solution: Solution) -> None:
    """The cheapest relaxation by the user's priorities."""
    if solution.conflict is not None and solution.conflict.sentences:
        st.markdown("**The cheapest way out by your priorities**")
        st.markdown("\n".join(f"- {section.plain(sentence)}" for sentence in solution.conflict.sentences))
        section.said("Priorities and limits stand under Assumptions, in Optimiser. What must give way is a least: whole people may ask for a little more.")


def _figures(plan: Plan, solution: Solution) -> None:
    """The plan in five figures, each beside the baseline's."""
    currency, base = plan.scenario.finance.currency, solution.baseline
    cost, before = float(plan.cost.sum()), float(base.cost.sum())
    near = "not known" if solution.gap is None else optimum.share(solution.gap)
    decidable = "" if solution.decidable_gap is None else f"{optimum.share(solution.decidable_gap)} of what can change"
    with st.grid(4, min_column_width=200, gap="small"):
        section.plain_metric("Cost", words.money(cost, currency), f"baseline {words.money(before, currency)}")
        saved = f"{optimum.share(abs(before - cost) / before)} of the baseline" if before else ""
        section.plain_metric("Saves", optimum.signed(before - cost, currency), saved)
        section.plain_metric("Proved to within", near, decidable)
        section.plain_metric("Months short", words.count(optimum.short_months(plan)), f"baseline {words.count(optimum.short_months(base))}")


def _take(run: Run, plan: Plan) -> None:
    """Use the plan on all pages, or take it away as files."""
    fits = comparable(run.scenario, session.scenario())
    text = decided.to_json(plan.decisions, plan.scenario)
    in_use = session.decides() and st.session_state.decisions == text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "All pages follow this plan" if in_use else "Use this plan",
            icon=":material/check:" if in_use else ":material/done_all:",
            type="secondary" if in_use else "primary",
            on_click=_use,
            args=(text,),
            disabled=in_use or not fits,
            key="optimise.use",
        )
        if in_use:
            st.button("Back to the baseline's decisions", icon=":material/undo:", on_click=session.undecide, key="optimise.undecide")
        files.offer("Hiring plan (CSV)", lambda: files.csv_of(plan, "hiring_plan"), "hiring_plan.csv", "text/csv")
        files.offer("Decisions (JSON)", text.encode, "decisions.json", "application/json")
    if not fits:
        section.said(f"This plan is for {run.scenario.name}: open that scenario to use it.")
    section.said("The hiring plan has a line for each hire: by when its requisition is opened, when its class starts, when it is productive, what it costs.")


def _use(text: str) -> None:
    if session.decide(text, "the optimiser"):
        st.session_state.note = "All pages follow this plan now."


def _changed(run: Run, plan: Plan) -> None:
    """What has changed among the assumptions since, and how the plan would do under those of now."""
    now = session.scenario()
    if now == run.scenario:
        return
    told = optimum.changes(run.scenario, now) if comparable(run.scenario, now) else []
    with st.container(border=True):
        if not told:
            st.warning(f"This plan was found for {section.plain(run.scenario.name)}, which is not the scenario on screen.", icon=":material/swap_horiz:")
            return
        st.warning("Assumptions have changed since this plan was found. Search again to see which decisions move.", icon=":material/update:")
        st.markdown("\n".join(f"- {section.plain(line)}" for line in told[:8]) + (f"\n- and {len(told) - 8} more" if len(told) > 8 else ""))
        st.markdown(section.plain(_under_now(now, plan)))


def _under_now(now: Scenario, plan: Plan) -> str:
    """What the decisions found would come to under the assumptions of now, beside the baseline's."""
    base = session.planned(now)
    again = project(now, plan.decisions, base.requirement)
    currency = now.finance.currency
    ours, theirs = (f"{words.money(float(each.cost.sum()), currency)} with {_short(each)} short" for each in (again, base))
    return f"As it stands it would now cost {ours}; the baseline, decided anew, {theirs}."


def _short(plan: Plan) -> str:
    months = optimum.short_months(plan)
    return "1 month" if months == 1 else f"{months} months"


def _moved(run: Run, solution: Solution, dark: bool) -> None:
    """Which decisions moved against the plan found before, where assumptions or the goal have changed between them."""
    before = searches().before
    if before is None or before.solution is None or before.solution.plan is None or solution.plan is None or not comparable(run.scenario, before.scenario):
        return
    found = optimum.all_moves(solution, before.solution)
    with section.card("What moved against the plan found before", optimum.moves_words(found)):
        told = optimum.changes(before.scenario, run.scenario)
        if told:
            st.markdown("\n".join(f"- {section.plain(line)}" for line in told[:6]))
        elif before.wish != run.wish:
            section.said(f"The assumptions are the same; the goal was: {optimum.GOALS[before.wish.goal].lower()}.")
        says = "Starts by month of this plan and of the plan found before."
        section.chart(optimum_charts.starts_beside(solution.plan, before.solution.plan, "Plan found before", dark), says, name="optimise.before")
        if found:
            shown = found[:SHOWN_MOVES]
            section.table(optimum.moves_table(solution.plan.months, shown), height=320)
            if len(found) > SHOWN_MOVES:
                section.said(f"The first {SHOWN_MOVES} of {words.count(len(found))} moves.")


def _beside(plan: Plan, solution: Solution, dark: bool) -> None:
    """Cost and service beside the baseline's, and where the baseline was better."""
    base = solution.baseline
    with section.card("Beside the baseline", says := optimum.saved_words(plan, base)):
        st.markdown(section.plain(optimum.baseline_was_better(plan, base)))
        differs = any(abs(ours - theirs) >= optimum.SLIGHT for ours, theirs in optimum.amounts(plan, base).values())
        with st.grid(2, min_column_width=430):
            if differs:
                with st.container():
                    section.chart(optimum_charts.saved_by_item(plan, base, dark), says, name="optimise.saved")
            with st.container():
                table = optimum.beside_baseline(plan, base)
                section.table(table, height="content")
    with section.card("Starts by month", optimum.starts_words(plan, base)):
        section.chart(optimum_charts.starts_beside(plan, base, "Baseline", dark), optimum.starts_words(plan, base), name="optimise.starts")
    _next_hires(plan)


def _next_hires(plan: Plan) -> None:
    """The requisitions to open first."""
    table = files.frames(plan)["hiring_plan"]
    first = table.sort_values(["open_requisition_by", "start_month"], kind="stable").head(NEXT)
    with section.card("Open these requisitions first", optimum.first_requisitions_words(plan, table)):
        columns = ["open_requisition_by", "class_start", "role", "site", "group", "source", "heads", "productive_month"]
        shown = first[columns]
        st.dataframe(files.preview(shown), hide_index=True, column_config=files.right_aligned(shown), alt="The requisitions to open first")


def _why(solution: Solution, dark: bool) -> None:
    """Which limits bind, and what one more of them would be worth."""
    with section.card("Which limits bind", says := optimum.binding_words(solution)):
        if solution.binding:
            section.chart(optimum_charts.binding_strip(solution, dark), says, lambda: optimum.binding_table(solution), name="binding")
    with section.card("What one more would be worth", optimum.worth_words(solution)):
        if solution.worth:
            section.table(optimum.worth_table(solution))
            section.said("By fractions of people, all else decided anew: what there is to win at most. One more in every month of the plan.")


def _course(run: Run, dark: bool) -> None:
    """How the gap closed."""
    told: tuple[Progress, ...] = run.job.told
    if any(each.best is not None for each in told) and any(each.bound is not None for each in told):
        with section.card("How the search went", "Between the two lines nothing is known: the cheapest plan of all lies there."):
            says = "The best plan so far and the bound that no plan undercuts, by seconds."
            section.chart(optimum_charts.gap_closing(told, run.scenario.finance.currency, dark), says, name="optimise.gap")


def baseline_card(base: Plan) -> None:
    """Before any search: what the baseline costs, which is what there is to beat."""
    currency = base.scenario.finance.currency
    with (
        section.card("What there is to beat", "The baseline decides as a careful spreadsheet does. Every plan found stands beside it."),
        st.grid(4, min_column_width=170),
    ):
        section.plain_metric("Baseline costs", words.money(float(base.cost.sum()), currency), f"over {len(base.months)} months, shortage priced")
        section.plain_metric("Months short", words.count(optimum.short_months(base)), f"{words.one_decimal(base.shortage_fte.sum())} FTE-months")
        section.plain_metric("Frontline hires", words.count(base.frontline.starts.sum()), f"in {words.count(base.decisions.classes.sum())} classes")
        section.plain_metric("Months of open posts", words.count(optimum.open_post_months(base)), "leaders and support")
