// SPDX-License-Identifier: BSD-2-Clause
// The drawing of a server: its bonds, their links, and the ports at the other end as LACP
// names them; NICs that are no members likewise. A line's colour and dashes say its state,
// its width its traffic. There are three layouts: roomy, one with a line of text a link where
// there are many, and one for narrow screens, where nothing has to be scrolled.

import {keep, s, setAttribute, setText} from "./dom.js";
import {plural, rate, speed} from "./format.js";
import {parentsOf, parentState, stateOf} from "./parents.js";
import {store} from "./store.js";

const ROOMY_MOST = 16;

// x and width of each part, in the units of the drawing. head: height of what stands above
// the rows within a group; foot: below them. Texts of a row are placed from its middle.
const WIDE = {width: 1060, server: [16, 258], box: [40, 210], port: [274, 130], wire: [404, 716],
              far: [716, 128], partner: [860, 184], head: 0, foot: 0, side: true};
const LAYOUTS = {
  roomy: {...WIDE, row: 64, port_height: 40, label: -10, reason: 22, reason_most: 52},
  dense: {...WIDE, wire: [404, 756], far: [756, 88], row: 28, port_height: 23, label: 4.5,
          reason: null, reason_most: 45},
  narrow: {width: 360, server: [2, 356], box: [12, 336], port: [20, 112], wire: [132, 232],
           far: [232, 112], partner: [12, 336], head: 62, foot: 30, row: 66, port_height: 36,
           label: -8, reason: 33, reason_most: 48, side: false},
};
const WIRE_CHARACTERS = 44;
const GAP = 18;
const TOP = 46;

const WORDS = {active: "carries traffic", standby: "standing by", down: "down",
               absent: "not there"};

function layoutFor(parents) {
  if (window.matchMedia("(max-width: 40rem)").matches) {
    return LAYOUTS.narrow;
  }
  const rows = parents.reduce((sum, parent) => sum + parent.members.length, 0);
  return rows > ROOMY_MOST ? LAYOUTS.dense : LAYOUTS.roomy;
}

function rectangle(element, [x, width], y, height) {
  setAttribute(element, "x", x);
  setAttribute(element, "width", width);
  setAttribute(element, "y", y);
  setAttribute(element, "height", height);
}

function text(element, x, y, words) {
  setAttribute(element, "x", x);
  setAttribute(element, "y", y);
  setText(element, words);
}

/** A name and what is said of it below, or the name alone in the middle. */
function twoLines([name, detail], x, middle, first, second) {
  text(name, x, second ? middle - 3 : middle + 4.5, first);
  text(detail, x, middle + 13, second);
}

function short(words, most) {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

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
    s("rect", {class: "port", rx: 4}), s("text", {class: "port-name"}), s("text", {class: "small"}),
    s("path", {class: "wire"}), s("text", {class: "label", "text-anchor": "middle"}),
    s("text", {class: "label reason", "text-anchor": "middle"}),
    s("rect", {class: "port", rx: 4}), s("text", {class: "port-name"}), s("text", {class: "small"}));
}

const MARK_TEXTS = {chosen: "the flow takes this link", backup: "would take over"};

/** What stands on the wire and below it. */
function labels(member, rates, marked, layout) {
  const state = stateOf(member);
  const traffic = `↑ ${rate(rates.tx)}   ↓ ${rate(rates.rx)}`;
  const mark = MARK_TEXTS[marked] || "";
  if (state === "good") {
    // In the narrow layout a wire is shorter than its traffic's words.
    return layout.reason === null ? [mark || traffic, ""]
      : layout.side ? [traffic, mark] : ["", mark || traffic];
  }
  const sign = state === "error" ? "✕ " : "";
  const reason = short(member.reason_text, layout.reason_most);
  // On the wire alone the reason has to do: it says more than the state.
  return layout.reason === null ? [sign + reason, ""]
                                : [sign + (WORDS[member.state] || member.state), reason];
}

