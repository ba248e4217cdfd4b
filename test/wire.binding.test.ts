import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { open } from "../src/auth/authenticate.ts";
import { respondWithStatus } from "../src/http/failure.ts";
import type { FoyerEnv } from "../src/http/foyer-env.ts";
import { operation } from "../src/http/operation.ts";
import { valid } from "../src/http/validate.ts";
import { guid } from "../src/rooms/frames.ts";
import { decoded, encoded } from "../src/wire/wire.ts";
import { Person } from "./support/client.ts";
import { ask, json } from "./support/wire.ts";

const MIB = 1024 * 1024;
const G = "0123456789abcdef0123456789abcdef";
const GUID = "{01234567-89AB-CDEF-0123-456789ABCDEF}";
const ZERO = "0".repeat(32);

/** One member of each kind that operations have. */
const kinds = {
	text: z.string().optional(),
	count: z.int().min(0).max(100).default(25),
	maxViews: z.int().optional(),
	rate: z.number().optional(),
	isOpen: z.boolean().optional(),
	at: z.iso.datetime().meta({ format: "date-time" }).optional(),
	resourceUid: guid.optional(),
	specificIds: z.array(guid).optional(),
	names: z.array(z.string()).optional(),
	numbers: z.array(z.int()).optional(),
	sortOrder: z.enum(["Ascend", "Descend"]).optional(),
	colors: z.array(z.enum(["Red", "GeekBlue"])).optional(),
	data: z.record(z.string(), z.object({ boolValue: z.boolean().optional() })).optional(),
};
const inner = z.object(kinds);
const schema = inner.extend({ inner: inner.optional(), inners: z.array(inner).optional() });

/** A route that answers with what it was given, behind the edge that all have. */
const told = operation({ name: "Tell", summary: "Tells what it was told", answer: null });
const probe = new Hono<FoyerEnv>()
	.use(encoded, decoded)
	.get("/tell", told, open("a test"), valid("query", schema), (c) => c.json(c.req.valid("query")))
	.post("/tell", told, open("a test"), valid("json", schema), (c) => c.json(c.req.valid("json")))
	.onError(respondWithStatus);

async function tell(query: string, body?: BodyInit | null, type?: string) {
	const init = body === undefined ? {} : { method: "POST", body };
	const headers = type === undefined ? {} : { "Content-Type": type };
	const address = `https://foyer.test/tell?jsconfig=eccn&format=json${query}`;
	const response = await probe.fetch(new Request(address, { ...init, headers }), env);
	const answer: any = await response.json(); // oxlint-disable-line typescript/no-explicit-any -- as the wire says
	return { status: response.status, answer };
}

const none = { count: 25 };

