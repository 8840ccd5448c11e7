"""The sweep: claims what is due, lets it take its step, sends the outbox. Waiting closures are rows, not threads.

A claim pushes a row's date on by a lease and raises its attempt (:mod:`pamitan.channels.claiming`), so that several
workers share the work, a dead worker's rows come back, and a frozen one that wakes up changes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import close_old_connections, connection

from pamitan.channels.calls import forget_calls
from pamitan.channels.claiming import claim_due, release
from pamitan.channels.models import IncomingMail, Mail, TextMessage
from pamitan.channels.sending import send_due
from pamitan.channels.texts import forget_texts
from pamitan.closure.casefiles import destroy_left_keys
from pamitan.closure.clock import clock
from pamitan.closure.codes import forget_old_codes
from pamitan.closure.models import Closure, RetentionFile
from pamitan.closure.restored import held_back
from pamitan.closure.retention import destroy_left_retention_keys, erase_retained
from pamitan.closure.run import step
from pamitan.closure.texts import send_due_texts
from pamitan.closure.witness import tell_witnesses
from pamitan.evidence.certificate import forget_old_copies
from pamitan.evidence.tombstones import forget_ended
from pamitan.worker import mailing
from pamitan.worker.alive import Presence

log = logging.getLogger(__name__)

BATCH = 100
SLOTS = 4
"""Steps at a time in one process; no more is claimed than there are free slots."""
POLL_SECONDS = 1.0
TIDY_EVERY = dt.timedelta(hours=1)


def run_until_idle(only: uuid.UUID | None = None) -> int:
    """Do what is due now, in the foreground, until nothing is; how many steps were taken.

    With ``only`` one closure alone is worked on, and what the store file puts off until night is done now. Mails that
    cannot be sent stay in the outbox for the next sweep.
    """
    with Presence() as presence:
        if presence.alone:
            release_claims()
        steps = 0
        while (done := sweep_once(only)) or _in_other_hands(only):
            steps += done
        while send_due(clock().now()) or send_due_texts():
            pass
    return steps


def _in_other_hands(only: uuid.UUID | None) -> bool:
    """Whether another process of this home is just taking a step of that closure; then a moment has been waited."""
    if only is None or not Closure.objects.filter(pk=only, claimed=True, due_at__gt=clock().now()).exists():
        return False
    time.sleep(POLL_SECONDS / 5)
    return True


def run_forever(stop: threading.Event) -> None:
    """Sweep until ``stop`` is set; then finish the steps in hand and return."""
    with Presence() as presence, ThreadPoolExecutor(SLOTS, thread_name_prefix="step") as pool:
        if presence.alone:
            release_claims()
        _Sweeper(pool).run(stop)


def sweep_once(only: uuid.UUID | None = None) -> int:
    """Claim one batch of due closures and let each take one step; how many were claimed.

    None while our own database was restored from a backup and nobody has released it.
    """
    if held_back():
        return 0
    rows = Closure.objects.filter(pk=only) if only else Closure.objects.all()
    claims = claim_due(rows, clock().now(), BATCH)
    if claims:
        step(claims, at_once=only is not None)
    return len(claims) or (0 if only else _retained_once())


def _retained_once() -> int:
    """Erase one batch of what a law kept until now; of how many closures."""
    claims = claim_due(RetentionFile.objects.all(), clock().now(), BATCH)
    erase_retained(claims)
    return len(claims)


def release_claims() -> int:
    """Take over what dead processes had claimed; only for whoever knows that no other worker is alive."""
    now = clock().now()
    return sum(
        release(model._default_manager.all(), now)
        for model in (Closure, RetentionFile, Mail, TextMessage, IncomingMail)
    )


def tidy() -> None:
    """Tell the witnesses where the ledger ends; forget what has had its time, and keys left by a crash.

    Nothing is forgotten while we are held back: a newer backup may need these keys.
    """
    now = clock().now()
    tell_witnesses()
    if held_back():
        return
    forget_ended(now)
    forget_old_copies(now)
    forget_old_codes(now)
    forget_calls(now)
    forget_texts(now)
    destroy_left_keys()
    destroy_left_retention_keys()
    mailing.tidy(now)


class _Sweeper:
    """Hands batches to the pool's free slots, and one slot's worth of mail."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._steps: set[Future[None]] = set()
        self._mail: Future[None] | None = None
        self._texts: Future[None] | None = None
        self._mail_in = mailing.MailIn()
        self._taking_in: Future[None] | None = None
        self._retained: Future[None] | None = None
        self._tidied_at: dt.datetime | None = None
        self._held = False

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._safely(self._round):
                stop.wait(POLL_SECONDS)

    def _round(self) -> bool:
        """Hand out what is due; whether there was anything."""
        self._tidy_sometimes()  # first of all: a witness may know that nothing may be erased
        self._steps = {future for future in self._steps if not future.done()}
        held = self._is_held_back()
        free = not held and len(self._steps) < SLOTS - 1
        claims = claim_due(Closure.objects.all(), clock().now(), BATCH) if free else []
        if claims:
            self._steps.add(self._pool.submit(self._in_thread, lambda: step(claims)))
        if self._mail is None or self._mail.done():
            self._mail = self._pool.submit(self._in_thread, lambda: send_due(clock().now()))
        if self._texts is None or self._texts.done():
            self._texts = self._pool.submit(self._in_thread, send_due_texts)
        if self._taking_in is None or self._taking_in.done():
            self._taking_in = self._pool.submit(self._in_thread, self._mail_in.round)
        if not held and (self._retained is None or self._retained.done()):
            self._retained = self._pool.submit(self._in_thread, _retained_once)
        return bool(claims)

    def _is_held_back(self) -> bool:
        """Whether nobody has released a restored database yet; said in the log once."""
        held = held_back() is not None
        if held and not self._held:
            log.error("our own database was restored from a backup; nothing is erased until: pamitan release")
        self._held = held
        return held

    def _tidy_sometimes(self) -> None:
        now = clock().now()
        if self._tidied_at is None or now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = now
            tidy()

    def _in_thread(self, work: Callable[[], object]) -> None:
        close_old_connections()
        self._safely(lambda: bool(work()))

    @staticmethod
    def _safely(work: Callable[[], bool]) -> bool:
        """Our own database may be away for a while: that is a line in the log, not the end of the sweep."""
        try:
            return work()
        except Exception as fault:
            log.error("the sweep stumbled: %s", type(fault).__name__)
            connection.close()
            return False
