// SPDX-License-Identifier: BSD-2-Clause
// The page's frame: who is signed in, where one is, and which view stands there.

import {announce, h, setText} from "./dom.js";
import * as edit from "./view-edit.js";
import * as engine from "./view-engine.js";
import * as engines from "./view-engines.js";
import {links, ROOT} from "./links.js";
import {begin, finish, store, subscribe} from "./store.js";
import * as transport from "./transport.js";

let leave = null;

function crumbs(parts) {
  const items = parts.map(([text, link], index) =>
    h("li", {}, link && index < parts.length - 1 ? h("a", {href: link}, text)
      : h("span", {"aria-current": index === parts.length - 1 ? "page" : null}, text)));
  return h("nav", {"aria-label": "Where you are"}, h("ol", {class: "crumbs"}, items));
}

function connection() {
  const element = h("span", {class: "connection", role: "status"});
  const show = () => {
    const lost = store.reached === false;
    setText(element, lost ? "The daemon can't be reached; trying again…" : "");
    element.classList.toggle("lost", lost);
  };
  show();
  return [element, show];
}

async function signOut() {
  finish();
  try {
    await transport.close();
    showSignedOut("You have signed out.");
  } catch (error) {
    showSignedOut(`The server could not be told (${error.message}): the session ends by itself ` +
                  "when nobody uses it.");
  }
}

const THEMES = ["auto", "light", "dark"];

/** The theme that is shown, or the one after it. Cockpit has a choice of its own. */
function theme(next) {
  if (transport.embedded) {
    return "";
  }
  let present = "auto";
  try {
    present = localStorage.getItem("theme") || "auto";
    if (next) {
      present = THEMES[(THEMES.indexOf(present) + 1) % THEMES.length];
      localStorage.setItem("theme", present);
    }
  } catch {
    // A browser without storage: its own choice holds.
  }
  document.documentElement.dataset.theme = present;
  return present;
}

function bar(parts) {
  const [lost, showLost] = connection();
  const themeButton = h("button", {type: "button", class: "plain", onclick: () => {
    setText(themeButton, `Theme: ${theme(true)}`);
  }}, `Theme: ${theme(false)}`);
  const {user, role} = store.session;
  document.getElementById("bar").replaceChildren(
    h("div", {class: "brand"}, h("img", {src: "icon.svg", alt: "", width: 24, height: 24}),
      h("strong", {}, "portchannel")),
    crumbs(parts), lost,
    h("div", {class: "who"},
      h("span", {title: role === "operator" ? "may change the configuration"
                                            : "may look, not change"}, `${user} (${role})`),
      !transport.embedded && themeButton,
      !transport.embedded && h("button", {type: "button", class: "plain", onclick: signOut},
                                "Sign out")));
  return showLost;
}

function show(parts, view, ...parameters) {
  const main = document.getElementById("main");
  if (leave) {
    leave();
  }
  const showLost = bar(parts);
  const unsubscribe = subscribe((what) => what === "reached" && showLost());
  main.replaceChildren();
  const end = view.show(main, ...parameters);
  leave = () => {
    unsubscribe();
    end();
  };
  document.title = `${parts[parts.length - 1][0]} · Port channels`;
}

/** The parts of the address after '#'; none where they are no text. */
function pathOf(hash) {
  try {
    return hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
}

function route() {
  const path = pathOf(location.hash);
  const infrastructure = ["Infrastructure", ROOT];
  const list = ["Service Engines", ROOT];
  const host = path[2];
  if (path[0] !== "infrastructure" || path[1] !== "service-engines" ||
      (host && host !== store.session.host)) {
    location.replace(ROOT);
  } else if (!host) {
    show([infrastructure, list], engines);
  } else if (path[3] === "edit") {
    show([infrastructure, list, [host, links.engine(host)], ["Edit", ""]], edit, host);
  } else {
    show([infrastructure, list, [host, ""]], engine, host);
  }
  document.getElementById("main").focus({preventScroll: true});
  window.scrollTo(0, 0);
}

function showMessage(title, ...content) {
  if (leave) {
    leave();
    leave = null;
  }
  window.removeEventListener("hashchange", route);
  for (const box of document.querySelectorAll("dialog")) {
    box.close();
  }
  document.getElementById("bar").replaceChildren(
    h("div", {class: "brand"}, h("img", {src: "icon.svg", alt: "", width: 24, height: 24}),
      h("strong", {}, "portchannel")));
  document.getElementById("main").replaceChildren(
    h("section", {class: "card narrow"}, h("h1", {}, title), content));
  document.title = `${title} · Port channels`;
  announce(title);
}

function showSignedOut(why) {
  showMessage("Not signed in", why && h("p", {}, why),
    h("p", {}, "Sign in with a link that this server gives you. It works once, for 60 seconds:"),
    h("pre", {}, "portchannel console"),
    h("p", {class: "quiet"}, "You need to be root, or in the group portchannel (to look) or ",
      "portchannel-operator (to change)."));
}

/** In Cockpit somebody is signed in, but perhaps somebody without rights here. */
function showNoRights(why) {
  showMessage("You may not look here", h("p", {}, `${why[0].toUpperCase()}${why.slice(1)}.`),
    h("p", {}, "Turn on administrative access in Cockpit, or have an administrator of this ",
      "server put you into one of the groups, and sign in again:"),
    h("pre", {}, "usermod --append --groups portchannel YOUR-NAME"),
    h("button", {type: "button", onclick: () => location.reload()}, "Try again"));
}

async function main() {
  theme(false);
  try {
    await begin(() => showSignedOut("Your session has ended."));
  } catch (error) {
    if (error instanceof transport.Refused && transport.embedded) {
      showNoRights(error.message);
    } else if (error instanceof transport.Refused) {
      showSignedOut(error.code === "bad_ticket"
        ? "That link was used already, or is older than 60 seconds." : error.message);
    } else if (error instanceof transport.SignedOut) {
      showSignedOut("");
    } else {
      showMessage("The server doesn't answer", h("p", {}, error.message),
        h("button", {type: "button", onclick: () => location.reload()}, "Try again"));
    }
    return;
  }
  window.addEventListener("hashchange", route);
  route();
}

main();
