// SPDX-License-Identifier: BSD-2-Clause
// What the page looks like, and whether everybody can use it: links that fail, keyboard
// alone, dark, narrow, and what axe-core finds.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, afterEach, before, test} from "node:test";

import {AXE, createVlan, dialog, openEdit, openEngine, rewrite, row, scene, screenshot} from "./lab.mjs";

let here;

before(async () => {
  here = await scene();
});
afterEach(() => here.leave());
after(() => here && here.close());

async function violations(page) {
  // From the debugger's side: the page's own policy allows no script but the console's.
  await page.evaluate(readFileSync(AXE, "utf8"));
  const {violations: found} = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}));
  return found.map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(", ")}`);
}

async function isWithin(page) {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

for (const colorScheme of ["light", "dark"]) {
  test(`everything in ${colorScheme}, by axe-core`, async () => {
    const page = await here.signIn("root", {colorScheme});
    assert.deepEqual(await violations(page), []);
    await openEngine(page);
    await page.locator(".picture .member.good").nth(1).waitFor();
    await page.getByRole("row", {name: /bond0\.652/}).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", {name: "Details of LACP on ens1f0"}).click();
    await dialog(page).getByText("CURRENT").waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog(page).getByRole("button", {name: "Close"}).click();
    await page.getByRole("link", {name: "Edit", exact: true}).click();
    await row(page, "bond0.652").waitFor();
    await page.getByText("History", {exact: true}).click();
    await page.getByRole("button", {name: /^Show what/}).first().waitFor();
    assert.deepEqual(await violations(page), []);
    await createVlan(page, {vid: 652});
    await dialog(page).getByText("is in use").waitFor();
    assert.deepEqual(await violations(page), []);
    await screenshot(page, `dialog-${colorScheme}`);
  });
}

test("which link is down, and why, stands first", async () => {
  const page = await here.signIn();
  await openEngine(page);
  await page.getByText("All 2 links of 1 bond carry traffic.").waitFor();
  await here.lab.call("cut", 0);
  const headline = page.locator(".headline");
  await headline.filter({hasText: "ens1f0 of bond0 carries no traffic: no carrier"}).waitFor();
  await page.locator(".picture .member.error").waitFor();
  await headline.filter({hasText: /since \d\d:\d\d:\d\d\. 1 of 2 links is left\./}).waitFor();
  await page.getByText("840 buckets: ens1f0 0 %, ens1f1 100 %").waitFor();
  await row(page, "ens1f0").getByText("0 % of buckets").waitFor();
  await row(page, "ens1f0").getByText("none", {exact: true}).first().waitFor(); // carrier
  await page.getByText(/^420 buckets moved at .*: 420 from ens1f0 to ens1f1\.$/).waitFor();
  assert.match(await page.locator(".picture").getAttribute("aria-label"), /ens1f0 down/);
  await screenshot(page, "link-down");
  await screenshot(page, "link-down-whole", {fullPage: true});
  await page.emulateMedia({colorScheme: "dark"});
  await screenshot(page, "link-down-dark");
  await page.locator(".events").getByText("ens1f0").first().waitFor();
  await page.emulateMedia({colorScheme: "light"});

  // Without any link the bond is down, which is said in one sentence and on the list.
  await here.lab.call("cut", 1);
  await headline.filter({hasText: "bond0 is down, with all its 2 links: no carrier"}).waitFor();
  await screenshot(page, "all-down");
  await page.getByRole("link", {name: "Service Engines"}).click();
  const engine = page.locator("tbody tr");
  await engine.getByText("0 of 1 up").waitFor();
  await engine.getByText("0 of 2 up").waitFor();
  assert.equal(await engine.locator(".state").textContent(), "Down");
  await page.getByLabel("Search").fill("no such server");
  await page.getByText("No Service Engine has that in its name.").waitFor();
  await page.goBack();
  await here.lab.call("restore", 1);

  // A page that is opened only now knows what has happened.
  await here.lab.call("wait_sampled", "ens1f1", "10.124.251.101");
  const opened = Date.now() / 1000;
  const late = await here.signIn();
  await openEngine(late);
  await late.locator(".events").getByText("carries no traffic: no carrier").first().waitFor();
  assert.ok(await late.evaluate(async (before) => {
    const {store} = await import("./store.js");
    const {tx} = store.history.get("bond0/ens1f1");
    return tx.some((rate, i) => rate > 0 && store.times[i] < before);
  }, opened));
  await here.lab.call("restore", 0);
  await page.getByText("All 2 links of 1 bond carry traffic.").waitFor();
  await page.getByText("840 buckets: ens1f0 50 %, ens1f1 50 %").waitFor();
});

test("which link a flow takes is said and drawn", async () => {
  const page = await here.signIn();
  await openEngine(page);
  await page.getByLabel("From address").fill("10.124.251.101");
  await page.getByLabel("To address").fill("10.124.251.1");
  await page.getByRole("button", {name: "Show the link"}).click();
  const answer = page.locator(".answer");
  await answer.filter({hasText: /It takes ens1f[01]; if that fails, ens1f[01]\./}).waitFor();
  const link = /It takes (\w+);/.exec(await answer.textContent())[1];
  assert.equal(await page.locator(".member.chosen .port-name").first().textContent(), link);
  assert.equal(await page.locator(".member.backup").count(), 1);
  const wanted = await here.lab.call("request", "GET",
    "/v1/explain?bond=bond0&src=10.124.251.101&dst=10.124.251.1&proto=tcp&sport=40000&dport=443");
  assert.equal(link, wanted.member);
  await page.getByLabel("From address").fill("nonsense");
  await page.getByRole("button", {name: "Show the link"}).click();
  await page.locator(".answer.wrong").filter({hasText: "nonsense"}).waitFor();
});

test("a NIC that is no member is in the picture, in numbers, and in Edit", async () => {
  const page = await here.signIn();
  await here.lab.call("add_nic", "nic0", 7, "10.7.0.1/24");
  await openEngine(page);
  await page.locator(".picture .bond").filter({hasText: "nic0"}).waitFor();
  await page.getByRole("tab", {name: "nic0"}).click();
  await page.getByRole("row", {name: /nic0\.7/}).getByText("up").waitFor();
  // By keyboard from tab to tab.
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("heading", {name: "bond0", exact: true}).waitFor();
  assert.equal(await page.getByRole("tab", {name: "bond0"}).getAttribute("aria-selected"), "true");
  await page.setViewportSize({width: 1920, height: 1080});
  await screenshot(page, "wide");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("link", {name: "Edit", exact: true}).click();
  await row(page, "nic0").getByText("NIC", {exact: true}).waitFor();
  await row(page, "ens1f0").getByText("Link", {exact: true}).waitFor();
  await createVlan(page, {parent: "nic0", vid: 8, addresses: ["10.8.0.1/24"]});
  await row(page, "nic0.8").getByText("new, not committed").waitFor();
  await row(page, "nic0.8").getByRole("button", {name: /^Undo/}).click();
});

test("what is wrong with a file is said, with file and line", async (t) => {
  const page = await here.signIn();
  await openEngine(page);
  const mend = await rewrite(here.lab, "ifcfg-bond0.652", (text) => `${text}MTU=nonsense\n`);
  t.after(mend);
  await page.getByText("The configuration has 1 problem.").waitFor();
  await page.getByRole("link", {name: "Show them"}).click();
  await page.getByText(/ifcfg-bond0\.652:\d+/).waitFor();
  assert.match(await page.locator(".problems").textContent(), /'nonsense'/);
  await mend();
  await page.locator(".problems").waitFor({state: "hidden"});
});

test("what the daemon can't put right by itself stands at the bond", async (t) => {
  const page = await here.signIn();
  await openEngine(page);
  t.after(() => here.lab.call("request", "POST", "/v1/apply", {}));
  await here.lab.call("server_run", "ip address del 10.124.252.101/24 dev bond0.652");
  await here.lab.call("wait_trouble", "bond0", "10.124.252.101");
  await page.reload();
  await page.locator(".details .message").filter({hasText: "10.124.252.101"}).waitFor();
  await here.lab.call("request", "POST", "/v1/apply", {});
  await page.locator(".details .message").waitFor({state: "hidden"});
});

test("at 360 pixels nothing has to be scrolled sideways", async () => {
  const page = await here.signIn("root", {viewport: {width: 360, height: 740}});
  const fits = async () => {
    assert.ok(await isWithin(page));
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll(".scroll")]
      .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent)), []);
    assert.deepEqual(await violations(page), []);
  };
  await page.locator("tbody tr").getByText("2 of 2 up").waitFor();
  await fits();
  await openEngine(page);
  await page.getByRole("row", {name: /bond0\.652/}).waitFor();
  await fits();
  await screenshot(page, "narrow", {fullPage: true});
  await page.getByRole("button", {name: "Details of LACP on ens1f0"}).click();
  await dialog(page).getByText("CURRENT").waitFor();
  await fits();
  await dialog(page).getByRole("button", {name: "Close"}).click();
  await page.getByRole("link", {name: "Edit", exact: true}).click();
  await row(page, "bond0.652").waitFor();
  await page.getByText("History", {exact: true}).click();
  await page.getByRole("button", {name: /^Show what/}).first().waitFor();
  await fits();
  await screenshot(page, "narrow-edit");
  await page.getByRole("button", {name: "Create VLAN Interface"}).click();
  await dialog(page).waitFor();
  await fits();
  await screenshot(page, "narrow-dialog");
});

/** Presses Tab until the focus is on an element that fits; the keyboard's only way. */
async function tabTo(page, fits) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(fits)) {
      return;
    }
  }
  throw new Error(`the keyboard never got there: ${fits}`);
}

test("a VLAN interface is made with the keyboard alone", async () => {
  const page = await here.signIn();
  await page.locator("tbody tr").waitFor();
  await tabTo(page, "document.activeElement.closest('tbody') !== null");
  await page.keyboard.press("Enter");
  await page.locator(".picture .member").first().waitFor();
  await tabTo(page, "document.activeElement.textContent === 'Edit'");
  await page.keyboard.press("Enter");
  await row(page, "bond0.652").waitFor();
  await tabTo(page, "document.activeElement.textContent === 'Create VLAN Interface'");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await tabTo(page, "document.activeElement.id === 'vlan-vid'");
  await page.keyboard.type("695");
  await tabTo(page, "document.activeElement.id === 'vlan-addresses'");
  await page.keyboard.type("10.69.5.1/24");
  await tabTo(page, "document.activeElement.textContent === 'Save'");
  await page.keyboard.press("Enter");
  await row(page, "bond0.695").getByText("new, not committed").waitFor();
  // The focus is back where it was, and Escape closes a dialog.
  assert.equal(await page.evaluate(() => document.activeElement.textContent),
               "Create VLAN Interface");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({state: "detached"});
  await row(page, "bond0.695").getByRole("button", {name: /^Undo/}).click();
});

test("nothing went wrong in the page itself", () => {
  assert.deepEqual(here.errors, []);
});
