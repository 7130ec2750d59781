"""Attacks. Each is made on us, where nothing may come of it, and on an open door as well.

The open door does what its sender asks: there the same attack must be seen to succeed, or it could
not fail on us.
"""
