// SPDX-License-Identifier: BSD-2-Clause
// Edit: the interfaces of a Service Engine in a table. Create VLAN Interface opens a dialog,
// whose Save puts the interface into the table, not yet committed; Save below commits.

import {commit} from "./commit.js";
import {add, dialog, h, keep, setText} from "./dom.js";
import {ago, plural} from "./format.js";
import {history} from "./history.js";
import {rowsOf} from "./interfaces.js";
import {links} from "./links.js";
import {pager} from "./pager.js";
import {parentsOf} from "./parents.js";
import {isOperator, serverNow, store, subscribe} from "./store.js";
import {row as emptyRow, table} from "./table.js";
import * as transport from "./transport.js";
import {vlanDialog} from "./vlan-dialog.js";
import {waitingNote} from "./waiting.js";

const ROWS_SHOWN = 100;
const COLUMNS = [{title: "Interface", nowrap: true}, {title: "Kind"}, {title: "Parent"},
  {title: "VLAN", number: true}, {title: "IP addresses"}, {title: "MTU", number: true},
  {title: "State"}, {title: "Actions", nowrap: true}];

function place(file, line) {
  return h("code", {}, line ? `${file}:${line}` : file);
}

async function showBond(item) {
  const {bond} = item;
  const closeButton = (close) => h("div", {class: "actions"},
    h("button", {type: "button", onclick: () => close()}, "Close"));
  if (!bond) {
    await dialog(item.name, (close) => [
      h("p", {}, "No interface file has it; it runs all the same, until the next reload."),
      closeButton(close)]);
    return;
  }
  const lacp = bond.mode === "802.3ad";
  const facts = [["Mode", bond.mode], ["Hash policy", bond.xmit_hash_policy],
    ["Placement of flows", bond.flow_placement], ["Links needed", bond.min_links || 1],
    ["Link monitoring", `every ${bond.miimon} ms`],
    ["Delays", `${bond.updelay} ms up, ${bond.downdelay} ms down`],
    lacp && ["LACP", `${bond.lacp_rate} rate, ${bond.lacp_active ? "active" : "passive"}`],
    lacp && ["System priority", bond.ad_actor_sys_prio],
    ["Comes up by itself", bond.onboot ? "yes" : "no"], ["MTU", bond.mtu || "1500"],
    ["MAC", bond.mac || "the first link's"], ["Addresses", item.addresses],
    ["Gateway", [bond.ipv4_default, bond.ipv6_default].map((route) => route && route.gateway)
      .filter(Boolean).join(", ") || "none"]];
  await dialog(bond.name, (close) => [
    h("p", {}, "A bond is configured in the server's interface files only, not here. This one: ",
      place(bond.file, bond.line)),
    h("dl", {class: "facts"}, facts.filter(Boolean).map(([name, value]) =>
      [h("dt", {}, name), h("dd", {}, String(value))])),
    h("h3", {}, "Its links"),
    bond.members.length === 0 ? h("p", {}, "The files give it none.")
      : h("dl", {class: "facts"}, bond.members.map((member) =>
          [h("dt", {}, member.name), h("dd", {}, place(member.file, member.line))])),
    closeButton(close)]);
}

function rowElement() {
  const element = emptyRow(COLUMNS);
  element.children[6].append(h("span", {class: "state"}));
  return element;
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
  const who = change ? ` (${change.user}, ${ago(change.time, serverNow())})${
    change.conflict ? `: ${change.conflict}` : ""}` : "";
  setText(stateCell.firstElementChild, row.state + who);
  stateCell.firstElementChild.className = `state ${change ? "warning" : row.level}`;
  element.classList.toggle("staged", Boolean(change));
  const operator = isOperator();
  const wanted = [row.kind === "Bond" ? "Show" : "", row.vlan && operator && row.vlan.staged !== "delete"
    ? "Edit Delete" : "", change && operator ? "Undo" : ""].filter(Boolean).join(" ");
  element.act = act;
  element.row = row;
  if (actions.dataset.wanted !== wanted) {
    actions.dataset.wanted = wanted;
    actions.replaceChildren(...wanted.split(" ").filter(Boolean).map((text) =>
      rowButton(text, row.name, () => element.act[text](element.row))));
  }
}

/** What is wrong with the files, and what of them could not be done. */
async function readProblems() {
  const bond = store.live.bonds[0];
  // One bond's status has all problems, and little else.
  const status = await transport.get(`/v1/status${
    bond ? `?bond=${encodeURIComponent(bond.name)}` : ""}`);
  return status.problems;
}

function problemList() {
  const list = h("ul", {});
  const element = h("section", {class: "card problems", hidden: true,
    "aria-labelledby": "problems"},
    h("h2", {id: "problems"}, "Problems of the configuration"), list);
  const update = (problems) => {
    element.hidden = problems.length === 0;
    list.replaceChildren(...problems.map((problem) => h("li", {},
      h("span", {class: `state ${problem.severity}`}, problem.severity), " ",
      problem.file && place(problem.file, problem.line), problem.file && ": ", problem.message)));
  };
  return [element, update];
}

/** What of the daemon's state the table hangs on: another one, and it is read again. */
function stateOf(live) {
  return {files: `${live.boot} ${live.configuration} ${live.problems}`,
          staged: live.staged_revision};
}

