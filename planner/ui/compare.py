"""Scenarios side by side on the page: which ones, how they stand, and the bridge between two."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from planner import bridge as bridges
from planner import scenario as scenarios
from planner.bridge import Bridge, NotComparable
from planner.errors import InvalidScenario, PlannerError
from planner.executor import ChildFailed, Job
from planner.plan import Plan
from planner.report import sidebyside, waterfall, words
from planner.scenario import Levers, Scenario
from planner.store import Entry, Version
from planner.store.library import DRAFT
from planner.ui import levers, section, session, who

MOST = len(sidebyside.LETTERS)
AT_ONCE = 3
"""Causes of a bridge that is worked out without being asked for: eight plans."""
EVERY_S = 1.0
AWAY_S = 30.0
"""For how long a library that did not answer is left alone: every try can take seconds."""
NOW, REST, PRESET, SAVED, VERSION, SHIPPED, FILE = "now", "rest", "preset:", "saved:", "version:", "shipped:", "file:"
LISTED = 100
"""Scenarios of the library that are offered, the last saved first."""


@dataclass
class Work:
    """One job: what it is for, the job, and what it found or why it found nothing."""

    asked: Any
    job: Job[Any]
    found: Any = None
    failed: str = ""

    @property
    def done(self) -> bool:
        """Whether there is a result, or never will be."""
        if self.job.done and self.found is None and not self.failed:
            try:
                self.found = self.job.result()
            except ChildFailed as error:
                self.failed = "It was stopped." if self.job.stopping else f"It could not be worked out: {error}."
        return self.found is not None or bool(self.failed)


@dataclass
class Kept:
    """What this session compares with besides its scenario: files opened here, versions of the library, the last bridge and the last question."""

    files: dict[str, Scenario] = field(default_factory=dict)
    versions: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Versions that were asked for: what each is called, the key of its scenario in the library, its number."""
    bridge: Work | None = None
    question: Work | None = None
    away_until: float = 0.0
    """When the library may be asked again, by the monotonic clock."""


def kept() -> Kept:
    """This session's comparison; it outlives page changes."""
    if "comparing" not in st.session_state:
        st.session_state.comparing = Kept()
    found: Kept = st.session_state.comparing
    return found


# Which scenarios -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """Something that can be compared: what it is called, and how it is opened."""

    label: str
    open: Callable[[], Scenario]


def options() -> dict[str, Option]:
    """Everything that can be compared, by a name that stays: the scenario now, at rest, under each preset; shipped, saved in the library, opened here."""
    now = session.scenario()
    found = {NOW: Option(f"{now.name} (as it is now)", lambda: now), REST: Option(f"{now.name}, levers at rest", lambda: session.at_rest(now))}
    for name, moved in levers.PRESETS.items():
        if moved != Levers():
            found[PRESET + name] = Option(f"{now.name}, {name.lower()}", partial(_under, now, moved))
    found |= options_of_library()
    found |= {SHIPPED + name: Option(f"{session.shipped_scenario(name).name} (shipped)", partial(session.shipped_scenario, name)) for name in session.shipped()}
    return found | {FILE + name: Option(f"{name} (your file)", partial(kept().files.__getitem__, name)) for name in kept().files}


def _under(now: Scenario, moved: Levers) -> Scenario:
    return now.model_copy(update={"levers": moved})


def options_of_library() -> dict[str, Option]:
    """The newest version of every saved scenario that may be read, and the versions that were asked for."""
    entries = saved_ones()
    newest = {SAVED + entry.key: Option(saved_label(entry), partial(_from_library, entry.key)) for entry in entries}
    asked = {name: Option(label, partial(_from_library, key, no)) for name, (label, key, no) in kept().versions.items()}
    return newest | asked if entries else {}


def saved_ones() -> tuple[Entry, ...]:
    """The scenarios of the library, the last saved first; none where it cannot be opened, which its own page tells and which is not tried every time."""
    if time.monotonic() < kept().away_until:
        return ()
    try:
        library = who.library()
        return library.list(who.at_work(library))[:LISTED]
    except PlannerError:
        kept().away_until = time.monotonic() + AWAY_S
        return ()


def saved_label(entry: Entry) -> str:
    """What the newest version of a saved scenario is called."""
    return f"{entry.name} (library, version {entry.head}{_stands(entry)})"


def _stands(version: Entry | Version) -> str:
    return "" if version.standing == DRAFT else f", {version.standing}"


def _from_library(key: str, no: int | None = None) -> Scenario:
    library = who.library()
    return library.open(who.at_work(library), key, no).scenario


