// One object's three-way comparison.
#include "descopectl/diff/compare.hpp"

#include <algorithm>

namespace descopectl::diff {
namespace {

namespace marker = model::marker;
using schema::Field;
using schema::Fields;

class Comparer {
 public:
  Comparer(const schema::Kind& kind, const Binding& binding, Comparison& result)
      : kind_(kind), binding_(binding), result_(result) {}

  void run(const IdOf& id_of, ConnectionScopeFormat format) {
    const json::object* live = binding_.live == nullptr ? nullptr : &binding_.live->body;
    // What a replacement left behind is carried over as live would have been.
    const json::object* base = live == nullptr ? find_pending_create(binding_) : live;
    if (base == nullptr) return plan_new_object({}, id_of, format);
    if (live == nullptr && has_other_origin(*base))
      return plan_new_object(keep_beyond_origin(*base), id_of, format);
    json::object spec = binding_.desired->spec;
    place_own_items(spec, *base);
    drop_ignored(spec, base);
    result_.managed = resolve_fields(kind_, spec, base, id_of, format, result_.uses_unverified_encoding);
    result_.applied = result_.managed;
    if (binding_.recorded != nullptr) {
      // A field that goes back to its default now is not managed any more after that.
      reset_removed(kind_.fields, binding_.recorded->applied, result_.managed, "");
      if (!binding_.keeps_items) settle_own_items(result_.managed);
      settle_own_items(result_.applied);
    }
    if (live == nullptr) {
      result_.target = schema::overlay(kind_.fields, *base, result_.managed);
      result_.changes = schema::find_changes(kind_.fields, {}, result_.target);
      return;
    }
    keep_equal_values(*live);
    result_.target = schema::overlay(kind_.fields, *live, result_.managed);
    result_.changes = schema::find_changes(kind_.fields, *live, result_.target);
    settle_write_only();
    find_replacements();
    if (has_other_origin()) leave_origin_behind(*live, id_of, format);
  }

 private:
  /// An item with a document of its own stays in whichever list live keeps it, but where the manifest writes
  /// that list whole.
  void place_own_items(json::object& spec, const json::object& live) {
    for (const auto& [list, names] : binding_.desired->own_items) {
      const std::size_t slash = list.rfind('/');
      const std::string group = list.substr(0, slash);
      const json::value* live_group = schema::find_at(kind_.fields, live, group);
      if (live_group == nullptr || !live_group->is_object()) continue;
      for (const auto& [sibling, value] : live_group->get_object()) {
        const std::string other = group + "/" + std::string(sibling);
        if (other == list || !value.is_array() || is_declared_whole(spec, other)) continue;
        for (const std::string& name : names)
          move_item(spec, list, other, value.get_array(), name);
      }
    }
  }

  static bool is_declared_whole(const json::object& spec, const std::string& list) {
    const json::value* declared = schema::find_at({}, spec, list);
    return declared != nullptr && (declared->is_array() || declared->is_null());
  }

  static bool is_named(const json::value& item, std::string_view name) {
    const json::value* found = item.is_object() ? item.get_object().if_contains("name") : nullptr;
    return found != nullptr && found->is_string() && found->get_string() == name;
  }

  /// In the list that live keeps it in, an item's values may be names of another kind: those are left alone
  /// where the item has none, and are not to be replaced by connections.
  void settle_values(json::object& item, const std::string& from, const std::string& to,
                     const json::array& live, const std::string& name) {
    const Field* list = schema::find_row(kind_.fields, to);
    if (list == nullptr) return;
    const auto at = std::find_if(live.begin(), live.end(),
                                 [&](const json::value& candidate) { return is_named(candidate, name); });
    for (const Field& row : list->fields) {
      if (row.names.empty()) continue;
      const json::value* wanted = item.if_contains(row.wire_name());
      const bool is_connections = wanted != nullptr && marker::find_connections(*wanted) != nullptr;
      if (wanted != nullptr && !is_connections) continue;
      if (is_connections)
        result_.misplaced.push_back({std::string(list->name), name, std::string(row.names),
                                     from + "/" + base::escape_pointer_token(name)});
      item.erase(row.wire_name());
      if (const json::value* values = at->get_object().if_contains(row.wire_name()))
        item[row.wire_name()] = *values;
    }
  }

  void move_item(json::object& spec, const std::string& from, const std::string& to, const json::array& live,
                 const std::string& name) {
    const auto has = [&](const json::array& items) {
      return std::any_of(items.begin(), items.end(),
                         [&](const json::value& item) { return is_named(item, name); });
    };
    if (!has(live)) return;
    json::value source = *schema::find_at({}, spec, from);
    const bool is_partial = marker::find_items(source) != nullptr;
    json::array items = is_partial ? *marker::find_items(source) : source.get_array();
    const auto at = std::find_if(items.begin(), items.end(),
                                 [&](const json::value& item) { return is_named(item, name); });
    if (at == items.end()) return;
    json::value moved = *at;
    items.erase(at);
    settle_values(moved.get_object(), from, to, live, name);
    schema::set_at(spec, from,
                   is_partial ? marker::make_items(std::move(items), {}) : json::value(std::move(items)));
    const json::value* target = schema::find_at({}, spec, to);
    if (target != nullptr && target->is_array()) {
      json::array list = target->get_array();
      list.push_back(std::move(moved));
      schema::set_at(spec, to, std::move(list));
      return;
    }
    json::array list;
    if (target != nullptr && marker::find_items(*target) != nullptr) list = *marker::find_items(*target);
    list.push_back(std::move(moved));
    schema::set_at(spec, to, marker::make_items(std::move(list), {}));
  }

