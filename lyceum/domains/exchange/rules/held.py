"""What holds the rows of an import: rows of others that refer to them and would be left in the air."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.attendance.models import Mark
from lyceum.domains.exchange.plan.rows import Step
from lyceum.domains.exchange.rules.images import SHAPES, Image, Part


def held_by(step: Step, present: Mapping[UUID, Image]) -> dict[UUID, str]:
    """For each subject that others refer to, what refers to it, in words as `3 marks`."""
    shape = SHAPES[step]
    tables = {part.table for part in shape.parts}
    counts: dict[UUID, Counter[str]] = {}
    for part in shape.parts:
        owners = {row["id"]: subject for subject, image in present.items() for row in image.get(part.table, ())}
        for name, rows in _references(part, tables, owners):
            for own in rows:
                counts.setdefault(owners[str(own)], Counter())[name] += 1
    if step is Step.MEMBER:
        _count_marks(present, counts)
    return {subject: ", ".join(f"{n} {name}" for name, n in sorted(c.items())) for subject, c in counts.items()}


def _references(part: Part, tables: set[str], owners: Mapping[str, UUID]) -> Iterable[tuple[str, Sequence[Any]]]:
    model: type[models.Model] = apps.get_model(part.model)
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model._meta.db_table in tables:
            continue
        related, field = relation.related_model, relation.field
        rows = related._default_manager.filter(**{f"{field.name}__in": list(owners)})
        yield str(related._meta.verbose_name_plural), list(rows.values_list(field.attname, flat=True))


def _count_marks(present: Mapping[UUID, Image], counts: dict[UUID, Counter[str]]) -> None:
    """A student who was marked in the class's registers stays in the class."""
    members = ClassMembership.objects.filter(pk__in=list(present)).values_list("pk", "student_id", "school_class_id")
    by_pair = {(student, school_class): pk for pk, student, school_class in members}
    marks = Mark.objects.filter(
        student__in={student for student, _ in by_pair}, register__school_class__in={c for _, c in by_pair}
    )
    for pair in marks.values_list("student_id", "register__school_class_id"):
        if pair in by_pair:
            counts.setdefault(by_pair[pair], Counter())["marks"] += 1
