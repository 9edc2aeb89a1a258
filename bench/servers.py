"""The servers that are measured, each with a database of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DJANGO = ROOT / "crates/rest-auth-server/tests/beside_django/django"
SECRET_KEY = "a-key-for-measuring-only-0123456789-abcdefghijklmnopqr"
USERNAME, PASSWORD, EMAIL = "jane", "correct horse", "jane@example.com"

CONFIG = """
secret_key = "{key}"
bind = "{address}"
base_path = "/api/auth"
database_url = "{database}"
authentication = ["jwt", "token", "session"]
password_validators = []
password_hashing_queue = 10000
[account]
email_verification = "none"
[throttle]
rates = {{}}
[rest_auth]
use_jwt = true
jwt_auth_httponly = false
session_login = false
[simple_jwt]
rotate_refresh_tokens = true
blacklist_after_rotation = true
"""


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return "127.0.0.1:%d" % server.getsockname()[1]


def call(base, method, path, body=None, token=None):
    """Status, headers and body of an answer."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers.items(), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.items(), error.read().decode()


class Server:
    """A process that serves."""

    def __init__(self, name):
        self.name, self.folder, self.process = name, Path(tempfile.mkdtemp(prefix="bench-")), None
        self.address = free_address()
        self.base = f"http://{self.address}/api/auth/"

    def database(self, kind, postgres):
        if kind == "SQLite":
            return f"sqlite://{self.folder}/db.sqlite3"
        name = f"bench_{self.name.replace('-', '_')}"
        for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            subprocess.run([sys.executable, "-c", RUN_SQL, f"{postgres}/postgres", statement], check=True)
        return f"{postgres}/{name}"

    def spawn(self, command, env=None):
        """Starts the process, and tells how many seconds it takes until it answers."""
        log = open(self.folder / "log", "ab")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
        )
        host, port = self.address.split(":")
        while True:
            try:
                with socket.create_connection((host, int(port)), timeout=60) as connection:
                    connection.sendall(b"GET /api/auth/user/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    if connection.recv(12).startswith(b"HTTP/1.1"):
                        return time.perf_counter() - began
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - began > 60:
                    raise SystemExit(f"{self.name} does not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.0005)

    def memory(self):
        """What all of its processes have in memory, in MiB."""
        pids = subprocess.run(["pgrep", "-g", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in pids)
        return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


RUN_SQL = "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"


class RestAuth(Server):
    BINARY = ROOT / "target/release/rest-auth"

    def __init__(self, kind, postgres):
        super().__init__("rest-auth")
        config = CONFIG.format(key=SECRET_KEY, address=self.address, database=self.database(kind, postgres))
        (self.folder / "rest-auth.toml").write_text(config)
        create = [self.BINARY, "user", "create", USERNAME, "--email", EMAIL]
        subprocess.run([self.BINARY, "migrate"], cwd=self.folder, check=True, capture_output=True)
        subprocess.run(create, cwd=self.folder, check=True, capture_output=True, input=PASSWORD, text=True)

    def start(self):
        # Neither this nor gunicorn writes a line for each request.
        return self.spawn([self.BINARY, "serve"], {"RUST_LOG": "warn"})


class Reference(Server):
    """The Django project of the tests under gunicorn, two workers of four threads."""

    def __init__(self, kind, postgres):
        super().__init__("reference")
        self.env = {
            "DATABASE_URL": self.database(kind, postgres),
            "SECRET_KEY": SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "django_settings",
            "PYTHONPATH": f"{DJANGO}:{ROOT / 'bench'}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        user = f"create_user({USERNAME!r}, {EMAIL!r}, {PASSWORD!r})"
        for command in (["migrate"], ["shell", "-c", f"from django.contrib.auth.models import User; User.objects.{user}"]):
            arguments = [sys.executable, "-m", "django", *command]
            subprocess.run(arguments, env={**os.environ, **self.env}, check=True, capture_output=True)

    def start(self):
        application = "django.core.wsgi:get_wsgi_application()"
        command = [sys.executable, "-m", "gunicorn", application, "-w", "2", "--threads", "4", "-b", self.address]
        return self.spawn([*command, "--log-level", "warning"], self.env)


class Given:
    """A server that runs already, with our user in its database."""

    name = "reference"

    def __init__(self, base):
        self.base = base

    def start(self):
        return None

    def memory(self):
        return None

    def close(self):
        pass


class Bare(Server):
    """axum alone, with the answers that rest-auth gave."""

    BINARY = ROOT / "target/release/bench-bare"

    def __init__(self, answers):
        super().__init__("bare")
        (self.folder / "answers").write_text(json.dumps(answers))

    def start(self):
        return self.spawn([self.BINARY, self.address, "answers"])

    @classmethod
    def seconds_of_a_hash(cls):
        return float(subprocess.run([cls.BINARY, "hash"], check=True, capture_output=True, text=True).stdout)
