#include "mcp/transport/era.h"

#include <gtest/gtest.h>

namespace davit::mcp::transport {
namespace {

constexpr const char* kEnvelope =
    R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}})";
constexpr const char* kPlain =
    R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":1}}})";

TEST(Classify, TheEnvelopeDecidesAndThenTheHeader) {
  struct Case {
    const char* version;  // null: no header
    const char* body;
    Era era;
  };
  Case const cases[] = {
      {nullptr, kEnvelope, Era::modern},
      {"2025-11-25", kEnvelope, Era::modern},
      {"2026-07-28", kEnvelope, Era::modern},
      {nullptr, kPlain, Era::legacy},
      {"2024-11-05", kPlain, Era::legacy},
      {"2025-03-26", kPlain, Era::legacy},
      {"2025-06-18", kPlain, Era::legacy},
      {" 2025-11-25\t", kPlain, Era::legacy},
      {"2026-07-28", kPlain, Era::modern},
      {"garbage", kPlain, Era::modern},
      {"", kPlain, Era::modern},
      {nullptr, R"({"jsonrpc":"2.0","id":1,"result":{}})", Era::legacy},
      {"2026-07-28", R"({"jsonrpc":"2.0","id":1,"result":{}})", Era::modern},
      {nullptr, R"({"jsonrpc":"2.0","method":"n","params":{"_meta":[]}})", Era::legacy},
  };
  for (auto const& [version, body, era] : cases) {
    http::Headers headers;
    if (version != nullptr) headers.add("mcp-protocol-version", version);
    auto const message = jsonrpc::read(*json::parse(body));
    ASSERT_TRUE(message);
    EXPECT_EQ(classify(headers, *message), era) << (version ? version : "-") << ' ' << body;
  }
}

TEST(DecodeHeaderValue, IsStrict) {
  struct Case {
    std::string_view value;
    std::optional<std::string_view> decoded;
  };
  Case const cases[] = {
      {"plain text\there", "plain text\there"},
      {"", ""},
      {"=?base64?SGVsbG8=?=", "Hello"},
      {"=?base64?"
       "?=",
       ""},  // in one piece it would hold a trigraph
      {"=?base64?SGVsbG8?=", {}},
      {"=?base64?SGVs!!!bG8=?=", {}},
      {"=?base64?SGVsbG9=?=", {}},
      {"=?base64?SGVs bG8=?=", {}},
      {"=?base64?/w==?=", {}},
      {"SGVsbG8=", "SGVsbG8="},
      {"=?base64?SGVsbG8=", "=?base64?SGVsbG8="},
      {"=?Base64?SGVsbG8=?=", "=?Base64?SGVsbG8=?="},
      {"=?base64?=", "=?base64?="},
      {"caf\xC3\xA9", {}},
      {std::string_view("a\0b", 3), {}},
      {"a\x7F", {}},
  };
  for (auto const& [value, decoded] : cases) {
    EXPECT_EQ(decode_header_value(value), decoded) << value;
  }
}

}  // namespace
}  // namespace davit::mcp::transport
