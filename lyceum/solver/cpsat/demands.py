"""What rules demand of sums of literals: held to, or paid for."""

from dataclasses import dataclass, field

from lyceum.solver.cpsat.places import Places
from lyceum.solver.cpsat.totals import Literal, Total
from lyceum.solver.terms.counting import price
from lyceum.solver.terms.ground import NEEDS_ALL, Term

SCALE = 10_000
"""A cost of 1 in the model's whole numbers."""

MUST = 1_000 * SCALE
"""What a violation costs of a rule that must hold, in a model that may break it; ten of them, a lesson not placed."""


@dataclass
class Demands:
    places: Places
    soften: bool = False
    """Rules that must hold may be broken, at a price."""
    soft: bool = True
    """Rules below weight 100 count."""
    loose: bool = False
    """What a missing lesson breaks does not count."""
    objective: Total = field(default_factory=Total)

    def _loose(self, term: Term) -> list[Literal]:
        """Lessons that may be out, where a rule can break by that alone: then it waits until they are in."""
        if not self.loose or not isinstance(term.rule, NEEDS_ALL):
            return []
        out = self.places.unplaced
        return [out[index] for index in term.activities if index in out]

    def wants(self, term: Term) -> bool:
        return term.rule.is_hard or (self.soft and term.rule.weight > 0)

    def at_most(self, term: Term, total: Total, bound: int, *, once: bool = False) -> None:
        """What the total is above the bound are violations; `once`: one, however far it is."""
        excess = total.most - bound
        if excess <= 0:
            return
        if not total.literals:
            if self.places.settled.isdisjoint(term.activities):
                self._is_broken(term, 1 if once else excess)
            return
        model, room = self.places.model, bound - total.constant
        loose = self._loose(term)
        if loose:
            total = Total([*total.literals, *loose], [*total.weights, *[-excess] * len(loose)], total.constant)
        if term.rule.is_hard and not self.soften:
            model.add(total.expression() <= room)
            return
        cost = MUST if term.rule.is_hard else round(price(term) * SCALE)
        if once or excess == 1:
            broken = model.new_bool_var("")
            model.add(total.expression() - excess * broken <= room)
        else:
            broken = model.new_int_var(0, excess, "")
            model.add(total.expression() - broken <= room)
        self.objective.add_literal(broken, cost)

    def _is_broken(self, term: Term, units: int) -> None:
        """Whatever the lessons do."""
        if term.rule.is_hard and not self.soften:
            self.places.contradict()
        else:
            self.objective.constant += units * (MUST if term.rule.is_hard else round(price(term) * SCALE))

    def at_least(self, term: Term, total: Total, bound: int) -> None:
        self.at_most(term, Total().add(total, -1), -bound)
