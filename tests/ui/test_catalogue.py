import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext

from haochaping.ui import catalogue, extract
from haochaping.ui.library_words import FORMS, LIBRARY


def catalog_of(*entries: tuple[str | tuple[str, ...], str | tuple[str, ...] | None]) -> Catalog:
    made = Catalog(locale="zh_Hans", fuzzy=False)
    for msgid, msgstr in entries:
        made.add(msgid, msgstr)
    return made


def test_the_chinese_catalogue_is_complete_and_current():
    assert catalogue.complaints(catalogue.stored(), catalogue.collected()) == []


def test_the_stored_file_is_what_the_program_would_write():
    known = catalogue.stored()
    assert catalogue.written(catalogue.updated(known, known)) == catalogue.PO.read_text()


def test_sentences_of_libraries_are_theirs_and_said_in_our_words():
    theirs = Path(django.__file__).parent, Path(allauth.__file__).parent
    said = {
        message.id: message.string
        for place in theirs
        for path in place.rglob("zh_Hans/LC_MESSAGES/django.po")
        for message in read_po(io.BytesIO(path.read_bytes()))
    }
    assert set(LIBRARY) - said.keys() == set()
    with translation.override("zh-hans"):
        assert [text for text in FORMS if gettext(text) == said[text]] == []


def test_chinese_sets_no_half_width_colon():
    said = re.findall(r'^msgstr(?:\[0\])? "(.*)"$', catalogue.PO.read_text(), re.MULTILINE)
    words = [re.sub(r"\S+://\S+", "", text) for text in said]
    assert [text for text in words if re.search(r"[\u4e00-\u9fff”》）]:|:[\u4e00-\u9fff“]", text)] == []


# One word that a room's terms and a page of something else share: somebody has looked that the Chinese is right for
# both. A lone word often has two meanings (“Result”, “Opened”); where it has, one of them gets another word.
SHARED_WORDS = {
    "Above": "上级",
    "Agencies": "政务服务机构",
    "Agency": "政务服务机构",
    "Answered": "已答复",
    "Approved": "已同意",
    "Attachment": "附件",
    "Cases": "办件数",
    "Circular": "通报",
    "Closed": "已办结",
    "Code": "代码",
    "Computer": "电脑",
    "Dissatisfied": "不满意",
    "Division": "行政区划",
    "Divisions": "行政区划",
    "Hall": "大厅",
    "Level": "评价等级",
    "Name": "名称",
    "New": "新",
    "No": "否",
    "Note": "备注",
    "Overdue": "已超期",
    "Reconciliation": "对账",
    "Replied": "已答复",
    "Reviewer": "评价人",
    "Reviews": "评价数",
    "SMS": "短信",
    "Satisfied": "满意",
    "Settled": "已处理",
    "Telephone": "电话",
    "Window": "窗口",
    "Windows": "窗口",
    "Yes": "是",
    "levels": "上下级",
    "months": "个月",
}


def test_a_lone_word_that_is_shared_was_looked_at():
    shared = {
        message.id: message.string
        for message in catalogue.stored()
        if isinstance(message.id, str) and " " not in message.id and _is_term_and_more(message.locations)
    }
    assert shared == SHARED_WORDS


def _is_term_and_more(places: list[tuple[str, int]]) -> bool:
    terms = ["terms" in Path(name).with_suffix("").parts for name, _ in places]
    return any(terms) and not all(terms)


@pytest.mark.parametrize(
    ("msgid", "msgstr", "said"),
    [
        ("Yes", "是", []),
        ("Yes", "", ["untranslated: Yes"]),
        ("{n} left", "剩余 {n}", []),
        ("{n} left", "剩余 {m}", ["placeholders differ: {n} left"]),
        ("{n} left", "剩余", ["placeholders differ: {n} left"]),
        ("%(a)s of %(b)s", "%(b)s 中 %(a)s", []),
        (("1 day", "{n} days"), ("{n}天",), []),
        (("{n} day", "{n} days"), ("天",), ["placeholders differ: {n} day"]),
        (("One", "Many"), ("",), ["untranslated: One"]),
    ],
)
def test_what_is_wrong_with_an_entry(msgid, msgstr, said):
    assert catalogue.complaints(catalog_of((msgid, msgstr)), catalog_of((msgid, None))) == said


