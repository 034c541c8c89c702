// What no single row of the settings can say: which values do not fit together. For the loader
// only.
#pragma once

#include "app/settings.h"

namespace davit::app {

// Adds what is wrong to the report, fills in what follows from other values, and marks servers that
// cannot run.
void check_settings(Settings& settings, config::Report& report);

}  // namespace davit::app
