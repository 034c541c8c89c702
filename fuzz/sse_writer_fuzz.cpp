// What the writer of event streams writes is what the reader reads, however it is cut, with
// comments between, and from the middle on too: a client that comes back begins at any event.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "http/sse.h"

namespace {

using namespace davit;

constexpr std::size_t kMaxEventBytes = 4096;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<http::sse::Event> read(std::string_view stream, std::size_t piece) {
  std::vector<http::sse::Event> events;
  http::sse::Reader reader(kMaxEventBytes);
  while (!stream.empty()) {
    auto const fed = reader.feed(stream.substr(0, piece), [&](http::sse::Event event) {
      events.push_back(std::move(event));
    });
    require(fed.has_value());
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  return events;
}

}  // namespace

// The first byte says how the stream is cut. Then each line is an event: its data, and behind the
// last tab its id.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMaxEventBytes) return 0;
  std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::ranges::replace(input, '\r', '\n');
  std::vector<http::sse::Event> events;
  std::vector<std::size_t> begins;
  std::string stream;
  std::string last_id;
  for (auto const line : split(input, '\n')) {
    auto const tab = line.rfind('\t');
    auto const text = line.substr(0, tab);
    std::string id(tab == std::string_view::npos ? "" : line.substr(tab + 1));
    std::erase(id, '\0');  // never in an id of ours
    if (!id.empty()) last_id = id;
    if (text.empty() && id.empty()) stream += http::sse::kHeartbeat;
    begins.push_back(stream.size());
    stream += http::sse::message(text, id);
    events.push_back({"message", std::string(text), last_id});
  }
  auto const same = [](const http::sse::Event& a, const http::sse::Event& b) {
    return a.name == b.name && a.data == b.data && a.id == b.id;
  };
  require(std::ranges::equal(read(stream, data[0] % 32 + 1u), events, same));
  require(std::ranges::equal(read(stream, stream.size()), events, same));

  auto const from = data[0] % begins.size();
  auto const rest = read(std::string_view(stream).substr(begins[from]), 7);
  require(rest.size() == events.size() - from);
  for (std::size_t i = 0; i < rest.size(); ++i) require(rest[i].data == events[from + i].data);
  return 0;
}
