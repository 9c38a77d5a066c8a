"""Charts that need no script: inline SVG with a name, a description, and the same numbers as a table.

They are told apart by dashes, markers and hatching as well as by colour, and print in black and white. Colours come
from `lyceum.css`.
"""

from lyceum.core.charts.bars import bar_chart
from lyceum.core.charts.data import Point, Series, series
from lyceum.core.charts.figure import About
from lyceum.core.charts.heat import heatmap
from lyceum.core.charts.line import line_chart
from lyceum.core.charts.spark import spark, sparkline

__all__ = ["About", "Point", "Series", "bar_chart", "heatmap", "line_chart", "series", "spark", "sparkline"]
