#include "json/schema.h"

#include <string>
#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace davit::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Schema compiled(std::string_view text, const SchemaOptions& options = {}) {
  auto schema = Schema::compile(*parse(text), options);
  EXPECT_TRUE(schema) << text << ": " << (schema ? "" : schema.error().message());
  return schema ? *std::move(schema) : *Schema::compile(false);
}

std::string error_of(std::string_view text, const SchemaOptions& options = {}) {
  auto const schema = Schema::compile(*parse(text), options);
  return schema ? "none" : schema.error().message();
}

bool accepts(std::string_view schema, std::string_view value) {
  return compiled(schema).accepts(*parse(value));
}

// All errors as one text, the value called "it".
std::string complaint(std::string_view schema, std::string_view value) {
  return to_text(compiled(schema).validate(*parse(value)), "it");
}

constexpr std::string_view kTool = R"({
  "type": "object",
  "properties": {
    "project": {"type": "string", "minLength": 1},
    "state": {"enum": ["opened", "closed", "merged"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100}
  },
  "required": ["project"],
  "additionalProperties": false
})";

TEST(Schema, AcceptsToolArguments) {
  EXPECT_TRUE(accepts(kTool, R"({"project":"a/b","state":"opened","limit":20})"));
  EXPECT_TRUE(accepts(kTool, R"({"project":"a/b","limit":20.0})"));
  EXPECT_THAT(compiled(kTool).validate(*parse(R"({"project":"a"})")), IsEmpty());
}

TEST(Schema, SaysWhatIsWrongAndWhatWouldBeRight) {
  struct Row {
    std::string_view schema;
    std::string_view value;
    std::string_view complaint;
  };
  constexpr Row kRows[] = {
      {kTool,
       R"({"project":"a","limit":"ten"})",
       "/limit must be an integer, got the string \"ten\""},
      {kTool, R"({"project":"a","limit":0})", "/limit must be at least 1, got 0"},
      {kTool, R"({"project":""})", "/project must have at least 1 characters, has 0"},
      {kTool, R"({})", "it lacks the required property \"project\""},
      {kTool, R"([])", "it must be an object, got an array of 0 items"},
      {kTool,
       R"({"project":"a","stat":1})",
       "it has the unknown property \"stat\"; did you mean \"state\"? it takes \"limit\", "
       "\"project\", \"state\""},
      {kTool,
       R"({"project":"a","state":"done"})",
       "/state must be one of \"opened\", \"closed\", \"merged\", got \"done\""},
      {kTool,
       R"({"limit":101,"project":1})",
       "/limit must be at most 100, got 101; /project must be a string, got the number 1"},
      {R"({"additionalProperties":false})",
       R"({"a":1})",
       "it has the unknown property \"a\"; it takes none"},
      {R"({"type":["string","null"]})", "1.5", "it must be a string or null, got the number 1.5"},
      {R"({"type":["number","integer"]})", "true", "it must be a number, got true"},
      {R"({"const":{"a":1}})", "1", "it must be {\"a\":1}, got 1"},
      {R"({"multipleOf":5})", "7", "it must be a multiple of 5, got 7"},
      {R"({"pattern":"^a"})", R"("b")", "it must match the pattern \"^a\", got \"b\""},
      {R"({"uniqueItems":true})", "[1,1.0]", "it must not have two equal items"},
      {R"({"contains":{"type":"string"}})",
       "[1]",
       "it must have at least 1 item(s) that match what \"contains\" asks for, has 0"},
      {R"({"dependentRequired":{"a":["b"]}})",
       R"({"a":1})",
       "it has \"a\" and so needs the property \"b\" too"},
      {R"({"propertyNames":{"maxLength":1}})",
       R"({"ab":1})",
       "it has the property \"ab\", whose name is not allowed: it must have at most 1 characters, "
       "has 2"},
      {R"({"not":{"type":"null"}})", "null", "it matches what is excluded by \"not\""},
      {R"({"oneOf":[true,true]})",
       "1",
       "it must match exactly one alternative, but matches number 1 and number 2"},
      {R"({"anyOf":[{"type":"string"},{"required":["a"]}]})",
       "{}",
       "it matches none of the 2 alternatives: it lacks the required property \"a\"; or it must be "
       "a string, got an object with 0 properties"},
      {R"({"items":{"properties":{"a/b":{"type":"null"}}}})",
       R"([{},{"a/b":1}])",
       "/1/a~1b must be null, got the number 1"},
      {R"({"unevaluatedProperties":false})",
       R"({"a":1})",
       "it has the property \"a\", which is not allowed here"},
      {R"({"prefixItems":[true],"unevaluatedItems":false})",
       "[1,2]",
       "it has item 1, which is not allowed here"},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/a is not allowed here"},
      {R"({"if":{"type":"string"},"then":{"maxLength":1}})",
       R"("ab")",
       "it must have at most 1 characters, has 2"},
  };
  for (auto const& row : kRows) EXPECT_EQ(complaint(row.schema, row.value), row.complaint);
}

