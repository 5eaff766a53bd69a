// Draws trends anew with ECharts, from the tables beside them, so that whoever points at a month reads its numbers. Every
// chart stands without this file: on phones, where data is saved, in print and without scripts it is the server's drawing.

const figures = [...document.querySelectorAll("figure[data-chart]")];
const isWorthIt = () => matchMedia("(min-width: 40rem)").matches && !navigator.connection?.saveData;

/** The script at an address, once it has run. */
function loaded(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

/** The rows of a chart's table: name, value, the ends of its interval, and what is read of it in words. */
function rowsOf(figure) {
  const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  return [...figure.querySelectorAll("tbody tr")].map((row) => {
    const cells = [...row.cells];
    const [value, ends] = [...row.querySelectorAll("data")].map((one) => one.value);
    const [low, high] = (ends ?? "").split(" ");
    const said = cells.slice(1).map((cell, at) => (heads[at + 1] && cells.length === heads.length ? `${heads[at + 1]}  ${cell.textContent.trim()}` : cell.textContent.trim()));
    return { name: cells[0].textContent.trim(), value: number(value), low: number(low), high: number(high), said };
  });
}

const number = (text) => (text ? Number(text) : null);

function optionsOf(figure) {
  const styles = getComputedStyle(figure);
  const colour = (name) => styles.getPropertyValue(name).trim();
  const rows = rowsOf(figure);
  const isShare = figure.dataset.chart === "share";
  const words = { color: colour("--soft"), fontFamily: styles.fontFamily, fontSize: parseFloat(styles.fontSize) * 0.8 };
  const shown = (value) => (isShare ? `${+(value * 100).toFixed(2)}%` : value.toLocaleString("en"));
  const line = { type: "line", showSymbol: true, symbolSize: 6, itemStyle: { color: colour("--brand") }, lineStyle: { width: 2 } };
  const hidden = { type: "line", stack: "ends", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  return {
    animation: false,
    textStyle: words,
    grid: { left: 4, right: 8, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      // Drawn, not put into the page: what ECharts writes into a page has styles of its own, which ours forbids.
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--paper"),
      borderColor: colour("--edge"),
      textStyle: { ...words, color: colour("--ink") },
      formatter: ([{ dataIndex }]) => [rows[dataIndex].name, ...rows[dataIndex].said].join("\n"),
    },
    xAxis: { type: "category", data: rows.map((row) => row.name), axisLabel: words, axisLine: { lineStyle: { color: colour("--edge") } } },
    yAxis: { type: "value", min: 0, max: isShare ? ({ max }) => Math.min(1, max * 1.1) : null, minInterval: isShare ? 0 : 1, axisLabel: { ...words, formatter: shown }, splitLine: { lineStyle: { color: colour("--line") } } },
    series: isShare
      ? [
          { ...hidden, data: rows.map((row) => row.low) },
          { ...hidden, data: rows.map((row) => (row.low === null ? null : row.high - row.low)), areaStyle: { color: colour("--brand"), opacity: 0.18 } },
          { ...line, data: rows.map((row) => row.value) },
        ]
      : [{ type: "bar", barWidth: "62%", itemStyle: { color: colour("--brand") }, data: rows.map((row) => row.value) }],
  };
}

/** Puts a living chart in the place of a drawing, under the same name and words. */
function draw(figure) {
  const drawing = figure.querySelector("svg.chart-drawing");
  if (!drawing) return;
  const place = document.createElement("div");
  place.className = "chart-live";
  place.setAttribute("role", "img");
  place.setAttribute("aria-labelledby", drawing.getAttribute("aria-labelledby"));
  drawing.after(place);
  figure.classList.add("chart-drawn");
  const chart = globalThis.echarts.init(place, null, { renderer: "canvas" });
  const show = () => chart.setOption(optionsOf(figure), true);
  show();
  new ResizeObserver(() => chart.resize()).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

async function begin() {
  await loaded(figures[0].dataset.script);
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "200px" });
  for (const figure of figures) seen.observe(figure);
}

if (figures.length && isWorthIt()) begin().catch(() => {}); // without it the drawings stay
