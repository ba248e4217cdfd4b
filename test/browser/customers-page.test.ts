import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { Agent } from "./console-page.ts";
import { keep } from "./screenshot.ts";

type Named = { id: string; name: string; version: number };

let stateDir = "";
let server: Server;
let browser: Browser;
let token = "";
let group: Named;
let porto: Named;

const soon = { timeout: 20_000, interval: 100 };
const colors = ["Magenta", "Red", "Volcano", "Orange", "Gold", "Lime", "Green", "Cyan", "Blue", "GeekBlue", "Purple"];
const workdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const html = "<img src=x onerror=\"document.title='owned'\">";

const weekly = (name: string, state: string, times: [string, string], days: readonly string[], priority = 0) => ({
	name,
	state,
	priority,
	simpleRuleType: "Time",
	startDate: "2026-01-05",
	startTime: times[0],
	endTime: times[1],
	frequency: "Weekly",
	interval: 1,
	byDay: days.map((dayOfWeek) => ({ dayOfWeek })),
});

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-customers-"));
	[server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
	({ token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Manager",
	}));
	const tags: { id: string }[] = [];
	for (const color of colors) tags.push(await server.ask("POST", "/tags", token, { name: `In ${color}`, color }));
	const tagIds = tags.map(({ id }) => id);
	const account = await server.ask<Named>("POST", "/accounts", token, { name: "Iberia" });
	group = await made({
		name: "Harbour Group",
		accountId: account.id,
		overrideAppSettings: true,
		appSettings: { enableDialer: true, pageTitle: html },
		schedule: {
			timeZoneId: "GMT Standard Time",
			defaultState: "Closed",
			rules: [
				weekly("Desk", "Open", ["08:00", "20:00"], workdays),
				weekly("Lunch", "Lunch", ["12:30", "13:30"], ["Monday"], 5),
				weekly("Night bar", "Open", ["21:00", "03:00"], ["Friday"]),
			],
		},
	});
	porto = await made({
		name: "Harbour Porto",
		referenceId: "HP",
		parentCustomerId: group.id,
		accountId: account.id,
		tagIds,
	});
	await made({ name: html, parentCustomerId: group.id });
	await Promise.all(
		Array.from({ length: 60 }, (_, index) =>
			made({ name: `Berth ${String(index + 1).padStart(2, "0")}`, parentCustomerId: porto.id }),
		),
	);
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

function made(body: object): Promise<Named> {
	return server.ask("POST", "/customers", token, body);
}

function line(page: Page, name: string | RegExp) {
	return page.getByRole("treeitem", { name });
}

async function openCustomers(mia: Agent, ...parts: string[]): Promise<void> {
	await mia.page.goto(`${server.url}/console#/${["customers", ...parts].join("/")}`);
	await mia.page.getByRole("heading", { name: "Customers", exact: true }).waitFor();
}

it("opens the tree branch by branch, with the keyboard alone", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openCustomers(mia);
	const { page } = mia;
	await line(page, /^Brightwater Hotels/).focus();
	await page.keyboard.press("ArrowDown");
	await expectFocus(page, /^Harbour Group/);
	await page.keyboard.press("ArrowRight");
	await line(page, /^Harbour Porto/).waitFor();
	await page.keyboard.press("ArrowRight");
	await expectFocus(page, /^<img src=x/);
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowRight");
	await line(page, /^Berth 50/).waitFor();
	expect(await line(page, /^Berth/).count()).toBe(50);
	expect(await line(page, /^Harbour Porto/).getAttribute("aria-expanded")).toBe("true");
	expect(await line(page, /^Berth 07/).getAttribute("aria-level")).toBe("3");
	// The rest of a long branch comes where it was asked for.
	await line(page, "More…").focus();
	await page.keyboard.press("Enter");
	await expectFocus(page, /^Berth 51/);
	expect(await line(page, /^Berth/).count()).toBe(60);
	await page.keyboard.press("ArrowLeft");
	await expectFocus(page, /^Harbour Porto/);
	await page.keyboard.press("ArrowLeft");
	expect(await line(page, /^Berth/).count()).toBe(0);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Harbour Porto" }).waitFor();
	expect(await line(page, /^Harbour Porto/).getAttribute("aria-selected")).toBe("true");
	// An address leads to the customer, and the tree opens the way to it.
	await page.reload();
	await line(page, /^Harbour Porto/).waitFor();
	await mia.close();
});

