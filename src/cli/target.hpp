// The project that a command works on: its API (or the sandbox's), its live state, its secrets.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "context.hpp"
#include "descopectl/api/management_api.hpp"
#include "descopectl/apply/apply.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/plan/plan.hpp"

namespace descopectl::cli {

/// Loads the manifests of the settings; none, with everything in the sink, where something is wrong.
[[nodiscard]] std::optional<model::DesiredState> load_desired(Context& context);

/// The same; what could be read is given back even where something is wrong.
[[nodiscard]] model::DesiredState load_what_is_there(Context& context);

/// The policy that settings and flags make.
[[nodiscard]] plan::Policy make_policy(const Context& context);

/// What the run is limited to. Everything wrong with it is in the context's sink.
[[nodiscard]] plan::Scope make_scope(Context& context, const model::DesiredState& desired,
                                     const model::RecordedState& recorded);

/// How any server is reached: time limits, trusted authorities. The address and the proxy are still to be
/// set.
[[nodiscard]] http::ClientOptions client_options(const Context& context);

/// Sets the way to `options.base_url`: through a proxy, unless it is on this machine.
[[nodiscard]] Result<void> take_proxy(Context& context, http::ClientOptions& options);

/// Numbers in [0, 1), by chance.
[[nodiscard]] std::function<double()> make_jitter();

/// "KIND/NAME" as a key; checked before.
[[nodiscard]] model::ObjectKey to_key(std::string_view address);

using diag::exit_of;

/// Runs `body` on an io_context with options for the API: of the real project, or of the sandbox, which is
/// started for the time of the run and kept in its file. A missing key or an unusable base URL is reported,
/// and its status given back, before `body` is called. The first SIGINT or SIGTERM is the
/// context's interruption and decides the status; the second one ends the program at once.
struct Connected {
  boost::asio::io_context& io;
  api::ApiOptions options;
};
using ConnectedBody = std::function<boost::asio::awaitable<diag::ExitStatus>(Connected&)>;
[[nodiscard]] diag::ExitStatus run_connected(Context& context, const ConnectedBody& body);

/// Has the secrets that can be had already taken out of all output from now on: a message may repeat one
/// before it is looked up for use, and what stands in a manifest may be repeated by one about another field.
void hide_secrets(Context& context, const model::DesiredState& desired);

/// The secrets of the objects in `scope` that could be looked up, and what is known of each before it is
/// sent.
struct SecretsRead {
  plan::SecretStatuses statuses;
  apply::SecretValues values;
};
[[nodiscard]] boost::asio::awaitable<SecretsRead> read_secrets(
    Context& context, boost::asio::any_io_executor executor, const plan::Scope& scope,
    const model::DesiredState& desired, const model::LiveState& live, const model::RecordedState& recorded,
    const std::string& project_id);

/// The key, in hexadecimal, of fingerprints in plans: of what the state, which has a key of its own, does not
/// hold. Two runs come to the same; short values cost as much to guess as those in the state.
[[nodiscard]] std::string fingerprint_key_of(std::string_view project_id);

/// Reports the secrets that the plan sends and that are not at hand; false where there are some.
[[nodiscard]] bool check_secrets(Context& context, const plan::Plan& plan, const apply::SecretValues& values);

}  // namespace descopectl::cli
