"""`record()`: the one way in which an act leaves its trace."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, models

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school, find_current_school
from lyceum.domains.journal.facts import FACT_TYPES, FactPayload, tell
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


@dataclass(frozen=True)
class Entry:
    """One act for the trail, with the facts it tells."""

    action: str
    target: Target
    changes: Changes | None = None
    reason: str = ""
    outcome: str = "done"
    facts: Sequence[FactPayload] = ()


_RECORD = """
WITH entry AS (
  INSERT INTO journal_auditentry (id, school_id, at, actor_kind, actor_id, actor_name, actor_roles, via, on_behalf_of,
    action, target_type, target_id, target_name, changes, reason, outcome, ip, user_agent, request_id)
  SELECT e.id, %(school)s, COALESCE(%(at)s, clock_timestamp()), %(actor_kind)s, %(actor_id)s, %(actor_name)s,
    %(actor_roles)s, %(via)s, %(on_behalf_of)s, e.action, e.target_type, e.target_id, e.target_name, e.changes,
    e.reason, e.outcome, %(ip)s, %(user_agent)s, %(request_id)s
  FROM jsonb_to_recordset(%(entries)s::jsonb) AS e(id uuid, action text, target_type text, target_id text,
    target_name text, changes jsonb, reason text, outcome text)
), facts AS (
  INSERT INTO journal_fact (id, school_id, type, version, subject, payload, leaves, actor_id, request_id, at)
  SELECT f.id, %(school)s, f.type, f.version, f.subject, f.payload, f.leaves, %(actor_id)s, %(request_id)s,
    COALESCE(%(at)s, clock_timestamp())
  FROM jsonb_to_recordset(%(facts)s::jsonb) AS f(id uuid, type text, version int, subject text, payload jsonb,
    leaves boolean)
  RETURNING id, type, leaves
)
SELECT pg_notify('lyceum_facts', %(school)s || ':' || id) FROM facts WHERE type = ANY(%(live)s)
UNION ALL
SELECT pg_notify('lyceum_outbox', %(school)s::text) WHERE EXISTS (SELECT FROM facts WHERE leaves)
  AND EXISTS (SELECT FROM journal_webhookendpoint WHERE school_id = %(school)s AND state <> 'off')
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

    Live listeners, and who sends webhooks, hear of the facts when, and only when, the transaction commits.
    """
    record_all([Entry(action, target, changes, reason, outcome, facts)], actor=actor)


def record_all(entries: Sequence[Entry], *, actor: Actor) -> None:
    """Write many acts of one actor in one statement."""
    facts = [fact for entry in entries for fact in entry.facts]
    values = _actor_columns(actor) | {
        "school": current_school(),
        "at": clock.find_frozen(),
        "entries": _json([{"id": new_id(), **_entry_columns(entry)} for entry in entries]),
        "facts": _json([{"id": new_id(), **_fact_columns(fact)} for fact in facts]),
        "live": [name for name, fact_type in FACT_TYPES.items() if fact_type.is_live],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
    tell(facts, actor)


def note_export(name: str, narrowed_by: str, count: int, *, actor: Actor) -> None:
    """Write into the trail that somebody took a list away as a file: which, how narrowed, how many rows."""
    changes: Changes = {"rows": [None, count], "filter": [None, narrowed_by]}
    record("list.export", target=Target("list", name, name), changes=changes, actor=actor)


def record_wherever(action: str, *, target: Target, changes: Changes | None = None, actor: Actor) -> None:
    """Write an act on one's own account: in the school's trail, or in the operator's where no school is in scope."""
    if find_current_school() is None:
        record_for_operator(action, target=target, changes=changes, actor=actor)
    else:
        record(action, target=target, changes=changes, actor=actor)


def record_for_operator(
    action: str,
    *,
    target: Target,
    school_id: int | None = None,
    changes: Changes | None = None,
    reason: str = "",
    outcome: str = "done",
    actor: Actor,
) -> None:
    """Write an act on the installation into the operator's trail."""
    entry = Entry(action, target, changes, reason, outcome)
    columns = _actor_columns(actor) | _entry_columns(entry)
    columns["changes"] = msgspec.json.decode(_json(columns["changes"]))
    OperatorEntry.objects.create(**columns, at=clock.now(), school_id=school_id)


def _actor_columns(actor: Actor) -> dict[str, Any]:
    return {
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": actor.name[:200],
        "actor_roles": sorted(role.value for role in actor.roles),
        "via": actor.via.value,
        "on_behalf_of": actor.on_behalf_of,
        "ip": actor.ip,
        "user_agent": actor.user_agent[:300],
        "request_id": actor.request_id,
    }


def _entry_columns(entry: Entry) -> dict[str, Any]:
    return {
        "action": entry.action,
        "target_type": entry.target.type,
        "target_id": str(entry.target.id),
        "target_name": entry.target.name[:200],
        "changes": entry.changes or {},
        "reason": entry.reason[:500],
        "outcome": entry.outcome,
    }


def _fact_columns(fact: FactPayload) -> dict[str, Any]:
    return {
        "type": fact.type,
        "version": fact.schema_version,
        "subject": fact.subject(),
        "payload": fact,
        "leaves": fact.leaves(),
    }


_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL, which PostgreSQL does not store; not the text of six characters that looks like one."""


def _json(value: object) -> str:
    text = msgspec.json.encode(value, enc_hook=_as_text).decode()
    return _NUL.sub(r"\1", text) if "\\u0000" in text else text


def _as_text(value: object) -> str:
    return str(value)


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
