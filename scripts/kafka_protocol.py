"""The few requests of Kafka's wire protocol that scripts/kafka needs, so that no Java has to start for them.

Only versions without flexible fields that brokers 2.x to 4.x answer. One connection, one request at a time.
"""
import socket
import struct
import time

UNKNOWN_TOPIC = 3
# What a broker answers while it is still coming up or elects a leader.
RETRIABLE = {5: "leader not available", 6: "not leader", 7: "request timed out", 14: "coordinator loading",
             15: "coordinator not available", 41: "not controller"}
NAMES = {3: "no such topic", 17: "invalid topic name", 29: "not authorised", 36: "topic exists already",
         37: "invalid number of partitions", 40: "invalid topic option", 42: "invalid request", **RETRIABLE}


class BrokerError(Exception):
    def __init__(self, what, code, text=None):
        super().__init__(f"{what}: {text or NAMES.get(code, 'error')} (Kafka error {code})")
        self.code = code


def string(text):
    if text is None:
        return struct.pack(">h", -1)
    return struct.pack(">h", len(text.encode())) + text.encode()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, layout):
        values = struct.unpack_from(">" + layout, self.data, self.at)
        self.at += struct.calcsize(">" + layout)
        return values[0] if len(values) == 1 else values

    def string(self):
        length = self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def array(self, item):
        return [item() for _ in range(self.take("i"))]


class Broker:
    def __init__(self, host, port, timeout_s):
        self.timeout_ms = int(timeout_s * 1000)
        self.socket = socket.create_connection((host, port), timeout=timeout_s)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self, key, version, body):
        self.correlation += 1
        message = struct.pack(">hhi", key, version, self.correlation) + string("millrace-scripts") + body
        self.socket.sendall(struct.pack(">i", len(message)) + message)
        size = struct.unpack(">i", self.receive(4))[0]
        reader = Reader(self.receive(size))
        reader.take("i")
        return reader

    def receive(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionError("the broker closed the connection")
            data += part
        return data

    def metadata(self, names=None):
        """(broker ids, controller id, {topic: (error code, number of partitions)}); all topics without names."""
        body = struct.pack(">i", -1) if names is None else struct.pack(">i", len(names)) + b"".join(map(string, names))
        reader = self.call(3, 1, body)

        def broker():
            node = reader.take("i")
            reader.string(), reader.take("i"), reader.string()
            return node

        def partition():
            fields = reader.take("hii")
            reader.array(lambda: reader.take("i")), reader.array(lambda: reader.take("i"))
            return fields

        def topic():
            error, name, _ = reader.take("h"), reader.string(), reader.take("b")
            return name, (error, len(reader.array(partition)))

        brokers = reader.array(broker)
        controller = reader.take("i")
        return brokers, controller, dict(reader.array(topic))

    def is_ready(self):
        """True when the broker is registered and can create topics: an empty request reached the controller."""
        brokers, controller, _ = self.metadata([])
        if not brokers or controller not in brokers:
            return False
        self.call(19, 2, struct.pack(">iib", 0, 1000, 1))
        return True

    def topics(self):
        return list(self.metadata()[2])

    def num_partitions(self, name):
        error, count = self.metadata([name])[2][name]
        if error and error not in RETRIABLE:
            raise BrokerError(f'topic "{name}"', error)
        return count

    def create_topic(self, name, num_partitions, config):
        """Returns when every partition has a leader."""
        entries = b"".join(string(key) + string(value) for key, value in config.items())
        body = (struct.pack(">i", 1) + string(name) + struct.pack(">ihi", num_partitions, 1, 0)
                + struct.pack(">i", len(config)) + entries + struct.pack(">ib", self.timeout_ms, 0))
        reader = self.call(19, 2, body)
        reader.take("i")
        for _ in range(reader.take("i")):
            reader.string()
            error, text = reader.take("h"), reader.string()
            if error:
                raise BrokerError(f'cannot create topic "{name}"', error, text)
        for _ in range(1000):
            error, count = self.metadata([name])[2][name]
            if not error and count == num_partitions and all(self.offset(name, p, -1) is not None for p in range(count)):
                return
            time.sleep(0.02)
        raise BrokerError(f'topic "{name}" has no leader', 5)

    def delete_topic(self, name):
        reader = self.call(20, 1, struct.pack(">i", 1) + string(name) + struct.pack(">i", self.timeout_ms))
        reader.take("i")
        for _ in range(reader.take("i")):
            reader.string()
            error = reader.take("h")
            if error:
                raise BrokerError(f'cannot delete topic "{name}"', error)

    def offset(self, name, partition, timestamp):
        """The first (-2) or end (-1) offset, or None while the partition has no leader."""
        body = (struct.pack(">ii", -1, 1) + string(name) + struct.pack(">i", 1) + struct.pack(">iq", partition, timestamp))
        reader = self.call(2, 1, body)
        reader.take("i"), reader.string(), reader.take("i")
        _, error, _, offset = reader.take("ihqq")
        if error in RETRIABLE or error == UNKNOWN_TOPIC:
            return None
        if error:
            raise BrokerError(f'offsets of "{name}" partition {partition}', error)
        return offset

    def offsets(self, name, partition):
        return self.offset(name, partition, -2), self.offset(name, partition, -1)
