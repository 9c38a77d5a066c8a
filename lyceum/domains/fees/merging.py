"""What becomes of fees when two records turn out to be one person."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

_CLASH = Meeting(clash=_("both have a billing account in the same currency"))
when_both_have("billing_account_guardian_once", _CLASH)
when_both_have("billing_account_student_once", _CLASH)
