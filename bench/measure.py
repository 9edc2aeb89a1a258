"""Measures the servers in turn and prints a table: see bench/run."""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import load
from load import Operation
from servers import EMAIL, PASSWORD, USERNAME, Bare, Given, Reference, RestAuth, call

# As many connections as keep both cores busy: with fewer, what is measured is how long one of them waits.
CONNECTIONS = 256

USER_DETAILS = Operation("user details", "GET", "user/", CONNECTIONS)
VERIFY = Operation("token verify", "POST", "token/verify/", CONNECTIONS)
REFRESH = Operation("refresh", "POST", "token/refresh/", 16, chain=True)
LOGIN = Operation("login", "POST", "login/", 16, times_as_long=3)
OPERATIONS = [USER_DETAILS, VERIFY, REFRESH, LOGIN]
# The bare server has no tokens to go on with, and nothing to hash.
OF_BARE = [USER_DETAILS, VERIFY]

# Seconds after which the last login that nobody waits for is done.
SETTLE = 5

# Headers that hyper writes itself, or that are new each time.
OWN_HEADERS = {"content-length", "date", "connection"}


class Requests:
    """What wrk sends to a server, operation by operation, with tokens of this server's own."""

    def __init__(self, server, folder, access=None):
        self.server, self.folder = server, folder
        self.login = {"username": USERNAME, "password": PASSWORD}
        self.access = access or self.tokens()["access"]

    def tokens(self):
        status, _, text = call(self.server.base, "POST", "login/", self.login)
        if status != 200:
            raise SystemExit(f"{self.server.name} answers the login of {USERNAME}, {PASSWORD}: {status} {text}")
        return json.loads(text)

    def body(self, operation):
        if operation is LOGIN:
            return self.login
        if operation is VERIFY:
            return {"token": self.access}
        return {"refresh": self.tokens()["refresh"]} if operation is REFRESH else None

    def file(self, operation):
        count = operation.connections if operation.chain else 1
        bodies = [self.body(operation) for _ in range(count)]
        token = self.access if operation is USER_DETAILS else ""
        lines = [token] + [json.dumps(body) for body in bodies if body]
        path = Path(tempfile.mkstemp(dir=self.folder)[1])
        path.write_text("\n".join(lines) + "\n")
        return path

    def answer(self, operation):
        """What the server answers, for the bare one to repeat."""
        status, headers, body = call(self.server.base, operation.method, operation.path, self.body(operation), self.access)
        headers = [pair for pair in headers if pair[0].lower() not in OWN_HEADERS]
        return {"status": status, "headers": headers, "body": body}

    def measure(self, operation, seconds):
        name = f"{self.server.name}, {operation.name}"
        seconds *= operation.times_as_long
        result = load.finish(load.start(operation, self.server.base, self.file(operation), seconds), name)
        if operation is LOGIN:
            # Passwords of clients who have gone are hashed to the end, at the cost of whatever comes next.
            time.sleep(SETTLE)
        return result


def throughput(options, servers, requests):
    """Answers a second: the servers take turns, so that all of them meet the same moods of the machine."""
    rates = {}
    for number in range(options.rounds):
        for operation in OPERATIONS:
            for server in servers:
                if server.name == "bare" and operation not in OF_BARE:
                    continue
                result = requests[server.name].measure(operation, options.seconds)
                rates.setdefault((operation.name, server.name), []).append(result.rate)
                print(f"# {number + 1}: {server.name}, {operation.name}: {result.rate:.0f}/s", flush=True)
    return {key: statistics.median(held) for key, held in rates.items()}


def beside_logins(options, server, requests):
    """Logins, user details and refreshes at once: the latency of user details, and what is in memory afterwards."""
    details = Operation("user details beside logins", "GET", "user/", 4)
    operations = [LOGIN, details, REFRESH]
    files = [requests.file(operation) for operation in (LOGIN, USER_DETAILS, REFRESH)]
    began = [load.start(operation, server.base, file, options.minute) for operation, file in zip(operations, files)]
    results = [load.finish(process, operation.name) for process, operation in zip(began, operations)]
    return results[1].p99, server.memory()


