"""What is kept about students besides their names, over GraphQL: flags, and who read of them."""

from datetime import date, datetime
from typing import Any

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, Payload, act, changes_in, grows, row_id, shown_as, through, together
from lyceum.core.permissions import STAFF_ROLES
from lyceum.domains.journal.models import AccessSubject
from lyceum.domains.people import models
from lyceum.domains.people.access_log import NEWEST_FIRST, AccessFilter, list_access, list_own_access
from lyceum.domains.people.queries import read_flags
from lyceum.domains.people.rules.flags import add_flag, end_flag
from lyceum.domains.tenancy.queries import today


@strawberry.type(description="What those who teach a student must know. Who wrote it is null for families.")
class StudentFlag:
    id: strawberry.ID = through("pk")
    kind: str
    text: str
    what_to_do: str
    visible_to: str
    check_if_absent: bool
    starts_on: date
    ends_on: date | None

    @strawberry.field
    def written_by_name(self, flag: strawberry.Parent[models.Flag], info: Info) -> str | None:
        """Who wrote it."""
        return flag.written_by_name if info.context.actor.roles & STAFF_ROLES else None


@grows("Student")
@strawberry.type
class StudentRecords:
    @shown_as(list[StudentFlag])
    def flags(self, student: strawberry.Parent[models.Student], info: Info) -> list[models.Flag]:
        """What must be known of the student today; safeguarding flags only for those of their set."""
        actor, day = info.context.actor, today()
        found = together(student, "flags", lambda rows: read_flags((row.pk for row in rows), actor=actor, day=day))
        return found.get(student.pk, [])


@strawberry.type(description="One person of whom was read: by whom, when, where, what, and what allowed it.")
class AccessLogEntry:
    id: strawberry.ID = through("pk")
    at: datetime
    subject: strawberry.ID
    viewer: strawberry.ID | None = through("entry.viewer_id")
    viewer_name: str = through("entry.viewer_name")
    viewer_roles: list[str] = through("entry.viewer_roles")
    surface: str = through("entry.surface")
    fields: str = through("entry.fields")
    relation: str = through("entry.relation")
    via: str = through("entry.via")

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, AccessSubject)


@strawberry.type
class Query:
    @connection(AccessLogEntry)
    def access_log(
        self,
        info: Info,
        span: Span,
        subject: strawberry.ID | None = None,
        viewer: strawberry.ID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        own: bool = False,
    ) -> Found:
        """Who read what of whom, newest first; `own`: of the caller and of their children, whoever the caller is."""
        chosen = AccessFilter(
            subject=row_id(subject) if subject else None,
            viewer=row_id(viewer) if viewer else None,
            since=since,
            until=until,
        )
        rows = (list_own_access if own else list_access)(info.context.actor, chosen)
        return find_page(rows, order=NEWEST_FIRST, span=span)


@strawberry.input(description="What must be known of a student, by whom, and what to do.")
class AddFlagInput:
    student_id: strawberry.ID
    kind: str
    text: str
    what_to_do: str = ""
    visible_to: str = ""
    permission_set: strawberry.ID | None = None
    check_if_absent: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


@strawberry.input(description="A flag that holds no longer.")
class EndFlagInput:
    flag_id: strawberry.ID
    last_day: date | None = None


@strawberry.type
class FlagPayload(Payload):
    flag: StudentFlag | None = None


@strawberry.type
class Mutation:
    @act
    def add_flag(self, info: Info, input: AddFlagInput) -> FlagPayload:
        """Say what must be known of a student. A safeguarding flag is seen by one permission set alone."""
        given = changes_in(input, student_id="")
        given["permission_set"] = row_id(input.permission_set) if input.permission_set else None
        flag: Any = add_flag(row_id(input.student_id), **given, actor=info.context.actor)
        return FlagPayload(flag=flag)

    @act
    def end_flag(self, info: Info, input: EndFlagInput) -> FlagPayload:
        """It holds no longer, from today or after a last day."""
        flag: Any = end_flag(row_id(input.flag_id), last_day=input.last_day, actor=info.context.actor)
        return FlagPayload(flag=flag)
