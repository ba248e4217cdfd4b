import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { ForeignSite, type Page as ForeignPage } from "./foreign-page.ts";
import { Agent, picture, Visitor } from "./visitor.ts";

let stateDir = "";
let server: Server;
let site: ForeignSite;
let browser: Browser;
let axe = "";
let shop = "";

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-widget-page-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	site = await ForeignSite.open(server.url);
	axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
	shop = await readFile(new URL("shop.html", import.meta.url), "utf8");
});

afterAll(async () => {
	await browser.close();
	site.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

let pages = 0;

async function arrive(page: Partial<ForeignPage> = {}, options?: BrowserContextOptions): Promise<Visitor> {
	pages += 1;
	const data = { org: "DOWELL12345", product: "PUBLICCHAT", ...page.data };
	const visitor = await Visitor.at(browser, site.page(`/${pages}`, { ...page, data }), options);
	onTestFinished(() => visitor.leave());
	return visitor;
}

async function answer(visitor: Visitor): Promise<Agent> {
	const agent = await Agent.in(() => server, await visitor.room());
	onTestFinished(() => agent.leave());
	return agent;
}

/** What axe finds serious, and where. */
async function serious(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	const found = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
	return found.violations
		.filter(({ impact }) => impact === "serious" || impact === "critical")
		.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

describe("on somebody else's page", () => {
	it("works under a policy that names Foyer and nothing else, and leaves no way in", async () => {
		const socket = server.url.replace("http", "ws");
		const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url} ${socket}; require-trusted-types-for 'script'`;
		const visitor = await arrive({ policy });
		await visitor.open();
		await visitor.say("Under a strict policy");
		const agent = await answer(visitor);
		const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
		await agent.say(pixel, { messageType: "IMAGE" });
		await visitor.panel.getByRole("button", { name: "Picture from Ada Agent" }).waitFor();
		expect(await visitor.dialog.evaluate((dialog) => getComputedStyle(dialog).borderRadius)).toBe("14px");
		expect(visitor.complaints).toEqual([]);

		// As pages see it, without the tests' own key.
		const page = await browser.newPage();
		await page.goto(visitor.page.url());
		await page.locator("foyer-widget").waitFor({ state: "attached" });
		expect(await page.evaluate(() => document.querySelector("foyer-widget")?.shadowRoot)).toBeNull();
		await page.close();
	});

	it("keeps its looks and its keys to itself, whatever the page does", async () => {
		const visitor = await arrive({
			body: `<style>* { font: 40px serif !important; color: red !important } html { font-size: 5px } button, dialog, textarea
				{ display: none !important } foyer-widget { display: none !important; opacity: 0 !important }</style><h1>Loud</h1>`,
		});
		await visitor.page.evaluate(() => {
			document.addEventListener("keydown", (event) => {
				event.preventDefault();
				document.title += event.key;
			});
		});
		await visitor.open();
		await visitor.field.pressSequentially("quiet?");
		expect(await visitor.field.inputValue()).toBe("quiet?");
		expect(await visitor.page.title()).toBe("Kettles");
		const style = await visitor.field.evaluate((field) => {
			const { fontSize, color } = getComputedStyle(field);
			return [fontSize, color];
		});
		expect(style[0]).toBe("14px");
		expect(style[1]).not.toBe("rgb(255, 0, 0)");
		expect((await visitor.dialog.boundingBox())?.width).toBe(384);
	});

	it("works on a page without https, and where nothing may be stored", async () => {
		const visitor = await arrive({
			body: `<script>
				Object.defineProperty(crypto, "randomUUID", { value: undefined });
				for (const name of ["localStorage", "sessionStorage", "indexedDB"])
					Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
			</script>`,
		});
		await visitor.open();
		await visitor.say("Hello?");
		await visitor.panel.getByText("Sent").waitFor();
		await visitor.say("Hello!");
		await expect.poll(() => visitor.panel.getByText("Sending").count()).toBe(0);
		expect(await visitor.shown()).toEqual(["Hello?", "Hello!"]);
		expect(visitor.complaints).toEqual([]);
	});

	it("is one widget however often its script is loaded, and opens when the page says so", async () => {
		const tag = `<script src="${server.url}/widget.js" data-org="DOWELL12345" data-product="LOGOSCAN"></script>`;
		const visitor = await arrive({ body: `${tag}${tag}<button onclick="foyerWidget.open()">Talk to us</button>` });
		await visitor.page.getByRole("button", { name: "Talk to us" }).click();
		await visitor.field.waitFor();
		expect(await visitor.page.locator("foyer-widget").count()).toBe(1);
		await visitor.page.evaluate("foyerWidget.close()");
		expect(await visitor.panel.isVisible()).toBe(false);
	});

	it("loads its panel when somebody is about to use it, and says when it cannot", async () => {
		const visitor = await arrive();
		const asked: string[] = [];
		visitor.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
		await visitor.button.waitFor();
		await visitor.page.waitForTimeout(300);
		expect(asked).toEqual([]);
		await visitor.page.route("**/widget-panel-*", (route) => route.abort());
		await visitor.button.hover();
		await expect.poll(() => asked.length).toBe(1);
		await visitor.button.click();
		await visitor.page.getByText("The chat could not be loaded. Try again.").waitFor();
		await visitor.page.unroute("**/widget-panel-*");
		await visitor.open();
		expect(await visitor.page.getByText("could not be loaded").count()).toBe(0);
	});

	it("does as the tag says: side, colour, theme, title, greeting, language, open", async () => {
		const visitor = await arrive({
			data: { position: "left", color: "#ffd400", theme: "dark", greeting: "Grüezi!", open: "", locale: "de-CH" },
		});
		await visitor.panel.getByRole("heading", { name: "Schreiben Sie uns" }).waitFor();
		await visitor.panel.getByText("Grüezi!").waitFor();
		// Nobody asked for it, so nobody's focus is taken.
		expect(await visitor.page.evaluate(() => document.activeElement?.localName)).toBe("body");
		expect((await visitor.button.boundingBox())?.x).toBe(20);
		expect((await visitor.dialog.boundingBox())?.x).toBe(20);
		const colors = await visitor.button.evaluate((button) => {
			const { backgroundColor, color, colorScheme } = getComputedStyle(button);
			return [backgroundColor, color, colorScheme];
		});
		expect(colors).toEqual(["rgb(255, 212, 0)", "rgb(0, 0, 0)", "dark"]);
		expect(await serious(visitor.page)).toEqual([]);
		const titled = await arrive({ data: { title: "Brightwater", position: "right", color: "nonsense" } });
		await titled.button.click();
		await titled.panel.getByRole("heading", { name: "Brightwater" }).waitFor();
		expect(titled.complaints).toEqual(["Foyer: data-color is #rgb or #rrggbb."]);
	});

	it("says so when it is set up wrongly, and goes on when it is put right", async () => {
		const nobody = await arrive({ data: { org: "" } });
		expect(await nobody.page.locator("foyer-widget").count()).toBe(0);
		expect(nobody.complaints).toEqual(["Foyer: the script tag of the widget needs data-org and data-product."]);
		const visitor = await arrive({ data: { product: "NO SUCH PRODUCT" } });
		await visitor.open();
		await visitor.say("Hello?");
		await visitor.panel.getByText("The chat is not available at the moment.").waitFor();
		expect(visitor.complaints).toEqual([
			"Foyer: Failed to create room (data-org DOWELL12345, data-product NO SUCH PRODUCT).",
		]);
		expect(await visitor.shown()).toEqual(["Hello?"]);
	});

	it("shows the hours of the org's customer, or of a branch that the page names", async () => {
		const mia = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
			tenant: "acme",
			role: "Manager",
		});
		const make = async (body: object) => (await server.ask<{ id: string }>("POST", "/customers", mia.token, body)).id;
		const always = { defaultState: "Open", rules: [] };
		const root = await make({ name: "Hours", schedule: { forceClosed: true, rules: [] } });
		const branch = await make({ name: "Branch", parentCustomerId: root, schedule: always });
		await server.ask("GET", "/api/v2/init/HOURS/PUBLICCHAT/first/", undefined);
		await server.ask("PUT", "/v1/org/HOURS", mia.token, { customerId: root });
		const closed = await arrive({ data: { org: "HOURS" } });
		await closed.open();
		await closed.panel.locator(".status", { hasText: /^Closed$/ }).waitFor();
		const open = await arrive({ data: { org: "HOURS", customer: branch } });
		await open.open();
		await open.panel.locator(".status", { hasText: /^Open$/ }).waitFor();
		const unset = await arrive({ data: { org: "UNHEARD" } });
		await unset.open();
		await unset.page.waitForTimeout(300);
		expect(await unset.panel.locator(".status").count()).toBe(0);
		// The demo's has a time at which it changes.
		const demo = await arrive();
		await demo.open();
		await demo.panel.locator(".status", { hasText: /^(Open|Closed) until .*\d/ }).waitFor();
	});
});

describe("what people write", () => {
	const payloads = [
		"<img src=x onerror=window.pwned=1>",
		"<script>window.pwned=1</script>",
		"<svg/onload=window.pwned=1>",
		`"><iframe srcdoc="<script>parent.pwned=1</script>">`,
		"javascript:window.pwned=1",
		"{{constructor.constructor('window.pwned=1')()}}",
		"https://example.com/<b onmouseover=window.pwned=1>x</b>",
		"\u202eevil\u202c \u0000 \ud800",
	];

	it("stays text, whoever wrote it and wherever it stands", async () => {
		const [mark = ""] = payloads;
		const visitor = await arrive({
			data: { portfolio: mark, user: `u${mark}`, title: mark, greeting: mark, org: mark },
		});
		await visitor.open();
		expect(await visitor.panel.getByRole("heading").innerText()).toBe(mark);
		for (const payload of payloads) await visitor.say(payload);
		const agent = await answer(visitor);
		await expect.poll(() => agent.shown.length).toBe(payloads.length);
		for (const payload of payloads) await agent.say(payload);
		await agent.say(btoa("<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'/>"), {
			messageType: "IMAGE",
		});
		await agent.say(`iVBORw0KGgo${btoa("no picture at all")}`, { messageType: "IMAGE" });
		await expect.poll(async () => visitor.panel.locator(".message").count()).toBe(2 * payloads.length + 2);
		expect((await visitor.shown()).slice(0, 5)).toEqual(payloads.slice(0, 5));
		expect((await visitor.shown())[6]).toBe(payloads[6]);
		const drawn = await visitor.panel.evaluate((panel) =>
			Array.from(panel.querySelectorAll("*"), ({ localName }) => localName).filter((name) =>
				["img", "script", "iframe", "object", "b"].includes(name),
			),
		);
		expect(drawn).toEqual([]);
		const links = await visitor.panel
			.locator(".bubble a")
			.evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
		expect(links).toEqual(["https://example.com/", "https://example.com/"]);
		expect(await visitor.page.evaluate(() => "pwned" in window)).toBe(false);
		expect(visitor.complaints).toEqual([]);
	});
});

describe("for everybody", () => {
	it("does everything by keyboard", async () => {
		const visitor = await arrive({ body: '<a href="#top">Top</a>' });
		const { keyboard } = visitor.page;
		await visitor.button.waitFor();
		await keyboard.press("Tab");
		await keyboard.press("Tab");
		await keyboard.press("Enter");
		await visitor.field.waitFor();
		await keyboard.type("First line");
		await keyboard.press("Shift+Enter");
		await keyboard.type("second line");
		await keyboard.press("Enter");
		await expect.poll(() => visitor.shown()).toEqual(["First line\nsecond line"]);
		await keyboard.press("Escape");
		expect(await visitor.panel.isVisible()).toBe(false);
		const focused = () =>
			visitor.page.evaluate(() => document.querySelector("foyer-widget")?.shadowRoot?.activeElement?.ariaLabel);
		expect(await focused()).toBe("Open chat");
		await keyboard.press("Space");
		await visitor.field.waitFor();
		await keyboard.press("Shift+Tab");
		await keyboard.press("Shift+Tab");
		expect(await focused()).toBe("Conversation");
		await keyboard.press("Shift+Tab");
		expect(await focused()).toBe("Close chat");
		await keyboard.press("Enter");
		expect(await focused()).toBe("Open chat");
	});

	it("covers a phone, keeps the focus inside there, and goes back to the button", async () => {
		const visitor = await arrive(
			{ body: shop },
			{ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
		);
		await visitor.button.tap();
		await visitor.field.waitFor();
		const place = async () => Object.values((await visitor.dialog.boundingBox()) ?? {}).map(Math.round);
		await expect.poll(place).toEqual([0, 0, 360, 640]);
		for (let presses = 0; presses < 12; presses += 1) {
			await visitor.page.keyboard.press("Tab");
			// The browser's own controls are between the last and the first.
			expect(await visitor.page.evaluate(() => document.activeElement?.localName)).toMatch(/^(foyer-widget|body)$/);
		}
		await visitor.page.setViewportSize({ width: 1000, height: 700 });
		await expect.poll(async () => (await visitor.dialog.boundingBox())?.width).toBe(384);
		await visitor.page.keyboard.press("Escape");
		expect(await visitor.panel.isVisible()).toBe(false);
		expect(visitor.complaints).toEqual([]);
	});

	it.each([
		["desktop", "light"],
		["desktop", "dark"],
		["phone", "light"],
		["phone", "dark"],
	] as const)("has nothing serious for axe to find in any state: %s, %s", async (device, colorScheme) => {
		const viewport = device === "desktop" ? { width: 1100, height: 760 } : { width: 360, height: 720 };
		const visitor = await arrive(
			{ data: { portfolio: "Mira" }, body: shop },
			{ viewport, colorScheme, reducedMotion: "reduce" },
		);
		const look = async (state: string) => {
			await picture(visitor.page, `widget-${state}-${device}-${colorScheme}`);
			expect([state, await serious(visitor.page)]).toEqual([state, []]);
		};
		await visitor.button.waitFor();
		await look("button");
		await visitor.open();
		await visitor.panel.locator(".status").waitFor();
		await look("beginning");
		await visitor.say("Hello, my kettle arrived today and the lid is cracked. What do I do?");
		const agent = await answer(visitor);
		await agent.say("Hello, I'm sorry about that. Is there a number on the sticker under the base?");
		await visitor.panel.getByText("under the base").waitFor();
		await visitor.say("24-31 / B");
		await expect.poll(() => agent.client.messageCount).toBe(3);
		await agent.say("Thank you. That is a fault on our side: a new one leaves the warehouse today.", {
			replyToChatMessageId: agent.idOf("24-31 / B"),
		});
		await agent.say("Please keep the old one.");
		await agent.client.edit(agent.idOf("Please keep the old one."), "Please keep the old one until then.");
		await agent.say("You can follow it at https://example.com/track, from this afternoon on.");
		await visitor.panel.getByText("from this afternoon on").waitFor();
		await visitor.say("That was quick, thanks!");
		await expect.poll(() => agent.client.messageCount).toBe(7);
		agent.client.markRead(7);
		await visitor.panel.getByText("Seen").waitFor();
		agent.client.startTyping();
		await visitor.panel.getByText("is writing").waitFor();
		await look("conversation");
		agent.client.stopTyping();
		await visitor.context.setOffline(true);
		await visitor.panel.getByText("You are offline.").waitFor();
		await visitor.say("Do I have to pay for the shipping?");
		await visitor.panel.getByText("Sending").waitFor();
		await look("offline");
		await visitor.context.setOffline(false);
		await expect.poll(() => agent.client.messageCount, { timeout: 10_000 }).toBe(8);
		await visitor.field.press("Escape");
		await agent.say("No, nothing.");
		await visitor.page.getByRole("button", { name: "Open chat, 1 unread" }).waitFor();
		await look("unread");
		await visitor.open();
		await server.ask("POST", "/api/v2/room-service/", undefined, {
			type: "delete_room",
			room_id: await visitor.room(),
		});
		await visitor.panel.getByText("This conversation has ended.").waitFor();
		await look("ended");
		expect(visitor.complaints).toEqual([]);
	});
});
