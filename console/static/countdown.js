// SPDX-License-Identifier: BSD-2-Clause
// A change that is made to be confirmed: keeps it once the daemon was reached again through
// the new configuration and the person wants it. Otherwise the daemon takes it back by itself.

import {announce, dialog, h, setText} from "./dom.js";
import {settle} from "./store.js";
import * as transport from "./transport.js";

export const CONFIRM_SECONDS = 30;
const MAKE_SECONDS = 15;
const REACH_SECONDS = 5;
const TRY_INTERVAL_MS = 1000;
const REACHED_ENOUGH = 4; // times in a row

/** What becomes of files that somebody had edited by hand when that change is taken back. */
export const EDITED_WORDS = "Its files were edited by hand: if it is taken back, that text is " +
  "kept beside them, as NAME.bak.";

/**
 * Where the text of files went that somebody had edited, by the lists "kept" of the daemon's
 * answers; that to a confirm says again what the one before it said.
 */
export function keptWords(...lists) {
  const words = lists.flatMap((kept) => kept || []).map((each) => `${each.name} as ${each.kept}`);
  return words.length === 0 ? ""
    : ` What had been edited by hand is kept: ${[...new Set(words)].join(", ")}.`;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function history() {
  return (await transport.get("/v1/history", REACH_SECONDS)).configurations;
}

/** What the history's word means for the change; one that has become a former one was kept. */
const ENDS = {in_force: "kept", former: "kept", taken_back: "taken_back"};

/**
 * The change in the history: {number, state}. Until its number is known, the first one after
 * the configuration number before. The state is "none" where there is no such change (yet),
 * "" while the daemon can't be asked.
 */
async function lookUp({number, before}) {
  try {
    const entry = (await history()).findLast((each) =>
      number ? each.number === number : each.number > before);
    return entry || {number, state: "none"};
  } catch (error) {
    return {number, state: error instanceof transport.SignedOut ? "signed_out" : ""};
  }
}

/**
 * Counts down while trying to reach the daemon. Once it has answered a few times through the
 * new configuration the change is kept by itself, unless the person wants to say so, or has
 * it taken back. change: {number, before, edited, deadline}. Resolves to {end, kept}.
 */
function countdown(change) {
  let answer = null;
  return dialog("Keep the change?", (close, box) => {
    const left = h("p", {class: "countdown", role: "timer"});
    const reach = h("p", {}, "Trying to reach the server through the new configuration…");
    const byItself = h("input", {type: "checkbox", checked: true});
    const keepButton = h("button", {type: "button", class: "primary", disabled: true,
      onclick: () => finish("confirm")}, "Keep");
    const backButton = h("button", {type: "button", onclick: () => finish("rollback")},
                         "Take it back");
    const end = (how, kept) => {
      settle(change.number);
      close({end: how, kept});
    };
    const finish = async (what) => {
      answer = what;
      keepButton.disabled = true;
      backButton.disabled = true;
      try {
        const {kept} = await transport.send("POST", `/v1/${what}`, {}, 20);
        end(what === "confirm" ? "kept" : "taken_back", kept);
      } catch (error) {
        answer = null;
        backButton.disabled = false;
        setText(reach, error.message);
      }
    };
    box.addEventListener("cancel", (event) => event.preventDefault());
    const secondsLeft = () => Math.ceil(change.deadline - Date.now() / 1000);
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
        const {number, state} = await lookUp(change);
        change.number = number;
        if (state in ENDS) {
          end(ENDS[state]);
          return;
        }
        if (state === "signed_out" || (state === "none" && secondsLeft() <= 0)) {
          close({end: state});
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
      change.edited && h("p", {class: "quiet"}, EDITED_WORDS),
      h("div", {class: "actions"}, backButton, keepButton)];
  });
}

/**
 * Makes a change by POST of body to path, and sees it kept. words: what is said of it when it
 * was made without anything to keep ("done"), and how it ended ("kept", "taken_back", "none").
 * Resolves to {text, wrong}.
 */
export async function change(path, body, words) {
  let before;
  let applied;
  try {
    before = Math.max(0, ...(await history()).map((each) => each.number));
    applied = await transport.send("POST", path, {...body, confirm: CONFIRM_SECONDS},
                                   MAKE_SECONDS);
  } catch (error) {
    // Without an answer it may have been made all the same: the history will say.
    if (!(error instanceof transport.Unreachable) || before === undefined) {
      return {text: error.message, wrong: true};
    }
  }
  if (applied && !applied.waiting) {
    return {text: words.done + keptWords(applied.kept), wrong: false};
  }
  const waiting = (applied && applied.waiting) || {number: null, edited: false};
  // By the browser's own clock: the server's may differ.
  // It is closed without an end when the page is: signed out in another tab.
  const {end, kept} = await countdown({number: waiting.number, before, edited: waiting.edited,
    deadline: Date.now() / 1000 + CONFIRM_SECONDS}) || {end: "signed_out"};
  const text = {...words,
    signed_out: "The session has ended; what isn't kept is taken back."}[end];
  return {text: text + keptWords(applied && applied.kept, kept), wrong: end !== "kept"};
}
