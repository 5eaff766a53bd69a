"""Every page of the house, by its own list of addresses: shown to whoever may see it, and axe finds nothing on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.utils import timezone, translation

from haochaping.accounts.terms import POWERS_OF, Role
from haochaping.config import keys
from haochaping.directory.terms import Kind
from haochaping.doors.demo import names
from haochaping.doors.gate import Passage, declared_views
from haochaping.kernel.periods import local_day
from haochaping.supervision.rules import sign_sample
from tests.exchange.dialects.anhui_address import query
from tests.journeys.conftest import AXE, DESK, PHONE
from tests.journeys.test_citizen import new_invitation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

    from haochaping.doors.gate import DeclaredView
    from tests.journeys.conftest import House

pytestmark = pytest.mark.journey

CHINESE, ENGLISH = "zh-CN", "en-GB"
SAMPLE = {CHINESE: "示例数据", ENGLISH: "Sample data"}
# Without a choice of their own, pages are as light or dark as the screen is wished to be.
SCHEME: dict[str, Literal["light", "dark"]] = {CHINESE: "light", ENGLISH: "dark"}
STRANGER, CITIZEN = "a stranger", "a citizen who has logged in"
NEWCOMER, HALFWAY = "newcomer", "halfway through the log-in"
LIKE = "lead"
OK = 200
# Links that are a line of their own and lower than a finger.
LOW = """[...document.querySelectorAll("main p > a")]
    .filter(a => a.parentElement.textContent.trim() === a.textContent.trim() && a.offsetHeight < 44)
    .map(a => a.textContent.trim())"""
NOWHERE = "00000000-0000-0000-0000-000000000000"
LETTER, CHECKED, URGING, PROPOSAL, REPORT, REFORM, MEASURE = (f"{NOWHERE[:-1]}{n}" for n in range(2, 9))
# Reviews of a sample: one on the caller's list, one whose reviewer has answered.
SAMPLED = (f"{NOWHERE[:-1]}1", f"{NOWHERE[:-1]}2")

# What answers a GET with a page, and how one gets there. An address in braces comes from `rows`; a page that
# looks different for different people or rows stands with each of them: (address, who, status).
PAGES: dict[str, list[tuple[str, ...]]] = {
    "front": [("/",)],
    "reviews": [
        ("/reviews",),
        (f"/reviews?division={names.CITY[0]}&level=bad",),
        ("/reviews?level=4&reason=113",),
        ("/reviews?level=9", STRANGER, "422"),
    ],
    "hot_reasons": [("/reasons",), ("/reasons?division=000", STRANGER, "422")],
    "search": [("/search",), ("/search?q=登记",), ("/search?q=zzz",), ("/search?q=x", STRANGER, "422")],
    "policies": [("/policies",)],
    "how_to_rate": [("/how-to-rate",)],
    "measures": [("/measures",)],
    "about": [("/about",)],
    "samples": [("/samples",), ("/samples?month=2026-01",), ("/samples?month=x", STRANGER, "422")],
    "sample_tickets": [("/samples/000/2026-01/good.txt", STRANGER, "404")],
    "gallery": [("/ui",)],
    "data": [("/data",)],
    "data_file": [("/data/latest/nothing.csv", STRANGER, "404")],
    "division": [(f"/divisions/{names.CITY[0]}",), ("/divisions/000", STRANGER, "404")],
    "publication": [
        (f"/divisions/{names.CITY[0]}/publication",),
        (f"/divisions/{names.CITY[0]}/publication?quarter=x", STRANGER, "422"),
    ],
    "division_comparison": [
        (f"/divisions/{names.CITY[0]}/comparison",),
        ("/divisions/000/comparison", STRANGER, "404"),
    ],
    "division_measures": [
        (f"/divisions/{names.CITY[0]}/measures",),
        (f"/divisions/{names.CITY[0]}/measures?from=x", STRANGER, "422"),
        ("/divisions/000/measures", STRANGER, "404"),
    ],
    "agency_measures": [(f"/agencies/{names.CLERK_AGENCY}/measures",)],
    "item_measures": [("/items/{item}/measures",)],
    "hall_measures": [(f"/halls/{names.HALLS[names.CITY[0]][0]}/measures",)],
    "division_profile": [
        (f"/divisions/{names.CITY[0]}/profile",),
        ("/divisions/000/profile", STRANGER, "404"),
    ],
    # Of the second one a comparison is among the rows.
    "agency_profile": [
        (f"/agencies/{names.CLERK_AGENCY}/profile",),
        (f"/agencies/{names.CITY[0]}_03/profile",),
    ],
    "item_profile": [("/items/{item}/profile",)],
    "hall_profile": [(f"/halls/{names.HALLS[names.CITY[0]][0]}/profile",)],
    "screen": [("/screen",)],
    "division_screen": [(f"/divisions/{names.CITY[0]}/screen",), ("/divisions/000/screen", STRANGER, "404")],
    "agency": [(f"/agencies/{names.CLERK_AGENCY}",)],
    "item": [("/items/{item}",)],
    "division_halls": [
        (f"/divisions/{names.CITY[0]}/halls",),
        (f"/divisions/{names.CITY[0]}/halls?from=x", STRANGER, "422"),
    ],
    "hall": [(f"/halls/{names.HALLS[names.CITY[0]][0]}",), ("/halls/000", STRANGER, "404")],
    "review": [
        ("{asked}",),
        ("{asked}?via=sms",),
        ("{rated}",),
        ("{rated}?change=1",),
        ("/r/nonsense", STRANGER, "404"),
    ],
    "review_slip": [("{asked}/slip",)],
    "status": [
        ("{status}",),
        ("{status}?complain=1",),
        ("{complained}",),
        ("{waiting}",),
        ("/status/NONSENSE", STRANGER, "404"),
    ],
    "wire_visit": [("{visit}",)],
    "again": [("/again/{again}",), ("/again/{again_said}",), ("/again/nonsense", STRANGER, "404")],
    "again_keys": [
        ("/again/{again}/keys",),
        ("/again/{again_said}/keys",),
        ("/again/nonsense/keys", STRANGER, "404"),
    ],
    "my": [("/my/",), ("/my/", CITIZEN)],
    "my_data": [("/my/data", CITIZEN)],
    "review_follow_up": [("{asked}/follow-up", STRANGER, "422"), ("{settled}/follow-up",)],
    "status_follow_up": [("{settled_status}/follow-up",)],
    "voice_new": [
        ("/voices/new",),
        ("/voices/new?kind=complaint&q=登记",),
        ("/voices/new?kind=complaint&q=zzz",),
        (f"/voices/new?kind=after_sales&agency={names.CLERK_AGENCY}",),
        ("/voices/new?kind=complaint&agency=nowhere", STRANGER, "422"),
    ],
    "voice": [("{voice}",), ("{answered}",), ("{escalated}",), ("/voices/NONSENSE", STRANGER, "404")],
    "protection": [("{protection}",), (f"/protection/{'0' * 26}", STRANGER, "404")],
    "account_link": [("/account/link/nonsense", STRANGER, "410")],
    "account_audit": [("/account/audit/",), ("/account/audit/?since=yesterday", "auditor", "422")],
    "account_audit_subject": [("/account/audit/subject?kind=user&id={person}",)],
    "account_clients": [("/account/clients/",)],
    "account_client": [("/account/clients/{client}",)],
    "account_hotlines": [("/account/hotlines/",)],
    "desk_hotline": [("/desk/hotline/",)],
    "account_webhooks": [("/account/webhooks/",)],
    "account_people": [("/account/people/",)],
    "account_person": [("/account/people/{person}", "sysadmin"), ("/account/people/{person}", "secadmin")],
    "console_directory": [("/admin/directory/",)],
    "console_directory_rows": [
        *[(f"/admin/directory/{kind}/",) for kind in Kind],
        ("/admin/directory/halls/?division=9977", "sysadmin", "422"),
    ],
    "console_directory_new": [("/admin/directory/devices/new",)],
    "console_directory_row": [
        ("/admin/directory/halls/{hall}",),
        ("/admin/directory/halls/0", "sysadmin", "404"),
    ],
    "console_rulebook": [("/admin/rulebook/",)],
    "console_profile": [("/admin/rulebook/profiles/cn-base",)],
    "console_place": [(f"/admin/rulebook/place?division={names.CITY[0]}&day=2026-06-01",)],
    "console_profile_new": [("/admin/rulebook/new",)],
    "console_calendar": [("/admin/rulebook/calendar",)],
    "console_import": [("/admin/import/",)],
    "console_import_look": [("{tried}",), ("{wrong}", "sysadmin", "422")],
    "account_sessions": [("/account/sessions",)],
    "desk": [
        ("/desk/", "clerk"),
        ("/desk/", "publisher"),
        ("/desk/?list=done", "clerk"),
        ("/desk/?item=zzz&left=today", "clerk"),
    ],
    "desk_order": [("/desk/orders/{order}",), (f"/desk/orders/{NOWHERE}", "clerk", "404")],
    "oversight_exchange": [("/oversight/exchange/", "supervisor")],
    "oversight_exchange_orders": [
        ("/oversight/exchange/orders", "supervisor"),
        ("/oversight/exchange/orders?list=done", "supervisor"),
    ],
    "oversight_circulars": [("/oversight/circulars/", "supervisor"), ("/oversight/circulars/", "publisher")],
    "oversight_circular": [
        ("{circular}", "supervisor"),
        (f"/oversight/circulars/{NOWHERE}", "supervisor", "404"),
    ],
    "oversight_samples": [("/oversight/samples/", "supervisor")],
    "oversight_sample": [
        ("/oversight/samples/{sample}", "supervisor"),
        (f"/oversight/samples/{NOWHERE}", "supervisor", "404"),
    ],
    "desk_notices": [("/desk/notices/", "clerk")],
    "desk_notice_settings": [("/desk/notices/settings", "clerk")],
    "desk_fault_new": [
        ("/desk/faults/new/{order}", "clerk"),
        (f"/desk/faults/new/{NOWHERE}", "clerk", "404"),
    ],
    "desk_reforms": [("/desk/reforms/", "clerk"), ("/desk/reforms/?list=done", "clerk")],
    "desk_reform": [
        (f"/desk/reforms/{REFORM}", "clerk"),
        (f"/desk/reforms/{NOWHERE}", "clerk", "404"),
    ],
    "desk_calls": [("/desk/calls/", "operator")],
    "desk_call": [("/desk/calls/{call}", "operator"), (f"/desk/calls/{NOWHERE}", "operator", "404")],
    "desk_papers": [("/desk/paper/", "clerk"), ("/desk/paper/?list=done", "clerk")],
    "desk_paper_new": [("/desk/paper/new", "clerk")],
    "desk_paper": [("/desk/paper/{slip}", "clerk"), ("/desk/paper/0", "clerk", "404")],
    "desk_projects": [("/desk/projects/", "clerk")],
    "desk_project_new": [("/desk/orders/{order}/project/new",)],
    "desk_project": [
        ("/desk/projects/{project}", "clerk"),
        ("/desk/projects/{project}", "dispatcher"),
        (f"/desk/projects/{NOWHERE}", "clerk", "404"),
    ],
    "oversight_voices": [
        ("/oversight/voices/", "supervisor"),
        ("/oversight/voices/?list=done", "supervisor"),
    ],
    "oversight_voice": [
        ("/oversight/voices/{complaint}", "supervisor"),
        ("/oversight/voices/{unsolved}", "supervisor"),
        (f"/oversight/voices/{NOWHERE}", "supervisor", "404"),
    ],
    "desk_voices": [("/desk/voices/", "clerk"), ("/desk/voices/?list=done", "clerk")],
    "desk_voice": [("/desk/voices/{voice_id}", "clerk"), (f"/desk/voices/{NOWHERE}", "clerk", "404")],
    "desk_good_reviews": [("/desk/voices/reviews/",)],
    "desk_good_review": [("/desk/voices/reviews/{praise}",)],
    "desk_releases": [("/desk/releases/",), ("/desk/releases/", "publisher2")],
    "desk_published": [("/desk/releases/published",), ("/desk/releases/published?day=x", "publisher", "422")],
    "desk_kept_back": [("/desk/releases/kept-back",)],
    "desk_openings": [("/desk/openings/",), ("/desk/openings/", "auditor")],
    "desk_opening_new": [("/desk/openings/new",), ("/desk/openings/new?about={order}",)],
    "desk_opening": [
        ("/desk/openings/{opening}",),
        ("/desk/openings/{opening}", "keeper"),
        (f"/desk/openings/{NOWHERE}", "keeper", "404"),
    ],
    "desk_supervision": [("/desk/supervision/",), ("/desk/supervision/?list=done",)],
    "desk_supervision_one": [
        (f"/desk/supervision/{LETTER}",),
        (f"/desk/supervision/{NOWHERE}", "clerk", "404"),
    ],
    "desk_urging": [(f"/desk/supervision/urgings/{URGING}",)],
    "oversight": [("/oversight/",)],
    "oversight_orders": [("/oversight/orders",), ("/oversight/orders?agency=0&list=all",)],
    "oversight_figures": [
        ("/oversight/figures/",),
        ("/oversight/figures/?by=month&measure=supervision_letter",),
        (f"/oversight/figures/?agency={names.CLERK_AGENCY}&by=staff",),
        ("/oversight/figures/?from=2026-99-01", "supervisor", "422"),
    ],
    "oversight_figure_rows": [
        ("/oversight/figures/rows?measure=rectification_rate",),
        ("/oversight/figures/rows?measure=supervision_letter",),
        ("/oversight/figures/rows?measure=average_score",),
        ("/oversight/figures/rows?measure=participation_rate",),
        ("/oversight/figures/rows?measure=cases",),
        ("/oversight/figures/rows?measure=appeals&from=2020-01-01&to=2020-01-01",),
    ],
    "oversight_quality": [("/oversight/quality/",), ("/oversight/quality/?month=2020-01",)],
    "oversight_quality_source": [
        (f"/oversight/quality/sources/{names.PLATFORMS[names.CITY[0]]['hall']}",),
        ("/oversight/quality/sources/nobody", "supervisor", "404"),
    ],
    "oversight_quality_rules": [("/oversight/quality/rules",)],
    "oversight_signals": [("/oversight/signals/",), ("/oversight/signals/?list=taken",)],
    "oversight_risks": [("/oversight/risks/",), ("/oversight/risks/?list=taken",)],
    "oversight_risk": [("/oversight/risks/{risk}",), (f"/oversight/risks/{NOWHERE}", "supervisor", "404")],
    "oversight_blind_spots": [("/oversight/blind-spots/",)],
    "oversight_blind_spot": [("/oversight/blind-spots/{blind}",)],
    "oversight_comparison": [("/oversight/comparison/",)],
    "oversight_agency_profile": [
        (f"/oversight/profiles/agencies/{names.CLERK_AGENCY}",),
        ("/oversight/profiles/agencies/000", "supervisor", "404"),
    ],
    "oversight_hall_profile": [(f"/oversight/profiles/halls/{names.HALLS[names.CITY[0]][0]}",)],
    "oversight_supervisions": [("/oversight/supervision/",), ("/oversight/supervision/?list=done",)],
    "oversight_supervision_new": [
        ("/oversight/supervision/new",),
        ("/oversight/supervision/new?order={order}",),
    ],
    "oversight_supervision": [
        (f"/oversight/supervision/{LETTER}",),
        (f"/oversight/supervision/{CHECKED}",),
        (f"/oversight/supervision/{NOWHERE}", "supervisor", "404"),
    ],
    "oversight_proposals": [("/oversight/proposals/",), ("/oversight/proposals/?list=done",)],
    "oversight_proposal": [(f"/oversight/proposals/{PROPOSAL}",), (f"/oversight/proposals/{MEASURE}",)],
    "oversight_measure_new": [("/oversight/measures/new/{order}",)],
    "oversight_dispatch": [("/oversight/dispatch/",)],
    "oversight_dispatch_simulate": [("/oversight/dispatch/simulate",), ("{tried_rule}",)],
    "oversight_dispatch_withdraw": [
        ("/oversight/dispatch/{rule}/withdraw",),
        ("/oversight/dispatch/0/withdraw", "dispatcher", "404"),
    ],
    "oversight_urgings": [("/oversight/urgings/",), ("/oversight/urgings/?list=done",)],
    "oversight_urging_new": [("/oversight/urgings/new",), ("/oversight/urgings/new?order={order}",)],
    "oversight_help_new": [("/oversight/urgings/help",), ("/oversight/urgings/help?order={order}",)],
    "oversight_urging": [(f"/oversight/urgings/{URGING}",)],
    "oversight_reconciliations": [
        ("/oversight/reconciliation/",),
        ("/oversight/reconciliation/?state=equal",),
    ],
    "oversight_reconciliation": [
        ("/oversight/reconciliation/{reconciliation}",),
        (f"/oversight/reconciliation/{NOWHERE}", "supervisor", "404"),
    ],
    "oversight_same_source": [("/oversight/same-source/",)],
    "oversight_same_item": [
        ("/oversight/same-source/000125001000",),
        ("/oversight/same-source/x", "supervisor", "404"),
    ],
    "oversight_reports": [("/oversight/reports/",), ("/oversight/reports/?list=done",)],
    "oversight_report": [(f"/oversight/reports/{REPORT}",)],
    "desk_appeals": [("/desk/appeals/", "lead"), ("/desk/appeals/?done=1", "lead")],
    "desk_appeal_new": [
        ("/desk/appeals/new/{order}", "lead"),
        (f"/desk/appeals/new/{NOWHERE}", "lead", "404"),
    ],
    "desk_appeal": [("/desk/appeals/{appeal}", "lead"), (f"/desk/appeals/{NOWHERE}", "lead", "404")],
    "oversight_appeals": [
        ("/oversight/appeals/", "supervisor"),
        ("/oversight/appeals/?done=1", "supervisor"),
    ],
    "oversight_appeal": [
        ("/oversight/appeals/{appeal}", "supervisor"),
        ("/oversight/appeals/{contested}", "supervisor"),
        (f"/oversight/appeals/{NOWHERE}", "supervisor", "404"),
    ],
    "desk_matches": [("/desk/matches/",), ("/desk/matches/?state=matched",)],
    "desk_match": [("/desk/matches/{match}",)],
    "desk_figures": [("/desk/figures/",)],
    "desk_quarantine": [("/desk/quarantine/",), ("/desk/quarantine/?state=discarded",)],
    "desk_quarantine_record": [("/desk/quarantine/{record}",)],
    "desk_jobs": [("/desk/jobs/",), ("/desk/jobs/?state=waiting",)],
    "account_login": [("/accounts/login/",)],
    "account_logout": [("/accounts/logout/", "clerk")],
    "account_inactive": [("/accounts/inactive/",)],
    "account_reauthenticate": [("/accounts/reauthenticate/",)],
    "account_change_password": [("/accounts/password/change/",)],
    "mfa_authenticate": [("/accounts/2fa/authenticate/", HALFWAY)],
    "mfa_reauthenticate": [("/accounts/2fa/reauthenticate/", "clerk")],
    "mfa_activate_totp": [("/accounts/2fa/totp/activate/",)],
    "mfa_index": [("/accounts/2fa/",)],
    "mfa_view_recovery_codes": [("/accounts/2fa/recovery-codes/",)],
    "mfa_generate_recovery_codes": [("/accounts/2fa/recovery-codes/generate/",)],
    "api:docs": [("/api/v1/docs",)],
    "demo": [("/demo/",)],
    "demo_phone": [("/demo/phone/",)],
}
# Forms, and what no form takes.
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    (STRANGER, "/my/", {"[name=receipt]": "NONSENSE"}),
    ("supervisor", "/oversight/circulars/", {"#monthly_code": "9977"}),
    (CITIZEN, "/my/data", {"main textarea": " "}),
    (STRANGER, "{status}?change=1", {"[name=comment_text]": "长" * 501}),
    (STRANGER, "/again/{again}", {"[name=words]": "长" * 501}),
    ("supervisor", "/oversight/samples/{sample}", {"form[action$='/result'] textarea": "x"}),
    (STRANGER, f"/voices/new?kind=complaint&agency={names.CLERK_AGENCY}", {"[name=text]": " "}),
    (STRANGER, "{answered}", {"form[action$='/word'] textarea": "长" * 501}),
    ("dispatcher", "/desk/orders/{order}/project/new", {"[name=title]": ""}),
    ("clerk", "/desk/paper/new", {"[name=case_no]": "NO-SUCH"}),
    ("operator", "/desk/calls/{call}", {"form[action$='/result'] textarea": "x"}),
    ("clerk", "/desk/projects/{project}", {"form[action$='/change'] textarea": " "}),
    ("clerk", "/desk/faults/new/{order}", {"[name=note]": "材料要了两次。"}),
    ("clerk", f"/desk/reforms/{REFORM}", {"form[action$='/accept'] textarea": " "}),
    ("supervisor", "/oversight/measures/new/{order}", {"[name=staff_code]": "0"}),
    ("clerk", "/desk/voices/{voice_id}", {"form[action$='/answer'] textarea": " "}),
    ("clerk", "/desk/voices/reviews/{praise}", {"[name=quote]": "没有说过的话"}),
    (STRANGER, "/accounts/login/", {"[name=login]": "nobody", "[name=password]": ""}),
    (HALFWAY, "/accounts/2fa/authenticate/", {"[name=code]": "000000"}),
    (NEWCOMER, "/accounts/reauthenticate/", {"[name=password]": ""}),
    (NEWCOMER, "/accounts/2fa/totp/activate/", {"[name=code]": "000000"}),
    ("clerk", "/accounts/password/change/", {"[name=oldpassword]": "wrong", "[name=password1]": "short"}),
    ("supervisor", "/desk/openings/new", {"[name=about]": "NO-SUCH-CASE"}),
    ("supervisor", "/oversight/supervision/new", {"[name=agency]": "NO-SUCH"}),
    ("supervisor", "/oversight/urgings/new", {"[name=to]": "NO-SUCH"}),
    ("dispatcher", "/oversight/dispatch/", {"[name=agency]": "NO-SUCH"}),
    ("dispatcher", "/oversight/dispatch/simulate", {"[name=agency]": "NO-SUCH"}),
    ("dispatcher", "/oversight/dispatch/{rule}/withdraw", {"[name=source]": " "}),
    ("clerk", f"/desk/supervision/{LETTER}", {"textarea": " "}),
    ("lead", "/desk/appeals/new/{order}", {"main form [name=text]": ""}),
    ("supervisor", "/oversight/appeals/{contested}", {"main form [name=text]": ""}),
    ("clerk", "/desk/orders/{order}", {"form[action$='/message'] textarea": " "}),
    (
        "sysadmin",
        "/admin/directory/halls/new",
        {"[name=code]": "H9", "[name=name]": "", "[name=division]": "1"},
    ),
    ("sysadmin", "/admin/rulebook/profiles/cn-base", {"main form.card:last-of-type [name=value]": "7"}),
    ("sysadmin", "/admin/rulebook/", {"main form[method=post] [name=division]": ""}),
    ("sysadmin", "/admin/rulebook/new", {"[name=code]": "a", "[name=name]": ""}),
    ("sysadmin", "/admin/rulebook/calendar", {"[name=reason]": ""}),
    ("sysadmin", "/admin/import/", {"[name=year]": "1"}),
    ("secadmin", "/account/clients/", {"[name=name]": ""}),
    ("secadmin", "/account/webhooks/", {"[name=division]": "9977", "[name=url]": "https://oa.example/"}),
    ("clerk", "/desk/notices/settings", {"[name=phone]": "12"}),
    ("secadmin", "/account/people/{person}", {"[name=division]": "9977"}),
]
# What answers a GET with something else: its status and address.
NO_PAGES: dict[str, tuple[int, str]] = {
    "review_feed": (200, "/reviews.atom"),
    "healthz": (200, "/healthz"),
    "readyz": (200, "/readyz"),
    "set_language": (302, "/i18n/"),
    "csp_report": (303, "/csp-report"),
    "favicon": (302, "/favicon.ico"),
    "division_file": (200, f"/divisions/{names.CITY[0]}/measures.csv"),
    "agency_file": (200, f"/agencies/{names.CLERK_AGENCY}/measures.json"),
    "item_file": (404, "/items/000/measures.csv"),
    "hall_file": (200, f"/halls/{names.HALLS[names.CITY[0]][0]}/measures.csv"),
    "screen_events": (200, "/screen/events"),
    "division_screen_events": (404, "/divisions/000/screen/events"),
    "data_dictionary": (200, "/data/dictionary.json"),
    "security_txt": (404, "/.well-known/security.txt"),
    "review_asking": (303, "{asked}/asking"),
    "review_form": (303, "{asked}/reasons"),
    "review_follow_up_form": (303, "{asked}/follow-up/reasons"),
    "review_photo": (404, f"{{rated}}/photos/{NOWHERE}"),
    "review_follow_up_photo": (422, f"{{rated}}/follow-up/photos/{NOWHERE}"),
    "review_qr": (200, "{asked}/qr.svg"),
    "status_form": (303, "{status}/reasons"),
    "status_follow_up_form": (303, "{status}/follow-up/reasons"),
    "status_photo": (404, f"{{status}}/photos/{NOWHERE}"),
    "status_follow_up_photo": (422, f"{{status}}/follow-up/photos/{NOWHERE}"),
    "my_code": (302, "/my/code"),
    "receipt_asked": (302, "/status/"),
    "my_code_ask": (303, "/my/code/send"),
    "my_service": (303, f"/my/services/{NOWHERE}"),
    "my_sign_in": (303, "/my/sign-in"),
    "my_sign_in_back": (404, "/my/sign-in/back"),
    "my_sign_out": (303, "/my/sign-out"),
    "staff_sign_in": (303, "/account/sign-in"),
    "staff_sign_in_back": (404, "/account/sign-in/back"),
    "account_sessions_end": (303, "/account/sessions/end"),
    "account_person_step": (303, "/account/people/1/password"),
    "account_client_revoke": (303, "/account/clients/1/revoke"),
    "account_webhook_close": (303, f"/account/webhooks/{NOWHERE}/close"),
    "account_hotline_step": (303, f"/account/hotlines/{NOWHERE}/close"),
    "desk_hotline_step": (303, f"/desk/hotline/resend/{NOWHERE}"),
    "desk_notice": (303, f"/desk/notices/{NOWHERE}"),
    "desk_notices_read": (303, "/desk/notices/read"),
    "account_audit_export": (200, "/account/audit/export"),
    "oversight_figures_csv": (200, "/oversight/figures/table.csv"),
    "oversight_figure_rows_csv": (200, "/oversight/figures/rows.csv"),
    "console": (302, "/admin/"),
    "console_directory_close": (303, "/admin/directory/halls/1/close"),
    "console_profile_confirm": (303, "/admin/rulebook/profiles/cn-base/confirm"),
    "console_proposal": (303, "/admin/rulebook/proposals/1/confirm"),
    "console_import_errors": (200, "{wrong}/errors.csv"),
    "desk_call_step": (303, f"/desk/calls/{NOWHERE}/ring"),
    "desk_paper_set_aside": (303, "/desk/paper/{slip}/set-aside"),
    "desk_list_sign": (303, "/desk/list/sign"),
    "desk_list_assign": (303, "/desk/list/assign"),
    "desk_list_export": (303, "/desk/list/export"),
    "desk_filter_keep": (303, "/desk/list/filters"),
    "desk_filter_step": (303, "/desk/list/filters/1/rename"),
    "desk_order_photo": (404, f"/desk/orders/{{order}}/photos/{NOWHERE}"),
    "wire_address": (303, f"/wire/anhui/evaluate?{query()}"),
    "wire_hotline_events": (405, f"/wire/hotline/{NOWHERE}/events"),
    "wire_call": (404, "/wire/shandong/nowhere/norm"),
    "exchange_batches": (405, "/exchange/batches"),
    "oversight_circular_monthly": (303, "/oversight/circulars/monthly"),
    "oversight_circular_special": (303, "/oversight/circulars/special"),
    "oversight_circular_text": (303, "{circular}/texts/findings"),
    "oversight_circular_step": (303, "{circular}/sign"),
    "oversight_circular_file": (404, f"/oversight/circulars/{NOWHERE}/circular.pdf"),
    "oversight_sample_step": (303, f"/oversight/samples/{NOWHERE}/call"),
    "desk_order_read": (303, "/desk/orders/{order}/read"),
    "desk_order_case_number": (303, "/desk/orders/{order}/case-number"),
    "desk_order_evidence": (303, "/desk/orders/{order}/evidence"),
    "desk_order_evidence_remove": (303, f"/desk/orders/{{order}}/evidence/{NOWHERE}/remove"),
    "desk_order_attachment": (404, f"/desk/orders/{{order}}/attachments/{NOWHERE}"),
    "desk_order_evidence_photo": (404, f"/desk/orders/{{order}}/evidence/{NOWHERE}/photos/{NOWHERE}"),
    "voice_urge": (303, "{voice}/urge"),
    "voice_photo": (404, f"{{voice}}/photos/{NOWHERE}"),
    "voice_word": (303, "{voice}/word"),
    "desk_order_project": (303, "/desk/orders/{order}/project"),
    "desk_project_task": (303, "/desk/projects/{project}/tasks/1"),
    "desk_project_change": (303, "/desk/projects/{project}/change"),
    "desk_project_close": (303, "/desk/projects/{project}/close"),
    "desk_voice_photo": (404, f"/desk/voices/{{voice_id}}/photos/{NOWHERE}"),
    "oversight_voice_photo": (404, f"/oversight/voices/{{complaint}}/photos/{NOWHERE}"),
    "oversight_voice_step": (303, "/oversight/voices/{complaint}/answer"),
    "desk_voice_transfer": (303, "/desk/voices/{voice_id}/transfer"),
    "desk_voice_name": (303, "/desk/voices/{voice_id}/name"),
    "desk_voice_hand_on": (303, "/desk/voices/{voice_id}/hand-on"),
    "desk_voice_step": (303, "/desk/voices/{voice_id}/answer"),
    "desk_order_step": (303, "/desk/orders/{order}/reply"),
    "desk_opening_step": (303, "/desk/openings/{opening}/approve"),
    "desk_supervision_respond": (303, f"/desk/supervision/{LETTER}/respond"),
    "desk_urging_answer": (303, f"/desk/supervision/urgings/{URGING}/answer"),
    "oversight_supervision_step": (303, f"/oversight/supervision/{LETTER}/notify"),
    "oversight_proposal_decide": (303, f"/oversight/proposals/{PROPOSAL}/decision"),
    "oversight_proposal_step": (303, f"/oversight/proposals/{MEASURE}/hearing"),
    "oversight_dispatch_send": (303, "/oversight/dispatch/orders/{order}"),
    "desk_reform_step": (303, f"/desk/reforms/{REFORM}/accept"),
    "oversight_report_find": (303, "/oversight/reports/find"),
    "oversight_report_step": (303, f"/oversight/reports/{REPORT}/note"),
    "oversight_reconciliation_csv": (200, "/oversight/reconciliation/{reconciliation}/rows.csv"),
    "oversight_reconciliation_explain": (303, "/oversight/reconciliation/{reconciliation}/explain"),
    "oversight_urging_answer": (303, f"/oversight/urgings/{URGING}/answer"),
    "desk_appeal_photo": (404, f"/desk/appeals/{{appeal}}/photos/{NOWHERE}"),
    "desk_appeal_step": (303, "/desk/appeals/{appeal}/withdraw"),
    "oversight_appeal_photo": (404, f"/oversight/appeals/{{appeal}}/photos/{NOWHERE}"),
    "oversight_appeal_document": (404, f"/oversight/appeals/{{appeal}}/files/{NOWHERE}"),
    "oversight_appeal_step": (303, "/oversight/appeals/{appeal}/accept"),
    "desk_figure_explain": (303, f"/desk/figures/{NOWHERE}"),
    "desk_release": (303, f"/desk/releases/{NOWHERE}/text"),
    "desk_releases_confirm": (303, "/desk/releases/confirm"),
    "desk_release_step": (303, f"/desk/releases/proposals/{NOWHERE}/refuse"),
    "desk_take_down": (303, f"/desk/releases/published/{NOWHERE}/text"),
    "desk_restore": (303, f"/desk/releases/kept-back/{NOWHERE}/text"),
    "desk_matches_accept": (303, "/desk/matches/accept"),
    "oversight_same_source_csv": (200, "/oversight/same-source/rows.csv"),
    "desk_quarantine_retry_all": (303, "/desk/quarantine/retry"),
    "desk_quarantine_retry": (303, f"/desk/quarantine/{NOWHERE}/retry"),
    "desk_quarantine_discard": (303, f"/desk/quarantine/{NOWHERE}/discard"),
    "desk_job_retry": (303, "/desk/jobs/1/retry"),
    "mfa_download_recovery_codes": (200, "/accounts/2fa/recovery-codes/download/"),
    "demo_case": (303, "/demo/case/"),
}


def _declared() -> dict[str, DeclaredView]:
    demo = {view.name: view for view in declared_views(get_resolver("haochaping.doors.demo.urls"))}
    return {view.name: view for view in declared_views()} | demo


DECLARED = _declared()


def visitor(name: str) -> str:
    """The first account of the demo that a view's declaration lets in."""
    gate = DECLARED[name].gate
    assert gate is not None
    if gate.passage == Passage.STAFF:
        roles = ((username, POWERS_OF[Role(role)]) for username, _, role, _ in names.ACCOUNTS)
        return next(username for username, powers in roles if not gate.powers or gate.powers & powers)
    return NEWCOMER if gate.passage == Passage.PASSWORD else STRANGER


