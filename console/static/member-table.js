// SPDX-License-Identifier: BSD-2-Clause
// The links of a bond in numbers and words, and what LACP says on both ends of one.

import {dialog, h, keep, setText} from "./dom.js";
import {bytes, count, percent, plural, rate, speed} from "./format.js";
import {stateOf} from "./parents.js";
import {store} from "./store.js";
import {row, table} from "./table.js";
import * as transport from "./transport.js";

const COLUMNS = [{title: "Link", nowrap: true}, {title: "State", nowrap: true}, {title: "Why"},
  {title: "Carrier", number: true}, {title: "Traffic", number: true}, {title: "Received", number: true},
  {title: "Sent", number: true}, {title: "LACP"}, {title: "Errors", number: true},
  {title: "Dropped", number: true}, {title: "Link losses", number: true}];

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

const FACTS = [["System", (end) => end.system], ["System priority", (end) => end.system_priority],
  ["Key", (end) => end.key], ["Port", (end) => end.port],
  ["Port priority", (end) => end.port_priority],
  ["State", (end) => end.state.map((flag) => flag.replace("_", " ")).join(", ") || "nothing"]];

async function showLacp(bondName, memberName) {
  let member;
  try {
    const bond = await transport.get(`/v1/bonds/${encodeURIComponent(bondName)}`);
    member = bond.members.find((each) => each.name === memberName);
  } catch (error) {
    member = {error: error.message};
  }
  const lacp = member && member.lacp;
  await dialog(`LACP on ${memberName}`, (close) => [
    !lacp ? h("p", {}, (member && member.error) || "It isn't there now.") : [
      h("div", {class: "scroll"}, h("table", {}, h("thead", {}, h("tr", {},
        h("td"), h("th", {scope: "col"}, "This end"), h("th", {scope: "col"}, "The partner"))),
      h("tbody", {}, FACTS.map(([name, of]) => h("tr", {}, h("th", {scope: "row"}, name),
        h("td", {}, String(of(lacp.actor))),
        h("td", {}, lacp.partner ? String(of(lacp.partner)) : "not heard")))))),
      h("dl", {class: "facts"}, [["Traffic", member.reason_text],
        ["Receive machine", lacp.receive_state], ["Periodic machine", lacp.periodic_state],
        ["Mux machine", lacp.mux_state], ["Selected", lacp.selected],
        ["Churn", `this end ${lacp.actor_churn}, the partner ${lacp.partner_churn}`],
        ["LACPDUs", `${count(lacp.lacpdus_sent)} sent, ${count(lacp.lacpdus_received)} received, ${
          count(lacp.lacpdus_bad)} bad`],
        ["Markers", `${count(lacp.markers_received)} received, ${
          count(lacp.markers_answered)} answered`]].map(([name, value]) =>
        [h("dt", {}, name), h("dd", {}, value)]))],
    h("div", {class: "actions"}, h("button", {type: "button", onclick: () => close()}, "Close"))]);
}

function memberRow(item) {
  const element = row(COLUMNS);
  const {bond, member} = item;
  const cells = element.children;
  cells[0].append(h("span", {class: "swatch",
    style: {background: `var(--slot-${member.slot})`}}), h("span"));
  for (const cell of [cells[4], cells[5], cells[6]]) {
    cell.append(h("span"), h("small", {class: "below-number"}));
  }
  cells[1].append(h("span", {class: "state"}));
  cells[7].append(h("span"), " ", h("button", {type: "button", class: "plain",
    "aria-label": `Details of LACP on ${member.name}`, hidden: bond.mode !== "802.3ad",
    onclick: () => showLacp(bond.name, member.name)}, "Details"));
  return element;
}

/** What it has of the bond's traffic now; of none there are no shares. */
function shareWords(bond, rates) {
  const total = bond.members.reduce((sum, each) => {
    const its = store.rates.get(`${bond.name}/${each.name}`) || {rx: 0, tx: 0};
    return sum + its.rx + its.tx;
  }, 0);
  return total > 0 ? percent(rates.rx + rates.tx, total) : "none";
}

function carrierWords(member) {
  return !member.carrier ? "none"
    : speed(member.speed_mbps) + (member.duplex === "half" ? ", half duplex" : "");
}

function fillMember(element, {bond, member}) {
  const cells = element.children;
  const rates = store.rates.get(`${bond.name}/${member.name}`) || {rx: 0, tx: 0};
  const state = cells[1].firstElementChild;
  setText(cells[0].lastElementChild, member.name);
  setText(state, member.state);
  state.className = `state ${stateOf(member)}`;
  setText(cells[2], member.reason_text);
  setText(cells[3], carrierWords(member));
  setText(cells[4].firstElementChild, shareWords(bond, rates));
  setText(cells[4].lastElementChild, `${percent(member.buckets, 840)} of buckets`);
  for (const [cell, direction] of [[cells[5], "rx"], [cells[6], "tx"]]) {
    setText(cell.firstElementChild, rate(rates[direction]));
    setText(cell.lastElementChild, `${bytes(member[direction].bytes)} in all`);
  }
  setText(cells[7].firstElementChild, lacpWords(bond, member));
  setText(cells[8], count(member.errors));
  setText(cells[9], count(member.drops));
  setText(cells[10], count(member.link_failures));
}

/** Returns an element and its update(bond). */
export function memberTable() {
  const [list, body] = table(COLUMNS, "large");
  const none = h("p", {class: "quiet"}, "The files give it no link.");
  const scroll = h("div", {class: "scroll"}, list);
  const summary = h("p", {class: "quiet"});
  const update = (bond) => {
    scroll.hidden = bond.members.length === 0;
    none.hidden = bond.members.length > 0;
    setText(summary, [bond.mode, bond.partner && `LACP partner ${bond.partner}`,
      plural(bond.members.length, "link")].filter(Boolean).join(" · "));
    keep(body, bond.members.map((member) => ({bond, member})),
         (item) => `${item.bond.name}/${item.member.name}/${item.member.slot}`, memberRow,
         fillMember);
  };
  return [h("div", {}, summary, scroll, none), update];
}
