"""The ratios of scripts/bench as a picture: a bar for each column of ours in each scenario, with its range, and the peer at 1."""

from xml.sax.saxutils import escape

_LEFT, _WIDTH, _BAR, _GAP = 130, 560, 11, 14
_COLOURS = ("#1f5fa8", "#7fb2e5")


def ratios(document):
    scenarios = [s for s in document["scenarios"] if not s["void"]]
    columns = list(dict.fromkeys(column for s in scenarios for column in s["ratios"]))
    most = max([1.25] + [r["max"] for s in scenarios for r in s["ratios"].values()])
    scale = _WIDTH / min(most, 3.0)
    shapes, y = [], 64
    for one in scenarios:
        top = y
        for column, ratio in one["ratios"].items():
            shapes += _bar(ratio, y, scale, _COLOURS[columns.index(column) % len(_COLOURS)])
            y += _BAR + 2
        shapes.append(f'<text x="{_LEFT - 8}" y="{(top + y) / 2 + 3}" text-anchor="end">{escape(one["name"])}</text>')
        if one["floor"] is not None:
            at = _LEFT + one["floor"] * scale
            shapes.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 2}" y2="{y}" stroke="#c0392b" stroke-width="2"/>')
        y += _GAP
    one = _LEFT + scale
    axis = f'<line x1="{one:.1f}" x2="{one:.1f}" y1="56" y2="{y}" stroke="#333" stroke-dasharray="4 3"/>'
    return "\n".join([_head(document, y + 20, columns), axis, *shapes, "</svg>", ""])


def _head(document, height, columns):
    about = document["machine"]
    legend = "".join(
        f'<rect x="{_LEFT + 150 * i}" y="36" width="10" height="10" fill="{_COLOURS[i % len(_COLOURS)]}"/>'
        f'<text x="{_LEFT + 150 * i + 15}" y="45">{escape(column)}</text>'
        for i, column in enumerate(columns)
    )
    title = "CPU per operation as a ratio to the better of HAProxy and nginx; lower is better, red is the goal"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}" font-family="sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="10" y="16" font-size="13">{escape(title)}</text>\n'
        f'<text x="10" y="31" fill="#555">{escape(about["date"])}, {escape(about["cpu"])}</text>\n{legend}'
    )


def _bar(ratio, y, scale, colour):
    middle = y + _BAR / 2
    low, high = _LEFT + ratio["min"] * scale, _LEFT + min(ratio["max"], 3.0) * scale
    length = min(ratio["median"], 3.0) * scale
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>',
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" stroke="#222"/>',
        f'<text x="{max(high, _LEFT + length) + 5:.1f}" y="{y + _BAR - 2}">{ratio["median"]:.2f}</text>',
    ]
