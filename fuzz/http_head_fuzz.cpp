// A request as the server reads it. However its bytes are cut, it is the same request or refused;
// and a request that was let in says the same when it is written down in the plainest form, and
// with its body in chunks. What follows belongs to the next request.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "http/request_parser.h"

namespace {

using namespace davit;

// Larger than any input, so that no limit depends on how the bytes are cut.
constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMaxBodyBytes = 64;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::string reason;  // empty: it was let in
  std::size_t used = 0;
  http::Request request;
};

// What http/connection.cpp does with bytes that arrive in pieces.
Outcome read(std::string_view bytes, std::size_t piece) {
  std::string input;
  auto const fill = [&] {
    input += bytes.substr(0, piece);
    auto const is_more = !bytes.empty();
    bytes.remove_prefix(std::min(piece, bytes.size()));
    return is_more;
  };
  http::HeadScan scan;
  for (std::size_t scanned = 0; scan.size == 0; scanned = input.size()) {
    if (!fill()) return {"incomplete"};
    scan = http::scan_head(input, scanned, kMostBytes);
    if (scan.rejection) return {std::string(scan.rejection->reason)};
  }
  http::RequestParser parser(kMostBytes, kMaxBodyBytes);
  std::size_t used = 0;
  for (;;) {
    auto const now = parser.feed(input);
    require(now <= input.size());
    used += now;
    input.erase(0, now);
    if (parser.rejection()) return {std::string(parser.rejection()->reason)};
    if (parser.done()) return {"", used, parser.take()};
    if ((now == 0 || input.empty()) && !fill()) return {"incomplete"};
  }
}

std::string in_chunks(std::string_view body, std::size_t size) {
  std::string out;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    auto const chunk = body.substr(0, size);
    out += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  }
  return out + "0\r\n\r\n";
}

bool same(const http::Request& a, const http::Request& b) {
  return a.method == b.method && a.target == b.target && a.body == b.body &&
         a.headers.get("Host") == b.headers.get("Host");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMostBytes) return 0;
  std::string_view const bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto const whole = read(bytes, kMostBytes);
  auto const cut = read(bytes, data[0] % 16 + 1u);
  // Why it is refused may differ: Beast 1.81 looks for the end of a quoted chunk extension behind
  // the end of the line, and counts the chunk against the limit each time it looks again.
  require(whole.reason.empty() == cut.reason.empty());
  if (!whole.reason.empty()) return 0;
  require(whole.used == cut.used && same(whole.request, cut.request));

  auto const& request = whole.request;
  auto const read_head = bytes.substr(0, bytes.find("\r\n\r\n") + 4);
  for (std::size_t i = 0; i < read_head.size(); ++i) {
    auto const c = static_cast<unsigned char>(read_head[i]);
    require(c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
    require((c == '\r') == (i + 1 < read_head.size() && read_head[i + 1] == '\n'));
  }
  require(request.body.size() <= kMaxBodyBytes);
  require(request.headers.count("Host") <= 1);
  if (request.method == http::Method::other) return 0;
  auto const plain = fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{}",
      http::to_string(request.method),
      request.target,
      request.headers.get("Host").value_or(""),
      request.body.size(),
      request.body
  );
  auto const again = read(plain, kMostBytes);
  require(again.reason.empty() && again.used == plain.size());
  if (request.headers.get("Host")) require(same(again.request, request));

  auto const head = plain.substr(0, plain.find("Content-Length"));
  auto const framed =
      head + "Transfer-Encoding: chunked\r\n\r\n" + in_chunks(request.body, data[0] % 7 + 1u);
  auto const chunked = read(framed + plain, data[0] % 11 + 1u);
  require(chunked.reason.empty() && chunked.used == framed.size());
  require(chunked.request.body == request.body);
  return 0;
}
