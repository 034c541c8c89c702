// What every connector's test says of its tools: the recorded exchanges run as recorded, each tool
// has one, its definition is the one that was reviewed, and the manual shows it as it is. The files
// are written with DAVIT_UPDATE=1; then read them.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "connector/definition.h"
#include "support/exchange.h"

namespace davit::testing {

struct ConnectorFiles {
  const connector::Connector& connector;
  connector::Settings settings = {};  // of the server in all exchanges
  std::string folder = "testdata";    // of the exchanges; the definitions are in tools/ below it
  std::string manual = {};            // the page in docs/connectors
};

inline void expect_exchanges(const ConnectorFiles& files) {
  auto const names = exchange_names(files.folder);
  EXPECT_FALSE(names.empty());
  std::string all;
  for (auto const& name : names) {
    SCOPED_TRACE(name);
    auto const path = files.folder + '/' + name + ".exchange";
    auto const replay = replay_exchange(files.connector, path, files.settings);
    EXPECT_EQ(replay.recorded, replay.replayed);
    all += replay.recorded;
  }
  connector::for_each_tool(files.connector, [&](const connector::Tool& tool) {
    EXPECT_NE(all.find("tool: " + std::string(tool.name) + '\n'), std::string::npos)
        << tool.name << " has no exchange";
  });
}

inline void expect_definitions(const ConnectorFiles& files) {
  connector::for_each_tool(files.connector, [&](const connector::Tool& tool) {
    auto const definition = connector::define(tool);
    json::Object shown{
        {"name", definition.name},
        {"title", definition.title},
        {"description", definition.description},
        {"inputSchema", definition.input_schema},
    };
    if (definition.output_schema) shown["outputSchema"] = *definition.output_schema;
    shown["annotations"] = {
        {"readOnlyHint", definition.annotations.read_only},
        {"destructiveHint", definition.annotations.destructive},
        {"idempotentHint", definition.annotations.idempotent},
        {"openWorldHint", definition.annotations.open_world},
    };
    auto const path = files.folder + "/tools/" + definition.name + ".json";
    auto const replay = replay_snapshot(path, to_pretty_text(shown) + '\n');
    EXPECT_EQ(replay.recorded, replay.replayed) << "run this test with DAVIT_UPDATE=1";
  });
}

inline void expect_manual(const ConnectorFiles& files) {
  auto const replay = replay_snapshot(files.manual, connector::to_markdown(files.connector));
  EXPECT_EQ(replay.recorded, replay.replayed) << "run this test with DAVIT_UPDATE=1";
}

// The four tests; `files` is an expression of type ConnectorFiles.
#define DAVIT_CONNECTOR_TESTS(suite, files)                                               \
  TEST(suite##Exchanges, RunAsRecorded) { ::davit::testing::expect_exchanges(files); }    \
  TEST(suite##Tools, HaveTheDefinitionsThatWereReviewed) {                                \
    ::davit::testing::expect_definitions(files);                                          \
  }                                                                                       \
  TEST(suite##Tools, AreInTheManualAsTheyAre) { ::davit::testing::expect_manual(files); } \
  TEST(suite##Requests, UseEveryParameterOfEveryRow) {                                    \
    EXPECT_GT(::davit::testing::dump_requests_of_rows((files).connector), 0U);            \
  }                                                                                       \
  static_assert(true)

}  // namespace davit::testing
