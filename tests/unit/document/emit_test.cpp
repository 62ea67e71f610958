// Emitting: what is written is what is read back, in a form that people would write.
#include "descopectl/document/emit.hpp"

#include <gtest/gtest.h>

#include "descopectl/document/parse.hpp"

namespace descopectl::document {
namespace {

json::value to_value(const Node& node) {
  switch (node.kind) {
    case NodeKind::kNull:
      return nullptr;
    case NodeKind::kBoolean:
      return json::value(node.as_boolean().value());
    case NodeKind::kInteger:
      return json::value(node.as_integer().value());
    case NodeKind::kFloat:
      return json::value(node.as_float().value());
    case NodeKind::kString:
      return json::value(node.text);
    case NodeKind::kSequence: {
      json::array list;
      for (const Node& item : node.items)
        list.push_back(to_value(item));
      return list;
    }
    case NodeKind::kMapping: {
      json::object object;
      for (const Member& member : node.members)
        object[member.key] = to_value(member.value);
      return object;
    }
  }
  return nullptr;
}

/// The value that the text of `object` is read back as.
json::value read_back(const json::object& object) {
  diag::SourceTable sources;
  diag::Sink sink;
  json::value result;
  const std::uint32_t source = sources.add("text", to_yaml(object));
  parse_documents(sources, source, Limits(), sink, [&](const Node& root) { result = to_value(root); });
  for (const diag::Diagnostic& diagnostic : sink.all())
    ADD_FAILURE() << diag::to_text(diagnostic, sources) << to_yaml(object);
  return result;
}

TEST(Emit, WritesWhatPeopleWouldWrite) {
  const json::object object{
      {"kind", "Connection"},
      {"metadata", json::object{{"name", "google"}}},
      {"spec", json::object{{"name", "Google Calendar"},
                            {"tokenUrl", "https://x.example/t?a=b"},
                            {"pkce", true},
                            {"prompt", json::array{"login", "none"}},
                            {"params", json::array{json::object{{"key", "a"}, {"value", "yes"}},
                                                   json::object{{"key", "b"}, {"value", "1.5"}}}},
                            {"settings", json::object{{"on", true}, {"count", 3}}},
                            {"pem", "-----BEGIN KEY-----\nabc\n\ndef\n"},
                            {"empty", json::object()},
                            {"none", json::array()}}}};
  EXPECT_EQ(to_yaml(object),
            "kind: Connection\n"
            "metadata:\n"
            "  name: google\n"
            "spec:\n"
            "  name: Google Calendar\n"
            "  tokenUrl: https://x.example/t?a=b\n"
            "  pkce: true\n"
            "  prompt: [login, none]\n"
            "  params:\n"
            "    - key: a\n"
            "      value: \"yes\"\n"
            "    - key: b\n"
            "      value: \"1.5\"\n"
            "  settings:\n"
            "    \"on\": true\n"
            "    count: 3\n"
            "  pem: |\n"
            "    -----BEGIN KEY-----\n"
            "    abc\n"
            "\n"
            "    def\n"
            "  empty: {}\n"
            "  none: []\n");
}

TEST(Emit, QuotesWhatWouldBeReadAsSomethingElse) {
  for (const char* text :
       {"",     "true", "null", "~",  "1",  "0o17", "1e3", "012", "2020-01-01", "1:20", "no",   "On",  "<<",
        "- a",  "a: b", "a #b", " a", "a ", "a:",   "*a",  "&a",  "!a",         "@a",   "%a",   "[a]", "{a",
        "a, b", "'",    "\"",   "|",  ">",  "---",  "...", "?",   "=",          "a\tb", "a\x01"})
    EXPECT_EQ(to_yaml_scalar(text).front(), '"') << text;
  for (const char* text : {"a", "Google Calendar", "https://a.example/b?c=d&e=%20", "mcp:calendar.read",
                           "Ünïcode", "日本", "x@y.example", "a-b_c.d/e+f", "2fa for all", "P2abc"})
    EXPECT_EQ(to_yaml_scalar(text), text);
}

TEST(Emit, IsReadBackAsItWas) {
  const std::vector<std::string> texts{"",
                                       "a",
                                       " a",
                                       "a ",
                                       "a\nb",
                                       "a\n",
                                       "a\n\n",
                                       "\na",
                                       "\n",
                                       "a\n b\n",
                                       " a\nb",
                                       "a\tb",
                                       "\ta",
                                       "a\r\nb",
                                       "a\\b\"c'd",
                                       "true",
                                       "012",
                                       "1_000",
                                       "<<",
                                       "!unset",
                                       "---",
                                       "--- a\n---",
                                       "# a",
                                       "a\n# b",
                                       "a\x01\x7f",
                                       "\u0085",
                                       "\u2028x",
                                       "\uFEFFa",
                                       "\u202Eabc",
                                       "😀 😀",
                                       "ﬀ é",
                                       "\uFFFE",
                                       "${env:X}",
                                       "{{user}}",
                                       "%YAML 1.2",
                                       "a: b: c",
                                       "- - a",
                                       "? a",
                                       "a\n\nb",
                                       "a \nb",
                                       "*",
                                       "null",
                                       "a,b",
                                       "[",
                                       "]",
                                       "}",
                                       "key: |\n  x",
                                       std::string("a\0b", 3),
                                       std::string(3000, 'x')};
  for (const std::string& text : texts) {
    json::object object{{"value", text},
                        {"list", json::array{text, "z"}},
                        {"one", json::object{{"only", text}}},
                        {"items", json::array{json::object{{"a", text}, {"b", text}}}},
                        {"nested", json::array{json::array{text}, json::object()}}};
    if (text.size() < 1000) object["keys"] = json::object{{text, 1}, {"other", 2}};
    EXPECT_EQ(read_back(object), json::value(object)) << to_yaml(object);
  }
}

TEST(Emit, KeepsNumbersBooleansAndNull) {
  const json::object object{{"a", 1},
                            {"b", -7},
                            {"c", 1.5},
                            {"d", true},
                            {"e", false},
                            {"f", nullptr},
                            {"g", 9007199254740993},
                            {"list", json::array{1, true, nullptr}}};
  EXPECT_EQ(read_back(object), json::value(object));
}

}  // namespace
}  // namespace descopectl::document
