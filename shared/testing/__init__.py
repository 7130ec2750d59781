"""What the tests of every service stand on: real databases, real keys, real tokens."""

from shared.testing.keys import make_keys
from shared.testing.stand import Stand, environment
from shared.testing.waiting import ENOUGH, today, wait_until

__all__ = ["ENOUGH", "Stand", "environment", "make_keys", "today", "wait_until"]
