"""What auth does: users, passwords, logins and tokens. Commands never commit."""

from services.auth.commands.guessing import forget_old_failures
from services.auth.commands.logins import change_password, log_in
from services.auth.commands.service_tokens import (
    delete_service_token,
    exchange_key,
    issue_service_token,
)
from services.auth.commands.tokens import (
    delete_token,
    end_unused_logins,
    issue_login,
    issue_token,
    needs_touch,
    require_no_more,
    touch_token,
)
from services.auth.commands.users import add_user, change_profile, create_user, delete_user

__all__ = [
    "add_user",
    "change_password",
    "change_profile",
    "create_user",
    "delete_service_token",
    "delete_token",
    "delete_user",
    "end_unused_logins",
    "exchange_key",
    "forget_old_failures",
    "issue_login",
    "issue_service_token",
    "issue_token",
    "log_in",
    "needs_touch",
    "require_no_more",
    "touch_token",
]
