"""What the site shows over GraphQL: reviews and alumni for everybody, the site for its editors; deciding on reviews."""

from datetime import datetime
from typing import Any

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, Payload, act, row_id, through
from lyceum.domains.website.queries import NEWEST_FIRST, list_alumni, list_reviews, read_site
from lyceum.domains.website.rules import reviews as rules


@strawberry.type(description="What somebody thinks of the school or of a course.")
class Review:
    id: strawberry.ID = through("pk")
    author_name: str
    rating: int
    body: str
    reply: str
    is_shortened: bool
    is_verified: bool
    created_at: datetime
    state: str


@strawberry.type(description="Somebody who learnt here and tells of it.")
class Alumnus:
    id: strawberry.ID = through("pk")
    name: str
    headline: str
    employer: str
    bio: str
    leaving_year: int | None
    is_mentor: bool
    state: str


@strawberry.type(description="The public site as its editors see it.")
class PublicSite:
    state: str
    accent: str
    banner: str
    published_at: datetime | None


@strawberry.type
class Query:
    @connection(Review)
    def reviews(self, info: Info, span: Span, state: str = "") -> Found:
        """Published reviews, the newest first; for moderators the others, too."""
        return find_page(list_reviews(info.context.actor, status=state), order=NEWEST_FIRST, span=span)

    @connection(Alumnus)
    def alumni(self, info: Info, span: Span, mentors: bool | None = None) -> Found:
        """Published alumni profiles by name; for the editors all."""
        rows = list_alumni(info.context.actor, mentors=mentors).prefetch_related(None)
        return find_page(rows, order=("name", "pk"), span=span)

    @strawberry.field(graphql_type=PublicSite)
    def site(self, info: Info) -> Any:
        """The site's state and looks."""
        return read_site(info.context.actor)


@strawberry.type
class ReviewPayload(Payload):
    review: Review | None = None


@strawberry.type
class Mutation:
    @act
    def publish_review(self, info: Info, id: strawberry.ID) -> ReviewPayload:
        """Show a review."""
        found: Any = rules.publish_review(row_id(id), actor=info.context.actor)
        return ReviewPayload(review=found)

    @act
    def reject_review(self, info: Info, id: strawberry.ID, reason_code: str) -> ReviewPayload:
        """Do not show a review, for one of the published reasons. Few stars are none."""
        found: Any = rules.reject_review(row_id(id), reason_code=reason_code, actor=info.context.actor)
        return ReviewPayload(review=found)
