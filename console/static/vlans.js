// SPDX-License-Identifier: BSD-2-Clause
// The VLAN interfaces of one bond or NIC with their addresses and counters.

import {h, keep, setText} from "./dom.js";
import {bytes} from "./format.js";
import {addressWords} from "./interfaces.js";
import {pager} from "./pager.js";
import {store, subscribe} from "./store.js";
import * as transport from "./transport.js";

const COUNTERS_INTERVAL_MS = 5000;
const SHOWN_MAX = 50;
const SEARCHED_FROM = 10;
const VLAN_EVENTS = ["vlan_added", "vlan_removed", "vlan_moved", "vlan_back"];
const COLUMNS = [["Name"], ["VLAN", true], ["Addresses"], ["State"], ["Received", true],
                 ["Sent", true]];

function row() {
  return h("tr", {}, COLUMNS.map(([title, number], i) => h(i === 0 ? "th" : "td",
    {scope: i === 0 ? "row" : null, class: number ? "number" : null},
    title === "State" && h("span", {class: "state"}))));
}

/** Its state in a word, and the word's colour. */
function stateWords(vlan, counters) {
  if (!vlan.running) {
    return ["not running", vlan.onboot ? "error" : "none"];
  }
  if (!counters) {
    return ["in another namespace", "none"];
  }
  return counters.carrier ? ["up", "good"] : ["down", "error"];
}

function fill(element, {vlan, counters}) {
  const [name, vid, addresses, stateCell, rx, tx] = element.children;
  const state = stateCell.firstElementChild;
  const [word, level] = stateWords(vlan, counters);
  setText(name, vlan.name);
  setText(vid, String(vlan.vid));
  setText(addresses, addressWords(vlan));
  setText(state, word);
  state.className = `state ${level}`;
  setText(rx, counters ? bytes(counters.rx.bytes) : "");
  setText(tx, counters ? bytes(counters.tx.bytes) : "");
}

/** Returns an element, its update(), and its end(). */
export function vlans(parent) {
  const body = h("tbody");
  const none = h("p", {class: "quiet"});
  const [pages, slice, toFirstPage] = pager(SHOWN_MAX, "VLAN interfaces", () => render());
  const search = h("input", {type: "search", id: "vlan-search", oninput: () => {
    toFirstPage();
    render();
  }});
  const tools = h("div", {class: "tools", hidden: true},
                  h("label", {for: "vlan-search"}, "Search"), search);
  const table = h("div", {class: "scroll"}, h("table", {class: "wide small"}, h("thead", {}, h("tr", {},
    COLUMNS.map(([title, number]) => h("th", {scope: "col", class: number ? "number" : null},
                                       title)))), body));
  let list = null; // not known yet
  let counters = {};
  let seen = null;
  let ended = false;

  const render = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = (list || []).filter((vlan) =>
      `${vlan.name} ${vlan.vid} ${addressWords(vlan)}`.toLowerCase().includes(wanted));
    tools.hidden = !list || list.length <= SEARCHED_FROM;
    table.hidden = found.length === 0;
    none.hidden = found.length > 0;
    setText(none, !list ? "Loading…" : list.length === 0 ? "No VLAN interface is on it."
                                                         : "No VLAN interface fits the search.");
    keep(body, slice(found).map((vlan) => ({vlan, counters: counters[vlan.name]})),
         (item) => item.vlan.name, row, fill);
  };
  const load = async (withList) => {
    const query = `parent=${encodeURIComponent(parent)}`;
    try {
      const [answer, traffic] = await Promise.all([
        withList ? transport.get(`/v1/vlans?${query}`) : null,
        transport.get(`/v1/counters?${query}`)]);
      counters = traffic.vlans;
      if (answer) {
        list = answer.vlans.filter((vlan) => vlan.staged !== "add");
      }
    } catch {
      if (withList) {
        seen = null; // again with the next live data; the bar says what is wrong
      }
      return;
    }
    if (!ended) {
      render();
    }
  };
  const timer = setInterval(() => {
    // A page that nobody sees asks for nothing.
    if (document.visibilityState === "visible" && store.reached && list && list.length > 0) {
      load(false);
    }
  }, COUNTERS_INTERVAL_MS);
  const unsubscribe = subscribe((what, event) => {
    if (what === "event" && event && VLAN_EVENTS.includes(event.event) && event.bond === parent) {
      seen = null;
    }
  });
  render();

  const update = () => {
    const key = `${store.live.boot} ${store.live.configuration}`;
    if (seen !== key) {
      seen = key;
      load(true);
    }
  };
  return [h("div", {}, tools, table, none, pages), update, () => {
    ended = true;
    clearInterval(timer);
    unsubscribe();
  }];
}
