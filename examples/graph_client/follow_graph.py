#!/usr/bin/env python3
"""Submits a job graph in JSON to a server and prints the job's states until it has ended.

  follow_graph.py SERVER GRAPH.json        needs grpcio and grpcio-tools (scripts/python-env); exit code 0 = FINISHED
"""
import pathlib
import sys
import time

import grpc
from google.protobuf import json_format

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))  # where proto/ is
graphs = grpc.protos("proto/job_graph.proto")
control, service = grpc.protos_and_services("proto/control.proto")


def follow(stub, job_id):
    """Prints each new state; returns the last one."""
    shown = None
    while shown not in ("FINISHED", "CANCELED", "FAILED"):
        state = stub.GetJob(control.GetJobRequest(job_id=job_id)).summary.state
        if state == shown:
            time.sleep(0.1)
            continue
        shown = state
        print(shown, flush=True)
    return shown


def main(server, path):
    graph = json_format.Parse(pathlib.Path(path).read_text(encoding="utf-8"), graphs.JobGraph())
    with grpc.insecure_channel(server) as channel:
        stub = service.ControlStub(channel)
        try:
            job_id = stub.SubmitGraph(control.SubmitGraphRequest(graph=graph)).job_id
        except grpc.RpcError as error:
            sys.exit(error.details())
        print(job_id)
        return 0 if follow(stub, job_id) == "FINISHED" else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
