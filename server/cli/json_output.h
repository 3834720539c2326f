#pragma once

namespace google::protobuf {
class Message;
}

namespace millrace {

/// Prints a message to stdout as protobuf JSON, with every field, over several lines.
void PrintJson(const google::protobuf::Message& message);

}  // namespace millrace
