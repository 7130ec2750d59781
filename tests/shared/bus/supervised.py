"""The service `ledger`, begun again whenever it ends: `python -m tests.shared.bus.supervised`.

It is forked, so that the next one is there at once.
"""

import os

from tests.shared.bus import ledger

if __name__ == "__main__":
    while True:
        child = os.fork()
        if not child:
            os._exit(ledger.main())
        os.waitpid(child, 0)
