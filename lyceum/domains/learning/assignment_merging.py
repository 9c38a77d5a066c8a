"""What becomes of work when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("submission_once", Meeting(clash=_("both have work for the same assignment")))
