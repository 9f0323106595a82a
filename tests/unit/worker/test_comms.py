"""Frames: whole messages come out whatever way the bytes arrive, and descriptors come with them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from typing import Any

import msgspec
import pytest

from tradewind.base.errors import ExecutorError, InvalidInput
from tradewind.protocol.messages import Done, GetVariable, Reply, SetVariable, ValueReply
from tradewind.worker.comms import (
    Answer,
    Ask,
    Channel,
    ChannelApi,
    Fork,
    FromZygote,
    Gone,
    Link,
    Stop,
    ToZygote,
    encode,
)

to_zygote: msgspec.msgpack.Decoder[ToZygote] = msgspec.msgpack.Decoder(ToZygote)
from_zygote: msgspec.msgpack.Decoder[FromZygote] = msgspec.msgpack.Decoder(FromZygote)
asked: msgspec.msgpack.Decoder[Ask] = msgspec.msgpack.Decoder(Ask)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_messages_come_out_one_by_one_however_the_bytes_arrive(pair):
    ours, theirs = pair
    link = Link(theirs)
    sent = [Stop(id=str(n), grace_s=n) for n in range(5)]
    data = b"".join(encode(message) for message in sent)
    found: list[ToZygote] = []
    for at in range(0, len(data), 3):
        ours.send(data[at : at + 3])
        found += link.read(to_zygote)[0]
    assert found == sent


def test_a_message_larger_than_the_kernels_buffer_goes_through_bit_by_bit(pair):
    ours, theirs = pair
    sender, receiver = Link(ours), Link(theirs)
    message = Fork(id="a", body="attempt", payload=os.urandom(3_000_000))
    sender.send(message)
    sender.send(Stop(id="a", grace_s=1))
    found: list[ToZygote] = []
    while sender.wants_write:
        found += receiver.read(to_zygote)[0]
        sender.flush()
    found += receiver.read(to_zygote)[0]
    assert found == [message, Stop(id="a", grace_s=1)]


def test_descriptors_arrive_in_the_order_of_their_messages(pair):
    ours, theirs = pair
    sender, receiver = Link(ours), Link(theirs)
    kept = []
    for number in range(10):
        mine, other = socket.socketpair()
        kept.append(mine)
        sender.send(Fork(id=str(number), body="attempt", payload=b"x" * 50_000 * (number % 3)), other)
    found: list[ToZygote] = []
    while len(found) < 10:
        found += receiver.read(to_zygote)[0]
        sender.flush()
    for number, message in enumerate(found):
        taken = receiver.take_socket()
        taken.send(message.id.encode())
        taken.close()
        assert kept[number].recv(10) == str(number).encode()
        kept[number].close()
    with pytest.raises(ExecutorError, match="without one"):
        receiver.take_socket()


def test_the_end_of_the_stream_is_told_with_the_last_messages(pair):
    ours, theirs = pair
    link = Link(theirs)
    ours.send(encode(Stop(id="a", grace_s=1)))
    assert link.read(to_zygote) == ([Stop(id="a", grace_s=1)], False)
    ours.send(encode(Stop(id="b", grace_s=1)))
    ours.close()
    found, closed = link.read(to_zygote)
    assert (found, closed or link.read(to_zygote)[1]) == ([Stop(id="b", grace_s=1)], True)


def test_a_stream_that_makes_no_sense_is_refused(pair):
    ours, theirs = pair
    ours.send(b"\xff\xff\xff\xff")
    with pytest.raises(ExecutorError, match="the stream is broken"):
        Link(theirs).read(to_zygote)


def test_closing_a_link_closes_descriptors_that_nobody_took(pair):
    ours, theirs = pair
    mine, other = socket.socketpair()
    sender, receiver = Link(ours), Link(theirs)
    sender.send(Fork(id="a", body="attempt"), other)
    receiver.read(to_zygote)
    receiver.close()
    assert mine.recv(1) == b""
    mine.close()


def test_a_channel_says_when_the_other_end_is_gone(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(EOFError):
        Channel(ours).receive(to_zygote)


def test_a_request_gets_its_reply_from_several_threads_at_once(pair):
    ours, theirs = pair

    def serve() -> None:
        channel = Channel(theirs)
        for _ in range(40):
            ask = channel.receive(asked)
            assert isinstance(ask.request, GetVariable)
            channel.send(Answer(ask.number, ValueReply(value=ask.request.key)))

    server = threading.Thread(target=serve)
    server.start()
    api = ChannelApi(Channel(ours))
    answers: dict[str, Reply] = {}

    def ask(start: int) -> None:
        for n in range(start, start + 10):
            answers[str(n)] = api.request(GetVariable(key=str(n)))

    threads = [threading.Thread(target=ask, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in (*threads, server):
        thread.join()
    assert answers == {str(n): ValueReply(value=str(n)) for n in range(40)}


def test_a_request_in_a_process_that_the_task_forked_is_refused_with_a_sentence(pair):
    api = ChannelApi(Channel(pair[0]))
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            api.request(GetVariable(key="k"))
        except ExecutorError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert b"the task's own process" in os.read(read, 1000)
    os.close(read)
    os.close(write)


def test_a_request_to_a_server_that_is_gone_is_an_error_and_not_a_hang(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(ExecutorError, match="is gone"):
        ChannelApi(Channel(ours)).request(GetVariable(key="k"))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (7 << 8, "exit code 7"),
        (9, "signal 9 (SIGKILL); its peak memory was 12 MB. Nobody ordered it"),
        (11, "signal 11 (SIGSEGV); its peak memory was 12 MB. Native code crashed"),
        (15, "signal 15 (SIGTERM)"),
        (63, "signal 63"),
    ],
)
def test_the_end_of_a_process_is_told_in_words(status, words):
    assert words in Gone(id="a", pid=1, status=status, peak_mb=12).in_words()


def test_a_reason_of_the_zygote_wins(pair):
    assert Gone(id="a", pid=1, status=9, peak_mb=1, reason="too much memory").in_words() == "too much memory"
    assert msgspec.msgpack.decode(encode(Done())[4:], type=Done) == Done()


class OutOfTimeError(BaseException):
    """What a signal handler raises."""


@pytest.fixture
def out_of_time():
    """SIGUSR1 raises, as a time limit does."""

    def handler(_number: int, _frame: object) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGUSR1, handler)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_a_request_that_was_interrupted_leaves_no_answer_to_the_next(pair, out_of_time):
    ours, theirs = pair
    api, server = ChannelApi(Channel(ours)), Channel(theirs)
    main, interrupted = threading.get_ident(), threading.Event()

    def serve() -> None:
        first = server.receive(asked)
        signal.pthread_kill(main, signal.SIGUSR1)
        interrupted.wait(60)
        second = server.receive(asked)
        server.send(Answer(first.number, ValueReply(value="the first")))
        server.send(Answer(second.number, ValueReply(value="the second")))

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(OutOfTimeError):
        api.request(GetVariable(key="a"))
    interrupted.set()
    assert api.request(GetVariable(key="b")) == ValueReply(value="the second")
    thread.join(60)


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_requests_interrupted_at_any_moment_never_mix_up_the_answers(pair, out_of_time, size):
    ours, theirs = pair
    api, server = ChannelApi(Channel(ours)), Channel(theirs)

    def serve() -> None:
        with contextlib.suppress(EOFError):
            while True:
                ask = server.receive(asked)
                assert isinstance(ask.request, SetVariable)
                server.send(Answer(ask.number, ValueReply(value=f"{ask.request.key} {len(ask.request.value)}")))

    thread = threading.Thread(target=serve)
    thread.start()
    main, value, interruptions = threading.get_ident(), "x" * size, 0
    for number in range(60):
        delay_s = 0.000_02 * (number % 30 + 1) * (1 if size < 1000 else 10)
        timer = threading.Timer(delay_s, lambda: signal.pthread_kill(main, signal.SIGUSR1))
        try:
            timer.start()
            api.request(SetVariable(key=f"interrupted {number}", value=value))
            timer.join()
        except OutOfTimeError:
            interruptions += 1
        timer.join()
        assert api.request(SetVariable(key=str(number), value=value)) == ValueReply(value=f"{number} {size}")
    ours.close()
    thread.join(60)
    assert interruptions


def test_a_request_that_the_server_could_not_read_is_refused_before_it_is_sent(pair):
    ours, theirs = pair
    theirs.setblocking(False)
    wrong: Any = 5
    with pytest.raises(InvalidInput, match=r"GetVariable: Expected `str`, got `int` - at `\$.key`"):
        ChannelApi(Channel(ours)).request(GetVariable(key=wrong))
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


def test_a_frame_that_is_no_message_is_not_met_twice(pair):
    ours, theirs = pair
    link = Link(theirs)
    ours.send((3).to_bytes(4, "big") + b"\xc1\xc1\xc1")
    with pytest.raises(msgspec.DecodeError):
        link.read(to_zygote)
    ours.send(encode(Stop(id="1", grace_s=1)))
    assert link.read(to_zygote)[0] == [Stop(id="1", grace_s=1)]
