// SPDX-License-Identifier: BSD-2-Clause
// The interfaces of a Service Engine as rows of a table: what is staged first, then each bond
// with its members and VLAN interfaces, then NICs likewise.

import {plural} from "./format.js";
import {parentsOf, parentState, stateOf} from "./parents.js";

const STAGED_WORDS = {add: "new, not committed", change: "changed, not committed",
                      delete: "to be deleted, not committed"};

export function addressWords(item) {
  return [...item.addresses.map((each) => each.address ? `${each.address}/${each.prefix}` : each),
          item.dhcp && "DHCP", item.dhcpv6 && "DHCPv6"].filter(Boolean).join(", ") || "none";
}

function vlanRow(vlan, change) {
  return {key: `vlan ${vlan.name}`, kind: "VLAN", name: vlan.name, parent: vlan.parent,
          vid: vlan.vid, addresses: addressWords(vlan), mtu: vlan.mtu || "", vlan, change,
          level: "none",
          state: vlan.staged ? STAGED_WORDS[vlan.staged] : vlan.running ? "running" : "not running"};
}

/** What live data know of a bond's or NIC's state. */
function liveState(parent) {
  if (!parent) {
    return ["not running", "error"];
  }
  const active = parent.members.filter((member) => member.state === "active").length;
  const some = parent.carrier && active < parent.members.length;
  return [some ? `up, by ${active} of ${plural(parent.members.length, "link")}`
               : parent.carrier ? "up" : "down", parentState(parent)];
}

function bondRows(name, model, live) {
  const bond = model.config && model.config.bonds.find((each) => each.name === name);
  const running = live.get(name);
  const [state, level] = liveState(running);
  const members = bond ? bond.members : running ? running.members : [];
  return [{key: `bond ${name}`, kind: "Bond", name, parent: "", vid: "", bond, state, level,
           addresses: bond ? addressWords({...bond, dhcp: bond.bootproto === "dhcp"}) : "",
           mtu: (bond && bond.mtu) || ""},
    ...members.map((member) => {
      const its = running && running.members.find((each) => each.name === member.name);
      return {key: `member ${name} ${member.name}`, kind: "Link", name: member.name, parent: name,
              vid: "", addresses: "", mtu: "", state: its ? its.reason_text : "",
              level: its ? stateOf(its) : "none"};
    })];
}

function nicRow(nic, live) {
  const [state, level] = live.has(nic.name) ? liveState(live.get(nic.name)) : ["", "none"];
  return {key: `nic ${nic.name}`, kind: "NIC", name: nic.name, parent: "", vid: "", addresses: "",
          mtu: nic.mtu, nic, state, level};
}

/** model: {vlans, staged, config, parents}, of which the last two may still be missing. */
export function rowsOf(model, liveData) {
  const live = new Map((liveData ? parentsOf(liveData) : []).map((each) => [each.name, each]));
  const changes = new Map(model.staged.changes.map((change) => [change.name, change]));
  const vlans = new Map();
  const staged = [];
  for (const vlan of model.vlans.vlans) {
    const row = vlanRow(vlan, changes.get(vlan.name));
    if (row.change) {
      staged.push(row);
    } else {
      vlans.set(vlan.parent, vlans.get(vlan.parent) || []);
      vlans.get(vlan.parent).push(row);
    }
  }
  const bonds = model.config ? model.config.bonds.map((bond) => bond.name)
    : [...live.values()].filter((each) => !each.isNic).map((each) => each.name);
  const nics = (model.parents || []).filter((parent) => parent.kind === "nic");
  const rows = [...bonds.map((name) => [name, bondRows(name, model, live)]),
                ...nics.map((nic) => [nic.name, [nicRow(nic, live)]])]
    .flatMap(([name, own]) => {
      const on = vlans.get(name) || [];
      vlans.delete(name);
      return [...own, ...on];
    });
  // Last those whose parent is not there.
  return [...staged, ...rows, ...[...vlans.values()].flat()];
}
