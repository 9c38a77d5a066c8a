"""The picture of a course: painted anew, small enough for its page, with words for who does not see it."""

from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.files import PICTURES, TakenFile, delete_file, store_file, take_file
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.pictures import as_webp
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.learning.facts import CourseChanged
from lyceum.domains.learning.models import Course
from lyceum.domains.learning.rules.tree import get_course_to_write
from lyceum.domains.learning.rules.wording import line

WIDEST, LONGEST_ALT, KIND = 960, 200, "image/webp"
AREA = "courses"


@transaction.atomic
def set_course_picture(course_id: UUID, *, given: BinaryIO, name: str, alt: str, actor: Actor) -> Course:
    """Give a course a picture, or another one."""
    actor.require_all(Permission.COURSES_EDIT)
    course = get_course_to_write(course_id)
    words = line({"image_alt": alt}, "image_alt", LONGEST_ALT, needed=True)
    taken = take_file(given, name=name, kinds=PICTURES)
    painted = TakenFile(taken.name, KIND, as_webp(taken.content, widest=WIDEST))
    _replace(course, store_file(painted, area=AREA, row=new_id()), words, actor)
    return course


@transaction.atomic
def remove_course_picture(course_id: UUID, *, actor: Actor) -> Course:
    """Take the picture of a course away."""
    actor.require_all(Permission.COURSES_EDIT)
    course = get_course_to_write(course_id)
    if course.image:
        _replace(course, "", "", actor)
    return course


def forget_picture_of(course: Course) -> None:
    """Delete what is stored, once it is certain that nothing shows it."""
    if course.image:
        transaction.on_commit(partial(delete_file, course.image))


def _replace(course: Course, image: str, alt: str, actor: Actor) -> None:
    forget_picture_of(course)
    changes: Changes = {"has_picture": [bool(course.image), bool(image)], "image_alt": [course.image_alt, alt]}
    course.image, course.image_alt = image, alt
    course.save(update_fields=["image", "image_alt", "updated_at"])
    fact = CourseChanged(course=course.pk, status=course.status)
    record("learning.course.picture", target=Target.of(course), changes=changes, facts=[fact], actor=actor)
