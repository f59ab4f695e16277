// Charts that need more than shapes. Each [data-chart] holds its data as JSON; colours come from the page's own styles.
"use strict";

(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const kinds = {
    // Openings upwards, closings downwards, hour by hour; a bar leads to its rows.
    hourly: (data) => ({
      animation: false,
      grid: { left: 34, right: 8, top: 28, bottom: 24 },
      legend: { data: data.words, right: 0, top: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: css("--soft") } },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (n) => String(Math.abs(n)) },
      xAxis: { type: "category", data: data.hours, axisTick: { show: false }, axisLine: { onZero: true, lineStyle: { color: css("--line") } }, axisLabel: { color: css("--soft"), interval: 11, showMinLabel: false } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: css("--soft"), formatter: (n) => Math.abs(n) }, splitLine: { lineStyle: { color: css("--line") } } },
      series: [
        { name: data.words[0], type: "bar", stack: "n", data: data.opened, itemStyle: { color: css("--accent") } },
        { name: data.words[1], type: "bar", stack: "n", data: data.closed.map((n) => -n), itemStyle: { color: css("--done") } },
      ],
    }),
  };
  const draw = (box) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    const chart = echarts.getInstanceByDom(box) || echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(kinds[box.dataset.chart](data));
    if (data.links) chart.on("click", (point) => location.assign(data.links[point.seriesIndex][point.dataIndex]));
    new ResizeObserver(() => chart.resize()).observe(box);
  };
  const all = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("htmx:afterSwap", () => all(document));
})();
