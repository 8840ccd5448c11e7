"""The e-books and the recording that the shop sells: small, but real EPUB, PDF and MP3 files, made at set-up."""

from __future__ import annotations

import struct
import zipfile
from html import escape
from pathlib import Path

from pamitan.demo.shop.catalogue import PRODUCTS, Product

TEXTS = {
    "kopi-di-ujung-gang.epub": (
        "Di ujung gang ada warung kopi yang tidak pernah memasang nama.",
        "Orang datang bukan karena kopinya, tetapi karena Pak Darmo selalu ingat siapa yang sedang bersedih.",
        "Malam itu hujan turun pelan, dan untuk pertama kalinya Pak Darmo lupa menaruh gula.",
    ),
    "letters.epub": (
        "The lamp was lit at six, as on every evening for forty years.",
        "Below the stairs lay the letters, tied with a blue ribbon, in the order in which they had come.",
        "She read them all that winter, one a day, and answered none of them.",
    ),
    "resep-satu-wajan.pdf": (
        "Telur dadar daun bawang: kocok tiga butir telur dengan garam,",
        "panaskan wajan, tuang, dan jangan diaduk sampai pinggirnya kering.",
        "Tumis kangkung: bawang putih dulu, kangkung terakhir, api besar.",
    ),
    "italiano-in-tasca.pdf": (
        "Buongiorno. Vorrei un caffè, per favore.",
        "Dov'è la stazione? È lontano a piedi?",
        "Grazie mille, è stato un piacere.",
    ),
    "hening-setelah-hujan.mp3": ("Setelah hujan, kota diam sebentar. Itu saja yang direkam di sini.",),
}


def make_files(folder: Path) -> None:
    """Write one file for each product that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = {".epub": epub, ".pdf": pdf, ".mp3": mp3}
    for product in PRODUCTS:
        if product.filename:
            path = folder / product.filename
            makers[path.suffix](path, product, TEXTS[product.filename])


def epub(path: Path, product: Product, lines: tuple[str, ...]) -> None:
    """A book in EPUB 3 (https://www.w3.org/TR/epub-33/): one chapter and a table of contents."""
    title, author = escape(product.title), escape(product.author)
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        # The media type comes first and uncompressed, so that readers recognise the file
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", _CONTAINER)
        book.writestr("book.opf", _PACKAGE.format(title=title, author=author, identifier=path.stem))
        book.writestr("nav.xhtml", _NAVIGATION.format(title=title))
        book.writestr("chapter.xhtml", _CHAPTER.format(title=title, author=author, paragraphs=paragraphs))


_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
_PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">senja:{identifier}</dc:identifier>
<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:language>id</dc:language>
<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="chapter" href="chapter.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="chapter"/></spine></package>
"""
_NAVIGATION = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head>
<body><nav epub:type="toc"><ol><li><a href="chapter.xhtml">{title}</a></li></ol></nav></body></html>
"""
_CHAPTER = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}</title></head>
<body><h1>{title}</h1><p><em>{author}</em></p>{paragraphs}</body></html>
"""


def pdf(path: Path, product: Product, lines: tuple[str, ...]) -> None:
    """One A5 page in PDF 1.4 (ISO 32000), set in Helvetica, which every reader has."""
    words = [f"BT /F1 20 Tf 40 520 Td ({_pdf_text(product.title)}) Tj ET"]
    words.append(f"BT /F1 12 Tf 40 498 Td ({_pdf_text(product.author)}) Tj ET")
    for number, line in enumerate(lines):
        words.append(f"BT /F1 11 Tf 40 {450 - 18 * number} Td ({_pdf_text(line)}) Tj ET")
    page = "\n".join(words).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    path.write_bytes(_pdf_file(objects))


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf_file(objects: list[bytes]) -> bytes:
    parts, places, length = [b"%PDF-1.4\n"], [], len(b"%PDF-1.4\n")
    for number, content in enumerate(objects, start=1):
        part = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        places.append(length)
        length += len(part)
        parts.append(part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, length))
    return b"".join(parts)


def mp3(path: Path, product: Product, lines: tuple[str, ...]) -> None:
    """Eight seconds of silence in MPEG-1 layer III, with title, artist and words in ID3v2.3 frames."""
    frames = [_id3_text(b"TIT2", product.title), _id3_text(b"TPE1", product.author), _id3_words(" ".join(lines))]
    tag = b"".join(frames)
    length = bytes((len(tag) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    # 32 kbit/s, 44.1 kHz, mono: 104 bytes and 26 ms to a frame; a frame of zeros is silence
    silence = (b"\xff\xfb\x10\xc4" + bytes(100)) * 306
    path.write_bytes(b"ID3\x03\x00\x00" + length + tag + silence)


def _id3_text(name: bytes, text: str) -> bytes:
    return _id3_frame(name, b"\x01" + text.encode("utf-16"))


def _id3_words(text: str) -> bytes:
    return _id3_frame(b"USLT", b"\x01ind" + "".encode("utf-16") + b"\x00\x00" + text.encode("utf-16"))


def _id3_frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content
