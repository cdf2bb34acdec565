"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from awna.core.planning.engine import ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "awna.settings")
application = get_wsgi_application()
ready.begin()  # so that the first plan after an installation need not wait for the compiler
