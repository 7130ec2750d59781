"""The lanes of auth."""

from typing import Final

from shared.http.lanes import Lane

# A hash takes 19 MiB and a core. Four of eight threads at most: the gateway's questions have the
# others.
HASHING: Final = Lane("hashing", places=2, waiting=2, share=2)
