// SPDX-License-Identifier: BSD-2-Clause
// What the daemon can't put right by itself on a bond, in its own sentences. It is asked for
// when the bond is opened and after events of it, since it takes the daemon longer than live
// data do.

import {h} from "./dom.js";
import {store, subscribe} from "./store.js";
import * as transport from "./transport.js";

/** Events come in bursts: the question comes once they are over. */
const SETTLED_MS = 1500;

/** Returns an element and its end(). */
export function troubles(name) {
  const list = h("ul", {});
  const element = h("div", {class: "message wrong", hidden: true, role: "status"}, list);
  let timer = 0;

  const load = async () => {
    let found = [];
    try {
      found = (await transport.get(`/v1/bonds/${encodeURIComponent(name)}`)).troubles;
    } catch {
      return; // the bar says what is wrong
    }
    element.hidden = found.length === 0;
    list.replaceChildren(...found.map((text) => h("li", {}, text)));
  };
  const unsubscribe = subscribe((what, event) => {
    // Those of no bond tell of changes of the configuration.
    if (what === "event" && event && (event.bond || name) === name && store.reached &&
        document.visibilityState === "visible") {
      clearTimeout(timer);
      timer = setTimeout(load, SETTLED_MS);
    }
  });
  load();
  return [element, () => {
    clearTimeout(timer);
    unsubscribe();
  }];
}
