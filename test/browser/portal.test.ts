import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { greenPicture } from "./green-picture.ts";
import { Desk, press, visitor } from "./portal-visit.ts";

let stateDir = "";
let server: Server;
let browser: Browser;
let desk: Desk;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-portal-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	desk = await Desk.at(server);
	await server.ask("PUT", "/v1/linkpolicy/Chat", desk.administrator, { sensitivityTier: "Sensitive" });
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

/** What the page says in its heading. */
function heading(page: Page, text: string | RegExp): Promise<void> {
	return page.getByRole("heading", { level: 1, name: text }).waitFor();
}

/** A member's socket, from outside the browser. */
class AgentSocket {
	readonly frames: Record<string, any>[] = []; // oxlint-disable-line typescript/no-explicit-any -- what the wire says
	readonly #socket: WebSocket;
	#wake: () => void = () => undefined;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.addEventListener("message", ({ data }) => {
			const frame = JSON.parse(String(data));
			this.frames.push(...(frame.type === "batch" ? frame.frames : [frame]));
			this.#wake();
		});
	}

	static async join(chatId: string): Promise<AgentSocket> {
		const { url, ticket } = await server.ask<{ url: string; ticket: string }>(
			"POST",
			`/v1/Chat/${chatId}/Ticket`,
			desk.agent,
			{},
		);
		const socket = new WebSocket(url, ["foyer.v1", `ticket.${ticket}`]);
		const joined = new AgentSocket(socket);
		await new Promise((resolve) => socket.addEventListener("open", resolve));
		joined.send({ type: "hello", v: 1 });
		await joined.until(({ type }) => type === "ready");
		return joined;
	}

	send(frame: object): void {
		this.#socket.send(JSON.stringify({ id: crypto.randomUUID(), ...frame }));
	}

	say(body: string): void {
		this.send({ type: "message.send", clientMessageId: crypto.randomUUID(), body });
	}

	async until(fits: (frame: Record<string, any>) => boolean): Promise<Record<string, any>> {
		const deadline = Date.now() + 10_000;
		for (;;) {
			const found = this.frames.find(fits);
			if (found) return found;
			if (Date.now() > deadline) throw new Error(`it did not come: ${JSON.stringify(this.frames.slice(-5))}`);
			// oxlint-disable-next-line no-await-in-loop -- until it is there
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
				setTimeout(resolve, 200);
			});
		}
	}

	heard(body: string): Promise<Record<string, any>> {
		return this.until(({ kind, data }) => kind === "message.created" && data.message.body === body);
	}

	close(): void {
		this.#socket.close();
	}
}

it("takes a recipient from the message by the code into the live conversation, until the link is revoked", async () => {
	const chatId = await desk.chat("Your order");
	await desk.say(chatId, "Good morning, Rae. <img src=x onerror=alert(1)> is how it looks.");
	const { uid, to, path } = await desk.link({ resourceType: "Chat", resourceUid: chatId });
	const context = await visitor(browser, server);
	const page = await context.newPage();
	const problems: string[] = [];
	page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
	page.on("pageerror", (error) => problems.push(String(error)));
	const asked: string[] = [];
	page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));

	await page.goto(path);
	await heading(page, "You have been sent a secure link");
	expect(new URL(page.url()).pathname).toBe("/l/");
	// Looking changes nothing: until a click the page has only loaded its own files.
	expect(asked.filter((one) => !/^GET \/(l|assets)\//.test(one))).toEqual([]);
	await press(page, "Open the link");
	await heading(page, "Ada Agent sent you a conversation");
	await press(page, "Send me the code");
	await heading(page, "Enter your code");
	const { code = "" } = await desk.sent(to, "Code");
	const field = page.getByLabel("Code");
	expect(await field.getAttribute("autocomplete")).toBe("one-time-code");
	expect(await field.getAttribute("inputmode")).toBe("numeric");
	await field.fill(String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
	const refused = page.getByRole("alert").getByText("4 tries are left");
	await refused.waitFor();
	// The same again is not tried again.
	await press(page, "Continue");
	await refused.waitFor();
	await page.keyboard.type(code);
	await page.keyboard.press("Enter");

	const log = page.getByRole("log");
	await log.getByText("is how it looks").waitFor();
	await desk.say(chatId, greenPicture, "IMAGE");
	const picture = log.getByRole("button", { name: "Picture from Ada Agent" });
	await expect.poll(async () => (await picture.boundingBox())?.width).toBeGreaterThan(60);
	expect(await log.innerText()).toContain("<img src=x onerror=alert(1)>");
	const agent = await AgentSocket.join(chatId);
	await page.getByText("Ada Agent is here").waitFor();
	const message = page.getByLabel("Your message");
	await message.pressSequentially("Thank you");
	await agent.until(({ type, active }) => type === "typing" && active);
	await page.keyboard.press("Enter");
	const heard = await agent.heard("Thank you");
	expect(heard["data"].message).toMatchObject({ authorKind: "Visitor", userId: `visitor:link-${uid}` });
	agent.send({ type: "typing.start" });
	await page.getByText("Ada Agent is writing").waitFor();
	agent.say("It is on its way: https://example.com/track");
	await log.getByRole("link", { name: "https://example.com/track" }).waitFor();

	// Change it, take it back.
	const own = log.getByRole("listitem").filter({ hasText: "Thank you" });
	await own.hover();
	await own.getByRole("button", { name: "Edit" }).click();
	await log.getByRole("textbox").fill("Thank you very much");
	await page.keyboard.press("Enter");
	await agent.until(({ kind, data }) => kind === "message.updated" && data.message.body === "Thank you very much");
	await log.getByText("edited").waitFor();
	const edited = log.getByRole("listitem").filter({ hasText: "very much" });
	await edited.hover();
	await edited.getByRole("button", { name: "Delete" }).click();
	await edited.getByRole("button", { name: "Delete" }).click();
	await log.getByText("This message was deleted").waitFor();
	await agent.until(({ kind }) => kind === "message.deleted");

	// Away and back: what was missed comes, what was written meanwhile goes.
	await context.setOffline(true);
	await page.getByText("You are offline").waitFor();
	agent.say("Said while you were away");
	await message.fill("Written on the way");
	await page.keyboard.press("Enter");
	await log.getByText("Sending").waitFor();
	await context.setOffline(false);
	await log.getByText("Said while you were away").waitFor();
	await agent.heard("Written on the way");

	// A page that is loaded again goes on where it was, without another view.
	await page.reload();
	await log.getByText("Written on the way").waitFor();
	expect(page.url()).not.toContain("cl_");
	const views = () => server.ask<{ link: { viewCount: number } }>("GET", `/v1/customerlink/${uid}`, desk.manager);
	expect((await views()).link.viewCount).toBe(1);
	const cookies = await context.cookies();
	expect(cookies).toMatchObject([
		{ name: "__Host-foyer_portal", httpOnly: true, secure: true, sameSite: "Lax", path: "/" },
	]);
	// Nothing that a script could read.
	expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, ""]);

	await desk.act(uid, "revoke");
	await heading(page, "This link works no more");
	await page.getByText("withdrawn by its sender").waitFor();
	await agent.until(({ kind, data }) => kind === "member.left" && data.member.userId === `visitor:link-${uid}`);
	const unexpected = problems.filter((one) => !/status of (401|410)|ERR_INTERNET_DISCONNECTED/.test(one));
	expect(unexpected).toEqual([]);
	agent.close();
	await context.close();
});

