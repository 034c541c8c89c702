// Arguments that are repeated as headers: where they may be declared, and when both say the same.
#include "mcp/header_params.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::mcp {
namespace {

// "Region=a.b (0)" for each parameter, or the error.
std::string find(std::string_view schema) {
  auto const found = find_header_params(json::parse(schema)->get_object());
  if (!found) return found.error().message();
  std::string shown;
  for (auto const& param : *found) {
    if (!shown.empty()) shown += ", ";
    shown += param.name + '=';
    for (auto const& name : param.path) shown += '/' + name;
    shown += fmt::format(" {}", static_cast<int>(param.type));
  }
  return shown;
}

struct Case {
  const char* schema;
  const char* result;
};

TEST(HeaderParams, AreFoundThroughProperties) {
  Case const cases[] = {
      {R"({"type":"object"})", ""},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},
                         "b":{"type":"integer","x-mcp-header":"x_B-1"},
                         "c":{"type":"boolean","x-mcp-header":"C"},
                         "d":{"type":"string"}}})",
       "A=/a 0, x_B-1=/b 1, C=/c 2"},
      {R"({"properties":{"a":{"type":"object","properties":{
           "b":{"type":"string","x-mcp-header":"B"}}}}})",
       "B=/a/b 0"},
      // A property of that name, and values that look like schemas.
      {R"({"properties":{"x-mcp-header":{"type":"string"}}})", ""},
      {R"({"properties":{"x-mcp-header":{"type":"string","x-mcp-header":"X"}}})",
       "X=/x-mcp-header 0"},
      {R"({"default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":"A"}],
           "const":{"x-mcp-header":"A"},"enum":[{"x-mcp-header":"A"}]})",
       ""},
      {R"({"$defs":{"x-mcp-header":{"type":"string"}}})", ""},
  };
  for (auto const& [schema, result] : cases) EXPECT_EQ(find(schema), result) << schema;
}

TEST(HeaderParams, AreRefusedWhereClientsCouldNotReadThem) {
  auto const* const elsewhere = "x-mcp-header 'A' stands where `properties` alone do not lead";
  auto const* const no_primitive = "x-mcp-header 'A' is not on a string, an integer or a boolean";
  Case const cases[] = {
      {R"({"x-mcp-header":"A","type":"string"})", elsewhere},
      {R"({"items":{"type":"string","x-mcp-header":"A"}})", elsewhere},
      {R"({"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})", elsewhere},
      {R"({"if":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}})", elsewhere},
      {R"({"$defs":{"a":{"type":"string","x-mcp-header":"A"}}})", elsewhere},
      {R"({"patternProperties":{"a":{"type":"string","x-mcp-header":"A"}}})", elsewhere},
      {R"({"properties":{"a":{"not":{"type":"string","x-mcp-header":"A"}}}})", elsewhere},
      {R"({"properties":{"a":{"type":"number","x-mcp-header":"A"}}})", no_primitive},
      {R"({"properties":{"a":{"type":"object","x-mcp-header":"A"}}})", no_primitive},
      {R"({"properties":{"a":{"type":["string","null"],"x-mcp-header":"A"}}})", no_primitive},
      {R"({"properties":{"a":{"x-mcp-header":"A"}}})", no_primitive},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
       "x-mcp-header '' is no header name"},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":7}}})",
       "x-mcp-header '' is no header name"},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})",
       "x-mcp-header 'a b' is no header name"},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":"a:b"}}})",
       "x-mcp-header 'a:b' is no header name"},
      {R"({"properties":{"a":{"type":"string","x-mcp-header":"Id"},
                         "b":{"type":"string","x-mcp-header":"ID"}}})",
       "x-mcp-header 'ID' stands twice"},
  };
  for (auto const& [schema, result] : cases) EXPECT_EQ(find(schema), result) << schema;
}

TEST(HeaderParams, FindTheirArguments) {
  HeaderParam const param{"B", {"a", "b"}};
  auto const at = [&param](std::string_view text) {
    auto const arguments = json::parse(text);
    auto const* found = find_argument(param, arguments->get_object());
    return found == nullptr ? std::string("-") : json::to_text(*found);
  };
  EXPECT_EQ(at(R"({"a":{"b":"x"}})"), R"("x")");
  EXPECT_EQ(at(R"({"a":{"b":0}})"), "0");
  EXPECT_EQ(at(R"({"a":{"b":null}})"), "-");
  EXPECT_EQ(at(R"({"a":{}})"), "-");
  EXPECT_EQ(at(R"({"a":7})"), "-");
  EXPECT_EQ(at("{}"), "-");
}

TEST(HeaderParams, SayTheSameAsTheirArguments) {
  struct Pair {
    HeaderParam::Type type;
    const char* argument;
    const char* header;
    bool same;
  };
  using Type = HeaderParam::Type;
  Pair const pairs[] = {
      {Type::string, R"("eu-west")", "eu-west", true},
      {Type::string, R"("eu-west")", "EU-west", false},
      {Type::string, R"("")", "", true},
      {Type::string, R"("42")", "42", true},
      {Type::string, R"("42")", "42.0", false},
      {Type::boolean, "true", "true", true},
      {Type::boolean, "true", "True", false},
      {Type::boolean, "false", "0", false},
      {Type::integer, "42", "42", true},
      {Type::integer, "42", "42.0", true},
      {Type::integer, "42.0", "42", true},
      {Type::integer, "42", "4.2e1", true},
      {Type::integer, "42", "43", false},
      {Type::integer, "42", "42x", false},
      {Type::integer, "42", "", false},
      {Type::integer, "-7", "-7", true},
      {Type::integer, "9007199254740993", "9007199254740992", false},
      {Type::integer, "9007199254740993", "9007199254740993", true},
      // Not what the schema wants; the check of the arguments has the better answer.
      {Type::integer, R"("x")", "x", true},
      {Type::string, "7", "7", true},
      {Type::string, R"({"a":1})", "7", false},
  };
  for (auto const& [type, argument, header, same] : pairs) {
    HeaderParam const param{"P", {"p"}, type};
    EXPECT_EQ(says_the_same(param, *json::parse(argument), header), same)
        << argument << " and " << header;
  }
}

}  // namespace
}  // namespace davit::mcp
