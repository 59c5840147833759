// SPDX-License-Identifier: BSD-2-Clause
// Which link? Addresses, protocol and ports in, the link out, and the link it would take if
// that one failed; both are marked in the picture.

import {h, setText} from "./dom.js";
import {store} from "./store.js";
import * as transport from "./transport.js";

const PROTOCOLS = ["tcp", "udp", "icmp", "sctp", "dccp", "udplite"];
/** Those that have no ports. */
const PORTLESS = ["icmp"];

function bucketsOf(name) {
  const bond = store.live && store.live.bonds.find((each) => each.name === name);
  return bond ? bond.buckets : "";
}

function field(id, label, attributes = {}) {
  const input = h("input", {id, name: id, autocomplete: "off", spellcheck: "false",
                            ...attributes});
  return [h("div", {class: "field"}, h("label", {for: id}, label), input), input];
}

/** Returns a form, its update(live), and a function that gives the picture's marks. */
export function whichLink(onAnswer) {
  const bond = h("select", {id: "which-bond"});
  const proto = h("select", {id: "which-proto"},
    PROTOCOLS.map((name) => h("option", {}, name)));
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
  let asked = null; // what the answer is to
  let buckets = ""; // of its bond then

  const showPorts = () => {
    const ports = !PORTLESS.includes(proto.value);
    sportField.hidden = !ports;
    dportField.hidden = !ports;
  };
  proto.addEventListener("change", showPorts);

  const question = () => {
    const query = new URLSearchParams({bond: bond.value, src: src.value.trim(),
                                       dst: dst.value.trim(), proto: proto.value});
    if (!PORTLESS.includes(proto.value)) {
      query.set("sport", sport.value);
      query.set("dport", dport.value);
    }
    return {bond: bond.value, query};
  };
  const ask = async () => {
    const mine = asked;
    const {bond: name, query} = mine;
    buckets = bucketsOf(name);
    try {
      const found = await transport.get(`/v1/explain?${query}`);
      if (asked !== mine) {
        return; // another question was asked meanwhile
      }
      const chosen = new Map();
      if (found.backup) {
        chosen.set(found.backup, "backup");
      }
      if (found.member) {
        chosen.set(found.member, "chosen");
      }
      marks = new Map([[name, chosen]]);
      setText(answer, !found.member ? "No link carries it: the bond is down."
        : `It takes ${found.member}${found.backup && found.backup !== found.member
            ? `; if that fails, ${found.backup}` : "; there is no other to take over"}.`);
      answer.classList.remove("wrong");
      setText(notes, [`Bucket ${found.bucket}.`, ...found.notes].join(" "));
    } catch (error) {
      marks = new Map();
      asked = null;
      setText(answer, error.message);
      answer.classList.add("wrong");
      setText(notes, "");
    }
    onAnswer();
  };

  const update = (live) => {
    // When links fail or return, the answer is another one.
    if (asked && buckets !== bucketsOf(asked.bond)) {
      ask();
    }
    const names = live.bonds.map((each) => each.name).join();
    if (bond.dataset.names !== names) {
      bond.dataset.names = names;
      bond.replaceChildren(...live.bonds.map((each) => h("option", {}, each.name)));
    }
  };
  const submit = (event) => {
    event.preventDefault();
    asked = question();
    ask();
  };
  const form = h("form", {class: "fields", onsubmit: submit},
    h("div", {class: "field"}, h("label", {for: "which-bond"}, "Bond"), bond), srcField, dstField,
    h("div", {class: "field"}, h("label", {for: "which-proto"}, "Protocol"), proto), sportField,
    dportField, h("button", {type: "submit"}, "Show the link"));
  return [h("div", {}, form, answer, notes), update, () => marks];
}
