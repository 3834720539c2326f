#pragma once

#include <string>

namespace millrace::proto {
class JobGraph;
}  // namespace millrace::proto

namespace millrace::sql {

/// Operators with their inputs and how rows get there, one a line, as EXPLAIN shows them.
std::string PrintGraph(const proto::JobGraph& graph);

}  // namespace millrace::sql
