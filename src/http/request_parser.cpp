#include "http/request_parser.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/strings.h"
#include "http/url.h"

namespace davit::http {
namespace {

namespace beast = boost::beast::http;

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

Method to_method(beast::verb verb) {
  switch (verb) {
    case beast::verb::get: return Method::get;
    case beast::verb::head: return Method::head;
    case beast::verb::post: return Method::post;
    case beast::verb::put: return Method::put;
    case beast::verb::patch: return Method::patch;
    case beast::verb::delete_: return Method::del;
    case beast::verb::options: return Method::options;
    default: return Method::other;
  }
}

Rejection to_rejection(const boost::system::error_code& ec) {
  if (ec == beast::error::body_limit) return {413, "body_too_large", "the body is too large"};
  if (ec == beast::error::header_limit) return kHeadTooLarge;
  if (ec == beast::error::bad_version) return {505, "bad_version", "HTTP/1.1 is spoken here"};
  if (ec == beast::error::bad_content_length) return kBadLength;
  if (ec == beast::error::bad_chunk || ec == beast::error::bad_chunk_extension) {
    return {400, "bad_chunk", "a chunk of the body is ill-framed"};
  }
  return {400, "bad_request", "the request is ill-framed"};
}

// The fields on which framing depends, counted over the lines between the request line and the end.
std::optional<Rejection> check_fields(std::string_view head, bool is_http10) {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  for (auto line_end = head.find("\r\n"); line_end + 2 < head.size();) {
    auto const begin = line_end + 2;
    line_end = head.find("\r\n", begin);
    auto const line = head.substr(begin, line_end - begin);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') return kFolded;
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) continue;  // Beast refuses it
    auto const name = line.substr(0, colon);
    auto const value = trim(line.substr(colon + 1));
    if (iequals(name, "host")) {
      ++hosts;
      if (value.find_first_of(" \t,/\\?#@") != std::string_view::npos) return kBadHost;
    } else if (iequals(name, "content-length")) {
      ++lengths;
      // Beast takes a list of equal numbers for one.
      if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) {
        return kBadLength;
      }
    } else if (iequals(name, "transfer-encoding")) {
      ++codings;
      if (!iequals(value, "chunked")) return kBadCoding;
    }
  }
  if (hosts > 1 || (hosts == 0 && !is_http10)) return kBadHost;
  if (lengths + codings > 1) return kTwoLengths;
  if (codings > 0 && is_http10) return kBadCoding;
  return std::nullopt;
}

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t scanned, std::size_t max_bytes) {
  // Not find_first_of, which calls a function for every byte.
  auto const is_break = [](char c) { return c == '\r' || c == '\n'; };
  // Three bytes back: the end may lie across the border of two reads.
  auto at = scanned < 3 ? 0 : scanned - 3;
  if (at > 0 && bytes[at] == '\n' && bytes[at - 1] == '\r') ++at;
  for (;;) {
    auto const next = std::find_if(bytes.begin() + at, bytes.end(), is_break);
    at = static_cast<std::size_t>(next - bytes.begin());
    if (at == bytes.size() || at + 4 > max_bytes) break;
    if (bytes[at] == '\n') return {kBadLine};
    if (at + 1 == bytes.size()) break;
    if (bytes[at + 1] != '\n') return {kBadLine};
    if (bytes.substr(at).starts_with("\r\n\r\n")) {
      auto const head = bytes.substr(0, at + 4);
      auto const first_line = head.substr(0, head.find('\r'));
      return {check_fields(head, first_line.ends_with(" HTTP/1.0")), head.size()};
    }
    at += 2;
  }
  if (bytes.size() > max_bytes) return {kHeadTooLarge};
  return {};
}

// Beast calls back for every element; we keep them in our own form and copy nothing twice.
struct RequestParser::Impl final : beast::basic_parser<true> {
  Request request;
  std::optional<Rejection> rejection;
  bool expects_continue = false;
  bool is_http11 = false;
  std::string authority;  // of an absolute form

  void take_target(boost::beast::string_view target) {
    std::string_view text(target.data(), target.size());
    if (text.starts_with('/') || (text == "*" && request.method == Method::options)) {
      request.target = text;
    } else if (auto const url = parse_url(text)) {  // absolute form, as sent to a proxy
      request.target = url->path + (url->query.empty() ? "" : "?" + url->query);
      authority = url->authority();
    } else {
      rejection = kBadTarget;
    }
  }

 private:
  using Text = boost::beast::string_view;
  using Code = boost::system::error_code;

  void on_request_impl(beast::verb verb, Text, Text target, int version, Code& ec) override {
    is_http11 = version >= 11;
    request.method = to_method(verb);
    take_target(target);
    if (rejection) ec = make_error_code(beast::error::bad_target);
  }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(beast::field field, Text name, Text value, Code& ec) override {
    if (is_header_done()) return;                      // trailers carry nothing that we would trust
    if (field == beast::field::expect && is_http11) {  // RFC 9110, 10.1.1: not in HTTP/1.0
      expects_continue = iequals({value.data(), value.size()}, "100-continue");
      if (!expects_continue) {
        rejection = Rejection{417, "bad_expectation", "only '100-continue' can be expected"};
        ec = make_error_code(beast::error::bad_value);
      }
    }
    request.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(Code&) override {
    // RFC 9112, 3.2.2: the Host field does not count beside an absolute form.
    if (!authority.empty()) request.headers.set("Host", authority);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
    if (length) request.body.reserve(static_cast<std::size_t>(*length));
  }
  std::size_t on_body_impl(Text bytes, Code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text extensions, Code& ec) override {
    // Beast lets anything stand between quotes, but others end the line at a bare LF.
    if (std::ranges::any_of(extensions, [](unsigned char c) { return c < 0x20 && c != '\t'; })) {
      ec = make_error_code(beast::error::bad_chunk_extension);
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(Code&) override {}
};

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(std::make_unique<Impl>()) {
  impl_->header_limit(static_cast<std::uint32_t>(max_header_bytes));
  impl_->body_limit(max_body_bytes);
  impl_->eager(true);
}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
  boost::system::error_code ec;
  auto const used = impl_->put(boost::asio::buffer(bytes), ec);
  if (ec && ec != beast::error::need_more && !impl_->rejection) impl_->rejection = to_rejection(ec);
  return used;
}

const std::optional<Rejection>& RequestParser::rejection() const { return impl_->rejection; }
bool RequestParser::done() const { return impl_->is_done(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::is_http11() const { return impl_->is_http11; }
bool RequestParser::expects_continue() const { return impl_->expects_continue; }
Request RequestParser::take() { return std::move(impl_->request); }

}  // namespace davit::http
