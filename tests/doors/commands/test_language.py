"""The command line in Chinese and in English: help, findings, counts, and what stays the same in both."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from django.utils import timezone

from docs.generate.commands import tree
from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands import clicks, run
from haochaping.doors.commands.language import CHINESE, ENGLISH, language_of, speaking
from haochaping.doors.commands.main import cli
from haochaping.doors.commands.spoken import Command, Formatter, Group
from haochaping.doors.demo.province import Progress
from haochaping.doors.demo.welcome import welcome
from tests import worlds

pytestmark = pytest.mark.program

HAN = re.compile(r"[\u4e00-\u9fff]")
COMMANDS = [tuple(name.split()[1:]) for name, _ in tree()]
BOTH = pytest.mark.parametrize("language", [CHINESE, ENGLISH])


def said(language: str, *words: str, **environ: str):
    here = Installation(read(os.environ | environ))
    return CliRunner(env={"LANGUAGE": language}).invoke(cli, [*words], obj=here, catch_exceptions=False)


@pytest.fixture
def world(committed_db: str) -> str:
    worlds.build(timezone.now())
    return committed_db


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, CHINESE),
        ({"LANG": "C"}, CHINESE),
        ({"LANG": "C.UTF-8"}, CHINESE),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.GB18030"}, CHINESE),
        ({"LANG": "zh"}, CHINESE),
        ({"LANG": "zh_Hans"}, CHINESE),
        ({"LANG": "fr_FR.UTF-8"}, CHINESE),
        ({"LANG": "en_GB.UTF-8"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, ENGLISH),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, ENGLISH),
        ({"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "en"}, ENGLISH),
        ({"LANGUAGE": "fr:en:zh"}, ENGLISH),
        ({"LANGUAGE": "", "LANG": "en_US"}, ENGLISH),
    ],
)
def test_the_environment_chooses_the_language(environ, language):
    assert language_of(environ) == language


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_help_line_is_chinese_to_a_chinese_reader(words):
    shown = said(CHINESE, *words, "--help").output

    usage, *parts = re.split(r"\n(?=\n|  -|  [a-z][\w-]*  )", shown)
    assert usage.startswith("用法")
    for part in parts:
        assert not part.strip() or HAN.search(part), part
    # No English sentence is left among them: two words of small letters, one after the other.
    assert not re.search(r"(?<![-\w])[a-z]{2,} [a-z]{2,}\b", "".join(parts)), shown


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_help_line_is_english_to_an_english_reader(words):
    shown = said(ENGLISH, *words, "--help").output

    assert shown.startswith("Usage:")
    # The English text may name 好差评, 办件, 邀评, 评价 beside their English.
    assert not re.search(r"[\u4e00-\u9fff]{4,}", shown)


@BOTH
def test_every_option_and_command_has_a_help(language):
    with speaking(language):
        for name, command in tree():
            assert command.help, name
            for param in command.params:
                if isinstance(param, click.Option):
                    assert param.help, f"{name} {param.name}"
                    assert bool(HAN.search(param.help)) == (language == CHINESE)


def test_help_is_short_to_ask_for_wherever_a_command_stands():
    alone = Command("alone", callback=print)

    assert CliRunner().invoke(alone, ["-h"]).exit_code == 0
    assert CliRunner().invoke(Group(commands=[alone]), ["alone", "-h"]).exit_code == 0


def test_help_changes_its_language_from_one_call_to_the_next():
    texts = [said(language, "doctor", "-h").output for language in (ENGLISH, CHINESE, ENGLISH)]

    assert texts[0] == texts[2]
    assert "Show this message" in texts[0]
    assert "显示本说明" in texts[1]


@pytest.mark.parametrize(
    ("locale", "first"), [("zh_CN.UTF-8", "用法"), ("en_US.UTF-8", "Usage"), ("C", "用法")]
)
def test_help_needs_neither_django_nor_a_data_folder(tmp_path, locale, first):
    kept = {k: v for k, v in os.environ.items() if k not in {"LANGUAGE", "LC_ALL", "LC_MESSAGES"}}
    home = tmp_path / "nothing"

    done = subprocess.run(
        [sys.executable, "-m", "haochaping", "db", "--help"],
        env=kept | {"LANG": locale, "HAOCHAPING_DATA": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert done.stdout.startswith(first)
    assert not home.exists()


def test_trouble_before_django_is_told_in_both_languages(tmp_path):
    def trouble(locale: str) -> str:
        asked = os.environ | {"LANGUAGE": locale, "PORT": "web", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "haochaping", "db", "status"],
            env=asked,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 1
        return done.stderr

    assert "use a number" in trouble("en")
    assert "请使用 1 至 65535 的数字" in trouble("zh_CN")


@pytest.mark.parametrize("sentence", [*clicks.SENTENCES, *(one for pair in clicks.PLURALS for one in pair)])
def test_these_are_still_the_sentences_of_click(sentence):
    source = "".join(path.read_text(encoding="utf-8") for path in Path(click.__file__).parent.glob("*.py"))

    assert json.dumps(sentence, ensure_ascii=False) in source


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        (["nonsense"], "没有命令", "No such command"),
        (["doctor", "--jsn"], "没有选项", "No such option"),
        (["doctor", "extra"], "多余的参数", "unexpected extra argument"),
        (["clients", "create", "x"], "缺少选项", "Missing option"),
        (["db", "backup"], "缺少参数", "Missing argument"),
        (["cases", "import", "/nowhere"], "文件 '/nowhere' 不存在", "File '/nowhere' does not exist"),
        (["jobs", "list", "--state", "x"], "不在可选值之中", "is not one of"),
        (["jobs", "retry", "x"], "不是有效的", "is not a valid"),
        (["jobs", "list", "--state"], "需要 1 个值", "requires an argument"),
    ],
)
def test_mistakes_on_the_command_line_are_told_in_both(words, chinese, english):
    assert chinese in said(CHINESE, *words).output
    assert english in said(ENGLISH, *words).output


def test_chinese_breaks_at_the_columns_of_the_screen_and_keeps_stops_off_line_beginnings():
    formatter = Formatter(width=20)
    formatter.write_text("一二三四五六七八九十，一二三四五六七八九 abcdef 十。")

    # Ten wide characters fill twenty columns: the comma takes its character along.
    assert formatter.getvalue().splitlines() == [
        "一二三四五六七八九",
        "十，一二三四五六七八",
        "九 abcdef 十。",
    ]


def test_findings_of_the_doctor_in_both(world):
    chinese, english = (said(language, "doctor").output for language in (CHINESE, ENGLISH))

    assert "数据表：全部迁移均已执行" in chinese
    assert "tables: all migrations are applied" in english
    for line in chinese.splitlines():
        assert HAN.search(line)
        assert not re.search(r"\b[a-z]{2,} [a-z]{2,}\b", re.sub(r"haochaping( [a-z-]+)+", "", line))
    assert not HAN.search(english)
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_bad_findings_and_their_counts_in_both(world, tmp_path):
    rows = ["source,case_no,item,agency,division,status"]
    rows += [f"{worlds.SOURCE},YC-{n},NEW,{worlds.AGENCY},{worlds.COUNTY},completed" for n in (1, 2)]
    for n, said_english, said_chinese in (
        (1, "1 record waits", "1 条记录"),
        (2, "2 records wait", "2 条记录"),
    ):
        file = tmp_path / "cases.csv"
        file.write_text("\n".join([rows[0], rows[n]]) + "\n", encoding="utf-8")
        said(ENGLISH, "cases", "import", str(file))

        assert said_english in said(ENGLISH, "doctor").output
        assert said_chinese in said(CHINESE, "doctor").output


def test_counts_and_rows_of_an_import_in_both(world, tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(
        "source,case_no,item,agency,division,status\n"
        f"{worlds.SOURCE},YC-1,{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed\n"
        f"{worlds.SOURCE},YC-2,NEW,{worlds.AGENCY},{worlds.COUNTY},completed\n",
        encoding="utf-8",
    )
    said(ENGLISH, "cases", "import", str(file))

    english, chinese = (said(language, "cases", "import", str(file)) for language in (ENGLISH, CHINESE))

    assert "0 accepted, 0 updated, 1 duplicate, 1 quarantined, 0 refused" in english.output
    assert "收下 0 条，更新 0 条，重复 1 条，隔离 1 条，拒绝 0 条" in chinese.output
    assert "cases.csv:3: quarantined: item: " in english.output
    assert "cases.csv:3：转入隔离：item: " in chinese.output
    assert not HAN.search(english.output)


def test_a_refusal_is_told_in_both(world):
    english, chinese = (
        said(language, "invitations", "issue", "--case", "NOBODY") for language in (ENGLISH, CHINESE)
    )

    assert english.exit_code == chinese.exit_code == 1
    assert not HAN.search(english.output)
    assert HAN.search(chinese.output)


@pytest.mark.parametrize(
    "words",
    [
        ["doctor", "--json"],
        ["jobs", "list", "--json"],
        ["quarantine", "list", "--json"],
        ["ledger", "verify", "--json"],
    ],
    ids=" ".join,
)
def test_what_programs_read_is_the_same_in_every_language(world, tmp_path, words):
    file = tmp_path / "cases.csv"
    file.write_text(
        "source,case_no,item,agency,division,status\n"
        f"{worlds.SOURCE},YC-2,NEW,{worlds.AGENCY},{worlds.COUNTY},completed\n",
        encoding="utf-8",
    )
    said(CHINESE, "cases", "import", str(file))

    assert said(CHINESE, *words).output == said(ENGLISH, *words).output


def test_rows_of_an_import_are_the_same_json_in_every_language(world, tmp_path):
    file = tmp_path / "agencies.csv"
    file.write_text("code,name,division,parent,uscc\nA2,坏机构,999999999999,,\n", encoding="utf-8")
    chinese, english = (
        said(language, "directory", "import", "agencies", str(file), "--json").stdout
        for language in (CHINESE, ENGLISH)
    )

    assert json.loads(chinese)["rows"][0]["field"] == "division"
    assert chinese == english


@BOTH
def test_the_key_stands_on_the_last_line_in_every_language(world, language):
    last = said(language, "clients", "create", "hall", "--division", worlds.CITY).output.splitlines()[-1]

    assert last.startswith("HAOCHAPING_KEY=hcp_")


def test_the_demo_says_hello_in_both(world):
    for language, words in ((CHINESE, "公众页面"), (ENGLISH, "public pages")):
        with speaking(language):
            assert f"{words}    http://demo.example/" in welcome("http://demo.example")


def test_making_the_province_tells_every_fiftieth_day_and_the_last(capsys):
    steps = [Progress(day, 110, day * 30) for day in (0, 3, 49, 51, 99, 102, 110)]
    for language in (ENGLISH, CHINESE):
        with speaking(language):
            run.show_progress(iter(steps))

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "day 51 of 110: 1,530 cases",
        "day 102 of 110: 3,060 cases",
        "day 110 of 110: 3,300 cases",
    ]
    assert lines[3:] == [
        "第 51 天，共 110 天：1,530 个办件",
        "第 102 天，共 110 天：3,060 个办件",
        "第 110 天，共 110 天：3,300 个办件",
    ]


def _all_of(master: int) -> str:
    """What a terminal was told until it was closed; it hands it on in pieces."""
    pieces = []
    with os.fdopen(master, "rb", buffering=0) as screen, suppress(OSError):
        while piece := screen.read(4096):
            pieces.append(piece)
    return b"".join(pieces).decode()


def test_making_the_province_shows_one_bar_on_a_terminal(monkeypatch):
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal, speaking(CHINESE):
        monkeypatch.setattr(sys, "stderr", terminal)
        run.show_progress(Progress(day, 3, day * 30) for day in range(4))
    shown = _all_of(master)

    assert "虚构省份" in shown
    assert "100%" in shown
    assert shown.count("\n") == 1
