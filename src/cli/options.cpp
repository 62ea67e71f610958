// Reading the command line. CLI11 takes the arguments apart and is seen in this file alone (it costs seconds
// to compile); what flags there are, and whether their values are right, is for the tables to say, so that a
// flag and its DESCOPECTL_ variable are judged alike.
#include "descopectl/cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <tuple>

#include "descopectl/base/text.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace descopectl::cli {
namespace {

constexpr std::string_view kVariablePrefix = "DESCOPECTL_";
// Read by config/settings.cpp.
constexpr std::array<std::string_view, 2> kVariablesOfNoFlag{"DESCOPECTL_STATE_USERNAME",
                                                             "DESCOPECTL_STATE_PASSWORD"};

/// The arguments taken apart, nothing judged.
struct Tokens {
  std::optional<Command> command;
  std::vector<GivenFlag> flags;  ///< in the order of the table
  std::vector<std::string> unknown_flags;
  std::vector<std::string> unexpected;  ///< arguments that are no flag
  std::string incomplete;               ///< the flag at the end that lacks its value
};

const FlagRow* find_flag(std::string_view name) {
  for (const auto& row : flag_table()) {
    if (row.name == name || (!row.alias.empty() && row.alias == name)) return &row;
  }
  return nullptr;
}

std::optional<Command> find_command(std::string_view name) {
  for (const auto& row : command_table()) {
    if (row.name == name) return row.command;
  }
  return std::nullopt;
}

/// What the user called the flag: its name, or its alias where that is among the arguments.
std::string name_as_given(const FlagRow& row, const std::vector<std::string>& arguments) {
  const auto alias = fmt::format("--{}", row.alias);
  const bool is_alias =
      !row.alias.empty() && std::any_of(arguments.begin(), arguments.end(),
                                        [&](const auto& it) { return it.substr(0, it.find('=')) == alias; });
  return is_alias ? alias : fmt::format("--{}", row.name);
}

bool is_given(const Tokens& tokens, std::string_view name) {
  return std::any_of(tokens.flags.begin(), tokens.flags.end(),
                     [&](const GivenFlag& flag) { return flag.row->name == name && !flag.is_from_variable; });
}

/// Two forms that CLI11 reads otherwise than people mean them: `-o=json` has the value "=json" there, and
/// `--env=` takes the next argument for its value. The first is rewritten, the second is an empty value. What
/// follows `--` goes to `after`: CLI11 forgets `--` on its way from a command to the program.
std::vector<std::string> prepare(int argc, const char* const* argv, std::vector<std::string>& after) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") {
      after.assign(argv + i + 1, argv + argc);
      break;
    }
    std::string argument = argv[i];
    const bool is_short_with_equals =
        argument.size() > 2 && argument[0] == '-' && argument[1] != '-' && argument[2] == '=';
    const bool is_long = argument.starts_with("--") && argument.size() > 2;
    if (is_short_with_equals) {
      out.push_back(argument.substr(0, 2));
      out.push_back(argument.substr(3));
    } else if (is_long && argument.ends_with('=') && argument.find('=') + 1 == argument.size()) {
      argument.pop_back();
      out.push_back(argument);
      const auto* row = find_flag(argument.substr(2));
      if (row != nullptr && !row->is_switch()) out.emplace_back();
    } else {
      out.push_back(std::move(argument));
    }
  }
  return out;
}

/// What CLI11 knows: every flag at the top, so that flags may stand before and after the command; commands
/// without anything.
struct Parser {
  Parser() : app("", "descopectl") {
    app.set_help_flag();
    app.allow_extras();
    app.require_subcommand(0, 1);
    for (const auto& command : command_table()) {
      auto* subcommand = app.add_subcommand(std::string(command.name));
      subcommand->set_help_flag();
      subcommand->allow_extras();
      subcommand->fallthrough();
    }
    options.reserve(flag_table().size());
    for (const auto& row : flag_table())
      options.push_back(add(row));
  }

