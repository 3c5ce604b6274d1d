"""The peer that also keeps its jobs in PostgreSQL: an empty procrastinate task.

`python -m procrastinate --app=tests.bench.floors.empty_procrastinate.app worker --concurrency 8`
"""

import os

from procrastinate import App, PsycopgConnector

DSN = os.environ.get("DATABASE_URL", "").replace("postgresql+psycopg://", "postgresql://", 1)

app = App(connector=PsycopgConnector(conninfo=DSN))


@app.task(name="empty", queue="empty")
async def empty(number: int) -> None:
    """Nothing."""
