#include "http/message.h"

#include "base/strings.h"

namespace davit::http {
namespace {

constexpr std::size_t kUsualFields = 12;
constexpr std::size_t kUsualBytes = 400;

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
  value = trim(value);
  if (fields_.empty()) {  // room for an ordinary head in one go
    fields_.reserve(kUsualFields);
    text_.reserve(kUsualBytes);
  }
  fields_.push_back(
      {static_cast<std::uint32_t>(text_.size()),
       static_cast<std::uint32_t>(name.size()),
       static_cast<std::uint32_t>(value.size())}
  );
  text_ += name;
  text_ += value;
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(fields_, [&](const Field& field) {
    return iequals(std::string_view(text_).substr(field.begin, field.name_size), name);
  });
  add(name, value);
}

void Headers::clear() {
  text_.clear();
  fields_.clear();
}

std::optional<std::string_view> Headers::get(std::string_view wanted) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (iequals(name(i), wanted)) return value(i);
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view wanted) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) found += iequals(name(i), wanted) ? 1 : 0;
  return found;
}

bool Headers::has_token(std::string_view wanted, std::string_view token) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!iequals(name(i), wanted)) continue;
    for (auto const element : split(value(i), ',')) {
      if (iequals(trim(element), token)) return true;
    }
  }
  return false;
}

std::string_view Headers::name(std::size_t index) const {
  auto const& field = fields_[index];
  return std::string_view(text_).substr(field.begin, field.name_size);
}

std::string_view Headers::value(std::size_t index) const {
  auto const& field = fields_[index];
  return std::string_view(text_).substr(field.begin + field.name_size, field.value_size);
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