it("binds a query", async () => {
	const cases: [query: string, members: object][] = [
		["", none],
		// Any case, underscores, unknown members, empty values.
		["&TEXT=a&Count=3&ISOPEN=1&resource_uid=" + G, { text: "a", count: 3, isOpen: true, resourceUid: G }],
		["&unknown=1&constructor=2&__proto__=3&toString=4", none],
		["&text=&count=&maxViews&rate=&isOpen=&at=&resourceUid=&specificIds=&sortOrder=&inner=&data=", none],
		["&count=0&maxViews=0", { count: 25, maxViews: 0 }],
		// Text is text.
		['&text="x"', { text: '"x"' }],
		["&text=[a,b]", { text: "[a,b]" }],
		["&text={a:b}&text=c", { text: "{a:b}" }],
		["&text=%20%2B+%F0%9F%91%8B", { text: " + 👋" }],
		// Numbers.
		["&rate=1.5e3&maxViews=-7", { rate: 1500, maxViews: -7 }],
		["&rate=%2B.5&maxViews=1,111", { rate: 0.5, maxViews: 1111 }],
		// Booleans.
		...["true", "TRUE", "t", "y", "yes", "on", "1"].map((text): [string, object] => [
			`&isOpen=${text}`,
			{ isOpen: true },
		]),
		...["false", "False", "f", "n", "no", "off", "0"].map((text): [string, object] => [
			`&isOpen=${text}`,
			{ isOpen: false },
		]),
		["&isOpen=true&isOpen=false", { isOpen: true }],
		["&isOpen=&isOpen=false", { isOpen: false }],
		// Guids; the zero one is none.
		[`&resourceUid=${G.toUpperCase()}`, { resourceUid: G }],
		[`&resourceUid=${GUID}`, { resourceUid: G }],
		[`&resourceUid=${GUID.slice(1, -1)}`, { resourceUid: G }],
		[`&resourceUid=${ZERO}`, none],
		["&resourceUid=00000000-0000-0000-0000-000000000000", none],
		// Dates.
		["&at=2024-01-02", { at: "2024-01-02T00:00:00.000Z" }],
		["&at=20240102", { at: "2024-01-02T00:00:00.000Z" }],
		["&at=2024-01-02T03:04:05", { at: "2024-01-02T03:04:05.000Z" }],
		["&at=2024-01-02T03:04:05.6789012%2B02:00", { at: "2024-01-02T01:04:05.678Z" }],
		["&at=/Date(1704164645000)/", { at: "2024-01-02T03:04:05.000Z" }],
		["&at=/Date(1704164645000-0000)/", { at: "2024-01-02T03:04:05.000Z" }],
		[
			"&at=Tue%20Jan%2002%202024%2003%3A04%3A05%20GMT%2B0000%20(Coordinated%20Universal%20Time)",
			{ at: "2024-01-02T03:04:05.000Z" },
		],
		// Enums.
		["&sortOrder=descend", { sortOrder: "Descend" }],
		["&SortOrder=1&colors=geekblue,0", { sortOrder: "Descend", colors: ["GeekBlue", "Red"] }],
		// Lists.
		["&names=a,b", { names: ["a", "b"] }],
		["&names=[a,b]", { names: ["a", "b"] }],
		["&names=%5Ba,b%2Cc%5D", { names: ["a", "b", "c"] }],
		["&names=a&names=b&names=", { names: ["a", "b"] }],
		['&names=a,"b,c"', { names: ["a", "b,c"] }],
		["&names=a,%22b,%22%22c%22%22%22", { names: ["a", 'b,"c"'] }],
		['&names=["a","b]"]', { names: ["a", "b]"] }],
		["&names=a,,b,", { names: ["a", "b"] }],
		["&names=,", { names: [] }],
		["&names=[]", { names: [] }],
		["&names=a b", { names: ["a b"] }],
		["&names=c:d", { names: ["c:d"] }],
		[`&specificIds=${G},${GUID}`, { specificIds: [G, G] }],
		["&numbers=3,1,2", { numbers: [3, 1, 2] }],
		["&numbers=[1,2]", { numbers: [1, 2] }],
		// Objects, as JSV and as JSON, as deep as they go.
		["&inner={Text:b c,isopen:True}", { inner: { ...none, text: "b c", isOpen: true } }],
		['&inner={"text":"b\\"c","numbers":[1]}', { inner: { ...none, text: 'b"c', numbers: [1] } }],
		[
			`&inners=[{text:a,unknown:{b:[1]}},{resource_UID:${GUID.slice(1, -1)}}]`,
			{
				inners: [
					{ ...none, text: "a" },
					{ ...none, resourceUid: G },
				],
			},
		],
		["&data={a:{boolvalue:yes}}", { data: { a: { boolValue: true } } }],
		["&inner={}", { inner: none }],
	];
	for (const [query, members] of cases)
		expect([query, await tell(query)]).toEqual([query, { status: 200, answer: { ...none, ...members } }]);
});

