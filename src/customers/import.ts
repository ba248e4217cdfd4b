import { Failure } from "../http/failure.ts";
import { checked } from "../http/validate.ts";
import { newGuid } from "../rooms/room-id.ts";
import { emptyObject, setMember } from "../wire/formats/tree.ts";
import { fieldsOf, payLater } from "./customer.ts";
import type { Visit } from "./directory.ts";
import { limits } from "./limits.ts";
import { csvRecords, textLines, type Line } from "./lines.ts";
import { namesOf } from "./lookup-store.ts";
import { STEP, tagText } from "./row.ts";
import { requireSchedule } from "./schedules.ts";
import { importLine, type ImportLine } from "./schema.ts";
import type { Directory } from "./index-store.ts";
import { insertCustomers, takenUids, uidsByReference, type Draft } from "./store.ts";

/** What became of one line. */
export type LineReport = { line: number; id: string } | { line: number; error: LineError };
type LineError = { errorCode: string; fieldName?: string; message: string };

/** Customers written in one transaction: by their number and by what they weigh. */
const BATCH = { lines: 2000, characters: 1_000_000 };

type Row = { line: number; uid: string; body: ImportLine };

/** Makes customers of a file, some at a time, and reports on each line. A line that is wrong stops no other. */
export async function* importCustomers(
	visit: Visit,
	stream: ReadableStream<Uint8Array>,
	format: "csv" | "jsonl",
): AsyncGenerator<LineReport[]> {
	const batch = new Batch();
	let paid = Promise.resolve();
	const flush = async (): Promise<LineReport[]> => {
		const [rows, reports] = batch.take();
		const written = await write(visit, rows);
		// The index is another database: it takes these while the record takes the next.
		await paid;
		paid = payLater(visit);
		return [...reports, ...written].sort((a, b) => a.line - b.line);
	};
	for await (const read of format === "csv" ? rowsOfCsv(stream) : rowsOfJson(stream)) {
		if ("problem" in read)
			batch.report({ line: read.line, error: { errorCode: "SerializationException", message: read.problem } });
		else {
			const row = rowOf(read.line, read.value, format);
			if ("error" in row) batch.report(row);
			else {
				if (batch.holdsParentOf(row.body)) yield await flush();
				batch.add(row);
			}
		}
		if (batch.isFull) yield await flush();
	}
	yield await flush();
	await paid;
}

/** Rows that wait to be written together, and what is already known of other lines. */
class Batch {
	#rows: Row[] = [];
	#reports: LineReport[] = [];
	#references = new Set<string>();
	#uids = new Set<string>();
	#weight = 0;

	get isFull(): boolean {
		return this.#rows.length + this.#reports.length >= BATCH.lines || this.#weight >= BATCH.characters;
	}

	add(row: Row): void {
		this.#rows.push(row);
		this.#uids.add(row.uid);
		if (row.body.referenceId) this.#references.add(row.body.referenceId);
		const { name, referenceId = "", data, schedule } = row.body;
		// Names are written twice, and a character takes up to three bytes.
		this.#weight += 300 + 6 * name.length + 3 * referenceId.length;
		if (data || schedule) this.#weight += JSON.stringify(row.body).length;
	}

	report(report: LineReport): void {
		this.#reports.push(report);
	}

