import re
from itertools import pairwise

import pytest
from django.contrib.staticfiles import finders
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.ratios import Ratio
from haochaping.ui import charts
from haochaping.ui.shapes import Figure, Levels, Pile
from haochaping.ui.templatetags import charts as tags

COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=24).map(
    lambda ns: [Figure(f"m{n}", n) for n in ns]
)


def _share(n: int, part: float) -> Ratio:
    return Ratio(round(n * part), n)


RATIOS = st.lists(st.builds(_share, st.integers(0, 10**6), st.floats(0, 1)), min_size=1, max_size=24)
SHARES = RATIOS.map(lambda found: [Figure(f"m{n}", ratio) for n, ratio in enumerate(found)])


@pytest.mark.parametrize(
    ("highest", "top"),
    [
        (0, 2),
        (1, 2),
        (2, 2),
        (3, 4),
        (7, 8),
        (9, 10),
        (11, 12),
        (13, 16),
        (17, 20),
        (402, 600),
        (100, 100),
        (101, 120),
    ],
)
def test_an_axis_of_counts_ends_at_a_round_number(highest, top):
    assert charts.top_of([Figure("a", 0), Figure("b", highest)]) == top


@pytest.mark.parametrize(
    ("ratio", "top"),
    [(Ratio(0, 10**6), 0.01), (Ratio(198_000, 10**6), 0.2), (Ratio(999, 1_000), 1), (Ratio(1, 2), 0.01)],
)
def test_an_axis_of_shares_ends_above_the_interval_and_at_everything(ratio, top):
    assert charts.top_of([Figure("a", ratio)]) == top


@given(COUNTS | SHARES)
def test_nothing_is_drawn_above_the_axis_and_half_of_it_is_round(figures):
    top = charts.top_of(figures)

    drawn = charts.trend(figures)

    assert all((charts.number(figure) or 0) <= top * (1 + 1e-9) for figure in figures)
    assert all((charts.ends(figure) or (0, 0))[1] <= top * (1 + 1e-9) for figure in figures)
    heights = [float(y) for y in [*(one.y for one in drawn.columns), *(one.y for one in drawn.marks)]]
    assert all(12 - 0.01 <= y <= 88 for y in heights)
    assert not isinstance(figures[0].value, int) or (top / 2).is_integer()


@given(COUNTS)
def test_a_column_is_as_high_as_its_count(figures):
    top = charts.top_of(figures)

    columns = charts.trend(figures).columns

    assert len(columns) == len(figures)
    for column, figure in zip(columns, figures, strict=True):
        assert float(column.height) / 76 == pytest.approx((figure.count or 0) / top, abs=2e-4)
        assert float(column.y) + float(column.height) == pytest.approx(88, abs=0.02)


@given(SHARES)
def test_what_is_not_shown_leaves_a_gap_and_is_never_nought(figures):
    drawn = charts.trend(figures)

    known = [figure for figure in figures if charts.number(figure) is not None]
    assert len(drawn.marks) == len(known)
    pattern = "".join("x" if charts.number(figure) is not None else " " for figure in figures)
    assert len(drawn.lines) == len(drawn.bands) == len([run for run in pattern.split() if len(run) > 1])


def test_a_withheld_figure_is_drawn_nowhere():
    held = Figure("b", Ratio(900, 1_000), withheld="checked")

    drawn = charts.trend([Figure("a", Ratio(20, 1_000)), held, Figure("c", Ratio(30, 1_000))])

    assert [mark.x for mark in drawn.marks] == ["16.67", "83.33"]
    assert drawn.lines == []
    assert drawn.heights[-1].text == "6%"
    assert charts.whisker(held, 1.0) is None


def test_of_many_names_few_are_written_the_first_and_the_last_among_them():
    words = charts.trend([Figure(f"m{n}", n) for n in range(13)]).words

    assert [(word.text, word.x, word.anchor) for word in words] == [
        ("m0", "0", "start"),
        ("m6", "50", "middle"),
        ("m12", "100", "end"),
    ]
    assert [word.text for word in charts.trend([Figure("m", 1)]).words] == ["m"]
    assert charts.trend([]).words == []


def test_a_whisker_reaches_over_the_interval():
    whisker = charts.whisker(Figure("a", Ratio(50, 1_000)), 0.1)

    low, high = Ratio(50, 1_000).interval or (0, 0)
    assert whisker
    assert float(whisker.at) == 50
    assert float(whisker.low) == pytest.approx(low * 1_000, abs=0.01)
    assert float(whisker.low) + float(whisker.width) == pytest.approx(high * 1_000, abs=0.02)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5))
def test_parts_fill_the_line_one_after_another(counts):
    parts = [(float(at), float(width)) for at, width in charts.parts(counts)]

    assert sum(width for _, width in parts) == pytest.approx(100 if sum(counts) else 0, abs=0.05)
    for (at, width), (after, _) in pairwise(parts):
        assert at + width == pytest.approx(after, abs=0.02)


def test_a_trend_has_a_name_a_description_and_its_numbers_as_a_table(render):
    shares = [
        Figure("2026-05", Ratio(9, 310)),
        Figure("2026-06", Ratio(2, 12)),
        Figure("2026-07", Ratio(31, 402)),
    ]

    html = render("{% trend 'bad' '差评率' figures href='/measures#bad' %}", figures=shares)

    assert '<svg class="chart-drawing" role="img" aria-labelledby="bad-name bad-said"' in html
    assert re.search(r'id="bad-name"><a href="/measures#bad">差评率</a>', html)
    assert re.search(r'<desc id="bad-said">2026-05 至 2026-07。最高 2026-07：7.7%', html)
    assert "2026-07：7.7%（31/402），区间 5.4–10.8%" in html
    values = re.findall(r'<data value="([^"]*)">([^<]*)</data>', html)
    assert [text for _, text in values] == ["2.9%", "1.5–5.5%", "数据不足", "–", "7.7%", "5.4–10.8%"]
    assert [value for value, _ in values][2:4] == ["", ""]
    assert float(values[4][0]) == pytest.approx(31 / 402, abs=1e-6)
    assert html.count("<circle") == 2
    assert "style=" not in html


