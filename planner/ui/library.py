"""The library on its page: saving what is on screen, two people's changes side by side, the list, and one scenario with its history and its plans."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from planner import parameters
from planner import scenario as scenario_files
from planner.errors import PlannerError
from planner.parameters import Parameter
from planner.report import export, words
from planner.scenario import Scenario
from planner.store import Entry, Kept, Library, Person, Stale, Version, differences, discretion
from planner.store.differences import ABSENT, Change, Clash, Merge, Side
from planner.store.documents import document_of
from planner.store.library import APPROVED, DRAFT, LOCKED, PROPOSED
from planner.ui import fields, files, form, link, section, session, who
from planner.ui.session import Saved

PER_PAGE = 12
CHOSEN = "library.chosen"
CLASH = "library.unsaved"
TRAIL = "library.trail"
ANOTHER = "library.another"
Colour = Literal["gray", "orange", "green", "blue"]
LOOKS: dict[str, tuple[Colour, str]] = {
    DRAFT: ("gray", ":material/edit_note:"),
    PROPOSED: ("orange", ":material/hourglass_top:"),
    APPROVED: ("green", ":material/verified:"),
    LOCKED: ("blue", ":material/lock:"),
}
STEPS = (
    (DRAFT, PROPOSED, "edit", "Propose", ":material/hourglass_top:"),
    (PROPOSED, DRAFT, "edit", "Take the proposal back", ":material/undo:"),
    (DRAFT, APPROVED, "approve", "Approve", ":material/verified:"),
    (PROPOSED, APPROVED, "approve", "Approve", ":material/verified:"),
    (APPROVED, LOCKED, "approve", "Lock", ":material/lock:"),
    (APPROVED, DRAFT, "approve", "Withdraw approval", ":material/undo:"),
    (LOCKED, APPROVED, "approve", "Unlock", ":material/lock_open:"),
)
"""From which standing to which, the right it takes, and the button."""


@dataclass(frozen=True)
class Unsaved:
    """A save that was refused because somebody else saved before: upon which version it stood, and what was to be saved."""

    key: str
    expected: int
    scenario: Scenario
    note: str


def done(work: Callable[[], Any], note: str = "") -> bool:
    """Carries something out from a button. Where it is refused the page tells why, and the answer is False."""
    try:
        work()
    except PlannerError as error:
        session.refuse(error.faults)
        return False
    session.refuse(())
    if note:
        st.session_state.note = note
    return True


# On screen -----------------------------------------------------------------------------------------------------------------------------------


def on_screen(library: Library, me: Person) -> None:
    """What is on screen, where it is saved, what changed since; saving, and the link."""
    current, saved = session.whole(), session.saved()
    entry = None if saved is None else library.entry(me, saved.key)
    with section.card(f"On screen: {current.name}", where(library, me, current, saved)):
        if not me.may("edit"):
            section.said("You may look, and move levers for yourself. Saving takes the role editor.")
        elif not me.name or st.session_state.get(ANOTHER):
            _ask_name(library)
        else:
            _saving(library, me, saved, entry)
        address = link.whole_address()
        if address:
            st.caption("Link to exactly this, levers included")
            st.code(address, language=None, wrap_lines=True)


def where(library: Library, me: Person, current: Scenario, saved: Saved | None) -> str:
    """Where a scenario is saved, what changed since, and whether there is a newer version, in words."""
    if saved is None:
        return "Not in the library yet."
    version, head = library.version(me, saved.key, saved.no), library.entry(me, saved.key).head
    told = f"Version {saved.no}, saved by {version.author} on {when(version.at)}, {stands(version)}."
    changed = len(differences.changes(document_of(saved.scenario), document_of(current)))
    newer = "" if head == saved.no else f" Version {head} is newer."
    return f"{told} {_counted(changed, 'change') if changed else 'No changes'} since.{newer}"


def stands(version: Version | Entry) -> str:
    """How a version stands, by whom and when."""
    if version.standing == DRAFT:
        return "a draft"
    return f"{version.standing} by {version.standing_by} on {when(version.standing_at)}"


def _saving(library: Library, me: Person, saved: Saved | None, entry: Entry | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if saved is not None and entry is not None and entry.standing != LOCKED:
            _next_version(library, me, saved)
        kind: Literal["primary", "secondary"] = "primary" if saved is None else "secondary"
        with st.popover("Save as", icon=":material/library_add:", type=kind, key="library.save_as"):
            _save_as(library, me, saved)
    if entry is not None and entry.standing == LOCKED:
        section.said(f"This scenario is {stands(entry)}: changes go into a copy.")
    if not who.signs_in():
        st.button(
            f"Saved as {form.escaped(me.name)}. Not you?", type="tertiary", key="library.not_me", on_click=lambda: st.session_state.update({ANOTHER: True})
        )


def _next_version(library: Library, me: Person, saved: Saved) -> None:
    with st.form(session.key("library.save"), border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input("What changed, and why", key=session.key(f"library.note.{saved.no}"), placeholder="for whoever opens it in a year", width=420)
        still = session.whole() == saved.scenario
        if st.form_submit_button(
            f"Save version {saved.no + 1}", type="primary", icon=":material/save:", disabled=still, help="Nothing has changed." if still else None
        ):
            save(library, me, Unsaved(saved.key, saved.no, session.whole(), note))
            st.rerun()


def _save_as(library: Library, me: Person, saved: Saved | None) -> None:
    with st.form(session.key("library.save_as.form"), border=False):
        now = session.whole().name
        name = st.text_input("Name", value=_named_copy(now, saved), max_chars=120)
        note = st.text_input("What it is, and why", key=session.key("library.note.new"))
        if st.form_submit_button("Save in the library", type="primary", icon=":material/save:"):
            save_new(library, me, name, note)
            st.rerun()


def _named_copy(name: str, saved: Saved | None) -> str:
    return f"{name[:112]} (copy)" if saved is not None and name == saved.scenario.name else name


def _ask_name(library: Library) -> None:
    section.said("To save it, say who you are: versions carry your name, so that others know whom to ask. You are asked once.")
    with st.form("library.who", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Your name", max_chars=120, width=360)
        if st.form_submit_button("That is me", type="primary") and name.strip():
            st.session_state[ANOTHER] = not done(lambda: who.call_me(library, name))
            st.rerun()


def save(library: Library, me: Person, what: Unsaved) -> None:
    """Saves upon a version. Where somebody saved before, both sides are shown."""
    try:
        version = library.save(me, what.key, what.expected, what.scenario, what.note)
    except Stale:
        st.session_state[CLASH] = what
        session.refuse(())
    except PlannerError as error:
        session.refuse(error.faults)
    else:
        st.session_state.pop(CLASH, None)
        _on_screen_now(version, what.scenario, f"Version {version.no} is saved.")


def save_new(library: Library, me: Person, name: str, note: str) -> None:
    """Saves what is on screen as a scenario of its own."""
    try:
        scenario = session.whole() if name.strip() == session.whole().name else session.whole().but(name=name.strip())
        version = library.create(me, scenario, note)
    except PlannerError as error:
        session.refuse(error.faults)
    else:
        st.session_state.pop(CLASH, None)
        _on_screen_now(version, scenario, f"{scenario.name} is saved.")


def _on_screen_now(version: Version, scenario: Scenario, note: str) -> None:
    now = Saved(version.key, version.no, scenario)
    st.session_state[CHOSEN] = version.key
    if scenario == session.whole():
        session.keep_as_saved(now)
        st.session_state.note = note
    else:
        session.open_other(scenario, note, now)


# Two sides -----------------------------------------------------------------------------------------------------------------------------------


def clash(library: Library, me: Person) -> None:
    """Somebody saved before: both sides beside each other, a choice where they clash, and everything else together."""
    mine: Unsaved | None = st.session_state.get(CLASH)
    if mine is None:
        return
    merge, theirs = library.merged(me, mine.key, mine.expected, mine.scenario)
    title = f"{theirs.author} saved version {theirs.no} while you were changing version {mine.expected}"
    with section.card(title, "Nothing of yours is lost, and nothing has been overwritten."):
        _both(library, me, merge, theirs, mine)
        with st.container(horizontal=True):
            st.button("Save mine as a copy", icon=":material/library_add:", key="library.clash.copy", on_click=_copy_mine, args=(library, me, mine))
            st.button(
                f"Take version {theirs.no}, leave mine", icon=":material/undo:", key="library.clash.theirs", on_click=_take_theirs, args=(library, me, mine.key)
            )


def _both(library: Library, me: Person, merge: Merge, theirs: Version, mine: Unsaved) -> None:
    told = Told.of(me, mine.scenario)
    clashing = {found.path for found in merge.clashes}
    alone = [(change, "You") for change in merge.mine] + [(change, theirs.author) for change in merge.theirs if change not in merge.mine]
    apart = [(change, by) for change, by in alone if not _touches(change.path, clashing)]
    if apart:
        st.markdown("**Both are kept**")
        section.table(_rows_of(apart, told))
    with st.form(f"library.clash.{theirs.no}", border=False):
        if merge.clashes:
            st.markdown(f"**Choose where you both changed the same** ({_counted(len(merge.clashes), 'field')})")
        chosen = {found.path: _choice(found, told, theirs) for found in merge.clashes}
        if st.form_submit_button("Save both together", type="primary", icon=":material/merge:"):
            _save_together(library, me, mine, {path: side for path, side in chosen.items() if side}, theirs)
            st.rerun()


def _touches(path: str, clashing: set[str]) -> bool:
    return any(path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.") for other in clashing)


def _rows_of(found: Sequence[tuple[Change, str]], told: "Told") -> dict[str, list[str]]:
    return {
        "Field": [told.place(change.path) for change, _ in found],
        "Before": [told.value(change.path, change.before) for change, _ in found],
        "Now": [told.value(change.path, change.after) for change, _ in found],
        "Changed by": [by for _, by in found],
    }


def _choice(found: Clash, told: "Told", theirs: Version) -> Side | None:
    labels: dict[Side, str] = {
        "theirs": f"{theirs.author}: {told.value(found.path, found.theirs)}",
        "mine": f"Yours: {told.value(found.path, found.mine)}",
    }
    place = f"{told.place(found.path)}, before: {told.value(found.path, found.base)}"
    return st.radio(
        form.escaped(place),
        list(labels),
        index=None,
        format_func=lambda side: form.escaped(labels[side]),
        horizontal=True,
        key=f"library.clash.{theirs.no}.{found.path}",
    )


def _save_together(library: Library, me: Person, mine: Unsaved, chosen: dict[str, Side], seen: Version) -> None:
    """Saves both sides together once every clash is settled; upon what was seen, so that a third one's save is seen first, too."""
    merge, theirs = library.merged(me, mine.key, mine.expected, mine.scenario, chosen)
    if theirs.no != seen.no:
        st.session_state.note = f"{theirs.author} saved version {theirs.no} meanwhile: look again."
    elif merge.clashes:
        st.session_state.note = f"Choose for {_counted(len(merge.clashes), 'more field' if len(chosen) else 'field')} first."
    else:
        try:
            together = scenario_files.from_json(json.dumps(merge.document), "Both together")
        except PlannerError as error:
            session.refuse(error.faults)
        else:
            save(library, me, Unsaved(mine.key, theirs.no, together, mine.note or f"Merged with version {theirs.no}"))


