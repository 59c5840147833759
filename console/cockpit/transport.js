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

/** Signing out and the theme are Cockpit's. */
export const embedded = true;

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

/** Light, dark, or as the system has it, as chosen in Cockpit's menu. */
function followTheme() {
  const show = (style) => {
    document.documentElement.dataset.theme = style || localStorage.getItem("shell:style") || "auto";
  };
  window.addEventListener("storage", (event) => event.key === "shell:style" && show());
  window.addEventListener("cockpit-style", (event) => show(event.detail.style));
  show();
}

/** Who gets or gives up administrative access in Cockpit may do more, or less, from then on. */
function followRights() {
  const superuser = window.cockpit.dbus(null, {bus: "internal"})
    .proxy("cockpit.Superuser", "/superuser");
  let before = null;
  superuser.addEventListener("changed", () => {
    const present = superuser.Current;
    if (present === undefined || present === "init") {
      return;
    }
    if (before !== null && before !== present) {
      location.reload();
    }
    before = present;
  });
}

const PROBLEMS = {
  "not-found": `the daemon isn't running on this server: there is no ${SOCKET}`,
  "access-denied": `Cockpit may not open ${SOCKET}`,
  "disconnected": "the connection to Cockpit is lost",
  "terminated": "the daemon closed the connection",
  "timeout": "there was no answer in time",
};

function request(method, path, body, timeoutSeconds) {
  return new Promise((resolve, reject) => {
    const asked = http.request({method, path, headers: {"Content-Type": "application/json"},
                                body: body === undefined ? "" : JSON.stringify(body)});
    const timer = setTimeout(() => asked.close("timeout"), timeoutSeconds * 1000);
    asked.then((text) => {
      clearTimeout(timer);
      resolve(text);
    }, (error, data) => {
      // Cockpit's promises hand the answer's body on as a second argument.
      clearTimeout(timer);
      reject(Object.assign(error, {data}));
    });
  });
}

async function call(method, path, body, timeoutSeconds = 30) {
  let text;
  try {
    text = await request(method, path, body, timeoutSeconds);
  } catch (error) {
    if (!error.status) {
      throw new Unreachable(PROBLEMS[error.problem] || error.message || error.problem);
    }
    let json = {};
    try {
      json = JSON.parse(error.data).error || {};
    } catch {
      json = {message: error.message};
    }
    throw new Refused(error.status, json);
  }
  try {
    return text ? JSON.parse(text) : null;
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

export async function open() {
  await load();
  followTheme();
  const cockpit = window.cockpit;
  http = cockpit.http(SOCKET, {superuser: "try"});
  followRights();
  const access = await call("GET", "/v1/access");
  const host = await cockpit.file("/proc/sys/kernel/hostname").read();
  return {user: access.user, role: access.role, host: (host || "").trim()};
}

export async function close() {}

export function get(path, timeoutSeconds) {
  return call("GET", path, undefined, timeoutSeconds);
}

export function send(method, path, body = {}, timeoutSeconds = 120) {
  return call(method, path, body, timeoutSeconds);
}

/** The daemon's stream of events; calls ended() when it is over. Returns it. */
function listen(onEvent, ended) {
  const stream = http.get("/v1/events");
  let rest = "";
  stream.stream((data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) {
        onEvent(JSON.parse(line.slice(5)));
      }
    }
  });
  stream.then(ended, ended);
  return stream;
}

export function watch({onLive, onEvent, onState}) {
  let ended = false;
  let stream = null;

  const poll = async () => {
    while (!ended) {
      try {
        const live = await call("GET", "/v1/live", undefined, 10);
        if (ended) {
          return;
        }
        onState(true);
        onLive(live);
        stream = stream || listen(onEvent, () => {
          stream = null;
        });
      } catch {
        onState(false);
      }
      await new Promise((resolve) => setTimeout(resolve, LIVE_INTERVAL_MS));
    }
  };
  poll();
  return () => {
    ended = true;
    if (stream) {
      stream.close();
    }
  };
}
