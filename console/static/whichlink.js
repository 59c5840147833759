// SPDX-License-Identifier: BSD-2-Clause
// Which link? Addresses, protocol and ports in, the link out, and the link it would take if
// that one failed; both are marked in the picture.

import {h, setText} from "./dom.js";
import * as transport from "./transport.js";

const PORTS = ["tcp", "udp", "sctp", "dccp", "udplite"];

function field(id, label, attributes = {}) {
  const input = h("input", {id, name: id, autocomplete: "off", spellcheck: "false",
                            ...attributes});
  return [h("div", {class: "field"}, h("label", {for: id}, label), input), input];
}

/** Returns a form, its update(live), and a function that gives the picture's marks. */
export function whichLink(onAnswer) {
  const bond = h("select", {id: "which-bond"});
  const proto = h("select", {id: "which-proto"},
    ["tcp", "udp", "icmp", "sctp", "dccp", "udplite"].map((name) => h("option", {}, name)));
  const [srcField, src] = field("which-src", "From address", {placeholder: "10.0.0.1",
                                                              required: true});
  const [dstField, dst] = field("which-dst", "To address", {placeholder: "10.0.0.2",
                                                            required: true});
  const port = {type: "number", min: 0, max: 65535};
  const [sportField, sport] = field("which-sport", "From port", {...port, value: 40000});
  const [dportField, dport] = field("which-dport", "To port", {...port, value: 443});
  const answer = h("p", {class: "answer", role: "status"});
  const notes = h("p", {class: "quiet"});
  let marks = new Map();

  const showPorts = () => {
    const ports = PORTS.includes(proto.value);
    sportField.hidden = !ports;
    dportField.hidden = !ports;
  };
  proto.addEventListener("change", showPorts);

  const ask = async (event) => {
    event.preventDefault();
    const query = new URLSearchParams({bond: bond.value, src: src.value.trim(),
                                       dst: dst.value.trim(), proto: proto.value});
    if (PORTS.includes(proto.value)) {
      query.set("sport", sport.value);
      query.set("dport", dport.value);
    }
    marks = new Map();
    try {
      const found = await transport.get(`/v1/explain?${query}`);
      const chosen = new Map();
      if (found.backup) {
        chosen.set(found.backup, "backup");
      }
      if (found.member) {
        chosen.set(found.member, "chosen");
      }
      marks.set(bond.value, chosen);
      setText(answer, !found.member ? "No link carries it: the bond is down."
        : `It takes ${found.member}${found.backup && found.backup !== found.member
            ? `; if that fails, ${found.backup}` : ""}.`);
      answer.classList.remove("wrong");
      setText(notes, [`Bucket ${found.bucket}.`, ...found.notes].join(" "));
    } catch (error) {
      setText(answer, error.message);
      answer.classList.add("wrong");
      setText(notes, "");
    }
    onAnswer();
  };

  const update = (live) => {
    const names = live.bonds.map((each) => each.name).join();
    if (bond.dataset.names !== names) {
      bond.dataset.names = names;
      bond.replaceChildren(...live.bonds.map((each) => h("option", {}, each.name)));
    }
  };
  const form = h("form", {class: "fields", onsubmit: ask},
    h("div", {class: "field"}, h("label", {for: "which-bond"}, "Bond"), bond), srcField, dstField,
    h("div", {class: "field"}, h("label", {for: "which-proto"}, "Protocol"), proto), sportField,
    dportField, h("button", {type: "submit"}, "Show the link"));
  return [h("div", {}, form, answer, notes), update, () => marks];
}
