"""The installation as a whole."""

import signal
import time

from deploy.local.rundir import RunDir
from shared.settings import SERVICES
from tests.e2e.test_full_disk import exhaust_nats, exhaust_postgres, fill
from tests.faults import clocks
from tests.faults.scene import Scene

_WRONG = 600  # seconds; what one service signs for another is good for 60


def replace_keys(scene: Scene) -> None:
    """Replace every key while clients post; none of them may be refused."""
    for _ in scene.rounds(1):
        scene.site.command("replace-keys")


def turn_clocks(scene: Scene) -> None:
    """Put each service's clock ahead, then behind, then let it step, while the others go right."""
    run_dir = scene.site.product.run_dir
    for number in scene.rounds(len(SERVICES)):
        service = SERVICES[number]
        for seconds in (_WRONG, -_WRONG, *(_WRONG, -_WRONG, 0) * 3):
            clocks.turn(run_dir, service, seconds)
            time.sleep(scene.scale.outage / 8)


def kill_everything(scene: Scene) -> None:
    """Kill the launcher, with which everything ends, and start it again."""
    for _ in scene.rounds(max(scene.scale.rounds // 5, 1)):
        scene.site.product.end(signal.SIGKILL)
        scene.site.product.start()


def fill_disk(scene: Scene) -> None:
    """Fill the disk to its last byte, have both servers meet it, and make room after a while."""
    product, state = scene.site.product, scene.site.state
    filler = product.run_dir.parent / "filler"
    for _ in scene.rounds(1):
        fill(filler)
        exhaust_nats(RunDir(product.run_dir), state)
        exhaust_postgres(state)
        time.sleep(scene.scale.outage)
        filler.unlink()
