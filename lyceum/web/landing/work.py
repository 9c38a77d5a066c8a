"""Work on the landing pages: what is due for a student or a family, what waits to be marked for a teacher."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach, Role
from lyceum.domains.admissions.queries import list_to_review
from lyceum.domains.learning.assignment_policies import is_staff_here
from lyceum.domains.learning.assignment_queries import count_waiting, list_owed

AHEAD = timedelta(days=14)
MOST = 8


def work_landing(actor: Actor) -> dict[str, object]:
    """What is owed within two weeks or was missed, the soonest first; and what waits for a teacher."""
    reaches = actor.reaches(Permission.ASSIGNMENTS_VIEW)
    found: dict[str, object] = {}
    if Role.TEACHER in actor.roles:
        found["to_review"] = list_to_review(actor).count()
    if not reaches:
        return found
    if reaches & {Reach.OWN, Reach.CHILD}:
        owed = list_owed(actor, until=clock.now() + AHEAD, most=MOST)
        found |= {"owed": owed, "names_children": Reach.CHILD in reaches}
    if is_staff_here(actor) and Reach.ALL not in reaches:
        found["to_mark"] = count_waiting(actor)
    return found
