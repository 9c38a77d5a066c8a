"""Videos that play in the page, once somebody asks for it; before that, nobody else is asked for anything."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_YOUTUBE = {"youtube.com", "youtube-nocookie.com", "m.youtube.com", "youtu.be"}
_VIMEO = {"vimeo.com", "player.vimeo.com"}
_YOUTUBE_ID, _VIMEO_ID = re.compile(r"[A-Za-z0-9_-]{6,20}"), re.compile(r"\d{1,15}")
_HASH = re.compile(r"[0-9a-f]{6,40}")


@dataclass(frozen=True)
class Player:
    """Where a video plays: the player without cookies of its host."""

    origin: str
    """What a page's policy has to allow."""
    path: str

    @property
    def address(self) -> str:
        """For the frame."""
        return f"{self.origin}{self.path}"


def find_player(url: str) -> Player | None:
    """The player of a video's address; None where it is no video of a host that we know."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    if host in _YOUTUBE:
        return _youtube(host, steps, parts.query)
    return _vimeo(steps, parts.query) if host in _VIMEO else None


def _youtube(host: str, steps: list[str], query: str) -> Player | None:
    if host == "youtu.be":
        found = steps[:1]
    elif steps[:1] == ["watch"]:
        found = parse_qs(query).get("v", [])
    else:
        found = steps[1:2] if steps[:1] in (["embed"], ["shorts"], ["live"]) else []
    if not found or not _YOUTUBE_ID.fullmatch(found[0]):
        return None
    return Player("https://www.youtube-nocookie.com", f"/embed/{found[0]}")


def _vimeo(steps: list[str], query: str) -> Player | None:
    """As in /123, /video/123 and, of one that is not listed, /123/abcdef or ?h=abcdef."""
    rest = steps[1:] if steps[:1] == ["video"] else steps
    if not rest or not _VIMEO_ID.fullmatch(rest[0]):
        return None
    hashes = [*rest[1:2], *parse_qs(query).get("h", [])]
    unlisted = f"&h={hashes[0]}" if hashes and _HASH.fullmatch(hashes[0]) else ""
    return Player("https://player.vimeo.com", f"/video/{rest[0]}?dnt=1{unlisted}")
