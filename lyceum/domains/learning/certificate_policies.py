"""Who sees which certificates inside the school, and who decides about the name on one."""

from datetime import date

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.learning.models import Certificate, CourseEnrolment
from lyceum.domains.learning.policies import visible_enrolments
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import children_in_full, own_record, visible_students
from lyceum.domains.tenancy.queries import today

OF_AGE = 18


def visible_certificates(actor: Actor) -> Q:
    """Those of the learners whom the actor sees, for a run that one teaches those that it led to; one's own always."""
    mine = own_record(actor) & Q(deleted_at__isnull=True)
    students = Student.objects.filter(visible_students(actor, Permission.LEARNERS_VIEW) | mine)
    learners = CourseEnrolment.objects.filter(visible_enrolments(actor))
    return Q(completion__student__in=students) | Q(completion__enrolment__in=learners)


def family_certificates(actor: Actor) -> Q:
    """One's own, and those of the children for whom one answers."""
    students = Student.objects.filter(own_record(actor) | children_in_full(actor), deleted_at__isnull=True)
    return Q(completion__student__in=students)


def is_own(certificate: Certificate, actor: Actor) -> bool:
    """Whether it is the actor's own. Needs the student's person."""
    return actor.user_id is not None and certificate.completion.student.person.user_id == actor.user_id


def decides_for(certificate: Certificate, actor: Actor) -> bool:
    """Whether the actor may show the name: the owner of age; else a guardian who answers for the child."""
    student = certificate.completion.student
    if is_adult(student.person.birth_date):
        return is_own(certificate, actor)
    return Student.objects.filter(children_in_full(actor), pk=student.pk).exists()


def is_adult(birth_date: date | None, *, on: date | None = None) -> bool:
    """Whether somebody is 18; a person whose birthday nobody wrote down counts as a child."""
    day = on or today()
    if birth_date is None:
        return False
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday) >= OF_AGE
