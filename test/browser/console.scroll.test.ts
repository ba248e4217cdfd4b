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

/** Goes through a list by the wheel, in steps of less than what is drawn, and hands over what is drawn at each; until nothing moves. */
async function scrollThrough(scroller: Locator, step: number, look: () => Promise<void>): Promise<void> {
	await scroller.hover();
	const place = () =>
		scroller.evaluate(({ scrollTop, scrollHeight, clientHeight }) => [scrollTop, scrollHeight - clientHeight]);
	const isThere = ([top = 0, most = 0]: number[]): boolean => (step < 0 ? top < 1 : top > most - 1);
	for (let before = await place(); !isThere(before);) {
		await scroller.page().mouse.wheel(0, step);
		await vi.waitFor(async () => expect(await place()).not.toEqual(before), { timeout: 5000, interval: 5 });
		before = await place();
		await look();
	}
	await look();
}

it("shows each of 1,000 chats on the way down the inbox, and draws a few of them", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	await vi.waitFor(
		async () =>
			expect(Number(await ada.page.locator("[aria-setsize]").first().getAttribute("aria-setsize"))).toBeGreaterThan(
				CHATS,
			),
		{ timeout: 20_000 },
	);
	const total = Number(await ada.page.locator("[aria-setsize]").first().getAttribute("aria-setsize"));
	const seen = new Map<number, string>();
	const rows = ada.page.locator(".rows");
	await scrollThrough(rows, 900, async () => {
		const drawn = await rows
			.locator("li")
			.evaluateAll((items) =>
				items.map(
					(item) =>
						[Number(item.getAttribute("aria-posinset")), item.querySelector("a")?.getAttribute("href") ?? ""] as const,
				),
			);
		expect(drawn.length).toBeLessThan(MOST_ROWS);
		for (const [place, chat] of drawn) seen.set(place, chat);
	});
	expect(seen.size).toBe(total);
	expect(new Set(seen.values()).size).toBe(total);
	await scrollThrough(rows, -20_000, async () => {});
	expect(await rows.locator("li").first().getAttribute("aria-posinset")).toBe("1");
	await ada.close();
});

it("goes through 10,000 messages to the first and back to the last, in order, and draws a few of them", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	await ada.page.goto(`${server.url}/console#/inbox/${longChatId}`);
	await ada.page.locator(`.message[data-row="${MESSAGES - 1}"] .said`).waitFor();
	const scroller = ada.page.locator(".messages");
	const seen = new Set<number>();
	const look = async (): Promise<void> => {
		const drawn = await vi.waitFor(
			async () => {
				const texts = await scroller.evaluate((element) =>
					Array.from(element.querySelectorAll(".message"), (row) => row.querySelector(".said")?.textContent ?? ""),
				);
				// All that is drawn is here.
				expect(texts).not.toContain("");
				return texts.map((text) => Number.parseInt(text, 10));
			},
			{ timeout: 10_000, interval: 10 },
		);
		expect(drawn.length).toBeLessThan(MOST_ROWS);
		expect(drawn).toEqual(drawn.map((_, place) => (drawn[0] ?? 0) + place));
		for (const number of drawn) seen.add(number);
	};
	await scrollThrough(scroller, -1100, look);
	expect(seen.size).toBe(MESSAGES);
	await scrollThrough(scroller, 40_000, look);
	await ada.message(`${MESSAGES}: `).waitFor();
	await ada.close();
});
