// The command line: what is taken, from where, and every message about what is not.
#include "descopectl/cli/options.hpp"

#include <gmock/gmock.h>

#include "parse.hpp"

namespace descopectl::cli {
namespace {

using testing::ElementsAre;

/// The messages of a command line that is refused.
std::string refused(std::vector<const char*> words, const Variables& variables = {},
                    std::span<const std::string_view> kinds = {}) {
  const auto result = parse(std::move(words), variables, kinds);
  EXPECT_FALSE(result.options);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, diag::ExitStatus::kInvalidInput);
  return messages(result);
}

/// The options of one that is taken.
Options taken(std::vector<const char*> words, const Variables& variables = {}) {
  auto result = parse(std::move(words), variables);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, diag::ExitStatus::kDone);
  EXPECT_TRUE(result.options);
  return result.options ? std::move(*result.options) : Options{};
}

TEST(Options, TakeGlobalFlagsBeforeAndAfterTheCommand) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"-f", "a", "--filename=b", "--env", "staging", "plan"},
                                             {"plan", "-f", "a", "--filename=b", "--env", "staging"},
                                             {"-f", "a", "plan", "--env=staging", "-fb"},
                                             {"-f=a", "plan", "--env=staging", "-f=b"}}) {
    const auto options = taken(words);
    EXPECT_EQ(options.command, Command::kPlan);
    EXPECT_THAT(options.settings.filenames, ElementsAre("a", "b"));
    EXPECT_EQ(options.settings.environment, "staging");
  }
}

TEST(Options, RememberTheFlagsThatShapeThePlan) {
  const auto options = taken(
      {"plan", "--target", "Role/a", "--allow-replace", "--adopt=false", "--json", "--allow-deletes", "3"},
      {{"DESCOPECTL_ENV", "staging"}});
  EXPECT_THAT(options.plan_flags,
              ElementsAre(PlanFlag{"env", {"staging"}}, PlanFlag{"target", {"Role/a"}},
                          PlanFlag{"allow-replace", {"true"}}, PlanFlag{"allow-deletes", {"3"}}));
}

TEST(Options, TakeTheFlagsOfASavedPlanAndNoOthers) {
  const auto saved = taken({"plan", "--target", "Role/a", "--allow-replace"}).plan_flags;
  auto options = taken({"apply", "x.plan", "--allow-replace"});
  diag::Sink sink;
  take_plan_flags(options, saved, "x.plan", {}, sink);
  EXPECT_FALSE(sink.has_errors());
  EXPECT_THAT(options.selection.targets, ElementsAre("Role/a"));
  EXPECT_TRUE(options.allow.replace);
  auto others = taken({"apply", "x.plan", "--target", "Role/b"});
  take_plan_flags(others, saved, "x.plan", {}, sink);
  EXPECT_EQ(sink.error_count(), 1U);
  auto unknown = taken({"apply", "x.plan"});
  take_plan_flags(unknown, {{"of-tomorrow", {"1"}}}, "x.plan", {}, sink);
  EXPECT_EQ(sink.error_count(), 2U);
}

TEST(Options, HoldEveryGlobalFlag) {
  const auto options = taken({"apply",
                              "--config",
                              "c",
                              "--chdir",
                              "d",
                              "--project-id",
                              "P1",
                              "--base-url",
                              "http://x",
                              "--state",
                              "s",
                              "--var",
                              "a=b,c",
                              "--var",
                              "d=",
                              "--report",
                              "json=r",
                              "--parallelism",
                              "7",
                              "--color",
                              "always",
                              "--log-level",
                              "trace",
                              "--log-format",
                              "json",
                              "--strict-references",
                              "--ca-file",
                              "ca",
                              "--allow-insecure",
                              "--management-key-file",
                              "-",
                              "-o",
                              "json"});
  EXPECT_EQ(options.settings.config, "c");
  EXPECT_EQ(options.settings.chdir, "d");
  EXPECT_EQ(options.settings.project_id->value, "P1");
  EXPECT_FALSE(options.settings.project_id->is_from_variable);
  EXPECT_EQ(options.settings.base_url->value, "http://x");
  EXPECT_EQ(options.settings.state, "s");
  EXPECT_THAT(options.settings.variables, ElementsAre("a=b,c", "d="));
  ASSERT_EQ(options.reports.size(), 1U);
  EXPECT_EQ(options.reports[0].format, Format::kJson);
  EXPECT_EQ(options.reports[0].file, "r");
  EXPECT_EQ(options.settings.parallelism, 7);
  EXPECT_EQ(options.color, config::ColorMode::kAlways);
  EXPECT_EQ(options.log_level, LogLevel::kTrace);
  EXPECT_EQ(options.log_format, LogFormat::kJson);
  EXPECT_TRUE(options.settings.strict_references);
  EXPECT_EQ(options.settings.ca_file, "ca");
  EXPECT_TRUE(options.settings.allow_insecure);
  EXPECT_EQ(options.settings.management_key_file, "-");
  EXPECT_EQ(options.format, Format::kJson);
  EXPECT_TRUE(taken({"plan", "--sandbox"}).settings.sandbox);
  EXPECT_EQ(taken({"plan", "--json"}).format, Format::kJson);
  EXPECT_EQ(taken({"plan", "--no-color"}).color, config::ColorMode::kNever);
}

