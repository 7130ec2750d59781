"""Traefik's static and dynamic files for one machine (see `kubernetes.py` for a cluster)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from gateway.model import Backend, Gateway, Router

Document = dict[str, Any]

# Of a request the access log tells this and no more: no header but the ids, no query, which may
# hold what a user keeps secret.
_LOGGED: Final = (
    *("StartUTC", "Duration", "RouterName", "ClientHost", "RequestMethod", "RequestPath"),
    *("DownstreamStatus", "DownstreamContentSize", "trace_id"),
)
_LOGGED_HEADERS: Final = ("X-Request-Id", "Traceparent")


class Traces(NamedTuple):
    """Where the gateway sends its part of traces, which begin there.

    Attributes:
        url: of a collector, with its path: "http://127.0.0.1:4318/v1/traces".
        ratio: how many of them are kept, of those that no client has begun.
    """

    url: str
    ratio: float


def write(documents: Mapping[str, Document | list[Document]], out: Path) -> None:
    """Write each of `documents` to the file of its name in `out`; a list is several documents."""
    out.mkdir(parents=True, exist_ok=True)
    for name, content in documents.items():
        parts = content if isinstance(content, list) else [content]
        text = "---\n".join(yaml.safe_dump(part, sort_keys=False, width=1000) for part in parts)
        (out / name).write_text(f"# Made by `python -m gateway render`; edit routes.yml.\n{text}")


def static(
    web: str,
    internal: str,
    providers: Mapping[str, Any],
    trusted_proxies: Sequence[str] = (),
    *,
    is_shared: bool = False,
    traces: Traces | None = None,
) -> Document:
    """Return `traefik.yml`.

    Args:
        web: where clients come in, "host:port".
        internal: the loopback entry point, "host:port".
        providers: where Traefik finds the rest.
        trusted_proxies: networks of the proxies before it.
        is_shared: whether a doorkeeper listens at the address of `web`, too.
        traces: where they are collected, if they are.
    """
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "WARN", "format": "json"},
        "accessLog": _access_log(),
        **({"tracing": _tracing(traces)} if traces else {}),
        "entryPoints": {
            "web": {
                **_web_entry_point(web, trusted_proxies),
                **({"reusePort": True} if is_shared else {}),
            },
            "internal": _internal_entry_point(internal),
        },
        "providers": dict(providers),
    }


def file_provider(out: Path) -> Document:
    """Return the provider that reads `dynamic.yml` in `out`, once."""
    return {"file": {"filename": str((out / "dynamic.yml").resolve()), "watch": False}}


def dynamic(gateway: Gateway, urls: Mapping[str, str]) -> Document:
    """Return `dynamic.yml`.

    Args:
        gateway: what to do.
        urls: service → where it listens: "http://127.0.0.1:9001".
    """
    return {
        "http": {
            "routers": {router.name: _router(router) for router in gateway.routers},
            "middlewares": dict(gateway.middlewares),
            "services": {
                **{
                    name: _service(backend, urls[backend.service])
                    for name, backend in gateway.backends.items()
                },
                **{
                    name: failover(guarded.guard, guarded.backend)
                    for name, guarded in gateway.guarded.items()
                },
            },
            "serversTransports": dict(gateway.transports),
        }
    }


def failover(service: str | Document, fallback: str | Document) -> Document:
    """Return the service that asks `service` first and, where it answers 200, then `fallback`."""
    return {"failover": {"service": service, "fallback": fallback, "errors": {"status": ["200"]}}}


def _access_log() -> Document:
    return {
        "format": "json",
        "fields": {
            "defaultMode": "drop",
            "names": dict.fromkeys(_LOGGED, "keep"),
            "headers": {"defaultMode": "drop", "names": dict.fromkeys(_LOGGED_HEADERS, "keep")},
            "queryParameters": {"defaultMode": "drop"},
        },
    }


def _tracing(traces: Traces) -> Document:
    return {
        "serviceName": "gateway",
        "resourceAttributes": {"service.namespace": "finance"},
        "sampleRate": traces.ratio,
        "otlp": {"http": {"endpoint": traces.url}},
    }


def _web_entry_point(address: str, trusted_proxies: Sequence[str]) -> Document:
    trusted = {"trustedIPs": list(trusted_proxies)} if trusted_proxies else {}
    return {
        "address": address,
        # X-Forwarded-* of clients are thrown away.
        "forwardedHeaders": {"insecure": False, **trusted},
        "http": {
            # A WSGI server reads X_Identity and X.Identity as X-Identity: such headers go no
            # further. (To reject them is a bare 400 in plain text, which no middleware reaches.)
            "aliasHeadersStrategy": "delete",
            "sanitizePath": True,
            # Go adds 4096 bytes of grace; in all 8 KiB, less than gunicorn's limits, so that the
            # refusal is the gateway's.
            "maxHeaderBytes": 4096,
        },
        "transport": {
            "respondingTimeouts": {
                "readTimeout": "60s",
                "writeTimeout": "300s",
                "idleTimeout": "60s",
            },
            "lifeCycle": {"graceTimeOut": "3s"},
        },
    }


def _internal_entry_point(address: str) -> Document:
    return {
        "address": address,
        "forwardedHeaders": {
            # forwardAuth comes from here and says who the client is.
            "trustedIPs": ["127.0.0.1/32", "::1/128"],
            "notAppendXForwardedFor": True,
        },
        "http": {"aliasHeadersStrategy": "reject"},
        # Its requests are parts of those of `web`, which tells of them; their trace passes through.
        "observability": {"accessLogs": False, "metrics": False, "tracing": False},
        "transport": {
            # Open until the last requests of `web`, which ask here, are done.
            "lifeCycle": {"requestAcceptGraceTimeout": "3s", "graceTimeOut": "1s"},
        },
    }


def _router(router: Router) -> Document:
    return {
        "entryPoints": [router.entry_point],
        "rule": router.rule,
        "priority": router.priority,
        "middlewares": list(router.middlewares),
        "service": router.backend,
    }


def _service(backend: Backend, url: str) -> Document:
    return {
        "middlewares": list(backend.middlewares),
        "loadBalancer": {"serversTransport": backend.transport, "servers": [{"url": url}]},
    }
