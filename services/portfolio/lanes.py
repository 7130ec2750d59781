"""The lanes of the portfolio service."""

from typing import Final

from shared.http.lanes import Lane

# Thousands of rows take ten seconds, and up to some 100 MB from the body on.
IMPORTING: Final = Lane("importing", places=2, waiting=2, share=3)
