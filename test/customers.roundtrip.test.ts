import { expect, it } from "vitest";
import { HELD } from "../src/customers/held-lines.ts";
import { Person, request } from "./support/client.ts";
import { manager } from "./support/customers.ts";

const MAIN_ACCOUNT = "00000000000000000000000000000001";

async function send(person: Person, file: string, type = "text/csv") {
	const headers = { ...person.headers, "Content-Type": type };
	const response = await request("/customers/import", { method: "POST", headers, body: file });
	return (await response.json()) as any;
}

function idOf(number: number): string {
	return `c${number.toString(16).padStart(31, "0")}`;
}

function jsonl(lines: readonly object[]): string {
	return lines.map((line) => JSON.stringify(line)).join("\n");
}

async function exported(person: Person, query: string): Promise<string> {
	return (await request(`/customers.csv?${query}`, { headers: person.headers })).text();
}

/** What an import makes anew. */
const OWN = ["version", "dateCreated", "dateLastModified", "createdBy", "lastModifiedBy"];

/** Everybody, but for what an import makes anew, and what is counted of them. */
async function directoryOf(person: Person): Promise<object> {
	const { items, totalCount } = (await person.call("GET", "/customers?all=true&sortField=ReferenceId")).body;
	const customers = items.map((item: object) =>
		Object.fromEntries(Object.entries(item).filter(([name]) => !OWN.includes(name))),
	);
	const accounts = (await person.call("GET", "/accounts")).body.items;
	return { totalCount, customers, accounts: accounts.map(({ id, customerCount }: any) => [id, customerCount]) };
}

it("takes an export of a tree back in an empty directory, in whichever order it comes", async () => {
	const mia = await manager();
	const tag = { id: idOf(0xffff), name: "gold", color: "Gold" };
	await mia.call("POST", "/tags", tag);
	const fromTop = Array.from({ length: 400 }, (_, n) => ({
		id: idOf(n),
		// By name those below come first, and by reference in no order.
		name: `${4 - levelOf(n)} customer ${String((n * 7919) % 1000).padStart(3, "0")}`,
		referenceId: `R${String((n * 104_729) % 1000).padStart(3, "0")}`,
		...(levelOf(n) === 0 ? {} : { parentCustomerId: idOf(parentOf(n)) }),
		...(n % 3 === 0 ? { tagIds: [tag.id], customerState: "busy", isStaging: true } : {}),
		...(n % 5 === 0
			? {
					data: {
						e: { stringValue: "" },
						"a,b": { stringValue: ' "x"' },
						"": { listValue: [{ n: { numberValue: 1e21 } }] },
					},
					integrationData: { crm: { thirdPartyId: "" } },
					overrideAppSettings: true,
					appSettings: { pageTitle: "", enableDialer: true },
					schedule: {
						inherit: false,
						forceClosed: false,
						timeZoneId: "Europe/Vienna",
						defaultState: "Open",
						rules: [],
					},
				}
			: {}),
	}));
	const { imported, lines } = await send(mia, jsonl(fromTop), "text/jsonl");
	expect([imported, lines.filter(({ error }: any) => error)]).toEqual([400, []]);
	const whole = await directoryOf(mia);
	const orders = ["Name", "ReferenceId", "DateCreated", "AccountName"].flatMap((field) =>
		["Ascend", "Descend"].map((order) => `sortField=${field}&sortOrder=${order}`),
	);
	for (const order of orders) {
		const max = await manager();
		await max.call("POST", "/tags", tag);
		const report = await send(max, await exported(mia, order));
		expect([order, report.imported, report.failed]).toEqual([order, 400, 0]);
		expect(report.lines.map(({ line }: any) => line).toSorted((a: number, b: number) => a - b)).toEqual(
			fromTop.map((_, n) => n + 2),
		);
		expect(await directoryOf(max), order).toEqual(whole);
	}
});

/** 4 levels: of 4, of 16, of 64 and the rest. */
function levelOf(n: number): number {
	return n < 4 ? 0 : n < 20 ? 1 : n < 84 ? 2 : 3;
}

function parentOf(n: number): number {
	const [first, above] = [
		[0, 0],
		[4, 0],
		[20, 4],
		[84, 20],
	][levelOf(n)] as [number, number];
	return above + ((n - first) % (first - above));
}

