// The tools of pipelines and jobs that decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// pipeline_failures.cpp
Async<json::Value> get_pipeline_failures(connector::Invocation call);

// job_log.cpp
Async<json::Value> get_job_log(connector::Invocation call);

}  // namespace davit::connectors::gitlab
