"""Weighted sums of literals and a constant, which lessons with a fixed place contribute to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

Literal = cp_model.IntVar


@dataclass
class Total:
    literals: list[Literal] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    constant: int = 0

    def add(self, other: Total, times: int = 1) -> Total:
        """Adds to this total itself, and answers it."""
        self.literals += other.literals
        self.weights += [weight * times for weight in other.weights] if times != 1 else other.weights
        self.constant += other.constant * times
        return self

    def add_literal(self, literal: Literal, weight: int = 1) -> Total:
        self.literals.append(literal)
        self.weights.append(weight)
        return self

    @property
    def most(self) -> int:
        """No larger than this, whatever the literals are."""
        return self.constant + sum(weight for weight in self.weights if weight > 0)

    @property
    def least(self) -> int:
        return self.constant + sum(weight for weight in self.weights if weight < 0)

    def expression(self) -> cp_model.LinearExpr:
        """Of the literals alone, of which there must be some."""
        return cp_model.LinearExpr.weighted_sum(self.literals, self.weights)


def sum_of(totals: Iterable[Total]) -> Total:
    total = Total()
    for each in totals:
        total.add(each)
    return total


def constant(value: int) -> Total:
    return Total(constant=value)
