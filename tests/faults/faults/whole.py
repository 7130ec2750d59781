"""The installation as a whole."""

import signal
import time

from deploy.local.rundir import RunDir
from tests.e2e.test_full_disk import exhaust_nats, exhaust_postgres, fill
from tests.faults.scene import Scene


def replace_keys(scene: Scene) -> None:
    """Replace every key while clients post; none of them may be refused."""
    for _ in scene.rounds(1):
        scene.site.command("replace-keys")


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
