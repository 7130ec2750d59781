"""Alembic's entry; the work is in `shared.migrations`."""

from services.webhooks.models import Base
from shared import migrations

migrations.run(Base.metadata)
