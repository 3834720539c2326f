#!/usr/bin/env python3
"""Milliseconds from sending a query to a server to its first row, of several queries one after the other.

  first_row.py SERVER COUNT SQL        with the interpreter of scripts/python-env; prints a JSON list
"""
import json
import pathlib
import sys
import time

import grpc

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))  # where proto/ is
control, service = grpc.protos_and_services("proto/control.proto")


def first_row_ms(stub, sql):
    begin = time.perf_counter()
    first = None
    for response in stub.ExecuteSql(control.ExecuteSqlRequest(sql=sql, transient=True)):
        if response.HasField("error"):
            sys.exit(response.error.rendered or response.error.message)
        if first is None and response.HasField("rows") and response.rows.rows:
            first = time.perf_counter()
    if first is None:
        sys.exit("the query had no rows")
    return (first - begin) * 1000


def main(server, count, sql):
    with grpc.insecure_channel(server) as channel:
        stub = service.ControlStub(channel)
        grpc.channel_ready_future(channel).result(timeout=30)
        print(json.dumps([round(first_row_ms(stub, sql), 3) for _ in range(int(count))]))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
