// SPDX-License-Identifier: BSD-2-Clause
// The procedure "Configuring VLAN on bond0 interface", step by step; then the switch reaches
// the new interface, which is there again after a restart and after a fresh start.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {scene} from "./lab.mjs";
import {configureVlan} from "./steps.mjs";

let here;

before(async () => {
  here = await scene();
});
after(() => here && here.close());

test("a VLAN interface is created, saved, and saved again to commit", async () => {
  const {lab} = here;
  await lab.call("switch_vlan", 700, "10.70.0.1/24");
  const page = await here.signIn();

  await configureVlan(page, lab, {vid: 700, address: "10.70.0.101/24", screenshots: true});

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
