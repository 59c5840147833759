// SPDX-License-Identifier: BSD-2-Clause
// The procedure "Configuring VLAN on bond0 interface", step by step; then the switch reaches
// the new interface, which is there again after a restart and after a fresh start.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {createVlan, dialog, row, scene, screenshot} from "./lab.mjs";

let here;

before(async () => {
  here = await scene();
});
after(() => here.close());

test("a VLAN interface is created, saved, and saved again to commit", async () => {
  const {lab} = here;
  await lab.call("switch_vlan", 700, "10.70.0.1/24");
  const page = await here.signIn();

  // 1. Navigate to Infrastructure, and click on the Service Engine.
  await page.getByRole("link", {name: "Infrastructure"}).click();
  await screenshot(page, "service-engines");
  await page.getByRole("row").getByRole("link").first().click();
  await page.locator(".picture .member.good").nth(1).waitFor();
  await screenshot(page, "service-engine", {fullPage: true});
  // 2. Click the Edit button.
  await page.getByRole("link", {name: "Edit", exact: true}).click();
  await row(page, "bond0").waitFor();
  // 3. and 4. Create VLAN Interface, parent, VLAN and IP Address, Save.
  await createVlan(page, {vid: 700, addresses: ["10.70.0.101/24"]});
  // 5. It appears on the Edit page.
  await row(page, "bond0.700").getByText("new, not committed").waitFor();
  await screenshot(page, "edit");
  assert.ok(!("ifcfg-bond0.700" in await lab.call("files")));
  // 6. Save again to commit.
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(page).getByText("bond0.700").first().waitFor();
  await screenshot(page, "plan");
  await dialog(page).getByRole("button", {name: "Commit"}).click();
  await dialog(page).getByText("answers through the new configuration").waitFor();
  await screenshot(page, "confirm");
  await page.locator(".message").filter({hasText: "Committed, and kept."}).waitFor();
  await row(page, "bond0.700").waitFor();

  const files = await lab.call("files");
  assert.match(files["ifcfg-bond0.700"], /^DEVICE=bond0\.700$/m);
  assert.match(files["ifcfg-bond0.700"], /^VLAN=yes$/m);
  assert.ok(await lab.call("switch_ping", "10.70.0.101"));
});

test("it is there after a restart of the daemon", async () => {
  await here.lab.call("stop_daemon");
  await here.lab.call("start_daemon");
  assert.ok((await here.lab.call("links")).includes("bond0.700"));
  assert.ok(await here.lab.call("switch_ping", "10.70.0.101"));
});

test("it is there after a fresh start from the files", async () => {
  await here.lab.call("fresh_start");
  assert.ok((await here.lab.call("links")).includes("bond0.700"));
  assert.ok(await here.lab.call("switch_ping", "10.70.0.101"));
});

test("nothing went wrong in the page itself", () => {
  assert.deepEqual(here.errors, []);
});
