"""The lanes of analytics."""

from typing import Final

from shared.http.lanes import Lane

# Arithmetic over decades of days takes a core and up to some 100 MB.
COMPUTING: Final = Lane("computing", places=2, waiting=2, share=3)