/** The port at the other end: what LACP calls it, and whose it is if not the partner's. */
function farTexts(parent, member) {
  if (!member.partner_port) {
    return [isPartnerShown(parent) ? "not heard" : "other end", ""];
  }
  const other = member.partner_system !== parent.partner;
  return [`port ${member.partner_port}`, other ? member.partner_system
                                               : `key ${member.partner_key}`];
}

function fillMember(group, {parent, member, middle, marked, layout}) {
  const [stub, port, name, detail, wire, label, reason, far, farName, farDetail] = group.children;
  const key = `${parent.name}/${member.name}`;
  const rates = store.rates.get(key) || {rx: 0, tx: 0};
  const top = middle - layout.port_height / 2;
  const dense = layout.reason === null;
  const centre = (layout.wire[0] + layout.wire[1]) / 2;
  const [word, below] = labels(member, rates, marked, layout);
  const [farWord, farBelow] = farTexts(parent, member);

  setAttribute(group, "class", `member ${stateOf(member)}${marked ? ` ${marked}` : ""}`);
  setAttribute(stub, "d", layout.side
    ? `M ${layout.box[0] + layout.box[1]} ${middle} H ${layout.port[0]}` : "M 0 0");
  rectangle(port, layout.port, top, layout.port_height);
  const what = !member.carrier ? "no carrier" : member.speed_mbps ? speed(member.speed_mbps) : "";
  twoLines([name, detail], layout.port[0] + 8, middle, member.name, dense ? "" : what);
  // Where the words stand on the wire, it leaves room for them.
  const gap = dense ? Math.min((layout.wire[1] - layout.wire[0]) / 2, word.length * 3.6 + 8) : 0;
  setAttribute(wire, "d", `M ${layout.wire[0]} ${middle} H ${centre - gap} M ${centre + gap} ${
    middle} H ${layout.wire[1]}`);
  setAttribute(wire, "stroke-width", lineWidth(member, key).toFixed(1));
  text(label, centre, middle + layout.label, word);
  // A long one is wider than the wire, and so stands below the ports beside it.
  const drop = layout.side && below.length > WIRE_CHARACTERS ? 9 : 0;
  text(reason, layout.side ? centre : layout.width / 2, middle + (layout.reason || 0) + drop, below);
  rectangle(far, layout.far, top, layout.port_height);
  twoLines([farName, farDetail], layout.far[0] + 8, middle, farWord, dense ? "" : farBelow);
}

function parentGroup(onPick) {
  const group = s("g", {class: "bond"},
    s("rect", {class: "bond-box", rx: 6}), s("text", {class: "bond-name"}),
    s("text", {class: "small"}), s("text", {class: "small"}), s("text", {class: "small"}),
    s("g", {class: "members"}),
    s("rect", {class: "partner", rx: 6}), s("text", {class: "small strong"}),
    s("text", {class: "small"}));
  group.addEventListener("click", () => onPick(group.dataset.key));
  return group;
}

function headTexts(parent) {
  const rates = store.rates.get(parent.name) || {rx: 0, tx: 0};
  const active = parent.members.filter((member) => member.state === "active").length;
  const kind = parent.isNic ? "NIC" : parent.mode;
  return [[kind, plural(parent.vlans, "VLAN interface")].join(" · "),
          parent.isNic ? (active ? "up" : "down") : `${active} of ${parent.members.length} links up`,
          `↑ ${rate(rates.tx)}   ↓ ${rate(rates.rx)}`];
}

