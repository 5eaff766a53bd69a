from __future__ import annotations

import pytest

from haochaping.doors.demo import names
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
