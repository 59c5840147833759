// SPDX-License-Identifier: BSD-2-Clause
// Creating and editing one VLAN interface. What can be known to be wrong is said while one
// types; the daemon has the last word.

import {dialog, h, setText} from "./dom.js";
import {addressWords} from "./interfaces.js";
import * as transport from "./transport.js";

const VID_MAX = 4094;
const NAME_MAX = 15;

function nameOf(parent, vid) {
  const name = `${parent}.${vid}`;
  return name.length <= NAME_MAX ? name : `vlan${vid}`;
}

function prefixProblem(text) {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  if (!match) {
    return `'${text}' is no address with a prefix; expected one like 10.1.2.3/24 or 2001:db8::5/64`;
  }
  const six = match[1].includes(":");
  const most = six ? 128 : 32;
  if (Number(match[2]) < 1 || Number(match[2]) > most) {
    return `the prefix of '${text}' is not from 1 to ${most}`;
  }
  if (!six) {
    const bytes = match[1].split(".");
    if (bytes.length !== 4 || bytes.some((byte) => !/^\d{1,3}$/.test(byte) || Number(byte) > 255)) {
      return `'${match[1]}' is no IPv4 address`;
    }
  }
  return "";
}

function addressList(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

function labelled(id, label, input, hint) {
  const error = h("p", {class: "field-error", id: `${id}-error`, role: "alert"});
  input.id = id;
  input.setAttribute("aria-describedby", `${id}-error${hint ? ` ${id}-hint` : ""}`);
  return {input, error, element: h("div", {class: "field tall"}, h("label", {for: id}, label),
    input, h("div", {class: "below"},
      hint && h("p", {class: "quiet hint", id: `${id}-hint`}, hint), error))};
}

function mark(field, text) {
  setText(field.error, text);
  field.input.setAttribute("aria-invalid", text ? "true" : "false");
  return !text;
}

class Form {
  constructor(vlan, model, {parents, folder}) {
    this.folder = folder;
    this.vlan = vlan;
    this.model = model;
    this.parents = parents;
    const options = vlan ? [h("option", {}, vlan.parent)]
      : parents.map((parent) => h("option", {value: parent.name},
          `${parent.name} (${parent.kind === "bond" ? "port channel" : "NIC"})`));
    this.parent = labelled("vlan-parent", "Parent Interface",
      h("select", {disabled: Boolean(vlan)}, options));
    this.vid = labelled("vlan-vid", "VLAN", h("input", {type: "number", min: 1, max: VID_MAX,
      step: 1, required: true, readonly: Boolean(vlan), value: vlan ? vlan.vid : ""}),
      vlan ? "" : "1 to 4094");
    this.addresses = labelled("vlan-addresses", "IP Address", h("textarea", {rows: 2,
      spellcheck: "false", autocomplete: "off", autofocus: Boolean(vlan)}, vlan ? vlan.addresses.join("\n") : ""),
      "IPv4 or IPv6 with its prefix, several on lines of their own");
    this.dhcp = h("input", {type: "checkbox", id: "vlan-dhcp", checked: vlan && vlan.dhcp});
    this.dhcpv6 = h("input", {type: "checkbox", id: "vlan-dhcpv6", checked: vlan && vlan.dhcpv6});
    this.mtu = labelled("vlan-mtu", "MTU", h("input", {type: "number", min: 68, max: 65535,
      placeholder: "the parent's", value: (vlan && vlan.mtu) || ""}));
    this.preview = h("p", {class: "quiet preview", role: "status"});
    this.failure = h("p", {class: "message wrong", role: "alert", hidden: true});
    for (const input of [this.parent.input, this.vid.input, this.addresses.input,
                         this.mtu.input]) {
      input.addEventListener("input", () => this.check(false));
    }
  }

  checkVid(complete) {
    const text = this.vid.input.value;
    const vid = Number(text);
    if (text === "") {
      return mark(this.vid, complete ? "which VLAN? a number from 1 to 4094" : "");
    }
    if (!Number.isInteger(vid) || vid < 1 || vid > VID_MAX) {
      return mark(this.vid, `${text} is not from 1 to 4094`);
    }
    const other = !this.vlan && this.model.vlans.vlans.find((each) =>
      each.parent === this.parent.input.value && each.vid === vid);
    return mark(this.vid, other
      ? `VLAN ${vid} is in use on ${other.parent}, by ${other.name}` : "");
  }

  checkAddresses() {
    const list = addressList(this.addresses.input.value);
    const taken = this.model.vlans.vlans.filter((each) => !this.vlan ||
      each.name !== this.vlan.name);
    for (const address of list) {
      const problem = prefixProblem(address);
      const bare = address.split("/")[0];
      const other = taken.find((each) => each.addresses.some((its) => its.split("/")[0] === bare));
      if (problem || other) {
        return mark(this.addresses, problem || `${bare} is ${other.name}'s already`);
      }
    }
    const twice = list.find((address, i) => list.indexOf(address) !== i);
    return mark(this.addresses, twice ? `${twice} stands there twice` : "");
  }

  checkMtu() {
    const text = this.mtu.input.value;
    const mtu = Number(text);
    const parent = this.parents.find((each) => each.name === this.parent.input.value);
    if (text !== "" && (!Number.isInteger(mtu) || mtu < 68 || mtu > 65535)) {
      return mark(this.mtu, `${text} is not from 68 to 65535`);
    }
    return mark(this.mtu, text !== "" && parent && mtu > parent.mtu
      ? `more than ${parent.name}'s MTU, ${parent.mtu}` : "");
  }

  check(complete) {
    const fine = [this.checkVid(complete), this.checkAddresses(), this.checkMtu()].every(Boolean);
    const name = this.vlan ? this.vlan.name
      : this.vid.input.value ? nameOf(this.parent.input.value, this.vid.input.value) : "";
    const file = this.vlan ? this.vlan.file : `${this.folder}/ifcfg-${name}`;
    setText(this.preview, name ? `The interface is ${name}, its file ${file}.` : "");
    return fine;
  }

  body() {
    const body = {addresses: addressList(this.addresses.input.value), dhcp: this.dhcp.checked,
                  dhcpv6: this.dhcpv6.checked, stage: true,
                  mtu: this.mtu.input.value === "" ? null : Number(this.mtu.input.value)};
    if (this.vlan) {
      body.revision = this.vlan.revision;
    } else {
      body.parent = this.parent.input.value;
      body.vid = Number(this.vid.input.value);
    }
    return body;
  }

  /** Says what the daemon refused, at the field that it is about. */
  async refuse(error) {
    if (error.code === "conflict" && this.vlan) {
      return this.showConflict(error);
    }
    const fields = {vid: this.vid, addresses: this.addresses, mtu: this.mtu, parent: this.parent};
    const field = fields[error.details && error.details.field] ||
      {vlan_in_use: this.vid, no_such_parent: this.parent,
       address_in_use: this.addresses}[error.code];
    this.fail(field ? "" : error.message);
    if (field) {
      mark(field, error.message);
      field.input.focus();
    }
    return undefined;
  }

  fail(text) {
    setText(this.failure, text);
    this.failure.hidden = !text;
  }

  /** Somebody was first: says what it is now, and lets the person decide. */
  async showConflict(error) {
    try {
      const now = await transport.get(`/v1/vlans/${encodeURIComponent(this.vlan.name)}`);
      this.vlan = {...this.vlan, revision: now.revision};
      this.fail(`${error.message}. It now has: ${addressWords(now)}; MTU ${
        now.mtu || "of the parent"}. Save again to have yours instead, or Cancel to leave it.`);
    } catch (gone) {
      this.fail(gone.message);
    }
  }
}

/** Resolves to the staged VLAN interface, or null if nothing was saved. */
export async function vlanDialog(vlan, model) {
  const form = new Form(vlan, model, await transport.get("/v1/parents"));
  return dialog(vlan ? `Edit ${vlan.name}` : "Create VLAN Interface", (close) => {
    const saveButton = h("button", {type: "submit", class: "primary"}, "Save");
    const submit = async (event) => {
      event.preventDefault();
      if (!form.check(true)) {
        const wrong = event.target.querySelector("[aria-invalid=true]");
        wrong.focus();
        return;
      }
      saveButton.disabled = true;
      form.fail("");
      try {
        const answer = await transport.send(vlan ? "PATCH" : "POST",
          vlan ? `/v1/vlans/${encodeURIComponent(vlan.name)}` : "/v1/vlans", form.body());
        close(answer.staged);
      } catch (error) {
        await form.refuse(error);
      } finally {
        saveButton.disabled = false;
      }
    };
    form.check(false);
    return h("form", {onsubmit: submit, novalidate: true}, form.failure, form.parent.element,
      form.vid.element, form.addresses.element,
      h("fieldset", {class: "checks"}, h("legend", {}, "Or by"),
        h("label", {}, form.dhcp, " DHCP"), h("label", {}, form.dhcpv6, " DHCPv6")),
      form.mtu.element, form.preview,
      h("div", {class: "actions"},
        h("button", {type: "button", onclick: () => close(null)}, "Cancel"), saveButton));
  });
}
