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
    return [counters === null ? "in another namespace" : "", "none"];
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
  const turn = () => {
    render();
    loadCounters();
  };
  const [pages, slice, toFirstPage] = pager(SHOWN_MAX, "VLAN interfaces", turn);
  const search = h("input", {type: "search", id: "vlan-search", oninput: () => {
    toFirstPage();
    turn();
  }});
  const tools = h("div", {class: "tools", hidden: true},
                  h("label", {for: "vlan-search"}, "Search"), search);
  const table = h("div", {class: "scroll"}, h("table", {class: "wide small"}, h("thead", {}, h("tr", {},
    COLUMNS.map(([title, number]) => h("th", {scope: "col", class: number ? "number" : null},
                                       title)))), body));
  let list = null; // not known yet
  let shown = [];  // of these, those that stand in the table
  const counters = new Map(); // null: it is in another namespace
  let seen = null;
  let ended = false;

  const render = () => {
    if (ended) {
      return;
    }
    const wanted = search.value.trim().toLowerCase();
    const found = (list || []).filter((vlan) =>
      `${vlan.name} ${vlan.vid} ${addressWords(vlan)}`.toLowerCase().includes(wanted));
    tools.hidden = !list || list.length <= SEARCHED_FROM;
    table.hidden = found.length === 0;
    none.hidden = found.length > 0;
    setText(none, !list ? "Loading…" : list.length === 0 ? "No VLAN interface is on it."
                                                         : "No VLAN interface fits the search.");
    shown = slice(found);
    keep(body, shown.map((vlan) => ({vlan, counters: counters.get(vlan.name)})),
         (item) => item.vlan.name, row, fill);
  };
  const query = `parent=${encodeURIComponent(parent)}`;
  const loadList = async () => {
    try {
      const answer = await transport.get(`/v1/vlans?${query}`);
      list = answer.vlans.filter((vlan) => vlan.staged !== "add");
    } catch {
      seen = null; // again with the next live data; the bar says what is wrong
      return;
    }
    render();
    loadCounters();
  };
  const loadCounters = async () => {
    // Of what is to be seen only: counting hundreds takes the daemon long.
    const asked = shown;
    const vids = asked.map((vlan) => vlan.vid).join();
    if (ended || !vids || !store.reached || document.visibilityState !== "visible") {
      return;
    }
    try {
      const answer = await transport.get(`/v1/counters?${query}&vids=${vids}`);
      for (const {name} of asked) {
        counters.set(name, answer.vlans[name] || null);
      }
      render();
    } catch {
      // They stay as they were; the bar says what is wrong.
    }
  };
  const timer = setInterval(loadCounters, COUNTERS_INTERVAL_MS);
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
      loadList();
    }
  };
  return [h("div", {}, tools, table, none, pages), update, () => {
    ended = true;
    clearInterval(timer);
    unsubscribe();
  }];
}
