"""TLS connections that are slow, broken, silent or cut: nobody else waits for them, and nothing of them stays."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading

import pytest

from bytestream import DEADLINE, ByteStream
from messages import content_after, read_answer_head
from origins import BigOrigin, CloseDelimitedOrigin, EchoOrigin, Origin, OriginConnection, TruncatingOrigin
from proxy_process import MemoryWatch
from tls_socket import TLSSocket
from vocabulary import route
from wire import eventually, request_bytes


@pytest.fixture(scope="module")
def secure(start_module_proxy, certificate):
    """One worker, so that whoever stalls it stalls everybody."""
    return start_module_proxy(EchoOrigin(), workers=1, TLS=certificate.settings)


def raw(proxy) -> socket.socket:
    sock = socket.create_connection(proxy.address, DEADLINE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def asking(proxy, *fields: "tuple[str, str]", path: str = "/streams") -> bytes:
    return request_bytes("GET", route(path), [proxy.credentials, *fields])


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# MARK: The handshake


def test_a_handshake_one_byte_at_a_time(secure):
    with raw(secure) as sock:
        tls = TLSSocket(sock, secure.context, shake=False)
        for byte in tls.greeting():
            sock.sendall(bytes([byte]))
        tls._until_done(tls.tls.do_handshake)
        for byte in tls.sealed(asking(secure)):
            sock.sendall(bytes([byte]))
        stream = ByteStream(tls)
        head = read_answer_head(stream)
        assert head.status == 200
        assert b'"target"' in content_after(head, stream, "GET").read()


@pytest.mark.parametrize("part", [0, 1, 6, 100])
def test_a_handshake_that_stops_ends_with_the_head_timeout(start_proxy, certificate, part):
    proxy = start_proxy(EchoOrigin(), workers=1, TLS=certificate.settings, http={"request_timeout": 0.5})
    with raw(proxy) as sock:
        greeting = TLSSocket(sock, proxy.context, shake=False).greeting()
        sock.sendall(greeting[:part])
        assert proxy.ask("GET", "/streams").status == 200, "nobody else waits"
        sock.settimeout(5)
        try:
            assert sock.recv(1) == b""
        except ConnectionResetError:
            pass  # What it sent was not read: as good an end.


def test_a_handshake_without_its_last_flight_ends_too(start_proxy, certificate):
    proxy = start_proxy(EchoOrigin(), workers=1, TLS=certificate.settings, http={"request_timeout": 0.5})
    with raw(proxy) as sock:
        sock.sendall(TLSSocket(sock, proxy.context, shake=False).greeting())
        sock.settimeout(5)
        while sock.recv(65536):
            pass


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00",
        b"\x16",
        b"\x16\x03\x01\xff\xff" + b"\x01" * 500,
        b"\x16\x03\x01\x00\x05\x01\x00\xff\xff\xff",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x17\x03\x03\x00\x05hello",
        b"\x14\x03\x03\x00\x01\x01",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x80\x2e\x01\x03\x01" + b"\x00" * 41,
        b"\xff" * 70000,
        bytes(range(256)) * 4,
    ],
)
def test_garbage_instead_of_a_greeting(secure, garbage):
    before = secure.descriptors()
    with raw(secure) as sock:
        try:
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(5)
            while sock.recv(65536):
                pass
        except socket.timeout:
            raise
        except OSError:
            pass  # It was reset, at whatever moment.
    assert secure.ask("GET", "/streams").status == 200
    eventually(lambda: secure.descriptors() <= before + 2, what="its descriptor to be closed")


@pytest.mark.parametrize("part", [10, 10_000])
def test_a_greeting_and_a_reset(secure, part):
    for _ in range(50):
        sock = raw(secure)
        sock.sendall(TLSSocket(sock, secure.context, shake=False).greeting()[:part])
        reset(sock)
    assert secure.ask("GET", "/streams").status == 200


def test_nobody_waits_for_a_hundred_handshakes_that_hang(secure):
    before = secure.descriptors()
    hanging = [raw(secure) for _ in range(100)]
    for sock in hanging:
        sock.sendall(TLSSocket(sock, secure.context, shake=False).greeting()[:-1])
    assert [secure.ask("GET", "/streams").status for _ in range(10)] == [200] * 10
    for sock in hanging:
        sock.close()
    eventually(lambda: secure.descriptors() <= before + 8, what="their descriptors to be closed")


def test_nobody_waits_for_a_client_that_sends_records_of_a_byte(secure):
    """Each is opened for itself; what is read of them in one turn is bounded."""
    over, begun = threading.Event(), threading.Event()
    with secure.connect() as connection:
        fields = [secure.credentials, ("Content-Length", str(1 << 28))]
        connection.send(request_bytes("POST", route("/streams"), fields))

        def flood() -> None:
            while not over.is_set():
                try:
                    connection.sock.raw.sendall(b"".join(connection.sock.sealed(b"x") for _ in range(200)))
                except OSError:
                    return
                begun.set()

        flooding = threading.Thread(target=flood, daemon=True)
        flooding.start()
        assert begun.wait(5)
        assert [secure.ask("OPTIONS", "/streams", credentials=None).status for _ in range(20)] == [204] * 20
        over.set()
        connection.sock.raw.shutdown(socket.SHUT_RDWR)
        flooding.join(5)


# MARK: Ends


def test_an_answer_until_close_ends_with_close_notify(start_proxy, certificate):
    proxy = start_proxy(CloseDelimitedOrigin(b"until the end"), TLS=certificate.settings)
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", route("/streams"), [proxy.credentials], version="HTTP/1.0"))
        answer = connection.read_answer("GET")
        assert answer.status == 200
        connection.expect_end()
        assert not connection.stream.was_reset, "a close_notify came before the end"


def test_an_answer_that_is_cut_has_no_close_notify(start_proxy, certificate):
    proxy = start_proxy(TruncatingOrigin("length"), TLS=certificate.settings)
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        connection.stream.read_to_end()
        assert connection.stream.was_reset


def test_an_idle_connection_ends_with_close_notify(start_proxy, certificate):
    proxy = start_proxy(EchoOrigin(), TLS=certificate.settings, http={"keep_alive_timeout": 0.3})
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_answer().status == 200
        connection.expect_end()
        assert not connection.stream.was_reset


def test_half_closed_by_close_notify_still_gets_its_answers(secure):
    with secure.connect() as connection:
        connection.send(asking(secure, path="/streams?n=1") + asking(secure, path="/streams?n=2"))
        connection.half_close()
        assert [connection.read_answer("GET").json()["target"][-1] for _ in range(2)] == ["1", "2"]
        connection.expect_end()
        assert not connection.stream.was_reset


def test_content_that_ends_without_close_notify_is_not_whole(secure):
    """Anybody on the way can end a TCP connection."""
    secure.origin.forget()
    with secure.connect() as connection:
        connection.send(
            request_bytes("POST", route("/streams"), [secure.credentials, ("Content-Length", "100000")]) + b"x" * 50_000
        )
        secure.origin.wait_for_requests(1)
        connection.sock.raw.shutdown(socket.SHUT_WR)
        secure.origin.wait_for_cut(secure.origin.requests[0].connection)
        assert connection.stream.read_to_end() == b""
    assert not secure.origin.requests[0].complete


# MARK: Moving bytes


def test_pipelined_in_one_record_and_in_records_of_a_byte(secure):
    for pieces in (1, 4096):
        with secure.connect() as connection:
            data = b"".join(asking(secure, path=f"/streams?n={n}") for n in range(50))
            step = len(data) if pieces == 1 else 1
            wire = b"".join(connection.sock.sealed(data[start : start + step]) for start in range(0, len(data), step))
            connection.sock.raw.sendall(wire)
            targets = [connection.read_answer("GET").json()["target"] for _ in range(50)]
        assert targets == [f"/1/streams?n={n}" for n in range(50)]


def test_more_than_is_read_at_once_and_then_silence(secure):
    """All of it has left the socket before it is read to its end: epoll says nothing of what TLS holds."""
    content = bytes(range(256)) * 2048
    with secure.connect() as connection:
        head = request_bytes("POST", route("/streams"), [secure.credentials, ("Content-Length", str(len(content)))])
        secure.origin.forget()
        connection.sock.raw.sendall(connection.sock.sealed(head + content))
        assert connection.read_answer("POST").status == 200
        assert secure.origin.requests[0].content == content


def test_uploads_with_100_continue(secure):
    with secure.connect() as connection:
        fields = [secure.credentials, ("Content-Length", "5"), ("Expect", "100-continue")]
        connection.send(request_bytes("POST", route("/streams"), fields))
        assert connection.read_head().status == 100
        connection.send(b"12345")
        assert connection.read_answer("POST").json()["content"] == "12345"


def test_a_slow_reader_fills_no_memory(start_proxy, certificate):
    proxy = start_proxy(BigOrigin(64), workers=1, TLS=certificate.settings)
    with MemoryWatch(proxy) as watch, proxy.connect(receive_buffer=4096) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head, _ = connection.read_final_head()
        count = 0
        for number, piece in enumerate(connection.content(head).pieces()):
            if number in (1, 5, 9):
                assert proxy.ask("OPTIONS", "/streams", credentials=None).status == 204
            count += len(piece)
        assert count == 64 << 20
    assert watch.growth < 8 << 20, f"{watch.growth >> 10} KiB"


class PatientOrigin(Origin):
    """Reads a request's content only when it is told to, and answers with its checksum."""

    def __init__(self) -> None:
        super().__init__()
        self.may_read = threading.Event()

    def serve(self, connection: OriginConnection) -> None:
        request, content = connection.read_head()
        self.may_read.wait(30)
        answer = hashlib.sha256(content.read()).hexdigest().encode()
        connection.finish(request, content)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))


