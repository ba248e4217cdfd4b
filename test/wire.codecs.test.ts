import { describe, expect, it } from "vitest";
import { readCsv, writeCsv } from "../src/wire/formats/csv.ts";
import { readJsonl, writeJsonl } from "../src/wire/formats/jsonl.ts";
import { readJsv, readJsvList, writeJsv, writePrettyJsv } from "../src/wire/formats/jsv.ts";
import { camelCase, pascalCase, renameKeys, snakeCase, words } from "../src/wire/formats/names.ts";
import { FormatError, isObject } from "../src/wire/formats/tree.ts";
import { readXml, writeXml, xmlItems } from "../src/wire/formats/xml.ts";
import vectors from "./vectors/jsv.json" with { type: "json" };
import seeds from "./vectors/seeds.json" with { type: "json" };

const MIB = 2 ** 20;

/** The FormatError that a reader must throw. */
function problemOf(read: () => unknown): FormatError {
	try {
		read();
	} catch (error) {
		if (error instanceof FormatError) return error;
		throw error;
	}
	throw new Error("It was read.");
}

/** What a JSON value is once its format has no types: the text of each scalar, and no members that are null. */
function untyped(value: unknown): unknown {
	if (value === null || value === undefined) return null;
	if (Array.isArray(value)) return value.map(untyped);
	if (!isObject(value)) return typeof value === "string" ? value : writeJsv(value);
	const members = Object.entries(value).filter(([, member]) => member !== null);
	return Object.fromEntries(members.map(([name, member]) => [name, untyped(member)]));
}

describe("JSV vectors", () => {
	type Vector = { id: string; dir: string; type?: string; json: unknown; jsv: string | number } & {
		recommendedServerOutput?: string;
		parsesTo?: unknown;
	};
	const all = vectors as Vector[];

	/** What the .NET types of a vector make of its JSON before it is written: the business of whoever knows the types. */
	const typed: Record<string, (json: never) => unknown> = {
		B07: (guid: string) => guid.replaceAll("-", ""),
		B08: (guid: string) => guid.replaceAll("-", ""),
		B10: (date: string) => new Date(`${date}Z`),
		B28: (value: object) => renameKeys(value, (name) => (name === "Id" ? "MyID" : camelCase(name))),
		B29: (value: object) => renameKeys(value, (name) => (name === "Id" ? "MyID" : snakeCase(name))),
		B31: (value: object) => renameKeys(value, (name) => (name === "Name" ? "alias" : name)),
		C04: ({ d }: { d: string }) => ({ d: new Date(d) }),
		C06: () => ({ t: "P1DT2H3M4.5S" }),
		C07: () => ({ t: "PT0S" }),
	};
	/** What the untyped reader leaves to the types: numbers with separators, spellings of booleans and Guids, dates, brackets. */
	const texts: Record<string, unknown> = {
		B10: "1979-05-09",
		B20: { Float: "1,111.1", Double: "2,222.2", Decimal: "3,333.3" },
		B23: [{ key: "KEY", value: "VAL" }],
		C12: { ChatId: "7da74353-a40c-468e-93aa-7ff51f4f0e84" },
		C13: { a: "True", b: "false", c: "1", d: "0" },
		C15: "a,b",
	};

	it.each(all.filter(({ dir }) => dir !== "parse"))("$id is written", ({ id, json, jsv, recommendedServerOutput }) => {
		const value = typed[id]?.(json as never) ?? json;
		expect(writeJsv(value)).toBe(recommendedServerOutput ?? String(jsv));
		// Reading it back gives what was written.
		expect(readJsv(writeJsv(value))).toEqual(untyped(value));
	});

	it.each(all.filter((vector) => vector.dir !== "write" || "parsesTo" in vector))("$id is read", (vector) => {
		const expected = texts[vector.id] ?? vector.parsesTo ?? untyped(vector.json);
		expect(readJsv(String(vector.jsv))).toEqual(expected);
	});

	it("has them all", () => expect(all).toHaveLength(68));
});

