#include "infra/concerns.h"
#include "infra/network.h"

namespace davit::infra {

void add_store(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const& state = manifest.state;
  if (state.store != "valkey") return;
  stack.add(
      Layer::shared,
      "StoreSubnets",
      "AWS::ElastiCache::SubnetGroup",
      {{"Description", "Subnets of the store of " + stack.name()},
       {"SubnetIds", to_array(inner_subnets(parts.network))}}
  );
  auto const has_replicas = state.replicas > 0;
  stack.add(
      Layer::shared,
      "Store",
      "AWS::ElastiCache::ReplicationGroup",
      {{"ReplicationGroupDescription", "What the replicas of " + stack.name() + " share"},
       {"Engine", "valkey"},
       {"CacheNodeType", state.node},
       {"NumCacheClusters", state.replicas + 1},
       // A replica takes over from a primary that fails, and stands in another zone.
       {"AutomaticFailoverEnabled", has_replicas},
       {"MultiAZEnabled", has_replicas},
       {"CacheSubnetGroupName", ref_of("StoreSubnets")},
       {"SecurityGroupIds", json::Array{parts.groups.store}},
       {"Port", 6379},
       {"AtRestEncryptionEnabled", true},
       // Those who speak TLS may. davitd speaks plain redis:// as yet, so it cannot be required;
       // what keeps others out is the security group. From `preferred` to `required` a running
       // store goes in place (ElastiCache user guide, "Enabling in-transit encryption").
       {"TransitEncryptionEnabled", true},
       {"TransitEncryptionMode", "preferred"},
       {"AutoMinorVersionUpgrade", true},
       // Sessions and what is cached: nothing in it is worth keeping past the store.
       {"SnapshotRetentionLimit", 0}}
  );
  parts.store.url = concat({"redis://", attribute("Store", "PrimaryEndPoint.Address"), ":6379/0"});
}

}  // namespace davit::infra
