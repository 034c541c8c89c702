// Choices that would cost less, with how much.
#pragma once

#include "cost/ledger.h"

namespace davit::cost {

// The greatest saving first.
std::vector<Advice> advice(const Scene& scene);

}  // namespace davit::cost
