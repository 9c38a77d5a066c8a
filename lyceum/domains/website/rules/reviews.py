"""Reviews: anybody writes, nothing shows before it was looked at, and no rating is a reason to reject."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import fold
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.people.models import Student
from lyceum.domains.website.facts import ReviewDecided, ReviewReceived
from lyceum.domains.website.models import Review
from lyceum.domains.website.rules.fields import line, lines, mail_address
from lyceum.domains.website.rules.site import touch_site
from lyceum.domains.website.rules.spam import refuse_flood, score_of, sender_of

LONGEST_NAME, SHORTEST_BODY, LONGEST_BODY, LONGEST_REPLY = 120, 20, 2_000, 2_000
WITHDRAW = "website.review.withdraw"
State = Review.State
_LEFT_OUT = re.compile(r"\[[^\]]*\]|…|\.\.\.|\*+|█+")
_WORD = re.compile(r"\w+", re.UNICODE)


class AlreadyReviewedError(RuleError):
    """One review of a course by each author, and one of the school."""

    code = "already_reviewed"


class ReasonRequiredError(InvalidError):
    """A review is rejected for one of the published reasons, or not at all."""

    code = "reason_required"


class WordsChangedError(InvalidError):
    """The words are the author's: they may only lose personal data."""

    code = "words_changed"


class RatingFixedError(InvalidError):
    """The rating is the author's."""

    code = "rating_fixed"


class ReviewStateError(RuleError):
    """It cannot be done with a review in this state."""

    code = "review_state"


@transaction.atomic
def write_review(
    *,
    author_name: str,
    author_email: str,
    rating: int,
    body: str,
    course: UUID | None = None,
    language: str = "",
    trapped: bool = False,
    actor: Actor,
) -> Review:
    """Write a review. It waits, whatever it says."""
    actor.require(Permission.REVIEWS_WRITE)
    if not 1 <= rating <= 5:
        raise invalid_field("/rating", "range", _("Give 1 to 5 stars."))
    review = Review(
        author_name=line("author_name", author_name, LONGEST_NAME, needed=True),
        author_email=mail_address("author_email", author_email),
        rating=rating,
        body=lines("body", body, LONGEST_BODY, shortest=SHORTEST_BODY),
        course=_course(course),
        language=language[:12],
        user=actor.user_id,
        sender=sender_of(actor.ip),
    )
    review.author_key = fold(review.author_email)[:64]
    refuse_flood(Review, sender=review.sender, by_mail=Q(author_key=review.author_key))
    review.is_verified = _completed(review, actor)
    review.spam_score = score_of(review.author_name, review.body, trapped=trapped).points
    with refusing(review_once=_already):
        review.save(force_insert=True)
    target = Target("website.review", review.pk)
    record("website.review.write", target=target, facts=[ReviewReceived(review=review.pk)], actor=actor)
    return review


def _course(course_id: UUID | None) -> Course | None:
    if course_id is None:
        return None
    course = Course.objects.filter(pk=course_id, status=Course.Status.PUBLISHED).first()
    if course is None:
        raise invalid_field("/course", "unknown", _("There is no such course."))
    return course


def _completed(review: Review, actor: Actor) -> bool:
    if actor.user_id is None:
        return False
    mine = Student.objects.filter(person__user=actor.user_id)
    rows = Completion.objects.filter(student__in=mine, reversed_at__isnull=True)
    return rows.filter(course=review.course).exists() if review.course else rows.exists()


def _already() -> AlreadyReviewedError:
    return AlreadyReviewedError(_("You have written about this already. Withdraw the first review to write another."))


@transaction.atomic
def publish_review(review_id: UUID, *, actor: Actor) -> Review:
    """Show a review."""
    review = get_review_for_decision(review_id, actor=actor)
    return _decide(review, State.PUBLISHED, actor)


@transaction.atomic
def reject_review(review_id: UUID, *, reason_code: str, actor: Actor) -> Review:
    """Do not show a review, for one of the reasons that there are. Few stars are none."""
    review = get_review_for_decision(review_id, actor=actor)
    if reason_code not in Review.Reason.values:
        message = _("Choose a reason: %(all)s. A low rating is none.") % {"all": ", ".join(Review.Reason.values)}
        raise ReasonRequiredError(message, errors=invalid_field("/reason_code", "reason_required", message).errors)
    review.reason_code = reason_code
    return _decide(review, State.REJECTED, actor)


@transaction.atomic
def hide_review(review_id: UUID, *, actor: Actor) -> Review:
    """Show a published review no longer."""
    review = get_review_for_decision(review_id, actor=actor)
    if review.state != State.PUBLISHED:
        raise ReviewStateError(_("Only what is shown can be hidden."), state=review.state)
    return _decide(review, State.HIDDEN, actor)


_FROM = {
    State.PUBLISHED: (State.PENDING, State.HIDDEN, State.REJECTED),
    State.REJECTED: (State.PENDING,),
    State.HIDDEN: (State.PUBLISHED,),
}


