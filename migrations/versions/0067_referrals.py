"""Which cluster's framed page an application comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("applications") as batch:
        batch.add_column(sa.Column("via_cluster_id", sa.String(length=40), nullable=True))
        batch.create_foreign_key(
            op.f("fk_applications_via_cluster_id"), "clusters", ["via_cluster_id"], ["id"]
        )
        batch.create_index(op.f("ix_applications_via_cluster_id"), ["via_cluster_id"])


def downgrade() -> None:
    with op.batch_alter_table("applications") as batch:
        batch.drop_index(op.f("ix_applications_via_cluster_id"))
        batch.drop_constraint(op.f("fk_applications_via_cluster_id"), type_="foreignkey")
        batch.drop_column("via_cluster_id")
