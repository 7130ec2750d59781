/**
 * Lines over days, by uPlot: a pointer or the arrow keys read off a day, and all of it is there as a
 * table too.
 */
import {date, dateMark} from "../format.js";
import {appearance, language, useWords} from "../preferences.js";
import {useStore} from "../store.js";
import {html, useEffect, useMemo, useRef, useState} from "../vendor/preact.js";
import UPlot from "../vendor/uplot.js";
import {words} from "../words/common.js";
import {Table} from "./table.js";

const DAY = 86_400; // seconds
const MARK = 5; // CSS pixels from the middle of a mark to its edge
/** @type {readonly Mark[]} the same one each time, so that nothing is drawn anew */
const NONE = [];
const AXIS_FONT = "12px system-ui, sans-serif";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {(number | null)[]} values one a day; null where there is none
 * @property {string} colour a CSS variable: "--series-1"
 * @property {boolean} [isFilled]
 * @property {boolean} [isDashed] so that it is told apart without colours
 */

/**
 * Something that happened on a day, drawn on the first line and told in the legend.
 *
 * @typedef {object} Mark
 * @property {number} index of its day
 * @property {string} text
 * @property {"up" | "down" | "square"} shape triangles upwards in the colour of gains, downwards of losses
 */

/**
 * @typedef {object} LineChartProps
 * @property {string} label what is shown, for who does not see it
 * @property {string[]} days YYYY-MM-DD
 * @property {Line[]} lines
 * @property {readonly Mark[]} [marks]
 * @property {(value: number) => string} format of a value
 * @property {(value: number) => string} [axisFormat] the same, shorter
 */

/** @param {LineChartProps} props */
export function LineChart({label, days, lines, marks = NONE, format, axisFormat = format}) {
  const [index, setIndex] = useState(/** @type {number | null} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {UPlot | null} */ (null));
  const look = useStore(appearance);
  const chosenLanguage = useStore(language);

  useEffect(() => {
    const element = /** @type {HTMLElement} */ (box.current);
    const drawn = drawing(element, {days, lines, marks, axisFormat, onIndex: setIndex});
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [days, lines, marks, look, chosenLanguage]);

  const last = days.length - 1;
  const read = Math.min(index ?? last, last);
  const step = (/** @type {number} */ to) => {
    const next = Math.max(0, Math.min(last, to));
    const left = plot.current?.valToPos(seconds(days[next]), "x") ?? 0;
    plot.current?.setCursor({left, top: 0});
  };
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, number>} */
    const places = {ArrowLeft: read - 1, ArrowRight: read + 1, Home: 0, End: last, PageUp: read - 20, PageDown: read + 20};
    if (places[event.key] === undefined) return;
    event.preventDefault();
    step(places[event.key]);
  };
  const happened = marks.filter((mark) => mark.index === read).map(({text}) => text);
  const told = [...lines.map((line) => `${line.name} ${valueOf(line, read, format)}`), ...happened].join(", ");

  return html`<figure class="chart">
    <${Legend} lines=${lines} day=${days[read]} index=${read} happened=${happened} format=${format} />
    <div
      class="plot"
      ref=${box}
      tabindex="0"
      role="slider"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax=${last}
      aria-valuenow=${read}
      aria-valuetext=${`${date(days[read])}: ${told}`}
      onKeyDown=${pressed}
    ></div>
    <${AsTable} label=${label} days=${days} lines=${lines} format=${format} />
  </figure>`;
}

/** @param {{lines: Line[], day: string, index: number, happened: string[], format: (value: number) => string}} props */
function Legend({lines, day, index, happened, format}) {
  return html`<figcaption class="legend">
    <span class="day">${date(day)}</span>
    ${lines.map(
      (line) => html`<span key=${line.name} class="entry">
        <svg class="swatch" viewBox="0 0 20 4" aria-hidden="true">
          <line x1="0" y1="2" x2="20" y2="2" style=${{stroke: `var(${line.colour})`}} stroke-dasharray=${line.isDashed ? "4 3" : undefined} />
        </svg>
        ${line.name}<strong>${valueOf(line, index, format)}</strong>
      </span>`,
    )}
    ${happened.map((text) => html`<span key=${text} class="entry">${text}</span>`)}
  </figcaption>`;
}

