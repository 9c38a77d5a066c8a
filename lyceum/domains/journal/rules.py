"""`record()`: the one way in which an act leaves its trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, models

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.domains.journal.facts import FactPayload, tell
from lyceum.domains.journal.models import OperatorEntry

Changes = Mapping[str, Sequence[Any]]
"""`{field: [old, new]}`."""


@dataclass(frozen=True)
class Target:
    """What an act was about: kind of row, its id, and its name at that moment."""

    type: str
    id: object
    name: str = ""

    @classmethod
    def of(cls, row: models.Model) -> "Target":
        """The target that a row is."""
        return cls(row._meta.label_lower, row.pk, str(row)[:200])


_RECORD = """
WITH entry AS (
  INSERT INTO journal_auditentry (id, school_id, at, actor_kind, actor_id, actor_name, actor_roles, via, on_behalf_of,
    action, target_type, target_id, target_name, changes, reason, outcome, ip, user_agent, request_id)
  VALUES (%(id)s, %(school)s, COALESCE(%(at)s, clock_timestamp()), %(actor_kind)s, %(actor_id)s, %(actor_name)s,
    %(actor_roles)s, %(via)s, %(on_behalf_of)s, %(action)s, %(target_type)s, %(target_id)s, %(target_name)s,
    %(changes)s::jsonb, %(reason)s, %(outcome)s, %(ip)s, %(user_agent)s, %(request_id)s)
), facts AS (
  INSERT INTO journal_fact (id, school_id, type, version, subject, payload, actor_id, request_id, at)
  SELECT f.id, %(school)s, f.type, f.version, f.subject, f.payload, %(actor_id)s, %(request_id)s,
    COALESCE(%(at)s, clock_timestamp())
  FROM jsonb_to_recordset(%(facts)s::jsonb) AS f(id uuid, type text, version int, subject text, payload jsonb)
  RETURNING id
)
SELECT pg_notify('lyceum_facts', %(school)s || ':' || id) FROM facts
"""


def record(
    action: str,
    *,
    target: Target,
    changes: Changes | None = None,
    reason: str = "",
    outcome: str = "done",
    facts: Sequence[FactPayload] = (),
    actor: Actor,
) -> None:
    """Write the audit entry and the facts of an act, in its own transaction and in one statement.

    Live listeners hear of the facts when, and only when, the transaction commits.
    """
    rows = [
        {"id": new_id(), "type": f.type, "version": f.version, "subject": f.subject(), "payload": f} for f in facts
    ]
    values = _trail_values(actor, action, target, changes, reason, outcome)
    values |= {"school": current_school(), "facts": msgspec.json.encode(rows).decode()}
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
    for fact in facts:
        tell(fact, actor)


def record_for_operator(
    action: str,
    *,
    target: Target,
    school_id: int | None = None,
    changes: Changes | None = None,
    reason: str = "",
    actor: Actor,
) -> None:
    """Write an act on the installation into the operator's trail."""
    values = _trail_values(actor, action, target, changes, reason, "done")
    values |= {"at": clock.now(), "changes": msgspec.json.decode(values["changes"]), "school_id": school_id}
    OperatorEntry.objects.create(**values)


def _trail_values(
    actor: Actor, action: str, target: Target, changes: Changes | None, reason: str, outcome: str
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": clock.find_frozen(),
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": actor.name[:200],
        "actor_roles": sorted(role.value for role in actor.roles),
        "via": actor.via.value,
        "on_behalf_of": actor.on_behalf_of,
        "action": action,
        "target_type": target.type,
        "target_id": str(target.id),
        "target_name": target.name[:200],
        "changes": msgspec.json.encode(changes or {}, enc_hook=_as_text).decode().replace("\\u0000", ""),
        "reason": reason[:500],
        "outcome": outcome,
        "ip": actor.ip,
        "user_agent": actor.user_agent[:300],
        "request_id": actor.request_id,
    }


def _as_text(value: object) -> str:
    return value.value if isinstance(value, Role) else str(value)


def changed_fields(row: models.Model, new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the new values on a row and return those that differ, as `{field: [old, new]}`."""
    changes: dict[str, list[Any]] = {}
    for name, value in new.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = [_plain(old), _plain(value)]
            setattr(row, name, value)
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)


__all__ = ["Changes", "Target", "changed_fields", "record", "record_for_operator"]
