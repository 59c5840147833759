// SPDX-License-Identifier: BSD-2-Clause
// A Service Engine: what is wrong first, then the picture, then one bond or NIC at a time in
// numbers, and what happened.

import {alerts, worst} from "./alerts.js";
import {buckets} from "./buckets.js";
import {h, keep, setText} from "./dom.js";
import {events} from "./events.js";
import {clock, plural} from "./format.js";
import {links} from "./links.js";
import {memberTable} from "./member-table.js";
import {parentsOf, parentState} from "./parents.js";
import {picture} from "./picture.js";
import {isOperator, store, subscribe} from "./store.js";
import {traffic} from "./traffic.js";
import {troubles} from "./troubles.js";
import {vlans} from "./vlans.js";
import {whichLink} from "./whichlink.js";

const HEADLINES_MOST = 6;

function fineWords(live) {
  const members = live.bonds.flatMap((bond) => bond.members);
  return live.bonds.length === 0 ? "No bond is configured in this server's files."
    : `All ${plural(members.length, "link")} of ${plural(live.bonds.length, "bond")} carry traffic.`;
}

function headlineItems(live, list) {
  const text = store.reached === false
    ? `No answer from the daemon since ${clock(live.time)}: what stands here is how it was then. ` +
      "Traffic goes on without the daemon."
    : list.length === 0 ? fineWords(live) : "";
  const more = list.length - HEADLINES_MOST;
  const items = text ? [{text}] : [...list.slice(0, HEADLINES_MOST),
    ...(more > 0 ? [{text: `And ${plural(more, "more", "more")}: see below.`}] : [])];
  return items.map((item, place) => ({...item, place}));
}

/** What is wrong, each with the way to it: an element and update(live). */
function headline(host, onShow) {
  const element = h("div", {class: "headline"}, h("p", {}, "Waiting for the daemon…"));
  const make = ({parent, edit}) => h("p", {}, h("span"), " ",
    edit ? h("a", {href: links.edit(host)}, edit)
      : parent && h("button", {type: "button", class: "plain", "aria-label": `Show ${parent}`,
                               onclick: () => onShow(parent)}, "Show"));
  const update = (live) => {
    const list = alerts(live);
    element.className = `headline ${store.reached === false ? "lost" : worst(list)}`;
    keep(element, headlineItems(live, list), (item) => `${item.parent} ${item.edit} ${item.place}`,
         make, (line, item) => {
           line.className = item.level || "";
           setText(line.firstElementChild, item.text);
         });
  };
  return [element, update];
}

/** Everything of one bond or NIC: an element, update(parent), end(). */
function panel(parent) {
  const [plots, updateTraffic, endTraffic] = traffic();
  const [vlanTable, updateVlans, endVlans] = vlans(parent.name);
  const [table, updateTable] = parent.isNic ? [null, () => {}] : memberTable();
  const [strip, updateBuckets] = parent.isNic ? [null, () => {}] : buckets();
  const [wrong, endTroubles] = parent.isNic ? [null, () => {}] : troubles(parent.name);
  const element = h("div", {},
    h("h2", {id: "panel-title"}, parent.name), wrong, table,
    h("h3", {}, "Traffic of the last five minutes"), plots,
    strip && h("h3", {}, "Buckets"), strip,
    h("h3", {}, "VLAN interfaces"), vlanTable);
  return {
    element,
    update(now) {
      updateTable(now);
      updateTraffic(now);
      updateBuckets(now);
      updateVlans(now);
    },
    end() {
      endTraffic();
      endVlans();
      endTroubles();
    },
  };
}

/** A row of tabs: an element and update(parents, chosen). */
function tabs(onPick) {
  const element = h("div", {role: "tablist", "aria-label": "Bonds and NICs", class: "tabs"});
  const move = (event) => {
    const all = [...element.children];
    const steps = {ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length};
    if (event.key in steps) {
      event.preventDefault();
      const place = all.indexOf(event.target.closest("[role=tab]")) + steps[event.key];
      const next = all[Math.max(0, Math.min(all.length - 1, place))];
      next.focus();
      onPick(next.dataset.key);
    }
  };
  element.addEventListener("keydown", move);
  const update = (parents, chosen) => {
    element.hidden = parents.length < 2;
    keep(element, parents, (parent) => parent.name,
      (parent) => h("button", {type: "button", role: "tab", "aria-controls": "panel",
                               onclick: () => onPick(parent.name)}, h("span"), parent.name),
      (tab, parent) => {
        const chosenNow = parent.name === chosen;
        tab.firstElementChild.className = `state ${parentState(parent)}`;
        tab.setAttribute("aria-selected", String(chosenNow));
        tab.tabIndex = chosenNow ? 0 : -1;
      });
  };
  return [element, update];
}

/** The one to begin with: the first that something is wrong with. */
function firstChoice(parents) {
  return (parents.find((parent) => parentState(parent) === "error") ||
          parents.find((parent) => parentState(parent) !== "good") || parents[0] || {}).name;
}

export function show(main, host) {
  let chosen = null;
  let present = null; // the panel of the chosen one

  const pick = (name) => {
    chosen = name;
    update();
  };
  const [head, updateHead] = headline(host, (name) => {
    pick(name);
    reveal(name);
  });
  const [svg, updatePicture, reveal] = picture(host, (name) => {
    pick(name);
    details.scrollIntoView({block: "nearest"});
  });
  const [form, updateForm, marks] = whichLink(() => store.live && updatePicture(store.live, marks()));
  const [tabRow, updateTabs] = tabs(pick);
  const box = h("div", {id: "panel"});
  const details = h("section", {class: "card details", hidden: true,
                                "aria-labelledby": "panel-title"}, tabRow, box);
  const [eventList, updateEvents] = events();

  main.append(
    h("div", {class: "title"}, h("h1", {}, host),
      h("a", {class: "button", href: links.edit(host)},
        isOperator() ? "Edit" : "View interfaces")),
    head,
    h("div", {class: "engine"},
      h("section", {class: "card scroll drawing", "aria-label": "Links"}, svg),
      h("div", {class: "side"},
        h("section", {class: "card which", "aria-labelledby": "which"},
          h("h2", {id: "which"}, "Which link?"), form),
        h("section", {class: "card happened", "aria-labelledby": "events"},
          h("h2", {id: "events"}, "Events"), eventList)),
      details));

  const showChosen = (parents) => {
    if (!parents.some((parent) => parent.name === chosen)) {
      chosen = firstChoice(parents);
    }
    const parent = parents.find((each) => each.name === chosen);
    if (present && (!parent || present.name !== chosen)) {
      present.end();
      present = null;
    }
    details.hidden = !parent;
    updateTabs(parents, chosen);
    if (!parent) {
      return;
    }
    if (!present) {
      present = {...panel(parent), name: chosen};
      box.replaceChildren(present.element);
      box.setAttribute("role", parents.length < 2 ? "group" : "tabpanel");
      box.setAttribute("aria-labelledby", "panel-title");
    }
    present.update(parent);
  };
  const update = () => {
    const live = store.live;
    if (!live) {
      return;
    }
    updateHead(live);
    svg.classList.toggle("stale", store.reached === false);
    updatePicture(live, marks());
    updateForm(live);
    showChosen(parentsOf(live));
  };
  update();
  updateEvents();
  const unsubscribe = subscribe((what) => {
    if (what === "event") {
      updateEvents();
    } else {
      update();
    }
  });
  // The picture's layout hangs on the width; live data would bring it a second late.
  window.addEventListener("resize", update);
  return () => {
    unsubscribe();
    window.removeEventListener("resize", update);
    if (present) {
      present.end();
    }
  };
}
