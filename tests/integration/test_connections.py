"""Connections that wait in the pool while their server ends them."""

from sqlalchemy import Engine, text

from intake.db import transaction

# Each is waited for: a backend answers the signal in its own time.
_END_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def test_transactions_succeed_when_the_server_closed_the_waiting_connections(database: Engine) -> None:
    with transaction() as one, transaction() as other:
        assert one.scalar(text("SELECT 1")) == other.scalar(text("SELECT 1"))
    with database.connect() as apart:
        apart.execute(text("SET ROLE NONE"))
        apart.execute(_END_THE_OTHERS)
    for _ in range(3):
        with transaction() as session:
            assert session.scalar(text("SELECT 1")) == 1
