// SPDX-License-Identifier: BSD-2-Clause
// Who may what: links, sessions, readers and operators, and two who edit at once.

import assert from "node:assert/strict";
import {after, afterEach, before, test} from "node:test";

import {createVlan, dialog, openEdit, openEngine, row, scene} from "./lab.mjs";

let here;

before(async () => {
  here = await scene();
});
afterEach(() => here.leave());
after(() => here && here.close());

test("a link works once", async () => {
  const link = await here.lab.call("link");
  const first = await here.newPage();
  await first.goto(link);
  await first.getByRole("heading", {name: "Service Engines"}).waitFor();
  assert.ok(!first.url().includes("ticket"));
  const second = await here.newPage();
  await second.goto(link);
  await second.getByText("That link was used already, or is older than 60 seconds.").waitFor();
});

test("without a link there is nothing to see", async () => {
  const page = await here.newPage();
  await page.goto(here.address);
  await page.getByRole("heading", {name: "Not signed in"}).waitFor();
  await page.getByText("portchannel console").waitFor();
});

test("another tab of the same browser is signed in, and signing out ends it", async () => {
  const page = await here.signIn();
  const other = await page.context().newPage();
  await other.goto(here.address);
  await other.getByRole("heading", {name: "Service Engines"}).waitFor();
  await other.getByRole("button", {name: "Sign out"}).click();
  await other.getByText("You have signed out.").waitFor();
  await page.getByText("Your session has ended.").waitFor();
  await page.reload();
  await page.getByRole("heading", {name: "Not signed in"}).waitFor();
});

test("a reader looks, and may change nothing", async () => {
  const page = await here.signIn("reader");
  await page.getByText("(reader)").waitFor();
  await openEngine(page);
  await page.getByRole("link", {name: "View interfaces"}).click();
  await row(page, "bond0.652").waitFor();
  await page.getByText("You may look here, but not change anything").waitFor();
  assert.equal(await page.getByRole("button", {name: "Create VLAN Interface"}).count(), 0);
  assert.equal(await page.getByRole("button", {name: /^Edit/}).count(), 0);
  assert.equal(await page.getByRole("button", {name: "Save"}).count(), 0);
  // Nor if the page were another one.
  const refused = await page.evaluate(async () => (await fetch("/api/v1/vlans", {method: "POST",
    headers: {"Content-Type": "application/json",
              "X-CSRF-Token": localStorage.getItem("portchannel-csrf")},
    body: JSON.stringify({parent: "bond0", vid: 9, stage: true})})).status);
  assert.equal(refused, 403);
});

test("the cookie alone is nobody", async () => {
  const page = await here.signIn();
  const status = await page.evaluate(async () => (await fetch("/api/v1/status")).status);
  assert.equal(status, 401);
});

