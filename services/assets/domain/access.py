"""Who acts."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Actor:
    """A user who changes assets; administrators own the public ones together."""

    user_id: int
    is_staff: bool = False

    @property
    def owner_of_new(self) -> int | None:
        """The owner of the assets they make: None is public."""
        return None if self.is_staff else self.user_id


# The installation itself, for what no user asks for: ids of users begin at 1.
SYSTEM: Final = Actor(user_id=0, is_staff=True)
