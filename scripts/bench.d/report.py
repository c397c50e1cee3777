"""The figures of scripts/bench: medians, ranges and ratios, as a table and as JSON."""

import json
import statistics

OURS = "postern"


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def scenario(name, says, floor, runs, cost, peers, doubt=""):
    """What all rounds of a scenario come to; with a doubt they count for nothing. The ratio is that of our cost to the better peer's, round by round."""
    columns = list(dict.fromkeys(run["proxy"] for run in runs))
    figures = {column: _figures([run for run in runs if run["proxy"] == column]) for column in columns}
    better = min((peer for peer in peers if peer in figures), key=lambda peer: figures[peer][cost]["median"])
    of = {column: [run[cost] for run in runs if run["proxy"] == column] for column in columns}
    ratios = {
        column: spread([mine / max(theirs, 1) for mine, theirs in zip(of[column], of[better], strict=True)])
        for column in columns
        if column.startswith(OURS)
    }
    return {
        "name": name,
        "says": says,
        "floor": floor,
        "cost": cost,
        "void": ", ".join(filter(None, [doubt, *_failures(runs, columns)])),
        "betterPeer": better,
        "ratios": ratios,
        "figures": figures,
        "runs": runs,
    }


def _figures(own):
    measured = [key for key in own[0] if key not in ("round", "proxy", "errors", "unlogged")]
    return {key: spread([run[key] for run in own]) for key in measured}


def _failures(runs, columns):
    reasons = []
    for column in columns:
        own = [run for run in runs if run["proxy"] == column]
        errors, unlogged = sum(run["errors"] for run in own), sum(run["unlogged"] for run in own)
        if errors:
            reasons.append(f"{column} failed {errors}")
        if unlogged:
            reasons.append(f"{column} left {unlogged} requests out of its log")
    return reasons


def table(scenarios):
    head = f"{'scenario':<13}{'proxy':<17}{'us/op, bytes or us  (min-max)':>32}{'ops/s':>10}{'MiB/s':>8}{'core':>6}{'RSS MiB':>9}  ratio to the better peer  (min-max)"
    lines = [head, "-" * len(head)]
    for one in scenarios:
        lines += [_row(one, column) for column in one["figures"]]
        if one["void"]:
            lines.append(f"{'':<13}VOID: {one['void']}")
        lines.append("")
    return "\n".join(lines)


def _row(one, column):
    own = one["figures"][column]
    cost = own[one["cost"]]
    digits = 0 if cost["median"] >= 100 else 1
    figures = f"{cost['median']:.{digits}f}  ({cost['min']:.{digits}f}-{cost['max']:.{digits}f})"
    label = one["name"] if column == OURS else ""
    return f"{label:<13}{column:<17}{figures:>32}{_throughput(one, own)}  {_ratio(one, column)}".rstrip()


def _throughput(one, own):
    if "operationsPerSecond" not in own:
        tail = f"p50 {own['p50']['median']:.0f}, p99 {own['p99']['median']:.0f}" if "p50" in own else ""
        return f"{tail:>33}"
    rate = own["operationsPerSecond"]["median"]
    carried = one["bytesPerOperation"] * rate / (1 << 20)
    through = f"{carried:.0f}" if carried >= 10 else "-"
    return f"{rate:>10.0f}{through:>8}{own['coreShare']['median']:>6.0%}{own['rssBytes']['median'] / (1 << 20):>9.0f}"


def _ratio(one, column):
    if column not in one["ratios"]:
        return "better peer" if column == one["betterPeer"] else ""
    ratio = one["ratios"][column]
    held = ""
    if one["floor"] is not None:
        held = f"  {'within' if ratio['median'] <= one['floor'] else 'ABOVE'} {one['floor']:.2f}"
    return f"{ratio['median']:.2f}  ({ratio['min']:.2f}-{ratio['max']:.2f}){held}"


def write(folder, document, text, picture):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / "table.txt").write_text(text + "\n")
    (folder / "ratios.svg").write_text(picture)
