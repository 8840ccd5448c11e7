"""``pamitan screenshots``: the help centre's pictures, taken of the demo. Needs Chromium and Playwright."""