TEST(Options, OfPlanAndApplyShareThePermissions) {
  for (const auto* command : {"plan", "apply"}) {
    const auto options =
        taken({command, "--adopt", "--allow-replace", "--allow-empty-kind", "Role", "--allow-empty-kind",
               "Connection", "--allow-destroy", "Role/a", "--allow-drop", "InboundApp/b:logo",
               "--allow-recreate", "3", "--send-secret", "Connection/c"});
    EXPECT_TRUE(options.allow.adopt);
    EXPECT_TRUE(options.allow.replace);
    EXPECT_THAT(options.allow.empty_kinds, ElementsAre("Role", "Connection"));
    EXPECT_THAT(options.allow.destroy, ElementsAre("Role/a"));
    EXPECT_THAT(options.allow.drop, ElementsAre("InboundApp/b:logo"));
    EXPECT_EQ(options.allow.recreate, 3);
    EXPECT_THAT(options.allow.send_secrets, ElementsAre("Connection/c"));
  }
}

TEST(Options, HoldTheFlagsOfEachCommand) {
  const auto plan = taken({"plan", "--detailed-exitcode", "--show-noop", "--summary"}).plan;
  EXPECT_TRUE(plan.detailed_exitcode && plan.show_noop && plan.summary);
  EXPECT_TRUE(taken({"apply", "--yes"}).auto_approve);
  EXPECT_TRUE(taken({"destroy", "--auto-approve"}).auto_approve);
  EXPECT_FALSE(taken({"apply", "--yes=false"}).auto_approve);
  const auto drift = taken({"drift", "--count", "unmanaged,manifest"}).drift;
  EXPECT_TRUE(drift.counts_manifest && drift.counts_unmanaged);
  EXPECT_TRUE(taken({"drift", "--count", "manifest"}).drift.counts_manifest);
  EXPECT_FALSE(taken({"drift", "--count", "manifest"}).drift.counts_unmanaged);
}

TEST(Options, HoldTheSwitchesOfTheEmulator) {
  const auto emulator = taken({"emulator",
                               "--port",
                               "8080",
                               "--data",
                               "f",
                               "--latency-ms",
                               "5",
                               "--strict-version",
                               "--check-references",
                               "--strict-connection",
                               "--dcr-update",
                               "store",
                               "--no-zero-values",
                               "--duplicate-status",
                               "400",
                               "--wrap-inbound-load",
                               "--ignore-unknown-fields",
                               "--list-lag-ms",
                               "9",
                               "--secret-in-response",
                               "--default-app-type",
                               "custom",
                               "--page-size",
                               "2",
                               "--unique-names",
                               "--allow-uri-update",
                               "--seed",
                               "42",
                               "--fault",
                               "GET /a: status=503, times=2",
                               "--fault-seed",
                               "9"})
                            .emulator;
  EXPECT_EQ(emulator.port, 8080);
  EXPECT_EQ(emulator.data, "f");
  EXPECT_EQ(emulator.latency_ms, 5);
  EXPECT_TRUE(emulator.strict_version && emulator.check_references && emulator.strict_connection);
  EXPECT_EQ(emulator.dcr_update, DcrUpdate::kStore);
  EXPECT_TRUE(emulator.no_zero_values && emulator.wrap_inbound_load && emulator.ignore_unknown_fields);
  EXPECT_EQ(emulator.duplicate_status, 400);
  EXPECT_EQ(emulator.list_lag_ms, 9);
  EXPECT_TRUE(emulator.secret_in_response && emulator.unique_names && emulator.allow_uri_update);
  EXPECT_EQ(emulator.default_app_type, "custom");
  EXPECT_EQ(emulator.page_size, 2U);
  EXPECT_EQ(emulator.seed, 42U);
  ASSERT_EQ(emulator.faults.size(), 1U);
  EXPECT_EQ(emulator.faults.front().status, 503);
  EXPECT_EQ(emulator.faults.front().times, 2);
  EXPECT_EQ(emulator.fault_seed, 9U);
}

