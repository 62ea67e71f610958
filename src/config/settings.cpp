// Laying flags over variables over descopectl.yaml over defaults.
#include "descopectl/config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/config/target.hpp"

namespace descopectl::config {
namespace {

namespace fs = std::filesystem;

/// "descopectl.yaml:3:12".
std::string place_of(const diag::Span& span, const diag::SourceTable& sources) {
  const auto begin = sources.begin_of(span);
  return fmt::format("{}:{}:{}", sources.name(span.source), begin.line, begin.column);
}

/// `path` without "." and inner "..", and without the slash at its end.
fs::path normal(const fs::path& path) {
  auto out = path.lexically_normal();
  if (!out.has_filename() && out.has_parent_path() && out.has_relative_path()) out = out.parent_path();
  return out;
}

/// The value of a key: the environment's where it is written there, else the file's.
template <class Value>
const Value& pick(const Layer& base, const Layer* environment, Value Layer::* key) {
  if (environment != nullptr && environment->*key) return environment->*key;
  return base.*key;
}

/// The word of a key as its enumeration; rows list words in the order of the enumerators.
template <class Enum>
void take_word(const Word& word, Enum& target) {
  if (word) target = static_cast<Enum>(word->value);
}

void take_number(const Number& number, std::int64_t& target) {
  if (number) target = number->value;
}

template <class Duration>
void take_number(const Number& number, Duration& target) {
  if (number) target = Duration(number->value);
}

/// One setting that names the target: who may say it, and what it must be.
struct TargetSetting {
  std::string_view flag;                               ///< "--project-id"
  std::string_view flag_variable;                      ///< "DESCOPECTL_PROJECT_ID"
  std::vector<std::string_view> variables;             ///< strongest first
  std::string_view key;                                ///< "projectId"
  Result<std::string> (*normalise)(std::string_view);  ///< the error's message is the rest of a sentence
};

Result<std::string> normalise_project_id(std::string_view text) {
  auto wrong = check_project_id(text);
  if (!wrong.empty()) return Error(ErrorKind::kInvalidInput, std::move(wrong));
  return std::string(text);
}

Result<std::string> normalise_base_url(std::string_view text) {
  auto url = parse_base_url(text);
  if (!url) return url.error();
  return std::move(url->text);
}

/// Does the work of resolve_settings, one part a function.
class Resolver {
 public:
  Resolver(const Overrides& overrides, const Needs& needs, const Surroundings& surroundings,
           diag::SourceTable& sources, diag::Sink& sink)
      : overrides_(overrides), needs_(needs), surroundings_(surroundings), sources_(sources), sink_(sink) {}

  Resolution run() {
    const auto before = sink_.error_count();
    take_flags();
    if (find_working_folder()) {
      load_file();
      if (choose_environment()) {
        take_keys();
        take_variables();
        take_roots();
        take_state();
        take_target();
      }
    }
    if (sink_.error_count() > before + refusals_) {
      status_ = diag::stronger(status_, diag::ExitStatus::kInvalidInput);
    }
    return {std::move(settings_), status_};
  }

 private:
  void take_flags() {
    settings_.has_strict_references = overrides_.strict_references;
    settings_.is_sandbox = overrides_.sandbox;
    settings_.working_folder = overrides_.chdir;
    settings_.management_key_file = from_working_folder(overrides_.management_key_file).string();
    auto& network = settings_.network;
    network.ca_file = from_working_folder(overrides_.ca_file).string();
    network.is_insecure_allowed = overrides_.allow_insecure;
    network.ssl_cert_file = variable("SSL_CERT_FILE");
    network.ssl_cert_dir = variable("SSL_CERT_DIR");
    network.https_proxy = model::Secret(variable("HTTPS_PROXY"));
    if (network.https_proxy.empty()) network.https_proxy = model::Secret(variable("https_proxy"));
    network.no_proxy = variable("NO_PROXY");
    if (network.no_proxy.empty()) network.no_proxy = variable("no_proxy");
  }

  /// The variable's value; unset and empty are one: CI systems set what they have no value for to "".
  std::string variable(std::string_view name) const {
    return surroundings_.environment.find(name).value_or("");
  }

  fs::path from_working_folder(const std::string& path) const {
    if (path.empty() || path == "-") return path;
    return settings_.working_folder / path;
  }

