// SPDX-License-Identifier: BSD-2-Clause
// The second Save: shows the plan, and commits with a countdown.

import {change, CONFIRM_SECONDS} from "./countdown.js";
import {dialog, h} from "./dom.js";
import {plural} from "./format.js";
import {store} from "./store.js";
import * as transport from "./transport.js";

const DISTURBS = {
  none: "disturbs nothing",
  vlan: "interrupts that VLAN interface only",
  member: "a link leaves for a moment; its flows move to the others",
  bond: "interrupts all traffic of the bond for a moment",
};

/** Changes that somebody else staged are committed along: that is to be known. */
function othersWords(staged) {
  const {user} = store.session;
  const others = staged.changes.filter((each) => each.user !== user);
  return others.length === 0 ? null : h("p", {class: "message"},
    "This commits what others have staged, too: ",
    others.map((each) => `${each.name} (${each.user})`).join(", "), ".");
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
  return change("/v1/commit", {revision: staged.revision}, {
    done: "Committed.", kept: "Committed, and kept.",
    taken_back: "The change was taken back; it waits in the table again.",
    none: "The server did not make the change; it waits in the table."});
}