  CLI::Option* add(const FlagRow& row) {
    auto names = fmt::format("--{}", row.name);
    if (row.short_name != '\0') names += fmt::format(",-{}", row.short_name);
    if (!row.alias.empty()) names += fmt::format(",--{}", row.alias);
    auto* option = row.is_switch() ? app.add_flag(names) : app.add_option(names)->expected(1);
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  CLI::App app;
  std::vector<CLI::Option*> options;  ///< as in the table
};

Tokens take_apart(int argc, const char* const* argv) {
  Tokens tokens;
  Parser parser;
  std::vector<std::string> after;
  const auto arguments = prepare(argc, argv, after);
  try {
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ArgumentMismatch&) {
    tokens.incomplete = arguments.back();  // only the end of the arguments can make a value be missing
  }
  for (std::size_t i = 0; i < parser.options.size(); ++i) {
    const auto& row = flag_table()[i];
    const auto& texts = parser.options[i]->results();
    if (!texts.empty()) tokens.flags.push_back({&row, name_as_given(row, arguments), texts, false});
  }
  for (const auto* subcommand : parser.app.get_subcommands())
    tokens.command = find_command(subcommand->get_name());
  for (const auto& text : parser.app.remaining(true)) {
    if (text.size() > 1 && text.front() == '-') {
      tokens.unknown_flags.push_back(text.substr(0, text.find('=')));
    } else {
      tokens.unexpected.push_back(text);
    }
  }
  tokens.unexpected.insert(tokens.unexpected.end(), after.begin(), after.end());
  return tokens;
}

/// Judges what was taken apart and makes Options of it.
class Reader {
 public:
  Reader(Tokens tokens, const base::Environment& environment, std::span<const std::string_view> kinds)
      : tokens_(std::move(tokens)), environment_(environment), kinds_(kinds) {}

  ParseResult run() {
    if (!check_command()) return failure();
    if (tokens_.command == Command::kHelp && !is_given(tokens_, "help")) return help();
    if (is_given(tokens_, "help")) {
      return {.options = {}, .out = tokens_.command ? command_help(*tokens_.command) : program_help()};
    }
    if (is_given(tokens_, "version")) tokens_.command = Command::kVersion;
    if (!tokens_.command && tokens_.unknown_flags.empty() && tokens_.incomplete.empty()) {
      return {.options = {}, .err = program_help(), .status = diag::ExitStatus::kInvalidInput};
    }
    check_flags();
    check_variables();
    if (!tokens_.command) return failure();
    options_.command = *tokens_.command;
    take_arguments();
    const auto given = with_variables();
    check_conflicts(given);
    for (const auto& flag : given) {
      const auto value = check_value(flag, options_.command, kinds_, sink_);
      if (!value) continue;
      flag.row->store(options_, *value);
      keep_plan_flag(options_, *flag.row, *value);
    }
    if (sink_.has_errors()) return failure();
    return {.options = std::move(options_)};
  }

 private:
  ParseResult failure() const {
    ParseResult result;
    result.status = diag::ExitStatus::kInvalidInput;
    result.problems = sink_.all();
    result.understood.command = tokens_.command.value_or(Command::kHelp);
    result.understood.format = asks_for_json() ? Format::kJson : Format::kText;
    return result;
  }

  /// Whether JSON is wanted, as far as that can be told before anything was checked.
  bool asks_for_json() const {
    const bool is_output_given = is_given(tokens_, "output") || is_given(tokens_, "json");
    for (const auto& flag : tokens_.flags) {
      if (flag.row->name == "output" && flag.texts.back() == name_of(Format::kJson)) return true;
      if (flag.row->name == "json" && flag.texts.back() == "true") return true;
    }
    return !is_output_given && (environment_.find(variable_name("output")) == name_of(Format::kJson) ||
                                environment_.find(variable_name("json")) == "true");
  }

  /// `help` and `help COMMAND`.
  ParseResult help() {
    std::optional<Command> about;
    if (!tokens_.unexpected.empty()) {
      about = find_command(tokens_.unexpected.front());
      if (!about) report_unknown_command(tokens_.unexpected.front());
      tokens_.unexpected.erase(tokens_.unexpected.begin());
    }
    check_flags();
    if (sink_.has_errors()) return failure();
    return {.options = {}, .out = about ? command_help(*about) : program_help()};
  }

  /// " for 'apply'", or nothing where there is no command.
  std::string for_command() const {
    return tokens_.command ? fmt::format(" for '{}'", name_of(*tokens_.command)) : "";
  }

  std::string see_help() const {
    return tokens_.command ? fmt::format("see 'descopectl {} --help'", name_of(*tokens_.command))
                           : "see 'descopectl --help'";
  }

  bool takes(std::string_view flag) const {
    return std::any_of(flag_table().begin(), flag_table().end(), [&](const FlagRow& row) {
      return row.name == flag && tokens_.command && row.is_of(*tokens_.command);
    });
  }

