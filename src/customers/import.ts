import { Failure } from "../http/failure.ts";
import { checked } from "../http/validate.ts";
import { newGuid } from "../rooms/room-id.ts";
import { emptyObject, isObject, setMember } from "../wire/formats/tree.ts";
import { fieldsOf, payLater } from "./customer.ts";
import type { Visit } from "./directory.ts";
import { HeldLines, type Row } from "./held-lines.ts";
import { limits } from "./limits.ts";
import { csvRecords, textLines } from "./lines.ts";
import { namesOf } from "./lookup-store.ts";
import { STEP, tagText } from "./row.ts";
import { requireSchedule } from "./schedules.ts";
import { importLine, type ImportLine } from "./schema.ts";
import type { Directory } from "./index-store.ts";
import { insertCustomers, MAIN_ACCOUNT, takenUids, uidsByReference, type Draft } from "./store.ts";

/** What became of one line. */
export type LineReport = { line: number; id: string } | Refusal;
type Refusal = { line: number; error: LineError };
type LineError = { errorCode: string; fieldName?: string; message: string };

/** A line of the file as far as it can be told without the directory. */
type Read = Row | Refusal;
type Written = { row: Row; report: LineReport };

/** Customers written in one transaction: by their number, and by their bytes in a statement at most. */
const BATCH = { lines: 2000, bytes: 1_000_000 };

/** Times that a batch is decided anew: each time another import had made some of its ids in between. */
const TRIES = 20;

/**
 * Makes customers of a file, some at a time, and reports on each line as soon as it is known what became of it. A line that is wrong stops no
 * other. One whose parent is not there is tried again when all others have been, as long as that leaves fewer; of such lines no more are held
 * than `HeldLines` takes. Throws what the record throws: what was reported until then is done, and nothing else.
 */
export async function* importCustomers(
	visit: Visit,
	stream: ReadableStream<Uint8Array>,
	format: "csv" | "jsonl",
): AsyncGenerator<LineReport[]> {
	const batch = new Batch();
	const held = new HeldLines();
	let paid = Promise.resolve();
	const flush = async (): Promise<LineReport[]> => {
		const [rows, reports] = batch.take();
		const written = await write(visit, rows);
		// The index is another database: it takes these while the record takes the next.
		await paid;
		paid = payLater(visit, written.length);
		const known = written.flatMap(({ row, report }) => {
			if (!isOrphan(report)) return report;
			return held.hold(row) ? [] : { line: row.line, error: orphan(BEYOND) };
		});
		return [...reports, ...known].sort((a, b) => a.line - b.line);
	};
	let lines: AsyncIterable<Read> | Iterable<Row> = format === "csv" ? rowsOfCsv(stream) : rowsOfJson(stream);
	for (let before = Infinity; ; before = held.size, lines = held.take()) {
		for await (const read of lines) {
			if ("uid" in read) {
				if (batch.holdsParentOf(read.body)) yield await flush();
				batch.add(read);
			} else batch.report(read);
			if (batch.isFull) yield await flush();
		}
		yield await flush();
		if (held.size === 0 || held.size === before) break;
	}
	await paid;
	yield Array.from(held.take(), ({ line }) => ({ line, error: orphan(ABSENT) }));
}

/** Rows that wait to be written together, and what is already known of other lines. */
class Batch {
	#rows: Row[] = [];
	#reports: LineReport[] = [];
	#references = new Set<string>();
	#uids = new Set<string>();
	#weight = 0;

	get isFull(): boolean {
		return this.#rows.length + this.#reports.length >= BATCH.lines || this.#weight >= BATCH.bytes;
	}

