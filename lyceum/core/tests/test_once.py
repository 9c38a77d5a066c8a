from itertools import count

from lyceum.core.memory import once, only_reading


def test_parts_of_one_page_ask_once_and_the_next_page_asks_anew():
    answers = count(1)

    def ask() -> int:
        return once("who is there", lambda: next(answers))

    with only_reading():
        assert (ask(), ask()) == (1, 1)
        assert once("who is away", lambda: 0) == 0
    with only_reading():
        assert ask() == 2


def test_where_something_may_change_every_question_is_asked():
    answers = count(1)

    assert [once("who is there", lambda: next(answers)) for _ in range(2)] == [1, 2]
