import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { root } from "../../scripts/local.ts";
import { RoomClient, staffAddress, type Message } from "../../src/web/socket/client.ts";
import type { Server } from "../node/server.ts";

/** What the browser says when a connection is cut on purpose. */
const LOST = /net::ERR_|WebSocket connection to/;

/** A visitor in a browser of its own, before a page with the widget. */
export class Visitor {
	readonly page: Page;
	readonly context: BrowserContext;
	/** What the console said that no page should say. */
	readonly complaints: string[] = [];

	private constructor(context: BrowserContext, page: Page) {
		this.context = context;
		this.page = page;
		page.on("pageerror", (error) => this.complaints.push(String(error)));
		page.on("console", (message) => {
			if (["error", "warning"].includes(message.type()) && !LOST.test(message.text()))
				this.complaints.push(message.text());
		});
	}

	/** Goes to a page. The widget's shadow root is closed to everybody; the tests have it opened to see what is in it. */
	static async at(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
		const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: "en-GB", ...options });
		await context.addInitScript(() => {
			const { prototype } = Element as unknown as { prototype: Record<"attachShadow", Element["attachShadow"]> };
			const attach = prototype["attachShadow"];
			prototype["attachShadow"] = function (this: Element, init) {
				return attach.call(this, { ...init, mode: "open" });
			};
		});
		const visitor = new Visitor(context, await context.newPage());
		await visitor.page.goto(url);
		return visitor;
	}

	get button(): Locator {
		return this.page.locator("foyer-widget .launcher");
	}
	get dialog(): Locator {
		return this.page.locator("foyer-widget dialog");
	}
	/** What is seen of the dialog; what is said to screen readers stands beside it. */
	get panel(): Locator {
		return this.dialog.locator(".frame");
	}
	get field(): Locator {
		return this.panel.getByRole("textbox", { name: "Message" });
	}

	async open(): Promise<void> {
		await this.button.click();
		await this.field.waitFor();
	}

	async say(text: string): Promise<void> {
		await this.field.fill(text);
		await this.field.press("Enter");
	}

	/** The texts of all messages, from top to bottom. */
	async shown(): Promise<string[]> {
		return this.panel.locator(".bubble").allInnerTexts();
	}

	/** The room that the browser has kept; once something was said. */
	async room(): Promise<string> {
		const found = await this.page.waitForFunction(() => {
			for (const [name, value] of Object.entries(localStorage)) {
				const room = name.startsWith("foyer.widget/") ? (JSON.parse(value) as { room?: string }).room : undefined;
				if (room !== undefined) return room;
			}
			return false;
		});
		return String(await found.jsonValue());
	}

	async leave(): Promise<void> {
		await this.context.close();
	}
}

/** An agent who answers a visitor by the API. */
export class Agent {
	readonly client: RoomClient;

	private constructor(client: RoomClient) {
		this.client = client;
	}

	/** Goes into a room; `server` is asked each time, since it may be another one after a restart. */
	static async in(server: () => Server, room: string): Promise<Agent> {
		const { token } = await server().ask<{ token: string }>("POST", "/auth/dev", undefined, {
			tenant: "acme",
			role: "Agent",
		});
		const address = () => staffAddress(server().url, `${room}00000000`, () => token)();
		const agent = new Agent(new RoomClient({ address }));
		await expect.poll(() => agent.client.connection).toBe("online");
		await agent.client.load(1, 200);
		return agent;
	}

	get messages(): Message[] {
		return Array.from(this.client.messages.values()).sort((a, b) => a.index - b.index);
	}

	get shown(): (string | null)[] {
		return this.messages.map(({ body }) => body);
	}

	/** Says something, and waits until the room has it. */
	async say(text: string, more: { messageType?: string; replyToChatMessageId?: string } = {}): Promise<void> {
		await this.client.send(text, more);
		await expect.poll(() => this.client.pending.length).toBe(0);
	}

	/** The id of the newest message with this text. */
	idOf(text: string): string {
		const found = this.messages.findLast(({ body }) => body === text);
		if (!found) throw new Error(`nobody said "${text}"`);
		return found.chatMessageId;
	}

	leave(): void {
		this.client.close();
	}
}

/** With SCREENSHOTS=1, takes a picture for `docs/screenshots`. */
export async function picture(page: Page, name: string): Promise<void> {
	if (process.env["SCREENSHOTS"] !== "1") return;
	await page.waitForTimeout(300);
	await page.screenshot({ path: join(root, `docs/screenshots/${name}.png`) });
}
