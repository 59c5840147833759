// SPDX-License-Identifier: BSD-2-Clause
// What the page looks like, and whether everybody can use it: links that fail, keyboard
// alone, dark, narrow, and what axe-core finds.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {AXE, createVlan, dialog, openEdit, openEngine, row, scene, screenshot} from "./lab.mjs";

let here;

before(async () => {
  here = await scene();
});
after(() => here.close());

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
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", {name: "Edit", exact: true}).click();
    await row(page, "bond0.652").waitFor();
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
  await page.getByText("840 buckets: ens1f0 0 %, ens1f1 100 %").waitFor();
  assert.match(await page.locator(".picture").getAttribute("aria-label"), /ens1f0 down/);
  await screenshot(page, "link-down");
  await screenshot(page, "link-down-whole", {fullPage: true});
  await page.emulateMedia({colorScheme: "dark"});
  await screenshot(page, "link-down-dark");
  await page.locator(".events").getByText("ens1f0").first().waitFor();
  await here.lab.call("restore", 0);
  await page.getByText("All 2 links of 1 bond carry traffic.").waitFor({timeout: 30000});
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

test("at 360 pixels nothing but the tables and the picture scrolls", async () => {
  const page = await here.signIn("root", {viewport: {width: 360, height: 740}});
  assert.ok(await isWithin(page));
  await openEngine(page);
  assert.ok(await isWithin(page));
  await screenshot(page, "narrow", {fullPage: true});
  await page.getByRole("link", {name: "Edit", exact: true}).click();
  await row(page, "bond0.652").waitFor();
  assert.ok(await isWithin(page));
  await page.getByRole("button", {name: "Create VLAN Interface"}).click();
  assert.ok(await isWithin(page));
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
