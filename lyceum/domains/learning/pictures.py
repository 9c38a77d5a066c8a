"""Pictures of courses, where they are fetched."""

from uuid import UUID

from django.http import HttpResponse

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.files import answer_picture
from lyceum.domains.learning.queries import get_course


def read_picture(course_id: UUID, *, actor: Actor) -> HttpResponse:
    """The picture of a course that the actor may read."""
    course = get_course(course_id, actor=actor)
    if not course.image:
        raise NotFoundError
    return answer_picture(course.image)
