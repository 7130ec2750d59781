"""Quotas: true moving hours, counted once for every request that the gateway asks about."""

import math
import time
from collections.abc import Mapping
from typing import Final, cast

from flask import current_app
from limits import storage as storages
from limits.errors import StorageError
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import Counter

from services.auth.settings import Settings
from shared.errors import RateLimited, Unavailable
from shared.identity import Quota

REFUSED: Final = Counter("quota_refused", "Requests beyond a quota", ["quota"])


class Quotas:
    """The counters of one installation.

    Args:
        settings: which limits, and where they are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._limits = settings.quotas if settings.limits else {}
        # Every request waits for it, so not for long.
        storage = storages.storage_from_string(
            settings.quota_storage_url,
            key_prefix=settings.quota_namespace,
            wrap_exceptions=True,
            socket_connect_timeout=1.0,
            socket_timeout=1.0,
        )
        self._limiter = MovingWindowRateLimiter(storage)

    def count(self, quota_class: str, key: str) -> Quota | None:
        """Count one request and return what is left; None when quotas are lifted.

        Raises:
            RateLimited: the window is full.
            Unavailable: the storage does not answer; then nobody passes.
        """
        limit = self._limits.get(quota_class)
        if limit is None:
            return None
        try:
            passed = self._limiter.hit(limit, quota_class, key)
            window = self._limiter.get_window_stats(limit, quota_class, key)
        except StorageError as error:
            raise Unavailable("The quota storage does not answer.") from error
        reset = max(1, math.ceil(window.reset_time - time.time()))
        if not passed:
            REFUSED.labels(quota_class).inc()
            raise QuotaExceeded(Quota(limit.amount, 0, reset), quota_class)
        return Quota(limit.amount, window.remaining, reset)


class QuotaExceeded(RateLimited):
    """The user's hour is full."""

    def __init__(self, quota: Quota, quota_class: str) -> None:
        super().__init__(
            quota.reset,
            f"The limit of {quota.limit} requests ({quota_class}) is reached;"
            f" try again in {quota.reset} seconds.",
        )
        self.quota = quota

    @property
    def headers(self) -> Mapping[str, str]:
        """When to try again, and which limit it is."""
        return {**super().headers, **self.quota.headers}


def current() -> Quotas:
    """Return the application's counters."""
    return cast(Quotas, current_app.extensions["quotas"])


def count_login(address: str) -> None:
    """Count a login from the network of a client.

    Raises:
        RateLimited: ten in the last minute (by default).
    """
    current().count("login", address)


def count_exchange(address: str) -> None:
    """Count an exchange of a service token's key from the network of a program.

    Raises:
        RateLimited: 120 in the last minute (by default).
    """
    current().count("exchange", address)
