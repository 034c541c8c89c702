// The tools of pipelines and jobs that decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// pipeline_failures.cpp
// GitLab answers 403 for the latest pipeline of a ref that has none; any other refusal stays.
Error explain_no_latest(const Error& refusal);
Async<json::Value> get_pipeline_failures(connector::Invocation call);

// job_log.cpp
Async<json::Value> get_job_log(connector::Invocation call);

// artifact.cpp
Async<json::Value> get_job_artifact(connector::Invocation call);

}  // namespace davit::connectors::gitlab
