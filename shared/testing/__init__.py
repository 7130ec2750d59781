"""What the tests of every service stand on: real databases, real keys, real tokens."""

from shared.testing.keys import make_keys
from shared.testing.stand import Stand, environment

__all__ = ["Stand", "environment", "make_keys"]