TEST(Options, TakeValuesAsTheyAre) {
  EXPECT_THAT(taken({"plan", "-f", "[a,b]", "-f", "plan", "-f", "-"}).settings.filenames,
              ElementsAre("[a,b]", "plan", "-"));
  EXPECT_EQ(taken({"plan", "--env", "apply"}).settings.environment, "apply");
  EXPECT_THAT(taken({"plan", "--var", "x=--help"}).settings.variables, ElementsAre("x=--help"));
}

TEST(Options, OfAFlagGivenTwiceAreThoseOfTheLast) {
  EXPECT_EQ(taken({"--env", "a", "plan", "--env", "b"}).settings.environment, "b");
  EXPECT_EQ(taken({"plan", "-o", "json", "-o", "text"}).format, Format::kText);
}

TEST(Options, ComeFromVariablesWhereThereIsNoFlag) {
  const Variables variables{{"DESCOPECTL_LOG_LEVEL", "debug"},
                            {"DESCOPECTL_AUTO_APPROVE", "true"},
                            {"DESCOPECTL_FILENAME", "a,b"},
                            {"DESCOPECTL_PROJECT_ID", "P1"},
                            {"DESCOPECTL_OUTPUT", "json"},
                            {"DESCOPECTL_VAR", "a=1,b=2"},
                            {"DESCOPECTL_ENV", ""},
                            {"DESCOPECTL_COUNT", "not for this command"},
                            {"DESCOPECTL_VERSION", "0.0.9"},
                            {"OTHER", "x"}};
  const auto options = taken({"apply", "-f", "c", "--var", "b=3"}, variables);
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_TRUE(options.auto_approve);
  EXPECT_THAT(options.settings.filenames, ElementsAre("c"));
  EXPECT_EQ(options.settings.project_id->value, "P1");
  EXPECT_TRUE(options.settings.project_id->is_from_variable);
  EXPECT_EQ(options.format, Format::kJson);
  EXPECT_THAT(options.settings.variables, ElementsAre("a=1", "b=2", "b=3"));
  EXPECT_EQ(options.settings.environment, "");
  EXPECT_THAT(taken({"plan"}, variables).settings.filenames, ElementsAre("a", "b"));
  EXPECT_EQ(taken({"plan", "-o", "text"}, variables).format, Format::kText);
  EXPECT_TRUE(taken({"apply"}, {{"DESCOPECTL_YES", "1"}}).auto_approve);
}

TEST(Options, OfFlagsBeatVariablesWithAnotherNameForTheSame) {
  EXPECT_EQ(taken({"plan", "--color", "always"}, {{"DESCOPECTL_NO_COLOR", "true"}}).color,
            config::ColorMode::kAlways);
  EXPECT_EQ(taken({"plan", "-o", "text"}, {{"DESCOPECTL_JSON", "true"}}).format, Format::kText);
}

TEST(Options, OfTheVersionFlagAreThoseOfTheCommand) {
  EXPECT_EQ(taken({"--version"}).command, Command::kVersion);
  EXPECT_EQ(taken({"version", "-o", "json"}).format, Format::kJson);
}

TEST(Options, WithAnUnknownFlagAreRefused) {
  EXPECT_EQ(refused({"apply", "--auto-aprove"}),
            "error: unknown flag '--auto-aprove' for 'apply' [unknown-flag]\n"
            "hint: did you mean '--auto-approve'?\n");
  EXPECT_EQ(refused({"--nonsense", "plan"}),
            "error: unknown flag '--nonsense' for 'plan' [unknown-flag]\n"
            "hint: see 'descopectl plan --help'\n");
  EXPECT_EQ(refused({"plan", "-x"}),
            "error: unknown flag '-x' for 'plan' [unknown-flag]\n"
            "hint: see 'descopectl plan --help'\n");
  EXPECT_EQ(refused({"--evn", "a"}),
            "error: unknown flag '--evn' [unknown-flag]\n"
            "hint: did you mean '--env'?\n");
}

