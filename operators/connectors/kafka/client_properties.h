#pragma once

#include <map>
#include <string>

#include "core/descriptor/descriptor.h"

namespace millrace {

/// The options behind "properties.": what of librdkafka's (and, where they have the same meaning, Java's)
/// client properties is passed on. Pure and thread-safe.

/// kUnknownOption with "did you mean", or with what to write instead for names that only the Java client has;
/// kUnsupportedByConnector for those that the connector decides itself.
Status CheckClientProperties(const Options& table_options);

/// The checked properties by librdkafka's names, without those that only the other kind of client has.
std::map<std::string, std::string> ClientProperties(const Options& table_options, bool producer);

/// The first property that is set and that only librdkafka honours, as the table names it; "" when the native
/// reader does all that is asked for.
std::string PropertyForLibrdkafka(const Options& table_options);

/// One property of the table by its Java name, or "".
std::string ClientProperty(const Options& table_options, const std::string& name);

}  // namespace millrace