	add(row: Row): void {
		this.#rows.push(row);
		this.#uids.add(row.uid);
		if (row.body.referenceId) this.#references.add(row.body.referenceId);
		const { name, referenceId = "", data, schedule, integrationData, billingSettings, appSettings } = row.body;
		// Names are written twice, and a character takes up to three bytes.
		this.#weight += 300 + 6 * name.length + 3 * referenceId.length;
		if (data || schedule || integrationData || billingSettings || appSettings)
			this.#weight += 3 * JSON.stringify(row.body).length;
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

async function* rowsOfCsv(stream: ReadableStream<Uint8Array>): AsyncGenerator<Read> {
	let header: string[] | undefined;
	for await (const record of csvRecords(stream)) {
		const { line } = record;
		if ("problem" in record) {
			yield unread(line, header ? record.problem : `${record.problem} ${NO_HEADER}`);
			// Whatever comes next would be taken for the names of the columns.
			if (!header) return;
		} else if (!header) header = record.value.map((name) => name?.trim() ?? "");
		else if (record.value.length > header.length)
			yield unread(line, `It has ${record.value.length} cells under a header of ${header.length}.`);
		else yield rowOf(line, namedCells(header, record.value), bodyOfCells);
	}
}

const NO_HEADER = "Nothing was imported, as this line is to name the columns. Mend it, and send the file again.";

/** Cells by their column, but for those that are empty. */
function namedCells(header: readonly string[], cells: readonly (string | null)[]): Record<string, string> {
	const row = emptyObject<string>();
	for (const [place, cell] of cells.entries()) if (cell) setMember(row, header[place] ?? "", cell);
	return row;
}

/** Objects with texts of their own. */
const withTexts = importLine.pick({ data: true, integrationData: true, appSettings: true });

/** Cells are read as a query is, but for an empty text inside of an object: in a query it is none, and here what was exported. */
function bodyOfCells(cells: Record<string, string>): ImportLine {
	const body = checked(importLine, cells, "query");
	if (!Object.values(cells).some((cell) => cell.includes('""'))) return body;
	return { ...body, ...checked(withTexts, cells, "json") };
}

async function* rowsOfJson(stream: ReadableStream<Uint8Array>): AsyncGenerator<Read> {
	for await (const read of textLines(stream))
		yield "problem" in read ? unread(read.line, read.problem) : rowOfText(read.line, read.value);
}

function rowOfText(line: number, text: string): Read {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return unread(line, "It is not JSON.");
	}
	return isObject(value) ? rowOf(line, value, bodyOfJson) : unread(line, "It is not an object.");
}

function bodyOfJson(value: object): ImportLine {
	return checked(importLine, value, "json");
}

function unread(line: number, message: string): Refusal {
	return { line, error: { errorCode: "SerializationException", message } };
}

function rowOf<Value>(line: number, value: Value, bodyOf: (value: Value) => ImportLine): Read {
	try {
		const body = bodyOf(value);
		requireSchedule(body.schedule);
		return { line, uid: body.id ?? newGuid(), body };
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const [field] = error.fields;
		return { line, error: field ?? { errorCode: error.code, message: error.message } };
	}
}

/** Writes what can be written, and says of each row what became of it. */
async function write({ directory, userId }: Visit, rows: readonly Row[]): Promise<Written[]> {
	if (rows.length === 0) return [];
	let known = await knownOf(directory, rows);
	for (let tries = 1; ; tries++) {
		const checks = rows.map((row) => ({ row, draft: draftOf(row, known) }));
		const drafts = checks.flatMap(({ draft }) => ("uid" in draft ? [draft] : []));
		try {
			const actor = { userId, now: Date.now() };
			const made = drafts.length === 0 ? new Set<string>() : await insertCustomers(directory, drafts, actor);
			return checks.map(({ row, draft }) => ({ row, report: reportOn(row, draft, made) }));
		} catch (error) {
			known = await knownOf(directory, rows);
			const isOvertaken = drafts.some(({ uid }) => known.taken.has(uid));
			if (!isOvertaken || tries === TRIES) throw error;
		}
	}
}

function reportOn({ line, uid }: Row, draft: Draft | LineError, made: ReadonlySet<string>): LineReport {
	if (!("uid" in draft)) return { line, error: draft };
	// What it names was there a moment before: with the lines that are held it is decided anew.
	return made.has(uid) ? { line, id: uid } : { line, error: orphan(ABSENT) };
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
		accounts: new Set([MAIN_ACCOUNT, ...names.accounts.map(({ uid }) => uid)]),
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
	if (path === undefined || (isBelow && path === "")) return orphan(ABSENT);
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

const ABSENT = "There is no such parent customer.";
const BEYOND =
	"There is no such parent customer so far, and no more lines can wait for theirs. Send this line again when the import has ended.";

function orphan(message: string): LineError {
	return problem("ParentNotFound", "ParentCustomerId", message);
}

function isOrphan(report: LineReport): boolean {
	return "error" in report && report.error.errorCode === "ParentNotFound";
}
