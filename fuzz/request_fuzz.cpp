// Arguments as a model may send them, against a row with every kind of parameter. What is built
// from them stays the row's own request: the same path but for the arguments' segments, no control
// character, no step upwards, a body that is JSON. And whatever an answer says about a next page
// stays at the upstream.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/paging.h"
#include "connector/request.h"
#include "connector/tool.h"
#include "http/url.h"

namespace {

using namespace davit;
using namespace davit::connector;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr Tool kTools[] = {
    {.name = "fuzz_write",
     .title = "Write",
     .description = "Every kind of parameter.",
     .toolset = "all",
     .effect = Effect::write,
     .call =
         {.method = http::Method::put,
          .path = "/projects/{project}/files/{path}?fixed=1|/projects/{project}",
          .body = R"({"a":{"type":"x"},"rows":[{}]})"},
     .params =
         {{.name = "project", .in = In::path, .required = true},
          {.name = "path", .in = In::path},
          {.name = "text"},
          {.name = "since", .kind = Kind::timestamp},
          {.name = "count", .kind = Kind::integer, .min = 1, .max = 100},
          {.name = "share", .kind = Kind::number, .max = 1},
          {.name = "on", .kind = Kind::boolean},
          {.name = "state", .choices = "open|closed", .fallback = "open"},
          {.name = "labels", .kind = Kind::joined_list},
          {.name = "ids", .kind = Kind::string_list, .wire = "ids[]"},
          {.name = "title", .in = In::body, .wire = "a.title"},
          {.name = "owner", .in = In::body, .wire = "rows.0.owner", .reference = "user"},
          {.name = "extra", .in = In::body, .kind = Kind::object, .schema = R"({"type":"object"})"},
          {.name = "edits",
           .in = In::body,
           .kind = Kind::object_list,
           .schema = R"({"type":"object"})"}},
     .source = "https://example.com/"},
};
static_assert(checked(kTools));

constexpr Paging kPagings[] = {
    kLinkHeader,
    {.kind = Paging::Kind::body_link, .next = "next"},
    {.kind = Paging::Kind::token, .next = "next", .param = "page", .total = "total"},
    {.kind = Paging::Kind::key, .next = "next", .param = "key", .stay = "fixed"},
    {.kind = Paging::Kind::offset, .param = "offset", .total = "total", .more = "more"},
    {.kind = Paging::Kind::offset, .param = "offset", .total = "total", .last = "last"},
};

std::optional<std::string> inside(std::string_view url) {
  if (!url.starts_with('/')) return std::nullopt;
  return std::string(url);
}

void check_request(const ApiRequest& request) {
  auto const question = std::min(request.target.find('?'), request.target.size());
  auto const path = std::string_view(request.target).substr(0, question);
  auto const segments = split(path, '/');
  require(segments.size() == 3 || segments.size() == 5);
  require(segments[1] == "projects");
  if (segments.size() == 5) require(segments[3] == "files");
  for (auto const segment : segments) {
    auto const decoded = http::percent_decode(segment);
    require(decoded && *decoded != "." && *decoded != "..");
  }
  for (char const c : request.target) require(static_cast<unsigned char>(c) > 0x20 && c != '#');
  require(json::parse(request.body).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  if (auto const segment = encode_segment("x", text)) {
    require(http::percent_decode(*segment) == text);
    require(segment->find('/') == std::string::npos);
  }
  auto value = json::parse(text);
  if (!value || !value->is_object()) return 0;
  auto const body = *value;
  auto& arguments = value->get_object();
  accept_loose_arguments(kTools[0], arguments);
  if (!complete_arguments(kTools[0], arguments, {})) return 0;
  auto const request = build_request(kTools[0], arguments);
  if (!request) {
    require(request.error().kind() == ErrorKind::invalid_input);
    return 0;
  }
  check_request(*request);
  for (auto const& paging : kPagings) {
    auto const next = next_page(paging, *request, {}, body, 2, inside);
    if (!next.request) continue;
    require(next.request->method == request->method);
    if (paging.kind != Paging::Kind::body_link) check_request(*next.request);
  }
  return 0;
}