TEST(Schema, ReportsAsManyErrorsAsAskedFor) {
  auto const schema = compiled(R"({"items":{"type":"string"}})");
  auto const value = *parse("[1,2,3,4]");
  EXPECT_EQ(schema.validate(value).size(), 4U);
  EXPECT_EQ(schema.validate(value, 2).size(), 2U);
  EXPECT_EQ(schema.validate(value, 0).size(), 1U);
}

TEST(Schema, RepeatsLittleOfTheValue) {
  auto const schema = compiled(kTool);
  std::string const text(10'000, 'x');
  auto const value = Value(Object{{text, 1}, {"project", Array(100'000)}, {"state", text}});
  auto const errors = schema.validate(value);
  ASSERT_EQ(errors.size(), 3U);
  for (auto const& error : errors) EXPECT_LT(error.pointer.size() + error.message.size(), 200U);
  auto const deep = compiled(R"({"additionalProperties":{"type":"null"}})").validate(value);
  for (auto const& error : deep) EXPECT_LT(error.pointer.size() + error.message.size(), 200U);
}

TEST(Schema, LivesOnWithoutTheSchemaItWasMadeFrom) {
  auto schema = [] {
    boost::json::monotonic_resource memory;
    auto const value =
        *parse(R"({"enum":["a long choice that needs memory",{"x":[1,2]},7]})", &memory);
    return Schema::compile(value);
  }();
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->accepts(*parse(R"({"x":[1.0,2]})")));
  EXPECT_TRUE(schema->accepts("a long choice that needs memory"));
  EXPECT_FALSE(schema->accepts(8));
}

TEST(Schema, ComparesNumbersExactly) {
  EXPECT_TRUE(accepts(R"({"const":1})", "1.0"));
  EXPECT_TRUE(accepts(R"({"enum":[18446744073709551615]})", "18446744073709551615"));
  EXPECT_FALSE(accepts(R"({"const":9007199254740993})", "9007199254740992.0"));
  EXPECT_FALSE(accepts(R"({"maximum":9223372036854775807})", "9223372036854775808"));
  EXPECT_FALSE(accepts(R"({"exclusiveMaximum":9007199254740993})", "9007199254740993"));
  EXPECT_TRUE(accepts(R"({"minimum":-0.5})", "0"));
  EXPECT_TRUE(accepts(R"({"type":"integer"})", "1e308"));
  EXPECT_FALSE(accepts(R"({"type":"integer"})", "1.5"));
}

TEST(Schema, DividesNumbersExactly) {
  EXPECT_TRUE(accepts(R"({"multipleOf":0.0001})", "0.0075"));
  EXPECT_FALSE(accepts(R"({"multipleOf":0.0001})", "0.00751"));
  EXPECT_TRUE(accepts(R"({"multipleOf":0.01})", "19.99"));
  EXPECT_TRUE(accepts(R"({"multipleOf":0.5})", "1e308"));
  EXPECT_FALSE(accepts(R"({"multipleOf":0.123456789})", "1e308"));
  EXPECT_TRUE(accepts(R"({"multipleOf":1e-8})", "12391239123"));
  EXPECT_TRUE(accepts(R"({"multipleOf":3})", "-9223372036854775808") == false);
  EXPECT_TRUE(accepts(R"({"multipleOf":2})", "-9223372036854775808"));
  EXPECT_TRUE(accepts(R"({"multipleOf":1e300})", "0"));
}

TEST(Schema, CountsCharactersNotBytes) {
  EXPECT_TRUE(accepts(R"({"maxLength":2,"minLength":2})", "\"\xF0\x9F\x92\xA9\xF0\x9F\x92\xA9\""));
  EXPECT_FALSE(accepts(R"({"minLength":3})", "\"\xF0\x9F\x92\xA9\xF0\x9F\x92\xA9\""));
}

TEST(Schema, FindsDuplicatesInLongArraysToo) {
  Array items;
  for (int i = 0; i < 1000; ++i) items.emplace_back(Object{{"a", i}, {"b", i * 2}});
  auto const schema = compiled(R"({"uniqueItems":true})");
  EXPECT_TRUE(schema.accepts(items));
  items.emplace_back(Object{{"b", 14.0}, {"a", 7}});
  EXPECT_FALSE(schema.accepts(items));
}

TEST(Schema, TreatsFormatAsAnnotationUnlessAsked) {
  auto const* const text = R"({"format":"date"})";
  EXPECT_TRUE(accepts(text, R"("yesterday")"));
  auto const strict = compiled(text, {.assert_formats = true});
  EXPECT_FALSE(strict.accepts("yesterday"));
  EXPECT_TRUE(strict.accepts("2024-02-29"));
  EXPECT_TRUE(strict.accepts(5));
  EXPECT_EQ(to_text(strict.validate("x")), "the value must be in the format \"date\", got \"x\"");
}

TEST(Schema, RefusesMalformedSchemas) {
  struct Row {
    std::string_view schema;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {"5", "must be a boolean or an object"},
      {R"({"type":"text"})", "type"},
      {R"({"type":[]})", "type"},
      {R"({"properties":{"a":{"minimum":"1"}}})", "/properties/a/minimum must be a number"},
      {R"({"required":"a"})", "/required must be an array"},
      {R"({"minLength":-1})", "minLength"},
      {R"({"maxItems":1.5})", "maxItems"},
      {R"({"multipleOf":0})", "multipleOf"},
      {R"({"enum":1})", "enum"},
      {R"({"allOf":[]})", "allOf"},
      {R"({"properties":[]})", "properties"},
      {R"({"items":[{}]})", "items"},
      {R"({"not":1})", "not"},
      {R"({"$ref":5})", "$ref"},
      {R"({"$id":"http://x/#frag"})", "$id"},
      {R"({"$anchor":5})", "$anchor"},
      {R"({"uniqueItems":1})", "uniqueItems"},
      {R"({"dependentRequired":{"a":1}})", "dependentRequired"},
  };
  for (auto const& row : kRows) {
    EXPECT_THAT(error_of(row.schema), HasSubstr(row.error));
    // The compiler does not rely on the meta-schema.
    EXPECT_NE(error_of(row.schema, {.check_schema = false}), "none") << row.schema;
  }
}

TEST(Schema, SaysWhereASchemaCannotBeCompiled) {
  EXPECT_EQ(
      error_of(R"j({"properties":{"a/b":{"items":{"pattern":"(?=x)"}}}})j"),
      "schema at #/properties/a~1b/items: pattern \"(?=x)\": the pattern uses look-around, which "
      "is not supported"
  );
  EXPECT_EQ(
      error_of(R"({"allOf":[{"$ref":"#/$defs/none"}]})"),
      "schema at #/allOf/0: $ref: \"#/$defs/none\" does not exist"
  );
  EXPECT_THAT(
      error_of(R"({"$ref":"https://example.com/other"})"),
      HasSubstr("\"https://example.com/other\" is not known, and nothing is fetched")
  );
  EXPECT_THAT(
      error_of(R"({"$schema":"http://json-schema.org/draft-07/schema#"})"),
      HasSubstr("names the dialect \"http://json-schema.org/draft-07/schema\"")
  );
  EXPECT_THAT(
      error_of(R"({"$defs":{"a":{"$id":"x:y"},"b":{"$id":"x:y"}}})"), HasSubstr("two schemas")
  );
}

TEST(Schema, TakesOtherDocumentsFromTheResolver) {
  auto const document = *parse(R"({"$defs":{"id":{"$anchor":"id","type":"integer"}}})");
  SchemaOptions options;
  options.resolve = [&](std::string_view uri) {
    return uri == "https://example.com/types" ? &document : nullptr;
  };
  for (auto const* schema :
       {R"({"$ref":"https://example.com/types#id"})",
        R"({"$id":"https://example.com/a/b","$ref":"../types#/$defs/id"})",
        R"({"$id":"https://example.com/x","$ref":"/types#/%24defs/id"})"}) {
    EXPECT_TRUE(compiled(schema, options).accepts(1)) << schema;
    EXPECT_FALSE(compiled(schema, options).accepts("1")) << schema;
  }
}

TEST(Schema, KnowsTheMetaSchema) {
  auto const meta = compiled(R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})");
  EXPECT_TRUE(meta.accepts(*parse(kTool)));
  EXPECT_FALSE(meta.accepts(*parse(R"({"properties":{"a":{"items":{"type":"x"}}}})")));
}

TEST(SchemaBounds, NestingOfTheSchema) {
  auto const nested = [](std::size_t depth) {
    Value schema = true;
    for (std::size_t i = 0; i < depth; ++i) {
      Object outer;
      outer.emplace("not", std::move(schema));
      schema = std::move(outer);
    }
    return schema;
  };
  auto const schema = Schema::compile(nested(kMaxDepth));
  ASSERT_TRUE(schema) << schema.error().message();
  EXPECT_TRUE(schema->accepts(1));
  EXPECT_EQ(
      Schema::compile(nested(kMaxDepth + 1), {.check_schema = false}).error().message(),
      "the schema is nested more than 64 levels deep"
  );
  EXPECT_FALSE(Schema::compile(nested(5000)));
}

TEST(SchemaBounds, SubschemasValuesAndPatterns) {
  Array branches;
  for (int i = 0; i < 10'000; ++i) branches.emplace_back(Object{{"const", i}});
  Value const schema = Object{{"anyOf", branches}};
  auto const wide = Schema::compile(schema);
  ASSERT_TRUE(wide) << wide.error().message();
  EXPECT_TRUE(wide->accepts(9'999));
  EXPECT_FALSE(wide->accepts(10'000));
  EXPECT_LT(to_text(wide->validate(10'000)).size(), 1000U);
  EXPECT_THAT(
      Schema::compile(schema, {.max_subschemas = 100}).error().message(),
      HasSubstr("100 subschemas")
  );
  EXPECT_THAT(
      Schema::compile(schema, {.max_values = 100}).error().message(), HasSubstr("100 values")
  );
  Object patterns;
  for (int i = 0; i < 10; ++i) patterns[std::to_string(i)] = true;
  EXPECT_THAT(
      Schema::compile(Object{{"patternProperties", patterns}}, {.max_patterns = 9})
          .error()
          .message(),
      HasSubstr("more than 9 patterns")
  );
}

TEST(SchemaBounds, HugeEnum) {
  Array choices;
  for (int i = 0; i < 20'000; ++i) choices.emplace_back("choice " + std::to_string(i));
  auto const schema = Schema::compile(Object{{"items", Object{{"enum", choices}}}});
  ASSERT_TRUE(schema) << schema.error().message();
  EXPECT_TRUE(schema->accepts(choices));
  auto const errors = schema->validate(Array{"choice"});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message, HasSubstr("(20000 in all)"));
  EXPECT_LT(errors[0].message.size(), 400U);
}

TEST(SchemaBounds, ReferencesWithoutEndAreFoundWhenCompiling) {
  for (auto const* schema :
       {R"({"$ref":"#"})",
        R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
        R"({"anyOf":[{"type":"string"},{"allOf":[{"$ref":"#"}]}]})",
        R"({"if":true,"then":{"not":{"$ref":"#"}}})",
        R"({"dependentSchemas":{"a":{"$ref":"#"}}})"}) {
    EXPECT_THAT(error_of(schema), HasSubstr("refers back to itself")) << schema;
  }
}

TEST(SchemaBounds, DynamicReferencesWithoutEndAreFoundWhenChecking) {
  auto const schema = compiled(R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})");
  EXPECT_FALSE(schema.accepts(1));
  EXPECT_THAT(to_text(schema.validate(1)), HasSubstr("may refer to itself without end"));
  // A verdict that was not reached does not become true under "not".
  EXPECT_FALSE(
      compiled(
          R"({"not":{"$ref":"#/$defs/x"},"$defs":{"x":{"$dynamicAnchor":"a","$dynamicRef":"#a"}}})"
      )
          .accepts(1)
  );
}

TEST(SchemaBounds, RecursionIntoTheValueIsFine) {
  auto const schema =
      compiled(R"({"anyOf":[{"type":"integer"},{"type":"array","items":{"allOf":[{"$ref":"#"}]}}]})"
      );
  auto const nested = [](std::size_t depth, std::string_view core) {
    return *parse(std::string(depth, '[').append(core) + std::string(depth, ']'));
  };
  EXPECT_TRUE(schema.accepts(nested(kMaxDepth, "1")));
  EXPECT_FALSE(schema.accepts(nested(kMaxDepth, "null")));
}

TEST(SchemaBounds, ExponentialChoicesRunOutOfSteps) {
  auto const schema = compiled(
      R"({"type":"array","anyOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]})",
      {.max_steps = 200'000}
  );
  auto const value = *parse(std::string(40, '[') + "1" + std::string(40, ']'));
  EXPECT_FALSE(schema.accepts(value));
  auto const errors = schema.validate(value);
  ASSERT_FALSE(errors.empty());
  EXPECT_THAT(errors[0].message, HasSubstr("needs too many steps to check"));
}

TEST(SchemaBounds, EveryKindOfWorkCounts) {
  SchemaOptions const few{.max_steps = 1000};
  auto const long_array = Value(Array(2000));
  auto const long_text = Value(std::string(1'000'000, 'a'));
  for (auto const* schema :
       {R"({"uniqueItems":true})",
        R"({"items":{"type":"null"}})",
        R"({"contains":{"type":"string"},"minContains":0})"}) {
    EXPECT_FALSE(compiled(schema, few).accepts(long_array)) << schema;
  }
  EXPECT_FALSE(compiled(R"({"pattern":"^(a|b)*$"})", few).accepts(long_text));
  EXPECT_FALSE(compiled(R"({"maxLength":999999})", few).accepts(long_text));
}

}  // namespace
}  // namespace davit::json
