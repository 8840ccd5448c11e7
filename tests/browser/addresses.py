"""All addresses of the product, the demo's shop and mails included; and those that show no page of their own."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

SITE = "pamitan.demo.urls"
FOR_MACHINES = ("api/", "hooks/", "shop/hooks/")

NO_PAGE = {
    "takes a form and leads to a page": (
        "shop:sign_out", "shop:close_account", "shop:parcel_arrives", "mail:pass_days", "portal:language",
        "portal:sign_out", "portal:undo", "portal:answer", "portal:transcript", "desk:gone", "desk:look_again",
        "desk:reply", "desk:called", "desk:start_closure", "desk:finish", "desk:claim", "desk:transfer", "desk:note",
        "desk:dial", "desk:ask_identity", "desk:language",
    ),
    "leads elsewhere at once": (".well-known/delete-account", "mfa_deactivate_totp", "mfa_index"),
    "a file": (
        "portal:download_all", "portal:file", "desk:file", "desk:certificate", "desk:qr_code",
        "portal:certificate_file", "mfa_download_recovery_codes",
    ),
    "a part of a page, or a stream": (
        "portal:live", "portal:typing", "desk:live", "desk:typing", "desk:here", "desk:ringing", "desk:waiting",
    ),
    "for browsers and machines": ("portal:service_worker", "portal:manifest", "portal:health"),
}  # fmt: skip
"""Where there is nothing to look at, and why."""


def addresses() -> Iterator[str]:
    """The name of each address, ``desk:queue``; its pattern, where it has no name."""
    return _names(get_resolver(SITE), "", "")


def _names(resolver: URLResolver, space: str, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if route.startswith(FOR_MACHINES):
            continue
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space, route)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else route


def name_of(path: str) -> str:
    """The name of the address that answers this path; empty for one that is not there."""
    try:
        return resolve(path, SITE).view_name
    except Resolver404:
        return ""
