// The file that 'plan --out' writes and 'apply FILE' reads: the plan's JSON document, and under
// `descopectl.saved` what it takes to tell whether it still holds. It holds no secret.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "descopectl/cli/options.hpp"
#include "descopectl/plan/saved.hpp"

namespace descopectl::cli {

struct Context;
struct Connected;
struct Planned;

/// Fingerprints of variables' values, by name.
using VariableDigests = std::map<std::string, std::string>;

/// What was read from such a file.
struct PlanFile {
  std::string name;  ///< as the user gave it
  std::string project_id;
  std::string base_url;
  std::vector<PlanFlag> flags;  ///< that the plan was made with
  VariableDigests variables;
  plan::ObjectDigests objects;
};

/// Reads the file; what is wrong with it is in the context's sink: `unreadable-file`, `damaged-plan`,
/// `not-a-plan`, `newer-plan`.
[[nodiscard]] std::optional<PlanFile> read_plan_file(Context& context, const std::string& name);

/// Writes the plan to the file that --out names, mode 0600, replacing what was there as a whole.
[[nodiscard]] Result<void> write_plan_file(Context& context, const Planned& planned,
                                           VariableDigests variables, diag::ExitStatus exit);

/// Of all that the run knows. Takes as long as fingerprints of secrets.
[[nodiscard]] boost::asio::awaitable<VariableDigests> digest_variables(const Context& context,
                                                                       const Connected& connected);

}  // namespace descopectl::cli
