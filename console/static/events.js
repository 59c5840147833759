// SPDX-License-Identifier: BSD-2-Clause
// Events as they come, filtered.

import {h, keep, setText} from "./dom.js";
import {clock} from "./format.js";
import {store} from "./store.js";

const SHOWN_MAX = 100;

const LACP = ["receive", "periodic", "mux", "selected", "partner", "aggregator", "actor_churn",
              "partner_churn"];
const LINKS = ["link", "reason", "carrier", "admin", "member_added", "member_removed",
               "member_refused", "member_renamed"];

// What a machine of LACP does is in "All" and "LACP" only: one lost link makes ten of them; a
// start makes one for each VLAN interface; what somebody asks for is followed by what was done.
const KINDS = {
  main: ["What matters", (event) => ![...LACP, "vlan_added", "vlan_removed", "call"].includes(event.event)],
  all: ["All", () => true],
  links: ["Links", (event) => LINKS.includes(event.event)],
  lacp: ["LACP", (event) => [...LACP, "reason"].includes(event.event)],
  changes: ["Changes", (event) => !LACP.includes(event.event) && !LINKS.includes(event.event)],
};

const PREFIXES = {vlan_added: "VLAN interface made: ", vlan_removed: "VLAN interface removed: "};

function eventRow(event) {
  return h("li", {}, h("time", {datetime: new Date(event.time * 1000).toISOString()},
                       clock(event.time)),
    h("span", {class: "where"}, [event.bond, event.member].filter(Boolean).join(" ")),
    h("span", {}, `${PREFIXES[event.event] || ""}${event.text}`));
}

/** Returns an element and its update(). */
export function events() {
  const kind = h("select", {id: "event-kind", onchange: () => update()},
    Object.entries(KINDS).map(([value, [name]]) => h("option", {value}, name)));
  const text = h("input", {id: "event-text", type: "search", oninput: () => update()});
  const list = h("ol", {class: "events", tabindex: 0, "aria-label": "Events, the newest first"});
  const none = h("p", {class: "quiet"});

  const update = () => {
    const wanted = text.value.trim().toLowerCase();
    const fits = KINDS[kind.value][1];
    const found = store.events.filter((event) => fits(event) &&
      `${event.bond} ${event.member} ${event.text}`.toLowerCase().includes(wanted));
    none.hidden = found.length > 0;
    list.hidden = found.length === 0;
    setText(none, store.events.length === 0 ? "Nothing has happened yet."
                                            : "No event fits the filter.");
    keep(list, found.slice(0, SHOWN_MAX), (event) => `${event.id} ${event.time}`, eventRow,
         () => {});
  };
  return [h("div", {},
    h("div", {class: "tools"}, h("label", {for: "event-kind"}, "Show"), kind,
      h("label", {for: "event-text"}, "with"), text), list, none), update];
}
