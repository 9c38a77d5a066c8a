"""What the timetable tells people."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.notifications.texts import Text, declare

ASSIGNED, ASKED, ENDED = "cover_assigned", "cover_asked", "cover_ended"
ANSWERED = "cover_answered"
ABSENCE_ASKED, ABSENCE_DECIDED = "staff_absence_asked", "staff_absence_decided"

for _key, _subject, _message, _placeholders in (
    (ASSIGNED, _("You cover a lesson"), _("You cover {lessons}."), ("lessons",)),
    (ASKED, _("Can you cover a lesson?"), _("Please say whether you can cover {lessons}."), ("lessons",)),
    (ENDED, _("You do not cover any more"), _("You do not cover {lessons} any more."), ("lessons",)),
    (ANSWERED, _("A cover was answered"), _("{name}: {answer}, {lessons}. {reason}"),
     ("name", "answer", "lessons", "reason")),
    (ABSENCE_ASKED, _("A colleague asks to be away"), _("{name} asks to be away: {days}."), ("name", "days")),
    (ABSENCE_DECIDED, _("The school answered about your absence"), _("{days}: {answer}. {reason}"),
     ("days", "answer", "reason")),
):  # fmt: skip
    declare(_key, Text(subject=_subject, message=_message, short=_message, placeholders=_placeholders))
