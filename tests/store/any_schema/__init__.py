"""Any schema, any rows, a crash anywhere: property-based tests of the erasure engine on real databases.

``shops.py`` draws a shop at random: tables with links of every kind, what the store file says of them, and rows, each
with its true owner. ``truth.py`` says from that alone how every cell must look afterwards; it knows nothing of the
engine. ``history.py`` closes accounts, with a crash on the way, and compares. There is one test module per database, so
that they run side by side.

``PAMITAN_HISTORIES=5000 .venv/bin/pytest tests/store/any_schema`` tries 5,000 shops per database, other ones each time.
"""

import pytest

pytest.register_assert_rewrite("tests.store.any_schema.history", "tests.store.any_schema.truth")