it("waits for parents by reference too, and says of the others by their lines what is missing", async () => {
	const mia = await manager();
	const file = [
		"id,name,referenceId,parentReferenceId,parentCustomerId",
		",Third,c,b,",
		`,Below the third,,,${idOf(3)}`,
		",Lost,l,nobody,",
		",Below the lost,,l,",
		"",
		",,unnamed,,",
		",Second,b,a,",
		`${idOf(1)},Its own parent,,,${idOf(1)}`,
		`${idOf(3)},With an id,,c,`,
		",First,a,,",
		",Second by the reference,b,a,",
	].join("\n");
	const { lines, imported, failed } = await send(mia, file);
	const absent = {
		errorCode: "ParentNotFound",
		fieldName: "ParentCustomerId",
		message: "There is no such parent customer.",
	};
	expect(lines.map(({ line, id, error }: any) => [line, id ? "made" : error.errorCode])).toEqual([
		[7, "NotEmpty"],
		[11, "made"],
		[12, "made"],
		[2, "made"],
		[8, "made"],
		[10, "made"],
		[3, "made"],
		[4, "ParentNotFound"],
		[5, "ParentNotFound"],
		[9, "ParentNotFound"],
	]);
	expect(lines.filter(({ line }: any) => [4, 5, 9].includes(line)).map(({ error }: any) => error)).toEqual([
		absent,
		absent,
		absent,
	]);
	expect([imported, failed]).toEqual([6, 4]);
});

it("holds no more lines than it says, by their number and by their length", async () => {
	const parentCustomerId = idOf(1);
	const files = [
		Array.from({ length: HELD.lines + 2 }, () => ({ name: "Waits", parentCustomerId })),
		Array.from({ length: 150 }, () => ({
			name: "Waits",
			parentCustomerId,
			data: { long: { stringValue: "x".repeat(60_000) } },
		})),
	];
	for (const children of files) {
		const mia = await manager();
		const { lines, imported, failed } = await send(
			mia,
			jsonl([...children, { id: parentCustomerId, name: "Last" }]),
			"text/jsonl",
		);
		const most = Math.min(HELD.lines, Math.floor(HELD.characters / JSON.stringify(children[0]).length));
		expect(imported + failed).toBe(children.length + 1);
		expect(Math.abs(imported - 1 - most)).toBeLessThan(2);
		const refused = lines.filter(({ error }: any) => error);
		expect(refused[0]).toEqual({
			line: imported,
			error: {
				errorCode: "ParentNotFound",
				fieldName: "ParentCustomerId",
				message: expect.stringContaining("Send this line again when the import has ended."),
			},
		});
		const parent = (await mia.call("GET", `/customers/${parentCustomerId}`)).body;
		expect([parent.childCount, refused.length]).toEqual([imported - 1, failed]);
	}
});

it("makes the main account for whoever names it, in an import and in a single request", async () => {
	const [mia, max] = [await manager(), await manager()];
	const report = await send(mia, `name,accountId\nIn the main one,${MAIN_ACCOUNT}\nIn another,${idOf(9)}\n`);
	expect(report.lines).toEqual([
		{ line: 2, id: expect.any(String) },
		{ line: 3, error: expect.objectContaining({ errorCode: "AccountNotFound" }) },
	]);
	const made = await max.call("POST", "/customers", { name: "Also in it", accountId: MAIN_ACCOUNT });
	expect([made.status, made.body.accountId, made.body.accountName]).toEqual([200, MAIN_ACCOUNT, "Main"]);
	for (const person of [mia, max])
		expect((await person.call("GET", "/accounts")).body.items).toMatchObject([{ id: MAIN_ACCOUNT, customerCount: 1 }]);
	expect((await mia.call("POST", "/customers", { name: "Lost", accountId: idOf(9) })).status).toBe(400);
});

it.each([8, 50])("makes each id once, of %i imports at once", async (many) => {
	const mia = await manager();
	const lines = Array.from({ length: 60 }, (_, n) => ({
		id: idOf(n),
		name: `Together ${n}`,
		...(n % 10 === 0 ? {} : { parentCustomerId: idOf(n - (n % 10)) }),
	}));
	const turned = (by: number) => [...lines.slice(by), ...lines.slice(0, by), { name: `Without an id ${by}` }];
	const reports = await Promise.all(
		Array.from({ length: many }, async (_, n) => send(mia, jsonl(turned(n % 3 === 0 ? n : 0)), "text/jsonl")),
	);
	for (const report of reports) {
		expect(report.responseStatus).toBeUndefined();
		expect(report.lines).toHaveLength(61);
		const codes = new Set(report.lines.flatMap(({ error }: any) => error?.errorCode ?? []));
		expect([...codes].filter((code) => code !== "CustomerExists")).toEqual([]);
	}
	expect(reports.reduce((sum, { imported }) => sum + imported, 0)).toBe(60 + many);
	const { items, totalCount } = (await mia.call("GET", "/customers?all=true&nameFilter=Together")).body;
	expect([items.length, totalCount]).toEqual([60, 60]);
	expect(items.filter(({ childCount }: any) => childCount === 9)).toHaveLength(6);
	expect((await mia.call("GET", "/accounts")).body.items).toMatchObject([{ customerCount: 60 + many }]);
});
