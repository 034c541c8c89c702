#include "connector/paging.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::connector {
namespace {

using Kind = Paging::Kind;

std::optional<std::string> inside(std::string_view url) {
  constexpr std::string_view kBase = "https://api.example.com";
  if (url.starts_with(kBase)) url.remove_prefix(kBase.size());
  if (!url.starts_with('/')) return std::nullopt;
  return std::string(url);
}

// "GET /x?a=1", with the body of a POST behind it; what ended the list in parentheses.
std::string next_of(
    const Paging& paging,
    const ApiRequest& request,
    std::string_view body,
    std::size_t rows = 2,
    const http::Headers& headers = {}
) {
  auto const parsed = *json::parse(body);
  auto const next = next_page(paging, request, headers, parsed, rows, inside);
  auto text = next.request           ? next.request->target + next.request->body
              : next.is_outside      ? "(outside)"
              : next.is_over_ceiling ? "(ceiling)"
                                     : "(end)";
  if (next.total) text += " of " + std::to_string(*next.total);
  return text;
}

const ApiRequest kGet{.target = "/things?kind=a&fields=x&limit=2"};
const ApiRequest kPost{
    .method = http::Method::post, .target = "/search", .body = R"({"q":"a","limit":2})"
};

TEST(Paging, ALinkHeaderIsTakenAsItStands) {
  http::Headers const there{{"Link", "<https://api.example.com/things?page=2>; rel=\"next\""}};
  http::Headers const away{{"Link", "<https://evil.example.com/things?page=2>; rel=\"next\""}};
  EXPECT_EQ(next_of(kLinkHeader, kGet, "[]", 2, there), "/things?page=2");
  EXPECT_EQ(next_of(kLinkHeader, kGet, "[]", 2, away), "(outside)");
  EXPECT_EQ(next_of(kLinkHeader, kGet, "[]"), "(end)");
  EXPECT_EQ(next_of(kLinkHeader, {.target = "/things?page=2"}, "[]", 2, there), "(end)");
}

TEST(Paging, ALinkInTheBodyMayBeginAtTheRoot) {
  Paging const paging{.kind = Kind::body_link, .next = "_links.next"};
  EXPECT_EQ(next_of(paging, kGet, R"({"_links":{"next":"/wiki/x?cursor=b"}})"), "/wiki/x?cursor=b");
  EXPECT_EQ(
      next_of(paging, kGet, R"({"_links":{"next":"https://evil.example.com/"}})"), "(outside)"
  );
  EXPECT_EQ(next_of(paging, kGet, R"({"_links":{"next":null}})"), "(end)");
}

TEST(Paging, ATokenGoesIntoTheSameRequest) {
  Paging const paging{.kind = Kind::token, .next = "nextPageToken", .param = "pageToken"};
  EXPECT_EQ(
      next_of(paging, kGet, R"({"nextPageToken":"a b"})"),
      "/things?kind=a&fields=x&limit=2&pageToken=a%20b"
  );
  EXPECT_EQ(
      next_of(paging, kPost, R"({"nextPageToken":"n"})"),
      R"(/search{"q":"a","limit":2,"pageToken":"n"})"
  );
  EXPECT_EQ(next_of(paging, kPost, R"({"isLast":true})"), "(end)");
  EXPECT_EQ(next_of(paging, kPost, R"({"nextPageToken":false})"), "(end)");
  auto const huge = fmt::format(R"({{"nextPageToken":"{:x>9000}"}})", "");
  EXPECT_EQ(next_of(paging, kPost, huge), "(outside)");
}

TEST(Paging, AKeyGoesAloneButForWhatMayStay) {
  Paging const paging{
      .kind = Kind::key,
      .next = "nextPageKey",
      .param = "nextPageKey",
      .stay = "fields",
      .total = "totalCount"
  };
  EXPECT_EQ(
      next_of(paging, kGet, R"({"nextPageKey":"k+","totalCount":9})"),
      "/things?fields=x&nextPageKey=k%2B of 9"
  );
}

TEST(Paging, AnOffsetCountsTheRowsThatCame) {
  Paging const flagged{.kind = Kind::offset, .param = "offset", .more = "more", .ceiling = 5};
  EXPECT_EQ(next_of(flagged, kGet, R"({"more":true})"), "/things?kind=a&fields=x&limit=2&offset=2");
  EXPECT_EQ(next_of(flagged, kGet, R"({"more":false})"), "(end)");
  EXPECT_EQ(next_of(flagged, {.target = "/t?offset=4"}, R"({"more":true})"), "(ceiling)");

  Paging const counted{
      .kind = Kind::offset, .param = "startAt", .total = "total", .last = "isLast"
  };
  EXPECT_EQ(next_of(counted, {.target = "/t"}, R"({"total":5})"), "/t?startAt=2 of 5");
  EXPECT_EQ(next_of(counted, {.target = "/t?startAt=3"}, R"({"total":5})"), "(end) of 5");
  EXPECT_EQ(next_of(counted, {.target = "/t"}, R"({"isLast":false})"), "/t?startAt=2");
  EXPECT_EQ(next_of(counted, {.target = "/t"}, R"({"isLast":true,"total":50})"), "(end) of 50");
  // A page without rows would be asked for again and again.
  EXPECT_EQ(next_of(counted, {.target = "/t"}, R"({"isLast":false})", 0), "(end)");
}

}  // namespace
}  // namespace davit::connector
