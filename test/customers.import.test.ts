import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { importCustomers } from "../src/customers/import.ts";
import { database } from "../src/db/database.ts";
import { Person, request } from "./support/client.ts";
import { manager } from "./support/customers.ts";
import { Tap } from "./support/d1.ts";

async function send(person: Person, body: BodyInit, type = "text/csv") {
	const headers = { ...person.headers, "Content-Type": type };
	const response = await request("/customers/import", { method: "POST", headers, body });
	return { status: response.status, body: (await response.json()) as any };
}

/** Bytes in pieces of a size that cuts lines, quotes and characters apart. */
function inPieces(text: string, size: number): ReadableStream<Uint8Array> {
	const bytes = new TextEncoder().encode(text);
	let at = 0;
	return new ReadableStream({
		pull(controller) {
			if (at >= bytes.length) return controller.close();
			controller.enqueue(bytes.slice(at, at + size));
			at += size;
		},
	});
}

it("imports the good lines of a CSV and reports on each", async () => {
	const mia = await manager();
	const file = [
		"\uFEFFname,ReferenceId,parentReferenceId,isStaging",
		"Root,R1,,yes",
		'"Quoted, ""Inc""",R2,R1,',
		"",
		",R3,,",
		'"never closed,R4,,',
		"Good after bad,R5,R2,",
		'"closed"badly,R6,,',
		'"two\nlines",R7,R1,0',
		"Orphan,R8,nobody,",
		"Too,many,cells,in,here",
		"Maybe,R9,,perhaps",
		"Last,R10,R5,",
	].join("\r\n");
	for (const size of [1, 7, 100_000]) {
		const { status, body } = await send(mia, inPieces(file, size));
		expect(status).toBe(200);
		const outcome = body.lines.map(({ line, id, error }: any) => [
			line,
			id ? "made" : `${error.errorCode} ${error.fieldName ?? ""}`.trim(),
		]);
		expect(outcome).toEqual([
			[2, "made"],
			[3, "made"],
			[5, "NotEmpty Name"],
			[6, "SerializationException"],
			[7, "made"],
			[8, "SerializationException"],
			[9, "made"],
			[12, "SerializationException"],
			[13, "SerializationException isStaging"],
			[14, "made"],
			// Its parent might have come last.
			[11, "ParentNotFound ParentCustomerId"],
		]);
		expect([body.imported, body.failed]).toEqual([5, 6]);
	}
	const { body } = await mia.call("GET", "/customers?nameFilter=Last");
	expect(body.items[0].breadcrumb.map(({ name }: any) => name)).toEqual([
		"Root",
		'Quoted, "Inc"',
		"Good after bad",
		"Last",
	]);
	expect((await mia.call("GET", "/customers?simplifiedPaging=false")).body.totalCount).toBe(15);
});

it("imports JSON Lines, with settings, tags and a broken line in the middle", async () => {
	const mia = await manager();
	const tag = (await mia.call("POST", "/tags", { name: "gold", color: "Gold" })).body.id;
	const id = "0123456789abcdef0123456789abcdef";
	const file = [
		JSON.stringify({ id, name: "One", tagIds: [tag], data: { size: { numberValue: 3 } } }),
		'{"name": "broken',
		"[1]",
		JSON.stringify({ name: "Two", parentCustomerId: id, tagIds: ["f".repeat(32)] }),
		JSON.stringify({ id, name: "Again" }),
		JSON.stringify({ Name: "Three", ParentCustomerId: id.toUpperCase() }),
	].join("\n");
	const { body } = await send(mia, inPieces(file, 13), "application/x-ndjson");
	expect(body.lines.map(({ line, id: made, error }: any) => [line, made ? "made" : error.errorCode])).toEqual([
		[1, "made"],
		[2, "SerializationException"],
		[3, "SerializationException"],
		[4, "TagNotFound"],
		[5, "CustomerExists"],
		[6, "made"],
	]);
	const one = (await mia.call("GET", `/customers/${id}`)).body;
	expect(one).toMatchObject({
		tags: [{ id: tag, color: "Gold" }],
		data: { size: { numberValue: 3 } },
		descendantCount: 1,
	});
	expect((await mia.call("GET", "/tags")).body.items).toMatchObject([{ name: "gold", customerCount: 1 }]);
});

