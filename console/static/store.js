// SPDX-License-Identifier: BSD-2-Clause
// What the page knows, and who wants to hear when it changes. Rates come from two live
// samples; the last minutes of them are kept for the plots.

import * as transport from "./transport.js";

const HISTORY_SECONDS = 300;
const EVENTS_MAX = 500;

export const store = {
  session: null,   // {user, role, host}
  reached: null,   // true, false: the daemon answers or not; null: not known yet
  live: null,      // the newest of /v1/live
  rates: new Map(),    // "bond0" and "bond0/ens1f0" -> {rx, tx} in bytes a second
  history: new Map(),  // the same keys -> {rx: [], tx: []}
  times: [],           // of the history, seconds since the epoch
  moved: new Map(),    // bond -> Set of the buckets that the last change moved
  events: [],          // newest first
};

const listeners = new Set();

/** Calls back with "live", "event" or "reached" from now on; returns how to end that. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(what, detail) {
  for (const listener of [...listeners]) {
    listener(what, detail);
  }
}

function counters(live) {
  const all = new Map();
  for (const bond of live.bonds) {
    all.set(bond.name, bond);
    for (const member of bond.members) {
      all.set(`${bond.name}/${member.name}`, member);
    }
  }
  return all;
}

function takeRates(before, live) {
  const seconds = live.time - before.time;
  const old = counters(before);
  const present = counters(live);

  store.times.push(live.time);
  for (const [key, now] of present) {
    const then = old.get(key);
    // Counters that went back belong to another interface of that name.
    const fine = then && seconds > 0 && now.rx.bytes >= then.rx.bytes &&
                 now.tx.bytes >= then.tx.bytes;
    const rates = fine ? {rx: (now.rx.bytes - then.rx.bytes) / seconds,
                          tx: (now.tx.bytes - then.tx.bytes) / seconds}
                       : {rx: 0, tx: 0};
    store.rates.set(key, rates);
    if (!store.history.has(key)) {
      const gap = new Array(store.times.length - 1).fill(null);
      store.history.set(key, {rx: [...gap], tx: [...gap]});
    }
    store.history.get(key).rx.push(rates.rx);
    store.history.get(key).tx.push(rates.tx);
  }
  for (const [key, history] of store.history) {
    if (!present.has(key)) {
      history.rx.push(null);
      history.tx.push(null);
    }
  }
  while (store.times.length && live.time - store.times[0] > HISTORY_SECONDS) {
    store.times.shift();
    for (const history of store.history.values()) {
      history.rx.shift();
      history.tx.shift();
    }
  }
}

function takeBuckets(before, live) {
  for (const bond of live.bonds) {
    const old = before.bonds.find((other) => other.name === bond.name);
    if (!old || old.buckets === bond.buckets) {
      continue;
    }
    const moved = new Set();
    for (let i = 0; i < bond.buckets.length; i++) {
      if (old.buckets[i] !== bond.buckets[i]) {
        moved.add(i);
      }
    }
    store.moved.set(bond.name, moved);
  }
}

function onLive(live) {
  const before = store.live;
  if (before && before.boot === live.boot && live.time <= before.time) {
    return;
  }
  store.live = live;
  if (before) {
    takeRates(before, live);
    takeBuckets(before, live);
  }
  tell("live", before);
}

function onEvent(event) {
  store.events.unshift(event);
  store.events.length = Math.min(store.events.length, EVENTS_MAX);
  tell("event", event);
}

function onState(reached) {
  if (store.reached !== reached) {
    store.reached = reached;
    tell("reached", reached);
  }
}

let end = null;
let signedOut = () => {};

function start() {
  end = transport.watch({onLive, onEvent, onState, onSignedOut: () => signedOut()});
}

function stop() {
  if (end) {
    end();
  }
  end = null;
}

/** Signs in (by the ticket in the address, or as before) and begins to listen. */
export async function begin(onSignedOut) {
  signedOut = () => {
    stop();
    onSignedOut();
  };
  store.session = await transport.open();
  start();
}

export function isOperator() {
  return store.session !== null && store.session.role === "operator";
}

/** The bonds' members that carry no traffic though they should, with why. */
export function alerts(live) {
  const list = [];
  for (const bond of live.bonds) {
    const bad = bond.members.filter((member) => member.state !== "active");
    const worst = !bond.carrier && bond.admin_up;
    if (!bond.admin_up) {
      list.push({level: "warning", bond: bond.name, text: `${bond.name} is set down`});
    } else if (worst) {
      list.push({level: "error", bond: bond.name,
                 text: `${bond.name} is down: no link of it carries traffic`});
    }
    for (const member of bad) {
      list.push({level: member.state === "standby" ? "warning" : "error", bond: bond.name,
                 member: member.name,
                 text: `${member.name} of ${bond.name} carries no traffic: ` +
                       member.reason_text});
    }
  }
  return list;
}
