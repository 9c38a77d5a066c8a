"""What charts are drawn of."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One number and what it is of; None where there is no number, which is not zero."""

    label: str
    value: float | None


@dataclass(frozen=True)
class Series:
    """Points in order, under one name."""

    name: str
    points: Sequence[Point]


def series(name: str, labels: Iterable[str], values: Iterable[float | None]) -> Series:
    """A series from labels and as many values."""
    return Series(name, tuple(Point(label, value) for label, value in zip(labels, values, strict=True)))


def known(value: float | None) -> float | None:
    """A value that can be drawn: what is infinite or no number is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def known_values(rows: Iterable[Series]) -> list[float]:
    """Every value that can be drawn."""
    return [value for row in rows for point in row.points if (value := known(point.value)) is not None]


def labels_of(rows: Sequence[Series]) -> list[str]:
    """The labels along the chart: those of the longest series."""
    return [point.label for point in max(rows, key=lambda row: len(row.points)).points] if rows else []
