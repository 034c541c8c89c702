#include "base/log.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::log {
namespace {

constexpr std::size_t kBufferBytes = 32 * 1024;
constexpr int kPatienceMilliseconds = 100;

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

void append_string(std::string& out, std::string_view text) {
  append_json_string(out, is_utf8(text) ? text : std::string_view(to_utf8(text)));
}

// Two or more digits with leading zeros.
void append_digits(std::string& out, unsigned value, int count) {
  char digits[8];
  for (auto i = count; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(count));
}

// "2026-11-21T09:00:00.042Z"; RFC 3339. Written by hand: it is on the path of every request.
void append_time(std::string& out, std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  auto const day = floor<days>(now);
  year_month_day const date(day);
  hh_mm_ss const time(floor<milliseconds>(now - day));
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_digits(out += '-', static_cast<unsigned>(date.month()), 2);
  append_digits(out += '-', static_cast<unsigned>(date.day()), 2);
  append_digits(out += 'T', static_cast<unsigned>(time.hours().count()), 2);
  append_digits(out += ':', static_cast<unsigned>(time.minutes().count()), 2);
  append_digits(out += ':', static_cast<unsigned>(time.seconds().count()), 2);
  append_digits(out += '.', static_cast<unsigned>(time.subseconds().count()), 3);
  out += 'Z';
}

void append_field(std::string& out, const Field& field) {
  out.append(",\"").append(field.key).append("\":");
  if (auto const* text = std::get_if<std::string_view>(&field.value)) {
    append_string(out, *text);
  } else if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
    append_json_number(out, *number);
  } else if (auto const* real = std::get_if<double>(&field.value)) {
    append_json_number(out, *real);
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
  std::string line;
  line.reserve(320);
  line += R"({"ts":")";
  append_time(line, clock_->now());
  line.append(R"(","level":")")
      .append(kNames[static_cast<std::size_t>(level)])
      .append(R"(","msg":)");
  append_string(line, msg);
  line += fixed_;
  for (auto const& field : fields) append_field(line, field);
  line += "}\n";
  sink_->write(level, line);
}

}  // namespace davit::log
