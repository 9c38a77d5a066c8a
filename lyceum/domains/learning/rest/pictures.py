"""Pictures of courses, over REST."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query
from ninja.files import UploadedFile

from lyceum.core.rest import Strict, Visiting, actor_of
from lyceum.domains.learning.pictures import read_picture
from lyceum.domains.learning.queries import get_course
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import CourseOut, course_shape
from lyceum.domains.learning.rules.pictures import KIND, remove_course_picture, set_course_picture


class PictureChoice(Strict):
    """Which picture: its address ends with it, so that a browser that kept another asks anew."""

    v: str = Field("", max_length=100)


_PICTURE = "courses/{course_id}/picture/"


@router.get(
    _PICTURE,
    operation_id="getCoursePicture",
    auth=Visiting(),
    openapi_extra={"responses": {200: {"content": {KIND: {"schema": {"type": "string"}}}}}},
)
def picture(request: HttpRequest, course_id: UUID, chosen: Query[PictureChoice]) -> HttpResponse:
    """The picture that a course has now, for everybody who may read the course."""
    del chosen
    return read_picture(course_id, actor=actor_of(request))


@router.post(_PICTURE, response=CourseOut, operation_id="setCoursePicture")
def put(request: HttpRequest, course_id: UUID, file: File[UploadedFile], image_alt: Form[str] = "") -> dict[str, Any]:
    """Give a course a picture (JPEG, PNG or WebP), and say in words what it shows."""
    actor = actor_of(request)
    set_course_picture(course_id, given=cast(BinaryIO, file.file), name=file.name or "", alt=image_alt, actor=actor)
    return course_shape(get_course(course_id, actor=actor))


@router.delete(_PICTURE, response=CourseOut, operation_id="removeCoursePicture")
def take_away(request: HttpRequest, course_id: UUID) -> dict[str, Any]:
    """Take the picture of a course away."""
    actor = actor_of(request)
    remove_course_picture(course_id, actor=actor)
    return course_shape(get_course(course_id, actor=actor))
