"""Foreign keys point down the list of domains, as imports do."""

from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from lyceum.core.schools import SchoolKey
from lyceum.domains.attendance.models import Register

DOMAINS = [
    {"reports", "exchange"},
    {"website", "admissions", "assessment"},
    {"attendance", "behaviour", "learning", "fees", "discussions"},
    {"calendars"},
    {"timetable"},
    {"academics"},
    {"people"},
    {"library", "notifications"},
    {"accounts"},
    {"tenancy"},
    {"journal"},
]
"""From top to bottom; siblings know nothing of each other."""
LAYER = {domain: layer for layer, domains in enumerate(DOMAINS) for domain in domains}


def list_upward_references(found: list[type[models.Model]]) -> list[str]:
    """Foreign keys from a domain to itself are its own affair, and every domain has schools."""
    references = [
        (model, field)
        for model in found
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and not isinstance(field, SchoolKey)
    ]
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model, field in references
        if field.related_model._meta.app_label != model._meta.app_label
        and LAYER[field.related_model._meta.app_label] <= LAYER[model._meta.app_label]
    ]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("lyceum.")]


def test_foreign_keys_point_down_the_list():
    assert list_upward_references(our_models()) == []


def test_only_domains_have_tables():
    assert [model._meta.label for model in our_models() if model._meta.app_label not in LAYER] == []


@isolate_apps("lyceum.domains.people")
def test_a_foreign_key_that_points_up_is_found():
    class Upward(models.Model):  # noqa: DJ008 - nobody prints it
        register = models.ForeignKey(Register, models.CASCADE, related_name="+")

        class Meta:
            app_label = "people"

    assert list_upward_references([Upward]) == ["people.Upward.register → attendance.Register"]
