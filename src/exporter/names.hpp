// Names that are made of other names: handles, variables, folders.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace descopectl::exporter {

/// A handle made of a display name: ASCII letters in lower case, what is neither letter, digit, `.` nor `_`
/// as single dashes, letters beyond ASCII as they are. Empty where nothing is left.
[[nodiscard]] std::string make_handle(std::string_view name);

/// `wanted`, or `wanted-2`, `wanted-3`, ...: the first that is not in `taken`, where it is then put.
[[nodiscard]] std::string make_unique(std::string wanted, std::string_view joiner,
                                      std::set<std::string>& taken);

/// "CONNECTION_GOOGLE_CALENDAR_CLIENT_SECRET" of ("Connection", "google-calendar", "clientSecret").
[[nodiscard]] std::string make_variable(std::string_view kind, std::string_view handle,
                                        std::string_view field);

/// "inbound-apps" of "InboundApp".
[[nodiscard]] std::string folder_of(std::string_view kind);

}  // namespace descopectl::exporter
