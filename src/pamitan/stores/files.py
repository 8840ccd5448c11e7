"""Files of the store, wherever fsspec reaches: local folders, SFTP, S3, WebDAV …"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.implementations.local import LocalFileSystem

from pamitan.stores.errors import StoreMismatch, StoreRefused, StoreUnavailable

CHUNK_BYTES = 256 * 1024
MOST_NAME_BYTES = 180
_PLACE = re.compile(r"\{(\w+)\}")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')
# Names that Windows keeps for devices (Microsoft, "Naming Files, Paths, and Namespaces")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class FileState:
    """What is known of a file without opening it."""

    available: bool
    size: int | None


def filled(template: str, values: dict[str, str]) -> str:
    """The URL with each ``{name}`` filled in. Raises :class:`StoreMismatch` for a value that would lead elsewhere."""
    for name in _PLACE.findall(template):
        value = values.get(name, "")
        whole = template.startswith(f"{{{name}}}")
        leads_away = ".." in re.split(r"[\\/]", value) or "::" in value or "\0" in value
        if leads_away or ("://" in value and not whole):
            raise StoreMismatch(f"the library's value '{name}' of a row is no plain file name")
    return _PLACE.sub(lambda match: values.get(match.group(1), ""), template)


def look_at(url: str) -> FileState:
    """Whether the file is there, and how large. A place that does not answer now is no proof that the file is gone."""
    try:
        details = _filesystem(url).info(_path(url))
    except FileNotFoundError:
        return FileState(False, None)
    except (OSError, ValueError):
        return FileState(True, None)
    if details.get("type") == "directory":
        return FileState(False, None)
    size = details.get("size")
    return FileState(True, int(size) if size is not None else None)


def read(url: str) -> Iterator[bytes]:
    """The file in chunks; opened before the first is asked for.

    Raises ``FileNotFoundError``, or :class:`StoreUnavailable` when the place does not answer.
    """
    try:
        stream = _filesystem(url).open(_path(url), "rb")
    except (FileNotFoundError, IsADirectoryError):
        raise FileNotFoundError("the store no longer has this file") from None
    except OSError as error:
        raise StoreUnavailable(f"the store's files cannot be read now ({type(error).__name__})") from None
    return _chunks(stream)


def delete(url: str, folder: str) -> bool:
    """Delete the file; whether it was there. ``folder`` is the URL of the folder that it has to lie in.

    Raises :class:`StoreUnavailable` when the place does not answer, :class:`StoreRefused` when it may not be deleted.
    """
    files, path = _filesystem(url), _path(url)
    _require_inside(files, path, _path(folder))
    try:
        if files.info(path)["type"] == "directory":
            raise StoreRefused("it is a folder; correct the name in the row or the url in the store file")
        files.rm_file(path)
    except FileNotFoundError:
        return False
    except PermissionError:
        raise StoreRefused("Pamitan may not delete it; give its user the right to") from None
    except NotImplementedError:
        raise StoreRefused(f"files at '{url.partition('://')[0]}://' cannot be deleted; take 'unlink' out") from None
    except (OSError, ValueError) as error:
        raise StoreUnavailable(f"the store's files cannot be reached now ({type(error).__name__})") from None
    return True


def require_filesystem(url: str) -> None:
    """Raise :class:`StoreMismatch` when this installation does not know such URLs."""
    _filesystem(url)


def _require_inside(files: Any, path: str, folder: str) -> None:
    """A folder inside may be a link to one outside; no file is followed there."""
    if isinstance(files, LocalFileSystem):
        parent, root = Path(path).parent.resolve(), Path(folder).resolve()
        if not parent.is_relative_to(root):
            raise StoreRefused("it lies outside of the folder that the store file names, by a link; look at that link")


def safe_name(title: str, ending: str = "") -> str:
    """A file name that every system takes: no path, no control characters, no reserved name, of bearable length."""
    plain = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign for sign in unicodedata.normalize("NFC", title)
    )
    name = " ".join(_FORBIDDEN.sub("-", plain).split()).strip(". ")
    while len((name + ending).encode()) > MOST_NAME_BYTES:
        name = name[:-1].rstrip(". ")
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    return (name or "file") + ending


def ending_of(url: str) -> str:
    """The ending of the file's name, such as ``.epub``; empty where there is none that looks like one."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def _chunks(stream: Any) -> Iterator[bytes]:
    with stream:
        try:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
        except OSError as error:
            raise StoreUnavailable(f"the store's file broke off ({type(error).__name__})") from None


def _filesystem(url: str) -> Any:
    try:
        return fsspec.core.url_to_fs(url)[0]
    except (ValueError, ImportError):
        scheme = url.partition("://")[0][:20]
        raise StoreMismatch(
            f"files at '{scheme}://' cannot be read: install the package that fsspec wants for it, or mend the url"
        ) from None


def _path(url: str) -> str:
    return str(fsspec.core.url_to_fs(url)[1])
