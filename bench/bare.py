"""The peer of single intake: a Django view that does nothing but one INSERT into the reference table."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest

_INSERT = """
    INSERT INTO bench_review
    SELECT gen_random_uuid(), (SELECT id FROM bench_case LIMIT 1), gen_random_uuid(), 1, %s, 'national-2020', '{}', %s,
           false, 'hall_pad', 'bulk_import', true, 'effective', now(), now(), now(), now(), 1, 1, 1, 1, 1, 1, 1, NULL,
           sha256(gen_random_uuid()::text::bytea), 'client:1'
"""


def take(request: HttpRequest) -> HttpResponse:
    """One review, one INSERT, one commit."""
    item = json.loads(request.body)["items"][0]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [item["rating_value"], item.get("comment_text", "")])
    answer = b'{"outcome":"accepted"}'
    return HttpResponse(answer, content_type="application/json", headers={"Content-Length": str(len(answer))})


urlpatterns = [path("api/v1/reviews", take)]


def configure() -> None:
    """The smallest settings that serve the view, with a pool like ours."""
    from psycopg.conninfo import conninfo_to_dict

    url = conninfo_to_dict(os.environ["BENCH_URL"])
    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.urandom(16).hex(),
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url["dbname"],
                "USER": url["user"],
                "PASSWORD": url.get("password", ""),
                "HOST": url["host"],
                "PORT": url.get("port", ""),
                "OPTIONS": {"pool": {"min_size": 2, "max_size": 16}},
            }
        },
    )
    django.setup()


configure()
application = get_wsgi_application()
