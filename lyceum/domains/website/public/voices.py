"""What others think of the school."""

from typing import Any

from django.db.models import Avg, Count
from django.utils.translation import gettext as _

from lyceum.domains.website.models import Review
from lyceum.domains.website.public.content import Asked, Content, a_slice, listing
from lyceum.domains.website.queries import list_reviews

REVIEWS_A_PAGE = 8


def shown_review(row: Review) -> dict[str, Any]:
    return {
        "name": row.author_name,
        "rating": row.rating,
        "stars": "★" * row.rating + "☆" * (5 - row.rating),
        "body": row.body,
        "course": row.course.name if row.course else "",
        "is_verified": row.is_verified,
        "is_shortened": row.is_shortened,
        "reply": row.reply,
        "on": row.published_at,
    }


def reviews(asked: Asked) -> Content:
    """What others think."""
    rows = list_reviews(asked.actor).order_by("-published_at", "-pk")
    context = a_slice(rows, asked, REVIEWS_A_PAGE)
    context["rows"] = [shown_review(each) for each in context["rows"]]
    found = Review.objects.filter(state=Review.State.PUBLISHED).aggregate(mean=Avg("rating"), count=Count("pk"))
    context |= {"mean": f"{found['mean']:.1f}" if found["count"] else "", "count": found["count"]}
    return listing(asked, "reviews", _("Reviews"), context)