test("of two who edit, the second sees whose change came first", async () => {
  const first = await here.signIn("operator");
  const second = await here.signIn("other");
  await openEdit(first);
  await openEdit(second);
  await createVlan(first, {vid: 680, addresses: ["10.68.0.1/24"]});
  await row(first, "bond0.680").waitFor();
  // It shows up there too, by whom.
  await row(second, "bond0.680").getByText(/64102/).waitFor();
  // Both open it; the first saves before the second.
  await row(second, "bond0.680").getByRole("button", {name: /^Edit/}).click();
  await dialog(second).getByLabel("IP Address").fill("10.68.0.2/24");
  await row(first, "bond0.680").getByRole("button", {name: /^Edit/}).click();
  await dialog(first).getByLabel("IP Address").fill("10.68.0.3/24");
  await dialog(first).getByRole("button", {name: "Save"}).click();
  await row(first, "bond0.680").getByText("10.68.0.3/24").waitFor();
  await dialog(second).getByRole("button", {name: "Save"}).click();
  await dialog(second).getByText(/64102.*It now has: 10\.68\.0\.3\/24/).waitFor();
  await dialog(second).getByRole("button", {name: "Cancel"}).click();
  await row(second, "bond0.680").getByText("10.68.0.3/24").waitFor();
  // Who knows of the other's may still have the own one.
  await row(second, "bond0.680").getByRole("button", {name: /^Edit/}).click();
  await dialog(second).getByLabel("IP Address").fill("10.68.0.4/24");
  await row(first, "bond0.680").getByRole("button", {name: /^Edit/}).click();
  await dialog(first).getByLabel("MTU").fill("1400");
  await dialog(first).getByRole("button", {name: "Save"}).click();
  await row(second, "bond0.680").getByText("1400").waitFor({state: "attached"});
  await dialog(second).getByRole("button", {name: "Save"}).click();
  await dialog(second).getByText(/It now has/).waitFor();
  await dialog(second).getByRole("button", {name: "Save"}).click();
  await row(first, "bond0.680").getByText("10.68.0.4/24").waitFor();
  // And a commit says whose changes it is of.
  await first.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(first).getByText("what others have staged, too: bond0.680 (64103)").waitFor();
  await dialog(first).getByRole("button", {name: "Cancel"}).click();
  await first.getByRole("button", {name: "Discard changes"}).click();
  await dialog(first).getByRole("button", {name: "Discard", exact: true}).click();
  await row(second, "bond0.680").waitFor({state: "detached"});
});

test("a file that somebody edits meanwhile is not overwritten", async (t) => {
  const page = await here.signIn("operator");
  await openEdit(page);
  await row(page, "bond0.652").getByRole("button", {name: /^Edit/}).click();
  await dialog(page).getByLabel("MTU").fill("1400");
  await dialog(page).getByRole("button", {name: "Save"}).click();
  await row(page, "bond0.652").getByText("changed, not committed").waitFor();
  const files = await here.lab.call("files");
  await here.lab.call("write", "ifcfg-bond0.652", `${files["ifcfg-bond0.652"]}# by hand\n`);
  t.after(() => here.lab.call("write", "ifcfg-bond0.652", files["ifcfg-bond0.652"]));
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  // It is said with the plan, or at the latest when it is to be committed.
  const button = dialog(page).getByRole("button", {name: "Commit"});
  await button.or(page.locator(".message.wrong")).first().waitFor();
  if (await button.count()) {
    await button.click();
  }
  await page.locator(".message.wrong").filter({hasText: "bond0.652"}).waitFor();
  assert.match((await here.lab.call("files"))["ifcfg-bond0.652"], /# by hand/);
});

test("the daemon gone and back; its sessions don't outlive it", async () => {
  const page = await here.signIn();
  await openEngine(page);
  await here.lab.call("stop_daemon");
  await page.getByText("The daemon can't be reached; trying again").waitFor();
  // What is still shown is not taken for what is.
  await page.locator(".headline").filter({hasText: "how it was then"}).waitFor();
  await page.locator(".picture.stale").waitFor();
  await here.lab.call("start_daemon");
  await page.getByText("Your session has ended.").waitFor();
  const again = await here.signIn();
  await openEngine(again);
});

test("a link that is too old, and a session that nobody used, say how to go on", async () => {
  await here.lab.call("restart_daemon", "--session-idle", "8");
  const page = await here.signIn();
  // Looking on is no use: what the page asks for by itself keeps no session.
  await page.getByRole("heading", {name: "Not signed in"}).waitFor();
  await page.getByText("Your session has ended.").waitFor();
  await page.getByText("portchannel console", {exact: true}).waitFor();
  await here.lab.call("restart_daemon", "--ticket-lifetime", "1");
  const link = await here.lab.call("link");
  // What has to pass is time.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const late = await here.newPage();
  await late.goto(link);
  await late.getByText("That link was used already, or is older than").waitFor();
  await late.getByText("portchannel console", {exact: true}).waitFor();
});

test("nothing went wrong in the page itself", () => {
  assert.deepEqual(here.errors, []);
});
