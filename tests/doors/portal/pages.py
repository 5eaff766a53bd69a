"""A citizen's browser without scripts, and what a page holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.cases import queries as cases
from haochaping.reviews import queries as reviews
from tests import worlds

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from haochaping.reviews.terms import ReviewRow

CITIZEN_CSS = "src/haochaping/ui/static/ui/css/citizen.css"


@dataclass
class Citizen:
    """A browser and the address of one invitation."""

    browser: Client
    address: str

    @property
    def token(self) -> str:
        return self.address.rpartition("/")[2]

    def look(self, address: str = "", **headers: str):
        return self.browser.get(address or self.address, headers=headers)

    def tap(self, level: object, **fields: object):
        return self.browser.post(self.address, {"level": level} | fields)

    def send(self, form: str, **fields: object):
        return self.browser.post(f"{self.address}/{form}", fields)

    def review(self) -> ReviewRow | None:
        occurrence_id = reviews.invitation_by_token(self.token).occurrence_id
        return reviews.review_of_occurrence(occurrence_id)

    def receipt(self) -> str:
        """The receipt number as the page shows it."""
        found = re.search(r'id="receipt-number">([0-9A-Z-]+)<', text_of(self.look()))
        assert found
        return found[1]


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def occurrence_of(case_no: str):
    binding = cases.bind([(worlds.SOURCE, case_no, 1)])[0]
    assert binding
    return binding.occurrence_id