def _decide(review: Review, state: Review.State, actor: Actor) -> Review:
    if review.state == state:
        return review
    if review.state not in _FROM[state]:
        raise ReviewStateError(_("This review is %(state)s: that cannot be done.") % {"state": _(review.state)})
    before, review.state = review.state, state
    review.decided_at, review.decided_by_name = clock.now(), actor.name[:200]
    if state == State.PUBLISHED:
        review.reason_code = ""
        review.published_at = review.published_at or clock.now()
    with refusing(review_once=_already):
        review.save()
    record(
        "website.review.decide",
        target=Target("website.review", review.pk),
        changes={"state": [before, state], "rating": [review.rating, review.rating]},
        reason=review.reason_code,
        facts=[ReviewDecided(review=review.pk, state=state)],
        actor=actor,
    )
    touch_site()
    return review


@transaction.atomic
def change_review(review_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Review:
    """Moderate and answer in one act: state with its reason, a reply, a shortened text; never the rating."""
    review = get_review_for_decision(review_id, actor=actor)
    if values.get("rating") not in (None, review.rating):
        message = _("The rating is the author's and never changes.")
        raise RatingFixedError(message, errors=invalid_field("/rating", "rating_fixed", message).errors)
    if values.get("body") not in (None, review.body):
        shorten_review(review_id, body=values["body"], actor=actor)
    if values.get("reply") is not None:
        reply_to_review(review_id, reply=values["reply"], actor=actor)
    state = values.get("state")
    if state in (None, review.state):
        pass
    elif state == State.PUBLISHED:
        publish_review(review_id, actor=actor)
    elif state == State.REJECTED:
        reject_review(review_id, reason_code=values.get("reason_code") or "", actor=actor)
    elif state == State.HIDDEN:
        hide_review(review_id, actor=actor)
    else:
        raise invalid_field("/status", "choice", _("Publish, reject or hide it."))
    return Review.objects.select_related("course").get(pk=review_id)


@transaction.atomic
def shorten_review(review_id: UUID, *, body: str, actor: Actor) -> Review:
    """Take personal data out of a review. What was written is kept, and readers are told that it was shortened."""
    review = get_review_for_decision(review_id, actor=actor)
    text = lines("body", body, LONGEST_BODY, shortest=1)
    original = review.original or review.body
    if text == review.body:
        return review
    if not _is_part_of(text, original):
        message = _("Only leave words out: the review is its author's. Put … where something is missing.")
        raise WordsChangedError(message, errors=invalid_field("/body", "words_changed", message).errors)
    review.body, review.original = text, original if text != original else ""
    review.save(update_fields=["body", "original", "updated_at"])
    record("website.review.shorten", target=Target("website.review", review.pk), actor=actor)
    touch_site()
    return review


def _is_part_of(text: str, original: str) -> bool:
    """Whether the words of a text stand in the original in this order."""
    words = iter(_WORD.findall(original))
    return all(any(word == other for other in words) for word in _WORD.findall(_LEFT_OUT.sub(" ", text)))


@transaction.atomic
def reply_to_review(review_id: UUID, *, reply: str, actor: Actor) -> Review:
    """Answer a review in public; an empty answer takes it back."""
    review = get_review_for_decision(review_id, actor=actor)
    review.reply = lines("reply", reply, LONGEST_REPLY)
    review.save(update_fields=["reply", "updated_at"])
    record("website.review.reply", target=Target("website.review", review.pk), actor=actor)
    touch_site()
    return review


@transaction.atomic
def remove_review(review_id: UUID, *, reason: str, actor: Actor) -> None:
    """Delete a review; that it was there, and how it was decided, stays in the trail."""
    review = get_review_for_decision(review_id, actor=actor)
    changes: Changes = {"state": [review.state, None], "rating": [review.rating, None]}
    target = Target("website.review", review.pk)
    record("website.review.remove", target=target, changes=changes, reason=line("reason", reason, 500), actor=actor)
    review.delete()
    touch_site()


def withdraw_token(review: Review) -> str:
    """What its author may withdraw a review with."""
    return signing.dumps([current_school(), str(review.pk)], salt=WITHDRAW)


@transaction.atomic
def withdraw_review(token: str, *, actor: Actor) -> Review:
    """Take one's own review back, by the link that its author was given."""
    actor.require(Permission.REVIEWS_WRITE)
    review = review_of_token(token)
    if review.state == State.WITHDRAWN:
        return review
    before, review.state = review.state, State.WITHDRAWN
    review.save(update_fields=["state", "updated_at"])
    target = Target("website.review", review.pk)
    record("website.review.withdraw", target=target, changes={"state": [before, review.state]}, actor=actor)
    touch_site()
    return review


def review_of_token(token: str) -> Review:
    """The review that a link is for."""
    try:
        school_id, review_id = signing.loads(token, salt=WITHDRAW)
    except (signing.BadSignature, ValueError):
        raise NotFoundError(_("This link is not complete. Open it as you were given it.")) from None
    review = Review.objects.filter(pk=review_id).first() if school_id == current_school() else None
    if review is None:
        raise NotFoundError(_("There is no such review."))
    return review


def get_review_for_decision(review_id: UUID, *, actor: Actor) -> Review:
    """The review, locked, for whoever moderates."""
    actor.require_all(Permission.REVIEWS_MODERATE)
    rows = Review.objects.select_for_update(of=("self",)).select_related("course")
    review = rows.filter(pk=review_id).exclude(state=State.WITHDRAWN).first()
    if review is None:
        raise NotFoundError(_("There is no such review."))
    return review
