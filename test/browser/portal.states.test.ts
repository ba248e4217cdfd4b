import { createRequire } from "node:module";
import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../scripts/local.ts";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Desk, desktop, phone, press, visitor } from "./portal-visit.ts";

/** SCREENSHOTS=1 draws the pictures of `docs/screenshots` anew. */
const draws = process.env["SCREENSHOTS"] === "1";
const folder = join(root, "docs/screenshots");

let stateDir = "";
let server: Server;
let browser: Browser;
let desk: Desk;
let axe = "";

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-states-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	desk = await Desk.at(server);
	axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
	await mkdir(folder, { recursive: true });
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

const looks = [
	{ name: "phone-light", viewport: phone, colorScheme: "light" },
	{ name: "phone-dark", viewport: phone, colorScheme: "dark" },
	{ name: "desktop-light", viewport: desktop, colorScheme: "light" },
	{ name: "desktop-dark", viewport: desktop, colorScheme: "dark" },
] as const;

/** A state as it looks everywhere: nothing that a screen reader stumbles over, nothing beyond the edge, and its picture. */
async function look(page: Page, state: string): Promise<void> {
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	// oxlint-disable-next-line no-await-in-loop -- one page in one size after the other
	for (const one of looks) await lookAs(page, state, one);
}

async function lookAs(page: Page, state: string, { name, viewport, colorScheme }: (typeof looks)[number]) {
	await page.setViewportSize(viewport);
	await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
	// Colours change over a frame, however short their transition.
	await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 50)));
	const tooWide = await page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		return scrollWidth - clientWidth;
	});
	expect([state, name, tooWide, await violations(page)]).toEqual([state, name, 0, []]);
	if (draws) await page.screenshot({ path: join(folder, `portal-${state}-${name}.png`) });
}

async function violations(page: Page): Promise<string[]> {
	// The policy of the page forbids scripts of others; what the test brings comes from outside of it.
	if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe);
	return page.evaluate(async () => {
		const { axe } = window as unknown as {
			axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
		};
		const { violations } = await axe.run();
		return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
	});
}

async function heading(page: Page, text: string | RegExp): Promise<void> {
	await page.getByRole("heading", { level: 1, name: text }).waitFor();
}

async function arrive(path: string): Promise<Page> {
	const context = await visitor(browser, server);
	const page = await context.newPage();
	await page.goto(path);
	return page;
}

it("looks right from arrival to the code", async () => {
	const type = {
		title: "Invoice 2026-117",
		sensitivityTier: "Sensitive",
		urlTemplate: "https://acme.example/{resourceUid}",
	};
	await server.ask("PUT", "/v1/resourcetype/Invoice", desk.administrator, type);
	const { contact } = await server.ask<{ contact: { contactId: number; email: string } }>(
		"POST",
		"/v1/contact",
		desk.manager,
		{
			name: "Rae Recipient",
			email: "rae@example.com",
			phone: "+442079460958",
			smsConsent: true,
		},
	);
	const members = { resourceType: "Invoice", resourceUid: "1".repeat(32), recipientContactId: contact.contactId };
	const { path } = await desk.link({ ...members, recipientEmail: undefined }, { to: contact.email });
	const page = await arrive(path);
	await heading(page, "You have been sent a secure link");
	await look(page, "arrival");
	await press(page, "Open the link");
	await heading(page, /sent you “Invoice 2026-117”/);
	await look(page, "sender");
	await press(page, "Send me the code");
	await heading(page, "Enter your code");
	await look(page, "code");
	const code = page.getByLabel("Code");
	const { code: right = "" } = await desk.sent("+442079460958", "Code");
	await code.pressSequentially(String((Number(right) + 1) % 1_000_000).padStart(6, "0"));
	await press(page, "Continue");
	await page.getByRole("alert").getByText("4 tries are left").waitFor();
	await look(page, "code-wrong");
	await page.context().close();
});

it("looks right in a conversation", async () => {
	const chatId = await desk.chat("Your delivery");
	const { path } = await desk.link(
		{ resourceType: "Chat", resourceUid: chatId, maxViews: 3 },
		{ to: "rae.recipient@example.com" },
	);
	await desk.say(chatId, "Good morning! Your parcel left our house today.");
	await desk.say(chatId, "You can follow it here: https://example.com/track/1Z999AA10123456784");
	const page = await arrive(path);
	await press(page, "Open the link");
	await heading(page, "Ada Agent sent you a conversation");
	await look(page, "chat-sender");
	await press(page, "Show the conversation");
	const log = page.getByRole("log");
	await log.getByText("Good morning!").waitFor();
	const write = async (text: string) => {
		await page.getByLabel("Your message").fill(text);
		await press(page, "Send");
		await log.getByText(text).waitFor();
	};
	await write("Thank you. Could it come on Friday?");
	await desk.say(
		chatId,
		"Of course. I have moved it to Friday, 27 November, between 9:00 and 12:00. Somebody has to be at home to sign for it.",
	);
	await write("That suits me well");
	await log.getByText("Sending").waitFor({ state: "detached" });
	await look(page, "chat");
	await page.context().setOffline(true);
	await page.getByText("You are offline").waitFor();
	await page.getByLabel("Your message").fill("One more thing");
	await press(page, "Send");
	await look(page, "chat-offline");
	await page.context().setOffline(false);
	await log.getByText("Sending").waitFor({ state: "detached" });
	await press(page, "Leave");
	await heading(page, "You have left");
	await look(page, "left");
	await page.context().close();
});

