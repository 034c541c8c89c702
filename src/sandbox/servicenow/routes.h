// Routes: the tables that stand at the end of each API's file.
#pragma once

#include <span>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

using Routes = std::span<const Route<World>>;

Routes table_routes();
Routes stats_routes();
Routes attachment_routes();
Routes cmdb_routes();
Routes change_routes();
Routes change_process_routes();
Routes catalog_routes();
Routes knowledge_routes();
Routes import_routes();

}  // namespace davit::sandbox::servicenow