it("says which part of a query it cannot bind, as it was sent", async () => {
	for (const [query, field, value] of [
		["&COUNT=abc", "COUNT", "abc"],
		["&max_Views=1.2.3", "max_Views", "1.2.3"],
		["&rate=Infinity", "rate", "Infinity"],
		["&isOpen=maybe", "isOpen", "maybe"],
		["&sortOrder=Sideways", "sortOrder", "Sideways"],
		["&sortOrder=2", "sortOrder", "2"],
		["&inner=[object%20Object]", "inner", "[object Object]"],
		["&inner={text", "inner", "{text"],
		["&inner={Count:many}", "inner.Count", "many"],
		[`&count=${"9".repeat(50)}x${"y".repeat(500)}`, "count", `${"9".repeat(50)}x${"y".repeat(49)}`],
	]) {
		const message = `'${value}' is an Invalid value for '${field}'`;
		const error = { errorCode: "SerializationException", fieldName: field, message };
		expect([query, await tell(query ?? "")]).toEqual([
			query,
			{ status: 400, answer: { responseStatus: { errorCode: error.errorCode, message, errors: [error] } } },
		]);
	}
	for (const [query, field, code, text] of [
		["&count=101", "Count", "LessThanOrEqual", "'Count' must be less than or equal to '100'."],
		["&count=-1", "Count", "GreaterThanOrEqual", "'Count' must be greater than or equal to '0'."],
		["&resourceUid=x", "ResourceUid", "RegularExpression", "'Resource Uid' is not in the correct format."],
		["&at=yesterday", "At", "RegularExpression", "'At' is not in the correct format."],
		["&inners=[{specificIds:[x]}]", "Inners[0].SpecificIds[0]", "RegularExpression", undefined],
	]) {
		const { status, answer } = await tell(query ?? "");
		const [error] = answer.responseStatus.errors;
		expect([query, status, error.fieldName, error.errorCode]).toEqual([query, 400, field, code]);
		if (text !== undefined) expect(error.message).toBe(text);
	}
});

const body = { text: "x y", count: 3, isOpen: true, resourceUid: G, names: ["a", "b"], inner: { ...none, rate: 1.5 } };

it("binds the same from a body of every format, a form, or none", async () => {
	const bodies: [type: string | undefined, body: BodyInit][] = [
		[
			"application/json",
			`{"TEXT":"x y","Count":3,"is_open":true,"resourceUid":"${GUID}","names":["a","b"],"inner":{"rate":1.5}}`,
		],
		[
			"application/json; charset=utf-8",
			JSON.stringify({ ...body, unknown: { deep: [{}] }, maxViews: null, specificIds: null }),
		],
		["Application/JSON", JSON.stringify({ ...body, isOpen: "yes", count: "3", names: "a,b", inner: "{Rate:1.5}" })],
		["text/json", JSON.stringify(body)],
		["application/vnd.acme.v2+json", JSON.stringify(body)],
		[undefined, new TextEncoder().encode(`\uFEFF${JSON.stringify(body)}`)],
		["text/jsv", `{Text:x y,Count:3,IsOpen:True,ResourceUid:${G},Names:[a,b],Inner:{Rate:1.5},Unknown:{A:[1]}}`],
		[
			"application/jsv",
			`{\n\tText: x y,\n\tCount: 3,\n\tIsOpen: True,\n\tResourceUid: ${G},\n\tNames: \n\t[\n\t\ta,\n\t\tb\n\t],\n\tInner: \n\t{\n\t\tRate: 1.5\n\t}\n}`,
		],
		["text/csv", `Text,Count,IsOpen,ResourceUid,Names,Inner\r\nx y,3,True,${G},"[a,b]",{Rate:1.5}\r\n`],
		[
			"application/xml",
			`<Tell><Count>3</Count><Inner><Rate>1.5</Rate></Inner><IsOpen>true</IsOpen><Names><string>a</string><string>b</string></Names><ResourceUid>${GUID}</ResourceUid><Text>x y</Text></Tell>`,
		],
		["text/jsonl", `${JSON.stringify(body)}\n{"text":"the second is not for us"}\n`],
		["application/x-ndjson", JSON.stringify(body)],
		[
			"application/x-www-form-urlencoded",
			`text=x+y&count=3&isOpen=on&ResourceUid=${G}&names=a&names=b&inner=%7BRate:1.5%7D`,
		],
		[
			"application/x-www-form-urlencoded; charset=UTF-8",
			`text=x%20y&count=3&isOpen=1&resource_uid=${G}&names=a,b&inner={"rate":1.5}&maxViews=`,
		],
	];
	for (const [type, text] of bodies)
		expect([type, await tell("", text, type)]).toEqual([type, { status: 200, answer: body }]);
	const form = new FormData();
	for (const [name, value] of Object.entries({
		Text: "x y",
		count: "3",
		isOpen: "on",
		resourceUid: GUID,
		names: "[a,b]",
	}))
		form.append(name, value);
	form.append("inner", '{"rate":1.5}');
	form.append("text", new File(["not a text"], "a.txt", { type: "text/plain" }));
	form.append("at", new File([], "empty.txt"));
	expect(await tell("", form)).toEqual({ status: 200, answer: body });
	// What is not there is not set.
	for (const type of ["application/json", "text/jsv", "text/csv", "application/xml", "text/jsonl", undefined])
		for (const text of [null, "", " \r\n "])
			expect([type, text, await tell("", text, type)]).toEqual([type, text, { status: 200, answer: none }]);
	expect(await tell("", "null", "application/json")).toEqual({ status: 200, answer: none });
});

