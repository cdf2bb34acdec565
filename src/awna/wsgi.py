"""The WSGI application that granian serves; it does not begin where this program does not fit the data."""

import os
import sys
import warnings

from django.core.wsgi import get_wsgi_application

from awna.core.planning.engine import ready
from awna.core.problems import Refused

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "awna.settings")
# Style sheets come from the package itself; nobody need collect them into a folder first.
warnings.filterwarnings("ignore", "No directory at", UserWarning)
application = get_wsgi_application()
try:
    from awna.kit.serving import serve

    serve()
except Refused as refused:
    sys.exit("\n".join(str(problem) for problem in refused.problems))
ready.begin()  # so that the first plan after an installation need not wait for the compiler
