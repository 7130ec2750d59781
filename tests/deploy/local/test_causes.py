"""The one line that says why a process does not come up, out of what each of them writes."""

import json

import pytest

from deploy.local.causes import cause, remedy

GUNICORN = """\
[2026-11-28 18:00:00 +0000] [12] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/srv/arbiter.py", line 609, in spawn_worker
    worker.init_process()
  File "/srv/app.py", line 3, in <module>
    import flask
    ^^^^^^^^^^^^
ModuleNotFoundError: No module named 'flask'
[2026-11-28 18:00:00 +0000] [12] [ERROR] Worker (pid:14) exited with code 3.
[2026-11-28 18:00:00 +0000] [12] [ERROR] Shutting down: Master
[2026-11-28 18:00:00 +0000] [12] [ERROR] Reason: Worker failed to boot.
"""
CHAINED = """\
Traceback (most recent call last):
  File "a.py", line 1, in <module>
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
environs.exceptions.EnvValidationError: Environment variable "PORT" invalid
"""
POSTGRES = """\
2026-11-28 18:00:00.007 UTC [12] LOG:  could not bind IPv4 "127.0.0.1": Address already in use
2026-11-28 18:00:00.007 UTC [12] HINT:  Is another postmaster already running on port 20001?
2026-11-28 18:00:00.009 UTC [12] FATAL:  could not create any TCP/IP sockets
2026-11-28 18:00:00.010 UTC [12] LOG:  database system is shut down
"""
NATS = """\
[12] 2026/11/28 18:00:00.000001 [INF] Starting nats-server
[12] 2026/11/28 18:00:00.000002 [FTL] Can't start JetStream: storage directory is not writable
"""
TRAEFIK = '2026-11-28 ERR Command error error="listen tcp :80: bind: permission denied"\n'


def entry(level: str, event: str, **more: str) -> str:
    """Return a line of our own logs."""
    return json.dumps({"service": "auth", "level": level, "event": event, **more}) + "\n"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (GUNICORN, "ModuleNotFoundError: No module named 'flask'"),
        (CHAINED, 'environs.exceptions.EnvValidationError: Environment variable "PORT" invalid'),
        (POSTGRES, "could not create any TCP/IP sockets"),
        (NATS, "Can't start JetStream: storage directory is not writable"),
        (TRAEFIK, 'Command error error="listen tcp :80: bind: permission denied"'),
        (entry("critical", "worker_part_failed", exception=CHAINED), CHAINED.splitlines()[-1]),
        (entry("error", "bus_lost") + entry("info", "request"), "bus_lost"),
        (entry("info", "request"), ""),
        ("panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n",
         "panic: runtime error: index out of range"),
        ("one\n  two  \n\n", "two"),
        ("x" * 400, "x" * 300),
        ("", ""),
    ],
)  # fmt: skip
def test_the_cause_is_one_line(output: str, expected: str) -> None:
    assert cause(output) == expected


def test_the_remedy_is_said_where_it_is_known() -> None:
    assert remedy(GUNICORN) == "Install the packages: make run."
    assert remedy(POSTGRES).startswith("Another program has its port")
    assert remedy(NATS) == ""
