import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";

let stateDir = "";
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-pages-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

it("serves pages under a strict policy, and what they load for ever", async () => {
	for (const path of ["/", "/console"]) {
		const answer = await fetch(server.url + path);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
		expect(answer.headers.get("Cache-Control")).toBe("no-cache");
		const policy = answer.headers.get("Content-Security-Policy") ?? "";
		expect(policy).toContain("default-src 'none'");
		expect(policy).not.toContain("unsafe");
		const markup = await answer.text();
		const files = Array.from(markup.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g), ([, file = ""]) => file);
		expect(files.length).toBeGreaterThan(0);
		for (const file of files) {
			const answer = await fetch(server.url + file);
			expect(answer.status).toBe(200);
			expect(answer.headers.get("Content-Type")).toMatch(/^(text\/(javascript|css)|image\/svg)/);
			expect(answer.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
		}
	}
	expect((await fetch(`${server.url}/assets/console-00000000.js`)).status).toBe(404);
});

it("opens its own WebSocket under that policy, and none elsewhere", async () => {
	const page = await browser.newPage();
	await page.goto(`${server.url}/console`);
	const outcome = (url: string) =>
		page.evaluate(async (address) => {
			const violation = new Promise<string>((resolve) =>
				document.addEventListener("securitypolicyviolation", () => resolve("refused"), { once: true }),
			);
			const socket = new WebSocket(address, ["foyer.v1", "ticket.none"]);
			const closed = new Promise<string>((resolve) =>
				socket.addEventListener("close", ({ code }) => resolve(String(code))),
			);
			return Promise.race([violation, closed]);
		}, url);
	expect(await outcome(`${server.url.replace("http", "ws")}/v1/Chat/${"1".repeat(32)}/Socket`)).toBe("4507");
	expect(await outcome("ws://127.0.0.1:9/")).toBe("refused");
	await page.close();
});
