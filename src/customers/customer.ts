import { loggable } from "../db/query-error.ts";
import { Failure, type FailureCode } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import { customerOf, type Visit } from "./directory.ts";
import { fold } from "./fold.ts";
import { limits } from "./limits.ts";
import { namesOf } from "./lookup-store.ts";
import type { CustomerInfo } from "./answers.ts";
import { present } from "./present.ts";
import { tagText, type CustomerRow } from "./row.ts";
import type { CustomerBody } from "./schema.ts";
import { payIndex } from "./index-store.ts";
import { requireSchedule, storedSchedule } from "./schedules.ts";
import { customerByUid, insertCustomers, MAIN_ACCOUNT, takenUids, updateCustomer, type Fields } from "./store.ts";
import { moveCustomer, removeCustomer } from "./tree-store.ts";

/** Times a change begins anew when somebody else was faster. */
const TRIES = 5;

/** One customer as the wire has it. */
export async function readCustomer(visit: Visit, uid: string, resolve: boolean): Promise<CustomerInfo> {
	return shown(visit, await customerOf(visit, uid), resolve);
}

async function shown(visit: Visit, row: CustomerRow, resolve = false): Promise<CustomerInfo> {
	const [info] = await present(visit.directory, [row], { root: visit.root ?? "", resolve });
	if (!info) throw new Failure("NotFound", "There is no such customer.");
	return info;
}

/** Makes a customer. */
export async function createCustomer(
	visit: Visit,
	body: CustomerBody & { id?: string | undefined },
): Promise<CustomerInfo> {
	const { directory, userId } = visit;
	const uid = body.id ?? newGuid();
	requireSchedule(body.schedule);
	// That account is made with the first customer in it.
	const mustBeThere = body.accountId === MAIN_ACCOUNT ? { ...body, accountId: undefined } : body;
	const { tagIds } = await namedIn(visit, mustBeThere);
	const draft = {
		uid,
		account: body.accountId,
		parent: body.parentCustomerId,
		fields: fieldsOf({ tag_ids: tagText(tagIds ?? []) }, body),
	};
	if (body.id !== undefined && (await takenUids(directory, [uid])).length > 0) throw exists();
	const made = await insertCustomers(directory, [draft], { userId, now: Date.now() }).catch(async (error: unknown) => {
		// Somebody who chose the same id was faster.
		throw body.id !== undefined && (await takenUids(directory, [uid])).length > 0 ? exists() : error;
	});
	if (!made.has(uid)) {
		// The account that it names may be gone by now.
		await namedIn(visit, mustBeThere);
		throw await whyNotBelow(visit, body.parentCustomerId);
	}
	await payLater(visit, 1);
	return readCustomer(visit, uid, false);
}

function exists(): Failure {
	return refused("CustomerExists", "Id", "There is a customer with this id already.");
}

/** Why nothing could be put below a parent. */
async function whyNotBelow({ directory }: Visit, parentUid: string | undefined): Promise<Failure> {
	const parent = parentUid === undefined ? undefined : await customerByUid(directory, parentUid);
	if (!parent) return refused("ParentNotFound", "ParentCustomerId", "There is no such parent customer.");
	return refused("TooDeep", "ParentCustomerId", `The tree has at most ${limits.depth} levels.`);
}

/** A refusal that names its field. */
export function refused(code: FailureCode, fieldName: string, message: string): Failure {
	return new Failure(code, message, { fields: [{ errorCode: code, fieldName, message }] });
}

/** Account and tags that a body names, in the record's ids. One that is not there is a 400. */
async function namedIn({ directory }: Visit, body: CustomerBody): Promise<{ accountId?: number; tagIds?: number[] }> {
	const wanted = body.tagIds ?? body.tags?.map(({ id }) => id);
	if (!wanted && body.accountId === undefined) return {};
	const uids = [...new Set(wanted)];
	const accounts = body.accountId === undefined ? [] : [body.accountId];
	const names = await namesOf(directory, { customers: [], accounts, tags: uids });
	if (names.tags.length < uids.length) throw refused("TagNotFound", "TagIds", "There is no such tag.");
	const [account] = names.accounts;
	if (body.accountId !== undefined && !account)
		throw refused("AccountNotFound", "AccountId", "There is no such account.");
	return {
		...(account ? { accountId: account.id } : {}),
		...(wanted ? { tagIds: names.tags.map(({ id }) => id) } : {}),
	};
}

/** A customer of whom nothing was said. `null` is "nothing stored". */
const NOTHING: Fields = {
	name: "",
	name_key: "",
	reference_id: "",
	is_staging: 0,
	customer_state: "",
	tag_ids: "",
	data: null,
	schedule: null,
	integration_data: null,
	override_billing_settings: 0,
	billing_settings: null,
	override_app_settings: 0,
	app_settings: null,
};

/** All columns of a body; tags are said in the record's ids. */
export function fieldsOf({ tag_ids }: Pick<Fields, "tag_ids">, body: CustomerBody): Fields {
	return { ...NOTHING, ...namedFieldsOf(body), tag_ids };
}