def chosen() -> list[tuple[str, Scenario]]:
    """The scenarios that are compared, in the order in which they were chosen, with what each is called."""
    known = options()
    labels = {name: option.label for name, option in known.items()}
    if st.session_state.get("compare.chosen") is None:
        moved = session.scenario().levers != Levers()
        st.session_state["compare.chosen"] = [REST, NOW] if moved else [NOW, PRESET + "High growth"]
    st.session_state["compare.chosen"] = [name for name in st.session_state["compare.chosen"] if name in known]
    names = st.multiselect(
        "Two to four scenarios", list(known), format_func=labels.__getitem__, max_selections=MOST, key="compare.chosen", persist_state="session",
        help="Presets move the levers of the scenario on screen. Saved scenarios come from the library, their newest version or an earlier one; a file can be "
        "added.",
    )  # fmt: skip
    with st.container(horizontal=True):
        with st.popover("Add a file", icon=":material/upload_file:"):
            st.file_uploader("Scenario file", type="json", key=f"compare.file.{len(kept().files)}", on_change=_open)
        entries = saved_ones()
        if entries:
            with st.popover("Add a version", icon=":material/history:"):
                _version_picker(entries)
    return _opened([(labels[name], known[name]) for name in names])


def _opened(options: Sequence[tuple[str, Option]]) -> list[tuple[str, Scenario]]:
    """The scenarios behind what was chosen; what the library does not give is left out, and it is told why."""
    found = []
    for label, option in options:
        try:
            found.append((label, option.open()))
        except PlannerError as error:
            st.warning(f"{section.plain(label)} is left out: {section.plain(str(error.faults[0]))}", icon=":material/warning:")
    return found


def _version_picker(entries: Sequence[Entry]) -> None:
    """An earlier version of a saved scenario, put beside the others by a button."""
    by_key = {entry.key: entry for entry in entries}
    key = st.selectbox("Saved scenario", list(by_key), index=None, format_func=lambda key: by_key[key].name, key="compare.version.of")
    history = _history(key) if key else ()
    if not history:
        return
    version = st.selectbox("Version", history, format_func=_version_label, key=f"compare.version.{key}.{len(history)}")
    st.button("Compare it", on_click=_add_version, args=(by_key[str(key)].name, version), key="compare.version.add")


def _history(key: str) -> tuple[Version, ...]:
    """Every version of a saved scenario, the newest first; none where the library does not give them."""
    try:
        library = who.library()
        return library.history(who.at_work(library), key)
    except PlannerError:
        return ()


def _version_label(version: Version) -> str:
    return f"{version.no} by {version.author}{_stands(version)}{f': {version.note}' if version.note else ''}"


def _add_version(name: str, version: Version) -> None:
    """Puts a version beside the others; in place of the last where there are as many as may be."""
    option = f"{VERSION}{version.key}:{version.no}"
    kept().versions[option] = (f"{name} (library, version {version.no}{_stands(version)})", version.key, version.no)
    chosen = [each for each in st.session_state["compare.chosen"] if each != option]
    st.session_state["compare.chosen"] = [*chosen[: MOST - 1], option]


def _open() -> None:
    file = st.session_state[f"compare.file.{len(kept().files)}"]
    try:
        opened = scenarios.from_json(file.getvalue().decode("utf-8-sig"), file.name)
    except UnicodeDecodeError:
        st.session_state.note = "The file is not UTF-8 text: save it as JSON in UTF-8."
    except InvalidScenario as error:
        session.refuse(error.faults)
    else:
        name = opened.name if opened.name not in kept().files else f"{opened.name} ({len(kept().files) + 1})"
        kept().files[name] = opened
        st.session_state["compare.chosen"] = [*st.session_state["compare.chosen"][: MOST - 1], FILE + name]


def forget_unknown(key: str, options: Sequence[str]) -> None:
    """Lets a widget forget a choice that is no longer offered."""
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]


def plans_of(scenarios_chosen: Sequence[tuple[str, Scenario]]) -> tuple[Plan, ...]:
    """Their plans under the baseline's decisions."""
    return tuple(session.planned(scenario) for _, scenario in scenarios_chosen)


# Side by side --------------------------------------------------------------------------------------------------------------------------------


def verdicts(names: Sequence[str], plans: Sequence[Plan]) -> None:
    """Can each grow like this? Its letter, name, verdict and three figures."""
    with st.grid(len(plans), min_column_width=230):
        for letter, name, plan in zip(sidebyside.LETTERS, names, plans, strict=False):
            told = words.verdict(plan)
            colour, icon = section.TONES[told.tone]
            with st.container(border=True, height="stretch"):
                st.markdown(section.plain(f"**{letter}** · {name}"))
                st.markdown(f"**:{colour}[{icon}] {section.plain(told.headline)}**")
                section.said(told.sentences[0])


