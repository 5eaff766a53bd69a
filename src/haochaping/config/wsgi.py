"""The WSGI application that granian serves."""

from django.core.wsgi import get_wsgi_application
from django.db import connections

application = get_wsgi_application()
# A page does not hang on somebody else's lock or a statement without end: it says so (doors/outage.py). Commands and
# the worker may take longer.
connections.settings["default"]["OPTIONS"]["options"] = "-c lock_timeout=3s -c statement_timeout=15s"
