"""Draw the icons that phones put on their home screens: ``python tools/make_icons.py``.

The same four petals as in ``icon.svg``, written as PNG with nothing but Python. The square fills the icon to its edge,
and the petals stay within the middle 80 % that a launcher's mask leaves standing.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "pamitan" / "portal" / "static" / "portal" / "icons"
SEA, PAPER = (0x0E, 0x5A, 0x56), (0xFF, 0xFD, 0xF9)
ICONS = {"icon-192.png": (192, True), "icon-512.png": (512, True), "maskable-512.png": (512, False)}
ICONS["apple-touch-icon.png"] = (180, False)
"""File: size in pixels, and whether its corners are round."""

CORNER = 8.0
"""In units of the drawing, which is 32 wide."""
SAMPLES = 4
"""Points per pixel and direction, so that edges are smooth."""


def petal(x: float, y: float) -> bool:
    """Whether the point is on one of the four petals."""
    across, down = (x - 16) / 0.8, (y - 16) / 0.8
    for degrees in (45, 135, 225, 315):
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        along, aside = across * cos + down * sin, down * cos - across * sin
        if ((along - 8) / 7) ** 2 + (aside / 4.3) ** 2 <= 1:
            return True
    return False


def within(x: float, y: float) -> bool:
    """Whether the point is inside the square with round corners."""
    beyond_x, beyond_y = max(CORNER - x, x - 32 + CORNER, 0), max(CORNER - y, y - 32 + CORNER, 0)
    return math.hypot(beyond_x, beyond_y) <= CORNER


def pixel(column: int, row: int, size: int, rounded: bool) -> bytes:
    red = green = blue = inside = 0
    for step in range(SAMPLES**2):
        x = (column + (step % SAMPLES + 0.5) / SAMPLES) * 32 / size
        y = (row + (step // SAMPLES + 0.5) / SAMPLES) * 32 / size
        if rounded and not within(x, y):
            continue
        colour = PAPER if petal(x, y) else SEA
        red, green, blue, inside = red + colour[0], green + colour[1], blue + colour[2], inside + 1
    if not inside:
        return bytes(4)
    return bytes((red // inside, green // inside, blue // inside, 255 * inside // SAMPLES**2))


def chunk(kind: bytes, content: bytes) -> bytes:
    """One part of a PNG file (ISO/IEC 15948, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(size: int, rounded: bool) -> bytes:
    rows = b"".join(
        b"\0" + b"".join(pixel(column, row, size, rounded) for column in range(size)) for row in range(size)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, (size, rounded) in ICONS.items():
        (FOLDER / name).write_bytes(png(size, rounded))
