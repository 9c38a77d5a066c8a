"""What becomes of learning when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("learner_access_once", Meeting(clash=_("both were approved for the same course by the same decision")))
when_both_have("course_enrolment_once", Meeting(clash=_("both joined the same run")))
when_both_have("completion_once_per_parent", Meeting(clash=_("both completed the same course")))
when_both_have("learner_names_once", Meeting(clash=_("both gave other names at GitHub or Discord")))
when_both_have("material_opening_once", Meeting(same=()))
