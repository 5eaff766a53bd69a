"""`haochaping dialect import` of a fault-finding window (找茬窗口): entries without a level come in as voices, as history."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.exchange.manifests import queries as manifests
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.quality import queries as quality
from haochaping.flows import judge_quality
from haochaping.insight import queries as insight
from haochaping.insight.rules import MEASURES, OF_VOICES
from haochaping.insight.terms import Place
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.reviews.models import Review
from haochaping.voices import queries
from haochaping.voices.models import Voice, VoiceClockEvent
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "dialects"
_TABLE = _EXAMPLES / "fault-window.csv"
_PROVINCE = Place(division_path="990000000000.")


@pytest.fixture
def window(committed_db: str) -> Iterator[str]:
    """The platform of a city whose fault-finding window once kept the table of the examples."""
    for kind in ("divisions", "agencies", "items", "platforms"):
        put = run("directory", "import", kind, str(_EXAMPLES.parent / f"{kind}.csv"))
        assert put.exit_code == 0, put.output
    own = settings.DIALECTS_DIR / "fault-window.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes((_EXAMPLES / own.name).read_bytes())
    made = run("dialect", "set", "yc-hall", "fault-window", "--unsigned", "--history")
    assert made.exit_code == 0, made.output
    yield "yc-hall"
    own.unlink()


def _counts(*words: str) -> dict[str, int]:
    done = run("dialect", "import", *words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, int] = json.loads(done.stdout)["counts"]
    return found


def _table(folder: Path, *changes: tuple[str, str]) -> str:
    text = _TABLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return str(folder / "a.csv")


def test_entries_come_in_marked_and_are_no_reviews(window):
    assert _counts(window, str(_TABLE)) == {"accepted": 4}

    found = {row.entry_no: row for row in Voice.objects.all()}
    assert {no: (row.kind, row.state, row.outcome, row.answer) for no, row in found.items()} == {
        "ZC-0001": ("complaint", "closed", "settled", "已更换模板"),
        "ZC-0002": ("suggestion", "closed", "not_adopted", "预算未列"),
        "ZC-0003": ("complaint", "received", "", ""),
        "ZC-0004": ("suggestion", "closed", "", "已调整"),
    }
    assert found["ZC-0001"].received_at == datetime(2019, 5, 6, 10, 20, tzinfo=BEIJING)
    assert found["ZC-0001"].closed_at == datetime(2019, 5, 8, tzinfo=BEIJING)
    assert found["ZC-0001"].item_id is not None
    assert {row.platform_id for row in found.values()} == {found["ZC-0001"].platform_id}
    assert (Review.objects.count(), Case.objects.count(), QuarantinedRecord.objects.count()) == (0, 0, 0)
    assert StaffNotice.objects.count() == 0
    assert "13900000001" not in str(list(Voice.objects.values()))


def test_what_is_open_begins_to_run_now_and_what_is_over_never_ran(window):
    before = timezone.now()

    _counts(window, str(_TABLE))

    waiting = Voice.objects.get(entry_no="ZC-0003")
    (start,) = VoiceClockEvent.objects.all()
    assert (start.voice_id, start.tick) == (waiting.id, "start")
    assert start.at >= before
    assert waiting.due_at is None or waiting.due_at > before
    assert Voice.objects.exclude(due_at=None, answer_kept=None).filter(state="closed").count() == 0
    for voice in Voice.objects.all():
        assert [event.move for event in queries.timeline(voice.id)] == ["import"]
        (entry,) = ledger.entries_of("voice", str(voice.id))
        assert (entry.kind, entry.facts["source"]) == (EntryKind.VOICE_IMPORTED, window)


def test_the_same_file_again_changes_nothing_and_another_answer_is_refused(window, tmp_path):
    _counts(window, str(_TABLE))

    assert _counts(window, str(_TABLE)) == {"duplicate": 4}
    told = run("dialect", "import", window, _table(tmp_path, ("预算未列", "已安排")))
    assert told.exit_code == 2
    assert "a.csv:3" in told.stderr
    assert "ZC-0002" in told.stderr
    assert Voice.objects.get(entry_no="ZC-0002").answer == "预算未列"


def test_what_cannot_be_read_waits_and_is_named_by_row_and_column(window, tmp_path):
    file = _table(
        tmp_path,
        ("ZC-0001,找茬", "ZC-0001,表扬"),
        ("2019-05-20", "无"),
        ("2019-06-01 12:10:00", "2062-06-01 12:10:00"),
        ("ZC-0004", ""),
    )

    done = run("dialect", "import", window, file)

    assert done.exit_code == 2
    for row, column in ((2, "类型"), (3, "答复时间"), (4, "登记时间"), (5, "登记编号")):
        assert any(f"a.csv:{row}" in line and column in line for line in done.stderr.splitlines()), (
            done.stderr
        )
    assert Voice.objects.count() == 0
    waiting = list(QuarantinedRecord.objects.all())
    assert {(record.kind, record.entrance) for record in waiting} == {("voice", "history")}
    assert len(waiting) == 3, "what has no number is refused: nobody could find it again"
    assert run("dialect", "import", window, file).exit_code == 2
    assert QuarantinedRecord.objects.count() == 3, "sent again it is the same record"


def test_an_unknown_agency_waits_until_the_directory_knows_it(window, tmp_path):
    file = _table(tmp_path, ("投诉,990102000000_01", "投诉,990102000000_77"))
    assert run("dialect", "import", window, file).exit_code == 2
    (tmp_path / "agencies.csv").write_text(
        "code,name,division,parent,uscc\n990102000000_77,河湾区新局,990102000000,,\n", encoding="utf-8"
    )
    assert run("directory", "import", "agencies", str(tmp_path / "agencies.csv")).exit_code == 0

    done = run("quarantine", "retry", "--all")

    assert done.exit_code == 0, done.output
    assert Voice.objects.filter(entry_no="ZC-0003", agency__code="990102000000_77").count() == 1
    assert QuarantinedRecord.objects.get().state == "taken"


def test_what_waits_is_in_no_card(window, tmp_path):
    run("dialect", "import", window, _table(tmp_path, ("找茬", "表扬")))

    judge_quality.judge_day(local_day(timezone.now()), by=OPERATOR, now=timezone.now())

    assert QuarantinedRecord.objects.count() == 1
    assert quality.cards(EVERYWHERE, code=window) == []


def test_a_file_with_a_manifest_is_taken_whole_or_not_at_all(window, tmp_path):
    file = Path(_table(tmp_path))
    said = {"format": "haochaping-manifest-1", "kind": "voice", "source": window, "seq": 1, "rows": 4}
    said |= {"made_at": timezone.now().isoformat(), "sha256": sha256(file.read_bytes()).hexdigest()}
    beside = tmp_path / "a.csv.manifest.json"
    beside.write_text(json.dumps(said | {"rows": 5}), encoding="utf-8")
    assert run("dialect", "import", window, str(file)).exit_code == 1
    assert Voice.objects.count() == 0

    beside.write_text(json.dumps(said), encoding="utf-8")

    assert _counts(window, str(file)) == {"accepted": 4}
    assert [row.state for row in manifests.batches(window, limit=9)] == ["taken", "refused"]
    beside.write_text(json.dumps(said | {"kind": "case"}), encoding="utf-8")
    assert run("dialect", "import", window, str(file)).exit_code == 1


def test_no_figure_moves(window):
    def figures() -> dict[str, tuple[int, int | None]]:
        told = insight.measures(_PROVINCE, of=[*MEASURES, *OF_VOICES])
        return {one.name: (one.numerator, one.denominator) for one in told}

    before = figures()

    _counts(window, str(_TABLE))

    assert figures() == before
    assert run("facts", "verify").exit_code == 0
    assert figures() == before


def test_a_trial_says_what_would_be_read_and_writes_nothing(window):
    shown = run("dialect", "check", str(_EXAMPLES / "fault-window.toml"), str(_TABLE))

    assert shown.exit_code == 0, shown.output
    for part in ("voice.given_at", "2019-05-06T10:20:00+08:00", "complaint", "联系电话"):
        assert part in shown.output
    assert Voice.objects.count() == 0


def test_a_trial_says_what_is_wrong(window, tmp_path):
    shown = run(
        "dialect", "check", str(_EXAMPLES / "fault-window.toml"), _table(tmp_path, ("不采纳", "已处理"))
    )

    assert shown.exit_code == 2
    assert "! 结果: " in shown.stderr, "the column as it is called in the file"
    assert "outcome" not in shown.stderr