describe("the samples of metadata pages", () => {
	const samples = Object.entries(seeds).flatMap(([operation, { format, request, response }]) =>
		[request, response].flatMap((text) => (text === null ? [] : [{ operation, format, text }])),
	);
	const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

	it.each(samples.filter(({ format }) => format === "jsv"))("$operation is read and printed alike", ({ text }) => {
		expect(oneLine(writePrettyJsv(readJsv(text)))).toBe(oneLine(text));
		expect(readJsv(writeJsv(readJsv(text)))).toEqual(readJsv(text));
	});

	it.each(samples.filter(({ format }) => format === "jsonl"))("$operation is read and written alike", ({ text }) => {
		const [sample, ...others] = readJsonl(text);
		expect(others).toEqual([]);
		expect(writeJsonl(sample)).toBe(text);
	});

	it("shows the values of a chat", () => {
		const { Chat } = readJsv(seeds.ChatRequest.request) as { Chat: { ChatMembers: object[] } };
		expect(Chat).toMatchObject({ ChatName: "String", DateCreated: "0001-01-01", IsArchived: "False" });
		expect(Chat.ChatMembers).toMatchObject([{ ChatMemberName: "String" }]);
	});
});

describe("JSV", () => {
	it("writes the scalars of .NET", () => {
		const at = (text: string) => new Date(text);
		expect(writeJsv([1.5, 10n ** 20n, 1e21, -1e-7, at("2024-01-02"), at("0001-01-01")])).toBe(
			"[1.5,100000000000000000000,1E+21,-1E-7,2024-01-02,0001-01-01]",
		);
		expect(writeJsv({ d: at("2024-01-02T03:04:05.678Z"), u: undefined })).toBe("{d:2024-01-02T03:04:05.6780000Z}");
	});

	it.each([
		["{a: b, c :d}", { a: " b", c: "d" }],
		["{ a: b , c: [ d ,e ], f: { }, g: [ ] }", { a: "b", c: ["d", "e"], f: {}, g: [] }],
		['{"a": "b", "c": [1, {"d": ""}]}', { a: "b", c: ["1", { d: "" }] }],
		["[A,,C,]", ["A", null, "C", null]],
		["{a:,b:[]}", { a: null, b: [] }],
		["{a:2024-01-02T03:04:05Z,b:2:nd}", { a: "2024-01-02T03:04:05Z", b: "2:nd" }],
		["{a:1,a:2}", { a: "2" }],
		["\uFEFF{a:1}\r\n", { a: "1" }],
		["{constructor:1,prototype:{__proto__:x}}", { constructor: "1", prototype: {} }],
	])("reads %j", (text, value) => expect(readJsv(text)).toEqual(value));

	it("reads lists with and without brackets", () => {
		for (const text of ['a,"b,c"', '[a,"b,c"]', '[ a, "b,c" ]\n'.replaceAll("[ ", "[\n")])
			expect(readJsvList(text)).toEqual(["a", "b,c"]);
		expect([readJsvList(""), readJsvList("[]"), readJsvList("{a:1}")]).toEqual([[], [], [{ a: "1" }]]);
	});

	it("gives no member a prototype", () => {
		const value = readJsv("{__proto__:{polluted:1},a:{}}") as object;
		expect(Object.getPrototypeOf(value)).toBeNull();
		expect(Object.keys(value)).toEqual(["a"]);
		expect(Object.assign({}, value)).not.toHaveProperty("polluted");
	});

	it.each([
		["{a:1", 4],
		["{a:{b:[1,2}", 11],
		['{a:"1}', 3],
		["{a}", 1],
		["{,}", 1],
		['{"a"1}', 4],
		['{a:"x"y}', 6],
		["[1]]", 3],
		["{a:1}{", 5],
		["[", 1],
	])("refuses %j at %i", (text, position) => {
		expect(problemOf(() => readJsv(text))).toMatchObject({
			position,
			message: expect.stringMatching(/^Malformed JSV/),
		});
	});

	it("is bounded in depth and in size, and linear", () => {
		for (const text of [
			"[".repeat(MIB),
			"{a:".repeat(MIB / 4),
			"{ a: ".repeat(MIB / 4),
			"[]".repeat(MIB),
			"[{".repeat(MIB),
		])
			expect(() => readJsv(text)).toThrow(FormatError);
		expect(() => readJsv(`[${",".repeat(MIB)}]`)).toThrow("there are more than 100000 values");
		expect(() => readJsv("[[[]]]", { maxDepth: 2, maxNodes: 9 })).toThrow("nested more than 2 deep");
		for (const filler of [" ", '""', "a", "\n", ":"])
			expect(readJsv(`{a:"${filler.repeat(MIB)}"}`)).toHaveProperty("a");
		expect(() => readJsv(`{${" ".repeat(2 * MIB)}`)).toThrow(FormatError);
		expect(() => readJsv(`[${" ".repeat(2 * MIB)}`)).toThrow(FormatError);
	});
});

