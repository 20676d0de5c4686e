"""Buyers who confirm their deliveries at the real site, note what was acknowledged, and ask again when no answer came."""

import contextlib
import http.client
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask

from tests.conftest import _session_of
from tests.server import Visitor, session_cookie
from tests.torture.deliveries import Delivery

BUYERS_AT_ONCE = 8
ASK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that acknowledged nothing: when, and its status (0: none came)."""

    at: float
    status: int


@dataclass(slots=True)
class Crowd:
    """Confirms deliveries until none is left."""

    app: Flask
    port: int
    waiting: "queue.SimpleQueue[Delivery]" = field(default_factory=queue.SimpleQueue)
    acknowledged: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)

    @contextlib.contextmanager
    def confirming(self, deliveries: list[Delivery]) -> Iterator[None]:
        """Confirm all these while the block runs, and then until the last is acknowledged."""
        visitors = self._sign_in(deliveries)
        for delivery in deliveries:
            self.waiting.put(delivery)
        buyers = [threading.Thread(target=self._confirm_all, args=(visitors,)) for _ in range(BUYERS_AT_ONCE)]
        for buyer in buyers:
            buyer.start()
        try:
            yield
        finally:
            for buyer in buyers:
                buyer.join()

    def wait_for(self, number: int) -> None:
        """Wait until so many are acknowledged, or nothing is left to confirm."""
        while len(self.acknowledged) < number and not self.waiting.empty():
            time.sleep(0.01)

    def _sign_in(self, deliveries: list[Delivery]) -> dict[str, Visitor]:
        """Open one form for each buyer; its token serves for all of the buyer's deliveries."""
        visitors: dict[str, Visitor] = {}
        for delivery in deliveries:
            if delivery.buyer_email not in visitors:
                cookie = session_cookie(self.app, _session_of(self.app, delivery.buyer_email, None))
                visitors[delivery.buyer_email] = Visitor(self.port, cookie, {})
                visitors[delivery.buyer_email].open_form(f"/echanges/{delivery.trade_id}/confirmation")
        return visitors

    def _confirm_all(self, visitors: dict[str, Visitor]) -> None:
        while True:
            try:
                delivery = self.waiting.get_nowait()
            except queue.Empty:
                return
            status = self._confirm(visitors[delivery.buyer_email], delivery)
            if status == 303:
                self.acknowledged.append(delivery.trade_id)
            elif status in (0, 500, 502, 503):
                self.failures.append(Failure(time.monotonic(), status))
                self.waiting.put(delivery)
                time.sleep(ASK_AGAIN_SECONDS)
            else:
                self.refused.append((delivery.trade_id, status))

    def _confirm(self, visitor: Visitor, delivery: Delivery) -> int:
        try:
            return visitor.post(f"/echanges/{delivery.trade_id}/confirmation")
        except (OSError, http.client.HTTPException):
            return 0
