#include "infra/collector.h"

#include "infra/container_definition.h"

namespace davit::infra {
namespace {

// The AWS distribution of the OpenTelemetry collector.
constexpr std::string_view kImage = "public.ecr.aws/aws-observability/aws-otel-collector:v0.45.1";
constexpr int kCpu = 32;      // units of 1/1024 vCPU
constexpr int kMemory = 192;  // MiB; the collector refuses spans before it reaches them
constexpr int kSpans = 128;   // MiB

// Spans as they are, for CloudWatch's own endpoint (CloudWatch user guide, "OTLP endpoints").
json::Object otlp_exporter() {
  return {
      {"traces_endpoint", "https://xray.${AWS::Region}.${AWS::URLSuffix}/v1/traces"},
      {"auth", json::Object{{"authenticator", "sigv4auth"}}}
  };
}

json::Object receivers() {
  return {
      {"otlp",
       json::Object{
           {"protocols",
            json::Object{
                {"grpc", json::Object{{"endpoint", "127.0.0.1:4317"}}},
                {"http", json::Object{{"endpoint", "127.0.0.1:4318"}}}
            }}
       }}
  };
}

json::Object processors() {
  return {
      {"memory_limiter", json::Object{{"check_interval", "1s"}, {"limit_mib", kSpans}}},
      {"resourcedetection", json::Object{{"detectors", json::Array{"env", "ecs"}}}},
      {"batch", json::Object{{"timeout", "1s"}, {"send_batch_size", 50}}}
  };
}

// JSON, which is YAML too.
std::string configuration(bool is_xray) {
  auto const* const exporter = is_xray ? "awsxray" : "otlphttp";
  json::Object pipeline{
      {"receivers", json::Array{"otlp"}},
      {"processors", json::Array{"memory_limiter", "resourcedetection", "batch"}},
      {"exporters", json::Array{exporter}}
  };
  json::Object service{{"pipelines", json::Object{{"traces", std::move(pipeline)}}}};
  json::Object whole{{"receivers", receivers()}, {"processors", processors()}};
  whole["exporters"] = json::Object{{exporter, is_xray ? json::Object() : otlp_exporter()}};
  if (!is_xray) {
    service["extensions"] = json::Array{"sigv4auth"};
    whole["extensions"] =
        json::Object{{"sigv4auth", json::Object{{"region", "${AWS::Region}"}, {"service", "xray"}}}
        };
  }
  whole["service"] = std::move(service);
  return json::to_text(whole);
}

}  // namespace

// Nothing waits for it and nothing ends with it: a server without traces serves.
json::Object collector_definition(const manifest::Manifest& manifest, const Value& log_group) {
  auto const is_xray = manifest.traces == manifest::Traces::xray;
  json::Object const content{
      {"Name", "AOT_CONFIG_CONTENT"}, {"Value", substitute(configuration(is_xray))}
  };
  return {
      {"Name", "collector"},
      {"Image", kImage},
      {"Essential", false},
      {"RestartPolicy", json::Object{{"Enabled", true}}},
      {"Cpu", kCpu},
      {"Memory", kMemory},
      {"Environment", json::Array{content}},
      {"LogConfiguration", log_configuration(log_group, "collector")},
      {"ReadonlyRootFilesystem", manifest.service.read_only_root && !manifest.service.exec},
      {"LinuxParameters",
       json::Object{
           {"InitProcessEnabled", true},
           {"Capabilities", json::Object{{"Drop", json::Array{"ALL"}}}}
       }}
  };
}

}  // namespace davit::infra