def drawn(plans: Sequence[Plan], dark: bool) -> None:
    """Courses on shared axes; money only where all count in one currency."""
    shown = [course for course in sidebyside.COURSES if course.unit != "money" or sidebyside.same_currency(plans)]
    with st.grid(2, min_column_width=430):
        for course in shown:
            with section.card(course.title, says := sidebyside.course_in_words(plans, course)):
                section.chart(sidebyside.courses(plans, course, dark), says, partial(sidebyside.behind, plans, course), name=f"compare.{course.name}")


# Bridge --------------------------------------------------------------------------------------------------------------------------------------


def bridge_card(names: Sequence[str], picked: Sequence[Scenario], dark: bool) -> None:
    """The bridge between two of them by cause."""
    letters = list(sidebyside.LETTERS[: len(picked)])
    forget_unknown("compare.from", letters)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        told = {letter: f"{letter} · {name}" for letter, name in zip(letters, names, strict=True)}
        first = st.selectbox("From", letters, format_func=told.__getitem__, key="compare.from", width=300, persist_state="session")
        others = [letter for letter in letters if letter != first]
        forget_unknown(f"compare.to.{first}", others)
        last = st.selectbox("To", others, format_func=told.__getitem__, key=f"compare.to.{first}", width=300, persist_state="session")
        by_name = {each.name: each.title for each in bridges.FIGURES}
        figure = st.selectbox("Figure", list(by_name), format_func=by_name.__getitem__, key="compare.figure", width=260, persist_state="session")
    before, after = (_called(picked[letters.index(letter)], f"{letter} · {names[letters.index(letter)]}") for letter in (first, last))
    try:
        causes = len(bridges.changed_causes(before, after))
    except NotComparable as error:
        st.info("\n".join([f"{error.heading}:", *(f"- {section.plain(str(fault))}" for fault in error.faults)]), icon=":material/info:")
        return
    if not causes:
        st.info("The two have the same figures in everything that a plan depends on.", icon=":material/info:")
    elif found := _bridge(before, after, causes):
        bridge_shown(found, figure, dark)


def _called(scenario: Scenario, name: str) -> Scenario:
    return scenario.model_copy(update={"name": name[:120]})


@lru_cache(maxsize=32)
def _at_once(before: Scenario, after: Scenario) -> Bridge:
    return bridges.bridge(before, after)


def _bridge(before: Scenario, after: Scenario, causes: int) -> Bridge | None:
    """The bridge where it is known or quickly found; else the button that begins it, or how far it is."""
    if causes <= AT_ONCE:
        return _at_once(before, after)
    work = kept().bridge
    if work is None or work.asked != (before, after):
        section.said(f"{causes} kinds of parameters differ: {waterfall.how_long(causes)} lie in between.")
        st.button("Work out the bridge", type="primary", icon=":material/timeline:", on_click=_begin_bridge, args=(before, after), key="compare.bridge")
        return None
    found: Bridge | None = result(work, "bridge")
    return found


def _begin_bridge(before: Scenario, after: Scenario) -> None:
    kept().bridge = Work((before, after), Job(bridges.beside, before, after))


def result(work: Work, name: str) -> Any:
    """What a job has found; while it is at work, how far it is."""
    if not work.done:
        progress(work, name)
        return None
    if work.failed:
        st.warning(work.failed, icon=":material/stop_circle:")
    return work.found


@st.fragment(run_every=EVERY_S)
def progress(work: Work, name: str) -> None:
    """How far a job is, every second, with the button that stops it."""
    if work.done:
        st.rerun()
    share = float(work.job.told[-1]) if work.job.told else 0.0
    waiting = "" if work.job.begun else "Waiting: other searches take all places. "
    st.progress(min(max(share, 0.02), 1.0), text=f"{waiting}{words.percent(round(share, 2))} of the plans are done")
    stop: Callable[[], None] = work.job.end if name == "bridge" else work.job.stop
    st.button("Stop", icon=":material/stop_circle:", on_click=stop, disabled=work.job.stopping, key=f"compare.stop.{name}")


def bridge_shown(found: Bridge, figure: str, dark: bool) -> None:
    """The waterfall of one figure, and all figures as a table."""
    section.said(says := waterfall.says(found, figure))
    section.chart(waterfall.bridge(found, figure, dark), says, lambda: waterfall.table(found), name="compare.waterfall")
    section.said(waterfall.note(found))
