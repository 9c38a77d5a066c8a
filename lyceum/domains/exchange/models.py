"""Imports: what was given, what each row of it would do and did, and under which ids others know our rows."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow


class ImportMapping(SchoolOwned):
    """What the columns of a school's own list mean, kept under a name to be used again."""

    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    columns = models.JSONField(default=dict)
    """`{header: field}`."""
    date_order = models.CharField(max_length=3, blank=True)
    """dmy, mdy or ymd; empty: found out from the values."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "kind", "name"], name="import_mapping_once")]

    def __str__(self) -> str:
        return self.name


class ImportRun(SchoolOwned):
    """One file, or set of files, on its way into the school."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        MAPPED = "mapped"
        PREVIEWED = "previewed"
        APPLYING = "applying"
        APPLIED = "applied"
        FAILED = "failed"
        CANCELLED = "cancelled"
        ROLLED_BACK = "rolled_back"
        PARTLY_ROLLED_BACK = "partly_rolled_back"

    kind = models.CharField(max_length=12)
    """oneroster, sds or students."""
    format = models.CharField(max_length=16, blank=True)
    system = models.CharField(max_length=16)
    """Under which name the ids of the file are remembered."""
    file_name = models.CharField(max_length=200)
    stored = models.CharField(max_length=120)
    """The name of the clean copy among the stored files; empty once it is deleted."""
    files = models.JSONField(default=list)
    """The tables: `[{name, lines, headers}]`."""
    columns = models.JSONField(default=dict)
    """What the columns of a plain list mean: `{header: field}`."""
    orgs = models.JSONField(default=list)
    """The organisations of the file that are this school: foreign ids."""
    date_order = models.CharField(max_length=3, blank=True)
    found = models.JSONField(default=dict)
    """What the file says about itself: its organisations, and what is worth knowing before it is applied."""
    counts = models.JSONField(default=dict)
    """`{kind of row: {action: rows}}`."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADED)
    trouble = models.CharField(max_length=500, blank=True)
    """Why it failed, in words."""
    duplicates = models.CharField(max_length=4, default="ask", choices=[(c, c) for c in ("ask", "link", "new")])
    """What becomes of a row that looks like somebody who is here already."""
    only_correct = models.BooleanField(default=False)
    allow_removals = models.PositiveIntegerField(default=0)
    started_by = models.UUIDField(null=True)
    job = SchoolForeignKey("journal.Job", models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind"], condition=Q(state="applying"), name="one_import_of_a_kind_at_work"
            ),
        ]
        indexes = [models.Index(fields=["school", "-created_at"], name="import_newest_first")]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(SchoolRow):
    """What one line of a file does to one row of the school."""

    class Action(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        END = "end"
        SKIP = "skip"
        ERROR = "error"

    class State(models.TextChoices):
        NOTHING = ""
        """There is nothing to do."""
        PLANNED = "planned"
        APPLIED = "applied"
        UNDONE = "undone"
        KEPT = "kept"

    run = SchoolForeignKey(ImportRun, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    """Its place in the plan."""
    step = models.PositiveSmallIntegerField()
    """The place of its kind in the order in which things are brought in."""
    kind = models.CharField(max_length=8)
    file = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=250)
    """The foreign id."""
    action = models.CharField(max_length=6, choices=Action.choices)
    state = models.CharField(max_length=7, choices=State.choices, blank=True)
    target = models.UUIDField(null=True)
    """The id of the school's row, once there is one."""
    values = models.JSONField(default=dict)
    """What is to be written: all values of a new row, the new values of a changed one."""
    before = models.JSONField(default=dict)
    """The old values of a changed row, by the same names."""
    image = models.JSONField(null=True)
    """The rows as they were before, table by table; null where there were none."""
    after = models.CharField(max_length=16, blank=True)
    """The mark of how the rows looked right after: tells whether somebody changed them since."""
    troubles = models.JSONField(default=list)
    """`[[column, code, message, is warning]]`."""

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "run", "position"], name="import_row_once")]
        indexes = [
            models.Index(fields=["school", "run", "step", "key"], name="import_row_by_key"),
            models.Index(
                fields=["school", "run", "step", "key"], condition=Q(state="planned"), name="import_row_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Crosswalk(SchoolRow):
    """Under which id another system knows one of our rows."""

    system = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    foreign_id = models.CharField(max_length=250)
    own_id = models.UUIDField()
    run = SchoolForeignKey(ImportRun, models.SET_NULL, null=True, related_name="crosswalk")
    """The import that found it out."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "system", "kind", "foreign_id"], name="crosswalk_foreign_once"),
            models.UniqueConstraint(fields=["school", "system", "kind", "own_id"], name="crosswalk_own_once"),
        ]

    def __str__(self) -> str:
        return self.foreign_id
