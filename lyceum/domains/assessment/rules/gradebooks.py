"""Opening a gradebook: on demand, once for a class and a term."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, Term
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.assessment.models import Category, Gradebook, GradingPolicy
from lyceum.domains.assessment.policies import staff_gradebooks
from lyceum.domains.assessment.queries import get_gradebook
from lyceum.domains.assessment.rules.refusals import AlreadyThereError
from lyceum.domains.journal.rules import Target, record


@dataclass(frozen=True)
class Opened:
    """A gradebook, and whether it was made now."""

    row: Gradebook
    is_new: bool


@transaction.atomic
def open_gradebook(*, class_id: UUID, term_id: UUID, actor: Actor) -> Opened:
    """The gradebook of a class one teaches for a term; made at the first time, with one category and no column."""
    actor.require(Permission.GRADEBOOKS_EDIT)
    actor.require(Permission.MARKS_VIEW)
    school_class = Class.objects.select_related("year").filter(pk=class_id).first()
    term = Term.objects.filter(pk=term_id).first()
    if school_class is None or term is None:
        raise NotFoundError
    found = Gradebook.objects.filter(staff_gradebooks(actor), school_class=school_class, term=term).first()
    if found is not None:
        return Opened(get_gradebook(found.pk, actor=actor), is_new=False)
    taught = Class.objects.filter(own_classes(actor), pk=class_id).exists()
    if not taught and not actor.reaches_all(Permission.GRADEBOOKS_EDIT):
        raise NotFoundError if not actor.may(Permission.CLASSES_VIEW) else not_allowed(Permission.GRADEBOOKS_EDIT)
    if term.year_id != school_class.year_id or school_class.term_id not in (None, term.pk):
        raise invalid_field("/term_id", "term", _("The class is not taught in that term."))
    row = Gradebook(school_class=school_class, term=term, policy=_policy_of(school_class, term.ends, actor))
    with refusing(gradebook_once=lambda: AlreadyThereError(_("Somebody opened it at the same moment."))):
        row.save()
    Category.objects.create(gradebook=row, title=_("Work"))
    record("assessment.gradebook.open", target=Target.of(row), actor=actor)
    return Opened(get_gradebook(row.pk, actor=actor), is_new=True)


def _policy_of(school_class: Class, day: date, actor: Actor) -> GradingPolicy:
    """The newest version that is valid: of its subject before its year group before the school."""
    scopes = Q(grade__isnull=True, subject__isnull=True) | Q(grade__in=school_class.grades)
    if school_class.subject_id:
        scopes |= Q(subject=school_class.subject_id)
    rows = GradingPolicy.objects.filter(scopes, valid_from__lte=day).order_by("-valid_from", "-version")
    found = list(rows)
    for wanted in ("subject_id", "grade_id"):
        own = next((row for row in found if getattr(row, wanted)), None)
        if own is not None:
            return own
    return found[0] if found else _first_policy(school_class.year.starts, actor)


def _first_policy(day: date, actor: Actor) -> GradingPolicy:
    """The school's own with nothing but defaults, where nobody has made one yet."""
    version = 1 + GradingPolicy.objects.filter(grade__isnull=True, subject__isnull=True).count()
    row = GradingPolicy.objects.create(version=version, valid_from=day)
    record("assessment.policy.add", target=Target.of(row), actor=actor)
    return row
