// SPDX-License-Identifier: BSD-2-Clause
// A change that waits to be kept, by whoever made it: how long still, and the two ways out.
// Whoever closed the dialog of the countdown, or another operator, finds it here.

import {EDITED_WORDS, keptWords} from "./countdown.js";
import {h, setText} from "./dom.js";
import {isOperator, serverNow, settle, store} from "./store.js";
import * as transport from "./transport.js";

/** onDone(text) is called with what became of the change. Returns an element and update(live). */
export function waitingNote(onDone) {
  const text = h("span", {role: "status"});
  const edited = h("p", {class: "quiet"}, EDITED_WORDS);
  const failure = h("p", {class: "field-error", role: "alert"});
  const button = (words, call, done) => h("button", {type: "button", onclick: async () => {
    setText(failure, "");
    const {number} = store.live.waiting;
    try {
      const {kept} = await transport.send("POST", call, {});
      settle(number);
      onDone(done + keptWords(kept));
    } catch (error) {
      setText(failure, error.message);
    }
  }}, words);
  const element = h("div", {class: "waiting", hidden: true}, text, edited, failure,
    isOperator() && h("div", {class: "actions"},
      button("Take it back", "/v1/rollback", "The change was taken back."),
      button("Keep", "/v1/confirm", "The change is kept.")));
  return [element, ({waiting}) => {
    element.hidden = !waiting;
    if (waiting) {
      const seconds = Math.max(0, Math.ceil(waiting.deadline - serverNow()));
      setText(text, `A change by ${waiting.user} waits to be kept: in ${seconds} s it is taken back.`);
      edited.hidden = !waiting.edited;
    }
  }];
}
