"""Log-ins by name and password, and what failed ones cost.

An attempt under a name counts before its outcome is known, so that a hundred at once try no more passwords than a
hundred in a row. A name that nobody has is treated as any other: the same words, the same time, the same locks.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec

from tradewind.api.auth.ways import Ways
from tradewind.api.services import ApiServices
from tradewind.base.errors import InvalidInput, TooManyRequests, Unauthenticated
from tradewind.db import event_logs, login_failures, passwords, users
from tradewind.db.engine import Tx
from tradewind.db.login_failures import Bounds, of_address, of_user
from tradewind.db.users import UserRecord

__all__ = ["Logins"]

T = TypeVar("T")

LONGEST_PASSWORD = 1024
LONGEST_QUEUE = 500
"""Attempts that wait for their turn; a server that is asked for more is under attack."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt."""

    username: str
    address: str
    event: str


class Logins:
    """Checks passwords."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services
        settings = services.settings.auth
        self._of_user = Bounds(settings.user_failures, settings.lock_s, settings.longest_lock_s)
        self._of_address = Bounds(settings.address_failures, settings.lock_s, settings.longest_lock_s)
        self._hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
        self._waiting = 0
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._decoy: str | None = None

    def close(self) -> None:
        """Let the threads go."""
        self._hashing.shutdown(wait=False)

    async def check(self, username: str, password: str, address: str, ways: Ways, event: str = "login") -> None:
        """Prove that the password is this user's, or count a failure.

        Args:
            username: as it was typed.
            password: as it was typed.
            address: of who asks; empty: not known.
            ways: the database.
            event: what the event log calls it.

        Raises:
            Unauthenticated: the name or the password is wrong, or the user is not active.
            TooManyRequests: the name or the address is locked.
            InvalidInput: nobody can have this name or password.
        """
        try:
            users.check_name(username)
        except InvalidInput as error:  # what was typed as a name may be a password: it is not said again
            raise InvalidInput("nobody can be called what was given as username") from error
        if len(password) > LONGEST_PASSWORD:
            raise InvalidInput(f"a password has at most {LONGEST_PASSWORD} characters")
        if self._waiting >= LONGEST_QUEUE:
            raise TooManyRequests("too many log-ins wait for their turn; try again in 2 s", retry_after_s=2)
        self._waiting += 1
        try:
            # One after the other, so that many who are right at once are not taken for failures.
            async with self._turns.setdefault(username, asyncio.Lock()):
                await self._try(_Attempt(username, address, event), password, ways)
        finally:
            self._waiting -= 1

    async def _try(self, attempt: _Attempt, password: str, ways: Ways) -> None:
        user = await ways.write(lambda tx: self._begin(tx, attempt))
        stored = None if user is None else user.password_hash
        is_right, fresh = await self._in_thread(lambda: self._outcome(password, stored))
        if user is None or not is_right:
            await ways.write(lambda tx: self._note_failure(tx, attempt))
            raise Unauthenticated("Invalid credentials")
        if not await ways.write(lambda tx: self._note_success(tx, attempt, user, fresh)):
            raise Unauthenticated("Invalid credentials")

    async def hash(self, password: str) -> str:
        """The hash of a new password.

        Raises:
            InvalidInput: it is too short or too long.
        """
        shortest = self._services.settings.auth.shortest_password
        if not shortest <= len(password) <= LONGEST_PASSWORD:
            raise InvalidInput(f"a password has {shortest} to {LONGEST_PASSWORD} characters")
        return await self._in_thread(lambda: passwords.hash_password(password))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hashing, work)

    def _outcome(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether the password is right, and a new hash where the stored one is of older parameters."""
        if self._decoy is None:
            self._decoy = passwords.hash_password("nobody has this password")
        is_right = passwords.verify(password, stored or self._decoy) and stored is not None
        is_old = is_right and stored is not None and passwords.needs_rehash(stored)
        return is_right, passwords.hash_password(password) if is_old else None

    # -- in the database -----------------------------------------------------------------------------------------------

    def _begin(self, tx: Tx, attempt: _Attempt) -> UserRecord | None:
        """The user whose password it must be; None: nobody can log in by a password under this name."""
        now = self._services.clock.now()
        if attempt.address and (until := login_failures.locked_until(tx, of_address(attempt.address), now)):
            raise _locked("this address", until, now)
        if until := login_failures.begin_attempt(tx, of_user(attempt.username), now, self._of_user):
            raise _locked("this name", until, now)
        user = users.find(tx, attempt.username)
        return user if user is not None and user.is_active and user.password_hash is not None else None

    def _note_failure(self, tx: Tx, attempt: _Attempt) -> None:
        now = self._services.clock.now()
        is_known = users.find(tx, attempt.username) is not None
        # What was typed as a name may be a password: it is only written down where somebody is called that.
        owner = attempt.username if is_known else None
        self._record(tx, f"{attempt.event}_failed", owner, address=attempt.address)
        locks: list[tuple[str, datetime | None]] = [
            ("name", login_failures.locked_until(tx, of_user(attempt.username), now))
        ]
        if attempt.address:
            until = login_failures.note_failure(tx, of_address(attempt.address), now, self._of_address)
            locks.append(("address", until))
        for what, until in locks:
            if until is not None:
                self._record(tx, "login_locked", owner, locked=what, until=until, address=attempt.address)

    def _note_success(self, tx: Tx, attempt: _Attempt, before: UserRecord, fresh: str | None) -> bool:
        """Whether the password still counts as it did when this attempt began; then the failures are forgotten."""
        user = users.find(tx, attempt.username)
        if user is None or not user.is_active or user.tokens_from != before.tokens_from:
            self._note_failure(tx, attempt)
            return False
        login_failures.clear(tx, of_user(attempt.username))
        if fresh is not None:
            users.update_user(tx, attempt.username, password_hash=fresh)
        if attempt.event == "login":
            users.update_user(tx, attempt.username, last_login_at=self._services.clock.now())
        self._record(tx, attempt.event, attempt.username, address=attempt.address)
        return True

    def _record(self, tx: Tx, event: str, owner: str | None, **extra: object) -> None:
        content = msgspec.json.encode(extra, enc_hook=str).decode()
        new = event_logs.NewEvent(
            workspace="default",
            timestamp=self._services.clock.now(),
            event=event,
            owner=owner,
            extra=content,
            via="password",
            address=str(extra.get("address") or "")[:64] or None,
            resource="user",
            name=owner,
        )
        event_logs.record(tx, new)


def _locked(what: str, until: datetime, now: datetime) -> TooManyRequests:
    wait_s = max(math.ceil((until - now) / timedelta(seconds=1)), 1)
    return TooManyRequests(
        f"too many failed log-ins: {what} is locked for {wait_s} s; wait, or have an admin run `tradewind users unlock`",
        retry_after_s=wait_s,
    )
