"""What stops a run, in words for the person who started it."""


class RunError(Exception):
    """The run cannot go on; the message is one line that names the remedy."""


def first_line(error: Exception) -> str:
    """Return the first line of what `error` says, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removesuffix(".")