TEST(Options, ThatBeginLikeOneFlagAloneGetItSuggested) {
  EXPECT_EQ(refused({"plan", "--fil", "a"}),
            "error: unknown flag '--fil' for 'plan' [unknown-flag]\n"
            "hint: did you mean '--filename'?\n");
  EXPECT_EQ(refused({"apply", "--allow-=x"}),
            "error: unknown flag '--allow-' for 'apply' [unknown-flag]\n"
            "hint: see 'descopectl apply --help'\n");
}

TEST(Options, NeverRepeatWhatMayBeASecret) {
  EXPECT_EQ(refused({"plan", "--management-key", "Ksecret"}),
            "error: unknown flag '--management-key' for 'plan' [unknown-flag]\n"
            "hint: did you mean '--management-key-file'?\n");
  EXPECT_EQ(refused({"plan", "--management-key=Ksecret"}),
            "error: unknown flag '--management-key' for 'plan' [unknown-flag]\n"
            "hint: did you mean '--management-key-file'?\n");
  EXPECT_EQ(refused({"plan", "--var", "Ksecret"}),
            "error: invalid value for '--var': must be NAME=VALUE [invalid-value]\n");
}

TEST(Options, WithAFlagOfAnotherCommandAreRefused) {
  EXPECT_EQ(refused({"plan", "--yes"}),
            "error: unknown flag '--yes' for 'plan' [unknown-flag]\n"
            "hint: it is a flag of apply, destroy, adopt, rotate and state\n");
}

TEST(Options, WithoutAKnownCommandAreRefused) {
  EXPECT_EQ(refused({"aply"}),
            "error: unknown command 'aply' [unknown-command]\n"
            "hint: did you mean 'apply'?\n");
  EXPECT_EQ(refused({"frobnicate", "--help"}),
            "error: unknown command 'frobnicate' [unknown-command]\n"
            "hint: see 'descopectl --help'\n");
  EXPECT_EQ(refused({"import"}),
            "error: unknown command 'import' [unknown-command]\n"
            "hint: did you mean 'adopt'?\n");
}

TEST(Options, WithArgumentsThatNobodyTakesAreRefused) {
  EXPECT_EQ(refused({"plan", "apply", "x"}),
            "error: unexpected argument 'apply' for 'plan' [unexpected-argument]\n"
            "hint: see 'descopectl plan --help'\n"
            "error: unexpected argument 'x' for 'plan' [unexpected-argument]\n"
            "hint: see 'descopectl plan --help'\n");
  EXPECT_EQ(refused({"plan", "--", "--env"}),
            "error: unexpected argument '--env' for 'plan' [unexpected-argument]\n"
            "hint: see 'descopectl plan --help'\n");
  EXPECT_EQ(refused({"plan", "descope/"}),
            "error: unexpected argument 'descope/' for 'plan' [unexpected-argument]\n"
            "hint: did you mean '-f descope/'?\n");
  constexpr std::array<std::string_view, 1> kKinds{"Connection"};
  EXPECT_EQ(refused({"destroy", "Connection/a"}, {}, kKinds),
            "error: unexpected argument 'Connection/a' for 'destroy' [unexpected-argument]\n"
            "hint: did you mean '--target Connection/a'?\n");
}

TEST(Options, HoldTheArgumentsThatTheCommandTakes) {
  EXPECT_EQ(parse({"output", "InboundApp/portal", "--json", "clientId"}).options->arguments,
            (std::vector<std::string>{"InboundApp/portal", "clientId"}));
  EXPECT_EQ(parse({"adopt", "Connection/a", "Role/b", "Role/c"}).options->arguments.size(), 3U);
  EXPECT_TRUE(parse({"adopt", "--all"}).options->adopts_all);
  EXPECT_EQ(
      refused({"output"}),
      "error: 'output' needs KIND/NAME [FIELD] [missing-argument]\nhint: see 'descopectl output --help'\n");
  EXPECT_EQ(refused({"rotate", "portal"}),
            "error: invalid value 'portal' for 'rotate': must be KIND/NAME [invalid-value]\n");
  EXPECT_EQ(refused({"rotate", "InboundApp/a", "b"}),
            "error: unexpected argument 'b' for 'rotate' [unexpected-argument]\n"
            "hint: see 'descopectl rotate --help'\n");
  EXPECT_EQ(refused({"adopt", "--all", "Role/a"}),
            "error: '--all' and 'Role/a' contradict each other [conflicting-flags]\n");
}