it("lets the query go over the body, and of two spellings the later", async () => {
	const both = (query: string, text: string, type = "application/json") => tell(query, text, type);
	expect((await both("&TEXT=query&names=c", '{"text":"body","names":["a"],"count":7}')).answer).toEqual({
		text: "query",
		names: ["c"],
		count: 7,
	});
	expect((await both("&text=", '{"text":"body"}')).answer).toMatchObject({ text: "body" });
	expect((await both("&text=query", "text=form&count=2", "application/x-www-form-urlencoded")).answer).toEqual({
		text: "query",
		count: 2,
	});
	expect((await both("", '{"text":"a","Text":"b","TEXT":"c"}')).answer).toMatchObject({ text: "c" });
	expect((await both("", "{Text:a,text:b}", "text/jsv")).answer).toMatchObject({ text: "b" });
	expect((await both("", '{"inner":{"text":"a"},"inner":{"text":"b"}}')).answer.inner.text).toBe("b");
	expect((await both("&inner={text:c}", '{"inner":{"text":"a"}}')).answer.inner.text).toBe("c");
	for (const text of [
		'{"__proto__":{"text":"polluted"},"constructor":{"prototype":{"text":"polluted"}}}',
		'{"inner":{"__proto__":{"text":"polluted"}}}',
	]) {
		for (const query of ["", "&maxViews=1"])
			expect(JSON.stringify((await both(query, text)).answer)).not.toContain("polluted");
		expect(({} as { text?: string }).text).toBeUndefined();
	}
	expect((await both("", "__proto__=a&__proto__=b&text=c", "application/x-www-form-urlencoded")).answer.text).toBe("c");
});

it("names what is wrong with a member of a body", async () => {
	const wrong = {
		inners: [{}, { count: "many", isOpen: {}, resourceUid: "x", sortOrder: "Sideways" }],
		text: 5,
		names: {},
	};
	const { status, answer } = await tell("", JSON.stringify(wrong), "application/json");
	expect([status, answer.responseStatus.errorCode, answer.responseStatus.message]).toEqual([
		400,
		"SerializationException",
		answer.responseStatus.errors[0].message,
	]);
	const complaints = answer.responseStatus.errors.map((error: Record<string, string>) => [
		error["fieldName"],
		error["errorCode"],
	]);
	expect(Object.fromEntries(complaints)).toEqual({
		Text: "SerializationException",
		Names: "SerializationException",
		"Inners[1].Count": "SerializationException",
		"Inners[1].IsOpen": "SerializationException",
		"Inners[1].ResourceUid": "RegularExpression",
		"Inners[1].SortOrder": "Enum",
	});
	for (const text of ["[]", '"text"', "5", "true"])
		expect([text, (await tell("", text, "application/json")).status]).toEqual([text, 400]);
});

