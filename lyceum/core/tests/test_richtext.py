import pytest

from lyceum.core.richtext import to_html, to_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# Title\n\nText", "<h2>Title</h2>\n<p>Text</p>"),  # the page has its one h1 already
        ("**bold** _soft_", "<p><strong>bold</strong> <em>soft</em></p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),  # as it was typed
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![cat](https://elsewhere.example/cat.png)", "<p></p>"),  # would tell elsewhere who reads
        ("", ""),
    ],
)
def test_markdown_is_shown_without_what_could_harm(written, shown):
    assert to_html(written) == shown


def test_a_link_tells_nobody_whence_it_was_followed():
    assert 'rel="noopener noreferrer nofollow"' in to_html("[here](https://a.example)")


def test_the_words_alone_are_one_line():
    assert to_text("# Maths\n\n- one\n- **two**") == "Maths one two"
