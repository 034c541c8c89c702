// An event stream gives the same events however its bytes are cut, and so do the events when they
// are written down again.
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

constexpr std::size_t kMaxEventBytes = 100;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::vector<std::string> events;
  std::string rewritten;
  bool failed = false;
};

Outcome read(std::string_view stream, std::size_t piece, std::size_t max_event_bytes) {
  Outcome outcome;
  http::sse::Reader reader(max_event_bytes);
  while (!stream.empty() && !outcome.failed) {
    auto const fed = reader.feed(stream.substr(0, piece), [&](const http::sse::Event& event) {
      require(event.data.size() <= max_event_bytes);
      outcome.events.push_back(event.name + '|' + event.id + '|' + event.data);
      outcome.rewritten += "event:" + event.name + "\nid: " + event.id + '\n';
      for (auto const line : split(event.data, '\n')) {
        outcome.rewritten.append("data: ").append(line).append("\n");
      }
      outcome.rewritten += '\n';
    });
    outcome.failed = !fed;
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto const whole = read(stream, size, kMaxEventBytes);
  auto const cut = read(stream, data[0] % 16 + 1u, kMaxEventBytes);
  require(whole.failed == cut.failed && whole.events == cut.events);
  // A name may begin with a blank, which the reader would take for the one behind the colon.
  for (auto const& event : whole.events) {
    if (event.starts_with(' ')) return 0;
  }
  auto const again = read(whole.rewritten, size, 3 * kMaxEventBytes);
  require(!again.failed && again.events == whole.events);
  return 0;
}