TEST(Options, WithAFlagThatLacksItsValueAreRefused) {
  EXPECT_EQ(refused({"plan", "--env"}),
            "error: '--env' needs a value [missing-value]\n"
            "hint: see 'descopectl plan --help'\n");
  EXPECT_EQ(refused({"plan", "--env=", "-f", "a"}),
            "error: '--env' needs a value that is not empty [missing-value]\n");
  EXPECT_EQ(refused({"plan", "--env", "--json"}),
            "error: '--env' needs a value, but '--json' follows [missing-value]\n");
}

TEST(Options, WithAWrongValueAreRefused) {
  EXPECT_EQ(refused({"plan", "--log-level", "inof"}),
            "error: invalid value 'inof' for '--log-level': must be error, warn, info, debug or trace "
            "[invalid-value]\n"
            "hint: did you mean 'info'?\n");
  EXPECT_EQ(
      refused({"plan", "--parallelism", "0"}),
      "error: invalid value '0' for '--parallelism': must be a whole number from 1 to 100 [invalid-value]\n");
  EXPECT_EQ(
      refused({"emulator", "--port", "80x"}),
      "error: invalid value '80x' for '--port': must be a whole number from 0 to 65535 [invalid-value]\n");
  EXPECT_EQ(refused({"plan", "-o", "yaml"}),
            "error: invalid value 'yaml' for '--output': must be text or json [invalid-value]\n");
  EXPECT_EQ(refused({"plan", "--report", "json"}),
            "error: invalid value 'json' for '--report': must be FORMAT=FILE [invalid-value]\n"
            "hint: for example json=result.json\n");
  EXPECT_EQ(refused({"plan", "--report", "pdf=x"}),
            "error: invalid value 'pdf' for '--report': must be text or json [invalid-value]\n");
  EXPECT_EQ(refused({"apply", "--yes=maybe"}),
            "error: invalid value 'maybe' for '--yes': must be true or false [invalid-value]\n");
  EXPECT_EQ(refused({"drift", "--count", "manifest,live"}),
            "error: invalid value 'live' for '--count': must be manifest or unmanaged [invalid-value]\n");
  EXPECT_EQ(refused({"apply", "--allow-destroy", "Role"}),
            "error: invalid value 'Role' for '--allow-destroy': must be KIND/NAME [invalid-value]\n");
  EXPECT_EQ(refused({"plan", "--selector", "team=a,=b", "--selector", "team in (a"}),
            "error: invalid value '=b' for '--selector': must be LABEL=VALUE, LABEL!=VALUE, LABEL or !LABEL "
            "[invalid-value]\n"
            "error: invalid value 'team in (a' for '--selector': must be LABEL=VALUE, LABEL!=VALUE, LABEL or "
            "!LABEL [invalid-value]\n");
  for (const char* command : {"export", "output", "rotate", "state"})
    EXPECT_EQ(refused({command, "--target", "Role/a"}).substr(0, 26), "error: unknown flag '--tar");
  EXPECT_EQ(refused({"export", "--selector", "team=a"}),
            "error: unknown flag '--selector' for 'export' [unknown-flag]\n"
            "hint: it is a flag of validate, plan, apply, drift, destroy and adopt\n");
  EXPECT_TRUE(parse({"export"}, {{"DESCOPECTL_SELECTOR", "team=a"}}).options->selection.selector.empty());
  EXPECT_EQ(command_help(Command::kExport).find("--target"), std::string::npos);
  EXPECT_NE(command_help(Command::kAdopt).find("--target"), std::string::npos);
  EXPECT_EQ(refused({"apply", "--target", "Role"}),
            "error: invalid value 'Role' for '--target': must be KIND/NAME [invalid-value]\n");
  EXPECT_EQ(refused({"apply", "--allow-drop", "Role/a"}),
            "error: invalid value 'Role/a' for '--allow-drop': must be KIND/NAME:FIELD [invalid-value]\n");
}

