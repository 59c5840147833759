// SPDX-License-Identifier: BSD-2-Clause
// Events as they come, filtered.

import {h, keep, setText} from "./dom.js";
import {clock} from "./format.js";
import {store} from "./store.js";

const SHOWN_MAX = 100;

const KINDS = {
  "": () => true,
  links: (event) => ["link", "carrier", "admin", "member_added", "member_removed",
                     "member_refused", "member_renamed"].includes(event.event),
  lacp: (event) => ["receive", "periodic", "mux", "selected", "partner", "reason", "aggregator",
                    "actor_churn", "partner_churn"].includes(event.event),
  changes: (event) => ["vlan_added", "vlan_removed", "bond_added", "bond_removed", "reloaded",
                       "applied", "confirmed", "taken_back", "rolled_back", "repaired",
                       "bond_taken_over"].includes(event.event),
};

const NAMES = {"": "All", links: "Links", lacp: "LACP", changes: "Changes"};

/** Returns an element and its update(). */
export function events() {
  const kind = h("select", {id: "event-kind", onchange: () => update()},
    Object.entries(NAMES).map(([value, text]) => h("option", {value}, text)));
  const text = h("input", {id: "event-text", type: "search", oninput: () => update()});
  const list = h("ol", {class: "events"});
  const none = h("p", {class: "quiet"}, "Nothing has happened since this page was opened.");

  const update = () => {
    const wanted = text.value.trim().toLowerCase();
    const found = store.events.filter((event) => KINDS[kind.value](event) &&
      `${event.bond} ${event.member} ${event.text}`.toLowerCase().includes(wanted));
    none.hidden = found.length > 0;
    setText(none, store.events.length === 0
      ? "Nothing has happened since this page was opened." : "No event fits the filter.");
    keep(list, found.slice(0, SHOWN_MAX), (event) => event.id ?? `${event.time}${event.text}`,
      (event) => h("li", {}, h("time", {datetime: new Date(event.time * 1000).toISOString()},
                                clock(event.time)),
        h("span", {class: "where"}, [event.bond, event.member].filter(Boolean).join(" ")),
        h("span", {}, event.text)),
      () => {});
  };
  return [h("div", {},
    h("div", {class: "tools"}, h("label", {for: "event-kind"}, "Show"), kind,
      h("label", {for: "event-text"}, "with"), text), list, none), update];
}
