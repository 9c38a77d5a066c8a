"""The words of a message for one person: the school's own where it has some, else ours, in their language."""

from collections.abc import Callable, Mapping

from lyceum.core.language import first_known, speaking
from lyceum.domains.notifications.models import Template
from lyceum.domains.notifications.texts import Words, default_words, fill
from lyceum.domains.tenancy.queries import this_school

Said = str | Callable[[], object]
"""What stands in the place of a name; a function is asked in the language of whoever reads it."""


class Wording:
    """One kind of message in every language. The school and its own texts are read once, for any number of people."""

    def __init__(self, key: str) -> None:
        school = this_school()
        self.key = key
        self._languages = tuple(school.locales)
        self.school = school.name
        self._common = {"school": school.name}
        rows = Template.objects.filter(key=key, in_use=True).order_by("version")
        self._own = {(row.channel, row.language): row for row in rows}

    def spell_out(self, values: Mapping[str, Said], *, language: str = "") -> dict[str, str]:
        """The values as somebody reads them."""
        if all(isinstance(value, str) for value in values.values()):
            return {name: str(value) for name, value in values.items()}
        with speaking(language, *self._languages):
            return {name: value if isinstance(value, str) else str(value()) for name, value in values.items()}

    def say(self, channel: str, values: Mapping[str, str], *, language: str = "") -> tuple[Words, str]:
        """Subject and text for somebody, and the language they are in."""
        given = {**self._common, **values}
        wanted = (language, *self._languages)
        own = next((self._own[channel, each] for each in wanted if (channel, each) in self._own), None)
        if own is not None:
            return Words(fill(own.subject, given), fill(own.body, given)), own.language
        return default_words(self.key, channel, given, languages=wanted), first_known(*wanted) or "en"