  /// `body` is live; null where there is none yet.
  void drop_ignored(json::object& spec, const json::object* body) {
    for (const std::string& pointer : binding_.desired->lifecycle.ignore_fields) {
      const std::vector<std::string> tokens = base::split_pointer(pointer);
      const Field* row = nullptr;
      std::string list;
      // A pointer into an item of a list: the list stays managed, the item's member takes live's value.
      std::string prefix;
      for (const std::string& token : tokens) {
        row = schema::find_row(kind_.fields, prefix + "/" + base::escape_pointer_token(token));
        prefix += "/" + base::escape_pointer_token(token);
        if (row != nullptr &&
            (row->type == schema::Type::kObjectList || row->type == schema::Type::kObjectMap ||
             row->type == schema::Type::kStringMap) &&
            list.empty() && prefix != pointer)
          list = prefix;
      }
      const json::value* live = body == nullptr ? nullptr : schema::find_at(kind_.fields, *body, pointer);
      if (list.empty() || (body != nullptr && live == nullptr)) {
        schema::erase_at(kind_.fields, spec, pointer);
      } else if (live == nullptr) {
        continue;
      } else if (auto* at =
                     const_cast<json::value*>(schema::find_at(kind_.fields, spec, pointer))) {  // NOLINT
        *at = *live;
      }
    }
  }

  /// Does live, as this generation of the API shows it, have no such field to go back to its default?
  bool is_of_other_generation(const Field& row) const {
    return row.generation != 0 && binding_.live != nullptr && !binding_.live->body.contains(row.wire_name());
  }

  /// Leaves of `applied` that the manifest no longer writes: back to the default where that is known.
  void reset_removed(Fields fields, const json::object& applied, json::object& managed,
                     const std::string& prefix) {
    for (const auto& [name, value] : applied) {
      const Field* row = schema::find_wire_field(fields, name);
      const std::string path = prefix + "/" + base::escape_pointer_token(name);
      if (is_ignored(path)) continue;
      json::value* now = managed.if_contains(name);
      if (row != nullptr && row->type == schema::Type::kObject && value.is_object() &&
          (now == nullptr || now->is_object())) {
        json::object inner = now == nullptr ? json::object() : now->get_object();
        reset_removed(row->fields, value.get_object(), inner, path);
        if (!inner.empty() || now != nullptr) managed[name] = std::move(inner);
        continue;
      }
      if (now != nullptr || value.is_null() || marker::find_items(value) != nullptr) continue;
      if (row == nullptr || (row->resets_when_left_out() && !is_of_other_generation(*row)))
        managed[name] = nullptr;
      else
        result_.no_longer_managed.push_back(path);
    }
  }

  bool is_ignored(const std::string& path) const {
    const auto& ignored = binding_.desired->lifecycle.ignore_fields;
    return std::any_of(ignored.begin(), ignored.end(), [&](const std::string& pointer) {
      return path == pointer || path.starts_with(pointer + "/");
    });
  }

  /// Items that we declared on somebody else's object and no longer declare are taken out, or kept.
  void settle_own_items(json::object& fields) { settle_items(fields, binding_.recorded->applied, ""); }

  void settle_items(json::object& managed, const json::object& applied, const std::string& prefix) {
    for (const auto& [name, value] : applied) {
      const std::string path = prefix + "/" + base::escape_pointer_token(name);
      if (const json::array* old_items = marker::find_items(value)) {
        const Field* row = schema::find_row(kind_.fields, path);
        const std::string_view key_name = row == nullptr ? std::string_view("name") : row->key;
        json::value& now = managed[name];
        if (now.is_array()) continue;  // declared whole by now
        const json::array* items = marker::find_items(now);
        json::array kept = items == nullptr ? json::array() : *items;
        json::array removed;
        for (const json::value& old_item : *old_items) {
          const json::value& key = old_item.get_object().at(key_name);
          const bool is_there = std::any_of(kept.begin(), kept.end(), [&](const json::value& item) {
            return item.get_object().at(key_name) == key;
          });
          if (is_there) continue;
          if (binding_.keeps_items)
            kept.push_back(old_item);
          else
            removed.push_back(key);
        }
        now = marker::make_items(std::move(kept), std::move(removed));
      } else if (value.is_object()) {
        json::object inner =
            managed.contains(name) && managed[name].is_object() ? managed[name].get_object() : json::object();
        settle_items(inner, value.get_object(), path);
        if (!inner.empty()) managed[name] = std::move(inner);
      }
    }
  }

