import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";
import { keep } from "./screenshot.ts";

type Contact = { contactUid: string; name: string };
type Connection = {
	connectionId: string;
	contactTypeId: string;
	contactId: string;
	toContactId: string;
	roleId: string;
};

let stateDir = "";
let server: Server;
let browser: Browser;
let token = "";
let people: Contact[] = [];
let roleId = "";

const html = "<img src=x onerror=\"document.title='owned'\">";
const names = ["Inês Duarte", "Tom Okafor", "Mira Lindqvist", "Rui Almeida", html, "Noah Brandt"];

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-connections-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	({ token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Manager",
	}));
	type Type = { contactType: { contactTypeId: string } };
	type Role = { connectionRole: { roleId: string } };
	const { contactType } = await server.ask<Type>("POST", "/api/contacttypes", token, { name: "Person" });
	({ roleId } = (await server.ask<Role>("POST", "/api/connectionroles", token, { name: "Advisor" })).connectionRole);
	const { contactTypeId } = contactType;
	for (const name of names)
		people.push(
			(await server.ask<{ contact: Contact }>("POST", "/v1/contact", token, { name, contactTypeId })).contact,
		);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

async function requested(from: number, to: number, reason?: string): Promise<Connection> {
	const body = { contactId: people[from]?.contactUid, toContactId: people[to]?.contactUid, roleId, reason };
	return (await server.ask<{ connection: Connection }>("POST", "/api/connections", token, body)).connection;
}

async function done(connection: Connection, action: string, by: "contactId" | "toContactId"): Promise<void> {
	const { connectionId, contactTypeId } = connection;
	const body = { contactId: connection[by], contactTypeId, roleId };
	await server.ask("POST", `/api/connections/${connectionId}/${action}`, token, body);
}

async function openConnections(somebody: Agent, ...parts: string[]): Promise<void> {
	await somebody.page.goto(`${server.url}/console#/${["connections", ...parts].join("/")}`);
	await somebody.page.getByRole("heading", { name: "Connections", exact: true }).waitFor();
}

/** How the open connection stands. */
function standing(page: Page, status: string) {
	return page.locator(".detail-title").getByText(status, { exact: true });
}

it("asks with the keyboard, accepts, blocks, unblocks, undoes, and keeps what happened", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openConnections(mia);
	const { page } = mia;
	const dialog = page.getByRole("dialog");
	await page.getByText("No connections yet.").waitFor();
	await page.keyboard.press("c");
	await dialog.getByRole("combobox", { name: "Who asks" }).pressSequentially("ines");
	await dialog.getByRole("option", { name: "Inês Duarte" }).waitFor();
	await page.keyboard.press("Enter");
	// Somebody whom nobody knew yet.
	await dialog.getByRole("combobox", { name: "Who is asked", exact: true }).pressSequentially("Nia <b>New</b>");
	await dialog.getByRole("option", { name: "Add “Nia <b>New</b>”" }).waitFor();
	await page.keyboard.press("Enter");
	await dialog.getByLabel("Why (optional)").fill(html);
	await dialog.getByRole("button", { name: "Ask", exact: true }).click();
	await page.getByRole("heading", { name: "Inês Duarte and Nia <b>New</b>" }).waitFor();
	await standing(page, "Requested").waitFor();

	const asker = page.getByRole("group", { name: "What Inês Duarte can do" });
	const asked = page.getByRole("group", { name: "What Nia <b>New</b> can do" });
	await asker.getByRole("button", { name: "Take back for Inês Duarte" }).waitFor();
	expect(await asker.getByRole("button", { name: /^Accept/ }).count()).toBe(0);
	await asked.getByRole("button", { name: /^Accept/ }).click();
	await standing(page, "Accepted").waitFor();
	// What cannot be taken back says so first, and offers no undoing.
	await asker.getByRole("button", { name: /^Remove/ }).click();
	await dialog.getByText("To be so again, one has to ask and the other to accept.").waitFor();
	await dialog.getByRole("button", { name: "Leave it" }).click();
	await standing(page, "Accepted").waitFor();
	await asker.getByRole("button", { name: /^Remove/ }).click();
	await dialog.getByRole("button", { name: "Remove" }).click();
	await standing(page, "Removed").waitFor();
	expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0);
	// Blocked from where nothing is lost: undone, it is what it was.
	await asked.getByRole("button", { name: "Block Inês Duarte for Nia <b>New</b>" }).click();
	await dialog.getByLabel("Why (optional)").fill("By mistake");
	await dialog.getByRole("button", { name: "Block" }).click();
	await standing(page, "Blocked").waitFor();
	await page.getByText("blocks the other").waitFor();
	await page.getByRole("button", { name: "Undo" }).click();
	await standing(page, "Removed").waitFor();
	await asked.getByRole("button", { name: /^Block/ }).click();
	await dialog.getByRole("button", { name: "Block" }).click();
	await asked.getByRole("button", { name: /^Unblock/ }).click();
	await standing(page, "Removed").waitFor();
	await page.getByRole("button", { name: "Undo" }).click();
	await standing(page, "Blocked").waitFor();
	await asked.getByRole("button", { name: /^Unblock/ }).click();
	await standing(page, "Removed").waitFor();
	const history = page.getByRole("region", { name: "History" });
	await history.getByRole("listitem").nth(8).waitFor();
	expect((await history.locator("li b").allInnerTexts()).join()).toBe(
		"Requested,Accepted,Removed,Blocked,Unblocked,Blocked,Unblocked,Blocked,Unblocked",
	);
	await history.getByText("“By mistake”").waitFor();
	await history.getByText(`“${html}”`).waitFor();
	await asked.getByRole("button", { name: /^Ask again/ }).click();
	await standing(page, "Requested").waitFor();
	await page.getByRole("heading", { name: "Nia <b>New</b> and Inês Duarte" }).waitFor();
	expect(await page.locator("main img, main h1 b").count()).toBe(0);
	expect(await page.title()).not.toContain("owned");
	await mia.close();
});

