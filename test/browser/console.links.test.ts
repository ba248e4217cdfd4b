import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";

let stateDir = "";
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-links-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

it("makes a link to the open chat, shows its address once, watches it being used, and revokes it", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada", { permissions: ["clipboard-read", "clipboard-write"] });
	await ada.open("Returns desk");
	await ada.message("Swap at one").waitFor();
	await ada.page.getByRole("button", { name: "People and details" }).click();
	await ada.page.getByRole("button", { name: "New link" }).click();
	const dialog = ada.page.getByRole("dialog");
	await dialog.getByLabel("Or an e-mail address").fill("pia@example.com");
	await dialog.getByLabel("May be opened").fill("0");
	await dialog.getByLabel("May be opened").fill("3");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	const address = dialog.getByLabel("Its address, shown this once");
	await address.waitFor();
	const portalUrl = await address.inputValue();
	expect(portalUrl).toMatch(/\/l\/cl_[\w-]{43}$/);
	await dialog.getByRole("button", { name: "Copy" }).click();
	await dialog.getByRole("button", { name: "Copied" }).waitFor();
	expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(portalUrl);
	await ada.expectAccessible();
	await dialog.getByRole("button", { name: "Done" }).click();

	await ada.page.getByRole("button", { name: "pia@example.com" }).click();
	const detail = ada.page.getByRole("dialog", { name: "Link for pia@example.com" });
	await detail.getByText("0 of 3").waitFor();
	const token = portalUrl.split("/").at(-1);
	const open = () =>
		fetch(`${server.url}/v1/portal/open`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ token }),
		});
	expect((await open()).status).toBe(200);
	// What its recipient does shows up by itself.
	await detail.getByText("Opened").waitFor({ timeout: 15_000 });
	ada.page.once("dialog", (question) => void question.accept());
	await detail.getByRole("button", { name: "Revoke" }).click();
	await detail.getByText("Revoked").first().waitFor();
	expect((await open()).status).toBe(410);
	await ada.close();
});

it("says what is wrong with a link, and lists and narrows what there is", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await mia.page.keyboard.press("g");
	await mia.page.keyboard.press("l");
	await mia.page.getByRole("heading", { name: "Customer links" }).waitFor();
	await mia.page.getByRole("button", { name: "New link" }).click();
	const dialog = mia.page.getByRole("dialog");
	await dialog.getByLabel("Its id").fill("66f0a1c0d3e4f5a6b7c8d9f100000000");
	await dialog.getByLabel("Opens").selectOption("Customer");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	await dialog.getByRole("alert").waitFor();
	await dialog.getByLabel("Or an e-mail address").fill('"<b>x</b>"@example.com');
	await dialog.getByLabel("Or an e-mail address").fill("otto@example.com");
	await dialog.getByLabel("Works for (hours)").fill("100000");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	await dialog.getByRole("alert").waitFor();
	await dialog.getByLabel("Works for (hours)").fill("12");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	await dialog.getByText("asks for a code that the recipient is sent").waitFor();
	await dialog.getByRole("button", { name: "Done" }).click();
	await mia.page.getByRole("button", { name: "otto@example.com" }).waitFor();
	await mia.expectAccessible();
	await mia.page.getByLabel("Status").selectOption("Revoked");
	await mia.page.getByRole("button", { name: "otto@example.com" }).waitFor({ state: "detached" });
	await mia.close();
});

it.each([
	["light", 1280],
	["dark", 360],
] as const)("draws what went on, and says it in a table: %s, %i pixels wide", async (colorScheme, width) => {
	const alma = await Agent.signIn(browser, server.url, "Alma", {
		colorScheme,
		viewport: { width, height: 800 },
	});
	// What the demo said reaches D1 a moment after it was said.
	const wish = { tenant: "acme", role: "Administrator" };
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, wish);
	await vi.waitFor(async () => {
		const { hours } = await server.ask<{ hours: { messages: number }[] }>("GET", "/v1/activity", token);
		expect(hours.reduce((sum, { messages }) => sum + messages, 0)).toBe(18);
	}, 20_000);
	await alma.page.getByRole("link", { name: "Activity" }).click();
	await alma.page.getByRole("heading", { name: "Messages an hour", exact: true }).waitFor();
	await alma.page.getByText("As a table").first().click();
	await alma.page
		.getByRole("cell", { name: /^1?[0-9]$/ })
		.first()
		.waitFor();
	expect(await alma.page.locator("canvas").count()).toBe(2);
	await alma.expectAccessible();
	expect(await alma.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
	await alma.close();
});
