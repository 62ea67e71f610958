// Whatever is recorded in whatever order: what is read again is what was in memory.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

// One random step, done to the store and to a plain map of handles and names.
struct Steps {
  std::filesystem::path path;
  std::unique_ptr<Store> store;
  std::map<std::string, std::string> names;
  std::set<std::string> intents;

  static std::string any_handle() { return "app-" + std::to_string(*rc::gen::inRange(0, 6)); }

  void put() {
    model::RecordedObject object = sample_object(any_handle());
    // Names of any bytes: quotes, newlines, broken UTF-8.
    const auto name = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    object.applied["name"] = name;
    object.keep_on_removal = *rc::gen::arbitrary<bool>();
    RC_ASSERT(store->put(object).has_value());
    names[object.key.handle] = name;
    intents.erase(object.key.handle);
  }
  void begin() {
    std::vector<model::Intent> some;
    for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
      some.push_back(*rc::gen::arbitrary<bool>() ? sample_intent(any_handle())
                                                 : sample_deletion(any_handle()));
      intents.insert(some.back().key.handle);
    }
    RC_ASSERT(wait_for(store->begin(std::move(some))).has_value());
  }
  void settle() {
    const std::string handle = any_handle();
    RC_ASSERT(store->settle(connection_key(handle)).has_value());
    intents.erase(handle);
  }
  void remove() {
    const std::string handle = any_handle();
    const bool is_owned = names.erase(handle) == 1;
    RC_ASSERT(store->remove(connection_key(handle)).has_value() == is_owned);
    if (is_owned) intents.erase(handle);
  }
  void move() {
    const std::string from = any_handle();
    const std::string to = any_handle();
    const bool fits = names.contains(from) && (from == to || !names.contains(to));
    RC_ASSERT(store->move(connection_key(from), connection_key(to)).has_value() == fits);
    if (!fits || from == to) return;
    auto node = names.extract(from);
    node.key() = to;
    names.insert(std::move(node));
    if (intents.erase(from) == 1) intents.insert(to);
  }
  void reopen() {
    const std::string before = text_of(store->current());
    const bool is_new = !std::filesystem::exists(path);
    store.reset();
    store = open_store(path);
    // Key and lineage of a state without a record are made anew.
    RC_ASSERT(is_new || text_of(store->current()) == before);
  }
  void take_one() {
    switch (*rc::gen::inRange(0, 11)) {
      case 0:
        return remove();
      case 1:
        return move();
      case 2:
        RC_ASSERT(store->compact().has_value());
        return;
      case 3:
        return reopen();
      case 4:
        RC_ASSERT(store->set_target(any_handle(), "https://api.descope.com").has_value());
        return;
      case 5:
        return begin();
      case 6:
        return settle();
      default:
        return put();
    }
  }
};

RC_GTEST_PROP(LocalStoreProperty, ReadsAgainWhatWasInMemory, ()) {
  const TemporaryFolder folder;
  Steps steps{
      .path = folder / "state.json", .store = open_store(folder / "state.json"), .names = {}, .intents = {}};
  const int count = *rc::gen::inRange(1, 40);
  for (int i = 0; i < count; ++i) {
    steps.take_one();
    const auto reloaded = read_state(steps.path);
    RC_ASSERT(reloaded.has_value());
    if (std::filesystem::exists(steps.path)) RC_ASSERT(text_of(*reloaded) == text_of(steps.store->current()));
    std::map<std::string, std::string> names;
    for (const auto& [key, object] : reloaded->objects)
      names[key.handle] = std::string(object.applied.at("name").as_string());
    RC_ASSERT(names == steps.names);
    std::set<std::string> intents;
    for (const auto& [key, intent] : reloaded->intents)
      intents.insert(key.handle);
    RC_ASSERT(intents == steps.intents);
  }
}

}  // namespace
}  // namespace descopectl::state
