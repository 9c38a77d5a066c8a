"""Lists by cursor."""

import random

import pytest
from django.core import signing

from lyceum.core.paging import MOST, CursorInvalidError, page_of
from lyceum.domains.accounts.models import User

pytestmark = pytest.mark.django_db
ORDER = ("full_name", "id")


def make(*names):
    return User.objects.bulk_create(User(full_name=name) for name in names)


def remove(**which):
    """Delete rows without asking every school what refers to them."""
    User.objects.filter(**which)._raw_delete("default")


def walk(order=ORDER, limit=3, between=lambda seen: None):
    """All rows of a walk from the first page to the last; `between` happens after each page."""
    seen, cursor = [], ""
    while True:
        page = page_of(User.objects.all(), order=order, limit=limit, cursor=cursor)
        seen += page.rows
        between(seen)
        if page.next is None:
            return seen
        cursor = page.next


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7, 31])
@pytest.mark.parametrize("order", [("full_name", "id"), ("-full_name", "-id"), ("-full_name", "id"), ("id",)])
def test_a_walk_shows_every_row_once_and_in_order(count, order):
    make(*(random.choice("abcde") for _ in range(count)))

    seen = walk(order)

    assert [u.pk for u in seen] == [u.pk for u in User.objects.order_by(*order)]


def test_a_walk_back_meets_the_same_pages():
    make(*"abcdefgh")
    pages, cursor = [], ""
    while cursor is not None:
        pages.append(page_of(User.objects.all(), order=ORDER, limit=3, cursor=cursor))
        cursor = pages[-1].next

    back = [pages[-1]]
    while back[-1].previous:
        back.append(page_of(User.objects.all(), order=ORDER, limit=3, cursor=back[-1].previous))

    assert [[u.full_name for u in page.rows] for page in pages] == [list("abc"), list("def"), list("gh")]
    assert [[u.full_name for u in page.rows] for page in reversed(back)] == [list("abc"), list("def"), list("gh")]
    assert (pages[0].previous, pages[-1].next) == (None, None)


def test_rows_that_come_and_go_during_a_walk_do_not_disturb_it():
    still = make(*(f"{letter}-still" for letter in "abcdefghij"))
    moving = make(*(f"{letter}-moving" for letter in "abcdefghij"))
    rng = random.Random(7)

    def disturb(_seen):
        make(*(f"{rng.choice('abcdefghij')}-new" for _ in range(3)))
        gone = moving.pop(rng.randrange(len(moving)))
        remove(pk=gone.pk)

    seen = walk(between=disturb)

    assert [u.pk for u in seen if u in still] == [u.pk for u in still]
    assert len({u.pk for u in seen}) == len(seen)


def test_the_row_a_cursor_stands_on_may_go():
    make(*"abcdef")
    page = page_of(User.objects.all(), order=ORDER, limit=3)
    remove(full_name="c")

    rest = page_of(User.objects.all(), order=ORDER, limit=3, cursor=page.next)

    assert [u.full_name for u in rest.rows] == ["d", "e", "f"]


def test_rows_of_the_same_name_are_told_apart_by_id():
    rows = make(*["same"] * 7)

    assert [u.pk for u in walk(limit=2)] == sorted(u.pk for u in rows)


def test_the_total_is_counted_on_demand(django_assert_num_queries):
    make(*"abcde")

    with django_assert_num_queries(1):
        assert page_of(User.objects.all(), order=ORDER, limit=2).total is None
    with django_assert_num_queries(2):
        assert page_of(User.objects.all(), order=ORDER, limit=2, count=True).total == 5


@pytest.mark.parametrize(("asked", "got"), [(-5, 1), (0, 1), (1, 1), (200, 200), (10**9, MOST)])
def test_the_limit_has_limits(asked, got):
    make(*["x"] * 205)

    assert len(page_of(User.objects.all(), order=ORDER, limit=asked).rows) == got


def foreign():
    """Cursors that are not this list's."""
    good = page_of(User.objects.all(), order=ORDER, limit=1).next
    return {
        "of another order": page_of(User.objects.all(), order=("-full_name", "id"), limit=1).next,
        "made up": "abc",
        "cut short": good[:-3],
        "signed for something else": signing.dumps("[false, [], []]", salt="device"),
    }


def test_a_cursor_of_another_list_is_refused():
    make(*"abc")
    outcomes = {}
    for what, cursor in foreign().items():
        try:
            page_of(User.objects.all(), order=ORDER, cursor=cursor)
            outcomes[what] = "taken"
        except CursorInvalidError as error:
            outcomes[what] = error.status

    assert set(outcomes.values()) == {400}, outcomes
