// SPDX-License-Identifier: BSD-2-Clause
// Infrastructure › Service Engines: the servers that are known, each a row.

import {alerts, worst} from "./alerts.js";
import {h, keep, setText} from "./dom.js";
import {plural, rate} from "./format.js";
import {links} from "./links.js";
import {store, subscribe} from "./store.js";
import {row, table} from "./table.js";

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

// cell: what of the summary stands there.
const COLUMNS = [{title: "Name", cell: "host"}, {title: "State", cell: "state", nowrap: true},
  {title: "Bonds", cell: "bonds", nowrap: true}, {title: "Links", cell: "links", nowrap: true},
  {title: "Received", cell: "received", number: true}, {title: "Sent", cell: "sent", number: true},
  {title: "Alerts", cell: "alerts"}];

function engineRow() {
  const element = row(COLUMNS);
  element.children[0].append(h("a"));
  element.children[1].append(h("span", {class: "state"}));
  return element;
}

function fill(element, engine) {
  COLUMNS.forEach(({cell}, i) => {
    const place = element.children[i];
    setText(place.firstElementChild || place, engine[cell]);
  });
  element.querySelector("a").href = links.engine(engine.host);
  element.querySelector(".state").className = `state ${engine.level}`;
}

export function show(main) {
  const search = h("input", {type: "search", id: "search", placeholder: "Name",
                             oninput: () => update()});
  const [list, body] = table(COLUMNS);
  const none = h("p", {class: "quiet", hidden: true}, "No Service Engine has that in its name.");
  const update = () => {
    const text = search.value.trim().toLowerCase();
    const engines = [summary(store.live)];
    const found = engines.filter((engine) => engine.host.toLowerCase().includes(text));
    keep(body, found, (engine) => engine.host, engineRow, fill);
    none.hidden = found.length > 0;
  };
  main.append(h("h1", {}, "Service Engines"),
    h("div", {class: "tools"}, h("label", {for: "search"}, "Search"), search),
    h("section", {class: "card scroll"}, list, none));
  update();
  return subscribe(update);
}
