// Lookups: from names, e-mail addresses and numbers to sys_ids.
#pragma once

#include "connector/lookup.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {

// gs.getUserID() is the way to ask for oneself over REST; it is ours, none of the model's.
inline constexpr connector::Lookup kUserLookup{
    .what = "user",
    .path =
        "/api/now/table/sys_user?sysparm_query=user_name={.value}%5EORemail={.value}"
        "%5EORname={.value}%5EORnameSTARTSWITH{.value}%5EORDERBYname"
        "&sysparm_fields=sys_id,name,user_name,email&sysparm_limit=25",
    .root = "result",
    .id = "sys_id",
    .names = "user_name email name",
    .is_id = is_sys_id,
    .self_path =
        "/api/now/table/sys_user?sysparm_query=sys_id=javascript:gs.getUserID()"
        "&sysparm_fields=sys_id,name,user_name&sysparm_limit=1",
    .self_id = "result.0.sys_id",
};
inline constexpr connector::Lookup kGroupLookup{
    .what = "group",
    .path =
        "/api/now/table/sys_user_group?sysparm_query=nameLIKE{.value}%5EORDERBYname"
        "&sysparm_fields=sys_id,name&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kCiLookup{
    .what = "configuration item",
    .path =
        "/api/now/table/cmdb_ci?sysparm_query=name={.value}%5EORnameSTARTSWITH{.value}"
        "%5EORDERBYname&sysparm_fields=sys_id,name,sys_class_name&sysparm_limit=25",
    .root = "result",
    .id = "sys_id",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kServiceLookup{
    .what = "service",
    .path =
        "/api/now/table/cmdb_ci_service?sysparm_query=nameLIKE{.value}%5EORDERBYname"
        "&sysparm_fields=sys_id,name&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kIncidentLookup{
    .what = "incident",
    .path =
        "/api/now/table/incident?sysparm_query=number={.value}"
        "&sysparm_fields=sys_id,number&sysparm_limit=2",
    .root = "result",
    .id = "sys_id",
    .names = "number",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kChangeLookup{
    .what = "change",
    .path =
        "/api/now/table/change_request?sysparm_query=number={.value}"
        "&sysparm_fields=sys_id,number&sysparm_limit=2",
    .root = "result",
    .id = "sys_id",
    .names = "number",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kProblemLookup{
    .what = "problem",
    .path =
        "/api/now/table/problem?sysparm_query=number={.value}"
        "&sysparm_fields=sys_id,number&sysparm_limit=2",
    .root = "result",
    .id = "sys_id",
    .names = "number",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kKnowledgeBaseLookup{
    .what = "knowledge base",
    .path =
        "/api/now/table/kb_knowledge_base?sysparm_query=titleLIKE{.value}%5EORDERBYtitle"
        "&sysparm_fields=sys_id,title&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .names = "title",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kCatalogLookup{
    .what = "catalog",
    .path =
        "/api/now/table/sc_catalog?sysparm_query=titleLIKE{.value}%5EORDERBYtitle"
        "&sysparm_fields=sys_id,title&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .names = "title",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kCategoryLookup{
    .what = "category",
    .path =
        "/api/now/table/sc_category?sysparm_query=titleLIKE{.value}%5EORDERBYtitle"
        "&sysparm_fields=sys_id,title&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .names = "title",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kItemLookup{
    .what = "catalog item",
    .path =
        "/api/now/table/sc_cat_item?sysparm_query=active=true%5EnameLIKE{.value}%5EORDERBYname"
        "&sysparm_fields=sys_id,name&sysparm_limit=50",
    .root = "result",
    .id = "sys_id",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kTemplateLookup{
    .what = "template",
    .path =
        "/api/sn_chg_rest/change/standard/template?sysparm_query=nameLIKE{.value}"
        "&sysparm_limit=100",
    .root = "result",
    .id = "sys_id.value",
    .names = "name.value",
    .is_id = is_sys_id,
};
inline constexpr connector::Lookup kModelLookup{
    .what = "model",
    .path = "/api/sn_chg_rest/change/model?sysparm_query=nameLIKE{.value}&sysparm_limit=100",
    .root = "result",
    .id = "sys_id.value",
    .names = "name.value",
    .is_id = is_sys_id,
};

}  // namespace davit::connectors::servicenow
