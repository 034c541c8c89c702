#include "cost/report.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "infra/template_file.h"

namespace davit::cost {
namespace {

// "12.30", or "12.30 to 61.50" when they differ.
std::string span(Dollars low, Dollars high) {
  return low == high ? to_text(low) : fmt::format("{} to {}", to_text(low), to_text(high));
}

std::string span(Quantity low, Quantity high) {
  return low == high ? to_text(low) : fmt::format("{} to {}", to_text(low), to_text(high));
}

std::string price_of(const Line& line) {
  if (!line.is_known) return "price not known";
  auto const low = to_text(line.price_low, kDollarDigits);
  auto const trimmed = [](std::string text) {
    while (text.ends_with('0') && text.find('.') < text.size() - 3) text.pop_back();
    return text;
  };
  if (line.price_low == line.price_high) return trimmed(low);
  return fmt::format("{} to {}", trimmed(low), trimmed(to_text(line.price_high, kDollarDigits)));
}

struct Row {
  std::string what;
  std::string quantity;
  std::string amount;
};

std::string key_of(const Line& line) {
  return line.server.empty() ? line.what : fmt::format("{} ({})", line.what, line.server);
}

Row row_of(const Line& line) {
  if (!line.is_known) {
    auto const count = line.count == 1 ? std::string() : fmt::format("{}, ", line.count);
    return {key_of(line), count + "price not known", "?"};
  }
  return {
      key_of(line),
      fmt::format("{} {} x {}", span(line.low, line.high), line.unit, price_of(line)),
      span(line.amount_low, line.amount_high)
  };
}

std::string signed_text(Dollars low, Dollars high) {
  auto const one = [](Dollars dollars) {
    return (dollars.parts >= 0 ? "+" : "") + to_text(dollars);
  };
  return low == high ? one(low) : fmt::format("{} to {}", one(low), one(high));
}

}  // namespace

std::string to_text(const Estimate& estimate) {
  std::vector<Row> rows;
  for (auto const& line : estimate.lines) rows.push_back(row_of(line));
  auto const total = span(estimate.low, estimate.high);
  std::size_t widths[3] = {5, 0, total.size()};
  for (auto const& row : rows) {
    widths[0] = std::max(widths[0], row.what.size());
    widths[1] = std::max(widths[1], row.quantity.size());
    widths[2] = std::max(widths[2], row.amount.size());
  }
  std::string out;
  auto const line = [&](std::string_view what, std::string_view quantity, std::string_view amount) {
    out += fmt::format(
        "{:<{}}  {:<{}}  {:>{}}\n", what, widths[0], quantity, widths[1], amount, widths[2]
    );
  };
  for (auto const& row : rows) line(row.what, row.quantity, row.amount);
  line("Total", "US dollars a month", total);
  if (estimate.unknown > 0) {
    out += fmt::format(
        "{} line{} without a known price {} not in the total.\n",
        estimate.unknown,
        estimate.unknown == 1 ? "" : "s",
        estimate.unknown == 1 ? "is" : "are"
    );
  }
  if (estimate.release.overlap.count() > 0) {
    out += fmt::format(
        "\nA release runs the old tasks beside the new for {} min: {} dollars.\n",
        estimate.release.overlap.count(),
        estimate.release.low == estimate.release.high
            ? to_text(estimate.release.low, 4)
            : fmt::format(
                  "{} to {}", to_text(estimate.release.low, 4), to_text(estimate.release.high, 4)
              )
    );
  }
  out += "\nAssumptions:\n";
  for (auto const& assumption : estimate.assumptions) out += fmt::format("  - {}\n", assumption);
  if (!estimate.advice.empty()) {
    out += "\nCheaper:\n";
    for (auto const& advice : estimate.advice) {
      out += fmt::format("  - {} ({} a month)\n", advice.text, to_text(advice.saving));
    }
  }
  return out;
}

json::Value to_json(const Estimate& estimate) {
  json::Array lines;
  for (auto const& line : estimate.lines) {
    lines.push_back(json::Object{
        {"what", line.what},
        {"server", line.server},
        {"resource", line.resource},
        {"count", line.count},
        {"unit", line.unit},
        {"known", line.is_known},
        {"price", price_of(line)},
        {"quantity_low", to_text(line.low)},
        {"quantity_high", to_text(line.high)},
        {"amount_low", to_text(line.amount_low)},
        {"amount_high", to_text(line.amount_high)}
    });
  }
  json::Array advice;
  for (auto const& one : estimate.advice) {
    advice.push_back(json::Object{{"text", one.text}, {"saving", to_text(one.saving)}});
  }
  return json::Object{
      {"version", 1},
      {"currency", "USD"},
      {"region", estimate.region},
      {"prices_date", estimate.date},
      {"monthly_low", to_text(estimate.low)},
      {"monthly_high", to_text(estimate.high)},
      {"unknown", estimate.unknown},
      {"lines", std::move(lines)},
      {"assumptions", json::Array(estimate.assumptions.begin(), estimate.assumptions.end())},
      {"release",
       json::Object{
           {"overlap_minutes", estimate.release.overlap.count()},
           {"low", to_text(estimate.release.low, 4)},
           {"high", to_text(estimate.release.high, 4)}
       }},
      {"advice", std::move(advice)}
  };
}

Comparison compare(
    const manifest::Manifest& manifest,
    const std::vector<json::Value>& before,
    const std::vector<infra::Stack>& after
) {
  std::vector<infra::Stack> old_stacks;
  for (auto const& body : before) old_stacks.push_back(infra::stack_of(body, ""));
  auto const was = estimate(manifest, old_stacks);
  auto const will_be = estimate(manifest, after);
  Comparison comparison{
      .had_before = !before.empty(),
      .before_low = was.low,
      .before_high = was.high,
      .after_low = will_be.low,
      .after_high = will_be.high
  };
  if (!comparison.had_before) return comparison;
  std::map<std::string, LineChange> lines;
  for (auto const& line : was.lines) {
    lines[key_of(line)].before_low += line.amount_low;
    lines[key_of(line)].before_high += line.amount_high;
  }
  for (auto const& line : will_be.lines) {
    lines[key_of(line)].after_low += line.amount_low;
    lines[key_of(line)].after_high += line.amount_high;
  }
  for (auto& [what, change] : lines) {
    if (change.before_low == change.after_low && change.before_high == change.after_high) continue;
    change.what = what;
    comparison.changes.push_back(std::move(change));
  }
  return comparison;
}

std::string to_text(const Comparison& comparison) {
  auto const after = span(comparison.after_low, comparison.after_high);
  if (!comparison.had_before) return fmt::format("Cost: {} US dollars a month.\n", after);
  auto const before = span(comparison.before_low, comparison.before_high);
  if (comparison.changes.empty() && before == after) {
    return fmt::format("Cost: {} US dollars a month, as before.\n", after);
  }
  auto out = fmt::format(
      "Cost: {} -> {} US dollars a month ({}).\n",
      before,
      after,
      signed_text(
          comparison.after_low - comparison.before_low,
          comparison.after_high - comparison.before_high
      )
  );
  std::vector<std::string> amounts;
  std::size_t width = 9;
  for (auto const& change : comparison.changes) {
    amounts.push_back(
        signed_text(change.after_low - change.before_low, change.after_high - change.before_high)
    );
    width = std::max(width, amounts.back().size());
  }
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    out += fmt::format("  {:>{}}  {}\n", amounts[i], width, comparison.changes[i].what);
  }
  return out;
}

json::Value to_json(const Comparison& comparison) {
  json::Array changes;
  for (auto const& change : comparison.changes) {
    changes.push_back(json::Object{
        {"what", change.what},
        {"before_low", to_text(change.before_low)},
        {"before_high", to_text(change.before_high)},
        {"after_low", to_text(change.after_low)},
        {"after_high", to_text(change.after_high)}
    });
  }
  json::Object object{
      {"currency", "USD"},
      {"monthly_low", to_text(comparison.after_low)},
      {"monthly_high", to_text(comparison.after_high)}
  };
  if (comparison.had_before) {
    object["monthly_low_before"] = to_text(comparison.before_low);
    object["monthly_high_before"] = to_text(comparison.before_high);
    object["changes"] = std::move(changes);
  }
  return object;
}

}  // namespace davit::cost
