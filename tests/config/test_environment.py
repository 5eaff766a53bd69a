"""The environment, read once: defaults, overrides, and clear words about what cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from haochaping.config import environment, keys
from haochaping.config.environment import BadEnvironment


def test_defaults_bind_to_this_machine_only():
    env = environment.read({})

    assert (env.host, env.port, env.doors, env.suite) == ("127.0.0.1", "8000", "all", "intl")
    assert env.site_url == "http://127.0.0.1:8000"
    assert env.data_dir == Path.home() / ".local" / "share" / "haochaping"


@pytest.mark.parametrize(
    ("variables", "url", "hosts"),
    [
        ({"HOST": "10.0.0.1"}, "http://10.0.0.1:8000", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1"]),
        ({"HOST": "0.0.0.0", "HAOCHAPING_DEMO": "1"}, "http://127.0.0.1:8000", ["*"]),
        ({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]),
        (
            {
                "HAOCHAPING_BASE_URL": "https://review.example.org/",
                "HAOCHAPING_HOSTS": "review.example.org, a.example",
            },
            "https://review.example.org",
            ["review.example.org", "a.example"],
        ),
    ],
)
def test_addresses(variables, url, hosts):
    env = environment.read(variables)

    assert (env.site_url, env.allowed_hosts) == (url, hosts)


@pytest.mark.parametrize(
    ("told", "url"), [("", "https://hcp.example"), ("https://desk.hcp.example/", "https://desk.hcp.example")]
)
def test_staff_have_an_address_of_their_own_where_one_is_told(told, url):
    env = environment.read({"HAOCHAPING_BASE_URL": "https://hcp.example", "HAOCHAPING_STAFF_URL": told})

    assert env.desk_url == url


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "٨٠"),
        ("PORT", "9" * 5000),
        ("HOST", "999.1.1.1"),
        ("HOST", "no such host"),
        ("HAOCHAPING_DOORS", "back"),
        ("HAOCHAPING_SUITE", "rot13"),
        ("HAOCHAPING_POSTGRES", "mysql"),
    ],
)
def test_unusable_values_are_named_with_the_remedy(variable, value):
    with pytest.raises(BadEnvironment, match=f"{variable}={value}: use"):
        environment.read({variable: value})


@pytest.mark.parametrize("variable", ["DATABASE_URL", "HAOCHAPING_OWNER_URL"])
@pytest.mark.parametrize("value", ["rubbish", "mysql://u:secret@db/x"])
def test_what_is_no_address_of_a_database_is_named_and_not_repeated(variable, value):
    with pytest.raises(
        BadEnvironment, match=f"^{variable} is no address of a database: use postgresql://"
    ) as trouble:
        environment.read({variable: value})

    assert value not in str(trouble.value)


def test_a_name_of_this_machine_is_the_address_it_stands_for():
    assert environment.read({"HOST": "localhost"}).host in {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("host", "address", "name"),
    [
        ("10.1.2.3", "http://10.1.2.3:8000", "10.1.2.3"),
        ("::1", "http://[::1]:8000", "[::1]"),
        ("fd00::5", "http://[fd00::5]:8000", "[fd00::5]"),
    ],
)
def test_links_and_host_names_write_the_address_as_browsers_do(host, address, name):
    found = environment.Environment(host=host)

    assert found.site_url == address
    assert name in found.allowed_hosts


def test_the_folder_lies_where_the_user_keeps_data(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert environment.read({}).data_dir == tmp_path / "haochaping"

    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    assert environment.read({}).data_dir == Path.home() / ".local/share/haochaping"


def test_empty_variables_count_as_unset():
    assert environment.read({"PORT": ""}).port == "8000"


def test_secrets_are_made_once_and_read_by_their_owner_only(tmp_path):
    first = keys.secret(tmp_path / "keys", "django")

    assert keys.secret(tmp_path / "keys", "django") == first
    assert len(bytes.fromhex(first)) == 32
    assert (tmp_path / "keys" / "django.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["django.key"]


def identity(tmp_path, **changes: str) -> dict[str, str]:
    (tmp_path / "secret").write_text("  very secret\n")
    return {
        "HAOCHAPING_CITIZEN_OIDC": "https://id.example/realm/",
        "HAOCHAPING_CITIZEN_OIDC_CLIENT": "reviews",
        "HAOCHAPING_CITIZEN_OIDC_SECRET_FILE": str(tmp_path / "secret"),
    } | changes


def test_no_identity_provider_unless_one_is_named():
    assert environment.read({}).identity_providers == []


def test_an_identity_provider_is_read_with_its_secret(tmp_path):
    [one] = environment.read(identity(tmp_path)).identity_providers

    assert (one.id, one.issuer, one.client, one.secret) == (
        "citizen",
        "https://id.example/realm",
        "reviews",
        "very secret",
    )
    assert (one.scopes, one.origin) == (["openid", "phone", "profile"], "https://id.example")
    assert "very secret" not in repr(one)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"HAOCHAPING_CITIZEN_OIDC": "http://id.example"}, "HAOCHAPING_CITIZEN_OIDC=http://id.example"),
        ({"HAOCHAPING_CITIZEN_OIDC": "id.example"}, "HAOCHAPING_CITIZEN_OIDC=id.example"),
        ({"HAOCHAPING_CITIZEN_OIDC_CLIENT": ""}, "without HAOCHAPING_CITIZEN_OIDC_CLIENT"),
        ({"HAOCHAPING_CITIZEN_OIDC_SECRET_FILE": "/nowhere"}, "SECRET_FILE=/nowhere cannot be read"),
    ],
)
def test_an_identity_provider_that_cannot_be_used_is_named_at_the_start(tmp_path, changes, named):
    with pytest.raises(BadEnvironment, match=named):
        environment.read(identity(tmp_path, **changes))


def test_secure_site_has_cookies_no_neighbour_can_set(tmp_path):
    program = (
        "from haochaping.config import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SAMESITE, ' '.join(s.SECURE_CSP['form-action']))"
    )
    told = identity(tmp_path, HAOCHAPING_BASE_URL="https://review.example.org", HAOCHAPING_DATA=str(tmp_path))
    run = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == [
        "__Host-session",
        "__Host-csrf",
        "True",
        "True",
        "Lax",
        "'self'",
        "https://id.example",
    ]
