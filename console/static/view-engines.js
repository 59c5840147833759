// SPDX-License-Identifier: BSD-2-Clause
// Infrastructure › Service Engines: the servers that are known, each a row.

import {alerts, worst} from "./alerts.js";
import {h, keep, setText} from "./dom.js";
import {plural, rate} from "./format.js";
import {links} from "./links.js";
import {store, subscribe} from "./store.js";

const STATES = {good: "Up", warning: "Needs a look", error: "Degraded"};

/** A row's worth of what is known of this server; before its first data, its name. */
function summary(live) {
  const host = store.session.host;
  if (!live) {
    return {host, level: "none", state: "Asking…", bonds: "", links: "", received: "", sent: "",
            alerts: ""};
  }
  const members = live.bonds.flatMap((bond) => bond.members);
  const up = members.filter((member) => member.state === "active").length;
  const bondsUp = live.bonds.filter((bond) => bond.carrier).length;
  const list = alerts(live);
  const traffic = (direction) => live.bonds.reduce((sum, bond) =>
    sum + (store.rates.get(bond.name) || {rx: 0, tx: 0})[direction], 0);
  const allDown = live.bonds.length > 0 && bondsUp === 0;
  const state = store.reached === false ? "No answer" : allDown ? "Down" : STATES[worst(list)];
  return {
    host, state, level: store.reached === false ? "error" : worst(list),
    bonds: `${bondsUp} of ${live.bonds.length} up`, links: `${up} of ${members.length} up`,
    received: rate(traffic("rx")), sent: rate(traffic("tx")),
    alerts: list.length === 0 ? "none" : list[0].text +
      (list.length > 1 ? ` And ${plural(list.length - 1, "more", "more")}.` : ""),
  };
}

// Title, and what of the summary stands there.
const COLUMNS = [["Name", "host"], ["State", "state"], ["Bonds", "bonds"], ["Links", "links"],
                 ["Received", "received"], ["Sent", "sent"], ["Alerts", "alerts"]];

function numeric(name) {
  return name === "received" || name === "sent" ? "number" : null;
}

function row() {
  const [name, state, ...others] = COLUMNS;
  return h("tr", {}, h("th", {scope: "row", "data-cell": name[1]}, h("a")),
    h("td", {"data-cell": state[1]}, h("span", {class: "state"})),
    others.map(([, cell]) => h("td", {"data-cell": cell, class: numeric(cell)})));
}

function fill(element, engine) {
  for (const cell of element.children) {
    setText(cell.firstElementChild || cell, engine[cell.dataset.cell]);
  }
  element.querySelector("a").href = links.engine(engine.host);
  element.querySelector(".state").className = `state ${engine.level}`;
}

export function show(main) {
  const search = h("input", {type: "search", id: "search", placeholder: "Name",
                             oninput: () => update()});
  const body = h("tbody");
  const none = h("p", {class: "quiet", hidden: true}, "No Service Engine has that in its name.");
  const table = h("table", {class: "wide"},
    h("thead", {}, h("tr", {}, COLUMNS.map(([title, cell]) =>
      h("th", {scope: "col", class: numeric(cell)}, title)))), body);
  const update = () => {
    const text = search.value.trim().toLowerCase();
    const engines = [summary(store.live)];
    const found = engines.filter((engine) => engine.host.toLowerCase().includes(text));
    keep(body, found, (engine) => engine.host, row, fill);
    none.hidden = found.length > 0;
  };
  main.append(h("h1", {}, "Service Engines"),
    h("div", {class: "tools"}, h("label", {for: "search"}, "Search"), search),
    h("section", {class: "card scroll"}, table, none));
  update();
  return subscribe(update);
}
