"""Timetable files and calendars over REST."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query, Schema, Status
from ninja.files import UploadedFile

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.timetable.exports import TYPES, Printed, export_version
from lyceum.domains.timetable.ical import sign_feed
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules.fet import import_fet
from lyceum.domains.timetable.rules.tables import import_requirements


class UnknownConstraintOut(Schema):
    """A kind of constraint that has no effect here; it is kept for export."""

    kind: str
    count: int


class FileTakenOut(Schema):
    """What came of a file."""

    version: UUID | None = Field(description="The draft that a FET file became; null for a table of requirements.")
    lessons: int
    rules: int
    requirements: int
    unknown: list[UnknownConstraintOut]


@router.post("timetable/imports/", response={201: FileTakenOut}, operation_id="importTimetable")
def take_file(request: HttpRequest, file: File[UploadedFile], year: Form[UUID]) -> Status[dict[str, Any]]:
    """Make a draft from a FET file (what the school lacks is made with it, unknown constraints are listed), or
    requirements from a table (CSV or XLSX) of class, subject, teacher, lessons or lengths, room, room_kind, block.
    """
    actor, name = actor_of(request), file.name or "timetable.fet"
    if name.lower().endswith((".csv", ".xlsx")):
        rows = import_requirements(year, file.read(), file_name=name, actor=actor)
        lessons = sum(len(row.lengths) for row in rows)
        shown: dict[str, Any] = {
            "version": None,
            "lessons": lessons,
            "rules": 0,
            "requirements": len(rows),
            "unknown": [],
        }
        return Status(201, shown)
    taken = import_fet(year, file.read(), file_name=name, actor=actor)
    found = {"version": taken.version.pk, "lessons": taken.lessons, "rules": taken.rules, "unknown": taken.unknown}
    return Status(201, found | {"requirements": 0})


class ExportAs(Strict):
    """As what kind of file."""

    format: Literal["fet", "csv", "xlsx", "pdf", "html"] = "fet"
    by: Literal["class", "teacher", "room"] = Field("class", description="Of PDF and HTML: a sheet for each of them.")
    of: UUID | None = Field(None, description="Of PDF and HTML: this one alone.")
    paper: Literal["", "a4", "letter"] = Field("", description="Of PDF; the school's own where it is left out.")


@router.get("timetable/versions/{uuid:version_id}/export/", operation_id="exportTimetable")
def export(request: HttpRequest, version_id: UUID, chosen: Query[ExportAs]) -> HttpResponse:
    """A version as a file: for FET with everything that came in by FET, as a table, or as sheets to print.

    `Rules-Left-Out` says how many rules FET has no words for; `export/left-out/` names them.
    """
    printed = Printed(chosen.by, chosen.of, chosen.paper)
    made = export_version(version_id, chosen.format, printed=printed, actor=actor_of(request))
    headers = {
        "Content-Disposition": f'attachment; filename="timetable.{chosen.format}"',
        "Rules-Left-Out": str(len(made.left_out)),
    }
    return HttpResponse(made.source, content_type=TYPES[chosen.format], headers=headers)


class RuleLeftOutOut(Schema):
    """A rule that is not in the file."""

    rule: str = Field(description="`rule:{id}` for one that a person set.")
    words: str
    count: int = Field(description="How often it would have been written: once for each teacher, say.")


class RulesLeftOutOut(Schema):
    """What a FET file of a version does not say."""

    count: int
    rules: list[RuleLeftOutOut]


@router.get(
    "timetable/versions/{uuid:version_id}/export/left-out/",
    response=RulesLeftOutOut,
    operation_id="listRulesLeftOutOfExport",
)
def left_out(request: HttpRequest, version_id: UUID) -> dict[str, Any]:
    """The rules that FET has no words for: a file written for it leaves them out."""
    found = export_version(version_id, "fet", actor=actor_of(request)).left_out
    return {"count": len(found), "rules": found}


class FeedOf(Strict):
    """Whose calendar."""

    sort: Literal["teacher", "student", "class", "room"]
    id: UUID


class FeedOut(Schema):
    """The address of a calendar. Whoever has it reads the calendar, for as long as you may."""

    path: str = Field(description="Add it to the school's address, and give it to a calendar program.")


@router.get("timetable/feeds/", response=FeedOut, operation_id="getTimetableFeed")
def feed(request: HttpRequest, chosen: Query[FeedOf]) -> dict[str, str]:
    """The calendar of a teacher, student, class or room."""
    return {"path": f"/timetable/feeds/{sign_feed(chosen.sort, chosen.id, actor=actor_of(request))}/"}
