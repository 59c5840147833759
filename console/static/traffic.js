// SPDX-License-Identifier: BSD-2-Clause
// Traffic of the last minutes, per member and direction, stacked to the bond's.

import uPlot from "./uPlot.esm.js";
import {h, setAttribute} from "./dom.js";
import {minute, rate} from "./format.js";
import {slotColours} from "./buckets.js";
import {HISTORY_SECONDS, serverNow, store} from "./store.js";

const HEIGHT = 200;

/** Sums from the first member on, so that each line lies on the one before. */
function stacked(parent, direction) {
  let below = store.times.map(() => null);
  return parent.members.map((member) => {
    const history = store.history.get(`${parent.name}/${member.name}`);
    below = below.map((sum, i) => {
      const rate = history ? history[direction][i] : null;
      return rate === null || rate === undefined ? sum : (sum || 0) + rate;
    });
    return below;
  });
}

function plot(box, parent, title) {
  const style = getComputedStyle(box);
  const colours = slotColours(box);
  const line = style.getPropertyValue("--line").trim();
  const axis = {stroke: style.getPropertyValue("--text").trim(), grid: {stroke: line, width: 1},
                ticks: {stroke: line, width: 1}};
  // Drawn from the top of the stack down, so that each covers what is below it.
  const series = [...parent.members].reverse().map((member) => ({
    label: member.name, stroke: colours[member.slot], fill: colours[member.slot], width: 1,
    points: {show: false}}));
  return new uPlot({
    title, width: box.clientWidth || 400, height: HEIGHT, legend: {show: false},
    cursor: {show: false}, padding: [8, 16, 0, 0],
    scales: {x: {range: () => [serverNow() - HISTORY_SECONDS, serverNow()]},
             y: {range: (_, least, most) => [0, Math.max(most, 1000)]}},
    axes: [{...axis, size: 32, space: 60, incrs: [60], values: (_, times) => times.map(minute)},
           {...axis, size: 84, values: (_, values) => values.map((value) => rate(value))}],
    series: [{}, ...series],
  }, [[], ...series.map(() => [])], box);
}

/** Returns an element, its update(bond), and its end(). */
export function traffic() {
  const parents = {tx: h("div", {class: "plot", role: "img"}), rx: h("div", {class: "plot", role: "img"})};
  const element = h("div", {class: "plots"}, parents.tx, parents.rx);
  const plots = {};
  let key = "";

  const destroy = () => {
    for (const direction of Object.keys(plots)) {
      plots[direction].destroy();
      delete plots[direction];
    }
  };
  const resize = new ResizeObserver(() => {
    for (const [direction, each] of Object.entries(plots)) {
      each.setSize({width: parents[direction].clientWidth, height: HEIGHT});
    }
  });
  resize.observe(element);

  const update = (parent) => {
    // What a plot is made of: with another theme, its colours are others.
    const now = [parent.name, ...parent.members.map((member) => `${member.name} ${member.slot}`),
                 getComputedStyle(element).color].join();
    if (now !== key) {
      key = now;
      destroy();
      plots.tx = plot(parents.tx, parent, "Sent");
      plots.rx = plot(parents.rx, parent, "Received");
    }
    const rates = store.rates.get(parent.name) || {rx: 0, tx: 0};
    for (const [direction, each] of Object.entries(plots)) {
      each.setData([store.times, ...stacked(parent, direction).reverse()]);
      setAttribute(parents[direction], "aria-label",
        `${direction === "tx" ? "Sent" : "Received"}: ${rate(rates[direction])} now`);
    }
  };
  return [element, update, () => {
    resize.disconnect();
    destroy();
  }];
}