it("can be gone through by the keyboard alone, and takes a pasted code at once", async () => {
	const chatId = await desk.chat("By keyboard");
	const { to, path } = await desk.link({ resourceType: "Chat", resourceUid: chatId });
	const context = await visitor(browser, server);
	const page = await context.newPage();
	await page.goto(path);
	await heading(page, "You have been sent a secure link");
	const go = async (name: string) => {
		for (let tries = 0; tries < 10; tries += 1) {
			// oxlint-disable-next-line no-await-in-loop -- one key after the other
			await page.keyboard.press("Tab");
			// oxlint-disable-next-line no-await-in-loop -- as above
			if ((await page.evaluate(() => document.activeElement?.textContent)) === name) break;
		}
		await page.keyboard.press("Enter");
	};
	await go("Open the link");
	await heading(page, /sent you a conversation/);
	// What the screen is about is where a screen reader goes on.
	expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
	await go("Send me the code");
	await heading(page, "Enter your code");
	expect(await page.evaluate(() => document.activeElement?.getAttribute("autocomplete"))).toBe("one-time-code");
	const { code = "" } = await desk.sent(to, "Code");
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.evaluate((text) => navigator.clipboard.writeText(text), ` ${code.slice(0, 3)} ${code.slice(3)} `);
	await page.keyboard.press("Control+V");
	await page.getByRole("log").waitFor();
	// From the top: leave, the messages, then where one writes.
	await page.keyboard.press("Tab");
	await page.keyboard.press("Tab");
	await page.keyboard.type("Without a mouse");
	await page.keyboard.press("Enter");
	await page.getByRole("log").getByText("Without a mouse").waitFor();
	await context.close();
});

it("keeps two links in one browser apart", async () => {
	const [first, second] = await Promise.all(["One", "Two"].map((name) => desk.chat(name)));
	await desk.say(first ?? "", "only in the first");
	await desk.say(second ?? "", "only in the second");
	const context = await visitor(browser, server);
	const enter = async (chatId: string) => {
		const { to, path } = await desk.link({ resourceType: "Chat", resourceUid: chatId });
		const page = await context.newPage();
		await page.goto(path);
		await press(page, "Open the link");
		await press(page, "Send me the code");
		await heading(page, "Enter your code");
		const { code = "" } = await desk.sent(to, "Code");
		await page.getByLabel("Code").fill(code);
		await page.getByRole("log").waitFor();
		return page;
	};
	const one = await enter(first ?? "");
	await one.getByText("only in the first").waitFor();
	const two = await enter(second ?? "");
	await two.getByText("only in the second").waitFor();
	// The first page has no session any more. When its socket ends it says so, and shows nothing of the second.
	await one.evaluate(() => window.dispatchEvent(new Event("online")));
	await heading(one, "Your time here is over");
	expect(await one.content()).not.toContain("only in the second");
	await press(one, "Open the link again");
	await heading(one, /sent you a conversation/);
	await context.close();
});