def test_an_upload_that_luna_streams_does_not_take_waits_with_the_client(start_proxy, certificate):
    """What is inside TLS when reading stops is read when it goes on, though epoll says nothing of it."""
    proxy = start_proxy(PatientOrigin(), workers=1, TLS=certificate.settings)
    content = bytes(range(251)) * (1 << 17)
    with MemoryWatch(proxy) as watch, proxy.connect() as connection:
        fields = [proxy.credentials, ("Content-Length", str(len(content)))]
        sent = threading.Event()

        def send() -> None:
            connection.send(request_bytes("POST", route("/streams"), fields) + content)
            sent.set()

        threading.Thread(target=send, daemon=True).start()
        proxy.origin.wait_for_requests(1)
        assert not sent.wait(0.5), "nobody has taken it, so somebody has kept it"
        proxy.origin.may_read.set()
        assert sent.wait(30)
        answer = connection.read_answer("POST")
    assert answer.content == hashlib.sha256(content).hexdigest().encode()
    assert watch.growth < 8 << 20, f"{watch.growth >> 10} KiB"


def test_connections_that_have_gone_leave_no_memory(secure):
    def come_and_go(count: int) -> None:
        for number in range(count):
            sock = raw(secure)
            if number % 4 == 0:
                sock.sendall(TLSSocket(sock, secure.context, shake=False).greeting())
            elif number % 4 == 1:
                sock.sendall(b"\x16\x03\x01\x00\x05nonsense")
            else:
                tls = TLSSocket(sock, secure.context)
                tls.sendall(asking(secure))
                assert tls.recv(65536).startswith(b"HTTP/1.1 200")
            sock.close()

    come_and_go(400)
    before = secure.resident()
    come_and_go(1600)
    assert secure.growth(before) < 2 << 20


def test_many_connections(secure):
    """What an idle TLS connection costs: measured here so that it does not grow unnoticed."""
    count = 400
    before = secure.resident()
    connections = [secure.connect() for _ in range(count)]
    for connection in connections:
        connection.ask("GET", route("/streams"), [secure.credentials])
    for connection in connections:
        assert connection.read_answer().status == 200
    each = secure.growth(before) / count
    for connection in connections:
        connection.close()
    print(f"{each / 1024:.1f} KiB a connection")
    assert each < 64 << 10, f"{each / 1024:.1f} KiB a connection"
