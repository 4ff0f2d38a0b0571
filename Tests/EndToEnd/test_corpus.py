"""Every message of Tests/Corpus against the running proxy: what it says of requests, what it makes of answers.

What was seen becomes the tables of docs/conformance.md, which must say the same; `--write-conformance` rewrites them.
"""

from __future__ import annotations

import pytest

import conformance
from bytestream import Incomplete, Malformed, WireFault
from corpus import ANSWERS, CASES, REQUESTS, Case
from origins import CorpusOrigin, EchoOrigin, Received
from origins.corpus import WELL
from vocabulary import assert_error, route
from wire import Connection, request_bytes

#: A request that would be answered with 200 if it were read.
HIDDEN = b"GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n"
#: Whatever else a path is, none of these says that the message was malformed.
READABLE = (200, 204, 404, 405)
#: The fields that a case is aimed with would themselves be one too many.
SIZES = ("too_many_fields", "head_too_long", "start_line_too_long")
AIMED = [
    case
    for case in REQUESTS
    if b" /healthcheck HTTP/1." in case.raw
    and case.raw.count(b"\r\nHost: h\r\n") >= 1
    and case.reason not in SIZES
    and "100 fields" not in case.title
]

observed: "dict[Case, str]" = {}


def identify(case: Case) -> str:
    return f"{case.number}-{case.file}"


def send(connection: Connection, raw: bytes) -> None:
    """All of it, or as much as the proxy takes before it has seen enough."""
    try:
        connection.send(raw)
    except ConnectionError:
        pass


def asked(case: Case) -> str:
    """HEAD, to which no answer has content, a refusal neither; or any other method."""
    return "HEAD" if case.raw.startswith(b"HEAD ") else "GET"


def read_answers(connection: Connection) -> int:
    """Reads to the end and counts the answers, all of which must be beyond doubt."""
    count = 0
    while True:
        try:
            connection.read_answer("GET")
        except EOFError:
            return count
        count += 1


# Requests


@pytest.mark.parametrize("case", REQUESTS, ids=identify)
def test_a_request_gets_what_the_corpus_says(proxy, case):
    """As the corpus has it, at a resource of the proxy's own."""
    method = asked(case)
    with proxy.connect() as connection:
        send(connection, case.raw)
        if case.outcome == "incomplete":
            connection.half_close()
            assert case.is_found_in_content or connection.stream.read_to_end() == b""
            observed.setdefault(case, "more is awaited")
            return
        answer = connection.read_answer(method)
        if case.outcome == "refused":
            # An answer that needs no content does not wait for it, and then the connection ends all the same.
            assert answer.status == case.status or case.is_found_in_content and answer.status == 405
            if answer.status != 405:
                assert_error(answer, case.status, 12046, method=method)
                observed.setdefault(case, f"{case.status} `{case.reason}`")
            connection.expect_end()
            return
        assert answer.status in READABLE, f"{answer.status}: {answer.content[:300]!r}"
        observed.setdefault(case, f"{answer.status}" + (", then closes" if case.closes else ""))
        if case.closes:
            connection.expect_end()
            return
        connection.half_close()
        assert case.rest or read_answers(connection) == 0
    assert proxy.origin.requests == []


@pytest.mark.parametrize("case", [case for case in REQUESTS if case.outcome == "refused"], ids=identify)
def test_what_follows_a_refused_request_is_never_answered(proxy, case):
    with proxy.connect() as connection:
        send(connection, case.raw + HIDDEN)
        assert connection.read_answer(asked(case)).status in (case.status, 405 if case.is_found_in_content else None)
        connection.expect_end()


def aim(case: Case, proxy) -> bytes:
    """The case's bytes at a route that goes upstream, with good credentials; the target's query tells them apart."""
    field = ": ".join(proxy.credentials).encode()
    target = f" {route('/streams')}?case={case.number} ".encode()
    raw = case.raw.replace(b" /healthcheck ", target, 1)
    return raw.replace(b"\r\nHost: h\r\n", b"\r\nHost: h\r\n%b\r\n" % field, 1)


@pytest.fixture(scope="module")
def streams(start_module_proxy):
    """A proxy before an echo that keeps its record over all cases."""
    return start_module_proxy(EchoOrigin())


