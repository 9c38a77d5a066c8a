"""What becomes of the public site when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("alumni_profile_once", Meeting(clash=_("both have an alumni profile")))