/** @param {{label: string, days: string[], lines: Line[], format: (value: number) => string}} props */
function AsTable({label, days, lines, format}) {
  const w = useWords(words);
  const [isOpen, setOpen] = useState(false);
  const rows = useMemo(() => days.map((_, index) => days.length - 1 - index), [days]);
  const columns = [
    {key: "date", title: w.date, cell: (/** @type {number} */ row) => date(days[row])},
    ...lines.map((line) => ({
      key: line.name,
      title: line.name,
      isNumber: true,
      cell: (/** @type {number} */ row) => valueOf(line, row, format),
    })),
  ];
  const toggled = (/** @type {{currentTarget: HTMLDetailsElement}} */ event) => setOpen(event.currentTarget.open);
  return html`<details onToggle=${toggled}>
    <summary>${w.asTable}</summary>
    ${isOpen && html`<${Table} caption=${label} columns=${columns} rows=${rows} rowKey=${(/** @type {number} */ row) => days[row]} />`}
  </details>`;
}

/**
 * @param {HTMLElement} element
 * @param {{days: string[], lines: Line[], marks: readonly Mark[], axisFormat: (value: number) => string, onIndex: (index: number | null) => void}} what
 */
function drawing(element, {days, lines, marks, axisFormat, onIndex}) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    font: AXIS_FONT,
    grid: {stroke: colour("--line"), width: 1},
    ticks: {show: false},
  };
  /** @type {UPlot.Options} */
  const options = {
    ...sizeOf(element),
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: {show: false},
    padding: [12, 4, 0, 0],
    cursor: {y: false, drag: {x: false, y: false}, points: {size: 9, width: 2}},
    scales: {x: {time: true}},
    series: [{}, ...lines.map((line) => stroke(line, colour(line.colour)))],
    axes: [
      {...axis, grid: {show: false}, space: 70, size: 32, values: (_, marks, __, ___, step) => marks.map((mark) => dayMark(mark, step))},
      {...axis, size: axisWidth, gap: 8, values: (_, marks) => marks.map(axisFormat)},
    ],
    hooks: {
      setCursor: [(plot) => onIndex(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, marks, {up: colour("--gain"), down: colour("--loss"), square: colour("--text")})],
    },
  };
  const values = lines.map((line) => line.values);
  return new UPlot(options, [days.map(seconds), ...values], element);
}

/**
 * @param {Line} line
 * @param {string} colour
 * @returns {UPlot.Series}
 */
function stroke(line, colour) {
  return {
    label: line.name,
    stroke: colour,
    width: line.isDashed ? 1.5 : 2,
    dash: line.isDashed ? [5, 4] : undefined,
    spanGaps: true,
    points: {show: false},
    fill: line.isFilled ? (plot) => fading(plot, colour) : undefined,
  };
}

/**
 * A colour that fades out downwards.
 *
 * @param {UPlot} plot
 * @param {string} colour #rrggbb
 */
function fading(plot, colour) {
  const gradient = plot.ctx.createLinearGradient(0, plot.bbox.top, 0, plot.bbox.top + plot.bbox.height);
  gradient.addColorStop(0, `${colour}38`);
  gradient.addColorStop(1, `${colour}00`);
  return gradient;
}

/**
 * @param {UPlot} plot
 * @param {readonly Mark[]} marks
 * @param {Record<Mark["shape"], string>} colours
 */
function drawMarks(plot, marks, colours) {
  const {ctx, data} = plot;
  const size = MARK * devicePixelRatio;
  for (const {index, shape} of marks) {
    const value = data[1][index];
    if (value == null) continue;
    const [x, y] = [plot.valToPos(data[0][index], "x", true), plot.valToPos(value, "y", true)];
    ctx.beginPath();
    if (shape === "square") ctx.rect(x - size, y - size, 2 * size, 2 * size);
    else triangle(ctx, x, y, shape === "up" ? size : -size);
    ctx.fillStyle = colours[shape];
    ctx.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} size upwards; negative: downwards
 */
function triangle(ctx, x, y, size) {
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y + size);
  ctx.lineTo(x - size, y + size);
}

/**
 * As wide as the longest mark needs.
 *
 * @param {UPlot} plot
 * @param {string[]} marks
 */
function axisWidth(plot, marks) {
  if (!marks?.length) return 48;
  plot.ctx.font = AXIS_FONT;
  const widest = Math.max(...marks.map((mark) => plot.ctx.measureText(mark).width));
  return Math.ceil(widest) + 14;
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return {width: element.clientWidth, height: element.clientHeight};
}

/**
 * @param {number} mark seconds
 * @param {number} step between two marks
 */
function dayMark(mark, step) {
  return dateMark(new Date(mark * 1000), step >= 360 * DAY ? "year" : step >= 27 * DAY ? "month" : "day");
}

/** @param {string} day */
function seconds(day) {
  return Date.parse(`${day}T00:00Z`) / 1000;
}

/**
 * @param {Line} line
 * @param {number} index
 * @param {(value: number) => string} format
 */
function valueOf(line, index, format) {
  const value = line.values[index];
  return value === null || value === undefined ? "–" : format(value);
}
