// SPDX-License-Identifier: BSD-2-Clause
// How the page reaches the daemon from within Cockpit: over the daemon's own socket, with
// the rights of who has signed in to Cockpit. Installed as transport.js of that package.

const SOCKET = "/run/portchannel/portchannel.sock";
const LIVE_INTERVAL_MS = 1000;

export class Refused extends Error {
  constructor(status, error) {
    super(error.message || `the daemon answered ${status}`);
    this.status = status;
    this.code = error.code || "";
    this.details = error;
  }
}

export class Unreachable extends Error {}

export class SignedOut extends Error {}

let http = null;

function load() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "../base1/cockpit.js";
    script.onload = resolve;
    script.onerror = () => reject(new Unreachable("Cockpit's own script did not load"));
    document.head.append(script);
  });
}

function request(method, path, body) {
  return new Promise((resolve, reject) => {
    http.request({method, path, headers: {"Content-Type": "application/json"},
                  body: body === undefined ? "" : JSON.stringify(body)})
      .then(resolve)
      // Cockpit's promises hand the answer's body on as a second argument.
      .catch((error, data) => reject(Object.assign(error, {data})));
  });
}

async function call(method, path, body) {
  try {
    const text = await request(method, path, body);
    return text ? JSON.parse(text) : null;
  } catch (error) {
    if (error.status) {
      let json = {};
      try {
        json = JSON.parse(error.data || error.message).error || {};
      } catch {
        json = {message: error.message};
      }
      throw new Refused(error.status, json);
    }
    throw new Unreachable(error.problem || error.message);
  }
}

export async function open() {
  await load();
  const cockpit = window.cockpit;
  http = cockpit.http(SOCKET, {superuser: "try"});
  const access = await call("GET", "/v1/access");
  const host = await cockpit.file("/proc/sys/kernel/hostname").read();
  return {user: access.user, role: access.role, host: (host || "").trim()};
}

export async function close() {}

export const canSignOut = false;

export function get(path) {
  return call("GET", path);
}

export function send(method, path, body = {}) {
  return call(method, path, body);
}

export function watch({onLive, onEvent, onState}) {
  let ended = false;
  let stream = null;
  let rest = "";

  const poll = async () => {
    while (!ended) {
      try {
        onLive(await call("GET", "/v1/live"));
        onState(true);
        if (!stream) {
          listen();
        }
      } catch {
        onState(false);
      }
      await new Promise((resolve) => setTimeout(resolve, LIVE_INTERVAL_MS));
    }
  };
  const listen = () => {
    stream = http.get("/v1/events");
    stream.stream((data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith("data:")) {
          onEvent(JSON.parse(line.slice(5)));
        }
      }
    });
    stream.catch(() => {}).finally(() => {
      stream = null;
    });
  };
  poll();
  return () => {
    ended = true;
    if (stream) {
      stream.close();
    }
  };
}