async function expectFocus(page: Page, name: RegExp): Promise<void> {
	await vi.waitFor(async () => expect(await page.locator(":focus").innerText()).toMatch(name), soon);
}

it("finds by name, tags, account and in other orders", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openCustomers(mia);
	const { page } = mia;
	const found = page.getByRole("region", { name: "Customers found" });
	await line(page, /^Harbour Group/).waitFor();
	await page.keyboard.press("/");
	await page.keyboard.type("berth 1");
	await found.getByText("10 customers match.").waitFor();
	expect(await found.getByRole("link").first().innerText()).toContain("in Harbour Group › Harbour Porto");
	await page.getByRole("searchbox", { name: "Part of a customer's name" }).fill("no such name");
	await found.getByText("No customer matches.").waitFor();
	await page.getByRole("button", { name: "Clear" }).click();
	await line(page, /^Harbour Group/).waitFor();
	await page.getByRole("button", { name: "Filters" }).click();
	await page.getByRole("checkbox", { name: "In Lime" }).check();
	await page.getByRole("checkbox", { name: "In GeekBlue" }).check();
	await found.getByText("1 customer matches.").waitFor();
	await page.getByRole("combobox", { name: "Account" }).selectOption("Main");
	await found.getByText("No customer matches.").waitFor();
	await page.getByRole("button", { name: "Clear" }).click();
	await page.getByRole("combobox", { name: "Order" }).selectOption("Newest first");
	await found
		.getByRole("link", { name: /^Berth/ })
		.first()
		.waitFor();
	await found.getByRole("button", { name: "Show more" }).click();
	await found.getByRole("link", { name: /^Harbour Group/ }).waitFor();
	await mia.close();
});

it("shows what holds for a customer, whose it is, and its week as the server evaluates it", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openCustomers(mia, porto.id);
	const { page } = mia;
	const hours = page.getByRole("region", { name: "Opening hours" });
	await hours.getByText("Hours of GMT Standard Time").waitFor();
	await hours.getByRole("link", { name: "Harbour Group" }).waitFor();
	await hours.getByRole("button", { name: "The week after" }).click();
	await vi.waitFor(
		async () =>
			expect(
				(await hours.locator(".week-text").allInnerTexts()).map((text) => text.trim().replaceAll(/\s+/g, " ")),
			).toEqual([
				"08:00–12:30, Lunch 12:30–13:30, 13:30–20:00",
				"08:00–20:00",
				"08:00–20:00",
				"08:00–20:00",
				"08:00–20:00, from 21:00",
				"until 03:00",
				"Closed",
			]),
		soon,
	);
	expect(await hours.locator(".span.is-open").count()).toBe(8);
	const app = page.getByRole("region", { name: "App settings" });
	await app.getByText("Inherited from Harbour Group").waitFor();
	await app.getByText("Dialer").waitFor();
	await app.getByText(html).waitFor();
	await page.getByRole("region", { name: "Billing settings" }).getByText("No prices are set.").waitFor();
	expect(await page.locator(".detail-title + .chips .chip").allInnerTexts()).toEqual(
		colors.map((color) => `In ${color}`),
	);
	expect(await page.locator(".tree img, .split-open img").count()).toBe(0);
	expect(await page.title()).not.toContain("owned");
	await page.getByRole("navigation", { name: "Where it is" }).getByRole("link", { name: "Harbour Group" }).click();
	await page.getByRole("heading", { name: "Harbour Group" }).waitFor();
	await hours.getByText("Its own.").waitFor();
	await mia.close();
});

