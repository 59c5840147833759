// SPDX-License-Identifier: BSD-2-Clause
// The VLAN interfaces of one bond with their addresses and counters.

import {h, keep, setText} from "./dom.js";
import {bytes, plural} from "./format.js";
import {store, subscribe} from "./store.js";
import * as transport from "./transport.js";

const COUNTERS_INTERVAL_MS = 5000;
const SHOWN_FIRST = 50;

function row() {
  return h("tr", {}, h("th", {scope: "row"}), h("td", {class: "number"}), h("td"),
    h("td", {}, h("span", {class: "state"})), h("td", {class: "number"}),
    h("td", {class: "number"}));
}

function fill(element, {vlan, counters}) {
  const [name, vid, addresses, stateCell, rx, tx] = element.children;
  const state = stateCell.firstElementChild;
  setText(name, vlan.name);
  setText(vid, String(vlan.vid));
  setText(addresses, [...vlan.addresses, vlan.dhcp && "DHCP", vlan.dhcpv6 && "DHCPv6"]
    .filter(Boolean).join(", ") || "none");
  setText(state, !vlan.running ? "not running" : counters && counters.carrier ? "up" : "down");
  state.className = `state ${vlan.running && counters && counters.carrier ? "good" : "error"}`;
  setText(rx, counters ? bytes(counters.rx.bytes) : "");
  setText(tx, counters ? bytes(counters.tx.bytes) : "");
}

/** Returns an element, its update(bond), and its end(). */
export function vlans(parent) {
  const body = h("tbody");
  const none = h("p", {class: "quiet"}, "No VLAN interface is on it.");
  const more = h("button", {type: "button", class: "plain", hidden: true, onclick: () => {
    all = true;
    render();
  }});
  const table = h("table", {class: "wide", hidden: true}, h("thead", {}, h("tr", {},
    ["Name", "VLAN", "Addresses", "State", "Received", "Sent"].map((text, i) =>
      h("th", {scope: "col", class: i === 1 || i > 3 ? "number" : null}, text)))), body);
  let list = [];
  let counters = {};
  let all = false;
  let revision = null;
  let ended = false;

  const render = () => {
    const shown = all ? list : list.slice(0, SHOWN_FIRST);
    table.hidden = list.length === 0;
    none.hidden = list.length > 0;
    more.hidden = shown.length === list.length;
    setText(more, `Show all ${plural(list.length, "VLAN interface")}`);
    keep(body, shown.map((vlan) => ({vlan, counters: counters[vlan.name]})),
         (item) => item.vlan.name, row, fill);
  };
  const loadList = async () => {
    const answer = await transport.get("/v1/vlans");
    list = answer.vlans.filter((vlan) => vlan.parent === parent && vlan.staged !== "add");
  };
  const loadCounters = async () => {
    if (list.length > 0) {
      const query = encodeURIComponent(parent);
      counters = (await transport.get(`/v1/counters?parent=${query}`)).vlans;
    }
  };
  const load = async (loader) => {
    try {
      await loader();
    } catch {
      return; // the bar says that the daemon can't be reached
    }
    if (!ended) {
      render();
    }
  };
  const timer = setInterval(() => {
    // A page that nobody sees asks for nothing.
    if (document.visibilityState === "visible") {
      load(loadCounters);
    }
  }, COUNTERS_INTERVAL_MS);
  const unsubscribe = subscribe((what, event) => {
    if (what === "event" && ["vlan_added", "vlan_removed"].includes(event.event) &&
        event.bond === parent) {
      revision = null;
    }
  });

  const update = () => {
    if (revision !== store.live.configuration) {
      revision = store.live.configuration;
      load(async () => {
        await loadList();
        await loadCounters();
      });
    }
  };
  return [h("div", {class: "scroll"}, table, none, more), update, () => {
    ended = true;
    clearInterval(timer);
    unsubscribe();
  }];
}
