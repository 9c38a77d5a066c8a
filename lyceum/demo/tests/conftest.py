"""A small demo, loaded once for the tests that only look at it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lyceum.config.testing.databases import TestDatabase
from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.demo.load import load_demo
from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
from lyceum.domains.tenancy.models import School

TODAY = date(2026, 11, 20)  # a Friday in term
NOW = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
SMALL = (
    sized(HILLCREST, students=60, seats=6, days=8, past_years=1),
    sized(LITTLE_OAK, students=30, seats=6, days=4, past_years=1),
)
BARE = tuple(
    replace(sized(plan, students=30, seats=6, days=2, past_years=0), has_lessons=False)
    for plan in (HILLCREST, LITTLE_OAK)
)
"""For what is true of a demo of any size."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First of all: one of these at the end would keep everybody waiting."""
    items.sort(key=lambda item: "lyceum/demo/" not in item.nodeid)


def load_small(today: date = TODAY, said: list[str] | None = None) -> None:
    lines = [] if said is None else said
    load_demo(lines.append, plans=SMALL, today=today)


def load_bare(today: date = TODAY) -> None:
    hillcrest, little_oak = BARE
    load_demo(lambda _line: None, plans=(hillcrest, little_oak), today=today)


class LoadedDemo:
    """Both demo schools, as they are found."""

    @property
    def hillcrest(self) -> School:
        return School.objects.get(slug="hillcrest")

    @property
    def little_oak(self) -> School:
        return School.objects.get(slug="little-oak")

    @property
    def actor(self) -> Actor:
        return system_actor(self.hillcrest.pk)


@pytest.fixture(scope="session")
def demo_database(made_for_all: Callable[[str, Callable[[], object]], TestDatabase]) -> TestDatabase:
    """Both demo schools in small, to be cloned."""
    return made_for_all("small_demo", load_small)


@pytest.fixture(scope="module")
def demo(
    at_clone: Callable[[str, str], AbstractContextManager[TestDatabase]], demo_database: TestDatabase
) -> Iterator[LoadedDemo]:
    """Both demo schools in small, on Friday at 8:50."""
    with at_clone(demo_database.name, "demo"), clock.frozen(NOW):
        yield LoadedDemo()


@pytest.fixture
def loaded_database(
    at_clone: Callable[[str, str], AbstractContextManager[TestDatabase]], demo_database: TestDatabase
) -> Iterator[None]:
    """A database of the test's own in which the demo was loaded."""
    with at_clone(demo_database.name, "loaded"):
        yield
