"""A portfolio's days, from which day on they must be made again, and what was told of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("total_value", sa.Double(), nullable=True),
        sa.Column("total_cost_basis", sa.Double(), nullable=True),
        sa.Column("cash_balance", sa.Double(), nullable=True),
        sa.Column("net_flow", sa.Double(), nullable=True),
        sa.Column("position_count", sa.Integer(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("position_count >= 0", name="snapshots_position_count"),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("portfolio_id", "date"),
    )
    op.create_table(
        "revaluation_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("revaluation_marks_portfolio", "revaluation_marks", ["portfolio_id"])
    op.create_table(
        "last_valuations",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("total_value", sa.Numeric(), nullable=True),
        sa.Column("rate_symbols", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("measure_after", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("portfolio_id"),
    )
    op.create_index(
        "last_valuations_rates", "last_valuations", ["rate_symbols"], postgresql_using="gin"
    )
    op.create_index(
        "last_valuations_due",
        "last_valuations",
        ["measure_after"],
        postgresql_where=sa.text("measure_after IS NOT NULL"),
    )
    # What was kept before there were snapshots has its days made, too.
    op.execute(
        "INSERT INTO revaluation_marks (portfolio_id, since)"
        " SELECT id, '0001-01-01' FROM portfolios"
    )


def downgrade() -> None:
    op.drop_table("last_valuations")
    op.drop_table("revaluation_marks")
    op.drop_table("snapshots")
