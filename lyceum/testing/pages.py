"""What a person finds on a page, read from its HTML."""

import re
from typing import Any


def text_of(answer: Any) -> str:
    """What a person reads of a page."""
    if answer.status_code not in (200, 409, 422):
        raise AssertionError(f"{answer.status_code} {answer.content[:300]!r}")
    content = re.sub(r"<(script|style|select).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def rows(answer: Any) -> list[str]:
    """The links of a list or table, by the text a person clicks."""
    pattern = r'<a class="row" href="[^"]+"><span class="grow"><span>([^<]+)</span>|<th scope="row"><a [^>]*>([^<]+)<'
    return [(one or other).strip() for one, other in re.findall(pattern, answer.content.decode())]
