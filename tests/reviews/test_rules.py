from __future__ import annotations

import csv
import dataclasses
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import resources
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from haochaping.identity.terms import PlainPerson
from haochaping.kernel.periods import BEIJING
from haochaping.reviews import rules
from haochaping.reviews.terms import (
    LEVEL_LABELS,
    NATIONAL_SET,
    Answer,
    Entrance,
    Indicator,
    Level,
    Provenance,
    ReviewChannel,
)

KEY = b"k" * 32
ID = UUID("01900000-0000-7000-8000-000000000001")
NOON = datetime(2026, 6, 1, 12, tzinfo=BEIJING)
LEEWAY = timedelta(minutes=10)


def _catalogue() -> dict[str, Indicator]:
    source = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    with source.open(encoding="utf-8") as file:
        return {
            row["code"]: Indicator(
                row["code"],
                Level(int(row["level"])),
                row["label"],
                row["basic"] == "1",
                *(
                    date.fromisoformat(row[end]) if row[end] else None
                    for end in ("effective_from", "effective_to")
                ),
            )
            for row in csv.DictReader(file)
        }


CATALOGUE = _catalogue()


ANSWER = Answer(
    source="yuncheng-hall",
    case_no="YC-1",
    occurrence_no=1,
    assess_no=1,
    level=Level.SATISFIED,
    indicator_set=NATIONAL_SET,
    indicator_codes=("401",),
    comment_text="",
    channel=ReviewChannel.HALL_PAD,
    assessed_at=NOON,
    window="",
    staff="",
    anonymous=True,
    claimed_provenance="",
    person=None,
)


@pytest.mark.parametrize(
    ("level", "bad"),
    [
        (Level.VERY_SATISFIED, False),
        (Level.SATISFIED, False),
        (Level.BASICALLY_SATISFIED, False),
        (Level.DISSATISFIED, True),
        (Level.VERY_DISSATISFIED, True),
    ],
    ids=["非常满意", "满意", "基本满意", "不满意", "非常不满意"],
)
def test_is_bad_is_the_last_two_levels(level, bad):
    assert rules.is_bad(level) is bad


def test_levels_stand_in_the_national_order():
    assert list(LEVEL_LABELS) == [5, 4, 3, 2, 1]


# What is believed of each claim, by entrance; everything that is not in the row is `unverified`.
BELIEVED = {
    Entrance.TOKEN: dict.fromkeys([*Provenance, "", "five_stars"], Provenance.ACTIVE_SELF),
    Entrance.PAPER: dict.fromkeys([*Provenance, "", "five_stars"], Provenance.ACTIVE_PAPER_ENTERED),
    Entrance.CALL: dict.fromkeys([*Provenance, "", "five_stars"], Provenance.HOTLINE_CALL_BACK),
    Entrance.CLIENT: {
        Provenance.ACTIVE_SELF: Provenance.ACTIVE_SELF,
        Provenance.ACTIVE_ONSITE_DEVICE: Provenance.ACTIVE_ONSITE_DEVICE,
        Provenance.HOTLINE_CALL_BACK: Provenance.HOTLINE_CALL_BACK,
        Provenance.DEFAULT_SYSTEM: Provenance.DEFAULT_SYSTEM,
        Provenance.BULK_IMPORT: Provenance.BULK_IMPORT,
    },
    Entrance.FILE: dict.fromkeys([*Provenance, "", "five_stars"], Provenance.BULK_IMPORT)
    | {Provenance.DEFAULT_SYSTEM: Provenance.DEFAULT_SYSTEM},
    Entrance.HISTORY: dict.fromkeys([*Provenance, "", "five_stars"], Provenance.BULK_IMPORT)
    | {Provenance.DEFAULT_SYSTEM: Provenance.DEFAULT_SYSTEM},
    Entrance.UNSIGNED: {Provenance.DEFAULT_SYSTEM: Provenance.DEFAULT_SYSTEM},
    # Another installation says what it has found out for itself.
    Entrance.REPORTED: {provenance: provenance for provenance in Provenance},
}


@pytest.mark.parametrize("claim", [*Provenance, "", "five_stars"])
@pytest.mark.parametrize("entrance", Entrance)
def test_provenance_is_what_the_entrance_can_vouch_for(entrance, claim):
    expected = BELIEVED[entrance].get(claim, Provenance.UNVERIFIED)

    assert rules.provenance_of(entrance, claim) is expected


