"""What proves a closing after the person's particulars are gone: ledger, tombstones, certificates."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q


class AppendOnly(TypeError):  # noqa: N818
    """Someone tried to change or remove an entry of the ledger."""


class LedgerEntries(models.QuerySet["LedgerEntry"]):
    """Entries are added by :mod:`pamitan.evidence.ledger` and by nobody changed."""

    def update(self, **_: Any) -> NoReturn:
        raise AppendOnly("the ledger is append-only")

    def delete(self) -> NoReturn:
        raise AppendOnly("the ledger is append-only")


class LedgerEntry(models.Model):
    """One event; its hash covers its content and the hash of the entry before it.

    ``subject`` is a random id of the closure; entries hold no identifier of a person. The database refuses an UPDATE.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    subject = models.UUIDField(null=True, db_index=True)
    facts = models.JSONField()
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = LedgerEntries.as_manager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("the ledger is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("the ledger is append-only")


class LedgerHead(models.Model):
    """The one row that says where the ledger ends; locking it puts writers in line."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="ledgerhead_only_one", condition=Q(id=1))]


class Tombstone(models.Model):
    """The keyed hash of an identifier of a closed account, to tell that it may not be used again."""

    kind = models.CharField(max_length=10)
    hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, db_index=True)  # none: without end

    class Meta:
        constraints = [
            models.UniqueConstraint(name="tombstone_once", fields=["kind", "hash"]),
            models.CheckConstraint(name="tombstone_kind_known", condition=Q(kind__in=["account", "email", "phone"])),
        ]


class CustomerCopy(models.Model):
    """The customer's copy of a certificate: the same by category of data, until it is forgotten. It names nobody."""

    subject = models.UUIDField(unique=True)
    until = models.DateTimeField(db_index=True)
    document = models.JSONField()
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)


class Certificate(models.Model):
    """The store's copy: the signed statement of what was erased, retained and found; holds no personal data."""

    subject = models.UUIDField(unique=True)
    issued_at = models.DateTimeField()
    document = models.JSONField()
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)
