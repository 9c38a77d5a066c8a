"""People, how they are reached, who is on roll, and who may be told what."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.core.text import searchable


def days(first: str, last: str) -> Func:
    """The range of dates from one column to another, both ends included, open where the last is null."""
    return Func(F(first), F(last), Value("[]"), function="DATERANGE", output_field=DateRangeField())


class Person(SchoolOwned):
    """A human known to the school, by the names they write themselves."""

    full_name = models.CharField(max_length=200)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    preferred_name = models.CharField(max_length=200, blank=True)
    former_names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    gender = models.CharField(max_length=40, blank=True)
    legal_sex = models.CharField(max_length=20, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    user = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    sort_name = models.CharField(max_length=200)
    """Folded: surname first where there is one."""
    search_name = models.CharField(max_length=600)
    """All names, without case, accents and punctuation."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "user"], name="person_user_once"),
        ]
        indexes = [
            models.Index(fields=["school", "sort_name"], name="person_by_name"),
            models.Index(fields=["school", "birth_date"], name="person_by_birth"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def called(self) -> str:
        """The name used in a register: the preferred one where there is one."""
        return self.preferred_name or self.full_name

    def name_columns(self) -> dict[str, str]:
        """The two derived columns for the names as they are now."""
        names = (self.full_name, self.first_name, self.last_name, self.preferred_name, *self.former_names)
        words = dict.fromkeys(w for name in names for w in searchable(name).split())
        first = f"{self.last_name} {self.first_name}" if self.last_name else self.full_name
        return {"sort_name": searchable(first)[:200] or first[:200], "search_name": " ".join(words)[:600]}


class ContactPoint(SchoolOwned):
    """One way to reach a person."""

    class Kind(models.TextChoices):
        MOBILE = "mobile"
        PHONE = "phone"
        EMAIL = "email"
        POST = "post"

    person = SchoolForeignKey(Person, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.CharField(max_length=300)
    label = models.CharField(max_length=60, blank=True)
    preferred = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "person", "kind", "value"], name="contact_point_once"),
        ]
        indexes = [models.Index(fields=["school", "value"], name="contact_point_by_value")]

    def __str__(self) -> str:
        return self.value


