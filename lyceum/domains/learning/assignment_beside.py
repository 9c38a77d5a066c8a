"""What domains above say beside a learner's mark: what became of it there, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from lyceum.core.actor import Actor


@dataclass(frozen=True)
class Beside:
    """One thing that is said beside a mark."""

    place: str
    """Where it counts."""
    value: str
    says: str
    """Why it is so."""
    href: str


Says = Callable[[UUID, Sequence[UUID], Actor], dict[UUID, list[Beside]]]
"""Takes an assignment and students of whom the actor reads what a family reads; answers by student."""
_sayers: list[Says] = []


def beside_mark(says: Says) -> Says:
    """Add what a domain above says. It leaves out what the family may not know."""
    _sayers.append(says)
    return says


def read_beside(assignment_id: UUID, students: Sequence[UUID], *, actor: Actor) -> dict[UUID, list[Beside]]:
    """Everything that is said beside the marks of some students, by student."""
    found: dict[UUID, list[Beside]] = {student: [] for student in students}
    for says in _sayers if students else ():
        for student, said in says(assignment_id, students, actor).items():
            found[student] += said
    return found