/** The columns that a body names, but for tags. */
function namedFieldsOf(body: CustomerBody): Partial<Fields> {
	const { name, overrideBillingSettings: ownBilling, overrideAppSettings: ownApp } = body;
	const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
	const columns: { [Name in keyof Fields]?: Fields[Name] | undefined } = {
		name,
		name_key: name === undefined ? undefined : fold(name),
		reference_id: body.referenceId,
		is_staging: body.isStaging === undefined ? undefined : Number(body.isStaging),
		customer_state: body.customerState,
		data: json(body.data),
		schedule: json(storedSchedule(body.schedule)),
		integration_data: json(body.integrationData),
		override_billing_settings: ownBilling === undefined ? undefined : Number(ownBilling),
		billing_settings: json(body.billingSettings),
		override_app_settings: ownApp === undefined ? undefined : Number(ownApp),
		app_settings: json(body.appSettings),
	};
	return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** Whether members that a body leaves out keep what they are (PATCH) or lose it (PUT). */
export type Manner = "patch" | "put";

/** Changes a customer; with a version, only that one. A parent in the body moves it. */
export async function changeCustomer(
	visit: Visit,
	uid: string,
	body: CustomerBody,
	manner: Manner,
	version?: number,
): Promise<CustomerInfo> {
	requireSchedule(body.schedule);
	let named = await namedIn(visit, body);
	let expected = version;
	let changed = 1;
	if (body.parentCustomerId !== undefined) {
		const moved = await place(visit, uid, body.parentCustomerId, expected);
		changed += moved.descendant_count;
		if (expected !== undefined) expected = moved.version;
	}
	await repeatedly(async () => {
		const { id } = await current(visit, uid, expected);
		const { tagIds, accountId } = named;
		const tags = tagIds && { tag_ids: tagText(tagIds) };
		const fields = manner === "put" ? fieldsOf({ tag_ids: "", ...tags }, body) : { ...namedFieldsOf(body), ...tags };
		const target = { id, version: expected };
		if (await updateCustomer(visit.directory, target, { fields, accountId }, actorOf(visit))) return true;
		// The account that it names may be what is gone.
		named = await namedIn(visit, body);
		return false;
	});
	await payLater(visit, changed);
	return readCustomer(visit, uid, false);
}

/** Puts a customer below another parent, or (undefined) at the top. */
export async function placeCustomer(
	visit: Visit,
	uid: string,
	parentUid: string | undefined,
	version?: number,
): Promise<CustomerInfo> {
	const moved = await place(visit, uid, parentUid, version);
	await payLater(visit, 1 + moved.descendant_count);
	return readCustomer(visit, uid, false);
}

async function place(
	visit: Visit,
	uid: string,
	parentUid: string | undefined,
	version: number | undefined,
): Promise<CustomerRow> {
	const { directory } = visit;
	await repeatedly(async () => {
		const row = await current(visit, uid, version);
		if (await moveCustomer(directory, { id: row.id, version }, parentUid ?? null, actorOf(visit))) return true;
		const after = await current(visit, uid, version);
		const problem = await whyNotMoved(visit, after, parentUid);
		if (!problem) return true;
		if (after.version !== row.version) return false;
		throw problem;
	});
	return customerOf(visit, uid);
}

/** What is in the way of a move; nothing when the customer is already there. */
async function whyNotMoved(
	visit: Visit,
	row: CustomerRow,
	parentUid: string | undefined,
): Promise<Failure | undefined> {
	if (parentUid === undefined) return row.parent_id === null ? undefined : tooMany(row);
	const parent = await customerByUid(visit.directory, parentUid);
	if (!parent) return refused("ParentNotFound", "ParentCustomerId", "There is no such parent customer.");
	if (parent.id === row.parent_id) return undefined;
	if (parent.path.startsWith(row.path))
		return new Failure("CycleDetected", "A customer cannot be below itself.", {
			fields: [
				{ errorCode: "CycleDetected", fieldName: "ParentCustomerId", message: "A customer cannot be below itself." },
			],
		});
	if (row.descendant_count >= limits.subtree) return tooMany(row);
	return refused("TooDeep", "ParentCustomerId", `The tree has at most ${limits.depth} levels.`);
}

function tooMany({ descendant_count }: CustomerRow): Failure {
	return new Failure(
		"TooManyDescendants",
		`${descendant_count} customers are below this one; at most ${limits.subtree - 1} go at once.`,
	);
}

/** Deletes a customer, and with `cascade` all below it. */
export async function deleteCustomer(visit: Visit, uid: string, cascade: boolean, version?: number): Promise<void> {
	let removed = 0;
	await repeatedly(async () => {
		const row = await current(visit, uid, version);
		if (row.descendant_count > 0 && !cascade)
			throw new Failure(
				"HasChildren",
				`${row.descendant_count} customers are below this one. Delete them too with cascade=true.`,
			);
		if (row.descendant_count >= limits.subtree) throw tooMany(row);
		removed = await removeCustomer(visit.directory, { id: row.id, version }, cascade, Date.now());
		return removed > 0;
	});
	await payLater(visit, removed);
}

/** The customer as it is now; a 412 when the caller counts on another version. */
async function current(visit: Visit, uid: string, version: number | undefined): Promise<CustomerRow> {
	const row = await customerOf(visit, uid);
	if (version === undefined || row.version === version) return row;
	throw new Failure("PreconditionFailed", `This customer is at version ${row.version}, not ${version}.`);
}

/** Reads and writes until nobody came between. */
async function repeatedly(attempt: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; tries < TRIES; tries++) if (await attempt()) return;
	throw new Failure("Unavailable", "Others are changing this customer at this moment; try again.", {
		headers: { "Retry-After": "1" },
	});
}

function actorOf({ userId }: Visit): { userId: string; now: number } {
	return { userId, now: Date.now() };
}

/** Tells the index of so many that were changed. They are whatever becomes of it: it stays owed, and lists know. */
export async function payLater({ directory }: Visit, changed: number): Promise<void> {
	try {
		await payIndex(directory, changed);
	} catch (error) {
		console.error(JSON.stringify({ level: "error", index: "customers", error: loggable(error) }));
	}
}
