"""Messages in chunks, whose length nobody has said, as stacks for SOAP send them: to the web server that `serve` starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.cases.models import Case
from haochaping.exchange.dialects.terms import MAX_BYTES
from haochaping.exchange.models import QuarantinedRecord
from haochaping.reviews.models import Review
from tests import worlds
from tests.journeys.conftest import _answers
from tests.peers.fujian import CASE, Fujian2019
from tests.peers.plain import JINING_SERVICE, NINGBO, custom, post, post_form
from tests.peers.started import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.conftest import Source

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

pytestmark = pytest.mark.program


@pytest.fixture
def port(committed_db: str, tmp_path: Path) -> Iterator[int]:
    """The house behind its own web server on the test's database: Django's takes no chunks."""
    worlds.build(timezone.now())
    shutil.copytree(settings.KEYS_DIR, tmp_path / "keys")
    port = free_port()
    environment = os.environ | {
        "HAOCHAPING_DATA": str(tmp_path),
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db),
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    words = [sys.executable, "-m", "haochaping", "serve", "--workers", "1"]
    with subprocess.Popen(words, env=environment, start_new_session=True) as house:
        try:
            _answers(f"http://127.0.0.1:{port}", house)
            yield port
        finally:
            house.terminate()


def in_chunks(there: Source) -> Send:
    """Send as this source does, each message in two chunks."""

    def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        return there.send(method, path, iter([body[:100], body[100:]]), headers)

    return send


def test_messages_that_show_their_own_end_are_taken(source, place):
    place("351001000000", "351001000000_AAA", CASE["itemCode"])
    place("370800000000", "370800000000_11370800MB00000000", JINING_SERVICE["taskCode"][:31])
    keys = {"mark": "ptuser", "word": "a password"}
    fujian = Fujian2019(
        in_chunks(source("fujian-2019", "pt", "351001000000", keys=keys)),
        name="ptuser",
        password="a password",
    )
    jining = source("jining", "jn", "370800000000", unsigned=True)

    soap = fujian.call("getSaveEvaluation", CASE)
    json = custom(post(in_chunks(jining), "hcp/addEvaluateService", {"params": JINING_SERVICE}))

    assert soap.ok, soap.text
    assert Review.objects.get().level == int(CASE["alternate"])
    assert json == ("1", "新增服务对象成功")
    assert Case.objects.count() == 2


def test_a_form_must_say_its_length_and_is_told_so_in_its_own_style(source, place):
    """One that was cut on the way would look whole."""
    place("330200000000", "11330200MB00000000", NINGBO["taskCode"])
    there = source("zhejiang-ningbo", "nb", "330200000000", unsigned=True)

    answer = post_form(in_chunks(there), "zwztapi/offlinereport.do", NINGBO)

    assert answer["result"] != "0"
    assert "Content-Length" in answer["resultmsg"]
    assert not Case.objects.exists()
    assert post_form(there.send, "zwztapi/offlinereport.do", NINGBO)["result"] == "0"


def test_the_limit_is_the_same(source, place):
    place("370800000000", "370800000000_11370800MB00000000", JINING_SERVICE["taskCode"][:31])
    there = source("jining", "jn", "370800000000", unsigned=True)

    answer = there.send("POST", "hcp/addEvaluateService", iter([b" " * MAX_BYTES, b"  "]), {})

    assert f"{MAX_BYTES // 2**20} MiB" in answer.decode()
    assert not QuarantinedRecord.objects.exists()
