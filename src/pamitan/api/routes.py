"""What the shop's own programs may ask. Described for machines at ``/api/openapi.json``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from pamitan.api.calls import router as calls_router
from pamitan.api.token import ShopToken
from pamitan.closure.backlog import backlog_age_seconds
from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.content.identifiers import parse_identifier
from pamitan.evidence.tombstones import is_barred
from pamitan.stores.errors import StoreUnavailable

api = NinjaAPI(title="Pamitan", version="1", docs_url=None, urls_namespace="api")


class Asked(Schema):
    """An e-mail address or a phone number, in any spelling."""

    identifier: str = Field(min_length=1, max_length=320, examples=["budi@example.com", "0812-3456-789"])


class Barred(Schema):
    barred: bool
    """Whether the identifier belonged to a closed account and cannot be used again (yet)."""


class Health(Schema):
    status: str
    backlog_seconds: int
    """For how long the oldest closure that is due has been waiting for the sweep."""


class Problem(Schema):
    error: str


api.add_router("", calls_router)


@api.post("/barred", auth=ShopToken(), response={200: Barred, 401: Problem, 422: Problem}, operation_id="barred")
def barred(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Ask at sign-up whether an address or number may be used."""
    identifier = parse_identifier(asked.identifier, current_store().file.store.country)
    if identifier is None:
        raise HttpError(422, "identifier is neither an e-mail address nor a phone number")
    return {"barred": is_barred(identifier.kind, identifier.value, clock().now())}


@api.get("/health", response=Health, operation_id="health")
def health(request: HttpRequest) -> dict[str, Any]:
    """Whether Pamitan answers, and how far the sweep is behind."""
    return {"status": "ok", "backlog_seconds": backlog_age_seconds(clock().now())}


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    sentence = "send the header 'Authorization: Bearer TOKEN' with the api_token of the store file"
    response = api.create_response(request, {"error": sentence}, status=401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    sentences = [f"{'.'.join(str(part) for part in one['loc'][-1:])}: {one['msg']}" for one in error.errors]
    return api.create_response(request, {"error": "; ".join(sentences)}, status=422)


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return api.create_response(request, {"error": error.message}, status=error.status_code)


@api.exception_handler(StoreUnavailable)
def _store_down(request: HttpRequest, error: StoreUnavailable) -> HttpResponse:
    response = api.create_response(request, {"error": "the store does not answer; try again later"}, status=503)
    response.headers["Retry-After"] = "60"
    return response
