#!/usr/bin/env python3
"""Builds a job graph, submits it over gRPC and prints the job's id: cancelled departures from one topic to another.

  submit_graph.py SERVER BOOTSTRAP FROM_TOPIC TO_TOPIC        needs grpcio and grpcio-tools (scripts/python-env)
"""
import os
import sys

import grpc

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))  # where proto/ is
graph, types, expression = (grpc.protos(f"proto/{name}.proto") for name in ("job_graph", "types", "expression"))
control, service = grpc.protos_and_services("proto/control.proto")


def schema(**columns):
    fields = [types.Field(name=name, type=types.DataType(kind=kind)) for name, kind in columns.items()]
    return types.Schema(fields=fields)


def build(bootstrap, source_topic, sink_topic):
    text, truth = types.DataType.VARCHAR, types.DataType.BOOLEAN
    columns = schema(carrier=text, origin=text, cancelled=truth)
    for field in columns.fields[:2]:
        field.type.precision = 2147483647  # STRING
    options = {"properties.bootstrap.servers": bootstrap, "format": "json"}
    source = graph.SourceConfig(connector="kafka", physical=columns, table="departures",
                                options={**options, "topic": source_topic, "scan.startup.mode": "earliest-offset"})
    is_cancelled = expression.Expression(type=types.DataType(kind=truth), column=2)
    sink = graph.SinkConfig(connector="kafka", schema=columns, table="cancelled",
                            options={**options, "topic": sink_topic, "sink.delivery-guarantee": "exactly-once",
                                     "sink.transactional-id-prefix": sink_topic})
    return graph.JobGraph(
        version=1, name="cancelled_departures", options={"execution.checkpointing.interval": "1 s"},
        operators=[graph.Operator(uid="read", output=columns, source=source),
                   graph.Operator(uid="keep-cancelled", output=columns, calc=graph.CalcConfig(filter=is_cancelled)),
                   graph.Operator(uid="write", sink=sink)],
        edges=[graph.Edge(to="keep-cancelled", **{"from": "read"}), graph.Edge(to="write", **{"from": "keep-cancelled"})])


if __name__ == "__main__":
    with grpc.insecure_channel(sys.argv[1]) as channel:
        answer = service.ControlStub(channel).SubmitGraph(control.SubmitGraphRequest(graph=build(*sys.argv[2:5])))
    print(answer.job_id)
