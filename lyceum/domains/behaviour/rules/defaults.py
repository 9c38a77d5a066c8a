"""What a school starts with: a scale, kinds of incidents, and a policy."""

from typing import Any

from django.utils.translation import gettext_noop

from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.behaviour.models import EscalationPolicy, IncidentType, PointScale
from lyceum.domains.behaviour.models.incidents import SAFEGUARDING, Polarity
from lyceum.domains.tenancy.queries import today

SCALE = gettext_noop("Behaviour points")
P, N, R = Polarity.POSITIVE.value, Polarity.NEGATIVE.value, IncidentType.TellGuardians.AFTER_REVIEW.value
TYPES = (
    # code, name, what families read, polarity, category, severity, points, tell
    ("work", gettext_noop("Good work"), gettext_noop("Good work"), P, "learning", 1, 1, "always"),
    ("effort", gettext_noop("Effort"), gettext_noop("Great effort"), P, "learning", 1, 1, "always"),
    ("kindness", gettext_noop("Kindness"), gettext_noop("Kindness to others"), P, "conduct", 1, 1, "always"),
    ("service", gettext_noop("Help for the school"), gettext_noop("Help for the school"), P, "conduct", 2, 2, "always"),
    ("achievement", gettext_noop("Outstanding achievement"), gettext_noop("Outstanding achievement"), P, "learning", 3,
     3, "always"),
    ("homework", gettext_noop("No homework"), gettext_noop("Homework was missing"), N, "learning", 1, -1, R),
    ("late", gettext_noop("Late to lesson"), gettext_noop("Late to a lesson"), N, "conduct", 1, -1, R),
    ("disruption", gettext_noop("Disruption"), gettext_noop("Disturbed a lesson"), N, "conduct", 1, -1, R),
    ("defiance", gettext_noop("Refusal to follow instructions"), gettext_noop("Did not follow instructions"), N,
     "conduct", 2, -2, R),
    ("language", gettext_noop("Abusive language"), gettext_noop("Abusive language"), N, "conduct", 2, -2, R),
    ("damage", gettext_noop("Damage"), gettext_noop("Damage to property"), N, "conduct", 2, -2, R),
    ("bullying", gettext_noop("Bullying"), gettext_noop("Unkind behaviour to another student"), N, "conduct", 3, -3,
     R),
    ("fighting", gettext_noop("Fighting"), gettext_noop("Physical conflict"), N, "conduct", 3, -3, R),
    ("assault", gettext_noop("Assault"), gettext_noop("Serious physical conflict"), N, "conduct", 4, -5, R),
    ("worry", gettext_noop("Worry about a child"), gettext_noop("Concern"), Polarity.NEUTRAL.value, SAFEGUARDING, 1, 0,
     "never"),
)  # fmt: skip
POLICY = gettext_noop("Points in six school weeks")
LETTER_TEN = gettext_noop("{name} has lost {points} points in the last six school weeks. The head of year will talk "
                          "with {name} about it.")  # fmt: skip
LETTER_TWENTY = gettext_noop("{name} has lost {points} points in the last six school weeks. We would like to meet you "
                             "and will be in touch about a time.")  # fmt: skip
LETTER_THIRTY = gettext_noop("{name} has lost {points} points in the last six school weeks. A member of the senior "
                             "leadership will contact you.")  # fmt: skip
STAGES: list[dict[str, Any]] = [
    {"n": 1, "threshold": 5, "measure": "points", "action": "talk", "approvers": "", "letter": ""},
    {"n": 2, "threshold": 10, "measure": "points", "action": "letter", "approvers": "Head of year",
     "letter": LETTER_TEN},
    {"n": 3, "threshold": 20, "measure": "points", "action": "parent_meeting", "approvers": "Head of year",
     "letter": LETTER_TWENTY},
    {"n": 4, "threshold": 30, "measure": "points", "action": "other", "approvers": "Senior leader",
     "letter": LETTER_THIRTY},
]  # fmt: skip


def add_defaults() -> None:
    """The usual scale, kinds and policy, in a school that has none."""
    if PointScale.objects.exists() or IncidentType.objects.exists():
        return
    scale = PointScale.objects.create(name=SCALE)
    IncidentType.objects.bulk_create(
        IncidentType(
            code=code,
            name=name,
            family_name=family_name,
            polarity=polarity,
            category=category,
            severity=severity,
            points=points,
            tell_guardians=tell,
            needs_review=severity == 4,
            scale=scale,
            position=position,
        )
        for position, (code, name, family_name, polarity, category, severity, points, tell) in enumerate(TYPES)
    )
    first = AcademicYear.objects.order_by("starts").values_list("starts", flat=True).first()
    EscalationPolicy.objects.create(name=POLICY, starts_on=first or today(), scale=scale, stages=STAGES)
