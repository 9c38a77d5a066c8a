"""One chart of each kind, for the page that shows every component."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lyceum.core.charts.bars import bar_chart
from lyceum.core.charts.data import series
from lyceum.core.charts.figure import About
from lyceum.core.charts.heat import heatmap
from lyceum.core.charts.line import line_chart
from lyceum.core.charts.spark import sparkline

_WEEKS = [str(n) for n in range(1, 13)]
_YEARS = [str(n) for n in range(7, 12)]


def samples() -> list[SafeString]:
    """Every kind of chart with numbers made up for it."""
    this = series(_("This year"), _WEEKS, [96.1, 95.8, 95.9, 95.2, 94.8, 95.5, None, 94.1, 93.6, 93.9, 94.4, 94.2])
    last = series(_("Last year"), _WEEKS, [95.2, 95.0, 94.6, 94.9, 94.1, 93.8, None, 93.9, 93.2, 92.8, 93.1, 93.0])
    authorised = series(_("Authorised"), _YEARS, [3.1, 3.4, 3.9, 4.2, 4.8])
    unauthorised = series(_("Unauthorised"), _YEARS, [0.9, 1.2, 1.8, 2.6, 3.1])
    days = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri")]
    places = [
        series(_("Corridor"), days, [2, 1, 3, 2, 6]),
        series(_("Canteen"), days, [4, 3, 5, 4, 9]),
        series(_("Bus"), days, [1, 0, None, 1, 3]),
    ]
    return [
        line_chart([this, last], About("sample-line", _("Attendance by week"), _("Above last year all along."), "%")),
        bar_chart([authorised, unauthorised], About("sample-bar", _("Absence by year group"), unit="%")),
        sparkline(this, About("sample-spark", _("Attendance this year"), unit="%")),
        heatmap(places, About("sample-heat", _("Incidents by place and day"), _("Fridays in the canteen."))),
    ]
