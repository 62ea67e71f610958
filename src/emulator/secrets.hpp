// The named secrets of an inbound app, kept among its hidden members.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "project.hpp"

namespace descopectl::emulator {

/// The name of the secret that an app is made with. Our own choice.
inline constexpr std::string_view kDefaultSecret = "default";

/// `expire_time` in epoch seconds; 0: never.
const json::object& add_secret(Project& project, json::object& hidden, std::string_view name,
                               std::int64_t expire_time, std::string_view value);

/// The secret of that name, or null.
[[nodiscard]] const json::object* find_secret(const json::object& hidden, std::string_view name);

}  // namespace descopectl::emulator