it("looks right as a profile and as a request", async () => {
	const account = await server.ask<{ id: string }>("POST", "/accounts", desk.manager, { name: "Northern region" });
	const customer = await server.ask<{ id: string }>("POST", "/customers", desk.manager, {
		name: "Ångström & Daughters",
		referenceId: "A-1042",
		accountId: account.id,
		data: { "Contract since": { stringValue: "2019" }, Newsletter: { boolValue: false } },
	});
	await server.ask("PUT", "/v1/linkpolicy/Customer", desk.administrator, { sensitivityTier: "Standard" });
	const { path } = await desk.link({ resourceType: "Customer", resourceUid: customer.id });
	const page = await arrive(path);
	await press(page, "Open the link");
	await press(page, "Show your profile");
	await heading(page, "Ångström & Daughters");
	await look(page, "customer");
	await page.context().close();

	const made = async (path: string, name: string) => server.ask<any>("POST", path, desk.manager, { name }); // oxlint-disable-line typescript/no-explicit-any -- what the wire says
	const { contactType } = await made("/api/contacttypes", `Person ${crypto.randomUUID().slice(0, 4)}`);
	const { connectionRole } = await made("/api/connectionroles", "Adviser");
	const { contact: asks } = await made("/v1/contact", "Noor Adviser");
	const { contact: asked } = await server.ask<any>("POST", "/v1/contact", desk.manager, {
		name: "Rae",
		email: "rae.asked@example.com",
	}); // oxlint-disable-line typescript/no-explicit-any -- as above
	const { connection } = await server.ask<any>("POST", "/api/connections", desk.manager, {
		// oxlint-disable-line typescript/no-explicit-any -- as above
		contactId: asks.contactUid,
		toContactId: asked.contactUid,
		contactTypeId: contactType.contactTypeId,
		roleId: connectionRole.roleId,
		reason: "We spoke on Tuesday about your pension. I would like to send you the papers here.",
	});
	const resource = {
		resourceType: "Connection",
		resourceUid: connection.connectionId.replaceAll("-", ""),
		recipientEmail: undefined,
	};
	const request = await desk.link(resource, { to: asked.email, by: desk.manager });
	const second = await arrive(request.path);
	await press(second, "Open the link");
	await press(second, "Show the request");
	await heading(second, "Noor Adviser asks to connect with you");
	await look(second, "connection");
	await press(second, "Accept");
	await heading(second, "You are connected");
	await look(second, "connection-accepted");
	await second.context().close();
});

it("looks right at every end, and says what to do next", async () => {
	const chatId = await desk.chat("Ends");
	const fresh = () => desk.link({ resourceType: "Chat", resourceUid: chatId, maxViews: 1, expiresInHours: 1 });

	const unknown = await arrive(`/l/cl_${"A".repeat(43)}`);
	await press(unknown, "Open the link");
	await heading(unknown, "This link leads nowhere");
	await look(unknown, "unknown");
	const { path } = await fresh();
	await unknown.getByLabel("The link from your message").fill(` ${server.url}${path} `);
	await press(unknown, "Open");
	await heading(unknown, /sent you a conversation/);
	await press(unknown, "Show the conversation");
	await unknown.getByRole("log").waitFor();
	await unknown.context().close();

	const exhausted = await arrive(path);
	await press(exhausted, "Open the link");
	await heading(exhausted, "This link has been used up");
	await look(exhausted, "exhausted");
	await press(exhausted, "Ask for a new link");
	await heading(exhausted, "We passed it on");
	await look(exhausted, "asked");
	await exhausted.context().close();

	const { uid, path: second } = await fresh();
	await desk.act(uid, "revoke");
	const revoked = await arrive(second);
	await press(revoked, "Open the link");
	await heading(revoked, "This link works no more");
	await look(revoked, "revoked");
	await revoked.context().close();

	const empty = await arrive("/l/");
	await heading(empty, "Open your link");
	await look(empty, "no-link");
	await empty.context().close();

	// What only time or fifteen wrong codes bring: the page shows what the portal says.
	for (const [state, status, code, title] of [
		["expired", 410, "LinkExpired", "This link has expired"],
		["locked", 423, "LinkLocked", "This link is locked"],
		["over", 401, "SessionRequired", "Your time here is over"],
		["gone", 424, "ResourceGone", "This is no longer there"],
	] as const) {
		const { path } = await fresh();
		const page = await arrive(path);
		await page.route("**/v1/portal/open", (route) =>
			route.fulfill({ status, json: { responseStatus: { errorCode: code, message: "As the portal says it." } } }),
		);
		await press(page, "Open the link");
		await heading(page, title);
		await look(page, state);
		await page.context().close();
	}
});
