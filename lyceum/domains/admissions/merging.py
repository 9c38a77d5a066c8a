"""What becomes of applications when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("application_once", Meeting(clash=_("both have applied to the same intake")))
