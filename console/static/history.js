// SPDX-License-Identifier: BSD-2-Clause
// The last configurations: who made each, what it changed, what is wrong with it, and the way
// back to it.

import {change, CONFIRM_SECONDS} from "./countdown.js";
import {dialog, h, keep, setText} from "./dom.js";
import {clock} from "./format.js";
import {isOperator} from "./store.js";
import {row, table} from "./table.js";
import * as transport from "./transport.js";

const COLUMNS = [{title: "Number", number: true}, {title: "When", nowrap: true}, {title: "By"},
  {title: "How"}, {title: "State", nowrap: true}, {title: "Files"},
  {title: "Actions", nowrap: true}];
const STATES = {in_force: ["in force", "good"], waiting: ["waits to be kept", "warning"],
                former: ["former", "none"], taken_back: ["taken back", "none"]};
const FILES_NAMED = 4;

function fileWords(files) {
  const named = files.slice(0, FILES_NAMED).map((file) => `${file.name} ${file.change}`);
  const rest = files.length - named.length;
  return [...named, rest > 0 && `${rest} more`].filter(Boolean).join(", ") || "none";
}

async function showDifference({number}) {
  let text;
  try {
    text = (await transport.get(`/v1/history/${number}`)).difference.trimEnd();
  } catch (error) {
    text = error.message;
  }
  await dialog(`What configuration ${number} changed`, (close) => [
    text ? h("pre", {class: "difference", tabindex: 0}, text.split("\n").map((line) =>
      h("span", {class: {"+": "added", "-": "removed"}[line[0]]}, `${line}\n`)))
      : h("p", {}, "No file differs from the configuration before."),
    h("div", {class: "actions"}, h("button", {type: "button", onclick: () => close()}, "Close"))]);
}

/** Resolves to {text, wrong}, or null if the person thought better of it. */
async function goBack({number, how}) {
  const sure = await dialog(`Go back to configuration ${number}?`, (close) => [
    h("p", {}, "All interface files, and what runs, become as they were with configuration ",
      `${number} (${how}). What came after it is undone; the history keeps it.`),
    h("p", {}, "A file that somebody has edited since is kept beside, as NAME.bak."),
    h("p", {class: "quiet"}, `If this page can't reach the server afterwards, or you don't keep it ` +
      `within ${CONFIRM_SECONDS} seconds, all is again as it is now.`),
    h("div", {class: "actions"},
      h("button", {type: "button", onclick: () => close(false)}, "Cancel"),
      h("button", {type: "button", class: "primary", onclick: () => close(true)}, "Go back"))]);
  return !sure ? null : change("/v1/rollback", {number}, {
    done: `Configuration ${number} runs already.`,
    kept: `The server is back at configuration ${number}.`,
    taken_back: "The server has what it had before again.",
    none: "The server did not go back: it has what it had before."});
}

function entryRow() {
  const element = row(COLUMNS);
  element.children[3].append(h("span"), h("p", {class: "field-error"}));
  element.children[4].append(h("span", {class: "state"}));
  return element;
}

/** onDone(outcome) is called when somebody has gone back. Returns an element and update(live). */
export function history(onDone) {
  const [list, body] = table(COLUMNS);
  const failure = h("p", {class: "field-error", role: "alert"});
  let seen = "";
  let live = null;

  const fillRow = (element, entry) => {
    const [number, when, by, how, state, files, actions] = element.children;
    const [word, level] = STATES[entry.state] || [entry.state, "none"];
    setText(number, String(entry.number));
    setText(when, clock(entry.time));
    setText(by, entry.user);
    setText(how.firstElementChild, entry.how);
    setText(how.lastElementChild, entry.fault ? `faulty: ${entry.fault}` : "");
    setText(state.firstElementChild, word);
    state.firstElementChild.className = `state ${level}`;
    setText(files, fileWords(entry.files));
    // A faulty one is refused by the daemon: what ran then can't be had again.
    const mayGo = isOperator() && !entry.fault && ["former", "taken_back"].includes(entry.state);
    if (actions.dataset.mayGo !== String(mayGo)) {
      actions.dataset.mayGo = mayGo;
      actions.replaceChildren(
        h("button", {type: "button", class: "plain", onclick: () => showDifference(entry),
                     "aria-label": `Show what ${entry.number} changed`}, "Show"),
        ...(mayGo ? [h("button", {type: "button", class: "plain",
          "aria-label": `Go back to ${entry.number}`, onclick: async () => {
            const outcome = await goBack(entry);
            if (outcome) {
              onDone(outcome);
            }
          }}, "Go back")] : []));
    }
  };
  const load = async () => {
    const mine = seen;
    try {
      const {configurations} = await transport.get("/v1/history");
      keep(body, configurations, (entry) => `${entry.number} ${entry.time}`, entryRow, fillRow);
      setText(failure, configurations.length === 0 ? "Nothing has been applied yet." : "");
    } catch (error) {
      seen = seen === mine ? "" : seen;
      setText(failure, error.message);
    }
  };
  const element = h("details", {class: "card", ontoggle: () => show()},
    h("summary", {}, h("h2", {}, "History")),
    h("div", {class: "scroll"}, list), failure);
  const show = () => {
    const now = live && `${live.boot} ${live.configuration} ${live.waiting && live.waiting.number}`;
    if (element.open && now !== seen) {
      seen = now;
      load();
    }
  };
  return [element, (data) => {
    live = data;
    show();
  }];
}
