// SPDX-License-Identifier: BSD-2-Clause
// A change that cuts the console off from the one who made it: the browser reaches it over
// the switch and bond0's own address, which the change makes unreachable.

import assert from "node:assert/strict";
import {after, afterEach, before, test} from "node:test";

import {createVlan, dialog, openEdit, openEngine, row, scene} from "./lab.mjs";

let here;

before(async () => {
  here = await scene();
});
afterEach(() => here.leave());
after(() => here && here.close());

test("a change that cuts the console off is taken back, and the page says so", async () => {
  const {lab} = here;
  await lab.call("way", "wire");
  const page = await here.signIn();
  await openEdit(page);
  // A more specific route to the switch's address, into a VLAN where it isn't.
  await createVlan(page, {vid: 690, addresses: ["10.124.251.2/30"]});
  await row(page, "bond0.690").waitFor();
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(page).getByRole("button", {name: "Commit"}).click();
  await page.locator(".message").filter({hasText: "taken back"}).waitFor({timeout: 90000});
  assert.ok(!("ifcfg-bond0.690" in await lab.call("files")));
  assert.ok(!(await lab.call("links")).includes("bond0.690"));
  await row(page, "bond0.690").getByText("new, not committed").waitFor();
});

test("one that is not kept is taken back", async () => {
  const {lab} = here;
  const page = await here.signIn();
  await openEdit(page);
  const other = await here.signIn("operator");
  await openEngine(other);
  await createVlan(page, {vid: 691, addresses: ["10.69.1.1/24"]});
  await row(page, "bond0.691").waitFor();
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  // At once, or it is kept before a slow browser's test has got there.
  await page.evaluate(() => new MutationObserver(() => {
    for (const box of document.querySelectorAll("dialog input[type=checkbox]")) {
      box.checked = false;
    }
  }).observe(document.body, {childList: true, subtree: true}));
  await dialog(page).getByRole("button", {name: "Commit"}).click();
  // Another operator sees what waits, and whose it is, and comes to where it is kept.
  await other.locator(".headline").getByRole("link", {name: "Show it"}).click();
  await other.getByText(/A change by root waits to be kept: in \d+ s it is taken back\./).waitFor();
  await other.locator(".waiting").getByRole("button", {name: "Keep"}).waitFor();
  await dialog(page).getByRole("button", {name: "Take it back"}).click();
  await other.locator(".waiting").waitFor({state: "hidden"});
  await page.locator(".message").filter({hasText: "taken back"}).waitFor();
  assert.ok(!("ifcfg-bond0.691" in await lab.call("files")));
  assert.ok(!(await lab.call("links")).includes("bond0.691"));
});