	/** A parent must be there before its children: they wait for the next batch. Nor can one id be in a batch twice. */
	holdsParentOf({ id, parentCustomerId, parentReferenceId }: ImportLine): boolean {
		return (
			(id !== undefined && this.#uids.has(id)) ||
			(parentCustomerId !== undefined && this.#uids.has(parentCustomerId)) ||
			(parentReferenceId !== undefined && this.#references.has(parentReferenceId))
		);
	}

	take(): [Row[], LineReport[]] {
		const taken: [Row[], LineReport[]] = [this.#rows, this.#reports];
		[this.#rows, this.#reports, this.#weight] = [[], [], 0];
		this.#references = new Set();
		this.#uids = new Set();
		return taken;
	}
}

async function* rowsOfCsv(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line<object>> {
	let header: string[] | undefined;
	for await (const record of csvRecords(stream)) {
		if ("problem" in record) yield record;
		else if (!header) header = record.value.map((name) => name?.trim() ?? "");
		else if (record.value.length > header.length)
			yield { line: record.line, problem: `It has ${record.value.length} cells under a header of ${header.length}.` };
		else yield { line: record.line, value: namedCells(header, record.value) };
	}
}

function namedCells(header: readonly string[], cells: readonly (string | null)[]): object {
	const row = emptyObject<string>();
	for (const [place, cell] of cells.entries()) if (cell !== null) setMember(row, header[place] ?? "", cell);
	return row;
}

async function* rowsOfJson(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line<object>> {
	for await (const read of textLines(stream)) {
		if ("problem" in read) yield read;
		else yield jsonOf(read.line, read.value);
	}
}

function jsonOf(line: number, text: string): Line<object> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return { line, value };
		return { line, problem: "It is not an object." };
	} catch {
		return { line, problem: "It is not JSON." };
	}
}

function rowOf(line: number, value: object, format: "csv" | "jsonl"): Row | { line: number; error: LineError } {
	try {
		const body = checked(importLine, value, format === "csv" ? "query" : "json");
		requireSchedule(body.schedule);
		return { line, uid: body.id ?? newGuid(), body };
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const [field] = error.fields;
		return { line, error: field ?? { errorCode: error.code, message: error.message } };
	}
}

/** Writes what can be written, and says of each row what became of it. */
async function write({ directory, userId }: Visit, rows: readonly Row[]): Promise<LineReport[]> {
	if (rows.length === 0) return [];
	const known = await knownOf(directory, rows);
	const checks = rows.map((row) => ({ row, draft: draftOf(row, known) }));
	const drafts = checks.flatMap(({ draft }) => ("uid" in draft ? [draft] : []));
	const actor = { userId, now: Date.now() };
	const made = drafts.length === 0 ? new Set() : await insertCustomers(directory, drafts, actor);
	return checks.map(({ row: { line, uid }, draft }) => {
		if (!("uid" in draft)) return { line, error: draft };
		return made.has(uid)
			? { line, id: uid }
			: { line, error: problem("ParentNotFound", "ParentCustomerId", "It is gone.") };
	});
}

/** What of the directory the rows name. */
type Known = {
	parentOf: (body: ImportLine) => string | undefined;
	paths: ReadonlyMap<string, string>;
	accounts: ReadonlySet<string>;
	tags: ReadonlyMap<string, number>;
	taken: ReadonlySet<string>;
};

async function knownOf(directory: Directory, rows: readonly Row[]): Promise<Known> {
	const bodies = rows.map(({ body }) => body);
	const references = new Set(bodies.flatMap(({ parentReferenceId }) => parentReferenceId ?? []));
	const parents = await uidsByReference(directory, [...references]);
	const parentOf = ({ parentCustomerId, parentReferenceId }: ImportLine) =>
		parentReferenceId === undefined ? parentCustomerId : parents.get(parentReferenceId);
	const [names, taken] = await Promise.all([
		namesOf(directory, {
			customers: bodies.flatMap((body) => parentOf(body) ?? []),
			accounts: bodies.flatMap(({ accountId }) => accountId ?? []),
			tags: bodies.flatMap(tagUidsOf),
		}),
		takenUids(
			directory,
			bodies.flatMap(({ id }) => id ?? []),
		),
	]);
	return {
		parentOf,
		paths: new Map(names.customers.map(({ uid, path }) => [uid, path])),
		accounts: new Set(names.accounts.map(({ uid }) => uid)),
		tags: new Map(names.tags.map(({ uid, id }) => [uid, id])),
		taken: new Set(taken),
	};
}

/** The customer that a row makes, or what is in its way. */
function draftOf({ uid, body }: Row, known: Known): Draft | LineError {
	const parent = known.parentOf(body);
	const path = parent === undefined ? "" : known.paths.get(parent);
	const isBelow = body.parentCustomerId !== undefined || body.parentReferenceId !== undefined;
	const tagIds = new Set(tagUidsOf(body).map((tag) => known.tags.get(tag)));
	if (known.taken.has(uid)) return problem("CustomerExists", "Id", "There is a customer with this id already.");
	if (path === undefined || (isBelow && path === ""))
		return problem("ParentNotFound", "ParentCustomerId", "There is no such parent customer.");
	if (path.length >= limits.depth * STEP)
		return problem("TooDeep", "ParentCustomerId", `The tree has at most ${limits.depth} levels.`);
	if (body.accountId !== undefined && !known.accounts.has(body.accountId))
		return problem("AccountNotFound", "AccountId", "There is no such account.");
	const found = [...tagIds].filter((id) => id !== undefined);
	if (found.length < tagIds.size) return problem("TagNotFound", "TagIds", "There is no such tag.");
	return { uid, account: body.accountId, parent, fields: fieldsOf({ tag_ids: tagText(found) }, body) };
}

function tagUidsOf({ tagIds, tags }: ImportLine): string[] {
	return tagIds ?? tags?.map(({ id }) => id) ?? [];
}

function problem(errorCode: string, fieldName: string, message: string): LineError {
	return { errorCode, fieldName, message };
}
