"""What tenancy tells the rest of the system."""

from typing import ClassVar

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
