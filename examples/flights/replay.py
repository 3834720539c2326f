#!/usr/bin/env python3
"""Replays the departures of scripts/flights as JSON events, in event-time order with a bounded disorder.

  replay.py --to-directory DIR    complete files appear in DIR under their final name, never a part of one
  replay.py --to-kafka HOST:PORT --topic T    needs confluent-kafka (scripts/python-env); key and partition by origin
            [--input FILE] [--speed-up N] [--disorder-s N] [--seed N] [--limit N]

The same input, seed and disorder give the same events in the same order, so a replay that was ended goes on where its
output stops: nothing is left out and nothing comes twice. --speed-up 3600 sends an hour of 2013 each second, 0 all at
once. No event comes more than --disorder-s seconds of event time late.
"""
import argparse
import csv
import datetime
import heapq
import json
import os
import random
import signal
import sys
import time
import zlib

HERE = os.path.dirname(os.path.realpath(__file__))
CACHED = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "millrace", "flights", "departures.csv")
SAMPLE = os.path.join(HERE, "data", "departures_sample.csv")
INTEGERS = {"flight", "dep_delay", "distance", "seats"}
DECIMALS = {"temperature", "wind_speed", "visibility"}


class Ended(Exception):
    pass


def value_of(column, text):
    if text == "":
        return None
    if column in INTEGERS:
        return int(text)
    if column in DECIMALS:
        return round(float(text), 2)
    return text == "true" if column == "cancelled" else text


def seconds_of(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp())


def events(path, disorder_s, seed, limit):
    """(time at which it is sent, event), by that time; the time is the event's plus a delay of at most disorder_s."""
    randomness = random.Random(seed)
    waiting = []  # sent later than events that follow in the input
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number == limit:
                break
            at = seconds_of(row["event_time"])
            while waiting and waiting[0][0] < at:
                sent_at, _, event = heapq.heappop(waiting)
                yield sent_at, event
            event = {column: value_of(column, text) for column, text in row.items()}
            heapq.heappush(waiting, (at + randomness.randint(0, disorder_s), number, event))
    while waiting:
        sent_at, _, event = heapq.heappop(waiting)
        yield sent_at, event


class Pace:
    """Waits until the event time that it is told is due."""

    def __init__(self, speed_up):
        self.speed_up, self.first, self.begin = speed_up, None, 0.0

    def wait(self, event_time_s):
        if not self.speed_up:
            return
        if self.first is None:
            self.first, self.begin = event_time_s, time.monotonic()
        due = self.begin + (event_time_s - self.first) / self.speed_up
        while (left := due - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))


class Directory:
    """One file for each `file_s` seconds of event time."""

    def __init__(self, options):
        self.path, self.file_s = options.to_directory, options.file_s
        os.makedirs(self.path, exist_ok=True)
        settings = {"input_bytes": os.path.getsize(options.input), "disorder_s": options.disorder_s, "seed": options.seed,
                    "file_s": options.file_s}
        stored = os.path.join(self.path, ".replay.json")
        if os.path.exists(stored):
            with open(stored, encoding="utf-8") as file:
                if json.load(file) != settings:
                    sys.exit(f"replay: {self.path} holds a replay of other input, seed or disorder; next: use an empty one")
        else:
            self.write(".replay.json", json.dumps(settings))
        self.number, self.lines = None, []

    def write(self, name, text):
        hidden = os.path.join(self.path, f".{name.lstrip('.')}.part")
        with open(hidden, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(hidden, os.path.join(self.path, name))

    def send(self, sent_at, event, pace):
        number = sent_at // self.file_s
        if number != self.number:
            self.finish(pace)
            self.number = number
        self.lines.append(json.dumps(event, separators=(",", ":")))

    def finish(self, pace):
        if self.lines:
            name = f"departures-{self.number:08d}.json"
            if not os.path.exists(os.path.join(self.path, name)):
                pace.wait((self.number + 1) * self.file_s)
                self.write(name, "\n".join(self.lines) + "\n")
        self.lines = []


class Topic:
    """A partition's end offset says how many of its events are there already."""

    def __init__(self, options):
        try:
            from confluent_kafka import Consumer, Producer, TopicPartition
        except ImportError:
            sys.exit("replay: needs confluent-kafka; next: run it with the Python that scripts/python-env prints")
        self.name = options.topic
        consumer = Consumer({"bootstrap.servers": options.to_kafka, "group.id": "replay"})
        topic = consumer.list_topics(self.name, timeout=30).topics[self.name]
        if topic.error:
            sys.exit(f"replay: topic {self.name}: {topic.error}; next: scripts/kafka topic create {self.name}")
        self.there = {}
        for partition in topic.partitions:
            first, end = consumer.get_watermark_offsets(TopicPartition(self.name, partition), timeout=30)
            if first:
                sys.exit(f"replay: {self.name} partition {partition} begins at offset {first}: cannot tell what was sent")
            self.there[partition] = end
        consumer.close()
        self.seen = dict.fromkeys(self.there, 0)
        self.producer = Producer({"bootstrap.servers": options.to_kafka, "enable.idempotence": True, "linger.ms": 5})

    def send(self, sent_at, event, pace):
        key = event["origin"].encode()
        partition = zlib.crc32(key) % len(self.there)
        self.seen[partition] += 1
        if self.seen[partition] <= self.there[partition]:
            return
        pace.wait(sent_at)
        message = json.dumps(event, separators=(",", ":")).encode()
        while True:
            try:
                self.producer.produce(self.name, message, key, partition, timestamp=seconds_of(event["event_time"]) * 1000)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)

    def finish(self, pace):
        left = self.producer.flush(60)
        if left:
            sys.exit(f"replay: {left} events were not taken by the broker within 60 s")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--to-directory", metavar="DIR")
    target.add_argument("--to-kafka", metavar="HOST:PORT")
    parser.add_argument("--topic", default="departures")
    parser.add_argument("--input", default=CACHED if os.path.exists(CACHED) else SAMPLE)
    parser.add_argument("--speed-up", type=float, default=1800, metavar="N")
    parser.add_argument("--disorder-s", type=int, default=300, metavar="N")
    parser.add_argument("--file-s", type=int, default=1800, metavar="N", help="seconds of event time in a file")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--limit", type=int, default=-1, metavar="N")
    return parser.parse_args()


def main():
    options = parse()

    def end(*_):
        raise Ended

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    target = Directory(options) if options.to_directory else Topic(options)
    pace = Pace(options.speed_up)
    count = 0
    try:
        for sent_at, event in events(options.input, options.disorder_s, options.seed, options.limit):
            target.send(sent_at, event, pace)
            count += 1
        target.finish(pace)
        print(f"replay: all {count} departures are sent", file=sys.stderr)
    except Ended:
        if options.to_kafka:
            target.finish(pace)


if __name__ == "__main__":
    main()
