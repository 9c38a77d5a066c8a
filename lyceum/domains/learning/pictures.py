"""Pictures of courses, where they are fetched."""

from uuid import UUID

from django.http import HttpResponse

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.files import answer_picture
from lyceum.domains.learning.models import Course
from lyceum.domains.learning.queries import get_course


def picture_address(course: Course) -> str:
    """Where the picture of a course is fetched; another picture has another address. Empty where it has none."""
    return f"/api/v1/courses/{course.pk}/picture/?v={course.image.rpartition('/')[2]}" if course.image else ""


def read_picture(course_id: UUID, *, actor: Actor) -> HttpResponse:
    """The picture of a course that the actor may read."""
    course = get_course(course_id, actor=actor)
    if not course.image:
        raise NotFoundError
    return answer_picture(course.image)
