// Which entities an entitySelector means.
#pragma once

#include "sandbox/dynatrace/selector.h"

namespace davit::sandbox::dynatrace {

// The first criterion must be a type or ids: the vendor's document on entitySelector.
Or<std::vector<const Entity*>> select_entities(
    const Store& store, std::string_view selector, std::string_view parameter = "entitySelector"
);

}  // namespace davit::sandbox::dynatrace
