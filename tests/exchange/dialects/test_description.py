"""A mistake in a dialect file is named by its place: evaluator addresses and signatures in headers."""

from __future__ import annotations

import pytest

from haochaping.exchange.dialects.description import describe
from haochaping.exchange.dialects.file import BadDialect
from haochaping.kernel.refused import Refused

_VISIT = """
[operations.page]
path = "page"
does = "visit"
open = ["query"]
signature = "none"
[operations.page.ask]
source = "src"
[operations.page.case]
case_no = { from = "no", required = true }
status = { constant = "completed" }
"""
_SIGNED = """
[signature]
kind = "hmac-sm3"
in = "headers"
sign = "x-sign"
time = "x-time"
nonce = "x-nonce"
over = ["time", "word", "nonce"]
[operations.review]
does = "intake"
[operations.review.review]
case_no = "no"
"""


_VOICE = """
[operations.entry]
does = "intake"
[operations.entry.voice]
entry_no = "no"
kind = { constant = "complaint" }
agency = "agency"
text = "words"
given_at = "at"
answer = "answer"
"""


def test_an_answer_that_names_a_value_nobody_gives_is_refused():
    told = '[operations.review.reply.done]\nshape = {{ mine = "{{id}}" }}\nbody = {body}\n'
    for body in (
        '{ ok = "{nosuch}" }',
        '{ ok = { value = "nosuch" } }',
        '{ ok = { map = { a = "b" }, of = "nosuch" } }',
    ):
        with pytest.raises(BadDialect) as bad:
            describe(_SIGNED + told.format(body=body), name="own", file="own.toml", maps={})
        assert [one.params["where"] for one in bad.value.complaints] == [
            "operations.review.reply.done.body.ok"
        ]
        assert "nosuch" in str(bad.value.complaints[0].params)
    describe(
        _SIGNED + told.format(body='{ ok = "{mine} {text}", no = { value = "nothing" } }'),
        name="own",
        file="own.toml",
        maps={},
    )


@pytest.mark.parametrize(
    ("text", "wrong", "instead", "place"),
    [
        (_VISIT, 'path = "page"', 'path = "a/page"', "operations.page.path"),
        (_VISIT, 'source = "src"', 'item_name = "src"', "operations.page.ask"),
        (_VISIT, 'status = { constant = "completed" }', "", "operations.page.case"),
        (
            _VISIT,
            'case_no = { from = "no", required = true }',
            'case_no = { from = "no", required_at = "over" }',
            "operations.page.case.case_no.required_at",
        ),
        (_VOICE, 'does = "intake"', 'does = "page"', "operations.entry.does"),
        (_VOICE, 'text = "words"', "", "operations.entry.voice"),
        (
            _VOICE,
            'answer = "answer"',
            'answer = { constant = "已处理" }',
            "operations.entry.voice.answer.constant",
        ),
        (_VOICE, '"complaint"', '"handling"', "operations.entry.voice.kind.constant"),
        (
            _VOICE,
            "[operations.entry.voice]",
            '[operations.entry.ask]\ncase_no = "no"\n[operations.entry.voice]',
            "operations.entry",
        ),
        (_SIGNED, 'nonce = "x-nonce"', "", "signature"),
        (_SIGNED, '"word", ', "", "signature"),
        (_SIGNED, 'in = "headers"', 'in = "footers"', "signature.in"),
        (_SIGNED, 'kind = "hmac-sm3"', 'kind = "hmac"', "signature.kind"),
    ],
)
def test_what_is_missing_or_impossible_is_named(text, wrong, instead, place):
    assert describe(text, name="x", file="x.toml", maps={}).operations

    with pytest.raises(Refused) as refused:
        describe(text.replace(wrong, instead, 1), name="x", file="x.toml", maps={})

    assert refused.value.code == "bad_dialect"
    assert refused.value.complaint.params["where"] == place
    assert refused.value.complaint.field == ""


def test_all_mistakes_of_a_file_are_named_each_once():
    text = _SIGNED.replace(
        'case_no = "no"', 'case_no = { from = "no", map = "nowhere" }\nlevle = "x"\nchannel = "q"'
    ).replace('does = "intake"', 'does = "intake"\nreplies = 1')

    with pytest.raises(BadDialect) as bad:
        describe(text + '[operations.other]\ndoes = "what"\n', name="x", file="x.toml", maps={})

    assert [one.params["where"] for one in bad.value.complaints] == [
        "operations.review.replies",
        "operations.review.review.levle",
        "operations.review.review.case_no.map",
        "operations.review.review.channel",
        "operations.other.does",
    ]
