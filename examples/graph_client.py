#!/usr/bin/env python3
"""Submits a job graph in JSON to a server and prints the job's states until it has ended.

  graph_client.py SERVER GRAPH.json        needs grpcio and grpcio-tools (scripts/python-env); exit code 0 = FINISHED
"""
import pathlib
import sys
import tempfile
import time

import grpc
from google.protobuf import json_format
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parent.parent


def generate_stubs(directory):
    """Python modules of every file in proto/, importable afterwards."""
    names = sorted(f"proto/{path.name}" for path in (ROOT / "proto").glob("*.proto"))
    if protoc.main(["protoc", f"-I{ROOT}", f"--python_out={directory}", f"--grpc_python_out={directory}", *names]) != 0:
        sys.exit("proto/ does not compile")
    sys.path.insert(0, directory)


def follow(stub, control, job_id):
    """Prints each new state; returns the last one."""
    shown = None
    while True:
        summary = stub.GetJob(control.GetJobRequest(job_id=job_id)).summary
        if summary.state != shown:
            shown = summary.state
            print(shown, flush=True)
        if shown in ("FINISHED", "CANCELED", "FAILED"):
            return shown
        time.sleep(0.1)


def main(server, path):
    with tempfile.TemporaryDirectory() as directory:
        generate_stubs(directory)
        from proto import control_pb2 as control, control_pb2_grpc as service, job_graph_pb2 as graphs
        graph = json_format.Parse(pathlib.Path(path).read_text(encoding="utf-8"), graphs.JobGraph())
        with grpc.insecure_channel(server) as channel:
            stub = service.ControlStub(channel)
            try:
                job_id = stub.SubmitGraph(control.SubmitGraphRequest(graph=graph)).job_id
            except grpc.RpcError as error:
                sys.exit(error.details())
            print(job_id)
            return 0 if follow(stub, control, job_id) == "FINISHED" else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
