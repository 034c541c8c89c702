#include "base/log.h"

#include <cerrno>
#include <cmath>
#include <poll.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/strings.h"

namespace davit::log {
namespace {

constexpr std::size_t kBufferBytes = 32 * 1024;
constexpr int kPatienceMilliseconds = 100;

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

void append_string(std::string& out, std::string_view text) {
  std::string repaired;
  if (!is_utf8(text)) {
    repaired = to_utf8(text);
    text = repaired;
  }
  out += '"';
  for (char const c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_field(std::string& out, const Field& field) {
  out += ',';
  append_string(out, field.key);
  out += ':';
  if (auto const* text = std::get_if<std::string_view>(&field.value)) {
    append_string(out, *text);
  } else if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (auto const* real = std::get_if<double>(&field.value)) {
    out += std::isfinite(*real) ? fmt::format("{}", *real) : "null";
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

class DescriptorSink final : public Sink {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {
    buffer_.reserve(kBufferBytes);
  }
  ~DescriptorSink() override { flush(); }
  DescriptorSink(const DescriptorSink&) = delete;
  DescriptorSink& operator=(const DescriptorSink&) = delete;

  void write(Level level, std::string_view line) override {
    buffer_ += line;
    if (level >= Level::warn || buffer_.size() >= kBufferBytes) flush();
  }

  void flush() override {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      auto const written = ::write(descriptor_, rest.data(), rest.size());
      if (written > 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        pollfd waiting{descriptor_, POLLOUT, 0};
        if (::poll(&waiting, 1, kPatienceMilliseconds) <= 0) break;
      } else if (errno != EINTR) {
        break;
      }
    }
    buffer_.clear();
  }

 private:
  int descriptor_;
  std::string buffer_;
};

}  // namespace

Result<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (iequals(name, kNames[i])) return static_cast<Level>(i);
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("'{}' is no log level: debug, info, warn or error", name)
  );
}

std::unique_ptr<Sink> make_descriptor_sink(int descriptor) {
  return std::make_unique<DescriptorSink>(descriptor);
}

Logger Logger::with(Field field) const {
  auto child = *this;
  append_field(child.fixed_, field);
  return child;
}

void Logger::write(Level level, std::string_view msg, Fields fields) const {
  if (!enabled(level)) return;
  using namespace std::chrono;
  auto const now = floor<milliseconds>(clock_->now());
  auto const seconds = floor<std::chrono::seconds>(now);
  std::string line;
  line.reserve(320);
  fmt::format_to(
      std::back_inserter(line),
      R"({{"ts":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","level":"{}","msg":)",
      fmt::gmtime(system_clock::to_time_t(seconds)),
      (now - seconds).count(),
      kNames[static_cast<std::size_t>(level)]
  );
  append_string(line, msg);
  line += fixed_;
  for (auto const& field : fields) append_field(line, field);
  line += "}\n";
  sink_->write(level, line);
}

}  // namespace davit::log
