"""A school's own words."""

from django.db import models

from lyceum.core.schools import SchoolOwned
from lyceum.domains.notifications.words import Channel


class Template(SchoolOwned):
    """A school's own text for one kind of message, channel and language. The newest version holds; none resets it."""

    key = models.CharField(max_length=40)
    channel = models.CharField(max_length=6, choices=Channel.choices)
    language = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=200, blank=True)
    body = models.CharField(max_length=2000)
    in_use = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "key", "channel", "language", "version"], name="template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.channel} {self.language} {self.version}"
