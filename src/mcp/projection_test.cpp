// How results are written for each revision.
#include "mcp/projection.h"

#include <gtest/gtest.h>

#include "support/mcp_features.h"

namespace davit::mcp {
namespace {

std::string write(const Content& content, Revision revision) {
  std::string out;
  append_content(out, content, revision);
  return out;
}

TEST(Projection, PutsIntoWordsWhatAnOldClientDoesNotKnow) {
  auto const audio = Content::audio("RIFF", "audio/wav");
  auto const link = Content::link(
      {.uri = "test://b",
       .name = "b",
       .title = "B",
       .description = "The \"second\" one.",
       .mime_type = "text/plain",
       .size = 12}
  );
  EXPECT_EQ(
      write(audio, Revision::v2024_11_05),
      R"({"type":"text","text":"[Audio of type audio/wav, 4 bytes, which this client cannot take.]"})"
  );
  EXPECT_EQ(
      write(audio, Revision::v2025_03_26),
      R"({"type":"audio","data":"UklGRg==","mimeType":"audio/wav"})"
  );
  EXPECT_EQ(
      write(link, Revision::v2025_03_26),
      R"({"type":"text","text":"[Resource B: test://b, text/plain, 12 bytes. The \"second\" one.]"})"
  );
  EXPECT_EQ(
      write(link, Revision::v2025_06_18),
      R"({"type":"resource_link","uri":"test://b","name":"b","title":"B",)"
      R"("description":"The \"second\" one.","mimeType":"text/plain","size":12})"
  );
  EXPECT_EQ(
      write(Content::link({.uri = "test://a", .name = "a"}), Revision::v2024_11_05),
      R"({"type":"text","text":"[Resource a: test://a]"})"
  );
}

TEST(Projection, KeepsAnnotationsOfWhatBecameText) {
  auto audio = Content::audio("RIFF", "audio/wav");
  audio.annotations = {.for_user = true, .for_assistant = true, .last_modified = "2026-01-02"};
  EXPECT_EQ(
      write(audio, Revision::v2024_11_05),
      R"({"type":"text","text":"[Audio of type audio/wav, 4 bytes, which this client cannot take.]",)"
      R"("annotations":{"audience":["user","assistant"]}})"
  );
}

TEST(Projection, WritesBytesAsBase64AndTextAsUtf8) {
  EXPECT_EQ(
      write(Content::image("\x89PNG", "image/png"), Revision::v2024_11_05),
      R"({"type":"image","data":"iVBORw==","mimeType":"image/png"})"
  );
  EXPECT_EQ(
      write(Content::text("a\xFF\n"), Revision::v2026_07_28),
      "{\"type\":\"text\",\"text\":\"a\xEF\xBF\xBD\\n\"}"
  );
  EXPECT_EQ(
      write(Content::resource({.uri = "test://a", .blob = ""}), Revision::v2026_07_28),
      R"({"type":"resource","resource":{"uri":"test://a","blob":""}})"
  );
}

TEST(Projection, ShowsStructuredContentWhereTheRevisionHasIt) {
  auto const object = ToolResult::of(json::Object{{"sum", 3}});
  auto const array = ToolResult::of(json::Array{2, 3});
  std::string const object_text = R"("content":[{"type":"text","text":"{\"sum\":3}"}])";
  std::string const array_text = R"("content":[{"type":"text","text":"[2,3]"}])";
  EXPECT_EQ(to_reply(object, Revision::v2025_03_26).members, object_text);
  EXPECT_EQ(
      to_reply(object, Revision::v2025_06_18).members,
      object_text + R"(,"structuredContent":{"sum":3})"
  );
  EXPECT_EQ(to_reply(array, Revision::v2025_11_25).members, array_text);
  EXPECT_EQ(
      to_reply(array, Revision::v2026_07_28).members, array_text + R"(,"structuredContent":[2,3])"
  );
  EXPECT_EQ(to_reply(ToolResult(), Revision::v2026_07_28).members, R"("content":[])");
  EXPECT_EQ(
      to_reply(ToolResult::error("no"), Revision::v2024_11_05).members,
      R"("content":[{"type":"text","text":"no"}],"isError":true)"
  );
}

TEST(Projection, ShowsOutputSchemasWhereClientsTakeThem) {
  ToolDefinition tool{"t"};
  tool.input_schema = testing::tools::schema(R"({"type":"object"})");
  tool.output_schema = testing::tools::schema(R"({"type":"object"})");
  auto const shows = [&tool](Revision revision) {
    return describe(tool, TaskSupport::forbidden, revision).contains("outputSchema");
  };
  EXPECT_FALSE(shows(Revision::v2025_03_26));
  EXPECT_TRUE(shows(Revision::v2025_06_18));
  tool.output_schema = testing::tools::schema(R"({"type":"array"})");
  EXPECT_FALSE(shows(Revision::v2025_11_25));
  EXPECT_TRUE(shows(Revision::v2026_07_28));
}

}  // namespace
}  // namespace davit::mcp
