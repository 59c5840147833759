// SPDX-License-Identifier: BSD-2-Clause
// Each error that a person can make in the dialog, and what may be in the way of a commit.

import assert from "node:assert/strict";
import {after, afterEach, before, test} from "node:test";

import {commit, createVlan, dialog, openEdit, row, scene} from "./lab.mjs";

let here;
let page;

before(async () => {
  here = await scene();
  page = await here.signIn();
  await openEdit(page);
});
// One page for all, as somebody has it who makes one mistake after the other; anew after a
// test that has failed and left a dialog, or more.
afterEach(async () => {
  const {staged, waiting} = await here.lab.call("request", "GET", "/v1/live");
  if (staged > 0 || waiting || await dialog(page).count() > 0) {
    await here.leave();
    page = await here.signIn();
    await openEdit(page);
  }
});
after(() => here && here.close());

const WRONG = [
  [{vid: ""}, "which VLAN? a number from 1 to 4094"],
  [{vid: "0"}, "0 is not from 1 to 4094"],
  [{vid: "4095"}, "4095 is not from 1 to 4094"],
  [{vid: "1.5"}, "1.5 is not from 1 to 4094"],
  [{vid: "652"}, "VLAN 652 is in use on bond0, by bond0.652"],
  [{vid: "10", addresses: ["10.0.0.1"]}, "'10.0.0.1' is no address with a prefix"],
  [{vid: "10", addresses: ["10.0.0.256/24"]}, "'10.0.0.256' is no IPv4 address"],
  [{vid: "10", addresses: ["10.0.0.1/33"]}, "the prefix of '10.0.0.1/33' is not from 1 to 32"],
  [{vid: "10", addresses: ["2001:db8::1/129"]}, "is not from 1 to 128"],
  [{vid: "10", addresses: ["10.0.0.1/24", "10.0.0.1/24"]}, "10.0.0.1/24 stands there twice"],
  [{vid: "10", addresses: ["10.124.252.101/24"]}, "10.124.252.101 is bond0.652's already"],
  [{vid: "10", mtu: "67"}, "67 is not from 68 to 65535"],
  [{vid: "10", mtu: "9000"}, "more than bond0's MTU, 1500"],
];

for (const [fields, words] of WRONG) {
  test(`the dialog says: ${words}`, async () => {
    await createVlan(page, fields);
    await dialog(page).getByText(words).waitFor();
    // The dialog stays, with the focus where it is wrong.
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-invalid") === "true");
    await dialog(page).getByRole("button", {name: "Cancel"}).click();
    await dialog(page).waitFor({state: "detached"});
    assert.equal((await here.lab.call("request", "GET", "/v1/staged")).changes.length, 0);
  });
}

test("what only the daemon knows to be wrong is said at its field", async () => {
  for (const [address, words] of [["10.9.9.0/24", /network/], ["127.0.0.1/8", /loopback/],
                                  ["224.0.0.1/24", /multicast/], ["2001:db8::z/64", /2001:db8::z/],
                                  ["10.124.251.101/24", /bond0/]]) {
    await createVlan(page, {vid: 11, addresses: [address]});
    const error = page.locator("#vlan-addresses-error");
    await error.filter({hasText: words}).waitFor();
    await dialog(page).getByRole("button", {name: "Cancel"}).click();
    await dialog(page).waitFor({state: "detached"});
  }
});

test("a used VLAN is said at once, while one types", async () => {
  await page.getByRole("button", {name: "Create VLAN Interface"}).click();
  await dialog(page).getByLabel("VLAN", {exact: true}).pressSequentially("652");
  await dialog(page).getByText("VLAN 652 is in use").waitFor();
  await dialog(page).getByLabel("VLAN", {exact: true}).pressSequentially("1");
  await dialog(page).getByText("6521 is not from 1 to 4094").waitFor();
  await dialog(page).getByLabel("VLAN", {exact: true}).fill("653");
  await dialog(page).getByText("The interface is bond0.653, its file").waitFor();
  assert.match(await dialog(page).getByText("its file").textContent(), /ifcfg-bond0\.653/);
  await dialog(page).getByRole("button", {name: "Cancel"}).click();
  await dialog(page).waitFor({state: "detached"});
});

test("a staged row can be changed, and taken back", async () => {
  await createVlan(page, {vid: 660, addresses: ["10.66.0.1/24"]});
  await row(page, "bond0.660").getByText("new, not committed").waitFor();
  await row(page, "bond0.660").getByRole("button", {name: /^Edit/}).click();
  await dialog(page).getByLabel("IP Address").fill("10.66.0.2/24\n2001:db8:66::2/64");
  await dialog(page).getByRole("button", {name: "Save"}).click();
  await row(page, "bond0.660").getByText("10.66.0.2/24, 2001:db8:66::2/64").waitFor();
  await row(page, "bond0.660").getByRole("button", {name: /^Undo/}).click();
  await row(page, "bond0.660").waitFor({state: "detached"});
});

