"""What refers to a row: read from the foreign keys of every domain, so that no domain has to know those above it."""

from django.db import models
from django.utils.translation import gettext


def count_references(row: models.Model) -> dict[str, int]:
    """How many rows of each kind hold this one: those that would have to stay if it were deleted."""
    held: dict[str, int] = {}
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.on_delete is not models.PROTECT:
            continue
        model = relation.related_model
        count = model._default_manager.filter(**{relation.field.name: row.pk}).count()
        if count:
            held[str(model._meta.verbose_name_plural)] = count
    return held


def counted(held: dict[str, int]) -> str:
    """Counts in words, as in `3 enrolments, 40 marks`."""
    return ", ".join(f"{count} {gettext(name)}" for name, count in sorted(held.items()))