@pytest.mark.parametrize("provenance", Provenance)
def test_only_a_persons_own_word_is_active(provenance):
    own = {"active_self", "active_onsite_device", "active_paper_entered", "hotline_call_back"}

    assert rules.is_active(provenance) is (provenance in own)


@given(st.sampled_from(Entrance), st.text(max_size=40))
def test_no_claim_of_an_unsigned_address_or_unknown_word_is_believed(entrance, claim):
    assume(claim not in set(Provenance))

    believed = rules.provenance_of(entrance, claim)

    known = {
        Entrance.TOKEN: "active_self",
        Entrance.PAPER: "active_paper_entered",
        Entrance.CALL: "hotline_call_back",
        Entrance.FILE: "bulk_import",
        Entrance.HISTORY: "bulk_import",
    }
    expected = known.get(entrance, "unverified")
    assert believed == expected


@pytest.mark.parametrize(
    ("level", "codes", "comment", "lacks"),
    [
        (1, (), "", True),
        (2, (), "", True),
        (1, ("101",), "", False),
        (2, (), "慢", False),
        (1, ("101",), "慢", False),
        (3, (), "", False),
        (4, (), "", False),
        (5, (), "", False),
    ],
)
def test_a_bad_review_without_tag_and_text_lacks_its_reason(level, codes, comment, lacks):
    assert rules.lacks_reason(level, codes, comment) is lacks


def test_the_national_set_has_72_codes_of_which_40_are_in_force():
    assert len(CATALOGUE) == 72
    assert sum(tag.is_in_force(NOON.date()) for tag in CATALOGUE.values()) == 40


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [
        (None, None, True),
        (date(2026, 6, 1), None, True),
        (date(2026, 6, 2), None, False),
        (None, date(2026, 6, 1), False),
        (None, date(2026, 6, 2), True),
        (date(2026, 5, 1), date(2026, 6, 1), False),
    ],
)
def test_a_code_is_in_force_from_its_first_day_to_before_its_end(begins, ends, holds):
    tag = dataclasses.replace(CATALOGUE["510"], effective_from=begins, effective_to=ends)

    assert tag.is_in_force(date(2026, 6, 1)) is holds


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_code_goes_with_the_level_of_its_first_digit_only(code, level):
    complaint = rules.code_complaint(level, (code,), NATIONAL_SET, CATALOGUE)

    if code[0] == str(level.value):
        assert complaint is None
    else:
        assert complaint is not None
        assert complaint.code == "indicator_of_other_level"
        assert complaint.field == "indicator_codes"
        assert complaint.params == {"value": code, "level_of_code": int(code[0]), "level": level.value}


def test_one_wrong_code_among_right_ones_is_named():
    complaint = rules.code_complaint(1, ("101", "999", "201"), NATIONAL_SET, CATALOGUE)

    assert complaint is not None
    assert complaint.code == "unknown_indicator"
    assert complaint.params == {"value": "999", "indicator_set": NATIONAL_SET}


def test_no_codes_are_no_complaint():
    assert rules.code_complaint(1, (), NATIONAL_SET, {}) is None


@pytest.mark.parametrize(
    ("assessed", "code"),
    [
        (timedelta(0), None),
        (timedelta(minutes=-10), None),
        (timedelta(minutes=-10, seconds=-1), "rated_before_service"),
        (timedelta(hours=2, minutes=10), None),
        (timedelta(hours=2, minutes=10, seconds=1), "rated_in_future"),
    ],
)
def test_a_review_lies_between_service_and_now_give_or_take_the_clocks(assessed, code):
    given_answer = replace(ANSWER, assessed_at=NOON + assessed)

    complaint = rules.time_complaint(given_answer, NOON, NOON + timedelta(hours=2), LEEWAY)

    assert (complaint.code if complaint else None) == code
    if complaint:
        assert complaint.field == "assessed_at"
        assert complaint.params["occurred_at"] == NOON.isoformat()


def test_of_a_service_that_is_not_here_only_a_time_to_come_is_wrong():
    long_ago, tomorrow = (replace(ANSWER, assessed_at=NOON + timedelta(days=n)) for n in (-900, 1))

    complaint = rules.time_complaint(tomorrow, None, NOON, LEEWAY)

    assert rules.time_complaint(long_ago, None, NOON, LEEWAY) is None
    assert complaint is not None
    assert (complaint.code, [*complaint.params]) == ("rated_in_future", ["assessed_at"])


PERSON = PlainPerson("张小满", "13900000001", "111", "X1")


