// Typed tools: schema and conversion from a list of fields.
#include "mcp/typed.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "mcp/call.h"
#include "mcp/server.h"

namespace davit::mcp {
namespace {

struct Point {
  double x = 0;
  double y = 0;
  static auto fields() {
    return std::tuple(field("x", &Point::x, "To the right."), field("y", &Point::y, "Upwards."));
  }
};

struct Order {
  std::string name;
  std::optional<int> count;
  std::optional<std::string> size;
  std::vector<Point> places;
  bool express = false;
  static auto fields() {
    return std::tuple(
        field("name", &Order::name, "What to bring.").with("minLength", 1),
        field("count", &Order::count, "How many.").min(1).max(9'000'000'000),
        field("size", &Order::size, "How large.").choices({"small", "large"}),
        field("places", &Order::places, "Where to."),
        field("express", &Order::express, "Whether it is urgent.")
    );
  }
};

struct Receipt {
  std::int64_t total = 0;
  std::optional<std::string> note;
  std::vector<std::string> lines;
  static auto fields() {
    return std::tuple(
        field("total", &Receipt::total, "In cents."),
        field("note", &Receipt::note, "What was left out."),
        field("lines", &Receipt::lines, "One for each place.")
    );
  }
};

Async<Receipt> deliver(Context, Order order) {
  Receipt receipt{.total = order.count.value_or(1) * (order.express ? 200 : 100)};
  if (order.size) receipt.note = *order.size;
  for (auto const& place : order.places) {
    receipt.lines.push_back(order.name + " to " + std::to_string(static_cast<int>(place.x)));
  }
  co_return receipt;
}

Async<ToolResult> say(Context, Point point) {
  if (point.x < 0) co_return Error(ErrorKind::not_found, "there is nothing to the left");
  co_return ToolResult::text("here");
}

Result<ToolResult> run(const Tool& tool, std::string_view arguments) {
  Loop loop;
  auto const call = std::make_shared<Call>();
  return loop.run(tool.handler(Context(call), json::parse(arguments)->get_object()));
}

TEST(TypedTool, HasTheSchemaOfItsFields) {
  auto const tool = typed_tool<Order>("deliver", "Delivers.", &deliver);
  EXPECT_EQ(tool.definition.name, "deliver");
  EXPECT_EQ(tool.definition.description, "Delivers.");
  EXPECT_EQ(
      json::Value(tool.definition.input_schema), *json::parse(R"({"type":"object","properties":{
        "name":{"type":"string","description":"What to bring.","minLength":1},
        "count":{"type":"integer","description":"How many.","minimum":1,"maximum":9000000000},
        "size":{"type":"string","description":"How large.","enum":["small","large"]},
        "places":{"type":"array","items":{"type":"object","properties":{
            "x":{"type":"number","description":"To the right."},
            "y":{"type":"number","description":"Upwards."}},
          "required":["x","y"],"additionalProperties":false},"description":"Where to."},
        "express":{"type":"boolean","description":"Whether it is urgent."}},
        "required":["name","places","express"],"additionalProperties":false})")
  );
  ASSERT_TRUE(tool.definition.output_schema);
  EXPECT_EQ(
      json::to_text(json::Value(tool.definition.output_schema->at("required"))),
      R"(["total","lines"])"
  );
  Server server({{"s", "1", ""}, ""});
  EXPECT_TRUE(server.add_tool(tool));
}

TEST(TypedTool, ConvertsArgumentsAndResult) {
  auto const tool = typed_tool<Order>("deliver", "Delivers.", &deliver);
  auto const full =
      run(tool,
          R"({"name":"tea","count":3.0,"size":"large","places":[{"x":1,"y":2.5},{"x":4,"y":0}],)"
          R"("express":true})");
  ASSERT_TRUE(full);
  EXPECT_EQ(
      json::to_text(*full->structured),
      R"({"total":600,"note":"large","lines":["tea to 1","tea to 4"]})"
  );
  auto const least = run(tool, R"({"name":"tea","places":[],"express":false})");
  ASSERT_TRUE(least);
  EXPECT_EQ(json::to_text(*least->structured), R"({"total":100,"lines":[]})");
}

TEST(TypedTool, RefusesNumbersThatDoNotFit) {
  auto const tool = typed_tool<Order>("deliver", "Delivers.", &deliver);
  auto const ran = run(tool, R"({"name":"tea","count":8000000000,"places":[],"express":false})");
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(ran.error().message(), "count: the number is out of range");
}

TEST(TypedTool, MayAnswerWithAToolResult) {
  auto const tool = typed_tool<Point>("say", "Says.", &say);
  EXPECT_FALSE(tool.definition.output_schema);
  auto const ran = run(tool, R"({"x":1,"y":1})");
  ASSERT_TRUE(ran);
  EXPECT_EQ(*ran->content.at(0).if_text(), "here");
  auto const failed = run(tool, R"({"x":-1,"y":1})");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::not_found);
}

TEST(TypedTool, TakesALambdaThatReturnsACoroutine) {
  auto times = 0;
  auto const tool = typed_tool<Point>("say", "Says.", [&times](Context context, Point point) {
    ++times;
    return say(std::move(context), point);
  });
  EXPECT_TRUE(run(tool, R"({"x":1,"y":1})"));
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace davit::mcp
