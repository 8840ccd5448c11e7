"""Takes a picture of a page, with a ring around what is to be tapped, and notes what was pictured."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from playwright.sync_api import Page

from pamitan.demo.home import DemoError

SHARPNESS = 1.5
"""Dots per CSS pixel."""
QUALITY = 50
"""Of the WebP; at this one letters are still clean, and a picture has about 20 KB."""


@dataclass(frozen=True)
class Screen:
    """A kind of screen: how large it is, and how much of it a picture shows, from the middle."""

    width: int
    height: int
    shown_width: int
    shown_height: int


SCREENS = {"phone": Screen(390, 844, 390, 600), "computer": Screen(1280, 800, 800, 520)}

A_LITTLE = 96
"""CSS pixels at the beginning of a page that are not worth cutting off."""

TIDY = """() => {
  if (document.activeElement) document.activeElement.blur();
  for (const each of document.querySelectorAll('.reference')) each.textContent = 'PM-7K3QD-X29FA';
}"""
"""No caret, and a case reference that is nobody's."""

RING = """(box) => {
  const ring = document.createElement('div');
  ring.id = 'ring';
  const far = 8;
  Object.assign(ring.style, {
    position: 'absolute', zIndex: 9, pointerEvents: 'none', boxSizing: 'border-box',
    left: `${box.x - far}px`, top: `${box.y + scrollY - far}px`,
    width: `${box.width + 2 * far}px`, height: `${box.height + 2 * far}px`,
    border: '6px solid #d9420b', borderRadius: '22px', boxShadow: '0 0 0 3px #fff, inset 0 0 0 2px #fff',
  });
  document.body.append(ring);
}"""

UNRING = "() => document.getElementById('ring').remove()"

SEEN = """() => {
  const looks = ['display', 'position', 'color', 'backgroundColor', 'opacity', 'boxShadow', 'fontFamily', 'fontSize',
    'fontWeight', 'fontStyle', 'textAlign', 'textTransform', 'textDecorationLine', 'listStyleType', 'rowGap',
    'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'borderTopWidth', 'borderTopStyle', 'borderTopColor',
    'borderBottomWidth', 'borderBottomColor', 'borderLeftWidth', 'borderLeftColor', 'borderTopLeftRadius'];
  const words = [], styles = [];
  for (const each of document.body.querySelectorAll('*')) {
    if (each.id === 'ring' || !each.checkVisibility()) continue;
    const own = [...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join(' ');
    const said = (own.trim() || (each.matches('input:not([type=hidden])') ? each.value : '')).replace(/\\s+/g, ' ');
    if (said) words.push(said);
    const style = getComputedStyle(each);
    styles.push([each.tagName, ...looks.map(name => style[name])]);
  }
  return [words, styles];
}"""
"""The words that can be read, and how each element looks; nothing whose size depends on the machine's fonts."""


@dataclass(frozen=True)
class Shot:
    """What is ringed (a CSS selector; the first that it finds), and how many CSS pixels are seen below the ring."""

    ringed: str
    below: int = 72


@dataclass(frozen=True)
class Taken:
    """A WebP, and its size in CSS pixels."""

    picture: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Seen:
    """What is pictured."""

    words: tuple[str, ...]
    looks: str


def look(page: Page, device: str, shot: Shot) -> Seen:
    """Bring the page into the size of that screen and say what is there to be pictured."""
    screen = SCREENS[device]
    page.set_viewport_size({"width": screen.width, "height": screen.height})
    page.evaluate(TIDY)
    words, styles = page.evaluate(SEEN)
    how = json.dumps([vars(shot), vars(screen), SHARPNESS, QUALITY, RING, styles])
    return Seen(tuple(words), hashlib.sha256(how.encode()).hexdigest()[:16])


def take(page: Page, device: str, shot: Shot) -> Taken:
    """Picture the page, which has been looked at in this size, with its ring."""
    page.evaluate("() => scrollTo(0, 0)")
    box = page.locator(shot.ringed).first.bounding_box()
    if box is None:
        raise DemoError(f"'{shot.ringed}' is not to be seen on {page.url}; mend it in pamitan/demo/pictures/walk.py.")
    page.evaluate(RING, box)
    clip = _clip(page, SCREENS[device], box["y"] + box["height"] + shot.below)
    session = page.context.new_cdp_session(page)
    wanted = {"clip": {**clip, "scale": SHARPNESS}, "captureBeyondViewport": True}
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, **wanted})
    session.detach()
    page.evaluate(UNRING)
    return Taken(base64.b64decode(taken["data"]), clip["width"], clip["height"])


def _clip(page: Page, screen: Screen, lowest: float) -> dict[str, int]:
    """Down to the lowest that is to be seen; with the page's beginning, if only a little of it would be missing."""
    whole: int = page.evaluate("document.documentElement.scrollHeight")
    top = max(0, min(round(lowest), whole) - screen.shown_height) // 2 * 2  # even, for whole dots at 1.5 of them
    more = top if top <= A_LITTLE else 0
    left = (screen.width - screen.shown_width) // 2
    return {"x": left, "y": top - more, "width": screen.shown_width, "height": screen.shown_height + more}
