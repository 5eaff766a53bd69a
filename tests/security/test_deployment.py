"""An installation as the guide sets it up: Django's own check for deployment finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.program

_CHECK = """
import django
django.setup()
from django.core.management import call_command
call_command("check", deploy=True, fail_level="DEBUG")
"""


@pytest.fixture
def told(tmp_path) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "haochaping.config.settings",
        "HAOCHAPING_DATA": str(tmp_path),
        "HAOCHAPING_HOSTS": "hcp.example",
        "HAOCHAPING_BASE_URL": "https://hcp.example",
        "HAOCHAPING_SECURITY_CONTACT": "mailto:security@hcp.example",
    }


def check(told: dict[str, str]) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-c", _CHECK], env=told, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stderr


@pytest.mark.parametrize("doors", ["all", "public", "staff"])
def test_check_for_deployment_is_silent(told, doors):
    assert check(told | {"HAOCHAPING_DOORS": doors}) == (0, "")


def test_check_speaks_of_a_site_without_encryption(told):
    status, said = check(told | {"HAOCHAPING_BASE_URL": "http://hcp.example"})

    assert status != 0
    assert "security.W012" in said


_ASK = """
import django
django.setup()
from django.test import Client
for path, secure in (("/ui", False), ("/api/v1/openapi.json", False), ("/ui", True)):
    answer = Client().get(path, secure=secure, headers={"host": "hcp.example"})
    print(path, answer.status_code, answer.headers.get("Location", "-"), answer.headers.get("Strict-Transport-Security", "-"))
answer = Client().get("/ui", headers={"host": "evil.example", "x-forwarded-proto": "https"})
print(answer.status_code)
"""


def test_people_are_led_to_encryption_and_programs_are_not(told):
    run = subprocess.run([sys.executable, "-c", _ASK], env=told, capture_output=True, text=True, check=True)

    assert run.stdout.splitlines() == [
        "/ui 301 https://hcp.example/ui -",
        "/api/v1/openapi.json 200 - -",
        "/ui 200 - max-age=31536000; includeSubDomains",
        "400",
    ]
