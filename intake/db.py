"""The database: engine, base class, and the one place that commits."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from select import POLLIN, poll
from threading import Lock
from typing import Any, ClassVar
from uuid import UUID, uuid4

from psycopg import OperationalError
from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from intake import crypto, ledger
from intake.config import Settings

_LINES = "ledger"
_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_SESSION_OPTIONS = (
    "-c statement_timeout=10000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000"
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        bytes: LargeBinary(),
        int: BigInteger(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: JSONB(),
    }


class Identified:
    """A row whose id is known before it is stored, so that sealed fields can be bound to it."""

    id: Mapped[UUID] = mapped_column(primary_key=True)

    def __init__(self, **fields: Any) -> None:
        self.id = fields.pop("id", None) or uuid4()
        for name, value in fields.items():
            setattr(self, name, value)


class Sealed:
    """An encrypted text attribute kept in the column `<name>_sealed` of an Identified row."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        value = getattr(row, f"{self.name}_sealed")
        if value is None:
            return None
        return crypto.keyring(needs=value[0]).open(value, bound_to=self._bound_to(row))

    def __set__(self, row: Any, text: str | None) -> None:
        sealed = None if text is None else crypto.keyring().seal(text, bound_to=self._bound_to(row))
        setattr(row, f"{self.name}_sealed", sealed)

    def _bound_to(self, row: Any) -> str:
        return bound_to(row.__tablename__, self.name, row.id)


def bound_to(table: str, name: str, row_id: UUID) -> str:
    """What a sealed value is bound to: it opens in this field of this row and nowhere else."""
    return f"{table}.{name}:{row_id}"


_sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)

# What each process does in its first transaction, before any other.
_first: list[Callable[[Session], None]] = []
_first_lock = Lock()


def before_anything(deed: Callable[[Session], None]) -> None:
    """Do this once in this process before its next transaction; until it succeeds, none begins."""
    _first[:] = [deed]


def outlasting(session: Session, line: dict[str, Any]) -> None:
    """Write this to the ledger outside the database just before the session commits."""
    session.info.setdefault(_LINES, []).append(line)


@event.listens_for(Session, "before_commit")
def _write_ledger(session: Session) -> None:
    """First the file, then the commit: a crash between them can only repeat what was asked for."""
    lines = session.info.pop(_LINES, [])
    if lines:
        session.flush()
        ledger.stops().append(*lines)


def connect(settings: Settings, *, pool_size: int = 10, longest_transaction: int = 0) -> Engine:
    """Open the pool and the keyring for this process. Call once at start.

    `longest_transaction` (seconds, 0 for any) frees the locks of a process that stands still: PostgreSQL's
    timeout for idle transactions does not run after pipelined statements.
    """
    crypto.install(settings.keyring_file)
    ledger.install(settings.stops_ledger)
    engine = create_engine(
        settings.database_url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=4,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 4,
            "options": f"{_SESSION_OPTIONS} -c transaction_timeout={longest_transaction}s "
            f"-c role={settings.database_role}",
            "application_name": "advocate",
        },
    )
    event.listen(engine, "checkout", _refuse_closed)
    _sessions.configure(bind=engine)
    return engine


def _refuse_closed(driver: Any, record: Any, proxy: Any) -> None:
    """A server that went away has said so on the socket. Looking there costs no round trip, a ping would."""
    socket = poll()
    socket.register(driver.pgconn.socket, POLLIN)
    try:
        while socket.poll(0):
            driver.pgconn.consume_input()
    except OperationalError as gone:
        raise InvalidatePoolError("the server closed this connection") from gone


def insert_new(model: type[Base]) -> Insert:
    """INSERT that leaves a row alone whose unique key is taken. Run it with a list of `row_values`.

    Kept at module level and given parameters it is compiled once; with `.values()` each time anew.
    """
    table = model.__table__
    assert isinstance(table, Table)
    return insert(table).on_conflict_do_nothing()


def row_values(row: Base) -> dict[str, Any]:
    """The columns of a row that is not in a session, by name."""
    return {column.key: getattr(row, column.key) for column in type(row).__table__.columns}


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error."""
    if _first:
        _do_first()
    with _sessions.begin() as session:
        yield session


@contextmanager
def statement() -> Iterator[Session]:
    """For one statement alone, which commits itself: PostgreSQL need not be told of its begin and end."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session


def _do_first() -> None:
    with _first_lock:
        if _first:
            with _sessions.begin() as session:
                _first[0](session)
            _first.clear()


def database_now(session: Session) -> datetime:
    """The database's clock decides about leases and due times, not this machine's."""
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now


def new_token() -> str:
    """An unguessable URL token: 192 bits."""
    return secrets.token_urlsafe(24)