it("lists by status and contact, page by page, and says what came between", async () => {
	const accepted = await requested(0, 1);
	await done(accepted, "accept", "toContactId");
	const open = await requested(2, 3);
	await requested(2, 4, "A long story");
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openConnections(mia);
	const { page } = mia;
	const list = page.getByRole("region", { name: "Connections" });
	await page.getByLabel("Status").selectOption("Accepted");
	await list.getByRole("link", { name: /Inês Duarte.*Tom Okafor/ }).waitFor();
	await list
		.getByRole("link", { name: /Mira Lindqvist/ })
		.first()
		.waitFor({ state: "detached" });
	expect(await list.getByRole("listitem").count()).toBe(1);
	await page.getByLabel("Status").selectOption("All");
	await page.getByRole("combobox", { name: "Of a contact" }).pressSequentially("mira");
	await page.getByRole("option", { name: "Mira Lindqvist" }).click();
	await list.getByRole("link", { name: /Mira Lindqvist.*Rui Almeida/ }).waitFor();
	await list
		.getByRole("link", { name: /Inês Duarte/ })
		.first()
		.waitFor({ state: "detached" });
	await list.getByRole("link", { name: /Mira Lindqvist.*Rui Almeida/ }).click();
	await standing(page, "Requested").waitFor();
	// Taken back while she looks at it: her answer comes too late, and she sees how it stands.
	await done(open, "cancel", "contactId");
	await page.getByRole("button", { name: "Accept for Rui Almeida" }).click();
	await page.getByText("This connection is not waiting for an answer.").waitFor();
	await standing(page, "Cancelled").waitFor();
	await page.getByText("Ask again from").waitFor();
	expect(await page.getByRole("button", { name: /^Ask again/ }).count()).toBe(0);
	await page.goto(`${server.url}/console#/connections/${"f".repeat(32)}`);
	await page.getByText("There is no such connection.").first().waitFor();
	await mia.close();
});

it("keeps types and roles; one that is in use stays", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openConnections(mia);
	const { page } = mia;
	await page.getByRole("link", { name: "Types and roles" }).click();
	const roles = page.getByRole("region", { name: "Roles of connections" });
	await roles.getByRole("textbox", { name: "Name of the new role" }).fill("Supplier");
	await page.keyboard.press("Enter");
	await roles.getByRole("button", { name: "Rename the role Supplier" }).click();
	await roles.getByRole("textbox", { name: "New name of Supplier" }).fill("Partner");
	await page.keyboard.press("Enter");
	await roles.getByRole("button", { name: "Delete the role Partner" }).click();
	await roles.getByText("Partner").waitFor({ state: "detached" });
	await requested(4, 5);
	await roles.getByRole("button", { name: "Delete the role Advisor" }).click();
	await roles.getByRole("alert").waitFor();
	await roles.getByText("Advisor", { exact: true }).waitFor();
	await mia.close();
});

it("shows others the connections of their own contact alone, with what that contact can do", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	await openConnections(ada);
	await ada.page.getByText("your sign-in names none").waitFor();
	await ada.close();
	const connection = await requested(5, 1);
	const { token: own } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Agent",
		contactId: people[1]?.contactUid,
	});
	const context = await browser.newContext();
	const page = await context.newPage();
	await page.goto(`${server.url}/console#/connections/${connection.connectionId}`);
	await page.getByText("Sign in with a token or an API key").click();
	await page.getByRole("textbox", { name: "Token" }).fill(own);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.getByRole("button", { name: "Accept for Tom Okafor" }).waitFor();
	expect(await page.getByRole("group", { name: "What Noah Brandt can do" }).count()).toBe(0);
	await page.getByRole("button", { name: "Decline for Tom Okafor" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Decline" }).click();
	await standing(page, "Declined").waitFor();
	await context.close();
});

it.each(["light", "dark"] as const)("has no serious fault for assistive technology: %s", async (colorScheme) => {
	const shown = await requested(0, colorScheme === "light" ? 2 : 3, "We look after the same house");
	for (const [size, viewport] of Object.entries({
		desktop: { width: 1280, height: 800 },
		phone: { width: 360, height: 740 },
	})) {
		const mia = await Agent.signIn(browser, server.url, "Mia", { colorScheme, viewport, bypassCSP: true });
		const { page } = mia;
		const look = async (state: string): Promise<void> => {
			await mia.expectAccessible();
			expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
			await keep(page, `console-connections-${state}-${size}-${colorScheme}`);
		};
		await openConnections(mia);
		await page
			.getByRole("link", { name: /Inês Duarte/ })
			.first()
			.waitFor();
		await look("list");
		await page.keyboard.press("c");
		await page.getByRole("combobox", { name: "Who asks" }).fill("m");
		await page.getByRole("option", { name: "Mira Lindqvist" }).waitFor();
		await look("request");
		await page.keyboard.press("Escape");
		await page.keyboard.press("Escape");
		await page.goto(`${server.url}/console#/connections/${shown.connectionId}`);
		await page.getByRole("region", { name: "History" }).getByText("Requested").waitFor();
		await look("detail");
		await page.goto(`${server.url}/console#/connections/names`);
		await page.getByRole("button", { name: "Rename the role Advisor" }).waitFor();
		await look("names");
		await mia.close();
	}
});
