import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.utils import translation

from haochaping.kernel.ratios import Mean, Ratio
from haochaping.kernel.refused import Complaint, Reason
from haochaping.ui.shapes import Column, Event, Figure, Link, Tag

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Form(forms.Form):
    words = forms.CharField(label="Words", help_text="Few", max_length=3)
    way = forms.ChoiceField(label="Way", choices=[("a", "A")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Sure")
    more = forms.CharField(label="More", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_five_equal_choices_in_the_national_order_none_chosen(render):
    html = render("{% level_picker 'Q' %}")

    assert re.findall(r'<button class="level" type="submit" name="level" value="(\d)">', html) == list(
        "54321"
    )
    assert re.findall(r'level-label">([^<]+)<', html) == [
        "非常满意",
        "满意",
        "基本满意",
        "不满意",
        "非常不满意",
    ]
    assert "aria-current" not in html
    assert html.count("<svg") == 5


def test_a_stored_choice_is_marked_in_words(render):
    html = render("{% level_picker 'Q' chosen=2 heading=True hint='H' %}")

    assert html.count("aria-current") == 1
    assert re.search(r'value="2" aria-current="true"', html)
    assert "当前选择" in html
    assert "<h1>Q</h1>" in html
    assert 'aria-describedby="levels-hint"' in html


def test_a_badge_says_the_level(render):
    assert "不满意" in render("{% level_badge 2 %}")
    assert 'class="level-badge"' in render("{% level_badge 3 %}")


def test_three_reasons_are_shown_and_the_rest_opens_when_one_is_ticked(render):
    tags = [Tag("1", "甲"), Tag("2", "乙", basic=False)]

    closed = render("{% tag_picker 'L' tags %}", tags=tags)
    opened = render("{% tag_picker 'L' tags %}", tags=[*tags, Tag("3", "丙", basic=False, checked=True)])

    assert "<details>" in closed
    assert closed.index('value="1"') < closed.index("<details>") < closed.index('value="2"')
    assert "<details open>" in opened
    assert 'name="indicator_codes" value="3" checked' in opened
    assert "<details" not in render("{% tag_picker 'L' tags %}", tags=tags[:1])


@pytest.mark.parametrize(
    ("due", "done", "words", "late"),
    [
        (timedelta(days=2, hours=3), None, "剩余2天3小时", False),
        (timedelta(), None, "剩余0分钟", False),
        (-timedelta(hours=4), None, "已超期4小时", True),
        (timedelta(hours=1), timedelta(), "按期", False),
        (-timedelta(hours=1), -timedelta(hours=2), "按期", False),
        (-timedelta(hours=1), timedelta(), "超期1小时", True),
    ],
)
def test_a_deadline_speaks_in_words(render, due, done, words, late):
    html = render(
        "{% deadline due now done_at=done %}",
        due=NOW + due,
        now=NOW,
        done=None if done is None else NOW + done,
    )

    assert words in html
    assert ("<svg" in html) == ("deadline-late" in html) == late


def test_a_deadline_speaks_in_working_time_where_that_is_known(render):
    html = render(
        "{% deadline due now working=left %}", due=NOW + timedelta(days=3), now=NOW, left=timedelta(hours=8)
    )

    assert "<b>剩余8个工作小时</b>" in html


def test_a_deadline_that_passed_as_the_office_closed_has_no_minutes(render):
    html = render(
        "{% deadline due now working=none %}", due=NOW - timedelta(hours=40), now=NOW, none=timedelta()
    )

    assert ("已超期" in html, "分钟" in html) == (True, False)


def test_a_rate_shows_both_its_numbers(render):
    html = render("{% stat f %}", f=Figure("好评率", Ratio(529, 1552), "默认评价", "/x"))

    assert "34.1%" in html
    assert "1,552 件中 529 件" in html
    assert "不计入：默认评价" in html
    assert '<a href="/x">' in html


def test_too_few_observations_withhold_the_rate_and_keep_the_counts(render):
    html = render("{% stat f %}", f=Figure("好评率", Ratio(11, 12)))

    assert "数据不足" in html
    assert "12 件中 11 件" in html
    assert "不足 30 件" in html
    assert "%" not in html


def test_a_count_of_zero_is_a_number(render):
    assert re.search(r'stat-value">0<', render("{% stat f %}", f=Figure("差评数", 0)))


def test_an_average_shows_its_interval_and_both_its_numbers(render):
    html = render("{% stat f %}", f=Figure("平均跑动次数", Mean(45, 30, 75)))

    assert 'stat-value">1.50 (1.31–1.69)<' in html
    assert "30 个，合计 45" in html


def test_of_few_there_is_no_average_and_of_all_alike_no_interval(render):
    few = render("{% stat f %}", f=Figure("平均跑动次数", Mean(11, 12, 11)))
    alike = render("{% measure_table 'M' figures %}", figures=[Figure("a", Mean(60, 30, 120))])

    assert "数据不足" in few
    assert "不足 30 件" in few
    assert re.findall(r'class="num">([^<]+)<', alike)[3:] == ["2.00", "60", "30"]


def test_measures_stand_with_numerator_and_denominator(render):
    html = render(
        "{% measure_table 'M' figures as_of=now %}",
        figures=[Figure("a", 3), Figure("b", Ratio(3, 40))],
        now=NOW,
    )

    assert "截至 2026年11月24日 18:00" in html
    assert re.findall(r'class="num">([^<]+)<', html)[3:] == ["3", "7.5%", "3", "40"]


def test_bars_carry_their_numbers_and_survive_no_reviews(render):
    some = render("{% distribution 'D' counts %}", counts={5: 3, 1: 1})
    none = render("{% distribution 'D' counts %}", counts={})

    assert re.findall(r'<rect width="([\d.]+)%" height="100%" class="bar-fill"', some) == [
        "75.0",
        "0.0",
        "0.0",
        "0.0",
        "25.0",
    ]
    assert "共 4 条评价" in some
    assert "共 0 条评价" in none
    with translation.override("en"):
        assert "1 review<" in render("{% distribution 'D' counts %}", counts={5: 1})


def test_a_table_sets_numbers_right_links_cells_and_says_when_it_is_empty(render):
    columns = [Column("A"), Column("N", numeric=True)]

    html = render("{% table 'T' columns rows %}", columns=columns, rows=[[Link("x", "/x"), 1234], ["<b>", 0]])

    assert '<td><a href="/x">x</a></td><td class="num">1,234</td>' in html
    assert '<td>&lt;b&gt;</td><td class="num">0</td>' in html
    assert "暂无内容" in render("{% table 'T' columns rows %}", columns=columns, rows=[])
    assert "Nix" in render("{% table 'T' columns rows empty='Nix' %}", columns=columns, rows=[])


def test_fields_link_hint_and_error_to_the_control(render):
    html = render(
        "{% for f in form %}{% include 'components/field.html' with field=f only %}{% endfor %}",
        form=Form({}),
    )

    assert re.search(r'<input[^>]+id="id_words"[^>]*>', html)
    described = re.search(r'name="words"[^>]*aria-describedby="([^"]+)"', html)
    assert described
    assert described[1].split() == ["id_words_helptext", "id_words_error"]
    assert all(f'id="{name}"' in html for name in described[1].split())
    assert '<fieldset class="field field-bad" aria-describedby="id_way_error">' in html
    assert html.count("（选填）") == 1
    assert '<input type="hidden" name="secret"' in html


def test_the_error_summary_leads_to_each_field(render):
    form = Form({})
    form.add_error(None, "Whole")

    html = render("{% include 'components/error_summary.html' with form=form only %}", form=form)

    assert re.findall(r'href="(#[^"]+)"', html) == ["#id_words", "#id_way_0", "#id_sure"]
    assert "Whole" in html
    assert "data-focus" in html


def test_no_error_no_summary(render):
    assert not render(
        "{% include 'components/error_summary.html' with form=form only %}", form=Form()
    ).strip()


def test_a_complaint_in_a_page_is_escaped(render):
    complaint = Complaint(Reason("x", "“{value}”", ""), "f", {"value": "<script>"})

    assert render("{% complaint c %}", c=complaint) == "“&lt;script&gt;”"
    assert render("{% with s=c|said %}{{ s.field }} {{ s.code }}{% endwith %}", c=complaint) == "f x"


def test_filters(render):
    assert render("{{ n|receipt }}", n="7ZK3Q0MB5W") == "7ZK3-Q0MB-5W"
    assert render("{{ 3|level_label }} {{ 'error'|tone }} {{ 'debug'|tone }}") == "基本满意 bad info"
    assert render("{{ x|moment }}{{ x|day }}{{ x|iso }}", x=None) == ""
    assert render("{{ x|day }} {{ x|iso }}", x=NOW) == "2026年11月24日 2026-11-24T18:00+08:00"


def test_a_button_is_a_link_only_with_an_address(render):
    assert '<a class="btn btn-primary" href="/x">T</a>' in render(
        "{% include 'components/button.html' with text='T' href='/x' only %}"
    )
    assert '<button class="btn btn-danger" type="submit" name="a" value="b">T</button>' in render(
        "{% include 'components/button.html' with text='T' kind='danger' name='a' value='b' only %}"
    )


def test_a_timeline_escapes_what_people_wrote(render):
    html = render(
        "{% include 'components/timeline.html' with events=events only %}",
        events=[Event("T", NOW, "Somebody", "<b>\n\nx"), Event("U")],
    )

    assert "&lt;b&gt;" in html
    assert '<time datetime="2026-11-24T18:00+08:00">2026年11月24日 18:00</time>' in html


def test_what_is_needed_by_what_else_is_typed_is_called_neither_needed_nor_optional(render):
    class Dependent(Form):
        depends = frozenset({"more"})

    template = "{% include 'components/field.html' with field=form.more only %}"

    assert "选填" in render(template, form=Form())
    assert "选填" not in render(template, form=Dependent())


def test_the_hint_of_a_check_box_stands_after_its_label(render):
    class Hinted(forms.Form):
        sure = forms.BooleanField(label="Sure", help_text="Few")

    html = render("{% include 'components/field.html' with field=form.sure only %}", form=Hinted())

    assert html.index("Sure") < html.index("Few")
