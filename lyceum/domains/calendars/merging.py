"""What becomes of events when two records turn out to be one person."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("event_invitation_once", Meeting(clash=_("both are invited to the same event")))
when_both_have(
    "event_attendance_once",
    Meeting(
        same=("state",),
        clash=_("different things were said of both at the same event"),
        with_it=("calendars_eventattendancepast",),
    ),
)
