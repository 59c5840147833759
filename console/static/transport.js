// SPDX-License-Identifier: BSD-2-Clause
// How the page reaches the daemon: here through portchannel-console. Cockpit's package has
// another module of this name (transport-cockpit.js) with the same functions.

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

let session = null;

async function call(method, path, body, timeoutSeconds = 30) {
  const headers = {};
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET" && session) {
    headers["X-CSRF-Token"] = session.csrf;
  }
  let answer;
  let json;
  try {
    answer = await fetch(path, {method, headers, cache: "no-store",
      credentials: "same-origin", redirect: "error",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutSeconds * 1000)});
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
  } else {
    session = await call("GET", "/session");
  }
  return session;
}

export async function close() {
  await call("DELETE", "/session");
  session = null;
}

export const canSignOut = true;

export function get(path) {
  return call("GET", `/api${path}`);
}

/** POST, PATCH or DELETE. */
export function send(method, path, body = {}, timeoutSeconds = 120) {
  return call(method, `/api${path}`, body, timeoutSeconds);
}

/**
 * Live data and events until the returned function is called: onLive(data) about once a
 * second, onEvent(event), onState(true or false) when the daemon is reached or lost,
 * onSignedOut().
 */
export function watch({onLive, onEvent, onState, onSignedOut}) {
  const source = new EventSource("/live");
  source.addEventListener("live", (message) => {
    onState(true);
    onLive(JSON.parse(message.data));
  });
  source.addEventListener("event", (message) => onEvent(JSON.parse(message.data)));
  source.addEventListener("unreachable", () => onState(false));
  source.addEventListener("signed_out", () => {
    source.close();
    onSignedOut();
  });
  source.onerror = async () => {
    onState(false);
    // The browser tries again by itself, unless the server has refused it.
    if (source.readyState === EventSource.CLOSED) {
      try {
        await call("GET", "/session");
        setTimeout(() => onState(null), 2000);
      } catch (error) {
        if (error instanceof SignedOut) {
          onSignedOut();
        } else {
          setTimeout(() => onState(null), 2000);
        }
      }
    }
  };
  return () => source.close();
}
