"""People and what is kept of them."""

from lyceum.domains.people.models.people import (
    ContactPoint,
    ContactRestriction,
    Enrolment,
    Family,
    Flag,
    GuardianLink,
    NumberCounter,
    NumberScheme,
    OfficialId,
    Person,
    RetiredNumber,
    Staff,
    Student,
    days,
)
from lyceum.domains.people.models.records import (
    ChangeRequest,
    ComingOfAge,
    Consent,
    ConsentKind,
    FamilyGuardian,
    Merge,
    ToldApart,
)
from lyceum.domains.people.models.subjects import LegalHold, SubjectRequest

__all__ = [
    "ChangeRequest",
    "ComingOfAge",
    "Consent",
    "ConsentKind",
    "ContactPoint",
    "ContactRestriction",
    "Enrolment",
    "Family",
    "FamilyGuardian",
    "Flag",
    "GuardianLink",
    "LegalHold",
    "Merge",
    "NumberCounter",
    "NumberScheme",
    "OfficialId",
    "Person",
    "RetiredNumber",
    "Staff",
    "Student",
    "SubjectRequest",
    "ToldApart",
    "days",
]
