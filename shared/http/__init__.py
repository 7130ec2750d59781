"""HTTP as every service speaks it. A service's routes import from here alone.

`Blueprint` has the decorators, in the one order: authenticated / for_services, arguments, lane,
response or page_of. `session` and `identity` are the current request's; what asks its session for
much takes it by `opened_session`.
"""

from shared.db import AnyRow, AnySelect
from shared.http.app import create_service_app
from shared.http.blueprint import Blueprint
from shared.http.context import identity, opened_session, session
from shared.http.kept import KeptListing, Pages
from shared.http.pagination import Listing, Resource
from shared.http.service import ServiceApp

__all__ = [
    "AnyRow",
    "AnySelect",
    "Blueprint",
    "KeptListing",
    "Listing",
    "Pages",
    "Resource",
    "ServiceApp",
    "create_service_app",
    "identity",
    "opened_session",
    "session",
]
