"""How far the timetable of a year is: what its maker is told first."""

from dataclasses import dataclass

from django.db.models import Count, F, Func, IntegerField, Sum
from django.db.models.functions import Coalesce

from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.timetable.models import Group, Requirement, RequirementClass, Rule


@dataclass(frozen=True)
class Standing:
    """Numbers of a year."""

    requirements: int
    lessons: int
    """A cycle, all requirements together."""
    classes: int
    rules: int
    groups: int


def read_standing(year: AcademicYear) -> Standing:
    """Four statements, whatever there is."""
    length = Func(F("lengths"), function="cardinality", output_field=IntegerField())
    counted = Requirement.objects.filter(year=year).aggregate(
        requirements=Count("pk"), lessons=Coalesce(Sum(length), 0)
    )
    classes = RequirementClass.objects.filter(requirement__year=year).values("school_class").distinct().count()
    rules = Rule.objects.filter(year=year, active=True).count()
    groups = Group.objects.filter(school_class__year=year).count()
    return Standing(counted["requirements"], counted["lessons"], classes, rules, groups)
