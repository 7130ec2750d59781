"""Why a file is refused as a whole."""

from shared.errors import ValidationFailed


class FileRefused(ValidationFailed):
    """The file is not what its format says; none of its rows can be read."""

    def __init__(self, message: str) -> None:
        super().__init__({"file": [message]}, message)
