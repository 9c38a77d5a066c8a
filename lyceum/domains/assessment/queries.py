"""Reading gradebooks and marks: each as far as whoever asks may know of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import AcademicYear, Class, ClassMembership, Term
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.assessment.books import Book, read_books
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.models import Band, Category, Column, Gradebook, GradingPolicy, Scale
from lyceum.domains.assessment.policies import staff_gradebooks, taught_gradebooks
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of, kept_from_work, own_family, own_record, visible_students
from lyceum.domains.tenancy.queries import today

ORDER = ("-term__starts", "school_class__name", "pk")
POLICY_ORDER = ("-valid_from", "-version", "pk")


def whole_gradebooks(rows: QuerySet[Gradebook]) -> QuerySet[Gradebook]:
    """The same with class, term and policy."""
    return rows.select_related("school_class__subject", "term__year", "policy__scale")


def list_gradebooks(actor: Actor, *, school_class: UUID | None = None, term: UUID | None = None) -> QuerySet[Gradebook]:
    """The gradebooks that the actor reads at work."""
    actor.require(Permission.MARKS_VIEW)
    rows = Gradebook.objects.filter(staff_gradebooks(actor))
    if school_class:
        rows = rows.filter(school_class=school_class)
    return rows.filter(term=term) if term else rows


def get_gradebook(gradebook_id: UUID, *, actor: Actor) -> Gradebook:
    """One gradebook that the actor reads at work, with `is_taught`: whether they teach its class now."""
    actor.require(Permission.MARKS_VIEW)
    rows = whole_gradebooks(Gradebook.objects.filter(staff_gradebooks(actor), pk=gradebook_id))
    row = rows.annotate(is_taught=Exists(Gradebook.objects.filter(taught_gradebooks(actor), pk=OuterRef("pk")))).first()
    if row is None:
        raise NotFoundError
    return row


def is_edited_by(row: Gradebook, *, actor: Actor) -> bool:
    """Whether the actor may write in a row of `get_gradebook`."""
    is_taught: bool = row.is_taught  # type: ignore[attr-defined]  # get_gradebook adds it
    return actor.reaches_all(Permission.GRADEBOOKS_EDIT) or (is_taught and actor.may(Permission.GRADEBOOKS_EDIT))


def needs_reason(row: Gradebook, *, actor: Actor) -> bool:
    """Whether the actor says why they write: who does not teach the class does."""
    is_taught: bool = row.is_taught  # type: ignore[attr-defined]  # get_gradebook adds it
    return not is_taught and actor.kind is not ActorKind.JOB


def read_grid(gradebook_id: UUID, *, actor: Actor) -> Book:
    """A gradebook with everybody in it, but for those with whom the actor may not work."""
    row = get_gradebook(gradebook_id, actor=actor)
    return read_whole(row, actor=actor)


def read_whole(row: Gradebook, *, actor: Actor, student: UUID | None = None) -> Book:
    """The same for a row that the actor reads, with everybody or with one."""
    kept_from = Q(student__in=kept_from_work(actor)) if actor.user_id else None
    (book,) = read_books([row], kept_from=kept_from, student=student)
    return book


@dataclass(frozen=True)
class StudentMarks:
    """A student's gradebooks, as somebody may know of them."""

    student: Student
    is_family: bool
    books: list[Book]


def read_student_marks(student_id: UUID, *, actor: Actor, year: UUID | None = None) -> StudentMarks:
    """A student's marks of a year, or of the present one. Their family reads what is released, whatever its work."""
    actor.require(Permission.MARKS_VIEW)
    rows = Student.objects.filter(visible_students(actor, Permission.MARKS_VIEW), pk=student_id)
    student = rows.select_related("person").first()
    if student is None:
        raise NotFoundError
    is_family = student.pk in family_of(actor)
    books = _books_of(student.pk, year)
    if not is_family:
        books = books.filter(staff_gradebooks(actor))
    found = read_books(list(whole_gradebooks(books).order_by(*ORDER)), student=student.pk, for_family=is_family)
    return StudentMarks(student, is_family, [book for book in found if book.learners])


def read_own_marks(*, actor: Actor, year: UUID | None = None) -> StudentMarks:
    """The actor's own marks, as a student."""
    actor.require(Permission.MARKS_VIEW)
    own = Student.objects.filter(own_record(actor), deleted_at__isnull=True).values_list("pk", flat=True).first()
    if own is None:
        raise NotFoundError
    return read_student_marks(own, actor=actor, year=year)


