import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Server } from "../node/server.ts";

/** What the outbox keeps of a message. */
type Kept = { kind: string; to: string; code?: string; link?: string; createdAt: string };

/** A desk at a real server: an agent and a manager who make links, and read what their recipients are sent. */
export class Desk {
	readonly server: Server;
	readonly agent: string;
	readonly manager: string;
	readonly administrator: string;

	private constructor(server: Server, [agent, manager, administrator]: [string, string, string]) {
		this.server = server;
		this.agent = agent;
		this.manager = manager;
		this.administrator = administrator;
	}

	static async at(server: Server): Promise<Desk> {
		const tokenOf = async (role: string) =>
			(await server.ask<{ token: string }>("POST", "/auth/dev", undefined, { tenant: "acme", role })).token;
		return new Desk(server, [await tokenOf("Agent"), await tokenOf("Manager"), await tokenOf("Administrator")]);
	}

	async chat(chatName: string): Promise<string> {
		const { chat } = await this.server.ask<{ chat: [{ chatId: string }] }>("POST", "/v1/Chat", this.agent, {
			chat: { chatName },
		});
		return chat[0].chatId;
	}

	say(chatId: string, body: string, messageType = "Text"): Promise<unknown> {
		return this.server.ask("POST", `/v1/Chat/${chatId}/Messages`, this.agent, { body, messageType });
	}

	/** Makes a link, has it sent, and answers with the path that the message leads to. */
	async link(
		members: object,
		{ to = `rae-${crypto.randomUUID().slice(0, 8)}@example.com`, by = this.agent } = {},
	): Promise<{ uid: string; to: string; path: string }> {
		const body = { recipientEmail: to, deliverEmail: true, ...members };
		const { link } = await this.server.ask<{ link: { customerLinkUID: string } }>("POST", "/v1/customerlink", by, body);
		const { link: address = "" } = await this.sent(to, "Link");
		return { uid: link.customerLinkUID, to, path: new URL(address).pathname };
	}

	act(uid: string, action: string): Promise<unknown> {
		return this.server.ask("POST", `/v1/customerlink/${uid}/${action}`, this.manager, {});
	}

	/** The newest message of a kind to an address, as soon as it is there. */
	async sent(to: string, kind: "Link" | "Code", after = 0): Promise<Kept> {
		for (let tries = 0; tries < 100; tries += 1) {
			// oxlint-disable-next-line no-await-in-loop -- until it is there
			const { messages } = await this.server.ask<{ messages: Kept[] }>(
				"GET",
				`/dev/outbox?format=json&to=${encodeURIComponent(to)}`,
				undefined,
			);
			const found = messages.find((one) => one.kind === kind && Date.parse(one.createdAt) > after);
			if (found) return found;
			// oxlint-disable-next-line no-await-in-loop -- as above
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		throw new Error(`no ${kind} came to ${to}`);
	}
}

export const phone = { width: 360, height: 740 };
export const desktop = { width: 1280, height: 800 };

/** A browser of somebody's own, with nothing of others in it. */
export function visitor(
	browser: Browser,
	server: Server,
	more: { viewport?: { width: number; height: number }; colorScheme?: "light" | "dark" } = {},
): Promise<BrowserContext> {
	return browser.newContext({ baseURL: server.url, viewport: desktop, locale: "en-GB", ...more });
}

/** Clicks a button by its name. */
export function press(page: Page, name: string | RegExp): Promise<void> {
	return page.getByRole("button", { name }).click();
}
