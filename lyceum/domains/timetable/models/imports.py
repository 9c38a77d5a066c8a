"""Timetabling problems that came as files."""

from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import AcademicYear


class ImportedProblem(SchoolOwned):
    """A file of another timetabling program, kept whole: what it says holds for the versions made from it."""

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="imported_problems")
    file_name = models.CharField(max_length=200)
    source = models.BinaryField()
    names = models.JSONField(default=dict)
    """`{teachers, students, rooms: {name in the file: our id}}`."""
    unknown = models.JSONField(default=list)
    """Kinds of constraints without effect here: `[{kind, count}]`. They are kept for export."""

    def __str__(self) -> str:
        return self.file_name
