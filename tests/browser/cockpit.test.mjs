// SPDX-License-Identifier: BSD-2-Clause
// The page within Cockpit (Debian's cockpit-ws and shell): the seed's steps, and the rights of
// who is signed in there.

import assert from "node:assert/strict";
import {after, afterEach, before, test} from "node:test";

import {createVlan, dialog, openEdit, row, scene, screenshot} from "./lab.mjs";
import {configureVlan} from "./steps.mjs";

let here;
let root; // the administrator's window and frame

before(async () => {
  here = await scene();
});
afterEach(() => here.lab.call("mend"));
after(() => here && here.close());

async function frameOf(window) {
  return (await window.waitForSelector('iframe[name$="/portchannel"]')).contentFrame();
}

/** Cockpit's window and the frame that the page is in, for somebody who opens it by the menu. */
async function cockpit(user, options = {}) {
  const address = await here.lab.call("cockpit", user);
  const window = await here.newPage({viewport: {width: 1400, height: 1000}, ...options});
  window.on("pageerror", (error) => here.errors.push(error.message));
  await window.goto(address);
  await window.getByRole("link", {name: "Port channels"}).click();
  return {window, frame: await frameOf(window)};
}

test("a VLAN interface is created, saved, and saved again to commit", async () => {
  const {lab} = here;
  await lab.call("switch_vlan", 701, "10.71.0.1/24");
  root = await cockpit("root", {colorScheme: "light"});
  const {window, frame} = root;
  await frame.getByText("root (operator)").waitFor();
  // Cockpit has these itself.
  assert.equal(await frame.getByRole("button", {name: /Theme|Sign out/}).count(), 0);
  await configureVlan(frame, lab, {vid: 701, address: "10.71.0.101/24"});
  await screenshot(window, "cockpit");
  assert.match((await lab.call("files"))["ifcfg-bond0.701"], /^VLAN=yes$/m);
  assert.ok(await lab.call("switch_ping", "10.71.0.101"));
  // The address is the shell's, so that it can be kept and opened again.
  assert.match(window.url(), /\/portchannel#\/infrastructure\/service-engines\/[^/]+\/edit$/);
  await window.goBack();
  await frame.locator(".picture .member").first().waitFor();
});

test("it is there after a restart of the daemon, and the page goes on by itself", async () => {
  const {frame} = await cockpit("operator");
  await frame.getByText("64102 (operator)").waitFor();
  await here.lab.call("stop_daemon");
  await frame.getByText("The daemon can't be reached; trying again").waitFor();
  await here.lab.call("start_daemon");
  await frame.getByText("The daemon can't be reached; trying again").waitFor({state: "hidden"});
  assert.ok(await here.lab.call("switch_ping", "10.71.0.101"));
  // What the daemon says of a mistake comes through, and events do.
  await openEdit(frame);
  await createVlan(frame, {vid: 701, addresses: ["10.99.0.1/24"]});
  await dialog(frame).getByText(/701/).first().waitFor();
  await dialog(frame).getByRole("button", {name: "Cancel"}).click();
  await frame.getByRole("navigation").getByRole("link").last().click();
  await here.lab.call("cut", 0);
  await frame.getByRole("list").getByText(/link/i).first().waitFor();
  await here.lab.call("restore", 0);
});

test("it is there after a fresh start from the files", async () => {
  await here.lab.call("fresh_start");
  assert.ok(await here.lab.call("switch_ping", "10.71.0.101"));
});

test("a reader looks, and may change nothing", async () => {
  const {frame} = await cockpit("reader");
  await frame.getByText("(reader)").waitFor();
  await frame.getByRole("row").getByRole("link").first().click();
  await frame.getByRole("link", {name: "View interfaces"}).click();
  await row(frame, "bond0.701").waitFor();
  assert.equal(await frame.getByRole("button", {name: "Create VLAN Interface"}).count(), 0);
});

test("who is in none of the groups is told so, and what to do", async () => {
  const {window, frame} = await cockpit("nobody");
  await frame.getByRole("heading", {name: "You may not look here"}).waitFor();
  await frame.getByText("You are in neither group").waitFor();
  await frame.getByText("usermod").waitFor();
  await screenshot(window, "cockpit-no-rights");
});

test("Cockpit's choice of light and dark is the page's", async () => {
  const {window, frame} = root;
  assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), "auto");
  await window.getByRole("button", {name: "Session"}).click();
  await window.locator("#dark").click();
  await frame.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await screenshot(window, "cockpit-dark");
});

test("a daemon that isn't there is said", async () => {
  await here.lab.call("stop_daemon");
  const {window} = root;
  await window.reload();
  const frame = await frameOf(window);
  await frame.getByText("the daemon isn't running").waitFor();
  await here.lab.call("start_daemon");
  await frame.getByRole("button", {name: "Try again"}).click();
  await frame.getByText("root (operator)").waitFor();
});

test("nothing went wrong in the page itself", () => {
  assert.deepEqual(here.errors, []);
});
