// SPDX-License-Identifier: BSD-2-Clause
// Edit: the interfaces of a Service Engine in a table. Create VLAN Interface opens a dialog,
// whose Save puts the interface into the table, not yet committed; Save below commits.

import {commit} from "./commit.js";
import {add, announce, dialog, h, keep, setText} from "./dom.js";
import {ago, plural} from "./format.js";
import {links} from "./links.js";
import {isOperator, store, subscribe} from "./store.js";
import * as transport from "./transport.js";
import {vlanDialog} from "./vlan-dialog.js";

const STAGED_WORDS = {add: "new, not committed", change: "changed, not committed",
                      delete: "to be deleted, not committed"};

function addressesOf(item) {
  return [...item.addresses.map((each) => each.address ? `${each.address}/${each.prefix}` : each),
          item.dhcp && "DHCP", item.dhcpv6 && "DHCPv6"].filter(Boolean).join(", ") || "none";
}

/** Bonds, then VLAN interfaces, in one list of rows. */
function rowsOf(model) {
  const bonds = model.config.bonds.map((bond) => ({
    key: `bond ${bond.name}`, kind: "Bond", name: bond.name, parent: "", vid: "",
    addresses: addressesOf({...bond, dhcp: bond.bootproto === "dhcp"}),
    mtu: bond.mtu || "", bond, state: ""}));
  const changes = new Map(model.staged.changes.map((change) => [change.name, change]));
  const vlans = model.vlans.vlans.map((vlan) => ({
    key: `vlan ${vlan.name}`, kind: "VLAN", name: vlan.name, parent: vlan.parent, vid: vlan.vid,
    addresses: addressesOf(vlan), mtu: vlan.mtu || "", vlan, change: changes.get(vlan.name),
    state: vlan.staged ? STAGED_WORDS[vlan.staged] : vlan.running ? "" : "not running"}));
  return [...bonds, ...vlans];
}

async function showBond(row) {
  const {bond} = row;
  const lines = [["Mode", bond.mode], ["Hash policy", bond.xmit_hash_policy],
    ["Placement of flows", bond.flow_placement], ["Link monitoring", `every ${bond.miimon} ms`],
    ["LACP rate", bond.lacp_rate], ["Links needed", bond.min_links],
    ["Members", bond.members.map((member) => member.name).join(", ") || "none"],
    ["MTU", bond.mtu || "1500"], ["Addresses", row.addresses]];
  await dialog(bond.name, (close) => [
    h("p", {}, "A bond is configured in the server's interface files only, not here. This one: ",
      h("code", {}, `${bond.file}${bond.line ? `:${bond.line}` : ""}`)),
    h("dl", {class: "facts"}, lines.map(([name, value]) =>
      [h("dt", {}, name), h("dd", {}, String(value))])),
    h("p", {}, "Members' files: ", bond.members.map((member, i) =>
      [i ? ", " : "", h("code", {}, member.file)])),
    h("div", {class: "actions"}, h("button", {type: "button", onclick: () => close()}, "Close"))]);
}

function rowElement() {
  return h("tr", {}, h("th", {scope: "row"}), h("td"), h("td"), h("td", {class: "number"}),
    h("td"), h("td", {class: "number"}), h("td", {}, h("span", {class: "state"})), h("td"));
}

function rowButton(text, name, onclick) {
  return h("button", {type: "button", class: "plain", "aria-label": `${text} ${name}`, onclick},
           text);
}

function fillRow(element, row, act) {
  const [name, kind, parent, vid, addresses, mtu, stateCell, actions] = element.children;
  setText(name, row.name);
  setText(kind, row.kind);
  setText(parent, row.parent);
  setText(vid, String(row.vid));
  setText(addresses, row.addresses);
  setText(mtu, String(row.mtu));
  const change = row.change;
  setText(stateCell.firstElementChild, row.state + (change
    ? ` (${change.user}, ${ago(change.time)})${change.conflict ? `: ${change.conflict}` : ""}`
    : ""));
  stateCell.firstElementChild.className = change ? "state warning" : "state none";
  element.classList.toggle("staged", Boolean(change));
  const operator = isOperator();
  const wanted = [row.bond ? "Show" : "", row.vlan && operator && row.vlan.staged !== "delete"
    ? "Edit Delete" : "", change && operator ? "Undo" : ""].filter(Boolean).join(" ");
  element.act = act;
  element.row = row;
  if (actions.dataset.wanted !== wanted) {
    actions.dataset.wanted = wanted;
    actions.replaceChildren(...wanted.split(" ").filter(Boolean).map((text) =>
      rowButton(text, row.name, () => element.act[text](element.row))));
  }
}

