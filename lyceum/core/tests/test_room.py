from resource import RUSAGE_THREAD, getrusage

import pytest

from lyceum.core.room import RoomyThreads, with_room

TURNS = 1000


def worst() -> int:
    """How often a loop of small calls was given new memory, at the depth where it was given most."""
    return max(given_at(depth) for depth in range(200))


def given_at(depth: int) -> int:
    if depth:
        return given_at(depth - 1)
    before = getrusage(RUSAGE_THREAD).ru_minflt
    for _ in range(TURNS):
        call(None)
    return getrusage(RUSAGE_THREAD).ru_minflt - before


def call(each: object) -> object:
    return call_on(each)


def call_on(each: object) -> object:
    return [each]


def test_no_loop_asks_for_memory_at_every_turn():
    assert with_room(worst) < TURNS / 10


def test_threads_have_the_same_room():
    with RoomyThreads(1) as threads:
        assert threads.submit(worst).result() < TURNS / 10


def test_what_is_called_returns_and_raises_as_it_would_without():
    def fail(reason: str, *, kind: type[Exception]) -> None:
        raise kind(reason)

    assert with_room(lambda: 7) == 7
    with RoomyThreads(1) as threads, pytest.raises(LookupError, match="nothing there"):
        threads.submit(fail, "nothing there", kind=LookupError).result()