# In every field another answer.
OTHER = Answer(
    source="other",
    case_no="YC-2",
    occurrence_no=2,
    assess_no=2,
    level=Level.DISSATISFIED,
    indicator_set="other",
    indicator_codes=(),
    comment_text="慢",
    channel=ReviewChannel.PHONE,
    assessed_at=NOON + timedelta(seconds=1),
    window="W1",
    staff="S1",
    anonymous=False,
    claimed_provenance="bulk_import",
    person=PERSON,
)


@pytest.mark.parametrize("name", Answer.__struct_fields__)
def test_digest_differs_when_anything_said_differs(name):
    changed = replace(ANSWER, **{name: getattr(OTHER, name)})

    assert rules.digest(changed, KEY) != rules.digest(ANSWER, KEY)


def test_digest_is_the_same_for_the_same_words_and_keyed():
    said = replace(ANSWER, person=PERSON)

    assert rules.digest(said, KEY) == rules.digest(replace(said, person=replace(PERSON)), KEY)
    assert rules.digest(said, KEY) != rules.digest(said, b"o" * 32)
    assert len(rules.digest(said, KEY)) == 32


def test_digest_takes_one_moment_in_two_offsets_as_one():
    same = replace(ANSWER, assessed_at=NOON.astimezone(UTC))

    assert rules.digest(same, KEY) == rules.digest(ANSWER, KEY)


def test_receipt_hash_is_bound_to_its_purpose():
    assert rules.receipt_hash("A" * 26) != sha256(b"A" * 26).digest()
    assert rules.receipt_hash("A" * 26) != rules.receipt_hash("B" * 26)


def test_committed_fields_hold_the_text_by_its_hash_only():
    fields = rules.committed_fields(
        case_ref="c",
        org="1",
        item="2",
        window="",
        staff_ref="",
        channel="pc",
        provenance="active_self",
        score=1,
        tags=("101", "102"),
        comment_text="电话13900000001",
        submitted_day="2026-06-01",
    )

    assert fields["score"] == "1"
    assert fields["tags"] == "101,102"
    assert fields["text_sha"] == sha256("电话13900000001".encode()).hexdigest()
    assert "13900000001" not in str(fields)


@given(st.uuids(), st.binary(min_size=32, max_size=32))
def test_a_token_opens_its_own_invitation_only(invitation_id, key):
    token = rules.sign_token(invitation_id, key)

    assert rules.read_token(token, key) == invitation_id
    assert rules.read_token(token, bytes(b ^ 1 for b in key)) is None
    assert token.isascii()
    assert "=" not in token


@given(st.uuids(), st.integers(0, 33 * 8 - 1))
def test_any_flipped_bit_of_a_token_is_refused(invitation_id, bit):
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    raw = bytearray(urlsafe_b64decode(rules.sign_token(invitation_id, KEY)))
    raw[bit // 8] ^= 1 << bit % 8

    assert rules.read_token(urlsafe_b64encode(bytes(raw)).decode(), KEY) is None


@given(st.integers(0, 43), st.integers(0, 6))
def test_any_flipped_bit_of_a_tokens_letters_is_refused(place, bit):
    token = rules.sign_token(ID, KEY)
    letter = chr(ord(token[place]) ^ 1 << bit)

    assert rules.read_token(token[:place] + letter + token[place + 1 :], KEY) is None


TOKEN = rules.sign_token(UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"), KEY)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="one letter"),
        pytest.param(TOKEN[:-1], id="one letter short"),
        pytest.param(TOKEN[:40], id="one group short"),
        pytest.param(TOKEN + "A", id="one letter more"),
        pytest.param(TOKEN + "=", id="padded"),
        pytest.param(TOKEN + "====", id="padded by a group"),
        pytest.param(TOKEN + "!", id="a letter of no alphabet"),
        pytest.param(TOKEN[:10] + " " + TOKEN[10:], id="space"),
        pytest.param(TOKEN[:10] + "\n" + TOKEN[10:], id="line feed"),
        pytest.param(TOKEN.replace("_", "/"), id="other alphabet"),
        pytest.param(TOKEN.lower(), id="lower case"),
        pytest.param("令牌" * 22, id="Chinese"),
        pytest.param("\0" * 44, id="U+0000"),
        pytest.param("A" * 44, id="zeros"),
    ],
)
def test_a_token_is_read_letter_by_letter(other):
    assert "_" in TOKEN
    assert rules.read_token(other, KEY) is None


@given(st.text(max_size=60))
def test_no_text_is_an_invitation(text):
    assert rules.read_token(text, KEY) is None
