// Help texts, made from the tables of commands and flags and from the table of exit statuses.
#include <fmt/format.h>

#include <array>
#include <iterator>

#include "descopectl/base/columns.hpp"
#include "tables.hpp"

namespace descopectl::cli {
namespace {

using base::append_wrapped;
using base::Rows;

void append_rows(std::string& out, std::string_view title, const Rows& rows) {
  if (rows.empty()) return;
  out += fmt::format("\n{}:\n", title);
  base::append_columns(out, rows);
}

Rows flag_rows(FlagGroup group, std::optional<Command> command) {
  Rows rows;
  for (const auto& row : flag_table()) {
    if (row.group != group || (command && !row.is_of(*command))) continue;
    auto left = row.short_name == '\0' ? std::string("    ") : fmt::format("-{}, ", row.short_name);
    left += fmt::format("--{}", row.name);
    if (!row.alias.empty()) left += fmt::format(", --{}", row.alias);
    if (!row.value_name.empty()) left += fmt::format(" {}", row.value_name);
    rows.emplace_back(std::move(left), row.help);
  }
  return rows;
}

Rows subcommand_rows(const CommandRow& command) {
  Rows rows;
  for (const SubcommandRow& row : command.subcommands) {
    const std::string_view usage = row.arguments.usage;
    rows.emplace_back(fmt::format("{}{}{}", row.name, usage.empty() ? "" : " ", usage), row.summary);
  }
  return rows;
}

/// Those that `command` takes; without one, all.
void append_global_flags(std::string& out, std::optional<Command> command) {
  append_rows(out, "Flags for the input", flag_rows(FlagGroup::kInput, command));
  append_rows(out, "Flags for the project and the network", flag_rows(FlagGroup::kTarget, command));
  append_rows(out, "Flags for the output", flag_rows(FlagGroup::kOutput, command));
  append_rows(out, "Further flags", flag_rows(FlagGroup::kGeneral, command));
}

void append_examples(std::string& out, std::span<const std::string_view> examples) {
  if (examples.empty()) return;
  out += "\nExamples:\n";
  for (std::size_t i = 0; i + 1 < examples.size(); i += 2) {
    out += fmt::format("  {}\n      {}\n", examples[i], examples[i + 1]);
  }
}

void append_exit_statuses(std::string& out) {
  Rows rows;
  for (const auto& row : diag::kExitStatusTexts) {
    rows.emplace_back(fmt::format("{:>3}", static_cast<int>(row.status)), row.meaning);
  }
  append_rows(out, "Exit status", rows);
}

void append_variables(std::string& out) {
  append_rows(
      out, "Environment variables",
      {{"DESCOPE_MANAGEMENT_KEY", "the management key"},
       {"DESCOPE_PROJECT_ID", "the project; must not contradict descopectl.yaml"},
       {"DESCOPE_BASE_URL", "the address of the Management API (also DESCOPE_BASE_URI); likewise"},
       {"DESCOPECTL_STATE_USERNAME, DESCOPECTL_STATE_PASSWORD",
        "credentials for a state on a server (state.backend: http)"},
       {"DESCOPECTL_FLAG_NAME",
        "every flag, for example DESCOPECTL_LOG_LEVEL=debug, DESCOPECTL_AUTO_APPROVE=true; several values "
        "of a repeatable flag are separated by commas"},
       {"NO_COLOR, CLICOLOR_FORCE", "no colours, colours also where there is no terminal"},
       {"TERM=dumb, CI", "no colours and no progress, no progress"},
       {"HTTPS_PROXY, NO_PROXY",
        "the proxy (http://[user:password@]host:port), and hosts, addresses and networks that are reached "
        "without it"},
       {"SSL_CERT_FILE, SSL_CERT_DIR", "trusted certificate authorities in place of the system's"}});
  out += "\nFlags beat variables, variables beat descopectl.yaml.\n";
}

}  // namespace

std::string program_help() {
  std::string out;
  append_wrapped(out,
                 "descopectl keeps the OAuth configuration of a Descope project equal to YAML manifests.", 0);
  out += "\nUsage:\n  descopectl COMMAND [flags]\n";
  Rows commands;
  for (const auto& row : command_table())
    commands.emplace_back(row.name, row.summary);
  append_rows(out, "Commands", commands);
  append_global_flags(out, {});
  static constexpr std::array<std::string_view, 6> kExamples{
      "descopectl validate",
      "check the manifests that the nearest descopectl.yaml names",
      "descopectl plan -f descope/",
      "show what would change, for a folder of manifests",
      "descopectl apply --env staging",
      "carry it out in one environment"};
  append_examples(out, kExamples);
  append_exit_statuses(out);
  append_variables(out);
  out +=
      "\nFlags work before and after the command. 'descopectl COMMAND --help' shows the flags of a "
      "command.\n";
  return out;
}

std::string command_help(Command command) {
  const auto& row = row_of(command);
  const std::string_view usage = row.subcommands.empty() ? row.arguments.usage : "COMMAND [ARGUMENT...]";
  std::string out = fmt::format("descopectl {}: {}\n\nUsage:\n  descopectl {}{}{} [flags]\n\n", row.name,
                                row.summary, row.name, usage.empty() ? "" : " ", usage);
  append_wrapped(out, row.description, 0);
  append_rows(out, fmt::format("Commands of {}", row.name), subcommand_rows(row));
  append_rows(out, fmt::format("Flags of {}", row.name), flag_rows(FlagGroup::kCommand, command));
  if (row.further != nullptr) append_rows(out, row.further_title, row.further());
  append_global_flags(out, command);
  append_examples(out, row.examples);
  append_exit_statuses(out);
  append_variables(out);
  return out;
}

}  // namespace descopectl::cli
