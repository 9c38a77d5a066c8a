"""Totals and marks as pages show them: numbers in words, and what made them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lyceum.domains.assessment.books import Book, KnownCell
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.calculation.values import State
from lyceum.domains.assessment.shapes import explanation_shape, list_marks
from lyceum.domains.assessment.words import SIGNS, STATES, TOTALS, percent_words, plain, total_words


@dataclass(frozen=True)
class ShownTotal:
    """One of the two totals."""

    kind: str
    label: str
    words: str
    why: dict[str, Any]


def shown_totals(book: Book, student: UUID) -> list[ShownTotal]:
    """Both totals of a learner, each with what made it."""
    found = []
    for kind in Total:
        trace = book.total(student, kind)
        why = explanation_shape(book, trace)
        for category in why["categories"]:
            category["shown"] = percent_words(category["percent"])
            category["weight"] = plain(category["weight"]) if category["weight"] is not None else ""
        found.append(ShownTotal(kind.value, str(TOTALS[kind]), total_words(trace), why))
    return found


def shown_score(known: KnownCell) -> str:
    """What stands in a cell."""
    return plain(known.score) if known.state is State.SCORED else SIGNS[known.state]


def shown_marks(book: Book, student: UUID) -> list[dict[str, Any]]:
    """Each column with what a learner has there, in words."""
    found = []
    for mark in list_marks(book, student):
        state = State(mark["state"])
        value = f"{plain(mark['score'])} / {plain(mark['points'])}" if mark["score"] is not None else str(STATES[state])
        says_more = state is not State.SCORED or "(" in mark["says"]
        found.append({**mark, "value": value, "counts": percent_words(mark["percent"]), "says_more": says_more})
    return found


def typed_score(known: KnownCell) -> str:
    """What stands in a cell to type in: nothing where nobody has to have anything."""
    return "" if known.state is State.EXEMPT else shown_score(known)


@dataclass(frozen=True)
class ShownBook:
    """A class's gradebook, as far as it is about one student."""

    book: Book
    totals: list[ShownTotal]
    marks: list[dict[str, Any]]


def shown_book(book: Book, student: UUID) -> ShownBook:
    """The same for a page."""
    return ShownBook(book, shown_totals(book, student), shown_marks(book, student))
