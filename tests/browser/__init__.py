import pytest

# Its tests are run from other modules, and should explain their failures as well as theirs do
pytest.register_assert_rewrite("tests.browser.demo_closing")
