"""Units of work: whole or not at all, done again where PostgreSQL asks for it, never for ever."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psutil
import psycopg
import pytest
from sqlalchemy import Integer, bindparam, func, literal, literal_column, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from shared.db import (
    Database,
    Patience,
    Query,
    copy_in,
    driver_url,
    execute,
    pipelined,
    sqlstate,
)
from shared.testing import ENOUGH
from shared.testing.stand import create_database
from tests.shared.bus.database import terminate_backends


@pytest.fixture(scope="module")
def running(postgres_url: str) -> Iterator[Database]:
    database = Database(create_database(postgres_url, "counters"), pool_size=4)
    database.unit(lambda session: session.execute(text("CREATE TABLE counter (n integer)")))
    yield database
    database.close()


@pytest.fixture
def database(running: Database) -> Database:
    running.unit(lambda session: session.execute(text("TRUNCATE counter")))
    running.unit(lambda session: session.execute(text("INSERT INTO counter VALUES (0)")))
    return running


def count(session: Session) -> int:
    return int(session.scalar(text("SELECT n FROM counter")) or 0)


def put(session: Session, n: int) -> None:
    session.execute(text("UPDATE counter SET n = :n"), {"n": n})


def fail(session: Session, state: str) -> None:
    session.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))


def test_returning_commits_and_raising_rolls_back(database: Database) -> None:
    def broken(session: Session) -> None:
        put(session, 2)
        raise ValueError

    database.unit(lambda session: put(session, 1))
    with pytest.raises(ValueError):
        database.unit(broken)
    assert database.unit(count) == 1


def test_two_that_change_the_same_at_once_are_both_done(database: Database) -> None:
    """Under REPEATABLE READ the second gets 40001, and its whole unit is done again."""
    both, tries = threading.Barrier(2), []

    def increment(session: Session) -> None:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        seen = count(session)
        tries.append(seen)
        if len(tries) <= 2:
            both.wait(ENOUGH)
        put(session, seen + 1)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(database.unit, [increment, increment]))
    assert sorted(tries) == [0, 0, 1]
    assert database.unit(count) == 2


@pytest.mark.parametrize(("state", "tries"), [("40001", 5), ("40P01", 5), ("55P03", 1)])
def test_it_is_done_again_at_most_four_times_and_only_for_what_may_pass(
    database: Database, state: str, tries: int
) -> None:
    seen = []

    def conflicting(session: Session) -> None:
        seen.append(1)
        put(session, 9)
        fail(session, state)

    with pytest.raises(DBAPIError) as caught:
        database.unit(conflicting)
    assert sqlstate(caught.value) == state
    assert (len(seen), database.unit(count)) == (tries, 0)


def test_nothing_waits_for_ever(database: Database) -> None:
    def setting(name: str) -> str:
        return str(database.unit(lambda session: session.scalar(text(f"SHOW {name}"))))

    assert setting("statement_timeout") == "10s"
    assert setting("lock_timeout") == "3s"
    assert setting("idle_in_transaction_session_timeout") == "30s"
    assert setting("timezone") == "UTC"


def test_a_server_that_hangs_is_given_up_and_another_connection_does_what_it_was_to_do(
    postgres_url: str,
) -> None:
    """Its machine goes on acknowledging what comes, so that TCP notices nothing."""
    hurried = Patience(statement=1, lock=1, idle=30)
    database = Database(create_database(postgres_url, "hurried"), patience=hurried)
    query = Query(select(func.pg_backend_pid().label("pid")))
    [(reader,)] = database.read(query, {})
    stopped = [psutil.Process(reader)]

    def hang(session: Session) -> int:
        if len(stopped) == 1:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            stopped.append(psutil.Process(pid))
            stopped[1].suspend()
        return int(session.scalar(text("SELECT 7")) or 0)

    stopped[0].suspend()
    try:
        with ThreadPoolExecutor() as threads:
            unit = threads.submit(database.unit, hang)
            [(other,)] = database.read(query, {})
            assert other != reader
            assert unit.result() == 7
            assert len(stopped) == 2
    finally:
        for process in stopped:
            process.resume()
        database.close()


def test_a_connection_that_died_in_the_pool_is_replaced(database: Database) -> None:
    database.unit(count)
    terminate_backends(database)
    assert [database.unit(count) for _ in range(4)] == [0, 0, 0, 0]


def test_a_unit_whose_connection_dies_is_done_again_but_not_when_it_dies_in_the_commit(
    database: Database,
) -> None:
    """After a lost COMMIT nobody knows whether it was done: only the client may repeat it."""
    tries = []

    def cut_off(session: Session) -> None:
        put(session, count(session) + 1)
        tries.append(1)
        if len(tries) == 1:
            terminate_backends(database)
            count(session)

    def cut_off_at_the_end(session: Session) -> None:
        put(session, count(session) + 1)
        tries.append(1)
        terminate_backends(database)

    database.unit(cut_off)
    assert (len(tries), database.unit(count)) == (2, 1)
    with pytest.raises(DBAPIError):
        database.unit(cut_off_at_the_end)
    assert len(tries) == 3


def number(database: Database, sql: str = "n") -> list[Any]:
    query = Query(select(literal_column(sql).label("n")).select_from(text("counter")))
    return [row.n for row in database.read(query, {})]


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 3000])
def test_rows_are_stored_as_they_are_however_many(database: Database, rows: int) -> None:
    odd = ["tab\tand\nline", "\\N", "", None, "ö', %s"]
    written = [(number, odd[number % len(odd)]) for number in range(rows)]

    def store(session: Session) -> list[tuple[Any, ...]]:
        session.execute(text("CREATE TEMP TABLE texts (n bigint, t text) ON COMMIT DROP"))
        copy_in(session, "texts", ("n", "t"), iter(written))
        return [tuple(row) for row in session.execute(text("SELECT n, t FROM texts ORDER BY n"))]

    assert database.unit(store) == written


@pytest.mark.parametrize("rows", [1, 3000])
def test_rows_that_the_server_refuses_are_an_error_of_the_database(
    database: Database, rows: int
) -> None:
    with pytest.raises(DBAPIError) as refused:
        database.unit(lambda session: copy_in(session, "counter", ("n",), [("x",)] * rows))
    assert sqlstate(refused.value) == "22P02"
    assert database.unit(count) == 0


@pytest.mark.parametrize("rows", [1, 3000])
def test_rows_whose_connection_dies_are_stored_by_another_one(
    database: Database, rows: int
) -> None:
    attempts: list[Session] = []

    def store(session: Session) -> None:
        put(session, 0)
        if not attempts:
            attempts.append(session)
            terminate_backends(database)
        copy_in(session, "counter", ("n",), [(1,)] * rows)

    database.unit(store)
    total = database.unit(lambda session: session.scalar(text("SELECT sum(n) FROM counter")))
    assert total == rows


ADD = Query(text("UPDATE counter SET n = n + CAST(:more AS integer) RETURNING n"))


def test_statements_of_a_pipeline_are_done_in_their_order(database: Database) -> None:
    def add(session: Session) -> list[int]:
        with pipelined(session):
            first, second = (execute(session, ADD, {"more": more}) for more in (1, 10))
            copy_in(session, "counter", ("n",), [(5,)] * 20)
            return [first.fetchall()[0].n, second.fetchall()[0].n]

    assert database.unit(add) == [1, 11]
    assert database.unit(lambda session: session.scalar(text("SELECT sum(n) FROM counter"))) == 111


def test_a_statement_is_executed_for_each_row_of_values(database: Database) -> None:
    database.unit(lambda session: execute(session, ADD, {"more": 1}, {"more": 10}))
    assert database.unit(count) == 11


def test_a_unit_whose_connection_dies_in_a_pipeline_is_done_again(database: Database) -> None:
    attempts: list[Session] = []

    def add(session: Session) -> None:
        with pipelined(session):
            execute(session, ADD, {"more": 1})
            if not attempts:
                attempts.append(session)
                terminate_backends(database)
            execute(session, ADD, {"more": 10}).fetchall()

    database.unit(add)
    assert database.unit(count) == 11


def test_a_unit_whose_connection_dies_before_the_commit_of_a_pipeline_is_done_again(
    database: Database,
) -> None:
    tries: list[Session] = []

    def add(session: Session) -> None:
        tries.append(session)
        with pipelined(session):
            execute(session, ADD, {"more": 1})
        if len(tries) == 1:
            terminate_backends(database)
            time.sleep(0.2)  # until they have ended

    database.unit(add)
    assert (len(tries), database.unit(count)) == (2, 1)


@pytest.mark.parametrize("unread", [0, 1])
def test_a_pipeline_is_committed_whether_or_not_all_of_it_was_read(
    database: Database, unread: int
) -> None:
    def add(session: Session) -> int:
        with pipelined(session):
            answers = [execute(session, ADD, {"more": 1}) for _ in range(2)]
            read = [answer.fetchall()[0].n for answer in answers[: 2 - unread]]
        time.sleep(0.2)  # until the server has done the other one
        return int(read[-1])

    assert database.unit(add) == 2 - unread
    assert database.unit(count) == 2
    assert database.unit(add) == 4 - unread


def test_what_a_pipeline_answers_at_length_and_nobody_reads_is_committed(
    database: Database,
) -> None:
    many = Query(text("SELECT CAST(repeat('x', 100000) AS text)"))

    def add(session: Session) -> None:
        with pipelined(session):
            execute(session, ADD, {"more": 1})
            execute(session, many, {})
        time.sleep(0.2)  # until the server has sent some of it

    database.unit(add)
    assert database.unit(count) == 1


def test_what_is_refused_before_the_commit_of_a_pipeline_is_said(database: Database) -> None:
    def add(session: Session) -> None:
        with pipelined(session):
            execute(session, ADD, {"more": "much"})
        time.sleep(0.2)  # until the server has said so

    with pytest.raises(DBAPIError) as caught:
        database.unit(add)
    assert (sqlstate(caught.value), database.unit(count)) == ("22P02", 0)


def test_what_a_pipeline_leaves_unread_comes_before_what_follows(database: Database) -> None:
    def add(session: Session) -> int:
        with pipelined(session):
            execute(session, ADD, {"more": 1})
        put(session, 2 * count(session))
        return count(session)

    assert database.unit(add) == 2


def test_what_the_server_refuses_in_a_pipeline_undoes_the_unit(database: Database) -> None:
    def add(session: Session) -> None:
        with pipelined(session):
            execute(session, ADD, {"more": 1})
            execute(session, ADD, {"more": "much"})

    # The second time both are prepared already.
    for _ in range(2):
        with pytest.raises(DBAPIError) as caught:
            database.unit(add)
        assert (sqlstate(caught.value), database.unit(count)) == ("22P02", 0)


def test_statements_are_prepared_anew_after_what_undoes_them(database: Database) -> None:
    def add(session: Session, error: type[Exception] | None = None) -> int:
        # psycopg prepares it at the sixth time, and forgets all that is prepared at a rollback.
        for _ in range(6):
            session.execute(text("SELECT 1"))
        added = execute(session, ADD, {"more": 1}).fetchall()[0].n
        if error:
            raise error
        return int(added)

    assert database.unit(add) == 1
    with pytest.raises(ValueError):
        database.unit(lambda session: add(session, ValueError))
    assert database.unit(add) == 2


def test_a_connection_keeps_only_so_many_statements(database: Database) -> None:
    def prepared(session: Session) -> int:
        for number in range(300):
            execute(session, Query(text(f"SELECT {number}")), {})
        assert execute(session, Query(text("SELECT 0 AS zero")), {}).fetchall()[0].zero == 0
        ours = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ours%'"
        return int(session.scalar(text(ours)) or 0)

    assert database.unit(prepared) <= 200


def test_who_is_interrupted_leaves_no_answer_to_the_next(database: Database) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    sleep = Query(text("SELECT CAST(pg_sleep(10) AS text) AS n"))
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Interrupted):
            database.unit(lambda session: execute(session, sleep, {}))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert database.unit(count) == 0


def test_much_is_written_while_much_is_read(database: Database) -> None:
    """Neither side waits for the other to read first: both ways carry more than a socket holds."""
    echo = Query(text("SELECT CAST(:what AS text) AS what"))

    def ask(session: Session) -> int:
        with pipelined(session):
            answers = [execute(session, echo, {"what": "x" * 100_000}) for _ in range(200)]
            return sum(len(answer.fetchall()[0].what) for answer in answers)

    assert database.unit(ask) == 20_000_000


def test_a_query_has_parameters_and_rows_with_names(database: Database) -> None:
    n = literal_column("n", Integer)
    query = Query(
        select(n, (n + bindparam("more", type_=Integer)).label("sum"))
        .select_from(text("counter"))
        .where(n < bindparam("limit"))
    )
    assert [row.sum for row in database.read(query, {"more": 5, "limit": 1})] == [5]
    assert database.read(query, {"more": 5, "limit": 0}) == []


def test_a_read_sees_what_was_committed_a_moment_ago(database: Database) -> None:
    for n in range(3):
        database.unit(partial(put, n=n))
        assert number(database) == [n]


def test_a_connection_that_reads_and_died_is_replaced(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: number(database, "pg_sleep(0.1)::text"), range(4)))
    terminate_backends(database)
    assert [number(database) for _ in range(5)] == [[0]] * 5


def test_a_read_that_was_cancelled_is_an_error_and_its_connection_stays(
    database: Database,
) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError) as caught:
            number(database, "pg_cancel_backend(pg_backend_pid())")
        assert sqlstate(caught.value) == "57014"


def test_a_server_that_is_not_there_is_an_error_without_a_sqlstate() -> None:
    nowhere = Database("postgresql://u:p@127.0.0.1:9/x")
    with pytest.raises(OperationalError) as caught:
        nowhere.unit(count)
    assert sqlstate(caught.value) is None
    with pytest.raises(psycopg.OperationalError):
        nowhere.read(Query(select(literal(1))), {})


@pytest.mark.parametrize(
    "url", ["postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg://u@h/d"]
)
def test_our_driver_is_named_in_the_url(url: str) -> None:
    assert driver_url(url) == "postgresql+psycopg://u@h/d"


def test_another_database_is_refused_without_its_password() -> None:
    with pytest.raises(ValueError, match=r"^Not a PostgreSQL URL: mysql://…$"):
        driver_url("mysql://u:secret@h/d")


def test_a_connection_that_must_be_encrypted_is_not_made_without(postgres_url: str) -> None:
    """The embedded server knows no TLS; all that libpq can be told stands in the address."""
    database = Database(f"{postgres_url}?sslmode=require")
    for connect in (database.alone, database.engine.connect, database.direct.connect):
        with pytest.raises((OperationalError, psycopg.OperationalError), match="SSL"):
            connect()
