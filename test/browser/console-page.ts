import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Somebody at the console. */
export class Agent {
	readonly context: BrowserContext;
	readonly page: Page;
	/** What the browser complained of. Requests that fail because there is no connection are none of it. */
	readonly complaints: string[] = [];

	private constructor(context: BrowserContext, page: Page) {
		this.context = context;
		this.page = page;
		page.on("pageerror", (error) => this.complaints.push(error.message));
		page.on("console", (message) => {
			const isExpected = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket connection|status of 4\d\d/.test(
				message.text(),
			);
			if (["error", "warning"].includes(message.type()) && !isExpected) this.complaints.push(message.text());
		});
	}

	/** Somebody who has come to the console and not signed in. */
	static async visit(context: BrowserContext, url: string): Promise<Agent> {
		const agent = new Agent(context, await context.newPage());
		await agent.page.goto(`${url}/console`);
		return agent;
	}

	/** Signs somebody of the demo in by a click. */
	static async signIn(
		browser: Browser,
		url: string,
		name: string,
		options: BrowserContextOptions = {},
	): Promise<Agent> {
		const context = await browser.newContext({
			viewport: { width: 1280, height: 800 },
			reducedMotion: "reduce",
			...options,
		});
		const agent = await Agent.visit(context, url);
		await agent.page
			.getByRole("button", { name: new RegExp(`^${name}`) })
			.first()
			.click();
		await agent.page.getByRole("navigation", { name: "Sections" }).waitFor();
		return agent;
	}

	/** Opens a chat of the list. */
	async open(name: string): Promise<void> {
		await this.page
			.getByRole("region", { name: "Chats" })
			.getByRole("link", { name: new RegExp(name) })
			.click();
		await this.composer.waitFor();
	}

	get composer() {
		return this.page.getByRole("textbox", { name: /^Message to/ });
	}

	async say(text: string): Promise<void> {
		await this.composer.fill(text);
		await this.composer.press("Enter");
	}

	message(text: string) {
		return this.page.getByRole("list", { name: "Messages" }).getByRole("listitem").filter({ hasText: text });
	}

	/** The texts that are shown, in order. */
	async shown(): Promise<string[]> {
		return this.page.locator(".message .said").allInnerTexts();
	}

	/** No violation of what axe counts as serious or worse. */
	async expectAccessible(): Promise<void> {
		// Not as a script of the page, which its policy would refuse.
		await this.page.evaluate(axe);
		const violations = await this.page.evaluate(async () => {
			type Axe = {
				run(): Promise<{
					violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
				}>;
			};
			const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
			return violations
				.filter(({ impact }) => impact === "serious" || impact === "critical")
				.map(
					({ id, nodes }) =>
						`${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(" | ")}`,
				);
		});
		expect(violations).toEqual([]);
	}

	async close(): Promise<void> {
		expect(this.complaints).toEqual([]);
		await this.context.close();
	}
}
