"""Which addresses are the public site's: there nobody's name is said, whoever comes, and no cookie is looked at."""

import re

FIXED = (
    "courses", "events", "about-us", "team", "alumni", "reviews", "partners", "locations", "contact", "privacy",
    "accessibility",
)  # fmt: skip
"""Pages that every site has."""
LANGUAGE = r"[a-z]{2}(?:-(?:[A-Z]{2}|[A-Z][a-z]{3}))?"
WITH_NAMES = ("courses", "events", "pages", "alumni")
"""Below which each thing has a page of its own."""
_PUBLIC = re.compile(
    rf"/(?:{LANGUAGE}/)?(?:(?:{'|'.join(FIXED)}|find)/|(?:courses|events|pages)/[^/]+/|alumni/[0-9a-f-]{{36}}/"
    r"|contact/thanks/|reviews/(?:write|withdraw/[^/]+)/)"
    rf"|/{LANGUAGE}/|/preview/[^/]+/|/site-pictures/.*|/site-theme\.css|/sitemap\.xml|/robots\.txt"
)


def is_public_site(path: str) -> bool:
    """Whether an address is answered in the same way for everybody."""
    return _PUBLIC.fullmatch(path) is not None


class SiteLanguage:
    """The code of a language, as it stands in addresses."""

    regex = LANGUAGE

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


class SitePage(SiteLanguage):
    """A page that every site has."""

    regex = "|".join(each for each in FIXED if each != "contact")


class SiteShelf(SiteLanguage):
    """Where each thing has a page of its own."""

    regex = "|".join(WITH_NAMES)
