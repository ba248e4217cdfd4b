import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { staticFolder } from "../../scripts/assets.ts";
import { demo, seedDemo } from "../../scripts/demo.ts";
import { startLocal, type Local } from "../../scripts/local.ts";
import { pool } from "../lib/load.ts";
import { talkInRoom } from "./long-room.ts";
import { temporaryDirectory } from "./server.ts";

/** What one tenant holds: a long list, and a long conversation in it. */
export const sizes = { chats: 1000, messages: 10_000 };

const TENANT = demo.tenants[0].id;

/**
 * Documents that the Worker serves like any file of its pages, and that hold nothing of ours. Not `.html`, which is how formats are asked for.
 */
const plain = {
	empty: "<p>Nothing</p>",
	rows: "<p>A row of text</p>".repeat(2000),
};

/** A Foyer with a full inbox, as people's browsers find it. */
export type PagesServer = {
	url: URL;
	/** Paths of documents without anything of ours: an empty one, and one that scrolls. */
	plain: Record<keyof typeof plain, string>;
	/** The room of 10,000 messages. */
	longChatId: string;
	/** The path of a customer link that nobody has opened. */
	link: string;
	/** What the console keeps of somebody who is signed in. */
	session: string;
	/** Whom visitors of the widget write to. */
	org: string;
	stop(): Promise<void>;
};

/** Fills a Foyer and starts it as it would be deployed. */
export async function startPages(): Promise<PagesServer> {
	const directory = temporaryDirectory();
	const filling = await start(directory.path);
	const longChatId = await fill(filling);
	await filling.dispose();
	talkInRoom(directory.path, longChatId, sizes.messages);
	const local = await start(directory.path);
	const files = Object.entries(plain).map(([name, body]) => {
		const file = `bench-${name}.htm`;
		writeFileSync(join(staticFolder, "assets", file), `<!doctype html><title>${name}</title>${body}`);
		return [name, file] as const;
	});
	return {
		url: local.url,
		plain: Object.fromEntries(files.map(([name, file]) => [name, `/assets/${file}`])) as PagesServer["plain"],
		longChatId,
		link: await linkTo(local, longChatId),
		session: await sessionOf(local),
		org: demo.orgs[0],
		stop: async () => {
			for (const [, file] of files) rmSync(join(staticFolder, "assets", file), { force: true });
			await local.dispose();
			directory.remove();
		},
	};
}

function start(stateDir: string): Promise<Local> {
	const secret = "a secret that is worth nothing outside of the bench";
	return startLocal({
		port: 0,
		stateDir,
		quiet: true,
		vars: {
			ENVIRONMENT: "development",
			PRODUCTION: "",
			REQUEST_LOG: "off",
			DEV_SECRET: secret,
			LINK_SECRET: secret,
			PORTAL_BASE_URL: "http://foyer.invalid",
		},
		prepare: async (inside) =>
			seedDemo(
				(path, init) => inside.dispatchFetch(`http://foyer.local${path}`, init),
				await inside.getD1Database("DB"),
			),
	});
}

/** Chats of which each has its last message; answers with the id of the newest. */
async function fill(local: Local): Promise<string> {
	const token = await tokenOf(local, "Agent");
	let newest = "";
	await pool(sizes.chats, 8, async (number) => {
		const chatName = number === sizes.chats - 1 ? "The long one" : `Order ${number} of a customer`;
		const { chat } = await ask<{ chat: { chatId: string }[] }>(local, "/v1/Chat", token, { chat: { chatName } });
		const chatId = chat[0]!.chatId;
		if (number === sizes.chats - 1) newest = chatId;
		else await ask(local, `/v1/Chat/${chatId}/Messages`, token, { body: `When will order ${number} arrive?` });
	});
	return newest;
}

async function linkTo(local: Local, chatId: string): Promise<string> {
	const { portalUrl } = await ask<{ portalUrl: string }>(local, "/v1/customerlink", await tokenOf(local, "Agent"), {
		resourceType: "Chat",
		resourceUid: chatId,
		recipientEmail: "rae@example.com",
	});
	return new URL(portalUrl).pathname;
}

async function sessionOf(local: Local): Promise<string> {
	const token = await tokenOf(local, "Agent");
	const response = await fetch(new URL("/auth", local.url), {
		headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
	});
	const { userId, displayName, roles, permissions } = (await response.json()) as Record<string, unknown>;
	return JSON.stringify({ token, user: { userId, name: displayName, tenantId: TENANT, roles, permissions } });
}

async function tokenOf(local: Local, role: string): Promise<string> {
	return (await ask<{ token: string }>(local, "/auth/dev", undefined, { tenant: TENANT, role })).token;
}

async function ask<Answer>(local: Local, path: string, token: string | undefined, body: object): Promise<Answer> {
	const response = await fetch(new URL(path, local.url), {
		method: "POST",
		headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as Answer;
}