async function read() {
  const [config, vlans, staged] = await Promise.all([
    transport.get("/v1/config"), transport.get("/v1/vlans"), transport.get("/v1/staged")]);
  return {config, vlans, staged};
}

export function show(main, host) {
  const message = h("p", {class: "message", role: "alert", hidden: true});
  const body = h("tbody");
  const search = h("input", {type: "search", id: "edit-search", oninput: () => render()});
  const note = h("p", {class: "quiet", role: "status"});
  const saveButton = h("button", {type: "button", class: "primary", disabled: true,
                                  onclick: () => save()}, "Save");
  const discardButton = h("button", {type: "button", disabled: true,
                                     onclick: () => discard()}, "Discard changes");
  const createButton = h("button", {type: "button", onclick: () => create()},
                         "Create VLAN Interface");
  let model = null;
  let seen = "";

  const say = (text, wrong = false) => {
    setText(message, text);
    message.hidden = !text;
    message.classList.toggle("wrong", wrong);
  };
  const render = () => {
    if (!model) {
      return;
    }
    const wanted = search.value.trim().toLowerCase();
    const rows = rowsOf(model).filter((row) =>
      `${row.name} ${row.addresses} ${row.vid}`.toLowerCase().includes(wanted));
    keep(body, rows, (row) => row.key, rowElement, (element, row) => fillRow(element, row, act));
    const count = model.staged.changes.length;
    saveButton.disabled = count === 0 || !isOperator();
    discardButton.disabled = saveButton.disabled;
    setText(note, count === 0 ? "Nothing waits to be committed."
      : `${plural(count, "change")} not yet committed. Save shows what will happen, then commits.`);
  };
  const load = async () => {
    try {
      model = await read();
      seen = key();
      render();
    } catch (error) {
      say(error.message, true);
    }
  };
  const key = () => store.live ? `${store.live.configuration} ${store.live.staged_revision}` : "";
  const attempt = async (work) => {
    say("");
    try {
      await work();
    } catch (error) {
      say(error.message, true);
    }
    await load();
  };
  const create = async () => {
    const made = await vlanDialog(null, model);
    if (made) {
      say(`${made.name} is in the table, not yet committed.`);
      announce(`${made.name} added, not yet committed`);
      await load();
    }
  };
  const act = {
    Show: showBond,
    Edit: async (row) => {
      const changed = await vlanDialog(row.vlan, model);
      if (changed) {
        say(`${changed.name} is changed, not yet committed.`);
        await load();
      }
    },
    Delete: (row) => attempt(() => transport.send("DELETE",
      `/v1/vlans/${encodeURIComponent(row.name)}`, {stage: true, revision: row.vlan.revision})),
    Undo: (row) => attempt(() => transport.send("DELETE",
      `/v1/staged/${encodeURIComponent(row.name)}`, {revision: row.change.revision})),
  };
  const discard = async () => {
    const sure = await dialog("Discard all changes?", (close) => [
      h("p", {}, `${plural(model.staged.changes.length, "change")} will be forgotten: `,
        model.staged.changes.map((change) => `${change.name} (${change.user})`).join(", ")),
      h("div", {class: "actions"},
        h("button", {type: "button", onclick: () => close(false)}, "Keep them"),
        h("button", {type: "button", class: "danger", onclick: () => close(true)}, "Discard"))]);
    if (sure) {
      await attempt(() => transport.send("DELETE", "/v1/staged",
                                         {revision: model.staged.revision}));
    }
  };
  const save = async () => {
    say("");
    const outcome = await commit(model.staged.revision);
    if (outcome) {
      say(outcome.text, outcome.wrong);
      announce(outcome.text);
    }
    await load();
  };

  createButton.hidden = !isOperator();
  add(main,
    h("div", {class: "title"}, h("h1", {}, `Edit ${host}`),
      h("a", {class: "button", href: links.engine(host)}, "Back")),
    !isOperator() && h("p", {class: "message"}, "You may look here, but not change anything: that " +
      "takes root or the group portchannel-operator."),
    message,
    h("div", {class: "tools"}, createButton, h("label", {for: "edit-search"}, "Search"), search),
    h("section", {class: "card scroll"}, h("table", {class: "wide"},
      h("thead", {}, h("tr", {}, ["Interface", "Kind", "Parent", "VLAN", "IP addresses", "MTU",
        "State", "Actions"].map((text, i) => h("th", {scope: "col",
          class: i === 3 || i === 5 ? "number" : null}, text)))), body)),
    h("div", {class: "footer"}, note, discardButton, saveButton));
  load();
  // What somebody else stages or commits shows here too.
  return subscribe((what) => {
    if (what === "live" && model && key() !== seen) {
      seen = key();
      load();
    }
  });
}