it("adds, edits, moves and deletes; a change of somebody else's is shown before it is overwritten", async () => {
	const mia = await Agent.signIn(browser, server.url, "Mia");
	await openCustomers(mia, group.id);
	const { page } = mia;
	const dialog = page.getByRole("dialog");
	await page.getByRole("button", { name: "Add below" }).click();
	await page.keyboard.type("Harbour Faro");
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Harbour Faro" }).waitFor();
	await line(page, /^Harbour Faro/).waitFor();
	const id = new URL(page.url()).hash.split("/").at(-1) ?? "";

	await page.getByRole("button", { name: "Edit" }).click();
	await server.ask("PATCH", `/customers/${id}`, token, { referenceId: "THEIRS" });
	await dialog.getByLabel("Name", { exact: true }).fill("Harbour Lagos");
	await dialog.getByRole("checkbox", { name: "In Cyan" }).check();
	await dialog.getByRole("button", { name: "Save" }).click();
	await dialog.getByText(/acme-manager changed this customer.*reference “THEIRS”/).waitFor();
	expect(await server.ask("GET", `/customers/${id}`, token)).toMatchObject({ name: "Harbour Faro" });
	await dialog.getByRole("button", { name: "Save over it" }).click();
	await page.getByRole("heading", { name: "Harbour Lagos" }).waitFor();
	await line(page, /^Harbour Lagos/).waitFor();

	await page.getByRole("button", { name: "Move" }).click();
	await dialog.getByRole("combobox", { name: "Below" }).fill("Lagos");
	await dialog.getByRole("option", { name: /Harbour Lagos/ }).waitFor();
	await page.keyboard.press("Enter");
	await dialog.getByRole("button", { name: "Move" }).click();
	await dialog.getByText("“Harbour Lagos” cannot be below itself.").waitFor();
	await dialog.getByRole("radio", { name: "To the top" }).check();
	await dialog.getByRole("button", { name: "Move" }).click();
	await dialog.waitFor({ state: "detached" });
	await vi.waitFor(async () => expect(await line(page, /^Harbour Lagos/).getAttribute("aria-level")).toBe("1"), soon);

	const child = await made({ name: "Below Lagos", parentCustomerId: id });
	await page.reload();
	await page.getByRole("button", { name: "Delete" }).click();
	expect(await dialog.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
	await dialog.getByRole("checkbox", { name: "Also delete the customer below it" }).check();
	await dialog.getByRole("button", { name: "Delete" }).click();
	await line(page, /^Harbour Lagos/).waitFor({ state: "detached" });
	await expect(server.ask("GET", `/customers/${child.id}`, token)).rejects.toThrow("answered 404");
	await mia.close();
});

it("is for those who may: agents have no such section, a customer sees its own branch and changes nothing", async () => {
	const ada = await Agent.signIn(browser, server.url, "Ada");
	expect(await ada.page.getByRole("link", { name: "Customers" }).count()).toBe(0);
	await ada.close();
	const carl = await Agent.signIn(browser, server.url, "Carl");
	await openCustomers(carl);
	await line(carl.page, /^Brightwater Porto/).click();
	await carl.page.getByRole("region", { name: "Profile" }).waitFor();
	expect(await line(carl.page, /./).count()).toBe(1);
	expect(await carl.page.getByRole("button", { name: "Edit" }).count()).toBe(0);
	expect(await carl.page.getByRole("button", { name: "Filters" }).count()).toBe(0);
	await carl.page.goto(`${server.url}/console#/customers/${group.id}`);
	await carl.page.getByText("There is no such customer.").waitFor();
	await carl.close();
});

it.each(["light", "dark"] as const)("has no serious fault for assistive technology: %s", async (colorScheme) => {
	for (const [size, viewport] of Object.entries({
		desktop: { width: 1280, height: 800 },
		phone: { width: 360, height: 740 },
		wide: { width: 2560, height: 1440 },
	})) {
		const mia = await Agent.signIn(browser, server.url, "Mia", { colorScheme, viewport, bypassCSP: true });
		const { page } = mia;
		const look = async (state: string): Promise<void> => {
			await mia.expectAccessible();
			expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
			if (size !== "wide" || state === "detail") await keep(page, `console-customers-${state}-${size}-${colorScheme}`);
		};
		await openCustomers(mia);
		await line(page, /^Harbour Group/).focus();
		await page.keyboard.press("ArrowRight");
		await line(page, /^Harbour Porto/).waitFor();
		await look("tree");
		await page.getByRole("button", { name: "Filters" }).click();
		await page.getByRole("checkbox", { name: "In Lime" }).check();
		await page.locator(".found-count").getByText("1 customer matches.").waitFor();
		await look("filters");
		await page.getByRole("button", { name: "Clear" }).click();
		await page.getByRole("button", { name: "Filters" }).click();
		await page.goto(`${server.url}/console#/customers/${porto.id}`);
		await page.locator(".week-row").first().waitFor();
		await look("detail");
		await page.getByRole("button", { name: "Edit" }).click();
		await page.getByRole("checkbox", { name: "In Lime" }).last().waitFor();
		await look("edit");
		await page.keyboard.press("Escape");
		await page.getByRole("button", { name: "Move" }).click();
		await page.getByRole("combobox", { name: "Below" }).fill("Ber");
		await page.getByRole("option", { name: /Berth/ }).first().waitFor();
		await look("move");
		await mia.close();
	}
});
