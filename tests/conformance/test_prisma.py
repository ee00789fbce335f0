"""The real Prisma CLI and a real PostgreSQL: what modosu says of a database's migrations is what is there.

Each state is made with Prisma's own commands, and read by `modosu doctor --json`, whose entry `migrations` is what preflight
is fed with."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from stage import LIMIT, MODOSU, Drill, clean_environment, until

HERE = pathlib.Path(__file__).parent
RUNBOOK = HERE.parents[1] / "assets/runbooks/peoplebooster.toml"
PACKAGES = pathlib.Path(os.environ["PRISMA_PACKAGES"])
PASSWORD = "c4nary-s3cret"

INIT = ("20261101090000_init", "CREATE TABLE users (id int PRIMARY KEY);")
ANSWERS = ("20261120093000_answers", "CREATE TABLE answers (id int PRIMARY KEY);")
BROKEN = ("20261124093000_broken", "ALTER TABLE no_such_table ADD COLUMN x int;")
NEXT = ("20261125093000_next", "CREATE TABLE next (id int PRIMARY KEY);")


def postgres_program(name):
    """A program of PostgreSQL; Debian keeps most of them out of the PATH."""
    found = shutil.which(name)
    if found:
        return found
    there = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if there:
        return str(there[-1])
    raise RuntimeError(f"there is no {name}: install postgresql")


class Postgres:
    """A cluster of its own on a free loopback port, as a user that it accepts; ended by the number of its process."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="modosu-postgres-")
        self.user = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root; its package brings a user.
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.user = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.data = os.path.join(self.folder, "data")
        secret = os.path.join(self.folder, "password")
        pathlib.Path(secret).write_text(PASSWORD, encoding="utf-8")
        os.chmod(secret, 0o644)
        self.run("initdb", "-D", self.data, "-U", "modosu", "-E", "UTF8", "--auth=scram-sha-256", "--no-sync", f"--pwfile={secret}")
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [
                *self.user, postgres_program("postgres"), "-D", self.data, "-p", str(self.port), "-k", "",
                "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            ],
            stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
        )
        until(self.answers)

    def run(self, program, *arguments):
        done = subprocess.run(
            [*self.user, postgres_program(program), *arguments], cwd="/", capture_output=True, text=True, timeout=LIMIT
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(pathlib.Path(self.folder, "log").read_text(encoding="utf-8"))
        try:
            self.sql("postgres", "SELECT 1")
            return True
        except RuntimeError:
            return False

    def url(self, database, port=None):
        return f"postgresql://modosu:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def sql(self, database, text):
        done = subprocess.run(
            [postgres_program("psql"), self.url(database), "-v", "ON_ERROR_STOP=1", "-qc", text],
            capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def stop(self):
        pid_file = pathlib.Path(self.data, "postmaster.pid")
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
        # SIGINT ends PostgreSQL without waiting for its clients.
        os.kill(pid, signal.SIGINT)
        self.process.wait(LIMIT)
        self.log.close()
        shutil.rmtree(self.folder)


class Project:
    """A folder as a team has it: schema, configuration, migrations, and the packages."""

    def __init__(self, folder, database_url):
        self.folder = pathlib.Path(folder, "backend")
        self.url = database_url
        (self.folder / "prisma/migrations").mkdir(parents=True)
        shutil.copy(HERE / "prisma/schema.prisma", self.folder / "prisma/schema.prisma")
        for name in ("prisma.config.ts", "package.json"):
            shutil.copy(HERE / "prisma" / name, self.folder / name)
        (self.folder / "node_modules").symlink_to(PACKAGES / "node_modules")
        (self.folder / "prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"\n', encoding="utf-8")

    def write(self, *migrations):
        for name, sql in migrations:
            place = self.folder / "prisma/migrations" / name
            place.mkdir()
            (place / "migration.sql").write_text(sql + "\n", encoding="utf-8")

    def remove(self, *migrations):
        for name, _ in migrations:
            shutil.rmtree(self.folder / "prisma/migrations" / name)

    def deploy(self):
        done = subprocess.run(
            ["npx", "--no-install", "prisma", "migrate", "deploy"], cwd=self.folder,
            env=clean_environment(str(self.folder), DATABASE_URL=self.url, CHECKPOINT_DISABLE="1"),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        )
        return done.returncode, done.stdout + done.stderr


class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("node", "npx"):
            if not shutil.which(program):
                raise RuntimeError(f"there is no {program}: install nodejs and npm")
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        cls.drill = Drill("bad-deploy", 1)
        cls.addClassCleanup(cls.drill.stop)
        cls.databases = 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        type(self).databases += 1
        self.database = f"app{self.databases}"
        self.postgres.sql("postgres", f"CREATE DATABASE {self.database}")
        self.project = Project(self.folder, self.postgres.url(self.database))
        text = RUNBOOK.read_text(encoding="utf-8").replace('# folder = "backend"', 'folder = "backend"', 1)
        text = text.replace('backend = "https://api.peoplebooster.com/health"', "", 1)
        pathlib.Path(self.folder, "modosu.toml").write_text(text, encoding="utf-8")

    def read(self, url=None, **more):
        """The entry `migrations` of the doctor."""
        # The account is a drill's, but this modosu does not belong to the drill: the migrations are the real ones.
        aws = {name: value for name, value in self.drill.environment.items() if name != "MODOSU_DRILL"}
        environment = clean_environment(self.folder, **aws, DATABASE_URL=url or self.project.url, **more)
        done = subprocess.run(
            [MODOSU, "--lang", "en", "doctor", "--json"], cwd=self.folder, env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        )
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        checks = json.loads(done.stdout)["checks"]
        [row] = [check for check in checks if check["check"] == "migrations"]
        scratch = pathlib.Path(self.folder, "state/scratch")
        self.assertEqual(list(scratch.glob("*")) if scratch.exists() else [], [], "what was laid out is gone")
        return row

    def applied(self, row):
        return {one["name"]: one["applied"] for one in row["migrations"]["known"]}

    def test_up_to_date(self):
        self.project.write(INIT, ANSWERS)
        self.assertEqual(self.project.deploy()[0], 0)
        row = self.read()
        self.assertEqual((row["state"], row["migrations"]["state"], row["migrations"]["whole"]), ("ok", "up-to-date", True), row)
        self.assertEqual(self.applied(row), {INIT[0]: True, ANSWERS[0]: True})
        self.assertEqual(row["migrations"]["known"][1]["written_at"], "2026-11-20T09:30:00Z")

    def test_pending(self):
        self.project.write(INIT)
        self.assertEqual(self.project.deploy()[0], 0)
        self.project.write(ANSWERS, NEXT)
        row = self.read()
        self.assertEqual((row["migrations"]["state"], row["migrations"]["whole"]), ("pending", True), row)
        self.assertEqual(self.applied(row), {INIT[0]: True, ANSWERS[0]: False, NEXT[0]: False})

    def test_failed(self):
        self.project.write(INIT, BROKEN)
        self.assertNotEqual(self.project.deploy()[0], 0)
        row = self.read()
        self.assertEqual((row["state"], row["migrations"]["state"]), ("failed", "failed"), row)
        self.assertIn(BROKEN[0], row["evidence"])
        self.assertEqual(self.applied(row), {INIT[0]: True, BROKEN[0]: False})

    def test_failed_behind_a_pending_one(self):
        self.project.write(INIT, BROKEN)
        self.assertNotEqual(self.project.deploy()[0], 0)
        self.project.write(NEXT)
        row = self.read()
        self.assertEqual(row["migrations"]["state"], "failed", row)

    def test_database_ahead_of_the_code(self):
        self.project.write(INIT, ANSWERS)
        self.assertEqual(self.project.deploy()[0], 0)
        self.project.remove(ANSWERS)
        row = self.read()
        self.assertEqual((row["migrations"]["state"], row["migrations"]["whole"]), ("database-ahead", True), row)
        self.assertEqual(self.applied(row), {INIT[0]: True, ANSWERS[0]: True})

    def test_diverged(self):
        self.project.write(INIT, ANSWERS)
        self.assertEqual(self.project.deploy()[0], 0)
        self.project.remove(ANSWERS)
        self.project.write(NEXT)
        row = self.read()
        self.assertEqual(row["migrations"]["state"], "diverged", row)
        self.assertIn(ANSWERS[0], row["evidence"])
        self.assertIn(NEXT[0], row["evidence"])

    def test_unreachable(self):
        self.project.write(INIT)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = closed.getsockname()[1]
        row = self.read(self.postgres.url(self.database, port=nobody))
        self.assertEqual((row["state"], row["migrations"]["state"]), ("failed", "unreachable"), row)
        row = self.read(self.postgres.url("no_such_database"))
        self.assertEqual(row["migrations"]["state"], "unreachable", row)

    def test_not_managed(self):
        self.postgres.sql(self.database, "CREATE TABLE older (id int)")
        self.project.write(INIT)
        row = self.read()
        self.assertEqual((row["state"], row["migrations"]["state"]), ("unknown", "not-managed"), row)

    def test_without_packages_nothing_is_downloaded(self):
        self.project.write(INIT)
        (self.project.folder / "node_modules").unlink()
        (self.project.folder / "package.json").unlink()
        row = self.read()
        self.assertEqual(row["migrations"]["state"], "unreadable", row)
        self.assertIn("npm ci", row["evidence"])

    def test_nothing_was_written_to_the_database(self):
        self.project.write(INIT)
        self.read()
        self.postgres.sql(self.database, "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace) = 0; END $$")


if __name__ == "__main__":
    unittest.main()
