import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";
import { IdentityProvider } from "./identity-provider.ts";

let stateDir = "";
let provider: IdentityProvider;
let server: Server;
let browser: Browser;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-console-oidc-"));
	provider = await IdentityProvider.listen();
	[server, browser] = await Promise.all([Server.start(stateDir, 0, provider.vars), openBrowser()]);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await provider.close();
	await rm(stateDir, { recursive: true, force: true });
});

/** Somebody who was sent to the organisation's own page. */
async function visitor(): Promise<Agent> {
	const agent = await Agent.visit(await browser.newContext(), server.url);
	await agent.page.getByRole("button", { name: "Sign in with Acme accounts" }).click();
	await agent.page.waitForURL(`${provider.url}/**`);
	return agent;
}

it("signs in at the organisation's own page", async () => {
	const agent = await visitor();
	const { page } = agent;
	await page.getByRole("link", { name: "I am Olga" }).click();
	await page.getByRole("navigation", { name: "Sections" }).waitFor();
	await page.getByRole("region", { name: "Chats" }).waitFor();
	// Neither the code nor what it was asked for with is left where others may find it.
	expect(new URL(page.url()).search).toBe("");
	expect(await page.evaluate(() => sessionStorage.getItem("foyer.oidc"))).toBeNull();
	expect(provider.trades).toHaveLength(1);

	await page.reload();
	await page.getByRole("button", { name: "Sign out Olga Ohm" }).click();
	await page.getByRole("button", { name: "Sign in with Acme accounts" }).waitFor();
	expect(provider.trades).toHaveLength(1);
	await agent.close();
});

it("says what the organisation refused, and asks again", async () => {
	const agent = await visitor();
	await agent.page.getByRole("link", { name: "Nobody" }).click();
	await agent.page.getByText("The sign-in was refused: Olga has no account here.").waitFor();
	await agent.page.getByRole("button", { name: "Sign in with Acme accounts" }).click();
	await agent.page.getByRole("link", { name: "I am Olga" }).click();
	await agent.page.getByRole("navigation", { name: "Sections" }).waitFor();
	await agent.close();
});

it("takes no sign-in that was begun elsewhere, and no code twice", async () => {
	const [agent, stranger] = [await visitor(), await Agent.visit(await browser.newContext(), server.url)];
	const before = provider.trades.length;
	const back = (await agent.page.getByRole("link", { name: "I am Olga" }).getAttribute("href")) ?? "";
	await stranger.page.goto(back);
	await stranger.page.getByText("This sign-in was not begun here. Try again.").waitFor();
	expect(provider.trades).toHaveLength(before);

	await agent.page.goto(back);
	await agent.page.getByRole("navigation", { name: "Sections" }).waitFor();
	const [trade] = provider.trades.slice(-1);
	const again = await fetch(`${server.url}/console/token`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({
			code: trade?.get("code"),
			verifier: trade?.get("code_verifier"),
			redirectUri: trade?.get("redirect_uri"),
		}),
	});
	expect(again.status).toBe(401);
	await agent.close();
	await stranger.close();
});
