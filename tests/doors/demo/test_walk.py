from __future__ import annotations

import re

import pytest
from django.utils import timezone

from haochaping.doors.demo import names
from tests import worlds
from tests.doors.demo import urls

FIGURES = f"/divisions/{names.PROVINCE[0]}"


@pytest.mark.parametrize(
    ("face", "leads_to"),
    [
        (urls.urlpatterns, ["/desk/", "/desk/releases/", FIGURES]),
        (urls.public, [FIGURES]),
        (urls.staff, ["/desk/", "/desk/releases/"]),
    ],
    ids=["all", "public", "staff"],
)
def test_walk_leads_to_what_the_face_answers(db, client, settings, face, leads_to):
    settings.ROOT_URLCONF = face

    main = client.get("/demo/").content.decode().split('<main id="main"')[1]

    links = ("/desk/", "/desk/releases/", FIGURES)
    assert [link for link in links if f'href="{link}"' in main] == leads_to
    assert "dispatcher" in main


def test_walk_leads_to_the_slip_of_the_invitation_that_waits(db, client, settings):
    settings.ROOT_URLCONF = urls.urlpatterns
    worlds.build(timezone.now())
    worlds.take_case("YC-1", timezone.now())

    slip = re.search(r'href="[^"]*(/r/[^"]+/slip)"', client.get("/demo/").content.decode())

    assert slip
    assert client.get(slip[1]).status_code == 200
