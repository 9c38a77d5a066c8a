"""The words of gradebooks: states, and the sentences that explain a number."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy

from lyceum.domains.assessment.calculation.rounding import round_once
from lyceum.domains.assessment.calculation.trace import (
    AttemptTrace,
    CategoryTrace,
    CellTrace,
    Total,
    TotalTrace,
    Why,
    WhyCategory,
)
from lyceum.domains.assessment.calculation.values import State

STATES = {
    State.EMPTY: lazy("empty"),
    State.SUBMITTED: lazy("handed in"),
    State.SCORED: lazy("scored"),
    State.MISSING: pgettext_lazy("work", "missing"),
    State.EXCUSED: pgettext_lazy("work", "excused"),
    State.EXEMPT: lazy("exempt"),
    State.ABSENT: lazy("absent"),
}
SIGNS = {
    State.EMPTY: "",
    State.SUBMITTED: "…",
    State.MISSING: "M",
    State.EXCUSED: "EX",
    State.EXEMPT: "–",
    State.ABSENT: "AB",
}
"""What stands in a cell; scored is the number."""
TOTALS = {Total.CURRENT: lazy("Current"), Total.FINAL: lazy("Final")}
WHYS = {
    Why.SCORED: lazy("counts"),
    Why.MISSING_AS_PERCENT: lazy("missing: counts as the policy says"),
    Why.ABSENT_AS_ZERO: lazy("absent: counts 0 by the policy"),
    Why.NOTHING_YET_AS_ZERO: lazy("not marked yet: 0 in the final total"),
    Why.NOTHING_YET: lazy("not marked yet: left out of the current total"),
    Why.ABSENT_LEFT_OUT: lazy("absent: left out by the policy"),
    Why.EXCUSED: lazy("excused: left out"),
    Why.EXEMPT: lazy("exempt: left out"),
    Why.DOES_NOT_COUNT: lazy("the column does not count"),
    Why.DROPPED_LOWEST: lazy("dropped as the lowest"),
    Why.DROPPED_HIGHEST: lazy("dropped as the highest"),
}
WHY_CATEGORIES = {
    WhyCategory.COUNTS: lazy("counts"),
    WhyCategory.EXTRA_CREDIT: lazy("extra credit: only adds"),
    WhyCategory.NOTHING_POSSIBLE: lazy("nothing was possible yet: left out, and the other weights count for more"),
    WhyCategory.NO_WEIGHT: lazy("has no weight: left out"),
}
ROUNDINGS = {
    "half_up": lazy("to the nearest, halves up"),
    "half_even": lazy("to the nearest, halves to the even one"),
    "up": lazy("up"),
    "down": lazy("down"),
}
ATTEMPTS = {
    "best": lazy("the best attempt counts"),
    "latest": lazy("the latest attempt counts"),
    "first": lazy("the first attempt counts"),
    "average": lazy("the average of all attempts counts"),
}
INTERVALS = {"hour": lazy("hour"), "day": lazy("day"), "school_day": lazy("school day")}
METHODS = {"points": lazy("Points earned of points possible"), "mean_of_percents": lazy("The mean of percents")}
KINDS = {
    "percent": lazy("percent"),
    "letter": lazy("letters"),
    "level": lazy("levels"),
    "pass_fail": lazy("passed or not"),
    "comment": lazy("words"),
}


def plain(value: Decimal | Fraction | None, places: int = 2) -> str:
    """A number as people write it: 7.5 and not 7.50; an exact value to two places, for reading."""
    if value is None:
        return ""
    shown = round_once(value, "half_up", places) if isinstance(value, Fraction) else value
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_words(value: Decimal | Fraction | None) -> str:
    """A percent with its sign, or a dash."""
    return "–" if value is None else f"{plain(value)} %"


def total_words(total: TotalTrace) -> str:
    """A total as it is printed: its rounded percent, and what the scale calls it."""
    if total.rounded is None:
        return "–"
    shown = f"{total.rounded:f} %"
    return f"{shown} · {total.band.label}" if total.band else shown


def say_total(total: TotalTrace) -> str:
    """The rule by which a total was counted."""
    if total.exact is None:
        return _("Nothing counts yet.")
    if total.is_pooled:
        said = _("All points are counted together: what was earned of what was possible.")
    else:
        said = _("Each category by its weight, divided by the weights of those in which something was possible.")
        if total.weight_sum != 100:
            said += " " + _("The weights make %(sum)s, not 100.") % {"sum": plain(total.weight_sum)}
    rounding = _("%(exact)s is rounded once, %(how)s: %(rounded)s.") % {
        "exact": percent_words(total.exact),
        "how": ROUNDINGS[total.policy.rounding],
        "rounded": f"{total.rounded:f} %",
    }
    return f"{said} {rounding}"


def say_category(trace: CategoryTrace, method: str) -> str:
    """How a category came to its percent."""
    if trace.percent is None:
        return str(WHY_CATEGORIES[trace.why])
    if method == "points":
        return _("%(earned)s of %(possible)s points: %(percent)s") % {
            "earned": plain(trace.earned),
            "possible": plain(trace.possible),
            "percent": percent_words(trace.percent),
        }
    return _("the mean of %(n)s percents: %(percent)s") % {
        "n": plain(trace.possible),
        "percent": percent_words(trace.percent),
    }


def say_dropped(cells: Iterable[CellTrace]) -> str:
    """What was dropped, as in 65/100."""
    return ", ".join(f"{each.column.title} ({plain(each.earned)}/{plain(each.column.points)})" for each in cells)


def say_attempt(trace: AttemptTrace, interval: str) -> str:
    """What lateness took from an attempt."""
    if not trace.deduction:
        return percent_words(trace.result)
    late = ngettext("%(n)s minute late", "%(n)s minutes late", trace.late_minutes) % {"n": trace.late_minutes}
    return _("%(before)s − %(taken)s percentage points (%(late)s, by the %(interval)s begun: %(n)s) = %(after)s") % {
        "before": percent_words(trace.percent),
        "taken": plain(trace.deduction),
        "late": late,
        "interval": INTERVALS[interval],
        "n": trace.intervals,
        "after": percent_words(trace.result),
    }


def say_cell(trace: CellTrace, *, attempts: str, interval: str) -> str:
    """What a cell counts and why, in one sentence."""
    if not trace.attempts:
        return str(WHYS[trace.why])
    chosen = [each for each in trace.attempts if each.is_chosen]
    said = "; ".join(say_attempt(each, interval) for each in chosen)
    if len(trace.attempts) > 1:
        said = f"{said} ({ATTEMPTS[attempts]})"
    return said if trace.why is Why.SCORED else f"{said}; {WHYS[trace.why]}"