describe("CSV", () => {
	it.each([
		[[{ Id: 1, Name: '"Mr. Lee"' }], 'Id,Name\r\n1,"""Mr. Lee"""\r\n'],
		[[{ A: null, B: "" }, { C: true }], "A,B,C\r\n,,\r\n,,True\r\n"],
		[
			{ Headers: { Accept: "a,b" }, List: [1], At: new Date("2024-01-02") },
			'Headers,List,At\r\n"{Accept:""a,b""}","[1]",2024-01-02\r\n',
		],
		[["a", 1, "b,c"], 'a,1,"b,c"\r\n'],
		[[{ Name: "" }], 'Name\r\n""\r\n'],
		["text", "text\r\n"],
		[[], ""],
		[null, ""],
	])("writes %j", (value, text) => expect(writeCsv(value)).toBe(text));

	it("takes a header, also for no rows", () => {
		expect(writeCsv([{ b: 1, c: 2 }], ["a", "b"])).toBe("a,b\r\n,1\r\n");
		expect(writeCsv([], ["a", "b"])).toBe("a,b\r\n");
	});

	it.each([
		[
			'\uFEFFId,Name\n1,\n\n2,"x\ny"',
			[
				{ Id: "1", Name: null },
				{ Id: "2", Name: "x\ny" },
			],
		],
		[
			'a,b,c\rA,,B\r"","A"",B",""""\r\n',
			[
				{ a: "A", b: null, c: "B" },
				{ a: "", b: 'A",B', c: '"' },
			],
		],
		["a,b\n1", [{ a: "1", b: null }]],
		["__proto__,constructor\nx,y", [{ constructor: "y" }]],
		["a", []],
		["", []],
	])("reads %j", (text, rows) => expect(readCsv(text)).toEqual(rows));

	it.each([
		['a\n"x\ny"\n"z', 4],
		['a\n"x"y', 2],
		["a\n1\n1,2", 3],
	])("refuses %j on line %i", (text, line) => {
		expect(problemOf(() => readCsv(text))).toMatchObject({
			line,
			message: expect.stringMatching(/^Malformed CSV on line/),
		});
	});

	it("is bounded, and linear", () => {
		expect(() => readCsv(`${"a,".repeat(50_000)}\n${"1\n".repeat(50_000)}`)).toThrow("more than 100000 cells");
		expect(() => readCsv(`a\n"${'""'.repeat(MIB)}`)).toThrow("a quote is not closed");
		expect(readCsv(`a\n"${"\r\n".repeat(MIB)}"`)).toHaveLength(1);
		expect(readCsv("\n".repeat(2 * MIB))).toEqual([]);
	});
});

