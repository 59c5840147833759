// SPDX-License-Identifier: BSD-2-Clause
// A long list page by page, so that a table of thousands costs no more than one of fifty.

import {h, setText} from "./dom.js";
import {count} from "./format.js";

/** Returns an element (hidden while one page is enough) and slice(list), the page's part. */
export function pager(size, what, onTurn) {
  const text = h("span", {role: "status"});
  const turn = (step) => {
    page += step;
    onTurn();
  };
  const back = h("button", {type: "button", onclick: () => turn(-1),
                            "aria-label": `Previous ${what}`}, "Previous");
  const on = h("button", {type: "button", onclick: () => turn(1), "aria-label": `Next ${what}`},
               "Next");
  const element = h("div", {class: "pager", hidden: true}, back, text, on);
  let page = 0;

  const slice = (list) => {
    const last = Math.max(0, Math.ceil(list.length / size) - 1);
    page = Math.max(0, Math.min(page, last));
    const first = page * size;
    element.hidden = last === 0;
    back.disabled = page === 0;
    on.disabled = page === last;
    setText(text, `${count(first + 1)} to ${count(Math.min(first + size, list.length))} of ${
      count(list.length)}`);
    return list.slice(first, first + size);
  };
  return [element, slice, () => {
    page = 0;
  }];
}