/** The group's own box, with its name and what can be said of it in its height. */
function fillHead([box, name, ...lines], parent, y, height, layout) {
  const texts = headTexts(parent);
  const [x] = layout.box;
  rectangle(box, layout.box, y, layout.side ? height : layout.head - 10);
  text(name, x + 12, y + 20, parent.name);
  if (!layout.side) {
    text(lines[0], x + 100, y + 20, texts[0]);
    text(lines[1], x + 12, y + 40, texts[1]);
    text(lines[2], x + 150, y + 40, texts[2]);
    return;
  }
  const room = Math.max(0, Math.floor((height - 26) / 17));
  // The state before the kind, where there is room for one only.
  const order = room >= 2 ? texts : [texts[1], "", ""];
  lines.forEach((line, i) => text(line, x + 12, y + 38 + 17 * i,
    i < room || (i === 0 && height >= 40) ? order[i] : ""));
  if (height < 40) {
    text(lines[0], x + 12 + 10 * parent.name.length, y + 20, texts[1]);
  }
}

function isPartnerShown(parent) {
  return !parent.isNic && parent.mode === "802.3ad";
}

function fillPartner([partner, partnerName, partnerKind], parent, y, height, layout) {
  const [x] = layout.partner;
  const top = layout.side ? y : y + height - layout.foot + 4;
  const named = !isPartnerShown(parent) ? "" : parent.partner || "no LACP partner";
  partner.style.display = named ? "" : "none";
  rectangle(partner, layout.partner, top, layout.side ? height : layout.foot - 8);
  text(partnerName, x + 12, top + (layout.side ? 20 : 15), named);
  text(partnerKind, layout.side ? x + 12 : x + 150, top + (layout.side ? 37 : 15),
       parent.partner && height >= 40 ? "LACP partner" : "");
}

function fillParent(group, {parent, y, height, marks, layout}) {
  const parts = [...group.children];
  const members = parts[5];

  setAttribute(group, "class", `bond ${parentState(parent)}`);
  fillHead(parts.slice(0, 5), parent, y, height, layout);
  keep(members, parent.members.map((member, i) => ({parent, member, layout,
    middle: y + layout.head + (i + 0.5) * layout.row - (layout.side ? 0 : 12),
    marked: marks.get(member.name)})), (item) => item.member.name, memberRow, fillMember);
  fillPartner(parts.slice(6), parent, y, height, layout);
}

/** What the picture shows, in words, for those who listen. */
function describe(host, parents) {
  return `Server ${host}. ` + parents.map((parent) =>
    `${parent.name}: ` + parent.members.map((member) =>
      `${member.name} ${member.state === "active" ? "up" : `${member.state}, ${
        member.reason_text}`}`).join("; ")).join(". ");
}

/**
 * An SVG, the function that brings it up to date, and one that scrolls to a bond or NIC;
 * marks: bond -> member -> "chosen" or "backup". onPick(name) is called when one is clicked.
 */
export function picture(host, onPick) {
  const bonds = s("g", {});
  const server = s("rect", {class: "server", y: 8, rx: 10});
  const title = s("text", {class: "server-name", y: 32}, host);
  const svg = s("svg", {class: "picture", role: "img", viewBox: "0 0 1060 100"}, server, title,
                bonds);

  const update = (live, marks = new Map()) => {
    const parents = parentsOf(live);
    const layout = layoutFor(parents);
    let y = TOP;
    const items = parents.map((parent) => {
      const height = layout.head + (isPartnerShown(parent) ? layout.foot : 0) +
                     Math.max(1, parent.members.length) * layout.row;
      const item = {parent, y, height, layout, marks: marks.get(parent.name) || new Map()};
      y += height + GAP;
      return item;
    });
    const height = Math.max(100, y);
    setAttribute(svg, "viewBox", `0 0 ${layout.width} ${height}`);
    rectangle(server, layout.server, 8, height - 16);
    setAttribute(title, "x", layout.server[0] + 14);
    setAttribute(svg, "aria-label", describe(host, parents));
    keep(bonds, items, (item) => item.parent.name, () => parentGroup(onPick), fillParent);
  };
  const reveal = (name) => {
    const group = [...bonds.children].find((each) => each.dataset.key === name);
    if (group) {
      group.scrollIntoView({block: "center"});
    }
  };
  return [svg, update, reveal];
}
