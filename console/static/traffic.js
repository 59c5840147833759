// SPDX-License-Identifier: BSD-2-Clause
// Traffic of the last minutes, per member and direction, stacked to the bond's.

import uPlot from "./uPlot.esm.js";
import {h} from "./dom.js";
import {rate} from "./format.js";
import {slotColours} from "./buckets.js";
import {store} from "./store.js";

const HEIGHT = 200;

/** Sums from the first member on, so that each line lies on the one before. */
function stacked(bond, direction) {
  const length = store.times.length;
  let below = new Array(length).fill(0);
  return bond.members.map((member) => {
    const history = store.history.get(`${bond.name}/${member.name}`);
    below = below.map((sum, i) => sum + ((history && history[direction][i]) || 0));
    return below;
  });
}

function plot(parent, bond, title) {
  const style = getComputedStyle(parent);
  const colours = slotColours(parent);
  const axis = {stroke: style.getPropertyValue("--text").trim(),
                grid: {stroke: style.getPropertyValue("--line").trim(), width: 1},
                ticks: {stroke: style.getPropertyValue("--line").trim(), width: 1}};
  // Drawn from the top of the stack down, so that each covers what is below it.
  const series = [...bond.members].reverse().map((member) => ({
    label: member.name, stroke: colours[member.slot], fill: `${colours[member.slot]}cc`,
    width: 1, points: {show: false}}));
  return new uPlot({
    title, width: parent.clientWidth || 400, height: HEIGHT, legend: {show: false},
    cursor: {show: false}, padding: [8, 8, 0, 0],
    scales: {y: {range: (_, least, most) => [0, Math.max(most, 1000)]}},
    axes: [{...axis, space: 80}, {...axis, size: 84,
      values: (_, values) => values.map((value) => rate(value))}],
    series: [{}, ...series],
  }, [[], ...series.map(() => [])], parent);
}

/** Returns an element, its update(bond), and its end(). */
export function traffic() {
  const parents = {tx: h("div", {class: "plot"}), rx: h("div", {class: "plot"})};
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

  const update = (bond) => {
    const now = bond.members.map((member) => `${member.name}${member.slot}`).join() +
                bond.name + document.documentElement.dataset.theme;
    if (now !== key) {
      key = now;
      destroy();
      plots.tx = plot(parents.tx, bond, "Sent");
      plots.rx = plot(parents.rx, bond, "Received");
    }
    for (const [direction, each] of Object.entries(plots)) {
      each.setData([store.times, ...stacked(bond, direction).reverse()]);
      const rates = store.rates.get(bond.name) || {rx: 0, tx: 0};
      parents[direction].setAttribute("aria-label",
        `${direction === "tx" ? "Sent" : "Received"}: ${rate(rates[direction])} now`);
      parents[direction].setAttribute("role", "img");
    }
  };
  return [element, update, () => {
    resize.disconnect();
    destroy();
  }];
}
