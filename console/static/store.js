// SPDX-License-Identifier: BSD-2-Clause
// What the page knows, and who wants to hear when it changes. Rates come from two live
// samples; the last minutes of them are kept for the plots. What happened before the page was
// opened, or while it heard nothing, the daemon tells (GET /v1/recent).

import {parentsOf} from "./parents.js";
import * as transport from "./transport.js";

export const HISTORY_SECONDS = 300;
const EVENTS_MAX = 500;
/** Without news for so long, the daemon counts as out of reach, whatever the stream says. */
const SILENCE_MS = 6000;
/** So long after it was hidden, a page listens no more. */
const HIDDEN_MS = 10000;
/** After a longer gap between live samples the daemon is asked for what was missed. */
const GAP_SECONDS = 10;

export const store = {
  session: null,   // {user, role, host}
  reached: null,   // true, false: the daemon answers or not; null: not known yet
  live: null,      // the newest of /v1/live
  heardAt: 0,      // when that came, by performance.now()
  rates: new Map(),    // "bond0" and "bond0/ens1f0" -> {rx, tx} in bytes a second
  history: new Map(),  // the same keys -> {rx: [], tx: []}
  times: [],           // of the history, seconds since the epoch by the server's clock
  moved: new Map(),    // bond -> {time, at, now, buckets: Map(bucket -> slot it was on)}
  events: [],          // newest first
};

/** Changes of the daemon `boot` up to this number don't wait any more, whatever live data say. */
const settled = {boot: "", number: 0};

const listeners = new Set();

/** Calls back with "live", "event" or "reached" from now on; returns how to end that. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(what, detail) {
  for (const listener of [...listeners]) {
    try {
      listener(what, detail);
    } catch (error) {
      // A fault of one view must not end the stream, nor be taken for the daemon's silence.
      reportError(error);
    }
  }
}

function counters(live) {
  const all = new Map();
  for (const parent of parentsOf(live)) {
    all.set(parent.name, parent);
    for (const member of parent.members) {
      all.set(`${parent.name}/${member.name}`, member);
    }
  }
  return all;
}

function historyOf(key) {
  if (!store.history.has(key)) {
    const gap = new Array(store.times.length).fill(null);
    store.history.set(key, {rx: [...gap], tx: [...gap]});
  }
  return store.history.get(key);
}

function forgetHistory() {
  store.times.length = 0;
  store.history.clear();
  store.rates.clear();
}

function dropOld(now) {
  while (store.times.length && now - store.times[0] > HISTORY_SECONDS) {
    store.times.shift();
    for (const history of store.history.values()) {
      history.rx.shift();
      history.tx.shift();
    }
  }
  for (const [key, history] of store.history) {
    // Of what is gone for good, nothing stays.
    if (history.rx.every((rate) => rate === null)) {
      store.history.delete(key);
    }
  }
}

function takeRates(before, live) {
  const seconds = live.time - before.time;
  const old = counters(before);
  const present = counters(live);
  const keys = new Set([...store.history.keys(), ...present.keys()]);

  store.rates.clear();
  for (const key of keys) {
    const now = present.get(key);
    const then = old.get(key);
    // Counters that went back belong to another interface of that name.
    const rates = now && then && now.rx.bytes >= then.rx.bytes && now.tx.bytes >= then.tx.bytes
      ? {rx: (now.rx.bytes - then.rx.bytes) / seconds,
         tx: (now.tx.bytes - then.tx.bytes) / seconds}
      : null;
    const history = historyOf(key);
    if (rates) {
      store.rates.set(key, rates);
    }
    history.rx.push(rates && rates.rx);
    history.tx.push(rates && rates.tx);
  }
  store.times.push(live.time);
  dropOld(live.time);
}

function takeBuckets(before, live) {
  for (const bond of live.bonds) {
    const old = before.bonds.find((other) => other.name === bond.name);
    if (!old || old.buckets === bond.buckets) {
      continue;
    }
    const buckets = new Map();
    for (let i = 0; i < bond.buckets.length; i++) {
      if (old.buckets[i] !== bond.buckets[i]) {
        buckets.set(i, old.buckets[i]);
      }
    }
    store.moved.set(bond.name, {time: live.time, at: performance.now(), buckets,
                                now: bond.buckets});
  }
}

/** Puts what the daemon kept before the first time of the history. */
function prependTraffic(recent) {
  const first = store.times[0] ?? Infinity;
  const fits = recent.times.map((time, i) => i > 0 && time > recent.times[i - 1] && time < first);
  const places = [...fits.keys()].filter((i) => fits[i]);
  const rates = (values) => places.map((i) => {
    const amount = values[i] === null || values[i - 1] === null ? -1 : values[i] - values[i - 1];
    return amount < 0 ? null : amount / (recent.times[i] - recent.times[i - 1]);
  });
  const before = new Map();
  for (const bond of recent.bonds) {
    for (const member of bond.members) {
      before.set(`${bond.name}/${member.name}`, {rx: rates(member.rx), tx: rates(member.tx)});
    }
  }
  for (const key of before.keys()) {
    historyOf(key);
  }
  for (const [key, history] of store.history) {
    const {rx, tx} = before.get(key) || {rx: places.map(() => null), tx: places.map(() => null)};
    history.rx.unshift(...rx);
    history.tx.unshift(...tx);
  }
  store.times.unshift(...places.map((i) => recent.times[i]));
}

