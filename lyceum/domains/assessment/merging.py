"""What becomes of marks when two records turn out to be one student."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("cell_once", Meeting(same=("state", "score"), clash=_("both have different marks in the same column")))