def test_a_withheld_trend_says_why_and_holds_no_number(render):
    html = render("{% trend 'bad' '差评' figures %}", figures=[Figure("2026-05", 471, withheld="数据核对中")])

    assert "471" not in html
    assert html.count("数据核对中") == 2
    assert "<svg" not in html


def test_a_trend_of_nothing_says_so(render):
    assert "数据不足，无法绘图" in render("{% trend 'none' '差评' figures %}", figures=[])


def test_intervals_stand_on_one_axis_with_the_share_of_all(render):
    units = [
        Figure("甲", Ratio(4, 512), href="/a"),
        Figure("乙", Ratio(2, 12)),
        Figure("丙", 0, withheld="核对中"),
    ]

    html = render("{% intervals 'C' '机构' units whole=whole %}", units=units, whole=Ratio(61, 1_405))

    assert html.count("bar-between") == 1
    assert html.count("bar-whole") == 3
    assert '<a href="/a">甲</a>' in html
    assert "4/512" in html
    assert "2/12" in html
    assert "核对中" in html
    assert "全部合计 4.3%（61/1,405）" in html


def test_few_reviews_of_all_draw_no_line(render):
    html = render("{% intervals 'C' '机构' units whole=whole %}", units=[], whole=Ratio(1, 3))

    assert "全部合计" not in html


def test_levels_stand_side_by_side_with_their_numbers(render):
    html = render(
        "{% stacked 'S' '渠道' rows %}", rows=[Levels("电话", {5: 3, 1: 1}, "/t"), Levels("空", {})]
    )

    assert re.findall(
        r'<rect x="([\d.]+)%" width="([\d.]+)%" height="100%" class="bar-part level-(\d)"', html
    )[:5] == [
        ("0", "75", "5"),
        ("75", "0", "4"),
        ("75", "0", "3"),
        ("75", "0", "2"),
        ("75", "25", "1"),
    ]
    assert re.findall(r'<td class="num">(\d+)</td>', html)[:5] == ["3", "0", "0", "0", "1"]
    assert "<b>4</b>" in html
    assert '<a href="/t">电话</a>' in html


def test_names_and_reasons_are_escaped(render):
    figures = [Figure("<x-name>", Ratio(9, 310)), Figure("m", 0, withheld="<x-why>")]
    rows = [Levels("<x-way>", {5: 1}, '/"><x-place>')]

    html = render(
        "{% trend 'a' 'A' figures %}{% stacked 'S' 'W' rows %}{% intervals 'I' 'U' figures %}{% funnel 'F' counts %}",
        figures=figures,
        rows=rows,
        counts=[Figure("<x-step>", 3)],
    )

    assert "<x-" not in html
    assert {"name", "why", "way", "place", "step"} <= set(re.findall("&lt;x-([a-z]+)&gt;", html))


def test_a_funnel_holds_each_step_against_the_one_before(render):
    steps = [
        Figure("发出", 100),
        Figure("答复", 80),
        Figure("解决", 20),
        Figure("又多", 30),
        Figure("暂缓", 7, withheld="核对中"),
    ]

    html = render("{% funnel 'F' steps %}", steps=steps)

    assert re.findall(r'<rect width="([\d.]+)%" height="100%" class="bar-fill"', html) == [
        "100.0",
        "80.0",
        "20.0",
        "30.0",
    ]
    assert "80.0%" in html
    assert "25.0%" in html
    assert html.count("%</td>") + html.count("%</span></td>") == 2
    assert "核对中" in html
    assert ">7<" not in html


def test_a_funnel_of_nothing_draws_nothing(render):
    html = render("{% funnel 'F' steps %}", steps=[Figure("发出", 0), Figure("答复", 0)])

    assert "bar-fill" not in html


@pytest.mark.parametrize(("found", "scripts"), [("/x/echarts.js", 1), (None, 0)])
def test_the_script_is_there_where_echarts_was_laid_beside_it(render, monkeypatch, found, scripts):
    monkeypatch.setattr(finders, "find", lambda _: found)
    tags._echarts.cache_clear()

    html = render("{% chart_script %}{% trend 'a' 'A' figures %}", figures=[Figure("m", 3)])

    tags._echarts.cache_clear()
    assert html.count('<script type="module" src="/static/ui/js/charts.js">') == scripts
    assert html.count('data-script="/static/vendor/echarts.js"') == scripts
    assert "chart-drawing" in html


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_a_strip_draws_what_lies_there_against_the_most(counts):
    drawn = charts.strip(counts)

    assert len(drawn) == sum(1 for n in counts if n)
    for column, n in zip(drawn, [n for n in counts if n], strict=True):
        assert float(column.height) == pytest.approx(100 * n / max(counts), abs=0.01)
        assert float(column.y) + float(column.height) == pytest.approx(100, abs=0.02)
        assert 0 <= float(column.x) <= float(column.x) + float(column.width) <= 100.01


def test_a_strip_marks_where_one_lies_in_the_drawing_and_in_words():
    piles = [Pile("0–1%", 3), Pile("1–2%", 0), Pile("2–3%", 1, here=True)]

    made = tags.strip("x", "caption", "Rate", "Units", piles)

    columns = made["columns"]
    assert isinstance(columns, list)
    assert [here for _, here in columns] == [False, True]
    assert made["ends"] == ("0–1%", "2–3%")
    assert made["rows"] is piles
