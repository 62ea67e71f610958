// Which actions of a plan can share one request (sheet 5, 6.1, 9).
#pragma once

#include <cstddef>

#include "descopectl/plan/plan.hpp"

namespace descopectl::apply {

/// So many objects are sent in one request at most.
inline constexpr std::size_t kMostInBatch = 100;

/// The call that does this to many objects at once; null: there is none. Actions with the same call may go
/// together.
[[nodiscard]] const schema::Endpoint* find_batch_call(const plan::Action& action, plan::Part part);

}  // namespace descopectl::apply