def _copy_mine(library: Library, me: Person, mine: Unsaved) -> None:
    done(
        lambda: _on_screen_now(
            library.create(me, copy := mine.scenario.but(name=_named_copy(mine.scenario.name, session.saved())), mine.note), copy, f"{copy.name} is saved."
        )
    )
    st.session_state.pop(CLASH, None)


def _take_theirs(library: Library, me: Person, key: str) -> None:
    st.session_state.pop(CLASH, None)
    open_version(library, me, key)


# The list ------------------------------------------------------------------------------------------------------------------------------------


def scenarios(library: Library, me: Person) -> None:
    """The saved scenarios, found by name and label, a page at a time."""
    with section.card("Saved scenarios"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = st.text_input("Search", placeholder="name or label", key="library.search", icon=":material/search:", width=360)
            archived = st.toggle("Archived", key="library.archived")
        found = library.list(me, text, archived)
        if not found:
            st.info(_nothing(text, archived), icon=":material/info:")
            return
        pages = -(-len(found) // PER_PAGE)
        page = st.pagination(pages, key=f"library.page.{pages}") if pages > 1 else 1
        for entry in found[(page - 1) * PER_PAGE : page * PER_PAGE]:
            _row(entry)


def _nothing(text: str, archived: bool) -> str:
    if text:
        return "No scenario has these words in its name or labels."
    return "Nothing is archived." if archived else "Nothing is saved yet. What is on screen can be the first."


def _row(entry: Entry) -> None:
    colour, icon = LOOKS[entry.standing]
    name, standing, saved, labels = st.columns([4, 2, 5, 3], gap="small", vertical_alignment="center")
    name.button(form.escaped(entry.name), key=f"library.row.{entry.key}", type="tertiary", icon=":material/description:", on_click=choose, args=(entry.key,))
    standing.badge(entry.standing, icon=icon, color=colour)
    saved.caption(section.plain(f"version {entry.head} · {entry.saved_by} · {when(entry.saved_at)}"))
    labels.caption(" ".join(f":blue-badge[{form.escaped(label)}]" for label in entry.labels))


def choose(key: str) -> None:
    """Looks at one scenario."""
    st.session_state[CHOSEN] = key


# One scenario --------------------------------------------------------------------------------------------------------------------------------


def chosen(library: Library, me: Person) -> None:
    """The scenario that is looked at: what can be done with it, its versions, its hiring plans."""
    key = st.session_state.get(CHOSEN)
    if key is None:
        return
    entry, history = library.entry(me, key), library.history(me, key)
    says = f"Version {entry.head}, {stands(entry)}; last saved by {entry.saved_by} on {when(entry.saved_at)}."
    with section.card(entry.name, f"{says} Archived by {entry.archived_by}." if entry.archived_by else says):
        _actions(library, me, entry)
        versions, changes, plans = st.tabs(["Versions", "What changed", "Hiring plans"])
        with versions:
            _versions(library, me, entry, history)
        with changes:
            _changes(library, me, entry, history)
        with plans:
            _plans(library, me, entry)


def _actions(library: Library, me: Person, entry: Entry) -> None:
    key = entry.key
    with st.container(horizontal=True):
        st.button("Open", type="primary", icon=":material/folder_open:", key=f"library.open.{key}", on_click=open_version, args=(library, me, key))
        for before, after, right, label, icon in STEPS:
            if entry.standing == before and me.may("edit" if right == "edit" else "approve"):
                st.button(label, icon=icon, key=f"library.{after}.{key}", on_click=move, args=(library, me, entry, after, label))
        if me.may("edit"):
            _editing(library, me, entry)
        if me.sees_pay:
            st.download_button(
                "JSON file", library.export(me, key), f"{files.file_name(entry.name)}_v{entry.head}.json", "application/json",
                icon=":material/download:", on_click="ignore", key=f"library.export.{key}.{entry.head}",
            )  # fmt: skip


def _editing(library: Library, me: Person, entry: Entry) -> None:
    key = entry.key
    with st.popover("Name and labels", icon=":material/label:", key=f"library.names.{key}"), st.form(f"library.rename.{key}.{entry.head}", border=False):
        name = st.text_input("Name", value=entry.name, max_chars=120)
        labels = st.text_input("Labels, with commas between them", value=", ".join(entry.labels))
        if st.form_submit_button("Change"):
            done(lambda: _rename(library, me, entry, name, labels.split(",")))
            st.rerun()
    st.button("Duplicate", icon=":material/content_copy:", key=f"library.duplicate.{key}", on_click=duplicate, args=(library, me, entry))
    away = entry.archived_at is not None
    label, icon = ("Bring back", ":material/unarchive:") if away else ("Archive", ":material/archive:")
    st.button(label, icon=icon, key=f"library.archive.{key}", on_click=put_away, args=(library, me, entry))


def open_version(library: Library, me: Person, key: str, no: int | None = None) -> None:
    """Brings a version on screen; Undo goes back."""

    def work() -> None:
        opened = library.whole(me, key, no)
        session.open_other(
            opened.scenario, f"{opened.scenario.name}, version {opened.version.no}, is on screen.", Saved(key, opened.version.no, opened.scenario)
        )

    done(work)


def move(library: Library, me: Person, entry: Entry, to: str, label: str) -> None:
    """Proposes, approves, locks: the version that was looked at."""
    done(lambda: library.move(me, entry.key, entry.head, to), f"{entry.name}, version {entry.head}: {label.lower()}, done.")


def duplicate(library: Library, me: Person, entry: Entry) -> None:
    """A copy, which is then looked at."""
    done(lambda: choose(library.duplicate(me, entry.key).key), f"{entry.name} is copied.")


def put_away(library: Library, me: Person, entry: Entry) -> None:
    """Archives, or brings back."""
    if entry.archived_at is None:
        done(lambda: library.archive(me, entry.key), f"{entry.name} is archived: search under Archived to bring it back.")
    else:
        done(lambda: library.bring_back(me, entry.key), f"{entry.name} is back.")


def _rename(library: Library, me: Person, entry: Entry, name: str, labels: list[str]) -> None:
    if name.strip() != entry.name:
        library.rename(me, entry.key, entry.head, name)
    if [label.strip() for label in labels if label.strip()] != list(entry.labels):
        library.label(me, entry.key, labels)


def _versions(library: Library, me: Person, entry: Entry, history: Sequence[Version]) -> None:
    section.table(
        {
            "Version": [str(version.no) for version in history],
            "Standing": [stands(version).removeprefix("a ") for version in history],
            "Saved by": [version.author for version in history],
            "Saved": [when(version.at) for version in history],
            "Note": [version.note for version in history],
            "Fingerprint": [version.sha256[:12] for version in history],
        },
        height=320 if len(history) > 8 else "auto",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        no = st.selectbox("Version", [version.no for version in history], key=f"library.version.{entry.key}.{entry.head}", width=140)
        st.button(
            "Open this version",
            icon=":material/folder_open:",
            key=f"library.open_version.{entry.key}",
            on_click=open_version,
            args=(library, me, entry.key, no),
        )
        if me.may("edit") and no != entry.head and entry.standing != LOCKED:
            st.button("Restore as the newest", icon=":material/history:", key=f"library.restore.{entry.key}", on_click=restore, args=(library, me, entry, no))


def restore(library: Library, me: Person, entry: Entry, no: int) -> None:
    """An earlier version as the newest; nothing is taken away."""
    done(lambda: library.restore(me, entry.key, no, entry.head), f"Version {no} is the newest again, as version {entry.head + 1}.")


def _changes(library: Library, me: Person, entry: Entry, history: Sequence[Version]) -> None:
    if len(history) < 2:
        section.said("There is one version so far.")
        return
    numbers = [version.no for version in history]
    with st.container(horizontal=True):
        before = st.selectbox("From version", numbers, index=1, key=f"library.before.{entry.key}.{entry.head}", width=140)
        after = st.selectbox("To version", numbers, index=0, key=f"library.after.{entry.key}.{entry.head}", width=140)
    found = library.changes(me, entry.key, before, after)
    if not found:
        section.said("Nothing differs.")
        return
    told = Told.of(me, library.open(me, entry.key, after).scenario)
    section.said(f"{_counted(len(found), 'field')} differ{'s' if len(found) == 1 else ''}.")
    section.table(
        {
            "Field": [told.place(change.path) for change in found],
            f"Version {before}": [told.value(change.path, change.before) for change in found],
            f"Version {after}": [told.value(change.path, change.after) for change in found],
        }
    )


# Hiring plans --------------------------------------------------------------------------------------------------------------------------------


def _plans(library: Library, me: Person, entry: Entry) -> None:
    kept = library.plans(me, entry.key)
    if kept:
        section.table(
            {
                "Plan": [plan.name for plan in kept],
                "Made for": [f"version {plan.no}" for plan in kept],
                "By": [plan.person for plan in kept],
                "Kept": [when(plan.at) for plan in kept],
                "Program": [plan.program for plan in kept],
            }
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            plan = st.selectbox(
                "Plan", kept, format_func=lambda plan: f"{plan.name} (version {plan.no})", key=f"library.plan.{entry.key}.{len(kept)}", width=360
            )
            st.button("Open with its version", icon=":material/folder_open:", key=f"library.follow.{entry.key}", on_click=follow, args=(library, me, plan))
    else:
        section.said("No hiring plan is kept with this scenario yet.")
    _keeping(library, me, entry)


def _keeping(library: Library, me: Person, entry: Entry) -> None:
    saved = session.saved()
    if not me.may("edit") or saved is None or saved.key != entry.key:
        return
    if saved.scenario != session.whole():
        section.said("Save what is on screen first; then its hiring plan can be kept with that version.")
        return
    with st.form(f"library.keep.{entry.key}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Keep the plan on screen as", value=f"Plan of {session.decided_by()}", max_chars=120, width=360)
        if st.form_submit_button("Keep", icon=":material/bookmark_add:"):
            done(lambda: library.keep(me, saved.key, saved.no, name, session.whole_plan().decisions), f"{name} is kept with version {saved.no}.")
            st.rerun()


def follow(library: Library, me: Person, plan: Kept) -> None:
    """Brings a kept plan on screen, with the version of the scenario that it was made for."""
    open_version(library, me, plan.key, plan.no)
    done(lambda: session.decide(library.plan(me, plan.id)[1], plan.name))


# In and out ----------------------------------------------------------------------------------------------------------------------------------


def ends(library: Library, me: Person) -> None:
    """Files in, the audit trail out."""
    with st.grid(2, min_column_width=430):
        if me.may("edit"):
            with section.card("Bring in a file", "A scenario as JSON becomes a new scenario of the library, volume series and all."):
                st.file_uploader(
                    "Scenario file", type="json", key=f"library.file.{st.session_state.get('library.files', 0)}", on_change=bring_in, args=(library, me)
                )
        with section.card("Audit trail", "Who saved, approved, renamed, archived what, and when. It names no amounts."):
            st.button("Prepare the list of every change", icon=":material/list_alt:", key="library.prepare", on_click=prepare, args=(library, me))
            if TRAIL in st.session_state:
                data = st.session_state.pop(TRAIL)
                st.download_button(
                    "Every change (CSV)", data, "audit_trail.csv", "text/csv", icon=":material/download:", on_click="ignore", key=TRAIL + ".file"
                )


def prepare(library: Library, me: Person) -> None:
    """Reads the audit trail, to be downloaded."""

    def work() -> None:
        st.session_state[TRAIL] = trail(library, me)

    done(work)


def bring_in(library: Library, me: Person) -> None:
    """Saves an uploaded file as a new scenario."""
    number = st.session_state.get("library.files", 0)
    file = st.session_state[f"library.file.{number}"]
    if file is None:
        return
    st.session_state["library.files"] = number + 1

    def work() -> None:
        read = scenario_files.from_json(file.getvalue().decode("utf-8-sig", errors="replace"), file.name)
        choose(library.create(me, read, f"From the file {file.name}", action="brought in").key)

    done(work, f"{file.name} is in the library.")


def trail(library: Library, me: Person) -> bytes:
    """The audit trail as a file."""
    columns = ["at", "person", "action", "key", "version", "detail"]
    rows = [
        (line.at.isoformat(timespec="seconds"), line.person, line.action, line.key or "", "" if line.no is None else str(line.no), line.detail)
        for line in library.audit(me)
    ]
    return export.to_csv(pd.DataFrame(rows, columns=columns))


# Words ---------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """Fields and their values as the person may read them."""

    known: dict[str, Parameter]
    hidden: frozenset[str]
    currency: str

    @classmethod
    def of(cls, me: Person, scenario: Scenario) -> "Told":
        """Those of a scenario."""
        return cls(_known(scenario), frozenset() if me.sees_pay else discretion.pay_paths(scenario), scenario.finance.currency)

    def place(self, path: str) -> str:
        """A path as a reader says it."""
        plain = path.removesuffix(differences.ORDER)
        return fields.place_in_words(plain) + (" › order" if plain != path else "")

    def value(self, path: str, value: Any) -> str:
        """A value as a reader says it; what is not for him is not told."""
        if value == discretion.HIDDEN or discretion.holds_pay(path, self.hidden):
            return "hidden"
        if value is ABSENT:
            return "not there"
        parameter = self.known.get(path)
        if isinstance(value, bool) or value is None:
            return {True: "yes", False: "no", None: "empty"}[value]
        if isinstance(value, int | float):
            return f"{fields.short(fields.screen(value, parameter))} {fields.unit(parameter, self.currency)}".strip() if parameter else fields.short(value)
        return _text(value)


@lru_cache(maxsize=16)
def _known(scenario: Scenario) -> dict[str, Parameter]:
    return {parameter.path: parameter for parameter in parameters.walk(scenario)}


def _text(value: Any) -> str:
    """A text, a series or a part of a scenario in a few words.

    >>> _text([1.0, 2.0]), _text({"name": "sales"}), _text("x" * 90)[-4:]
    ('2 values, 1 to 2', 'sales', 'xxx…')
    """
    if isinstance(value, list):
        numbers = [item for item in value if isinstance(item, int | float)]
        if numbers and len(numbers) == len(value):
            return f"{len(value)} values, {fields.short(min(numbers))} to {fields.short(max(numbers))}"
        return ", ".join(value) if all(isinstance(item, str) for item in value) else f"{len(value)} entries"
    if isinstance(value, dict):
        return str(value.get("name") or value.get("kind") or f"{len(value)} entries")
    text = words.title(str(value)) if str(value).islower() and "_" in str(value) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def when(at: datetime) -> str:
    """A moment in the reader's own time.

    >>> from datetime import UTC
    >>> when(datetime(2027, 5, 2, 14, 5, tzinfo=UTC))
    '2 May 2027, 14:05'
    """
    local = at.astimezone(_zone(st.context.timezone))
    return f"{local.day} {words.MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
