// The files of a page: their list, and one of them as text or as a picture.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Intake;
using connector::Keep;
using connector::Projection;

constexpr std::size_t kImageBytes = 1000 * 1000;
constexpr Str kImageTypes = "image/png|image/jpeg|image/gif|image/webp";

constexpr Keep kAttachment =
    "id title~200 type=mediaType bytes=fileSize page=pageId version=version.number "
    "at=version.createdAt comment~200";

// "123" and "att123" are the same attachment; only the second is an id of v2.
std::string attachment_id(std::string_view id) {
  return is_number(id) ? fmt::format("att{}", id) : std::string(id);
}

Async<ApiRequest> make_attachments(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  co_return connector::build_request(call.tool(), call.arguments());
}

Async<json::Value> find_attachment(Invocation call) {
  if (call.has("id")) {
    json::Value const given = json::Object{{"id", attachment_id(call.text("id"))}};
    co_return co_await call.get("/wiki/api/v2/attachments/{.id}", given);
  }
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.get("/wiki/api/v2/pages/{page}/attachments?filename={filename}&limit=2")
  );
  auto const* first = json::find(answer, "results.0");
  if (first == nullptr) {
    co_return Error(ErrorKind::not_found, "the page has no attachment with exactly that filename");
  }
  co_return *first;
}

std::string download_path(const json::Value& attachment) {
  auto const page = json::find_string(attachment, "pageId") ? "{.pageId}" : "{.blogPostId}";
  return fmt::format("/wiki/rest/api/content/{}/child/attachment/{{.id}}/download", page);
}

// A part of a file while it arrives.
struct Reading {
  std::string text;
  std::size_t seen = 0;
  bool is_binary = false;
};

Async<> put_text(Invocation call, const json::Value* attachment, json::Object* out) {
  auto const begin = static_cast<std::size_t>(call.integer("offset"));
  auto const end = begin + static_cast<std::size_t>(call.integer("max_bytes"));
  Reading file;
  Intake intake{.accept = "*/*"};
  intake.on_piece = [&](std::string_view piece) {
    if (piece.empty()) file = Reading();
    file.is_binary = file.is_binary || piece.find('\0') != std::string_view::npos;
    auto const from = std::clamp(begin, file.seen, file.seen + piece.size()) - file.seen;
    auto const to = std::clamp(end, file.seen, file.seen + piece.size()) - file.seen;
    file.text += piece.substr(from, to - from);
    file.seen += piece.size();
    return !file.is_binary && file.seen <= end;
  };
  auto const path = download_path(*attachment);
  auto const answer = co_await call.download(path, std::move(intake), *attachment);
  if (!answer) co_return answer.error();
  if (file.is_binary) {
    (*out)["note"] = "It is no text, so only what is known of it is shown.";
    co_return Result<>();
  }
  // A character that the end cuts comes with the next part.
  auto const whole =
      is_utf8(file.text) ? file.text.size() : utf8_prefix(file.text, file.text.size() - 1).size();
  auto const has_more = file.seen > end;
  auto const shown = has_more ? std::string_view(file.text).substr(0, whole) : file.text;
  if (begin > 0 || has_more) (*out)["shown"] = fmt::format("{}-{}", begin, begin + shown.size());
  if (has_more) (*out)["next_offset"] = begin + shown.size();
  (*out)["text"] = connector::without_invisible(to_utf8(shown));
  co_return Result<>();
}

Async<> put_image(Invocation call, const json::Value* attachment, json::Object* out) {
  auto const bytes = json::find_int(*attachment, "fileSize").value_or(0);
  if (static_cast<std::size_t>(std::max<std::int64_t>(bytes, 0)) > kImageBytes) {
    (*out)["note"] = "The picture is larger than 1 MB and is not shown.";
    co_return Result<>();
  }
  Intake intake{.accept = "*/*", .max_bytes = kImageBytes};
  auto const path = download_path(*attachment);
  DAVIT_CO_TRY(auto answer, co_await call.download(path, std::move(intake), *attachment));
  std::string const type(json::find_string(*attachment, "mediaType").value_or(""));
  call.attach_image(type, std::move(answer.body));
  co_return Result<>();
}

