// SPDX-License-Identifier: BSD-2-Clause
// The 840 buckets of a bond as a strip of cells, coloured by the member that each is on, so
// that one sees which move when a link fails: those that just did have a dark edge.

import {h, setText} from "./dom.js";
import {percent, plural} from "./format.js";
import {store} from "./store.js";

const COLUMNS = 84;
const ROWS = 10;
const CELL = 10;
const MOVED_SHOWN_MS = 6000;

/** The colours of the slots, from the style sheet. */
export function slotColours(element) {
  const style = getComputedStyle(element);
  return [...Array(8).keys()].map((slot) => style.getPropertyValue(`--slot-${slot}`).trim());
}

function draw(canvas, bond, moved) {
  const context = canvas.getContext("2d");
  const colours = slotColours(canvas);
  const style = getComputedStyle(canvas);
  const none = style.getPropertyValue("--line").trim();
  const edge = style.getPropertyValue("--text").trim();

  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < bond.buckets.length; i++) {
    const slot = bond.buckets[i];
    // Column by column, so that neighbours by number stand together.
    const x = Math.floor(i / ROWS) * CELL;
    const y = (i % ROWS) * CELL;
    context.fillStyle = slot === "-" ? none : colours[Number(slot)];
    context.fillRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
    if (moved && moved.has(i)) {
      context.strokeStyle = edge;
      context.lineWidth = 2;
      context.strokeRect(x + 1.5, y + 1.5, CELL - 3, CELL - 3);
    }
  }
}

function say(bond, moved) {
  const parts = bond.members.map((member) =>
    `${member.name} ${percent(member.buckets, 840)}`);
  const tail = moved ? `; ${plural(moved.size, "bucket")} moved just now` : "";
  return `840 buckets: ${parts.join(", ")}${tail}`;
}

/** Returns an element and its update(bond). */
export function buckets() {
  const canvas = h("canvas", {class: "buckets", width: COLUMNS * CELL, height: ROWS * CELL,
                              role: "img"});
  const caption = h("p", {class: "quiet"});
  const legend = h("ul", {class: "legend"});
  let shown = null;
  let movedUntil = 0;

  const update = (bond) => {
    const moved = store.moved.get(bond.name);
    const now = performance.now();
    if (moved) {
      store.moved.delete(bond.name);
      movedUntil = now + MOVED_SHOWN_MS;
      shown = {moved};
    }
    const present = shown && now < movedUntil ? shown.moved : null;
    const key = bond.buckets + bond.members.map((member) => member.name).join() +
      (present ? movedUntil : "") + document.documentElement.dataset.theme;
    if (canvas.dataset.key === key) {
      return;
    }
    canvas.dataset.key = key;
    draw(canvas, bond, present);
    const text = say(bond, present);
    canvas.setAttribute("aria-label", text);
    setText(caption, text);
    legend.replaceChildren(...bond.members.map((member) => h("li", {},
      h("span", {class: "swatch", style: {background: `var(--slot-${member.slot})`}}),
      member.name)));
  };
  return [h("div", {}, canvas, legend, caption), update];
}
