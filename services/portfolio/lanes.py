"""The lanes of the portfolio service."""

from typing import Final

from shared.http.lanes import Lane

# Two thousand rows take a second or two, and up to some 100 MB from the body on; more are a job of
# the lane with the same name.
IMPORTING: Final = Lane("importing", places=2, waiting=1, share=2)
AT_ONCE: Final = 2_000
