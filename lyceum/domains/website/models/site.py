"""The site of a school: how it looks, its pages with every version, its menu, its host names and its pictures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow


class Picture(SchoolOwned):
    """A picture of the site, painted anew in three widths. One that shows a person is kept while they agree."""

    alt = models.CharField(max_length=200, blank=True)
    is_decorative = models.BooleanField(default=False)
    """It says nothing that the text does not: who does not see it misses nothing."""
    sizes = models.JSONField(default=list)
    """`[{"width", "height", "stored"}]`, the narrowest first."""
    shows_person = models.BooleanField(default=False)
    consent_at = models.DateTimeField(null=True)
    consent_by = models.CharField(max_length=200, blank=True)
    """Who agreed, by name."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(shows_person=False) | Q(consent_at__isnull=False), name="picture_of_person_has_consent"
            ),
        ]

    def __str__(self) -> str:
        return self.alt


class Site(SchoolOwned):
    """The one public site of a school. A school without a row has a draft with nothing in it."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        OFFLINE = "offline"

    class Fonts(models.TextChoices):
        PLAIN = "plain"
        BOOK = "book"

    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True)
    accent = models.CharField(max_length=7, default="#2a3f8f")
    """On light paper, as `#rrggbb`; what stands for it on dark paper is worked out."""
    fonts = models.CharField(max_length=5, choices=Fonts.choices, default=Fonts.PLAIN)
    crest = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    hero = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    social_image = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    titles = models.JSONField(default=dict, blank=True)
    """By language: `{"title", "description"}` for search engines."""
    banner = models.CharField(max_length=300, blank=True)
    banner_until = models.DateTimeField(null=True)
    contact_recipients = ArrayField(models.EmailField(), default=list, blank=True)
    """Empty: the office."""
    version = models.PositiveBigIntegerField(default=1)
    """Goes up with everything that strangers can see."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school"], name="site_once")]

    def __str__(self) -> str:
        return self.state


class SiteDomain(SchoolOwned):
    """A host name that a school claims. It counts once the token of this very claim stands in the DNS."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        FAILING = "failing"
        REMOVED = "removed"

    host = models.CharField(max_length=253)
    is_primary = models.BooleanField(default=False)
    token = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    misses = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    certificate_until = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "host"], condition=~Q(state="removed"), name="site_domain_host_once"
            ),
            models.UniqueConstraint(fields=["school"], condition=Q(is_primary=True), name="site_domain_one_primary"),
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def record_name(self) -> str:
        """Where the token is to stand."""
        return f"_lyceum.{self.host}"

    @property
    def record_value(self) -> str:
        """What is to stand there."""
        return f"lyceum-verify={self.token}"


class Page(SchoolOwned):
    """A page that the office writes. What strangers read is the published version, not the draft."""

    class Kind(models.TextChoices):
        HOME = "home"
        FREE = "free"

    class State(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.FREE)
    language = models.CharField(max_length=12)
    slug = models.SlugField(max_length=80, allow_unicode=True, db_index=False)
    title = models.CharField(max_length=160)
    blocks = models.JSONField(default=list)
    """The draft; see `rules/blocks.py`."""
    description = models.CharField(max_length=300, blank=True)
    """For search engines."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    publish_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published = SchoolForeignKey("website.PageVersion", models.SET_NULL, null=True, related_name="+")
    translation_of = SchoolForeignKey("self", models.SET_NULL, null=True, related_name="translations")
    edits = models.PositiveIntegerField(default=0)
    """Counts every change of the draft: who saves on an older one is told."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "language", "slug"], name="site_page_slug_once"),
            models.UniqueConstraint(
                fields=["school", "language"],
                condition=Q(kind="home") & ~Q(state="archived"),
                name="site_page_one_home",
            ),
        ]
        indexes = [models.Index(fields=["school", "translation_of"], name="site_page_by_original")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether strangers read a version of it."""
        return self.published_id is not None and self.state != self.State.ARCHIVED

    @property
    def is_outdated(self) -> bool:
        """Whether the page it translates was published anew since strangers got this version."""
        original = self.translation_of
        if original is None or original.published_at is None or self.published_at is None:
            return False
        is_behind: bool = original.published_at > self.published_at
        return is_behind

    @property
    def address(self) -> str:
        """Where strangers find it in the school's first language."""
        return "/" if self.kind == self.Kind.HOME else f"/pages/{self.slug}/"


class PageVersion(SchoolRow):
    """A page as it was when somebody saved it. Only ever added."""

    page = SchoolForeignKey(Page, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    slug = models.SlugField(max_length=80, allow_unicode=True, db_index=False)
    title = models.CharField(max_length=160)
    blocks = models.JSONField(default=list)
    description = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "page", "number"], name="page_version_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class PageVisits(SchoolOwned):
    """How often a page was read on a day. By whom is not kept."""

    on = models.DateField()
    path = models.CharField(max_length=300)
    count = models.PositiveIntegerField()

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "on", "path"], name="page_visits_once")]

    def __str__(self) -> str:
        return self.path


class Redirect(SchoolOwned):
    """An address that a page had: it leads on in one hop, or says that the page is gone."""

    old = models.CharField(max_length=200)
    new = models.CharField(max_length=200, blank=True)
    """Empty: gone."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "old"], name="redirect_once")]

    def __str__(self) -> str:
        return self.old


class MenuItem(SchoolOwned):
    """One entry of the menu, at most two levels deep."""

    label = models.CharField(max_length=60)
    target = models.CharField(max_length=300)
    """An address of the site, or of elsewhere beginning with https://."""
    parent = SchoolForeignKey("self", models.CASCADE, null=True, related_name="children")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "parent", "order"], name="menu_item_in_order")]

    def __str__(self) -> str:
        return self.label
