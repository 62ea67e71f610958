// The rows: every flag that there is.
#include <algorithm>
#include <array>
#include <limits>

#include "tables.hpp"

namespace descopectl::cli {
namespace {

using namespace std::string_view_literals;
using enum FlagType;
using enum FlagGroup;

// In the order of the enumerations in options.hpp: a value is stored by its index.
constexpr std::array kColors{"auto"sv, "always"sv, "never"sv};
constexpr std::array kLogLevels{"error"sv, "warn"sv, "info"sv, "debug"sv, "trace"sv};
constexpr std::array kLogFormats{"text"sv, "json"sv};
constexpr std::array kDriftCounts{"manifest"sv, "unmanaged"sv};
constexpr std::array kDcrUpdates{"keep"sv, "reset"sv, "store"sv};
constexpr std::array kAppTypes{"oauth"sv, "custom"sv, "apikey"sv};

constexpr auto kPlanApply = on(Command::kPlan, Command::kApply);
constexpr auto kPlanApplyDestroy = on(Command::kPlan, Command::kApply, Command::kDestroy);
constexpr auto kEmulator = on(Command::kEmulator);
constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kTenMinutes = 600'000;  // milliseconds

config::Given given(const FlagValue& value) {
  return {value.texts.front(), value.is_from_variable};
}

/// `texts` of FORMAT=FILE reports; the formats were checked to be of `formats`.
std::vector<Report> reports(const std::vector<std::string>& texts, std::span<const Format> formats) {
  std::vector<Report> out;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    const auto name = std::string_view(text).substr(0, equals);
    const auto format = std::find_if(formats.begin(), formats.end(),
                                     [&](Format candidate) { return name_of(candidate) == name; });
    out.push_back({*format, text.substr(equals + 1)});
  }
  return out;
}

/// `texts` of specs that were checked.
std::vector<emulator::Fault> faults(const std::vector<std::string>& texts) {
  std::vector<emulator::Fault> out;
  for (const auto& text : texts)
    out.push_back(*emulator::parse_fault(text));
  return out;
}

/// A row of what decides what a plan comes to.
constexpr FlagRow shaping(FlagRow row) {
  row.shapes_plan = true;
  return row;
}

/// What works on manifests, and so on a part of them.
constexpr Commands kSelecting = on(Command::kValidate, Command::kPlan, Command::kApply, Command::kDrift,
                                   Command::kDestroy, Command::kAdopt);

// Field order in the rows: name, type, group, value_name, help, store, then what is particular.
constexpr std::array kFlagRows{
    shaping(FlagRow{
        "filename", kTexts, kInput, "PATH",
        "manifests: a file, a folder (*.yaml and *.yml in it and below) or - for standard input; repeatable",
        [](Options& o, const FlagValue& v) { o.settings.filenames = v.texts; }, kAllCommands, 'f'}),
    FlagRow{"config", kText, kInput, "FILE", "use this file in place of the nearest descopectl.yaml",
            [](Options& o, const FlagValue& v) { o.settings.config = v.texts.front(); }},
    FlagRow{"chdir", kText, kInput, "DIR", "work as if started in this folder",
            [](Options& o, const FlagValue& v) { o.settings.chdir = v.texts.front(); }},
    shaping(FlagRow{"env", kText, kInput, "NAME", "the environment of descopectl.yaml to use",
                    [](Options& o, const FlagValue& v) { o.settings.environment = v.texts.front(); }}),
    FlagRow{"var", kAssignments, kInput, "NAME=VALUE", "a value for ${var:NAME} in manifests; repeatable",
            [](Options& o, const FlagValue& v) { o.settings.variables = v.texts; }},
    shaping(FlagRow{
        "selector", kLabels, kInput, "LABEL=VALUE,...",
        "work on the objects with these labels alone (also LABEL!=VALUE, LABEL, !LABEL); prunes nothing",
        [](Options& o, const FlagValue& v) { o.selection.selector = v.texts; }, kSelecting}),
    shaping(
        FlagRow{"target", kObjects, kInput, "KIND/NAME",
                "work on this object alone, with what it refers to (destroy: what refers to it); repeatable",
                [](Options& o, const FlagValue& v) { o.selection.targets = v.texts; }, kSelecting}),
    FlagRow{"state", kText, kInput, "PATH", "the state's file",
            [](Options& o, const FlagValue& v) { o.settings.state = v.texts.front(); }},
    shaping(
        FlagRow{"strict-references", kSwitch, kInput, "",
                "a role, permission or scope that is neither declared nor live is an error, not a warning",
                [](Options& o, const FlagValue& v) { o.settings.strict_references = v.is_on; }}),

    FlagRow{"project-id", kText, kTarget, "ID", "the Descope project",
            [](Options& o, const FlagValue& v) { o.settings.project_id = given(v); }},
    FlagRow{"base-url", kText, kTarget, "URL", "the address of the Management API",
            [](Options& o, const FlagValue& v) { o.settings.base_url = given(v); }},
    FlagRow{"management-key-file", kText, kTarget, "FILE",
            "read the management key from this file (- for standard input), not from DESCOPE_MANAGEMENT_KEY",
            [](Options& o, const FlagValue& v) { o.settings.management_key_file = v.texts.front(); }},
    FlagRow{"sandbox", kSwitch, kTarget, "",
            "work on an emulated project inside this program; needs no account",
            [](Options& o, const FlagValue& v) { o.settings.sandbox = v.is_on; }},
    FlagRow{"parallelism", kNumber, kTarget, "N", "requests at once (default 10)",
            [](Options& o, const FlagValue& v) { o.settings.parallelism = v.number; }, kAllCommands, '\0', "",
            1, 100},
    FlagRow{"ca-file", kText, kTarget, "FILE", "further certificate authorities to trust (PEM)",
            [](Options& o, const FlagValue& v) { o.settings.ca_file = v.texts.front(); }},
    FlagRow{"allow-insecure", kSwitch, kTarget, "", "allow http:// beyond loopback",
            [](Options& o, const FlagValue& v) { o.settings.allow_insecure = v.is_on; }},

    FlagRow{"output", kFormat, kOutput, "FORMAT", "format of the result on standard output: text or json",
            [](Options& o, const FlagValue& v) { o.format = row_of(o.command).formats[v.word]; },
            kAllCommands, 'o'},
    FlagRow{"json", kSwitch, kOutput, "", "the same as -o json",
            [](Options& o, const FlagValue& v) {
              if (v.is_on) o.format = Format::kJson;
            }},
    FlagRow{"report", kReports, kOutput, "FORMAT=FILE", "write the same result to a file as well; repeatable",
            [](Options& o, const FlagValue& v) { o.reports = reports(v.texts, row_of(o.command).formats); }},
    FlagRow{"color", kWord, kOutput, "WHEN", "auto, always or never",
            [](Options& o, const FlagValue& v) { o.color = static_cast<config::ColorMode>(v.word); },
            kAllCommands, '\0', "", 0, 0, kColors},
    FlagRow{"no-color", kSwitch, kOutput, "", "the same as --color never",
            [](Options& o, const FlagValue& v) {
              if (v.is_on) o.color = config::ColorMode::kNever;
            }},
    FlagRow{"log-level", kWord, kOutput, "LEVEL", "error, warn (default), info, debug or trace",
            [](Options& o, const FlagValue& v) { o.log_level = static_cast<LogLevel>(v.word); }, kAllCommands,
            '\0', "", 0, 0, kLogLevels},
    FlagRow{"log-format", kWord, kOutput, "FORMAT", "text or json",
            [](Options& o, const FlagValue& v) { o.log_format = static_cast<LogFormat>(v.word); },
            kAllCommands, '\0', "", 0, 0, kLogFormats},

    // Install scripts set DESCOPECTL_VERSION to the version they want: these two have no variable of their
    // own.
    FlagRow{"help",
            kSwitch,
            kGeneral,
            "",
            "show this help, or a command's",
            [](Options&, const FlagValue&) {},
            kAllCommands,
            'h',
            "",
            0,
            0,
            {},
            false},
    FlagRow{"version",
            kSwitch,
            kGeneral,
            "",
            "the same as the command 'version'",
            [](Options&, const FlagValue&) {},
            kAllCommands,
            '\0',
            "",
            0,
            0,
            {},
            false},

    FlagRow{"detailed-exitcode", kSwitch, kCommand, "",
            "exit with 2 where something would change in the project",
            [](Options& o, const FlagValue& v) { o.plan.detailed_exitcode = v.is_on; }, on(Command::kPlan)},
    FlagRow{"show-noop", kSwitch, kCommand, "", "list objects that do not change, too",
            [](Options& o, const FlagValue& v) { o.plan.show_noop = v.is_on; }, on(Command::kPlan)},
    FlagRow{"summary", kSwitch, kCommand, "", "one line an object, without its fields",
            [](Options& o, const FlagValue& v) { o.plan.summary = v.is_on; }, on(Command::kPlan)},
    FlagRow{"expect-plan", kDigest, kCommand, "HEX",
            "change nothing unless the plan has this SHA-256, as 'plan' printed it",
            [](Options& o, const FlagValue& v) { o.expected_plan = v.texts.front(); }, on(Command::kApply)},
    FlagRow{"continue-on-stale", kSwitch, kCommand, "",
            "with PLANFILE: leave out the objects that moved since, and what depends on them, and go on",
            [](Options& o, const FlagValue& v) { o.continues_on_stale = v.is_on; }, on(Command::kApply)},
    FlagRow{"auto-approve", kSwitch, kCommand, "", "do not ask before changing anything",
            [](Options& o, const FlagValue& v) { o.auto_approve = v.is_on; },
            on(Command::kApply, Command::kDestroy, Command::kAdopt, Command::kRotate, Command::kState), '\0',
            "yes"},
    shaping(FlagRow{"adopt", kSwitch, kCommand, "",
                    "take over matching live objects even where fields would change",
                    [](Options& o, const FlagValue& v) { o.allow.adopt = v.is_on; }, kPlanApply}),
    shaping(FlagRow{"allow-replace", kSwitch, kCommand, "",
                    "delete and create anew where a field can't be changed",
                    [](Options& o, const FlagValue& v) { o.allow.replace = v.is_on; }, kPlanApply}),
    shaping(FlagRow{"allow-deletes", kNumber, kCommand, "N",
                    "allow N deletions and replacements, whatever 'limits' in descopectl.yaml says",
                    [](Options& o, const FlagValue& v) { o.allow.deletes = v.number; }, kPlanApplyDestroy,
                    '\0', "", 0, kMany}),
    shaping(FlagRow{"allow-empty-kind", kKinds, kCommand, "KIND",
                    "allow the last object of this kind to go; repeatable",
                    [](Options& o, const FlagValue& v) { o.allow.empty_kinds = v.texts; }, kPlanApply}),
    shaping(FlagRow{"allow-destroy", kObjects, kCommand, "KIND/NAME",
                    "allow this object to be deleted in spite of preventDestroy; repeatable",
                    [](Options& o, const FlagValue& v) { o.allow.destroy = v.texts; }, kPlanApplyDestroy}),
    shaping(FlagRow{"allow-drop", kFields, kCommand, "KIND/NAME:FIELD",
                    "allow an update that loses this field, which the API would not take; repeatable",
                    [](Options& o, const FlagValue& v) { o.allow.drop = v.texts; }, kPlanApply}),
    shaping(FlagRow{"allow-recreate", kNumber, kCommand, "N",
                    "go on where N objects, most of a kind's owned ones, are gone",
                    [](Options& o, const FlagValue& v) { o.allow.recreate = v.number; }, kPlanApplyDestroy,
                    '\0', "", 0, kMany}),
    shaping(FlagRow{"send-secret", kObjects, kCommand, "KIND/NAME",
                    "send this object's secrets although they can't be compared; repeatable",
                    [](Options& o, const FlagValue& v) { o.allow.send_secrets = v.texts; }, kPlanApply}),
    FlagRow{"count", kWords, kCommand, "CAUSE,...", "exit with 2 for these as well: manifest, unmanaged",
            [](Options& o, const FlagValue& v) {
              const auto has = [&](std::size_t word) {
                return std::count(v.words.begin(), v.words.end(), word) > 0;
              };
              o.drift = {.counts_manifest = has(0), .counts_unmanaged = has(1)};
            },
            on(Command::kDrift), '\0', "", 0, 0, kDriftCounts},

    FlagRow{"out", kText, kCommand, "PATH",
            "plan: save the plan in this file, for 'apply FILE'; export: write one file an object below this "
            "folder (default: one stream)",
            [](Options& o, const FlagValue& v) { o.out = v.texts.front(); },
            on(Command::kPlan, Command::kExport)},
    FlagRow{"kind", kKinds, kCommand, "KIND", "objects of this kind only; repeatable",
            [](Options& o, const FlagValue& v) { o.export_flags.kinds = v.texts; }, on(Command::kExport)},
    FlagRow{"single-file", kSwitch, kCommand, "", "with --out: one file, DIR/manifests.yaml",
            [](Options& o, const FlagValue& v) { o.export_flags.is_single_file = v.is_on; },
            on(Command::kExport)},
    FlagRow{"all", kSwitch, kCommand, "", "every declared object",
            [](Options& o, const FlagValue& v) { o.adopts_all = v.is_on; }, on(Command::kAdopt)},
    FlagRow{"force", kSwitch, kCommand, "",
            "push: whatever the lineage and the serial; unlock: whoever holds the lock",
            [](Options& o, const FlagValue& v) { o.is_forced = v.is_on; }, on(Command::kState)},
    FlagRow{"show-secret", kSwitch, kCommand, "", "print the client secret",
            [](Options& o, const FlagValue& v) { o.secret.is_shown = v.is_on; },
            on(Command::kOutput, Command::kRotate)},
    FlagRow{"secret-file", kText, kCommand, "FILE",
            "write the client secret into this new file, which only you can read",
            [](Options& o, const FlagValue& v) { o.secret.file = v.texts.front(); },
            on(Command::kOutput, Command::kRotate)},
    FlagRow{"overwrite", kSwitch, kCommand, "", "replace files that exist",
            [](Options& o, const FlagValue& v) { o.may_overwrite = v.is_on; },
            on(Command::kExport, Command::kOutput, Command::kRotate)},

    FlagRow{"port", kNumber, kCommand, "N",
            "the port to serve on (default: any free one, printed at the start)",
            [](Options& o, const FlagValue& v) { o.emulator.port = static_cast<std::uint16_t>(v.number); },
            kEmulator, '\0', "", 0, 65535},
    FlagRow{"data", kText, kCommand, "FILE", "keep the data in this file (default: in memory)",
            [](Options& o, const FlagValue& v) { o.emulator.data = v.texts.front(); }, kEmulator},
    FlagRow{"latency-ms", kNumber, kCommand, "N", "wait so long before each answer",
            [](Options& o, const FlagValue& v) { o.emulator.latency_ms = v.number; }, kEmulator, '\0', "", 0,
            kTenMinutes},
    FlagRow{"fault",
            kFaults,
            kCommand,
            "SPEC",
            "let requests go wrong: '[METHOD] PATH: KEY=VALUE, ...' with the keys below; repeatable; in the "
            "variable separated by semicolons",
            [](Options& o, const FlagValue& v) { o.emulator.faults = faults(v.texts); },
            kEmulator,
            '\0',
            "",
            0,
            0,
            {},
            true,
            ';'},
    FlagRow{
        "fault-seed", kNumber, kCommand, "N", "draw other probabilities for --fault (default 0)",
        [](Options& o, const FlagValue& v) { o.emulator.fault_seed = static_cast<std::uint64_t>(v.number); },
        kEmulator, '\0', "", 0, std::numeric_limits<std::int64_t>::max()},
    FlagRow{"seed", kNumber, kCommand, "N", "make ids reproducible",
            [](Options& o, const FlagValue& v) { o.emulator.seed = static_cast<std::uint64_t>(v.number); },
            kEmulator, '\0', "", 0, std::numeric_limits<std::int64_t>::max()},
    FlagRow{
        "page-size", kNumber, kCommand, "N", "objects a page where a list call does not say (default 100)",
        [](Options& o, const FlagValue& v) { o.emulator.page_size = static_cast<std::uint32_t>(v.number); },
        kEmulator, '\0', "", 1, 1000},
    FlagRow{"list-lag-ms", kNumber, kCommand, "N", "let lists lag behind writes by so much",
            [](Options& o, const FlagValue& v) { o.emulator.list_lag_ms = static_cast<int>(v.number); },
            kEmulator, '\0', "", 0, kTenMinutes},
    FlagRow{"duplicate-status", kNumber, kCommand, "STATUS",
            "HTTP status for what exists already (default 409)",
            [](Options& o, const FlagValue& v) { o.emulator.duplicate_status = static_cast<int>(v.number); },
            kEmulator, '\0', "", 400, 599},
    FlagRow{"dcr-update", kWord, kCommand, "HOW",
            "what an update does to useDcr and dcrUrl: keep, reset or store",
            [](Options& o, const FlagValue& v) { o.emulator.dcr_update = static_cast<DcrUpdate>(v.word); },
            kEmulator, '\0', "", 0, 0, kDcrUpdates},
    FlagRow{"default-app-type", kWord, kCommand, "TYPE",
            "appType of connections that do not say: oauth, custom or apikey",
            [](Options& o, const FlagValue& v) { o.emulator.default_app_type = kAppTypes[v.word]; },
            kEmulator, '\0', "", 0, 0, kAppTypes},
    FlagRow{"strict-version", kSwitch, kCommand, "", "refuse updates with an old version",
            [](Options& o, const FlagValue& v) { o.emulator.strict_version = v.is_on; }, kEmulator},
    FlagRow{"check-references", kSwitch, kCommand, "", "refuse references to what does not exist",
            [](Options& o, const FlagValue& v) { o.emulator.check_references = v.is_on; }, kEmulator},
    FlagRow{"strict-connection", kSwitch, kCommand, "", "refuse incomplete connections",
            [](Options& o, const FlagValue& v) { o.emulator.strict_connection = v.is_on; }, kEmulator},
    FlagRow{"unique-names", kSwitch, kCommand, "", "refuse a second connection or resource of one name",
            [](Options& o, const FlagValue& v) { o.emulator.unique_names = v.is_on; }, kEmulator},
    FlagRow{"allow-uri-update", kSwitch, kCommand, "", "let updates change a resource's uri",
            [](Options& o, const FlagValue& v) { o.emulator.allow_uri_update = v.is_on; }, kEmulator},
    FlagRow{"allow-unfiltered-role-delete", kSwitch, kCommand, "",
            "let a batch deletion of roles without a filter delete every role, as the service does",
            [](Options& o, const FlagValue& v) { o.emulator.allow_unfiltered_role_delete = v.is_on; },
            kEmulator},
    FlagRow{"ignore-unknown-fields", kSwitch, kCommand, "", "do not refuse unknown fields",
            [](Options& o, const FlagValue& v) { o.emulator.ignore_unknown_fields = v.is_on; }, kEmulator},
    FlagRow{"no-zero-values", kSwitch, kCommand, "", "leave empty values out of answers",
            [](Options& o, const FlagValue& v) { o.emulator.no_zero_values = v.is_on; }, kEmulator},
    FlagRow{"wrap-inbound-load", kSwitch, kCommand, "", "wrap the answer of an inbound app's load",
            [](Options& o, const FlagValue& v) { o.emulator.wrap_inbound_load = v.is_on; }, kEmulator},
    FlagRow{"secret-in-response", kSwitch, kCommand, "",
            "answer with client secret members, empty, where the service hides them",
            [](Options& o, const FlagValue& v) { o.emulator.secret_in_response = v.is_on; }, kEmulator},
};

constexpr bool flags_have_one_name() {
  for (std::size_t i = 0; i < kFlagRows.size(); ++i) {
    for (std::size_t k = i + 1; k < kFlagRows.size(); ++k) {
      if (kFlagRows[i].name == kFlagRows[k].name || kFlagRows[i].name == kFlagRows[k].alias) return false;
    }
  }
  return true;
}
static_assert(flags_have_one_name());

}  // namespace

std::span<const FlagRow> flag_table() {
  return kFlagRows;
}

std::string variable_name(std::string_view flag) {
  std::string name = "DESCOPECTL_";
  for (const char c : flag)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

}  // namespace descopectl::cli
