// SPDX-License-Identifier: BSD-2-Clause
// What VLAN interfaces stand on: bonds, and NICs that are no members. A NIC is shown like a
// bond with itself as the only link.

function nicMember(nic) {
  const state = !nic.present ? "absent" : nic.carrier ? "active" : "down";
  const why = nic.trouble || (!nic.present ? "there is no such interface"
    : !nic.admin_up ? "set down" : nic.carrier ? "carries traffic" : "no carrier");
  return {name: nic.name, slot: 0, state, reason_text: why, carrier: nic.carrier,
          speed_mbps: null, duplex: null, partner_port: null, partner_system: null,
          rx: nic.rx, tx: nic.tx};
}

function nicParent(nic) {
  return {name: nic.name, isNic: true, mode: "NIC", carrier: nic.carrier, admin_up: nic.admin_up,
          partner: null, vlans: nic.vlans, rx: nic.rx, tx: nic.tx, members: [nicMember(nic)]};
}

/** Bonds as live data have them, then NICs in the same shape with isNic. */
export function parentsOf(live) {
  return [...live.bonds, ...live.nics.map(nicParent)];
}

/** A member's state for colour: "good", "warning", "error". */
export function stateOf(member) {
  return member.state === "active" ? "good" : member.state === "standby" ? "warning" : "error";
}

/** The same of a bond or NIC as a whole. */
export function parentState(parent) {
  return !parent.carrier ? "error"
    : parent.members.every((member) => member.state === "active") ? "good" : "warning";
}