def starts(server):
    """The median of how long a start takes until the first answer, in milliseconds, and what is in memory then."""
    took = []
    for _ in range(11):
        server.stop()
        took.append(server.start() * 1000)
    time.sleep(1)
    return statistics.median(took), server.memory()


def row(name, rates, per_hash):
    reference, ours, bare = (rates.get((name, server)) for server in ("reference", "rest-auth", "bare"))
    cells = [f"{reference:,.1f}" if reference and reference < 100 else f"{reference:,.0f}" if reference else ""]
    cells += [f"{ours:,.1f}" if ours < 100 else f"{ours:,.0f}", f"{ours / reference:.1f}" if reference else ""]
    if bare:
        cells.append(f"{ours / bare:.2f} of {bare:,.0f} (axum)")
    elif name == LOGIN.name:
        cells.append(f"{ours * per_hash / os.cpu_count():.2f} of {os.cpu_count() / per_hash:.1f} (one hash a core)")
    else:
        cells.append("")
    return f"| {name} | {' | '.join(cells)} |"


def measure(kind, options, folder):
    ours = RestAuth(kind, options.postgres)
    reference = Given(options.reference) if options.reference else Reference(kind, options.postgres)
    bare = None
    try:
        reference.start()
        start, idle = starts(ours)
        requests = {server.name: Requests(server, folder) for server in (ours, reference)}
        path = "/api/auth/"
        bare = Bare({path + operation.path: requests["rest-auth"].answer(operation) for operation in OF_BARE})
        bare.start()
        requests["bare"] = Requests(bare, folder, requests["rest-auth"].access)
        per_hash = Bare.seconds_of_a_hash()
        rates = throughput(options, [reference, ours, bare], requests)
        p99, busy = beside_logins(options, ours, requests["rest-auth"])
        print(f"\n{kind}\n\n| a second | reference | rest-auth | times | of the limit |\n| --- | --- | --- | --- | --- |")
        for operation in OPERATIONS:
            print(row(operation.name, rates, per_hash))
        print(f"\nuser details while logins take every core, 99th percentile: {p99:.1f} ms")
        print(f"in memory: {idle:.1f} MiB idle, {busy:.1f} MiB after {options.minute} s of it", end="")
        print(f"; the reference {reference.memory():.0f} MiB" if reference.memory() else "")
        print(f"first answer after {start:.0f} ms; one hash takes {per_hash * 1000:.1f} ms", flush=True)
    finally:
        for server in (ours, reference, bare):
            if server:
                server.close()


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    how_long = "how long each operation is measured each time; logins three times as long"
    parser.add_argument("--seconds", type=int, default=2, help=how_long)
    parser.add_argument("--rounds", type=int, default=5, help="how often; the median counts")
    parser.add_argument("--minute", type=int, default=60, help="the seconds under all loads at once")
    parser.add_argument(
        "--connections", type=int, default=CONNECTIONS, help="how many clients ask for user details and verify tokens at once"
    )
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="one database")
    parser.add_argument("--postgres", default="postgres://postgres@127.0.0.1:5432", help="a server, without a database")
    parser.add_argument(
        "--reference",
        metavar="URL",
        help=f"a server that runs already, such as http://127.0.0.1:8000/api/auth/, with a user {USERNAME} ({EMAIL}) "
        f"whose password is `{PASSWORD}`; else the Django project of the tests is started",
    )
    options = parser.parse_args()
    USER_DETAILS.connections = VERIFY.connections = options.connections
    with tempfile.TemporaryDirectory() as folder:
        for kind in [options.only] if options.only else ["SQLite", "PostgreSQL"]:
            measure(kind, options, folder)
    size = RestAuth.BINARY.stat().st_size / 1e6
    print(f"\nThe binary has {size:.1f} MB.")


if __name__ == "__main__":
    main()
