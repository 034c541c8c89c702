// The run of a tool, from the arguments of a call to the answer for a model.
#include <algorithm>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "async/gather.h"
#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/budget.h"
#include "connector/cursor.h"
#include "connector/definition.h"
#include "connector/failure.h"
#include "connector/foreign.h"
#include "connector/instance.h"
#include "connector/invocation.h"
#include "connector/projection.h"

namespace davit::connector {
namespace {

// So that our own sentence about a deadline comes before the server cuts the call.
constexpr std::chrono::milliseconds kTimeToAnswer{250};
// What the fields around the rows of a list take, the cursor being the largest.
constexpr std::size_t kEnvelopeBytes = 1024;
// Of the rows, however large the rest is.
constexpr std::size_t kLeastRows = 2048;

// Each is a request.
constexpr std::size_t kMaxLookups = 20;

Error wrong_shape(const Connector& connector, Effect effect, Str wanted) {
  Failure failure{
      .kind = ErrorKind::protocol,
      .http_status = 200,
      .reason = fmt::format("{} answered with JSON that is not {}", connector.title, wanted),
      .advice = "Ask the operator to check the server's URL.",
  };
  if (effect != Effect::read) warn_of_unknown_outcome(failure);
  return to_error(failure);
}

// What the cursor takes at most, sealed and as base64.
std::size_t cursor_bytes(const Cursor& at, const NextPage& page) {
  auto bytes = at.request.target.size() + at.request.body.size();
  if (page.request) {
    bytes = std::max(bytes, page.request->target.size() + page.request->body.size());
  }
  return bytes * 4 / 3;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// One row made ready to run. Lives as long as the tool that is made of it.
class Runner {
 public:
  Runner(const Instance& instance, const Tool& tool);

  Async<mcp::ToolResult> run(mcp::Context context, json::Object arguments) const;

 private:
  Result<> check_access() const;
  Async<json::Value> answer(Invocation call) const;
  Async<json::Value> list(Invocation call, std::string binding) const;
  json::Value enveloped(
      json::Object reduced, const NextPage& page, const Cursor& at, std::string_view binding
  ) const;
  Async<json::Value> object(Invocation call) const;
  Async<> resolve_lookups(Invocation call) const;
  std::vector<std::size_t> wanted_parts(const json::Object& arguments) const;
  Async<json::Object> fetch_parts(
      Invocation call, std::vector<std::size_t> wanted, const json::Value* body
  ) const;
  std::string untrusted(const json::Value& shown) const;
  json::Value sized(json::Object answer, boost::json::storage_ptr memory) const;

  const Instance& instance_;
  const Tool& tool_;
  Projection keep_;
  std::vector<Projection> parts_;     // as many as the row has
  std::vector<std::string> foreign_;  // the fields with foreign text
  std::size_t result_bytes_;
};

Runner::Runner(const Instance& instance, const Tool& tool)
    : instance_(instance),
      tool_(tool),
      keep_(tool.keep, instance.connector().rich_text),
      foreign_(keep_.foreign()),
      result_bytes_(instance.settings().result_bytes) {
  if (tool.result_bytes > 0) result_bytes_ = std::min(result_bytes_, tool.result_bytes);
  for (auto const& part : tool.parts) {
    if (part.name.empty()) break;
    auto const& projection = parts_.emplace_back(part.keep, instance.connector().rich_text);
    for (auto const& name : projection.foreign()) {
      foreign_.push_back(fmt::format("{}.{}", part.name, name));
    }
  }
  for (auto const name : split(tool.foreign, ' ')) {
    if (!name.empty()) foreign_.emplace_back(name);
  }
}

std::string Runner::untrusted(const json::Value& shown) const {
  return foreign_note(foreign_, instance_.connector().foreign_authors, shown);
}

Result<> Runner::check_access() const {
  auto const access = instance_.settings().access;
  if (allows(access, tool_.effect)) return {};
  auto const needed = tool_.effect == Effect::write ? Access::read_write : Access::full;
  return Error(
      ErrorKind::forbidden,
      fmt::format(
          "{} is {} here; ask the operator to set access: {}",
          instance_.connector().title,
          to_string(access),
          to_string(needed)
      )
  );
}

std::chrono::milliseconds time_limit(const Instance& instance, const Tool& tool) {
  return std::max<std::chrono::milliseconds>(
      instance.settings().timeout, std::chrono::seconds(tool.timeout_s)
  );
}

Async<mcp::ToolResult> Runner::run(mcp::Context context, json::Object arguments) const {
  auto const limit = time_limit(instance_, tool_);
  // A little before the transport's own limit, so that the answer can still say what was late.
  auto const deadline = instance_.collaborators().clock.steady_now() + limit -
                        std::min<Duration>(kTimeToAnswer, limit / 4);
  Invocation call(instance_, tool_, std::move(context), std::move(arguments), deadline);
  auto result = co_await answer(call);
  if (result) {
    auto shown = mcp::ToolResult::of(*std::move(result));
    auto images = call.take_images();
    if (!images.empty()) {
      // With content of its own, the result needs its text, too.
      shown.content.push_back(mcp::Content::text(json::to_text(*shown.structured)));
      std::ranges::move(images, std::back_inserter(shown.content));
    }
    co_return shown;
  }
  auto const kind = result.error().kind();
  if (kind == ErrorKind::cancelled || kind == ErrorKind::internal) co_return result.error();
  co_return to_tool_result(tool_, result.error());
}

Async<json::Value> Runner::answer(Invocation call) const {
  DAVIT_CO_CHECK(check_access());
  auto& arguments = call.arguments();
  std::string binding;
  if (find_param(tool_, "cursor") != nullptr) {
    auto const& settings = instance_.settings();
    auto const place = fmt::format("{} {} {}", settings.server, settings.base_url, tool_.name);
    binding = cursor_binding(place, arguments);
    call.bind_cursor(binding);
  }
  auto const& connector = instance_.connector();
  if (connector.resolve != nullptr) {
    DAVIT_CO_CHECK(connector.resolve(tool_, instance_.upstream().base(), arguments));
  }
  auto const now = instance_.collaborators().clock.now();
  DAVIT_CO_CHECK(complete_arguments(tool_, arguments, now));
  if (tool_.check != nullptr) DAVIT_CO_CHECK(tool_.check(arguments));
  // A cursor holds its whole request: names were looked up for the first page.
  auto const goes_on = tool_.paging && call.has("cursor");
  auto const has_lookups =
      std::ranges::any_of(tool_.params, [](auto& param) { return param.lookup != nullptr; });
  if (has_lookups && !goes_on) DAVIT_CO_CHECK(co_await resolve_lookups(call));
  if (tool_.run == nullptr && tool_.paging) co_return co_await list(call, std::move(binding));
  co_return co_await object(call);
}

Async<> Runner::resolve_lookups(Invocation call) const {
  for (auto const& param : tool_.params) {
    auto* const value = call.arguments().if_contains(param.name);
    if (param.lookup == nullptr || value == nullptr) continue;
    json::Array names;
    if (auto const* list = value->if_array()) {
      names = *list;
    } else {
      names.push_back(*value);
    }
    if (names.size() > kMaxLookups) {
      auto const text = fmt::format("{}: at most {} at a time", param.name, kMaxLookups);
      co_return Error(ErrorKind::invalid_input, text);
    }
    json::Array found;
    for (auto const& name : names) {
      auto id = co_await call.look_up(param.lookup, to_plain_text(name));
      if (!id && id.error().kind() == ErrorKind::invalid_input) {
        auto const& said = id.error().message();
        auto const text =
            param.name == param.lookup->what ? said : fmt::format("{}: {}", param.name, said);
        co_return Error(ErrorKind::invalid_input, text);
      }
      if (!id) co_return std::move(id).error();
      found.push_back(*std::move(id));
    }
    // Looked up again: other coroutines may have run, but these arguments are this call's own.
    *value = value->is_array() ? json::Value(std::move(found)) : found.front();
  }
  co_return Result<>();
}

Async<json::Value> Runner::list(Invocation call, std::string binding) const {
  Cursor at;
  if (call.has("cursor")) {
    DAVIT_CO_TRY(at, open_cursor(instance_.collaborators().keys, binding, call.text("cursor")));
  } else {
    auto request =
        tool_.make == nullptr ? build_request(tool_, call.arguments()) : co_await tool_.make(call);
    DAVIT_CO_TRY(at.request, std::move(request));
  }
  DAVIT_CO_TRY(auto page, co_await call.send(at.request));
  auto const* rows = rows_of(tool_, page.body);
  if (rows == nullptr) co_return wrong_shape(instance_.connector(), tool_.effect, "a list");

  auto const memory = call.arguments().storage();
  json::Object reduced(memory);
  reduced["items"] = keep_.apply(*rows, memory);
  if (tool_.finish != nullptr) tool_.finish(call.arguments(), reduced);
  co_return enveloped(std::move(reduced), page.next, at, binding);
}

// As many of the rows as fit, after what tells how to go on: a client that cuts the answer keeps
// it.
json::Value Runner::enveloped(
    json::Object reduced, const NextPage& page, const Cursor& at, std::string_view binding
) const {
  auto rows = std::move(reduced["items"].get_array());
  reduced.erase("items");
  auto const answered = std::min(at.skip, rows.size());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(answered));
  auto const budget =
      result_bytes_ - std::min(kEnvelopeBytes + cursor_bytes(at, page), result_bytes_ - kLeastRows);
  auto const fitting = count_that_fit(rows, budget);
  auto const left_over = rows.size() - fitting;
  rows.resize(fitting);
  json::Value items(std::move(rows));
  auto const cut = shrink(items, budget);

  json::Object envelope(items.storage());
  auto const has_next = left_over > 0 || page.request;
  if (has_next) {
    Cursor const next = left_over > 0 ? Cursor{.request = at.request, .skip = at.skip + fitting}
                                      : Cursor{.request = *page.request};
    envelope["next_cursor"] = seal_cursor(instance_.collaborators().keys, binding, next);
  }
  if (page.total) envelope["total"] = *page.total;
  auto const is_barred = page.is_outside || page.is_over_ceiling;
  envelope["complete"] = !has_next && !is_barred && cut.empty();
  auto const& title = instance_.connector().title;
  if (left_over > 0) {
    envelope["truncated"] =
        fmt::format("{} more rows did not fit; next_cursor has them", left_over);
  } else if (!cut.empty()) {
    envelope["truncated"] = fmt::format("cut to fit: {}", joined(cut));
  } else if (page.is_over_ceiling) {
    envelope["truncated"] = fmt::format(
        "{} answers only the first {} of a list; narrow it, for example by time",
        title,
        tool_.paging.ceiling
    );
  } else if (page.is_outside) {
    envelope["truncated"] =
        fmt::format("the next page is at another address than {}'s and was not followed", title);
  }
  for (auto& member : reduced) envelope.emplace(member.key(), std::move(member.value()));
  if (auto const note = untrusted(items); !note.empty()) envelope["untrusted"] = note;
  envelope["items"] = std::move(items);
  return envelope;
}

Async<json::Value> Runner::object(Invocation call) const {
  // The answer outlives the call's own memory.
  auto const memory = call.arguments().storage();
  if (tool_.run != nullptr) {
    DAVIT_CO_TRY(auto made, co_await tool_.run(call));
    if (!made.is_object())
      co_return Error(ErrorKind::internal, "a tool must answer with an object");
    co_return sized(std::move(made.get_object()), memory);
  }
  auto request =
      tool_.make == nullptr ? build_request(tool_, call.arguments()) : co_await tool_.make(call);
  DAVIT_CO_TRY(auto page, co_await call.send(std::move(request)));
  // A write may answer without a body.
  if (page.body.is_null() && tool_.effect != Effect::read) page.body.emplace_object();
  auto const* root = json::find(page.body, tool_.root);
  if (root == nullptr || !root->is_object()) {
    co_return wrong_shape(instance_.connector(), tool_.effect, "an object");
  }
  auto reduced = keep_.apply(*root, memory);
  auto& answer = reduced.get_object();
  if (auto wanted = wanted_parts(call.arguments()); !wanted.empty()) {
    DAVIT_CO_TRY(auto parts, co_await fetch_parts(call, std::move(wanted), root));
    for (auto& part : parts) answer[part.key()] = std::move(part.value());
  }
  if (tool_.finish != nullptr) tool_.finish(call.arguments(), answer);
  co_return sized(std::move(answer), memory);
}

std::vector<std::size_t> Runner::wanted_parts(const json::Object& arguments) const {
  auto const has_choice = find_param(tool_, "include") != nullptr;
  auto const chosen = list_of(arguments, "include");
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    auto const& name = tool_.parts[i].name;
    if (!has_choice || std::ranges::find(chosen, name) != chosen.end()) wanted.push_back(i);
  }
  return wanted;
}

// What the parts answer, each under its name; a part that failed is in "unavailable", and one with
// more rows than a page holds in "incomplete". `body` is the caller's, which waits.
Async<json::Object> Runner::fetch_parts(
    Invocation call, std::vector<std::size_t> wanted, const json::Value* body
) const {
  auto const memory = call.arguments().storage();
  std::vector<Async<Page>> requests;
  for (auto const i : wanted) requests.push_back(call.get_page(tool_.parts[i].path, *body));
  DAVIT_CO_TRY(auto pages, co_await gather(std::move(requests)));
  json::Object parts(memory);
  json::Object unavailable(memory);
  json::Array incomplete(memory);
  for (std::size_t at = 0; at < pages.size(); ++at) {
    auto const& part = tool_.parts[wanted[at]];
    auto const& page = pages[at];
    if (!page) {
      if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
      unavailable[part.name] = page.error().message();
      continue;
    }
    auto const* rows = json::find(page->body, part.root);
    if (rows == nullptr) continue;
    parts[part.name] = parts_[wanted[at]].apply(*rows, memory);
    if (page->next.request || page->next.is_outside) incomplete.emplace_back(part.name);
  }
  if (!unavailable.empty()) parts["unavailable"] = std::move(unavailable);
  if (!incomplete.empty()) parts["incomplete"] = std::move(incomplete);
  co_return parts;
}

json::Value Runner::sized(json::Object answer, boost::json::storage_ptr memory) const {
  json::Value value(std::move(answer), memory);
  auto const cut = shrink(value, result_bytes_ - kEnvelopeBytes);
  auto const note = untrusted(value);
  if (cut.empty() && note.empty()) return value;
  json::Object whole(memory);
  if (!note.empty()) whole["untrusted"] = note;
  if (!cut.empty()) whole["truncated"] = "cut to fit: " + joined(cut);
  for (auto& member : value.get_object()) whole.emplace(member.key(), std::move(member.value()));
  return whole;
}

}  // namespace

std::vector<mcp::Tool> make_tools(Instance& instance) {
  std::vector<mcp::Tool> tools;
  for_each_tool(instance.connector(), [&](const Tool& tool) {
    if (!instance.offers(tool) || !allows(instance.settings().access, tool.effect)) return;
    tools.push_back(make_tool(instance, tool));
  });
  std::size_t bytes = 0;
  for (auto const& tool : tools) bytes += listed_bytes(tool.definition);
  if (bytes > kListBudget) {
    for (auto& tool : tools) tool.definition.output_schema.reset();
  }
  return tools;
}

mcp::Tool make_tool(Instance& instance, const Tool& tool) {
  auto const runner = std::make_shared<const Runner>(instance, tool);
  return {
      .definition = define(tool),
      .handler = [runner](
                     mcp::Context context, json::Object arguments
                 ) { return runner->run(std::move(context), std::move(arguments)); },
      .prepare = [&tool](json::Object& arguments) { accept_loose_arguments(tool, arguments); },
      .timeout = time_limit(instance, tool),
  };
}

}  // namespace davit::connector
