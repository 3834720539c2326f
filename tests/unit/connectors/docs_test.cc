// Every option, metadata column and enumerated value that a descriptor lists stands on its page of the
// documentation.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "operators/connectors/blackhole/blackhole_connector.h"
#include "operators/connectors/datagen/datagen_connector.h"
#include "operators/connectors/filesystem/filesystem_connector.h"
#include "operators/connectors/nexmark/nexmark_connector.h"
#include "operators/connectors/print/print_connector.h"
#include "operators/formats/csv/csv_format.h"
#include "operators/formats/json/json_format.h"
#include "operators/formats/raw/raw_format.h"

namespace millrace {
namespace {

std::string ReadPage(const std::string& folder, const std::string& name) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) + "/docs/" + folder + "/" + name + ".md");
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

/// Looks for `text` in backquotes.
void ExpectMentioned(const std::string& page, const std::string& text, const std::string& of) {
  EXPECT_NE(page.find("`" + text + "`"), std::string::npos)
      << "the page of " << of << " lacks `" << text << "`";
}

void ExpectOptions(const std::string& page, const std::vector<OptionDescriptor>& options,
                   const std::string& of) {
  for (const OptionDescriptor& option : options) {
    ExpectMentioned(page, option.key, of);
    if (!option.default_value.empty()) ExpectMentioned(page, option.default_value, of);
    EXPECT_EQ(option.description.empty() ? ' ' : option.description.back(), '.') << of << ": " << option.key;
  }
}

TEST(Docs, PagesOfConnectorsAreComplete) {
  for (const ConnectorFactory& factory :
       {MakeFilesystemConnector(), MakeDatagenConnector(), MakeNexmarkConnector(), MakePrintConnector(),
        MakeBlackholeConnector()}) {
    const ConnectorDescriptor& descriptor = factory.descriptor;
    const std::string page = ReadPage("connectors", descriptor.name);
    ASSERT_FALSE(page.empty()) << descriptor.name;
    ExpectOptions(page, descriptor.options, descriptor.name);
    for (const MetadataDescriptor& metadata : descriptor.metadata)
      ExpectMentioned(page, metadata.key, descriptor.name);
  }
}

TEST(Docs, PagesOfFormatsAreComplete) {
  for (const FormatFactory& factory : {MakeJsonFormat(), MakeCsvFormat(), MakeRawFormat()}) {
    const std::string page = ReadPage("formats", factory.descriptor.name);
    ASSERT_FALSE(page.empty()) << factory.descriptor.name;
    ExpectOptions(page, factory.descriptor.options, factory.descriptor.name);
  }
}

}  // namespace
}  // namespace millrace
