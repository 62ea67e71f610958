// Small questions about actions and their records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/kind.hpp"
#include "run.hpp"

namespace descopectl::apply {

/// "'RS1' and 'RS2'".
[[nodiscard]] std::string quote_ids(const std::vector<std::string>& ids);

/// Tells whether a live object is still as it was.
[[nodiscard]] std::string digest_live(const schema::Kind& kind, const json::object& body);

/// True for an update that takes our last items out of somebody else's object: nothing of it is ours
/// afterwards.
[[nodiscard]] bool is_withdrawal(const plan::Action& action);

/// A secret that the call does not take is not there yet: the state says so, so that it is sent whatever
/// happens before the update that brings it.
void forget_untaken(const schema::CreateVariant& variant, model::RecordedObject& record);

/// The service refused a field that it does not know (E011001): where the body carried such fields of live's,
/// the outcome becomes `would-drop-field` and names them with the flag that leaves them out.
void explain_unknown_field(const plan::Action& action, const Error& error, ActionOutcome& outcome);

/// A conflict over a name that another live object has: the outcome's hint says which has it, and what to do.
void explain_taken_name(const Run& run, const plan::Action& action, ActionOutcome& outcome);

}  // namespace descopectl::apply
