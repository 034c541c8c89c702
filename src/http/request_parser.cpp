#include "http/request_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/strings.h"
#include "http/url.h"

namespace davit::http {
namespace {

constexpr Rejection kBadLine{400, "bad_line_ending", "a line of the head does not end in CR LF"};
constexpr Rejection kFolded{400, "folded_header", "a header field is folded over several lines"};
constexpr Rejection kHeadTooLarge{431, "head_too_large", "the head of the request is too large"};
constexpr Rejection kBadHost{400, "bad_host", "exactly one Host field with a host is needed"};
constexpr Rejection kTwoLengths{400, "two_lengths", "the length of the body is given twice"};
constexpr Rejection kBadLength{
    400, "bad_content_length", "Content-Length is not a number, or stands twice"
};
constexpr Rejection kBadCoding{
    501, "bad_transfer_encoding", "only the transfer coding 'chunked' is known"
};
constexpr Rejection kBadTarget{400, "bad_target", "the request target is not a path"};
constexpr Rejection kBadVersion{505, "bad_version", "HTTP/1.1 is spoken here"};
constexpr Rejection kBadExpectation{417, "bad_expectation", "only '100-continue' can be expected"};
constexpr Rejection kBadRequest{400, "bad_request", "the request is ill-framed"};
constexpr Rejection kBadChunk{400, "bad_chunk", "a chunk of the body is ill-framed"};
constexpr Rejection kBodyTooLarge{413, "body_too_large", "the body is too large"};

// RFC 9110, 5.6.2.
constexpr auto kIsTokenCharacter = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               (c < 0x80 && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                                std::string_view::npos);
  }
  return table;
}();

std::size_t token_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && kIsTokenCharacter[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

std::string_view without_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

// The first line of lines that are known to end in CR LF; `lines` becomes the rest.
std::string_view next_line(std::string_view& lines) {
  auto const end = lines.find('\n');
  auto const line = lines.substr(0, end - 1);
  lines.remove_prefix(end + 1);
  return line;
}

Method to_method(std::string_view name) {
  for (auto method = Method::get; method != Method::other;
       method = static_cast<Method>(static_cast<int>(method) + 1)) {
    if (to_string(method) == name) return method;
  }
  return Method::other;
}

// What the Connection fields of a message say. Nothing when one is no list of tokens.
std::optional<bool> asks_to_close(std::string_view list) {
  auto closes = false;
  for (;;) {
    auto const comma = list.find(',');
    auto const option = trim(list.substr(0, comma));
    if (token_size(option) != option.size()) return std::nullopt;
    closes |= iequals(option, "close");
    if (comma == std::string_view::npos) return closes;
    list.remove_prefix(comma + 1);
  }
}

// The size of a quoted string at the start of `text`; nothing when it does not end there.
std::size_t quoted_size(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

// RFC 9112, 7.1.1. They mean nothing to us, but parsers that disagree about where one ends are a
// known way to smuggle.
bool are_chunk_extensions(std::string_view text) {
  if (has_control_character(text)) return false;
  while (!text.empty()) {
    text = without_blanks(text);
    if (!text.starts_with(';')) return false;
    text = without_blanks(text.substr(1));
    auto const name = token_size(text);
    if (name == 0) return false;
    text.remove_prefix(name);
    auto value = without_blanks(text);
    if (!value.starts_with('=')) continue;
    value = without_blanks(value.substr(1));
    auto const size = value.starts_with('"') ? quoted_size(value) : token_size(value);
    if (size == 0) return false;
    text = value.substr(size);
  }
  return true;
}

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t scanned, std::size_t max_bytes) {
  for (auto from = scanned;;) {
    auto const end = bytes.find('\n', from);
    if (end == std::string_view::npos || end >= max_bytes) break;
    if (end == 0 || bytes[end - 1] != '\r') return {kBadLine};
    if (end >= 3 && bytes[end - 2] == '\n') return {std::nullopt, end + 1};
    from = end + 1;
  }
  if (bytes.size() > max_bytes) return {kHeadTooLarge};
  return {};
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (!rejection_ && state_ != State::done && used < bytes.size()) {
    auto const now = step(bytes.substr(used));
    if (now == 0) break;
    used += now;
  }
  return used;
}

// One head, line or piece of data. `bytes` is never empty.
std::size_t RequestParser::step(std::string_view bytes) {
  switch (state_) {
    case State::head: {
      auto const end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) return 0;
      rejection_ = read_head(bytes.substr(0, end + 4));
      return end + 4;
    }
    case State::data: return take_data(bytes, State::done);
    case State::chunk_data: return take_data(bytes, State::chunk_end);
    case State::chunk_end:
      if (bytes.size() >= 2 ? !bytes.starts_with("\r\n") : bytes.front() != '\r') {
        return refuse(kBadChunk);
      }
      if (bytes.size() < 2) return 0;
      state_ = State::chunk_head;
      return 2;
    case State::chunk_head:
    case State::trailers: return take_line(bytes);
    case State::done: break;
  }
  return 0;
}

std::size_t RequestParser::refuse(const Rejection& rejection) {
  rejection_ = rejection;
  return 0;
}

std::size_t RequestParser::take_data(std::string_view bytes, State next) {
  auto const piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
  request_.body += piece;
  left_ -= piece.size();
  if (left_ == 0) state_ = next;
  return piece.size();
}

