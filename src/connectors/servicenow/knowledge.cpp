#include "connectors/servicenow/knowledge.h"

#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/knowledge-api.html";

constexpr Tool kTools[] = {
    {
        .name = "servicenow_search_knowledge",
        .title = "Search knowledge",
        .description = "Knowledge articles by text, best first, with a snippet.",
        .toolset = "knowledge",
        .call = {.path = "/api/sn_km_api/knowledge/articles"},
        .params =
            {
                {.name = "query", .description = "Words.", .in = In::none},
                {.name = "kb",
                 .description = "Knowledge base.",
                 .in = In::none,
                 .lookup = &kKnowledgeBaseLookup},
                {.name = "category", .description = "Part of its label.", .in = In::none},
                {.name = "language", .in = In::none},
                {.name = "state",
                 .in = In::none,
                 .choices = "published|draft|review|retired",
                 .fallback = "published"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 30},
                kCursor,
            },
        .foreign = "items.title items.snippet",
        .source = kSource,
        .run = search_knowledge,
    },
    {
        .name = "servicenow_get_knowledge_article",
        .title = "Get knowledge article",
        .description = "The text of an article, without its markup.",
        .toolset = "knowledge",
        .params =
            {
                {.name = "article",
                 .description = "Number, sys_id or web address.",
                 .in = In::none,
                 .required = true},
                {.name = "max_chars",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "8000",
                 .min = 500,
                 .max = 30000},
                {.name = "offset",
                 .description = "next_offset of the answer before.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "0",
                 .min = 0},
            },
        .foreign = "title text attachments.name",
        .source = kSource,
        .run = get_knowledge_article,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> knowledge_tools = kTools;

}  // namespace davit::connectors::servicenow
