#!/usr/bin/env python3
"""Exactly once from Kafka to Kafka while the server is killed: at random moments and at every step of the checkpoint and
commit protocol. Numbered records flow in; a pass-through, a windowed and an updating output must hold every record's effect
exactly once for a reader of committed records. With a seeded bug (commit skipped, marker ignored, offset + 1) the same check
must fail, which is what --seeded-bugs tests. With --rescale the job is stopped with a savepoint and restored at parallelism 1, 4
and 2, with kills between. With --broker-kills the broker is killed and started again under the running job, too.

usage: kafka_exactly_once_test.py [--partitions N] [--kills N] [--seed N] [--reader native|librdkafka]
         [--seeded-bugs | --rescale | --broker-kills N]
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from server_process import Server, wait_until

ROOT = Path(__file__).resolve().parents[2]
RECORDS_PER_SECOND = 2000
KEYS = 7
DRAIN_SECONDS_MAX = 90
EPOCHS_OF_A_SKIP = 5  # the bug commit-skipped loses each such epoch

FAIL_POINTS = [
    "task.before_snapshot", "task.before_write", "checkpoint.before_upload", "checkpoint.after_upload",
    "coordinator.before_manifest", "checkpoint.before_manifest", "checkpoint.after_manifest", "checkpoint.before_record",
    "checkpoint.after_record", "sink.before_commit", "sink.after_commit", "kafka.after_stage", "kafka.before_init",
    "kafka.after_init", "kafka.after_begin", "kafka.after_produce", "kafka.after_marker", "kafka.before_commit",
    "kafka.after_commit",
]

JOB = """
SET 'pipeline.name' = 'numbers';
SET 'parallelism.default' = '{parallelism}';
SET 'execution.checkpointing.interval' = '300 ms';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1000';
SET 'restart-strategy.fixed-delay.delay' = '200 ms';
CREATE TABLE numbers (n BIGINT, k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (
  'connector' = 'kafka', 'topic' = 'numbers', 'properties.bootstrap.servers' = '{broker}', 'format' = 'json',
  'scan.startup.mode' = 'earliest-offset', 'scan.reader' = '{reader}');
CREATE TABLE passed (n BIGINT) WITH (
  'connector' = 'kafka', 'topic' = 'passed', 'properties.bootstrap.servers' = '{broker}', 'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'numbers-passed');
CREATE TABLE windows (k BIGINT, w TIMESTAMP(3), c BIGINT, s BIGINT) WITH (
  'connector' = 'kafka', 'topic' = 'windows', 'properties.bootstrap.servers' = '{broker}', 'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'numbers-windows');
CREATE TABLE totals (k BIGINT, c BIGINT, s BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'totals', 'properties.bootstrap.servers' = '{broker}',
  'key.format' = 'json', 'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'numbers-totals');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO passed SELECT n FROM numbers;
  INSERT INTO windows SELECT k, window_start, COUNT(*), SUM(n)
    FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end;
  INSERT INTO totals SELECT k, COUNT(*), SUM(n) FROM numbers GROUP BY k;
END;
"""


class Broker:
    """A real Kafka broker of scripts/kafka."""

    def __init__(self, directory):
        self.directory = directory
        self.bootstrap = self.run("start").strip()

    def run(self, *arguments):
        done = subprocess.run([ROOT / "scripts" / "kafka", *arguments, "--dir", self.directory], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"scripts/kafka {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def create(self, topic, partitions):
        self.run("topic", "create", topic, "--partitions", str(partitions))


class Producer(threading.Thread):
    """Sends records 0, 1, 2 ... at a steady pace; event time is 1 ms a record. stop() sends what closes all windows."""

    def __init__(self, bootstrap, partitions):
        super().__init__(daemon=True)
        from confluent_kafka import Producer as Client
        self.client = Client({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5})
        self.partitions = partitions
        self.stopping = threading.Event()
        self.count = 0

    def send(self, number, partition, millis):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_700_000_000 + millis // 1000)) + f".{millis % 1000:03}"
        value = json.dumps({"n": number, "k": number % KEYS, "ts": stamp})
        while True:
            try:
                self.client.produce("numbers", value.encode(), partition=partition)
                return
            except BufferError:  # full while the broker is away
                self.client.poll(0.1)

    def run(self):
        began = time.monotonic()
        while not self.stopping.wait(0.01):
            due = int((time.monotonic() - began) * RECORDS_PER_SECOND)
            for number in range(self.count, due):
                self.send(number, number % self.partitions, number)
            self.count = max(self.count, due)
            self.client.poll(0)

    def stop(self):
        """Ends the flow; a record far ahead on every partition lets all other windows fire. Returns the number of records."""
        self.stopping.set()
        self.join()
        for partition in range(self.partitions):
            self.send(self.count, partition, self.count + 100_000 + partition)
            self.count += 1
        assert self.client.flush(60) == 0
        return self.count


def committed(bootstrap, topic):
    """All records of a topic that a reader of committed records sees: (key, value) in the order of their partitions."""
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "isolation.level": "read_committed",
                         "enable.auto.commit": False, "enable.partition.eof": True})
    partitions = consumer.list_topics(topic, 10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    records, open_partitions = [], set(partitions)
    while open_partitions:
        message = consumer.poll(10)
        assert message is not None, f"{topic} does not answer"
        if message.error():
            open_partitions.discard(message.partition())
        else:
            records.append((message.key(), message.value()))
    consumer.close()
    return records


def check(bootstrap, count, partitions):
    """What is wrong with the outputs; "" when every record counts exactly once."""
    problems = []
    passed = collections.Counter(json.loads(value)["n"] for _, value in committed(bootstrap, "passed"))
    lost = count - len(passed)
    doubled = sum(passed.values()) - len(passed)
    if lost or doubled:
        problems.append(f"pass-through: {lost} lost, {doubled} doubled")
    flowing = count - partitions
    windows = collections.Counter()
    sums = collections.Counter()
    for number in range(flowing):
        windows[(number // 1000, number % KEYS)] += 1
        sums[(number // 1000, number % KEYS)] += number
    seen = set()
    for _, value in committed(bootstrap, "windows"):
        row = json.loads(value)
        second = int(time.mktime(time.strptime(row["w"][:19] + " UTC", "%Y-%m-%d %H:%M:%S %Z"))) - time.timezone - 1_700_000_000
        if second >= flowing // 1000 + 90:
            continue  # of the closing records
        key = (second, row["k"])
        if key in seen:
            problems.append(f"window {key} came twice")
        seen.add(key)
        if (row["c"], row["s"]) != (windows[key], sums[key]):
            problems.append(f"window {key}: {row['c']}, {row['s']} instead of {windows[key]}, {sums[key]}")
    if len(seen) != len(windows):
        problems.append(f"{len(windows) - len(seen)} windows are missing")
    totals = {}
    for key, value in committed(bootstrap, "totals"):
        if value is None:
            totals.pop(json.loads(key)["k"], None)
        else:
            row = json.loads(value)
            totals[row["k"]] = (row["c"], row["s"])
    for key in range(KEYS):
        numbers = range(key, count, KEYS)
        if totals.get(key) != (len(numbers), sum(numbers)):
            problems.append(f"total of {key}: {totals.get(key)} instead of {(len(numbers), sum(numbers))}")
    return "; ".join(problems[:10])


def kill_rounds(server, rng, kills, steps):
    """Kills and restarts the server: half of the rounds at a random moment, then once at each step."""
    for kill in range(kills):
        time.sleep(rng.uniform(0.05, 1.5))
        server.kill()
        server.start()
    for step in steps:
        server.kill()
        server.spawn({"MILLRACE_FAIL_POINT": f"{step}=crash@{rng.randint(1, 4)}"})
        try:
            server.process.wait(15)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the step {step} was never reached\n{server.tail_log()}")
        server.start()


def rescale_rounds(server, rng, job):
    """Stops the job with a savepoint and goes on from it at another parallelism; kills in between."""
    for parallelism in (1, 4, 2):
        time.sleep(rng.uniform(0.5, 1.5))
        path = server.cli("job", "stop", "numbers").stdout.strip()
        server.cli("checkpoint", "verify", path)
        server.submit(job(parallelism), "--from", path)
        server.wait_for_state("numbers", "RUNNING")
        time.sleep(rng.uniform(0.1, 1.0))
        server.kill()
        server.start()
        server.wait_for_state("numbers", "RUNNING")


def wait_for_epochs(server, count):
    before = server.completed_checkpoints("numbers")
    wait_until(lambda: server.completed_checkpoints("numbers") >= before + count, 120, "checkpoints complete",
               server.tail_log)


def kill_broker_rounds(server, broker, rng, kills):
    """The job goes on by itself once its broker is back: more epochs commit."""
    for _ in range(kills):
        time.sleep(rng.uniform(0.5, 2))
        broker.run("stop", "--kill")
        time.sleep(rng.uniform(0, 2))
        broker.run("start")
        wait_for_epochs(server, 3)


def run(directory, options, kills, steps, bug="", rescale=False, broker_kills=0):
    """One whole test; returns what check found."""
    rng = random.Random(options.seed)
    partitions = options.partitions
    broker = Broker(directory / "kafka")
    server = Server(directory / "server", environment={"MILLRACE_SEEDED_BUG": bug} if bug else {})
    try:
        for topic in ["numbers", "passed", "windows", "totals"]:
            broker.create(topic, partitions)
        server.start()
        def job(parallelism):
            return JOB.format(broker=broker.bootstrap, parallelism=parallelism, reader=options.reader)
        server.submit(job(2))
        server.wait_for_state("numbers", "RUNNING")
        producer = Producer(broker.bootstrap, partitions)
        producer.start()
        if rescale:
            rescale_rounds(server, rng, job)
        kill_broker_rounds(server, broker, rng, broker_kills)
        if bug:
            # A fault shows where a checkpoint of records that flow is restored, and in an epoch that is skipped, however
            # quickly the kills follow each other.
            wait_for_epochs(server, EPOCHS_OF_A_SKIP)
        kill_rounds(server, rng, kills, steps)
        if bug:
            wait_for_epochs(server, EPOCHS_OF_A_SKIP)
        count = producer.stop()
        problems = [""]

        def complete():
            problems[0] = check(broker.bootstrap, count, partitions)
            return not problems[0]
        try:
            wait_until(complete, 20 if bug else DRAIN_SECONDS_MAX, "all effects are there")
        except AssertionError:
            if not bug:
                print(server.tail_log(60), file=sys.stderr)
        print(f"reader {options.reader}, partitions {partitions}, {kills} random kills, {len(steps)} steps, {count} records, bug {bug or 'none'}: "
              f"{problems[0] or 'exactly once'}", flush=True)
        return problems[0]
    finally:
        server.kill()
        broker.run("stop")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partitions", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("MILLRACE_TEST_SEED", "1")))
    parser.add_argument("--reader", choices=["native", "librdkafka"], default="native")
    parser.add_argument("--seeded-bugs", action="store_true")
    parser.add_argument("--rescale", action="store_true")
    parser.add_argument("--broker-kills", type=int, default=0)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        if options.seeded_bugs:
            for bug in ["commit-skipped", "marker-ignored", "offset-plus-one"]:
                # After the marker is committed and before the next epoch: where an ignored marker shows.
                steps = ["kafka.after_commit", "kafka.after_commit"]
                if not run(Path(temporary) / bug, options, 3, steps, bug):
                    print(f"the bug {bug} was not found")
                    failed = True
        elif options.rescale:
            failed = bool(run(Path(temporary), options, 1, [], rescale=True))
        elif options.broker_kills:
            failed = bool(run(Path(temporary), options, 1, [], broker_kills=options.broker_kills))
        else:
            failed = bool(run(Path(temporary), options, options.kills, FAIL_POINTS))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
