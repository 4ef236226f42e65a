"""Who works in the library, and what they may do."""

from dataclasses import dataclass
from typing import Literal

from planner.errors import Fault
from planner.store.faults import Refused

Right = Literal["read", "edit", "approve"]
ROLES = ("viewer", "editor", "approver")
RIGHTS: dict[Right, frozenset[str]] = {"read": frozenset(ROLES), "edit": frozenset({"editor"}), "approve": frozenset({"approver"})}
"""Which roles give a right. A person may have several roles."""
LOCAL_RIGHTS = frozenset(ROLES)
NEEDED: dict[Right, tuple[str, str]] = {
    "read": ("see the library", "a role: viewer, editor or approver"),
    "edit": ("save or change scenarios", "the role editor"),
    "approve": ("approve, lock or unlock scenarios", "the role approver"),
}


@dataclass(frozen=True)
class Person:
    """Somebody at work: the name that versions carry, the roles, and whether amounts of money may be seen."""

    name: str
    roles: frozenset[str] = frozenset()
    sees_pay: bool = False

    def may(self, right: Right) -> bool:
        """Whether a role of the person gives the right.

        >>> Person("Ann", frozenset({"viewer"})).may("read"), Person("Ann", frozenset({"viewer"})).may("edit")
        (True, False)
        """
        return bool(self.roles & RIGHTS[right])


def require(person: Person, right: Right) -> None:
    """Raises Refused where the person may not."""
    if not person.may(right):
        what, needed = NEEDED[right]
        raise Refused([Fault(person.name or "You", f"may not {what}", f"It takes {needed}: ask whoever gives out the roles.")])


def require_pay(person: Person) -> None:
    """Raises Refused where the person may not see amounts of money."""
    if not person.sees_pay:
        raise Refused([Fault(person.name or "You", "may not see amounts of money, and this file holds them", "Ask somebody who may see them.")])
