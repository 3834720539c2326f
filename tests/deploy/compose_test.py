#!/usr/bin/env python3
"""The compose file builds and comes up, and Prometheus scrapes the server. Skipped unless TEST_DOCKER=1 and a
Docker engine answers: building the image compiles everything."""
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SKIPPED = 77
COMPOSE = ["docker-compose", "-p", "millrace-test", "-f", os.path.join(ROOT, "deploy", "docker-compose.yml")]


def answer(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return json.load(response)
    except (urllib.error.URLError, OSError, ValueError):
        return None


def wait_for(what, check, seconds_max):
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(1)
    sys.exit(f"no {what} within {seconds_max} s")


def scraped():
    targets = answer("http://127.0.0.1:9090/api/v1/targets") or {}
    return [target["health"] for target in targets.get("data", {}).get("activeTargets", [])] == ["up"]


def has_metric(name):
    result = answer(f"http://127.0.0.1:9090/api/v1/query?query={name}") or {}
    return bool(result.get("data", {}).get("result"))


def compose(*arguments, **options):
    # The images are built on the host's network, so that a proxy or mirror of the host works in them.
    return subprocess.run([*COMPOSE, *arguments], cwd=ROOT, env={**os.environ, "COMPOSE_DOCKER_CLI_BUILD": "0"}, **options)


def main():
    if os.environ.get("TEST_DOCKER") != "1" or not shutil.which("docker-compose"):
        sys.exit(SKIPPED)
    if subprocess.run(["docker", "info"], capture_output=True).returncode != 0:
        sys.exit(SKIPPED)
    try:
        compose("build", check=True)
        compose("up", "-d", check=True, timeout=300)
        wait_for("scrape", scraped, 60)
        for name in ["millrace_build_info", "millrace_memory_budget_bytes", "process_resident_memory_bytes"]:
            wait_for(name, lambda: has_metric(name), 30)
        # The server reaches the broker by its name in the network.
        script = ("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'topic' = 'missing', 'format' = 'json', "
                  "'properties.bootstrap.servers' = 'kafka:9092'); INSERT INTO t VALUES (1);")
        refused = compose("exec", "-T", "server", "millrace", "sql", "-e", script, capture_output=True, text=True)
        if refused.returncode == 0 or "missing" not in refused.stdout + refused.stderr:
            sys.exit(f"a missing topic was not reported: {refused.stdout}{refused.stderr}")
    finally:
        compose("logs", "--tail", "30")
        compose("down", "-v", "-t", "10")


if __name__ == "__main__":
    main()
