// The rows: every command and every flag that there is.
#include "tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace descopectl::cli {
namespace {

using namespace std::string_view_literals;
using enum FlagType;
using enum FlagGroup;

constexpr std::array kTextAndJson{Format::kText, Format::kJson};

// In the order of the enumerations in options.hpp: a value is stored by its index.
constexpr std::array kColors{"auto"sv, "always"sv, "never"sv};
constexpr std::array kLogLevels{"error"sv, "warn"sv, "info"sv, "debug"sv, "trace"sv};
constexpr std::array kLogFormats{"text"sv, "json"sv};
constexpr std::array kDriftCounts{"manifest"sv, "unmanaged"sv};
constexpr std::array kDcrUpdates{"keep"sv, "reset"sv, "store"sv};
constexpr std::array kAppTypes{"oauth"sv, "custom"sv, "apikey"sv};

constexpr std::array kValidateExamples{"descopectl validate"sv, "check what descopectl.yaml names"sv,
                                       "descopectl validate -f descope/ -o json"sv,
                                       "check a folder, for a program to read"sv};
constexpr std::array kPlanExamples{"descopectl plan"sv,
                                   "show what apply would do"sv,
                                   "descopectl plan --env staging --detailed-exitcode"sv,
                                   "in a pipeline: exit with 2 where there is something to do"sv,
                                   "descopectl plan --report json=plan.json"sv,
                                   "text for people and JSON for programs at once"sv,
                                   "descopectl plan --env production --out change.plan"sv,
                                   "save it, for 'descopectl apply change.plan'"sv};
constexpr std::array kApplyExamples{"descopectl apply"sv,
                                    "show the plan, ask, carry it out"sv,
                                    "descopectl apply --env production --auto-approve"sv,
                                    "in a pipeline: nothing is asked"sv,
                                    "descopectl apply change.plan"sv,
                                    "do what 'descopectl plan --out change.plan' saved, and nothing else"sv,
                                    "descopectl apply --sandbox"sv,
                                    "try it out without a Descope account"sv};
constexpr std::array kDriftExamples{"descopectl drift"sv,
                                    "exit with 2 where somebody changed the live project"sv,
                                    "descopectl drift --count manifest,unmanaged -o json"sv,
                                    "from cron: count everything, for a program to read"sv};
constexpr std::array kDestroyExamples{"descopectl destroy --env staging"sv,
                                      "show what would go, ask, delete it"sv};
constexpr std::array kExportExamples{
    "descopectl export --out descope/"sv, "one file an object, in a folder a kind"sv,
    "descopectl export --kind Resource --kind Connection > all.yaml"sv, "two kinds in one stream"sv};
constexpr std::array kAdoptExamples{"descopectl adopt Connection/google Resource/crm"sv,
                                    "show what they match, ask, note them in the state"sv,
                                    "descopectl adopt --all --auto-approve"sv,
                                    "in a pipeline, after a lost state: nothing is asked"sv};
constexpr std::array kOutputExamples{"descopectl output InboundApp/portal clientId"sv, "the bare value"sv,
                                     "descopectl output InboundApp/portal --secret-file portal.secret"sv,
                                     "the client secret into a new file that only you can read"sv};
constexpr std::array kRotateExamples{"descopectl rotate InboundApp/portal --secret-file portal.secret"sv,
                                     "ask, make a new secret, put it into a file"sv};
constexpr std::array kStateExamples{"descopectl state list"sv,
                                    "what is owned"sv,
                                    "descopectl state mv Role/editor Role/author"sv,
                                    "after a handle was renamed by hand"sv,
                                    "descopectl state pull > backup.json"sv,
                                    "a copy that 'state push' takes back"sv,
                                    "descopectl state rebuild --env production"sv,
                                    "after the state was lost: bind the manifests to what is live"sv};
constexpr std::array kForce{"force"sv};
constexpr std::array kAutoApprove{"auto-approve"sv};
// In the order of StateCommand.
constexpr std::array kStateCommands{
    SubcommandRow{.name = "list", .summary = "what is owned, with live ids", .needs = {.state = true}},
    SubcommandRow{.name = "show",
                  .summary = "what is recorded of an object; no secrets",
                  .arguments = {"KIND/NAME", 1, 1, 1},
                  .needs = {.state = true}},
    SubcommandRow{.name = "rm",
                  .summary = "forget objects, preventDestroy included; they stay in the project",
                  .arguments = {"KIND/NAME...", 1, kAnyNumber, kAnyNumber},
                  .needs = {.writes = true}},
    SubcommandRow{.name = "mv",
                  .summary = "record an object under another handle of its kind",
                  .arguments = {"KIND/NAME KIND/NAME", 2, 2, 2},
                  .needs = {.writes = true}},
    SubcommandRow{
        .name = "pull", .summary = "print the state as one JSON document", .needs = {.state = true}},
    SubcommandRow{.name = "push",
                  .summary = "replace the state by such a document; an older one, or one of another lineage, "
                             "only with --force",
                  .arguments = {"FILE", 1, 1},
                  .needs = {.writes = true},
                  .flags = kForce},
    SubcommandRow{
        .name = "rebuild",
        .summary = "make the state anew: show what the manifests match, ask, bind it as 'adopt' does",
        .needs = {.manifests = true, .target = true, .writes = true},
        .flags = kAutoApprove},
    SubcommandRow{.name = "unlock",
                  .summary = "take the lock away from a holder who is gone; from one who may be alive only "
                             "with --force",
                  .needs = {.writes = true},
                  .flags = kForce},
};
static_assert(kStateCommands.size() == static_cast<std::size_t>(StateCommand::kUnlock) + 1);
constexpr std::array kEmulatorExamples{"descopectl emulator --port 8080 --data descope.json"sv,
                                       "serve on 127.0.0.1:8080, keep the data in a file"sv,
                                       "descopectl plan --base-url http://127.0.0.1:8080"sv,
                                       "in another terminal: talk to it"sv,
                                       "descopectl emulator --fault 'POST */create: status=503, times=2'"sv,
                                       "refuse the first two creations"sv};
constexpr std::array kExplainExamples{"descopectl explain"sv,
                                      "list the kinds"sv,
                                      "descopectl explain Connection"sv,
                                      "every field of a kind"sv,
                                      "descopectl explain Resource.scopes.permissionsScopes"sv,
                                      "one field, with an example"sv,
                                      "descopectl explain Config.http"sv,
                                      "keys of descopectl.yaml"sv};
constexpr std::array kSchemaExamples{
    "descopectl schema > manifest.schema.json"sv, "the JSON Schema of all manifests, for an editor"sv,
    "descopectl schema config"sv, "of descopectl.yaml; also plan, apply, drift, diagnostics"sv};
constexpr std::array kHelpExamples{"descopectl help apply"sv, "what apply does, and its flags"sv};
/// What --fault takes, for the command's help.
base::Rows fault_key_rows() {
  base::Rows rows;
  for (const auto& key : emulator::fault_keys())
    rows.emplace_back(fmt::format("{}={}", key.name, key.value), key.doc);
  return rows;
}

constexpr std::array kVersionExamples{"descopectl version -o json"sv, "for a program to read"sv};

constexpr std::array kCommandRows{
    CommandRow{.command = Command::kValidate,
               .name = "validate",
               .summary = "check manifests, offline",
               .description =
                   "Reads all manifests and reports every problem in them, with its place. Nothing is "
                   "asked of the network, and secrets need not be set.",
               .needs = {.manifests = true},
               .formats = kTextAndJson,
               .examples = kValidateExamples},
    CommandRow{.command = Command::kPlan,
               .name = "plan",
               .summary = "show what apply would do",
               .description =
                   "Compares the manifests with the live project and shows what 'apply' would create, "
                   "update, replace, delete and adopt. Nothing is changed and no lock is taken. It takes "
                   "the permissions of 'apply', so that it shows what 'apply' would do with them. --out "
                   "saves the plan in a file, without any secret, for 'apply FILE'.",
               .needs = {.manifests = true, .target = true},
               .formats = kTextAndJson,
               .examples = kPlanExamples},
    CommandRow{.command = Command::kApply,
               .name = "apply",
               .summary = "make the live project equal to the manifests",
               .description =
                   "Plans, shows the plan, asks (on a terminal) and carries it out: what is referred to "
                   "first, deletions last. Without a terminal nothing is asked: --auto-approve is needed "
                   "then. An apply that was interrupted is finished by the next one. With PLANFILE, which "
                   "'plan --out' wrote, it does exactly what that plan says, and asks nothing: it plans "
                   "again with the same flags, and where live, a manifest or a secret moved since, it names "
                   "the object and changes nothing.",
               .needs = {.manifests = true, .target = true, .writes = true},
               .formats = kTextAndJson,
               .examples = kApplyExamples,
               .arguments = {"[PLANFILE]", 0, 1}},
    CommandRow{.command = Command::kDrift,
               .name = "drift",
               .summary = "compare the live project with what was last applied",
               .description = "Shows where the live project differs from what was last applied and from the "
                              "manifests. Exits with 2 for what was changed or deleted in the live project; "
                              "other differences are listed. Nothing is changed and no lock is taken.",
               .needs = {.manifests = true, .target = true},
               .formats = kTextAndJson,
               .examples = kDriftExamples},
    CommandRow{.command = Command::kDestroy,
               .name = "destroy",
               .summary = "delete what is owned and declared",
               .description =
                   "Deletes the live objects that this state owns and the manifests declare, what refers "
                   "to others first. What merely matches a manifest is left alone.",
               .needs = {.manifests = true, .target = true, .writes = true},
               .formats = kTextAndJson,
               .examples = kDestroyExamples},
    CommandRow{.command = Command::kExport,
               .name = "export",
               .summary = "write the live project as manifests",
               .description =
                   "Writes live objects as manifests: handles are made of names, references are restored, "
                   "defaults are left out. A plan right after shows no change, which is proven before "
                   "anything is written. Secrets can't be read: each is a placeholder {fromEnv: NAME}, and "
                   "the variables to set are listed. Objects of tenants, self-registered apps and the "
                   "system's own are left out and counted. Objects that the state owns keep their handles.",
               .needs = {.target = true},
               .formats = kTextAndJson,
               .examples = kExportExamples},
    CommandRow{.command = Command::kAdopt,
               .name = "adopt",
               .summary = "bind manifests to live objects, changing neither",
               .description =
                   "Finds the live object of each named manifest (or of --all, of --target, of --selector) "
                   "as 'plan' does, shows what "
                   "matched by what, asks (on a terminal), and notes the matches in the state: from then on "
                   "they are owned. Nothing is written to the project: where manifest and live differ, the "
                   "next plan shows it. What has no manifest is never adopted: write one with 'export'.",
               .needs = {.manifests = true, .target = true, .writes = true},
               .formats = kTextAndJson,
               .examples = kAdoptExamples,
               .arguments = {"[KIND/NAME...]", 0, kAnyNumber, kAnyNumber}},
    CommandRow{.command = Command::kOutput,
               .name = "output",
               .summary = "show ids and client ids of a live object",
               .description =
                   "Shows what others need to know of an object: its ids, its client id, its uri. With "
                   "FIELD, the bare value alone. The object is named by its handle, and found through the "
                   "state, else through its manifest. The client secret of an inbound app is read only with "
                   "--show-secret or --secret-file.",
               .needs = {.target = true},
               .formats = kTextAndJson,
               .examples = kOutputExamples,
               .arguments = {"KIND/NAME [FIELD]", 1, 2, 1}},
    CommandRow{.command = Command::kRotate,
               .name = "rotate",
               .summary = "make a new client secret for an inbound app",
               .description =
                   "Asks (on a terminal), makes a new secret, and hands it over once: into a new file of "
                   "mode 0600, or on standard output. The old secret is void at once. The file is made "
                   "before the call, so that the secret is not lost for want of a place.",
               .needs = {.target = true, .writes = true},
               .formats = kTextAndJson,
               .examples = kRotateExamples,
               .arguments = {"KIND/NAME", 1, 1, 1}},
    CommandRow{
        .command = Command::kState,
        .name = "state",
        .summary = "look into and repair the state",
        .description =
            "The state holds what is owned and what was last applied. These commands change nothing in "
            "the project. Those that write take the lock.",
        .formats = kTextAndJson,
        .examples = kStateExamples,
        .subcommands = kStateCommands},
    CommandRow{.command = Command::kEmulator,
               .name = "emulator",
               .summary = "serve an emulated Management API on loopback",
               .description =
                   "Serves the part of the Management API that descopectl uses, on 127.0.0.1, until it "
                   "is interrupted. It takes the credentials in DESCOPE_PROJECT_ID and "
                   "DESCOPE_MANAGEMENT_KEY where both are set, else any. The switches choose how it "
                   "behaves where the service's own behaviour is not known. Every write leaves an audit "
                   "record; of the names of audited actions only those of permissions are documented, "
                   "the others are the emulator's own guess.",
               .formats = kTextAndJson,
               .examples = kEmulatorExamples,
               .further_title = "Keys of --fault",
               .further = fault_key_rows},
    CommandRow{.command = Command::kExplain,
               .name = "explain",
               .summary = "explain a kind, a field, or a key of descopectl.yaml",
               .description =
                   "Tells what a kind or a field is: type, whether it is required, default, values, what a "
                   "change of it does, and an example. Config explains descopectl.yaml. Without an argument "
                   "it lists the kinds.",
               .formats = kTextAndJson,
               .examples = kExplainExamples,
               .arguments = {"[KIND[.FIELD]]", 0, 1}},
    CommandRow{.command = Command::kSchema,
               .name = "schema",
               .summary = "print a JSON Schema",
               .description =
                   "Prints the JSON Schema (2020-12) of manifests, of all kinds or of one. The names config, "
                   "plan, apply, drift and diagnostics stand for descopectl.yaml and for what commands "
                   "print with -o json.",
               .formats = kTextAndJson,
               .examples = kSchemaExamples,
               .arguments = {"[KIND|NAME]", 0, 1}},
    CommandRow{
        .command = Command::kVersion,
        .name = "version",
        .summary = "print version, build and library versions",
        .description = "Prints the version of descopectl, how it was built, and the libraries it uses.",
        .formats = kTextAndJson,
        .examples = kVersionExamples},
    CommandRow{.command = Command::kHelp,
               .name = "help",
               .summary = "show help on a command",
               .description = "Shows the same as --help: with the name of a command, that command's flags.",
               .formats = kTextAndJson,
               .examples = kHelpExamples,
               .arguments = {"[COMMAND]"}},
};

constexpr auto kPlanApply = on(Command::kPlan, Command::kApply);
constexpr auto kPlanApplyDestroy = on(Command::kPlan, Command::kApply, Command::kDestroy);
constexpr auto kEmulator = on(Command::kEmulator);
constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kTenMinutes = 600'000;  // milliseconds

config::Given given(const FlagValue& value) {
  return {value.texts.front(), value.is_from_variable};
}

/// `texts` of KIND=FILE reports; the formats were checked.
std::vector<Report> reports(const std::vector<std::string>& texts) {
  std::vector<Report> out;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    const auto name = std::string_view(text).substr(0, equals);
    const auto format = std::find_if(kTextAndJson.begin(), kTextAndJson.end(),
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
    shaping(FlagRow{"strict-references", kSwitch, kInput, "",
                    "a role or permission that is neither declared nor live is an error, not a warning",
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
            [](Options& o, const FlagValue& v) { o.reports = reports(v.texts); }},
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

    FlagRow{"detailed-exitcode", kSwitch, kCommand, "", "exit with 2 where there is something to do",
            [](Options& o, const FlagValue& v) { o.plan.detailed_exitcode = v.is_on; }, on(Command::kPlan)},
    FlagRow{"show-noop", kSwitch, kCommand, "", "list objects that do not change, too",
            [](Options& o, const FlagValue& v) { o.plan.show_noop = v.is_on; }, on(Command::kPlan)},
    FlagRow{"summary", kSwitch, kCommand, "", "one line an object, without its fields",
            [](Options& o, const FlagValue& v) { o.plan.summary = v.is_on; }, on(Command::kPlan)},
    FlagRow{"expect-plan", kDigest, kCommand, "sha256:HEX",
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
                    "go on, and create them again, where N objects, most of a kind's owned ones, are gone",
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

constexpr bool commands_stand_in_order() {
  for (std::size_t i = 0; i < kCommandRows.size(); ++i) {
    if (static_cast<std::size_t>(kCommandRows[i].command) != i) return false;
  }
  return true;
}
static_assert(commands_stand_in_order(), "row_of finds a command's row by its number");

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

std::span<const CommandRow> command_table() {
  return kCommandRows;
}

std::span<const FlagRow> flag_table() {
  return kFlagRows;
}

const CommandRow& row_of(Command command) {
  return kCommandRows[static_cast<std::size_t>(command)];
}

std::string_view name_of(Command command) {
  return row_of(command).name;
}

std::string_view name_of(Format format) {
  switch (format) {
    case Format::kText:
      return "text";
    case Format::kJson:
      return "json";
  }
  return "text";
}

config::Needs needs_of(const Options& options) {
  const CommandRow& row = row_of(options.command);
  return row.subcommands.empty() ? row.needs : row.subcommands[options.subcommand].needs;
}

std::string variable_name(std::string_view flag) {
  std::string name = "DESCOPECTL_";
  for (const char c : flag)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

}  // namespace descopectl::cli
