// The rows: every command that there is.
#include <fmt/format.h>

#include <array>

#include "tables.hpp"

namespace descopectl::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::array kTextAndJson{Format::kText, Format::kJson};

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

constexpr std::array kLikeValidate{"lint"sv, "check"sv};
constexpr std::array kLikePlan{"diff"sv, "preview"sv, "dry-run"sv};
constexpr std::array kLikeApply{"sync"sv, "deploy"sv, "up"sv, "push"sv, "create"sv};
constexpr std::array kLikeDrift{"refresh"sv, "detect"sv};
constexpr std::array kLikeDestroy{"delete"sv, "down"sv, "reset"sv};
constexpr std::array kLikeExport{"dump"sv, "pull"sv, "get"sv};
constexpr std::array kLikeAdopt{"import"sv};
constexpr std::array kLikeOutput{"show"sv};
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
               .examples = kValidateExamples,
               .elsewhere = kLikeValidate},
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
               .examples = kPlanExamples,
               .elsewhere = kLikePlan},
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
               .arguments = {"[PLANFILE]", 0, 1},
               .elsewhere = kLikeApply},
    CommandRow{.command = Command::kDrift,
               .name = "drift",
               .summary = "compare the live project with what was last applied",
               .description = "Shows where the live project differs from what was last applied and from the "
                              "manifests. Exits with 2 for what was changed or deleted in the live project; "
                              "other differences are listed. Nothing is changed and no lock is taken.",
               .needs = {.manifests = true, .target = true},
               .formats = kTextAndJson,
               .examples = kDriftExamples,
               .elsewhere = kLikeDrift},
    CommandRow{.command = Command::kDestroy,
               .name = "destroy",
               .summary = "delete what is owned and declared",
               .description =
                   "Deletes the live objects that this state owns and the manifests declare, what refers "
                   "to others first. What merely matches a manifest is left alone.",
               .needs = {.manifests = true, .target = true, .writes = true},
               .formats = kTextAndJson,
               .examples = kDestroyExamples,
               .elsewhere = kLikeDestroy},
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
               .examples = kExportExamples,
               .elsewhere = kLikeExport},
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
               .arguments = {"[KIND/NAME...]", 0, kAnyNumber, kAnyNumber},
               .elsewhere = kLikeAdopt},
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
               .arguments = {"KIND/NAME [FIELD]", 1, 2, 1},
               .elsewhere = kLikeOutput},
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
    CommandRow{
        .command = Command::kSchema,
        .name = "schema",
        .summary = "print a JSON Schema",
        .description =
            "Prints the JSON Schema (2020-12) of manifests (also as the name manifest), of all kinds or of "
            "one. The name overlay stands for the manifests of an environment's own folder, config for "
            "descopectl.yaml, and plan, apply, drift and diagnostics for what commands print with "
            "-o json.",
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

constexpr bool commands_stand_in_order() {
  for (std::size_t i = 0; i < kCommandRows.size(); ++i) {
    if (static_cast<std::size_t>(kCommandRows[i].command) != i) return false;
  }
  return true;
}
static_assert(commands_stand_in_order(), "row_of finds a command's row by its number");

}  // namespace

std::span<const CommandRow> command_table() {
  return kCommandRows;
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
  config::Needs needs = row.subcommands.empty() ? row.needs : row.subcommands[options.subcommand].needs;
  // A saved plan is for an apply.
  if (options.command == Command::kPlan && !options.out.empty()) needs.writes = true;
  return needs;
}

}  // namespace descopectl::cli
