#include "http/message.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::http {
namespace {

constexpr std::size_t kUsualFields = 12;
constexpr std::size_t kUsualBytes = 400;

// Of the length and three letters whose case does not show: most names are told apart by it.
std::uint32_t tag_of(std::string_view name) {
  if (name.empty()) return 0;
  auto const letter = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(name[i])} | 0x20;
  };
  return letter(0) | letter(name.size() / 2) << 8 | letter(name.size() - 1) << 16 |
         static_cast<std::uint32_t>(name.size()) << 24;
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
  }
  return "";
}

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (auto const& [name, value] : fields) add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  if (fields_.empty()) text_.reserve(kUsualBytes);
  value = trim(value);
  auto const begin = text_.size();
  text_ += name;
  text_ += value;
  push(begin, name, begin + name.size(), value);
}

void Headers::adopt(std::string_view block) {
  fields_.clear();
  text_ = block;
}

void Headers::add_from_block(std::string_view name, std::string_view value) {
  auto const offset = [&](std::string_view part) {
    return part.empty() ? 0 : static_cast<std::size_t>(part.data() - text_.data());
  };
  push(offset(name), name, offset(value), value);
}

void Headers::push(
    std::size_t name_begin, std::string_view name, std::size_t value_begin, std::string_view value
) {
  if (fields_.empty()) fields_.reserve(kUsualFields);
  fields_.push_back(
      {static_cast<std::uint32_t>(name_begin),
       static_cast<std::uint32_t>(name.size()),
       static_cast<std::uint32_t>(value_begin),
       static_cast<std::uint32_t>(value.size()),
       tag_of(name)}
  );
}

void Headers::set(std::string_view name, std::string_view value) {
  auto const tag = tag_of(name);
  std::erase_if(fields_, [&](const Field& field) { return has_name(field, tag, name); });
  add(name, value);
}

void Headers::clear() {
  text_.clear();
  fields_.clear();
}

std::optional<std::string_view> Headers::get(std::string_view wanted) const {
  auto const tag = tag_of(wanted);
  for (auto const& field : fields_) {
    if (has_name(field, tag, wanted)) {
      return std::string_view(text_.data() + field.value_begin, field.value_size);
    }
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view wanted) const {
  auto const tag = tag_of(wanted);
  auto const found = std::ranges::count_if(fields_, [&](const Field& field) {
    return has_name(field, tag, wanted);
  });
  return static_cast<std::size_t>(found);
}

bool Headers::has_token(std::string_view wanted, std::string_view token) const {
  auto const tag = tag_of(wanted);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!has_name(fields_[i], tag, wanted)) continue;
    for (auto const element : split(value(i), ',')) {
      if (iequals(trim(element), token)) return true;
    }
  }
  return false;
}

bool Headers::has_control_character() const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (davit::has_control_character(name(i)) || davit::has_control_character(value(i)))
      return true;
  }
  return false;
}

bool Headers::has_name(const Field& field, std::uint32_t tag, std::string_view wanted) const {
  return field.tag == tag && iequals({text_.data() + field.name_begin, field.name_size}, wanted);
}

std::string_view Headers::name(std::size_t index) const {
  auto const& field = fields_[index];
  return std::string_view(text_).substr(field.name_begin, field.name_size);
}

std::string_view Headers::value(std::size_t index) const {
  auto const& field = fields_[index];
  return std::string_view(text_).substr(field.value_begin, field.value_size);
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  auto const mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Response Response::text(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

Response Response::json(int status, std::string body) {
  return text(status, "application/json", std::move(body));
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

int to_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input: return 400;
    case ErrorKind::not_found: return 404;
    case ErrorKind::unauthenticated: return 401;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::conflict: return 409;
    case ErrorKind::rate_limited: return 429;
    case ErrorKind::unavailable: return 503;
    case ErrorKind::timeout: return 504;
    case ErrorKind::protocol: return 502;
    case ErrorKind::cancelled:
    case ErrorKind::internal: return 500;
  }
  return 500;
}

}  // namespace davit::http
