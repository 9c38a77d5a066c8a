"""What refers to a row: read from the foreign keys of every domain, so that no domain has to know those above it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext


@dataclass(frozen=True)
class Reference:
    """A column that holds the ids of another table's rows."""

    model: type[models.Model]
    name: str
    """Of the field."""
    column: str
    narrowed: Mapping[str, str] = field(default_factory=dict)
    """The rows of which this is true, where the column holds ids of several tables."""

    @property
    def table(self) -> str:
        """The table that the column is in."""
        return self.model._meta.db_table


_loose: list[tuple[str, Reference]] = []


def refer_loosely(target: str, reference: Reference) -> None:
    """Say that a column holds ids of a table (`people.Student`) although no foreign key does."""
    _loose.append((target, reference))


def references_to(model: type[models.Model]) -> list[Reference]:
    """Every column that refers to a model's rows: by foreign key, or loosely and said so."""
    relations: Iterable[models.ManyToOneRel] = (
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and not relation.related_model._meta.abstract
    )
    found = {
        (relation.related_model._meta.db_table, relation.field.column): Reference(
            relation.related_model, relation.field.name, relation.field.column
        )
        for relation in relations
    }
    loose = [reference for target, reference in _loose if target == model._meta.label]
    return [*(found[key] for key in sorted(found)), *loose]


def count_references(row: models.Model, *, of_every_kind: bool = False) -> dict[str, int]:
    """How many rows of each kind hold this one: those that would have to stay if it were deleted.

    Of every kind: also those that would lose it, or go with it.
    """
    held: dict[str, int] = {}
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        if relation.on_delete is not models.PROTECT and not of_every_kind:
            continue
        model = relation.related_model
        count = model._default_manager.filter(**{relation.field.name: row.pk}).count()
        if count:
            name = str(model._meta.verbose_name_plural)
            held[name] = held.get(name, 0) + count
    return held


def counted(held: dict[str, int]) -> str:
    """Counts in words, as in `3 enrolments, 40 marks`."""
    return ", ".join(f"{count} {gettext(name)}" for name, count in sorted(held.items()))