  /// Objects and files are named by flags, where other tools take them as they stand.
  std::string hint_for_argument(std::string_view argument) const {
    const std::string_view kind = argument.substr(0, argument.find('/'));
    const bool has_kind = std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
    const std::string shown = base::printable(argument, 80);
    if (has_kind && kind.size() < argument.size() && takes("target"))
      return fmt::format("did you mean '--target {}'?", shown);
    const bool is_path = argument.find('/') != std::string_view::npos || argument.ends_with(".yaml") ||
                         argument.ends_with(".yml");
    return is_path && takes("filename") ? fmt::format("did you mean '-f {}'?", shown) : see_help();
  }

  bool check_command() {
    if (tokens_.command || tokens_.unexpected.empty() || !tokens_.unknown_flags.empty()) return true;
    report_unknown_command(tokens_.unexpected.front());
    return false;
  }

  void report_unknown_command(std::string_view name) {
    std::vector<std::string_view> known;
    std::optional<std::string_view> nearest;
    for (const auto& row : command_table()) {
      known.push_back(row.name);
      if (std::find(row.elsewhere.begin(), row.elsewhere.end(), name) != row.elsewhere.end())
        nearest = row.name;
    }
    if (!nearest) nearest = base::find_nearest(name, known);
    sink_.error("unknown-command", {}, fmt::format("unknown command '{}'", base::printable(name, 80)),
                nearest ? fmt::format("did you mean '{}'?", *nearest) : "see 'descopectl --help'");
  }

  /// Flags that may be given: all where no command is known.
  std::vector<std::string_view> known_flags() const {
    std::vector<std::string_view> names;
    for (const auto& row : flag_table()) {
      if (tokens_.command && !row.is_of(*tokens_.command)) continue;
      names.push_back(row.name);
      if (!row.alias.empty()) names.push_back(row.alias);
    }
    return names;
  }

  void report_unknown_flag(const std::string& flag, std::string hint) {
    sink_.error("unknown-flag", {},
                fmt::format("unknown flag '{}'{}", base::printable(flag, 80), for_command()),
                std::move(hint));
  }

  /// The flag that `word` is the beginning of, where it is of one only; else the nearest.
  std::optional<std::string_view> suggest_flag(std::string_view word) const {
    std::optional<std::string_view> whole;
    std::size_t count = 0;
    for (const auto& row : flag_table()) {
      if (tokens_.command && !row.is_of(*tokens_.command)) continue;
      const bool is_name = row.name.starts_with(word);
      if (!is_name && !row.alias.starts_with(word)) continue;
      whole = is_name ? row.name : row.alias;
      ++count;
    }
    return !word.empty() && count == 1 ? whole : base::find_nearest(word, known_flags());
  }

  void check_flags() {
    for (const auto& flag : tokens_.unknown_flags) {
      const std::size_t name = flag.find_first_not_of('-');  // with one dash, as Terraform's are written
      const auto nearest = name != std::string::npos && flag.size() > name + 1
                               ? suggest_flag(std::string_view(flag).substr(name, flag.find('=') - name))
                               : std::nullopt;
      report_unknown_flag(flag, nearest ? fmt::format("did you mean '--{}'?", *nearest) : see_help());
    }
    for (const auto& flag : tokens_.flags)
      check_place(flag);
    std::erase_if(tokens_.flags, [&](const GivenFlag& flag) { return is_foreign(flag); });
    if (!tokens_.incomplete.empty()) {
      sink_.error("missing-value", {},
                  fmt::format("'{}' needs a value", base::printable(tokens_.incomplete, 80)), see_help());
    }
    // What stands beside an unknown flag may be its value, and that may be a secret: it is not repeated.
    if (!tokens_.unknown_flags.empty()) return;
    for (std::size_t i = expected_arguments(); i < tokens_.unexpected.size(); ++i) {
      const auto& argument = tokens_.unexpected[i];
      sink_.error("unexpected-argument", {},
                  fmt::format("unexpected argument '{}'{}", base::printable(argument, 80), for_command()),
                  hint_for_argument(argument));
    }
  }

