#include "connector/failure.h"

#include <charconv>
#include <ctime>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connector {
namespace {

constexpr std::size_t kReasonBytes = 300;
// Where an error keeps the vendor's body.
constexpr Str kBody = "body";
constexpr std::size_t kKeptBody = 16 * 1024;

struct StatusMeaning {
  int status;
  ErrorKind kind;
  Str advice;
};

constexpr Str kTryLater = "Try again later; if it stays, the operator should look at the upstream.";

constexpr StatusMeaning kMeanings[] = {
    {400, ErrorKind::invalid_input, "Correct the arguments."},
    {401,
     ErrorKind::unauthenticated,
     "The token of this server is wrong or has expired; ask the operator to renew it."},
    {403, ErrorKind::forbidden, "The token may not do this; ask the operator for the permission."},
    {404,
     ErrorKind::not_found,
     "Check ids and paths; what the token may not see is answered the same way."},
    {405, ErrorKind::conflict, "Its state does not allow this; read it again first."},
    {409, ErrorKind::conflict, "It has changed or exists already; read it again first."},
    {410, ErrorKind::not_found, "It is gone."},
    {412, ErrorKind::conflict, "It has changed; read it again first."},
    {413, ErrorKind::invalid_input, "Send less."},
    {414, ErrorKind::invalid_input, "Send shorter arguments."},
    {422, ErrorKind::invalid_input, "Correct the arguments."},
    {429, ErrorKind::rate_limited, "Wait a minute, then try again with fewer calls."},
};

StatusMeaning meaning_of(int status) {
  for (auto const& meaning : kMeanings) {
    if (meaning.status == status) return meaning;
  }
  if (status >= 500) return {status, ErrorKind::unavailable, kTryLater};
  if (status >= 400) return {status, ErrorKind::invalid_input, "Correct the arguments."};
  return {status, ErrorKind::protocol, kTryLater};
}

bool is_html(const http::ClientResponse& answer) {
  auto const type = answer.headers.get("content-type").value_or("");
  auto const start = to_lower(std::string_view(answer.body).substr(0, 200));
  auto const first = std::string_view(start).find_first_not_of(" \t\r\n");
  auto const body =
      first == std::string::npos ? std::string_view() : std::string_view(start).substr(first);
  return to_lower(type).starts_with("text/html") || body.starts_with("<!doctype html") ||
         body.starts_with("<html");
}

// Texts anywhere in `value`, the field before its text: {"title":["is too long"]} gives "title is
// too long".
void gather_text(const json::Value& value, std::string_view field, std::string& out) {
  if (auto const* object = value.if_object()) {
    for (auto const& member : *object) gather_text(member.value(), member.key(), out);
  } else if (auto const* array = value.if_array()) {
    for (auto const& element : *array) gather_text(element, field, out);
  } else if (!value.is_null()) {
    if (!out.empty()) out += "; ";
    if (!field.empty()) out.append(field) += ' ';
    if (auto const* text = value.if_string()) {
      out += json::view(*text);
    } else {
      json::append_text(out, value);
    }
  }
}

// What the body says, "" when it says nothing that can be shown.
std::string text_of_body(
    const Connector& connector, const http::ClientResponse& answer, const json::Value& body
) {
  std::string text;
  if (body.is_null()) {
    text = answer.body;
  } else {
    for (auto path : split(connector.error_paths, ' ')) {
      auto const is_more = path.starts_with('+');
      if (is_more) path.remove_prefix(1);
      if (!text.empty() && !is_more) continue;
      if (auto const* found = json::find(body, path)) gather_text(*found, "", text);
    }
  }
  text = without_invisible(text);
  for (auto& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  auto view = trim(text);
  while (view.ends_with('.')) view.remove_suffix(1);
  return shortened(std::string(view), kReasonBytes);
}

std::string request_id_of(const Connector& connector, const http::Headers& headers) {
  auto const id = headers.get(connector.request_id_header).value_or("");
  return shortened(without_invisible(id), 100);
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// In seconds: in its own ticks the clock ends in the year 2262.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  std::tm parts{};
  std::string const copy(text);
  if (strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

std::string host_of(std::string_view location) {
  auto const url = http::parse_url(location);
  return url ? url->host : std::string("another address");
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after_of(
    const Connector& connector,
    const http::Headers& headers,
    std::chrono::system_clock::time_point now
) {
  using std::chrono::seconds;
  // Longer than any limit that we know; keeps the arithmetic far from overflow.
  constexpr std::int64_t kLongest = 24 * 3600;
  auto const until = [&](std::chrono::sys_seconds then) {
    auto const wait = (then - std::chrono::floor<seconds>(now)).count();
    return seconds(std::clamp<std::int64_t>(wait, 0, kLongest));
  };
  if (auto const value = headers.get("retry-after")) {
    if (auto const wait = parse_whole(*value)) return seconds(std::min(*wait, kLongest));
    if (auto const date = parse_http_date(*value)) return until(*date);
  }
  if (connector.reset_header.empty()) return std::nullopt;
  auto const reset = headers.get(connector.reset_header).value_or("");
  if (auto const date = from_rfc3339(reset)) return until(*date);
  auto number = parse_whole(reset);
  if (!number) return std::nullopt;
  // Some count what is left, others from 1970, in seconds, milliseconds or microseconds.
  constexpr std::int64_t kYear3000 = 32'503'680'000;
  if (*number <= kLongest) return seconds(*number);
  while (*number > kYear3000) *number /= 1000;
  return until(std::chrono::sys_seconds(seconds(*number)));
}

Failure describe_status(
    const Connector& connector,
    const http::ClientResponse& answer,
    std::chrono::system_clock::time_point now,
    std::string_view scopes
) {
  auto const meaning = meaning_of(answer.status);
  Failure failure{
      .kind = meaning.kind,
      .http_status = answer.status,
      .advice = std::string(meaning.advice),
      .request_id = request_id_of(connector, answer.headers),
  };
  auto const said = fmt::format(
      "{} answered {} {}", connector.title, answer.status, http::reason_of(answer.status)
  );
  if (answer.status >= 300 && answer.status < 400) {
    failure.reason = fmt::format(
        "{} redirects to {}", connector.title, host_of(answer.headers.get("location").value_or(""))
    );
    failure.advice =
        "It may have moved: use its new path, or ask the operator to correct the server's URL.";
    return failure;
  }
  if (is_html(answer)) {
    failure.reason = said + " with a web page";
    return failure;
  }
  auto body = json::parse(answer.body).value_or(json::Value());
  auto const text = text_of_body(connector, answer, body);
  // Some repeat the status in their text: "404 Project Not Found".
  if (text.starts_with(std::to_string(answer.status))) {
    failure.reason = fmt::format("{} answered {}", connector.title, text);
  } else {
    failure.reason = text.empty() ? said : fmt::format("{}: {}", said, text);
  }
  if (answer.status == 403 && !scopes.empty()) {
    failure.advice =
        fmt::format("The token lacks {}, or its user the right; ask the operator.", scopes);
  }
  if (connector.advice != nullptr) {
    auto special = connector.advice(answer.status, body);
    if (!special.empty()) failure.advice = std::move(special);
  }
  if (answer.body.size() <= kKeptBody) failure.body = std::move(body);
  failure.is_quota =
      answer.status == 429 && !connector.quota_reason.empty() &&
      answer.headers.get(connector.reason_header).value_or("").find(connector.quota_reason) !=
          std::string_view::npos;
  if (answer.status == 429 || answer.status == 503) {
    failure.retry_after = retry_after_of(connector, answer.headers, now);
  }
  if (failure.retry_after) {
    auto const wait = std::max(
        std::chrono::ceil<std::chrono::seconds>(*failure.retry_after), std::chrono::seconds(1)
    );
    failure.advice = fmt::format("Try again in {} s.", wait.count());
  }
  return failure;
}

Failure describe_error(const Connector& connector, const Error& error) {
  Failure failure{.kind = error.kind()};
  switch (error.kind()) {
    case ErrorKind::timeout:
      failure.reason = fmt::format("{} did not answer in time", connector.title);
      failure.advice = "Ask for less, or try again later.";
      break;
    case ErrorKind::unavailable:
      failure.reason = fmt::format("{} cannot be reached", connector.title);
      failure.advice = kTryLater;
      break;
    case ErrorKind::protocol:
      failure.reason =
          fmt::format("the answer of {} cannot be used: {}", connector.title, error.message());
      failure.advice = "Ask for less, for example with a smaller limit.";
      break;
    default: failure.reason = error.message(); failure.advice = kTryLater;
  }
  return failure;
}

Failure describe_body(
    const Connector& connector, const http::ClientResponse& answer, std::string_view what_is_wrong
) {
  Failure failure{
      .kind = ErrorKind::protocol,
      .http_status = answer.status,
      .advice = std::string(kTryLater),
      .request_id = request_id_of(connector, answer.headers),
  };
  if (is_html(answer)) {
    failure.reason = fmt::format("{} answered with a web page instead of data", connector.title);
    failure.advice =
        "A login page or a proxy is in the way; ask the operator to check the server's URL.";
  } else {
    failure.reason = fmt::format("{} answered with {}", connector.title, what_is_wrong);
  }
  return failure;
}

void warn_of_unknown_outcome(Failure& failure) {
  auto const was_refused = failure.http_status >= 300 && failure.http_status < 500;
  if (was_refused) return;
  failure.advice = "It may have been carried out all the same: look before you try again.";
}

Error to_error(const Failure& failure) {
  json::Object facts;
  if (failure.http_status != 0) facts["http_status"] = failure.http_status;
  facts["code"] = to_string(failure.kind);
  if (failure.retry_after) {
    facts["retry_after_s"] = std::chrono::ceil<std::chrono::seconds>(*failure.retry_after).count();
  }
  if (!failure.request_id.empty()) facts["request_id"] = failure.request_id;
  // As text: in it, a body may be as deep as a reader of the facts can bear.
  if (!failure.body.is_null()) facts[kBody] = json::to_text(failure.body);
  auto error = Error(failure.kind, fmt::format("{}. {}", failure.reason, failure.advice))
                   .with_detail(json::to_text(facts));
  error.retry_after = failure.retry_after;
  return error;
}

int http_status_of(const Error& error) {
  auto const facts = json::parse(error.detail()).value_or(json::Value());
  return static_cast<int>(json::find_int(facts, "http_status").value_or(0));
}

json::Value upstream_body_of(const Error& error) {
  auto const facts = json::parse(error.detail()).value_or(json::Value());
  auto const body = json::find_string(facts, kBody);
  return body ? json::parse(*body).value_or(json::Value()) : json::Value();
}

mcp::ToolResult to_tool_result(const Tool& tool, const Error& error) {
  auto message = error.message();
  if (!message.ends_with('.')) message += '.';
  auto result = mcp::ToolResult::error(fmt::format("{} failed: {}", tool.title, message));
  auto facts = json::parse(error.detail());
  if (!facts || !facts->is_object()) facts = json::Object{{"code", to_string(error.kind())}};
  facts->get_object().erase(kBody);  // the message has what of it is for the model
  result.structured = *std::move(facts);
  return result;
}

}  // namespace davit::connector
