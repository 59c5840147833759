// SPDX-License-Identifier: BSD-2-Clause
// The drawing of a server: its bonds, their links, and the ports at the other end as LACP
// names them. A line's colour and dashes say its state, its width its traffic.

import {keep, s, setAttribute, setText} from "./dom.js";
import {rate, speed} from "./format.js";
import {store} from "./store.js";

const WIDTH = 1060;
const ROW = 64;
const BOND_GAP = 28;
const SERVER_X = 16;
const BOND_X = 40;
const BOND_WIDTH = 210;
const PORT_WIDTH = 130;
const PORT_X = BOND_X + BOND_WIDTH + 24;
const LINE_X1 = PORT_X + PORT_WIDTH;
const LINE_X2 = 760;
const PARTNER_WIDTH = 275;

/** The state in one word, for colour and for people. */
export function stateOf(member) {
  return member.state === "active" ? "good" : member.state === "standby" ? "warning" : "error";
}

const WORDS = {active: "carries traffic", standby: "standing by", down: "down",
               absent: "not there"};

function lineWidth(member, key) {
  const rates = store.rates.get(key);
  const total = rates ? rates.rx + rates.tx : 0;
  const full = (member.speed_mbps || 10000) * 125000;
  // A link in no use is still to be seen; a hundredth of its speed, too.
  return 2 + 10 * Math.min(1, Math.sqrt(total / full));
}

function memberRow() {
  return s("g", {class: "member"},
    s("path", {class: "stub"}),
    s("rect", {class: "port", x: PORT_X, width: PORT_WIDTH, height: 40, rx: 4}),
    s("text", {class: "port-name", x: PORT_X + 10}),
    s("text", {class: "small", x: PORT_X + 10}),
    s("line", {class: "wire", x1: LINE_X1, x2: LINE_X2}),
    s("text", {class: "cross", x: (LINE_X1 + LINE_X2) / 2, "text-anchor": "middle"}, "✕"),
    s("text", {class: "label", x: (LINE_X1 + LINE_X2) / 2, "text-anchor": "middle"}),
    s("text", {class: "label reason", x: (LINE_X1 + LINE_X2) / 2, "text-anchor": "middle"}),
    s("rect", {class: "port", x: LINE_X2, width: 84, height: 40, rx: 4}),
    s("text", {class: "port-name", x: LINE_X2 + 10}));
}

function short(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function fillMember(group, {bond, member, y, marked}) {
  const [stub, port, name, detail, wire, cross, label, reason, far, farName] = group.children;
  const key = `${bond.name}/${member.name}`;
  const state = stateOf(member);
  const rates = store.rates.get(key) || {rx: 0, tx: 0};
  const middle = y + 20;

  group.setAttribute("class", `member ${state}${marked ? ` ${marked}` : ""}`);
  setAttribute(stub, "d", `M ${BOND_X + BOND_WIDTH} ${middle} H ${PORT_X}`);
  setAttribute(port, "y", y);
  setAttribute(name, "y", y + 17);
  setText(name, member.name);
  setAttribute(detail, "y", y + 33);
  setText(detail, member.carrier ? speed(member.speed_mbps) : "no carrier");
  for (const end of ["y1", "y2"]) {
    setAttribute(wire, end, middle);
  }
  setAttribute(wire, "stroke-width", lineWidth(member, key).toFixed(1));
  setAttribute(cross, "y", middle + 7);
  setText(cross, state === "error" ? "✕" : "");
  setAttribute(label, "y", middle - 10);
  setText(label, state === "good" ? `↑ ${rate(rates.tx)}   ↓ ${rate(rates.rx)}`
                                  : WORDS[member.state] || member.state);
  setAttribute(reason, "y", middle + 22);
  setText(reason, state === "good" ? "" : short(member.reason_text, 50));
  setAttribute(far, "y", y);
  setAttribute(farName, "y", middle + 5);
  setText(farName, member.partner_port ? `port ${member.partner_port}` : "unknown");
}

function bondGroup() {
  return s("g", {class: "bond"},
    s("rect", {class: "bond-box", x: BOND_X, width: BOND_WIDTH, rx: 6}),
    s("text", {class: "bond-name", x: BOND_X + 14}),
    s("text", {class: "small", x: BOND_X + 14}),
    s("text", {class: "small", x: BOND_X + 14}),
    s("text", {class: "small", x: BOND_X + 14}),
    s("g", {class: "members"}),
    s("rect", {class: "partner", x: LINE_X2 + 100, width: PARTNER_WIDTH - 90, rx: 6}),
    s("text", {class: "small", x: LINE_X2 + 112}),
    s("text", {class: "small", x: LINE_X2 + 112}));
}

function fillBond(group, {bond, y, height, marks}) {
  const [box, name, mode, up, traffic, members, partner, partnerName, partnerKind] =
    group.children;
  const rates = store.rates.get(bond.name) || {rx: 0, tx: 0};
  const active = bond.members.filter((member) => member.state === "active").length;

  group.setAttribute("class", `bond ${bond.carrier ? active < bond.members.length ? "warning"
                                                   : "good" : "error"}`);
  setAttribute(box, "y", y);
  setAttribute(box, "height", height);
  [name, mode, up, traffic].forEach((text, i) => setAttribute(text, "y", y + 22 + 18 * i));
  setText(name, bond.name);
  setText(mode, bond.mode);
  setText(up, `${active} of ${bond.members.length} links up`);
  setText(traffic, height > 70 ? `↑ ${rate(rates.tx)} ↓ ${rate(rates.rx)}` : "");
  keep(members, bond.members.map((member, i) =>
    ({bond, member, y: y + i * ROW + (ROW - 40) / 2 - 6, marked: marks.get(member.name)})),
    (item) => item.member.name, memberRow, fillMember);
  setAttribute(partner, "y", y);
  setAttribute(partner, "height", height);
  setAttribute(partnerName, "y", y + 22);
  setAttribute(partnerKind, "y", y + 40);
  setText(partnerName, bond.partner || (bond.mode === "802.3ad" ? "no partner" : "other end"));
  setText(partnerKind, bond.partner ? "LACP partner" : "");
}

/** What the picture shows, in words, for those who listen. */
function describe(host, live) {
  return `Server ${host}. ` + live.bonds.map((bond) =>
    `${bond.name}: ` + bond.members.map((member) =>
      `${member.name} ${member.state === "active" ? "up" : `${member.state}, ${
        member.reason_text}`}`).join("; ")).join(". ");
}

/** An SVG and the function that brings it up to date; marks: bond -> member -> class. */
export function picture(host) {
  const bonds = s("g", {});
  const server = s("rect", {class: "server", x: SERVER_X, y: 8, rx: 10,
                            width: BOND_WIDTH + 48});
  const title = s("text", {class: "server-name", x: SERVER_X + 14, y: 32}, host);
  const svg = s("svg", {class: "picture", role: "img", viewBox: `0 0 ${WIDTH} 100`}, server,
                title, bonds);

  const update = (live, marks = new Map()) => {
    let y = 48;
    const items = live.bonds.map((bond) => {
      const height = Math.max(1, bond.members.length) * ROW - 12;
      const item = {bond, y, height, marks: marks.get(bond.name) || new Map()};
      y += height + BOND_GAP;
      return item;
    });
    const height = Math.max(100, y + 4);
    setAttribute(svg, "viewBox", `0 0 ${WIDTH} ${height}`);
    setAttribute(server, "height", height - 16);
    setAttribute(svg, "aria-label", describe(host, live));
    keep(bonds, items, (item) => item.bond.name, bondGroup, fillBond);
  };
  return [svg, update];
}
