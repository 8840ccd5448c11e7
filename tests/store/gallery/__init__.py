"""A gallery of small hard schemas: one module per link and per action. A store file goes in, rows come out."""

import pytest

pytest.register_assert_rewrite("tests.store.gallery.case")
