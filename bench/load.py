"""What wrk sends, and what it tells."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass
class Operation:
    """Requests of one kind. With `chain` each connection goes on with the refresh token that it was given last. What takes
    long for each is measured `times_as_long` as the rest."""

    name: str
    method: str
    path: str
    connections: int
    chain: bool = False
    times_as_long: int = 1


@dataclass
class Result:
    """Answers a second, and the 99th percentile of their latency in milliseconds."""

    rate: float
    p99: float


def start(operation, base, requests, seconds):
    """Starts wrk; `requests` is the file that wrk.lua reads."""
    threads = operation.connections if operation.chain else 1
    command = ["wrk", f"-t{threads}", f"-c{operation.connections}", f"-d{seconds}s", "--latency", "--timeout=60s"]
    command += ["-s", str(SCRIPT), base + operation.path, "--", operation.method, str(requests)]
    command += ["refresh"] if operation.chain else []
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process, name):
    """Waits for wrk. An answer that is no success, or none at all, is the end of the measurement."""
    text, _ = process.communicate()
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    failed = re.search(r"Non-2xx.*|Socket errors.*", text)
    if not rate or not p99 or failed:
        raise SystemExit(f"{name}: {failed.group() if failed else text}")
    return Result(float(rate.group(1)), float(p99.group(1)) * UNITS[p99.group(2)])