it("exports what matches as CSV, and imports it again elsewhere", async () => {
	const [mia, max] = [await manager(), await manager()];
	const lines = Array.from({ length: 1300 }, (_, n) => JSON.stringify({ name: `Customer ${n}`, referenceId: `R${n}` }));
	expect((await send(mia, lines.join("\n"), "text/jsonl")).body.imported).toBe(1300);
	const response = await request("/customers.csv?sortOrder=Descend", { headers: mia.headers });
	expect(response.headers.get("Content-Type")).toContain("text/csv");
	const csv = await response.text();
	expect(csv.split("\r\n").slice(0, 2)).toEqual([
		expect.stringMatching(/^Id,Name,ReferenceId,/),
		expect.stringContaining(",Customer 999,R999,"),
	]);
	expect(csv.trim().split("\r\n")).toHaveLength(1301);
	const filtered = await request("/customers.csv?nameFilter=Customer%20129", { headers: mia.headers });
	expect((await filtered.text()).trim().split("\r\n")).toHaveLength(12);

	const again = csv
		.split("\r\n")
		.map((line) => line.split(",").slice(1, 3).join(","))
		.join("\n");
	expect((await send(max, again)).body).toMatchObject({ imported: 1300, failed: 0 });
	// An id is taken once.
	expect((await send(mia, csv.split("\r\n").slice(0, 3).join("\n"))).body.lines).toMatchObject([
		{ line: 2, error: { errorCode: "CustomerExists" } },
		{ line: 3, error: { errorCode: "CustomerExists" } },
	]);
});

it("pays the search index for all that it imports", async () => {
	const mia = await manager();
	await send(
		mia,
		Array.from({ length: 2500 }, (_, n) => JSON.stringify({ name: `Indexed ${n}` })).join("\n"),
		"text/jsonl",
	);
	const owed = await env.DB.prepare("SELECT count(*) AS n FROM customer_unindexed WHERE tenant_id = ?")
		.bind(mia.tenantId)
		.first();
	expect(owed).toEqual({ n: 0 });
	const found = await env.SEARCH.prepare("SELECT count(*) AS n FROM customer_entry WHERE customer_entry MATCH ?")
		.bind(`grams : "ind nde dex" AND facets : "d${mia.tenantId.replaceAll("-", "\u242d")}"`)
		.first();
	expect(found).toEqual({ n: 2500 });
});

it("counts lines however they end, and gives up no more than a broken one", async () => {
	for (const end of ["\n", "\r", "\r\n"]) {
		const mia = await manager();
		const long = "a".repeat(300_000);
		const file = [
			"name,referenceId",
			"One,A1",
			'"Two',
			'lines",A2',
			'"bad"quote,A3',
			"",
			"Six,A4",
			`${long},A5`,
			"Eight,A6",
			`"${long}",A7`,
			"Ten,A8",
			'"open,A9',
			"Twelve,A10",
		].join(end);
		for (const size of [1000, 65_536, 10_000_000]) {
			const { body } = await send(mia, inPieces(file, size));
			expect(body.lines.map(({ line, id, error }: any) => [line, id ? "made" : error.message])).toEqual([
				[2, "made"],
				[3, "made"],
				[5, "A comma or the end of the line must follow a closing quote."],
				[7, "made"],
				[8, "It has more than 262144 characters."],
				[9, "made"],
				[10, expect.stringMatching(/^(A quote is not closed|It has more than 262144 characters)\.$/)],
				[11, "made"],
				[12, "A quote is not closed."],
				[13, "made"],
			]);
		}
	}
});

