"""Who read what of whom: one entry for each request that shows named data, never one for each row."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school
from lyceum.domains.journal.models import AccessEntry

KEPT = timedelta(days=731)
"""How long the access log is kept; before that the database lets nobody delete an entry."""
MOST_SUBJECTS = 1_000

_NOTE = """
WITH entry AS (
  INSERT INTO journal_accessentry (id, school_id, at, viewer_kind, viewer_id, viewer_name, viewer_roles, via, surface,
    relation, fields, target_type, target_id, is_safeguarding, ip, request_id)
  VALUES (%(id)s, %(school)s, %(at)s, %(viewer_kind)s, %(viewer_id)s, %(viewer_name)s, %(viewer_roles)s, %(via)s,
    %(surface)s, %(relation)s, %(fields)s, %(target_type)s, %(target_id)s, %(is_safeguarding)s, %(ip)s, %(request_id)s)
)
INSERT INTO journal_accesssubject (id, school_id, entry_id, subject, at)
SELECT s.id, %(school)s, %(id)s, s.subject, %(at)s FROM unnest(%(ids)s::uuid[], %(subjects)s::uuid[]) AS s(id, subject)
"""


@dataclass(frozen=True)
class Reading:
    """What was read, where, and what allowed it."""

    surface: str
    fields: str
    relation: str
    target_type: str = ""
    target_id: object = ""
    is_safeguarding: bool = False


def note_access(subjects: Collection[UUID], reading: Reading, *, actor: Actor) -> None:
    """Write down, in one statement, that somebody reads of people. What the school does by itself is no reading."""
    if not subjects or actor.kind is ActorKind.JOB:
        return
    chosen = sorted(set(subjects))[:MOST_SUBJECTS]
    values: dict[str, Any] = {
        "id": new_id(),
        "school": current_school(),
        "at": clock.now(),
        "viewer_kind": actor.kind.value,
        "viewer_id": actor.id,
        "viewer_name": actor.name[:200],
        "viewer_roles": sorted(role.value for role in actor.roles),
        "via": actor.via.value,
        "surface": reading.surface,
        "relation": reading.relation,
        "fields": reading.fields,
        "target_type": reading.target_type,
        "target_id": str(reading.target_id),
        "is_safeguarding": reading.is_safeguarding,
        "ip": actor.ip,
        "request_id": actor.request_id,
        "ids": [new_id() for _ in chosen],
        "subjects": chosen,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)


def forget_old_access() -> int:
    """Delete what is older than an access log is kept; returns how many entries."""
    _all, by_model = AccessEntry.objects.filter(at__lt=clock.now() - KEPT).delete()
    return by_model.get("journal.AccessEntry", 0)
