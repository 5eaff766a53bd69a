"""`/policies` and `/how-to-rate`: the same in both languages, nothing but what was read, every way to rate."""

from __future__ import annotations

import pytest

from haochaping.doors.board.policies import Block, read, texts
from haochaping.reviews.terms import CHANNEL_LABELS

ENGLISH = {"accept-language": "en"}


def test_both_languages_have_the_same_texts_in_the_same_parts():
    chinese, english = texts("zh"), texts("en")

    assert [text.name for text in chinese] == [text.name for text in english]
    assert len(chinese) == 4
    for one, other in zip(chinese, english, strict=True):
        assert [(block.kind, len(block.lines)) for block in one.blocks] == [
            (block.kind, len(block.lines)) for block in other.blocks
        ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_text_says_its_date_and_where_it_was_read(language):
    year, source = {"zh": ("年", "来源："), "en": ("20", "Sources: ")}[language]
    for text in texts(language):
        assert year in "".join(line for block in text.blocks for line in block.lines)
        assert text.blocks[-1].lines[-1].startswith(source)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_are_written_in_no_more_markdown_than_is_read(language):
    for text in texts(language):
        for line in [text.title, *(line for block in text.blocks for line in block.lines)]:
            assert not set("*_`[]<>#|") & set(line)
            assert not line.startswith((" ", "- ", "1. "))


def test_a_text_is_a_title_and_its_parts():
    text = read("x", "# A\n\nB\n\n## C\n\n- D\n- E\n")

    assert (text.title, text.blocks) == (
        "A",
        [Block("paragraph", ["B"]), Block("heading", ["C"]), Block("list", ["D", "E"])],
    )


def test_a_text_without_a_title_is_none():
    with pytest.raises(ValueError, match="x"):
        read("x", "A\n\nB")


@pytest.mark.parametrize("address", ["/policies", "/how-to-rate"])
def test_the_pages_need_no_database(client, django_db_blocker, address):
    with django_db_blocker.block():
        assert client.get(address).status_code == 200


def test_the_national_rules_are_named_by_number(client):
    html = client.get("/policies").content.decode()

    for number in ("国办发〔2019〕51号", "GB/T 39734—2020", "GB/T 39735—2020", "粤办函〔2019〕274号"):
        assert number in html
    assert "A summary; the Chinese text holds." in client.get("/policies", headers=ENGLISH).content.decode()


def test_every_channel_and_every_kind_of_review_is_explained(client):
    html = client.get("/how-to-rate", headers=ENGLISH).content.decode()

    for label in (*CHANNEL_LABELS.values(), "Paper", "一次一评", "一事一评", "综合点评", "监督查评"):
        assert label in html
