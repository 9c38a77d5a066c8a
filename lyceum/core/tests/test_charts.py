"""Charts: whatever the numbers and the words, what is drawn is whole, inside its frame, and said in a table too."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lyceum.core.charts import About, Point, Series, bar_chart, heatmap, line_chart, series, spark, sparkline
from lyceum.core.charts.samples import samples
from lyceum.core.charts.scale import scale_for
from lyceum.core.charts.strokes import dash_of
from lyceum.core.charts.svg import number, shortened, width_of

ABOUT = About("c", "Attendance", "It rises.", "%")
CHARTS = {
    "line": line_chart,
    "bar": bar_chart,
    "heat": heatmap,
    "spark": lambda rows, about: sparkline(rows[0] if rows else Series("", ()), about),
}
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.lists(st.none() | finite | st.floats() | st.integers(-5, 5), max_size=12)
names = st.text(max_size=30)


@st.composite
def several_series(draw):
    labels = draw(st.lists(names, max_size=12))
    rows = draw(st.lists(st.tuples(names, values), max_size=5))
    return [Series(name, tuple(map(Point, labels, numbers))) for name, numbers in rows]


def parsed(figure) -> ElementTree.Element:
    """The figure as XML, where the non-breaking blank and all the rest are characters."""
    return ElementTree.fromstring(figure.encode())


def places_of(svg: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """Every corner of what is drawn."""
    for each in svg.iter():
        place = {name: float(each.get(name, 0)) for name in ("x", "y", "cx", "cy", "r", "width", "height")}
        if each.tag == "circle" and "class" in each.attrib and each.get("class") == "marker":
            yield from ((place["cx"] + way * place["r"], place["cy"] + way * place["r"]) for way in (-1, 1))
        elif each.tag == "rect":
            yield place["x"], place["y"]
            yield place["x"] + place["width"], place["y"] + place["height"]
        elif each.tag in ("polyline", "polygon"):
            yield from (tuple(map(float, pair.split(","))) for pair in each.get("points").split())
        elif each.tag == "text":
            yield place["x"], place["y"]
        elif each.tag == "path" and each.get("class") in ("rule", "zero"):
            left, y, right = map(float, re.fullmatch(r"M(\S+) (\S+)H(\S+)", each.get("d")).groups())
            yield from ((left, y), (right, y))


def assert_inside(figure) -> None:
    for svg in parsed(figure).iter("svg"):
        if svg.get("role") != "img":
            continue
        _x, _y, width, height = map(float, svg.get("viewBox").split())
        for x, y in places_of(svg):
            assert math.isfinite(x)
            assert math.isfinite(y)
            assert -0.01 <= x <= width + 0.01
            assert -0.01 <= y <= height + 0.01


@pytest.mark.parametrize("kind", CHARTS)
@settings(max_examples=120, deadline=None)
@given(rows=several_series())
@example(rows=[Series("a", (Point("x", 1.7976931348623157e308), Point("y", -1.7976931348623157e308)))])
@example(rows=[Series("a", (Point("x", 5e-324), Point("y", 0.0)))])
@example(rows=[Series("a", (Point("x", 1e16), Point("y", 1e16 + 2)))])
@example(rows=[Series("a", (Point("x", math.nan), Point("y", math.inf)))])
@example(rows=[Series("a", (Point("<&>\x00\ud800\uffff", -0.0),))])
@example(rows=[Series("", ())])
@example(rows=[])
def test_whatever_is_given_the_drawing_is_whole_and_inside_its_frame(kind, rows):
    assert_inside(CHARTS[kind](rows, ABOUT))


@pytest.mark.parametrize("kind", CHARTS)
@settings(max_examples=40, deadline=None)
@given(rows=several_series(), title=st.text(max_size=40), unit=st.text(max_size=5))
def test_the_same_numbers_give_the_same_chart_whatever_the_words(kind, rows, title, unit):
    about = About("c", title, "", unit)
    drawn = CHARTS[kind](rows, about)

    assert drawn == CHARTS[kind](rows, about)
    parsed(drawn)


@settings(max_examples=200)
@given(numbers=st.lists(finite, min_size=1, max_size=9), with_zero=st.booleans())
def test_a_scale_holds_every_value_between_finite_ends(numbers, with_zero):
    scale = scale_for(numbers, with_zero=with_zero)

    assert math.isfinite(scale.low)
    assert math.isfinite(scale.high)
    assert scale.low <= min(numbers) <= max(numbers) <= scale.high
    assert scale.low < scale.high
    assert 1 <= len(scale.ticks) <= 10
    assert list(scale.ticks) == sorted(scale.ticks)
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


@settings(max_examples=100)
@given(a=finite, b=finite)
def test_the_larger_number_is_never_drawn_lower(a, b):
    scale = scale_for([a, b])

    assert (scale.share(a) <= scale.share(b)) if a <= b else (scale.share(a) >= scale.share(b))


@pytest.mark.parametrize(
    ("numbers", "ends", "ticks"),
    [
        ([93, 97], (93, 97), (93, 94, 95, 96, 97)),
        ([0, 100], (0, 100), (0, 25, 50, 75, 100)),
        ([3], (2, 4), (2, 2.5, 3, 3.5, 4)),
        ([-4, 6], (-5, 7.5), (-5, -2.5, 0, 2.5, 5, 7.5)),
    ],
)
def test_ticks_are_round(numbers, ends, ticks):
    scale = scale_for(numbers)

    assert ((scale.low, scale.high), tuple(scale.ticks)) == (ends, ticks)


def test_a_missing_number_breaks_the_line_and_is_a_dash_in_the_table():
    figure = parsed(line_chart([series("This year", "ABCDE", [1, 2, None, 4, 5])], ABOUT))

    assert len(figure.findall(".//polyline")) == 2
    assert len(figure.findall(".//*[@class='marker']")) == 4
    rows = [[cell.text for cell in row] for row in figure.findall(".//tbody/tr")]
    assert rows == [["A", "1\u00a0%"], ["B", "2\u00a0%"], ["C", "–"], ["D", "4\u00a0%"], ["E", "5\u00a0%"]]


def test_one_point_is_a_dot_and_no_line():
    figure = parsed(line_chart([series("a", "A", [3])], ABOUT))

    assert figure.findall(".//polyline") == []
    assert len(figure.findall(".//circle")) == 1


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("rows", [[], [Series("a", ())], [series("a", "AB", [None, math.nan])]])
def test_without_numbers_there_are_words(kind, rows):
    figure = CHARTS[kind](rows, ABOUT)

    assert "No numbers yet." in figure
    assert "<svg" not in figure


def test_bars_below_zero_hang_from_its_line():
    figure = parsed(bar_chart([series("a", "AB", [5, -5])], ABOUT))
    up, down = ((float(r.get("y")), float(r.get("height"))) for r in figure.findall(".//rect[@class='bar']"))
    zero = float(re.search(r"M\S+ (\S+)H", figure.find(".//path[@class='zero']").get("d"))[1])

    assert up[0] + up[1] == pytest.approx(zero, abs=0.02)
    assert down[0] == pytest.approx(zero, abs=0.02)
    assert up[1] == pytest.approx(down[1], abs=0.02)


def test_series_differ_without_colour():
    rows = [series(name, "AB", [n, n + 1]) for n, name in enumerate("abcd")]
    lines, bars = parsed(line_chart(rows, ABOUT)), parsed(bar_chart(rows, ABOUT))

    assert len({line.get("stroke-dasharray") for line in lines.findall(".//polyline")}) == 4
    assert len({bar.get("fill") for bar in bars.findall(".//rect[@class='bar']")}) == 4
    assert [item.text for item in lines.findall("ul/li/span")] == ["a", "b", "c", "d"]
    assert len({(dash_of(n), n % 4) for n in range(16)}) == 16


def test_a_heatmap_writes_each_number_in_its_cell():
    figure = parsed(heatmap([series("Canteen", ["Mon", "Tue"], [0, 9]), series("Bus", ["Mon"], [None])], ABOUT))
    cells = [rect.get("class") for rect in figure.findall(".//rect")]

    assert cells == ["cell lv1", "cell lv5", "cell lv0"]
    assert [t.text.strip("\u2068\u2069") for t in figure.findall(".//text") if t.get("class")] == ["0", "9", "–"]


def test_a_drawing_is_named_and_described_and_of_no_script():
    figure = parsed(line_chart([series("a", "AB", [1, 2])], ABOUT))
    svg = figure.find(".//svg")

    assert svg.get("role") == "img"
    assert (svg.find("title").text, svg.find("desc").text) == ("Attendance", "It rises.")
    assert svg.get("aria-labelledby") == svg.find("title").get("id") == "c-title"
    assert not [e for e in figure.iter() if "style" in e.attrib or any(name.startswith("on") for name in e.attrib)]


def test_words_are_escaped_everywhere():
    evil = '"><script>alert(1)</script>'
    for chart in CHARTS.values():
        assert "<script" not in chart([series(evil, [evil], [1])], About(evil, evil, evil, evil))


def test_a_label_from_right_to_left_stays_whole_and_a_long_one_is_cut():
    figure = parsed(bar_chart([series("a", ["الصف السابع", "A" * 200], [1, 2])], ABOUT))
    labels = [t.text for t in figure.findall(".//g[@class='labels']/text")]

    assert labels[0] == "\u2068الصف السابع\u2069"
    assert labels[1].startswith("\u2068AAAA")
    assert labels[1].endswith("…\u2069")
    assert figure.find(".//svg").get("direction") == "ltr"
    assert "A" * 200 in [cell.text for cell in figure.findall(".//tbody/tr/th")]


def test_labels_never_touch_each_other():
    weeks = [f"Week {n}" for n in range(1, 53)]
    figure = parsed(line_chart([series("a", weeks, range(52))], ABOUT))
    places = [
        (float(t.get("x")), width_of(t.text.strip("\u2068\u2069")))
        for t in figure.findall(".//g[@class='labels']/text")
    ]

    assert len(places) > 2
    assert all(b - wb / 2 > a + wa / 2 for (a, wa), (b, wb) in pairwise(places))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (0, "0"),
        (-0.0, "0"),
        (12, "12"),
        (1234567, "1,234,567"),
        (94.25, "94.2"),
        (0.5, "0.5"),
        (-3.75, "-3.75"),
        (1e20, "1e+20"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_are_written_as_people_read_them(value, written):
    with translation.override("en"):
        assert number(value) == written


@given(words=st.text(max_size=60), widest=st.floats(20, 300))
def test_a_shortened_text_fits(words, widest):
    assert width_of(shortened(words, widest)) <= max(widest, width_of("…"))


def test_a_sparkline_alone_has_no_table():
    drawn = spark(series("a", "ABC", [1, None, 3]), ABOUT)

    assert drawn.startswith("<svg")
    assert "<table" not in drawn
    assert spark(Series("a", ()), ABOUT) == ""


def test_samples_show_every_kind_once():
    keys = [parsed(sample).get("id") for sample in samples()]

    assert keys == ["sample-line", "sample-bar", "sample-spark", "sample-heat"]
    for sample in samples():
        assert_inside(sample)
