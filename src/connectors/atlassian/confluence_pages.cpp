// The tools for single pages.
#include "connectors/atlassian/confluence_runs.h"
#include "connectors/atlassian/confluence_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Param kFormat{
    .name = "format",
    .description = "Of body.",
    .in = In::none,
    .choices = "markdown|storage|adf",
    .fallback = "markdown",
};
constexpr Param kMessage{.name = "message", .description = "Of the version.", .in = In::none};

Result<> check_update(const json::Object& arguments) {
  if (!arguments.contains("body") && !arguments.contains("title")) {
    return Error(ErrorKind::invalid_input, "give body or title");
  }
  if (arguments.contains("body") && !arguments.contains("base_version")) {
    return Error(
        ErrorKind::invalid_input, "body needs base_version: the version that was read before"
    );
  }
  return {};
}

constexpr Tool kRead[] = {
    {
        .name = "confluence_get_page",
        .title = "Get page",
        .description = "A page as Markdown, its outline, one section, or its raw source.",
        .toolset = "pages",
        .params =
            {
                kPage,
                {.name = "mode",
                 .in = In::none,
                 .choices = "markdown|outline|section|raw",
                 .fallback = "markdown"},
                {.name = "section", .description = "Heading or path A > B.", .in = In::none},
                {.name = "format",
                 .description = "Of raw.",
                 .in = In::none,
                 .choices = "storage|adf",
                 .fallback = "storage"},
                {.name = "version", .in = In::none, .kind = Kind::integer},
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "labels|comments|attachments|ancestors"},
                {.name = "max_chars",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "12000",
                 .min = 200,
                 .max = 40000},
                {.name = "offset",
                 .description = "next_offset.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .min = 0},
            },
        .foreign = "title body outline.t labels comments.body attachments.title ancestors.title",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
                  "#api-pages-id-get",
        .run = get_page,
    },
    {
        .name = "confluence_get_page_history",
        .title = "Get page history",
        .description = "The versions of a page, or the diff of two as Markdown.",
        .toolset = "pages",
        .params =
            {
                kPage,
                {.name = "diff_from",
                 .description = "Version.",
                 .in = In::none,
                 .kind = Kind::integer},
                {.name = "diff_to",
                 .description = "Version; newest unless said.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .needs = "diff_from"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 100},
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .foreign = "items.message diff",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-version/"
                  "#api-pages-id-versions-get",
        .run = get_page_history,
    },
};
static_assert(checked(kRead));

constexpr Tool kWrite[] = {
    {
        .name = "confluence_create_page",
        .title = "Create page",
        .description = "Create a page in a space.",
        .toolset = "pages",
        .effect = Effect::write,
        .params =
            {
                {.name = "space",
                 .description = "Key or URL.",
                 .in = In::none,
                 .required = true,
                 .lookup = &kSpaceLookup},
                {.name = "title", .in = In::none, .required = true},
                {.name = "body", .in = In::none},
                kFormat,
                {.name = "parent", .description = "As page elsewhere.", .in = In::none},
                {.name = "draft", .in = In::none, .kind = Kind::boolean},
                {.name = "labels", .in = In::none, .kind = Kind::string_list},
            },
        .scopes = "write:page:confluence, for labels write:confluence-content",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
                  "#api-pages-post",
        .run = create_page,
    },
    {
        .name = "confluence_update_page",
        .title = "Replace page",
        .description = "Replace a page's body or title; refuses to lose macros or inline comments.",
        .toolset = "pages",
        .effect = Effect::destroy,
        .params =
            {
                kPage,
                {.name = "body", .in = In::none},
                {.name = "title", .in = In::none},
                kFormat,
                {.name = "base_version",
                 .description = "The one read; body needs it.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .needs = "body"},
                {.name = "message",
                 .description = "Of the version.",
                 .in = In::none,
                 .needs = "body"},
                {.name = "allow_loss", .in = In::none, .kind = Kind::boolean, .needs = "body"},
            },
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
                  "#api-pages-id-put",
        .check = check_update,
        .run = update_page,
    },
    {
        .name = "confluence_edit_page",
        .title = "Edit page",
        .description = "Change parts of a page; all else, macros too, stays as it is.",
        .toolset = "pages",
        .effect = Effect::write,
        .params =
            {
                kPage,
                {.name = "edits",
                 .description = "In order, all or none.",
                 .in = In::none,
                 .kind = Kind::object_list,
                 .required = true,
                 .max = 50,
                 .schema =
                     R"({"type":"object","properties":{)"
                     R"("op":{"type":"string","enum":["replace_text","replace_section","append",)"
                     R"("insert_after","set_task","set_cell"]},)"
                     R"("anchor":{"type":"string","description":"Old text, heading, or task."},)"
                     R"("text":{"type":"string","description":"Markdown; of a task [x] or [ ]."},)"
                     R"("occurrence":{"type":"integer"},"table":{"type":"integer"},)"
                     R"("row":{"type":"string"},"column":{"type":"string"}},)"
                     R"("required":["op","text"],"additionalProperties":false})"},
                kMessage,
                {.name = "dry_run", .in = In::none, .kind = Kind::boolean},
            },
        .foreign = "title changes lost",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
                  "#api-pages-id-put",
        .run = edit_page,
    },
    {
        .name = "confluence_move_page",
        .title = "Move page",
        .description = "Move a page below, before or after another, also to another space.",
        .toolset = "pages",
        .effect = Effect::write,
        .params =
            {
                kPage,
                {.name = "target", .description = "Another page.", .in = In::none, .required = true
                },
                {.name = "position",
                 .in = In::none,
                 .choices = "append|before|after",
                 .fallback = "append"},
            },
        .scopes = "write:confluence-content",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v1/"
                  "api-group-content---children-and-descendants/",
        .run = move_page,
    },
    {
        .name = "confluence_set_labels",
        .title = "Set labels",
        .description = "Add and remove labels of a page.",
        .toolset = "pages",
        .effect = Effect::write,
        .idempotent = true,
        .params =
            {
                kPage,
                {.name = "add", .in = In::none, .kind = Kind::string_list, .max = 20},
                {.name = "remove", .in = In::none, .kind = Kind::string_list, .max = 20},
            },
        .foreign = "labels",
        .scopes = "write:confluence-content",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v1/"
                  "api-group-content-labels/",
        .run = set_labels,
    },
};
static_assert(checked(kWrite));

}  // namespace

constinit const std::span<const Tool> confluence_read_tools = kRead;
constinit const std::span<const Tool> confluence_write_tools = kWrite;

}  // namespace davit::connectors::atlassian
