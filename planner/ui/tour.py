"""The first visit: five short steps on the first screen, skipped at will, and never shown again in the same browser."""

from dataclasses import dataclass

import streamlit as st

SEEN = "planner_visited"
"""The cookie by which a browser is known to have seen or skipped the steps. It holds nothing else."""
YEARS = 10


@dataclass(frozen=True)
class Step:
    """One step: where to look, and what is there."""

    title: str
    says: str


STEPS = (
    Step("The answer stands first", "The headline says whether the growth holds; the sentences beneath, what breaks first, when, why, and what would help."),
    Step("Move a lever", "On the left: growth, handle time, attrition, shrinkage, service, spans. Figures and charts follow; Undo takes a step back."),
    Step("Bring your own figures", "Demand takes the file your tool exports. Assumptions holds everything else, and flags what is only assumed."),
    Step("Ask for the best plan", "Hiring plan finds the cheapest one within every limit. Compare puts scenarios side by side and says what differs."),
    Step("Take it with you", "Downloads has the workbook, a report for print and every table. The link in the address reopens what you see."),
)


def offer() -> None:
    """The steps, for who has not seen them yet."""
    if st.session_state.get("tour.done"):
        if st.session_state.pop("tour.keep", False):
            _keep()
        return
    if st.context.cookies.get(SEEN) == "1":
        st.session_state["tour.done"] = True
        return
    at = int(st.session_state.get("tour.at", 0))
    step = STEPS[at]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="tour"):
        st.markdown(f"**{at + 1} of {len(STEPS)} · {step.title}.** {step.says}")
        if at + 1 < len(STEPS):
            st.button("Next", key="tour.next", on_click=_go, args=(at + 1,), icon=":material/arrow_forward:")
            st.button("Skip", key="tour.skip", on_click=_end, type="tertiary", help="Not shown again in this browser.")
        else:
            st.button("Done", key="tour.end", on_click=_end, icon=":material/check:")


def _go(step: int) -> None:
    st.session_state["tour.at"] = step


def _end() -> None:
    st.session_state["tour.done"] = st.session_state["tour.keep"] = True


def _keep() -> None:
    """Leaves the cookie. Streamlit itself can only read cookies, so a constant line of script writes it."""
    script = f"<script>document.cookie = '{SEEN}=1; max-age={YEARS * 365 * 86_400}; path=/; SameSite=Lax'</script>"
    st.html(script, unsafe_allow_javascript=True)
