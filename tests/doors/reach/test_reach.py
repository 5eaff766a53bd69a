"""Every request of staff runs under its reach, and what comes after it does not."""

from __future__ import annotations

import os
from threading import Thread

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Place, Role
from haochaping.directory.rules import path_range
from haochaping.doors.reach import within
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, OPERATOR, Scope
from tests import worlds
from tests.two_places import HERE

WHOLE = "haochaping_staff|yes|||||"
NOTHING = "haochaping_staff||||||"
LOW, HIGH = path_range(f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}.")
AGENCY_LOW, AGENCY_HIGH = path_range(f"{worlds.AGENCY}.")


@pytest.fixture
def _pages(settings) -> None:
    settings.ROOT_URLCONF = "tests.doors.gate_pages"


pages = pytest.mark.usefixtures("_pages")


def me() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def move(somebody, place: Place) -> None:
    accounts.revoke_role(user_id=somebody.id, role=Role.CLERK, by=OPERATOR, now=timezone.now())
    accounts.grant_role(user_id=somebody.id, role=Role.CLERK, place=place, by=OPERATOR, now=timezone.now())


@pages
@pytest.mark.parametrize(
    ("place", "reach"),
    [
        (Place(everywhere=True), WHOLE),
        (Place(division_code=worlds.COUNTY), f"haochaping_staff||{LOW}|{HIGH}|||"),
        (Place(agency_code=worlds.AGENCY), f"haochaping_staff||||{AGENCY_LOW}|{AGENCY_HIGH}|"),
    ],
)
def test_a_request_reaches_the_place_of_its_role_and_the_next_one_the_new_place(signed_in, place, reach):
    worlds.build(timezone.now())
    clerk = signed_in(Role.CLERK)
    assert clerk.browser.get("/mirror").content.decode() == WHOLE

    move(clerk, place)

    for answer in (clerk.browser.get("/mirror"), clerk.browser.post("/mirror")):
        assert answer.content.decode() == reach
    assert me() == "haochaping_app"


@pages
def test_who_has_no_role_any_more_reaches_nothing(signed_in):
    clerk = signed_in(Role.CLERK)

    accounts.revoke_role(user_id=clerk.id, role=Role.CLERK, by=OPERATOR, now=timezone.now())

    assert clerk.browser.get("/mirror").content.decode() == NOTHING


@pages
def test_after_the_password_alone_nothing_is_reached(person):
    clerk = person(Role.CLERK, enrolled=False)
    clerk.give_password()
    seen = []

    def watch(run, statement, values, *rest):
        seen.append(values)
        return run(statement, values, *rest)

    with connection.execute_wrapper(watch):
        assert clerk.browser.get("/accounts/2fa/totp/activate/").status_code == 302

    (entered, left) = [values for values in seen if values and values[0] in {"haochaping_staff", "none"}]
    assert entered == ("haochaping_staff", "", "", "", "", "", "")
    assert left == ("none", "", "", "", "", "", "")


@pages
def test_what_is_about_the_whole_house_runs_as_the_application_for_those_who_reach_it(signed_in):
    worlds.build(timezone.now())
    clerk = signed_in(Role.CLERK)
    assert clerk.browser.get("/tower").content.decode().startswith("haochaping_app|")

    move(clerk, Place(division_code=worlds.COUNTY))

    assert clerk.browser.get("/tower").content.decode().startswith("haochaping_staff||")


@pages
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_that_breaks_leaves_no_reach_behind(signed_in, method):
    clerk = signed_in(Role.CLERK)
    clerk.browser.raise_request_exception = False

    assert getattr(clerk.browser, method)("/pit").status_code == {"get": 404, "post": 500}[method]

    assert me() == "haochaping_app"


@pages
def test_an_answer_made_while_it_is_sent_is_made_under_the_reach(signed_in):
    answer = signed_in(Role.CLERK).browser.get("/river")
    assert me() == "haochaping_app"

    assert b"".join(answer).decode() == WHOLE * 2
    assert me() == "haochaping_app"


@pages
@pytest.mark.django_db
def test_a_program_reads_within_its_reach_and_sends_as_intake():
    low, high = path_range("99.")

    assert Client().get("/counter").content.decode() == f"haochaping_staff||{low}|{high}|||"
    assert Client().post("/counter").content.decode().startswith("haochaping_app|")
    assert me() == "haochaping_app"


@pages
def test_the_reach_costs_two_statements(signed_in, django_assert_max_num_queries):
    browser = signed_in(Role.CLERK).browser
    browser.get("/mirror")

    with django_assert_max_num_queries(50) as asked:
        browser.get("/mirror")

    assert sum("set_config" in query["sql"] for query in asked.captured_queries) == 2


@pytest.mark.django_db
def test_reaches_nest_and_a_rollback_inside_changes_nothing():
    with within(EVERYWHERE):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        with within(NOWHERE):
            assert me() == "haochaping_staff"
        assert me() == "haochaping_staff"
    assert me() == "haochaping_app"


@pytest.mark.usefixtures("committed_db")
def test_a_connection_made_again_in_the_middle_has_the_reach_too():
    with within(HERE["own agency"]):
        connection.close()
        assert me() == "haochaping_staff"

    assert me() == "haochaping_app"


def test_a_connection_that_breaks_is_not_given_to_the_next_request(committed_db):
    with within(NOWHERE):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
        with psycopg.connect(owner) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert me() == "haochaping_app"


def test_a_reach_is_one_thread_s_own(committed_db):
    others = []

    def ask() -> None:
        others.append(me())
        connection.close()

    with within(Scope(division_path="99.")):
        thread = Thread(target=ask)
        thread.start()
        thread.join()

    assert others == ["haochaping_app"]
