#include "connector/invocation.h"

#include <charconv>

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>

#include "async/gather.h"
#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/cursor.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connector/paging.h"
#include "connector/text.h"

namespace davit::connector {
namespace {

std::optional<std::int64_t> total_of(const Connector& connector, const http::Headers& headers) {
  if (connector.total_header.empty()) return std::nullopt;
  auto const text = headers.get(connector.total_header).value_or("");
  std::int64_t total = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return total;
}

constexpr std::chrono::minutes kNameAge{5};
constexpr std::chrono::minutes kSelfAge{15};
constexpr std::size_t kCandidates = 5;

// What the credential needs for a tool, as its toolset says.
Str scopes_of(const Connector& connector, const Tool& tool) {
  if (!tool.scopes.empty()) return tool.scopes;
  for (auto const& toolset : connector.toolsets) {
    if (toolset.name != tool.toolset) continue;
    return tool.effect == Effect::read ? toolset.read_scopes : toolset.write_scopes;
  }
  return {};
}

// Some APIs read by POST.
bool is_repeatable(const Tool& tool, const ApiRequest& request) {
  // A row's own request says so itself; of others that its code makes, a POST adds something.
  auto const by_row = tool.idempotent && request.method != http::Method::post;
  return request.is_repeatable || by_row || tool.effect == Effect::read ||
         request.method == http::Method::get || request.method == http::Method::head;
}

// The text at the first of the paths that has one.
std::string first_text(const json::Value& row, Str paths) {
  for (auto const path : split(paths, ' ')) {
    if (auto const text = json::find_string(row, path); text && !text->empty()) {
      return std::string(*text);
    }
  }
  return {};
}

bool is_named(const json::Value& row, Str paths, Str name) {
  for (auto const path : split(paths, ' ')) {
    if (iequals(json::find_string(row, path).value_or(""), name)) return true;
  }
  return false;
}

// The id of the one row with that name.
Result<json::Value> choose_row(const Lookup& lookup, const json::Value& answer, Str value) {
  auto const* rows =
      lookup.root.empty() ? answer.if_array() : json::find_array(answer, lookup.root);
  std::vector<const json::Value*> fitting;
  std::string candidates;
  std::size_t shown = 0;
  static json::Array const kNone;
  for (auto const& row : rows == nullptr ? kNone : *rows) {
    auto const* id = json::find(row, lookup.id);
    if (id == nullptr) continue;
    if (is_named(row, lookup.names, value)) fitting.push_back(id);
    if (shown++ >= kCandidates) continue;
    auto const name = without_invisible(first_text(row, lookup.names));
    candidates +=
        fmt::format("{}{} ({})", shown > 1 ? ", " : "", shortened(name, 80), to_plain_text(*id));
  }
  if (fitting.size() == 1) return *fitting.front();
  auto const what = fmt::format("{} '{}'", lookup.what, shortened(std::string(value), 80));
  if (candidates.empty()) {
    return Error(ErrorKind::invalid_input, fmt::format("{} was not found", what));
  }
  auto const why = fitting.empty() ? "is no exact name" : "is several";
  return Error(
      ErrorKind::invalid_input, fmt::format("{} {}; use one of {}", what, why, candidates)
  );
}

}  // namespace

const json::Array* rows_of(const Tool& tool, const json::Value& body) {
  return tool.root.empty() ? body.if_array() : json::find_array(body, tool.root);
}

struct Invocation::State {
  const Instance& instance;
  const Tool& tool;
  mcp::Context context;
  json::Object arguments;
  Deadline deadline;
  std::string binding{};  // of cursors
  std::vector<mcp::Content> images{};
  // Where the upstream's answers live: given back as one block.
  boost::json::monotonic_resource memory{};
};

Invocation::Invocation(
    const Instance& instance,
    const Tool& tool,
    mcp::Context context,
    json::Object arguments,
    Deadline deadline
)
    : state_(new State{
          .instance = instance,
          .tool = tool,
          .context = std::move(context),
          .arguments = std::move(arguments),
          .deadline = deadline,
      }) {}

const Tool& Invocation::tool() const { return state_->tool; }
const mcp::Context& Invocation::context() const { return state_->context; }
json::Object& Invocation::arguments() { return state_->arguments; }
const json::Object& Invocation::arguments() const { return state_->arguments; }

std::string_view Invocation::text(Str name) const { return text_of(arguments(), name); }
std::int64_t Invocation::integer(Str name) const { return integer_of(arguments(), name); }

double Invocation::number(Str name) const { return number_of(arguments(), name); }
bool Invocation::flag(Str name) const { return flag_of(arguments(), name); }
std::vector<std::string_view> Invocation::list(Str name) const {
  return list_of(arguments(), name);
}
const Instance& Invocation::instance() const { return state_->instance; }

Async<Page> Invocation::send(Result<ApiRequest> request) {
  if (!request) co_return std::move(request).error();
  auto const& connector = state_->instance.connector();
  auto const sent = *request;
  DAVIT_CO_TRY(auto const answer, co_await exchange(*std::move(request)));
  auto body = answer.body.empty() ? Result<json::Value>(json::Value())
                                  : json::parse(answer.body, &state_->memory);
  if (!body) {
    auto const wrong = fmt::format("text that is not whole JSON ({})", body.error().message());
    auto failure = describe_body(connector, answer, wrong);
    if (!is_repeatable(tool(), sent)) warn_of_unknown_outcome(failure);
    co_return to_error(failure);
  }
  // No API of ours answers with a lone text or number; code that looks for fields would find none.
  if (!body->is_object() && !body->is_array() && !body->is_null()) {
    auto failure = describe_body(connector, answer, "JSON that is neither an object nor a list");
    if (!is_repeatable(tool(), sent)) warn_of_unknown_outcome(failure);
    co_return to_error(failure);
  }
  // Constructed, because assigning it would copy it out of the call's memory.
  Page page{.body = *std::move(body)};
  auto const& upstream = state_->instance.upstream();
  auto const* rows = rows_of(tool(), page.body);
  page.next = next_page(
      tool().paging,
      sent,
      answer.headers,
      page.body,
      rows == nullptr ? 0 : rows->size(),
      [&](std::string_view url) { return upstream.inside(url); }
  );
  if (auto const total = total_of(connector, answer.headers)) page.next.total = total;
  co_return page;
}

Async<http::ClientResponse> Invocation::exchange(ApiRequest request, Intake intake) {
  auto const& instance = state_->instance;
  auto const is_read = request.method == http::Method::get || request.method == http::Method::head;
  if (!is_read && instance.connector().decorate != nullptr) {
    DAVIT_CO_CHECK(co_await instance.connector().decorate(*this, &request));
  }
  request.is_repeatable = is_repeatable(tool(), request);
  auto const scopes = scopes_of(instance.connector(), tool());
  co_return co_await instance.upstream().send(
      std::move(request), std::move(intake), state_->deadline, scopes
  );
}

Async<json::Value> Invocation::request(
    http::Method method, Str path, json::Value body, const json::Value& answer
) {
  auto target = expand_path(path, arguments(), answer);
  if (!target) return body_of(std::move(target).error());
  return body_of(make_request(method, *std::move(target), body));
}

Async<json::Value> Invocation::get_cached(
    Str path, std::chrono::seconds age, const json::Value& answer
) {
  return cached(get_request(path, answer), age);
}

Async<json::Value> Invocation::cached(Result<ApiRequest> request, std::chrono::seconds age) {
  if (!request) co_return std::move(request).error();
  auto const key = request->target;
  auto& cache = state_->instance.cache();
  auto const now = state_->instance.collaborators().clock.steady_now();
  if (auto const* known = cache.get(key, age, now)) co_return json::Value(*known, &state_->memory);
  DAVIT_CO_TRY(auto body, co_await body_of(std::move(request)));
  cache.put(key, body, now);
  co_return body;
}

Async<std::vector<Result<json::Value>>> Invocation::get_each(std::vector<std::string> paths) {
  constexpr std::size_t kAtOnce = 4;
  std::vector<Result<json::Value>> all;
  for (std::size_t begin = 0; begin < paths.size(); begin += kAtOnce) {
    std::vector<Async<json::Value>> some;
    for (auto i = begin; i < std::min(begin + kAtOnce, paths.size()); ++i) {
      some.push_back(get(paths[i]));
    }
    DAVIT_CO_TRY(auto answers, co_await gather(std::move(some)));
    for (auto& answer : answers) {
      if (!answer && answer.error().kind() == ErrorKind::cancelled) co_return answer.error();
      all.push_back(std::move(answer));
    }
  }
  co_return all;
}

Async<json::Value> Invocation::look_up(const Lookup* lookup, std::string value) {
  if (lookup->is_id != nullptr && lookup->is_id(value)) co_return json::Value(value);
  if (!lookup->self_path.empty() && iequals(value, "me")) {
    DAVIT_CO_TRY(auto const self, co_await get_cached(lookup->self_path, kSelfAge));
    auto const* id = json::find(self, lookup->self_id);
    if (id != nullptr) co_return *id;
    auto const text = fmt::format("{}: 'me' is not known for this token", lookup->what);
    co_return Error(ErrorKind::invalid_input, text);
  }
  json::Value const given = json::Object{{"value", value}};
  DAVIT_CO_TRY(auto const answer, co_await get_cached(lookup->path, kNameAge, given));
  co_return choose_row(*lookup, answer, value);
}

void Invocation::bind_cursor(std::string binding) { state_->binding = std::move(binding); }

Result<json::Value> Invocation::cursor() const {
  if (!has("cursor")) return json::Value();
  auto const& keys = state_->instance.collaborators().keys;
  DAVIT_TRY(auto const at, open_cursor(keys, state_->binding, text("cursor")));
  return json::parse(at.request.target);
}

std::string Invocation::make_cursor(const json::Value& state) const {
  Cursor const at{.request = {.target = json::to_text(state)}};
  return seal_cursor(state_->instance.collaborators().keys, state_->binding, at);
}

void Invocation::attach_image(std::string media_type, std::string bytes) {
  state_->images.push_back(mcp::Content::image(std::move(bytes), std::move(media_type)));
}

std::vector<mcp::Content> Invocation::take_images() { return std::move(state_->images); }

Result<ApiRequest> Invocation::get_request(Str path, const json::Value& answer) const {
  ApiRequest request;
  DAVIT_TRY(request.target, expand_path(path, arguments(), answer));
  return request;
}

Async<json::Value> Invocation::body_of(Result<ApiRequest> request) {
  auto page = co_await send(std::move(request));
  if (!page) co_return std::move(page).error();
  co_return std::move(page->body);
}

Async<json::Value> Invocation::perform() { return body_of(build_request(tool(), arguments())); }

Async<http::ClientResponse> Invocation::perform(Intake intake) {
  return take_in(build_request(tool(), arguments()), std::move(intake));
}

Async<json::Value> Invocation::get(Str path, const json::Value& answer) {
  return body_of(get_request(path, answer));
}

Async<Page> Invocation::get_page(Str path, const json::Value& answer) {
  return send(get_request(path, answer));
}

Async<Rows> Invocation::follow(Result<ApiRequest> request, int max_pages) {
  Rows rows{.items = json::Array(&state_->memory)};
  for (int number = 1;; ++number) {
    DAVIT_CO_TRY(auto page, co_await send(std::move(request)));
    auto* items = page.body.if_array();
    if (items == nullptr) items = const_cast<json::Array*>(rows_of(tool(), page.body));
    if (items == nullptr) {
      auto const& title = state_->instance.connector().title;
      co_return Error(ErrorKind::protocol, fmt::format("{} answered without a list", title));
    }
    for (auto& item : *items) rows.items.push_back(std::move(item));
    auto& next = page.next;
    rows.complete = !next.request && !next.is_outside && !next.is_over_ceiling;
    if (!next.request || number == max_pages) co_return rows;
    request = *std::move(next.request);
  }
}

Async<Rows> Invocation::get_all(Str path, int max_pages, const json::Value& answer) {
  return follow(get_request(path, answer), max_pages);
}

Async<http::ClientResponse> Invocation::take_in(Result<ApiRequest> request, Intake intake) {
  if (!request) co_return std::move(request).error();
  co_return co_await exchange(*std::move(request), std::move(intake));
}

Async<http::ClientResponse> Invocation::download(
    Str path, Intake intake, const json::Value& answer
) {
  return take_in(get_request(path, answer), std::move(intake));
}

}  // namespace davit::connector