@pytest.mark.parametrize("in_pieces", [False, True], ids=["at-once", "byte-by-byte"])
@pytest.mark.parametrize("case", AIMED, ids=identify)
def test_luna_streams_sees_whole_requests_only(streams, case, in_pieces):
    """The same at a route that is forwarded."""
    raw = aim(case, streams)
    if in_pieces and len(raw) > 2000:
        in_pieces = False
    sent_before = len(arrived(streams, case))
    with streams.connect() as connection:
        for piece in [raw[index : index + 1] for index in range(len(raw))] if in_pieces else [raw]:
            send(connection, piece)
        if case.outcome == "incomplete":
            connection.half_close()
            connection.expect_end()
            observed[case] = "more is awaited"
        else:
            answer = connection.read_answer(asked(case))
            if case.outcome == "refused":
                assert answer.status == case.status
                connection.expect_end()
                observed[case] = f"{case.status} `{case.reason}`"
            else:
                assert answer.status in READABLE
                observed[case] = f"{answer.status}" + (", then closes" if case.closes else "")
                if answer.status == 200:
                    seen = arrived(streams, case)
                    assert len(seen) == sent_before + 1
                    assert seen[-1].content == case.content
    if case.outcome != "accepted":
        assert_nothing_arrived(streams, case)


def arrived(proxy, case: Case) -> "list[Received]":
    """What has come of a case to the origin."""
    return [one for one in proxy.origin.requests if one.target.endswith(f"case={case.number}")]


def assert_nothing_arrived(proxy, case: Case) -> None:
    """Of a malformed head nothing has come to the origin, of malformed content no whole request."""
    seen = arrived(proxy, case)
    assert not any(one.complete for one in seen)
    assert case.is_found_in_content or case.outcome == "incomplete" or not seen


def test_nothing_refused_has_arrived_later(streams):
    for case in AIMED:
        if case.outcome != "accepted":
            assert_nothing_arrived(streams, case)
    assert not any("smuggled" in one.target for one in streams.origin.requests)


# Answers


@pytest.fixture(scope="module")
def answering(start_module_proxy):
    """A proxy before an origin that answers as it is told; one worker, so that there is one pool."""
    return start_module_proxy(CorpusOrigin(), workers=1)


@pytest.mark.parametrize("case", ANSWERS, ids=identify)
def test_an_answer_becomes_what_the_corpus_says(answering, case):
    with answering.connect() as connection:
        connection.send(request_bytes(case.method, route(f"/streams?case={case.number}"), [answering.credentials]))
        observed[case] = outcome_of(connection, case)
        if "cut" in observed[case]:
            return
        # Whatever it was, the next request gets its own answer and no other.
        connection.send(request_bytes("GET", route("/streams"), [answering.credentials]))
        assert connection.read_answer("GET").content == WELL[-4:]
    last, after = answering.origin.requests[-2:]
    is_reused = last.connection == after.connection
    assert is_reused == (observed[case] == "passed on")


def outcome_of(connection: Connection, case: Case) -> str:
    """Reads an answer that must be what the case wants; in words for the document."""
    try:
        head, _ = connection.read_final_head()
    except (EOFError, Incomplete) as end:
        raise WireFault(f"no answer at all: {end}") from None
    content = connection.content(head, case.method)
    if case.is_found_in_content:
        return told_or_cut(head, content, case)
    if case.outcome == "refused":
        assert_failure(head, content, 4, case.method)
        return f"502 `{case.reason}`"
    if case.outcome == "incomplete":
        assert_failure(head, content, 10, case.method)
        return "502 disconnected"
    if b"HTTP/1.1 101 " in case.raw:
        assert_failure(head, content, 4, case.method)
        return "502 unasked upgrade"
    final = case.raw if not case.raw[9:10] == b"1" else case.raw[case.raw.rindex(b"HTTP/1.1 ") :]
    assert head.status == int(final[9:12])
    assert content.read() == case.content
    return "passed on, connection not used again" if case.closes else "passed on"


def assert_failure(head, content, code: int, method: str) -> None:
    """502 with LUNA's code, its content telling nothing of the bytes."""
    assert head.status == 502
    if method != "HEAD":
        assert f'"error_code":{code},'.encode() in content.read().replace(b" ", b"")


def told_or_cut(head, content, case: Case) -> str:
    """What was wrong came after a good head: which may have been taken back, and if not never looks whole."""
    if head.status == 502:
        assert_failure(head, content, 4 if case.outcome == "refused" else 10, case.method)
    else:
        with pytest.raises((Incomplete, Malformed)):
            content.read()
    return f"502 `{case.reason}`, or cut" if case.reason else "502 disconnected, or cut"


# The document


def test_the_document_says_what_was_seen(request):
    if len(observed) < len(CASES):
        pytest.skip("only some cases have run")
    made = conformance.tables(observed)
    if request.config.getoption("--write-conformance"):
        conformance.write(made)
    assert conformance.committed() == made, "docs/conformance.md is out of date: `make conformance` writes it anew"


def test_it_is_alive_after_all_of_them(proxy, streams, answering):
    """The same processes, with no more descriptors than a proxy at rest needs."""
    for one in (proxy, streams, answering):
        one.assert_survives()
        assert one.descriptors() < 200