  /// The row of the first argument, where the command has commands of its own.
  const SubcommandRow* find_subcommand() const {
    if (!tokens_.command || tokens_.unexpected.empty()) return nullptr;
    const auto rows = row_of(*tokens_.command).subcommands;
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const SubcommandRow& row) {
      return row.name == tokens_.unexpected.front();
    });
    return at == rows.end() ? nullptr : &*at;
  }

  std::size_t expected_arguments() const {
    if (!tokens_.command) return 0;
    const CommandRow& row = row_of(*tokens_.command);
    if (row.subcommands.empty()) return row.arguments.most;
    const SubcommandRow* own = find_subcommand();
    return own == nullptr || own->arguments.most == kAnyNumber ? kAnyNumber : 1 + own->arguments.most;
  }

  /// False, with the reason told, where the first argument is not one of the command's own commands.
  bool take_subcommand(std::span<const SubcommandRow> rows) {
    std::vector<std::string_view> known;
    for (const SubcommandRow& row : rows)
      known.push_back(row.name);
    if (options_.arguments.empty()) {
      sink_.error("missing-argument", {},
                  fmt::format("'{}' needs {}", name_of(options_.command), base::join_words(known, " or ")),
                  see_help());
      return false;
    }
    const SubcommandRow* own = find_subcommand();
    const std::string& name = options_.arguments.front();
    if (own == nullptr) {
      const auto nearest = base::find_nearest(name, known);
      sink_.error(
          "unknown-command", {},
          fmt::format("'{}' has no command '{}'", name_of(options_.command), base::printable(name, 80)),
          nearest ? fmt::format("did you mean '{}'?", *nearest) : see_help());
      return false;
    }
    for (const GivenFlag& flag : tokens_.flags)
      if (flag.row->group == FlagGroup::kCommand &&
          std::find(own->flags.begin(), own->flags.end(), flag.row->name) == own->flags.end())
        sink_.error("unknown-flag", {},
                    fmt::format("unknown flag '{}' for '{} {}'", flag.name, name_of(options_.command), name),
                    see_help());
    options_.subcommand = static_cast<std::size_t>(own - rows.data());
    options_.arguments.erase(options_.arguments.begin());
    return true;
  }

  /// Arguments that the command takes; those beyond are reported already.
  void take_arguments() {
    const CommandRow& command = row_of(options_.command);
    auto& given = options_.arguments;
    given = tokens_.unexpected;
    std::string name(command.name);
    ArgumentsRow row = command.arguments;
    if (!command.subcommands.empty()) {
      if (!take_subcommand(command.subcommands)) return;
      const SubcommandRow& own = command.subcommands[options_.subcommand];
      name += fmt::format(" {}", own.name);
      row = own.arguments;
    }
    given.resize(std::min(given.size(), row.most));
    if (given.size() < row.least) {
      sink_.error("missing-argument", {}, fmt::format("'{}' needs {}", name, row.usage), see_help());
      return;
    }
    static constexpr FlagRow kObject{
        "KIND/NAME", FlagType::kObjects, FlagGroup::kCommand, "", "", [](Options&, const FlagValue&) {}};
    const auto end = given.begin() + static_cast<std::ptrdiff_t>(std::min(given.size(), row.objects));
    if (end == given.begin()) return;
    const GivenFlag objects{&kObject, std::move(name), {given.begin(), end}, false};
    std::ignore = check_value(objects, options_.command, kinds_, sink_);
  }

  bool is_foreign(const GivenFlag& flag) const {
    return tokens_.command && !flag.row->is_of(*tokens_.command);
  }

  /// Flags of other commands, and values that are flags: `--env --json` lacks a name.
  void check_place(const GivenFlag& flag) {
    if (is_foreign(flag)) {
      std::vector<std::string_view> owners;
      for (const auto& row : command_table()) {
        if (flag.row->is_of(row.command)) owners.push_back(row.name);
      }
      report_unknown_flag(flag.name, fmt::format("it is a flag of {}", base::join_words(owners)));
      return;
    }
    if (flag.row->is_switch()) return;
    for (const auto& text : flag.texts) {
      if (!text.starts_with("--") || find_flag(text.substr(2)) == nullptr) continue;
      sink_.error("missing-value", {}, fmt::format("'{}' needs a value, but '{}' follows", flag.name, text));
    }
  }

  void check_variables() {
    std::vector<std::string> known(kVariablesOfNoFlag.begin(), kVariablesOfNoFlag.end());
    for (const auto& row : flag_table()) {
      known.push_back(variable_name(row.name));
      if (!row.alias.empty()) known.push_back(variable_name(row.alias));
    }
    const std::vector<std::string_view> views(known.begin(), known.end());
    for (const auto& [name, value] : environment_.all()) {
      if (!name.starts_with(kVariablePrefix)) continue;
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      // The prefix, common to all, would make everything look near.
      const auto nearest = find_nearest_variable(name, views);
      sink_.error("unknown-variable", {}, fmt::format("unknown variable '{}'", base::printable(name, 80)),
                  nearest ? fmt::format("did you mean '{}'?", *nearest)
                          : "variables that begin with DESCOPECTL_ stand for flags; see 'descopectl --help'");
    }
  }

  static std::optional<std::string> find_nearest_variable(std::string_view name,
                                                          std::vector<std::string_view> known) {
    for (auto& word : known)
      word.remove_prefix(kVariablePrefix.size());
    name.remove_prefix(kVariablePrefix.size());
    const auto nearest = base::find_nearest(name, known);
    if (!nearest) return std::nullopt;
    return fmt::format("{}{}", kVariablePrefix, *nearest);
  }

  /// What variables say, then what flags say: the later one counts, also between two flags with one meaning
  /// (--color, --no-color).
  std::vector<GivenFlag> with_variables() const {
    std::vector<GivenFlag> out;
    for (const auto& row : flag_table()) {
      const bool is_flag_given = is_given(tokens_, row.name);
      // Variables of other commands are for those; a flag beats its variable, and adds to it where it is
      // --var.
      if (!row.has_variable || !row.is_of(options_.command)) continue;
      if (is_flag_given && row.type != FlagType::kAssignments) continue;
      add_variable(row, row.name, out);
      if (!row.alias.empty()) add_variable(row, row.alias, out);
    }
    for (const auto& flag : tokens_.flags) {
      const auto variable =
          std::find_if(out.begin(), out.end(), [&](const auto& it) { return it.row == flag.row; });
      if (variable == out.end()) {
        out.push_back(flag);
      } else {
        variable->texts.insert(variable->texts.end(), flag.texts.begin(), flag.texts.end());
      }
    }
    return out;
  }

  void add_variable(const FlagRow& row, std::string_view flag, std::vector<GivenFlag>& out) const {
    auto name = variable_name(flag);
    const auto value = environment_.find(name);
    if (!value || value->empty()) return;
    GivenFlag given{&row, std::move(name), {}, true};
    if (!row.is_repeatable()) {
      given.texts.push_back(*value);
    } else {
      for (const auto& piece : CLI::detail::split(*value, row.separator)) {
        if (!piece.empty()) given.texts.push_back(piece);
      }
    }
    if (!given.texts.empty()) out.push_back(std::move(given));
  }

  void report_conflict(std::string_view left, std::string_view right) {
    sink_.error("conflicting-flags", {}, fmt::format("'{}' and '{}' contradict each other", left, right));
  }

  void check_conflicts(const std::vector<GivenFlag>& given) {
    const auto last_of = [&](std::string_view name) -> std::string_view {
      for (const auto& flag : tokens_.flags) {
        if (flag.row->name == name) return flag.texts.back();
      }
      return {};
    };
    const auto output = last_of("output");
    if (last_of("json") == "true" && !output.empty() && output != "json")
      report_conflict("--json", "--output");
    const auto color = last_of("color");
    if (last_of("no-color") == "true" && !color.empty() && color != "never")
      report_conflict("--no-color", "--color");
    if (last_of("all") == "true" && !options_.arguments.empty())
      report_conflict("--all", options_.arguments.front());
    if (last_of("sandbox") == "true" && !last_of("base-url").empty())
      report_conflict("--sandbox", "--base-url");

    const auto is_among = [&](std::string_view name) {
      return std::any_of(given.begin(), given.end(),
                         [&](const GivenFlag& flag) { return flag.row->name == name; });
    };
    if (is_among("selector") && is_among("target")) report_conflict("--selector", "--target");

    std::size_t readers = 0;
    for (const auto& flag : given) {
      if (flag.row->name != "filename" && flag.row->name != "management-key-file") continue;
      readers += static_cast<std::size_t>(std::count(flag.texts.begin(), flag.texts.end(), "-"));
    }
    if (readers > 1) sink_.error("conflicting-flags", {}, "standard input ('-') can be read only once");
  }

  Tokens tokens_;
  const base::Environment& environment_;
  std::span<const std::string_view> kinds_;
  diag::Sink sink_;
  Options options_;
};

}  // namespace

ParseResult parse_options(int argc, const char* const* argv, const base::Environment& environment,
                          std::span<const std::string_view> kinds) {
  return Reader(take_apart(argc, argv), environment, kinds).run();
}

}  // namespace descopectl::cli
