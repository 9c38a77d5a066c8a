"""What another system knows of two records that turn out to be one person."""

from lyceum.core.references import Reference, refer_loosely
from lyceum.domains.exchange.models import Crosswalk
from lyceum.domains.people.merging import Meeting, when_both_have

for _target, _kind in (("people.Student", "student"), ("people.Person", "adult")):
    refer_loosely(_target, Reference(Crosswalk, "own_id", "own_id", {"kind": _kind}))
when_both_have("crosswalk_own_once", Meeting(same=()))  # the id of the record that stays
