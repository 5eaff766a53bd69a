"""All addresses of the house. Which door answers where; the doors list their own pages."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from haochaping.doors import icon, reports
from haochaping.doors.api import open_data
from haochaping.doors.api import views as api
from haochaping.doors.workbench import start

type Urls = list[URLPattern | URLResolver]

PUBLIC: Urls = [
    path("", include("haochaping.doors.board.urls")),
    path("", include("haochaping.doors.portal.urls")),
    path("wire/", include("haochaping.doors.wire.urls")),
]
# The figures are everybody's: they need no key, and the machines' door may be closed to everybody.
FIGURES: Urls = [path("api/v1/measures", api.measures), path("api/v1/data/<slug:name>", open_data.rows)]
STAFF: Urls = [
    path("desk/", include("haochaping.doors.workbench.urls")),
    path("oversight/", include("haochaping.doors.oversight.urls")),
    path("admin/", start.root, name="console"),
    path("admin/", include("haochaping.doors.console.urls")),
    # Not all of allauth: sessions and identities have pages of the house.
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("account/", include("haochaping.doors.console.account_urls")),
]
MACHINES: Urls = [path("api/v1/", include("haochaping.doors.api.urls"))]
# Other installations may be in either network.
PEERS: Urls = [path("exchange/", include("haochaping.doors.exchange.urls"))]
EVERYWHERE: Urls = [
    path("", include("haochaping.doors.health.urls")),
    path("i18n/", set_language, name="set_language"),
    path("csp-report", reports.violation, name="csp_report"),
    path("favicon.ico", icon.favicon, name="favicon"),
    path(".well-known/security.txt", reports.security_txt, name="security_txt"),
]

# The staff face has no front page of its own: its root is the desk.
STAFF_ROOT: Urls = [path("", start.root)]

handler500 = "haochaping.doors.fault.page"

_FACES = {
    "public": PUBLIC + FIGURES + PEERS,
    "staff": STAFF_ROOT + STAFF + MACHINES + PEERS,
    "all": PUBLIC + STAFF + MACHINES + PEERS,
}

urlpatterns: Urls = EVERYWHERE + _FACES[settings.DOORS]
if settings.DEMO:
    urlpatterns += [path("demo/", include("haochaping.doors.demo.urls"))]
