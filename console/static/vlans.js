// SPDX-License-Identifier: BSD-2-Clause
// The VLAN interfaces of one bond or NIC with their addresses and counters.

import {h, keep, setText} from "./dom.js";
import {bytes} from "./format.js";
import {addressWords} from "./interfaces.js";
import {pager} from "./pager.js";
import {store, subscribe} from "./store.js";
import {row, table} from "./table.js";
import * as transport from "./transport.js";

const COUNTERS_INTERVAL_MS = 5000;
const SHOWN_MAX = 50;
const SEARCHED_FROM = 10;
const VLAN_EVENTS = ["vlan_added", "vlan_removed", "vlan_moved", "vlan_back"];
const COLUMNS = [{title: "Name"}, {title: "VLAN", number: true}, {title: "Addresses"},
                 {title: "State", nowrap: true}, {title: "Received", number: true},
                 {title: "Sent", number: true}];

function vlanRow() {
  const element = row(COLUMNS);
  element.children[3].append(h("span", {class: "state"}));
  return element;
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
  const [list, body] = table(COLUMNS, "small");
  const scroll = h("div", {class: "scroll"}, list);
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
  let known = null; // not known yet
  let shown = [];   // of these, those that stand in the table
  const counters = new Map(); // null: it is in another namespace
  let seen = null;
  let ended = false;

  const render = () => {
    if (ended) {
      return;
    }
    const wanted = search.value.trim().toLowerCase();
    const found = (known || []).filter((vlan) =>
      `${vlan.name} ${vlan.vid} ${addressWords(vlan)}`.toLowerCase().includes(wanted));
    tools.hidden = !known || known.length <= SEARCHED_FROM;
    scroll.hidden = found.length === 0;
    none.hidden = found.length > 0;
    setText(none, !known ? "Loading…" : known.length === 0 ? "No VLAN interface is on it."
                                                         : "No VLAN interface fits the search.");
    shown = slice(found);
    keep(body, shown.map((vlan) => ({vlan, counters: counters.get(vlan.name)})),
         (item) => item.vlan.name, vlanRow, fill);
  };
  const query = `parent=${encodeURIComponent(parent)}`;
  const loadList = async () => {
    try {
      const answer = await transport.get(`/v1/vlans?${query}`);
      known = answer.vlans.filter((vlan) => vlan.staged !== "add");
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
  return [h("div", {}, tools, scroll, none, pages), update, () => {
    ended = true;
    clearInterval(timer);
    unsubscribe();
  }];
}
