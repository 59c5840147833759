// SPDX-License-Identifier: BSD-2-Clause
// Infrastructure › Service Engines: the servers that are known, each a row.

import {h, keep, setText} from "./dom.js";
import {plural, rate} from "./format.js";
import {links} from "./links.js";
import {alerts, store, subscribe} from "./store.js";

function summary(live) {
  const members = live.bonds.flatMap((bond) => bond.members);
  const up = members.filter((member) => member.state === "active").length;
  const wrong = alerts(live);
  let rx = 0;
  let tx = 0;
  for (const bond of live.bonds) {
    const rates = store.rates.get(bond.name) || {rx: 0, tx: 0};
    rx += rates.rx;
    tx += rates.tx;
  }
  return {
    host: store.session.host,
    level: wrong.some((alert) => alert.level === "error") ? "error"
         : wrong.length ? "warning" : "good",
    alerts: wrong,
    bondsUp: live.bonds.filter((bond) => bond.carrier).length,
    bonds: live.bonds.length,
    members: members.length, up, rx, tx,
  };
}

const STATES = {good: "Up", warning: "Needs a look", error: "Degraded"};

function row() {
  const cells = ["name", "state", "bonds", "members", "received", "sent", "alerts"]
    .map((name) => h(name === "name" ? "th" : "td", {"data-cell": name,
      scope: name === "name" ? "row" : null,
      class: name === "received" || name === "sent" ? "number" : null}));
  cells[0].append(h("a", {}));
  cells[1].append(h("span", {class: "state"}));
  return h("tr", {}, cells);
}

function fill(element, engine) {
  const cell = (name) => element.querySelector(`[data-cell=${name}]`);
  const link = cell("name").firstElementChild;
  const state = cell("state").firstElementChild;
  setText(link, engine.host);
  link.href = links.engine(engine.host);
  setText(state, STATES[engine.level]);
  state.className = `state ${engine.level}`;
  setText(cell("bonds"), `${engine.bondsUp} of ${engine.bonds} up`);
  setText(cell("members"), `${engine.up} of ${engine.members} up`);
  setText(cell("received"), rate(engine.rx));
  setText(cell("sent"), rate(engine.tx));
  setText(cell("alerts"), engine.alerts.length === 0 ? "none" : engine.alerts[0].text +
    (engine.alerts.length > 1 ? `, and ${plural(engine.alerts.length - 1, "more", "more")}` : ""));
}

export function show(main) {
  const search = h("input", {type: "search", id: "search", placeholder: "Name",
                             oninput: () => update()});
  const body = h("tbody");
  const none = h("p", {class: "quiet", hidden: true}, "No Service Engine has that in its name.");
  const table = h("table", {class: "wide"},
    h("thead", {}, h("tr", {}, ["Name", "State", "Bonds", "Links", "Received", "Sent", "Alerts"]
      .map((text) => h("th", {scope: "col",
        class: text === "Received" || text === "Sent" ? "number" : null}, text)))), body);
  const update = () => {
    const text = search.value.trim().toLowerCase();
    const engines = store.live ? [summary(store.live)] : [];
    const found = engines.filter((engine) => engine.host.toLowerCase().includes(text));
    keep(body, found, (engine) => engine.host, row, fill);
    none.hidden = found.length > 0 || !store.live;
  };
  main.append(h("h1", {}, "Service Engines"),
    h("div", {class: "tools"}, h("label", {for: "search"}, "Search"), search),
    h("section", {class: "card scroll"}, table, none));
  update();
  return subscribe((what) => what === "live" && update());
}
