"""What tenancy tells the rest of the system."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class SchoolProvisioned(FactPayload, frozen=True, kw_only=True):
    """A school was made; each domain fills in its defaults."""

    type: ClassVar[str] = "tenancy.school.provisioned"
    topic: ClassVar[str] = "users"
    country: str


class SettingsChanged(FactPayload, frozen=True, kw_only=True):
    """A new version of one section of the settings is in force."""

    type: ClassVar[str] = "tenancy.settings.changed"
    topic: ClassVar[str] = "users"
    section: str
    version: int
    keys: list[str]


class ClosingAsked(FactPayload, frozen=True, kw_only=True):
    """A school admin asks to close the school; another is to confirm it."""

    type: ClassVar[str] = "tenancy.school.closing_asked"
    topic: ClassVar[str] = "users"
    closure: UUID
    asked_by: UUID
    confirm_by: datetime


class SchoolClosing(FactPayload, frozen=True, kw_only=True):
    """Nobody but its admins enters the school any more; it is erased unless it is restored before `purge_at`."""

    type: ClassVar[str] = "tenancy.school.closing"
    topic: ClassVar[str] = "users"
    purge_at: datetime


class SchoolRestored(FactPayload, frozen=True, kw_only=True):
    """The school is open again, as it was."""

    type: ClassVar[str] = "tenancy.school.restored"
    topic: ClassVar[str] = "users"


class SchoolDeleted(FactPayload, frozen=True, kw_only=True):
    """Nothing of the school is left but its number, its dates and what was counted."""

    type: ClassVar[str] = "tenancy.school.deleted"
    topic: ClassVar[str] = "users"
