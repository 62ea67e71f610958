// The descriptors that the registry gathers: a new kind adds one line here and one in registry.cpp.
#pragma once

#include "descopectl/schema/kind.hpp"

namespace descopectl::kinds {

const schema::Kind& connection();
const schema::Kind& resource();
const schema::Kind& mcp_scope();
const schema::Kind& inbound_app();
const schema::Kind& resource_policy();
const schema::Kind& registration_template();
const schema::Kind& role();
const schema::Kind& permission();
const schema::Kind& user_attribute();

}  // namespace descopectl::kinds