  /// Makes the working folder absolute, links resolved, so that walking up and root names agree for every
  /// spelling.
  bool find_working_folder() {
    std::error_code error;
    working_folder_ = surroundings_.current_folder;
    if (overrides_.chdir.empty()) return true;
    working_folder_ = fs::canonical(surroundings_.current_folder / overrides_.chdir, error);
    if (!error && fs::is_directory(working_folder_, error)) return true;
    sink_.error("invalid-value", {},
                fmt::format("--chdir: '{}' is no folder", base::printable(overrides_.chdir)));
    return false;
  }

  void load_file() {
    fs::path path;
    if (!overrides_.config.empty()) {
      path = from_working_folder(overrides_.config);
      std::error_code error;
      file_folder_ = fs::weakly_canonical(surroundings_.current_folder / path, error).parent_path();
    } else if (const auto found = find_config(working_folder_)) {
      file_folder_ = found->parent_path();
      path = file_folder_ == working_folder_ ? from_working_folder(std::string(kConfigFileName))
                                             : found->lexically_relative(surroundings_.current_folder);
    } else {
      file_folder_ = working_folder_;
      return;
    }
    settings_.config_file = path;
    file_ = load_config(path, sources_, sink_);
    is_file_broken_ = !file_;
  }

  /// False where going on would only bring errors that follow from the first.
  bool choose_environment() {
    const auto& name = overrides_.environment;
    settings_.environment = name;
    if (is_file_broken_) return false;
    if (!file_) {
      if (name.empty()) return true;
      sink_.error("unknown-environment", {},
                  fmt::format("--env {}: there is no descopectl.yaml here or above, so no environments",
                              base::printable(name)));
      return false;
    }
    if (name.empty()) return go_without_environment();
    environment_ = file_->find_environment(name);
    if (environment_ != nullptr) return true;
    const auto known = environment_names();
    const auto nearest = base::find_nearest(name, known);
    const auto list = known.empty() ? "has no environments" : "has " + base::join_words(known);
    sink_.error("unknown-environment", {},
                fmt::format("unknown environment '{}': {} {}", base::printable(name), config_name(), list),
                nearest ? fmt::format("did you mean '{}'?", *nearest) : "");
    return false;
  }

  bool go_without_environment() {
    if (!needs_.writes || file_->environments.empty()) {
      const auto there_are = environment_names();
      settings_.unchosen_environments.assign(there_are.begin(), there_are.end());
      return true;
    }
    sink_.error("environment-needed", {},
                fmt::format("{} has environments, and a command that writes needs one of them: {}",
                            config_name(), base::join_words(environment_names(), " or ")),
                fmt::format("add --env {}", file_->environments.front().first));
    return false;
  }

  std::vector<std::string_view> environment_names() const {
    std::vector<std::string_view> names;
    for (const auto& [name, layer] : file_->environments)
      names.emplace_back(name);
    return names;
  }

  std::string config_name() const { return base::printable(settings_.config_file->string()); }

  template <class Value>
  const Value& key(Value Layer::* member) const {
    static const Layer kNothing;
    return pick(file_ ? file_->base : kNothing, environment_, member);
  }

  void take_keys() {
    take_word(key(&Layer::adopt), settings_.adopt);
    take_word(key(&Layer::inbound_api), settings_.inbound_api);
    if (const auto& format = key(&Layer::connection_scope_format)) {
      settings_.connection_scope_format = static_cast<ConnectionScopeFormat>(format->value);
    }
    take_number(key(&Layer::max_deletes), settings_.limits.max_deletes);
    take_number(key(&Layer::max_delete_percent), settings_.limits.max_delete_percent);
    auto& http = settings_.http;
    take_number(key(&Layer::parallelism), http.parallelism);
    take_number(key(&Layer::timeout_seconds), http.timeout);
    take_number(key(&Layer::retries), http.retries);
    take_number(key(&Layer::retry_base_milliseconds), http.retry_base);
    take_number(key(&Layer::retry_seconds), http.retry_budget);
    take_number(key(&Layer::settle_seconds), http.settle);
    take_number(key(&Layer::requests_per_minute), http.requests_per_minute);
    if (overrides_.parallelism) http.parallelism = *overrides_.parallelism;
    if (const auto& prune = key(&Layer::prune)) {
      settings_.prune = prune->value;
      check_kinds(prune->value);
    }
  }

