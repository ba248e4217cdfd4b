import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { talkInRoom } from "../../bench/targets/long-room.ts";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";

const CHATS = 1000;
const MESSAGES = 10_000;
/** Elements that a list draws at most, however long it is. */
const MOST_ROWS = 80;

let stateDir = "";
let longChatId = "";
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-scroll-"));
	const filling = await Server.start(stateDir);
	const { token } = await filling.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Agent",
	});
	for (let at = 1; at <= CHATS; at += 20) {
		const made = await Promise.all(
			Array.from({ length: 20 }, async (_, offset) => {
				const chat = { chatName: `Chat ${at + offset}` };
				return (await filling.ask<{ chat: { chatId: string }[] }>("POST", "/v1/Chat", token, { chat })).chat[0]?.chatId;
			}),
		);
		longChatId = made[0] ?? "";
	}
	await filling.stop();
	talkInRoom(stateDir, longChatId, MESSAGES);
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
}, 120_000);

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

/** What was drawn at one place of a list: the place of each row, and what tells it from others. */
type Drawn = [place: number, what: string][];

/** Goes through a list to its end, in steps of less than what is drawn; answers with what is drawn at each, once it is loaded. */
function walk(scroller: Locator, step: number): Promise<Drawn[]> {
	return scroller.evaluate(async (element, step) => {
		const drawn: [number, string][][] = [];
		const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
		for (;;) {
			await frame();
			await frame();
			while (element.querySelector(".skeleton")) await frame();
			const rows = Array.from(element.querySelectorAll<HTMLElement>("li[aria-posinset], li[data-row]"));
			drawn.push(
				rows.map((row) => [
					Number(row.getAttribute("aria-posinset") ?? row.dataset["row"]),
					row.querySelector("a")?.getAttribute("href") ?? row.querySelector(".said")?.textContent ?? "",
				]),
			);
			const before = element.scrollTop;
			element.scrollBy(0, step);
			if (element.scrollTop === before) return drawn;
		}
	}, step);
}

/** Few rows at a time, in order, and none missing of those from the first to the last. */
function expectWhole(drawn: readonly Drawn[], first: number, count: number): Map<number, string> {
	const seen = new Map<number, string>();
	for (const rows of drawn) {
		expect(rows.length).toBeLessThan(MOST_ROWS);
		expect(rows.map(([place]) => place)).toEqual(rows.map((_, at) => (rows[0]?.[0] ?? 0) + at));
		for (const [place, what] of rows) seen.set(place, what);
	}
	expect([Math.min(...seen.keys()), seen.size, new Set(seen.values()).size]).toEqual([first, count, count]);
	return seen;
}

it("shows each of 1,000 chats on the way through the inbox and back, and draws a few of them", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	const total = () => ada.page.locator("[aria-setsize]").first().getAttribute("aria-setsize");
	await vi.waitFor(async () => expect(Number(await total())).toBeGreaterThan(CHATS), { timeout: 20_000 });
	const rows = ada.page.locator(".rows");
	await rows.hover();
	await ada.page.mouse.wheel(0, 500);
	await vi.waitFor(async () => expect(await rows.evaluate(({ scrollTop }) => scrollTop)).toBe(500));
	await rows.evaluate((element) => (element.scrollTop = 0));
	const there = expectWhole(await walk(rows, 800), 1, Number(await total()));
	expect(expectWhole(await walk(rows, -800), 1, Number(await total()))).toEqual(there);
	await ada.close();
});

it("goes through 10,000 messages to the first and back to the last, in order, and draws a few of them", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	await ada.page.goto(`${server.url}/console#/inbox/${longChatId}`);
	await ada.page.locator(`.message[data-row="${MESSAGES - 1}"] .said`).waitFor();
	const messages = ada.page.locator(".messages");
	const back = expectWhole(await walk(messages, -1100), 0, MESSAGES);
	for (const [place, text] of back) expect(text).toMatch(new RegExp(`^${place + 1}: `));
	await messages.hover();
	for (let turn = 0; turn < 20; turn += 1) await ada.page.mouse.wheel(0, 50_000);
	await ada.page.locator(`.message[data-row="${MESSAGES - 1}"] .said`).waitFor();
	await ada.close();
});