describe("JSON Lines", () => {
	it("writes lists as lines and anything else as itself", () => {
		expect(writeJsonl([{ a: "x\ny" }, null, undefined, [1]])).toBe('{"a":"x\\ny"}\nnull\nnull\n[1]\n');
		expect([writeJsonl({ a: 1 }), writeJsonl([]), writeJsonl(null)]).toEqual(['{"a":1}', "", ""]);
	});

	it("reads every way to end a line", () => {
		expect(readJsonl('\uFEFF{"a":1}\r\n\n \n2')).toEqual([{ a: 1 }, 2]);
		expect(readJsonl("")).toEqual([]);
	});

	it("names the line of what it refuses", () => {
		expect(problemOf(() => readJsonl('{"a":1}\n\n{"a":}'))).toMatchObject({ line: 3, problem: "this is not JSON" });
		const deep = problemOf(() => readJsonl(`1\n${"[".repeat(65)}${"]".repeat(65)}`));
		expect(deep).toMatchObject({ line: 2, problem: "it is nested more than 64 deep" });
		expect(readJsonl(`${"[".repeat(64)}${"]".repeat(64)}`)).toHaveLength(1);
		expect(() => readJsonl("[".repeat(MIB) + "]".repeat(MIB))).toThrow(FormatError);
		expect(problemOf(() => readJsonl(`[${"1,".repeat(100_000)}1]`)).problem).toBe("there are too many values");
		expect(() => readJsonl("1\n".repeat(100_001))).toThrow("on line 100001");
	});
});

