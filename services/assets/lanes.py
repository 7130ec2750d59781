"""The lanes of assets."""

from typing import Final

from shared.http.lanes import Lane

# Ten thousands of rows take seconds, and up to some 100 MB from the body on; a search waits for
# somebody outside as long.
IMPORTING: Final = Lane("importing", places=2, waiting=2, share=3)
