"""Plain requests, as a gateway sends them, read and answered in a fraction of gunicorn's time.

Plain is what has no header that means something to a server, and whose head came whole: a GET, or
what has a small body of a length that is said. What is not plain to the last byte is left to
gunicorn, which also refuses what has to be refused.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from socket import MSG_DONTWAIT, socket
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gunicorn import util
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import Response, base_environ

# Printable ASCII without "#"; a path that begins with two slashes may be read as a host.
_HEAD: Final = re.compile(
    rb"(GET|HEAD|POST|PUT|PATCH) ((/(?!/)[!\"$->@-~]*)(?:\?([!\"$-~]*))?) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z][A-Za-z0-9-]*:[\t -~]*\r\n){1,100})\r\n"
)
# They say where a body ends, how the connection goes on, what is to be sent before the answer.
_OF_SERVERS: Final = (
    *("HTTP_CONNECTION", "HTTP_EXPECT", "HTTP_HTTP2_SETTINGS", "HTTP_KEEP_ALIVE"),
    *("HTTP_TE", "HTTP_TRAILER", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"),
)
_BODILESS: Final = (b"GET", b"HEAD")
_LENGTH: Final = re.compile(r"[1-9][0-9]{0,3}")  # of a small body, in bytes


class Head(NamedTuple):
    """The head of a plain request.

    Attributes:
        variables: what the environment of WSGI says of it.
        length: in bytes.
    """

    variables: dict[str, str]
    length: int


class PlainRequest:
    """A plain request, with what gunicorn's `Response` asks of one.

    Attributes:
        variables: what the environment of WSGI says of it.
        body: all of it.
    """

    version = (1, 1)

    def __init__(self, variables: Mapping[str, str], body: bytes) -> None:
        self.method, self.path = variables["REQUEST_METHOD"], variables["PATH_INFO"]
        self.variables = variables
        self.body = body

    def should_close(self) -> bool:
        """Return whether the client ends the connection, which it would have said in a header."""
        return False


class Parser(RequestParser):  # type: ignore[misc]  # the library is untyped
    """Reads plain requests itself."""

    mesg: Any

    def __next__(self) -> Any:
        """Return the next request, gunicorn's where it is not plain."""
        data = b"" if self._has_ended() else self.unreader.read()
        if not data:
            raise StopIteration
        self.mesg = None
        if head := plain_head(data):
            end = head.length + int(head.variables.get("CONTENT_LENGTH", 0))
            # A body comes after its head, by itself.
            while len(data) < end and (more := self.unreader.read()):
                data += more
            if len(data) == end:
                self.mesg = PlainRequest(head.variables, data[head.length :])
                return self.mesg
        self.unreader.unread(data)
        return super().__next__()

    def finish_body(self, **limits: Any) -> bool:
        """Read what is left of the body, of a plain request nothing."""
        return isinstance(self.mesg, PlainRequest) or bool(super().finish_body(**limits))

    def _has_ended(self) -> bool:
        """Return whether the request before was the last one."""
        return bool(self.mesg and self.mesg.should_close()) or not self.finish_body()


class Answer(Response):  # type: ignore[misc]  # the library is untyped
    """An answer whose head goes out together with the first of its body.

    What its client does not take at once of the last piece is left as `unsent` of the request.
    """

    headers_sent: bool

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._held = self._end = b""

    def send_headers(self) -> None:
        """Hold the head until there is more."""
        if self.headers_sent:
            return
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers)]
        self._held = f"{''.join(lines)}\r\n".encode("latin-1")
        self.headers_sent = True

    def sendfile(self, _: object) -> bool:
        """Send no file by another way than all else, which would overtake the head."""
        return False

    def close(self) -> None:
        """Send what is still held, and the end."""
        self.send_headers()
        if self.chunked:
            self._send(b"")
            super().close()
        else:
            self.req.unsent = offer(self.sock, [memoryview(self._held), memoryview(self._end)])

    def _emit_body(self, data: bytes) -> None:
        if self.chunked:
            self._send(b"%X\r\n%b\r\n" % (len(data), data))
        elif self.sent == self.response_length:
            self._end = data
        else:
            self._send(data)

    def _send(self, data: bytes) -> None:
        if whole := self._held + data:
            self._held = b""
            util.write(self.sock, whole)


def offer(client: socket, data: Sequence[memoryview]) -> list[memoryview]:
    """Send what is taken at once; return what is not.

    Raises:
        OSError: the client is gone.
    """
    try:
        taken = client.sendmsg(data, (), MSG_DONTWAIT)
    except BlockingIOError:
        taken = 0
    unsent = []
    for piece in data:
        if rest := piece[taken:]:
            unsent.append(rest)
        taken = max(taken - len(piece), 0)
    return unsent


def plain_head(data: bytes) -> Head | None:
    """Return the head that a request begins with; None where it is not plain."""
    head = _HEAD.match(data)
    if head is None:
        return None
    method, target, path, query, headers = head.groups()
    lines = [line.partition(b":") for line in headers[:-2].split(b"\r\n")]
    variables = {_variable(name): value.strip(b"\t ").decode() for name, _, value in lines}
    if len(variables) < len(lines) or any(name in variables for name in _OF_SERVERS):
        return None
    has_length = "CONTENT_LENGTH" in variables
    if has_length is (method in _BODILESS):
        return None
    if has_length and not _LENGTH.fullmatch(variables["CONTENT_LENGTH"]):
        return None
    variables["REQUEST_METHOD"] = method.decode()
    variables["RAW_URI"] = target.decode()
    variables["PATH_INFO"] = (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1")
    variables["QUERY_STRING"] = query.decode() if query else ""
    return Head(variables, head.end())


def asks(data: bytes, path: str) -> bool:
    """Return whether this is a plain request for `path` and nothing else."""
    head = plain_head(data)
    return (
        head is not None
        and head.length == len(data)
        and (head.variables["REQUEST_METHOD"], head.variables["RAW_URI"]) == ("GET", path)
    )


@lru_cache(maxsize=512)
def _variable(header: bytes) -> str:
    name = header.decode().upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"


def connection_variables(cfg: Any, client: Any, server: Any) -> dict[str, Any]:
    """Return what the environment says of every plain request of a connection."""
    variables = base_environ(cfg)
    # Files are sent by the same way as all else.
    del variables["wsgi.file_wrapper"]
    return {
        **variables,
        "wsgi.multithread": True,
        "wsgi.url_scheme": "http",
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
    }


def environment(connection: Mapping[str, Any], request: PlainRequest) -> dict[str, Any]:
    """Return the environment of WSGI for a request."""
    return {**connection, **request.variables, "wsgi.input": BytesIO(request.body)}