function eventKey(event) {
  return `${event.id} ${event.time}`;
}

/** Those that came by the stream meanwhile stay on top, those of an earlier daemon below. */
function mergeEvents(recent, known) {
  const told = new Set(recent.map(eventKey));
  const others = store.events.filter((event) => !told.has(eventKey(event)));
  store.events = [...others.filter((event) => !known.has(event)), ...recent.reverse(),
                  ...others.filter((event) => known.has(event))].slice(0, EVENTS_MAX);
}

let asking = false;

async function loadRecent() {
  if (asking) {
    return;
  }
  asking = true;
  try {
    const known = new Set(store.events);
    const recent = await transport.get("/v1/recent");
    prependTraffic(recent);
    mergeEvents(recent.events, known);
    tell("event", null);
  } catch {
    // The plots and the list of events then begin with now.
  } finally {
    asking = false;
  }
}

/** Live data may be a second older than the answer to who had a change kept or taken back. */
function forgetSettled(live) {
  if (live.waiting && live.boot === settled.boot && live.waiting.number <= settled.number) {
    live.waiting = null;
  }
}

/** The daemon has said that the change of this number is kept, or taken back. */
export function settle(number) {
  if (store.live && number) {
    settled.number = store.live.boot === settled.boot ? Math.max(settled.number, number) : number;
    settled.boot = store.live.boot;
    forgetSettled(store.live);
    tell("live");
  }
}

function onLive(live) {
  const before = store.live;
  forgetSettled(live);
  const same = before && before.boot === live.boot;
  if (same && live.time === before.time) {
    return;
  }
  // The server's clock may be set, back as well as far ahead.
  const follows = same && live.time > before.time && live.time - before.time <= GAP_SECONDS;
  store.live = live;
  store.heardAt = performance.now();
  if (follows) {
    takeRates(before, live);
    takeBuckets(before, live);
  } else {
    forgetHistory();
    loadRecent();
  }
  tell("live");
}

function onEvent(event) {
  if (store.events.some((other) => eventKey(other) === eventKey(event))) {
    return;
  }
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

/** Listens until the returned function is called. */
function listen() {
  const stopWatching = transport.watch({onLive, onEvent, onState, onSignedOut: () => signedOut()});
  // What was heard last may be from before the page was hidden.
  const begun = performance.now();
  const timer = setInterval(() => {
    if (store.live && performance.now() - Math.max(begun, store.heardAt) > SILENCE_MS) {
      onState(false);
    }
  }, 1000);
  return () => {
    clearInterval(timer);
    stopWatching();
  };
}

/**
 * Listens while somebody can see the page. A browser has few connections to one server, so
 * that tabs which nobody looks at would keep the others from asking anything.
 */
function start() {
  let stop = listen();
  let hiding = 0;
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.visibilityState === "visible") {
      stop = stop || listen();
    } else {
      hiding = setTimeout(() => {
        stop();
        stop = null;
      }, HIDDEN_MS);
    }
  };
  document.addEventListener("visibilitychange", onVisibility);
  end = () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiding);
    if (stop) {
      stop();
    }
  };
}

/** Signs in (by the ticket in the address, or as before) and begins to listen. */
export async function begin(onSignedOut) {
  signedOut = () => {
    finish();
    onSignedOut();
  };
  store.session = await transport.open();
  start();
}

/** Listens no more. */
export function finish() {
  if (end) {
    end();
  }
  end = null;
}

export function isOperator() {
  return store.session !== null && store.session.role === "operator";
}

/** The server's clock now, in seconds, which may differ from the browser's. */
export function serverNow() {
  return store.live ? store.live.time + (performance.now() - store.heardAt) / 1000
                    : Date.now() / 1000;
}
