"""The end of a process: it waits for nothing that hangs."""

import logging
import os
import traceback
from collections.abc import Callable
from typing import NoReturn


def end_with(main: Callable[[], int]) -> NoReturn:
    """Do `main`, and end this process with the status that it returns, 1 for an exception.

    The interpreter would first wait, for ever, for what hangs in a thread of a pool.
    """
    try:
        status = main()
    except Exception:
        traceback.print_exc()
        status = 1
    logging.shutdown()
    os._exit(status)
