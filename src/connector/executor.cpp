// The run of a tool, from the arguments of a call to the answer for a model.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

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

// Each is a request.
constexpr std::size_t kMaxLookups = 20;

Error wrong_shape(const Connector& connector, http::Method method, Str wanted) {
  Failure failure{
      .kind = ErrorKind::protocol,
      .http_status = 200,
      .reason = fmt::format("{} answered with JSON that is not {}", connector.title, wanted),
      .advice = "Ask the operator to check the server's URL.",
  };
  warn_of_unknown_outcome(method, failure);
  return to_error(failure);
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
      json::Array rows, const Page& page, const Cursor& at, std::string_view binding
  ) const;
  Async<json::Value> object(Invocation call) const;
  Async<> resolve_lookups(Invocation call) const;
  Async<json::Object> fetch_parts(Invocation call, json::Value body) const;
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
      keep_(tool.keep),
      foreign_(keep_.foreign()),
      result_bytes_(instance.settings().result_bytes) {
  if (tool.result_bytes > 0) result_bytes_ = std::min(result_bytes_, tool.result_bytes);
  for (auto const& part : tool.parts) {
    if (part.name.empty()) break;
    auto const& projection = parts_.emplace_back(part.keep);
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
  if (result) co_return mcp::ToolResult::of(*std::move(result));
  auto const kind = result.error().kind();
  if (kind == ErrorKind::cancelled || kind == ErrorKind::internal) co_return result.error();
  co_return to_tool_result(tool_, result.error());
}

Async<json::Value> Runner::answer(Invocation call) const {
  DAVIT_CO_CHECK(check_access());
  auto& arguments = call.arguments();
  std::string binding;
  if (tool_.paging != Paging::none) {
    auto const& settings = instance_.settings();
    auto const place = fmt::format("{} {} {}", settings.server, settings.base_url, tool_.name);
    binding = cursor_binding(place, arguments);
  }
  auto const& connector = instance_.connector();
  if (connector.resolve != nullptr) {
    DAVIT_CO_CHECK(connector.resolve(tool_, instance_.upstream().base(), arguments));
  }
  auto const now = instance_.collaborators().clock.now();
  DAVIT_CO_CHECK(complete_arguments(tool_, arguments, now));
  if (tool_.check != nullptr) DAVIT_CO_CHECK(tool_.check(arguments));
  DAVIT_CO_CHECK(co_await resolve_lookups(call));
  if (tool_.paging != Paging::none) co_return co_await list(call, std::move(binding));
  co_return co_await object(call);
}

Async<> Runner::resolve_lookups(Invocation call) const {
  for (auto const& param : tool_.params) {
    auto const blank = param.lookup.find(' ');
    auto* const value = call.arguments().if_contains(param.name);
    if (param.lookup.empty() || value == nullptr) continue;
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
      json::Value const given = json::Object{{"value", name}};
      auto const answer = co_await call.get(param.lookup.substr(0, blank), given);
      if (!answer) co_return answer.error();
      auto const* id = json::find(*answer, param.lookup.substr(blank + 1));
      if (id == nullptr) {
        auto const text = fmt::format("{}: '{}' was not found", param.name, to_plain_text(name));
        co_return Error(ErrorKind::invalid_input, text);
      }
      found.push_back(*id);
    }
    *value = value->is_array() ? json::Value(std::move(found)) : found.front();
  }
  co_return Result<>();
}

Async<json::Value> Runner::list(Invocation call, std::string binding) const {
  Cursor at;
  auto request = build_request(tool_, call.arguments());
  if (call.has("cursor") && request) {
    DAVIT_CO_TRY(at, open_cursor(instance_.collaborators().keys, binding, call.text("cursor")));
    request->target = at.target;
  } else if (request) {
    at.target = request->target;
  }
  DAVIT_CO_TRY(auto page, co_await call.send(std::move(request)));
  if (!page.body.is_array())
    co_return wrong_shape(instance_.connector(), tool_.call.method, "a list");

  auto const memory = call.arguments().storage();
  json::Object reduced(memory);
  reduced["items"] = keep_.apply(page.body, memory);
  if (tool_.finish != nullptr) tool_.finish(call.arguments(), reduced);
  co_return enveloped(std::move(reduced["items"].get_array()), page, at, binding);
}

// As many of the rows as fit, after what tells how to go on: a client that cuts the answer keeps
// it.
json::Value Runner::enveloped(
    json::Array rows, const Page& page, const Cursor& at, std::string_view binding
) const {
  auto const answered = std::min(at.skip, rows.size());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(answered));
  auto const budget = result_bytes_ - kEnvelopeBytes;
  auto const fitting = count_that_fit(rows, budget);
  auto const left_over = rows.size() - fitting;
  rows.resize(fitting);
  json::Value items(std::move(rows));
  auto const cut = shrink(items, budget);

  json::Object envelope(items.storage());
  auto const has_next = left_over > 0 || page.next;
  if (has_next) {
    Cursor const next = left_over > 0 ? Cursor{.target = at.target, .skip = at.skip + fitting}
                                      : Cursor{.target = *page.next};
    envelope["next_cursor"] = seal_cursor(instance_.collaborators().keys, binding, next);
  }
  if (page.total) envelope["total"] = *page.total;
  envelope["complete"] = !has_next && !page.next_is_outside && cut.empty();
  if (left_over > 0) {
    envelope["truncated"] =
        fmt::format("{} more rows did not fit; next_cursor has them", left_over);
  } else if (!cut.empty()) {
    envelope["truncated"] = fmt::format("cut to fit: {}", joined(cut));
  } else if (page.next_is_outside) {
    envelope["truncated"] = fmt::format(
        "the next page is at another address than {}'s and was not followed",
        instance_.connector().title
    );
  }
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
  DAVIT_CO_TRY(auto body, co_await call.perform());
  if (!body.is_object())
    co_return wrong_shape(instance_.connector(), tool_.call.method, "an object");
  auto reduced = keep_.apply(body, memory);
  auto& answer = reduced.get_object();
  DAVIT_CO_TRY(auto parts, co_await fetch_parts(call, std::move(body)));
  for (auto& part : parts) answer[part.key()] = std::move(part.value());
  if (tool_.finish != nullptr) tool_.finish(call.arguments(), answer);
  co_return sized(std::move(answer), memory);
}

// What the parts answer, each under its name; a part that failed is in "unavailable", and one with
// more rows than a page holds in "incomplete".
Async<json::Object> Runner::fetch_parts(Invocation call, json::Value body) const {
  auto const memory = call.arguments().storage();
  auto const has_choice = find_param(tool_, "include") != nullptr;
  json::Object parts(memory);
  json::Object unavailable(memory);
  json::Array incomplete(memory);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    auto const& part = tool_.parts[i];
    auto const wanted = list_of(call.arguments(), "include");
    if (has_choice && std::ranges::find(wanted, part.name) == wanted.end()) continue;
    auto const page = co_await call.get_page(part.path, body);
    if (!page) {
      if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
      unavailable[part.name] = page.error().message();
      continue;
    }
    parts[part.name] = parts_[i].apply(page->body, memory);
    if (page->next || page->next_is_outside) incomplete.emplace_back(part.name);
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
