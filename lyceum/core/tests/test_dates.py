"""Days as people read them."""

import pytest

from lyceum.core.dates import days_in_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada is away from 2026-11-28 to 2026-12-01 already.", "Ada is away from 28 Nov 2026 to 1 Dec 2026 already."),
        ("2026-00042", "2026-00042"),  # a number of a student
        ("2026-02-31", "2026-02-31"),  # no day
        ("", ""),
    ],
)
def test_days_are_said_in_words(text, said):
    assert days_in_words(text) == said