// What is shown of it when the caller did not say.
Str form_of(const Invocation& call, const json::Value& attachment) {
  auto const as = call.text("as");
  auto const type = json::find_string(attachment, "mediaType").value_or("");
  auto const is_image = connector::has_choice(kImageTypes, type);
  if (as == "auto") return is_image ? "image" : "text";
  return as;
}

Result<> check_attachment(const json::Object& arguments) {
  auto id = connector::text_of(arguments, "id");
  if (id.starts_with("att")) id.remove_prefix(3);
  if (is_number(id) || arguments.contains("page")) return {};
  return Error(ErrorKind::invalid_input, "give id, such as att123, or page and filename");
}

constexpr Tool kTools[] = {
    {
        .name = "confluence_list_attachments",
        .title = "List attachments",
        .description = "The files of a page, the last changed first.",
        .toolset = "attachments",
        .call = {.path = "/wiki/api/v2/pages/{page}/attachments?sort=-modified-date"},
        .params =
            {
                kPage,
                {.name = "filename"},
                {.name = "media_type", .wire = "mediaType"},
                kConfluenceLimit,
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .keep = "id title~200 type=mediaType bytes=fileSize version=version.number "
                "at=version.createdAt comment~200",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-attachment/"
                  "#api-pages-id-attachments-get",
        .make = make_attachments,
    },
    {
        .name = "confluence_get_attachment",
        .title = "Get attachment",
        .description = "A file of a page as text or picture, or what is known of it.",
        .toolset = "attachments",
        .params =
            {
                {.name = "id", .in = In::none, .needs = "!page !filename"},
                {.name = "page",
                 .description = "With filename; as elsewhere.",
                 .in = In::path,
                 .needs = "filename"},
                {.name = "filename", .in = In::none, .needs = "page"},
                {.name = "as", .in = In::none, .choices = "auto|text|image|meta", .fallback = "auto"
                },
                {.name = "max_bytes",
                 .description = "Of text.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20000",
                 .min = 100,
                 .max = 40000},
                {.name = "offset",
                 .description = "next_offset.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .min = 0},
            },
        .timeout_s = 45,
        .foreign = "title comment text",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v1/"
                  "api-group-content---attachments/",
        .check = check_attachment,
        .run = get_page_attachment,
    },
    {
        .name = "confluence_add_attachment",
        .title = "Add attachment",
        .description = "Attach a file to a page; one of the same name gets a new version.",
        .toolset = "attachments",
        .effect = Effect::write,
        .idempotent = true,
        .params =
            {
                kPage,
                {.name = "filename", .in = In::none, .required = true},
                {.name = "text", .in = In::none, .needs = "!content_base64"},
                {.name = "content_base64", .in = In::none},
                {.name = "comment", .in = In::none},
            },
        .timeout_s = 45,
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v1/"
                  "api-group-content---attachments/",
        .run = add_page_attachment,
    },
};
static_assert(checked(kTools));

}  // namespace

Async<json::Value> get_page_attachment(Invocation call) {
  DAVIT_CO_TRY(auto const attachment, co_await find_attachment(call));
  auto shown = Projection(kAttachment).apply(attachment, {});
  json::Object out;
  if (shown.is_object()) out = std::move(shown.get_object());
  auto const form = form_of(call, attachment);
  if (form == "image") {
    auto const type = json::find_string(attachment, "mediaType").value_or("");
    if (!connector::has_choice(kImageTypes, type)) {
      out["note"] = "It is no picture that can be shown.";
    } else {
      DAVIT_CO_CHECK(co_await put_image(call, &attachment, &out));
    }
  } else if (form == "text") {
    DAVIT_CO_CHECK(co_await put_text(call, &attachment, &out));
  }
  co_return out;
}

constinit const std::span<const Tool> confluence_attachment_tools = kTools;

}  // namespace davit::connectors::atlassian
