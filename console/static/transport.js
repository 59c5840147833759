// SPDX-License-Identifier: BSD-2-Clause
// How the page reaches the daemon: here through portchannel-console. Cockpit's package has
// another module of this name (../cockpit/transport.js) with the same functions.

/** What the daemon refused; code, message and details are its own. */
export class Refused extends Error {
  constructor(status, error) {
    super(error.message || `the server answered ${status}`);
    this.status = status;
    this.code = error.code || "";
    this.details = error;
  }
}

/** Nobody answers: the console, or the daemon behind it, is gone. */
export class Unreachable extends Error {}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Error {}

const RETRY_MS = 1000;
/** The console says something at least every 5 seconds: a longer silence is a dead connection,
 * as after a laptop has slept. */
const SILENCE_MS = 15000;
const SECRET = "portchannel-csrf";

let session = null;

/**
 * The session's second secret. The cookie goes to every port of this host, whoever serves
 * there; what a page keeps is for its own origin only, and so both are needed.
 */
const secret = {
  get() {
    try {
      return localStorage.getItem(SECRET) || "";
    } catch {
      return session ? session.csrf : "";
    }
  },
  set(value) {
    try {
      if (value) {
        localStorage.setItem(SECRET, value);
      } else {
        localStorage.removeItem(SECRET);
      }
    } catch {
      // Without storage the session lasts as long as the page.
    }
  },
};

function ask(method, path, body, signal) {
  const headers = {"X-CSRF-Token": secret.get()};
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  return fetch(path, {method, headers, signal, cache: "no-store",
    credentials: "same-origin", redirect: "error",
    body: body === undefined ? undefined : JSON.stringify(body)});
}

async function call(method, path, body, timeoutSeconds = 30) {
  let answer;
  let json;
  try {
    answer = await ask(method, path, body, AbortSignal.timeout(timeoutSeconds * 1000));
    json = answer.status === 204 ? null : await answer.json();
  } catch (error) {
    throw new Unreachable(error.message);
  }
  if (answer.status === 401) {
    session = null;
    throw new SignedOut((json && json.error && json.error.message) || "");
  }
  if (answer.status === 502 || answer.status === 504) {
    throw new Unreachable((json && json.error && json.error.message) || "");
  }
  if (!answer.ok) {
    throw new Refused(answer.status, (json && json.error) || {});
  }
  return json;
}

/** Who is signed in: {user, role, host}. Redeems a ticket that the address carries. */
export async function open() {
  const ticket = /^#ticket=([0-9a-f]{64})$/.exec(location.hash);
  if (ticket) {
    // Neither the history nor a bookmark may keep it.
    history.replaceState(null, "", location.pathname + "#/");
    session = await call("POST", "/session", {ticket: ticket[1]});
    secret.set(session.csrf);
  } else {
    session = await call("GET", "/session");
  }
  return session;
}

export async function close() {
  await call("DELETE", "/session");
  session = null;
  secret.set("");
}

/** Within another program, which has the signing out and the theme: Cockpit. */
export const embedded = false;

export function get(path, timeoutSeconds) {
  return call("GET", `/api${path}`, undefined, timeoutSeconds);
}

/** POST, PATCH or DELETE. */
export function send(method, path, body = {}, timeoutSeconds = 120) {
  return call(method, `/api${path}`, body, timeoutSeconds);
}

/** Calls back with (name, data) for each message of a stream of server-sent events. */
async function readStream(body, onMessage, onSign) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {done, value} = await reader.read();
    onSign();
    if (done) {
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }));
      onMessage(fields.event, fields.data);
    }
  }
}

/**
 * Live data and events until the returned function is called: onLive(data) about once a
 * second, onEvent(event), onState(true or false) when the daemon is reached or lost,
 * onSignedOut().
 */
export function watch({onLive, onEvent, onState, onSignedOut}) {
  let ended = false;
  let abort = null; // of the connection that there is
  const onMessage = (name, data) => {
    if (name === "live") {
      onState(true);
      onLive(JSON.parse(data));
    } else if (name === "event") {
      onEvent(JSON.parse(data));
    } else if (name === "unreachable") {
      onState(false);
    }
  };
  const listen = async () => {
    while (!ended) {
      const connection = abort = new AbortController();
      let timer = 0;
      const onSign = () => {
        clearTimeout(timer);
        timer = setTimeout(() => connection.abort(), SILENCE_MS);
      };
      onSign();
      try {
        const answer = await ask("GET", "/live", undefined, connection.signal);
        if (answer.status === 401) {
          clearTimeout(timer);
          onSignedOut();
          return;
        }
        if (answer.ok) {
          await readStream(answer.body, onMessage, onSign);
        }
      } catch {
        // The console is gone, or silent, or we end.
      }
      clearTimeout(timer);
      if (!ended) {
        onState(false);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  listen();
  return () => {
    ended = true;
    abort.abort();
  };
}
