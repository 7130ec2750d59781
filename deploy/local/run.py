"""One run from its start to its end."""

import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty
from types import FrameType
from typing import Final

from deploy import bus as topology
from deploy.local import (
    accounts,
    broker,
    databases,
    keys,
    leftovers,
    ports,
    postgres,
    readiness,
    supervision,
    tasks,
)
from deploy.local.errors import RunError
from deploy.local.programs import PORTS, Plan
from deploy.local.progress import Progress
from deploy.local.rundir import RunDir, State, write_private
from deploy.local.settings import Settings
from deploy.local.supervision import Supervisor
from shared.bus import BusUnavailable
from shared.settings import SERVICES

_WATCH: Final = 1.0  # seconds
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


def run(settings: Settings) -> None:
    """Run everything until Ctrl-C or SIGTERM.

    Raises:
        RunError: something does not start; all is ended again.
    """
    progress = Progress()
    folder = RunDir(settings.run_dir.resolve())
    folder.prepare()
    with folder.held(), _stoppable():
        plan = _plan(settings, folder, progress)
        _write_files(plan)
        doorkeeper = plan.doorkeeper()
        programs = plan.programs(doorkeeper)
        supervisor = Supervisor(folder, programs, plan.marked_environment())
        doorkeeper.gateway = partial(supervisor.process_id, "traefik")
        try:
            _start_servers(plan, supervisor, progress)
            has_new_demo = _fill_databases(plan, progress)
            _start_services(supervisor, progress)
            if has_new_demo:
                tasks.copy_for_analytics(plan)
                progress.say("Analytics has its copies of the demo data.")
            _welcome(plan)
            _watch(supervisor, progress)
        except Stopped:
            progress.say("Stopping …")
        finally:
            _ignore_signals()
            doorkeeper.stay_shut()
            supervisor.stop()
            leftovers.end(folder.path, seconds=0)
            shutil.rmtree(plan.metrics, ignore_errors=True)
    progress.say("Stopped.")


def _plan(settings: Settings, folder: RunDir, progress: Progress) -> Plan:
    """Make every choice, in a folder where nothing runs any more."""
    if leftovers.end(folder.path, seconds=supervision.STOP_SECONDS):
        progress.say("Ended what an earlier run had left.")
    postgres.forget_dead_server(folder.postgres)
    if not ports.is_free(settings.port, settings.host):
        raise RunError(
            f"PORT {settings.port} is used by another program:"
            f" stop that or choose another: make run PORT={settings.port + 1}"
        )
    state = State.load(folder.state)
    state.choose_ports(PORTS, settings.port)
    state.make_passwords(("postgres", *SERVICES))
    state.save(folder.state)
    plan = Plan(settings, folder, state)
    if plan.database_place in state.demo and not settings.is_local:
        raise RunError(
            f"HOST={settings.host} would show others the demo users, whose passwords everybody"
            " knows: choose another RUN_DIR."
        )
    return plan


def _write_files(plan: Plan) -> None:
    """Write what the processes read."""
    folder, state = plan.folder, plan.state
    keys.make(folder.keys, SERVICES)
    accounts.make(folder, state)
    for service in SERVICES:
        databases.keep_password(folder.database_password(service), state.passwords[service])
    environments = {service: plan.command_environment(service) for service in SERVICES}
    write_private(folder.environments, json.dumps(environments, indent=2))


def _start_servers(plan: Plan, supervisor: Supervisor, progress: Progress) -> None:
    supervisor.start("zygote")
    with tasks.gateway_rendered(plan):
        if plan.settings.database:
            databases.check(plan.settings.database)
        else:
            postgres.initialise(plan.folder.postgres, plan.state.passwords["postgres"])
            if plan.state.next_superuser:
                postgres.set_password(plan.folder.postgres, plan.state.next_superuser)
                plan.state.take_superuser(plan.folder.state)
        for address in filter(None, (plan.settings.bus, *plan.settings.bus_accounts.values())):
            broker.check(address)
        readiness.wait_for(supervisor.start("servers"), progress.say)
        address = plan.bus_url.rpartition("@")[2].partition("?")[0].rstrip("/")
        _make_topology(plan)
        progress.say(f"PostgreSQL at {plan.databases.address}, event bus at {address}")
        databases.provision(plan.databases, plan.state.passwords, SERVICES)


def _make_topology(plan: Plan) -> None:
    """Make what the services need on the bus: they themselves may not, and events must flow."""
    try:
        topology.declare(plan.bus_url)
    except BusUnavailable as error:
        raise RunError(f"The event bus takes no events: {error}") from error


def _fill_databases(plan: Plan, progress: Progress) -> bool:
    """Migrate, and load the demo where it is wanted; return whether it was."""
    tasks.migrate(plan)
    progress.say("The databases are up to date.")
    state, place = plan.state, plan.database_place
    if not plan.settings.demo or state.demo.get(place) == "loaded":
        return False
    if not plan.settings.is_local:
        progress.say(f"No demo data, as others can reach HOST={plan.settings.host}.")
        return False
    progress.say("Loading the demo data …")
    # Noted before as well: what was loaded half-way has the demo users, too.
    state.note_demo(place, "begun", plan.folder.state)
    tasks.load_demo(plan)
    state.note_demo(place, "loaded", plan.folder.state)
    return True


def _start_services(supervisor: Supervisor, progress: Progress) -> None:
    progress.say("Starting the services …")
    readiness.wait_for(supervisor.start("services", "edge"), progress.say)


def _welcome(plan: Plan) -> None:
    address = "localhost" if plan.settings.is_local else plan.settings.host
    base = f"http://{address}:{plan.settings.port}/api"
    print(f"\nReady: {base}/\n\nDocumentation  {base}/docs/")
    if plan.database_place in plan.state.demo:
        print(f"Log in         curl -d username=demo -d password=demo {base}/auth-token/")
    else:
        python = f"RUN_DIR={plan.folder.path} {sys.executable} -m deploy.local"
        print(f"First user     {python} exec auth -- create-user --admin NAME")
    print(f"Logs           {plan.folder.logs}\nStop           Ctrl-C\n", flush=True)


def _watch(supervisor: Supervisor, progress: Progress) -> None:
    """Show what dies, which the supervisor starts again, until somebody stops it all."""
    while True:
        # Not for ever, or a signal would not get through on every system.
        with suppress(Empty):
            progress.say(supervisor.notices.get(timeout=_WATCH))


@contextmanager
def _stoppable() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    _handle_signals(stop)
    yield


def _ignore_signals() -> None:
    # By a handler: a process that is just being started would inherit SIG_IGN, and stay.
    _handle_signals(lambda _number, _frame: None)


def _handle_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in _SIGNALS:
        # `nohup make run &` means it.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)
