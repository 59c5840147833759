// SPDX-License-Identifier: BSD-2-Clause
// The steps of "Configuring VLAN on bond0 interface", with that procedure's words; the same in
// the console and in Cockpit.

import assert from "node:assert/strict";

import {createVlan, dialog, row, screenshot} from "./lab.mjs";

/** Notes whether the page ever says that a change is kept and that it waits to be. */
function watchStrip(view) {
  return view.evaluate(() => {
    new MutationObserver(() => {
      const kept = [...document.querySelectorAll(".message")].some((each) =>
        each.textContent.includes("and kept."));
      if (kept && !document.querySelector(".waiting").hidden) {
        window.saidTwoThings = true;
      }
    }).observe(document.getElementById("main"), {subtree: true, childList: true,
                                                 attributes: true, characterData: true});
  });
}

/** view is the page, or the frame that it is in; it shows the list of servers. */
export async function configureVlan(view, lab, {vid, address, screenshots = false}) {
  const shot = async (name, options) => screenshots && screenshot(view, name, options);

  // 1. Navigate to Infrastructure, and click on the Service Engine.
  await view.getByRole("link", {name: "Infrastructure"}).click();
  await shot("service-engines");
  await view.getByRole("row").getByRole("link").first().click();
  await view.locator(".picture .member.good").nth(1).waitFor();
  await shot("service-engine", {fullPage: true});
  // 2. Click the Edit button.
  await view.getByRole("link", {name: "Edit", exact: true}).click();
  await row(view, "bond0").waitFor();
  // 3. and 4. Create VLAN Interface, parent, VLAN and IP Address, Save.
  await createVlan(view, {vid, addresses: [address]});
  // 5. It appears on the Edit page.
  await row(view, `bond0.${vid}`).getByText("new, not committed").waitFor();
  await shot("edit");
  assert.ok(!(`ifcfg-bond0.${vid}` in await lab.call("files")));
  // 6. Save again to commit.
  await view.locator(".footer").getByRole("button", {name: "Save"}).click();
  await dialog(view).getByText(`bond0.${vid}`).first().waitFor();
  await shot("plan");
  await watchStrip(view);
  await dialog(view).getByRole("button", {name: "Commit"}).click();
  const kept = view.locator(".message").filter({hasText: "Committed, and kept."});
  // A test that is kept waiting by other programs may come too late for the countdown.
  await dialog(view).getByText("answers through the new configuration").or(kept).waitFor();
  await shot("confirm");
  await kept.waitFor();
  await row(view, `bond0.${vid}`).waitFor();
  assert.ok(!await view.evaluate(() => window.saidTwoThings),
            "the strip says that what was kept still waits");
}