def list_family(actor: Actor) -> list[Student]:
    """The actor's own student record and children, by name."""
    rows = Student.objects.filter(own_family(actor), deleted_at__isnull=True)
    return list(rows.select_related("person").order_by("person__sort_name", "pk"))


def _books_of(student: UUID, year: UUID | None) -> QuerySet[Gradebook]:
    classes = ClassMembership.objects.filter(student=student).values("school_class")
    return Gradebook.objects.filter(school_class__in=classes, term__year=year or _present_year())


def _present_year() -> UUID | None:
    """The year that began last."""
    return AcademicYear.objects.filter(starts__lte=today()).order_by("-starts").values_list("pk", flat=True).first()


@dataclass(frozen=True)
class ClassBooks:
    """A class that somebody teaches, with the terms of its year and the gradebooks there are."""

    school_class: Class
    terms: list[tuple[Term, Gradebook | None]]


def list_own_books(actor: Actor) -> list[ClassBooks]:
    """The classes that the actor teaches now, of the present year and still to come, each with its terms."""
    actor.require(Permission.MARKS_VIEW)
    classes = Class.objects.filter(own_classes(actor)).filter(Q(year=_present_year()) | Q(ends__gte=today()))
    classes = classes.select_related("subject").order_by("name", "pk")
    books = Gradebook.objects.filter(taught_gradebooks(actor))
    found = {(book.school_class_id, book.term_id): book for book in books}
    by_year: dict[UUID, list[Term]] = {}
    rows = list(classes)
    for term in Term.objects.filter(year__in={row.year_id for row in rows}).order_by("starts"):
        by_year.setdefault(term.year_id, []).append(term)
    return [
        ClassBooks(
            row,
            [
                (term, found.get((row.pk, term.pk)))
                for term in by_year.get(row.year_id, ())
                if row.term_id in (None, term.pk)
            ],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Spread:
    """How a column came out in the class, of those who are in it now."""

    count: int
    mean: Fraction | None
    median: Fraction | None


def spread_of(book: Book, column: UUID) -> Spread:
    """Mean and median of what was scored; who left is out of it."""
    present = [each.student.pk for each in book.learners if each.left_on is None]
    scores = [score for pk in present if (score := book.cell(column, pk).score) is not None]
    return _spread(Fraction(score) for score in scores)


def spread_of_totals(book: Book) -> Spread:
    """Mean and median of the current totals, in percent; who left is out of it."""
    present = [each.student.pk for each in book.learners if each.left_on is None]
    totals = (book.total(pk, Total.CURRENT).exact for pk in present)
    return _spread(exact for exact in totals if exact is not None)


def _spread(values: Iterable[Fraction]) -> Spread:
    found = list(values)
    if not found:
        return Spread(0, None, None)
    return Spread(len(found), sum(found, Fraction(0)) / len(found), Fraction(median(found)))


def list_categories(book: Gradebook) -> QuerySet[Category]:
    """The categories of a gradebook that somebody reads, in order."""
    return Category.objects.filter(gradebook=book).order_by("position", "pk")


def list_columns(book: Gradebook) -> QuerySet[Column]:
    """The columns of a gradebook that somebody reads, in order."""
    rows = Column.objects.filter(gradebook=book).select_related("source", "category")
    return rows.order_by("category__position", "category", "pk")


def list_scales(actor: Actor) -> QuerySet[Scale]:
    """The scales with their bands, the highest first: for everybody who reads marks."""
    actor.require(Permission.MARKS_VIEW)
    bands = Prefetch("bands", Band.objects.order_by("-min_percent"))
    return Scale.objects.prefetch_related(bands)


def get_scale(scale_id: UUID, *, actor: Actor) -> Scale:
    """One scale."""
    row = list_scales(actor).filter(pk=scale_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_policies(actor: Actor) -> QuerySet[GradingPolicy]:
    """The grading policies in every version, the newest first: for everybody who reads marks."""
    actor.require(Permission.MARKS_VIEW)
    return GradingPolicy.objects.select_related("grade", "subject", "scale")


def get_policy(policy_id: UUID, *, actor: Actor) -> GradingPolicy:
    """One version of a policy."""
    row = list_policies(actor).filter(pk=policy_id).first()
    if row is None:
        raise NotFoundError
    return row
