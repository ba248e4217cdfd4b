import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../scripts/local.ts";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";

/** SCREENSHOTS=1 draws the pictures of `docs/screenshots` anew. */
const draws = process.env["SCREENSHOTS"] === "1";
const folder = join(root, "docs/screenshots");

let stateDir = "";
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-console-states-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	await mkdir(folder, { recursive: true });
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 800 };
const looks = [
	{ name: "phone-light", viewport: phone, colorScheme: "light", isKept: true },
	{ name: "phone-dark", viewport: phone, colorScheme: "dark", isKept: true },
	{ name: "desktop-light", viewport: desktop, colorScheme: "light", isKept: true },
	{ name: "desktop-dark", viewport: desktop, colorScheme: "dark", isKept: true },
	{ name: "wall", viewport: { width: 2560, height: 1440 }, colorScheme: "light", isKept: false },
] as const;

/** A state as it looks everywhere: nothing that assistive technology stumbles over, nothing beyond the edge, and its picture. */
async function look(agent: Agent, state: string): Promise<void> {
	const { page } = agent;
	for (const { name, viewport, colorScheme, isKept } of looks) {
		await page.setViewportSize(viewport);
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		// What is drawn follows the new size in the next frames.
		await page.waitForTimeout(200);
		const tooWide = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect([state, name, tooWide]).toEqual([state, name, 0]);
		await agent.expectAccessible();
		if (draws && isKept) await page.screenshot({ path: join(folder, `console-${state}-${name}.png`) });
	}
	await page.setViewportSize(desktop);
}

it("signs in by person or by token", async () => {
	const context = await browser.newContext({ viewport: desktop });
	const agent = await Agent.visit(context, server.url);
	await agent.page.getByText("Acme Support").waitFor();
	await look(agent, "sign-in");
	await agent.page.getByText("Sign in with a token").click();
	await agent.page.getByLabel("Token").fill("not a token");
	await agent.page.getByRole("button", { name: "Sign in", exact: true }).click();
	await agent.page.getByText("This token is not known here").waitFor();
	await look(agent, "sign-in-refused");
	await agent.close();
});

it("shows the inbox in all its states", async () => {
	const visitor = { user_id: "visitor-31", org_id: "DOWELL12345", product_name: "LOGOSCAN", portfolio_name: "Noor" };
	const { inserted_id: room } = await server.ask<{ inserted_id: string }>(
		"POST",
		"/api/v2/room-control/",
		undefined,
		visitor,
	);
	const say = (message_data: string) =>
		server.ask("POST", "/api/v2/room-service/", undefined, {
			type: "create_message",
			...{ room_id: room, message_data, side: false, author: "client", message_type: "text" },
		});
	await say("Hi! I would like to order six more of the blue kettles for our office.");
	await say("Do you give a discount for six?");
	const [ada, ben] = [await Agent.signIn(browser, server.url, "Ada"), await Agent.signIn(browser, server.url, "Ben")];
	await ada.page.getByRole("link", { name: /Noor/ }).waitFor();
	// What the demo said before anybody listened is told within seconds.
	await ada.page.getByText("You: Deal. Swap at one.").waitFor();
	await ada.page.getByText("You: No, nothing.").waitFor();
	await look(ada, "inbox");
	await ada.open("Noor");
	await ada.message("discount for six").waitFor();
	await look(ada, "visitor");
	await ada.page
		.getByRole("region", { name: "Chats" })
		.getByRole("link", { name: /Returns desk/ })
		.click();
	await ada.message("Swap at one").waitFor();
	await ben.open("Returns desk");
	await ben.message("Swap at one").focus();
	await ben.page.keyboard.press("r");
	await ben.page.keyboard.type("I'm back already. https://example.com/returns/24-31 has the photos.");
	await ada.page.getByText("Ben Agent is writing…").waitFor();
	await ben.page.keyboard.press("Enter");
	await ada.message("I'm back already").waitFor();
	await ada.say("Great, thanks!");
	await ada.page.getByText("Read by Ben Agent").waitFor();
	await look(ada, "conversation");
	await ada.message("Great, thanks!").focus();
	await look(ada, "message-actions");
	await ada.page.keyboard.press("e");
	await look(ada, "edit");
	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("Escape");
	await ada.page.getByRole("button", { name: "People and details" }).click();
	await ada.page.getByRole("button", { name: "Remove Ben Agent" }).waitFor();
	await look(ada, "details");
	await ada.page.getByRole("button", { name: /^Close/ }).click();
	await ada.page.keyboard.press("Control+k");
	await ada.page.keyboard.type("kettle");
	await ada.page.getByRole("option").nth(2).waitFor();
	await look(ada, "find");
	// The first empties the field, as everywhere; the second closes.
	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("c");
	await ada.page.getByLabel("User ids of the others").waitFor();
	await look(ada, "new-chat");
	await ada.page.keyboard.press("Escape");
	await ada.page.keyboard.press("?");
	await ada.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
	await look(ada, "shortcuts");
	await ada.page.keyboard.press("Escape");
	await ada.context.setOffline(true);
	await ada.say("I'll write this down before the tunnel.");
	await ada.page.getByText("You are offline. What you write is kept").waitFor();
	await look(ada, "offline");
	await ada.context.setOffline(false);
	await ada.page.getByRole("button", { name: "Archived" }).click();
	await ada.page.getByText("Nothing is archived.").waitFor();
	await ada.page.goto(`${server.url}/console#/inbox/${"1".repeat(32)}`);
	await ada.page.getByText("This conversation is not open").waitFor();
	await look(ada, "no-such-chat");
	await ada.page.goto(`${server.url}/console#/customers`);
	await ada.page.getByText("Customers is not for you").waitFor();
	await look(ada, "not-for-you");
	await ada.close();
	await ben.close();
});

it("shows links and activity in all their states", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await mia.page.goto(`${server.url}/console#/links`);
	await mia.page.getByRole("table").waitFor();
	await look(mia, "links");
	await mia.page.getByRole("button", { name: "New link" }).click();
	const dialog = mia.page.getByRole("dialog");
	await dialog.getByLabel("Its id").fill("66f0a1c0d3e4f5a6b7c8d9f100000000");
	await dialog.getByLabel("Opens").selectOption("Customer");
	await dialog.getByLabel("Or an e-mail address").fill("pia@example.com");
	await look(mia, "link-new");
	await dialog.getByRole("button", { name: "Make the link" }).click();
	await dialog.getByText("asks for a code").waitFor();
	await look(mia, "link-made");
	await dialog.getByRole("button", { name: "Done" }).click();
	await mia.page.getByRole("button", { name: "pia@example.com" }).click();
	await mia.page.getByText("Delivery sent").waitFor({ timeout: 20_000 });
	await look(mia, "link-detail");
	await mia.page.keyboard.press("Escape");
	await mia.page.goto(`${server.url}/console#/activity`);
	await mia.page.getByRole("heading", { name: "Messages an hour", exact: true }).waitFor();
	await look(mia, "activity");
	await mia.close();
});
