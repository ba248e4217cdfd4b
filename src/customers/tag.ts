import { Failure } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import { pageOf } from "./account.ts";
import type { TagInfo } from "./answers.ts";
import * as store from "./catalog-store.ts";
import type { Visit } from "./directory.ts";
import { fold } from "./fold.ts";
import { limits } from "./limits.ts";
import type { PageQuery, TagBody } from "./schema.ts";
import type { TagColor } from "./settings.ts";

/** A page of the tenant's tags, by name. */
export async function tagsOf({ directory }: Visit, { page, countPerPage }: PageQuery) {
	const [rows, total] = await store.listTags(directory, { limit: countPerPage, offset: page * countPerPage });
	return pageOf(rows.map(infoOf), total, page, countPerPage);
}

/** One tag. */
export async function readTag(visit: Visit, uid: string): Promise<TagInfo> {
	return infoOf(await tag(visit, uid));
}

async function tag({ directory }: Visit, uid: string): Promise<store.TagRow> {
	const row = await store.tagByUid(directory, uid);
	if (!row) throw new Failure("NotFound", "There is no such tag.");
	return row;
}

/** Makes a tag. Names are unique, case and accents aside. */
export async function createTag(
	visit: Visit,
	{ id = newGuid(), name, color }: { id?: string | undefined; name: string; color: TagColor },
): Promise<TagInfo> {
	const made = { uid: id, name, nameKey: fold(name), color };
	if (!(await store.insertTag(visit.directory, made, Date.now(), limits.tags)))
		throw new Failure("NameTaken", `This name or id is taken, or the tenant has its ${limits.tags} tags.`);
	return readTag(visit, id);
}

/** Renames or recolours a tag. */
export async function changeTag(visit: Visit, uid: string, { name, color }: TagBody): Promise<TagInfo> {
	const change = { name: name === undefined ? undefined : { name, nameKey: fold(name) }, color };
	const isChanged = await store.updateTag(visit.directory, uid, change);
	const now = await readTag(visit, uid);
	if (!isChanged) throw new Failure("NameTaken", "Another tag has this name.");
	return now;
}

/** Deletes a tag, and so takes it from everybody. */
export async function deleteTag(visit: Visit, uid: string): Promise<void> {
	if (!(await store.deleteTag(visit.directory, uid))) throw new Failure("NotFound", "There is no such tag.");
}

function infoOf({ uid, name, color, customer_count }: store.TagRow): TagInfo {
	return { id: uid, name, color, customerCount: customer_count };
}
