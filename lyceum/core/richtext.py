"""Texts that people write in Markdown, and the HTML that is shown of them: both are stored."""

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = frozenset({
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
"""No pictures: what is shown on a page loads nothing from elsewhere. A page has its one h1 already."""
_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
_DEEPER = {"<h1>": "<h2>", "</h1>": "</h2>"}


def to_html(markdown: str) -> str:
    """Safe HTML of a text in Markdown: no scripts, no styles, no HTML of its own, links that tell nobody whence."""
    html: str = _markdown.render(markdown)
    for found, shown in _DEEPER.items():
        html = html.replace(found, shown)
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}},
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    ).strip()


def to_text(markdown: str) -> str:
    """The words alone, on one line: for a summary or a search engine."""
    return " ".join(nh3.clean(to_html(markdown), tags=set()).split())
