"""Reviews, over REST: everybody writes, nothing shows before it was looked at."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.website.models import Review
from lyceum.domains.website.queries import NEWEST_FIRST, get_review, list_reviews, read_rating
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import ReviewOut, review_shape
from lyceum.domains.website.rules.reviews import (
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_REPLY,
    SHORTEST_BODY,
    change_review,
    get_review_for_decision,
    hide_review,
    publish_review,
    reject_review,
    remove_review,
    reply_to_review,
    withdraw_token,
    write_review,
)

UNSAID = "no reason was given"


class ReviewList(ListOf[ReviewOut]):
    """Reviews, with what all published ones say together."""

    mean: float | None = Field(description="Of the stars of all published reviews, with one decimal.")
    count: int


class ReviewFilter(Walk):
    """Which reviews."""

    course: UUID | None = None
    status: str = Field("", max_length=9)


class ReviewIn(Strict):
    """A review."""

    author_name: str = Field(max_length=LONGEST_NAME)
    author_email: str = Field(max_length=254)
    rating: int = Field(ge=1, le=5)
    body: str = Field(min_length=SHORTEST_BODY, max_length=LONGEST_BODY)
    course: UUID | None = None
    language: str = Field("", max_length=12)


class ReviewTakenOut(ReviewOut):
    """What its author is told: it waits, and how it is taken back."""

    withdraw: str = Field(description="The address at which its author takes it back.")


class ReviewPatch(Strict):
    """A decision with its reason, a reply, a text without personal data. The rating never changes."""

    status: str = Field(default_factory=left_out, max_length=9)
    reason_code: str = Field("", max_length=20)
    reply: str = Field(default_factory=left_out, max_length=LONGEST_REPLY)
    body: str = Field(default_factory=left_out, max_length=LONGEST_BODY)
    rating: int = Field(default_factory=left_out)


class RejectReviewIn(Strict):
    """Why it is not shown."""

    reason_code: str = Field("", max_length=20)


class ReviewReplyIn(Strict):
    """An answer in public."""

    reply: str = Field(max_length=LONGEST_REPLY)


class ReviewReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=500)


@router.get("reviews/", response=ReviewList, operation_id="listReviews", auth=Visiting())
def reviews(request: HttpRequest, chosen: Query[ReviewFilter]) -> dict[str, Any]:
    """Published reviews, the newest first, with their mean and count; moderators also see the others."""
    actor = actor_of(request)
    rows = list_reviews(actor, course=chosen.course, status=chosen.status)
    page = page_of(rows, order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    rating = read_rating(actor, course=chosen.course)
    return listed(page, [review_shape(row) for row in page.rows]) | {"mean": rating.mean, "count": rating.count}


@router.post("reviews/", response={201: ReviewTakenOut}, operation_id="createReview", auth=Visiting())
def create(request: HttpRequest, response: HttpResponse, body: ReviewIn) -> Status[dict[str, Any]]:
    """Write a review. It waits until somebody has looked at it."""
    row = write_review(**body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/reviews/{row.pk}/"
    return Status(201, review_shape(row) | {"withdraw": f"/reviews/withdraw/{withdraw_token(row)}/"})


@router.get("reviews/{review_id}/", response=ReviewOut, operation_id="getReview", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, review_id: UUID) -> Shown | HttpResponse:
    """One review."""
    return with_etag(request, response, review_shape(get_review(review_id, actor=actor_of(request))))


@router.put("reviews/{review_id}/", response=ReviewOut, operation_id="replaceReview")
def replace(request: HttpRequest, response: HttpResponse, review_id: UUID, body: ReviewPatch) -> Any:
    """Moderate or answer."""
    return _changed(request, response, review_id, body)


@router.patch("reviews/{review_id}/", response=ReviewOut, operation_id="changeReview")
def change(request: HttpRequest, response: HttpResponse, review_id: UUID, body: ReviewPatch) -> Any:
    """The same for single fields."""
    return _changed(request, response, review_id, body)


@router.delete("reviews/{review_id}/", response={204: None}, operation_id="deleteReview")
def delete(request: HttpRequest, review_id: UUID, body: ReviewReasonIn | None = None) -> Any:
    """Remove a review; how it was decided stays in the trail."""
    _refuse_stale(request, review_id)
    remove_review(review_id, reason=(body.reason if body else "") or UNSAID, actor=actor_of(request))
    return Status(204, None)


@router.post("reviews/{review_id}/publish/", response=ReviewOut, operation_id="publishReview")
def publish(request: HttpRequest, review_id: UUID) -> dict[str, Any]:
    """Show it."""
    return review_shape(publish_review(review_id, actor=actor_of(request)))


@router.post("reviews/{review_id}/reject/", response=ReviewOut, operation_id="rejectReview")
def reject(request: HttpRequest, review_id: UUID, body: RejectReviewIn) -> dict[str, Any]:
    """Do not show it, for one of the published reasons."""
    return review_shape(reject_review(review_id, reason_code=body.reason_code, actor=actor_of(request)))


@router.post("reviews/{review_id}/hide/", response=ReviewOut, operation_id="hideReview")
def hide(request: HttpRequest, review_id: UUID) -> dict[str, Any]:
    """Show it no longer."""
    return review_shape(hide_review(review_id, actor=actor_of(request)))


@router.post("reviews/{review_id}/reply/", response=ReviewOut, operation_id="replyToReview")
def reply(request: HttpRequest, review_id: UUID, body: ReviewReplyIn) -> dict[str, Any]:
    """Answer it in public."""
    return review_shape(reply_to_review(review_id, reply=body.reply, actor=actor_of(request)))


def _changed(request: HttpRequest, response: HttpResponse, review_id: UUID, body: ReviewPatch) -> Any:
    _refuse_stale(request, review_id)
    values = body.dict(exclude_unset=True)
    if "status" in values:
        values["state"] = values.pop("status")
    row: Review = change_review(review_id, values=values, actor=actor_of(request))
    return with_etag(request, response, review_shape(row))


def _refuse_stale(request: HttpRequest, review_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, review_shape(get_review_for_decision(review_id, actor=actor_of(request))))
