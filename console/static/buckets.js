// SPDX-License-Identifier: BSD-2-Clause
// The 840 buckets of a bond as a strip of cells, coloured by the member that each is on, so
// that one sees which move when a link fails: those that just did have a corner in the colour
// of the member that they left.

import {h, setText} from "./dom.js";
import {clock, percent, plural} from "./format.js";
import {store} from "./store.js";

const COLUMNS = 84;
const ROWS = 10;
const MOVED_SHOWN_MS = 30000;

/** The colours of the slots, from the style sheet. */
export function slotColours(element) {
  const style = getComputedStyle(element);
  return [...Array(8).keys()].map((slot) => style.getPropertyValue(`--slot-${slot}`).trim());
}

function draw(canvas, bond, moved) {
  const style = getComputedStyle(canvas);
  const colours = slotColours(canvas);
  const none = style.getPropertyValue("--line").trim();
  const edge = style.getPropertyValue("--card").trim();
  const cell = canvas.width / COLUMNS;
  const context = canvas.getContext("2d");
  const colour = (slot) => slot === "-" ? none : colours[Number(slot)];

  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < bond.buckets.length; i++) {
    // Column by column, so that neighbours by number stand together.
    const x = Math.floor(Math.floor(i / ROWS) * cell);
    const y = Math.floor((i % ROWS) * cell);
    const size = Math.floor(cell) - 1;
    context.fillStyle = colour(bond.buckets[i]);
    context.fillRect(x, y, size, size);
    if (moved && moved.has(i)) {
      const corner = Math.ceil(size * 0.7);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + corner, y);
      context.lineTo(x, y + corner);
      context.closePath();
      context.fillStyle = colour(moved.get(i));
      context.fill();
      context.strokeStyle = edge;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x + corner, y);
      context.lineTo(x, y + corner);
      context.stroke();
    }
  }
}

function shares(bond) {
  return `840 buckets: ${bond.members.map((member) =>
    `${member.name} ${percent(member.buckets, 840)}`).join(", ")}`;
}

/** "420 buckets moved at 12:34:56: 420 from ens1f0 to ens1f1", of the last change. */
function lastMove(bond) {
  const moved = store.moved.get(bond.name);
  if (!moved) {
    return "None has moved since this page was opened.";
  }
  const name = (slot) => slot === "-" ? "none" :
    (bond.members.find((member) => String(member.slot) === slot) || {name: "a former member"}).name;
  const ways = new Map();
  for (const [bucket, slot] of moved.buckets) {
    const way = `from ${name(slot)} to ${name(moved.now[bucket])}`;
    ways.set(way, (ways.get(way) || 0) + 1);
  }
  return `${plural(moved.buckets.size, "bucket")} moved at ${clock(moved.time)}: ${
    [...ways].map(([way, number]) => `${number} ${way}`).join(", ")}.`;
}

/** Returns an element and its update(bond). */
export function buckets() {
  const canvas = h("canvas", {class: "buckets", role: "img"});
  const caption = h("p", {class: "quiet"});
  const moves = h("p", {class: "quiet"});
  const legend = h("ul", {class: "legend"});
  let shown = "";

  const update = (bond) => {
    const moved = store.moved.get(bond.name);
    const marked = moved && performance.now() - moved.at < MOVED_SHOWN_MS ? moved : null;
    // As sharp as the screen is, and cells of whole pixels.
    const width = Math.max(COLUMNS * 3, Math.floor(canvas.clientWidth * window.devicePixelRatio /
                                                   COLUMNS) * COLUMNS);
    const key = [bond.name, bond.buckets, bond.members.map((member) => member.name).join(),
                 marked && marked.at, width, getComputedStyle(canvas).color].join();
    if (shown === key) {
      return;
    }
    shown = key;
    canvas.width = width;
    canvas.height = width * ROWS / COLUMNS;
    draw(canvas, bond, marked && marked.buckets);
    setText(caption, shares(bond));
    setText(moves, lastMove(bond));
    canvas.setAttribute("aria-label", `${shares(bond)}. ${lastMove(bond)}`);
    legend.replaceChildren(...bond.members.map((member) => h("li", {},
      h("span", {class: "swatch", style: {background: `var(--slot-${member.slot})`}}),
      member.name)));
  };
  return [h("div", {}, canvas, legend, caption, moves), update];
}
