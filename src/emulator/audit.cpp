// The audit trail in memory: bounded, oldest records first.
#include "audit.hpp"

#include <algorithm>

#include "codec.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::size_t kKept = 10'000;
constexpr std::size_t kKeptInFile = 1'000;

/// A record of which nothing is known yet, in the order of a search's answer.
json::object empty_record() {
  return {{"ID", ""},
          {"projectId", ""},
          {"userId", ""},
          {"action", ""},
          {"occurred", "0"},
          {"device", ""},
          {"method", ""},
          {"geo", ""},
          {"remoteAddress", "127.0.0.1"},
          {"externalIds", json::array()},
          {"tenants", json::array()},
          {"data", json::object()},
          {"type", "info"},
          {"actorId", ""}};
}

}  // namespace

void AuditLog::note(std::string action, json::object data) {
  note({{"action", std::move(action)}, {"data", std::move(data)}});
}

void AuditLog::note(json::object record) {
  json::object whole = empty_record();
  for (auto& member : record)
    whole[member.key()] = std::move(member.value());
  pending_.push_back(std::move(whole));
}

void AuditLog::commit(const Actor& actor, std::int64_t milliseconds) {
  for (json::object& record : pending_) {
    const std::string occurred = std::to_string(milliseconds);
    record["ID"] = occurred + "-" + std::to_string(++count_);
    record["projectId"] = actor.project_id;
    record["occurred"] = occurred;
    if (text_member(record, "actorId").empty()) record["actorId"] = actor.id;
    records_.push_back(std::move(record));
  }
  pending_.clear();
  while (records_.size() > kKept)
    records_.pop_front();
}

json::array AuditLog::to_json() const {
  const std::size_t count = std::min(records_.size(), kKeptInFile);
  json::array result;
  for (std::size_t i = records_.size() - count; i < records_.size(); ++i)
    result.push_back(records_[i]);
  return result;
}

bool AuditLog::restore(const json::value& records) {
  if (!records.is_array()) return false;
  std::deque<json::object> restored;
  for (const json::value& item : records.get_array()) {
    if (!item.is_object()) return false;
    json::object whole = empty_record();
    for (const auto& member : item.get_object()) {
      json::value* known = whole.if_contains(member.key());
      if (known == nullptr || known->kind() != member.value().kind()) return false;
      *known = member.value();
    }
    restored.push_back(std::move(whole));
  }
  records_ = std::move(restored);
  count_ = records_.size();
  return true;
}

}  // namespace descopectl::emulator
