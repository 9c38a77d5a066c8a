"""Pages of the timetable: the lessons of a class, entered by hand."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted, typed_date, typed_id, typed_number, typed_time
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import get_class, list_room_names
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.ical import read_token, write_feed
from lyceum.domains.timetable.models import Lesson
from lyceum.domains.timetable.queries import list_lessons
from lyceum.domains.timetable.rules import NewLesson, create_lessons, remove_lesson
from lyceum.domains.timetable.rules.lessons import cycle_day_name

WEEKDAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)


def _day_of(lesson: Lesson, names: Mapping[str, str | Promise]) -> str:
    """The weekday of a lesson, or what its day of the cycle is called."""
    return str(names[str(lesson.weekday)]) if lesson.weekday else cycle_day_name(lesson)


@require_http_methods(["GET", "POST"])
def lessons_page(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """The lessons of a class through the week; adding and taking away for those who may."""
    actor = actor_of(request)
    row = get_class(class_id, actor=actor, day=today())

    def act() -> str:
        if request.POST.get("act") == "remove":
            lesson = typed_id(request, "lesson")
            if lesson is None:
                raise NotFoundError
            remove_lesson(lesson, actor=actor)
        else:
            new = NewLesson(
                row,
                weekday=typed_number(request, "weekday", 0),
                period=request.POST.get("period", ""),
                starts_at=typed_time(request, "starts_at"),
                ends_at=typed_time(request, "ends_at"),
                starts_on=typed_date(request, "starts_on"),
                teacher_id=typed_id(request, "teacher"),
                room_id=typed_id(request, "room"),
            )
            create_lessons([new], actor=actor)
        return f"/classes/{class_id}/lessons/"

    def context() -> dict[str, Any]:
        may_edit = actor.reaches_all(Permission.LESSONS_EDIT)
        lessons = list_lessons(actor, school_class=class_id)
        names = dict(WEEKDAYS)
        return {
            "row": row,
            "days": [(name, list(each)) for name, each in groupby(lessons, key=lambda x: _day_of(x, names))],
            "may_edit": may_edit,
            "weekdays": WEEKDAYS,
            "staff": [(str(member.pk), str(member)) for member in list_staff(actor)] if may_edit else [],
            "rooms": list_room_names(actor) if may_edit else [],
        }

    return submitted(request, "timetable/lessons.html", context, act)


@require_GET
def feed(request: HttpRequest, feed_token: str) -> HttpResponse:
    """A timetable as a calendar, for whoever has its address."""
    del request
    found = read_token(feed_token)
    with visiting(found.school_id):
        source = write_feed(found)
    return HttpResponse(source, content_type="text/calendar; charset=utf-8")