@pytest.fixture(scope="module")
def rows(house: House, visitors: Callable[..., Page]) -> dict[str, str]:
    """One row of everything that a page shows: what people do is done, what takes days is written down."""
    page = visitors(STRANGER, PHONE, CHINESE)
    new_invitation(page)
    found = {"asked": _path(page)}

    new_invitation(page)
    found["rated"] = _path(page)
    _press(page, "button[name=level][value='2']")
    found["status"] = f"/status/{_receipt(page)}"
    _press(page, "form[action$='/reasons'] button[type=submit]")
    _press(page, "a[href$='?report=1#protection']")
    page.fill("#protection [name=text]", "评价之后，同一个窗口不再给我办理。")
    _press(page, "form[action$='/report'] button[type=submit]")
    found["protection"] = str(page.get_attribute("a[href^='/protection/']", "href"))
    ((order,),) = house.sql("SELECT id::text FROM rectification_work_order ORDER BY created_at DESC LIMIT 1")
    ((item,),) = house.sql("SELECT code FROM directory_service_item ORDER BY id LIMIT 1")

    new_invitation(page)
    found["settled"] = _path(page)
    _press(page, "button[name=level][value='4']")
    found["settled_status"] = f"/status/{_receipt(page)}"
    house.sql(
        "UPDATE reviews_review SET changeable_until = received_at WHERE level = 4 AND provenance = 'active_self'"
    )

    page.goto(f"/wire/anhui/evaluate?{query(projNo='TEST20240101000002')}")
    _press(page, "button[name=level][value='4']")
    found["waiting"] = _path(page)
    page.goto(f"/wire/anhui/evaluate?{query()}")
    found["visit"] = _path(page)

    new_invitation(page)
    _press(page, "button[name=level][value='5']")
    page.fill("[name=comment_text]", "很好，就是叫号屏太小。")
    _press(page, "form[action$='/reasons'] button[type=submit]")

    new_invitation(page)
    found["complained"] = _path(page)
    _press(page, "button[name=level][value='1']")
    _press(page, "form[action$='/reasons'] button[type=submit]")

    for name in ("answered", "escalated", "voice"):
        page.goto(f"/voices/new?kind=complaint&agency={names.CLERK_AGENCY}")
        page.fill("[name=text]", "窗口无人值守。")
        _press(page, "main form[method=post] button[type=submit]")
        found[name] = _path(page)
    house.sql(
        """UPDATE voices_voice SET state = 'answered', outcome = 'settled', answer = '已安排专人。', answered_at = now(),
               word_until = now() + interval '7 days'
           WHERE id = (SELECT min(id::text)::uuid FROM voices_voice)"""
    )
    house.sql(
        """UPDATE voices_voice SET state = 'escalated', outcome = 'explained', answer = '人手不足。', answered_at = now(),
               word_until = now(), round = 3, solved = 'no', escalated_at = now(), due_at = now()
           WHERE id = (SELECT min(id::text)::uuid FROM voices_voice WHERE state = 'received')"""
    )
    house.sql("UPDATE voices_voice SET state = 'signed' WHERE state = 'received'")
    # Both bad reviews are with the agency; about the later one its reviewer has complained, and was answered.
    house.sql(
        """UPDATE rectification_work_order SET state = 'dispatched', dispatched_at = now(), sign_due_at = now(),
               rectify_due_at = now() + interval '5 days'
           WHERE state = 'awaiting_dispatch' AND created_at > now() - interval '1 hour'"""
    )
    house.sql(
        """INSERT INTO voices_voice (id, kind, matter, text, note, review_id, division_id, agency_id, item_id, state,
               received_at, received_by, due_at, urged, outcome, answer, answered_at, word_until, solved, solved_text,
               round, decision)
           SELECT gen_random_uuid(), 'handling', 'rude_call', '电话里态度不好。', '', review_id, division_id, agency_id,
               item_id, 'answered', now(), 'reviewer', now(), 0, 'settled', '已责成改正。', now(),
               now() + interval '7 days', '', '', 1, ''
           FROM rectification_work_order ORDER BY created_at DESC LIMIT 1"""
    )
    for statement in WRITTEN:
        house.sql(statement)
    for name, question in ASKED.items():
        ((answer,),) = house.sql(f"SELECT ({question})::text")
        found[name] = str(answer)
    key = bytes.fromhex(keys.secret(house.keys, "invitation"))
    found["again"], found["again_said"] = (sign_sample(UUID(one), key) for one in SAMPLED)
    tried = f"division={names.CITY[0]}&rank=2&agency={names.OFFICES[0][0]}&effective_from={local_day(timezone.now())}"
    found["tried_rule"] = f"/oversight/dispatch/simulate?{tried}"
    for name, text in sent_halls().items():
        found[name] = _sent(visitors("sysadmin", DESK, CHINESE), text)
    desk = visitors("supervisor", DESK, CHINESE)
    desk.goto("/oversight/circulars/")
    # The month's circular is made, and signed, by another journey of the same house.
    desk.check("#special_kind_0")
    desk.fill("#special_code", names.CITY[0])
    _press(desk, "form[action$='/special'] button[type=submit]")
    found["circular"] = _path(desk)
    return found | {"order": str(order), "item": str(item)}