it("refuses text that is not what it says it is, and nesting without end, in no time", async () => {
	const malformed: [type: string, texts: string[]][] = [
		["application/json", ["{", "{'a':1}", '{"a":undefined}', "nonsense", '{"a":1}}', "\u0000"]],
		["text/jsv", ["{a:b", "{a:b}}", "[", '{a:"b}', "{a}", "nonsense"]],
		["text/csv", ['a,b\n"x', "a\n1,2", 'a\n"x"y']],
		["application/xml", ["<a>", "<a></b>", "nonsense", "<a/><b/>", '<!DOCTYPE a [<!ENTITY e "e">]><a>&e;</a>']],
		["text/jsonl", ["{", '{"a":1}\n{']],
		["multipart/form-data; boundary=b", ["nonsense", "--b\r\n"]],
	];
	for (const [type, texts] of malformed)
		for (const text of texts)
			for (const query of ["", "&count=1"]) {
				const { status, answer } = await tell(query, text, type);
				expect([type, text, status, answer.responseStatus.errorCode]).toEqual([
					type,
					text,
					400,
					"SerializationException",
				]);
			}
	const started = Date.now();
	for (const [type, open] of [
		["text/jsv", "["],
		["text/jsv", "{a:"],
		["text/csv", "a\n["],
		["application/xml", "<a>"],
		["text/jsonl", "["],
		["application/json", "["],
		["application/json", '{"a":'],
	] as const) {
		const text = open.repeat(MIB / open.length);
		for (const query of ["", "&count=1"]) expect([type, (await tell(query, text, type)).status]).toEqual([type, 400]);
	}
	// Balanced, so that it is JSON: nobody reads what no member holds, nor falls over it.
	const deep = `{"unknown":${"[".repeat(MIB / 2)}${"]".repeat(MIB / 2)},"text":"a"}`;
	expect(await tell("", deep, "application/json")).toEqual({ status: 200, answer: { ...none, text: "a" } });
	expect((await tell("&count=1", deep, "application/json")).status).toBe(400);
	expect((await tell("", `inner=${"[".repeat(MIB)}`, "application/x-www-form-urlencoded")).status).toBe(400);
	expect((await tell(`&inner=${"{a:".repeat(3000)}`)).status).toBe(400);
	expect((await tell(`&inner=${'{"a":'.repeat(3000)}1${"}".repeat(3000)}`)).answer).toEqual({ ...none, inner: none });
	expect(Date.now() - started).toBeLessThan(5000);
});

let ada: Person;
let chatId: string;
beforeAll(async () => {
	ada = await Person.signIn();
	chatId = await ada.createChat();
});

it("lets the path go over the body, refuses other types and what is too long, in the format that was asked for", async () => {
	const other = await ada.createChat();
	const put = await ask(`/v1/Chat/${chatId}?chatId=${other}`, {
		as: ada,
		method: "PUT",
		headers: { "Content-Type": "text/jsv" },
		body: `{ChatId:${other},Chat:{ChatId:${other},ChatName:By path}}`,
	});
	expect([put.status, put.type]).toEqual([200, "text/jsv"]);
	expect(put.text).toContain(`{Chat:[{ChatId:${chatId},ChatName:By path,`);
	for (const type of ["text/plain", "application/octet-stream", "text/html", "image/png", "nonsense"]) {
		const refused = await ask("/v1/Chat", {
			as: ada,
			headers: { "Content-Type": type },
			body: new Uint8Array([123, 125]),
		});
		expect([type, refused.status, json(refused).responseStatus]).toMatchObject([
			type,
			415,
			{ errorCode: "UnsupportedMediaType", message: `ContentType not supported '${type}'` },
		]);
	}
	for (const [type, size, status] of [
		["text/jsv", 2 * MIB, 400],
		["text/jsv", 2 * MIB + 1, 413],
		["application/x-www-form-urlencoded", 2 * MIB + 1, 413],
	] as const) {
		const answer = await ask("/v1/Chat?format=jsv", {
			as: ada,
			headers: { "Content-Type": type },
			body: "{".padEnd(size, "x"),
		});
		expect([type, size, answer.status, answer.type]).toEqual([type, size, status, "text/jsv"]);
	}
	// Announced by nobody, counted all the same.
	const endless = new ReadableStream({
		pull(controller) {
			controller.enqueue(new Uint8Array(MIB / 4).fill(120));
		},
	});
	const stopped = await ask("/v1/Chat.csv", { as: ada, headers: { "Content-Type": "text/csv" }, body: endless });
	expect([stopped.status, stopped.type]).toEqual([413, "text/csv"]);
	expect(stopped.text).toContain("BodyTooLarge");
});

it("takes the members of a chat from a form as clients send them", async () => {
	const name = "a,b";
	const form = new FormData();
	form.append("chatId", ZERO);
	form.append("chat", `{"chatName":"${name}","dateCreated":"0001-01-01T00:00:00","chatMembers":[],"memberCount":0}`);
	form.append("f", new File(["abc"], "a.txt"));
	const made = await ask("/v1/Chat", { as: ada, body: form });
	expect([made.status, json(made).chat[0].chatName, json(made).chat[0].memberCount]).toEqual([200, name, 1]);
});
