#include "sandbox/rest.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "http/url.h"

namespace davit::sandbox {
namespace {

using Segments = std::vector<std::string_view>;

Segments segments_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return split(path, '/');
}

void append(std::string& out, const json::Value& value) {
  if (auto const* number = value.if_double()) {
    auto const text = fmt::format("{}", *number);
    out += text;
    if (text.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  } else if (auto const* array = value.if_array()) {
    out += '[';
    for (auto const& item : *array) {
      if (&item != array->data()) out += ',';
      append(out, item);
    }
    out += ']';
  } else if (auto const* object = value.if_object()) {
    out += '{';
    bool is_first = true;
    for (auto const& member : *object) {
      if (!is_first) out += ',';
      is_first = false;
      json::append_text(out, json::Value(json::String(member.key())));
      out += ':';
      append(out, member.value());
    }
    out += '}';
  } else {
    json::append_text(out, value);
  }
}

// The value of `name="..."` in a header; "" without one.
std::string_view parameter(std::string_view header, std::string_view name) {
  auto const begin = header.find(fmt::format("{}=\"", name));
  // filename="..." also holds name="...": the character before decides.
  if (begin == header.npos || (begin > 0 && header[begin - 1] != ' ' && header[begin - 1] != ';')) {
    auto const again = header.find(fmt::format(" {}=\"", name));
    if (again == header.npos) return {};
    auto const rest = header.substr(again + name.size() + 3);
    return rest.substr(0, rest.find('"'));
  }
  auto const rest = header.substr(begin + name.size() + 2);
  return rest.substr(0, rest.find('"'));
}

FormPart parse_part(std::string_view text) {
  FormPart part;
  auto const end = text.find("\r\n\r\n");
  if (end == text.npos) return part;
  part.content = text.substr(end + 4);
  for (auto line : split(text.substr(0, end), '\n')) {
    line = trim(line);
    auto const colon = line.find(':');
    if (colon == line.npos) continue;
    auto const value = trim(line.substr(colon + 1));
    if (iequals(line.substr(0, colon), "content-disposition")) {
      part.name = parameter(value, "name");
      part.filename = parameter(value, "filename");
    } else if (iequals(line.substr(0, colon), "content-type")) {
      part.content_type = value;
    }
  }
  return part;
}

}  // namespace

Call::Call(const http::Request& from)
    : request(from),
      base_url(fmt::format("http://{}", from.headers.get("host").value_or("127.0.0.1"))),
      query(http::parse_query(from.query())) {
  if (from.body.empty()) return;
  if (auto parsed = json::parse(from.body)) {
    body = *std::move(parsed);
  } else {
    is_malformed = true;
  }
}

std::string_view Call::arg(std::string_view name) const {
  for (auto const& [key, value] : args) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> Call::text(std::string_view name) const {
  for (auto const& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Call::integer(std::string_view name) const {
  auto const written = text(name);
  if (!written) return std::nullopt;
  std::int64_t number = 0;
  auto const text_end = written->data() + written->size();
  auto const [stop, ec] =
      std::from_chars(written->data(), written->data() + written->size(), number);
  if (ec != std::errc() || stop != text_end) return std::nullopt;
  return number;
}

bool Call::flag(std::string_view name, bool fallback) const {
  auto const written = text(name);
  if (!written) return fallback;
  return *written == "true" || *written == "1";
}

std::vector<std::string> Call::list(std::string_view name) const {
  std::vector<std::string> all;
  for (auto const& [key, value] : query) {
    if (key == name) all.push_back(value);
  }
  return all;
}

std::optional<std::vector<std::pair<std::string, std::string>>> match(
    std::string_view pattern, std::string_view path
) {
  auto const wanted = segments_of(pattern);
  auto const given = segments_of(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> args;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with(':')) {
      if (wanted[i] != given[i]) return std::nullopt;
      continue;
    }
    auto decoded = http::percent_decode(given[i]);
    if (!decoded || decoded->empty()) return std::nullopt;
    args.emplace_back(wanted[i].substr(1), *std::move(decoded));
  }
  return args;
}

std::size_t fixed_segments(std::string_view pattern) {
  auto const segments = segments_of(pattern);
  return static_cast<std::size_t>(std::ranges::count_if(segments, [](auto segment) {
    return !segment.starts_with(':');
  }));
}

std::string to_json_text(const json::Value& value) {
  std::string out;
  append(out, value);
  return out;
}

http::Response json_answer(const json::Value& body, int status) {
  return http::Response::json(status, to_json_text(body));
}

http::Response no_content() { return http::Response{.status = 204}; }

std::vector<FormPart> parse_form(const http::Request& request) {
  auto const type = request.headers.get("content-type").value_or("");
  if (!type.starts_with("multipart/form-data")) return {};
  auto const at = type.find("boundary=");
  if (at == type.npos) return {};
  auto boundary = type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.starts_with('"') && boundary.ends_with('"') && boundary.size() > 1) {
    boundary = boundary.substr(1, boundary.size() - 2);
  }
  auto const mark = fmt::format("--{}", boundary);
  std::vector<FormPart> parts;
  std::string_view rest = request.body;
  auto begin = rest.find(mark);
  while (begin != rest.npos) {
    rest.remove_prefix(begin + mark.size());
    auto const end = rest.find("\r\n" + mark);
    if (end == rest.npos) break;
    if (rest.starts_with("\r\n")) parts.push_back(parse_part(rest.substr(2, end - 2)));
    begin = end + 2;
  }
  return parts;
}

}  // namespace davit::sandbox
