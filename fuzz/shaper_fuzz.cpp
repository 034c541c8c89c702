// An upstream's answer, whatever it is, becomes a smaller one: no larger than its budget, without
// characters that a reader does not see, nothing in it that was not asked for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connector/budget.h"
#include "connector/projection.h"
#include "connector/text.h"

namespace {

using namespace davit;
using namespace davit::connector;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_texts(const json::Value& value) {
  if (auto const* text = value.if_string()) {
    require(without_invisible(json::view(*text)) == json::view(*text));
  } else if (auto const* array = value.if_array()) {
    for (auto const& element : *array) check_texts(element);
  } else if (auto const* object = value.if_object()) {
    for (auto const& member : *object) check_texts(member.value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  auto const value = json::parse(text);
  if (!value) return 0;

  Projection const some("a b.c? d@ e~40 names=f.g h{a b~20 d@} i.0.j");
  auto kept = some.apply(*value, {});
  check_texts(kept);
  if (auto const* object = kept.if_object()) {
    constexpr std::string_view kAsked = " a b d e names h i ";
    for (auto const& member : *object) {
      auto const name = ' ' + std::string(member.key()) + ' ';
      require(kAsked.find(name) != kAsked.npos);
    }
  }
  auto whole = Projection(Keep()).apply(*value, {});
  check_texts(whole);

  require(json_size(whole) >= json::to_text(whole).size());
  constexpr std::size_t kBudget = 200;
  if (auto const* array = whole.if_array(); array != nullptr && !array->empty()) {
    auto const fitting = count_that_fit(*array, kBudget);
    require(fitting >= 1 && fitting <= array->size());
  }
  auto const cut = shrink(whole, kBudget);
  require(json_size(whole) <= kBudget || !cut.empty());
  check_texts(whole);
  (void)to_point_in_time(*value);
  return 0;
}
