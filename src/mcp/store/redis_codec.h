// The Redis protocol (RESP 2) as bytes. hiredis is the engine and stays inside redis.cpp.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::mcp {

enum class ReplyType { nil, text, integer, array, error };

struct RedisReply {
  ReplyType type = ReplyType::nil;
  std::string text;  // of text and error
  std::int64_t integer = 0;
  std::vector<std::unique_ptr<RedisReply>> elements;  // none is null
};

// Takes the bytes of one connection apart.
class ReplyReader {
 public:
  virtual ~ReplyReader() = default;
  // Call `next` until it has nothing before more is fed. Errors: protocol.
  virtual Result<> feed(std::string_view bytes) = 0;
  // The next whole reply; nothing when more bytes are needed. Errors, after which nothing more can
  // be read: protocol for what is not RESP 2, unavailable for a reply above the allowed bytes.
  virtual Result<std::unique_ptr<RedisReply>> next() = 0;
};

std::unique_ptr<ReplyReader> make_reply_reader(std::size_t max_reply_bytes);

// Words may hold any bytes.
std::string encode_command(const std::vector<std::string_view>& words);

}  // namespace davit::mcp
