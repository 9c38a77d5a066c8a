"""Where what a message came from is found in the site. A domain above says so for its own."""

_PAGES: dict[str, str] = {}


def declare_page(kind: str, path: str) -> None:
    """Say where something of a kind is found, as in `/attendance/cases/{id}/`."""
    _PAGES[kind] = path


def page_of_source(source: str) -> str:
    """The page of what a message came from, as in `attendance.case:<id>`; empty where it has none."""
    kind, _colon, key = source.partition(":")
    path = _PAGES.get(kind, "")
    return path.replace("{id}", key) if key else ""
