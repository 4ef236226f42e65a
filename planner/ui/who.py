"""Who is at the screen: the one local user, or somebody who signed in; the roles from the claims; and what follows for what is shown."""

from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config
from streamlit.errors import StreamlitSecretNotFoundError

from planner.errors import Fault
from planner.store import LOCAL_RIGHTS, Library, LibraryError, Person, local_place, open_library
from planner.store.people import ROLES

PAY = "pay"
CLAIM = "roles"
WITHOUT_PAY = ("overview", "assumptions", "demand", "staffing", "calculator", "workforce", "organisation", "library", "downloads", "method")
"""Pages for those who may not see amounts of money. One that is not named here is not for them."""
ASKED = "local_name"


def person() -> Person:
    """Who is at the screen. Where nobody signs in that is the one local user, who may do everything."""
    if not signs_in():
        return Person(str(st.session_state.get(ASKED) or ""), LOCAL_RIGHTS, sees_pay=True)
    if not st.user.is_logged_in:
        return Person("")
    return of_claims(st.user.to_dict(), section("roles"))


_pay: ContextVar[bool | None] = ContextVar("pay", default=None)
"""Whether amounts are shown in the run that this thread is on, found out once by `let_in`: every page asks it dozens of times."""


def sees_pay() -> bool:
    """Whether amounts of money are shown."""
    known = _pay.get()
    return person().sees_pay if known is None else known


def of_claims(claims: Mapping[str, Any], roles: Mapping[str, Any]) -> Person:
    """The person of an identity token. `roles` says which claim holds the roles and which of its values stand for ours; by themselves they stand for the same.

    >>> of_claims({"sub": "1", "email": "ann@bank.example", "roles": ["planners"]}, {"editor": ["planners"]})
    Person(name='ann@bank.example', roles=frozenset({'editor'}), sees_pay=False)
    """
    held = set(_values(claims, str(roles.get("claim", CLAIM))))
    given = {role: set(_listed(roles.get(role, role))) for role in (*ROLES, PAY)}
    return Person(_name(claims), frozenset(role for role in ROLES if held & given[role]), bool(held & given[PAY]))


def _name(claims: Mapping[str, Any]) -> str:
    """What changes are signed with: an address that the provider has not found false, else a name of the provider's own, which nobody can choose."""
    email = claims.get("email") if claims.get("email_verified", True) else None
    return str(email or claims.get("preferred_username") or claims.get("sub") or "somebody")[:120]


def _values(claims: Mapping[str, Any], path: str) -> Iterator[str]:
    """The values of a claim, which may be a list, words of a text, or lie within another: realm_access.roles."""
    here: Any = claims
    for key in [path] if path in claims else path.split("."):
        here = here.get(key) if isinstance(here, Mapping) else None
    yield from _listed(here)


def _listed(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.replace(",", " ").split()
    elif isinstance(value, Sequence):
        yield from map(str, value)


# Sign-in -------------------------------------------------------------------------------------------------------------------------------------


def signs_in() -> bool:
    """Whether people sign in: whether the secrets have a section [auth]. Secrets that cannot be read let nobody in. Raises LibraryError."""
    return bool(section("auth"))


def section(name: str) -> Mapping[str, Any]:
    """A section of the secrets; empty where there is none."""
    try:
        found = st.secrets.get(name, {})
    except StreamlitSecretNotFoundError:
        _refuse_unreadable()
        return {}
    return found if isinstance(found, Mapping) else {}


def _refuse_unreadable() -> None:
    """Raises LibraryError where there are secrets that nobody can read: they may have said who may come in."""
    there = [path for path in config.get_option("secrets.files") if Path(path).exists()]
    if there:
        raise LibraryError([Fault("The sign-in", "its settings cannot be read, so nobody is let in", "Correct secrets.toml.", Path(there[0]).name)])


def let_in() -> None:
    """Stops here until somebody who may look has signed in. A thread serves one session, so what it notes of him holds until he comes again."""
    _pay.set(None)
    if not signs_in():
        _pay.set(True)
        return
    if not st.user.is_logged_in:
        _ask_to_sign_in()
        st.stop()
    if not person().may("read"):
        st.title("No role yet", anchor=False)
        st.markdown("You are signed in, but have no role here. Ask whoever gives out the roles to make you a viewer, an editor or an approver.")
        st.button("Sign out", on_click=st.logout, icon=":material/logout:", key="sign_out")
        st.stop()
    _pay.set(person().sees_pay)


def _ask_to_sign_in() -> None:
    st.title("Frontline Planner", anchor=False)
    again = " Then open the link again that brought you here." if st.query_params else ""
    st.markdown(f"Sign in to see the plans.{again}")
    providers = [name for name, value in section("auth").items() if isinstance(value, Mapping)]
    for name in providers or [""]:
        label = f"Sign in with {name.replace('_', ' ').title()}" if name else "Sign in"
        st.button(label, type="primary", icon=":material/login:", on_click=st.login, args=(name,) if name else (), key=f"sign_in.{name}")


def signed_in() -> None:
    """Who is signed in, as what, and the way out."""
    if signs_in():
        here = person()
        roles = ", ".join(role for role in ROLES if role in here.roles)
        st.caption(f"{here.name.replace('@', '​@')} · {roles}{'' if here.sees_pay else ' · amounts hidden'}")
        st.button("Sign out", on_click=st.logout, icon=":material/logout:", key="sign_out")


# The local user ------------------------------------------------------------------------------------------------------------------------------


def at_work(library: Library) -> Person:
    """Who is at the screen, by name: the local user's is the one that was asked once."""
    if not signs_in() and not st.session_state.get(ASKED):
        st.session_state[ASKED] = library.local_name(local_place())
    return person()


def call_me(library: Library, name: str) -> None:
    """Keeps the local user's name, on this machine and for this session."""
    st.session_state[ASKED] = name.strip()[:120]
    library.remember_name(local_place(), st.session_state[ASKED])


def library() -> Library:
    """The library of this dashboard. Raises LibraryError."""
    return open_library()
