// SPDX-License-Identifier: BSD-2-Clause
// Making and filling elements. Text always goes in as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "style") {
      // Through the object model, which a strict Content-Security-Policy allows.
      Object.assign(element.style, value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  add(element, children);
  return element;
}

/** Appends what is there of a list, however nested; null, undefined and false are nothing. */
export function add(parent, ...children) {
  parent.append(...children.flat(Infinity).filter((child) => child !== null &&
                                                   child !== undefined && child !== false));
}

/** h("p", {class: "quiet"}, "text", child): an HTML element. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Sets an element's text if it differs, so that nothing is laid out in vain. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Says something to those who listen instead of looking. */
export function announce(text) {
  setText(document.getElementById("announce"), text);
}

/**
 * Keeps the children of parent in step with a list: make(item) builds an element for a
 * new key, update(element, item) brings one up to date; those of absent items go.
 */
export function keep(parent, items, key, make, update) {
  const old = new Map();
  for (const child of [...parent.children]) {
    old.set(child.dataset.key, child);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = String(key(item));
    let element = old.get(id);
    old.delete(id);
    if (!element) {
      element = make(item);
      element.dataset.key = id;
    }
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
    update(element, item);
  }
  for (const element of old.values()) {
    element.remove();
  }
}

let dialogs = 0;

/** A modal dialog that is removed when it closes; resolves to what close() was given. */
export function dialog(title, build) {
  const id = `title-${++dialogs}`;
  const box = h("dialog", {"aria-labelledby": id}, h("h2", {id}, title));
  const opener = document.activeElement;
  return new Promise((resolve) => {
    let result = null;
    const close = (value) => {
      result = value;
      box.close();
    };
    add(box, build(close, box));
    box.addEventListener("close", () => {
      box.remove();
      if (opener && opener.isConnected) {
        opener.focus();
      }
      resolve(result);
    });
    document.body.append(box);
    box.showModal();
  });
}