def sent_halls() -> dict[str, str]:
    """A file of halls that can be taken, and one that cannot."""
    good = f"code,name,division\nYC-H1,改名的中心,{names.CITY[0]}\n"
    return {"tried": good, "wrong": good + "YC-H8,,9977\n"}


def _sent(page: Page, text: str) -> str:
    """Send a file of halls; the address of its dry run."""
    page.goto("/admin/import/")
    page.select_option("[name=kind]", "halls")
    file: FilePayload = {"name": "halls.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("[name=file]", file)
    _press(page, "main button[type=submit]")
    return _path(page)


ASKED = {
    "project": "SELECT max(id::text) FROM rectification_project",
    "voice_id": "SELECT max(id::text) FROM voices_voice WHERE state = 'signed'",
    "complaint": "SELECT id FROM voices_voice WHERE kind = 'handling' AND state = 'answered'",
    "unsolved": "SELECT id FROM voices_voice WHERE state = 'escalated'",
    "rule": "SELECT max(id) FROM rectification_dispatch_rule",
    "risk": "SELECT min(id::text) FROM supervision_signal WHERE kind = 'risk_point'",
    "blind": "SELECT min(id::text) FROM supervision_signal WHERE kind = 'blind_spot'",
    "praise": "SELECT id FROM reviews_review WHERE level = 5 AND comment_text = '很好，就是叫号屏太小。'",
    "person": "SELECT max(id) FROM accounts_user",
    "client": "SELECT max(id) FROM accounts_api_client",
    "hall": "SELECT min(id) FROM directory_hall",
    "opening": "SELECT min(id::text) FROM identity_opening_request",
    "sample": "SELECT min(id::text) FROM supervision_sampled_review WHERE state = 'to_call'",
    "appeal": "SELECT id FROM rectification_appeal WHERE state = 'filed'",
    "reconciliation": "SELECT max(id::text) FROM exchange_reconciliation",
    "match": "SELECT max(id) FROM directory_item_match WHERE state = 'waiting'",
    "contested": "SELECT id FROM rectification_appeal WHERE state = 'contested'",
    "slip": "SELECT max(id) FROM reviews_paper_slip",
    "call": "SELECT min(id::text) FROM reviews_asking_call",
    "record": "SELECT id FROM exchange_quarantined_record WHERE source = 'example'",
}


def _receipt(page: Page) -> str:
    shown = re.search(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}", page.inner_text("main"))
    assert shown
    return shown.group().replace("-", "")


WRITTEN = (
    f"""INSERT INTO supervision_sample_draw (id, division_id, month, kind, head, head_index, population, list_hash, size,
               method, drawn_at, drawn_by, closed_at)
       SELECT '{NOWHERE[:-1]}1', min(id), '2026-01-01', 'good', repeat('0', 64), 1, 100, repeat('0', 64), 2, 1, now(),
              'system:haochaping', NULL
         FROM directory_division""",
    f"""INSERT INTO supervision_sampled_review (id, draw_id, division_id, review_id, rank, ticket, reported_level,
               state, did_rate, words, answered_by, settled_at)
       SELECT ('{NOWHERE[:-1]}' || n)::uuid, '{NOWHERE[:-1]}1', division_id, id, n, '', level,
              CASE n WHEN 1 THEN 'to_call' ELSE 'answered' END, CASE n WHEN 1 THEN '' ELSE 'yes' END, '',
              CASE n WHEN 1 THEN '' ELSE 'page' END, CASE n WHEN 1 THEN NULL ELSE now() END
         FROM (SELECT r.*, row_number() OVER (ORDER BY r.id) AS n
                 FROM reviews_review r JOIN directory_division d ON d.id = r.division_id
                WHERE strpos(d.path, '{names.CITY[0]}.') > 0
                  AND NOT EXISTS (SELECT FROM supervision_sampled_review s WHERE s.review_id = r.id)) AS r
        WHERE n <= 2""",
    f"""INSERT INTO exchange_quarantined_record (id, kind, source, case_no, fields, sealed, entrance, sender,
               scope_path, code, field, params, message, remedy, state, attempts, received_at)
       VALUES ('{NOWHERE[:-1]}1', 'review', 'example', 'YC-NONE', '{{"rating_value": "9", "comment_text": "x"}}', '{{}}',
               'file', 'operator:shell', '', 'orphan', '', '{{}}', 'Missing', 'Send it.', 'waiting', 0, now())""",
    f"""INSERT INTO reviews_asking_call (id, invitation_id, division_id, agency_id, item_id, staff_id, why, state, since,
               until, words, refusal)
       SELECT gen_random_uuid(), i.id, c.division_id, c.agency_id, c.item_id, NULL, 'not_sent', 'to_call', now(),
              now() + interval '5 days', '', ''
         FROM reviews_invitation i
         JOIN cases_service_occurrence o ON o.id = i.occurrence_id
         JOIN cases_case c ON c.id = o.case_id
         JOIN directory_division d ON d.id = c.division_id
        WHERE strpos(d.path, '{names.CITY[0]}.') > 0
          AND NOT EXISTS (SELECT FROM reviews_review r WHERE r.occurrence_id = o.id)
        LIMIT 1""",
    """INSERT INTO reviews_paper_slip (occurrence_id, state, division_id, agency_id, item_id, staff_id, first_by,
               first_at, second_by, second_at, ended_by, ended_note, refusal)
       SELECT occurrence_id, 'differing', division_id, agency_id, item_id, NULL, 'staff:0', now(), 'staff:1', now(),
              '', '', '' FROM reviews_review ORDER BY received_at DESC LIMIT 1""",
    """INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)
       VALUES ('default', 'example', 'failed', 9)""",
    """INSERT INTO rulebook_profile_choice (division_id, profile_id, effective_from, version)
       SELECT division.id, profile.id, '2026-01-01', 1 FROM directory_division division, rulebook_profile profile
       ORDER BY division.id, profile.id LIMIT 1""",
    """INSERT INTO rulebook_calendar_overlay (division_id, day, is_working, reason, version)
       SELECT min(id), '2026-06-01', false, '示例', 1 FROM directory_division""",
    """INSERT INTO directory_service_item (code, name, item_type, agency_id)
       SELECT '11990000000000000' || n || '4000125001000', '示例许可' || n, '01', min(a.id)
         FROM directory_agency a, generate_series(1, 2) n GROUP BY n""",
    """INSERT INTO directory_item_match (platform_id, code, name, item_id, state, way, records, seen_at, decided_at, decided_by)
       SELECT p.id, 'SL-' || n, '示例事项', i.id, (ARRAY['waiting', 'matched'])[n], 'same_base', 3, now(),
         (ARRAY[NULL, now()])[n], ''
       FROM (SELECT min(id) AS id FROM directory_platform) p, (SELECT min(id) AS id FROM directory_service_item) i,
         generate_series(1, 2) n""",
    """INSERT INTO directory_device (code, name, device_type, hall_id)
       SELECT 'SB-1', '示例评价器', 'evaluator', min(id) FROM directory_hall""",
    """INSERT INTO directory_change (kind, object_id, "column", before, after, at, actor, entry_id)
       SELECT 'halls', min(id), 'name', '旧名', '新名', now(), 'operator:shell', gen_random_uuid() FROM directory_hall""",
    """INSERT INTO accounts_one_time_link (purpose, token_hash, role, user_id, created_at, expires_at)
       SELECT 'password', repeat('0', 64), '', min(id), now(), now() FROM accounts_user""",
    """INSERT INTO accounts_api_client (name, key_hash, key_prefix, division_id, active, created_at)
       SELECT '示例客户端', repeat('0', 64), 'hcp_00000000', min(id), true, now() FROM directory_division""",
    """INSERT INTO notices_endpoint (id, division_id, url, set_at, set_by)
       SELECT gen_random_uuid(), min(id), 'https://oa.example/told', now(), 'operator:shell' FROM directory_division""",
    """INSERT INTO notices_notice_copy (notice_id, user_id)
       SELECT n.id, u.id FROM notices_staff_notice n, accounts_user u
        WHERE u.username = 'clerk' AND n.kind = 'order_dispatched' ORDER BY n.id DESC LIMIT 3
       ON CONFLICT DO NOTHING""",
    """INSERT INTO accounts_former_password (user_id, password) SELECT min(id), '' FROM accounts_user""",
    """WITH made AS (INSERT INTO rectification_project (id, title, root_cause, division_id, agency_id, item_id, state,
            opened_at, opened_by, change_text, changed_by, closed_by)
         SELECT gen_random_uuid(), '并窗办理', '两套系统各收一次材料', division_id, agency_id, item_id, 'open', now(),
            'staff:0', '', '', '' FROM rectification_work_order ORDER BY created_at DESC LIMIT 1 RETURNING id)
       INSERT INTO rectification_project_task (id, project_id, place, text, done_by)
         SELECT gen_random_uuid(), id, 1, '合并窗口', '' FROM made""",
    f"""INSERT INTO accounts_user (username, display_name, email, password, is_active, date_joined)
       SELECT '{NEWCOMER}', '新来的人', '', password, true, now() FROM accounts_user WHERE username = '{LIKE}'""",
    f"""INSERT INTO identity_opening_request (id, person, subject_kind, subject_id, division_path, agency_path, purpose,
         legal_basis, document, told_forbidden, state, requested_by, requested_at, expires_at, first_by,
         first_organisation, first_at, second_by, second_organisation, ended_by, ended_note)
       SELECT gen_random_uuid(), id, 'review', '7', '{names.PROVINCE[0]}.{names.CITY[0]}.', 'X.', 'retaliation',
         '《优化营商环境条例》第四十九条', '', false, 'seconded', 'staff:0', now(), now() + interval '30 days',
         'staff:00', '{names.OFFICES[1][0]}.', now(), '', '', '', ''
       FROM identity_sealed_person LIMIT 1""",
    *(
        f"""INSERT INTO supervision_order (id, key, rung, state, division_id, agency_id, text, response, opened_at,
             opened_by, due_at)
           SELECT '{pk}', '{pk}', 'letter', '{state}', division_id, id, '请说明。', '', now(), 'staff:0', now()
           FROM directory_agency WHERE code = '{names.CLERK_AGENCY}'"""
        for pk, state in ((LETTER, "notified"), (CHECKED, "checked"))
    ),
    f"""INSERT INTO supervision_event (id, supervision_id, move, by, at, note)
       SELECT gen_random_uuid(), '{LETTER}', 'notify', 'staff:0', now(), ''""",
    f"""INSERT INTO supervision_signal (id, kind, division_id, agency_id, subject, day, facts, raised_at)
       SELECT gen_random_uuid(), 'reopened', division_id, agency_id, '{LETTER}', now()::date, '{{}}', now()
       FROM supervision_order WHERE id = '{LETTER}'""",
    f"""INSERT INTO supervision_signal (id, kind, division_id, agency_id, subject, day, facts, raised_at)
       SELECT gen_random_uuid(), told.kind, division_id, agency_id, told.kind || ':' || agency_id, now()::date, told.facts, now()
       FROM supervision_order, (VALUES
            ('risk_point', jsonb_build_object('unit', 'agency', 'month', to_char(now(), 'YYYY-MM'), 'bad', '3', 'n', '40',
             'above_limit', 'yes', 'limit', '0.05', 'adds_up', 'yes', 'expected', '0.01', 'false_alarm_months', '1100',
             'looked_at', '20')),
            ('blind_spot', '{{"unit": "agency", "missing": "no_reviews", "services": "90", "from": "2026-01-01",
             "to": "2026-03-31"}}'::jsonb)) AS told (kind, facts)
       WHERE id = '{LETTER}'""",
    f"""WITH made AS (INSERT INTO insight_comparison (division_id, kind, stem, first, last, seed, target, alpha, beta, tau2,
            as_of)
         SELECT id, 'agency', '', '2025-06-01', '2026-05-01', 'x', 0.01, 1, 99, 0, now()
           FROM directory_division WHERE code = '{names.CITY[0]}' RETURNING id, division_id)
       INSERT INTO insight_compared_unit (comparison_id, unit_id, bad, n, cases, expected, extent, low, high, adjusted, shrunk,
         shrunk_low, shrunk_high, above, bound_low, bound_high, band, first_place, last_place, among, target, warning_low,
         warning_high, limit_low, limit_high, wide_low, wide_high, worth_a_look, unlike, too_good)
       SELECT made.id, agency.id, 3, 400, 900, 4.1, 'position', 0.002, 0.02, 0.0074, 0.008, 0.003, 0.017, 0.4, 0.003, 0.56,
              'within', 2, 9, 12, 0.01, 0.002, 0.02, 0.001, 0.03, 0.0, 0.04, 'within', 'within', false
         FROM made JOIN directory_agency AS agency ON agency.division_id = made.division_id""",
    f"""INSERT INTO supervision_proposal (id, supervision_id, division_id, rung, state, reason, proposed_by,
         proposed_at, decision, decided_by)
       SELECT '{PROPOSAL}', id, division_id, 'interview', 'waiting', '两次未答复。', 'staff:0', now(), '', ''
       FROM supervision_order WHERE id = '{CHECKED}'""",
    f"""INSERT INTO supervision_proposal (id, work_order_id, staff_id, division_id, rung, state, reason, proposed_by,
         proposed_at, decision, decided_by)
       SELECT '{MEASURE}', w.id, s.id, w.division_id, 'education', 'waiting', '没有讲清楚。', 'staff:0', now(), '', ''
       FROM rectification_work_order w JOIN directory_staff_member s ON s.agency_id = w.agency_id
       JOIN directory_agency a ON a.id = w.agency_id WHERE a.code = '{names.CLERK_AGENCY}' LIMIT 1""",
    f"""INSERT INTO rectification_reform (id, order_id, item_id, from_division_id, from_agency_id, division_id,
         agency_id, state, text, drafted_at, due_at, parts, change_text)
       SELECT '{REFORM}', w.id, w.item_id, w.division_id, w.agency_id, w.division_id, w.agency_id, 'sent',
         '不再收第二次复印件。', now(), now(), '{{}}', ''
       FROM rectification_work_order w JOIN directory_agency a ON a.id = w.agency_id
       WHERE a.code = '{names.CLERK_AGENCY}' LIMIT 1""",
    f"""INSERT INTO supervision_urging (id, key, division_id, agency_id, text, urged_by, urged_at, due_at, answer,
         answered_by)
       SELECT '{URGING}', '{URGING}', division_id, agency_id, '请本周内办结。', 'staff:0', now(), now(), '', ''
       FROM supervision_order WHERE id = '{LETTER}'""",
    """WITH made AS (INSERT INTO exchange_reconciliation (id, platform_id, division_id, day, kind, state, our_count,
            our_total, our_digest, their_count, their_total, their_digest, differing, agreement, asked, told_by, begun_at,
            compared_at, settled_by, explanation)
         SELECT gen_random_uuid(), p.id, o.division_id, '2026-06-01', 'reviews', 'differing', 3, 12, 1, 3, 11, 2, 2, 0.5,
            '{}', 'client:1', now(), now(), '', ''
           FROM directory_platform p, supervision_order o ORDER BY p.id, o.id LIMIT 1 RETURNING id)
       INSERT INTO exchange_differing_record (reconciliation_id, case_no, occurrence_no, assess_no, ours, theirs)
         SELECT id, 'YC-1', 1, 1, '5', '4' FROM made UNION ALL SELECT id, 'YC-2', 1, 1, '', '5' FROM made""",
    f"""INSERT INTO supervision_reprisal_report (id, review_id, division_id, state, text, receipt_hash, reported_at)
       SELECT '{REPORT}', r.id, r.division_id, 'looked_into', '后来窗口不给我办。', 'x', now()
       FROM reviews_review r JOIN supervision_order o ON o.division_id = r.division_id
       WHERE o.id = '{LETTER}' LIMIT 1""",
    f"""INSERT INTO supervision_reprisal_event (id, report_id, move, by, at, note)
       SELECT gen_random_uuid(), '{REPORT}', 'look_into', 'staff:0', now(), '已约谈。'""",
    f"""INSERT INTO rectification_dispatch_rule (division_id, rank, item_id, served_by_id, agency_id, stage, indicator,
         effective_from, version, source, made_by, made_at)
       SELECT d.id, 1, i.id, i.agency_id, a.id, 'intake', '108', now()::date, 1, '示例会议纪要', 'staff:0', now()
       FROM directory_division d, directory_agency a, directory_service_item i
       WHERE d.code = '{names.CITY[0]}' AND a.code = '{names.OFFICES[0][0]}' ORDER BY i.id LIMIT 1""",
    *(
        f"""INSERT INTO rectification_appeal (id, order_id, division_id, agency_id, state, ground, fact, text, reference,
             filed_by, filed_at, since, due_at, refusal, answer, objection, contested_by)
           SELECT gen_random_uuid(), o.id, o.division_id, o.agency_id, '{state}', 'malicious', 'threats', '示例理由。',
             '示例编号 1', 'staff:0', now(), now(), now() + interval '5 days', '', '示例说明。', '示例异议。', ''
           FROM rectification_work_order o JOIN directory_agency a ON a.id = o.agency_id
           WHERE starts_with(a.code, '{names.CITY[0][:4]}') AND NOT EXISTS
             (SELECT FROM rectification_appeal known WHERE known.order_id = o.id)
           ORDER BY a.code <> '{names.CLERK_AGENCY}', o.created_at LIMIT 1"""
        for state in ("filed", "contested")
    ),
)


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def _path(page: Page) -> str:
    return re.sub(r"^https?://[^/]+|[?#].*$", "", page.url)


def _give_password(page: Page, who: str, password: str) -> None:
    """Go as far as a password leads; the pages of the second factor ask a newcomer for it once more."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", NEWCOMER if who == NEWCOMER else LIKE)
    page.fill("input[name=password]", password)
    _press(page, "main button[type=submit]")
    if who == NEWCOMER:
        page.goto("/accounts/reauthenticate/?next=/healthz")
        page.fill("input[name=password]", password)
        _press(page, "main button[type=submit]")


@pytest.fixture(scope="module")
def visitors(
    browser: Browser, house: House, log_in: Callable[..., None], log_in_citizen: Callable[[Page], None]
) -> Iterator[Callable[..., Page]]:
    """A page in the hands of somebody: `visitors("clerk", DESK, ENGLISH)`."""
    opened: dict[tuple[str, int, str], Page] = {}

    def open_page(who: str, viewport: ViewportSize, locale: str) -> Page:
        key = (who, viewport["width"], locale)
        if key not in opened:
            scheme = SCHEME[locale]
            context = browser.new_context(
                viewport=viewport, base_url=house.url, locale=locale, color_scheme=scheme
            )
            # Every page of theirs is looked at: it is there before it is asked for.
            context.add_init_script(path=AXE)
            opened[key] = context.new_page()
            opened[key].set_default_timeout(10_000)
            _enter(opened[key], who)
        return opened[key]

    def _enter(page: Page, who: str) -> None:
        if who == CITIZEN:
            log_in_citizen(page)
        elif who in house.accounts:
            log_in(page, who, timezone.now())
        elif who != STRANGER:
            _give_password(page, who, house.accounts[LIKE]["password"])

    yield open_page
    for page in opened.values():
        page.context.close()


@pytest.fixture
def look(visitors: Callable[..., Page], axe: Callable[[Page], list[str]]) -> Callable[..., list[str]]:
    """What is wrong with a page for somebody: in both languages, for the public on a phone too."""

    def in_every_way(address: str, who: str, status: int) -> list[str]:
        ways = [(DESK, CHINESE), (DESK, ENGLISH), *([(PHONE, CHINESE)] if who in {STRANGER, CITIZEN} else [])]
        return [
            f"{address} in {locale}, {viewport['width']} px: {wrong}"
            for viewport, locale in ways
            for wrong in once(visitors(who, viewport, locale), address, status, locale)
        ]

    def once(page: Page, address: str, status: int, locale: str) -> Iterator[str]:
        answer = page.goto(address)
        assert answer
        if (answer.status, _path(page)) != (status, address.partition("?")[0]):
            yield f"answered {answer.status} at {page.url}"
        yield from axe(page)
        if SAMPLE[locale] not in page.inner_text("body"):
            yield "does not say that it is a sample"
        if page.viewport_size == PHONE and (low := page.evaluate(LOW)):
            yield f"has links that are hard to touch: {low}"
        if (
            page.viewport_size == PHONE
            and page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]
        ):
            yield "is too wide"

    return in_every_way


def test_every_address_is_known_as_a_page_or_as_something_else():
    shut = {
        name
        for name, view in DECLARED.items()
        if view.gate and view.gate.passage in {Passage.CLOSED, Passage.MACHINE}
    }

    known = PAGES.keys() | NO_PAGES.keys() | shut

    assert known ^ DECLARED.keys() == set()


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_barriers(look, rows, name):
    wrong: list[str] = []
    for address, *special in PAGES[name]:
        who, status = [*special, *[visitor(name), "200"][len(special) :]]
        wrong += look(address.format(**rows), who, int(status))

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("who", "address", "typed"), REFUSED, ids=[address for _, address, _ in REFUSED])
def test_page_that_refuses_a_form_has_no_barriers(visitors, axe, rows, who, address, typed):
    page = visitors(who, DESK, CHINESE)
    page.goto(address.format(**rows))
    for selector, words in typed.items():
        page.locator(selector).evaluate("(box, words) => { box.value = words }", words)

    with page.expect_navigation():
        page.locator(next(iter(typed))).evaluate(
            "box => { box.form.noValidate = true; box.form.requestSubmit() }"
        )

    assert page.locator("main [aria-invalid=true]").count()
    assert axe(page) == []


@pytest.mark.parametrize("name", NO_PAGES)
def test_other_addresses_answer_with_no_page(visitors, rows, name):
    status, address = NO_PAGES[name]

    answer = visitors(visitor(name), DESK, CHINESE).request.get(address.format(**rows), max_redirects=0)

    assert answer.status == status
    assert status != OK or "html" not in answer.headers["content-type"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
def test_error_page_has_no_barriers(visitors, axe, status, language):
    page = visitors(STRANGER, PHONE, CHINESE)
    with translation.override(language):
        body = render_to_string(f"{status}.html")
    page.route("**/gone-wrong", lambda route: route.fulfill(body=body, content_type="text/html"))

    page.goto("/gone-wrong")

    assert axe(page) == []
    page.unroute("**/gone-wrong")
