"""Every page and mail, judged by axe-core with all its rules: languages in turn, light and dark, wide and narrow."""

from __future__ import annotations

import pytest

from tests.browser.judging import faults
from tests.browser.stops import SCRIPTED_STOPS_IN_TURN, Stop
from tests.browser.tour import Tour

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("stop", "language"), SCRIPTED_STOPS_IN_TURN)
def test_everybody_can_use_the_page(axe: str, tour: Tour, stop: Stop, language: str) -> None:
    # Only past the policy of the pages, which lets no script in, can axe be put into them
    context = tour.context(stop.who, language, bypass_csp=True)
    page = context.new_page()
    tour.visit(stop, page)
    assert page.locator("html").get_attribute("lang") == ("en" if "mail as designed" in stop.name else language)
    found = faults(page, axe)
    context.close()
    assert found == {}