export function show(main, host) {
  const message = h("p", {class: "message", role: "alert", hidden: true});
  const [list, body] = table(COLUMNS);
  const [pages, slice, toFirstPage] = pager(ROWS_SHOWN, "interfaces", () => render());
  const search = h("input", {type: "search", id: "edit-search", oninput: () => {
    toFirstPage();
    render();
  }});
  const note = h("p", {class: "quiet", role: "status"}, "Loading…");
  const saveButton = h("button", {type: "button", class: "primary", disabled: true,
                                  hidden: !isOperator(), onclick: () => save()}, "Save");
  const discardButton = h("button", {type: "button", disabled: true, hidden: !isOperator(),
                                     onclick: () => discard()}, "Discard changes");
  const createButton = h("button", {type: "button", disabled: true, hidden: !isOperator(),
                                    onclick: () => edit(null)}, "Create VLAN Interface");
  const [waiting, updateWaiting] = waitingNote((text) => say(text));
  const [problems, showProblems] = problemList();
  const [former, updateFormer] = history(({text, wrong}) => {
    say(text, wrong);
    load();
  });
  let model = null; // {vlans, staged, config, parents}
  let seen = {};    // which state of the daemon the model is of
  let ended = false;

  const say = (text, wrong = false) => {
    setText(message, text);
    message.hidden = !text;
    message.classList.toggle("wrong", wrong);
  };
  const render = () => {
    if (!model || ended) {
      return;
    }
    const wanted = search.value.trim().toLowerCase();
    const rows = rowsOf(model, store.live).filter((row) =>
      `${row.name} ${row.kind} ${row.parent} ${row.addresses} ${row.vid}`.toLowerCase()
        .includes(wanted));
    keep(body, slice(rows), (row) => row.key, rowElement,
         (element, row) => fillRow(element, row, act));
    const count = model.staged.changes.length;
    createButton.disabled = false;
    saveButton.disabled = count === 0 || !isOperator();
    discardButton.disabled = saveButton.disabled;
    setText(note, count === 0 ? "Nothing waits to be committed."
      : `${plural(count, "change")} not yet committed. Save shows what will happen, then commits.`);
  };
  const read = async (all) => {
    const [vlans, staged] = await Promise.all([transport.get("/v1/vlans"),
                                               transport.get("/v1/staged")]);
    model = {...model, vlans, staged};
    render();
    if (all) {
      // These take longer with thousands of interfaces, and change seldom.
      const [config, {parents}] = await Promise.all([transport.get("/v1/config"),
                                                     transport.get("/v1/parents")]);
      model = {...model, config, parents};
      render();
      showProblems(store.live.problems > 0 ? await readProblems() : []);
    }
  };
  const load = async () => {
    const now = stateOf(store.live);
    const all = !model || !model.config || now.files !== seen.files;
    seen = now;
    try {
      await read(all);
    } catch (error) {
      seen = {};
      say(error.message, true);
    }
  };
  const attempt = async (work) => {
    say("");
    try {
      await work();
    } catch (error) {
      say(error.message, true);
    }
    await load();
  };
  const edit = (vlan) => attempt(async () => {
    const staged = await vlanDialog(vlan, model);
    if (staged) {
      const text = vlan ? `${staged.name} is changed, not yet committed.`
                        : `${staged.name} is in the table, not yet committed.`;
      toFirstPage();
      say(text);
    }
  });
  const act = {
    Show: showBond,
    Edit: (row) => edit(row.vlan),
    Delete: (row) => attempt(() => transport.send("DELETE",
      `/v1/vlans/${encodeURIComponent(row.name)}`, {stage: true, revision: row.vlan.revision})),
    Undo: (row) => attempt(() => transport.send("DELETE",
      `/v1/staged/${encodeURIComponent(row.name)}`, {revision: row.change.revision})),
  };
  const discard = async () => {
    const {changes, revision} = model.staged;
    const sure = await dialog("Discard all changes?", (close) => [
      h("p", {}, `${plural(changes.length, "change")} will be forgotten: `,
        changes.map((change) => `${change.name} (${change.user})`).join(", ")),
      h("div", {class: "actions"},
        h("button", {type: "button", onclick: () => close(false)}, "Keep them"),
        h("button", {type: "button", class: "danger", onclick: () => close(true)}, "Discard"))]);
    if (sure) {
      await attempt(() => transport.send("DELETE", "/v1/staged", {revision}));
    }
  };
  const save = () => attempt(async () => {
    const outcome = await commit(model.staged);
    if (outcome) {
      say(outcome.text, outcome.wrong);
    }
  });

  add(main,
    h("div", {class: "title"}, h("h1", {}, `Edit ${host}`),
      h("a", {class: "button", href: links.engine(host)}, "Back")),
    !isOperator() && h("p", {class: "message"}, "You may look here, but not change anything: that " +
      "takes root or the group portchannel-operator."),
    waiting, problems,
    h("div", {class: "tools"}, createButton, h("label", {for: "edit-search"}, "Search"), search,
      message),
    h("section", {class: "card", "aria-label": "Interfaces"},
      h("div", {class: "scroll"}, list), pages),
    former,
    h("div", {class: "footer"}, note, discardButton, saveButton));

  let states = "";
  const update = (what) => {
    if (what === "live" && store.live) {
      updateWaiting(store.live);
      updateFormer(store.live);
      // What somebody else stages or commits shows here too.
      const state = stateOf(store.live);
      if (seen.staged !== state.staged || seen.files !== state.files) {
        load();
      }
      const now = parentsOf(store.live).map((parent) => [parent.name, parent.carrier,
        ...parent.members.map((member) => member.reason_text)].join()).join();
      if (now !== states) {
        states = now;
        render();
      }
    }
  };
  update("live");
  const unsubscribe = subscribe(update);
  return () => {
    ended = true;
    unsubscribe();
  };
}
