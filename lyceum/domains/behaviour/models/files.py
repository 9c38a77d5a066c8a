"""Files beside an incident: a picture of the damage, a statement that was signed."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.behaviour.models.incidents import Incident


class IncidentFile(SchoolOwned):
    """One file, for staff who read the narrative. Families never see it: others may be in the picture."""

    incident = SchoolForeignKey(Incident, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    """What it really is, as a media type."""
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    """SHA-256 of what is kept, in hex."""
    stored = models.CharField(max_length=200)
    """Its name in the store, in the school's folder."""
    added_by = models.UUIDField(null=True)
    added_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="incident_file_size"),
            models.UniqueConstraint(fields=["school", "incident", "digest"], name="incident_file_once"),
        ]
        indexes = [models.Index(fields=["school", "incident", "created_at"], name="files_by_incident")]

    def __str__(self) -> str:
        return self.name
