// Redis as text: addresses, commands and replies.
#include "mcp/store/redis_codec.h"

#include <gtest/gtest.h>

#include "mcp/store/redis.h"

namespace davit::mcp {
namespace {

// As "text|user|password|database", or the reason of the refusal.
std::string parsed(std::string_view url) {
  auto const address = parse_redis_url(url);
  if (!address) return address.error().message().substr(0, address.error().message().find(';'));
  auto const database = std::to_string(address->database);
  return address->text() + "|" + address->user + "|" + address->password.reveal() + "|" + database;
}

TEST(RedisUrl, IsReadInAllItsForms) {
  struct Row {
    std::string_view url;
    std::string_view expected;
  };
  constexpr Row kRows[] = {
      {"redis://127.0.0.1:6380", "127.0.0.1:6380|||0"},
      {"redis://cache.internal", "cache.internal:6379|||0"},
      {"redis://cache.internal/", "cache.internal:6379|||0"},
      {"redis://cache.internal:7000/12", "cache.internal:7000|||12"},
      {"redis://:secret@host", "host:6379||secret|0"},
      {"redis://davit:p%40ss%2F%3a@host:1/2", "host:1|davit|p@ss/:|2"},
      {"redis://davit:a@b@host", "host:6379|davit|a@b|0"},
      {"redis://[::1]:6380/1", "[::1]:6380|||1"},
      {"redis://[::1]", "[::1]:6379|||0"},
      {"unix:///run/redis/redis.sock", "/run/redis/redis.sock|||0"},
      {"unix:///run/odd@name:1", "/run/odd@name:1|||0"},
      {"unix://davit:secret@/run/redis.sock", "/run/redis.sock|davit|secret|0"},
      {"rediss://host", "TLS (rediss://) is not supported"},
      {"http://host", "not the URL of a store"},
      {"host:6379", "not the URL of a store"},
      {"", "not the URL of a store"},
      {"redis://", "no host"},
      {"redis://:6379", "no host"},
      {"redis://host:", "no port number"},
      {"redis://host:65536", "no port number"},
      {"redis://host:12x", "no port number"},
      {"redis://[::1]6379", "no colon between host and port"},
      {"redis://[::1", "a bracket that is not closed"},
      {"redis://host/x", "no database number"},
      {"redis://host/-1", "no database number"},
      {"redis://davit@host", "a user without a password"},
      {"redis://davit:50%@host", "a percent sign without two hex digits"},
      {"redis://davit:50%4g@host", "a percent sign without two hex digits"},
      {"unix://run/redis.sock", "no path that begins with a slash"},
  };
  for (auto const& [url, expected] : kRows) EXPECT_EQ(parsed(url), expected) << url;
}

TEST(RedisCommand, HoldsAnyBytes) {
  EXPECT_EQ(encode_command({"PING"}), "*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(
      encode_command({"SET", "", std::string_view("a\0\r\n", 4)}),
      std::string("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\na\0\r\n\r\n", 29)
  );
}

std::string text_of(const RedisReply& reply) {
  switch (reply.type) {
    case ReplyType::nil: return "nil";
    case ReplyType::text: return "'" + reply.text + "'";
    case ReplyType::integer: return std::to_string(reply.integer);
    case ReplyType::error: return "!" + reply.text;
    case ReplyType::array: break;
  }
  std::string all = "[";
  for (auto const& element : reply.elements) all += text_of(*element) + " ";
  return all + "]";
}

// The replies in `bytes`, one a line, and then the error, if there is one.
std::string read_in_pieces(std::string_view bytes, std::size_t piece, std::size_t limit = 1000) {
  auto const reader = make_reply_reader(limit);
  std::string all;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    if (auto fed = reader->feed(bytes.substr(0, piece)); !fed) return all + fed.error().message();
    while (true) {
      auto const reply = reader->next();
      if (!reply) return all + std::string(to_string(reply.error().kind()));
      if (!*reply) break;
      all += text_of(**reply) + "\n";
    }
  }
  return all;
}

TEST(ReplyReader, ReadsRepliesHoweverTheBytesCome) {
  constexpr std::string_view kBytes =
      "+OK\r\n-ERR no\r\n:-42\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n$4\r\na\r\nb\r\n"
      "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nt\r\n$-1\r\n:7\r\n";
  for (std::size_t const piece : {1U, 2U, 3U, 7U, 1000U}) {
    EXPECT_EQ(
        read_in_pieces(kBytes, piece),
        "'OK'\n!ERR no\n-42\nnil\nnil\n''\n[]\n'a\r\nb'\n[['1-0' ['t' nil ] ] 7 ]\n"
    );
  }
}

TEST(ReplyReader, RefusesWhatIsNotTheProtocol) {
  for (auto const* bytes :
       {"HTTP/1.1 400 Bad Request\r\n\r\n",
        "\r\n\r\n",
        "*2000000000\r\n:1\r\n",
        "*1000000\r\n*1000000\r\n*1000000\r\n",
        "*-7\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
        ",3.14\r\n",
        "#t\r\n"}) {
    EXPECT_EQ(read_in_pieces(bytes, 1000), "protocol") << bytes;
    EXPECT_EQ(read_in_pieces("*2\r\n+first\r\n" + std::string(bytes), 1000), "protocol") << bytes;
  }
}

TEST(ReplyReader, RefusesAReplyAboveItsLimitButNotManySmallOnes) {
  auto const large = "$900\r\n" + std::string(900, 'x') + "\r\n";
  auto const too_large = "$999999999\r\n" + std::string(1000, 'x');
  std::string many;
  for (int i = 0; i < 1000; ++i) many += ":1\r\n";
  EXPECT_EQ(read_in_pieces(large + large + large, 100).size(), 3 * 903U);
  EXPECT_EQ(read_in_pieces(many, 4000).size(), 2000U);
  EXPECT_EQ(read_in_pieces(large + too_large, 100).substr(903), "unavailable");
  EXPECT_EQ(read_in_pieces("*1000\r\n" + many, 100), "unavailable");
}

}  // namespace
}  // namespace davit::mcp
