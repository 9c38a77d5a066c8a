"""What becomes of marks when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, leave_uncounted, when_both_have

when_both_have(
    "attendance_sessionmark_pkey",
    Meeting(same=("symbol",), clash=_("both have marks for the same session that differ")),
)
when_both_have(
    "mark_once",
    Meeting(
        same=("code_id",),
        clash=_("both have marks on the same register that differ"),
        with_it=("attendance_markchange",),
    ),
)
when_both_have("one_open_case_of_a_student", Meeting(clash=_("both have an absence that is still being asked about")))
when_both_have("attendance_daysummary_pkey", Meeting(same=()))  # counted anew
leave_uncounted("attendance_daysummary", "attendance_sessionmarkpast", "attendance_markchange")
