// SPDX-License-Identifier: BSD-2-Clause
// A change that waits to be kept, by whoever made it: how long still, and the two ways out.
// Whoever closed the dialog of the countdown, or another operator, finds it here.

import {h, setText} from "./dom.js";
import {isOperator, serverNow} from "./store.js";
import * as transport from "./transport.js";

/** Returns an element and its update(live). */
export function waitingNote() {
  const text = h("span", {role: "status"});
  const failure = h("span", {class: "field-error", role: "alert"});
  const button = (words, call) => h("button", {type: "button", onclick: async () => {
    setText(failure, "");
    try {
      await transport.send("POST", call, {});
    } catch (error) {
      setText(failure, error.message);
    }
  }}, words);
  const element = h("div", {class: "waiting", hidden: true}, text, " ", failure,
    isOperator() && h("div", {class: "actions"}, button("Take it back", "/v1/rollback"),
                      button("Keep", "/v1/confirm")));
  return [element, ({waiting}) => {
    element.hidden = !waiting;
    if (waiting) {
      const seconds = Math.max(0, Math.ceil(waiting.deadline - serverNow()));
      setText(text, `A change by ${waiting.user} waits to be kept: in ${seconds} s it is taken back.`);
    }
  }];
}