it("reads nothing below a header that cannot be read", async () => {
	const mia = await manager();
	for (const [header, problem] of [
		['name,"ref"x', "A comma or the end of the line must follow a closing quote."],
		['"name,ref', "A quote is not closed."],
		[`name,${"r".repeat(300_000)}`, "It has more than 262144 characters."],
	] as const) {
		for (const size of [1000, 10_000_000]) {
			const { body } = await send(mia, inPieces(`\n${header}\nA,hb1\nB,hb2\n`, size));
			expect(body.lines).toEqual([
				{
					line: 2,
					error: {
						errorCode: "SerializationException",
						message: `${problem} Nothing was imported, as this line is to name the columns. Mend it, and send the file again.`,
					},
				},
			]);
			expect([body.imported, body.failed]).toEqual([0, 1]);
		}
	}
	expect((await mia.call("GET", "/customers")).body.items).toEqual([]);
});

it("refuses what it would read wrongly", async () => {
	const mia = await manager();
	const bytes = (...parts: (string | number)[]) =>
		new Uint8Array(parts.flatMap((part) => (typeof part === "number" ? [part] : [...new TextEncoder().encode(part)])));
	const csv = bytes(
		"name,gr\u00f6\u00dfe\nCaf",
		0xe9,
		",1\nCaf\u00e9 \ufffd,2\n\u65e5\u672c \u{1f469}\u200d\u{1f680},3\nCut",
		0xe6,
	);
	for (const size of [1, 5, 1000]) {
		const pieces = new ReadableStream<Uint8Array>({
			start(controller) {
				for (let at = 0; at < csv.length; at += size) controller.enqueue(csv.slice(at, at + size));
				controller.close();
			},
		});
		const { body } = await send(mia, pieces);
		expect(body.lines.slice(0, 1)).toEqual([
			{ line: 2, error: { errorCode: "SerializationException", message: "It is not UTF-8." } },
		]);
		expect(body.lines.at(-1).error?.message, String(size)).toBe("It is not UTF-8.");
		expect(body.lines.find(({ line }: any) => line === 4).id).toBeTruthy();
	}
	const jsonl = bytes('{"name":"Caf', 0xe9, '"}\n{"name":"Fine"}');
	expect((await send(mia, jsonl, "text/jsonl")).body).toMatchObject({ imported: 1, failed: 1 });
	const wrong = await send(mia, `{"name":5}\n{"name":"${"x".repeat(201)}"}\n{}`, "text/jsonl");
	expect(wrong.body.lines.map(({ error }: any) => error.message)).toEqual([
		"'Name' must be a string.",
		"The length of 'Name' must be 200 characters or fewer. You entered 201 characters.",
		"'Name' must not be empty.",
	]);

	expect((await send(mia, "name\nX", "text/csv; charset=iso-8859-1")).status).toBe(415);
	expect((await send(mia, "name\nX", 'text/csv; charset="UTF-8"; header=present')).body.imported).toBe(1);
	const headers = { ...mia.headers, "Content-Type": "text/csv", "Content-Encoding": "gzip" };
	const packed = new Blob(["name\nX"]).stream().pipeThrough(new CompressionStream("gzip"));
	const answer = await request("/customers/import", { method: "POST", headers, body: packed });
	expect(answer.status).toBe(415);
	expect(answer.headers.get("Accept-Encoding")).toBe("identity");
	expect(((await answer.json()) as any).responseStatus.errorCode).toBe("UnsupportedMediaType");
});

