"""The lock at whose door deeds are left."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from tradewind.executors.local_guard import Guard


def in_thread(deed) -> None:
    thread = threading.Thread(target=deed)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it waits for the lock"


def test_a_deed_is_done_at_once_where_the_lock_is_free():
    done = []
    Guard().do(partial(done.append, 1))
    assert done == [1]


def test_who_finds_the_lock_taken_goes_on_and_the_holder_does_the_deed_at_its_end():
    guard, done = Guard(), []
    with guard:
        in_thread(lambda: guard.do(partial(done.append, threading.get_ident())))
        with guard:
            pass
        assert done == [], "not in the middle of what the holder does"
    assert len(done) == 1


def test_a_deed_left_by_the_holder_itself_waits_for_its_end():
    guard, done = Guard(), []
    with guard:
        guard.do(partial(done.append, 1))
        assert done == []
    assert done == [1]


def test_deeds_come_before_what_takes_the_lock_later_and_in_order():
    guard, done = Guard(), []
    with guard:
        in_thread(lambda: [guard.do(partial(done.append, i)) for i in range(5)])
        assert done == []
    with guard:
        assert done == [0, 1, 2, 3, 4]


def test_a_deed_that_raises_is_logged_and_the_next_is_done(caplog: pytest.LogCaptureFixture):
    guard, done = Guard(), []
    with guard:
        guard.do(lambda: 1 / 0)
        guard.do(partial(done.append, 1))
    assert done == [1]
    assert "ZeroDivisionError" in caplog.text


def test_no_deed_is_lost_or_done_beside_another_when_many_threads_leave_them():
    guard, done, inside = Guard(), [], []

    def deed(name: int) -> None:
        inside.append(name)
        assert inside == [name]
        done.append(name)
        inside.remove(name)

    def leave(first: int) -> None:
        for name in range(first, first + 500):
            if name % 7:
                guard.do(partial(deed, name))
            else:
                with guard:
                    deed(name)

    threads = [threading.Thread(target=leave, args=(1000 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == [name for i in range(4) for name in range(1000 * i, 1000 * i + 500)]
