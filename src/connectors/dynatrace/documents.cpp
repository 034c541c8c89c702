#include <string>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/instance.h"
#include "connector/invocation.h"
#include "connector/projection.h"
#include "connectors/dynatrace/place.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

// The content is JSON, where a line never begins with this.
constexpr Str kBoundary = "davit-part-3f1c9a";
constexpr std::size_t kMostSections = 50;
// The commands that a query begins with.
constexpr Str kDqlStarts[] = {"fetch ", "timeseries ", "metrics ", "smartscapeNodes ", "data "};

// The filter of the document service has texts in single quotes and no known way to escape one.
Async<ApiRequest> make_document_list(Invocation call) {
  DAVIT_CO_CHECK(require_platform(call, "the document service"));
  auto const name = call.text("name");
  if (name.find_first_of("'\\") != name.npos || has_control_character(name)) {
    co_return Error(ErrorKind::invalid_input, "name must not contain quotes or backslashes");
  }
  if (call.has("filter") && (call.has("name") || call.has("type"))) {
    co_return Error(ErrorKind::invalid_input, "filter goes in place of name and type");
  }
  std::string filter;
  if (!name.empty()) filter = fmt::format("name contains '{}'", name);
  if (auto const type = call.text("type"); !type.empty()) {
    filter += fmt::format("{}type == '{}'", filter.empty() ? "" : " and ", type);
  }
  if (!filter.empty()) call.arguments()["filter"] = filter;
  co_return build_request(call.tool(), call.arguments());
}

json::Object section_of(Str text, std::size_t number) {
  json::Object section{{"id", std::to_string(number)}};
  auto const begins = [&](Str start) { return trim(text).starts_with(start); };
  if (std::ranges::any_of(kDqlStarts, begins)) {
    section["type"] = "dql";
    section["showInput"] = true;
    section["state"] = json::Object{{"input", json::Object{{"value", text}}}};
  } else {
    section["type"] = "markdown";
    section["markdown"] = text;
  }
  return section;
}

std::string part(Str name, Str more, Str content) {
  return fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"{}\"{}\r\n\r\n{}\r\n",
      kBoundary,
      name,
      more,
      content
  );
}

// https://developer.dynatrace.com/develop/sdks/client-document/
Async<json::Value> create_notebook(Invocation call) {
  DAVIT_CO_CHECK(require_platform(call, "the document service"));
  auto const title = call.text("title");
  if (has_control_character(title)) {
    co_return Error(ErrorKind::invalid_input, "title must be one line");
  }
  json::Array sections;
  for (auto const text : call.list("sections")) {
    sections.push_back(section_of(text, sections.size() + 1));
  }
  json::Value const content = json::Object{
      {"version", "7"},
      {"defaultTimeframe", json::Object{{"from", "now()-2h"}, {"to", "now()"}}},
      {"sections", std::move(sections)},
  };
  ApiRequest request{
      .method = http::Method::post,
      .target = "plat:/document/v1/documents",
      .body = part("name", "", title) + part("type", "", "notebook") +
              part(
                  "content",
                  "; filename=\"content.json\"\r\nContent-Type: application/json",
                  json::to_text(content)
              ) +
              fmt::format("--{}--\r\n", kBoundary),
      .content_type = fmt::format("multipart/form-data; boundary={}", kBoundary),
  };
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  static Projection const kKeep("id name~200 type version");
  auto out = kKeep.apply(page.body, {}).get_object();
  if (auto const id = json::find_string(page.body, "id")) {
    auto const& base = call.instance().upstream().base();
    out["url"] = fmt::format(
        "{}/ui/apps/dynatrace.notebooks/notebook/{}", base.origin(), http::percent_encode(*id)
    );
  }
  co_return out;
}

constexpr Str kSource = "https://developer.dynatrace.com/develop/sdks/client-document/";

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_find_documents",
        .title = "Find documents",
        .description = "Dashboards and notebooks by name.",
        .toolset = "documents",
        .offer = Offer::by_toolset,
        .call = {.path = "plat:/document/v1/documents?sort=-modificationInfo.lastModifiedTime"},
        .params =
            {
                {.name = "name", .description = "Part of it.", .in = In::none},
                {.name = "type", .in = In::none, .choices = "dashboard|notebook"},
                {.name = "filter", .description = "In place of both, in Dynatrace's syntax."},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 200,
                 .wire = "page-size"},
                kCursor,
            },
        .paging =
            {.kind = Paging::Kind::token,
             .next = "nextPageKey",
             .param = "page-key",
             .total = "totalCount"},
        .root = "documents",
        .keep = "id name~150 type owner modified=modificationInfo.lastModifiedTime@ "
                "private=isPrivate?",
        .source = kSource,
        .make = make_document_list,
    },
    {
        .name = "dynatrace_create_notebook",
        .title = "Create notebook",
        .description = "Make a notebook of texts in Markdown and DQL queries.",
        .toolset = "documents",
        .effect = Effect::write,
        .offer = Offer::by_toolset,
        .params =
            {
                {.name = "title", .in = In::none, .required = true},
                {.name = "sections",
                 .description = "Markdown, or DQL that begins with its command.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .required = true,
                 .max = kMostSections},
            },
        .source = kSource,
        .run = create_notebook,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> document_tools = kTools;

}  // namespace davit::connectors::dynatrace