def test_stale_fuzzy_and_obsolete_entries_are_named():
    present = catalog_of(("gone", "旧"), ("unsure", "疑"))
    present["unsure"].flags.add("fuzzy")
    present.obsolete["older"] = present["gone"]

    said = catalogue.complaints(present, catalog_of(("unsure", None), ("new", None)))

    assert said == [
        "fuzzy: unsure",
        "obsolete, kept as a comment: older",
        "obsolete, not in the code: gone",
        "stale, not in the catalogue: new",
    ]


def test_a_singular_that_became_plural_is_stale():
    wanted = catalog_of((("a", "b"), None))
    assert catalogue.complaints(catalog_of(("a", "甲")), wanted) == ["stale, singular or plural: a"]


def test_update_keeps_translations_drops_the_unused_and_guesses_nothing():
    known = catalog_of(("Yes", "是"), ("gone", "旧"), ("unsure", "疑"))
    known["unsure"].flags.add("fuzzy")

    made = catalogue.updated(known, catalog_of(("Yes", None), ("Yess", None), ("unsure", None)))

    assert {message.id: message.string for message in made if message.id} == {
        "Yes": "是",
        "Yess": "",
        "unsure": "",
    }


def test_merge_fills_singular_and_plural_and_names_what_it_cannot_use():
    made = catalog_of(("Yes", None), (("{n} day", "{n} days"), None), ("a\nb", None))

    unused = catalogue.merge(
        made, ["# comment", "", "Yes\t是", "{n} day\t{n}天", "a\\nb\t甲\\n乙", "No\t否", "Yes"]
    )

    assert unused == ["not in the code: No\t否", "no translation: Yes"]
    assert made["Yes"].string == "是"
    assert made["{n} day"].string == ("{n}天",)
    assert made["a\nb"].string == "甲\n乙"


def test_templates_are_read_whatever_their_indentation():
    text = """
      {% load i18n %}
    {% if x %}
          {% translate "One" %}
      {% blocktranslate trimmed count n=n %}
        {{ n }} day
      {% plural %}
        {{ n }} days
      {% endblocktranslate %}
  {% endif %}<a title="{{ y|default:_("Two") }}">it's "quoted" (half</a>
    """
    found = list(extract.django_templates(io.BytesIO(text.encode()), catalogue.KEYWORDS, (), {}))

    assert [messages[:2] if isinstance(messages, tuple) else messages for _, _, messages, _ in found] == [
        "One",
        ("%(n)s day", "%(n)s days"),
        "Two",
    ]


@pytest.mark.program
def test_the_commands(tmp_path, monkeypatch, capsys):
    stored = tmp_path / "django.po"
    shutil.copy(catalogue.PO, stored)
    monkeypatch.setattr(catalogue, "PO", stored)
    lines = tmp_path / "lines.tsv"
    lines.write_text("no such text\t无\n", encoding="utf-8")

    assert catalogue.main(["update"]) == catalogue.main(["check"])
    assert catalogue.main(["compile"]) == 0
    assert stored.with_suffix(".mo").stat().st_size > 1000
    assert catalogue.main(["merge", str(lines)]) == 1
    assert "not in the code: no such text" in capsys.readouterr().out
    assert catalogue.main(["other"]) == 1
    assert "merge" in capsys.readouterr().out


def test_a_catalogue_can_be_begun_from_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "PO", tmp_path / "zh" / "django.po")

    assert catalogue.main(["update"]) == 1
    assert 'msgid "Very satisfied"' in (tmp_path / "zh" / "django.po").read_text()


def test_the_module_is_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "haochaping.ui.catalogue", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "merge" in done.stdout
