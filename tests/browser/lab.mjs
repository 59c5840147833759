// SPDX-License-Identifier: BSD-2-Clause
// A lab (lab_server.py) and a browser for the tests of the page.

import {spawn} from "node:child_process";
import {mkdirSync} from "node:fs";
import path from "node:path";
import readline from "node:readline";
import {fileURLToPath} from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, "../..");
const BUILD = process.env.PORTCHANNEL_BUILD || path.join(ROOT, "build");
const PACKAGES = path.join(ROOT, ".packages/node_modules");
const SCREENSHOTS = path.join(BUILD, "screenshots");

const {chromium} = await import(path.join(PACKAGES, "playwright-core/index.mjs"));

export const AXE = path.join(PACKAGES, "axe-core/axe.min.js");

export class Lab {
  constructor() {
    this.process = spawn("/usr/bin/python3", [path.join(HERE, "lab_server.py")],
      {stdio: ["pipe", "pipe", "inherit"], env: {...process.env, PORTCHANNEL_BUILD: BUILD}});
    this.waiting = new Map();
    this.count = 0;
    readline.createInterface({input: this.process.stdout}).on("line", (line) => {
      const answer = JSON.parse(line);
      const {resolve, reject} = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ("error" in answer) {
        reject(new Error(answer.error));
      } else {
        resolve(answer.value);
      }
    });
    // Whoever writes to one that has ended is told so by what follows.
    this.process.stdin.on("error", () => {});
    this.gone = null;
    this.ended = new Promise((resolve) => this.process.on("exit", (code) => {
      this.gone = new Error(`the lab ended with ${code}`);
      for (const {reject} of this.waiting.values()) {
        reject(this.gone);
      }
      resolve();
    }));
  }

  /** Calls a method of lab_server.py's Lab. */
  call(name, ...parameters) {
    if (this.gone) {
      return Promise.reject(this.gone);
    }
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, {resolve, reject});
      this.process.stdin.write(`${JSON.stringify({id, call: name, arguments: parameters})}\n`);
    });
  }

  async close() {
    this.process.stdin.end();
    await this.ended;
  }
}

/** A machine that does much else at the same time is slow; nothing is so slow as this. */
const PATIENCE_MS = 60000;

async function launch(lab) {
  try {
    const {address, config} = await lab.call("up");
    const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
      timeout: PATIENCE_MS, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]});
    return {address, config, browser};
  } catch (error) {
    // Or it would be waited for.
    await lab.close();
    throw error;
  }
}

/** A lab that is up and a browser, and how to be rid of them. */
export async function scene() {
  const lab = new Lab();
  const {address, config, browser} = await launch(lab);
  mkdirSync(SCREENSHOTS, {recursive: true});

  const scene = {lab, address, config, browser, errors: []};
  /** A page that has nothing open, in a browser context of its own. */
  scene.newPage = async (options = {}) => {
    const context = await browser.newContext({viewport: {width: 1200, height: 900}, ...options});
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  };
  /** One of somebody who has signed in. */
  scene.signIn = async (user = "root", options = {}) => {
    const page = await scene.newPage(options);
    // What the page itself gets wrong; a refused call is shown on the page, not a fault of it.
    page.on("pageerror", (error) => scene.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        scene.errors.push(message.text());
      }
    });
    await page.goto(await lab.call("link", user));
    await page.getByRole("heading", {name: "Service Engines"}).waitFor();
    return page;
  };
  /** After a test: nothing of it goes on, and the next finds what it takes for granted. */
  scene.leave = async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await lab.call("mend");
  };
  scene.close = async () => {
    await browser.close();
    await lab.close();
  };
  return scene;
}

/** view is a page, or a frame in it. */
export function screenshot(view, name, options = {}) {
  const page = view.page ? view.page() : view;
  return page.screenshot({path: path.join(SCREENSHOTS, `${name}.png`), ...options});
}

/** From the list of servers to the one there is, and to its Edit page. */
export async function openEngine(page) {
  await page.getByRole("row").getByRole("link").first().click();
  await page.locator(".picture .member").first().waitFor();
}

export async function openEdit(page) {
  await openEngine(page);
  await page.getByRole("link", {name: "Edit", exact: true}).click();
  await page.getByRole("row", {name: /bond0/}).first().waitFor();
}

/** Edits one of the server's files, and has the daemon read them. */
export async function rewrite(lab, name, edit) {
  const files = await lab.call("files");
  await lab.call("write", name, edit(files[name]));
  await lab.call("request", "POST", "/v1/reload", {});
  return () => rewrite(lab, name, () => files[name]);
}

export function dialog(page) {
  return page.getByRole("dialog");
}

/** Fills the dialog's fields and presses Save. */
export async function createVlan(page, {parent = "bond0", vid, addresses = [], mtu}) {
  await page.getByRole("button", {name: "Create VLAN Interface"}).click();
  const box = dialog(page);
  await box.getByLabel("Parent Interface").selectOption(parent);
  await box.getByLabel("VLAN", {exact: true}).fill(String(vid));
  await box.getByLabel("IP Address").fill(addresses.join("\n"));
  if (mtu !== undefined) {
    await box.getByLabel("MTU").fill(String(mtu));
  }
  await box.getByRole("button", {name: "Save"}).click();
}

export function row(page, name) {
  return page.getByRole("row").filter({has: page.getByRole("rowheader", {name, exact: true})});
}

/** The second Save, until the change is kept (or whatever the last words are). */
export async function commit(page, words = "Committed, and kept.") {
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(page).getByRole("button", {name: "Commit"}).click();
  await page.locator(".message").filter({hasText: words}).waitFor();
}
