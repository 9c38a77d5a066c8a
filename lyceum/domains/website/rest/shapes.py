"""What is shown over REST of what the site shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.domains.website.models import AlumniProfile, ContactMessage, Page, Picture, Review, TeamMember
from lyceum.domains.website.pictures import address_of_picture


class PictureSize(Schema):
    """One width of a picture."""

    url: str
    width: int
    height: int


class PictureOut(Schema):
    """A picture in its widths, the narrowest first."""

    id: UUID
    alt: str
    is_decorative: bool
    sizes: list[PictureSize]


def picture_shape(row: Picture | None) -> dict[str, Any] | None:
    """A picture, or null."""
    if row is None:
        return None
    sizes = [
        {"url": address_of_picture(row, each["width"]), "width": each["width"], "height": each["height"]}
        for each in row.sizes
    ]
    return {"id": row.pk, "alt": row.alt, "is_decorative": row.is_decorative, "sizes": sizes}


class TeamMemberOut(Schema):
    """Somebody of the team."""

    id: UUID
    about_us_id: UUID
    name: str
    role: str
    bio: str
    photo: PictureOut | None
    links: list[str]
    order: int
    is_published: bool


def member_shape(row: TeamMember) -> dict[str, Any]:
    """Somebody of the team, as shown."""
    names = ("about_us_id", "name", "role", "bio", "links", "order", "is_published")
    return {"id": row.pk, "photo": picture_shape(row.photo), **{name: getattr(row, name) for name in names}}


class StoryOut(Schema):
    """Something that somebody tells."""

    id: UUID
    title: str
    body: str
    status: str


class AlumniOut(Schema):
    """Somebody who was here."""

    id: UUID
    name: str
    course: UUID | None
    course_name: str
    leaving_year: int | None
    headline: str
    employer: str
    bio: str
    photo: PictureOut | None
    links: list[str]
    is_mentor: bool
    mentor_topics: list[str]
    mentor_places: int
    status: str
    consent_at: datetime | None = Field(description="When somebody agreed that it is shown.")
    published_at: datetime | None
    stories: list[StoryOut]


def story_shape(row: Any) -> dict[str, Any]:
    """A story, as shown."""
    return {"id": row.pk, "title": row.title, "body": row.body, "status": row.state}


def alumni_shape(row: AlumniProfile) -> dict[str, Any]:
    """A profile, as shown."""
    names = (
        "name", "leaving_year", "headline", "employer", "bio", "links", "is_mentor", "mentor_topics", "mentor_places",
        "consent_at", "published_at",
    )  # fmt: skip
    return {
        "id": row.pk,
        "course": row.course_id,
        "course_name": row.course.name if row.course else "",
        "photo": picture_shape(row.photo),
        "status": row.state,
        "stories": [story_shape(each) for each in row.stories.all()],
        **{name: getattr(row, name) for name in names},
    }


class ReviewOut(Schema):
    """A review. The address of its author is shown to nobody."""

    id: UUID
    author_name: str
    rating: int
    body: str
    course: UUID | None
    course_name: str
    language: str
    is_verified: bool
    is_shortened: bool = Field(description="Whether the school took personal data out of it.")
    reply: str
    status: str
    reason_code: str
    created_at: datetime
    published_at: datetime | None


def review_shape(row: Review) -> dict[str, Any]:
    """A review, as shown."""
    names = (
        "author_name", "rating", "body", "language", "is_verified", "is_shortened", "reply", "reason_code",
        "created_at", "published_at",
    )  # fmt: skip
    return {
        "id": row.pk,
        "course": row.course_id,
        "course_name": row.course.name if row.course else "",
        "status": row.state,
        **{name: getattr(row, name) for name in names},
    }


class ReplyOut(Schema):
    """An answer of the office."""

    id: UUID
    body: str
    written_at: datetime
    written_by_name: str


class MessageOut(Schema):
    """A message to the school."""

    id: UUID
    name: str
    email: str
    phone: str
    subject: str
    message: str
    status: str
    assigned_to: UUID | None
    assigned_name: str
    spam_score: int
    spam_reasons: list[str]
    created_at: datetime
    answered_at: datetime | None
    replies: list[ReplyOut]


def message_shape(row: ContactMessage) -> dict[str, Any]:
    """A message, as shown."""
    names = (
        "name", "email", "phone", "subject", "assigned_to", "assigned_name", "spam_score", "spam_reasons",
        "created_at", "answered_at",
    )  # fmt: skip
    replies = sorted(row.replies.all(), key=lambda each: each.written_at)
    return {
        "id": row.pk,
        "message": row.body,
        "status": row.state,
        "replies": [
            {"id": each.pk, "body": each.body, "written_at": each.written_at, "written_by_name": each.written_by_name}
            for each in replies
        ],
        **{name: getattr(row, name) for name in names},
    }


class PageOut(Schema):
    """A page that the office writes: its draft, and what of it strangers read."""

    id: UUID
    kind: str
    language: str
    slug: str
    title: str
    description: str
    blocks: list[dict[str, Any]]
    status: str
    edits: int
    publish_at: datetime | None
    published_at: datetime | None
    published_version: int | None
    address: str
    translation_of: UUID | None
    is_outdated: bool


def page_shape(row: Page) -> dict[str, Any]:
    """A page, as shown."""
    names = (
        "kind", "language", "slug", "title", "description", "blocks", "edits", "publish_at", "published_at", "address",
        "is_outdated",
    )  # fmt: skip
    return {
        "id": row.pk,
        "status": row.state,
        "published_version": row.published.number if row.published else None,
        "translation_of": row.translation_of_id,
        **{name: getattr(row, name) for name in names},
    }
