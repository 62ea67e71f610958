// Objects of one kind with their indexes. A change of an object replaces it, so that indexes follow in one
// place.
#include "collection.hpp"

#include <utility>

#include "codec.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::emulator {
namespace {

/// A byte that is in no name: scope and value can't be mistaken for each other.
constexpr char kSeparator = '\x1f';

std::string joined(std::string_view scope, std::string_view value) {
  return std::string(scope) + kSeparator + std::string(value);
}

}  // namespace

Collection::Collection(const schema::Kind& kind, std::vector<std::string> unique, std::string scope)
    : kind_(&kind), unique_(std::move(unique)), scope_(std::move(scope)), by_unique_(unique_.size()) {}

std::string Collection::key_of(const json::object& fields, const std::string& field) const {
  const std::string_view value = text_member(fields, field);
  if (value.empty()) return {};
  return joined(scope_.empty() ? std::string_view() : text_member(fields, scope_), value);
}

const Record* Collection::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &records_.at(found->second);
}

const Record* Collection::find_by(std::string_view field, std::string_view value,
                                  std::string_view scope) const {
  if (value.empty()) return nullptr;
  for (std::size_t i = 0; i < unique_.size(); ++i) {
    if (unique_[i] != field) continue;
    const auto found = by_unique_[i].find(joined(scope, value));
    return found == by_unique_[i].end() ? nullptr : &records_.at(found->second);
  }
  return nullptr;
}

std::optional<std::string> Collection::find_clash(const json::object& candidate, std::uint64_t order) const {
  const auto same_id = by_id_.find(schema::live_id_of(*kind_, candidate));
  if (same_id != by_id_.end() && same_id->second != order)
    return schema::has_key(*kind_) ? base::join_words({kind_->key_fields.begin(), kind_->key_fields.end()})
                                   : "id";
  for (std::size_t i = 0; i < unique_.size(); ++i) {
    const std::string key = key_of(candidate, unique_[i]);
    const auto found = key.empty() ? by_unique_[i].end() : by_unique_[i].find(key);
    if (found != by_unique_[i].end() && found->second != order) return unique_[i];
  }
  return std::nullopt;
}

void Collection::index(const Record& record) {
  by_id_[schema::live_id_of(*kind_, record.fields)] = record.order;
  for (std::size_t i = 0; i < unique_.size(); ++i)
    if (std::string key = key_of(record.fields, unique_[i]); !key.empty())
      by_unique_[i][std::move(key)] = record.order;
}

void Collection::forget(const Record& record) {
  by_id_.erase(schema::live_id_of(*kind_, record.fields));
  for (std::size_t i = 0; i < unique_.size(); ++i)
    by_unique_[i].erase(key_of(record.fields, unique_[i]));
}

void Collection::remember(Time now, std::uint64_t order, std::optional<Record> before) {
  if (lag_.count() <= 0) return;
  while (!history_.empty() && history_.front().when <= now - lag_)
    history_.pop_front();
  history_.push_back({now, order, std::move(before)});
}

const Record* Collection::insert(Record record, Time now) {
  record.order = next_++;
  remember(now, record.order, std::nullopt);
  Record& stored = records_[record.order];
  stored = std::move(record);
  index(stored);
  return &stored;
}

const Record* Collection::replace(const Record& before, Record after, Time now) {
  Record& stored = records_.at(before.order);
  after.order = stored.order;
  forget(stored);
  std::swap(stored, after);
  index(stored);
  remember(now, stored.order, std::move(after));
  return &stored;
}

void Collection::erase(const Record& record, Time now) {
  const auto found = records_.find(record.order);
  forget(found->second);
  remember(now, found->first, std::move(found->second));
  records_.erase(found);
}

std::vector<const Record*> Collection::list(Time now) const {
  std::vector<const Record*> result;
  if (lag_.count() <= 0 || history_.empty()) {
    result.reserve(records_.size());
    for (const auto& [order, record] : records_)
      result.push_back(&record);
    return result;
  }
  std::map<std::uint64_t, const Record*> seen;
  for (const auto& [order, record] : records_)
    seen[order] = &record;
  for (auto undo = history_.rbegin(); undo != history_.rend() && undo->when > now - lag_; ++undo) {
    if (undo->before)
      seen[undo->order] = &*undo->before;
    else
      seen.erase(undo->order);
  }
  for (const auto& [order, record] : seen)
    result.push_back(record);
  return result;
}

}  // namespace descopectl::emulator