test("a VLAN interface is changed and deleted", async () => {
  await createVlan(page, {vid: 661, addresses: ["10.66.1.1/24"]});
  await row(page, "bond0.661").waitFor();
  await commit(page);
  await row(page, "bond0.661").getByRole("button", {name: /^Edit/}).click();
  await dialog(page).getByLabel("IP Address").fill("10.66.1.2/24");
  await dialog(page).getByLabel("MTU").fill("1400");
  await dialog(page).getByRole("button", {name: "Save"}).click();
  await row(page, "bond0.661").getByText("changed, not committed").waitFor();
  await commit(page);
  assert.match(await here.lab.call("server_run", "ip -4 address show dev bond0.661"),
               /mtu 1400[^]*10\.66\.1\.2\/24/);
  await row(page, "bond0.661").getByRole("button", {name: /^Delete/}).click();
  await row(page, "bond0.661").getByText("to be deleted").waitFor();
  await commit(page);
  await row(page, "bond0.661").waitFor({state: "detached"});
  assert.ok(!("ifcfg-bond0.661" in await here.lab.call("files")));
});

test("an address that another host has is refused, and nothing is changed", async () => {
  await here.lab.call("switch_vlan", 670, "10.67.0.9/24");
  await createVlan(page, {vid: 670, addresses: ["10.67.0.9/24"]});
  await row(page, "bond0.670").waitFor();
  await commit(page, /10\.67\.0\.9/);
  assert.ok(!("ifcfg-bond0.670" in await here.lab.call("files")));
  assert.ok(!(await here.lab.call("links")).includes("bond0.670"));
  await row(page, "bond0.670").getByText("new, not committed").waitFor();
  await row(page, "bond0.670").getByRole("button", {name: /^Undo/}).click();
  await row(page, "bond0.670").waitFor({state: "detached"});
});

test("a plan can be rejected", async () => {
  await createVlan(page, {vid: 671, addresses: []});
  await row(page, "bond0.671").waitFor();
  await page.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(page).getByRole("button", {name: "Cancel"}).click();
  await row(page, "bond0.671").getByText("new, not committed").waitFor();
  assert.ok(!("ifcfg-bond0.671" in await here.lab.call("files")));
  await page.getByRole("button", {name: "Discard changes"}).click();
  await dialog(page).getByRole("button", {name: "Discard", exact: true}).click();
  await row(page, "bond0.671").waitFor({state: "detached"});
});

test("a bond shows its files, and that it is configured there only", async () => {
  await row(page, "bond0").getByRole("button", {name: /^Show/}).click();
  await dialog(page).getByText("configured in the server's interface files only").waitFor();
  await dialog(page).getByText(/ifcfg-bond0(:\d+)?$/).first().waitFor();
  await dialog(page).getByRole("button", {name: "Close"}).click();
  await dialog(page).waitFor({state: "detached"});
});

test("what was edited by hand is said to be kept, before and after a change is taken back", async () => {
  const {lab} = here;
  const was = (await lab.call("files"))["ifcfg-bond0.652"];
  await lab.call("write", "ifcfg-bond0.652", `${was}MTU=1400\n`);
  await lab.call("request", "POST", "/v1/apply", {confirm: 600});
  const strip = page.locator(".waiting");
  await strip.getByText("Its files were edited by hand").waitFor();
  await strip.getByRole("button", {name: "Take it back"}).click();
  await page.locator(".message").filter({
    hasText: "What had been edited by hand is kept: ifcfg-bond0.652 as ifcfg-bond0.652.bak."}).waitFor();
  await strip.waitFor({state: "hidden"});
  const files = await lab.call("files");
  assert.equal(files["ifcfg-bond0.652"], was);
  assert.equal(files["ifcfg-bond0.652.bak"], `${was}MTU=1400\n`);
  await lab.call("remove", "ifcfg-bond0.652.bak");
});

test("the history says what was faulty, and leads back", async () => {
  const {lab} = here;
  const was = (await lab.call("files"))["ifcfg-bond0.652"];
  await lab.call("write", "ifcfg-bond0.652", `${was}MTU=nonsense\n`);
  await lab.call("request", "POST", "/v1/reload", {});
  await lab.call("write", "ifcfg-bond0.652", `${was}MTU=1300\n`);
  await lab.call("request", "POST", "/v1/apply", {});
  await page.getByText("History", {exact: true}).click();
  const rows = page.getByRole("row").filter({has: page.getByRole("button", {name: /^Show what/})});
  const faulty = rows.filter({hasText: /faulty: .*ifcfg-bond0\.652:\d+:.*nonsense/});
  await faulty.waitFor();
  assert.equal(await faulty.getByRole("button", {name: /^Go back/}).count(), 0);
  await rows.first().getByText("in force").waitFor();
  await rows.first().getByRole("button", {name: /^Show what/}).click();
  await dialog(page).getByText("+MTU=1300").waitFor();
  await dialog(page).getByRole("button", {name: "Close"}).click();
  await lab.call("write", "ifcfg-bond0.652", `${was}MTU=1200\n`);
  // The newest that was in force without a fault.
  await rows.filter({hasText: "former", hasNotText: "faulty"}).first().getByRole("button", {name: /^Go back/}).click();
  await dialog(page).getByRole("button", {name: "Go back"}).click();
  await page.locator(".message").filter({hasText:
    /^The server is back at configuration \d+\. What had been edited by hand is kept: [^,]+\.bak\.$/}).waitFor();
  assert.equal((await lab.call("files"))["ifcfg-bond0.652"], was);
  await rows.filter({hasText: "in force"}).getByText(/rollback/).waitFor();
  await lab.call("remove", "ifcfg-bond0.652.bak");
});

test("nothing went wrong in the page itself", () => {
  assert.deepEqual(here.errors, []);
});