  /// What the server handed back changed right after a write counts as what was sent: a hosted copy, or the
  /// default that only the service knows.
  void keep_equal_values(const json::object& live) {
    const model::RecordedObject* recorded = binding_.recorded;
    if (recorded == nullptr) return;
    for (const auto& [path, pair] : recorded->changed_by_server) {
      const json::value* wanted = schema::find_at(kind_.fields, result_.managed, path);
      const json::value* got = schema::find_at(kind_.fields, live, path);
      if (wanted == nullptr || got == nullptr || *wanted != pair.sent || *got != pair.got) continue;
      *const_cast<json::value*>(wanted) = *got;  // NOLINT: compared as what live shows
    }
  }

  /// A field that can't be read back is compared with what was last applied, or not at all. A reset of one
  /// shows in that alone.
  void settle_write_only() {
    std::erase_if(result_.changes, [&](const schema::FieldChange& change) {
      if (change.field == nullptr || !change.field->write_only) return false;
      const json::value* last = binding_.recorded == nullptr
                                    ? nullptr
                                    : schema::find_at(kind_.fields, binding_.recorded->applied, change.path);
      // Owned, and never written by us: it is new in the manifest. Adopted: nobody knows what it is.
      if (last == nullptr) return binding_.recorded == nullptr;
      return schema::is_equal(change.field, *last, change.after);
    });
    if (binding_.recorded == nullptr) return;
    for (const auto& [name, value] : result_.managed) {
      const Field* row = schema::find_wire_field(kind_.fields, name);
      const json::value* last = binding_.recorded->applied.if_contains(name);
      if (!value.is_null() || row == nullptr || !row->write_only || row->secret || last == nullptr ||
          base::is_zero(*last))
        continue;
      result_.changes.push_back({"/" + base::escape_pointer_token(name), *last, value, row, false});
    }
  }

  [[nodiscard]] bool has_other_origin() const {
    return std::any_of(result_.changes.begin(), result_.changes.end(),
                       [](const auto& change) { return change.field != nullptr && change.field->is_origin; });
  }

  /// What live got of its template, say, is not for an object that is made of another one: that is made of
  /// what its manifest says alone.
  void leave_origin_behind(const json::object& live, const IdOf& id_of, ConnectionScopeFormat format) {
    plan_new_object(keep_beyond_origin(live), id_of, format);
    std::erase_if(result_.no_longer_managed, [&](const std::string& path) {
      const Field* row = schema::find_wire_field(kind_.fields, base::split_pointer(path).front());
      return row == nullptr || !row->outlives_origin;
    });
    result_.changes = schema::find_changes(kind_.fields, live, result_.target);
    settle_write_only();
    std::erase_if(result_.changes, [](const schema::FieldChange& change) {
      return change.field != nullptr && change.field->read_only;
    });
    result_.replaced_by.clear();
    find_replacements();
  }

  json::object keep_beyond_origin(const json::object& body) const {
    json::object kept;
    for (const Field& row : kind_.fields)
      if (const json::value* value = body.if_contains(row.wire_name());
          value != nullptr && row.outlives_origin)
        kept[row.wire_name()] = *value;
    return kept;
  }

  /// `kept`: what it has beside what its manifest says.
  void plan_new_object(const json::object& kept, const IdOf& id_of, ConnectionScopeFormat format) {
    result_.is_of_other_origin = find_pending_create(binding_) != nullptr || binding_.live != nullptr;
    result_.managed = resolve_fields(kind_, binding_.desired->spec, nullptr, id_of, format,
                                     result_.uses_unverified_encoding);
    result_.applied = result_.managed;
    drop_ignored(result_.applied, nullptr);  // sent once, and not managed from then on
    result_.target = schema::overlay(kind_.fields, kept, result_.managed);
    result_.changes = schema::find_changes(kind_.fields, {}, result_.target);
  }

  /// Is an unfinished replacement's body made of something else than the manifest says by now?
  [[nodiscard]] bool has_other_origin(const json::object& pending) const {
    return std::any_of(kind_.fields.begin(), kind_.fields.end(), [&](const Field& row) {
      const json::value* wanted = binding_.desired->spec.if_contains(row.wire_name());
      const json::value* there = pending.if_contains(row.wire_name());
      return row.is_origin && (wanted != nullptr || there != nullptr) &&
             !schema::is_equal(&row, there == nullptr ? json::value() : *there,
                               wanted == nullptr ? json::value() : *wanted);
    });
  }

  void find_replacements() {
    for (const schema::FieldChange& change : result_.changes)
      if (change.field != nullptr && change.field->immutable) result_.replaced_by.push_back(change.path);
  }

  const schema::Kind& kind_;
  const Binding& binding_;
  Comparison& result_;
};

}  // namespace

Comparison compare_object(const schema::Kind& kind, const Binding& binding, const IdOf& id_of,
                          ConnectionScopeFormat format) {
  Comparison result;
  Comparer(kind, binding, result).run(id_of, format);
  return result;
}

}  // namespace descopectl::diff
