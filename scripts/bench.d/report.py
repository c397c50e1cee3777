"""The figures of scripts/bench: medians, ranges and ratios, as a table and as JSON."""

import json
import statistics


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summary(runs, names):
    """Per proxy the spread of each figure; the ratio of the first proxy to the second, round by round."""
    found = {}
    for name in names:
        own = [run for run in runs if run["proxy"] == name]
        found[name] = {
            "cpuMicrosPerOperation": spread([run["cpuMicrosPerOperation"] for run in own]),
            "operationsPerSecond": spread([run["operationsPerSecond"] for run in own]),
            "coreShare": spread([run["coreShare"] for run in own]),
            "rssBytes": own[-1]["rssBytes"],
            "errors": sum(run["errors"] for run in own),
        }
    cost = {name: [run["cpuMicrosPerOperation"] for run in runs if run["proxy"] == name] for name in names}
    first, second = names
    found["ratio"] = spread([mine / theirs for mine, theirs in zip(cost[first], cost[second], strict=True)])
    return found


def table(scenarios, names):
    """Lines of text: CPU of the proxy for each operation, lower is better."""
    head = f"{'scenario':<13}{'proxy':<10}{'CPU us/op  (min-max)':>28}{'ops/s':>10}{'MiB/s':>8}{'core':>7}{'RSS MiB':>9}"
    lines = [head, "-" * len(head)]
    for scenario in scenarios:
        for name in names:
            lines.append(_row(scenario, name))
        ratio = scenario["summary"]["ratio"]
        label = f"{names[0]}/{names[1]}"
        figures = f"{ratio['median']:.2f}  ({ratio['min']:.2f}-{ratio['max']:.2f})"
        lines.append(f"{'':<13}{label}  {figures:>{36 - len(label)}}{'  VOID: ' + scenario['void'] if scenario['void'] else ''}")
        lines.append("")
    return "\n".join(lines)


def _row(scenario, name):
    own = scenario["summary"][name]
    cost, rate = own["cpuMicrosPerOperation"], own["operationsPerSecond"]["median"]
    digits = 0 if cost["median"] >= 100 else 1
    figures = f"{cost['median']:.{digits}f}  ({cost['min']:.{digits}f}-{cost['max']:.{digits}f})"
    carried = scenario["bytesPerOperation"] * rate / (1 << 20)
    through = f"{carried:.0f}" if carried >= 10 else "-"
    return (
        f"{scenario['name']:<13}{name:<10}{figures:>28}{rate:>10.0f}{through:>8}"
        f"{own['coreShare']['median']:>7.0%}{own['rssBytes'] / (1 << 20):>9.0f}"
    )


def write_json(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")
