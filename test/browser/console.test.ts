import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";
import { greenPicture } from "./green-picture.ts";

let stateDir = "";
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-console-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

const soon = { timeout: 20_000, interval: 100 };
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("lets two agents talk: typing, receipts, edits, deletions, replies, unread counts, and texts that stay texts", async () => {
	const [ada, ben] = [await Agent.signIn(browser, server.url, "Ada"), await Agent.signIn(browser, server.url, "Ben")];
	await ada.open("Returns desk");
	// Ben looks at his list: it moves by itself, and so does the title.
	await ada.say("Is anybody at the desk?");
	const row = ben.page.getByRole("link", { name: /Returns desk/ });
	await vi.waitFor(async () => expect(await row.innerText()).toMatch(/Is anybody at the desk\?/), soon);
	// A visitor whom he has not looked at is the other one.
	await vi.waitFor(async () => expect(await ben.page.title()).toBe("(2) Foyer"), soon);
	await ben.open("Returns desk");
	await vi.waitFor(async () => expect(await ben.page.title()).toBe("(1) Foyer"), soon);
	await ada.page.getByText("Read by Ben Agent").waitFor();

	await ben.composer.pressSequentially("I am");
	await ada.page.getByText("Ben Agent is writing…").waitFor();
	await ben.composer.press("Enter");
	await ada.message("I am").waitFor();

	// The last message is edited from the keyboard, answered, and deleted.
	await ben.composer.press("ArrowUp");
	await ben.composer.fill("I am, for another hour");
	await ben.composer.press("Enter");
	await ada.message("I am, for another hour").getByText("edited").waitFor();
	await ada.message("for another hour").focus();
	await ada.page.keyboard.press("r");
	await ada.page.keyboard.type("Good");
	await ada.page.keyboard.press("Enter");
	await ben.message("Good").getByText("I am, for another hour").waitFor();
	await ben.message("I am, for another hour").first().focus();
	await ben.page.keyboard.press("Delete");
	await ada.message("Message deleted").first().waitFor();
	// The list, too, within the second that the lobby takes.
	await vi.waitFor(async () => expect(await ada.page.getByText("for another hour").count()).toBe(0), soon);

	const payloads = [
		"<img src=x onerror=\"document.title='owned'\">",
		"<script>document.title='owned'</script>",
		'javascript:alert(1) https://foyer.test/"onmouseover="alert(1) {{7*7}} ${7*7}',
		"\u202Egnp.exe <b>bold</b> &lt;i&gt;",
	];
	for (const payload of payloads) await ada.say(payload);
	await vi.waitFor(async () => expect((await ben.shown()).slice(-payloads.length)).toEqual(payloads), soon);
	expect(await ben.page.locator(".said img, .said script, .said b").count()).toBe(0);
	expect(
		await ben.page.locator(".said a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)),
	).toEqual(["https://foyer.test/"]);
	expect(await ben.page.title()).toBe("(1) Foyer");
	await ada.close();
	await ben.close();
});

it("loses and doubles nothing when both are offline for ten seconds, and when the server is killed", async () => {
	const [ada, ben] = [await Agent.signIn(browser, server.url, "Ada"), await Agent.signIn(browser, server.url, "Ben")];
	await ada.page.keyboard.press("c");
	await ada.page.getByLabel("Name").fill("Tunnel");
	await ada.page.getByLabel("User ids of the others").fill("acme-agent-2");
	await ada.page.getByRole("button", { name: "Create" }).click();
	await ada.composer.waitFor();
	await ada.say("before");
	await ben.open("Tunnel");
	await ben.message("before").waitFor();

	await Promise.all([ada.context.setOffline(true), ben.context.setOffline(true)]);
	await ada.page.getByText("You are offline. What you write is kept").waitFor();
	for (let number = 1; number <= 5; number += 1) {
		await ada.say(`ada ${number}`);
		await ben.say(`ben ${number}`);
		await rest(2000);
	}
	await ada.message("ada 5").getByText("Waiting for the connection").waitFor();
	await Promise.all([ada.context.setOffline(false), ben.context.setOffline(false)]);
	await expectSame(ada, ben, 11);

	const port = Number(new URL(server.url).port);
	await server.kill();
	await ada.say("ada in the dark");
	await ben.say("ben in the dark");
	server = await Server.start(stateDir, port);
	await expectSame(ada, ben, 13);

	// What is not sent yet outlives the page, and what was begun stays where it was.
	await ada.context.setOffline(true);
	await ada.say("ada before the reload");
	await ada.composer.fill("not yet finished");
	await ada.context.setOffline(false);
	await ada.page.reload();
	await ada.composer.waitFor();
	await expectSame(ada, ben, 14);
	expect(await ada.composer.inputValue()).toBe("not yet finished");
	await ada.close();
	await ben.close();
});

/** Both show the same, and every message once. */
async function expectSame(ada: Agent, ben: Agent, count: number): Promise<void> {
	await vi.waitFor(
		async () => {
			const [left, right] = await Promise.all([ada.shown(), ben.shown()]);
			expect(left).toEqual(right);
			expect([left.length, new Set(left).size]).toEqual([count, count]);
			expect(await ada.page.locator(".message.pending").count()).toBe(0);
		},
		{ timeout: 60_000, interval: 200 },
	);
}

it("finds, archives, names and leaves; shows who is there and picks visitors up", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	const visitor = { user_id: "visitor-7", org_id: "DOWELL12345", product_name: "LOGOSCAN", portfolio_name: "Nils <i>" };
	const { inserted_id: room } = await server.ask<{ inserted_id: string }>(
		"POST",
		"/api/v2/room-control/",
		undefined,
		visitor,
	);
	const said = {
		room_id: room,
		message_data: "Do you repair kettles?",
		side: false,
		author: "client",
		message_type: "text",
	};
	await server.ask("POST", "/api/v2/room-service/", undefined, { type: "create_message", ...said });
	await server.ask("POST", "/api/v2/room-service/", undefined, {
		type: "create_message",
		...said,
		message_type: "IMAGE",
		message_data: greenPicture,
	});
	await ada.page.getByRole("link", { name: /Nils: Picture/ }).waitFor();
	await ada.open("Nils <i>");
	const picture = ada.page.getByRole("button", { name: "Picture from Nils <i>" });
	await vi.waitFor(async () => expect((await picture.boundingBox())?.width).toBeGreaterThan(60), soon);
	await ada.page.getByRole("button", { name: "Pick up" }).click();
	await ada.page.getByRole("button", { name: "Pick up" }).waitFor({ state: "detached" });
	await ada.say("We do.");
	await ada.message("We do.").waitFor();

	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("i");
	const details = ada.page.getByRole("complementary", { name: "People and details" });
	await details.getByText("Ada Agent").waitFor();
	await details.getByText("Nils <i>").first().waitFor();
	await ada.page.keyboard.press("e");
	await ada.page.getByRole("button", { name: "Archived" }).click();
	await ada.page.getByRole("region", { name: "Chats" }).getByRole("link", { name: /Nils/ }).waitFor();
	await ada.page.getByRole("button", { name: /^Open/ }).click();

	await ada.page.keyboard.press("Control+k");
	await ada.page.keyboard.type("repair kettles");
	await ada.page.getByRole("option", { name: /Do you repair kettles/ }).waitFor();
	await ada.page.keyboard.press("Enter");
	await ada.page.locator(".message.target").filter({ hasText: "repair kettles" }).waitFor();
	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("?");
	await ada.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
	await ada.page.keyboard.press("Escape");

	// An address that somebody else passed on.
	await ada.page.goto(`${server.url}/console#/customers/66f0a1c0d3e4f5a6b7c8d9f100000000`);
	await ada.page.getByRole("heading", { name: "Customers is not for you" }).waitFor();
	await ada.page.getByRole("link", { name: "Go to Inbox" }).click();
	await ada.page.getByRole("region", { name: "Chats" }).waitFor();
	await ada.close();
});

it.each(["light", "dark"] as const)("has no serious fault for assistive technology: %s", async (colorScheme) => {
	for (const viewport of [
		{ width: 1280, height: 800 },
		{ width: 360, height: 740 },
	]) {
		const ada = await Agent.signIn(browser, server.url, "Ada", { colorScheme, viewport });
		await ada.page.getByRole("link", { name: /Returns desk/ }).waitFor();
		await ada.expectAccessible();
		await ada.open("Returns desk");
		await ada.message("Swap at one").waitFor();
		await ada.expectAccessible();
		await ada.page.getByRole("button", { name: "People and details" }).click();
		await ada.page.getByRole("button", { name: "Remove Ben Agent" }).waitFor();
		await ada.expectAccessible();
		await ada.page.getByRole("button", { name: /^Close/ }).click();
		// Nothing is wider than the page.
		expect(await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
		await ada.close();
	}
});
