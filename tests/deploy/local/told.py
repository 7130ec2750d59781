"""`python -m tests.deploy.local.told <file> …`: writes what it is and was told, waits, says bye."""

import atexit
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import uuid_utils


def main() -> None:
    """Tell into the file that the first word names."""
    loaded = sorted({"flask", "gunicorn", "sqlalchemy"} & set(sys.modules))
    told = {
        "pid": os.getpid(),
        "session": os.getsid(0),
        "folder": str(Path.cwd()),
        "words": sys.argv[2:],
        "environment": dict(os.environ),
        "input": sys.stdin.read(),
        "loaded": loaded,
        "random": [random.random(), os.urandom(8).hex(), str(uuid_utils.uuid7())[-12:]],
    }
    file = Path(sys.argv[1])
    file.with_suffix(".new").write_text(json.dumps(told))
    file.with_suffix(".new").replace(file)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    atexit.register(print, "bye")
    print("ready", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
