"""Who is in the records twice, and making one record of two, over REST. No API key opens it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.people.duplicates import Pair, list_pairs
from lyceum.domains.people.models import Merge
from lyceum.domains.people.queries import get_student, list_merges
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.duplicates import tell_apart
from lyceum.domains.people.rules.merges import Preview, merge_people, preview_merge, undo_merge


class PairOut(Schema):
    """Two who may be one."""

    one: UUID
    one_name: str
    other: UUID
    other_name: str
    why: Literal["birth", "phone"] = Field(description="Same birth date and similar name; same phone and family name.")


@router.get("duplicates/", response=list[PairOut], operation_id="listDuplicates")
def duplicates(request: HttpRequest) -> list[Pair]:
    """Everybody who may be in the records twice, by name; 500 pairs at most. The ids are of persons."""
    return list_pairs(actor_of(request))


class ApartIn(Strict):
    """Two persons who are two."""

    one: UUID
    other: UUID


@router.post("duplicates/apart/", response={204: None}, operation_id="tellApart")
def apart(request: HttpRequest, body: ApartIn) -> None:
    """Say that two who look alike are two: they are no longer listed."""
    tell_apart(body.one, body.other, actor=actor_of(request))


class CountOut(Schema):
    """So many rows of a kind."""

    what: str
    count: int


class ClashOut(Schema):
    """Where the two records disagree."""

    what: str
    examples: list[dict[str, Any]]


class MergePreviewOut(Schema):
    """What a merge would do."""

    kept: UUID
    merged: UUID
    moves: list[CountOut]
    twice: list[CountOut] = Field(description="Rows that both have: one of each goes.")
    clashes: list[ClashOut] = Field(description="While there are any, the records cannot be merged.")


class MergeOut(Schema):
    """Two records that became one. Ids are of persons and students."""

    id: UUID
    kept_person: UUID
    merged_person: UUID
    kept_student: UUID | None
    merged_student: UUID | None
    kept_name: str
    merged_name: str
    merged_by_name: str
    merged_at: datetime
    undone_at: datetime | None


class MergeIn(Strict):
    """The student whose record goes. Without `apply` nothing changes: the answer is a preview."""

    other: UUID
    apply: bool = False


@router.post(
    "students/{student_id}/merge/", response={200: MergePreviewOut, 201: MergeOut}, operation_id="mergeStudents"
)
def merge(request: HttpRequest, student_id: UUID, body: MergeIn) -> Any:
    """Make one record of two students' records: that of the path stays. First a preview, then `apply`."""
    actor = actor_of(request)
    kept, merged = (get_student(each, actor=actor).person_id for each in (student_id, body.other))
    if body.apply:
        return Status(201, merge_people(kept, merged, actor=actor))
    return Status(200, _preview(preview_merge(kept, merged, actor=actor), student_id, body.other))


def _preview(preview: Preview, kept: UUID, merged: UUID) -> dict[str, Any]:
    plan = preview.plan
    return {
        "kept": kept,
        "merged": merged,
        "moves": [{"what": what, "count": count} for what, count in plan.counts().items()],
        "twice": [{"what": what, "count": count} for what, count in plan.twice().items()],
        "clashes": [{"what": clash.words, "examples": list(clash.examples)} for clash in plan.clashes],
    }


@router.get("merges/", response=ListOf[MergeOut], operation_id="listMerges")
def merges(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """Every merge, the newest first."""
    rows = list_merges(actor_of(request))
    page = page_of(rows, order=("-merged_at", "-pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, page.rows)


@router.post("merges/{merge_id}/undo/", response=MergeOut, operation_id="undoMerge")
def undo(request: HttpRequest, merge_id: UUID) -> Merge:
    """Make two records of one again, within 30 days."""
    return undo_merge(merge_id, actor=actor_of(request))
