"""The product's settings, with data in a folder of this run's own, so that a test never meets a real book."""

import atexit
import os
import shutil
import tempfile

if "AWNA_DATA_DIR" not in os.environ:
    os.environ["AWNA_DATA_DIR"] = tempfile.mkdtemp(prefix="awna-test-")
    atexit.register(shutil.rmtree, os.environ["AWNA_DATA_DIR"], ignore_errors=True)

from awna.settings import *  # noqa: F403 (the folder must be set before the settings are read)

# A command that a test starts reads the product's settings, and the same folder.
os.environ["DJANGO_SETTINGS_MODULE"] = "awna.settings"

# Argon2 is slow on purpose; the invented people of the tests need no such protection.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
