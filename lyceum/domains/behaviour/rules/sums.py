"""Days in numbers, counted anew: should they ever differ from the incidents, this says so and mends it."""

from django.db import connection, transaction

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import DaySum
from lyceum.domains.journal.rules import Changes, Target, record

Held = dict[tuple[object, ...], tuple[int, ...]]


def read_held() -> Held:
    """The days in numbers as they are kept, without those in which nothing remains."""
    rows = DaySum.objects.values_list("axis", "on", "key", "confidential", "praise", "concerns", "notes", "points")
    return {row[:4]: row[4:] for row in rows if any(row[4:])}


@transaction.atomic
def recount_days(*, actor: Actor) -> int:
    """Count the school's days anew from its incidents; returns how many of the numbers kept were wrong."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT behaviour_lock_sums()")
        before = read_held()
        cursor.execute("SELECT behaviour_recount()")
    after = read_held()
    wrong = sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())
    changes: Changes = {"numbers": [len(before), len(after)], "wrong": [None, wrong]}
    record("behaviour.sums.recount", target=Target("behaviour", actor.school, "sums"), changes=changes, actor=actor)
    return wrong
