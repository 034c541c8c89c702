// Structured log: one JSON object per line, with fixed fields per logger. Nothing of a Secret can
// get in, for it has no formatter.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"

namespace davit::log {

// error: somebody must act. warn: degraded. info: state changes and one line a call. debug: the
// rest.
enum class Level { debug, info, warn, error };

Result<Level> parse_level(std::string_view name);

using Value = std::variant<std::string_view, std::int64_t, double, bool>;

struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  Field(std::string_view k, Integer v) : key(k), value(static_cast<std::int64_t>(v)) {}

  std::string_view key;  // a literal, for it goes out as it is
  Value value;
};

// Where lines go. One loop thread writes; a sink that is shared between threads locks by itself.
class Sink {
 public:
  virtual ~Sink() = default;
  // `line` ends with a newline.
  virtual void write(Level level, std::string_view line) = 0;
  // Hands over what is buffered.
  virtual void flush() {}
};

// Gathers lines and writes them to the descriptor when 32 KB have come together, on `flush`, and at
// once from warn on. Lines that the descriptor does not take are dropped: logging never blocks a
// call for ever.
std::unique_ptr<Sink> make_descriptor_sink(int descriptor);

// Cheap to copy. The sink and the clock must outlive every copy.
class Logger {
 public:
  Logger(Level level, Sink& sink, const Clock& clock)
      : level_(level), sink_(&sink), clock_(&clock) {}
  // A logger that says nothing, for tests.
  Logger() = default;

  bool enabled(Level level) const { return sink_ != nullptr && level >= level_; }

  // A logger whose lines carry one field more.
  Logger with(Field field) const;

  using Fields = std::initializer_list<Field>;
  void debug(std::string_view msg, Fields fields = {}) const { write(Level::debug, msg, fields); }
  void info(std::string_view msg, Fields fields = {}) const { write(Level::info, msg, fields); }
  void warn(std::string_view msg, Fields fields = {}) const { write(Level::warn, msg, fields); }
  void error(std::string_view msg, Fields fields = {}) const { write(Level::error, msg, fields); }

 private:
  void write(Level level, std::string_view msg, Fields fields) const;

  Level level_ = Level::error;
  Sink* sink_ = nullptr;
  const Clock* clock_ = nullptr;
  std::string fixed_;  // already encoded: `,"server":"gitlab"`
};

}  // namespace davit::log
