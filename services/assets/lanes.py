"""The lanes of assets."""

from typing import Final

from shared.http.lanes import Lane

# Two thousand rows take a second or two, and up to some 100 MB from the body on; more are a job of
# the lane with the same name. A search waits for somebody outside about as long.
IMPORTING: Final = Lane("importing", places=2, waiting=1, share=2)
ASSETS_AT_ONCE: Final = 2_000
PRICES_AT_ONCE: Final = 10_000
# Jobs alone: a source that is slow stands in nobody else's way.
REFRESHING: Final = "refreshing"