  void check_kinds(const PruneRule& rule) {
    const std::vector<std::string_view> known(surroundings_.kinds.begin(), surroundings_.kinds.end());
    if (known.empty()) return;
    for (const auto& kind : rule.kinds) {
      if (std::find(known.begin(), known.end(), kind.value) != known.end()) continue;
      const auto nearest = base::find_nearest(kind.value, known);
      sink_.error("unknown-kind", kind.span, fmt::format("unknown kind '{}'", base::printable(kind.value)),
                  nearest ? fmt::format("did you mean '{}'?", *nearest)
                          : fmt::format("known kinds: {}", base::join_words(known)));
    }
  }

  void take_variables() {
    if (file_) {
      for (const auto& [name, value] : file_->base.variables)
        settings_.variables[name] = value.value;
    }
    if (environment_ != nullptr) {
      for (const auto& [name, value] : environment_->variables)
        settings_.variables[name] = value.value;
    }
    for (const auto& assignment : overrides_.variables) {
      const auto equals = assignment.find('=');
      const std::string name = assignment.substr(0, equals);
      if (!settings_.variables.contains(name)) settings_.undeclared_variables.push_back(name);
      settings_.variables[name] = equals == std::string::npos ? "" : assignment.substr(equals + 1);
    }
  }

  /// A root's name in the state, from its absolute path.
  std::string root_name(const fs::path& absolute) const {
    if (!is_anchored_by_state())
      return normal(normal(absolute).lexically_relative(normal(file_folder_))).string();
    std::error_code error;
    const fs::path real = fs::weakly_canonical(absolute, error);
    return normal((error ? normal(absolute) : normal(real)).lexically_relative(find_anchor())).string();
  }

  bool is_anchored_by_state() const { return !settings_.config_file && !overrides_.state.empty(); }

