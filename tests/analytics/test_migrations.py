"""The migrations make exactly the tables of the models, and can be taken back."""

from alembic import command

from shared import migrations
from shared.testing.stand import create_database


def test_the_newest_schema_is_that_of_the_models(postgres_url: str) -> None:
    url = create_database(postgres_url, "analytics")
    migrations.upgrade("analytics", url)
    command.check(migrations.config("analytics", url))


def test_every_migration_can_be_taken_back_and_made_again(postgres_url: str) -> None:
    url = create_database(postgres_url, "analytics")
    migrations.upgrade("analytics", url)
    command.downgrade(migrations.config("analytics", url), "base")
    migrations.upgrade("analytics", url)
    command.check(migrations.config("analytics", url))
