// Draws Plotly figures in place: the first time anew, then only what changed. Those in view come first, the others after the next frame.
// Widths and what is in view are told by observers: to ask for them would have the browser lay out the whole page again.

const LIBRARY = new URL("%LIBRARY%", document.baseURI);
const MARGIN_PX = 200;

const page = (window.plannerCharts ??= { library: undefined, waiting: new Set(), drawing: false });

function library() {
  page.library ??= fetch(LIBRARY, { cache: "force-cache" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(`the chart library did not come: ${answer.status}`))))
    .then((text) => new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      script.onload = () => done(document.fonts.ready.then(() => window.Plotly)); // with another font texts have other sizes
      script.onerror = () => failed(new Error("the chart library could not be read"));
      document.head.appendChild(script);
    }))
    .catch((error) => { page.library = undefined; throw error; });
  return page.library;
}

function next() {
  const charts = [...page.waiting].filter((chart) => chart.wide > 0);
  const seen = charts.filter((chart) => chart.seen);
  return seen.length ? seen : charts;
}

async function drawWaiting() {
  if (page.drawing) return;
  page.drawing = true;
  try {
    const plotly = await library();
    for (let charts = next(); charts.length; charts = next()) {
      for (const chart of charts) {
        page.waiting.delete(chart);
        await draw(plotly, chart).catch((error) => failed(chart, error));
      }
      await new Promise((turn) => setTimeout(turn));
    }
  } catch (error) {
    page.waiting.forEach((chart) => failed(chart, error));
  } finally {
    page.drawing = false;
  }
}

async function draw(plotly, chart) {
  const { data, layout, config } = JSON.parse(chart.figure);
  const wide = chart.wide;
  if (!chart.drawnWide) chart.textContent = "";
  await plotly.react(chart, data, { ...layout, width: wide, autosize: false }, config);
  chart.drawnWide = wide;
}

function failed(chart, error) {
  console.error(error);
  page.waiting.delete(chart);
  if (!chart.drawnWide) chart.textContent = "This chart could not be drawn. Load the page again; the numbers stand beneath it and in Downloads.";
}

function later(chart) {
  page.waiting.add(chart);
  requestAnimationFrame(() => setTimeout(drawWaiting));
}

function made(parent) {
  const chart = document.createElement("div");
  chart.className = "planner-chart";
  chart.setAttribute("role", "figure");
  chart.sizes = new ResizeObserver(([entry]) => {
    chart.wide = Math.round(entry.contentRect.width);
    if (chart.figure && chart.wide > 0 && chart.wide !== chart.drawnWide) later(chart);
  });
  chart.sight = new IntersectionObserver(([entry]) => { chart.seen = entry.isIntersecting; }, { rootMargin: `${MARGIN_PX}px` });
  chart.sizes.observe(chart);
  chart.sight.observe(chart);
  parent.appendChild(chart);
  return chart;
}

function gone(chart) {
  page.waiting.delete(chart);
  chart.sizes.disconnect();
  chart.sight.disconnect();
  window.Plotly?.purge(chart);
  chart.remove();
}

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector(":scope > .planner-chart") ?? made(parentElement);
  const figure = new TextDecoder().decode(data);
  if (chart.figure !== figure) {
    const { says, layout } = JSON.parse(figure);
    chart.setAttribute("aria-label", says);
    chart.style.height = `${layout.height}px`;
    chart.figure = figure;
    if (chart.wide > 0) later(chart);
  }
  return () => gone(chart);
}