TEST(Options, TakeSeveralRulesAndTargetsFromFlagsAndVariables) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(
      parse({"plan", "--selector", "team=a,tier!=b", "--selector", "!old,new"}).options->selection.selector,
      (Texts{"team=a", "tier!=b", "!old", "new"}));
  EXPECT_EQ(parse({"plan"}, {{"DESCOPECTL_SELECTOR", "team==a,x="}}).options->selection.selector,
            (Texts{"team=a", "x="}));
  EXPECT_EQ(parse({"plan", "--target", "Role/a", "--target", "Role/b"}).options->selection.targets,
            (Texts{"Role/a", "Role/b"}));
  EXPECT_EQ(parse({"plan"}, {{"DESCOPECTL_TARGET", "Role/a,Role/b"}}).options->selection.targets,
            (Texts{"Role/a", "Role/b"}));
}

TEST(Options, WithAnUnknownKindAreRefusedWhereKindsAreKnown) {
  constexpr std::array<std::string_view, 2> kKinds{"Connection", "Role"};
  EXPECT_EQ(refused({"apply", "--allow-destroy", "Conection/a"}, {}, kKinds),
            "error: unknown kind 'Conection' for '--allow-destroy' [unknown-kind]\n"
            "hint: did you mean 'Connection'?\n");
  EXPECT_EQ(refused({"apply", "--allow-empty-kind", "Widget"}, {}, kKinds),
            "error: unknown kind 'Widget' for '--allow-empty-kind' [unknown-kind]\n"
            "hint: known kinds: Connection and Role\n");
}

TEST(Options, WithAWrongOrUnknownVariableAreRefused) {
  EXPECT_EQ(refused({"plan"}, {{"DESCOPECTL_LOGLEVEL", "x"}, {"DESCOPECTL_WHATEVER_IT_IS", "x"}}),
            "error: unknown variable 'DESCOPECTL_LOGLEVEL' [unknown-variable]\n"
            "hint: did you mean 'DESCOPECTL_LOG_LEVEL'?\n"
            "error: unknown variable 'DESCOPECTL_WHATEVER_IT_IS' [unknown-variable]\n"
            "hint: variables that begin with DESCOPECTL_ stand for flags; see 'descopectl --help'\n");
  EXPECT_EQ(
      refused({"apply"}, {{"DESCOPECTL_AUTO_APPROVE", "yes"}}),
      "error: invalid value 'yes' for 'DESCOPECTL_AUTO_APPROVE': must be true or false [invalid-value]\n");
}

TEST(Options, ThatContradictEachOtherAreRefused) {
  EXPECT_EQ(refused({"plan", "--json", "-o", "text"}),
            "error: '--json' and '--output' contradict each other [conflicting-flags]\n");
  EXPECT_EQ(refused({"plan", "--no-color", "--color", "always"}),
            "error: '--no-color' and '--color' contradict each other [conflicting-flags]\n");
  EXPECT_EQ(refused({"plan", "--sandbox", "--base-url", "http://x"}),
            "error: '--sandbox' and '--base-url' contradict each other [conflicting-flags]\n");
  EXPECT_EQ(refused({"plan", "--selector", "a=b", "--target", "Role/a"}),
            "error: '--selector' and '--target' contradict each other [conflicting-flags]\n");
  EXPECT_EQ(refused({"plan", "--target", "Role/a"}, {{"DESCOPECTL_SELECTOR", "a"}}),
            "error: '--selector' and '--target' contradict each other [conflicting-flags]\n");
  EXPECT_EQ(refused({"plan", "-f", "-", "--management-key-file", "-"}),
            "error: standard input ('-') can be read only once [conflicting-flags]\n");
}

TEST(Options, TellEverythingThatIsWrongAtOnce) {
  EXPECT_EQ(refused({"plan", "--colour", "--parallelism", "no"}, {{"DESCOPECTL_LOG_FORMAT", "xml"}}),
            "error: unknown flag '--colour' for 'plan' [unknown-flag]\n"
            "hint: did you mean '--color'?\n"
            "error: invalid value 'xml' for 'DESCOPECTL_LOG_FORMAT': must be text or json [invalid-value]\n"
            "error: invalid value 'no' for '--parallelism': must be a whole number from 1 to 100 "
            "[invalid-value]\n");
}