describe("XML", () => {
	const namespace = "http://schemas.datacontract.org/2004/07/CRM";
	const open = `<?xml version="1.0" encoding="utf-8"?><R xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="${namespace}"`;

	it("writes the members of a contract", () => {
		const value = {
			Title: "a<b>&\r",
			CanView: false,
			AmountDue: 1.5,
			At: new Date("2024-01-02T03:04:05.500Z"),
			Who: null,
			No: undefined,
		};
		expect(writeXml(value, { root: "R", namespace })).toBe(
			`${open}><AmountDue>1.5</AmountDue><At>2024-01-02T03:04:05.5Z</At><CanView>false</CanView>` +
				`<Title>a&lt;b&gt;&amp;&#xD;</Title><Who i:nil="true"/></R>`,
		);
	});

	it("names items and dictionaries by their types, wherever those belong", () => {
		const types: Record<string, object> = {
			Chat: { item: "Chat" },
			"Chat.Tags": { item: "string", namespace: "urn:arrays" },
			Data: { dictionary: true, item: "KeyValueOfstringint", namespace: "urn:arrays" },
		};
		const value = { Chat: [{ Tags: ["x", "y"] }, { Tags: [] }], Data: { "a key": 1 } };
		const xml = writeXml(value, { root: "R", namespace, typeOf: (path) => types[path.join(".")] });
		expect(xml).toBe(
			`${open}><Chat><Chat><Tags xmlns:d4p1="urn:arrays"><d4p1:string>x</d4p1:string><d4p1:string>y</d4p1:string></Tags></Chat>` +
				`<Chat><Tags xmlns:d4p1="urn:arrays"/></Chat></Chat><Data xmlns:d2p1="urn:arrays"><d2p1:KeyValueOfstringint>` +
				`<d2p1:Key>a key</d2p1:Key><d2p1:Value>1</d2p1:Value></d2p1:KeyValueOfstringint></Data></R>`,
		);
		expect(readXml(xml)).toEqual({
			Chat: { Chat: [{ Tags: { string: ["x", "y"] } }, { Tags: "" }] },
			Data: { "a key": "1" },
		});
	});

	it("knows ResponseStatus, which reads back as it was", () => {
		const error = {
			ErrorCode: "NotEmpty",
			FieldName: "Chat.ChatMembers[0].UserId",
			Message: "'User Id'",
			Meta: { A: "b" },
		};
		const value = {
			ResponseStatus: { ErrorCode: "NotEmpty", Message: "m", Errors: [error], Meta: { AutoBatchIndex: "1" } },
		};
		const xml = writeXml(value, { root: "R", namespace });
		expect(xml).toContain(
			'<ResponseStatus xmlns:d2p1="http://schemas.servicestack.net/types"><d2p1:ErrorCode>NotEmpty',
		);
		expect(xml).toContain("</d2p1:Message><d2p1:Errors><d2p1:ResponseError><d2p1:ErrorCode>");
		expect(xml).toContain('<d2p1:Meta xmlns:d5p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays">');
		expect(readXml(xml)).toEqual({ ResponseStatus: { ...value.ResponseStatus, Errors: { ResponseError: error } } });
	});

	it("reads plain XML too", () => {
		const text = `\uFEFF<?xml version="1.0"?>\r\n<!-- a > b --><s:Chat xmlns:s='urn:x'><Id a="/>">1</Id>\n<Tag>a</Tag><Tag/><Tag x:nil="1"/>
			<Note><![CDATA[<b>]]>&#65;&amp;\r\n</Note></s:Chat><?end?>`;
		expect(readXml(text)).toEqual({ Id: "1", Tag: ["a", "", null], Note: "<b>A&\n" });
		expect(["", "x", null, ["a"], { string: ["a", null] }, { string: "a" }].map(xmlItems)).toEqual([
			[],
			["x"],
			[],
			["a"],
			["a", null],
			["a"],
		]);
	});

	it.each([
		["<a><b></a>", 1],
		["<a>\n<b>\n</c></a>", 3],
		["<a>", 1],
		["", 1],
		["<a b=c/>", 1],
		["<a>&nbsp;</a>", 1],
		["<a/>\n<b/>", 2],
		["<a>\u0000</a>", 1],
		['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 1],
		["\n<!DOCTYPE a><a/>", 2],
		["{}", 1],
	])("refuses %j on line %i", (text, line) => {
		expect(problemOf(() => readXml(text))).toMatchObject({
			line,
			message: expect.stringMatching(/^Malformed XML on line/),
		});
	});

	it("is bounded in depth and in size, and linear", () => {
		const nested = "<a>".repeat(MIB / 4);
		for (const text of [nested, nested + "</a>".repeat(MIB / 4), '<a b="/>">'.repeat(MIB / 8)])
			expect(() => readXml(text)).toThrow("nested more than 64 deep");
		expect(() => readXml(`<a>${"<b/>".repeat(MIB / 4)}</a>`)).toThrow("more than 100000 nodes");
		for (const unclosed of ["<!--", "<![CDATA[", "<?", "<a '", "<", "&", "<a "])
			expect(() => readXml(unclosed.repeat(MIB / 8))).toThrow(FormatError);
		for (const filler of ["\r", "\r\n", "&lt;", "]", "x"])
			expect(readXml(`<a>${filler.repeat(MIB / 8)}</a>`)).toBeTypeOf("string");
		expect(readXml(`<a b="${"'\r&gt;".repeat(MIB / 8)}"/>`)).toBe("");
	});
});

describe("names", () => {
	it.each([
		["ChatId", "chatId", "chat_id", "Chat Id"],
		["CustomerLinkUID", "customerLinkUID", "customer_link_u_i_d", "Customer Link UID"],
		["IsBYOA", "isBYOA", "is_b_y_o_a", "Is BYOA"],
		["ResourceUid", "resourceUid", "resource_uid", "Resource Uid"],
		["UID", "uid", "u_i_d", "UID"],
		["URLName", "urlName", "u_r_l_name", "URL Name"],
		["SIPUri", "sipUri", "s_i_p_uri", "SIP Uri"],
		["Id", "id", "id", "Id"],
		["ID", "id", "i_d", "ID"],
		["", "", "", ""],
	])("spells %s", (pascal, camel, snake, text) => {
		expect([camelCase(pascal), snakeCase(pascal), words(pascal)]).toEqual([camel, snake, text]);
		expect(camelCase(camel)).toBe(camel);
		if (!/^[A-Z]{2}/.test(pascal)) expect(pascalCase(camel)).toBe(pascal);
	});

	it("renames members and nothing else", () => {
		const at = new Date(0);
		const value = { ChatId: "ChatId", Chats: [{ At: at, Data: null }, "Chats"] };
		expect(renameKeys(value, camelCase)).toEqual({ chatId: "ChatId", chats: [{ at, data: null }, "Chats"] });
	});
});
