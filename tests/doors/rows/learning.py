"""Courses, runs, lessons, materials, enrolment and progress."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

from PIL import Image

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.learning.models import MaterialOpening
from lyceum.domains.learning.rules.categories import create_category
from lyceum.domains.learning.rules.courses import create_course
from lyceum.domains.learning.rules.enrolling import enrol_student
from lyceum.domains.learning.rules.lessons import create_lesson
from lyceum.domains.learning.rules.materials import add_document, add_material
from lyceum.domains.learning.rules.meetings import create_meeting
from lyceum.domains.learning.rules.modules import create_module
from lyceum.domains.learning.rules.pictures import set_course_picture
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.people.models import Staff
from tests.doors.rows.cast import Cast

_PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def add(cast: Cast) -> dict[str, UUID]:
    """A run that the teacher of the class teaches, with the student on it."""
    actor, day = system_actor(cast.school.pk), clock.now().date()
    teacher = Staff.objects.get(person__user=cast.users["teacher of the class"])
    category = create_category(values={"name": "Crafts"}, actor=actor)
    whole = {"name": "Welding", "category": "crafts", "description": "Sparks", "status": "published"}
    course = create_course(values=whole, actor=actor)
    cast.words["course_slug"] = course.slug
    photo = BytesIO()
    Image.new("RGB", (4, 3), "red").save(photo, format="PNG")
    photo.seek(0)
    set_course_picture(course.pk, given=photo, name="sparks.png", alt="Sparks", actor=actor)
    run = {"start_on": day, "end_on": day + timedelta(days=60), "delivery": "online", "instructor_id": teacher.pk}
    schedule = create_schedule(course_id=course.pk, values=run | {"status": "published"}, actor=actor)
    module = create_module(schedule_id=schedule.pk, values={"title": "Basics"}, actor=actor)
    lesson = create_lesson(module_id=module.pk, values={"title": "Safety", "access": "enrolled"}, actor=actor)
    times = {"starts_at": clock.now() + timedelta(days=1), "ends_at": clock.now() + timedelta(days=1, hours=1)}
    meeting = create_meeting(schedule.pk, values=times, allow_clash=True, actor=actor)
    document = {"schedule_id": schedule.pk, "title": "Plan"}
    material = add_document(given=BytesIO(_PDF), name="plan.pdf", values=document, actor=actor)
    link = {"schedule_id": schedule.pk, "kind": "github_repository", "title": "Code", "url": "https://github.com/a/b"}
    code = add_material(values=link, actor=actor)
    opening = MaterialOpening.objects.create(material=code, student=cast.student, opened_at=clock.now())
    enrolment = enrol_student(schedule.pk, cast.student.pk, actor=actor).enrolment
    return {
        "category_id": category.pk,
        "course_id": course.pk,
        "learning_schedule_id": schedule.pk,
        "module_id": module.pk,
        "course_lesson_id": lesson.pk,
        "meeting_id": meeting.pk,
        "material_id": material.pk,
        "material_opening_id": opening.pk,
        "course_enrolment_id": enrolment.pk,
    }
