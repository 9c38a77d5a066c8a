"""What a transaction says before its next statement, and only if there is one: its savepoints and its school.

Every rule has a savepoint around it, so that a refusal leaves nothing behind, and most of them come to an end with
little or nothing in between. Said one at a time, that is every third statement. Here they wait, in order, and go out in
one message before whatever comes next; a savepoint that nothing followed is never spoken of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from django.db import connection


class _Kind(Enum):
    SETTING = auto()
    SAVEPOINT = auto()
    RELEASE = auto()


@dataclass(frozen=True, slots=True)
class _Part:
    kind: _Kind
    statement: str
    savepoint: str = ""


class Prelude:
    """Statements that wait. None is older than what PostgreSQL was told of in this transaction, but for releases."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    @property
    def is_due(self) -> bool:
        """Whether the next statement needs it. It needs no release: what it does would have been kept with the rest."""
        return any(part.kind is not _Kind.RELEASE for part in self._parts)

    @property
    def has_settings(self) -> bool:
        """Whether a part holds for what the transaction does at its end."""
        return any(part.kind is _Kind.SETTING for part in self._parts)

    def set(self, statement: str) -> None:
        """A setting of the transaction. The one before it, with nothing in between, never held."""
        if self._parts and self._parts[-1].kind is _Kind.SETTING:
            self._parts.pop()
        self._parts.append(_Part(_Kind.SETTING, statement))

    def make(self, savepoint: str) -> None:
        """Make a savepoint."""
        self._parts.append(_Part(_Kind.SAVEPOINT, f'SAVEPOINT "{savepoint}"', savepoint))

    def release(self, savepoint: str) -> None:
        """Let a savepoint go, and keep what was done since."""
        at = self._find(savepoint)
        if at is None:
            self._parts.append(_Part(_Kind.RELEASE, f'RELEASE SAVEPOINT "{savepoint}"'))
        else:
            since, self._parts = self._parts[at:], self._parts[:at]
            for part in since:
                if part.kind is _Kind.SETTING:
                    self.set(part.statement)

    def take_back(self, savepoint: str) -> bool:
        """Take back what was done since, and stay at the savepoint; returns whether nothing but waiting was done."""
        at = self._find(savepoint)
        del self._parts[0 if at is None else at + 1 :]
        return at is not None

    def _find(self, savepoint: str) -> int | None:
        return next((at for at, part in enumerate(self._parts) if part.savepoint == savepoint), None)

    def take(self) -> list[str]:
        """The statements, in order; nothing waits any more."""
        statements = [part.statement for part in self._parts]
        self._parts.clear()
        return statements

    def clear(self) -> None:
        """The transaction has come to its end."""
        self._parts.clear()

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """What is said inside is older than what waits."""
        aside, self._parts = self._parts, []
        try:
            yield
        finally:
            self._parts = aside


def current_prelude() -> Prelude:
    """That of this thread's connection."""
    return connection.prelude  # type: ignore[attr-defined,no-any-return]
