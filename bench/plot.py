"""Bars as SVG: with their own colours for light and dark, and nothing that a library would be needed for."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.report import Bar, Chart

_WIDTH, _LEFT, _RIGHT = 860, 250, 130  # the whole, the labels, the figures behind the longest bar
_BAR, _PITCH, _TITLE, _GAP, _MARGIN = 18, 26, 44, 18, 20

_STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  .title { font-weight: 600; font-size: 16px; fill: #1f2328 }
  .better { font-size: 12px; fill: #59636e }
  .label, .figure { font-size: 13px; fill: #1f2328 }
  .figure { font-variant-numeric: tabular-nums }
  .bar { fill: #9aa7b4 }
  .ours { fill: #0a7d5a }
  .label.is-ours, .figure.is-ours { font-weight: 600 }
  .axis { stroke: #d0d7de }
  text { font-family: system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
    .title, .label, .figure { fill: #e6edf3 }
    .better { fill: #9198a1 }
    .bar { fill: #5c6773 }
    .ours { fill: #2fbf8f }
    .axis { stroke: #3d444d }
  }
"""


def svg(charts: Sequence[Chart]) -> str:
    """Return one picture of all *charts*, one below the other."""
    top, parts = _MARGIN, []
    for chart in charts:
        parts.append(_chart(chart, top))
        top += _height(chart) + _GAP
    height = top - _GAP + _MARGIN
    titles = escape("; ".join(chart.title for chart in charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' role="img" aria-label="{titles}">\n<style>{_STYLE}</style>\n'
        f'<rect class="ground" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="8"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _height(chart: Chart) -> int:
    return _TITLE + _PITCH * len(chart.bars)


def _chart(chart: Chart, top: int) -> str:
    longest = max(bar.value for bar in chart.bars) or 1.0
    bottom = top + _height(chart)
    better = f'<tspan class="better" dx="6">{escape(chart.better)}</tspan>'
    lines = [
        f'<text class="title" x="{_MARGIN}" y="{top + 16}">{escape(chart.title)} {better}</text>',
        *(
            _bar(bar, top + _TITLE - 8 + _PITCH * number, bar.value / longest)
            for number, bar in enumerate(chart.bars)
        ),
        f'<line class="axis" x1="{_LEFT}" y1="{top + _TITLE - 14}" x2="{_LEFT}" y2="{bottom - 8}"/>',
    ]
    return "\n".join(lines)


def _bar(bar: Bar, top: int, share: float) -> str:
    width = max(1.0, share * (_WIDTH - _LEFT - _RIGHT))
    ours = " is-ours" if bar.is_ours else ""
    middle = top + _BAR - 5
    return (
        f'<text class="label{ours}" x="{_LEFT - 10}" y="{middle}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect class="bar{" ours" if bar.is_ours else ""}" x="{_LEFT}" y="{top}" width="{width:.1f}"'
        f' height="{_BAR}" rx="2"/>'
        f'<text class="figure{ours}" x="{_LEFT + width + 8:.1f}" y="{middle}">{escape(bar.text)}</text>'
    )