std::size_t RequestParser::take_line(std::string_view bytes) {
  auto const is_trailer = state_ == State::trailers;
  auto const end = bytes.find('\n');
  auto const size = std::min(end, bytes.size() - 1) + 1;
  if (size + trailer_bytes_ > max_header_bytes_) return refuse(kHeadTooLarge);
  if (end == std::string_view::npos) return 0;
  if (end == 0 || bytes[end - 1] != '\r') return refuse(is_trailer ? kBadRequest : kBadChunk);
  auto const line = bytes.substr(0, end - 1);
  rejection_ = is_trailer ? read_trailer(line) : read_chunk_head(line);
  return size;
}

RequestParser::Check RequestParser::read_head(std::string_view head) {
  request_.headers.adopt(head);
  auto lines = request_.headers.block();
  auto const request_line = next_line(lines);
  // The fields first: what they say about the framing is the worse mistake.
  if (auto refused = read_fields(lines, request_line.ends_with(" HTTP/1.0"))) return refused;
  if (auto refused = read_request_line(request_line)) return refused;

  auto const expectation = request_.headers.get("Expect");
  if (expectation && is_http11_) {  // RFC 9110, 10.1.1: not in HTTP/1.0
    if (!iequals(*expectation, "100-continue")) return kBadExpectation;
    expects_continue_ = true;
  }
  if (left_ > max_body_bytes_) return kBodyTooLarge;
  request_.body.reserve(static_cast<std::size_t>(left_));
  state_ = is_chunked_ ? State::chunk_head : left_ > 0 ? State::data : State::done;
  return std::nullopt;
}

RequestParser::Check RequestParser::read_fields(std::string_view lines, bool is_http10) {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  auto is_broken = false;
  for (;;) {
    auto const line = next_line(lines);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') return kFolded;
    auto const size = token_size(line);
    auto const name = line.substr(0, size);
    auto const value = trim(line.substr(std::min(size + 1, line.size())));
    if (size == 0 || size == line.size() || line[size] != ':') {
      if (line.find('\r') != std::string_view::npos) return kBadLine;
      is_broken = true;
      continue;
    }
    if (has_control_character(value)) {
      if (value.find('\r') != std::string_view::npos) return kBadLine;
      is_broken = true;
    }
    request_.headers.add_from_block(name, value);
    if (iequals(name, "Host")) {
      ++hosts;
      if (value.find_first_of(" \t,/\\?#@") != std::string_view::npos) return kBadHost;
    } else if (iequals(name, "Content-Length")) {
      ++lengths;
      auto const [end, ec] = std::from_chars(value.data(), value.data() + value.size(), left_);
      if (ec != std::errc() || end != value.data() + value.size()) return kBadLength;
    } else if (iequals(name, "Transfer-Encoding")) {
      ++codings;
      if (!iequals(value, "chunked")) return kBadCoding;
    } else if (iequals(name, "Connection")) {
      auto const closes = asks_to_close(value);
      is_broken |= !closes;
      closes_ |= closes.value_or(false);
    }
  }
  if (hosts > 1 || (hosts == 0 && !is_http10)) return kBadHost;
  if (lengths + codings > 1) return kTwoLengths;
  if (codings > 0 && is_http10) return kBadCoding;
  is_chunked_ = codings > 0;
  if (is_broken) return kBadRequest;
  return std::nullopt;
}

RequestParser::Check RequestParser::read_request_line(std::string_view line) {
  if (line.find('\r') != std::string_view::npos) return kBadLine;
  auto const method = line.substr(0, token_size(line));
  line.remove_prefix(method.size());
  if (method.empty() || !line.starts_with(' ')) return kBadRequest;
  line.remove_prefix(1);
  auto const target = line.substr(0, line.find(' '));
  line.remove_prefix(target.size());
  auto const is_ill_formed =
      has_control_character(target) || target.find('\t') != std::string_view::npos;
  if (target.empty() || line.empty() || is_ill_formed) return kBadRequest;
  is_http11_ = line == " HTTP/1.1";
  if (!is_http11_ && line != " HTTP/1.0") return kBadVersion;
  request_.method = to_method(method);
  return read_target(target);
}

RequestParser::Check RequestParser::read_target(std::string_view target) {
  if (target.starts_with('/') || (target == "*" && request_.method == Method::options)) {
    request_.target = target;
  } else if (auto const url = parse_url(target)) {  // absolute form, as sent to a proxy
    request_.target = url->path + (url->query.empty() ? "" : "?" + url->query);
    // RFC 9112, 3.2.2: the Host field does not count beside an absolute form.
    request_.headers.set("Host", url->authority());
  } else {
    return kBadTarget;
  }
  return std::nullopt;
}

RequestParser::Check RequestParser::read_chunk_head(std::string_view line) {
  auto const* const last = line.data() + line.size();
  auto const [end, ec] = std::from_chars(line.data(), last, left_, 16);
  if (ec != std::errc() || !are_chunk_extensions({end, last})) return kBadChunk;
  if (left_ > max_body_bytes_ - request_.body.size()) return kBodyTooLarge;
  state_ = left_ > 0 ? State::chunk_data : State::trailers;
  return std::nullopt;
}

// Trailers carry nothing that we would trust; the empty line ends them.
RequestParser::Check RequestParser::read_trailer(std::string_view line) {
  trailer_bytes_ += line.size() + 2;
  if (line.empty()) {
    state_ = State::done;
    return std::nullopt;
  }
  auto const name = line.substr(0, token_size(line));
  if (iequals(name, "Content-Length")) return kBadLength;
  if (iequals(name, "Transfer-Encoding")) return kBadCoding;
  if (name.empty() || !line.substr(name.size()).starts_with(':') || has_control_character(line)) {
    return kBadRequest;
  }
  return std::nullopt;
}

}  // namespace davit::http