  /// What the names of roots start from where there is no file: the same for one state, wherever it is used
  /// from.
  fs::path find_anchor() const {
    std::error_code error;
    const fs::path state = fs::weakly_canonical(working_folder_ / overrides_.state, error);
    if (error) return file_folder_;
    for (fs::path folder = state.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
      if (folder.filename() == kOwnFolder) return folder.parent_path();
    return state.parent_path();
  }

  void add_root(ManifestRoot root) {
    const auto is_same = [&](const ManifestRoot& other) { return other.name == root.name; };
    if (std::none_of(settings_.roots.begin(), settings_.roots.end(), is_same))
      settings_.roots.push_back(root);
  }

  void take_roots() {
    for (const auto& filename : overrides_.filenames) {
      if (filename == "-") {
        add_root({.path = "-", .name = "-", .span = {}, .is_overlay = false});
      } else {
        auto name = root_name(working_folder_ / filename);
        const bool is_overlay = stands_in_environment_alone(name);
        add_root({normal(from_working_folder(filename)), std::move(name), {}, is_overlay});
      }
    }
    const auto& manifests = key(&Layer::manifests);
    if (overrides_.filenames.empty() && manifests) {
      for (const auto& entry : *manifests) {
        auto name = root_name(file_folder_ / entry.value);
        const bool is_overlay = stands_in_environment_alone(name);
        add_root({normal(file_->folder / entry.value), std::move(name), entry.span, is_overlay});
      }
    }
    if (needs_.manifests && settings_.roots.empty()) report_no_manifests();
  }

  /// Whether the root is, or lies in, what the environment lists and the top of the file does not.
  bool stands_in_environment_alone(const std::string& name) const {
    if (environment_ == nullptr || !environment_->manifests) return false;
    const auto listed_name = [&](const auto& entry) { return root_name(file_folder_ / entry.value); };
    const auto& base = file_->base.manifests;
    return std::any_of(
        environment_->manifests->begin(), environment_->manifests->end(), [&](const auto& mine) {
          const std::string listed = listed_name(mine);
          if (name != listed && !name.starts_with(listed + "/")) return false;
          return !base || std::none_of(base->begin(), base->end(),
                                       [&](const auto& entry) { return listed_name(entry) == listed; });
        });
  }

  void report_no_manifests() {
    const std::string why = file_ ? fmt::format("{} names no 'manifests'", config_name())
                                  : "there is no descopectl.yaml here or above";
    sink_.error("no-manifests", {}, fmt::format("no manifests to work on: {}", why),
                "name files or folders with -f PATH, or list them under 'manifests' in descopectl.yaml",
                diag::Mark::kMayLackEnvironment);
  }

  void take_state() {
    const auto prefix =
        settings_.config_file ? settings_.config_file->parent_path() : settings_.working_folder;
    auto folder = prefix / kOwnFolder;
    if (environment_ != nullptr) folder /= settings_.environment;
    settings_.sandbox_file = normal(folder / "sandbox.json");
    auto& state = settings_.state;
    take_word(key(&Layer::state_backend), state.backend);
    check_address_counts();
    const auto& path = key(&Layer::state_path);
    if (!overrides_.state.empty()) {
      state.backend = StateBackend::kLocal;
      state.path = normal(from_working_folder(overrides_.state));
    } else if (settings_.is_sandbox) {
      if (state.backend == StateBackend::kHttp) state.backend = StateBackend::kLocal;
      state.path = normal(folder / "sandbox-state.json");  // never the real project's
    } else if (state.backend == StateBackend::kHttp) {
      take_remote_state();
    } else {
      state.path = normal(path ? prefix / path->value : folder / "state.json");
    }
  }

  /// With a backend that somebody chose, an address may be meant for another environment.
  void check_address_counts() {
    const auto& address = key(&Layer::state_address);
    if (!address || key(&Layer::state_backend)) return;
    sink_.error(
        "missing-key", address->span,
        "'state.address' has no effect without 'state.backend: http': the state would be a local file",
        "add 'backend: http' beside it, or remove it");
  }

  void take_remote_state() {
    auto& state = settings_.state;
    if (!key(&Layer::state_address)) {
      sink_.error("missing-key", key(&Layer::state_backend)->span,
                  "'state.backend: http' needs 'state.address'",
                  "name the address that the state is stored at");
      return;
    }
    take_address(&Layer::state_address, "state.address", state.address);
    take_address(&Layer::state_lock_address, "state.lockAddress", state.lock_address);
    take_address(&Layer::state_unlock_address, "state.unlockAddress", state.unlock_address);
    if (const auto& method = key(&Layer::state_lock_method)) state.lock_method = method->value;
    if (const auto& method = key(&Layer::state_unlock_method)) state.unlock_method = method->value;
    state.username = variable("DESCOPECTL_STATE_USERNAME");
    state.password = model::Secret(variable("DESCOPECTL_STATE_PASSWORD"));
  }

  /// Neither credentials nor state travel over a network in the clear.
  void take_address(Text Layer::* member, std::string_view name, std::string& target) {
    const auto& written = key(member);
    if (!written) return;
    target = written->value;
    const auto url = parse_address(target);
    if (!url || url->is_encrypted || url->is_loopback || settings_.network.is_insecure_allowed) return;
    sink_.error("insecure-url", written->span,
                fmt::format("'{}' would send the state and its password unencrypted", name),
                "use https://, or allow it with --allow-insecure");
  }

  void take_target() {
    const TargetSetting project{.flag = "--project-id",
                                .flag_variable = "DESCOPECTL_PROJECT_ID",
                                .variables = {"DESCOPE_PROJECT_ID"},
                                .key = "projectId",
                                .normalise = normalise_project_id};
    const TargetSetting base_url{.flag = "--base-url",
                                 .flag_variable = "DESCOPECTL_BASE_URL",
                                 .variables = {"DESCOPE_BASE_URL", "DESCOPE_BASE_URI"},
                                 .key = "baseUrl",
                                 .normalise = normalise_base_url};
    settings_.project_id = choose(project, overrides_.project_id, key(&Layer::project_id));
    settings_.base_url = choose(base_url, overrides_.base_url, key(&Layer::base_url));
    if (settings_.is_sandbox) {
      settings_.base_url = {};
      if (settings_.project_id.value.empty()) settings_.project_id = {"Psandbox", Origin::kDefault, ""};
      return;
    }
    if (settings_.base_url.value.empty()) {
      settings_.base_url = {derive_base_url(settings_.project_id.value), Origin::kDefault, ""};
    }
    if (!needs_.target) return;
    if (settings_.project_id.value.empty() && !is_target_wrong_) {
      sink_.error("no-project", {}, "no project to talk to",
                  "set DESCOPE_PROJECT_ID, give --project-id ID, or write projectId into descopectl.yaml",
                  diag::Mark::kMayLackEnvironment);
    }
    check_encryption();
  }

  /// All that variables say about a setting, normalised, strongest first.
  std::vector<Sourced> said_by_variables(const TargetSetting& setting, const std::optional<Given>& given) {
    std::vector<Sourced> out;
    const auto take = [&](std::string_view name, const std::string& text) {
      if (text.empty()) return;
      auto value = setting.normalise(text);
      if (value) {
        out.push_back({std::move(*value), Origin::kVariable, std::string(name)});
      } else if (needs_.target && !settings_.is_sandbox) {
        is_target_wrong_ = true;
        sink_.error("invalid-value", {}, fmt::format("{} {}", name, value.error().message()));
      }
    };
    if (given && given->is_from_variable) take(setting.flag_variable, given->value);
    for (const auto name : setting.variables)
      take(name, variable(name));
    return out;
  }

  Sourced choose(const TargetSetting& setting, const std::optional<Given>& given, const Text& written) {
    if (given && !given->is_from_variable) {
      auto value = setting.normalise(given->value);
      if (value) return {std::move(*value), Origin::kFlag, std::string(setting.flag)};
      is_target_wrong_ = true;
      sink_.error("invalid-value", {}, fmt::format("{} {}", setting.flag, value.error().message()));
      return {};
    }
    auto candidates = said_by_variables(setting, given);
    if (written) {
      // The table's check has seen it already.
      auto value = setting.normalise(written->value);
      if (value) candidates.push_back({std::move(*value), Origin::kFile, place_of(written->span, sources_)});
    }
    if (candidates.empty()) return {};
    if (needs_.target && !settings_.is_sandbox) check_agreement(setting, candidates, written);
    return candidates.front();
  }

  /// Two that name different targets: whoever set one of them is in for a surprise, so nothing is done.
  void check_agreement(const TargetSetting& setting, const std::vector<Sourced>& candidates,
                       const Text& written) {
    const auto& first = candidates.front();
    for (const auto& other : candidates) {
      if (other.value == first.value) continue;
      const bool is_file = other.origin == Origin::kFile;
      ++refusals_;
      status_ = diag::stronger(status_, diag::ExitStatus::kRefused);
      sink_.error("wrong-target", is_file ? written->span : diag::Span{},
                  fmt::format("{} is '{}', but {} is '{}'", first.where, first.value,
                              is_file ? fmt::format("'{}' in {}", setting.key, config_name()) : other.where,
                              other.value),
                  fmt::format("unset {}, or say which is meant with {}", first.where, setting.flag));
    }
  }

  /// A management key does not travel over a network in the clear.
  void check_encryption() {
    const auto url = parse_base_url(settings_.base_url.value);
    if (!url || url->is_encrypted || url->is_loopback || settings_.network.is_insecure_allowed) return;
    sink_.error(
        "insecure-url", {},
        fmt::format("{} '{}' would send the management key unencrypted", settings_.base_url.where, url->text),
        "use https://, or allow it with --allow-insecure");
  }

  const Overrides& overrides_;
  const Needs& needs_;
  const Surroundings& surroundings_;
  diag::SourceTable& sources_;
  diag::Sink& sink_;
  Settings settings_;
  diag::ExitStatus status_ = diag::ExitStatus::kDone;
  std::size_t refusals_ = 0;
  bool is_target_wrong_ = false;  ///< reported already
  bool is_file_broken_ = false;
  std::optional<ConfigFile> file_;
  const Layer* environment_ = nullptr;
  fs::path working_folder_;  ///< absolute
  fs::path file_folder_;     ///< absolute: descopectl.yaml's, else the working folder
};

}  // namespace

Resolution resolve_settings(const Overrides& overrides, const Needs& needs, const Surroundings& surroundings,
                            diag::SourceTable& sources, diag::Sink& sink) {
  return Resolver(overrides, needs, surroundings, sources, sink).run();
}

}  // namespace descopectl::config
