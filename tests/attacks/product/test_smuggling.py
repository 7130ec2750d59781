"""Two requests in one: what follows the first is never read as a request by a service.

Traefik and gunicorn are the real ones. The hidden request asks for a path of its own, so that the
log of whoever reads it as one shows it.
"""

import re
import socket
from collections.abc import Iterator
from typing import Final

from shared.testing import wait_until
from tests.attacks.product.conftest import Cast, port_of
from tests.e2e.conftest import Product

HIDDEN: Final = b"GET /smuggled-%d/ HTTP/1.1\r\nHost: h\r\nX-Identity: forged\r\n\r\n"
MARKED: Final = 999_999  # the number of what must be seen
START: Final = b"POST /api/portfolios/ HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
CHUNKED: Final = b"Transfer-Encoding: chunked"
# Headers that say where the body ends, as two servers might read them differently.
ENDS: Final = (
    b"Content-Length: 0",
    b"Content-Length: 5\r\n" + CHUNKED,
    CHUNKED + b"\r\nContent-Length: 5",
    b"Content-Length: 5\r\nTransfer-Encoding : chunked",
    b"Content-Length: 5\r\nTransfer-Encoding\t: chunked",
    b"Content-Length: 5\r\nTransfer-Encoding:\tchunked",
    b"Content-Length: 5\r\nTransfer-Encoding:\x0bchunked",
    b"Content-Length: 5\r\nTransfer-Encoding: \x00chunked",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\x00",
    b'Content-Length: 5\r\nTransfer-Encoding: "chunked"',
    b"Content-Length: 5\r\nTransfer-Encoding: 'chunked'",
    b"Content-Length: 5\r\nTransfer-Encoding: cHuNkEd",
    b"Content-Length: 5\r\nTransfer-Encoding: xchunked",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked, identity",
    b"Content-Length: 5\r\nTransfer-Encoding: identity, chunked",
    b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n" + CHUNKED,
    b"Content-Length: 5\r\n" + CHUNKED + b"\r\nTransfer-Encoding: identity",
    b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + CHUNKED,
    b"Content-Length: 5\r\nTransfer-Encoding: gzip, chunked",
    b"Content-Length: 5\r\nTransfer-Encoding:\r\n chunked",
    b"Content-Length: 5\r\nX: x\r\n Transfer-Encoding: chunked",
    b"Content-Length: 5\r\nX: x\nTransfer-Encoding: chunked",
    b"Content-Length: 5\r\nX: x\rTransfer-Encoding: chunked",
    b"Content-Length: 5\r\nTransfer_Encoding: chunked",
    b"Content-Length: 5\r\nTransfer.Encoding: chunked",
    b"Content-Length: 5\r\nTE: chunked\r\nConnection: TE",
    b"Content-Length: 5\r\nConnection: Content-Length",
    b"Connection: Transfer-Encoding\r\nContent-Length: 5\r\n" + CHUNKED,
    b"Content-Length: 5\r\nContent-Length: 0",
    b"Content-Length: 0\r\nContent-Length: 5",
    b"Content-Length: 5, 5",
    b"Content-Length: 5,0",
    b"Content-Length: +5",
    b"Content-Length: -5",
    b"Content-Length: 0x5",
    b"Content-Length: 5 ",
    b"Content-Length: 5\x0b",
    b"Content-Length: \xd9\xa5",
    b"Content-Length: 5e0",
    b"Content_Length: 5",
    b"Content-Length : 5",
    b"Content-Length: 00000000000000000000000000000005",
    b"Content-Length: 18446744073709551621",
    b"Expect: 100-continue\r\nContent-Length: 5",
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13",
)
# Bodies in chunks, whose ends are written as they should not be; `%s` is the hidden request.
CHUNKS: Final = (
    b"0\r\n\r\n%s",
    b"0\n\n%s",
    b"0;a=b\r\n\r\n%s",
    b"0\r\nX-Identity: forged\r\n\r\n%s",
    b"0\r\nContent-Length: 200\r\n\r\n%s",
    b"00000000000000000\r\n\r\n%s",
    b"+0\r\n\r\n%s",
    b"-0\r\n\r\n%s",
    b"0x0\r\n\r\n%s",
    b" 0\r\n\r\n%s",
    b"0 \r\n\r\n%s",
    b"2\r\n{}\n0\r\n\r\n%s",
    b"2\n{}\r\n0\r\n\r\n%s",
    b"2;\n{}\r\n0\r\n\r\n%s",
    b"2\r\n{}xx0\r\n\r\n%s",
    b"10000000000000000\r\n\r\n%s",
    b"\r\n\r\n%s",
    b"g\r\n\r\n%s",
)


def _requests(token: str) -> Iterator[tuple[int, bytes]]:
    start = START + b"Authorization: Token " + token.encode() + b"\r\n"
    for number, end in enumerate(ENDS):
        yield number, start + end + b"\r\n\r\n0\r\n\r\n" + HIDDEN % number
    for number, body in enumerate(CHUNKS, start=len(ENDS)):
        hidden = body.replace(b"%s", HIDDEN % number)
        yield number, start + CHUNKED + b"\r\n\r\n" + hidden


def _send(port: int, request: bytes) -> bytes:
    """Send bytes as they are and return all that comes until the other side hangs up, or rests."""
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass  # it has not read all that was sent
    return bytes(answer)


def _read_as_requests(product: Product, service: str) -> set[int]:
    """Return the numbers of the hidden requests that a service has answered."""
    log = (product.run_dir / "logs" / f"{service}-web.log").read_text()
    return {int(number) for number in re.findall(r'"path": "/smuggled-(\d+)/"', log)}


def test_no_service_reads_a_request_in_another_ones_body(product: Product, cast: Cast) -> None:
    assert cast.owner.token
    for _, request in _requests(cast.owner.token):
        _send(product.port, request)
    _be_seen(product)
    assert _read_as_requests(product, "portfolio") == {MARKED}


def _be_seen(product: Product) -> None:
    """Send two requests to a service without the gateway: there the second one is read."""
    request = START + b"Content-Length: 0\r\n\r\n" + HIDDEN % MARKED
    _send(port_of(product, "portfolio-web"), request)
    wait_until(lambda: MARKED in _read_as_requests(product, "portfolio"))