TEST(Options, SayWhatACommandNeeds) {
  const auto needs = [](std::vector<const char*> words) { return needs_of(*parse(words).options); };
  EXPECT_TRUE(needs({"apply"}).writes && needs({"apply"}).target);
  EXPECT_FALSE(needs({"plan"}).writes);
  EXPECT_FALSE(needs({"validate"}).target);
  EXPECT_FALSE(needs({"version"}).any());
  EXPECT_FALSE(needs({"state", "list"}).writes);
  EXPECT_TRUE(needs({"state", "rm", "Role/r"}).writes);
  EXPECT_FALSE(needs({"state", "rm", "Role/r"}).target);
  EXPECT_TRUE(needs({"state", "rebuild"}).target);
}

TEST(Options, OfACommandWithCommandsOfItsOwn) {
  const auto moved = parse({"state", "mv", "Role/a", "Role/b"});
  ASSERT_TRUE(moved.options);
  EXPECT_EQ(moved.options->subcommand, static_cast<std::size_t>(StateCommand::kMove));
  EXPECT_EQ(moved.options->arguments, (std::vector<std::string>{"Role/a", "Role/b"}));
  EXPECT_EQ(messages(parse({"state", "lst"})),
            "error: 'state' has no command 'lst' [unknown-command]\nhint: did you mean 'list'?\n");
  EXPECT_EQ(messages(parse({"state", "mv", "Role/a"})),
            "error: 'state mv' needs KIND/NAME KIND/NAME [missing-argument]\n"
            "hint: see 'descopectl state --help'\n");
  EXPECT_EQ(messages(parse({"state", "list", "more"})),
            "error: unexpected argument 'more' for 'state' [unexpected-argument]\n"
            "hint: see 'descopectl state --help'\n");
  EXPECT_EQ(messages(parse({"state", "list", "--force"})),
            "error: unknown flag '--force' for 'state list' [unknown-flag]\n"
            "hint: see 'descopectl state --help'\n");
  EXPECT_EQ(messages(parse({"state"})),
            "error: 'state' needs list, show, rm, mv, pull, push, rebuild or unlock [missing-argument]\n"
            "hint: see 'descopectl state --help'\n");
}

TEST(Refusal, KnowsWhetherJsonWasAskedFor) {
  const auto is_json = [](std::vector<const char*> words, const Variables& variables = {}) {
    const auto result = parse(std::move(words), variables);
    EXPECT_EQ(result.status, diag::ExitStatus::kInvalidInput);
    EXPECT_FALSE(result.problems.empty());
    return result.understood.format == Format::kJson;
  };
  EXPECT_TRUE(is_json({"plan", "--nonsense", "-o", "json"}));
  EXPECT_TRUE(is_json({"plan", "-o=json", "--nonsense"}));
  EXPECT_TRUE(is_json({"--output=json", "nonsense"}));
  EXPECT_TRUE(is_json({"plan", "--json", "--parallelism", "many"}));
  EXPECT_TRUE(is_json({"plan", "--json", "--env"}));
  EXPECT_TRUE(is_json({"plan", "--nonsense"}, {{"DESCOPECTL_OUTPUT", "json"}}));
  EXPECT_FALSE(is_json({"plan", "--nonsense", "-o", "text"}, {{"DESCOPECTL_OUTPUT", "json"}}));
  EXPECT_FALSE(is_json({"plan", "--nonsense"}));
  EXPECT_FALSE(is_json({"plan", "-o", "jsn"}));
}

TEST(Arguments, StandBesideFlagsAsManyAsTheCommandTakes) {
  EXPECT_EQ(taken({"explain", "Connection.name"}).arguments, std::vector<std::string>{"Connection.name"});
  EXPECT_EQ(taken({"schema", "plan", "-o", "json"}).arguments, std::vector<std::string>{"plan"})
      << "the name of a command is an argument like others";
  EXPECT_TRUE(taken({"explain"}).arguments.empty());
  EXPECT_THAT(refused({"schema", "plan", "apply"}),
              testing::HasSubstr("unexpected argument 'apply' for 'schema'"));
}

}  // namespace
}  // namespace descopectl::cli