class Student(SchoolOwned):
    """A person who learns here, applied to, or did."""

    person = SchoolForeignKey(Person, models.PROTECT, related_name="students")
    registration_number = models.CharField(max_length=40)
    former_numbers = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    admission_date = models.DateField(null=True)
    family = SchoolForeignKey("people.Family", models.SET_NULL, null=True, related_name="students")
    deleted_at = models.DateTimeField(null=True)
    """From then on nobody sees them; erased 30 days later unless that was taken back."""
    deleted_by_name = models.CharField(max_length=200, blank=True, db_default="")

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "person"], name="student_person_once"),
            models.UniqueConstraint(fields=["school", "registration_number"], name="registration_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["school", "deleted_at"], condition=Q(deleted_at__isnull=False), name="deleted_students"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class OfficialId(SchoolOwned):
    """A number that an authority gave a student, as in a unique pupil number."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="official_ids")
    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=80)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "kind", "value"], name="official_id_once")]
        indexes = [models.Index(fields=["school", "student"], name="official_id_by_student")]


class Family(SchoolOwned):
    """Students and guardians who belong together for statements and sibling rules; gives nobody access."""

    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Flag(SchoolOwned):
    """Something that those who teach a student must know."""

    class Kind(models.TextChoices):
        MEDICAL = "medical"
        ALLERGY = "allergy"
        SEN = "sen"
        LANGUAGE = "language"
        DIET = "diet"
        WELFARE = "welfare"
        SAFEGUARDING = "safeguarding"
        OTHER = "other"

    class VisibleTo(models.TextChoices):
        REGISTER = "register"
        """Whoever takes a register of the student, cover included."""
        TEACHERS = "teachers"
        """The student's own teachers."""
        SET = "set"
        """Those with one permission set, and nobody else."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    visible_to = models.CharField(max_length=8, choices=VisibleTo.choices, default=VisibleTo.REGISTER)
    permission_set = SchoolForeignKey("accounts.PermissionSet", models.PROTECT, null=True, related_name="+")
    written_by = models.UUIDField(null=True)
    written_by_name = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=300)
    what_to_do = models.CharField(max_length=600, blank=True)
    check_if_absent = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(visible_to="set", permission_set__isnull=False)
                | ~Q(visible_to="set") & Q(permission_set__isnull=True),
                name="flag_set_named",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("medical", "allergy")) | Q(visible_to="register"), name="flag_health_on_register"
            ),
            models.CheckConstraint(
                condition=~Q(kind="safeguarding") | Q(visible_to="set"), name="flag_safeguarding_to_set"
            ),
        ]
        indexes = [models.Index(fields=["school", "student"], name="flag_by_student")]

    def __str__(self) -> str:
        return self.text


class Enrolment(SchoolOwned):
    """A span of days in which a student belongs to the school. A return is a new row."""

    class Kind(models.TextChoices):
        MAIN = "main"
        DUAL_MAIN = "dual_main"
        DUAL_SUBSIDIARY = "dual_subsidiary"
        GUEST = "guest"

    class Exit(models.TextChoices):
        GRADUATED = "graduated"
        TRANSFERRED = "transferred"
        WITHDRAWN = "withdrawn"
        NO_SHOW = "no_show"
        OTHER = "other"

    ENTRIES = ("new", "transfer", "re_entry", "returning")

    student = SchoolForeignKey(Student, models.PROTECT, related_name="enrolments")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.MAIN)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    entry = models.CharField(
        max_length=10,
        default="new",
        choices=[(e, e) for e in ENTRIES],
    )
    exit = models.CharField(max_length=12, choices=Exit.choices, blank=True)
    exit_reason = models.CharField(max_length=300, blank=True)
    from_school = models.CharField(max_length=200, blank=True)
    to_school = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(first_day__lte=F("last_day")), name="enrolment_days_in_order"
            ),
            ExclusionConstraint(
                name="enrolment_no_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    (days("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=("main", "dual_main")) & ~Q(exit="no_show"),
            ),
        ]
        indexes = [models.Index(fields=["school", "student", "first_day"], name="enrolment_by_student")]

    def is_on_roll(self, day: date) -> bool:
        """Whether the student belongs to the school on that day."""
        if self.exit == self.Exit.NO_SHOW:
            return False
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class GuardianLink(SchoolOwned):
    """What an adult is to a student, and about what they are told."""

    RESPONSIBILITIES = ("yes", "no", "unknown")
    HOMES = ("full", "part", "no")
    PORTALS = ("none", "view", "full")
    CHANNELS = ("email", "sms", "push", "call")

    student = SchoolForeignKey(Student, models.CASCADE, related_name="guardian_links")
    guardian = SchoolForeignKey(Person, models.PROTECT, related_name="guardian_links")
    relationship = models.CharField(max_length=60)
    parental_responsibility = models.CharField(
        max_length=7, default="unknown", choices=[(c, c) for c in RESPONSIBILITIES]
    )
    lives_with = models.CharField(max_length=4, default="no", choices=[(c, c) for c in HOMES])
    contact_order = models.PositiveSmallIntegerField()
    emergency = models.BooleanField(default=False)
    may_collect = models.BooleanField(default=False)
    told_absence = models.BooleanField(default=True)
    told_behaviour = models.BooleanField(default=True)
    told_reports = models.BooleanField(default=True)
    told_fees = models.BooleanField(default=False)
    told_general = models.BooleanField(default=True)
    portal = models.CharField(max_length=4, default="none", choices=[(c, c) for c in PORTALS])
    channels = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    """Channels the guardian agreed to: email, sms, push, call."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    student_agreed_on = models.DateField(null=True)
    """When the student, being of age, agreed that this adult goes on seeing them in Lyceum."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "contact_order"],
                condition=Q(ends_on__isnull=True),
                name="contact_order_once",
            ),
            models.UniqueConstraint(
                fields=["school", "student", "guardian"], condition=Q(ends_on__isnull=True), name="guardian_once"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "guardian"], name="link_by_guardian"),
            models.Index(fields=["school", "student"], name="link_by_student"),
        ]

    def __str__(self) -> str:
        return self.relationship


class ContactRestriction(SchoolOwned):
    """A court order or a decision that keeps somebody from a child. Never deleted, only ended."""

    student = SchoolForeignKey(Student, models.PROTECT, related_name="restrictions")
    person = SchoolForeignKey(Person, models.PROTECT, null=True, related_name="restrictions")
    description = models.CharField(max_length=300, blank=True)
    kinds = ArrayField(models.CharField(max_length=16))
    """no_contact, no_information, no_collection, address_withheld."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    order_reference = models.CharField(max_length=120, blank=True)
    made_by = models.UUIDField()
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "student"], name="restriction_by_student")]

    def is_active(self, day: date) -> bool:
        """Whether the restriction holds on that day."""
        return not self.ended_reason and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Staff(SchoolOwned):
    """A person who works here."""

    KINDS = ("permanent", "fixed_term", "agency", "trainee", "volunteer")

    person = SchoolForeignKey(Person, models.PROTECT, related_name="staff")
    staff_code = models.CharField(max_length=40)
    job = models.CharField(max_length=100, blank=True)
    teaching = models.BooleanField(default=True)
    kind = models.CharField(
        max_length=10,
        default="permanent",
        choices=[(k, k) for k in KINDS],
    )
    joined_on = models.DateField()
    leaves_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "staff"
        constraints = [
            models.UniqueConstraint(fields=["school", "person"], name="staff_person_once"),
            models.UniqueConstraint(fields=["school", "staff_code"], name="staff_code_once"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class NumberScheme(SchoolOwned):
    """How numbers of one kind are written, as in `{year}-{seq:05}`."""

    kind = models.CharField(max_length=8, choices=[("student", "student"), ("staff", "staff")])
    pattern = models.CharField(max_length=80, default="{year}-{seq:05}")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "kind"], name="number_scheme_once")]


class NumberCounter(SchoolOwned):
    """The last number drawn for one rendered prefix; its row lock makes numbers unique."""

    scheme = SchoolForeignKey(NumberScheme, models.CASCADE, related_name="counters")
    prefix = models.CharField(max_length=80)
    last = models.PositiveIntegerField(default=0)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "scheme", "prefix"], name="counter_once")]


class RetiredNumber(SchoolOwned):
    """A number that was somebody's, who was deleted or has another one now: it is never given again."""

    kind = models.CharField(max_length=8)
    number = models.CharField(max_length=40)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "kind", "number"], name="retired_number_once")]
