// explain, schema: what the tables say, for people and for editors.
#include "context.hpp"
#include "descopectl/reference/schemas.hpp"
#include "descopectl/reference/topics.hpp"

namespace descopectl::cli {
namespace {

using diag::ExitStatus;

ExitStatus refuse(Context& context, const Error& error) {
  context.fail("unknown-name", error.message(), error.hint());
  return context.emit(ExitStatus::kInvalidInput,
                      [](const render::FormatRow& row, const render::Presentation& shown) {
                        return row.name == "text" ? std::string() : row.diagnostics(shown, {});
                      });
}

}  // namespace

ExitStatus run_explain(Context& context) {
  if (context.options.arguments.empty()) {
    const std::vector<reference::Topic> topics = reference::list_topics();
    return context.emit(ExitStatus::kDone, [&](const render::FormatRow& row, const render::Presentation&) {
      if (row.name == "text") return reference::topics_to_text(topics);
      json::array kinds;
      for (const reference::Topic& topic : topics)
        kinds.push_back({{"name", topic.name}, {"type", topic.type}, {"doc", topic.doc}});
      return base::to_pretty_json(json::object{{"kinds", std::move(kinds)}});
    });
  }
  const auto topic = reference::find_topic(context.options.arguments.front());
  if (!topic) return refuse(context, topic.error());
  return context.emit(ExitStatus::kDone, [&](const render::FormatRow& row, const render::Presentation&) {
    return row.name == "text" ? reference::topic_to_text(*topic)
                              : base::to_pretty_json(reference::topic_to_json(*topic));
  });
}

ExitStatus run_schema(Context& context) {
  const auto& arguments = context.options.arguments;
  const auto document =
      reference::make_schema(arguments.empty() ? reference::schema_table().front().name : arguments.front());
  if (!document) return refuse(context, document.error());
  return context.emit(ExitStatus::kDone, [&](const render::FormatRow&, const render::Presentation&) {
    return base::to_pretty_json(*document);
  });
}

}  // namespace descopectl::cli
