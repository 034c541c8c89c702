#include "connector/paging.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/strings.h"
#include "connector/arguments.h"
#include "http/url.h"

namespace davit::connector {
namespace {

// Of what a vendor may give us to come back with; it travels in our cursor.
constexpr std::size_t kLongestToken = 8 * 1024;
constexpr std::int64_t kLastRow = 1'000'000'000;

// One parameter of a link: `rel="next"`, where the value may also name several relations.
bool is_next(std::string_view parameter) {
  auto const equals = parameter.find('=');
  if (equals == std::string_view::npos) return false;
  if (!iequals(trim(parameter.substr(0, equals)), "rel")) return false;
  auto value = trim(parameter.substr(equals + 1));
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    value = value.substr(1, value.size() - 2);
  }
  for (auto const relation : split(value, ' ')) {
    if (iequals(relation, "next")) return true;
  }
  return false;
}

std::optional<std::string> next_in(std::string_view field) {
  for (;;) {
    auto const open = field.find('<');
    auto const close = field.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    auto const target = field.substr(open + 1, close - open - 1);
    // The parameters end where the next link begins.
    auto const parameters = field.substr(close + 1, field.find('<', close) - close - 1);
    for (auto const parameter : split(parameters.substr(0, parameters.find(',')), ';')) {
      if (is_next(parameter)) return std::string(target);
    }
    field.remove_prefix(close + 1);
  }
}

std::string with_query_param(
    const std::string& target, const std::string& name, std::string value
) {
  auto const question = std::min(target.find('?'), target.size());
  auto pairs = question < target.size() ? http::parse_query(target.substr(question + 1))
                                        : http::parse_query("");
  std::erase_if(pairs, [&](auto const& pair) { return pair.first == name; });
  pairs.emplace_back(name, std::move(value));
  return target.substr(0, question) + '?' + http::to_query(pairs);
}

ApiRequest with_key_alone(const ApiRequest& request, const Paging& paging, std::string key) {
  auto const question = std::min(request.target.find('?'), request.target.size());
  auto pairs = http::parse_query(
      question < request.target.size() ? request.target.substr(question + 1) : std::string()
  );
  auto const stay = split(paging.stay, ' ');
  std::erase_if(pairs, [&](auto const& pair) {
    return std::ranges::find(stay, pair.first) == stay.end();
  });
  pairs.emplace_back(paging.param, std::move(key));
  auto next = request;
  next.target = request.target.substr(0, question) + '?' + http::to_query(pairs);
  return next;
}

std::int64_t offset_of(const ApiRequest& request, std::string_view name) {
  auto const question = request.target.find('?');
  if (question != std::string::npos) {
    for (auto const& [key, value] : http::parse_query(request.target.substr(question + 1))) {
      std::int64_t number = 0;
      if (key == name) std::from_chars(value.data(), value.data() + value.size(), number);
      if (key == name) return number;
    }
  }
  auto const body = json::parse(request.body).value_or(json::Value());
  return json::find_int(body, name).value_or(0);
}

bool has_more(const Paging& paging, const json::Value& body, std::int64_t end, std::size_t rows) {
  if (rows == 0) return false;
  if (!paging.more.empty()) return json::find_bool(body, paging.more).value_or(false);
  if (!paging.last.empty()) {
    if (auto const last = json::find_bool(body, paging.last)) return !*last;
  }
  auto const total = json::find_int(body, paging.total);
  // Without a word, the empty page will be the end.
  return !total || end < *total;
}

void set_offset(
    const Paging& paging,
    const ApiRequest& request,
    const json::Value& body,
    std::size_t rows,
    NextPage& next
) {
  auto const begin = std::clamp<std::int64_t>(offset_of(request, paging.param), 0, kLastRow);
  auto const end = begin + static_cast<std::int64_t>(rows);
  if (!has_more(paging, body, end, rows)) return;
  // The next page would be as long as this one, and all of it must lie below.
  if (paging.ceiling > 0 && end + static_cast<std::int64_t>(rows) > paging.ceiling) {
    next.is_over_ceiling = true;
    return;
  }
  next.request = with_param(request, paging.param, json::Value(end));
}

}  // namespace

ApiRequest with_param(const ApiRequest& request, std::string_view name, const json::Value& value) {
  auto next = request;
  if (request.body.empty()) {
    next.target = with_query_param(request.target, std::string(name), to_plain_text(value));
    return next;
  }
  auto body = json::parse(request.body).value_or(json::Object());
  set_at(body, name, value);
  next.body = json::to_text(body);
  return next;
}

NextPage next_page(
    const Paging& paging,
    const ApiRequest& request,
    const http::Headers& headers,
    const json::Value& body,
    std::size_t rows,
    const std::function<std::optional<std::string>(std::string_view)>& inside
) {
  NextPage next;
  if (!paging.total.empty()) next.total = json::find_int(body, paging.total);
  auto const follow = [&](std::string_view address) {
    if (auto target = inside(address)) {
      next.request = ApiRequest{.method = request.method, .target = *std::move(target)};
    } else {
      next.is_outside = true;
    }
  };
  auto const* found = paging.next.empty() ? nullptr : json::find(body, paging.next);
  auto const is_text = found != nullptr && (found->is_string() || found->is_int64());
  auto const text = is_text ? to_plain_text(*found) : std::string();
  if (text.size() > kLongestToken) {
    next.is_outside = true;
    return next;
  }
  switch (paging.kind) {
    case Paging::Kind::none:
    case Paging::Kind::link_header:
      if (auto const link = next_link(headers)) follow(*link);
      break;
    case Paging::Kind::body_link:
      if (!text.empty()) follow(text);
      break;
    case Paging::Kind::token:
      if (!text.empty()) next.request = with_param(request, paging.param, *found);
      break;
    case Paging::Kind::key:
      if (!text.empty()) next.request = with_key_alone(request, paging, text);
      break;
    case Paging::Kind::offset: set_offset(paging, request, body, rows, next); break;
  }
  // A page that names itself would be read again and again.
  auto const is_same =
      next.request && next.request->target == request.target && next.request->body == request.body;
  if (is_same) next.request.reset();
  return next;
}

std::optional<std::string> next_link(const http::Headers& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), "link")) continue;
    if (auto next = next_in(headers.value(i))) return next;
  }
  return std::nullopt;
}

}  // namespace davit::connector
