// SPDX-License-Identifier: BSD-2-Clause
// What is wrong, in sentences, the gravest first: which link, of which bond, why, since when,
// and what is left.

import {clock, plural} from "./format.js";
import {parentsOf} from "./parents.js";
import {store} from "./store.js";

const NAMED_MAX = 3;

function names(members) {
  const named = members.slice(0, members.length > NAMED_MAX ? NAMED_MAX - 1 : NAMED_MAX)
    .map((member) => member.name);
  const rest = members.length - named.length;
  if (rest > 0) {
    return `${named.join(", ")} and ${rest} more`;
  }
  return named.length < 2 ? named.join("")
    : `${named.slice(0, -1).join(", ")} and ${named[named.length - 1]}`;
}

/** " since 12:34:56", if the event that made it so is known. */
function since(bond, members) {
  const event = store.events.find((each) => each.event === "reason" && each.bond === bond.name &&
    members.some((member) => member.name === each.member));
  return event ? ` since ${clock(event.time)}` : "";
}

function linksLeft(bond) {
  const left = bond.members.filter((member) => member.state === "active").length;
  return left === 0 ? "." : `. ${left} of ${bond.members.length} links ${
    left === 1 ? "is" : "are"} left.`;
}

/** The links that carry no traffic, those with the same reason together. */
function groupsOf(bond) {
  const groups = new Map();
  for (const member of bond.members.filter((each) => each.state !== "active")) {
    const key = `${member.state} ${member.reason_text}`;
    groups.set(key, [...(groups.get(key) || []), member]);
  }
  return [...groups.values()];
}

function bondAlerts(bond) {
  if (!bond.admin_up) {
    return [{level: "warning", parent: bond.name, text: `${bond.name} is set down.`}];
  }
  const groups = groupsOf(bond);
  const [first] = groups;
  if (!bond.carrier && groups.length === 1 && first.length === bond.members.length) {
    return [{level: "error", parent: bond.name, text: `${bond.name} is down, with ${
      first.length === 1 ? `its only link, ${first[0].name}` : `all its ${first.length} links`}: ${
      first[0].reason_text}${since(bond, first)}.`}];
  }
  const list = bond.carrier ? [] : [{level: "error", parent: bond.name,
    text: `${bond.name} is down: no link of it carries traffic.`}];
  for (const members of groups) {
    list.push({
      level: members[0].state === "standby" && bond.carrier ? "warning" : "error",
      parent: bond.name,
      text: `${names(members)} of ${bond.name} ${members.length === 1 ? "carries" : "carry"} no ` +
            `traffic: ${members[0].reason_text}${since(bond, members)}${linksLeft(bond)}`});
  }
  return list;
}

function nicAlerts(nic) {
  const member = nic.members[0];
  return member.state === "active" ? [] : [{level: "error", parent: nic.name,
    text: `${nic.name}, a NIC with ${plural(nic.vlans, "VLAN interface")}, carries no traffic: ${
      member.reason_text}.`}];
}

/**
 * [{level: "error" or "warning", text, parent, edit}]; parent: the bond or NIC, if it is about
 * one; edit: the words of a link to Edit, if it is dealt with there.
 */
export function alerts(live) {
  const list = parentsOf(live).flatMap((parent) => parent.isNic ? nicAlerts(parent)
                                                                : bondAlerts(parent));
  if (live.problems > 0) {
    list.push({level: "warning", edit: "Show them",
               text: `The configuration has ${plural(live.problems, "problem")}.`});
  }
  if (live.waiting) {
    list.push({level: "warning", edit: "Show it",
               text: `A change by ${live.waiting.user} waits to be kept; otherwise it is taken back.`});
  }
  return [...list.filter((alert) => alert.level === "error"),
          ...list.filter((alert) => alert.level !== "error")];
}

/** "good", "warning" or "error": the worst of them. */
export function worst(list) {
  return list.some((alert) => alert.level === "error") ? "error" : list.length ? "warning" : "good";
}
