"""What the hooks of databases can do, called from tasks."""

from pathlib import Path

from airflow.providers.mysql.hooks.mysql import MySqlHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.sdk import DAG, BaseHook, task
from duckdb_provider.hooks.duckdb_hook import DuckDBHook

with DAG("postgres_hook", schedule=None, params={"folder": "/tmp"}):

    @task
    def rows():
        hook = PostgresHook(postgres_conn_id="pg")
        hook.run("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
        hook.insert_rows("people", [(1, "Ada"), (2, "Bo"), (3, None)], target_fields=["id", "name"], commit_every=2)
        hook.insert_rows(
            "people", [(2, "Bob")], target_fields=["id", "name"], replace=True, replace_index="id", commit_every=1
        )
        return {
            "first": hook.get_first("SELECT name FROM people WHERE id = %s", parameters=(2,)),
            "count": hook.get_records("SELECT count(*) FROM people")[0][0],
            "keys": hook.get_table_primary_key("people"),
            "columns": hook.dialect.get_column_names("public.people"),
            "uri": hook.get_uri().startswith("postgresql"),
        }

    @task
    def copied(params):
        hook, file = PostgresHook("pg"), f"{params['folder']}/people.csv"
        hook.copy_expert("COPY people TO STDOUT WITH CSV", file)
        hook.run("TRUNCATE people")
        hook.copy_expert("COPY people FROM STDIN WITH CSV", file)
        return [hook.get_first("SELECT count(*) FROM people")[0], Path(file).read_text()]

    @task
    def frames():
        hook = PostgresHook("pg")
        frame = hook.get_df("SELECT id, name FROM people ORDER BY id", df_type="pandas")
        chunks = [len(part) for part in hook.get_df_by_chunks("SELECT id FROM people", chunksize=2)]
        return [list(frame.columns), int(frame["id"].sum()), chunks]

    @task
    def engine():
        from sqlalchemy import text

        with PostgresHook("pg").get_sqlalchemy_engine().connect() as connection:
            return connection.execute(text("SELECT max(id) FROM people")).scalar()

    @task
    def notices():
        hook = PostgresHook("pg", enable_log_db_messages=True)
        hook.run("DO $$ BEGIN RAISE NOTICE 'the table is small'; END $$")

    rows() >> copied() >> [frames(), engine(), notices()]

with DAG("mysql_hook", schedule=None, params={"folder": "/tmp"}):

    @task
    def maria_rows(params):
        hook = MySqlHook(mysql_conn_id="maria")
        hook.run(["DROP TABLE IF EXISTS people", "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20))"])
        hook.insert_rows("people", [(1, "Ada"), (2, "Bo")], target_fields=["id", "name"])
        hook.insert_rows("people", [(2, "Bøb")], target_fields=["id", "name"], replace=True)
        return [
            hook.get_first("SELECT name FROM people WHERE id = %s", parameters=(2,))[0],
            hook.get_df("SELECT id FROM people", df_type="pandas")["id"].tolist(),
            hook.get_autocommit(hook.get_conn()),
        ]

    maria_rows()

with DAG("sqlite_hook", schedule=None):

    @task
    def lite_rows():
        hook = SqliteHook(sqlite_conn_id="lite")
        hook.run("CREATE TABLE people (id INTEGER, name TEXT)")
        hook.insert_rows("people", [(1, "Ada"), (2, "Bo")], target_fields=["id", "name"])
        return [hook.get_records("SELECT name FROM people ORDER BY id"), hook.test_connection()[0]]

    lite_rows()

with DAG("duckdb_hook", schedule=None):

    @task
    def duck_rows():
        hook = DuckDBHook("duck")
        hook.run("CREATE TABLE people (id INTEGER, name TEXT)")
        hook.insert_rows("people", [(1, "Ada"), (2, "Bo")], target_fields=["id", "name"])
        with hook.get_conn() as connection:
            return connection.sql("SELECT count(*), max(name) FROM people").fetchall()

    duck_rows()

with DAG("hooks_of_connections", schedule=None):

    @task
    def types():
        return {name: type(BaseHook.get_hook(name)).__name__ for name in ("pg", "lite", "duck", "redis_default")}

    types()
