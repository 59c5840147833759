// SPDX-License-Identifier: BSD-2-Clause
// A Service Engine: what is wrong first, then the picture, then everything in numbers.

import {buckets} from "./buckets.js";
import {h, keep, setText} from "./dom.js";
import {events} from "./events.js";
import {bytes, count, percent, plural, rate, speed} from "./format.js";
import {links} from "./links.js";
import {picture, stateOf} from "./picture.js";
import {alerts, isOperator, store, subscribe} from "./store.js";
import {traffic} from "./traffic.js";
import {vlans} from "./vlans.js";
import {whichLink} from "./whichlink.js";

const COLUMNS = ["Link", "State", "Why", "Speed", "Share", "Received", "Sent", "LACP", "Errors",
                 "Failed"];

function headline(element, live) {
  const wrong = alerts(live);
  const members = live.bonds.flatMap((bond) => bond.members);
  const level = wrong.some((alert) => alert.level === "error") ? "error"
              : wrong.length ? "warning" : "good";
  element.className = `headline ${level}`;
  const up = members.filter((member) => member.state === "active").length;
  const texts = live.bonds.length === 0 ? ["No bond is configured in this server's files."]
    : wrong.length === 0 ? [`All ${plural(members.length, "link")} of ${
        plural(live.bonds.length, "bond")} carry traffic.`]
    : wrong.map((alert) => alert.text);
  keep(element, texts.map((text, i) => ({text, i})), (item) => item.i,
       () => h("p"), (line, item) => setText(line, item.text));
  return up;
}

/** LACP's state of a member in words. */
function lacpWords(bond, member) {
  if (bond.mode !== "802.3ad") {
    return "not in this mode";
  }
  if (!member.partner_system) {
    return "nothing heard from the switch";
  }
  const words = {DETACHED: "not in the bundle", WAITING: "waiting to join",
                 ATTACHED: "chosen, waiting for the switch",
                 COLLECTING_DISTRIBUTING: "in the bundle"};
  return `${words[member.mux] || member.mux}; partner port ${member.partner_port}, key ${
    member.partner_key}`;
}

function memberRow() {
  return h("tr", {}, COLUMNS.map((name, i) => h(i === 0 ? "th" : "td",
    {scope: i === 0 ? "row" : null, class: i >= 3 && i !== 7 ? "number" : null},
    i === 1 ? h("span", {class: "state"}) : null)));
}

function fillMember(row, {bond, member}) {
  const cells = row.children;
  const rates = store.rates.get(`${bond.name}/${member.name}`) || {rx: 0, tx: 0};
  const state = cells[1].firstElementChild;
  setText(cells[0], member.name);
  setText(state, member.state);
  state.className = `state ${stateOf(member)}`;
  setText(cells[2], member.reason_text);
  setText(cells[3], speed(member.speed_mbps) + (member.duplex === "half" ? ", half duplex" : ""));
  setText(cells[4], percent(member.buckets, 840));
  setText(cells[5], `${rate(rates.rx)} (${bytes(member.rx.bytes)})`);
  setText(cells[6], `${rate(rates.tx)} (${bytes(member.tx.bytes)})`);
  setText(cells[7], lacpWords(bond, member));
  setText(cells[8], count(member.errors + member.drops));
  setText(cells[9], plural(member.link_failures, "time"));
}

function bondSection(main, name) {
  const body = h("tbody");
  const [strip, updateBuckets] = buckets();
  const [plots, updateTraffic, endTraffic] = traffic();
  const [vlanTable, updateVlans, endVlans] = vlans(name);
  const section = h("section", {class: "card", "aria-labelledby": `bond-${name}`},
    h("h2", {id: `bond-${name}`}, name),
    h("div", {class: "scroll"}, h("table", {class: "wide"},
      h("thead", {}, h("tr", {}, COLUMNS.map((text, i) => h("th", {scope: "col",
        class: i >= 3 && i !== 7 ? "number" : null}, text)))), body)),
    h("h3", {}, "Traffic of the last five minutes"), plots,
    h("h3", {}, "Buckets"), strip,
    h("h3", {}, "VLAN interfaces"), vlanTable);
  main.append(section);
  return {
    section,
    update(bond) {
      keep(body, bond.members.map((member) => ({bond, member})), (item) => item.member.name,
           memberRow, fillMember);
      updateBuckets(bond);
      updateTraffic(bond);
      updateVlans(bond);
    },
    end() {
      endTraffic();
      endVlans();
      section.remove();
    },
  };
}

export function show(main, host) {
  const head = h("div", {class: "headline"});
  const [svg, updatePicture] = picture(host);
  const [form, updateForm, marks] = whichLink(() => store.live && draw());
  const parts = h("div");
  const [eventList, updateEvents] = events();
  const sections = new Map();
  const draw = () => updatePicture(store.live, marks());

  main.append(
    h("div", {class: "title"}, h("h1", {}, host),
      h("a", {class: "button", href: links.edit(host)},
        isOperator() ? "Edit" : "View interfaces")),
    head, h("section", {class: "card scroll", "aria-label": "Links"}, svg),
    h("section", {class: "card", "aria-labelledby": "which"},
      h("h2", {id: "which"}, "Which link?"), form),
    parts,
    h("section", {class: "card", "aria-labelledby": "events"},
      h("h2", {id: "events"}, "Events"), eventList));

  const update = () => {
    const live = store.live;
    if (!live) {
      return;
    }
    headline(head, live);
    draw();
    updateForm(live);
    for (const bond of live.bonds) {
      if (!sections.has(bond.name)) {
        sections.set(bond.name, bondSection(parts, bond.name));
      }
      sections.get(bond.name).update(bond);
    }
    for (const [name, section] of sections) {
      if (!live.bonds.some((bond) => bond.name === name)) {
        section.end();
        sections.delete(name);
      }
    }
  };
  update();
  updateEvents();
  const unsubscribe = subscribe((what) => {
    if (what === "live") {
      update();
    } else if (what === "event") {
      updateEvents();
    }
  });
  return () => {
    unsubscribe();
    for (const section of sections.values()) {
      section.end();
    }
  };
}
