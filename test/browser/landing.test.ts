import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { picture } from "./visitor.ts";

let stateDir = "";
let server: Server;
let browser: Browser;
let axe = "";

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-landing-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

async function greet(width: number, height: number, colorScheme: "light" | "dark") {
	const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	const page = await context.newPage();
	onTestFinished(() => context.close());
	const complaints: string[] = [];
	page.on("pageerror", (error) => complaints.push(String(error)));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) complaints.push(message.text());
	});
	await page.goto(server.url);
	await page.getByRole("button", { name: "Open the chat" }).waitFor();
	return { page, complaints };
}

async function serious(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	const found = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
	return found.violations
		.filter(({ impact }) => impact === "serious" || impact === "critical")
		.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

it.each([
	["desktop", 1280, 800, "light"],
	["desktop", 1280, 800, "dark"],
	["phone", 360, 720, "light"],
	["phone", 360, 720, "dark"],
	["wide", 2560, 1440, "light"],
] as const)("says what this is in one screen: %s, %i × %i, %s", async (device, width, height, colorScheme) => {
	const { page, complaints } = await greet(width, height, colorScheme);
	await picture(page, `landing-${device}-${colorScheme}`);
	expect(await serious(page)).toEqual([]);
	const { across, down } = await page.evaluate(() => ({
		across: document.documentElement.scrollWidth,
		down: document.documentElement.scrollHeight,
	}));
	expect(across).toBe(width);
	if (device !== "phone") expect(down).toBe(height);
	expect(complaints).toEqual([]);
});

it("leads only to what is there", async () => {
	const { page } = await greet(1280, 800, "light");
	const links = await page.locator("a").evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
	expect(links.length).toBeGreaterThan(8);
	for (const link of new Set(links)) expect([link, (await fetch(link)).status]).toEqual([link, 200]);
});

it("shows first steps that work as they stand", async () => {
	const { page } = await greet(1280, 800, "light");
	const [embed, call] = await page.getByRole("button", { name: "Copy" }).all();
	await embed?.click();
	const tag = await page.evaluate(() => navigator.clipboard.readText());
	expect(tag).toContain(`src="${server.url}/widget.js"`);
	await call?.click();
	await page.getByRole("button", { name: "Copied" }).last().waitFor();
	const steps = await page.evaluate(() => navigator.clipboard.readText());
	const { stdout } = await promisify(execFile)("bash", ["-ec", steps]);
	expect(stdout).toContain('"message_data":"Is anybody there?"');
});

it("has a widget to try, whose visitor is met in the console", async () => {
	const { page, complaints } = await greet(1280, 800, "light");
	const asked: string[] = [];
	page.on("request", (request) => asked.push(new URL(request.url()).pathname));
	await page.getByRole("button", { name: "Open the chat" }).click();
	await expect.poll(() => page.evaluate("document.activeElement.localName")).toBe("foyer-widget");
	await page.keyboard.type("From the page that greets");
	await page.keyboard.press("Enter");
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Agent",
	});
	await expect
		.poll(async () => {
			const { chat } = await server.ask<{ chat: { chatName: string }[] }>("GET", "/v1/Chat?kind=Visitor&take=1", token);
			return chat[0]?.chatName;
		})
		.toMatch(/^Visitor [\da-f]{4} · PUBLICCHAT$/);
	await picture(page, "landing-chat-desktop-light");
	expect(asked.some((path) => path.includes("widget-panel-"))).toBe(true);
	expect(complaints).toEqual([]);
});
