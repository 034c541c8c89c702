// Changes to the security groups are told, whoever makes them; a part of add_alarms.
#pragma once

#include "infra/parts.h"

namespace davit::infra {

void add_group_changes(const manifest::Manifest& manifest, const Parts& parts, Stack& stack);

}  // namespace davit::infra
