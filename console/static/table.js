// SPDX-License-Identifier: BSD-2-Clause
// Tables of things, a row each. On narrow screens a row stands as a list of its cells, each
// with its column's title (data-label, in the style sheet). The roles are said since what
// isn't laid out as a table is no table to some who listen.

import {h} from "./dom.js";

function classOf({number, nowrap}) {
  return [number && "number", nowrap && "nowrap"].filter(Boolean).join(" ") || null;
}

/** columns: [{title, number, nowrap}]; size: "small", "large" or "". The table and its body. */
export function table(columns, size = "") {
  const body = h("tbody", {role: "rowgroup"});
  return [h("table", {class: `wide ${size}`.trim(), role: "table"},
    h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, columns.map((column) =>
      h("th", {scope: "col", role: "columnheader", class: column.number ? "number" : null},
        column.title)))), body), body];
}

/** A row for it, with empty cells; the first is its head. */
export function row(columns) {
  return h("tr", {role: "row"}, columns.map((column, i) => h(i === 0 ? "th" : "td",
    {scope: i === 0 ? "row" : null, role: i === 0 ? "rowheader" : "cell",
     class: classOf(column), "data-label": column.title})));
}
