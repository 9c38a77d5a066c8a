"""Points of two records that become one move along, although they are otherwise only ever added to."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.behaviour.models import PointEntry, PointScale
from lyceum.domains.people.rules.merges import merge_people, undo_merge
from lyceum.testing.factories import NOW, in_school, make_school, make_student


@pytest.mark.django_db
def test_points_move_and_come_back():
    school = make_school()
    kept, twin = make_student(school, name="Anna"), make_student(school, name="Ana")
    actor = system_actor(school.pk)
    with in_school(school):
        scale = PointScale.objects.first() or PointScale.objects.create(name="Points")
        PointEntry.objects.create(student=twin, scale=scale, points=2, reason="manual", on=NOW.date(), at=clock.now())

        merge = merge_people(kept.person_id, twin.person_id, actor=actor)
        moved = PointEntry.objects.get().student_id
        undo_merge(merge.pk, actor=actor)

        assert (moved, PointEntry.objects.get().student_id) == (kept.pk, twin.pk)
