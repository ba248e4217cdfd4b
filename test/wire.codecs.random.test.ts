import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readCsv, writeCsv } from "../src/wire/formats/csv.ts";
import { readJsonl, writeJsonl } from "../src/wire/formats/jsonl.ts";
import { readJsv, writeJsv } from "../src/wire/formats/jsv.ts";
import { isObject } from "../src/wire/formats/tree.ts";
import { readXml, writeXml } from "../src/wire/formats/xml.ts";

/** 100,000 values of each format that answers lists, in chunks so that a failure shrinks in reasonable time. */
const runs = 10_000;
const chunks = Array.from({ length: 10 }, (_, index) => index + 1);

const special = fc.string({
	unit: fc.constantFrom(...Array.from('"":,{}[]\r\n\t \\\'&<=%_0aZ\u00E9\u2028\u{1F600}')),
	maxLength: 6,
});
const text = fc.oneof(special, special, fc.string({ unit: "binary", maxLength: 6 }));
const name = fc.oneof(special, fc.constantFrom("Id", "constructor", "toString", "1"));
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
const scalar = fc.oneof(text, text, number, fc.boolean(), fc.constant(null));

const { value, list, object } = fc.letrec((tie) => ({
	value: fc.oneof({ maxDepth: 3 }, scalar, tie("list"), tie("object")),
	list: fc.array(tie("value"), { maxLength: 3 }),
	object: fc.dictionary(name, tie("value"), { maxKeys: 3 }),
}));
const dated = fc.oneof(list, object, fc.array(date), fc.dictionary(name, date));

/** What is left of a value in JSV: the texts of scalars; no members that are null; a list of one null is empty. */
function withoutTypes(from: unknown): unknown {
	if (from === null || typeof from === "string") return from;
	if (Array.isArray(from)) return from.length === 1 && from[0] === null ? [] : from.map(withoutTypes);
	if (!isObject(from)) return writeJsv(from);
	const members = Object.entries(from).filter(([, member]) => member !== null);
	return Object.fromEntries(members.map(([key, member]) => [key, withoutTypes(member)]));
}

function holds<Value>(values: fc.Arbitrary<Value>, read: (from: Value) => unknown, expected: (from: Value) => unknown) {
	fc.assert(
		fc.property(values, (from) => {
			const [actual, wanted] = [read(from), expected(from)].map((tree) => JSON.stringify(tree));
			if (actual !== wanted) throw new Error(`${actual} instead of ${wanted}`);
		}),
		{ numRuns: runs },
	);
}

it.each(chunks)("JSV gives back the text of everything but the one null of a list (%i)", () => {
	holds(dated, (from) => readJsv(writeJsv(from)), withoutTypes);
});

it.each(chunks)("CSV gives back every cell, nested ones as JSV, and empty ones as null (%i)", () => {
	const table = fc.uniqueArray(name, { minLength: 2, maxLength: 4 }).chain((names) => {
		const row = fc.record(Object.fromEntries(names.map((key) => [key, value])));
		return fc.array(row, { minLength: 1, maxLength: 2 });
	});
	const cell = (from: unknown) => (typeof from === "string" ? from : writeJsv(from)) || null;
	const cells = (row: object) => Object.fromEntries(Object.entries(row).map(([key, from]) => [key, cell(from)]));
	holds(
		table,
		(rows) => readCsv(writeCsv(rows)),
		(rows) => rows.map(cells),
	);
});

it.each(chunks)("JSON Lines gives back the values (%i)", () => {
	holds(
		list,
		(values) => readJsonl(writeJsonl(values)),
		(values) => values,
	);
});

it("XML gives back texts, nulls and members, whatever their names", () => {
	const { members } = fc.letrec((tie) => ({
		members: fc.dictionary(
			fc.oneof(
				special.map((key) => `${key}.`),
				fc.constant("_x0041_"),
			),
			fc.oneof({ maxDepth: 3 }, special, fc.constant(null), tie("members")),
			{ minKeys: 1, maxKeys: 3 },
		),
	}));
	const options = { root: "R", namespace: "urn:x", typeOf: () => ({ ordered: true }) };
	holds(
		members,
		(from) => readXml(writeXml(from, options)),
		(from) => from,
	);
});

it("has values of every kind among them", () => {
	const sample = fc.sample(dated, 5000).map((from) => writeJsv(from));
	for (const kind of [/\[/, /\{/, /""/, /,,/, /True/, /\d{4}-\d\d-\d\dT/, /E-\d/, /\n/, /[\u{10000}-\u{10FFFF}]/u])
		expect(sample.filter((from) => kind.test(from)).length).toBeGreaterThan(20);
});
