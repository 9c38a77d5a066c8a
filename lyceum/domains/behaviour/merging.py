"""What becomes of behaviour when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("student_day_once", Meeting(clash=_("both have points on the same day")))
when_both_have("participant_once", Meeting(clash=_("both took part in the same incident")))
when_both_have("one_open_escalation", Meeting(clash=_("both have a step that is still open")))
when_both_have("one_detention_a_day", Meeting(clash=_("both have a detention on the same day")))
when_both_have("detentions_do_not_overlap", Meeting(clash=_("both have a detention at the same time")))
