// SPDX-License-Identifier: BSD-2-Clause
// The browser's part of page.py: opens the console's page as a person would and says how long
// that took; then keeps many open until standard input ends.
//
// One argument, JSON: {packages: folder, links: [the first for one person, then one for each
// browser], tabs: in each of these}. Answers in lines of JSON: the times, then "open".

import path from "node:path";

const {packages, links, tabs} = JSON.parse(process.argv[2]);
const {chromium} = await import(path.join(packages, "playwright-core/index.mjs"));
const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
                                       args: ["--no-sandbox", "--disable-gpu"]});

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** By the link to the list, and from there to the server. */
async function open(page, link) {
  await page.goto(link);
  await page.getByText(/^\d+ of \d+ up$/).first().waitFor();
}

async function openEngine(page) {
  await page.locator("tbody a").first().click();
  await page.locator(".picture .member").first().waitFor();
  await page.locator("h2#panel-title").waitFor();
  await page.getByRole("rowheader", {name: /^bond0\.\d+$/}).first().waitFor();
}

const person = await (await browser.newContext()).newPage();
const times = {list: await timed(() => open(person, links[0]))};
times.engine = await timed(() => openEngine(person));
times.again = await timed(async () => {
  await person.reload();
  await person.locator(".picture .member").first().waitFor();
  await person.getByRole("rowheader", {name: /^bond0\.\d+$/}).first().waitFor();
});
times.edit = await timed(async () => {
  await person.getByRole("link", {name: "Edit", exact: true}).click();
  await person.getByRole("rowheader", {name: /^bond0\.\d+$/}).first().waitFor();
});
times.elements = await person.evaluate(() => document.querySelectorAll("*").length);
await person.context().close();
console.log(JSON.stringify(times));

for (const link of links.slice(1)) {
  const context = await browser.newContext();
  const first = await context.newPage();
  await open(first, link);
  await openEngine(first);
  for (let i = 1; i < tabs; i++) {
    const page = await context.newPage();
    await page.goto(first.url());
    await page.locator(".picture .member").first().waitFor();
  }
}
console.log(JSON.stringify("open"));
process.stdin.resume();
process.stdin.on("end", async () => {
  await browser.close();
  process.exit(0);
});
