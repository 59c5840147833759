// SPDX-License-Identifier: BSD-2-Clause
// The second Save: shows the plan, commits with a countdown, and keeps the change once the
// daemon was reached again through the new configuration and the person wants it. Otherwise
// the daemon takes it back by itself.

import {announce, dialog, h, setText} from "./dom.js";
import {plural} from "./format.js";
import {store} from "./store.js";
import * as transport from "./transport.js";

const CONFIRM_SECONDS = 30;
const COMMIT_SECONDS = 15;
const REACH_SECONDS = 5;
const TRY_INTERVAL_MS = 1000;
const REACHED_ENOUGH = 4; // times in a row

const DISTURBS = {
  none: "disturbs nothing",
  vlan: "interrupts that VLAN interface only",
  member: "a link leaves for a moment; its flows move to the others",
  bond: "interrupts all traffic of the bond for a moment",
};

/** Changes that somebody else staged are committed along: that is to be known. */
function othersWords(staged) {
  const {user} = store.session;
  const others = staged.changes.filter((change) => change.user !== user);
  return others.length === 0 ? null : h("p", {class: "message"},
    "This commits what others have staged, too: ",
    others.map((change) => `${change.name} (${change.user})`).join(", "), ".");
}

function planDialog(plan, staged) {
  const worst = plan.disruption;
  return dialog("What will happen", (close) => [
    plan.problems.filter((problem) => problem.severity === "error").length > 0 &&
      h("div", {class: "message wrong"}, plan.problems.map((problem) =>
        h("p", {}, problem.message))),
    plan.steps.length === 0 ? h("p", {}, "Nothing differs from what runs already.")
      : h("ol", {class: "steps"}, plan.steps.map((step) => h("li", {}, step.text,
          h("span", {class: `disruption ${step.disruption}`}, DISTURBS[step.disruption])))),
    h("p", {class: worst === "none" ? "" : "message"},
      worst === "none" ? "No other traffic is disturbed."
                       : `The worst of it: ${DISTURBS[worst]}.`),
    othersWords(staged),
    plan.drift.length > 0 && h("details", {}, h("summary", {},
      plural(plan.drift.length, "thing was", "things were"), " changed by hand"),
      h("ul", {}, plan.drift.map((each) => h("li", {}, each.text)))),
    h("p", {class: "quiet"}, `If this page can't reach the server after the change, or you don't ` +
      `keep it within ${CONFIRM_SECONDS} seconds, it is taken back.`),
    h("div", {class: "actions"},
      h("button", {type: "button", onclick: () => close(false)}, "Cancel"),
      h("button", {type: "button", class: "primary", onclick: () => close(true)}, "Commit"))]);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The number of the newest configuration in the history. */
async function newestNumber() {
  const {configurations} = await transport.get("/v1/history", REACH_SECONDS);
  return Math.max(0, ...configurations.map((each) => each.number));
}

/**
 * The history's word on what became of the change after the configuration of that number:
 * a state, "none" where there is no such change (yet), null while the daemon can't be asked.
 */
async function stateAfter(number) {
  try {
    const {configurations} = await transport.get("/v1/history", REACH_SECONDS);
    const entry = configurations.find((each) => each.number > number);
    return entry ? entry.state : "none";
  } catch (error) {
    return error instanceof transport.SignedOut ? "signed_out" : null;
  }
}

/** What the history's word means for the change. */
const ENDS = {in_force: "kept", taken_back: "taken_back", former: "taken_back",
              signed_out: "signed_out"};

/**
 * Counts down while trying to reach the daemon. Once it has answered a few times through the
 * new configuration the change is kept by itself, unless the person wants to say so, or has
 * it taken back. Resolves to how it ended.
 */
function countdown(before, deadline) {
  let answer = null;
  return dialog("Keep the change?", (close, box) => {
    const left = h("p", {class: "countdown", role: "timer"});
    const reach = h("p", {}, "Trying to reach the server through the new configuration…");
    const byItself = h("input", {type: "checkbox", checked: true});
    const keepButton = h("button", {type: "button", class: "primary", disabled: true,
      onclick: () => finish("confirm")}, "Keep");
    const backButton = h("button", {type: "button", onclick: () => finish("rollback")},
                         "Take it back");
    const finish = async (what) => {
      answer = what;
      keepButton.disabled = true;
      backButton.disabled = true;
      try {
        await transport.send("POST", `/v1/${what}`, {}, 20);
        close(what === "confirm" ? "kept" : "taken_back");
      } catch (error) {
        answer = null;
        backButton.disabled = false;
        setText(reach, error.message);
      }
    };
    box.addEventListener("cancel", (event) => event.preventDefault());
    const secondsLeft = () => Math.ceil(deadline - Date.now() / 1000);
    // By itself, so that it runs on while an answer is waited for.
    const showLeft = () => setText(left, secondsLeft() > 0 ? `${secondsLeft()} s` : "Time is up");
    const timer = setInterval(showLeft, 250);
    box.addEventListener("close", () => clearInterval(timer));
    showLeft();
    (async () => {
      let reached = 0;
      let begun = false;
      while (box.isConnected || !begun) {
        begun = true;
        const state = await stateAfter(before);
        if (state in ENDS || (state === "none" && secondsLeft() <= 0)) {
          close(ENDS[state] || state);
          return;
        }
        reached = state === "waiting" ? reached + 1 : 0;
        if (!answer) {
          keepButton.disabled = reached === 0;
          setText(reach, reached ? "The server answers through the new configuration."
            : "The server does not answer. If that stays so, the change is taken back.");
        }
        if (reached === 1) {
          announce("The server answers through the new configuration.");
        }
        if (!answer && byItself.checked && reached >= REACHED_ENOUGH) {
          finish("confirm");
        }
        await pause(TRY_INTERVAL_MS);
      }
    })();
    return [left, reach,
      h("p", {}, h("label", {}, byItself, " Keep it as soon as the server answers steadily")),
      h("div", {class: "actions"}, backButton, keepButton)];
  });
}

/** Shows the plan and commits; resolves to {text, wrong}, or null if nothing was done. */
export async function commit(staged) {
  let plan;
  try {
    plan = await transport.get("/v1/plan?staged=true");
  } catch (error) {
    return {text: error.message, wrong: true};
  }
  if (!(await planDialog(plan, staged))) {
    return null;
  }
  let before;
  try {
    before = await newestNumber();
    const applied = await transport.send("POST", "/v1/commit",
      {revision: staged.revision, confirm: CONFIRM_SECONDS}, COMMIT_SECONDS);
    if (!applied.waiting) {
      return {text: "Committed.", wrong: false};
    }
  } catch (error) {
    // Without an answer it may have been made all the same: the history will say.
    if (!(error instanceof transport.Unreachable) || before === undefined) {
      return {text: error.message, wrong: true};
    }
  }
  // By the browser's own clock: the server's may differ.
  const end = await countdown(before, Date.now() / 1000 + CONFIRM_SECONDS);
  return {kept: {text: "Committed, and kept.", wrong: false},
          signed_out: {text: "The session has ended; what isn't kept is taken back.", wrong: true},
          none: {text: "The server did not make the change; it waits in the table.", wrong: true},
          taken_back: {text: "The change was taken back; it waits in the table again.",
                       wrong: true}}[end] ||
    {text: "The change waits to be kept; otherwise it is taken back.", wrong: true};
}
