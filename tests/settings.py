"""Django's settings for the tests: the product's own, in a home that is thrown away."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="pamitan-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["PAMITAN_HOME"] = _home
for _name in ("PAMITAN_STORE", "PAMITAN_CLOCK_SHIFT", "PAMITAN_URL", "PAMITAN_HOSTS"):
    os.environ.pop(_name, None)

from pamitan.config.settings import *  # noqa: E402, F403
from pamitan.config.settings import DATABASES, HOME, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "pamitan.guide"]  # which else has its words without these settings

# A file, not memory: the sweep's threads and the live server share it
DATABASES["default"].setdefault("TEST", {})["NAME"] = (
    HOME.path / "test.sqlite3" if DATABASES["default"]["ENGINE"].endswith("sqlite3") else "pamitan_test"
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PAMITAN_SIGN_IN_FLOOR_SECONDS = 0.0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # No test cuts the power; waiting for the disk at every commit would only be slow
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"],
        "init_command": DATABASES["default"]["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF"),
    }