it("exports no formulas, and takes back what it exports", async () => {
	const [mia, max] = [await manager(), await manager()];
	const names = [
		'=HYPERLINK("http://x")',
		"+49 30",
		"-1",
		"@SUM(A1)",
		"'=quoted",
		"'s Gravenhage",
		"''-",
		"a=b",
		"O'Neill",
		"\ttab",
	];
	const lines = names.map((name, n) => JSON.stringify({ name: `${name}${n}`, referenceId: name }));
	expect((await send(mia, lines.join("\n"), "text/jsonl")).body.imported).toBe(names.length);
	const response = await request("/customers.csv?sortField=DateCreated", { headers: mia.headers });
	expect(response.headers.get("Content-Disposition")).toBe("attachment;filename=customers.csv");
	const csv = await response.text();
	expect(csv).not.toMatch(/(^|,)"?[=+@\t-]/m);
	expect(csv).toContain(",a=b7,a=b,");
	expect(csv).toContain(",'s Gravenhage5,");

	expect((await send(max, csv)).body).toMatchObject({ imported: names.length, failed: 0 });
	const listed = async (person: Person) =>
		(await person.call("GET", "/customers?sortField=DateCreated&all=true")).body.items.map((item: any) => [
			item.id,
			item.name,
			item.referenceId,
		]);
	expect(await listed(max)).toEqual(await listed(mia));
});

it("ends its report where the record breaks it off", async () => {
	const mia = await manager();
	await env.DB.exec(
		"CREATE TRIGGER breaks_off BEFORE INSERT ON customer WHEN new.name = 'Breaks off' BEGIN SELECT raise(ABORT, 'secret'); END",
	);
	const names = [...Array.from({ length: 2000 }, (_, n) => `Sent ${n}`), "Waits", "Breaks off"];
	const { status, body } = await send(mia, names.map((name) => JSON.stringify({ name })).join("\n"), "text/jsonl");
	await env.DB.exec("DROP TRIGGER breaks_off");
	expect(status).toBe(200);
	expect([body.imported, body.failed, body.lines.length]).toEqual([2000, 0, 2000]);
	expect(body.responseStatus).toEqual({
		errorCode: "InternalServerError",
		message: expect.stringMatching(/Send the lines again that are not in this report\.$/),
		errors: [],
	});
	expect(JSON.stringify(body)).not.toContain("secret");
	expect((await mia.call("GET", "/customers?nameFilter=Waits")).body.items).toEqual([]);
});

it("refuses an order that there is none of before a file begins", async () => {
	const mia = await manager();
	const refused = await mia.call("GET", "/customers.csv?sortField=Nope");
	expect([refused.status, refused.body.responseStatus.errorCode]).toEqual([400, "InvalidSortField"]);
});

it("takes only files", async () => {
	const mia = await manager();
	expect((await send(mia, "{}", "application/json")).status).toBe(415);
	expect((await send(mia, "")).body).toEqual({ lines: [], imported: 0, failed: 0 });
});

it("binds no more to a statement than D1 takes, however long the lines are", async () => {
	const mia = await manager();
	const tap = new Tap();
	const tenant = { tenantId: mia.tenantId, db: database({ DB: tap.on(env.DB) } as Env) };
	const visit = { directory: { ...tenant, search: tap.on(env.SEARCH) }, userId: mia.userId, root: "", rootSize: 0 };
	const lines = [
		...Array.from({ length: 2000 }, (_, n) => ({
			name: `${n}${"語".repeat(190)}`,
			referenceId: `${n}${"語".repeat(190)}`,
		})),
		...Array.from({ length: 100 }, () => ({ name: "data", data: { a: { stringValue: "語".repeat(30_000) } } })),
		...Array.from({ length: 40 }, () => ({ name: "settings", appSettings: { customCss: '"'.repeat(90_000) } })),
	];
	let imported = 0;
	const file = lines.map((line) => JSON.stringify(line)).join("\n");
	for await (const reports of importCustomers(visit, inPieces(file, 100_000), "jsonl"))
		imported += reports.filter((report) => "id" in report).length;
	expect(imported).toBe(lines.length);
	expect(tap.bound.bytes).toBeLessThan(2_000_000);
	expect(tap.bound.parameters).toBeLessThanOrEqual(100);
});
