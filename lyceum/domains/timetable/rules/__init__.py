"""The acts of the timetable, split by noun."""

from lyceum.domains.timetable.rules.lessons import (
    CHANGEABLE,
    WEEKDAYS,
    LessonClashError,
    NewLesson,
    create_lessons,
    edit_lesson,
    end_lesson,
    get_lesson_for_edit,
    remove_lesson,
)

__all__ = [
    "CHANGEABLE",
    "WEEKDAYS",
    "LessonClashError",
    "NewLesson",
    "create_lessons",
    "edit_lesson",
    "end_lesson",
    "get_lesson_for_edit",
    "remove_lesson",
]
